//! Rule 14: a closed report, and how late events revise it.

use crate::calendar::{BusinessDate, BusinessDay, Window};
use crate::energy::Energy;
use crate::instant::{Instant, Millis};
use crate::name::RoomId;
use crate::report::RoomReport;

/// How many revisions a report remembers.
const REVISIONS_KEPT: usize = 10;

/// The report of a room on a closed business day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedReport {
    /// Which room.
    pub room: RoomId,
    /// Which day.
    pub date: BusinessDate,
    /// From its first instant to the next day's, as they were when it was closed: a zone rule that
    /// changes later does not move them.
    pub window: Window,
    /// 1 when the day is closed, the next number with every change by late events.
    pub revision: u32,
    /// When this revision was made.
    pub closed_at: Instant,
    /// The figures.
    pub report: RoomReport,
    /// What late events changed: the latest ten, oldest first.
    pub revisions: Vec<Revision>,
}

/// One change of a closed report, kept so that a changed figure can be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// The number that the report got.
    pub revision: u32,
    /// When.
    pub at: Instant,
    /// What it said before.
    pub before: Figures,
    /// What it says since.
    pub after: Figures,
}

/// The figures by which a revision is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Use of all devices.
    pub usage: Millis,
    /// Use while nobody was there.
    pub waste: Millis,
    /// Energy of all rated use.
    pub energy: Energy,
}

impl Figures {
    fn of(report: &RoomReport) -> Self {
        let totals = report.totals();
        Self { usage: totals.usage, waste: totals.waste.waste, energy: totals.energy }
    }
}

impl ClosedReport {
    /// The first report of a room on a day.
    pub fn first(room: RoomId, day: BusinessDay, report: RoomReport, at: Instant) -> Self {
        let BusinessDay { date, window } = day;
        Self { room, date, window, revision: 1, closed_at: at, report, revisions: Vec::new() }
    }

    /// The day that the report is of.
    pub fn day(&self) -> BusinessDay {
        BusinessDay { date: self.date, window: self.window }
    }

    /// The next revision, or `None` when the figures and closing states are what they were.
    #[must_use]
    pub fn revised(&self, report: RoomReport, at: Instant) -> Option<Self> {
        if report == self.report {
            return None;
        }
        let revision = self.revision + 1;
        let mut revisions = self.revisions.clone();
        revisions.push(Revision {
            revision,
            at,
            before: Figures::of(&self.report),
            after: Figures::of(&report),
        });
        let forgotten = revisions.len().saturating_sub(REVISIONS_KEPT);
        revisions.drain(..forgotten);
        Some(Self {
            room: self.room.clone(),
            date: self.date,
            window: self.window,
            revision,
            closed_at: at,
            report,
            revisions,
        })
    }
}
