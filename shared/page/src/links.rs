//! How pages refer to each other: by relative URLs only, so that they work below any prefix.
//!
//! Ids are made of characters that need no escaping in a URL. One that is a step in a path (`.`, `..`)
//! has no link: tables may hold such rooms from when they were taken.

use roomwatt_domain::{BusinessDate, RoomId};
use roomwatt_presentation::{Baseline, Period, Range};

use crate::language::Language;
use crate::sort::Sort;

/// Which page the links stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// `/hotels/{h}/report.html`
    Hotel,
    /// `/hotels/{h}/rooms/{r}/…`
    Room,
}

/// What a reader has chosen of a page, and its links keep.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    pub(crate) dates: Dates,
    pub(crate) baseline: Baseline,
    pub(crate) sort: Sort,
}

/// A range, or a period that means other dates tomorrow.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Dates {
    Range(Range),
    Period(Period),
}

impl Asked {
    /// What is not as it is without a choice, as parameters.
    pub(crate) fn chosen(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let Self { baseline, sort, .. } = self;
        let baseline = (baseline != Baseline::default()).then(|| ("baseline", baseline.name()));
        let sort = (sort != Sort::default()).then(|| ("sort", sort.name()));
        [baseline, sort].into_iter().flatten()
    }
}

/// Links from one page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Links {
    pub(crate) place: Place,
    pub(crate) language: Language,
}

impl Links {
    /// To the list of hotels.
    pub(crate) fn hotels(self) -> String {
        format!("{}?lang={}", self.up(), self.language.tag())
    }

    /// To where a session is ended.
    pub(crate) fn sign_out(self) -> String {
        format!("{}signout", self.up())
    }

    fn up(self) -> &'static str {
        match self.place {
            Place::Hotel => "../../",
            Place::Room => "../../../../",
        }
    }

    /// To the hotel's page.
    pub(crate) fn hotel(self, range: Range) -> String {
        format!("{}report.html?{}", self.to_hotel(), self.of_range(range))
    }

    fn to_hotel(self) -> &'static str {
        match self.place {
            Place::Hotel => "",
            Place::Room => "../../",
        }
    }

    /// To the page itself, with what the reader has chosen.
    pub(crate) fn asked(self, asked: Asked) -> String {
        let dates = match asked.dates {
            Dates::Range(range) => self.of_range(range),
            Dates::Period(period) => format!("period={period}&lang={}", self.language.tag()),
        };
        let mut href = format!("report.html?{dates}");
        for (name, value) in asked.chosen() {
            href.extend(["&", name, "=", value]);
        }
        href
    }

    /// To the reports of the hotel, or of a room alone, as a spreadsheet of the page's language takes them.
    pub(crate) fn csv(self, range: Range, room: Option<&RoomId>) -> String {
        let rooms = room.map(|room| format!("&rooms={room}")).unwrap_or_default();
        format!("{}report.csv?{}{rooms}&for=spreadsheet", self.to_hotel(), self.of_range(range))
    }

    /// From the hotel's page to a room's.
    pub(crate) fn room(self, room: &RoomId, range: Range) -> String {
        format!("{}report.html?{}", self.folder(room), self.of_range(range))
    }

    /// To a day of a room.
    pub(crate) fn day(self, room: &RoomId, date: BusinessDate) -> String {
        let language = self.language.tag();
        format!("{}history.html?date={date}&lang={language}", self.folder(room))
    }

    fn folder(self, room: &RoomId) -> String {
        match self.place {
            Place::Room => String::new(),
            Place::Hotel => format!("rooms/{room}/"),
        }
    }

    fn of_range(self, range: Range) -> String {
        format!("from={}&to={}&lang={}", range.from, range.to, self.language.tag())
    }
}
