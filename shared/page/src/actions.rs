//! What is to be done about the last day of a page, and which signals are to be checked.

use std::collections::BTreeSet;

use roomwatt_domain::{BusinessDate, FaultKind, Finding, RoomId, SignalFault, Totals};

use crate::language::Language;
use crate::links::Links;
use crate::notation::Notation;
use crate::parts::{Line, Link};
use crate::tally::Measure;
use crate::telling::{self, fault_text, finding_text, nothing_to_do};

/// What was found of a day.
#[derive(Debug, Clone)]
pub struct Found {
    /// Which day.
    pub date: BusinessDate,
    /// What to do, most money first.
    pub findings: Vec<Finding>,
    /// How many findings there are with those that are not among them.
    pub findings_in_all: u64,
    /// Every signal to check.
    pub faults: Vec<SignalFault>,
}

/// What was found, as `actions.html` shows it.
#[derive(Debug)]
pub(crate) struct Actions {
    /// Of which day it is the news, in words.
    pub(crate) day: String,
    pub(crate) findings: Vec<Line>,
    /// Which findings are folded away.
    pub(crate) more: String,
    pub(crate) faults: Vec<Line>,
    pub(crate) nothing_to_do: &'static str,
}

impl Actions {
    /// Of a page that shows so many rooms, which used and wasted so much.
    pub(crate) fn of(
        notation: &Notation<'_>,
        links: Links,
        found: &Found,
        (rooms, totals): (usize, &Totals),
    ) -> Self {
        let href = |room: &RoomId| room.fits_a_path().then(|| links.day(room, found.date));
        let finding = |finding: &Finding| {
            Line::of(&finding_text(notation, finding), href(&finding.suspect.room))
        };
        let day = notation.short_date(found.date);
        Self {
            day: match notation.language {
                Language::English => format!("from {day}"),
                Language::Korean => format!("{day} 기준"),
            },
            findings: found.findings.iter().map(finding).collect(),
            more: more(notation.language, found),
            faults: faults(notation, &found.faults, rooms, href),
            // What has no rating wastes hours, and no energy by which it could be found.
            nothing_to_do: match Measure::of(totals) {
                Measure::Time if totals.unrated > 0 => notation.language.say(
                    "No device in use has a rating, so what it wasted cannot be told.",
                    "사용된 기기에 정격이 없어 낭비량을 알 수 없습니다.",
                ),
                Measure::Energy | Measure::Time => nothing_to_do(notation.language),
            },
        }
    }
}

fn more(language: Language, found: &Found) -> String {
    let (shown, all) = (found.findings.len() as u64, found.findings_in_all);
    let [number, of] = [shown, all].map(|count| Notation::number(count).text);
    match (language, shown < all) {
        (Language::English, false) => format!("All findings ({of})"),
        (Language::Korean, false) => format!("전체 조치 사항 ({of})"),
        (Language::English, true) => format!("The first {number} of {of} findings"),
        (Language::Korean, true) => format!("조치 사항 {of}건 중 {number}건"),
    }
}

/// Of a room that is silent as a whole its devices are not named again.
fn faults(
    notation: &Notation<'_>,
    faults: &[SignalFault],
    rooms: usize,
    href: impl Fn(&RoomId) -> Option<String>,
) -> Vec<Line> {
    let silent = |fault: &&SignalFault| fault.kind == FaultKind::Silent;
    // A room that is silent as a whole has lost its gateway, and that is somebody's to call.
    let of_a_room = |fault: &&SignalFault| silent(fault) && fault.device.is_none();
    let (silent_rooms, others): (Vec<_>, Vec<_>) = faults.iter().partition(of_a_room);
    let known: BTreeSet<_> = silent_rooms.iter().map(|fault| &fault.room).collect();
    let others = others.iter().filter(|fault| !(silent(fault) && known.contains(&fault.room)));
    let together = telling::silent_rooms(notation, &silent_rooms, rooms);
    let together = together.map(|text| Line { who: Link::plain(""), what: text });
    let line = |fault: &&SignalFault| {
        Line::of(&fault_text(notation, fault), fault.room.as_ref().and_then(&href))
    };
    together.into_iter().chain(silent_rooms.iter().chain(others).map(line)).collect()
}
