//! Writes the log of a simulated hotel to standard output, and its profile to a file:
//!
//! ```sh
//! cargo run --release -p roomwatt-cost --example log -- profiles.json 300 200 365 | gzip -1 > year.ndjson.gz
//! ```
//!
//! The arguments are the profile's file, rooms, events of a room on a day, and days.

use std::io::{self, BufWriter, Write};

use anyhow::{Context, bail};
use roomwatt_cost::simulation::{Hotel, days};

const SEED: u64 = 2026;
const DEVICES: u16 = 8;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [profiles, rooms, events, count] = &arguments[..] else {
        bail!("wants four arguments: PROFILES ROOMS EVENTS DAYS");
    };
    let (rooms, events) = (rooms.parse().context("ROOMS")?, events.parse().context("EVENTS")?);
    let mut hotel = Hotel::new("simulated", rooms, DEVICES, events, SEED);
    std::fs::write(profiles, format!("[{}]\n", hotel.profile()?.to_json()))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = String::new();
    for (place, day) in days(count.parse().context("DAYS")?).iter().enumerate() {
        // An installation first says the state of everything.
        let inventory = if place == 0 { hotel.inventory(day.window.start) } else { Vec::new() };
        for event in inventory.iter().chain(&hotel.day(day)) {
            line.clear();
            hotel.write_event(event, &mut line)?;
            writeln!(out, "{line}")?;
        }
    }
    Ok(out.flush()?)
}
