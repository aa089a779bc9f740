//! Groups against sums done the long way.

use std::collections::BTreeMap;

use roomwatt_domain::{ClosedReport, Energy, Nights, Occupancy, Profile, RoomStates, Totals};
use roomwatt_presentation::{DaySums, Group, GroupBy, GroupView, Groups, Listing};

use crate::hotel::{bare, closed, metered, metered_days, seoul, some_days};

fn grouped<'a>(
    profile: &Profile,
    by: GroupBy,
    reports: impl IntoIterator<Item = &'a ClosedReport>,
) -> Vec<Group> {
    let mut groups = Groups::new(by);
    for report in reports {
        groups.add(&profile.hotel_id, report);
    }
    groups.by_key().collect()
}

/// Every group as (key, reports, totals, occupancy), each from its own walk over all reports.
fn summed(
    reports: &[ClosedReport],
    key: impl Fn(&ClosedReport) -> String,
) -> Vec<(String, u64, Totals, Option<Occupancy>)> {
    let mut members: BTreeMap<String, Vec<&ClosedReport>> = BTreeMap::new();
    for report in reports {
        members.entry(key(report)).or_default().push(report);
    }
    let sums = members.into_iter().map(|(key, members)| {
        let totals = members.iter().map(|closed| closed.report.totals()).sum();
        let occupancy =
            members.iter().fold(Occupancy::default(), |sum, closed| sum + closed.report.occupancy);
        (key, members.len() as u64, totals, Some(occupancy))
    });
    sums.collect()
}

fn plain(groups: Vec<Group>) -> Vec<(String, u64, Totals, Option<Occupancy>)> {
    let plain = groups
        .into_iter()
        .map(|group| (group.key.to_string(), group.reports, group.totals, group.occupancy));
    plain.collect()
}

#[test]
fn groups_by_room_date_and_hotel_are_the_sums_of_their_reports() {
    let profile = seoul();
    let reports = some_days(&profile);
    let by = |by| plain(grouped(&profile, by, &reports));
    assert_eq!(by(GroupBy::Room), summed(&reports, |closed| closed.room.to_string()));
    assert_eq!(by(GroupBy::Date), summed(&reports, |closed| closed.date.to_string()));
    assert_eq!(by(GroupBy::Hotel), summed(&reports, |_| "seoul-1".to_owned()));

    let keys: Vec<_> =
        by(GroupBy::Room).into_iter().map(|(key, reports, ..)| (key, reports)).collect();
    assert_eq!(keys, [("1203".to_owned(), 4), ("1204".to_owned(), 4), ("9".to_owned(), 4)]);
}

#[test]
fn groups_by_device_kind_sum_the_devices_of_the_kind_and_have_no_occupancy() {
    let profile = seoul();
    let reports = some_days(&profile);
    let groups = grouped(&profile, GroupBy::DeviceKind, &reports);

    let expected: Vec<_> = ["light", "thermostat", "tv"]
        .into_iter()
        .map(|kind| {
            let of_kind = |closed: &ClosedReport| {
                let mut devices = closed.report.devices.clone();
                devices.retain(|device| device.device.kind.as_str() == kind);
                (!devices.is_empty()).then(|| Totals::over(&devices, closed.report.pricing))
            };
            let totals: Vec<_> = reports.iter().filter_map(of_kind).collect();
            (kind.to_owned(), totals.len() as u64, totals.into_iter().sum(), None)
        })
        .collect();
    assert_eq!(plain(groups.clone()), expected);

    // The kinds share out the whole, and a room that got its television later counts later.
    let all: Totals = groups.iter().map(|group| group.totals).sum();
    assert_eq!(all, reports.iter().map(|closed| closed.report.totals()).sum());
    assert_eq!(groups.iter().map(|group| group.reports).collect::<Vec<_>>(), [12, 12, 11]);
}

#[test]
fn the_order_of_the_reports_makes_no_difference() {
    let profile = seoul();
    let reports = some_days(&profile);
    for by in GroupBy::ALL {
        assert_eq!(
            grouped(&profile, by, &reports),
            grouped(&profile, by, reports.iter().rev()),
            "{by}"
        );
    }
}

#[test]
fn a_group_has_a_cost_where_one_of_its_reports_has_one() {
    let (priced, free) = (seoul(), bare());
    let mut reports = some_days(&free);
    assert_eq!(grouped(&free, GroupBy::Hotel, &reports)[0].totals.cost, None);
    reports.truncate(1);
    reports.extend(some_days(&priced).into_iter().skip(1).take(1));
    let group = &grouped(&priced, GroupBy::Hotel, &reports)[0];
    assert_eq!(group.totals.cost, reports[1].report.totals().cost);
}

/// A room on the nights around a year's end, sold on every other one.
fn around_new_year() -> Vec<ClosedReport> {
    let profile = seoul();
    let mut opening = RoomStates::default();
    let mut reports = Vec::new();
    let days = ["2026-12-27", "2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03", "2027-01-04"];
    for (number, day) in days.into_iter().enumerate() {
        let (evening, night) = (format!("{day}T18:00:00+09:00"), format!("{day}T22:00:00+09:00"));
        let stay = if number % 2 == 0 { "CHECKED_IN" } else { "CHECKED_OUT" };
        let reported = [
            ("stay", evening.as_str(), stay),
            ("light/lamp-1", evening.as_str(), "ON"),
            ("light/lamp-1", night.as_str(), "OFF"),
        ];
        let closed = closed(&profile, "1203", day, &opening, &reported);
        opening = closed.report.closing();
        reports.push(closed);
    }
    reports
}

#[test]
fn weeks_and_months_are_cut_where_the_calendar_cuts_them() {
    let reports = around_new_year();
    let keys = |by| -> Vec<_> {
        let groups = grouped(&seoul(), by, &reports);
        groups.iter().map(|group| (group.key.to_string(), group.reports)).collect()
    };
    let named = |key: &str, reports: u64| (key.to_owned(), reports);
    let weeks = [named("2026-W52", 1), named("2026-W53", 4), named("2027-W01", 1)];
    assert_eq!(keys(GroupBy::Week), weeks);
    assert_eq!(keys(GroupBy::Month), [named("2026-12", 3), named("2027-01", 3)]);
}

#[test]
fn groups_of_whole_days_are_the_same_from_hotel_days_as_from_reports() {
    let profile = seoul();
    let reports: Vec<_> = some_days(&profile).into_iter().chain(around_new_year()).collect();
    let mut days: BTreeMap<_, DaySums> = BTreeMap::new();
    for closed in &reports {
        let DaySums { rooms, totals, occupancy, nights } = DaySums::of(&closed.report);
        let day = days.entry(closed.date).or_default();
        day.rooms += rooms;
        day.totals += totals;
        day.occupancy += occupancy;
        day.nights += nights;
    }
    for by in GroupBy::ALL.into_iter().filter(|by| by.is_of_whole_days()) {
        let mut groups = Groups::new(by);
        for (date, day) in &days {
            groups.add_hotel_day(&profile.hotel_id, *date, day);
        }
        let from_days: Vec<_> = groups.by_key().collect();
        assert_eq!(from_days, grouped(&profile, by, &reports), "{by}");
    }
}

#[test]
fn the_nights_of_a_device_kind_are_those_of_the_reports_that_it_is_in() {
    let profile = seoul();
    let groups = grouped(&profile, GroupBy::DeviceKind, &some_days(&profile));
    let nights: Vec<_> = groups
        .iter()
        .map(|group| {
            let Nights { sold, unsold, unknown } = group.nights.nights;
            (group.key.to_string(), sold, unsold, unknown)
        })
        .collect();
    let named = |kind: &str, sold, unsold| (kind.to_owned(), sold, unsold, 0);
    // Room 1204 got its television on its second day, which was sold.
    assert_eq!(nights, [named("light", 6, 6), named("thermostat", 6, 6), named("tv", 6, 5)]);
    for group in groups {
        let light = group.key.to_string() == "light";
        let night = group.per_sold_night().unwrap();
        assert!(!light || night.energy == group.totals.energy.per(6));
    }
}

#[test]
fn a_figure_per_sold_night_is_over_the_reports_that_have_it() {
    let profile = metered();
    let reports = metered_days();
    let night = grouped(&profile, GroupBy::Hotel, &reports)[0].per_sold_night().unwrap();
    // The only sold night is that of the day without a price.
    assert_eq!(night.cost, None);
    let energy = reports.iter().map(|closed| closed.report.totals().energy).sum::<Energy>();
    assert_eq!(night.energy, energy.watt_hours());
    // Where no night was sold there is no such figure.
    assert_eq!(grouped(&profile, GroupBy::Hotel, &reports[1..])[0].per_sold_night(), None);
    let group = &grouped(&profile, GroupBy::Hotel, &reports[1..])[0];
    let json = serde_json::to_string(&GroupView::of(group)).unwrap();
    assert!(json.contains(r#""nights":{"sold":0,"unsold":1,"unknown":0}"#), "{json}");
    assert!(!json.contains("perSoldNight"), "{json}");
}

#[test]
fn sums_have_what_was_measured_as_soon_as_one_report_has() {
    let profile = metered();
    let rated = some_days(&profile);
    let without =
        serde_json::to_string(&GroupView::of(&grouped(&profile, GroupBy::Hotel, &rated)[0]));
    assert!(!without.unwrap().contains("measuredMs"));
    let one = rated.iter().chain(&metered_days()[..1]).cloned().collect::<Vec<_>>();
    let with = serde_json::to_string(&GroupView::of(&grouped(&profile, GroupBy::Hotel, &one)[0]));
    assert!(with.unwrap().contains(r#""standbyWh":21.667"#));
}

#[test]
fn no_reports_make_no_groups() {
    assert_eq!(grouped(&seoul(), GroupBy::Hotel, []), []);
}

#[test]
fn a_group_as_json() {
    let profile = seoul();
    let reports = some_days(&profile);
    let json = |by| {
        let groups = grouped(&profile, by, &reports);
        serde_json::to_string_pretty(&groups.iter().map(GroupView::of).collect::<Vec<_>>()).unwrap()
    };
    insta::assert_snapshot!("groups_by_hotel", json(GroupBy::Hotel));
    insta::assert_snapshot!("groups_by_device_kind", json(GroupBy::DeviceKind));
}

#[test]
fn what_to_list_is_read_as_it_is_written() {
    assert_eq!("none".parse(), Ok(Listing::Reports));
    assert_eq!(Listing::default().to_string(), "none");
    for by in GroupBy::ALL {
        assert_eq!(by.to_string().parse(), Ok(by));
        assert_eq!(by.name().parse(), Ok(Listing::Groups(by)));
        assert_eq!(Listing::Groups(by).to_string(), by.name());
    }
    for text in ["", "None", "devicekind", "room "] {
        assert_eq!(
            text.parse::<Listing>().unwrap_err().to_string(),
            "must be one of none, room, date, week, month, deviceKind, hotel"
        );
    }
    assert_eq!(
        "none".parse::<GroupBy>().unwrap_err().to_string(),
        "must be one of room, date, week, month, deviceKind, hotel"
    );
}
