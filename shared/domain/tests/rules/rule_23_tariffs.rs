//! Rule 23: prices and factors in time.

use roomwatt_domain::{Charge, Energy, Price, Pricing, Totals};
use serde_json::{Value, json};

use crate::room::{Room, Told};

/// A kilowatt from one local time to another, on a date.
fn kilowatt(tariffs: &Value, date: &str, from: &str, to: &str) -> Told {
    heater(tariffs, date).device("heater h", "ON", from).device("heater h", "OFF", to).told()
}

fn heater(tariffs: &Value, date: &str) -> Room {
    Room::on(date)
        .profile("ratings", json!({"heater": {"ON": 1000}}))
        .profile("tariffs", tariffs.clone())
}

fn cost(told: &Told) -> String {
    shown(told.totals().cost)
}

fn shown(charge: Option<Charge>) -> String {
    charge.map_or_else(|| "none".to_owned(), |charge| charge.amount().to_string())
}

/// One tariff from ever, with these zones.
fn zones(zones: &Value) -> Value {
    json!([{"from": "2000-01-01", "price": "100", "zones": zones}])
}

#[test]
fn energy_costs_what_it_cost_when_it_was_drawn() {
    let noon = zones(&json!([{"price": "40", "hours": ["12:00", "14:00"]}]));
    let told = kilowatt(&noon, "2026-11-20", "11:30", "14:15");
    assert_eq!(cost(&told), "155.0000");
    assert!(matches!(told.pricing, Pricing::InTime(_)));
}

#[test]
fn hours_are_half_open() {
    let noon = zones(&json!([{"price": "40", "hours": ["12:00", "14:00"]}]));
    assert_eq!(cost(&kilowatt(&noon, "2026-11-20", "11:59:59.999", "12:00:00.001")), "0.0000");
    assert_eq!(cost(&kilowatt(&noon, "2026-11-20", "12:00", "14:00")), "80.0000");
    assert_eq!(cost(&kilowatt(&noon, "2026-11-20", "11:00", "12:00")), "100.0000");
    assert_eq!(cost(&kilowatt(&noon, "2026-11-20", "14:00", "15:00")), "100.0000");
}

#[test]
fn the_last_zone_that_matches_counts_and_else_the_tariffs_own_price() {
    let two = json!([{"price": "40", "hours": ["10:00", "14:00"]}, {"price": "70", "hours": ["12:00", "13:00"]}]);
    assert_eq!(cost(&kilowatt(&zones(&two), "2026-11-20", "09:00", "14:00")), "290.0000");
    let swapped = json!([two[1], two[0]]);
    assert_eq!(cost(&kilowatt(&zones(&swapped), "2026-11-20", "09:00", "14:00")), "260.0000");
}

#[test]
fn hours_that_begin_after_their_end_run_over_midnight_on_their_own_date() {
    // 2026-11-21 is a Saturday: its night is what the clock shows on that date.
    let night = zones(&json!([{"price": "50", "hours": ["22:00", "08:00"], "days": ["sat"]}]));
    assert_eq!(cost(&kilowatt(&night, "2026-11-20", "22:00", "23:00")), "100.0000");
    assert_eq!(cost(&kilowatt(&night, "2026-11-21", "07:00", "09:00")), "150.0000");
    assert_eq!(cost(&kilowatt(&night, "2026-11-21", "21:00", "23:00")), "150.0000");
    assert_eq!(cost(&kilowatt(&night, "2026-11-22", "00:00", "01:00")), "100.0000");
}

#[test]
fn a_day_can_end_at_24_00_and_what_ends_at_00_00_runs_to_midnight() {
    let late = |end: &str| zones(&json!([{"price": "40", "hours": ["22:00", end]}]));
    for end in ["24:00", "00:00"] {
        assert_eq!(cost(&kilowatt(&late(end), "2026-11-20", "21:00", "23:00")), "140.0000");
        assert_eq!(cost(&kilowatt(&late(end), "2026-11-20", "00:00", "01:00")), "100.0000");
    }
    let always = zones(&json!([{"price": "40", "hours": ["00:00", "24:00"]}]));
    assert_eq!(cost(&kilowatt(&always, "2026-11-20", "00:00", "23:00")), "920.0000");
}

#[test]
fn months_and_days_are_those_of_the_local_date() {
    let summer = zones(&json!([{"price": "40", "months": [6, 7, 8], "days": ["mon", "tue"]}]));
    // Monday and Wednesday of June, Monday of May.
    assert_eq!(cost(&kilowatt(&summer, "2026-06-01", "10:00", "11:00")), "40.0000");
    assert_eq!(cost(&kilowatt(&summer, "2026-06-03", "10:00", "11:00")), "100.0000");
    assert_eq!(cost(&kilowatt(&summer, "2026-05-25", "10:00", "11:00")), "100.0000");
}

#[test]
fn a_holiday_is_the_day_holiday_and_no_weekday() {
    let tariff = |days: Value| {
        let zones = json!([{"price": "40", "days": days}]);
        json!([{"from": "2000-01-01", "price": "100", "holidays": ["2026-10-03"], "zones": zones}])
    };
    let on = |days: Value, date: &str| cost(&kilowatt(&tariff(days), date, "10:00", "11:00"));
    // 2026-10-03 is a Saturday.
    assert_eq!(on(json!(["sat"]), "2026-10-03"), "100.0000");
    assert_eq!(on(json!(["holiday"]), "2026-10-03"), "40.0000");
    assert_eq!(on(json!(["sat"]), "2026-10-10"), "40.0000");
    assert_eq!(on(json!(["sun", "holiday"]), "2026-10-10"), "100.0000");
}

#[test]
fn a_tariff_holds_from_its_date_on() {
    let two = json!([
        {"from": "2026-11-01", "price": "100", "holidays": ["2026-11-20", "2026-11-21"],
         "zones": [{"price": "1", "days": ["holiday"], "hours": ["23:00", "24:00"]}]},
        {"from": "2026-11-21", "price": "200"},
    ]);
    assert_eq!(cost(&kilowatt(&two, "2026-11-20", "22:00", "23:30")), "100.5000");
    // The new tariff knows neither the zones nor the holidays of the one before.
    assert_eq!(cost(&kilowatt(&two, "2026-11-21", "23:00", "23:30")), "100.0000");
    let told = kilowatt(&two, "2026-11-21", "10:00", "11:00");
    assert!(matches!(told.pricing, Pricing::Flat(rates) if rates.co2e.is_none()));
}

#[test]
fn a_date_before_the_first_tariff_has_no_price() {
    let later = json!([{"from": "2026-11-21", "price": "100"}]);
    let first = heater(&later, "2026-11-20").device("heater h", "ON", "22:00");
    let told = first.clone().told();
    let Totals { cost, waste_cost, assumed_waste_cost, unpriced, .. } = told.totals();
    assert_eq!((cost, waste_cost, assumed_waste_cost), (None, None, None));
    assert_eq!(unpriced.unwrap().watt_hours().to_string(), "2000.000");
    let second = first.next_day().told().totals();
    assert_eq!((shown(second.cost), second.unpriced), ("2400.0000".into(), None));
    let both: Totals = [told.totals(), second].into_iter().sum();
    assert_eq!(shown(both.cost), "2400.0000");
    assert_eq!(both.unpriced.unwrap().watt_hours().to_string(), "2000.000");
}

#[test]
fn a_day_before_the_first_tariff_is_told_as_unpriced_even_where_nothing_was_drawn() {
    let later = json!([{"from": "2026-11-21", "price": "100"}]);
    let totals = heater(&later, "2026-11-20").device("heater h", "OFF", "10:00").told().totals();
    assert_eq!(totals.unpriced, Some(Energy::default()));
    let never = Room::on("2026-11-20").device("heater h", "OFF", "10:00").told();
    assert_eq!(never.totals().unpriced, None);
    assert!(matches!(never.pricing, Pricing::Flat(rates) if rates.price == Price::Unknown));
}

#[test]
fn emission_factors_change_with_the_date() {
    let factors = json!([
        {"from": "2026-01-01", "kgCo2ePerKwh": "0.4781", "source": "2026"},
        {"from": "2027-01-01", "kgCo2ePerKwh": "0.4173"},
    ]);
    let on = |date: &str| {
        let room = Room::on(date)
            .profile("ratings", json!({"heater": {"ON": 1000}}))
            .profile("emissionFactors", factors.clone());
        let room = room.device("heater h", "ON", "10:00").device("heater h", "OFF", "12:00");
        shown(room.told().totals().co2e)
    };
    assert_eq!(on("2025-12-31"), "none");
    assert_eq!(on("2026-12-31"), "0.9562");
    assert_eq!(on("2027-01-01"), "0.8346");
}

/// A kilowatt through the night of a clock change in Lisbon, with a cheap zone from 00:00 to 02:00.
fn lisbon(date: &str) -> String {
    let told = Room::in_zone("Europe/Lisbon")
        .at(date)
        .profile("ratings", json!({"heater": {"ON": 1000}}))
        .profile("tariffs", zones(&json!([{"price": "10", "hours": ["00:00", "02:00"]}])))
        .device("heater h", "ON", "00:00")
        .device("heater h", "OFF", "03:00")
        .told();
    cost(&told)
}

#[test]
fn an_hour_that_comes_twice_counts_twice_and_one_that_is_missing_not_at_all() {
    // Two hours of 100 and two of 10, the hour from 01:00 twice.
    assert_eq!(lisbon("2026-10-25"), "130.0000");
    assert_eq!(lisbon("2026-03-29"), "110.0000");
    assert_eq!(lisbon("2026-03-28"), "120.0000");
}

#[test]
fn increments_are_priced_by_their_shares_and_standby_alike() {
    let noon = zones(&json!([{"price": "40", "hours": ["12:00", "14:00"]}]));
    let told = heater(&noon, "2026-11-20")
        .device("heater h", "ON", "11:30")
        .counter("heater h", "0", "11:30")
        .counter("heater h", "800", "12:30")
        .device("heater h", "OFF", "12:30")
        .counter("heater h", "900", "14:30")
        .told();
    // 400 Wh at 100 and 400 at 40; 75 of the 100 Wh of standby at 40, 25 at 100.
    assert_eq!(cost(&told), "61.5000");
    let standby = Totals::of_standby(told.measured("heater h"), told.pricing);
    assert_eq!(shown(standby.cost), "5.5000");
}

#[test]
fn what_is_unplaced_costs_the_tariffs_own_price_on_the_date_of_its_later_reading() {
    let always = zones(&json!([{"price": "40"}]));
    let told = heater(&always, "2026-11-20")
        .counter("fridge f", "0", "01:00")
        .counter("fridge f", "500", "09:00")
        .told();
    // The zone holds at every instant, and still it is not the tariff's own price.
    assert_eq!(cost(&told), "50.0000");
    assert!(matches!(told.pricing, Pricing::InTime(_)));
    let nothing = heater(&always, "2026-11-20").device("heater h", "ON", "10:00").told();
    assert!(matches!(nothing.pricing, Pricing::Flat(_)));
    assert!(nothing.devices[0].usage[0].charges.is_none());
    assert_eq!(cost(&nothing), "560.0000");
}

#[test]
fn waste_and_assumed_waste_cost_what_they_cost_then() {
    let night = zones(&json!([{"price": "40", "hours": ["22:00", "08:00"]}]));
    let told = heater(&night, "2026-11-20")
        .profile("confirmWithinHours", json!({"heater": 2}))
        .stay("CHECKED_OUT", "00:00")
        .device("heater h", "ON", "21:00")
        .told();
    // Confirmed until 23:00: an hour at 100 and one at 40; the last hour is assumed.
    let totals = told.totals();
    assert_eq!(shown(totals.waste_cost), "180.0000");
    assert_eq!(shown(totals.assumed_waste_cost), "40.0000");
    assert_eq!(shown(told.confirmed_waste()[1].cost), "140.0000");
    assert_eq!(shown(told.confirmed_waste()[0].cost), "0.0000");
}

#[test]
fn a_price_and_a_factor_all_day_are_all_that_a_report_keeps() {
    let flat = Room::on("2026-11-20")
        .profile("pricePerKwh", json!("143.5"))
        .profile("kgCo2ePerKwh", json!("0.4"))
        .profile("ratings", json!({"light": {"ON": 60}}))
        .lamp("ON", "10:00")
        .counter("light lamp-1", "1", "10:00")
        .counter("light lamp-1", "51", "11:00")
        .told();
    assert!(matches!(flat.pricing, Pricing::Flat(_)));
    assert!(flat.lamp_on().charges.is_none());
    assert_eq!(flat.measured("light lamp-1").standby_bill, roomwatt_domain::Bill::default());
}
