//! Telling the bus what was completed.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use roomwatt_domain::{BusinessDate, HotelId, RoomId};
use serde::Serialize;

use crate::SendError;
use crate::backoff::{TRIES, before_try};

/// The source of all events.
pub const SOURCE: &str = "roomwatt";

const LARGEST_BATCH: usize = 10;

/// The bus that completed results are told to.
#[derive(Debug, Clone)]
pub struct Bus {
    client: Client,
    name: String,
}

/// A completed result. Told at least once: a repeat has the same hotel, room, date and revision.
#[derive(Debug, Clone)]
pub enum BusEvent<T> {
    /// A hotel's day was closed.
    HotelDayClosed {
        /// Which hotel.
        hotel: HotelId,
        /// Which day.
        date: BusinessDate,
        /// The hotel-day's revision.
        revision: u64,
        /// How many rooms have a report.
        rooms: u64,
        /// What else there is to tell of it, as fields beside these.
        told: T,
    },
    /// A late event changed a closed report, or opened a closed day for a room.
    RoomReportRevised {
        /// Which hotel.
        hotel: HotelId,
        /// Which room.
        room: RoomId,
        /// Which day.
        date: BusinessDate,
        /// The report's revision.
        revision: u32,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HotelDayClosed<'a, T> {
    hotel_id: &'a str,
    date: String,
    revision: u64,
    rooms: u64,
    #[serde(flatten)]
    told: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoomReportRevised<'a> {
    hotel_id: &'a str,
    room_id: &'a str,
    date: String,
    revision: u32,
}

impl<T: Serialize> BusEvent<T> {
    fn detail_type(&self) -> &'static str {
        match self {
            Self::HotelDayClosed { .. } => "HotelDayClosed",
            Self::RoomReportRevised { .. } => "RoomReportRevised",
        }
    }

    fn detail(&self) -> serde_json::Result<String> {
        match self {
            Self::HotelDayClosed { hotel, date, revision, rooms, told } => {
                serde_json::to_string(&HotelDayClosed {
                    hotel_id: hotel.as_str(),
                    date: date.to_string(),
                    revision: *revision,
                    rooms: *rooms,
                    told,
                })
            }
            Self::RoomReportRevised { hotel, room, date, revision } => {
                serde_json::to_string(&RoomReportRevised {
                    hotel_id: hotel.as_str(),
                    room_id: room.as_str(),
                    date: date.to_string(),
                    revision: *revision,
                })
            }
        }
    }
}

impl Bus {
    /// A bus by its name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Tells events, ten to a call; entries that failed are sent again.
    ///
    /// # Errors
    /// [`SendError`] when the bus did not take them all; some may have been taken even then.
    pub async fn publish<T: Serialize>(&self, events: &[BusEvent<T>]) -> Result<(), SendError> {
        for batch in events.chunks(LARGEST_BATCH) {
            let entries =
                batch.iter().map(|event| self.entry(event)).collect::<Result<Vec<_>, _>>();
            self.put(entries.map_err(|error| unsent(batch.len(), Some(error.into())))?).await?;
        }
        Ok(())
    }

    fn entry<T: Serialize>(
        &self,
        event: &BusEvent<T>,
    ) -> serde_json::Result<PutEventsRequestEntry> {
        Ok(PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.detail_type())
            .detail(event.detail()?)
            .build())
    }

    async fn put(&self, mut entries: Vec<PutEventsRequestEntry>) -> Result<(), SendError> {
        let mut cause = None;
        for again in 0..TRIES {
            if again > 0 {
                before_try(again).await;
            }
            match self.client.put_events().set_entries(Some(entries.clone())).send().await {
                Ok(answer) => {
                    // Results come in the order of the entries; the ones with a code failed.
                    let mut results = answer.entries().iter();
                    entries.retain(|_| {
                        let failed = results.next().filter(|result| result.error_code().is_some());
                        if let Some(failed) = failed {
                            cause = failed.error_message().map(|said| said.to_owned().into());
                        }
                        failed.is_some()
                    });
                }
                Err(error) => cause = Some(error.into()),
            }
            if entries.is_empty() {
                return Ok(());
            }
        }
        Err(unsent(entries.len(), cause))
    }
}

fn unsent(failed: usize, cause: Option<Box<dyn std::error::Error + Send + Sync>>) -> SendError {
    SendError { destination: "the bus", sent: failed, failed, cause }
}
