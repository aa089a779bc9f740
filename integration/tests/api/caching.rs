//! Tags, ages and compression.

use std::io::Read;

use flate2::read::GzDecoder;
use roomwatt_api::Caller;
use roomwatt_store::StoredReport;

use crate::harbour::{HOTEL, RANGE, get, get_with, harbour, later, router};
use crate::lakeside::{Lakeside, instant};

#[tokio::test]
async fn closed_days_have_a_tag_and_are_not_sent_twice() {
    let api = harbour().await.api();
    let compare = "baselineFrom=2026-10-12&baselineTo=2026-10-21&groupBy=hotel";
    for path in [
        format!("{HOTEL}/reports?{RANGE}"),
        format!("{HOTEL}/reports?{RANGE}&groupBy=date&format=csv"),
        format!("{HOTEL}/rooms/101/reports?{RANGE}"),
        format!("{HOTEL}/compare?{RANGE}&{compare}"),
        format!("{HOTEL}/rooms/101/history?date=2026-10-13"),
    ] {
        let first = get(&api, &path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}");
        assert_eq!(first.header("cache-control"), "private, max-age=60, must-revalidate");
        let again = get_with(&api, &path, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), tag);
        let other = get_with(&api, &path, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!((other.status.as_u16(), &other.body), (200, &first.body));
    }
}

#[tokio::test]
async fn what_may_be_another_the_next_time_is_not_kept() {
    let api = harbour().await.api();
    for path in [
        "/hotels".to_owned(),
        HOTEL.to_owned(),
        format!("{HOTEL}/live"),
        format!("{HOTEL}/reports?from=2026-10-12&to=2027-01-01"),
        format!("{HOTEL}/rooms/101/history?date=2026-11-03"),
        format!("{HOTEL}/nowhere"),
    ] {
        let answer = get(&api, &path).await;
        assert_eq!(
            (answer.header("cache-control"), answer.header("etag")),
            ("no-store", ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_revision_changes_the_tag() {
    let lakeside = Lakeside::at(instant("2026-11-20T18:00:00+01:00")).await;
    let store = lakeside.deployment.store();
    let profile = crate::lakeside::profile(crate::lakeside::HOTEL);
    let day = profile.calendar.day("2026-11-20".parse().unwrap()).unwrap();
    store.open_hotel(&profile, day.date, lakeside.now()).await.unwrap();
    let room = "203".parse().unwrap();
    let fold = |on: bool| {
        let lamp = roomwatt_domain::Signal::Device(roomwatt_domain::Device {
            id: "lamp-1".parse().unwrap(),
            kind: "light".parse().unwrap(),
        });
        let state = if on { "ON" } else { "OFF" }.parse().unwrap();
        let told = (lamp, roomwatt_domain::Transition { at: day.window.start + 1, state });
        let history = roomwatt_domain::History::new([told]);
        roomwatt_domain::RoomReport::fold(
            day.window,
            &roomwatt_domain::RoomStates::default(),
            &history,
            &profile.terms(&room),
        )
    };
    let closed =
        roomwatt_domain::ClosedReport::first(room.clone(), day, fold(true), day.window.end);
    let before = StoredReport { closed, terms: 1, fence: 1, writes: 1, pending: false };
    store.put_report(&profile.hotel_id, &day, &before).await.unwrap();
    let api = router(store.clone(), later(), Some(Caller::Owner));
    let path = "/hotels/lakeside-1/rooms/203/reports?from=2026-11-20&to=2026-11-20";
    let tag = get(&api, path).await.header("etag").to_owned();
    let closed = before.closed.revised(fold(false), day.window.end + 1).unwrap();
    let after = StoredReport { closed, writes: 2, ..before.clone() };
    store.revise_report(&profile.hotel_id, &day, Some(&before), &after).await.unwrap();
    let answer = get_with(&api, path, &[("if-none-match", &tag)]).await;
    assert_eq!(answer.found()["reports"][0]["revision"], 2);
    assert_ne!(answer.header("etag"), tag);
}

#[tokio::test]
async fn answers_are_compressed_for_who_accepts_it() {
    let api = harbour().await.api();
    let path = format!("{HOTEL}/reports?{RANGE}");
    let plain = get(&api, &path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let gzipped = get_with(&api, &path, &[("accept-encoding", "br, gzip")]).await;
    assert_eq!(gzipped.header("content-encoding"), "gzip");
    assert_eq!(gzipped.header("etag"), plain.header("etag"));
    assert!(gzipped.body.len() * 5 < plain.body.len());
    let mut text = Vec::new();
    GzDecoder::new(gzipped.body.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body);
}
