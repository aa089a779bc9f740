//! What happens in the runs that are struck at every call. Each scenario leaves enough time after
//! each step for one misfortune: what died comes again after six minutes, a claim runs out after
//! five, the rule ticks every fifteen. So a run that is struck once ends like one that is not.
//!
//! The hotels are nine hours ahead of UTC; the days are those of a week whose 4th day ends a month.

use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::{
    BusinessDate, Device, DeviceId, DeviceKind, Instant, Measurement, MilliwattHours, Reading,
    Schedule,
};
use roomwatt_embedded::deployment::{DEVICE_EVENTS, SPACE_EVENTS};
use roomwatt_store::Retention;

use crate::events::{device, profile, reading, stay};
use crate::line::OtherRules;
use crate::services::Services;
use crate::stage::{Disturbance, Outcome, Stage};

pub(crate) const ZONE: &str = "Asia/Tokyo";

/// `DD hh:mm` of the week, local time.
pub(crate) fn at(text: &str) -> Instant {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    let date = date(day.parse().expect("a day"));
    Instant::parse(&format!("{date}T{time}:00+09:00")).expect("an instant")
}

/// A day of the week: the 4th is the 28th of February.
pub(crate) fn date(day: i64) -> BusinessDate {
    let date = jiff::civil::date(2026, 2, 24) + jiff::ToSpan::days(day);
    BusinessDate::new(date).expect("a date")
}

pub(crate) fn lamp(room: &str, state: &str, when: &str) -> serde_json::Value {
    device("h1", room, "lamp-1", "light", state, at(when))
}

pub(crate) fn sensor(room: &str, state: &str, when: &str) -> serde_json::Value {
    device("h1", room, "pir-1", "presence", state, at(when))
}

fn counter(room: &str, watt_hours: u64, when: &str) -> serde_json::Value {
    let kind = DeviceKind::new("thermostat").expect("a kind");
    let device = Device { id: DeviceId::new("ac").expect("an id"), kind };
    let measurement = Measurement::Counter(MilliwattHours::new(watt_hours * 1000));
    reading("h1", room, &device, &Reading { at: at(when), measurement })
}

/// Two hotels open, events are taken in and refused, days close: one by itself, then three at once
/// after the rule did not tick for two days, quiet rooms and a day before any room among them.
pub(crate) async fn days_close(disturbance: Disturbance) -> Outcome {
    // Two minutes before midnight, the first event is already of the next day: the day that ends
    // is closed without a room.
    let mut stage = Stage::at(at("01 23:58"), disturbance).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    stage.put_profile(&profile("h2", ZONE, "0.30")).await;
    stage.begin();
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 00:00"));
    stage.pass_until(at("02 00:14"), false).await;
    stage.pass_until(at("02 00:50"), true).await;

    stage.pass_until(at("02 10:00"), false).await;
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("02 09:30")));
    stage.send(SPACE_EVENTS, &stay("h9", "1", "CHECKED_IN", at("02 09:30")));
    stage.send(DEVICE_EVENTS, &sensor("101", "OCCUPIED", "02 09:31"));
    stage.send(DEVICE_EVENTS, &sensor("102", "VACANT", "02 08:00"));
    stage.send(DEVICE_EVENTS, &device("h2", "7", "ac", "thermostat", "COOL", at("02 09:00")));
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 10:30"));
    stage.send(DEVICE_EVENTS, &counter("101", 5000, "02 09:40"));
    stage.send(DEVICE_EVENTS, "what?");
    stage.pass_until(at("02 10:20"), false).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 10:19"));
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 10:19"));

    stage.pass_until(at("03 00:14"), false).await;
    stage.pass_until(at("03 00:50"), true).await;

    stage.pass_until(at("04 12:00"), false).await;
    stage.send(DEVICE_EVENTS, &lamp("102", "ON", "04 11:59"));
    stage.pass_until(at("06 00:14"), false).await;
    stage.pass_until(at("06 00:50"), true).await;
    stage.end().await
}

/// The hotel with two rooms, closed from the 2nd through the 4th.
pub(crate) async fn closed_hotel(disturbance: Disturbance) -> Stage {
    let mut stage = Stage::at(at("02 10:00"), disturbance).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("02 08:00")));
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:00"));
    stage.send(DEVICE_EVENTS, &counter("101", 5000, "02 09:00"));
    stage.send(DEVICE_EVENTS, &sensor("102", "OCCUPIED", "02 09:00"));
    stage.pass_until(at("03 10:00"), false).await;
    stage.send(DEVICE_EVENTS, &counter("101", 6500, "03 09:00"));
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "03 09:00"));
    stage.send(DEVICE_EVENTS, &lamp("102", "ON", "03 09:00"));
    stage.pass_until(at("05 00:14"), false).await;
    stage.pass_until(at("05 00:50"), true).await;
    stage
}

/// Late events: for a closed day and the days that follow from it, into today; for a room that
/// nobody has heard of, on a day before the first one; under other prices.
pub(crate) async fn late_events_revise(disturbance: Disturbance) -> Outcome {
    let mut stage = closed_hotel(disturbance).await;
    stage.put_profile(&profile("h1", ZONE, "0.99")).await;
    stage.pass_until(at("05 10:00"), false).await;
    stage.begin();
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 22:00"));
    stage.send(DEVICE_EVENTS, &counter("101", 5800, "02 21:00"));
    stage.pass(20 * MINUTE).await;
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_OUT", at("04 11:00")));
    stage.send(DEVICE_EVENTS, &device("h1", "103", "ac", "thermostat", "HEAT", at("01 20:00")));
    stage.pass(20 * MINUTE).await;
    // What changes nothing, and what changes one day alone.
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_OUT", at("04 11:00")));
    stage.send(DEVICE_EVENTS, &lamp("102", "OFF", "03 09:30"));
    stage.send(DEVICE_EVENTS, &lamp("102", "ON", "03 09:40"));
    stage.pass(20 * MINUTE).await;
    stage.pass_until(at("06 00:14"), false).await;
    stage.pass_until(at("06 00:50"), true).await;
    stage.end().await
}

/// Events come for the day that is being closed and for the day before, when the close has read
/// both; then two workers revise one room at once.
pub(crate) async fn close_is_overtaken(disturbance: Disturbance) -> Outcome {
    let mut stage = closed_hotel(disturbance).await;
    stage.pass_until(at("05 20:00"), false).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "05 19:59"));
    stage.pass_until(at("06 00:14"), false).await;
    stage.begin();
    stage.tick_at(at("06 00:15")).await;
    let close = stage
        .work_until(None, |call| {
            call.operation == "PutItem" && call.mentions(&format!("\"DAY#{}\"", date(5)))
        })
        .await;
    stage.send(DEVICE_EVENTS, &sensor("102", "VACANT", "04 18:00"));
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "05 23:00"));
    stage.send(DEVICE_EVENTS, &lamp("103", "ON", "05 22:00"));
    stage.work().await;
    stage.resume(close).await;
    stage.pass_until(at("06 00:50"), true).await;

    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_OUT", at("03 11:00")));
    stage.take_in().await;
    let slow = stage
        .work_until(None, |call| {
            call.operation == "TransactWriteItems" && call.mentions(&format!("#{}", date(4)))
        })
        .await;
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("03 12:00")));
    stage.work().await;
    stage.resume(slow).await;
    stage.pass(30 * MINUTE).await;
    stage.end().await
}

/// A close whose time is up before it has begun with the last rooms; another one goes on.
pub(crate) async fn close_is_suspended(disturbance: Disturbance) -> Outcome {
    let mut stage = Stage::at(at("02 10:00"), disturbance).await;
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    for room in 101..119 {
        stage.send(DEVICE_EVENTS, &lamp(&room.to_string(), "ON", "02 09:00"));
    }
    stage.pass_until(at("03 00:14"), false).await;
    stage.begin();
    stage.tick_at(at("03 00:15")).await;
    let close = stage
        .work_until(Some(MINUTE), |call| {
            call.operation == "UpdateItem" && call.mentions("SUMMARY#101")
        })
        .await;
    stage.pass_until(at("03 00:16"), false).await;
    stage.resume(close).await;
    stage.pass_until(at("03 00:50"), true).await;
    stage.end().await
}

/// A close stands still before it has read the day's summaries. Another one takes over and ends
/// it; then a late event opens a room that is before all others, and before anything is revised the
/// first one reads on and reports that room; only then it meets a report that is not its own.
pub(crate) async fn close_wakes_late(disturbance: Disturbance) -> Outcome {
    let mut stage = closed_hotel(disturbance).await;
    stage.pass_until(at("06 00:14"), false).await;
    stage.begin();
    stage.tick_at(at("06 00:15")).await;
    let close =
        stage.work_until(None, |call| call.operation == "Query" && call.mentions("SUMMARY#")).await;
    stage.pass_until(at("06 00:50"), true).await;
    stage.send(DEVICE_EVENTS, &lamp("100", "ON", "05 22:00"));
    stage.take_in().await;
    stage.resume(close).await;
    stage.pass(30 * MINUTE).await;
    stage.end().await
}

/// A worker whose clock is half an hour behind takes events in, and does not know that they are
/// late: one between a close's look at the room and its seal, one for another room after its seal.
/// The seals know.
pub(crate) async fn writer_is_behind(disturbance: Disturbance) -> Outcome {
    let mut stage = closed_hotel(disturbance).await;
    stage.pass_until(at("05 23:20"), false).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "05 23:10"));
    stage.pass_until(at("06 00:14"), false).await;
    stage.begin();
    stage.tick_at(at("06 00:15")).await;
    let close = stage
        .work_until(None, |call| call.operation == "UpdateItem" && call.mentions("SUMMARY#101"))
        .await;
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "05 23:15"));
    stage.take_in_by(stage.worker_behind(30 * MINUTE)).await;
    stage.resume(close).await;
    stage.work().await;
    stage.send(DEVICE_EVENTS, &lamp("102", "OFF", "05 23:30"));
    stage.take_in_by(stage.worker_behind(30 * MINUTE)).await;
    stage.pass(30 * MINUTE).await;
    stage.end().await
}

/// The same with rooms that are so busy that they are kept in parts, and a worker that has filled
/// their first: it begins the second part of one room between the close's look and its seal, and
/// of another after the close has sealed that room.
pub(crate) async fn busy_writer_is_behind(disturbance: Disturbance) -> Outcome {
    let mut stage = closed_hotel(disturbance).await;
    stage.pass_until(at("05 23:20"), false).await;
    for room in ["101", "102"] {
        for lamp in 0..9 {
            let (id, kind) = (format!("{lamp:0>64}"), "k".repeat(64));
            stage.send(DEVICE_EVENTS, &device("h1", room, &id, &kind, "ON", at("05 22:40")));
        }
    }
    let behind = stage.take_in_by(stage.worker_behind(30 * MINUTE)).await;
    stage.pass_until(at("06 00:14"), false).await;
    stage.begin();
    stage.tick_at(at("06 00:15")).await;
    let close = stage
        .work_until(None, |call| call.operation == "UpdateItem" && call.mentions("SUMMARY#101"))
        .await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "05 23:15"));
    let behind = stage.take_in_by(behind).await;
    stage.resume(close).await;
    stage.work().await;
    stage.send(DEVICE_EVENTS, &lamp("102", "OFF", "05 23:30"));
    stage.take_in_by(behind).await;
    stage.pass(30 * MINUTE).await;
    stage.end().await
}

/// During a canary some workers have other rules of the zone than the rest. They take events in
/// for days that the others close.
pub(crate) async fn versions_take_turns(disturbance: Disturbance) -> Outcome {
    let like = |like| Some(OtherRules { zone: ZONE, like });
    let mut stage = closed_hotel(disturbance).await;
    stage.pass_until(at("05 10:00"), false).await;
    stage.begin();
    stage.deploy_rules(like("Pacific/Guam"));
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "05 09:30"));
    stage.send(DEVICE_EVENTS, &lamp("103", "ON", "05 09:40"));
    stage.take_in().await;
    stage.deploy_rules(None);
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "05 09:45"));
    stage.take_in().await;
    stage.deploy_rules(like("Asia/Shanghai"));
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_OUT", at("05 09:50")));
    stage.send(DEVICE_EVENTS, &lamp("103", "OFF", "05 09:55"));
    stage.take_in().await;
    stage.deploy_rules(None);
    stage.pass(20 * MINUTE).await;
    stage.pass_until(at("06 00:14"), false).await;
    stage.pass_until(at("06 00:50"), true).await;
    stage.end().await
}

/// Records expire: summaries after weeks, reports a few days later. What is done before the weeks
/// and after them is struck; not the many days between.
pub(crate) async fn records_expire(disturbance: Disturbance) -> Outcome {
    let schedule = Schedule { history: 48 * HOUR, ..Schedule::default() };
    let retention = Retention { schedule, report_days: 20, spare_days: 0 };
    let services = Services::keeping(at("02 10:00"), retention).await;
    let mut stage = Stage::on(services, disturbance);
    stage.put_profile(&profile("h1", ZONE, "0.25")).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "02 09:00"));
    stage.send(DEVICE_EVENTS, &sensor("102", "OCCUPIED", "02 09:00"));
    stage.pass_until(at("03 00:14"), false).await;
    stage.begin();
    stage.pass_until(at("03 00:50"), true).await;
    stage.send(DEVICE_EVENTS, &lamp("101", "OFF", "02 22:00"));
    stage.send(DEVICE_EVENTS, &counter("101", 5800, "02 21:00"));
    stage.pass(20 * MINUTE).await;
    stage.rest();
    stage.put_profile(&profile("h1", ZONE, "0.99")).await;

    stage.pass_until(at("21 00:14"), false).await;
    stage.pass_until(at("21 00:50"), true).await;
    stage.begin();
    stage.send(DEVICE_EVENTS, &lamp("101", "ON", "20 10:00"));
    stage.send(SPACE_EVENTS, &stay("h1", "101", "CHECKED_IN", at("20 09:00")));
    stage.pass(20 * MINUTE).await;
    stage.rest();
    stage.pass_until(at("24 00:14"), false).await;
    stage.begin();
    stage.pass_until(at("24 00:50"), true).await;
    stage.send(DEVICE_EVENTS, &sensor("102", "VACANT", "23 22:00"));
    stage.pass(20 * MINUTE).await;
    stage.end().await
}
