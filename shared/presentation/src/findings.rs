//! The JSON of what is to be done and to be checked.

use roomwatt_domain::{BusinessCalendar, BusinessDate, Finding, RoomId, SignalFault, WastedNights};
use serde::Serialize;

use crate::figure::Decimal;

/// Something to do.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingView {
    kind: &'static str,
    room_id: String,
    device_id: String,
    device_kind: String,
    state: String,
    since: String,
    waste_ms: i64,
    waste_energy_wh: Decimal<3>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waste_cost: Option<Decimal<4>>,
    confirmed: bool,
    nights: NightsView,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct NightsView {
    wasted: u64,
    exposed: u64,
}

impl FindingView {
    /// Of a finding of a date; `text` tells it to people.
    pub fn of(
        finding: &Finding,
        calendar: &BusinessCalendar,
        date: BusinessDate,
        text: String,
    ) -> Self {
        let (suspect, WastedNights { wasted, exposed }) = (&finding.suspect, finding.nights);
        Self {
            kind: finding.kind.name(),
            room_id: suspect.room.to_string(),
            device_id: suspect.device.id.to_string(),
            device_kind: suspect.device.kind.to_string(),
            state: suspect.state.to_string(),
            since: calendar.show(finding.since),
            waste_ms: suspect.wasted.time,
            waste_energy_wh: Decimal(suspect.wasted.energy.watt_hours()),
            waste_cost: suspect.wasted.cost.map(|cost| Decimal(cost.amount())),
            confirmed: suspect.confirmed,
            nights: NightsView { wasted, exposed },
            text,
            href: day_of(&suspect.room, date),
        }
    }
}

/// A signal to check.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignalFaultView {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

impl SignalFaultView {
    /// Of a fault of a date; `text` tells it to people.
    pub fn of(
        fault: &SignalFault,
        calendar: &BusinessCalendar,
        date: BusinessDate,
        text: String,
    ) -> Self {
        let device = fault.device.as_ref();
        Self {
            kind: fault.kind.name(),
            room_id: fault.room.as_ref().map(ToString::to_string),
            device_id: device.map(|device| device.id.to_string()),
            device_kind: device.map(|device| device.kind.to_string()),
            count: fault.count,
            since: fault.since.map(|since| calendar.show(since)),
            text,
            href: fault.room.as_ref().and_then(|room| day_of(room, date)),
        }
    }
}

/// The page of a room's day, relative to the hotel's pages; `None` for a room that no URL carries.
fn day_of(room: &RoomId, date: BusinessDate) -> Option<String> {
    room.fits_a_path().then(|| format!("rooms/{room}/history.html?date={date}"))
}
