//! `GET /hotels/{hotelId}/rooms/{roomId}/history`: where each figure of a day comes from.

use axum::response::Response;
use roomwatt_domain::{
    BusinessDate, BusinessDay, Profile, RoomId, RoomReport, RoomStates, SignalHistory, trace,
};
use roomwatt_presentation::HistoryView;
use roomwatt_store::Hotel;

use crate::answer::{self, Freshness, JSON};
use crate::call::Call;
use crate::caller::Scope;
use crate::live::OpenDays;
use crate::problem::Problem;
use crate::{live, schema};

/// The intervals of every signal on a day.
///
/// With the transitions that they come from, cut to the day; of an open day, to now. The intervals
/// of a device in a state add up to the report's use of that state.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/rooms/{roomId}/history",
    operation_id = "history",
    tag = "rooms",
    params(schema::RoomPath, schema::DateQuery),
    responses(schema::HistoryResponses)
)]
pub(crate) async fn history(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let room = call.room_id()?;
    let date = call.parameters(&["date"])?.required("date")?;
    let hotel = call.hotel(&id).await?;
    let signals = read(&call, &hotel, &room, date).await?.signals;
    let settled = hotel.closed_through.is_some_and(|closed| date <= closed);
    let body = answer::json(&HistoryView::of(&id, &room, date, &signals))?;
    answer::whole(&call, JSON, body, Freshness::settled_if(settled))
}

/// A room on a date.
pub(crate) struct Day {
    pub(crate) span: BusinessDay,
    /// The states with which it opened.
    pub(crate) opening: RoomStates,
    pub(crate) signals: Vec<SignalHistory>,
    /// Of an open day: the figures so far.
    pub(crate) report: Option<RoomReport>,
    /// The profile that it was closed with, where that is not the hotel's of now.
    pub(crate) superseded: Option<Profile>,
}

/// Every signal of a room on a date.
pub(crate) async fn read(
    call: &Call,
    hotel: &Hotel,
    room: &RoomId,
    date: BusinessDate,
) -> Result<Day, Problem> {
    let (id, calendar, now) = (&hotel.profile.hotel_id, &hotel.profile.calendar, call.now());
    let problem = |problem| Problem::parameter("date", problem);
    let day = calendar.day(date).ok_or_else(|| problem("is skipped in the hotel's time zone"))?;
    if date > calendar.day_of(now).date && hotel.closed_through.is_none_or(|closed| date > closed) {
        return Err(problem("has not begun"));
    }
    if !call.store().keeps_history(&day, now) {
        return Err(problem("is before the history that is kept"));
    }
    let Some(closed_through) = hotel.closed_through else { return Err(Problem::no_room()) };
    let (opening, signals, report, superseded) = if date <= closed_through {
        let before = calendar.previous(date).date;
        let wanted = [before, date].map(|date| (date, room.clone()));
        let reports = call.store().stored_reports_of(id, wanted, now).await?;
        let report_of = |date| reports.iter().find(|stored| stored.closed.date == date);
        let opening = report_of(before).map(|before| before.closed.report.closing());
        let opening = opening.unwrap_or_default();
        // A closed day keeps its window, and the terms that it was closed with.
        let own = report_of(date);
        let day = own.map_or(day, |own| own.closed.day());
        let superseded = match own.map(|own| own.terms).filter(|terms| *terms != hotel.version) {
            Some(terms) => Some(call.store().superseded_profile(id, terms, now).await?),
            None => None,
        };
        let mut summary = call.store().summaries_of(id, [(day, room.clone())], now).await?;
        let history = summary.pop().map(|(_, summary)| summary.history).unwrap_or_default();
        let terms = superseded.as_ref().unwrap_or(&hotel.profile).terms(room);
        let signals = trace::signals(day.window, &opening, &history, &terms);
        (opening, signals, None, superseded)
    } else {
        let open = OpenDays::through(hotel, date, now)?.ok_or_else(Problem::no_room)?;
        let known = open.named(call, hotel, vec![room.clone()]).await?.pop_first();
        let live = known.and_then(|(room, known)| open.fold(hotel, &room, known));
        live.map(|live| {
            let terms = hotel.profile.terms(room);
            let signals = trace::signals(live.window, &live.opening, &live.history, &terms);
            (live.opening, signals, Some(live.report), None)
        })
        .unwrap_or_default()
    };
    // A day before anything was known of a room is empty; a room that is not there is not.
    if signals.is_empty() && live::of_room(call, hotel, room).await?.is_none() {
        return Err(Problem::no_room());
    }
    Ok(Day { span: day, opening, signals, report, superseded })
}
