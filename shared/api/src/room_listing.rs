//! `GET /hotels/{hotelId}/rooms/{roomId}/reports`: one room's days.

use std::collections::BTreeSet;

use axum::response::Response;
use roomwatt_domain::{BusinessDate, ClosedReport, RoomId};
use roomwatt_presentation::{Dialect, ReportCsv, RoomReportView};
use roomwatt_store::Hotel;

use crate::answer::{self, CSV, Entries, FORMAT, Format, Freshness, JSON, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::live;
use crate::parameters::{FROM, PERIOD, TO};
use crate::problem::Problem;
use crate::ranges::ClosedDays;
use crate::schema;

/// One room's reports.
///
/// By date, of the closed days of the range. A room that was never heard of is a 404; a
/// room whose first day comes after the range has an empty list.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/rooms/{roomId}/reports",
    operation_id = "roomReports",
    tag = "reports",
    params(schema::RoomPath, schema::RangeQuery, schema::FormatQuery),
    responses(schema::RoomReportsResponses)
)]
pub(crate) async fn reports(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let room = call.room_id()?;
    let parameters = call.parameters(&[FROM, TO, PERIOD, FORMAT])?;
    let asked = parameters.dates()?;
    let format = Format::of(&parameters, &call.headers)?;
    let hotel = call.hotel(&id).await?;
    let days = ClosedDays::of(&call, &hotel, asked.of(&hotel)?, asked.end())?;
    let reports = read(&call, &hotel, &room, &days, []).await?;
    let calendar = &hotel.profile.calendar;
    let freshness = Freshness::settled_if(days.complete);
    match format {
        Format::Json => {
            let mut entries = Entries::default();
            for closed in &reports {
                entries.push(&RoomReportView::closed(&id, calendar, closed))?;
            }
            answer::whole(&call, JSON, entries.into_json("reports", None)?, freshness)
        }
        Format::Csv => {
            let mut csv = ReportCsv::new(Vec::new(), Dialect::Programs).map_err(unwritable)?;
            for closed in &reports {
                csv.write(&id, calendar, closed).map_err(unwritable)?;
            }
            answer::whole(&call, CSV, csv.finish().map_err(unwritable)?, freshness)
        }
    }
}

/// The reports of a room that is known on some days, and on others beside them, by one `BatchGetItem` a
/// hundred days.
pub(crate) async fn read(
    call: &Call,
    hotel: &Hotel,
    room: &RoomId,
    days: &ClosedDays,
    beside: impl IntoIterator<Item = BusinessDate>,
) -> Result<Vec<ClosedReport>, Problem> {
    let id = &hotel.profile.hotel_id;
    let mut dates: BTreeSet<_> = days.dates.iter().copied().chain(beside).collect();
    // A room that has a report has one on every later day too (rule 13): the last closed day tells
    // whether a room without any in the range is known at all.
    let last = hotel.closed_through.filter(|last| dates.insert(*last));
    let wanted = dates.into_iter().map(|date| (date, room.clone()));
    let mut reports = call.store().reports_of(id, wanted, call.now()).await?;
    let known = !reports.is_empty();
    reports.retain(|report| Some(report.date) != last);
    if !known && live::of_room(call, hotel, room).await?.is_none() {
        return Err(Problem::no_room());
    }
    Ok(reports)
}
