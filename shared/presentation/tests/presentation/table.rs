//! Tables for a terminal, as snapshots.

use roomwatt_presentation::{GroupBy, Groups, table};

use crate::hotel::{bare, metered_days, seoul, some_days};

#[test]
fn reports_as_a_table() {
    let mut reports = some_days(&seoul());
    reports.sort_by(|one, other| (one.date, &one.room).cmp(&(other.date, &other.room)));
    insta::assert_snapshot!(table::of_reports(&reports, Some("KRW"), usize::MAX));
}

#[test]
fn groups_as_tables() {
    let profile = seoul();
    let reports = some_days(&profile);
    for by in [GroupBy::Room, GroupBy::DeviceKind] {
        let mut groups = Groups::new(by);
        for report in &reports {
            groups.add(&profile.hotel_id, report);
        }
        let groups: Vec<_> = groups.by_key().collect();
        insta::assert_snapshot!(
            match by {
                GroupBy::DeviceKind => "groups_by_device_kind",
                _ => "groups_by_room",
            },
            table::of_groups(by, &groups, Some("KRW"), usize::MAX)
        );
    }
}

#[test]
fn money_has_no_column_without_a_price() {
    let table = table::of_reports(&some_days(&bare()), None, usize::MAX);
    assert!(!table.contains("Cost") && !table.contains("CO₂e"), "{table}");
}

#[test]
fn a_table_of_nothing_has_its_header() {
    let table = table::of_groups(GroupBy::Date, &[], None, usize::MAX);
    assert!(table.contains("Date") && table.contains("CO₂e"), "{table}");
}

#[test]
fn what_was_measured_has_its_columns_and_waste_says_how_far_it_goes() {
    insta::assert_snapshot!(table::of_reports(&metered_days(), Some("KRW"), usize::MAX));
}

#[test]
fn a_table_keeps_what_matters_most_in_the_width_that_it_has() {
    let reports = metered_days();
    let widths = [200, 120, table::TERMINAL, 50, 40].map(|width| {
        let table = table::of_reports(&reports, Some("KRW"), width);
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{width}: {table}");
        assert!(table.contains("Energy"), "{table}");
        widest
    });
    assert!(widths.is_sorted_by(|wide, narrow| wide >= narrow), "{widths:?}");
}
