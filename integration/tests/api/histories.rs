//! Where a report's figures come from: the intervals of a day add up to it.

use std::collections::BTreeMap;

use roomwatt_domain::Instant;
use serde_json::Value;

use crate::harbour::{HOTEL, get, harbour};

fn length(interval: &Value) -> i64 {
    let at = |name: &str| Instant::parse(interval[name].as_str().unwrap()).unwrap();
    at("to") - at("from")
}

#[tokio::test]
async fn the_intervals_of_every_room_and_day_add_up_to_its_report() {
    let harbour = harbour().await;
    let api = harbour.api();
    let mut transitions = 0;
    for closed in &harbour.reports {
        let path = format!("{HOTEL}/rooms/{}/history?date={}", closed.room, closed.date);
        let history = get(&api, &path).await.found();
        assert_eq!(history["date"], closed.date.to_string());
        let day = harbour.profile.calendar.day(closed.date).unwrap();
        let mut use_by_state: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        let (mut checked_in, mut signals) = (0, 0);
        for signal in history["signals"].as_array().unwrap() {
            let intervals = signal["intervals"].as_array().unwrap();
            for pair in intervals.windows(2) {
                assert_eq!(pair[0]["to"], pair[1]["from"], "no gap");
                assert_ne!(pair[0]["state"], pair[1]["state"], "no seam");
            }
            for interval in intervals {
                assert!(length(interval) > 0);
                let state = interval["state"].as_str().unwrap();
                match signal["signal"].as_str().unwrap() {
                    "device" if state != "OFF" => {
                        let name = |name: &str| signal[name].as_str().unwrap().to_owned();
                        let key = (name("deviceId"), name("deviceKind"), state.to_owned());
                        *use_by_state.entry(key).or_default() += length(interval);
                    }
                    "stay" if state == "CHECKED_IN" => checked_in += length(interval),
                    _ => {}
                }
            }
            assert_eq!(intervals.last().unwrap()["to"], day.window.end.to_string());
            transitions += signal["transitions"].as_array().unwrap().len();
            signals += 1;
        }
        let reported: BTreeMap<_, _> = closed
            .report
            .devices
            .iter()
            .flat_map(|device| {
                let (id, kind) = (device.device.id.to_string(), device.device.kind.to_string());
                device.usage.iter().map(move |usage| {
                    ((id.clone(), kind.clone(), usage.state.to_string()), usage.duration())
                })
            })
            .collect();
        assert_eq!(use_by_state, reported, "{} {}", closed.room, closed.date);
        let cells = closed.report.occupancy.cells();
        assert_eq!(checked_in, cells[..3].iter().sum::<i64>());
        let report = &closed.report;
        let known =
            report.devices.len() + report.presence.len() + usize::from(report.stay.is_some());
        assert_eq!(signals, known);
    }
    assert!(transitions > 2000, "{transitions}");
}

#[tokio::test]
async fn a_day_before_a_room_was_known_is_empty_and_an_unknown_room_is_not_there() {
    let api = harbour().await.api();
    let history = get(&api, &format!("{HOTEL}/rooms/101/history?date=2026-10-01")).await.found();
    assert_eq!(history["signals"], serde_json::json!([]));
    get(&api, &format!("{HOTEL}/rooms/999/history?date=2026-10-13")).await.problem(404);
    let ahead = get(&api, &format!("{HOTEL}/rooms/101/history?date=2026-11-09")).await.problem(400);
    assert_eq!(ahead["parameter"], "date");
}
