//! Where figures come from: states, readings, and what a counter went on by.

use roomwatt_domain::{RoomId, RoomStates, trace};
use roomwatt_presentation::HistoryView;
use serde_json::{Value, json};

use crate::hotel::{METERED_DAY, date, known, metered};

fn shown() -> Value {
    let profile = metered();
    let room = RoomId::new("1203").unwrap();
    let day = profile.calendar.day(date("2026-11-21")).unwrap();
    let history = known(&METERED_DAY.0, &METERED_DAY.1);
    let opening = RoomStates::default();
    let signals = trace::signals(day.window, &opening, &history, &profile.terms(&room));
    let view = HistoryView::of(&profile.hotel_id, &room, day.date, &signals);
    serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap()
}

fn signal<'a>(shown: &'a Value, id: &str) -> &'a Value {
    let signals = shown["signals"].as_array().unwrap();
    signals.iter().find(|signal| signal["deviceId"] == id).unwrap()
}

#[test]
fn a_device_has_its_readings_and_what_its_counter_went_on_by() {
    let shown = shown();
    let lamp = signal(&shown, "lamp-1");
    assert_eq!((&lamp["signal"], &lamp["deviceKind"]), (&json!("device"), &json!("light")));
    assert_eq!(lamp["intervals"].as_array().unwrap().len(), 3);
    assert_eq!(
        lamp["readings"][1],
        json!({"at": "2026-11-21T02:00:00.000Z", "counterWh": "150.500"})
    );
    assert_eq!(
        lamp["increments"],
        json!([
            {"from": "2026-11-21T01:00:00.000Z", "to": "2026-11-21T02:00:00.000Z", "wh": 50.5,
             "kind": "increment", "debtWh": 0.0, "bookedWh": 50.5},
            {"from": "2026-11-21T02:00:00.000Z", "to": "2026-11-21T04:00:00.000Z", "wh": 80.0,
             "kind": "reset", "debtWh": 0.0, "bookedWh": 80.0},
            {"from": "2026-11-21T04:00:00.000Z", "to": "2026-11-21T14:00:00.000Z", "wh": 0.0,
             "kind": "gap", "debtWh": 0.0, "bookedWh": 0.0},
        ])
    );
}

#[test]
fn readings_of_power_make_no_increments() {
    let shown = shown();
    let television = signal(&shown, "tv-1");
    assert_eq!(
        television["readings"][0],
        json!({"at": "2026-11-21T03:00:00.000Z", "powerW": "4.000"})
    );
    assert_eq!(television["increments"], json!([]));
}

#[test]
fn a_gap_is_told_as_one() {
    let shown = shown();
    let fridge = signal(&shown, "fridge-1");
    let gap = &fridge["increments"][0];
    assert_eq!((&gap["kind"], &gap["wh"]), (&json!("gap"), &json!(400.0)));
    assert_eq!(fridge["increments"][1]["kind"], "increment");
}

#[test]
fn a_meter_is_a_signal_of_its_own_without_states() {
    let shown = shown();
    let meter = signal(&shown, "circuit-1");
    assert_eq!((&meter["signal"], &meter["deviceKind"]), (&json!("meter"), &json!("meter")));
    assert_eq!((meter.get("intervals"), meter.get("transitions")), (None, None));
    assert_eq!(meter["readings"].as_array().unwrap().len(), 3);
    assert_eq!(meter["increments"][1]["kind"], "gap");
}

#[test]
fn signals_without_readings_say_nothing_of_them() {
    let shown = shown();
    for signal in shown["signals"].as_array().unwrap() {
        if signal["signal"] == "presence" || signal["signal"] == "stay" {
            assert_eq!((signal.get("readings"), signal.get("increments")), (None, None));
            assert!(signal["intervals"].is_array() && signal["transitions"].is_array());
        }
    }
}
