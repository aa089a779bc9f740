//! `GET /hotels/{hotelId}/live`: the rooms now, and the report of the open day so far.
//!
//! The last closed reports tell how the open days began, their summaries what happened since. Both
//! come sorted by room, page by page, and are merged like files.

use std::collections::BTreeMap;

use axum::response::Response;
use futures_util::future::{try_join, try_join_all};
use roomwatt_domain::{
    BusinessCalendar, BusinessDate, BusinessDay, History, Instant, Live, RoomId, RoomStates,
};
use roomwatt_presentation::LiveRoomView;
use roomwatt_store::{Hotel, Pages, StoreError, StoredReport, Summary};

use crate::answer::{self, Entries, Freshness, JSON};
use crate::call::Call;
use crate::caller::Scope;
use crate::parameters::{LARGEST_PAGE, NEXT_TOKEN, ROOMS};
use crate::problem::Problem;
use crate::{schema, token};

/// How many days may be open at once before a live report is refused: two are usual after
/// midnight, more tell that closing has stopped.
const MOST_OPEN_DAYS: usize = 31;

/// The rooms now.
///
/// Every room of which anything is known, by id: the states of its signals, and the report of the
/// open day up to now. `nextToken` is there only where the answer would grow too large for one.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/live",
    operation_id = "live",
    tag = "rooms",
    params(schema::HotelPath, schema::LiveQuery),
    responses(schema::LiveResponses)
)]
pub(crate) async fn live(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&[ROOMS, NEXT_TOKEN])?;
    let rooms = parameters.rooms()?;
    let named = rooms.iter().flatten().map(RoomId::as_str).collect::<Vec<_>>().join(",");
    let query = format!("live {id} {named}");
    let position = parameters.text(NEXT_TOKEN).map(|text| token::read(&query, text)).transpose()?;
    let after =
        position.as_deref().map(RoomId::kept).transpose().map_err(|_| Problem::internal())?;
    let hotel = call.hotel(&id).await?;
    let open = OpenDays::of(&call, &hotel)?;
    let mut entries = Entries::default();
    let mut next = None;
    match (&open, &rooms) {
        (None, _) => {}
        (Some(open), Some(rooms)) => {
            let rooms: Vec<_> = rooms
                .iter()
                .filter(|room| after.as_ref().is_none_or(|after| *room > after))
                .cloned()
                .collect();
            for (room, known) in open.named(&call, &hotel, rooms).await? {
                push(&mut entries, &hotel, open, &room, known)?;
            }
        }
        (Some(open), None) => {
            let mut rooms = open.rooms(&call, &hotel, after.as_ref()).await?;
            while let Some((room, known)) = rooms.next().await? {
                push(&mut entries, &hotel, open, &room, known)?;
                if entries.is_full() || entries.len() >= LARGEST_PAGE || call.is_ending() {
                    next = rooms.has_more().then(|| token::write(&query, room.as_str()));
                    break;
                }
            }
        }
    }
    answer::whole(&call, JSON, entries.into_json("rooms", next.as_deref())?, Freshness::Open)
}

fn push(
    entries: &mut Entries,
    hotel: &Hotel,
    open: &OpenDays,
    room: &RoomId,
    known: Known,
) -> Result<(), Problem> {
    let profile = &hotel.profile;
    match open.fold(hotel, room, known) {
        Some(live) => {
            entries.push(&LiveRoomView::of(&profile.hotel_id, &profile.calendar, room, &live))
        }
        None => Ok(()),
    }
}

/// One room now; `None` where nothing is known of it.
pub(crate) async fn of_room(
    call: &Call,
    hotel: &Hotel,
    room: &RoomId,
) -> Result<Option<Live>, Problem> {
    let Some(open) = OpenDays::of(call, hotel)? else { return Ok(None) };
    let mut known = open.named(call, hotel, vec![room.clone()]).await?;
    Ok(known.pop_first().and_then(|(room, known)| open.fold(hotel, &room, known)))
}

/// The days after the last closed one, up to an instant.
pub(crate) struct OpenDays {
    closed_through: BusinessDate,
    /// The last one is the day of the instant.
    days: Vec<BusinessDay>,
    now: Instant,
}

/// What is known of a room since its last closed day.
#[derive(Default)]
pub(crate) struct Known {
    closing: RoomStates,
    days: BTreeMap<BusinessDate, History>,
}

impl OpenDays {
    /// Up to now. `None` for a hotel without events.
    fn of(call: &Call, hotel: &Hotel) -> Result<Option<Self>, Problem> {
        let calendar = &hotel.profile.calendar;
        Self::through(hotel, calendar.day_of(call.now()).date, call.now())
    }

    /// Up to a date, of which the part before now is known. `None` for a hotel without events.
    pub(crate) fn through(
        hotel: &Hotel,
        last: BusinessDate,
        now: Instant,
    ) -> Result<Option<Self>, Problem> {
        let Some(closed_through) = hotel.closed_through else { return Ok(None) };
        let days = days_after(&hotel.profile.calendar, closed_through, last);
        if days.len() > MOST_OPEN_DAYS {
            let detail =
                "the hotel's days are far behind in being closed; its states now are not known";
            return Err(Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, detail));
        }
        Ok(Some(Self { closed_through, days, now }))
    }

    /// What is known of some rooms: one `BatchGetItem` of reports, one of summaries.
    pub(crate) async fn named(
        &self,
        call: &Call,
        hotel: &Hotel,
        rooms: Vec<RoomId>,
    ) -> Result<BTreeMap<RoomId, Known>, Problem> {
        let (id, now) = (&hotel.profile.hotel_id, call.now());
        let (mut reports, mut summaries) = (Vec::new(), Vec::new());
        for room in rooms {
            summaries.extend(self.days.iter().map(|day| (*day, room.clone())));
            reports.push((self.closed_through, room));
        }
        let (reports, summaries) = try_join(
            call.store().reports_of(id, reports, now),
            call.store().summaries_of(id, summaries, now),
        )
        .await?;
        let mut known: BTreeMap<RoomId, Known> = BTreeMap::new();
        for report in reports {
            known.entry(report.room.clone()).or_default().closing = report.report.closing();
        }
        for (date, summary) in summaries {
            known.entry(summary.room).or_default().days.insert(date, summary.history);
        }
        Ok(known)
    }

    /// All rooms after one, in order.
    async fn rooms(
        &self,
        call: &Call,
        hotel: &Hotel,
        after: Option<&RoomId>,
    ) -> Result<Rooms, StoreError> {
        let (id, store, now) = (&hotel.profile.hotel_id, call.store(), call.now());
        let mut closed = store.reports(id, self.closed_through, after, now).lately();
        let summaries = self.days.iter().map(|day| async move {
            let mut pages = store.summaries(id, *day, after, now).lately();
            let next = pages.next().await?;
            Ok::<_, StoreError>((day.date, pages, next))
        });
        let next_closed = closed.next().await?;
        Ok(Rooms { closed, next_closed, days: try_join_all(summaries).await? })
    }

    /// Folds what is known of a room into what it is now.
    pub(crate) fn fold(&self, hotel: &Hotel, room: &RoomId, mut known: Known) -> Option<Live> {
        let days =
            self.days.iter().map(|day| (*day, known.days.remove(&day.date).unwrap_or_default()));
        Live::at(self.now, known.closing, days, &hotel.profile.terms(room))
    }
}

/// The business days after a date up to another; at least the one after it.
fn days_after(
    calendar: &BusinessCalendar,
    closed_through: BusinessDate,
    last: BusinessDate,
) -> Vec<BusinessDay> {
    let mut days = vec![calendar.next(closed_through)];
    while let Some(day) = days.last().filter(|day| day.date < last && days.len() <= MOST_OPEN_DAYS)
    {
        days.push(calendar.next(day.date));
    }
    days
}

/// The rooms with a closed report or a summary since, merged by id.
struct Rooms {
    closed: Pages<StoredReport>,
    next_closed: Option<StoredReport>,
    days: Vec<(BusinessDate, Pages<Summary>, Option<Summary>)>,
}

impl Rooms {
    fn peek(&self) -> Option<RoomId> {
        let closed = self.next_closed.iter().map(|stored| &stored.closed.room);
        let days = self.days.iter().filter_map(|(_, _, next)| Some(&next.as_ref()?.room));
        closed.chain(days).min().cloned()
    }

    fn has_more(&self) -> bool {
        self.peek().is_some()
    }

    async fn next(&mut self) -> Result<Option<(RoomId, Known)>, StoreError> {
        let Some(room) = self.peek() else { return Ok(None) };
        let mut known = Known::default();
        if let Some(stored) = self.next_closed.take_if(|stored| stored.closed.room == room) {
            known.closing = stored.closed.report.closing();
            self.next_closed = self.closed.next().await?;
        }
        for (date, pages, next) in &mut self.days {
            if let Some(summary) = next.take_if(|summary| summary.room == room) {
                known.days.insert(*date, summary.history);
                *next = pages.next().await?;
            }
        }
        Ok(Some((room, known)))
    }
}
