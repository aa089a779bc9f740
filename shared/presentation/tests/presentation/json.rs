//! The JSON of reports: its shape as a snapshot, its figures against figures worked out by hand.

use std::collections::BTreeMap;

use roomwatt_domain::{ClosedReport, Live, Profile, RoomId, RoomReport, RoomStates};
use roomwatt_presentation::{LiveRoomView, RoomReportView, StatesView};
use serde_json::value::RawValue;

use crate::hotel::{
    METERED_DAY, bare, checkout_day, closed, date, instant, known, metered, metered_days, report,
    seoul,
};

fn json(profile: &Profile, closed: &ClosedReport) -> String {
    let view = RoomReportView::closed(&profile.hotel_id, &profile.calendar, closed);
    serde_json::to_string(&view).unwrap()
}

/// The text of one member, as it is written: names and places in lists, joined by dots.
fn written(json: &str, path: &str) -> Option<String> {
    let mut here = json.to_owned();
    for step in path.split('.') {
        let found = if here.starts_with('[') {
            let list: Vec<&RawValue> = serde_json::from_str(&here).unwrap();
            list.get(step.parse::<usize>().unwrap()).map(|member| member.get().to_owned())
        } else {
            let object: BTreeMap<String, &RawValue> = serde_json::from_str(&here).unwrap();
            object.get(step).map(|member| member.get().to_owned())
        };
        here = found?;
    }
    Some(here)
}

fn assert_written(json: &str, members: &[(&str, &str)]) {
    for (path, text) in members {
        assert_eq!(written(json, path).as_deref(), Some(*text), "{path} in {json}");
    }
}

fn assert_left_out(json: &str, paths: &[&str]) {
    for path in paths {
        assert_eq!(written(json, path), None, "{path} in {json}");
    }
}

#[test]
fn a_revised_report_with_everything_in_it() {
    let profile = seoul();
    let closed = checkout_day();
    let view = RoomReportView::closed(&profile.hotel_id, &profile.calendar, &closed);
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
}

#[test]
fn a_report_of_a_room_that_only_checked_in() {
    let profile = bare();
    let reported = [("stay", "2026-11-21T18:00:00+09:00", "CHECKED_IN")];
    let closed = closed(&profile, "9", "2026-11-21", &RoomStates::default(), &reported);
    insta::assert_snapshot!(json(&profile, &closed));
}

#[test]
fn use_is_split_and_charged_as_worked_out_by_hand() {
    let profile = seoul();
    // Alone from ten, sold until noon: of 5 hours of 12 watts, 1 + 2 are sold and 2 are not.
    let reported = [
        ("stay", "2026-11-21T00:00:00+09:00", "CHECKED_IN"),
        ("stay", "2026-11-21T12:00:00+09:00", "CHECKED_OUT"),
        ("presence/pir-1", "2026-11-21T00:00:00+09:00", "OCCUPIED"),
        ("presence/pir-1", "2026-11-21T10:00:00+09:00", "VACANT"),
        ("light/lamp-1", "2026-11-21T09:00:00+09:00", "ON"),
        ("light/lamp-1", "2026-11-21T14:00:00+09:00", "OFF"),
    ];
    let closed = closed(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    assert_written(
        &json(&profile, &closed),
        &[
            ("dayLengthMs", "86400000"),
            ("revision", "1"),
            ("closedAt", r#""2026-11-22T00:15:00+09:00""#),
            ("occupancy.checkedIn.occupied", "36000000"),
            ("occupancy.checkedIn.vacant", "7200000"),
            ("occupancy.checkedOut.vacant", "43200000"),
            ("occupancy.unknown", r#"{"occupied":0,"vacant":0,"unknown":0}"#),
            ("devices.0.activations", "1"),
            ("devices.0.usage.0.durationMs", "18000000"),
            ("devices.0.usage.0.energyWh", "60.000"),
            ("devices.0.usage.0.during.checkedIn.occupied", "3600000"),
            ("devices.0.usage.0.during.checkedIn.vacant", "7200000"),
            ("devices.0.usage.0.during.checkedOut.vacant", "7200000"),
            ("totals.usageMs", "18000000"),
            ("totals.wasteMs", "14400000"),
            ("totals.wasteUnsoldMs", "7200000"),
            ("totals.unsoldMs", "7200000"),
            ("totals.energyWh", "60.000"),
            ("totals.wasteEnergyWh", "48.000"),
            ("totals.wasteUnsoldEnergyWh", "24.000"),
            ("totals.unsoldEnergyWh", "24.000"),
            ("totals.assumedEnergyWh", "0.000"),
            ("totals.cost", "8.6100"),
            ("totals.wasteCost", "6.8880"),
            ("totals.co2eKg", "0.0287"),
            ("closing.stay.since", r#""2026-11-21T03:00:00.000Z""#),
        ],
    );
}

#[test]
fn figures_are_rounded_half_away_from_zero_and_only_once() {
    let profile = Profile::parse(
        r#"{"hotelId":"h","timeZone":"UTC","pricePerKwh":0.05,"kgCo2ePerKwh":0.01,
            "ratings":{"half":{"ON":1.8},"less":{"ON":1.799},"third":{"ON":1.44},"sum":{"ON":3}}}"#,
    )
    .unwrap();
    let on_for = |kind: &'static str, off: &'static str| {
        let reported = [(kind, "2026-11-21T10:00:00Z", "ON"), (kind, off, "OFF")];
        json(&profile, &closed(&profile, "1", "2026-11-21", &RoomStates::default(), &reported))
    };
    let a_second = "2026-11-21T10:00:01Z";
    // 1.8 W for a second are 0.0005 Wh.
    assert_written(&on_for("half/a", a_second), &[("devices.0.usage.0.energyWh", "0.001")]);
    assert_written(&on_for("less/a", a_second), &[("devices.0.usage.0.energyWh", "0.000")]);
    // 3 Wh at 0.05 a kWh are 0.00015; at 0.01 they are 0.00003.
    assert_written(
        &on_for("sum/a", "2026-11-21T11:00:00Z"),
        &[("totals.energyWh", "3.000"), ("totals.cost", "0.0002"), ("totals.co2eKg", "0.0000")],
    );
    // Three times 0.0004 Wh: nothing each, but not nothing together.
    let reported = ["third/a", "third/b", "third/c"]
        .map(|lamp| [(lamp, "2026-11-21T10:00:00Z", "ON"), (lamp, a_second, "OFF")])
        .concat();
    let together = closed(&profile, "1", "2026-11-21", &RoomStates::default(), &reported);
    assert_written(
        &json(&profile, &together),
        &[
            ("devices.0.usage.0.energyWh", "0.000"),
            ("devices.1.usage.0.energyWh", "0.000"),
            ("devices.2.usage.0.energyWh", "0.000"),
            ("totals.energyWh", "0.001"),
        ],
    );
}

#[test]
fn what_is_not_known_is_left_out() {
    let profile = bare();
    let reported = [("light/lamp-1", "2026-11-21T23:00:00+09:00", "ON")];
    let closed = closed(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    let json = json(&profile, &closed);
    assert_left_out(
        &json,
        &[
            "devices.0.usage.0.energyWh",
            "totals.cost",
            "totals.wasteCost",
            "totals.co2eKg",
            "closing.stay",
            "revisions",
            "provisional",
        ],
    );
    assert_written(
        &json,
        &[
            ("totals.usageMs", "3600000"),
            ("totals.unratedMs", "3600000"),
            ("totals.energyWh", "0.000"),
            ("closing.presence", "[]"),
        ],
    );
}

#[test]
fn a_day_is_as_long_as_its_zone_makes_it() {
    let profile = Profile::parse(r#"{"hotelId":"h","timeZone":"america/new_york"}"#).unwrap();
    let reported = [("stay", "2026-03-08T12:00:00-04:00", "CHECKED_IN")];
    let closed = closed(&profile, "1", "2026-03-08", &RoomStates::default(), &reported);
    assert_written(
        &json(&profile, &closed),
        &[
            ("timeZone", r#""America/New_York""#),
            ("dayLengthMs", "82800000"),
            ("closedAt", r#""2026-03-09T00:15:00-04:00""#),
            ("closing.stay", r#"{"state":"CHECKED_IN","since":"2026-03-08T16:00:00.000Z"}"#),
        ],
    );
}

#[test]
fn an_open_day_is_provisional_and_has_no_revision() {
    let profile = seoul();
    let reported = [("light/lamp-1", "2026-11-21T23:00:00+09:00", "ON")];
    let report = report(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    let room = RoomId::new("1203").unwrap();
    let view = RoomReportView::provisional(
        &profile.hotel_id,
        &profile.calendar,
        &room,
        date("2026-11-21"),
        &report,
    );
    let json = serde_json::to_string(&view).unwrap();
    assert_written(&json, &[("provisional", "true"), ("totals.energyWh", "12.000")]);
    assert_left_out(&json, &["revision", "closedAt", "revisions"]);
}

#[test]
fn a_room_now_has_its_readings_so_far() {
    let profile = metered();
    let room = RoomId::new("1203").unwrap();
    let day = profile.calendar.day(date("2026-11-21")).unwrap();
    let history = known(&METERED_DAY.0, &METERED_DAY.1);
    let now = instant("2026-11-21T12:10:00+09:00");
    let terms = profile.terms(&room);
    let live = Live::at(now, RoomStates::default(), [(day, history)], &terms).unwrap();
    let view = LiveRoomView::of(&profile.hotel_id, &profile.calendar, &room, &live);
    let json = serde_json::to_string(&view).unwrap();
    assert_written(
        &json,
        &[
            ("roomId", r#""1203""#),
            ("states.heard", r#""2026-11-21T03:00:00.000Z""#),
            ("states.devices.0.deviceKind", r#""meter""#),
            ("states.devices.2.counter.wh", r#""150.500""#),
            ("states.devices.3.power.w", r#""4.000""#),
            ("report.provisional", "true"),
            ("report.dayLengthMs", "43800000"),
            // Ten minutes of 4 W.
            ("report.totals.standbyWh", "0.667"),
        ],
    );
}

#[test]
fn states_are_shown_alike_from_a_report_and_as_carried_over() {
    for closed in metered_days().into_iter().chain([checkout_day()]) {
        let carried = closed.report.closing();
        assert_eq!(
            serde_json::to_string(&StatesView::closing(&closed.report)).unwrap(),
            serde_json::to_string(&StatesView::of(&carried)).unwrap(),
        );
    }
}

#[test]
fn a_report_of_a_room_with_readings() {
    let profile = metered();
    let closed = &metered_days()[0];
    let view = RoomReportView::closed(&profile.hotel_id, &profile.calendar, closed);
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
}

#[test]
fn nothing_is_said_of_readings_where_there_are_none() {
    let json = json(&seoul(), &checkout_day());
    assert_left_out(
        &json,
        &[
            "meters",
            "devices.0.measured",
            "devices.0.usage.0.measuredMs",
            "devices.0.usage.0.measuredWh",
            "totals.measuredMs",
            "totals.measuredWh",
            "totals.standbyWh",
            "totals.unplacedWh",
            "closing.devices.0.counter",
            "closing.devices.0.power",
        ],
    );
    assert_written(
        &json,
        &[
            ("totals.assumedWasteMs", "7200000"),
            ("totals.assumedWasteEnergyWh", "1800.000"),
            ("totals.assumedWasteCost", "258.3000"),
            ("closing.heard", r#""2026-11-21T11:00:00.000Z""#),
        ],
    );
}

#[test]
fn a_device_without_a_rating_has_energy_where_it_was_measured() {
    let profile = bare();
    let reported = [
        ("kettle/kettle-1", "2026-11-21T10:00:00+09:00", "ON"),
        ("kettle/kettle-1", "2026-11-21T11:00:00+09:00", "OFF"),
    ];
    let read = |read| {
        let history = known(&reported, read);
        let day = profile.calendar.day(date("2026-11-21")).unwrap();
        let room = RoomId::new("1203").unwrap();
        let terms = profile.terms(&room);
        let report = RoomReport::fold(day.window, &RoomStates::default(), &history, &terms);
        json(&profile, &ClosedReport::first(room.clone(), day, report, day.window.end))
    };
    // A power reading holds for a quarter of an hour.
    let measured = read(&[("kettle/kettle-1", "2026-11-21T10:00:00+09:00", "1000 W")]);
    assert_written(
        &measured,
        &[
            ("devices.0.usage.0.energyWh", "250.000"),
            ("devices.0.usage.0.measuredMs", "900000"),
            ("totals.unratedMs", "2700000"),
        ],
    );
    // Read while it was off: there are readings, but none of its use.
    let elsewhere = read(&[("kettle/kettle-1", "2026-11-21T12:00:00+09:00", "2 W")]);
    assert_left_out(&elsewhere, &["devices.0.usage.0.energyWh"]);
    assert_written(
        &elsewhere,
        &[
            ("devices.0.usage.0.measuredMs", "0"),
            ("devices.0.usage.0.measuredWh", "0.000"),
            ("devices.0.measured.standbyWh", "0.500"),
            ("totals.energyWh", "0.500"),
            ("totals.unratedMs", "3600000"),
        ],
    );
}

#[test]
fn a_meter_is_in_no_total_and_makes_none() {
    let profile = seoul();
    let read = [
        ("meter/circuit-1", "2026-11-21T10:00:00+09:00", "1000 Wh"),
        ("meter/circuit-1", "2026-11-21T12:00:00+09:00", "1400.5 Wh"),
    ];
    let day = profile.calendar.day(date("2026-11-21")).unwrap();
    let room = RoomId::new("1203").unwrap();
    let terms = profile.terms(&room);
    let history = known(&[], &read);
    let report = RoomReport::fold(day.window, &RoomStates::default(), &history, &terms);
    let json = json(&profile, &ClosedReport::first(room.clone(), day, report, day.window.end));
    assert_written(
        &json,
        &[
            ("devices", "[]"),
            ("meters.0.energyWh", "400.500"),
            ("meters.0.unplacedWh", "0.000"),
            ("meters.0.during.unknown", r#"{"occupied":0.000,"vacant":0.000,"unknown":400.500}"#),
            ("totals.energyWh", "0.000"),
            ("closing.heard", r#""2026-11-21T03:00:00.000Z""#),
            (
                "closing.devices",
                r#"[{"deviceId":"circuit-1","deviceKind":"meter","counter":{"at":"2026-11-21T03:00:00.000Z","wh":"1400.500","debtWh":"0.000"}}]"#,
            ),
        ],
    );
    assert_left_out(&json, &["totals.measuredMs", "totals.standbyWh", "totals.unplacedWh"]);
}

#[test]
fn energy_from_before_the_first_tariff_stands_in_the_place_of_its_cost() {
    let profile = metered();
    let [before, after] = <[_; 2]>::try_from(metered_days()).unwrap();
    let (before, after) = (json(&profile, &before), json(&profile, &after));
    let costs = ["totals.cost", "totals.wasteCost", "totals.assumedWasteCost"];
    assert_left_out(&before, &costs);
    assert_eq!(written(&before, "totals.unpricedWh"), written(&before, "totals.energyWh"));
    assert_left_out(&after, &["totals.unpricedWh"]);
    for cost in costs {
        assert!(written(&after, cost).is_some(), "{cost} in {after}");
    }
    assert_left_out(&json_of_bare_day(), &["totals.unpricedWh", "totals.assumedWasteCost"]);
}

/// A day of a hotel that has no price for any date.
fn json_of_bare_day() -> String {
    let profile = bare();
    let reported = [("light/lamp-1", "2026-11-21T23:00:00+09:00", "ON")];
    let closed = closed(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    json(&profile, &closed)
}

#[test]
fn a_device_that_was_only_read_has_no_state_at_the_end() {
    let profile = metered();
    let json = json(&profile, &metered_days()[0]);
    assert_written(&json, &[("closing.devices.1.deviceId", r#""fridge-1""#)]);
    assert_left_out(
        &json,
        &["closing.devices.1.state", "closing.devices.1.since", "closing.devices.1.seen"],
    );
    // A quarter of an hour has not passed at midnight.
    assert_written(
        &json,
        &[
            ("closing.devices.3.deviceId", r#""tv-1""#),
            ("closing.devices.3.power", r#"{"at":"2026-11-21T14:50:00.000Z","w":"4.000"}"#),
            ("closing.devices.2.counter.debtWh", r#""60.000""#),
        ],
    );
}
