//! What all pages are put together from: tables, cards, facts, and the frame around them.

use askama::Template;
use askama::filters::HtmlSafe;
use roomwatt_domain::instant::Millis;
use roomwatt_domain::{Charge, Occupancy, Presence, Profile, Stay, Totals};

use crate::language::Language;
use crate::notation::{Datum, Notation, percent, signed, tenths, tenths_of_percent};
use crate::style::STYLE;
use crate::tally::{Measure, Tally};

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

/// One of the four figures to see first.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) label: &'static str,
    /// As in the API.
    pub(crate) name: &'static str,
    pub(crate) value: CardValue,
    /// What belongs to the figure.
    pub(crate) detail: Option<String>,
    pub(crate) change: Option<Change>,
}

#[derive(Debug, Clone)]
pub(crate) enum CardValue {
    Figure(Datum),
    /// Why there is none.
    Missing(&'static str),
}

/// A figure against the period before.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// `up`, `down` or `even`.
    pub(crate) direction: &'static str,
    pub(crate) text: String,
    pub(crate) before: String,
}

/// What the period before is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Basis {
    /// As many room-days: sums are compared.
    Sums,
    /// Another number of room-days: averages are compared.
    PerRoomDay { now: u64, before: u64 },
}

impl Basis {
    /// `None` if one side has no room-day at all.
    pub(crate) fn of(now: u64, before: u64) -> Option<Self> {
        match (now, before) {
            (0, _) | (_, 0) => None,
            (now, before) if now == before => Some(Basis::Sums),
            (now, before) => Some(Basis::PerRoomDay { now, before }),
        }
    }
}

/// The direction that a reader sees: that of the change as it is written.
fn direction(written: &str) -> &'static str {
    match written.chars().next() {
        Some('+') => "up",
        Some('\u{2212}') => "down",
        _ => "even",
    }
}

/// Compares two exact sums.
fn change(
    language: Language,
    (now, before): (i128, i128),
    basis: Basis,
    write: impl Fn(i128) -> Datum,
) -> Change {
    let average =
        |sum: i128, days: u64| roomwatt_domain::Rounded::<0>::of(sum, i128::from(days)).units();
    let (now, before, per) = match basis {
        Basis::Sums => (now, before, ""),
        Basis::PerRoomDay { now: days, before: days_before } => (
            average(now, days),
            average(before, days_before),
            language.say(" per room-day", " (객실·일당)"),
        ),
    };
    let absolute = signed(&write(now - before).text);
    let relative = match tenths_of_percent(now - before, before) {
        Some(share) => format!("{}%", signed(&tenths(share))),
        None => language.say("no percentage: 0 before", "비율 없음: 이전 값 0").to_owned(),
    };
    let (now_text, before_text) = (write(now).text, write(before).text);
    let before = match basis {
        Basis::Sums => match language {
            Language::English => format!("{before_text} before"),
            Language::Korean => format!("이전 {before_text}"),
        },
        Basis::PerRoomDay { .. } => match language {
            Language::English => format!("{now_text} per room-day, {before_text} before"),
            Language::Korean => format!("객실·일당 {now_text}, 이전 {before_text}"),
        },
    };
    Change {
        direction: direction(&absolute),
        text: format!("{absolute}{per} ({relative})"),
        before,
    }
}

/// The four figures, against the period before where there is one to compare with.
pub(crate) fn cards(
    notation: &Notation<'_>,
    now: &Totals,
    before: Option<(&Totals, Basis)>,
) -> Vec<Card> {
    let language = notation.language;
    let measure = Measure::of(now);
    let unrated = language.say("No device in use has a rating", "사용된 기기에 정격이 없음");
    let compare =
        |now: i128, of: &dyn Fn(&Totals) -> Option<i128>, write: &dyn Fn(i128) -> Datum| {
            let (before, basis) = before?;
            Some(change(language, (now, of(before)?), basis, write))
        };
    let rated = measure == Measure::Energy;
    let energy = Card {
        label: language.say("Energy", "에너지"),
        name: "energyWh",
        value: if rated {
            CardValue::Figure(Notation::energy(now.energy))
        } else {
            CardValue::Missing(unrated)
        },
        detail: None,
        change: rated
            .then(|| {
                compare(now.energy.exact(), &|before| Some(before.energy.exact()), &|exact| {
                    Notation::measured(Measure::Energy, exact)
                })
            })
            .flatten(),
    };
    let wasted_cost = now.waste_cost.filter(|_| rated).map(|cost| {
        let cost = notation.money(cost).text;
        match language {
            Language::English => format!("{cost} of it wasted"),
            Language::Korean => format!("그중 낭비 {cost}"),
        }
    });
    let charged = |charge: Option<Charge>, missing, write: &dyn Fn(Charge) -> Datum| match charge {
        Some(charge) if rated => CardValue::Figure(write(charge)),
        Some(_) => CardValue::Missing(unrated),
        None => CardValue::Missing(missing),
    };
    let cost = Card {
        label: language.say("Cost", "비용"),
        name: "cost",
        value: charged(now.cost, language.say("No price set", "단가 미설정"), &|charge| {
            notation.money(charge)
        }),
        detail: wasted_cost,
        change: now.cost.filter(|_| rated).and_then(|cost| {
            compare(cost.exact(), &|before| before.cost.map(Charge::exact), &|exact| {
                notation.money(Charge::from_exact(exact))
            })
        }),
    };
    let co2e = Card {
        label: "CO₂e",
        name: "co2eKg",
        value: charged(
            now.co2e,
            language.say("No emission factor set", "배출 계수 미설정"),
            &Notation::co2e,
        ),
        detail: None,
        change: now.co2e.filter(|_| rated).and_then(|co2e| {
            compare(co2e.exact(), &|before| before.co2e.map(Charge::exact), &|exact| {
                Notation::co2e(Charge::from_exact(exact))
            })
        }),
    };
    vec![energy, cost, co2e, wasted_share(notation, now, before.map(|(before, _)| before))]
}

fn wasted_share(notation: &Notation<'_>, now: &Totals, before: Option<&Totals>) -> Card {
    let language = notation.language;
    let measure = Measure::of(now);
    let share = |totals| tenths_of_percent(measure.wasted(totals), measure.used(totals));
    let shared = share(now);
    let value = match shared {
        Some(share) => {
            CardValue::Figure(Datum { value: tenths(share), text: format!("{}%", tenths(share)) })
        }
        None => CardValue::Missing(language.say("Nothing was used", "사용 없음")),
    };
    let certain = match measure {
        Measure::Energy => now.waste_unsold_energy.exact(),
        Measure::Time => now.waste.waste_unsold.into(),
    };
    let amount = Notation::measured(measure, measure.wasted(now)).text;
    let certain = Notation::measured(measure, certain).text;
    let detail = shared.map(|_| match (language, measure) {
        (Language::English, Measure::Energy) => {
            format!("{amount} wasted, {certain} of it in unsold rooms")
        }
        (Language::Korean, Measure::Energy) => {
            format!("낭비 {amount}, 그중 미판매 객실 {certain}")
        }
        (Language::English, Measure::Time) => {
            format!("{amount} of use wasted, {certain} of it in unsold rooms; in time, since nothing is rated")
        }
        (Language::Korean, Measure::Time) => {
            format!("낭비된 사용 {amount}, 그중 미판매 객실 {certain}; 정격이 없어 시간 기준")
        }
    });
    let change = shared.zip(before.and_then(share)).map(|(now, before)| {
        let points = signed(&tenths(now - before));
        Change {
            direction: direction(&points),
            text: match language {
                Language::English => format!("{points} percentage points"),
                Language::Korean => format!("{points}%p"),
            },
            before: match language {
                Language::English => format!("{}% before", tenths(before)),
                Language::Korean => format!("이전 {}%", tenths(before)),
            },
        }
    });
    Card {
        label: language.say("Share wasted", "낭비 비율"),
        name: "wastedShare",
        value,
        detail,
        change,
    }
}

/// One thing that tells how far to trust the figures.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    /// The figure's name in the API, where it is one of it.
    pub(crate) name: &'static str,
    pub(crate) value: Datum,
    /// Its share of the whole it belongs to.
    pub(crate) share: Option<String>,
    pub(crate) meaning: &'static str,
    /// Whether it takes anything away from the figures.
    pub(crate) doubtful: bool,
}

/// How far to trust the figures.
pub(crate) fn trust(notation: &Notation<'_>, tally: &Tally) -> Vec<Fact> {
    let language = notation.language;
    let totals = &tally.totals;
    let of_use = |time: Millis| {
        percent(time.into(), totals.usage.into()).map(|share| match language {
            Language::English => format!("{share} of use"),
            Language::Korean => format!("사용의 {share}"),
        })
    };
    let of_room_time = |time: Millis| {
        percent(time.into(), tally.occupancy.total().into()).map(|share| match language {
            Language::English => format!("{share} of room time"),
            Language::Korean => format!("객실 시간의 {share}"),
        })
    };
    let of_room_days = |days: u64| {
        percent(days.into(), tally.reports.into()).map(|share| match language {
            Language::English => format!("{share} of room-days"),
            Language::Korean => format!("객실·일의 {share}"),
        })
    };
    let time = |label, name, time: Millis, share, meaning| Fact {
        label,
        name,
        value: notation.duration(time),
        share,
        meaning,
        doubtful: time > 0,
    };
    let number = |label, name, number: u64, share, meaning| Fact {
        label,
        name,
        value: Notation::number(number),
        share,
        meaning,
        doubtful: number > 0,
    };
    let say = |english, korean| language.say(english, korean);
    let mut facts = vec![
        number(
            say("Missing ends", "누락된 종료"),
            "missingEnds",
            totals.quality.missing_ends,
            None,
            say(
                "A device reported “on” again without an “off” in between: it may have been off for a while.",
                "기기가 ‘꺼짐’ 없이 다시 ‘켜짐’을 보고했습니다. 그 사이 꺼져 있었을 수 있습니다.",
            ),
        ),
        number(
            say("Missing starts", "누락된 시작"),
            "missingStarts",
            totals.quality.missing_starts,
            None,
            say(
                "A device reported “off” again without an “on” in between: a use may be missing.",
                "기기가 ‘켜짐’ 없이 다시 ‘꺼짐’을 보고했습니다. 사용이 빠졌을 수 있습니다.",
            ),
        ),
        time(
            say("Unconfirmed use", "확인되지 않은 사용"),
            "unconfirmedMs",
            totals.quality.unconfirmed,
            of_use(totals.quality.unconfirmed),
            say(
                "Time before each missing end, since the device was last heard of.",
                "누락된 종료마다, 기기의 마지막 보고 이후의 시간입니다.",
            ),
        ),
        time(
            say("Assumed use", "추정된 사용"),
            "assumedMs",
            totals.assumed,
            of_use(totals.assumed),
            say(
                "Use that went on longer than it is believed without a word from the device.",
                "기기의 보고 없이 믿을 수 있는 시간보다 오래 이어진 사용입니다.",
            ),
        ),
        time(
            say("Presence unknown", "재실 미확인"),
            "presenceUnknownMs",
            tally.presence_unknown(),
            of_room_time(tally.presence_unknown()),
            say(
                "No sensor had reported. Use in that time is waste only while the room is checked out.",
                "센서 보고가 없던 시간입니다. 이때의 사용은 체크아웃 상태에서만 낭비로 봅니다.",
            ),
        ),
        time(
            say("Stay unknown", "투숙 미확인"),
            "stayUnknownMs",
            tally.stay_unknown(),
            of_room_time(tally.stay_unknown()),
            say(
                "No check-in or check-out had been reported.",
                "체크인이나 체크아웃 보고가 없던 시간입니다.",
            ),
        ),
        time(
            say("Unrated use", "정격 없는 사용"),
            "unratedMs",
            totals.unrated,
            of_use(totals.unrated),
            say(
                "Use of devices without a power rating: counted as time, missing from energy, cost and CO₂e.",
                "정격 전력이 없는 기기의 사용입니다. 시간에는 포함되지만 에너지·비용·CO₂e에는 빠져 있습니다.",
            ),
        ),
    ];
    if tally.unpriced > 0 && totals.cost.is_some() {
        facts.push(number(
            say("Room-days without a price", "단가 없는 객실·일"),
            "unpricedReports",
            tally.unpriced,
            of_room_days(tally.unpriced),
            say(
                "Closed before a price was set: their energy is missing from the cost.",
                "단가 설정 전에 마감되어 비용에 포함되지 않았습니다.",
            ),
        ));
    }
    if tally.unfactored > 0 && totals.co2e.is_some() {
        facts.push(number(
            say("Room-days without an emission factor", "배출 계수 없는 객실·일"),
            "unfactoredReports",
            tally.unfactored,
            of_room_days(tally.unfactored),
            say(
                "Closed before a factor was set: their energy is missing from the CO₂e.",
                "배출 계수 설정 전에 마감되어 CO₂e에 포함되지 않았습니다.",
            ),
        ));
    }
    facts.push(Fact {
        doubtful: false,
        ..number(
            say("Revised reports", "정정된 보고"),
            "revisedReports",
            tally.revised,
            of_room_days(tally.revised),
            say(
                "Changed after the day was closed, because events arrived late.",
                "마감 후 늦게 도착한 이벤트로 정정되었습니다.",
            ),
        )
    });
    facts
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
