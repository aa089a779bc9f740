//! What all pages are put together from: tables, and the frame around them.

use askama::Template;
use askama::filters::HtmlSafe;
use roomwatt_domain::instant::Millis;
use roomwatt_domain::{BusinessDate, Charge, Occupancy, Presence, Profile, Stay, Totals};

use crate::language::Language;
use crate::notation::{Datum, Notation, percent};
use crate::range::Gaps;
use crate::style::STYLE;
use crate::tally::Measure;

/// A text that leads somewhere, where there is somewhere to go.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) href: Option<String>,
}

impl Link {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }

    pub(crate) fn to(text: impl Into<String>, href: Option<String>) -> Self {
        Self { text: text.into(), href }
    }
}

/// What stands around the content of every page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) style: &'static str,
    /// Of the window.
    pub(crate) title: String,
    /// From the hotel down to what is above this page.
    pub(crate) path: Vec<Link>,
    pub(crate) heading: String,
    /// The days, in words.
    pub(crate) period: String,
    /// What else there is to know at once.
    pub(crate) facts: Vec<String>,
    /// The same page in the other languages.
    pub(crate) languages: Vec<(Language, String)>,
    pub(crate) previous: Option<Link>,
    pub(crate) next: Option<Link>,
    /// What the reader must know before reading any figure.
    pub(crate) notes: Vec<String>,
}

impl Frame {
    pub(crate) fn new(language: Language) -> Self {
        Self {
            language,
            style: STYLE,
            title: String::new(),
            path: Vec::new(),
            heading: String::new(),
            period: String::new(),
            facts: Vec::new(),
            languages: Vec::new(),
            previous: None,
            next: None,
            notes: Vec::new(),
        }
    }
}

/// What people call the hotel; its id where it has no name.
pub(crate) fn hotel_name(profile: &Profile) -> String {
    let name = profile.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    name.unwrap_or(profile.hotel_id.as_str()).to_owned()
}

/// One cell of a table's body.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Text(String),
    /// A figure that the API has not: a share, a time of day.
    Figure(String),
    Datum(Datum),
    /// A width in percent, drawn as a bar; for the eye only.
    Bar(String),
    /// There is no such figure.
    Absent,
}

impl Cell {
    fn of(datum: Option<Datum>) -> Self {
        datum.map_or(Cell::Absent, Cell::Datum)
    }

    pub(crate) fn share(part: i128, whole: i128) -> Self {
        percent(part, whole).map_or(Cell::Absent, Cell::Figure)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) label: String,
    /// Figures stand flush right.
    pub(crate) numeric: bool,
}

impl Column {
    pub(crate) fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: false }
    }

    pub(crate) fn figure(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: true }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) head: Link,
    pub(crate) cells: Vec<Cell>,
}

/// A table: its first column names the rows.
#[derive(Debug, Clone, Template)]
#[template(path = "table.html", whitespace = "minimize")]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    pub(crate) sum: Option<Row>,
}

impl HtmlSafe for Table {}

/// The figures of totals as columns: those that the whole table has something to say on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures<'a> {
    notation: &'a Notation<'a>,
    energy: bool,
    money: bool,
    co2e: bool,
    /// Of kilowatt-hours and kilograms.
    decimals: u32,
}

impl<'a> Figures<'a> {
    /// Of rows that add up to `totals`.
    pub(crate) fn of(notation: &'a Notation<'a>, totals: &Totals, decimals: u32) -> Self {
        Self {
            notation,
            energy: Measure::of(totals) == Measure::Energy,
            money: totals.cost.is_some(),
            co2e: totals.co2e.is_some(),
            decimals,
        }
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        let say = |english, korean| Column::figure(self.notation.language.say(english, korean));
        let mut columns = Vec::new();
        if self.energy {
            columns.push(say("Energy, kWh", "에너지, kWh"));
            columns.push(say("Wasted, kWh", "낭비, kWh"));
            columns.push(say("Wasted share", "낭비 비율"));
            columns.push(say("of it unsold, kWh", "그중 미판매, kWh"));
        }
        if self.money {
            let currency = self.notation.currency();
            let unit = |text: &str| match currency {
                "" => text.to_owned(),
                currency => format!("{text}, {currency}"),
            };
            let language = self.notation.language;
            columns.push(Column::figure(unit(language.say("Cost", "비용"))));
            columns.push(Column::figure(unit(language.say("Wasted cost", "낭비 비용"))));
        }
        if self.co2e {
            columns.push(say("CO₂e, kg", "CO₂e, kg"));
        }
        columns.push(say("Use, h", "사용, 시간"));
        columns.push(say("Wasted use, h", "낭비 사용, 시간"));
        columns.push(say("Unconfirmed, h", "미확인, 시간"));
        columns.push(say("Missing ends", "누락된 종료"));
        columns.push(say("Missing starts", "누락된 시작"));
        columns
    }

    pub(crate) fn cells(&self, totals: &Totals) -> Vec<Cell> {
        let mut cells = Vec::new();
        if self.energy {
            let (used, wasted) = (totals.energy, totals.waste_energy);
            cells.push(Cell::Datum(Notation::kwh(used, self.decimals)));
            cells.push(Cell::Datum(Notation::kwh(wasted, self.decimals)));
            cells.push(Cell::share(wasted.exact(), used.exact()));
            cells.push(Cell::Datum(Notation::kwh(totals.waste_unsold_energy, self.decimals)));
        }
        if self.money {
            let amount = |charge: Option<Charge>| charge.map(|charge| self.notation.amount(charge));
            cells.push(Cell::of(amount(totals.cost)));
            cells.push(Cell::of(amount(totals.waste_cost)));
        }
        if self.co2e {
            let kilograms = |charge| Notation::kilograms(charge, self.decimals);
            cells.push(Cell::of(totals.co2e.map(kilograms)));
        }
        cells.push(Cell::Datum(Notation::hours(totals.usage, 2)));
        cells.push(Cell::Datum(Notation::hours(totals.waste.waste, 2)));
        cells.push(Cell::Datum(Notation::hours(totals.quality.unconfirmed, 2)));
        cells.push(Cell::Datum(Notation::number(totals.quality.missing_ends)));
        cells.push(Cell::Datum(Notation::number(totals.quality.missing_starts)));
        cells
    }

    /// As many cells without a figure.
    pub(crate) fn absent(&self) -> Vec<Cell> {
        vec![Cell::Absent; self.columns().len()]
    }
}

/// Room time by stay and presence.
pub(crate) fn occupancy_table(notation: &Notation<'_>, occupancy: &Occupancy) -> Table {
    let language = notation.language;
    let total = i128::from(occupancy.total());
    let cell = |time: Millis| {
        let Datum { value, text } = notation.duration(time);
        let share =
            percent(time.into(), total).map_or(String::new(), |share| format!(" · {share}"));
        Cell::Datum(Datum { value, text: format!("{text}{share}") })
    };
    let mut columns = vec![Column::text(language.say("Stay", "투숙"))];
    columns.extend(Presence::ALL.map(|presence| Column::figure(notation.presence(presence))));
    let rows = Stay::ALL.map(|stay| Row {
        head: Link::plain(notation.stay(stay)),
        cells: Presence::ALL.map(|presence| cell(occupancy.cell(stay, presence))).to_vec(),
    });
    Table {
        caption: language.say("Room time by stay and presence", "투숙·재실별 객실 시간").to_owned(),
        columns,
        rows: rows.to_vec(),
        sum: None,
    }
}

/// The same page in every language.
pub(crate) fn in_languages(href: impl Fn(Language) -> String) -> Vec<(Language, String)> {
    Language::ALL.into_iter().map(|language| (language, href(language))).collect()
}

/// What is missing in a range, in words.
pub(crate) fn gap_notes(
    notation: &Notation<'_>,
    gaps: &Gaps,
    closed_through: Option<BusinessDate>,
    nothing: bool,
) -> Vec<String> {
    let language = notation.language;
    let mut notes = Vec::new();
    match closed_through {
        None => notes.push(
            language
                .say(
                    "No day of this hotel has been closed yet. Reports appear after its first midnight.",
                    "아직 마감된 날이 없습니다. 첫 자정이 지나면 보고가 나타납니다.",
                )
                .to_owned(),
        ),
        Some(closed) => {
            if let Some(open) = gaps.open {
                let open = notation.range(open);
                let closed = notation.date(closed);
                notes.push(match language {
                    Language::English => format!("Not closed yet, and not in any figure: {open}. Closed through {closed}."),
                    Language::Korean => format!("아직 마감되지 않아 어떤 수치에도 없습니다: {open}. 마감일: {closed}."),
                });
            }
        }
    }
    if !gaps.unreported.is_empty() {
        const NAMED: usize = 6;
        let mut days: Vec<String> =
            gaps.unreported.iter().take(NAMED).map(|range| notation.range(*range)).collect();
        if let Some(more) = gaps.unreported.len().checked_sub(NAMED).filter(|more| *more > 0) {
            days.push(match language {
                Language::English => format!("and {more} more"),
                Language::Korean => format!("외 {more}건"),
            });
        }
        let days = days.join("; ");
        notes.push(match language {
            Language::English => format!("Without any report, and not counted as zero: {days}."),
            Language::Korean => format!("보고가 없으며 0으로 계산하지 않습니다: {days}."),
        });
    }
    if nothing && closed_through.is_some() {
        notes.push(
            language
                .say(
                    "There is no closed report in this period.",
                    "이 기간에 마감된 보고가 없습니다.",
                )
                .to_owned(),
        );
    }
    notes
}
