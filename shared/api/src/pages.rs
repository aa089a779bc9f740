//! The report for people: three pages, each linked to the next.
//!
//! A page is written from the same readings as the JSON beside it, so its figures are those of the
//! API. It comes with a policy that lets it load nothing.

use axum::http::{HeaderValue, header};
use axum::response::Response;
use jiff::ToSpan;
use roomwatt_domain::{BusinessDate, ClosedReport};
use roomwatt_page::{DayPage, HotelPage, Language, PageError, RoomPage, content_security_policy};
use roomwatt_store::Hotel;

use crate::answer::{self, Freshness, HTML, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::parameters::{Parameters, Range};
use crate::problem::Problem;
use crate::ranges::{ClosedDays, Selection};
use crate::{history, room_listing, schema};

const LANG: &str = "lang";

/// A hotel's page.
///
/// Energy, cost, emissions and waste of the range against the period before, by day, room and kind
/// of device.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/report.html",
    operation_id = "hotelPage",
    tag = "pages",
    params(schema::HotelPath, schema::RangeQuery, schema::LanguageQuery),
    responses(schema::PageResponses)
)]
pub(crate) async fn hotel(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&["from", "to", LANG])?;
    let range = parameters.range("from", "to")?;
    let hotel = call.hotel(&id).await?;
    let days = ClosedDays::of(&call, &hotel, range, "to")?;
    let before = period_before(range)?;
    let days_before = ClosedDays::in_range(&hotel, before);
    let language = language(&call, &parameters);
    let mut page = HotelPage::new(
        &hotel.profile,
        of_page(range),
        of_page(before),
        hotel.closed_through,
        language,
    );
    let selection = Selection { call: &call, hotel: &id, dates: &days.dates, rooms: None };
    selection.each(|report| page.add(report)).await?;
    let selection = Selection { dates: &days_before.dates, ..selection };
    for day in selection.hotel_days().await? {
        let rooms = u32::try_from(day.rooms).unwrap_or(u32::MAX);
        if rooms > 0 {
            page.add_baseline(day.date, rooms, &day.totals);
        }
    }
    write(&call, page.render(), Freshness::settled_if(days.complete))
}

/// A room's page.
///
/// Its days in the range.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/rooms/{roomId}/report.html",
    operation_id = "roomPage",
    tag = "pages",
    params(schema::RoomPath, schema::RangeQuery, schema::LanguageQuery),
    responses(schema::PageResponses)
)]
pub(crate) async fn room(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let room = call.room_id()?;
    let parameters = call.parameters(&["from", "to", LANG])?;
    let range = parameters.range("from", "to")?;
    let hotel = call.hotel(&id).await?;
    let days = ClosedDays::of(&call, &hotel, range, "to")?;
    let reports = room_listing::read(&call, &hotel, &room, &days).await?;
    let page = RoomPage {
        profile: &hotel.profile,
        room: &room,
        range: of_page(range),
        reports: &reports,
        closed_through: hotel.closed_through,
        language: language(&call, &parameters),
    };
    write(&call, page.render(), Freshness::settled_if(days.complete))
}

/// The page of a room's day.
///
/// Its report, and what every signal did; of an open day, so far.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/rooms/{roomId}/history.html",
    operation_id = "dayPage",
    tag = "pages",
    params(schema::RoomPath, schema::DateQuery, schema::LanguageQuery),
    responses(schema::PageResponses)
)]
pub(crate) async fn day(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let room = call.room_id()?;
    let parameters = call.parameters(&["date", LANG])?;
    let date: BusinessDate = parameters.required("date")?;
    let hotel = call.hotel(&id).await?;
    let read = history::read(&call, &hotel, &room, date).await?;
    let closed = is_closed(&hotel, date);
    let report = if closed {
        call.store().reports_of(&id, [(date, room.clone())], call.now()).await?.pop()
    } else {
        let first = |report| ClosedReport::first(room.clone(), read.span, report, call.now());
        read.report.map(first)
    };
    let page = DayPage {
        profile: &hotel.profile,
        room: &room,
        day: read.span,
        report: report.as_ref(),
        provisional: !closed,
        opening: &read.opening,
        signals: &read.signals,
        language: language(&call, &parameters),
    };
    write(&call, page.render(), Freshness::settled_if(closed))
}

fn is_closed(hotel: &Hotel, date: BusinessDate) -> bool {
    hotel.closed_through.is_some_and(|closed| date <= closed)
}

/// As many days, right before.
fn period_before(range: Range) -> Result<Range, Problem> {
    let days = (range.to.civil() - range.from.civil()).get_days() + 1;
    let back = |days: i32| {
        let date = range.from.civil().checked_sub(days.days()).ok();
        date.and_then(|date| BusinessDate::new(date).ok())
            .ok_or_else(|| Problem::parameter("from", "has no period before it"))
    };
    Ok(Range { from: back(days)?, to: back(1)? })
}

fn of_page(range: Range) -> roomwatt_page::Range {
    roomwatt_page::Range { from: range.from, to: range.to }
}

/// By the parameter, else by what the browser prefers.
fn language(call: &Call, parameters: &Parameters) -> Language {
    let accepted = call.headers.get(header::ACCEPT_LANGUAGE);
    Language::of(parameters.text(LANG), accepted.and_then(|accepted| accepted.to_str().ok()))
}

fn write(
    call: &Call,
    page: Result<String, PageError>,
    freshness: Freshness,
) -> Result<Response, Problem> {
    let page = page.map_err(unwritable)?;
    let mut response = answer::whole(call, HTML, page.into_bytes(), freshness)?;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(content_security_policy()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
