//! Rule 18: readings are a set.

use roomwatt_domain::readings::{pack, unpack};
use roomwatt_domain::{Device, DeviceId, DeviceKind, History, Measurement, Reading};
use roomwatt_domain::{Instant, MilliwattHours, Milliwatts};
use serde_json::json;

use crate::room::Room;

fn lamp() -> Device {
    Device { id: DeviceId::new("lamp-1").unwrap(), kind: DeviceKind::new("light").unwrap() }
}

fn read(at: i64, value: u64) -> (Device, Reading) {
    let measurement = Measurement::Counter(MilliwattHours::new(value));
    (lamp(), Reading { at: Instant::from_millis(at), measurement })
}

#[test]
fn order_and_repetition_of_readings_leave_no_trace() {
    let once = History::default().with_readings([read(1, 10), read(2, 20)]);
    let often = History::default().with_readings([read(2, 20), read(1, 10), read(2, 20)]);
    assert_eq!(once, often);
    let mut united = History::default().with_readings([read(2, 20)]);
    united.unite(History::default().with_readings([read(1, 10)]));
    assert_eq!(once, united);
}

#[test]
fn of_two_values_at_one_instant_the_larger_counts() {
    let history = History::default().with_readings([read(1, 10), read(1, 30), read(1, 20)]);
    let counter = history.readings(&lamp()).counter();
    assert_eq!(counter, [(Instant::from_millis(1), MilliwattHours::new(30))]);
}

#[test]
fn counter_and_power_at_one_instant_are_two_readings() {
    let power = Measurement::Power(Milliwatts::new(5));
    let power = (lamp(), Reading { at: Instant::from_millis(1), measurement: power });
    let history = History::default().with_readings([read(1, 10), power]);
    let readings = history.readings(&lamp());
    assert_eq!((readings.counter().len(), readings.power().len()), (1, 1));
}

#[test]
fn a_state_and_a_reading_at_one_instant_are_both_taken() {
    let told = Room::on("2026-11-20")
        .lamp("ON", "10:00")
        .counter("light lamp-1", "5", "10:00")
        .counter("light lamp-1", "25", "11:00")
        .lamp("OFF", "11:00")
        .told();
    assert_eq!(told.lamp_on().energy().unwrap().watt_hours().to_string(), "20.000");
}

#[test]
fn the_first_reading_of_a_counter_is_its_zero_point() {
    let told = Room::on("2026-11-20")
        .profile("ratings", json!({"light": {"ON": 60}}))
        .lamp("ON", "10:00")
        .counter("light lamp-1", "48123.917", "11:00")
        .lamp("OFF", "11:00")
        .told();
    // Up to it the rating counts, for as long as it takes.
    assert_eq!(told.lamp_on().energy().unwrap().watt_hours().to_string(), "60.000");
    assert_eq!(told.lamp_on().metered.as_ref().unwrap().measured, 0);
    let counter = told.carried("light lamp-1").counter.unwrap();
    assert_eq!((counter.value.to_string().as_str(), counter.debt.exact()), ("48123.917", 0));
}

#[test]
fn values_are_exact_to_a_thousandth_and_limited() {
    let counter = |text| MilliwattHours::from_watt_hours(text).map(MilliwattHours::get);
    assert_eq!(counter("48123.917"), Ok(48_123_917));
    assert_eq!(counter("1000000000000"), Ok(1_000_000_000_000_000));
    assert_eq!(counter("1e12"), Ok(1_000_000_000_000_000));
    for wrong in ["-1", "-0.001", "0.0001", "1000000000000.001", "NaN", "inf", "1e400", "", "1_0"] {
        let error = MilliwattHours::from_watt_hours(wrong).unwrap_err();
        let rule = "must be a decimal from 0 to 1000000000000 with at most 3 decimals";
        assert_eq!(error.to_string(), rule, "{wrong}");
    }
    for wrong in ["-1", "0.0001", "10000000.001", "NaN", "1e400"] {
        let error = Milliwatts::from_watts(wrong).unwrap_err();
        let rule = "must be a decimal from 0 to 10000000 with at most 3 decimals";
        assert_eq!(error.to_string(), rule, "{wrong}");
    }
}

#[test]
fn a_reading_is_packed_into_one_number_and_read_from_it() {
    let offsets = [-93_600_000, -1, 0, 1, 86_399_999, 176_400_000];
    let values = [0, 1, 48_123_917, 1_000_000_000_000_000];
    for (offset, value) in offsets.iter().flat_map(|offset| values.map(|value| (*offset, value))) {
        let packed = pack(offset, value).unwrap();
        assert_eq!(unpack(packed), Some((offset, value)));
        assert!(packed >= 0 && packed < 10_i128.pow(38));
    }
    // A usual reading takes 18 digits, which are 10 bytes.
    assert!(pack(52_200_000, 48_123_917).unwrap().to_string().len() <= 18);
}

#[test]
fn what_no_reading_can_be_is_not_packed_and_not_read() {
    assert_eq!(pack(-11 * 86_400_000, 1), None);
    assert_eq!(pack(200 * 86_400_000, 1), None);
    assert_eq!(pack(0, 1_000_000_000_000_001), None);
    assert_eq!(unpack(-1), None);
    assert_eq!(unpack(i128::MAX), None);
}
