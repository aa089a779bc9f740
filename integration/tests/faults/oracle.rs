//! What must be in the table when everything is over.

use std::collections::{BTreeMap, BTreeSet};

use integration::oracle::reports_on;
use roomwatt_domain::{BusinessDate, Fact, HotelId, Instant, Month, Profile, ReportSums, RoomId};
use roomwatt_store::{HotelDay, StoredReport};
use serde_json::Value;

use crate::services::Services;

/// A hotel, with everything that happened in it.
pub(crate) struct Hotel {
    /// Its profile, version by version.
    pub(crate) profiles: Vec<Profile>,
    pub(crate) rooms: BTreeMap<RoomId, Vec<Fact>>,
}

type Reports = BTreeMap<(RoomId, BusinessDate), StoredReport>;

impl Hotel {
    /// What is wrong with the hotel, now that every due day is closed and nobody works any more.
    pub(crate) async fn faults(
        &self,
        services: &Services,
        told: &BTreeSet<(String, String)>,
    ) -> Vec<String> {
        let profile = &self.profiles[0];
        let hotel = &profile.hotel_id;
        let mut faults = Vec::new();
        let state = services.store.close_state(hotel, services.now()).await.expect("a table");
        let Some(state) = state else {
            return if self.rooms.is_empty() {
                faults
            } else {
                vec![format!("{hotel} is not open")]
            };
        };
        let due = last_due(services, profile, services.now());
        if state.closed_through != due || state.announced_through != due {
            faults.push(format!("{hotel} should be closed through {due}: {state:?}"));
        }
        if state.under_way || state.progress.is_some() {
            faults.push(format!("{hotel} is left in the middle of a close: {state:?}"));
        }
        let reports = self.reports(services, &state.closed_through).await;
        faults.extend(self.compare(services, &reports, state.closed_through));
        faults.extend(self.add_up(services, &reports, state.closed_through, told).await);
        faults.extend(self.sum_up(services, &reports, state.closed_through).await);
        for ((room, date), stored) in &reports {
            if stored.pending {
                faults.push(format!("{hotel} {room} {date} is pending still"));
            }
            let revision = stored.closed.revision;
            if revision > 1
                && !tells(told, "RoomReportRevised", |detail| {
                    detail["hotelId"] == hotel.as_str()
                        && detail["roomId"] == room.as_str()
                        && detail["date"] == date.to_string()
                        && detail["revision"] == revision
                })
            {
                faults.push(format!("{hotel} {room} {date}: revision {revision} is not told"));
            }
        }
        faults
    }

    /// Every report that there is, from long before the first event.
    async fn reports(&self, services: &Services, through: &BusinessDate) -> Reports {
        let (hotel, calendar) = (&self.profiles[0].hotel_id, &self.profiles[0].calendar);
        let mut reports = Reports::new();
        let mut day = calendar.day_of(self.first());
        for _ in 0..3 {
            day = calendar.previous(day.date);
        }
        // Days after the last closed one must have none either.
        for _ in 0..3 + 100 {
            let mut pages = services.store.reports(hotel, day.date, None, services.now());
            while let Some(stored) = pages.next().await.expect("a table") {
                reports.insert((stored.closed.room.clone(), day.date), stored);
            }
            if day.date > *through {
                break;
            }
            day = calendar.next(day.date);
        }
        reports
    }

    fn first(&self) -> Instant {
        let instants = self.rooms.values().flatten().map(Fact::at);
        instants.min().expect("an event")
    }

    /// Rule 13 and the fold, against what is stored.
    fn compare(
        &self,
        services: &Services,
        reports: &Reports,
        through: BusinessDate,
    ) -> Vec<String> {
        let hotel = &self.profiles[0].hotel_id;
        let mut faults = Vec::new();
        let mut expected = BTreeSet::new();
        for (room, facts) in &self.rooms {
            let terms = |date| {
                let stored = reports.get(&(room.clone(), date));
                let version =
                    stored.map_or(1, |stored| usize::try_from(stored.terms).expect("small"));
                &self.profiles[version - 1]
            };
            for (date, report) in reports_on(terms, room, facts, through) {
                let key = (room.clone(), date);
                let day = self.profiles[0].calendar.day(date);
                if day.is_some_and(|day| services.has_expired(day.window)) {
                    continue;
                }
                match reports.get(&key) {
                    None => faults.push(format!("{hotel} {room} {date}: there is no report")),
                    Some(stored) if stored.closed.report != report => faults.push(format!(
                        "{hotel} {room} {date}, revision {}: {:?} instead of {report:?}",
                        stored.closed.revision, stored.closed.report
                    )),
                    Some(_) => {}
                }
                expected.insert(key);
            }
        }
        for (room, date) in reports.keys().filter(|key| !expected.contains(*key)) {
            faults.push(format!("{hotel} {room} {date}: there is a report"));
        }
        faults
    }

    /// Every closed day has its totals, and was told.
    async fn add_up(
        &self,
        services: &Services,
        reports: &Reports,
        through: BusinessDate,
        told: &BTreeSet<(String, String)>,
    ) -> Vec<String> {
        let (hotel, calendar) = (&self.profiles[0].hotel_id, &self.profiles[0].calendar);
        let mut faults = Vec::new();
        let mut days =
            services.store.hotel_days(hotel, BusinessDate::MIN, BusinessDate::MAX, services.now());
        let mut dates = BTreeSet::new();
        while let Some(day) = days.next().await.expect("a table") {
            let mut expected = HotelDay { revision: day.revision, ..HotelDay::empty(day.date) };
            for stored in
                reports.iter().filter(|((_, date), _)| *date == day.date).map(|(_, stored)| stored)
            {
                expected += &stored.closed.report;
            }
            if day != expected {
                faults.push(format!("{hotel} {}: {day:?} instead of {expected:?}", day.date));
            }
            dates.insert(day.date);
        }
        let mut date = dates.first().copied().unwrap_or(through);
        while date <= through {
            if !dates.contains(&date) {
                faults.push(format!("{hotel} {date} has no totals"));
            }
            date = calendar.next(date).date;
        }
        faults.extend(
            dates
                .iter()
                .filter(|date| **date > through)
                .map(|date| format!("{hotel} {date} has totals")),
        );
        for date in closed_days(services, hotel).await {
            let is_it = |detail: &Value| {
                detail["hotelId"] == hotel.as_str() && detail["date"] == date.as_str()
            };
            if !tells(told, "HotelDayClosed", is_it) {
                faults.push(format!("{hotel} {date}: the close is not told"));
            }
        }
        faults
    }

    /// Every month that is over has the sums of each room's reports.
    async fn sum_up(
        &self,
        services: &Services,
        reports: &Reports,
        through: BusinessDate,
    ) -> Vec<String> {
        let (hotel, calendar) = (&self.profiles[0].hotel_id, &self.profiles[0].calendar);
        let (store, now) = (&services.store, services.now());
        let mut months: BTreeMap<Month, BTreeMap<RoomId, ReportSums>> = BTreeMap::new();
        for ((room, date), stored) in reports {
            let rooms = months.entry(Month::of(*date)).or_default();
            *rooms.entry(room.clone()).or_default() += ReportSums::of(&stored.closed);
        }
        let mut faults = Vec::new();
        for (month, expected) in months {
            // Sums are kept for longer than the reports of the month's first days.
            let mut days = month.dates(calendar).filter_map(|date| calendar.day(date));
            if days.any(|day| services.has_expired(day.window)) {
                continue;
            }
            let noted = store.summed_months(hotel, month.first(), month.first(), now).await;
            let noted = !noted.expect("a table").is_empty();
            let mut found = BTreeMap::new();
            let mut rooms = store.room_months(hotel, month, now);
            while let Some((room, sums)) = rooms.next().await.expect("a table") {
                found.insert(room, sums);
            }
            let is_over = month.is_over(calendar, through);
            let expected = if is_over { expected } else { BTreeMap::new() };
            if noted != is_over || found != expected {
                faults.push(format!(
                    "{hotel} {month}, noted {noted}: {found:?} instead of {expected:?}"
                ));
            }
        }
        faults
    }
}

/// The dates that a close has added up. Days before the first event are opened by revisions only,
/// and have no fence.
async fn closed_days(services: &Services, hotel: &HotelId) -> Vec<String> {
    let mut items =
        services.aws.dynamodb().scan().table_name("roomwatt").into_paginator().items().send();
    let mut dates = Vec::new();
    while let Some(item) = items.next().await {
        let item = item.expect("a page");
        let key = |name: &str| item[name].as_s().expect("a key").clone();
        let date = key("sk").strip_prefix("DAY#").map(str::to_owned);
        if key("pk") == format!("HOTEL#{hotel}") && item.contains_key("fence") {
            dates.extend(date);
        }
    }
    dates
}

/// The last day of a hotel that is due at an instant.
pub(crate) fn last_due(services: &Services, profile: &Profile, at: Instant) -> BusinessDate {
    let mut day = profile.calendar.day_of(at);
    while services.store.schedule().due_at(&day) > at {
        day = profile.calendar.previous(day.date);
    }
    day.date
}

fn tells(told: &BTreeSet<(String, String)>, kind: &str, is: impl Fn(&Value) -> bool) -> bool {
    told.iter().any(|(of, detail)| of == kind && is(&serde_json::from_str(detail).expect("JSON")))
}
