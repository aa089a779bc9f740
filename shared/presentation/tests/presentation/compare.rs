//! Two periods side by side.

use roomwatt_domain::{
    BusinessDate, Charge, Energy, HotelId, MilliwattHours, Milliwatts, NightSums, Nights, Totals,
};
use roomwatt_presentation::{ComparedGroupView, Comparison, DaySums, GroupBy, Side};
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
    let day = DaySums { rooms, totals, ..DaySums::default() };
    comparison.add_hotel_day(side, &HotelId::new("seoul-1").unwrap(), date, &day);
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

/// A hotel-day of so many sold and unsold nights, and what either sort used, in watt-hours.
fn nights(sold: u64, sold_wh: u64, unsold: u64, unsold_wh: u64) -> DaySums {
    let energy = |watt_hours: u64| Energy::measured(MilliwattHours::new(watt_hours * 1000));
    let (sold_energy, unsold_energy) = (energy(sold_wh), energy(unsold_wh));
    DaySums {
        rooms: sold + unsold,
        totals: Totals { energy: sold_energy + unsold_energy, ..Totals::default() },
        nights: NightSums {
            nights: Nights { sold, unsold, unknown: 0 },
            sold_energy,
            unsold_energy,
            ..NightSums::default()
        },
        ..DaySums::default()
    }
}

fn nightly(current: &DaySums, baseline: &DaySums) -> Value {
    let hotel = HotelId::new("seoul-1").unwrap();
    let mut comparison = Comparison::new(GroupBy::Hotel);
    let date = |text| BusinessDate::parse(text).unwrap();
    comparison.add_hotel_day(Side::Current, &hotel, date("2026-11-01"), current);
    comparison.add_hotel_day(Side::Baseline, &hotel, date("2026-10-01"), baseline);
    shown(comparison).remove(0)
}

#[test]
fn a_change_per_night_is_explained_over_sold_and_unsold_nights() {
    // Per sold night 1000 Wh, then 900; per unsold night 200, then 300; half sold, then 3 of 4.
    let group = nightly(&nights(6, 5400, 2, 600), &nights(4, 4000, 4, 800));
    assert_eq!(group["current"]["nights"], json!({"sold": 6, "unsold": 2, "unknown": 0}));
    assert_eq!(group["current"]["perSoldNight"], json!({"energyWh": 1000.0}));
    assert_eq!(group["baseline"]["perSoldNight"], json!({"energyWh": 1200.0}));
    // 750 less 600; 5/8 of -100; 3/8 of 100; 1/4 of (950 - 250).
    assert_eq!(
        group["nightly"],
        json!({"energyWh": 150.0, "sold": -62.5, "unsold": 37.5, "share": 175.0})
    );
}

#[test]
fn the_shown_parts_of_a_change_per_night_add_up_to_it() {
    let group = nightly(&nights(3, 1000, 4, 777), &nights(7, 3001, 6, 1234));
    let part = |name: &str| {
        let text = group["nightly"][name].to_string();
        (text.parse::<f64>().unwrap() * 1000.0).round()
    };
    assert!((part("sold") + part("unsold") + part("share") - part("energyWh")).abs() < 0.5);
}

#[test]
fn no_change_per_night_without_nights_on_both_sides() {
    let group = nightly(&nights(3, 900, 0, 0), &DaySums { rooms: 1, ..DaySums::default() });
    assert_eq!((group.get("nightly"), group["baseline"].get("perSoldNight")), (None, None));
    assert_eq!(group["baseline"]["nights"], json!({"sold": 0, "unsold": 0, "unknown": 0}));
}
