//! The reports that a room's events come to, by no other means than the fold: no table, no queues,
//! no close, no revision.

use std::collections::BTreeMap;

use roomwatt_domain::{
    BusinessDate, History, Profile, RoomId, RoomReport, RoomStates, Signal, Transition,
};

/// A room's report of each business day from the one of its first transition (rule 13) to the last
/// closed one, each opening with the states with which the one before closed (rule 5).
pub fn reports(
    profile: &Profile,
    room: &RoomId,
    transitions: &[(Signal, Transition)],
    closed_through: BusinessDate,
) -> BTreeMap<BusinessDate, RoomReport> {
    reports_on(|_| profile, room, transitions, closed_through)
}

/// The same where the hotel's profile changes, but for its zone: each date has its own.
pub fn reports_on<'a>(
    profile: impl Fn(BusinessDate) -> &'a Profile,
    room: &RoomId,
    transitions: &[(Signal, Transition)],
    closed_through: BusinessDate,
) -> BTreeMap<BusinessDate, RoomReport> {
    let calendar = &profile(closed_through).calendar;
    let mut reports = BTreeMap::new();
    let Some(first) = transitions.iter().map(|(_, transition)| transition.at).min() else {
        return reports;
    };
    let mut opening = RoomStates::default();
    let mut day = calendar.day_of(first);
    while day.date <= closed_through {
        let of_the_day =
            transitions.iter().filter(|(_, transition)| day.window.contains(transition.at));
        let history = History::new(of_the_day.cloned());
        let terms = profile(day.date).terms(room);
        let report = RoomReport::fold(day.window, &opening, &history, &terms);
        opening = report.closing();
        reports.insert(day.date, report);
        day = calendar.next(day.date);
    }
    reports
}
