//! Groups against sums done the long way.

use std::collections::BTreeMap;

use roomwatt_domain::{ClosedReport, Occupancy, Profile, Totals};
use roomwatt_presentation::{Group, GroupBy, GroupView, Groups, Listing};

use crate::hotel::{bare, seoul, some_days};

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
                (!devices.is_empty()).then(|| Totals::over(&devices, closed.report.tariff))
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
            "must be one of none, room, date, deviceKind, hotel"
        );
    }
    assert_eq!(
        "none".parse::<GroupBy>().unwrap_err().to_string(),
        "must be one of room, date, deviceKind, hotel"
    );
}
