//! What all pages are put together from: tables, and the frame around them.

use askama::Template;
use askama::filters::HtmlSafe;
use roomwatt_domain::instant::Millis;
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::{BusinessDate, Charge, Energy, Occupancy, Presence, Profile, Stay, Totals};

use crate::choice::Choice;
use crate::gaps::Gaps;
use crate::language::Language;
use crate::links::Links;
use crate::notation::{Datum, Notation, percent};
use crate::style::STYLE;
use crate::tally::{Judged, Measure, Metered};

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

/// A line whose beginning leads somewhere: who is meant, and what there is to say.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) who: Link,
    pub(crate) what: String,
}

impl Line {
    /// Of a text that names at its beginning, up to a colon, who is meant.
    pub(crate) fn of(text: &str, href: Option<String>) -> Self {
        let (who, what) = text.split_once(": ").unwrap_or(("", text));
        Self { who: Link::to(who, href), what: what.to_owned() }
    }
}

/// What stands around the content of every page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) style: &'static str,
    /// Of the window.
    pub(crate) title: String,
    /// From the list of hotels down to what is above this page.
    pub(crate) path: Vec<Link>,
    pub(crate) heading: String,
    /// The days, in words.
    pub(crate) period: String,
    /// What else there is to know at once.
    pub(crate) facts: Vec<String>,
    /// The same page in the other languages.
    pub(crate) languages: Vec<(Language, String)>,
    /// Where a session is ended.
    pub(crate) sign_out: Option<String>,
    pub(crate) previous: Option<Link>,
    pub(crate) next: Option<Link>,
    /// Other periods and baselines.
    pub(crate) choice: Option<Choice>,
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
            sign_out: None,
            previous: None,
            next: None,
            choice: None,
            notes: Vec::new(),
        }
    }

    /// Of a page whose window is called as the page is.
    pub(crate) fn headed(language: Language, heading: &str) -> Self {
        Self { title: heading.to_owned(), heading: heading.to_owned(), ..Self::new(language) }
    }

    /// The text in the page's language.
    pub(crate) fn say<'a>(&self, english: &'a str, korean: &'a str) -> &'a str {
        self.language.say(english, korean)
    }
}

/// The way up to the list of hotels.
pub(crate) fn to_hotels(links: Links) -> Link {
    Link::to(links.language.say("Hotels", "호텔"), Some(links.hotels()))
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
    /// Left out where there is little place.
    pub(crate) minor: bool,
}

impl Column {
    pub(crate) fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: false, minor: false }
    }

    pub(crate) fn figure(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: true, minor: false }
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
    /// Of kilowatt-hours and kilograms.
    decimals: u32,
    /// What all rows add up to: a column stands where this has a figure.
    totals: Totals,
    few: bool,
}

/// A figure of totals that has a column of its own.
#[derive(Debug, Clone, Copy)]
enum Figure {
    Energy,
    Measured,
    Standby,
    Unplaced,
    Wasted,
    WastedUpTo,
    WastedShare,
    WastedUnsold,
    Cost,
    Unpriced,
    WastedCost,
    WastedCostUpTo,
    Co2e,
    Use,
    WastedUse,
    WastedUseUpTo,
    Unconfirmed,
    MissingEnds,
    MissingStarts,
}

impl Figure {
    const ALL: [Self; 19] = [
        Self::Energy,
        Self::Measured,
        Self::Standby,
        Self::Unplaced,
        Self::Wasted,
        Self::WastedUpTo,
        Self::WastedShare,
        Self::WastedUnsold,
        Self::Cost,
        Self::Unpriced,
        Self::WastedCost,
        Self::WastedCostUpTo,
        Self::Co2e,
        Self::Use,
        Self::WastedUse,
        Self::WastedUseUpTo,
        Self::Unconfirmed,
        Self::MissingEnds,
        Self::MissingStarts,
    ];

    /// Whether it is among the few that a table beside the text has.
    fn is_among_few(self, totals: &Totals) -> bool {
        match self {
            Self::Energy
            | Self::Wasted
            | Self::WastedUpTo
            | Self::WastedShare
            | Self::Cost
            | Self::WastedCost
            | Self::Use
            | Self::WastedUse => true,
            Self::WastedUseUpTo => Measure::of(totals) == Measure::Time,
            _ => false,
        }
    }

    /// Whether a phone has no place for it.
    fn is_minor(self) -> bool {
        matches!(self, Self::Energy | Self::WastedShare | Self::Cost | Self::Use)
    }

    /// Whether a table whose rows add up to these totals has the column.
    fn stands_for(self, totals: &Totals) -> bool {
        let measured = totals.measured.unwrap_or_default();
        match self {
            Self::Energy | Self::Wasted | Self::WastedShare | Self::WastedUnsold => {
                Measure::of(totals) == Measure::Energy
            }
            Self::Measured => measured.energy != Energy::default(),
            Self::Standby => measured.standby != Energy::default(),
            Self::Unplaced => measured.unplaced != Energy::default(),
            Self::WastedUpTo => totals.assumed_waste_energy != Energy::default(),
            Self::Cost | Self::WastedCost => totals.cost.is_some(),
            Self::Unpriced => totals.unpriced.is_some_and(|energy| energy != Energy::default()),
            Self::WastedCostUpTo => {
                totals.assumed_waste_cost.is_some_and(|cost| cost != Charge::default())
            }
            Self::Co2e => totals.co2e.is_some(),
            Self::WastedUseUpTo => totals.assumed_waste != 0,
            Self::Use
            | Self::WastedUse
            | Self::Unconfirmed
            | Self::MissingEnds
            | Self::MissingStarts => true,
        }
    }

    fn label(self, notation: &Notation<'_>) -> String {
        let money = |text: &str| match notation.currency() {
            "" => text.to_owned(),
            currency => format!("{text}, {currency}"),
        };
        let say = |english, korean| notation.language.say(english, korean);
        let fixed = match self {
            Self::Cost => return money(say("Cost", "비용")),
            Self::WastedCost => return money(say("Wasted cost", "낭비 비용")),
            Self::WastedCostUpTo => return money(say("up to", "최대")),
            Self::Energy => say("Energy, kWh", "에너지, kWh"),
            Self::Measured => say("of it measured, kWh", "그중 계량, kWh"),
            Self::Standby => say("Standby, kWh", "대기전력, kWh"),
            Self::Unplaced => say("Unplaced, kWh", "시각 미상, kWh"),
            Self::Wasted => say("Wasted, kWh", "낭비, kWh"),
            Self::WastedUpTo => say("up to, kWh", "최대, kWh"),
            Self::WastedShare => say("Wasted share", "낭비 비율"),
            Self::WastedUnsold => say("of it unsold, kWh", "그중 미판매, kWh"),
            Self::Unpriced => say("Unpriced, kWh", "단가 없음, kWh"),
            Self::Co2e => "CO₂e, kg",
            Self::Use => say("Use, h", "사용, 시간"),
            Self::WastedUse => say("Wasted use, h", "낭비 사용, 시간"),
            Self::WastedUseUpTo => say("up to, h", "최대, 시간"),
            Self::Unconfirmed => say("Unconfirmed, h", "미확인, 시간"),
            Self::MissingEnds => say("Missing “off”", "꺼짐 신호 누락"),
            Self::MissingStarts => say("Missing “on”", "켜짐 신호 누락"),
        };
        fixed.to_owned()
    }
}

impl<'a> Figures<'a> {
    /// Of rows that add up to `totals`.
    pub(crate) fn of(notation: &'a Notation<'a>, totals: &Totals, decimals: u32) -> Self {
        Self { notation, decimals, totals: *totals, few: false }
    }

    /// The same with as few columns as fit beside the text.
    pub(crate) fn few(&self) -> Self {
        Self { few: true, ..*self }
    }

    pub(crate) fn are_few(&self) -> bool {
        self.few
    }

    fn shown(&self) -> impl Iterator<Item = Figure> {
        let shown = Figure::ALL.into_iter().filter(|column| column.stands_for(&self.totals));
        shown.filter(|column| !self.few || column.is_among_few(&self.totals))
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        let column = |figure: Figure| Column {
            minor: figure.is_minor(),
            ..Column::figure(figure.label(self.notation))
        };
        self.shown().map(column).collect()
    }

    pub(crate) fn cells(&self, sums: &Judged) -> Vec<Cell> {
        self.shown().map(|column| self.cell(column, sums)).collect()
    }

    fn cell(&self, column: Figure, sums: &Judged) -> Cell {
        let totals = &sums.totals;
        let kwh = |energy| Cell::Datum(Notation::kwh(energy, self.decimals));
        let hours = |time| Cell::Datum(Notation::hours(time, 2));
        let number = |number| Cell::Datum(Notation::number(number));
        let amount =
            |charge: Option<Charge>| Cell::of(charge.map(|charge| self.notation.amount(charge)));
        let measured = |part: fn(&MeasuredTotals) -> Energy| {
            totals.measured.as_ref().map_or(Cell::Absent, |measured| kwh(part(measured)))
        };
        match column {
            Figure::Energy => kwh(totals.energy),
            Figure::Measured => measured(|it| it.energy),
            Figure::Standby => measured(|it| it.standby),
            Figure::Unplaced => measured(|it| it.unplaced),
            Figure::Wasted => kwh(totals.confirmed_waste_energy()),
            Figure::WastedUpTo => kwh(totals.waste_energy),
            Figure::WastedShare => {
                Cell::share(totals.confirmed_waste_energy().exact(), totals.energy.exact())
            }
            Figure::WastedUnsold => kwh(sums.unsold_waste_energy),
            Figure::Cost => amount(totals.cost),
            Figure::Unpriced => totals.unpriced.map_or(Cell::Absent, kwh),
            Figure::WastedCost => amount(totals.confirmed_waste_cost()),
            Figure::WastedCostUpTo => amount(totals.waste_cost),
            Figure::Co2e => {
                let kilograms = |charge| Notation::kilograms(charge, self.decimals);
                Cell::of(totals.co2e.map(kilograms))
            }
            Figure::Use => hours(totals.usage),
            Figure::WastedUse => hours(totals.confirmed_waste()),
            Figure::WastedUseUpTo => hours(totals.waste.waste),
            Figure::Unconfirmed => hours(totals.quality.unconfirmed),
            Figure::MissingEnds => number(totals.quality.missing_ends),
            Figure::MissingStarts => number(totals.quality.missing_starts),
        }
    }

    /// As many cells without a figure.
    pub(crate) fn absent(&self) -> Vec<Cell> {
        self.shown().map(|_| Cell::Absent).collect()
    }
}

/// What meters measured, apart from the devices: a row each, under `columns` that name it.
pub(crate) fn meters_table(
    notation: &Notation<'_>,
    columns: Vec<Column>,
    meters: impl IntoIterator<Item = (Link, Vec<Cell>, Metered)>,
    decimals: u32,
) -> Table {
    let say = |english, korean| notation.language.say(english, korean);
    let mut columns = columns;
    columns.extend([
        Column::figure(say("Energy, kWh", "에너지, kWh")),
        Column::figure(say("while nobody was there, kWh", "부재 중, kWh")),
        Column::figure(say("Unplaced, kWh", "시각 미상, kWh")),
    ]);
    let rows = meters.into_iter().map(|(head, mut cells, metered)| {
        let figures = [metered.energy, metered.vacant(), metered.unplaced];
        let figures = figures.map(|energy| Cell::Datum(Notation::kwh(energy, decimals)));
        cells.extend(figures);
        Row { head, cells }
    });
    Table {
        caption: say(
            "Meters, apart: what they measure is in no figure above",
            "계량기 (별도: 위의 수치에 포함되지 않음)",
        )
        .to_owned(),
        columns,
        rows: rows.collect(),
        sum: None,
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
                    "아직 마감된 날이 없습니다. 첫 자정이 지나면 데이터가 나타납니다.",
                )
                .to_owned(),
        ),
        Some(closed) => {
            if let Some(open) = gaps.open {
                let open = notation.range(open);
                let closed = notation.date(closed);
                notes.push(match language {
                    Language::English => format!("Not closed yet, and not in any figure: {open}. Closed through {closed}."),
                    Language::Korean => format!("아직 마감되지 않아 어떤 수치에도 없습니다: {open}. 최종 마감일: {closed}."),
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
            Language::Korean => format!("데이터가 없으며 0으로 계산하지 않습니다: {days}."),
        });
    }
    if nothing && closed_through.is_some() {
        notes.push(
            language
                .say(
                    "There is no closed report in this period.",
                    "이 기간에 마감된 데이터가 없습니다.",
                )
                .to_owned(),
        );
    }
    notes
}
