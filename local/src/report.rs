//! `report`: what is closed of a hotel, as a table, CSV or JSON.

use std::io::Write;

use anyhow::Context;
use roomwatt_domain::{BusinessDate, ClosedReport, HotelId, Instant, Profile};
use roomwatt_presentation::group::GroupBy;
use roomwatt_presentation::{
    Dialect, GroupCsv, GroupView, Groups, Listing, Period, Range, ReportCsv, RoomReportView, table,
};
use roomwatt_store::Store;

use crate::input::BadInput;

/// How to show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, in a terminal.
    Table,
    /// For programs: commas between cells, and decimal points.
    Csv,
    /// As the report API answers.
    Json,
}

/// What to show.
#[derive(Debug, Clone)]
pub struct Request {
    /// Of which hotel.
    pub hotel: HotelId,
    /// From which date; from the first if not given.
    pub from: Option<BusinessDate>,
    /// To which date; to the last closed one if not given.
    pub to: Option<BusinessDate>,
    /// In their place, a period that is reckoned from the last closed day.
    pub period: Option<Period>,
    /// Each report, or groups of them.
    pub listing: Listing,
    /// How.
    pub format: Format,
    /// Of CSV, whether a program or a person's spreadsheet reads it.
    pub dialect: Dialect,
    /// How wide a table may be, in characters.
    pub columns: usize,
}

impl Request {
    /// Writes what is closed of the hotel in the range.
    ///
    /// # Errors
    /// [`BadInput`] for a hotel that is not there; others when it cannot be read or written.
    pub async fn write(
        &self,
        store: &Store,
        now: Instant,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let hotel = &self.hotel;
        let stored = store.profile(hotel, now).await?;
        let profile =
            stored.ok_or_else(|| BadInput(format!("no hotel {hotel} is kept here")))?.profile;
        let closed_through = store.close_state(hotel, now).await?.map(|state| state.closed_through);
        let Range { from, to } = self.range(closed_through)?;
        let mut reports = Reports {
            store,
            hotel,
            now,
            from,
            to: closed_through.map(|last| last.min(to)),
            closed_through,
        };
        if self.format == Format::Table
            && let Some(said) = reports.nothing_closed(self).await?
        {
            return writeln!(out, "{said}").context(UNWRITABLE);
        }
        match (self.listing, self.format) {
            (Listing::Reports, Format::Table) => {
                let mut all = Vec::new();
                reports
                    .each(|report| {
                        all.push(report);
                        Ok(())
                    })
                    .await?;
                let table = table::of_reports(&all, profile.currency.as_deref(), self.columns);
                writeln!(out, "{table}").context(UNWRITABLE)
            }
            (Listing::Reports, Format::Csv) => {
                let mut csv = ReportCsv::new(out, self.dialect)?;
                reports.each(|report| Ok(csv.write(hotel, &profile.calendar, &report)?)).await?;
                csv.finish().map(drop).context(UNWRITABLE)
            }
            (Listing::Reports, Format::Json) => {
                write_json_reports(&mut reports, &profile, out).await
            }
            (Listing::Groups(by), _) => {
                let mut groups = Groups::new(by);
                reports
                    .each(|report| {
                        groups.add(hotel, &report);
                        Ok(())
                    })
                    .await?;
                self.write_groups(by, groups, &profile, out)
            }
        }
    }

    fn range(&self, closed_through: Option<BusinessDate>) -> Result<Range, BadInput> {
        if let Some(period) = self.period {
            let last = closed_through
                .ok_or_else(|| BadInput(format!("no day of hotel {} is closed", self.hotel)))?;
            let beyond = || BadInput(format!("--period {period} reaches beyond the calendar"));
            return period.range(last).ok_or_else(beyond);
        }
        let from = self.from.unwrap_or(BusinessDate::MIN);
        let to = self.to.unwrap_or(BusinessDate::MAX);
        if from > to {
            return Err(BadInput(format!("--from {from} is after --to {to}")));
        }
        Ok(Range { from, to })
    }

    fn write_groups(
        &self,
        by: GroupBy,
        groups: Groups,
        profile: &Profile,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let groups: Vec<_> = groups.by_key().collect();
        match self.format {
            Format::Table => {
                let currency = profile.currency.as_deref();
                let table = table::of_groups(by, &groups, currency, self.columns);
                writeln!(out, "{table}").context(UNWRITABLE)
            }
            Format::Csv => {
                let mut csv = GroupCsv::new(out, self.dialect)?;
                for group in &groups {
                    csv.write(group)?;
                }
                csv.finish().map(drop).context(UNWRITABLE)
            }
            Format::Json => {
                let views: Vec<_> = groups.iter().map(GroupView::of).collect();
                serde_json::to_writer(&mut *out, &Answer { groups: views })?;
                writeln!(out).context(UNWRITABLE)
            }
        }
    }
}

const UNWRITABLE: &str = "the report cannot be written";

async fn write_json_reports(
    reports: &mut Reports<'_>,
    profile: &Profile,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    write!(out, "{{\"reports\":[").context(UNWRITABLE)?;
    let mut first = true;
    reports
        .each(|report| {
            if !std::mem::take(&mut first) {
                writeln!(out, ",")?;
            }
            let view = RoomReportView::closed(&profile.hotel_id, &profile.calendar, &report);
            Ok(serde_json::to_writer(&mut *out, &view)?)
        })
        .await?;
    writeln!(out, "]}}").context(UNWRITABLE)
}

#[derive(serde::Serialize)]
struct Answer {
    groups: Vec<GroupView>,
}

/// The reports of a hotel in a range, day by day.
struct Reports<'a> {
    store: &'a Store,
    hotel: &'a HotelId,
    now: Instant,
    from: BusinessDate,
    /// `None` where nothing is closed.
    to: Option<BusinessDate>,
    /// The last closed day of all.
    closed_through: Option<BusinessDate>,
}

impl Reports<'_> {
    /// What to say where no day of the range is closed.
    async fn nothing_closed(&self, asked: &Request) -> anyhow::Result<Option<String>> {
        let days = |from, to| self.store.hotel_days(self.hotel, from, to, self.now);
        if let Some(to) = self.to.filter(|to| self.from <= *to)
            && days(self.from, to).at_most(1).next().await?.is_some()
        {
            return Ok(None);
        }
        let range = match (asked.from, asked.to) {
            (None, None) => String::new(),
            (Some(from), None) => format!(" from {from} on"),
            (None, Some(to)) => format!(" up to {to}"),
            (Some(from), Some(to)) => format!(" from {from} to {to}"),
        };
        let first = days(BusinessDate::MIN, BusinessDate::MAX).at_most(1).next().await?;
        let closed = match (first, self.closed_through) {
            (Some(first), Some(last)) => format!("; closed is {} to {last}", first.date),
            _ => String::new(),
        };
        Ok(Some(format!("nothing is closed of {}{range}{closed}", self.hotel)))
    }

    async fn each(
        &mut self,
        mut report: impl FnMut(ClosedReport) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let Some(to) = self.to.filter(|to| self.from <= *to) else { return Ok(()) };
        let mut days = self.store.hotel_days(self.hotel, self.from, to, self.now);
        while let Some(day) = days.next().await? {
            let mut pages = self.store.reports(self.hotel, day.date, None, self.now);
            while let Some(stored) = pages.next().await? {
                report(stored.closed)?;
            }
        }
        Ok(())
    }
}
