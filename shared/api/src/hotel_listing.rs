//! `GET /hotels/{hotelId}/reports`: a hotel's reports, one by one or summed into groups, in pages.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use roomwatt_domain::{BusinessDate, ClosedReport, RoomId};
use roomwatt_presentation::{
    DecimalMark, Dialect, Group, GroupBy, GroupCsv, GroupView, Groups, Listing, Range, ReportCsv,
    RoomReportView,
};
use roomwatt_store::Hotel;

use crate::answer::{self, Buffer, CSV, Entries, FORMAT, Format, Freshness, JSON, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::parameters::{
    Dates, FROM, LANG, LARGEST_PAGE, LIMIT, NEXT_TOKEN, PERIOD, Parameters, ROOMS, TO, USUAL_PAGE,
};
use crate::problem::Problem;
use crate::ranges::{ClosedDays, MOST_KEYS, Page, Place, Selection, place, sums};
use crate::{schema, token};

/// A page by room reads this many reports at most, so that its time is bounded too: a year of a
/// hundred and sixty rooms.
const REPORTS_PER_PAGE: usize = 60_000;

/// A hotel's reports.
///
/// Of the closed days of the range: one by one by date and room, or summed into groups by key. A
/// page ends where `limit` says, where the answer grows too large, or, where rooms are named, once as
/// many reports were asked for as it may show. So a page may be short or empty without being the
/// last: `nextToken` goes on from there. As CSV the token of the next page is in the headers `Link` and `X-Next-Token`.
///
/// Sums over named rooms by `deviceKind` or `hotel` come in one page: rooms times days may be at
/// most 3660.
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
        call.parameters(&[FROM, TO, PERIOD, "groupBy", ROOMS, LIMIT, NEXT_TOKEN, FORMAT])?;
    let asked = parameters.dates()?;
    let listing = parameters.optional::<Listing>("groupBy")?.unwrap_or_default();
    let rooms = parameters.rooms()?;
    let limit = parameters.limit()?;
    let format = Format::of(&parameters, &call.headers)?;
    let check = |range: Range| {
        bound_sum(listing, rooms.as_ref(), range)?;
        let query = query_of(&id.to_string(), range.from, range.to, listing, rooms.as_ref());
        let token = parameters.text(NEXT_TOKEN);
        let position = token.map(|text| token::read(&query, text)).transpose()?;
        Ok::<_, Problem>((query, position))
    };
    // What is wrong with two dates is said before anything is read.
    if let Dates::Range(range) = asked {
        check(range)?;
    }
    let hotel = call.hotel(&id).await?;
    let range = asked.of(&hotel)?;
    let (query, position) = check(range)?;
    let days = ClosedDays::of(&call, &hotel, range, asked.end())?;
    let in_one_piece = !parameters.has(LIMIT) && position.is_none();
    let list = List { call, hotel, days, rooms, listing };
    if format == Format::Csv && in_one_piece && list.call.is_streamed() {
        return stream(list, Dialect::Programs).await;
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
            let mut rows = Rows::new(listing, Dialect::Programs)?;
            let next = list.rows(&mut rows, position.as_deref(), limit).await?;
            let mut response = answer::whole(call, CSV, rows.finish()?, freshness)?;
            if let Some(next) = next {
                answer::link_next(&mut response, call, &token::write(&query, &next))?;
            }
            Ok(response)
        }
    }
}

/// After so many bytes a CSV in one piece gets no further page. Compressed, with the page that it has
/// got by then, it is below Lambda's 6 MB; the demo's rows shrink to an eleventh.
const LARGEST_FILE: usize = 20_000_000;

/// A hotel's reports as a file.
///
/// The rows of `/hotels/{hotelId}/reports` as CSV, for a browser: in one piece, to be saved.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/report.csv",
    operation_id = "reportCsv",
    tag = "pages",
    params(
        schema::HotelPath,
        schema::RangeQuery,
        schema::ListQuery,
        schema::SpreadsheetQuery,
        schema::LanguageQuery
    ),
    responses(schema::ReportCsvResponses)
)]
pub(crate) async fn csv(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&[FROM, TO, PERIOD, "groupBy", ROOMS, FOR, LANG])?;
    let asked = parameters.dates()?;
    let listing = parameters.optional::<Listing>("groupBy")?.unwrap_or_default();
    let rooms = parameters.rooms()?;
    // What is wrong with two dates is said before anything is read.
    if let Dates::Range(range) = asked {
        bound_sum(listing, rooms.as_ref(), range)?;
    }
    let hotel = call.hotel(&id).await?;
    let range = asked.of(&hotel)?;
    bound_sum(listing, rooms.as_ref(), range)?;
    let days = ClosedDays::of(&call, &hotel, range, asked.end())?;
    let dialect = dialect(&call, &parameters)?;
    let name = format!("attachment; filename=\"{id}_{}_{}.csv\"", range.from, range.to);
    let list = List { call, hotel, days, rooms, listing };
    let mut response = if list.call.is_streamed() {
        stream(list, dialect).await?
    } else {
        answer::whole(&list.call, CSV, list.all_rows(dialect).await?, Freshness::Open)?
    };
    let name = HeaderValue::from_str(&name).map_err(unwritable)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

const FOR: &str = "for";

/// Programs', unless it is for a spreadsheet: then by the parameter's language, else by the one that
/// the browser names first.
fn dialect(call: &Call, parameters: &Parameters) -> Result<Dialect, Problem> {
    match parameters.text(FOR) {
        None => Ok(Dialect::Programs),
        Some("spreadsheet") => {
            let accepted = call.headers.get(header::ACCEPT_LANGUAGE);
            let accepted = accepted.and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
            let first = accepted.split([',', ';']).next().unwrap_or_default();
            let language = parameters.text(LANG).unwrap_or(first);
            Ok(Dialect::Spreadsheet(DecimalMark::of(language)))
        }
        Some(_) => Err(Problem::parameter(FOR, "must be spreadsheet, or not be there")),
    }
}

/// One sum over all rooms and dates cannot be made page by page, so it may be asked for no more of them
/// than one call reads. The days of the question count, not those that are closed: otherwise a question
/// would begin to fail as days are closed.
fn bound_sum(
    listing: Listing,
    rooms: Option<&BTreeSet<RoomId>>,
    range: Range,
) -> Result<(), Problem> {
    let days = usize::try_from(range.days()).unwrap_or(usize::MAX);
    let keys = rooms.map_or(0, BTreeSet::len).saturating_mul(days);
    let in_one_sum = match listing {
        Listing::Reports | Listing::Groups(GroupBy::Room | GroupBy::Date) => false,
        Listing::Groups(GroupBy::Week | GroupBy::Month | GroupBy::DeviceKind | GroupBy::Hotel) => {
            true
        }
    };
    if in_one_sum && keys > MOST_KEYS {
        let problem = format_args!("times days must be at most {MOST_KEYS} for one sum of them");
        return Err(Problem::parameter(ROOMS, problem));
    }
    Ok(())
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
    fn selection(&self) -> Selection<'_> {
        Selection {
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
                let Page { reports, mut next } = self.page(position, limit).await?;
                let mut left = reports.len();
                for closed in reports {
                    entries.push(&RoomReportView::closed(id, calendar, &closed))?;
                    left -= 1;
                    if entries.is_full() && left > 0 {
                        next = Some(place(&closed));
                        break;
                    }
                }
                Ok((entries, next.map(place_text)))
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
                let Page { reports, mut next } = self.page(position, limit).await?;
                let mut left = reports.len();
                for closed in reports {
                    csv.write(id, calendar, &closed).map_err(unwritable)?;
                    left -= 1;
                    if buffer.len() >= answer::LARGEST_PAGE_BYTES && left > 0 {
                        next = Some(place(&closed));
                        break;
                    }
                }
                Ok(next.map(place_text))
            }
            (Listing::Reports, Rows::Groups(..)) => Err(Problem::internal()),
        }
    }

    /// Every page of rows.
    async fn all_rows(&self, dialect: Dialect) -> Result<Vec<u8>, Problem> {
        let mut rows = Rows::new(self.listing, dialect)?;
        let (mut file, mut position) = (Vec::new(), None::<String>);
        loop {
            position = self.rows(&mut rows, position.as_deref(), LARGEST_PAGE).await?;
            file.extend(rows.take().map_err(unwritable)?);
            if position.is_none() {
                return Ok(file);
            }
            if file.len() > LARGEST_FILE {
                let detail = "the file would be too large; ask for a shorter range or fewer rooms";
                return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, detail));
            }
            if self.call.is_ending() {
                return Err(Problem::out_of_time());
            }
        }
    }

    async fn page(&self, position: Option<&str>, limit: usize) -> Result<Page, Problem> {
        let after = position.map(read_place).transpose()?;
        self.selection().page(after.as_ref(), limit).await
    }

    /// A page of groups, and after which key the next one goes on.
    async fn groups(
        &self,
        by: GroupBy,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        match (by, &self.rooms) {
            (GroupBy::Room, Some(rooms)) => self.named_rooms(rooms, position, limit).await,
            (GroupBy::Date, Some(rooms)) => self.named_dates(rooms, position, limit).await,
            (GroupBy::Room, None) => self.all_rooms(position, limit).await,
            (by, None) if by.is_of_whole_days() => self.hotel_days(by, position, limit).await,
            (GroupBy::DeviceKind | GroupBy::Hotel | GroupBy::Week | GroupBy::Month, _)
            | (GroupBy::Date, None) => {
                let groups = self.sum(by, self.selection()).await?;
                Ok(cut(groups, position, limit))
            }
        }
    }

    /// The sums of the first named rooms over all dates. The page goes by the rooms that were named, not
    /// by those that were found.
    async fn named_rooms(
        &self,
        rooms: &BTreeSet<RoomId>,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        let most = limit.min((MOST_KEYS / self.days.dates.len().max(1)).max(1));
        let mut left = rooms.iter().filter(|room| position.is_none_or(|at| room.as_str() > at));
        let rooms: BTreeSet<_> = left.by_ref().take(most).cloned().collect();
        let next = if left.next().is_some() { rooms.last().map(RoomId::to_string) } else { None };
        let selection = Selection { rooms: Some(&rooms), ..self.selection() };
        let groups = self.sum(GroupBy::Room, selection).await?;
        Ok((groups.by_key().collect(), next))
    }

    /// The sums of the named rooms on the first dates. The page goes by the dates that were asked for,
    /// not by those on which something was found.
    async fn named_dates(
        &self,
        rooms: &BTreeSet<RoomId>,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        let most = limit.min((MOST_KEYS / rooms.len().max(1)).max(1));
        let mut left = self.dates_after(position);
        let dates: Vec<_> = left.by_ref().take(most).collect();
        let next =
            if left.next().is_some() { dates.last().map(BusinessDate::to_string) } else { None };
        let selection = Selection { dates: &dates, ..self.selection() };
        let groups = self.sum(GroupBy::Date, selection).await?;
        Ok((groups.by_key().collect(), next))
    }

    /// The first rooms of every date hold the first rooms of them all, each on every date that it
    /// has a report on.
    async fn all_rooms(
        &self,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        let limit = limit.min((REPORTS_PER_PAGE / self.days.dates.len().max(1)).max(1));
        let after = position.map(RoomId::kept).transpose().map_err(|_| Problem::internal())?;
        let hotel = &self.hotel.profile.hotel_id;
        let mut groups = Groups::new(GroupBy::Room);
        let add = |report: &ClosedReport| {
            groups.add(hotel, report);
            groups.keep_first(limit + 1);
        };
        self.selection().each_after(after.as_ref(), limit + 1, add).await?;
        Ok(cut(groups, position, limit))
    }

    /// Made of hotel-days: the sums that are stored of each date.
    async fn hotel_days(
        &self,
        by: GroupBy,
        position: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Group>, Option<String>), Problem> {
        let hotel = &self.hotel.profile.hotel_id;
        let dates: Vec<_> = self.dates_after(position.filter(|_| by == GroupBy::Date)).collect();
        let selection = Selection { dates: &dates, ..self.selection() };
        let mut groups = Groups::new(by);
        for day in selection.hotel_days().await? {
            if day.rooms > 0 {
                groups.add_hotel_day(hotel, day.date, &sums(&day));
            }
        }
        Ok(cut(groups, position, limit))
    }

    fn dates_after(&self, position: Option<&str>) -> impl Iterator<Item = BusinessDate> {
        let dates = self.days.dates.iter().copied();
        dates.filter(move |date| position.is_none_or(|key| date.to_string().as_str() > key))
    }

    async fn sum(&self, by: GroupBy, selection: Selection<'_>) -> Result<Groups, Problem> {
        let mut groups = Groups::new(by);
        let add = |report: &ClosedReport| {
            groups.add(selection.hotel, report);
        };
        selection.each(add).await?;
        Ok(groups)
    }
}

/// The first groups after a key, and after which key the next page goes on.
fn cut(mut groups: Groups, position: Option<&str>, limit: usize) -> (Vec<Group>, Option<String>) {
    if let Some(after) = position {
        groups.keep_after(after);
    }
    let more = groups.len() > limit;
    groups.keep_first(limit);
    let groups: Vec<_> = groups.by_key().collect();
    let next = groups.last().filter(|_| more).map(|last| last.key.to_string());
    (groups, next)
}

fn place_text((date, room): Place) -> String {
    format!("{date}/{room}")
}

/// The position of a token; one that cannot be read was not written by [`place_text`].
fn read_place(position: &str) -> Result<Place, Problem> {
    let place = position
        .split_once('/')
        .and_then(|(date, room)| Some((BusinessDate::parse(date).ok()?, RoomId::kept(room).ok()?)));
    place.ok_or_else(Problem::internal)
}

/// Rows of either kind, on their way out.
enum Rows {
    Reports(ReportCsv<Buffer>, Buffer),
    Groups(GroupCsv<Buffer>, Buffer),
}

impl Rows {
    fn new(listing: Listing, dialect: Dialect) -> Result<Self, Problem> {
        let buffer = Buffer::default();
        let out = buffer.clone();
        Ok(match listing {
            Listing::Reports => {
                Self::Reports(ReportCsv::new(out, dialect).map_err(unwritable)?, buffer)
            }
            Listing::Groups(_) => {
                Self::Groups(GroupCsv::new(out, dialect).map_err(unwritable)?, buffer)
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
async fn stream(list: List, dialect: Dialect) -> Result<Response, Problem> {
    let mut rows = Rows::new(list.listing, dialect)?;
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
