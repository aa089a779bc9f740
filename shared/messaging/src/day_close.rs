//! The messages of the day-close queue. They are Roomwatt's own; nobody else writes them.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use roomwatt_domain::{BusinessDate, HotelId, RoomId};
use serde::{Deserialize, Serialize};

/// Something to settle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayCloseMessage {
    /// Close what is due of a hotel.
    Close {
        /// Which hotel.
        hotel: HotelId,
    },
    /// Events came for days of a room that may be closed already.
    Revise {
        /// Which hotel.
        hotel: HotelId,
        /// Which room.
        room: RoomId,
        /// Which days.
        dates: BTreeSet<BusinessDate>,
    },
}

/// The text is not one of these messages.
#[derive(Debug, thiserror::Error)]
#[error("not a day-close message: {0}")]
pub struct InvalidMessage(String);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
enum Text {
    Close { hotel_id: String },
    Revise { hotel_id: String, room_id: String, dates: Vec<String> },
}

impl DayCloseMessage {
    /// The hotel that it is about.
    pub fn hotel(&self) -> &HotelId {
        match self {
            Self::Close { hotel } | Self::Revise { hotel, .. } => hotel,
        }
    }

    /// The message's text.
    pub fn to_json(&self) -> String {
        let text = match self {
            Self::Close { hotel } => Text::Close { hotel_id: hotel.to_string() },
            Self::Revise { hotel, room, dates } => Text::Revise {
                hotel_id: hotel.to_string(),
                room_id: room.to_string(),
                dates: dates.iter().map(ToString::to_string).collect(),
            },
        };
        // Strings and lists of strings: nothing in here can fail to serialise.
        serde_json::to_string(&text).unwrap_or_default()
    }

    /// Reads a message's text.
    ///
    /// # Errors
    /// [`InvalidMessage`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidMessage> {
        let text = serde_json::from_str(text).map_err(|error| InvalidMessage(error.to_string()))?;
        Ok(match text {
            Text::Close { hotel_id } => Self::Close { hotel: name(&hotel_id)? },
            Text::Revise { hotel_id, room_id, dates } => Self::Revise {
                hotel: name(&hotel_id)?,
                room: name(&room_id)?,
                dates: dates.iter().map(|date| name(date)).collect::<Result<_, _>>()?,
            },
        })
    }
}

fn name<T: FromStr<Err: Display>>(text: &str) -> Result<T, InvalidMessage> {
    text.parse().map_err(|error: T::Err| InvalidMessage(error.to_string()))
}
