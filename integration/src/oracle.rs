//! The reports that a room's events come to, by no other means than the fold: no table, no queues,
//! no close, no revision.

use std::collections::BTreeMap;

use roomwatt_domain::{BusinessDate, Fact, History, Profile, RoomId, RoomReport, RoomStates};

/// A room's report of each business day from the one of its first fact (rule 13) to the last closed
/// one, each opening with the states with which the one before closed (rule 5); none where the room
/// is dormant and was not heard (rule 16).
pub fn reports(
    profile: &Profile,
    room: &RoomId,
    facts: &[Fact],
    closed_through: BusinessDate,
) -> BTreeMap<BusinessDate, RoomReport> {
    reports_on(|_| profile, room, facts, closed_through)
}

/// The same where the hotel's profile changes, but for its zone: each date has its own.
pub fn reports_on<'a>(
    profile: impl Fn(BusinessDate) -> &'a Profile,
    room: &RoomId,
    facts: &[Fact],
    closed_through: BusinessDate,
) -> BTreeMap<BusinessDate, RoomReport> {
    let calendar = &profile(closed_through).calendar;
    let mut reports = BTreeMap::new();
    let Some(first) = facts.iter().map(Fact::at).min() else { return reports };
    let mut opening = RoomStates::default();
    let mut day = calendar.day_of(first);
    while day.date <= closed_through {
        let of_the_day = facts.iter().filter(|fact| day.window.contains(fact.at()));
        let history: History = of_the_day.cloned().collect();
        let terms = profile(day.date).terms(room);
        let is_known = opening.heard.is_some() || !history.is_empty();
        if is_known && opening.has_report(day.window.start, &history, &terms) {
            let report = RoomReport::fold(day.window, &opening, &history, &terms);
            opening = report.closing();
            reports.insert(day.date, report);
        } else {
            opening = RoomStates::default();
        }
        day = calendar.next(day.date);
    }
    reports
}
