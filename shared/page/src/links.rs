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
        let up = match self.place {
            Place::Hotel => "",
            Place::Room => "../../",
        };
        format!("{up}report.html?{}", self.of_range(range))
    }

    /// To the hotel's page of a period that is reckoned from the last closed day.
    pub(crate) fn period(self, period: Period) -> String {
        format!("report.html?period={period}&lang={}", self.language.tag())
    }

    /// To the hotel's page, compared with something else.
    pub(crate) fn compared(self, range: Range, baseline: Baseline) -> String {
        format!("{}&baseline={}", self.hotel(range), baseline.name())
    }

    /// To the same page in another order.
    pub(crate) fn sorted(self, range: Range, baseline: Baseline, sort: Sort) -> String {
        format!("{}&sort={}#where", self.compared(range, baseline), sort.name())
    }

    /// To the hotel's reports as a spreadsheet of the page's language takes them.
    pub(crate) fn csv(self, range: Range) -> String {
        format!("report.csv?{}&for=spreadsheet", self.of_range(range))
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
