//! The table: its keys, index and attribute names. The only place that spells them.

use std::fmt::Display;

use roomwatt_domain::{BusinessDate, HotelId, Month, RoomId, SourceName};

pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";

/// The records' form. A program that meets another number leaves the table alone.
pub(crate) const SCHEMA_NUMBER: u32 = 2;
/// The record that says so, in the partition of the list of hotels.
pub(crate) const SCHEMA: &str = "SCHEMA";
pub(crate) const NUMBER: &str = "number";

/// The attribute by which DynamoDB deletes old records: epoch seconds.
pub const TTL_ATTRIBUTE: &str = "expiresAt";

/// The sparse index of the hotels that have a day to close: `due` (hash), `nextDueAt` (range).
pub const DUE_INDEX: &str = "due";
pub(crate) const DUE: &str = "due";
/// The one hash value of the index. A tick reads a range of it, so that finding nothing costs half
/// a unit; hotels move in it once a day.
pub(crate) const DUE_YES: &str = "DUE";
pub(crate) const NEXT_DUE_AT: &str = "nextDueAt";

// Hotel profile.
pub(crate) const PROFILE: &str = "PROFILE";
pub(crate) const BODY: &str = "body";
pub(crate) const VERSION: &str = "version";
pub(crate) const TIME_ZONE: &str = "timeZone";
/// On a profile: the hotel has events, so its zone is settled.
pub(crate) const OPENED: &str = "opened";

/// On a listed hotel.
pub(crate) const NAME: &str = "name";

/// Partition of the list of hotels.
pub(crate) const HOTELS: &str = "HOTELS";

/// Partition of when each hotel was last heard.
pub(crate) const HEARD: &str = "HEARD";
pub(crate) const HEARD_AT: &str = "heardAt";
/// On the note of refused events: how many, by reason.
pub(crate) const REASONS: &str = "reasons";

// Close state.
pub(crate) const CLOSE: &str = "CLOSE";
pub(crate) const CLOSED_THROUGH: &str = "closedThrough";
pub(crate) const ANNOUNCED_THROUGH: &str = "announcedThrough";
pub(crate) const CLAIM_OWNER: &str = "claimOwner";
pub(crate) const CLAIM_UNTIL: &str = "claimUntil";
/// Counts claims and never goes back: the fencing token.
pub(crate) const ATTEMPT: &str = "attempt";
/// The last room that is done of the day being closed.
pub(crate) const PROGRESS: &str = "progress";
/// The version of the profile by which that day is closed.
pub(crate) const TERMS: &str = "terms";

// Summary of a room-day.
pub(crate) const WRITES: &str = "writes";
pub(crate) const SEALED: &str = "sealed";

// Report of a room-day, and hotel-day.
pub(crate) const REVISION: &str = "revision";
pub(crate) const FENCE: &str = "fence";
pub(crate) const PENDING: &str = "pending";
pub(crate) const ROOMS: &str = "rooms";

/// Partition of operators' own sources.
pub(crate) const SOURCES: &str = "SOURCES";
pub(crate) const SOURCE_PREFIX: &str = "SOURCE#";

// Register of a hotel's devices.
pub(crate) const HEAD: &str = "HEAD";
/// On a register's head: how many parts it has.
pub(crate) const PARTS: &str = "parts";

// Session of a browser, and link.
pub(crate) const SESSION_PREFIX: &str = "SESSION#";
pub(crate) const LINK: &str = "LINK";
/// The hotels that a session sees, or the one that a link leads to.
pub const SEEN: &str = "hotels";
/// On a session that somebody signed out of, and on a link that was deleted.
pub(crate) const ENDED: &str = "ended";

pub(crate) const HOTEL_PREFIX: &str = "HOTEL#";
pub(crate) const SUMMARY_PREFIX: &str = "SUMMARY#";
pub(crate) const REPORT_PREFIX: &str = "REPORT#";
pub(crate) const TOUCH_PREFIX: &str = "TOUCH#";
pub(crate) const DAY_PREFIX: &str = "DAY#";
pub(crate) const MONTH_PREFIX: &str = "MONTH#";
pub(crate) const ROOM_PREFIX: &str = "ROOM#";
pub(crate) const REFUSED_PREFIX: &str = "REFUSED#";
pub(crate) const REGISTER_PREFIX: &str = "REGISTER#";

/// Partition of a hotel's own records.
pub(crate) fn hotel_key(hotel: &HotelId) -> String {
    format!("{HOTEL_PREFIX}{hotel}")
}

/// The hotel of a partition of a hotel's own records.
pub(crate) fn hotel_of_key(key: &str) -> Option<HotelId> {
    HotelId::kept(key.strip_prefix(HOTEL_PREFIX)?).ok()
}

/// In the partition of when hotels were heard: that events of one were refused.
pub(crate) fn refused_key(hotel: &HotelId) -> String {
    prefixed(REFUSED_PREFIX, hotel)
}

/// A hotel in the list of hotels.
pub(crate) fn listing_key(hotel: &HotelId) -> String {
    hotel_key(hotel)
}

/// Partition of everything about a hotel's rooms on a date.
pub(crate) fn day_key(hotel: &HotelId, date: BusinessDate) -> String {
    format!("{DAY_PREFIX}{hotel}#{date}")
}

/// A part of a room's summary: the first has the room's name, the others a number too.
pub(crate) fn summary_part_key(room: &RoomId, part: u8) -> String {
    match part {
        0 => prefixed(SUMMARY_PREFIX, room),
        part => format!("{SUMMARY_PREFIX}{room}#{part:02}"),
    }
}

/// The range of the keys of all parts of a summary.
pub(crate) fn summary_part_keys(room: &RoomId) -> (String, String) {
    (summary_part_key(room, 0), format!("{SUMMARY_PREFIX}{room}#~"))
}

/// Room and number of a summary's part.
pub(crate) fn summary_part(key: &str) -> Option<(RoomId, u8)> {
    let name = key.strip_prefix(SUMMARY_PREFIX)?;
    let (room, part) = name.split_once('#').unwrap_or((name, "0"));
    Some((RoomId::kept(room).ok()?, part.parse().ok()?))
}

pub(crate) fn report_key(room: &RoomId) -> String {
    prefixed(REPORT_PREFIX, room)
}

pub(crate) fn touch_key(room: &RoomId) -> String {
    prefixed(TOUCH_PREFIX, room)
}

pub(crate) fn hotel_day_key(date: BusinessDate) -> String {
    prefixed(DAY_PREFIX, date)
}

/// Among a hotel's own records: that a month's sums are all there.
pub(crate) fn hotel_month_key(month: Month) -> String {
    prefixed(MONTH_PREFIX, month)
}

/// Partition of the sums of a hotel's rooms of a month.
pub(crate) fn month_key(hotel: &HotelId, month: Month) -> String {
    format!("{MONTH_PREFIX}{hotel}#{month}")
}

/// A room in such a partition.
pub(crate) fn room_key(room: &RoomId) -> String {
    prefixed(ROOM_PREFIX, room)
}

/// A superseded version of a profile.
pub(crate) fn profile_key(version: u64) -> String {
    format!("{PROFILE}#{version}")
}

/// Partition of a hotel's register. Not among the hotel's own records: the report API may delete
/// what is in here.
pub(crate) fn register_key(hotel: &HotelId) -> String {
    prefixed(REGISTER_PREFIX, hotel)
}

/// A part of a register.
pub(crate) fn register_part_key(part: usize) -> String {
    format!("PART#{part:02}")
}

pub(crate) fn source_key(name: &SourceName) -> String {
    prefixed(SOURCE_PREFIX, name)
}

/// Partition of a session, or of a link and its sessions, by the hash of its token.
pub(crate) fn session_partition(hash: impl Display) -> String {
    prefixed(SESSION_PREFIX, hash)
}

pub(crate) fn session_key(hash: impl Display) -> String {
    prefixed(SESSION_PREFIX, hash)
}

fn prefixed(prefix: &str, name: impl Display) -> String {
    format!("{prefix}{name}")
}
