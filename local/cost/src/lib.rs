//! The bill of a deployment: a simulated day through the real functions, counted and priced.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`simulation`] | a made-up hotel, and what happens in it |
//! | `metering` | the counters of its devices |
//! | `traffic` | events packed into messages, messages gathered into batches |
//! | `day` | the day through the functions |
//! | `network`, `logs` | how long a call waits, and what it writes |
//! | [`deployed`] | what the template sets |
//! | [`prices`] | what AWS asks |
//! | [`bill`] | all of it in dollars |
//! | `terminal` | the same for people |
//!
//! What is consumed is measured; what this machine cannot tell is assumed. A bill lists both.

pub mod bill;
mod day;
pub mod deployed;
mod logs;
mod metering;
mod network;
pub mod prices;
pub mod simulation;
mod terminal;
mod traffic;

use roomwatt_domain::Millis;
use serde::Serialize;

use crate::bill::Bill;
use crate::prices::PriceFile;

/// More events a day than a simulated hotel has.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} events a day are more than a simulated hotel has ({most}): make them several hotels by --hotels",
    most = day::MOST_EVENTS
)]
pub struct TooManyEvents(u64);

/// The simulated hotels are in UTC.
const HOURS_PER_DAY: u64 = 24;

/// What a bill is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// Rooms of a hotel.
    pub rooms: u32,
    /// Events of a room on a day, on average.
    pub events: u32,
    /// Devices of a room, beside its presence sensor.
    pub devices: u16,
    /// How often the counter of each device is read, beside these events.
    pub readings_per_hour: u16,
    /// Such hotels in one deployment.
    pub hotels: u32,
    /// Events in a message.
    pub packed: u16,
    /// How long the event queues' messages wait for others, in seconds.
    pub batch_window: u16,
    /// Pollers of each queue.
    pub pollers: u8,
    /// Calls of the report API for each hotel on a day.
    pub reports: u32,
    /// Readers of the mail in which each hotel's day is told.
    pub digest_readers: u32,
    /// How long summaries may be revised, in days.
    pub history_days: u32,
    /// How long reports are kept, in days.
    pub report_days: u32,
    /// The most events a day that the functions are run with; of what is larger, a part is run.
    pub sample: u64,
    /// Decides what happens on the simulated day.
    pub seed: u64,
}

impl Shape {
    fn packed(&self) -> usize {
        self.packed.into()
    }

    /// Readings of a room on a day.
    fn readings(&self) -> u64 {
        HOURS_PER_DAY * u64::from(self.devices) * u64::from(self.readings_per_hour)
    }

    /// Events of a room on a day, readings included.
    fn events_of_room(&self) -> u64 {
        u64::from(self.events) + self.readings()
    }

    /// Rooms of all hotels.
    fn all_rooms(&self) -> u64 {
        u64::from(self.hotels) * u64::from(self.rooms)
    }

    fn window(&self) -> Millis {
        Millis::from(self.batch_window) * 1000
    }

    /// The monthly bill in a region.
    ///
    /// # Errors
    /// [`prices::NoPrices`] for a region without prices, [`TooManyEvents`] for a hotel too large to
    /// be simulated; others when the embedded engine fails.
    pub fn bill(&self, region: &str, progress: bool) -> anyhow::Result<Bill> {
        let file = PriceFile::load()?;
        let prices = file.of(region)?;
        let events = u64::from(self.rooms) * self.events_of_room();
        if events > day::MOST_EVENTS {
            return Err(TooManyEvents(events).into());
        }
        let day = day::simulate(self, progress)?;
        Ok(Bill::of(self, region, &file, &prices, &day))
    }
}
