//! Sums by room of a month: made by the close that ends it, and kept right by revisions.
//!
//! Two writers, and neither waits for the other. The close only *creates*: it begins after the month's
//! last day was closed, so what it finds there was made from reports that were final or is made again.
//! A revision *replaces* what it read before it read the reports, so the one that writes last has seen
//! every report. It leaves alone a month that was not over when its own report was written: the close
//! has still to read that.

use futures_util::{StreamExt, TryStreamExt, stream};
use roomwatt_domain::{
    BusinessCalendar, BusinessDay, ClosedReport, HotelId, Month, ReportSums, RoomId,
};
use roomwatt_messaging::Invocation;
use roomwatt_store::{MonthOutcome, Pages, Result, Store, StoreError, StoredReport};

use crate::error::SettlementError;

/// Reports of a day that are read at once.
const ROOMS_AT_ONCE: usize = 100;
/// Days that are first read at once, and rooms that are written at once.
const IN_FLIGHT: usize = 16;
/// How often a room's sums are made again because another changed them meanwhile.
const MOST_LOOKS: usize = 20;

/// Makes the sums of the month that a closed day ends. `false`, if the time ends before: the next call
/// begins again.
pub(crate) async fn make(
    store: &Store,
    hotel: &HotelId,
    calendar: &BusinessCalendar,
    last: &BusinessDay,
    invocation: &Invocation,
) -> Result<bool> {
    let (month, now) = (Month::of(last.date), invocation.now());
    if !store.summed_months(hotel, month.first(), month.first(), now).await?.is_empty() {
        return Ok(true);
    }
    let days = month.dates(calendar).map(|date| {
        let reports = store.reports(hotel, date, None, now).at_most(ROOMS_AT_ONCE);
        async move { Day::of(reports).await }
    });
    let days: Vec<_> = stream::iter(days).buffered(IN_FLIGHT).try_collect().await?;
    let mut is_whole = true;
    let rooms = stream::try_unfold((days, &mut is_whole), |(mut days, is_whole)| async move {
        if invocation.is_ending() {
            *is_whole = false;
            return Ok(None);
        }
        Ok::<_, StoreError>(next_room(&mut days).await?.map(|room| (room, (days, is_whole))))
    });
    let put = |(room, sums): (RoomId, ReportSums)| async move {
        // What stands there is of an earlier try, or of a revision: both are as good.
        store.put_room_month(hotel, last, &room, None, &sums).await.map(drop)
    };
    rooms.map_ok(put).try_buffer_unordered(IN_FLIGHT).try_for_each(|()| async { Ok(()) }).await?;
    if is_whole {
        store.note_month(hotel, last).await?;
    }
    Ok(is_whole)
}

/// A day's reports by room, and the next of them.
struct Day {
    reports: Pages<StoredReport>,
    next: Option<ClosedReport>,
}

impl Day {
    async fn of(reports: Pages<StoredReport>) -> Result<Self> {
        let mut day = Self { reports, next: None };
        day.advance().await?;
        Ok(day)
    }

    async fn advance(&mut self) -> Result<()> {
        self.next = self.reports.next().await?.map(|stored| stored.closed);
        Ok(())
    }
}

/// The sums of the first room that any of the days goes on with: the days come sorted by room, so they
/// are merged like files, with a page of each in memory.
async fn next_room(days: &mut [Day]) -> Result<Option<(RoomId, ReportSums)>> {
    let rooms = days.iter().filter_map(|day| Some(&day.next.as_ref()?.room));
    let Some(room) = rooms.min().cloned() else { return Ok(None) };
    let mut sums = ReportSums::default();
    for day in days {
        if let Some(closed) = day.next.as_ref().filter(|closed| closed.room == room) {
            sums += ReportSums::of(closed);
            day.advance().await?;
        }
    }
    Ok(Some((room, sums)))
}

/// Brings the sums of a room's month in line with its reports.
pub(crate) async fn correct(
    store: &Store,
    hotel: &HotelId,
    calendar: &BusinessCalendar,
    month: Month,
    room: &RoomId,
    invocation: &Invocation,
) -> std::result::Result<(), SettlementError> {
    let Some(last) = month.dates(calendar).last().and_then(|date| calendar.day(date)) else {
        return Ok(());
    };
    for _ in 0..MOST_LOOKS {
        if invocation.is_ending() {
            return Err(SettlementError::OutOfTime);
        }
        let now = invocation.now();
        let found = store.room_month(hotel, month, room, now).await?;
        let reports = store.room_reports(hotel, room, month.dates(calendar), now).await?;
        let sums: ReportSums = reports.iter().map(ReportSums::of).sum();
        let (before, revision) = found.unzip();
        if before == Some(sums)
            || store.put_room_month(hotel, &last, room, revision, &sums).await? == MonthOutcome::Put
        {
            return Ok(());
        }
    }
    Err(StoreError::contended("room-month").into())
}
