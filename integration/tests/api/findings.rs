//! What to do about a day, as the API tells it.

use roomwatt_domain::{BusinessDate, Suspect};

use crate::harbour::{HOTEL, get, harbour};

#[tokio::test]
async fn findings_are_the_days_suspects_most_money_first_and_lead_to_their_day() {
    let harbour = harbour().await;
    let api = harbour.api();
    for day in 25..=31 {
        let date = BusinessDate::parse(&format!("2026-10-{day}")).unwrap();
        let answer = get(&api, &format!("{HOTEL}/findings?date={date}")).await.found();
        assert_eq!(answer["date"], date.to_string());
        let of_the_day = harbour.reports.iter().filter(|report| report.date == date);
        let mut suspects: Vec<_> = of_the_day.flat_map(Suspect::of).collect();
        Suspect::sort(&mut suspects);
        let findings = answer["findings"].as_array().unwrap();
        assert_eq!(findings.len(), suspects.len(), "{date}");
        for (finding, suspect) in findings.iter().zip(&suspects) {
            assert_eq!(finding["roomId"], suspect.room.as_str());
            assert_eq!(finding["deviceId"], suspect.device.id.as_str());
            assert_eq!(finding["wasteMs"], suspect.wasted.time);
            let nights = &finding["nights"];
            assert!(nights["wasted"].as_u64() <= nights["exposed"].as_u64(), "{nights}");
            assert!(finding["text"].as_str().unwrap().contains(suspect.room.as_str()));
            let page = get(&api, &format!("{HOTEL}/{}", finding["href"].as_str().unwrap())).await;
            assert_eq!(page.status.as_u16(), 200);
        }
        for fault in answer["signal"].as_array().unwrap() {
            assert!(!fault["text"].as_str().unwrap().is_empty(), "{fault}");
        }
    }
}

#[tokio::test]
async fn without_a_date_they_are_those_of_the_last_closed_day() {
    let api = harbour().await.api();
    let last = get(&api, HOTEL).await.found()["closedThrough"].clone();
    let answer = get(&api, &format!("{HOTEL}/findings")).await.found();
    assert_eq!(answer["date"], last);
}

#[tokio::test]
async fn a_day_that_is_not_closed_and_a_number_of_days_out_of_range_are_refused() {
    let api = harbour().await.api();
    for (query, parameter) in [
        ("date=2026-12-24", "date"),
        ("date=2026-02-30", "date"),
        ("days=0", "days"),
        ("days=61", "days"),
        ("days=-1", "days"),
        ("days=a", "days"),
        ("from=2026-10-30", "from"),
    ] {
        let problem = get(&api, &format!("{HOTEL}/findings?{query}")).await.problem(400);
        assert_eq!(problem["parameter"], parameter, "{query}");
    }
    get(&api, "/hotels/nowhere/findings").await.problem(404);
}

#[tokio::test]
async fn a_period_is_answered_as_its_dates_are() {
    let api = harbour().await.api();
    let last = get(&api, HOTEL).await.found()["closedThrough"].as_str().unwrap().to_owned();
    for (path, dates, period) in [
        ("reports?groupBy=hotel&", "from=2026-10-01&to=2026-10-31".to_owned(), "2026-10"),
        ("rooms/101/reports?", format!("from={last}&to={last}"), "yesterday"),
        (
            "compare?groupBy=hotel&baseline=previous&",
            "from=2026-10-19&to=2026-10-25".to_owned(),
            "2026-W43",
        ),
    ] {
        let by_dates = get(&api, &format!("{HOTEL}/{path}{dates}")).await.found();
        let by_name = get(&api, &format!("{HOTEL}/{path}period={period}")).await.found();
        assert_eq!(by_dates, by_name, "{path}");
    }
    let refused = format!("{HOTEL}/reports?period=tomorrow");
    assert_eq!(get(&api, &refused).await.problem(400)["parameter"], "period");
}
