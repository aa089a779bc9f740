//! `GET /hotels/{hotelId}/reports`: a hotel's reports, one by one or summed into groups, in pages.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use axum::body::Bytes;
use axum::response::Response;
use futures_util::stream;
use roomwatt_domain::{BusinessDate, ClosedReport, RoomId};
use roomwatt_presentation::{
    ByteOrderMark, Group, GroupBy, GroupCsv, GroupView, Groups, Listing, ReportCsv, RoomReportView,
};
use roomwatt_store::Hotel;

use crate::answer::{self, Buffer, CSV, Entries, FORMAT, Format, Freshness, JSON, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::parameters::{LIMIT, NEXT_TOKEN, ROOMS, USUAL_PAGE};
use crate::problem::Problem;
use crate::ranges::{ClosedDays, Reading};
use crate::{schema, token};

/// A page by room reads this many reports at most, so that its time is bounded too: a year of a
/// hundred and sixty rooms.
const REPORTS_PER_PAGE: usize = 60_000;

/// A hotel's reports.
///
/// Of the closed days of the range: one by one by date and room, or summed into groups by key. A
/// page ends where `limit` says or where the answer grows too large; `nextToken` goes on from
/// there. As CSV the token of the next page is in the headers `Link` and `X-Next-Token`.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/reports",
    operation_id = "hotelReports",
    tag = "reports",
    params(
        schema::HotelPath,
        schema::RangeQuery,
        schema::ListQuery,
        schema::PageQuery,
        schema::FormatQuery
    ),
    responses(schema::HotelReportsResponses)
)]
pub(crate) async fn reports(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters =
        call.parameters(&["from", "to", "groupBy", ROOMS, LIMIT, NEXT_TOKEN, FORMAT])?;
    let range = parameters.range("from", "to")?;
    let listing = parameters.optional::<Listing>("groupBy")?.unwrap_or_default();
    let rooms = parameters.rooms()?;
    let limit = parameters.limit()?;
    let format = Format::of(&parameters, &call.headers)?;
    let query = query_of(&id.to_string(), range.from, range.to, listing, rooms.as_ref());
    let position = parameters.text(NEXT_TOKEN).map(|text| token::read(&query, text)).transpose()?;
    let hotel = call.hotel(&id).await?;
    let days = ClosedDays::of(&call, &hotel, range, "to")?;
    let in_one_piece = !parameters.has(LIMIT) && position.is_none();
    let list = List { call, hotel, days, rooms, listing };
    if format == Format::Csv && in_one_piece && list.call.is_streamed() {
        return stream(list).await;
    }
    let freshness = Freshness::settled_if(list.days.complete);
    let call = &list.call;
    match format {
        Format::Json => {
            let (entries, next) = list.entries(position.as_deref(), limit).await?;
            let next = next.map(|next| token::write(&query, &next));
            let body = entries.into_json(list.name(), next.as_deref())?;
            answer::whole(call, JSON, body, freshness)
        }
        Format::Csv => {
            let mut rows = Rows::new(listing)?;
            let next = list.rows(&mut rows, position.as_deref(), limit).await?;
            let mut response = answer::whole(call, CSV, rows.finish()?, freshness)?;
            if let Some(next) = next {
                answer::link_next(&mut response, call, &token::write(&query, &next))?;
            }
            Ok(response)
        }
    }
}

/// What a token is bound to: everything that decides which entries there are, and their order.
fn query_of(
    hotel: &str,
    from: BusinessDate,
    to: BusinessDate,
    listing: Listing,
    rooms: Option<&BTreeSet<RoomId>>,
) -> String {
    let rooms = rooms.map(|rooms| rooms.iter().map(RoomId::as_str).collect::<Vec<_>>().join(","));
    format!("reports {hotel} {from} {to} {listing} {}", rooms.as_deref().unwrap_or("*"))
}

/// A list that is asked for.
struct List {
    call: Call,
    hotel: Hotel,
    days: ClosedDays,
    rooms: Option<BTreeSet<RoomId>>,
    listing: Listing,
}

impl List {
    fn reading(&self) -> Reading<'_> {
        Reading {
            call: &self.call,
            hotel: &self.hotel.profile.hotel_id,
            dates: &self.days.dates,
            rooms: self.rooms.as_ref(),
        }
    }

    fn name(&self) -> &'static str {
        match self.listing {
            Listing::Reports => "reports",
            Listing::Groups(_) => "groups",
        }
    }

    async fn entries(
        &self,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Entries, Option<String>), Problem> {
        let mut entries = Entries::default();
        let (id, calendar) = (&self.hotel.profile.hotel_id, &self.hotel.profile.calendar);
        match self.listing {
            Listing::Reports => {
                let (reports, more) = self.page(position, limit).await?;
                let all = reports.len();
                let mut last = None;
                for closed in reports {
                    entries.push(&RoomReportView::closed(id, calendar, &closed))?;
                    last = Some(place(&closed));
                    if entries.is_full() {
                        break;
                    }
                }
                let more = more || entries.len() < all;
                Ok((entries, last.filter(|_| more)))
            }
            Listing::Groups(by) => {
                let (groups, next) = self.groups(by, position, limit).await?;
                for group in &groups {
                    entries.push(&GroupView::of(group))?;
                }
                Ok((entries, next))
            }
        }
    }

    /// Writes a page of rows; returns where the next one begins.
    async fn rows(
        &self,
        rows: &mut Rows,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Option<String>, Problem> {
        let (id, calendar) = (&self.hotel.profile.hotel_id, &self.hotel.profile.calendar);
        match (self.listing, rows) {
            (Listing::Groups(by), Rows::Groups(csv, _)) => {
                let (groups, next) = self.groups(by, position, limit).await?;
                groups.iter().try_for_each(|group| csv.write(group)).map_err(unwritable)?;
                Ok(next)
            }
            (_, Rows::Reports(csv, buffer)) => {
                let (reports, mut more) = self.page(position, limit).await?;
                let mut last = None;
                let mut left = reports.len();
                for closed in reports {
                    csv.write(id, calendar, &closed).map_err(unwritable)?;
                    last = Some(place(&closed));
                    left -= 1;
                    if buffer.len() >= answer::LARGEST_PAGE_BYTES {
                        break;
                    }
                }
                more |= left > 0;
                Ok(last.filter(|_| more))
            }
            (Listing::Reports, Rows::Groups(..)) => Err(Problem::internal()),
        }
    }

    /// A page of reports, and whether there are more.
    async fn page(
        &self,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<ClosedReport>, bool), Problem> {
        let after = position.map(read_place).transpose()?;
        let mut reports = self.reading().in_order(after.as_ref(), limit + 1).await?;
        // Out of time with less than a page: there may be more, and the next call finds out.
        let more = reports.len() > limit || self.call.is_ending();
        if reports.is_empty() && more {
            return Err(Problem::out_of_time());
        }
        reports.truncate(limit);
        Ok((reports, more))
    }

    /// A page of groups, and after which key the next one goes on.
    async fn groups(
        &self,
        by: GroupBy,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        let mut groups = Groups::new(by);
        let mut limit = limit;
        let hotel = &self.hotel.profile.hotel_id;
        let reading = self.reading();
        match (by, &self.rooms) {
            (GroupBy::Date | GroupBy::Hotel, None) => {
                let after = position.filter(|_| by == GroupBy::Date);
                let dates = self.days.dates.iter().copied();
                let dates =
                    dates.filter(|date| after.is_none_or(|key| date.to_string().as_str() > key));
                let dates: Vec<_> = dates.collect();
                for day in (Reading { dates: &dates, ..reading }).hotel_days(usize::MAX).await? {
                    if day.rooms > 0 {
                        groups.add_hotel_day(
                            hotel,
                            day.date,
                            day.rooms,
                            &day.totals,
                            &day.occupancy,
                        );
                    }
                }
            }
            (GroupBy::Room, None) => {
                limit = limit.min((REPORTS_PER_PAGE / self.days.dates.len().max(1)).max(1));
                let after =
                    position.map(RoomId::new).transpose().map_err(|_| Problem::internal())?;
                // The first rooms of every date hold the first rooms of them all, each on every
                // date that it has a report on.
                let add = |report: &ClosedReport| {
                    groups.add(hotel, report);
                    groups.keep_first(limit + 1);
                };
                reading.each_after(after.as_ref(), limit + 1, add).await?;
            }
            _ => {
                let add = |report: &ClosedReport| {
                    groups.add(hotel, report);
                };
                reading.each(add).await?;
            }
        }
        if let Some(after) = position {
            groups.keep_after(after);
        }
        let more = groups.len() > limit;
        groups.keep_first(limit);
        let groups: Vec<_> = groups.by_key().collect();
        let next = groups.last().filter(|_| more).map(|last| last.key.to_string());
        Ok((groups, next))
    }
}

fn place(closed: &ClosedReport) -> String {
    format!("{}/{}", closed.date, closed.room)
}

/// A place that was ours, since its token was.
fn read_place(position: &str) -> Result<(BusinessDate, RoomId), Problem> {
    let place = position
        .split_once('/')
        .and_then(|(date, room)| Some((BusinessDate::parse(date).ok()?, RoomId::new(room).ok()?)));
    place.ok_or_else(Problem::internal)
}

/// Rows of either kind, on their way out.
enum Rows {
    Reports(ReportCsv<Buffer>, Buffer),
    Groups(GroupCsv<Buffer>, Buffer),
}

impl Rows {
    fn new(listing: Listing) -> Result<Self, Problem> {
        let buffer = Buffer::default();
        let (out, mark) = (buffer.clone(), ByteOrderMark::Omitted);
        Ok(match listing {
            Listing::Reports => {
                Self::Reports(ReportCsv::new(out, mark).map_err(unwritable)?, buffer)
            }
            Listing::Groups(_) => {
                Self::Groups(GroupCsv::new(out, mark).map_err(unwritable)?, buffer)
            }
        })
    }

    /// What was written since the last time.
    fn take(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::Reports(csv, buffer) => csv.flush().map(|()| buffer.take()),
            Self::Groups(csv, buffer) => csv.flush().map(|()| buffer.take()),
        }
    }

    fn finish(mut self) -> Result<Vec<u8>, Problem> {
        self.take().map_err(unwritable)
    }
}

/// Every page one after the other, read as the caller takes them.
async fn stream(list: List) -> Result<Response, Problem> {
    let mut rows = Rows::new(list.listing)?;
    // The first page is read before anything is answered, so that what is wrong can be said.
    let next = list.rows(&mut rows, None, USUAL_PAGE).await?;
    let first = rows.take().map_err(unwritable)?;
    let list = Arc::new(list);
    let more = stream::try_unfold((rows, next), move |(mut rows, next)| {
        let list = Arc::clone(&list);
        async move {
            let Some(position) = next else { return Ok(None) };
            let next = list.rows(&mut rows, Some(&position), USUAL_PAGE).await;
            // Too late for a problem document: the answer is broken off.
            let next = next.map_err(|_| io::Error::other("a page could not be read"))?;
            Ok(Some((Bytes::from(rows.take()?), (rows, next))))
        }
    });
    let first = stream::once(async { Ok(Bytes::from(first)) });
    Ok(answer::streamed(futures_util::StreamExt::chain(first, more)))
}
