//! Two periods side by side.

use roomwatt_domain::{BusinessDate, Charge, Energy, HotelId, Milliwatts, Totals};
use roomwatt_presentation::{ComparedGroupView, Comparison, GroupBy, Side};
use serde_json::{Value, json};

/// A hotel-day of so many rooms, use and energy.
fn add(comparison: &mut Comparison, side: Side, date: &str, rooms: u64, hours: i64) {
    let energy = Energy::of(Milliwatts::new(12_000), hours * 3_600_000);
    let totals = Totals {
        usage: hours * 3_600_000,
        energy,
        cost: Some(Charge::from_exact(energy.exact() * 250_000)),
        ..Totals::default()
    };
    let date = BusinessDate::parse(date).unwrap();
    comparison.add_hotel_day(side, &HotelId::new("seoul-1").unwrap(), date, rooms, &totals);
}

fn shown(comparison: Comparison) -> Vec<Value> {
    let groups = comparison.by_key();
    groups
        .map(|group| {
            serde_json::from_str(&serde_json::to_string(&ComparedGroupView::of(&group)).unwrap())
                .unwrap()
        })
        .collect()
}

#[test]
fn averages_are_over_the_days_that_have_reports() {
    let mut comparison = Comparison::new(GroupBy::Hotel);
    add(&mut comparison, Side::Current, "2026-11-01", 3, 10);
    add(&mut comparison, Side::Current, "2026-11-02", 3, 20);
    // A day without a report is none of nothing.
    add(&mut comparison, Side::Current, "2026-11-03", 0, 0);
    add(&mut comparison, Side::Baseline, "2026-10-01", 3, 12);
    let groups = shown(comparison);
    let group = &groups[0];
    assert_eq!((groups.len(), &group["key"]), (1, &json!("seoul-1")));
    assert_eq!((&group["current"]["reports"], &group["current"]["days"]), (&json!(6), &json!(2)));
    assert_eq!(group["current"]["totals"]["energyWh"], 360.0);
    assert_eq!(group["current"]["perDay"]["energyWh"], 180.0);
    assert_eq!(group["current"]["perDay"]["usageMs"], 54_000_000);
    assert_eq!(group["change"]["energyWh"], json!({"absolute": 36.0, "percent": 25.0}));
    assert_eq!(group["change"]["cost"], json!({"absolute": 0.009, "percent": 25.0}));
    assert_eq!(group["change"]["usageMs"], json!({"absolute": 10_800_000, "percent": 25.0}));
}

#[test]
fn the_percent_of_nothing_is_null_and_that_of_a_loss_is_negative() {
    let mut comparison = Comparison::new(GroupBy::Hotel);
    add(&mut comparison, Side::Current, "2026-11-01", 1, 1);
    add(&mut comparison, Side::Baseline, "2026-10-01", 1, 3);
    let change = &shown(comparison)[0]["change"];
    assert_eq!(change["energyWh"], json!({"absolute": -24.0, "percent": -66.67}));
    assert_eq!(change["wasteEnergyWh"], json!({"absolute": 0.0, "percent": null}));
    assert_eq!(change["missingEnds"], json!({"absolute": 0.0, "percent": null}));
}

#[test]
fn a_group_that_a_period_does_not_have_changes_from_nothing_or_to_nothing() {
    for (side, other, energy, percent) in [
        (Side::Current, "baseline", 12.0, json!(null)),
        (Side::Baseline, "current", -12.0, json!(-100.0)),
    ] {
        let mut comparison = Comparison::new(GroupBy::Hotel);
        add(&mut comparison, side, "2026-11-01", 1, 1);
        add(&mut comparison, side, "2026-11-02", 1, 1);
        let group = &shown(comparison)[0];
        assert_eq!((&group[other]["days"], &group[other]["perDay"]), (&json!(0), &json!({})));
        let change = &group["change"];
        assert_eq!(change["energyWh"], json!({"absolute": energy, "percent": percent}));
        assert_eq!(change["cost"]["percent"], percent);
        assert_eq!(change["wasteEnergyWh"], json!({"absolute": 0.0, "percent": null}));
    }
}

#[test]
fn averages_are_rounded_once_half_away_from_zero() {
    let mut comparison = Comparison::new(GroupBy::Hotel);
    for date in ["2026-11-01", "2026-11-02", "2026-11-03"] {
        add(&mut comparison, Side::Current, date, 1, 0);
    }
    add(&mut comparison, Side::Current, "2026-11-01", 1, 1);
    add(&mut comparison, Side::Baseline, "2026-10-01", 1, 1);
    let group = &shown(comparison)[0];
    assert_eq!(group["current"]["perDay"]["usageMs"], 1_200_000);
    // 4 Wh less 12 Wh, and two thirds less.
    assert_eq!(group["change"]["energyWh"], json!({"absolute": -8.0, "percent": -66.67}));
}
