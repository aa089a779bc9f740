//! Rows for spreadsheets, over HTTP.

use crate::harbour::{HOTEL, RANGE, get, get_with, harbour};

fn rows(text: &str) -> Vec<Vec<&str>> {
    assert!(text.ends_with("\r\n") && !text.starts_with('\u{feff}'));
    text.strip_suffix("\r\n").unwrap().split("\r\n").map(|row| row.split(',').collect()).collect()
}

#[tokio::test]
async fn the_accepted_type_and_the_parameter_ask_for_the_same() {
    let api = harbour().await.api();
    let path = format!("{HOTEL}/reports?{RANGE}&groupBy=room");
    let by_parameter = get(&api, &format!("{path}&format=csv")).await;
    let by_header = get_with(&api, &path, &[("accept", "text/csv")]).await;
    assert_eq!(by_parameter.text(), by_header.text());
    assert_eq!(by_parameter.header("content-type"), "text/csv; charset=utf-8; header=present");
    // The parameter counts more.
    let json = get_with(&api, &format!("{path}&format=json"), &[("accept", "text/csv")]).await;
    assert_eq!(json.found()["groups"].as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn every_list_has_a_header_and_rows_that_are_as_long() {
    let api = harbour().await.api();
    let compare = "baselineFrom=2026-10-12&baselineTo=2026-10-21&groupBy=deviceKind";
    for (path, key, count) in [
        (format!("/reports?{RANGE}&groupBy=hotel"), "key", 1),
        (format!("/reports?{RANGE}&groupBy=deviceKind"), "key", 3),
        (format!("/reports?{RANGE}&groupBy=date"), "key", 21),
        (format!("/compare?{RANGE}&{compare}"), "key", 3),
        (format!("/reports?{RANGE}&limit=1000"), "hotelId", 252),
        (format!("/rooms/101/reports?{RANGE}"), "hotelId", 21),
    ] {
        let answer = get_with(&api, &format!("{HOTEL}{path}"), &[("accept", "text/csv")]).await;
        assert_eq!(answer.status.as_u16(), 200);
        let rows = rows(answer.text());
        assert_eq!(rows[0][0], key);
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{path}");
        // A report has a row per device state.
        assert!(rows.len() > count && (key != "key" || rows.len() == count + 1), "{path}");
        assert_eq!(answer.header("link"), "");
    }
}

#[tokio::test]
async fn pages_lead_on_by_header_and_come_to_the_same_rows() {
    let api = harbour().await.api();
    let first = format!("?{RANGE}&groupBy=room&format=csv&limit=5");
    let whole = get(&api, &format!("{HOTEL}/reports?{RANGE}&groupBy=room&format=csv")).await;
    let (mut gathered, mut next) = (Vec::new(), Some(first));
    while let Some(query) = next {
        let page = get(&api, &format!("{HOTEL}/reports{query}")).await;
        gathered.extend(page.text().lines().skip(1).map(str::to_owned));
        let link = page.header("link");
        assert_eq!(link.is_empty(), page.header("x-next-token").is_empty());
        next = link
            .strip_prefix('<')
            .map(|link| link.strip_suffix(">; rel=\"next\"").unwrap().to_owned());
    }
    assert_eq!(gathered, whole.text().lines().skip(1).collect::<Vec<_>>());
    assert_eq!(gathered.len(), 12);
}

#[tokio::test]
async fn a_comparison_has_an_empty_cell_for_the_percent_of_nothing() {
    let api = harbour().await.api();
    let compare = "baselineFrom=2026-10-12&baselineTo=2026-10-21&groupBy=hotel";
    let answer = get(&api, &format!("{HOTEL}/compare?{RANGE}&{compare}&format=csv")).await;
    let rows = rows(answer.text());
    let cell = |name: &str| rows[1][rows[0].iter().position(|column| *column == name).unwrap()];
    assert_eq!((cell("currentDays"), cell("baselineDays")), ("21", "10"));
    assert_eq!((cell("changeUnratedMsPerDay"), cell("changeUnratedMsPercent")), ("0", ""));
    assert!(cell("changeEnergyWhPercent").parse::<f64>().unwrap() > 0.0);
}
