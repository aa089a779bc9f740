//! The report for people: four pages, each linked to the next.
//!
//! A page is written from the same readings as the JSON beside it, so its figures are those of the
//! API. It comes with a policy that lets it load nothing.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::{BusinessDate, ClosedReport, HotelId, Month, Totals};
use roomwatt_page::{
    Came, DayPage, HotelLine, HotelPage, HotelsPage, Language, Lead, PageError, ProblemPage,
    RoomPage, content_security_policy,
};
use roomwatt_presentation::range::moved;
use roomwatt_presentation::{Period, Range};
use roomwatt_store::{Hotel, HotelDay, StoreError};

use crate::answer::{self, Freshness, HTML, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::findings::{Look, USUAL_DAYS};
use crate::parameters::{
    BASELINE, ComparedWith, Dates, FROM, LANG, NEXT_TOKEN, PERIOD, Parameters, TO,
};
use crate::problem::Problem;
use crate::ranges::{AT_ONCE, ClosedDays, Selection};
use crate::{history, hotels, hours, room_listing, schema};

const SORT: &str = "sort";

/// How many findings a page shows: more than anybody walks in a day, and a bound on what is read of the
/// days before.
const FINDINGS: usize = 30;
/// How many hotels the list shows at once.
const HOTELS: usize = 50;

/// The hotels that the caller may see.
///
/// Each with its last closed day and its month so far; one hotel alone leads to its page.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "hotelsPage",
    tag = "pages",
    params(schema::HotelsPageQuery, schema::LanguageQuery),
    responses(schema::HotelsPageResponses)
)]
pub(crate) async fn hotels(call: Call) -> Result<Response, Problem> {
    let parameters = call.parameters(&[NEXT_TOKEN, LANG])?;
    let language = language(&call, &parameters);
    let (listed, next) = hotels::visible(&call, &parameters, HOTELS).await?;
    if let ([only], None, false) = (&listed[..], &next, parameters.has(NEXT_TOKEN)) {
        let lang = parameters.text(LANG).map(|_| format!("?lang={}", language.tag()));
        let page = format!("hotels/{}/report.html{}", only.hotel_id, lang.unwrap_or_default());
        let location = HeaderValue::from_str(&page).map_err(unwritable)?;
        return Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response());
    }
    let ids: Vec<_> = listed.into_iter().map(|hotel| hotel.hotel_id).collect();
    let read = stream::iter(ids).map(|id| to_last_day(&call, id)).buffered(AT_ONCE);
    let read: Vec<_> = read.try_collect().await?;
    let lines: Vec<_> = read
        .iter()
        .flatten()
        .map(|(hotel, closed)| HotelLine { profile: &hotel.profile, closed: *closed })
        .collect();
    let page = HotelsPage {
        hotels: &lines,
        next: next.as_deref(),
        language,
        signed_in: call.is_session(),
    };
    write(&call, page.render(), Freshness::Open)
}

/// A hotel, its last closed day, and its month up to it.
async fn to_last_day(
    call: &Call,
    id: HotelId,
) -> Result<Option<(Hotel, Option<(BusinessDate, Totals, Totals)>)>, Problem> {
    let Some(hotel) = call.store().hotel(&id, call.now()).await? else { return Ok(None) };
    let Some(last) = hotel.closed_through else { return Ok(Some((hotel, None))) };
    let dates = [Range::month_of(last).from, last];
    let days = Selection { call, hotel: &id, dates: &dates, rooms: None }.hotel_days().await?;
    // The day that a hotel is opened with was not closed, and has no sums.
    if days.is_empty() {
        return Ok(Some((hotel, None)));
    }
    let on_last = days.iter().filter(|day| day.date == last).map(|day| day.totals).sum();
    let month = days.iter().map(|day| day.totals).sum();
    Ok(Some((hotel, Some((last, on_last, month)))))
}

/// A problem as a page, where the browser of a person asked.
pub(crate) async fn problems(request: Request, next: Next) -> Response {
    let wants_page = request.method() == Method::GET && answer::prefers_html(request.headers());
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).cloned();
    let query = request.uri().query().unwrap_or_default();
    let lang = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == LANG);
    let lang = lang.map(|(_, lang)| lang.into_owned());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions().get::<Problem>().filter(|_| wants_page) else {
        return response;
    };
    let accepted = accepted.as_ref().and_then(|accepted| accepted.to_str().ok());
    let language = Language::of(lang.as_deref(), accepted);
    let page = ProblemPage {
        status: problem.status(),
        detail: problem.detail(),
        parameter: problem.at_fault(),
        language,
    };
    match page.render() {
        Ok(page) => {
            let headers = response.headers_mut();
            headers.remove(header::CONTENT_LENGTH);
            headers.remove(header::CONTENT_ENCODING);
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(HTML));
            as_page(headers);
            response.map(|_| page.into())
        }
        // The problem itself is an answer still.
        Err(error) => {
            tracing::error!(%error, "a problem's page could not be written");
            response
        }
    }
}

/// A hotel's page.
///
/// Energy, cost, emissions and waste of the range against the period before, by day, room and kind
/// of device.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/report.html",
    operation_id = "hotelPage",
    tag = "pages",
    params(
        schema::HotelPath,
        schema::RangeQuery,
        schema::PageBaselineQuery,
        schema::SortQuery,
        schema::LanguageQuery
    ),
    responses(schema::PageResponses)
)]
pub(crate) async fn hotel(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&[FROM, TO, PERIOD, BASELINE, SORT, LANG])?;
    let asked = page_dates(&parameters)?;
    let baseline = parameters.optional(BASELINE)?.unwrap_or_default();
    let sort = parameters.optional(SORT)?.unwrap_or_default();
    let hotel = call.hotel(&id).await?;
    let range = page_range(&call, &hotel, asked)?;
    let days = ClosedDays::of(&call, &hotel, range, asked.end())?;
    let before = ComparedWith::Baseline(baseline).before(range)?;
    let days_before = ClosedDays::in_range(&hotel, before);
    let language = language(&call, &parameters);
    let mut page = HotelPage::new(&hotel.profile, range, before, hotel.closed_through, language);
    page.sort_by(sort);
    page.compared_with(baseline);
    if let Some(period) = asked.period() {
        page.of_period(period);
    }
    page.made_at(call.now());
    page.signed_in(call.is_session());
    let selection = Selection { call: &call, hotel: &id, dates: &days.dates, rooms: None };
    if HotelPage::is_long(range) {
        add_months(&mut page, range, selection, &hotel).await?;
    } else {
        add_reports(&mut page, selection, &hotel).await?;
    }
    if page.is_empty() {
        let came = call.store().arrivals(&id, call.now()).await?;
        page.nothing_but(Came { applied_at: came.applied_at, refused: came.refused });
        if !has_closed(&call, &hotel).await? {
            page.never_closed();
        }
    }
    if range.from == range.to {
        page.lead_in(days_before_it(&call, &hotel, range.from).await?);
        if !page.is_empty()
            && let Some(hours) = hours::of_day(&call, &hotel, range.from).await?
        {
            page.hours(hours);
        }
    }
    let selection = Selection { dates: &days_before.dates, ..selection };
    for day in selection.hotel_days().await? {
        let rooms = u32::try_from(day.rooms).unwrap_or(u32::MAX);
        page.add_baseline(day.date, rooms, &day.totals, &day.nights);
    }
    write(&call, page.render(), Freshness::settled_if(days.complete))
}

/// Whether a hotel has closed a day. With its first event it is opened as of the day before, on which
/// nothing was closed.
async fn has_closed(call: &Call, hotel: &Hotel) -> Result<bool, Problem> {
    let (id, last) = (&hotel.profile.hotel_id, hotel.closed_through.unwrap_or(BusinessDate::MAX));
    let mut days = call.store().hotel_days(id, BusinessDate::MIN, last, call.now()).at_most(1);
    Ok(days.next().await?.is_some())
}

/// Adds all that a page shows of a range of some days: their reports, and what is to be done.
async fn add_reports(
    page: &mut HotelPage<'_>,
    selection: Selection<'_>,
    hotel: &Hotel,
) -> Result<(), Problem> {
    // What is to be done is news of the last closed day alone.
    let last = selection.dates.last().copied();
    let last = last.filter(|last| hotel.closed_through == Some(*last));
    let mut look = last.map(|last| Look::at(last, FINDINGS));
    let add = |report: &ClosedReport| {
        page.add(report);
        if let Some(look) = &mut look {
            look.add(report);
        }
    };
    selection.each(add).await?;
    if let Some(look) = look {
        page.tell(look.into(selection.call, hotel, USUAL_DAYS).await?);
    }
    Ok(())
}

/// Adds all that a page shows of a long range: hotel-days, rooms by the month as far as they are
/// summed up, and the reports of the days beside.
async fn add_months(
    page: &mut HotelPage<'_>,
    range: Range,
    selection: Selection<'_>,
    hotel: &Hotel,
) -> Result<(), Problem> {
    let Selection { call, hotel: id, dates, .. } = selection;
    let (store, now) = (call.store(), call.now());
    let (Some(from), Some(to)) = (dates.first(), dates.last()) else { return Ok(()) };
    for day in selection.hotel_days().await? {
        page.add_day(day.date, &day.sums());
    }
    let calendar = &hotel.profile.calendar;
    let mut months = store.summed_months(id, *from, *to, now).await?;
    months.retain(|month| {
        // Sums outlive the reports of the month's first days.
        let first = month.dates(calendar).next().and_then(|first| calendar.day(first));
        let is_kept = first.is_some_and(|first| store.keeps_reports(&first, now));
        is_kept && range.contains(month.first()) && range.contains(month.last())
    });
    let beside: Vec<_> =
        dates.iter().copied().filter(|date| !months.contains(&Month::of(*date))).collect();
    let mut read = stream::iter(months)
        .map(|month| {
            let rooms = store.room_months(id, month, now).lately();
            stream::try_unfold(rooms, move |mut rooms| async move {
                let next = rooms.next().await?;
                Ok::<_, StoreError>(next.map(|(room, sums)| ((room, month, sums), rooms)))
            })
            .boxed()
        })
        .flatten_unordered(AT_ONCE);
    while let Some((room, month, sums)) = read.try_next().await? {
        page.add_month(&room, month, &sums);
    }
    if call.is_ending() {
        return Err(Problem::out_of_time());
    }
    Selection { dates: &beside, ..selection }.each(|report| page.add(report)).await
}

/// A room's page.
///
/// Its days in the range against the period before, and what to do about the last one.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/rooms/{roomId}/report.html",
    operation_id = "roomPage",
    tag = "pages",
    params(
        schema::RoomPath,
        schema::RangeQuery,
        schema::PageBaselineQuery,
        schema::SortQuery,
        schema::LanguageQuery
    ),
    responses(schema::PageResponses)
)]
pub(crate) async fn room(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let room = call.room_id()?;
    let parameters = call.parameters(&[FROM, TO, PERIOD, BASELINE, SORT, LANG])?;
    let asked = page_dates(&parameters)?;
    let baseline = parameters.optional(BASELINE)?.unwrap_or_default();
    let sort = parameters.optional(SORT)?.unwrap_or_default();
    let hotel = call.hotel(&id).await?;
    let range = page_range(&call, &hotel, asked)?;
    let days = ClosedDays::of(&call, &hotel, range, asked.end())?;
    let before = ComparedWith::Baseline(baseline).before(range)?;
    let held_against = ClosedDays::in_range(&hotel, before).dates.into_iter();
    let held_against = held_against.chain(RoomPage::before_a_day(range));
    let reports = room_listing::read(&call, &hotel, &room, &days, held_against).await?;
    // What is to be done is news of the last closed day alone.
    let news = |report: &&ClosedReport| {
        hotel.closed_through == Some(report.date) && range.to == report.date
    };
    let found = match reports.iter().find(news) {
        Some(report) => Some(Look::at_a_room(report).into(&call, &hotel, USUAL_DAYS).await?),
        None => None,
    };
    let page = RoomPage {
        profile: &hotel.profile,
        room: &room,
        range,
        baseline,
        period: asked.period(),
        sort,
        reports: &reports,
        found: found.as_ref(),
        closed_through: hotel.closed_through,
        language: language(&call, &parameters),
        signed_in: call.is_session(),
        made_at: Some(call.now()),
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
        signed_in: call.is_session(),
        judged_by: read.superseded.as_ref().unwrap_or(&hotel.profile),
        closed_through: hotel.closed_through,
        made_at: Some(call.now()),
    };
    write(&call, page.render(), Freshness::settled_if(closed))
}

fn is_closed(hotel: &Hotel, date: BusinessDate) -> bool {
    hotel.closed_through.is_some_and(|closed| date <= closed)
}

/// Eight weeks before a day: what is usual on its weekday, and the days that lead to it.
async fn days_before_it(
    call: &Call,
    hotel: &Hotel,
    date: BusinessDate,
) -> Result<Vec<Lead>, Problem> {
    let back = |days: i64| moved(date, -days);
    let (Some(from), Some(to)) = (back(7 * 8), back(1)) else { return Ok(Vec::new()) };
    let (id, dates) = (&hotel.profile.hotel_id, [from, to]);
    let days = Selection { call, hotel: id, dates: &dates, rooms: None }.hotel_days().await?;
    let lead = |day: &HotelDay| Lead { date: day.date, sums: day.sums() };
    Ok(days.iter().map(lead).collect())
}

/// The dates that a page is asked for: without any, yesterday.
fn page_dates(parameters: &Parameters) -> Result<Dates, Problem> {
    Ok(parameters.optional_dates()?.unwrap_or(Dates::Period(Period::Yesterday)))
}

/// The dates that a page shows. Where nothing is closed it is empty, and says so of today.
fn page_range(call: &Call, hotel: &Hotel, asked: Dates) -> Result<Range, Problem> {
    let today = || Range::day(hotel.profile.calendar.day_of(call.now()).date);
    Ok(asked.closed(hotel)?.unwrap_or_else(today))
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
    as_page(response.headers_mut());
    Ok(response)
}

/// The headers of every page.
fn as_page(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(content_security_policy()),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
