//! `GET /hotels/{hotelId}/findings`: what to do about a day, and which signals to check.

use std::collections::BTreeSet;

use axum::response::Response;
use roomwatt_domain::{BusinessDate, ClosedReport, Gathered, RoomId, SignalFault};
use roomwatt_page::{Found, Telling};
use roomwatt_presentation::{FindingView, SignalFaultView};
use roomwatt_store::Hotel;
use serde::Serialize;

use crate::answer::{self, Freshness, JSON};
use crate::call::Call;
use crate::caller::Scope;
use crate::problem::Problem;
use crate::ranges::Selection;
use crate::schema;

/// How many days are counted for a finding's nights, without `days`.
pub(crate) const USUAL_DAYS: u32 = 14;
const MOST_DAYS: u32 = 60;
/// Suspects, or rooms, whose reports of the days before are held at once.
const LOOKED_INTO_AT_ONCE: usize = 50;

/// What to do about a day.
///
/// Devices to switch off, most money first, and signals to check. `href` is relative to the hotel's
/// pages. Texts are in the language of the hotel's profile.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/findings",
    operation_id = "findings",
    tag = "reports",
    params(schema::HotelPath, schema::FindingsQuery),
    responses(schema::FindingsResponses)
)]
pub(crate) async fn findings(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&["date", "days"])?;
    let date: Option<BusinessDate> = parameters.optional("date")?;
    let days = match parameters.optional::<u32>("days") {
        Ok(days) => days.unwrap_or(USUAL_DAYS),
        Err(_) => 0,
    };
    if !(1..=MOST_DAYS).contains(&days) {
        let problem = format_args!("must be a whole number from 1 to {MOST_DAYS}");
        return Err(Problem::parameter("days", problem));
    }
    let hotel = call.hotel(&id).await?;
    let last = hotel.closed_through.ok_or_else(Problem::nothing_closed)?;
    let date = date.unwrap_or(last);
    if date > last {
        return Err(Problem::parameter("date", "is not closed yet"));
    }
    let calendar = &hotel.profile.calendar;
    let problem = |problem| Problem::parameter("date", problem);
    let day = calendar.day(date).ok_or_else(|| problem("is skipped in the hotel's time zone"))?;
    if !call.store().keeps_reports(&day, call.now()) {
        return Err(problem("is before the reports that are kept"));
    }
    let mut look = Look::at(date, usize::MAX);
    let selection = Selection { call: &call, hotel: &id, dates: &[date], rooms: None };
    selection.each(|report| look.add(report)).await?;
    let found = look.into(&call, &hotel, days).await?;
    let telling = Telling::in_its_language(&hotel.profile);
    let view = FindingsView {
        date: date.to_string(),
        findings: found
            .findings
            .iter()
            .map(|it| FindingView::of(it, calendar, date, telling.finding(it)))
            .collect(),
        signal: found
            .faults
            .iter()
            .map(|it| SignalFaultView::of(it, calendar, date, telling.fault(it)))
            .collect(),
    };
    // The days before may be revised without the day itself: the tag is that of the whole answer.
    answer::whole(&call, JSON, answer::json(&view)?, Freshness::Settled)
}

#[derive(Serialize)]
struct FindingsView {
    date: String,
    findings: Vec<FindingView>,
    signal: Vec<SignalFaultView>,
}

/// What the reports of a day tell, before it is looked into.
pub(crate) struct Look {
    date: BusinessDate,
    gathered: Gathered,
    /// Rooms whose sensors may be stuck.
    unsure: BTreeSet<RoomId>,
    /// How many rooms there are; `None` where not all of them are looked at.
    rooms: Option<u64>,
}

impl Look {
    /// Of a day; looks into so many devices, those that wasted most.
    pub(crate) fn at(date: BusinessDate, most: usize) -> Self {
        let gathered = Gathered::at_most(most).with_all_faults();
        Self { date, gathered, unsure: BTreeSet::new(), rooms: Some(0) }
    }

    /// Of a day, in one room alone.
    pub(crate) fn at_a_room(report: &ClosedReport) -> Self {
        let mut look = Self { rooms: None, ..Self::at(report.date, usize::MAX) };
        look.add(report);
        look
    }

    /// Adds a report; one of another day is left out.
    pub(crate) fn add(&mut self, closed: &ClosedReport) {
        if closed.date == self.date {
            self.gathered.add(closed);
            self.rooms = self.rooms.map(|rooms| rooms + 1);
            if SignalFault::may_be_stuck_vacant(closed) {
                self.unsure.insert(closed.room.clone());
            }
        }
    }

    /// Looks into what there is; so many days are counted for nights.
    pub(crate) async fn into(
        self,
        call: &Call,
        hotel: &Hotel,
        days: u32,
    ) -> Result<Found, Problem> {
        let (profile, store, now) = (&hotel.profile, call.store(), call.now());
        let findings_in_all = self.gathered.suspects_in_all;
        let (suspects, mut faults) = self.gathered.finish();
        let mut findings = Vec::with_capacity(suspects.len());
        for some in suspects.chunks(LOOKED_INTO_AT_ONCE) {
            in_time(call)?;
            findings.extend(store.look_into(profile, self.date, days, some.to_vec(), now).await?);
        }
        let unsure: Vec<_> = self.unsure.into_iter().collect();
        for some in unsure.chunks(LOOKED_INTO_AT_ONCE) {
            in_time(call)?;
            let rooms = some.iter().cloned().collect();
            faults.extend(store.stuck_vacant(profile, self.date, days, rooms, now).await?);
        }
        if let Some(rooms) = self.rooms {
            faults.extend(missing_rooms(call, hotel, rooms).await?);
        }
        faults.sort();
        Ok(Found { date: self.date, findings, findings_in_all, faults })
    }
}

fn in_time(call: &Call) -> Result<(), Problem> {
    if call.is_ending() { Err(Problem::out_of_time()) } else { Ok(()) }
}

/// Rooms that were never heard. Those that fell silent long ago have no report any more, so the most
/// rooms that any kept day had count as heard.
async fn missing_rooms(
    call: &Call,
    hotel: &Hotel,
    rooms: u64,
) -> Result<Option<SignalFault>, Problem> {
    if SignalFault::missing_rooms(&hotel.profile, rooms).is_none() {
        return Ok(None);
    }
    let dates = [BusinessDate::MIN, hotel.closed_through.unwrap_or(BusinessDate::MIN)];
    let id = &hotel.profile.hotel_id;
    let days = Selection { call, hotel: id, dates: &dates, rooms: None }.hotel_days().await?;
    let most = days.iter().map(|day| day.rooms).max().unwrap_or(rooms);
    Ok(SignalFault::missing_rooms(&hotel.profile, most.max(rooms)))
}
