//! Reports as the API answers them, held against the oracle's.

use roomwatt_domain::{ClosedReport, Fact, Instant, Profile, RoomId};
use roomwatt_presentation::RoomReportView;
use serde_json::Value;

use crate::made_up::last_due;
use crate::running::Running;

/// Compares all reports of a room with the oracle's; how many they are, and the revisions made.
pub(crate) async fn compare(
    running: &mut Running,
    hotel: &Profile,
    room: &RoomId,
    facts: &[Fact],
    now: Instant,
) -> (usize, u64) {
    let closed_through = last_due(hotel, now);
    let expected = integration::oracle::reports(hotel, room, facts, closed_through);
    let Some(first) = expected.keys().next() else { return (0, 0) };
    let path = format!("/hotels/{}/rooms/{room}/reports", hotel.hotel_id);
    let answer = running.get(&path, &format!("from={first}&to={closed_through}")).await;
    let body = answer["body"].as_str().expect("a body");
    let mut answered: Value = serde_json::from_str(body).expect("JSON");
    let answered = answered["reports"].as_array_mut().expect("reports");
    let mut revisions = 0;
    for report in answered.iter_mut() {
        revisions += report["revision"].as_u64().expect("a number") - 1;
        *report = without_history(report.take());
    }
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(date, report)| {
            let room = room.clone();
            let day = hotel.calendar.day(date).expect("a day with a report");
            let closed = ClosedReport::first(room, day, report, now);
            let view = RoomReportView::closed(&hotel.hotel_id, &hotel.calendar, &closed);
            without_history(serde_json::to_value(view).expect("JSON"))
        })
        .collect();
    assert_eq!(*answered, expected, "{path}");
    (expected.len(), revisions)
}

/// A report without what depends on when events came: the oracle knows nothing of that.
fn without_history(mut report: Value) -> Value {
    for field in ["revision", "closedAt", "revisions"] {
        report.as_object_mut().expect("a report").remove(field);
    }
    report
}
