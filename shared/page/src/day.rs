//! A day of a room: its history, and the report that follows from it.

use askama::Template;
use roomwatt_domain::closed::Figures as RevisedFigures;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    BusinessDay, ClosedReport, DeviceReport, Millis, Presence, Profile, Quality, RoomId,
    RoomStates, Signal, SignalHistory, State, Stay, Totals, Usage,
};

use crate::PageError;
use crate::cards::{Card, CardValue, cards, lede};
use crate::language::Language;
use crate::links::{Links, Place};
use crate::notation::Notation;
use crate::parts::{
    Cell, Column, Figures, Frame, Link, Row, Table, hotel_name, in_languages, occupancy_table,
};
use crate::range::{Range, moved};
use crate::room::room_name;
use crate::strip::{self, Piece, Stretch};
use crate::tally::Tally;
use crate::trust::{Fact, trust};

/// Decimals of kilowatt-hours and kilograms in this page's tables.
const DECIMALS: u32 = 3;

/// The page of one day of one room.
#[derive(Debug, Clone, Copy)]
pub struct DayPage<'a> {
    /// The hotel.
    pub profile: &'a Profile,
    /// Which of its rooms.
    pub room: &'a RoomId,
    /// Which day.
    pub day: BusinessDay,
    /// The day's report, if there is one.
    pub report: Option<&'a ClosedReport>,
    /// Whether the report is that of a day that is not closed yet, and ends where it is known.
    pub provisional: bool,
    /// The states that the day opened with: a vacancy may have begun the day before.
    pub opening: &'a RoomStates,
    /// What every signal did; devices, sensors and the stay.
    pub signals: &'a [SignalHistory],
    /// The page's language.
    pub language: Language,
}

impl DayPage<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(&self) -> Result<String, PageError> {
        let notation = Notation::new(self.profile, self.language);
        let tally = self.report.map(Tally::of);
        let totals = tally.map(|tally| tally.totals);
        let stretches =
            strip::stretches(self.profile, self.room, self.day.window, self.opening, self.signals);
        let view = View {
            frame: self.frame(&notation, &stretches),
            lede: totals.and_then(|totals| lede(&notation, &totals)),
            cards: tally.map_or_else(Vec::new, |tally| cards(&notation, &tally, None)),
            strips: self.strips(&notation, &stretches),
            scale: strip::scale(self.day.window, &strip::ticks(&notation, self.day.window)),
            devices: self.report.map(|closed| self.devices_table(&notation, closed)),
            intervals: self.intervals_table(&notation, &stretches),
            transitions: self.transitions_table(&notation),
            trust: tally.map_or_else(Vec::new, |tally| trust(&notation, &tally)),
            occupancy: tally.map(|tally| occupancy_table(&notation, &tally.occupancy)),
            revisions: self.report.map_or_else(Vec::new, |closed| revisions(&notation, closed)),
            forgotten: self.report.is_some_and(|closed| {
                usize::try_from(closed.revision).is_ok_and(|now| now > closed.revisions.len() + 1)
            }),
        };
        Ok(view.render()?)
    }

    fn links(&self) -> Links {
        Links { place: Place::Room, language: self.language }
    }

    fn frame(&self, notation: &Notation<'_>, stretches: &[Stretch]) -> Frame {
        let language = self.language;
        let links = self.links();
        let (date, month) = (self.day.date, Range::month_of(self.day.date));
        let hotel = hotel_name(self.profile);
        let room = room_name(language, self.room);
        let mut frame = Frame::new(language);
        frame.title = format!("{room} · {} · {hotel}", notation.date(date));
        frame.heading = notation.date(date);
        frame.path = vec![
            Link::to(hotel, Some(links.hotel(month))),
            Link::to(room.clone(), links.room(self.room, month)),
        ];
        frame.period = room;
        let window = self.day.window;
        frame.facts = vec![format!(
            "{} (UTC{})",
            self.profile.calendar.time_zone(),
            notation.offset(window.start)
        )];
        if let Some(closed) = self.report.filter(|_| !self.provisional) {
            let at = notation.moment(closed.closed_at);
            frame.facts.push(match language {
                Language::English => format!("revision {}, {at}", closed.revision),
                Language::Korean => format!("정정 번호 {}, {at}", closed.revision),
            });
        }
        frame.languages = in_languages(|language| {
            Links { language, ..links }.day(self.room, date).unwrap_or_default()
        });
        let neighbour = |days| {
            let date = moved(date, days)?;
            self.profile.calendar.day(date)?;
            Some(Link::to(notation.date(date), links.day(self.room, date)))
        };
        frame.previous = neighbour(-1);
        frame.next = neighbour(1).filter(|_| !self.provisional && self.report.is_some());
        frame.notes = self.notes(notation, stretches);
        frame
    }

    fn notes(&self, notation: &Notation<'_>, stretches: &[Stretch]) -> Vec<String> {
        let language = self.language;
        let mut notes = Vec::new();
        let length = self.day.window.length();
        if length != 24 * HOUR {
            let length = notation.duration(length).text;
            notes.push(match language {
                Language::English => format!("The clocks change on this day: it lasts {length}."),
                Language::Korean => format!("시계가 바뀌는 날로, 하루의 길이는 {length}입니다."),
            });
        }
        match self.report {
            None => notes.push(
                language
                    .say(
                        "There is no report of this room for this day.",
                        "이 날 이 객실의 보고가 없습니다.",
                    )
                    .to_owned(),
            ),
            Some(closed) if self.provisional => {
                let until = self.day.window.start + closed.report.occupancy.total();
                let until = notation.clock(until);
                notes.push(match language {
                    Language::English => format!("This day is not closed yet: its figures are provisional and end at {until}."),
                    Language::Korean => format!("아직 마감되지 않은 날입니다. 수치는 {until}까지의 잠정치입니다."),
                });
            }
            Some(closed) if !self.agrees(closed, stretches) => notes.push(
                language
                    .say(
                        "The time line marks waste by today’s vacancy delay; the report’s figures keep the one that the day was closed with.",
                        "시간선의 낭비 표시는 현재의 부재 지연 설정을 따르며, 보고 수치는 마감 당시의 설정을 따릅니다.",
                    )
                    .to_owned(),
            ),
            Some(_) => {}
        }
        notes
    }

    /// Whether the time line's waste is that of the report.
    fn agrees(&self, closed: &ClosedReport, stretches: &[Stretch]) -> bool {
        let drawn: Millis = self
            .signals
            .iter()
            .filter(|signal| matches!(signal.signal, Signal::Device(_)))
            .flat_map(|signal| &signal.intervals)
            .filter(|interval| interval.state != State::OFF)
            .flat_map(|interval| strip::split(interval, stretches))
            .filter(|(_, wasteful)| *wasteful)
            .map(|(window, _)| window.length())
            .sum();
        drawn == closed.report.totals().waste.waste
    }

    fn strips(&self, notation: &Notation<'_>, stretches: &[Stretch]) -> Vec<Strip> {
        let language = self.language;
        let window = self.day.window;
        let ticks = strip::ticks(notation, window);
        let piece = |from, to, class, text: &str| {
            let title = format!(
                "{text}, {}\u{2013}{}, {}",
                notation.time(from),
                self.end(notation, to),
                notation.duration(to - from).text
            );
            Piece { from, to, class, text: text.to_owned(), title }
        };
        let of_room = |name: &str, pieces: Vec<Piece>| Strip {
            name: name.to_owned(),
            kind: String::new(),
            drawn: strip::draw(name, window, &pieces, &ticks),
        };
        let mut stays: Vec<Piece> = Vec::new();
        let mut presences: Vec<Piece> = Vec::new();
        for stretch in stretches {
            let (from, to) = (stretch.window.start, stretch.window.end);
            let class = match stretch.stay {
                Stay::CheckedIn => "sold",
                Stay::CheckedOut => "unsold",
                Stay::Unknown => "unknown",
            };
            join(&mut stays, piece(from, to, class, notation.stay(stretch.stay)), piece);
            let class = match stretch.presence {
                Presence::Occupied => "present",
                Presence::Vacant => "vacant",
                Presence::Unknown => "unknown",
            };
            join(
                &mut presences,
                piece(from, to, class, notation.presence(stretch.presence)),
                piece,
            );
        }
        let mut strips = vec![
            of_room(language.say("Stay", "투숙"), stays),
            of_room(language.say("Presence", "재실"), presences),
        ];
        let sensor = |signal: &&SignalHistory| matches!(signal.signal, Signal::Presence(_));
        let sensors = self.signals.iter().filter(sensor);
        let others = self.signals.iter().filter(|signal| !sensor(signal));
        for signal in sensors.chain(others) {
            let (name, kind, pieces) = match &signal.signal {
                Signal::Stay => continue,
                Signal::Presence(sensor) => {
                    let pieces = signal
                        .intervals
                        .iter()
                        .map(|interval| {
                            let class =
                                if interval.state == State::VACANT { "vacant" } else { "present" };
                            piece(interval.from, interval.to, class, interval.state.as_str())
                        })
                        .collect::<Vec<_>>();
                    (sensor.as_str(), language.say("sensor", "센서"), pieces)
                }
                Signal::Device(device) => {
                    let used = signal.intervals.iter().filter(|held| held.state != State::OFF);
                    let pieces = used
                        .flat_map(|interval| {
                            strip::split(interval, stretches).into_iter().map(|(part, wasteful)| {
                                let state = interval.state.as_str();
                                let (class, text) = if wasteful {
                                    let wasted = language.say("wasted", "낭비");
                                    ("wasted", format!("{state} · {wasted}"))
                                } else {
                                    ("used", state.to_owned())
                                };
                                piece(part.start, part.end, class, &text)
                            })
                        })
                        .collect();
                    (device.id.as_str(), device.kind.as_str(), pieces)
                }
            };
            strips.push(Strip {
                name: name.to_owned(),
                kind: kind.to_owned(),
                drawn: strip::draw(&format!("{name} ({kind})"), window, &pieces, &ticks),
            });
        }
        strips
    }

    fn devices_table(&self, notation: &Notation<'_>, closed: &ClosedReport) -> Table {
        let language = self.language;
        let report = &closed.report;
        let figures = Figures::of(notation, &report.totals(), DECIMALS);
        let say = |english, korean| language.say(english, korean);
        let mut columns = vec![
            Column::text(say("Device", "기기")),
            Column::text(say("Kind", "종류")),
            Column::text(say("State", "상태")),
            Column::figure(say("Rated, W", "정격, W")),
            Column::figure(say("Switched on", "켜진 횟수")),
            Column::figure(say("Assumed, h", "추정, 시간")),
        ];
        columns.extend(figures.columns());
        let mut rows = Vec::new();
        for device in &report.devices {
            let head = Link::plain(device.device.id.as_str());
            let kind = Cell::Text(device.device.kind.as_str().to_owned());
            let states: Vec<Option<&Usage>> = match device.usage.as_slice() {
                [] => vec![None],
                usage => usage.iter().map(Some).collect(),
            };
            for (at, usage) in states.into_iter().enumerate() {
                // What belongs to the device and not to a state stands in its first row.
                let quality = if at == 0 { device.quality } else { Quality::default() };
                let part = DeviceReport {
                    usage: usage.cloned().into_iter().collect(),
                    quality,
                    ..device.clone()
                };
                let totals = Totals::over([&part], report.tariff);
                let state = usage.map_or("\u{2013}", |usage| usage.state.as_str());
                let rating = usage.and_then(|usage| usage.rating);
                let mut cells = vec![
                    kind.clone(),
                    Cell::Text(state.to_owned()),
                    rating.map_or(Cell::Absent, |rating| Cell::Figure(rating.to_string())),
                    if at == 0 {
                        Cell::Datum(Notation::number(device.activations))
                    } else {
                        Cell::Text(String::new())
                    },
                    Cell::Datum(Notation::hours(totals.assumed, 2)),
                ];
                cells.extend(figures.cells(&totals));
                rows.push(Row { head: head.clone(), cells });
            }
        }
        let totals = report.totals();
        let mut cells = vec![Cell::Text(String::new()), Cell::Text(String::new()), Cell::Absent];
        let activations = report.devices.iter().map(|device| device.activations).sum();
        cells.push(Cell::Datum(Notation::number(activations)));
        cells.push(Cell::Datum(Notation::hours(totals.assumed, 2)));
        cells.extend(figures.cells(&totals));
        Table {
            caption: say("The day’s report, by device and state", "기기·상태별 보고").to_owned(),
            columns,
            rows,
            sum: Some(Row { head: Link::plain(say("Total", "합계")), cells }),
        }
    }

    fn intervals_table(&self, notation: &Notation<'_>, stretches: &[Stretch]) -> Table {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let rows = self
            .signals
            .iter()
            .flat_map(|signal| signal.intervals.iter().map(move |interval| (signal, interval)))
            .map(|(signal, interval)| {
                let device = matches!(signal.signal, Signal::Device(_));
                let used = device && interval.state != State::OFF;
                let wasted = strip::split(interval, stretches)
                    .into_iter()
                    .filter(|(_, wasteful)| *wasteful)
                    .map(|(window, _)| window.length())
                    .sum();
                Row {
                    head: Link::plain(signal_name(language, &signal.signal)),
                    cells: vec![
                        Cell::Text(interval.state.as_str().to_owned()),
                        Cell::Figure(notation.time(interval.from)),
                        Cell::Figure(self.end(notation, interval.to)),
                        Cell::Datum(Notation::exact_duration(interval.to - interval.from)),
                        if used {
                            Cell::Datum(Notation::exact_duration(wasted))
                        } else {
                            Cell::Absent
                        },
                    ],
                }
            })
            .collect();
        Table {
            caption: say("Intervals", "구간").to_owned(),
            columns: vec![
                Column::text(say("Signal", "신호")),
                Column::text(say("State", "상태")),
                Column::figure(say("From", "시작")),
                Column::figure(say("To", "끝")),
                Column::figure(say("Lasted, h:min:s", "길이, 시:분:초")),
                Column::figure(say("Wasted, h:min:s", "낭비, 시:분:초")),
            ],
            rows,
            sum: None,
        }
    }

    /// An interval's end; the day's own end is written as 24:00:00.
    fn end(&self, notation: &Notation<'_>, at: roomwatt_domain::Instant) -> String {
        if at == self.day.window.end { "24:00:00".to_owned() } else { notation.time(at) }
    }

    fn transitions_table(&self, notation: &Notation<'_>) -> Table {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let mut reported: Vec<_> = self
            .signals
            .iter()
            .flat_map(|signal| signal.transitions.iter().map(move |reported| (reported, signal)))
            .collect();
        reported.sort_by_key(|(transition, _)| transition.at);
        let rows = reported
            .into_iter()
            .map(|(transition, signal)| Row {
                head: Link::plain(notation.time(transition.at)),
                cells: vec![
                    Cell::Text(format!("UTC{}", notation.offset(transition.at))),
                    Cell::Text(signal_name(language, &signal.signal)),
                    Cell::Text(transition.state.as_str().to_owned()),
                ],
            })
            .collect();
        Table {
            caption: say("Transitions, as reported", "보고된 전환").to_owned(),
            columns: vec![
                Column::text(say("Time", "시각")),
                Column::text(say("Offset", "시차")),
                Column::text(say("Signal", "신호")),
                Column::text(say("State", "상태")),
            ],
            rows,
            sum: None,
        }
    }
}

/// Lengthens the last piece where the next one says the same.
fn join(
    pieces: &mut Vec<Piece>,
    next: Piece,
    again: impl Fn(roomwatt_domain::Instant, roomwatt_domain::Instant, &'static str, &str) -> Piece,
) {
    match pieces.last_mut() {
        Some(last) if last.class == next.class => {
            *last = again(last.from, next.to, last.class, &next.text);
        }
        _ => pieces.push(next),
    }
}

fn signal_name(language: Language, signal: &Signal) -> String {
    match signal {
        Signal::Stay => language.say("stay", "투숙").to_owned(),
        Signal::Presence(sensor) => format!("{sensor} ({})", language.say("sensor", "센서")),
        Signal::Device(device) => format!("{} ({})", device.id, device.kind),
    }
}

/// What late events changed, in words.
fn revisions(notation: &Notation<'_>, closed: &ClosedReport) -> Vec<String> {
    let language = notation.language;
    let figures = |figures: &RevisedFigures| {
        let energy = Notation::kwh(figures.energy, DECIMALS).text;
        let (usage, waste) = (notation.duration(figures.usage), notation.duration(figures.waste));
        match language {
            Language::English => {
                format!("{energy} kWh, {} of use, {} wasted", usage.text, waste.text)
            }
            Language::Korean => {
                format!("{energy} kWh, 사용 {}, 낭비 {}", usage.text, waste.text)
            }
        }
    };
    closed
        .revisions
        .iter()
        .map(|revision| {
            let (at, number) = (notation.moment(revision.at), revision.revision);
            let (before, after) = (figures(&revision.before), figures(&revision.after));
            match language {
                Language::English => {
                    format!("Revision {number}, {at}: from {before} to {after}.")
                }
                Language::Korean => format!("정정 {number}, {at}: {before} → {after}."),
            }
        })
        .collect()
}

/// A signal's strip with its name beside it.
#[derive(Debug)]
struct Strip {
    name: String,
    kind: String,
    drawn: String,
}

#[derive(Template)]
#[template(path = "day.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    lede: Option<String>,
    cards: Vec<Card>,
    strips: Vec<Strip>,
    scale: String,
    devices: Option<Table>,
    intervals: Table,
    transitions: Table,
    trust: Vec<Fact>,
    occupancy: Option<Table>,
    revisions: Vec<String>,
    forgotten: bool,
}

impl View {
    fn say<'a>(&self, english: &'a str, korean: &'a str) -> &'a str {
        self.frame.language.say(english, korean)
    }
}
