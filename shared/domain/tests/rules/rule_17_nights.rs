//! Rule 17: energy per night, and what a change comes from.

use roomwatt_domain::{Charge, Energy, NightSums, Nights, Stay, Totals};

use crate::room::Room;

/// A report with so many watt-hours, priced or not.
fn of(stay: Stay, watt_hours: i128, cost: Option<i128>) -> (NightSums, Totals) {
    let totals = Totals {
        energy: Energy::from_exact(watt_hours * 3_600_000_000),
        cost: cost.map(|cost| Charge::from_exact(cost * 3_600_000_000_000_000_000)),
        ..Totals::default()
    };
    (NightSums::of(stay, &totals), totals)
}

/// The sums of nights with so many watt-hours each.
fn nights(reports: &[(Stay, i128)]) -> NightSums {
    let mut sums = NightSums::default();
    for (stay, energy) in reports {
        sums += of(*stay, *energy, None).0;
    }
    sums
}

/// The change, and its three parts, as they are shown.
fn change(baseline: &[(Stay, i128)], current: &[(Stay, i128)]) -> Option<[String; 4]> {
    let nightly = nights(current).change_since(&nights(baseline))?;
    Some([nightly.energy, nightly.sold, nightly.unsold, nightly.share].map(|it| it.to_string()))
}

const SOLD: Stay = Stay::CheckedIn;
const UNSOLD: Stay = Stay::CheckedOut;

#[test]
fn the_stay_at_the_end_of_the_day_says_what_night_it_was() {
    let room = || Room::on("2026-11-20");
    let sold = room().stay("CHECKED_OUT", "11:00").stay("CHECKED_IN", "23:59:59.999").told();
    assert_eq!(Nights::of(sold.night()), Nights { sold: 1, ..Nights::default() });
    let unsold = room().stay("CHECKED_IN", "11:00").stay("CHECKED_OUT", "23:00").told();
    assert_eq!(Nights::of(unsold.night()), Nights { unsold: 1, ..Nights::default() });
    let unknown = room().lamp("ON", "11:00").told();
    assert_eq!(Nights::of(unknown.night()), Nights { unknown: 1, ..Nights::default() });
}

#[test]
fn all_energy_is_told_per_sold_night() {
    let reports = [
        of(SOLD, 1000, Some(3)),
        of(UNSOLD, 500, Some(2)),
        of(SOLD, 1, None),
        of(Stay::Unknown, 1, None),
    ];
    let mut sums = NightSums::default();
    let mut totals = Totals::default();
    for (nights, of_report) in reports {
        sums += nights;
        totals += of_report;
    }
    let per_night = sums.per_sold_night(&totals).unwrap();
    assert_eq!(per_night.energy.to_string(), "751.000");
    // One of the sold nights has no cost: its report is left out on both sides.
    assert_eq!(per_night.cost.unwrap().to_string(), "5.0000");
    assert_eq!(per_night.co2e, None);
}

#[test]
fn where_no_night_was_sold_there_is_none_to_tell_by() {
    let (sums, totals) = of(UNSOLD, 100, Some(1));
    assert_eq!(sums.per_sold_night(&totals), None);
    // Sold nights without a cost say nothing of the cost of the unsold ones.
    let (mut sums, mut totals) = of(UNSOLD, 100, Some(1));
    let (sold, energy) = of(SOLD, 100, None);
    sums += sold;
    totals += energy;
    assert_eq!(sums.per_sold_night(&totals).unwrap().cost, None);
}

#[test]
fn a_change_has_three_parts_that_add_up() {
    // s from 1/2 to 2/3, a from 100 to 130, b from 40 to 10.
    let before = [(SOLD, 100), (UNSOLD, 40)];
    let now = [(SOLD, 120), (SOLD, 140), (UNSOLD, 10)];
    // From 70 to 90 a night. Sold 7/12 · 30, unsold 5/12 · −30, share 1/6 · (115 − 25).
    assert_eq!(change(&before, &now).unwrap(), ["20.000", "17.500", "-12.500", "15.000"]);
}

#[test]
fn the_share_is_shown_as_the_rest() {
    // Sevenths: each part alone would be rounded.
    let before =
        [(SOLD, 1), (SOLD, 1), (SOLD, 2), (UNSOLD, 1), (UNSOLD, 0), (UNSOLD, 0), (UNSOLD, 0)];
    let now = [(SOLD, 5), (UNSOLD, 1), (UNSOLD, 1)];
    let parts = change(&before, &now).unwrap();
    let thousandths: Vec<i64> =
        parts.iter().map(|part| part.replace('.', "").parse().unwrap()).collect();
    assert_eq!(thousandths[0], thousandths[1] + thousandths[2] + thousandths[3]);
}

#[test]
fn a_rate_that_one_period_lacks_is_the_others() {
    // Nothing sold before: sold nights changed nothing, and the share did.
    let parts = change(&[(UNSOLD, 10)], &[(SOLD, 50), (UNSOLD, 10)]).unwrap();
    assert_eq!(parts, ["20.000", "0.000", "0.000", "20.000"]);
    let parts = change(&[(SOLD, 50)], &[(SOLD, 70)]).unwrap();
    assert_eq!(parts, ["20.000", "20.000", "0.000", "0.000"]);
}

#[test]
fn a_period_without_sold_and_unsold_nights_explains_nothing() {
    assert_eq!(change(&[(Stay::Unknown, 10)], &[(SOLD, 10)]), None);
    assert_eq!(change(&[(SOLD, 10)], &[]), None);
}

#[test]
fn nights_of_unknown_stay_are_left_out_of_the_change() {
    let parts = change(&[(SOLD, 10), (Stay::Unknown, 999)], &[(SOLD, 10)]).unwrap();
    assert_eq!(parts, ["0.000", "0.000", "0.000", "0.000"]);
}

#[test]
fn the_largest_sums_are_explained_exactly() {
    let sums = |nights: u64, energy: i128| NightSums {
        nights: Nights { sold: nights, unsold: nights + 1, unknown: 0 },
        sold_energy: Energy::from_exact(energy),
        unsold_energy: Energy::from_exact(energy / 3),
        ..NightSums::default()
    };
    let large = 10_i128.pow(30);
    let nightly = sums(1_000_003, large * 7).change_since(&sums(999_983, large)).unwrap();
    let parts = nightly.sold.units() + nightly.unsold.units() + nightly.share.units();
    assert_eq!(parts, nightly.energy.units());
}
