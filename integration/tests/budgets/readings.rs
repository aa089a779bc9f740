//! What readings consume: a room-day of ten metered devices, each of which is read every 15 minutes.
//! Bounds are what was measured, with a little room above it, beside what the same rooms consume
//! without readings.

use roomwatt_domain::instant::MINUTE;
use roomwatt_domain::{Instant, Millis, Profile};
use roomwatt_local::input::EventFile;

use crate::units::as_billed;

const ROOMS: i64 = 2;
const DAYS: i64 = 3;
const DEVICES: i64 = 10;
/// Changes of state of a room on a day.
const CHANGES: i64 = 100;
/// Readings of a device on a day.
const READINGS: i64 = 96;
const DAY: Millis = 24 * 60 * MINUTE;
/// Between two changes of a device's state.
const TURN: Millis = DAY * DEVICES / CHANGES;

/// When the counters of a room are read.
#[derive(Debug, Clone, Copy)]
enum Turns {
    /// Not at all.
    Never,
    /// All at once, by a gateway.
    Together,
    /// Each at a time of its own.
    Apart,
}

/// Units of a room-day.
#[derive(Debug)]
struct Units {
    ingest: f64,
    close_writes: f64,
    close_reads: f64,
}

fn hotel() -> Profile {
    let json = r#"{"hotelId":"h1","timeZone":"Asia/Seoul","ratings":{"light":{"ON":12}}}"#;
    Profile::parse(json).expect("a profile")
}

fn line(room: i64, device: i64, field: &str, value: &str, at: Instant) -> (Instant, String) {
    let line = format!(
        r#"{{"eventId":"e","hotelId":"h1","roomId":"{}","deviceId":"lamp-{device}","deviceKind":"light","{field}":"{value}","occurredAt":"{at}"}}"#,
        101 + room
    );
    (at, line)
}

/// Lamps that are on and off by turns, and draw 11 W while they are on.
fn lines(turns: Turns) -> Vec<String> {
    let first = Instant::parse("2026-11-02T00:00:00+09:00").expect("an instant");
    let mut lines = Vec::new();
    for room in 0..ROOMS {
        for device in 0..DEVICES {
            for change in 0..DAYS * CHANGES / DEVICES {
                let at = first + change * TURN + device * TURN / DEVICES + room * 7_919;
                let state = if change % 2 == 0 { "ON" } else { "OFF" };
                lines.push(line(room, device, "state", state, at));
            }
            for reading in 0..DAYS * READINGS {
                let apart = match turns {
                    Turns::Never => break,
                    Turns::Together => 0,
                    Turns::Apart => device * 90_000,
                };
                let after = reading * 15 * MINUTE + apart;
                let used = 5_500 * (after / MINUTE) / 60;
                let counter = format!("{}.{:03}", 48_000 + used / 1000, used % 1000);
                let at = first + after + room * 7_919;
                lines.push(line(room, device, "counterWh", &counter, at));
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

async fn measure(turns: Turns) -> Units {
    let lines = lines(turns);
    let file = EventFile::made_up(&lines);
    let replayed = as_billed().run(vec![hotel()], &file).await.expect("a replay");
    let summary = replayed.write_reports(&mut std::io::sink()).await.expect("reports");
    assert_eq!((summary.applied, summary.revised), (lines.len(), 0));
    assert_eq!(summary.ingest.refused_conditions + summary.close.refused_conditions, 0);
    let room_days = f64::from(u32::try_from(ROOMS * DAYS).expect("few"));
    assert_eq!(summary.reports, usize::try_from(ROOMS * DAYS).expect("few"));
    let units = Units {
        ingest: summary.ingest.write_units / room_days,
        close_writes: summary.close.write_units / room_days,
        close_reads: summary.close.read_units / room_days,
    };
    println!("{turns:?}: {units:.2?} a room-day, of {} lines", lines.len());
    units
}

#[tokio::test]
async fn ten_metered_devices_consume_what_was_measured() {
    let never = measure(Turns::Never).await;
    let together = measure(Turns::Together).await;
    let apart = measure(Turns::Apart).await;
    // Ten readings of one instant share a write.
    let shared = together.ingest - never.ingest;
    assert!(shared <= 97.0, "{together:?} beside {never:?}");
    // Without a gateway nearly each reading is a write.
    assert!(apart.ingest - never.ingest <= 960.0, "{apart:?} beside {never:?}");
    // The close seals every part that the summary has grown by.
    for metered in [together, apart] {
        assert!(metered.close_writes - never.close_writes <= 27.0, "{metered:?}");
        assert!(metered.close_reads - never.close_reads <= 3.5, "{metered:?}");
    }
}
