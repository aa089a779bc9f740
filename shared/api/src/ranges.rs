//! Reading reports of a range, as cheaply as the table allows.
//!
//! | asked for | read by |
//! | --- | --- |
//! | named rooms | `BatchGetItem`, a hundred keys a round trip, bounded as said below |
//! | a hotel's totals, or those of its dates | one `Query` of hotel-days |
//! | all rooms | one `Query` a date's partition, several at once, and no further than the page |
//!
//! Memory holds a page of each partition that is being read, and sums; never a range of reports.
//!
//! A report that is not there costs as much to ask for as one that is. So a call for named rooms is
//! bounded by the reports that it asks for, not by those that it finds: a list by what its page may
//! show, sums by [`MOST_KEYS`]. A page that found fewer reports than it asked for, or none, has a next
//! page all the same.

use std::collections::{BTreeSet, VecDeque};

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use roomwatt_domain::{BusinessDate, ClosedReport, HotelId, RoomId};
use roomwatt_presentation::{DaySums, Range};
use roomwatt_store::{Hotel, HotelDay, KEYS_PER_BATCH};

use crate::call::Call;
use crate::problem::Problem;

/// Partitions, or batches, that are read at once.
pub(crate) const AT_ONCE: usize = 8;
/// The most keys of named rooms, each on each of the dates, that one call sums: ten rooms for a year,
/// or a hundred for a month.
pub(crate) const MOST_KEYS: usize = 3_660;

/// Reports that are handed on at once.
const HANDED_ON: usize = 64;

/// The closed business days of a range, by date; dates that the zone skips are not among them.
#[derive(Debug, Clone)]
pub(crate) struct ClosedDays {
    pub(crate) dates: Vec<BusinessDate>,
    /// Whether every day of the range is closed.
    pub(crate) complete: bool,
}

impl ClosedDays {
    /// Of a range; `to` is the name of the parameter that ends it, for errors.
    pub(crate) fn of(
        call: &Call,
        hotel: &Hotel,
        range: Range,
        to: &'static str,
    ) -> Result<Self, Problem> {
        let calendar = &hotel.profile.calendar;
        let last = calendar.day(range.to).unwrap_or_else(|| calendar.previous(range.to));
        if !call.store().keeps_reports(&last, call.now()) {
            return Err(Problem::parameter(to, "is before the reports that are kept"));
        }
        Ok(Self::in_range(hotel, range))
    }

    /// Of a range whose first days may no longer be kept.
    pub(crate) fn in_range(hotel: &Hotel, range: Range) -> Self {
        let calendar = &hotel.profile.calendar;
        let closed = hotel.closed_through.map(|closed| closed.min(range.to));
        let mut dates = Vec::new();
        let mut date = range.from;
        if calendar.day(date).is_none() {
            date = calendar.next(date).date;
        }
        while closed.is_some_and(|closed| date <= closed) {
            dates.push(date);
            let next = calendar.next(date).date;
            if next <= date {
                break;
            }
            date = next;
        }
        let complete = hotel.closed_through.is_some_and(|closed| range.to <= closed);
        Self { dates, complete }
    }
}

/// Whose reports are read, and on which dates.
#[derive(Clone, Copy)]
pub(crate) struct Selection<'a> {
    pub(crate) call: &'a Call,
    pub(crate) hotel: &'a HotelId,
    pub(crate) dates: &'a [BusinessDate],
    pub(crate) rooms: Option<&'a BTreeSet<RoomId>>,
}

/// Some reports of a list, by date, then room.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) reports: Vec<ClosedReport>,
    /// The place after which the next page begins; `None` on the last one. It may lie behind
    /// the last report of this page: no report was found between the two.
    pub(crate) next: Option<Place>,
}

/// A place in the list of reports.
pub(crate) type Place = (BusinessDate, RoomId);

impl<'a> Selection<'a> {
    /// Calls for every report, in no order.
    pub(crate) async fn each(
        self,
        report: impl FnMut(&ClosedReport) + Send,
    ) -> Result<(), Problem> {
        self.each_after(None, usize::MAX, report).await
    }

    /// Calls for every report of the first rooms of each date after one, in no order.
    pub(crate) async fn each_after(
        self,
        after: Option<&'a RoomId>,
        rooms: usize,
        mut report: impl FnMut(&ClosedReport) + Send,
    ) -> Result<(), Problem> {
        let mut read = match self.rooms {
            Some(rooms) => self.named(rooms).boxed(),
            None => self.partitions(after, rooms).boxed(),
        };
        while let Some(reports) = read.try_next().await? {
            reports.iter().for_each(&mut report);
            if self.call.is_ending() {
                return Err(Problem::out_of_time());
            }
        }
        Ok(())
    }

    /// The dates' partitions, several at once, each page by page.
    fn partitions(
        self,
        after: Option<&'a RoomId>,
        rooms: usize,
    ) -> impl Stream<Item = Result<Vec<ClosedReport>, Problem>> + Send + 'a {
        let pages = stream::iter(self.dates).map(move |date| {
            let reports = self.call.store().reports(self.hotel, *date, after, self.call.now());
            let reports = reports.lately();
            let reports = if rooms == usize::MAX { reports } else { reports.at_most(rooms) };
            stream::try_unfold((reports, 0), move |(mut reports, mut count)| async move {
                let mut page = Vec::new();
                while page.len() < HANDED_ON && count < rooms {
                    let Some(stored) = reports.next().await? else { break };
                    page.push(stored.closed);
                    count += 1;
                }
                Ok::<_, Problem>((!page.is_empty()).then_some((page, (reports, count))))
            })
            .boxed()
        });
        pages.flatten_unordered(AT_ONCE)
    }

    /// The named rooms' reports, batch by batch, several at once.
    fn named(
        self,
        rooms: &'a BTreeSet<RoomId>,
    ) -> impl Stream<Item = Result<Vec<ClosedReport>, Problem>> + Send + 'a {
        let keys = self
            .dates
            .iter()
            .flat_map(move |date| rooms.iter().map(move |room| (*date, room.clone())));
        stream::iter(keys)
            .chunks(KEYS_PER_BATCH)
            .map(move |keys| async move {
                Ok(self.call.store().reports_of(self.hotel, keys, self.call.now()).await?)
            })
            .buffer_unordered(AT_ONCE)
    }

    /// A page of at most so many reports after a place.
    pub(crate) async fn page(self, after: Option<&Place>, limit: usize) -> Result<Page, Problem> {
        match self.rooms {
            Some(rooms) => self.page_of_named(rooms, after, limit).await,
            None => self.page_of_all(after, limit).await,
        }
    }

    fn dates_from(self, after: Option<&Place>) -> impl Iterator<Item = BusinessDate> {
        let dates = self.dates.iter().copied();
        dates.filter(move |date| after.is_none_or(|(last, _)| date >= last))
    }

    /// The first places of named rooms, whether or not anything is there.
    fn places(self, rooms: &BTreeSet<RoomId>, after: Option<&Place>, most: usize) -> Vec<Place> {
        let places = self
            .dates_from(after)
            .flat_map(|date| rooms.iter().map(move |room| (date, room.clone())));
        places.filter(|place| after.is_none_or(|after| place > after)).take(most).collect()
    }

    /// Looks at as many places as the page may show reports, in whole batches.
    async fn page_of_named(
        self,
        rooms: &BTreeSet<RoomId>,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Page, Problem> {
        let most = limit.next_multiple_of(KEYS_PER_BATCH);
        let mut wanted = self.places(rooms, after, most + 1);
        let more = wanted.len() > most;
        wanted.truncate(most);
        let reached = wanted.last().filter(|_| more).cloned();
        if !wanted.is_empty() && self.call.is_ending() {
            return Err(Problem::out_of_time());
        }
        let batches: Vec<_> = wanted.chunks(KEYS_PER_BATCH).map(<[_]>::to_vec).collect();
        let mut batches = stream::iter(batches)
            .map(|batch| self.call.store().reports_of(self.hotel, batch, self.call.now()))
            .buffered(AT_ONCE)
            .boxed();
        let mut reports = Vec::new();
        while let Some(batch) = batches.try_next().await? {
            reports.extend(batch);
        }
        Ok(Page::cut(reports, limit, reached))
    }

    /// As many partitions are read at once as the page will probably take.
    async fn page_of_all(self, after: Option<&Place>, limit: usize) -> Result<Page, Problem> {
        let dates = self.dates_from(after).collect();
        let reports = self.all_in_order(dates, after, limit + 1).await?;
        // Out of time with less than a page: there may be more, and the next call finds out.
        let reached = if self.call.is_ending() {
            Some(reports.last().map(place).ok_or_else(Problem::out_of_time)?)
        } else {
            None
        };
        Ok(Page::cut(reports, limit, reached))
    }

    async fn all_in_order(
        self,
        mut dates: VecDeque<BusinessDate>,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Vec<ClosedReport>, Problem> {
        let mut reports: Vec<ClosedReport> = Vec::new();
        let mut at_once = 1;
        while reports.len() < most && !dates.is_empty() && !self.call.is_ending() {
            let some: Vec<_> = dates.drain(..dates.len().min(at_once)).collect();
            let (before, count) = (reports.len(), some.len());
            let mut days = stream::iter(some)
                .map(|date| {
                    let room = after.filter(|(last, _)| *last == date).map(|(_, room)| room);
                    self.first_of(date, room, most - before)
                })
                .buffered(AT_ONCE)
                .boxed();
            while let Some(day) = days.try_next().await? {
                reports.extend(day);
            }
            let a_day = ((reports.len() - before) / count).max(1);
            at_once = (most.saturating_sub(reports.len()) / a_day).clamp(1, AT_ONCE);
        }
        Ok(reports)
    }

    async fn first_of(
        self,
        date: BusinessDate,
        after: Option<&RoomId>,
        most: usize,
    ) -> Result<Vec<ClosedReport>, Problem> {
        let pages = self.call.store().reports(self.hotel, date, after, self.call.now());
        let mut pages = pages.lately().at_most(most);
        let mut reports = Vec::new();
        while reports.len() < most {
            let Some(stored) = pages.next().await? else { break };
            reports.push(stored.closed);
        }
        Ok(reports)
    }

    /// The hotel-days of the dates, by date.
    pub(crate) async fn hotel_days(self) -> Result<Vec<HotelDay>, Problem> {
        let (Some(from), Some(to)) = (self.dates.first(), self.dates.last()) else {
            return Ok(Vec::new());
        };
        let pages = self.call.store().hotel_days(self.hotel, *from, *to, self.call.now());
        let mut pages = pages.lately();
        let mut days = Vec::new();
        while let Some(day) = pages.next().await? {
            days.push(day);
        }
        Ok(days)
    }
}

impl Page {
    /// The first of some reports. Where all of them are shown, the next page begins after the place
    /// that was reached.
    fn cut(mut reports: Vec<ClosedReport>, limit: usize, reached: Option<Place>) -> Self {
        let more = reports.len() > limit;
        reports.truncate(limit);
        let next = if more { reports.last().map(place) } else { reached };
        Self { reports, next }
    }
}

/// Where a report stands in the list.
pub(crate) fn place(closed: &ClosedReport) -> Place {
    (closed.date, closed.room.clone())
}

/// A hotel-day as groups and comparisons take it.
pub(crate) fn sums(day: &HotelDay) -> DaySums {
    let HotelDay { rooms, totals, occupancy, nights, .. } = day;
    DaySums { rooms: *rooms, totals: *totals, occupancy: *occupancy, nights: *nights }
}
