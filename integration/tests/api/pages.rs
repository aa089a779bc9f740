//! The pages over HTTP: what they come with, and that their links lead on.

use std::sync::Arc;

use roomwatt_api::Caller;
use roomwatt_domain::Profile;
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::ReplayClock;
use roomwatt_embedded::deployment::DEVICE_EVENTS;

use crate::harbour::{HOTEL, RANGE, get, get_with, harbour, later, router};

const PAGES: [&str; 3] = [
    "/report.html?from=2026-10-22&to=2026-10-31",
    "/rooms/101/report.html?from=2026-10-22&to=2026-10-31",
    "/rooms/101/history.html?date=2026-10-30",
];

#[tokio::test]
async fn a_page_may_load_nothing_and_is_kept_nowhere() {
    let api = harbour().await.api();
    for page in PAGES {
        let path = format!("{HOTEL}{page}");
        let answer = get(&api, &path).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!(answer.header("etag"), "");
        let again = get_with(&api, &path, &[("if-none-match", "*")]).await;
        assert_eq!((again.status.as_u16(), again.body), (200, answer.body));
    }
}

#[tokio::test]
async fn the_language_is_that_of_the_parameter_or_of_the_browser() {
    let api = harbour().await.api();
    for page in PAGES {
        let path = format!("{HOTEL}{page}");
        for (lang, accepted, expected) in [
            ("", "", "<html lang=\"en\""),
            ("&lang=ko", "en", "<html lang=\"ko\""),
            ("", "ko-KR,ko;q=0.9,en;q=0.8", "<html lang=\"ko\""),
            ("&lang=tlh", "", "<html lang=\"en\""),
        ] {
            let answer =
                get_with(&api, &format!("{path}{lang}"), &[("accept-language", accepted)]).await;
            assert!(answer.text().contains(expected), "{page} {lang} {accepted}");
        }
    }
}

#[tokio::test]
async fn a_page_without_dates_is_that_of_yesterday() {
    let api = harbour().await.api();
    let hotel = get(&api, HOTEL).await.json();
    let last = hotel["closedThrough"].as_str().unwrap();
    let page = |query: String| format!("{HOTEL}/report.html?{query}");
    let of_the_date = get(&api, &page(format!("from={last}&to={last}"))).await;
    for query in ["", "period=yesterday"] {
        // Its links go on to mean yesterday.
        let yesterday = get(&api, &page(query.to_owned())).await;
        let dates = format!("from={last}&#38;to={last}");
        let fixed = yesterday.text().replace("period=yesterday", &dates);
        assert_ne!(fixed, yesterday.text());
        assert_eq!(fixed, of_the_date.text(), "{query}");
    }
}

#[tokio::test]
async fn the_list_of_hotels_leads_to_the_only_one_there_is() {
    let harbour = harbour().await;
    let answer = get(&harbour.api(), "/").await;
    assert_eq!(answer.status.as_u16(), 302, "{}", answer.text());
    assert_eq!(answer.header("location"), "hotels/harbour-house/report.html");
    let none = Caller::bearer(&[("scope".to_owned(), "reports:read".to_owned())].into());
    let nobody = router(harbour.store(), later(), Some(none));
    let empty = get(&nobody, "/").await;
    assert_eq!(empty.status.as_u16(), 200);
    assert!(empty.text().contains("There is no hotel that you may see."), "{}", empty.text());
}

#[tokio::test]
async fn a_browser_that_asks_for_the_hotels_is_led_to_their_page() {
    let api = harbour().await.api();
    // Of two that are wanted alike, the one that is named more closely.
    for accept in ["text/html,*/*;q=0.8", "text/html,*/*", "text/*,*/*"] {
        let led = get_with(&api, "/hotels", &[("accept", accept)]).await;
        assert_eq!((led.status.as_u16(), led.header("location")), (302, "./"), "{accept}");
    }
    for accept in ["*/*", "application/json", "text/html,application/problem+json"] {
        let list = get_with(&api, "/hotels", &[("accept", accept)]).await.found();
        assert_eq!(list["hotels"][0]["hotelId"], "harbour-house");
    }
}

#[tokio::test]
async fn a_hotel_without_reports_says_what_came_of_it() {
    let clock = Arc::new(ReplayClock::at(later()));
    let deployment = Deployment::new(None, clock).await.unwrap();
    let store = deployment.store();
    let profile = Profile::parse(r#"{"hotelId":"new-1","timeZone":"Asia/Seoul"}"#).unwrap();
    store.put_profile(&profile, later()).await.unwrap();
    let api = router(store.clone(), later(), Some(Caller::Owner));
    let page = get(&api, "/hotels/new-1/report.html").await;
    assert!(page.text().contains("No event of it was taken in yet."), "{}", page.text());
    let event = r#"{"eventId":"1","hotelId":"new-1","roomId":"1","deviceId":"d","deviceKind":"light",
        "state":"ON","occurredAt":"2030-01-01T00:00:00Z"}"#;
    deployment.queues().send(DEVICE_EVENTS, event.to_owned(), [].into());
    deployment.flush().await;
    let page = get(&api, "/hotels/new-1/report.html").await;
    let said =
        "Events were last refused on Tue 3 Nov 2026 21:00 (UTC+09:00): 1 dated more than five";
    assert!(page.text().contains(said), "{}", page.text());
}

/// The mistake of most first days: an event that names its hotel and cannot be read otherwise.
#[tokio::test]
async fn a_hotel_is_told_of_its_malformed_events() {
    let clock = Arc::new(ReplayClock::at(later()));
    let deployment = Deployment::new(None, clock).await.unwrap();
    let store = deployment.store();
    let profile = Profile::parse(r#"{"hotelId":"new-1","timeZone":"Asia/Seoul"}"#).unwrap();
    store.put_profile(&profile, later()).await.unwrap();
    for (hotel, state) in [("new-1", "on"), ("new-1", "oFF"), ("nowhere", "on")] {
        let event = format!(
            r#"{{"eventId":"1","hotelId":"{hotel}","roomId":"1","deviceId":"d","deviceKind":"light",
            "state":"{state}","occurredAt":"2026-11-03T11:00:00Z"}}"#
        );
        deployment.queues().send(DEVICE_EVENTS, event, [].into());
    }
    deployment.flush().await;
    let api = router(store.clone(), later(), Some(Caller::Owner));
    let page = get(&api, "/hotels/new-1/report.html").await;
    assert!(page.text().contains("2 that could not be read"), "{}", page.text());
}

/// With its first event a hotel is opened as of the day before, and that day is none that was closed.
#[tokio::test]
async fn on_its_first_day_a_hotel_has_closed_none() {
    let clock = Arc::new(ReplayClock::at(later()));
    let deployment = Deployment::new(None, clock).await.unwrap();
    let store = deployment.store();
    for hotel in ["new-1", "new-2"] {
        let profile = format!(r#"{{"hotelId":"{hotel}","timeZone":"Asia/Seoul"}}"#);
        store.put_profile(&Profile::parse(&profile).unwrap(), later()).await.unwrap();
    }
    let event = r#"{"eventId":"1","hotelId":"new-1","roomId":"1","deviceId":"d","deviceKind":"light",
        "state":"ON","occurredAt":"2026-11-03T11:00:00Z"}"#;
    deployment.queues().send(DEVICE_EVENTS, event.to_owned(), [].into());
    deployment.flush().await;
    let api = router(store.clone(), later(), Some(Caller::Owner));
    let page = get(&api, "/hotels/new-1/report.html").await;
    assert!(page.text().contains("No day of this hotel has been closed yet"), "{}", page.text());
    assert!(!page.text().contains("not counted as zero"), "{}", page.text());
    let hotels = get(&api, "/").await;
    assert_eq!(hotels.text().matches("none yet").count(), 2, "{}", hotels.text());
}

#[tokio::test]
async fn a_choice_of_language_outlives_a_redirect() {
    let api = harbour().await.api();
    for (path, expected) in [
        ("/?lang=ko", "hotels/harbour-house/report.html?lang=ko"),
        ("/", "hotels/harbour-house/report.html"),
        ("/hotels?lang=ko", "./?lang=ko"),
        ("/hotels", "./"),
    ] {
        let answer = get_with(&api, path, &[("accept", "text/html")]).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (302, expected), "{path}");
    }
    assert_eq!(get(&api, "/hotels?lang=ko").await.status.as_u16(), 400);
}

/// A bookmark of a period goes on to mean it, in whichever language and order.
#[tokio::test]
async fn a_pages_links_keep_what_was_chosen() {
    let api = harbour().await.api();
    let path = format!("{HOTEL}/report.html?period=30d&baseline=same-weekdays&sort=energy");
    let page = get(&api, &path).await;
    for link in [
        "period=30d&amp;lang=ko&amp;baseline=same-weekdays&amp;sort=energy\"",
        "period=7d&amp;lang=en&amp;baseline=same-weekdays&amp;sort=energy\"",
        "period=30d&amp;lang=en&amp;sort=energy\"",
        "period=30d&amp;lang=en&amp;baseline=same-weekdays#where\"",
        "name=\"baseline\" value=\"same-weekdays\"",
    ] {
        let text = page.text().replace("&#38;", "&amp;");
        assert!(text.contains(link), "{link}");
    }
}

#[tokio::test]
async fn a_browser_is_told_of_a_problem_by_a_page_and_a_program_by_a_document() {
    let api = harbour().await.api();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, status) in [
        ("/hotels/nowhere/report.html", 404),
        ("/nowhere", 404),
        ("/hotels/harbour-house/report.html?period=never", 400),
    ] {
        let headers = [("accept", browser), ("accept-language", "ko")];
        let page = get_with(&api, path, &headers).await;
        assert_eq!(
            (page.status.as_u16(), page.header("content-type")),
            (status, "text/html; charset=utf-8")
        );
        assert!(page.text().contains("<html lang=\"ko\""), "{}", page.text());
        let rule = page.text().contains("yesterday, 7d, 30d");
        assert_eq!(rule, path.contains("period"), "{}", page.text());
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        for accept in ["*/*", "application/json", ""] {
            get_with(&api, path, &[("accept", accept)]).await.problem(status);
        }
    }
}

#[tokio::test]
async fn the_hotels_page_begins_with_what_to_do() {
    let api = harbour().await.api();
    let page = get(&api, &format!("{HOTEL}/report.html")).await;
    let findings = get(&api, &format!("{HOTEL}/findings")).await.found();
    let first = &findings["findings"][0];
    assert!(page.text().contains("Do today"), "{}", page.text());
    assert!(page.text().contains(first["href"].as_str().unwrap()), "{first}");
}

#[tokio::test]
async fn the_open_day_has_a_page_too() {
    let api = harbour().await.api();
    let answer = get(&api, &format!("{HOTEL}/rooms/101/history.html?date=2026-11-03")).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_as_everywhere() {
    let api = harbour().await.api();
    get(&api, &format!("{HOTEL}/report.html?from=2026-10-22")).await.problem(400);
    get(&api, &format!("{HOTEL}/report.html?period=mtd&{RANGE}")).await.problem(400);
    get(&api, &format!("{HOTEL}/report.html?baseline=before")).await.problem(400);
    let problem = get(&api, &format!("{HOTEL}/report.html?sort=loudest")).await.problem(400);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("sort") && detail.contains("rank, cost, energy or name"), "{detail}");
    get(&api, &format!("/hotels/nowhere/report.html?{RANGE}")).await.problem(404);
    get(&api, &format!("{HOTEL}/rooms/999/report.html?{RANGE}")).await.problem(404);
    get(&api, &format!("{HOTEL}/rooms/999/history.html?date=2026-10-13")).await.problem(404);
}

#[tokio::test]
async fn every_link_of_a_page_leads_to_one() {
    let api = harbour().await.api();
    for page in PAGES {
        let path = format!("{HOTEL}{page}");
        let answer = get(&api, &path).await;
        let folder = path.split('?').next().unwrap().rsplit_once('/').unwrap().0.to_owned();
        let links =
            answer.text().split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let mut followed = 0;
        for link in links.filter(|link| !link.starts_with('#') && !link.starts_with("data:")) {
            let mut steps: Vec<&str> = folder.split('/').collect();
            let link = link.replace("&amp;", "&").replace("&#38;", "&");
            let mut rest = link.as_str();
            while let Some(up) = rest.strip_prefix("../") {
                steps.pop();
                rest = up;
            }
            let target = format!("{}/{rest}", steps.join("/"));
            if followed < 40 {
                let answer = get(&api, &target).await;
                // The list of hotels leads on to the only one.
                let expected = if target.starts_with("/?") { 302 } else { 200 };
                assert_eq!(answer.status.as_u16(), expected, "{page}: {link} is {target}");
            }
            followed += 1;
        }
        assert!(followed > 2, "{page}");
    }
}
