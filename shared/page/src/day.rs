//! A day of a room: its history, and the report that follows from it.

use askama::Template;
use roomwatt_domain::closed::Figures as RevisedFigures;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    BusinessDate, BusinessDay, ClosedReport, DeviceReport, Energy, IncrementKind, Instant,
    Interval, Millis, Milliwatts, Presence, Pricing, Profile, ReportSums, RoomId, RoomStates,
    Signal, SignalHistory, State, Stay, Totals,
};
use roomwatt_presentation::range::{Range, moved};

use crate::PageError;
use crate::basis::{Term, terms};
use crate::cards::{Card, CardValue, Detail, cards, lede};
use crate::figures::Data;
use crate::language::Language;
use crate::links::{Links, Place};
use crate::notation::Notation;
use crate::parts::{
    Cell, Column, Figures, Frame, Link, Row, Table, hotel_name, in_languages, meters_table,
    occupancy_table, to_hotels,
};
use crate::room::room_name;
use crate::strip::{self, Judge, Judgement, Piece, Stretch};
use crate::tally::{Judged, Metered};
use crate::trust::{Fact, Kinds, graded, trust};
use crate::words;

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
    /// Whether the reader has a session, and may end it.
    pub signed_in: bool,
    /// The profile that the day was closed with.
    pub judged_by: &'a Profile,
    /// The last day that the hotel has closed.
    pub closed_through: Option<BusinessDate>,
    /// When the page is made.
    pub made_at: Option<Instant>,
}

impl DayPage<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(&self) -> Result<String, PageError> {
        let notation = Notation::new(self.profile, self.language);
        let tally = self.report.map(ReportSums::of);
        let totals = tally.map(|tally| tally.totals);
        let mut kinds = Kinds::default();
        self.report.into_iter().for_each(|closed| kinds.add(closed));
        let stretches =
            strip::stretches(self.profile, self.room, self.day.window, self.opening, self.signals);
        let view = View {
            frame: self.frame(&notation, &stretches),
            lede: totals.and_then(|totals| lede(&notation, &totals)),
            cards: tally.map_or_else(Vec::new, |tally| cards(&notation, &tally, None, None)),
            strips: self.strips(&notation, &stretches),
            scale: strip::scale(self.day.window, &strip::ticks(&notation, self.day.window)),
            devices: self.report.map(|closed| self.devices_table(&notation, closed, true)),
            all_devices: self.report.map(|closed| self.devices_table(&notation, closed, false)),
            intervals: self.intervals_table(&notation, &stretches),
            transitions: self.transitions_table(&notation),
            meters: self.meters(&notation),
            readings: self.readings_table(&notation),
            increments: self.increments_table(&notation),
            grade: tally
                .map_or_else(String::new, |tally| graded(&notation, &Data::of(&tally, 1, 1))),
            trust: tally.map_or_else(Vec::new, |tally| trust(&notation, &tally, &kinds, None)),
            terms: tally.map(|tally| {
                let day = Range::day(self.day.date);
                let when = (self.closed_through, self.made_at);
                terms(&notation, self.judged_by, day, &tally, when)
            }),
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
        frame.sign_out = self.signed_in.then(|| links.sign_out());
        frame.title = format!("{room} · {} · {hotel}", notation.date(date));
        frame.heading = notation.date(date);
        frame.path = vec![
            to_hotels(links),
            Link::to(hotel, Some(links.hotel(month))),
            Link::to(room.clone(), Some(links.room(self.room, month))),
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
                Language::English if closed.revision == 1 => format!("closed {at}"),
                Language::English => format!("revised {at}"),
                Language::Korean if closed.revision == 1 => format!("최초 마감 {at}"),
                Language::Korean => format!("정정 {at}"),
            });
        }
        frame.languages = in_languages(|language| Links { language, ..links }.day(self.room, date));
        let neighbour = |days| {
            let date = moved(date, days)?;
            self.profile.calendar.day(date)?;
            Some(Link::to(notation.date(date), Some(links.day(self.room, date))))
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
                        "이 날 이 객실의 데이터가 없습니다.",
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
                        "The time line marks waste by today’s settings; the report’s figures keep those that the day was closed with.",
                        "타임라인의 낭비 표시는 현재의 설정을 따르며, 보고 수치는 마감 당시의 설정을 따릅니다.",
                    )
                    .to_owned(),
            ),
            Some(_) => {}
        }
        notes
    }

    /// Whether the time line's waste is that of the report.
    fn agrees(&self, closed: &ClosedReport, stretches: &[Stretch]) -> bool {
        let (mut confirmed, mut assumed) = (0, 0);
        for signal in self.signals {
            let Some(judge) = self.judge(signal, stretches) else { continue };
            for interval in signal.intervals.iter().filter(|held| held.state != State::OFF) {
                confirmed += lasting(&judge, interval, Judgement::Wasted);
                assumed += lasting(&judge, interval, Judgement::Assumed);
            }
        }
        let totals = closed.report.totals();
        (confirmed, assumed) == (totals.confirmed_waste(), totals.assumed_waste)
    }

    /// What the uses of a device are judged by; `None` for what is no device with states.
    fn judge<'a>(
        &'a self,
        history: &'a SignalHistory,
        stretches: &'a [Stretch],
    ) -> Option<Judge<'a>> {
        let Signal::Device(device) = &history.signal else { return None };
        let report = self.report.and_then(|closed| closed.report.device(device));
        let room = (self.profile, self.room);
        let judge = || Judge::of(room, device, (self.opening, history), report, stretches);
        (!device.is_meter()).then(judge)
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
            of_room(language.say("Presence", "재실 여부"), presences),
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
                            piece(
                                interval.from,
                                interval.to,
                                class,
                                words::state(language, &interval.state),
                            )
                        })
                        .collect::<Vec<_>>();
                    (sensor.as_str(), language.say("sensor", "센서"), pieces)
                }
                // What was only read has no states to draw.
                Signal::Device(_) if signal.intervals.is_empty() => continue,
                Signal::Device(device) => {
                    let Some(judge) = self.judge(signal, stretches) else { continue };
                    let used = signal.intervals.iter().filter(|held| held.state != State::OFF);
                    let pieces = used
                        .flat_map(|interval| {
                            judge.pieces(interval).into_iter().map(|(part, judgement)| {
                                let (class, text) = judged(
                                    language,
                                    judgement,
                                    words::state(language, &interval.state),
                                );
                                piece(part.start, part.end, class, &text)
                            })
                        })
                        .collect();
                    (device.id.as_str(), words::kind(language, &device.kind), pieces)
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

    /// Every device and state, with as few columns as fit beside the text, or with all.
    fn devices_table(&self, notation: &Notation<'_>, closed: &ClosedReport, few: bool) -> Table {
        let language = self.language;
        let report = &closed.report;
        let sums = Judged::over(&report.devices, report.pricing);
        let figures = Figures::of(notation, &sums.totals, DECIMALS);
        let figures = if few { figures.few() } else { figures };
        let say = |english, korean| language.say(english, korean);
        let mut columns = vec![Column::text(say("Device", "기기"))];
        if !few {
            columns.push(Column::text(say("Kind", "종류")));
        }
        columns.push(Column::text(say("State", "상태")));
        if !few {
            columns.extend([
                Column::figure(say("Rated, W", "정격, W")),
                Column::figure(say("Switched on", "켜진 횟수")),
                Column::figure(say("Assumed, h", "추정, 시간")),
            ]);
        }
        columns.extend(figures.columns());
        let mut rows = Vec::new();
        for device in &report.devices {
            for (at, part) in parts(language, device, report.pricing).into_iter().enumerate() {
                if few {
                    let mut cells = vec![Cell::Text(part.state)];
                    cells.extend(figures.cells(&part.sums));
                    let head = Link::plain(words::device(language, &device.device));
                    rows.push(Row { head, cells });
                    continue;
                }
                let mut cells = vec![
                    Cell::Text(words::kind(language, &device.device.kind).to_owned()),
                    Cell::Text(part.state),
                    part.rating.map_or(Cell::Absent, |rating| Cell::Figure(rating.to_string())),
                    if at == 0 {
                        Cell::Datum(Notation::number(device.activations))
                    } else {
                        Cell::Text(String::new())
                    },
                    Cell::Datum(Notation::hours(part.sums.totals.assumed, 2)),
                ];
                cells.extend(figures.cells(&part.sums));
                rows.push(Row { head: Link::plain(device.device.id.as_str()), cells });
            }
        }
        let mut cells = vec![Cell::Text(String::new())];
        if !few {
            let activations = report.devices.iter().map(|device| device.activations).sum();
            cells.extend([
                Cell::Text(String::new()),
                Cell::Absent,
                Cell::Datum(Notation::number(activations)),
                Cell::Datum(Notation::hours(sums.totals.assumed, 2)),
            ]);
        }
        cells.extend(figures.cells(&sums));
        let caption = if few {
            say("By device and state", "기기·상태별")
        } else {
            say("The day’s report, by device and state", "기기·상태별 보고")
        };
        Table {
            caption: caption.to_owned(),
            columns,
            rows,
            sum: Some(Row { head: Link::plain(say("Total", "합계")), cells }),
        }
    }

    /// What the room's meters measured; `None` where it has none.
    fn meters(&self, notation: &Notation<'_>) -> Option<Table> {
        let meters = self.report.map_or(&[][..], |closed| &closed.report.meters);
        let columns = vec![Column::text(self.language.say("Meter", "계량기"))];
        let rows =
            meters.iter().map(|meter| (Link::plain(meter.id.as_str()), vec![], Metered::of(meter)));
        (!meters.is_empty()).then(|| meters_table(notation, columns, rows, DECIMALS))
    }

    /// What was read of devices and meters; `None` where nothing was.
    fn readings_table(&self, notation: &Notation<'_>) -> Option<Table> {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let mut readings: Vec<_> = self
            .signals
            .iter()
            .flat_map(|signal| signal.readings.iter().map(move |reading| (reading, signal)))
            .collect();
        readings.sort_by_key(|(reading, _)| reading.at);
        let rows = readings.iter().map(|(reading, signal)| Row {
            head: Link::plain(notation.time(reading.at)),
            cells: vec![
                Cell::Text(signal_name(language, &signal.signal)),
                reading.counter.map_or(Cell::Absent, |it| Cell::Figure(it.to_string())),
                reading.power.map_or(Cell::Absent, |it| Cell::Figure(it.watts().to_string())),
            ],
        });
        (!readings.is_empty()).then(|| Table {
            caption: say("Readings, as reported", "보고된 측정값").to_owned(),
            columns: vec![
                Column::text(say("Time", "시각")),
                Column::text(say("Signal", "신호")),
                Column::figure(say("Counter, Wh", "적산, Wh")),
                Column::figure(say("Power, W", "전력, W")),
            ],
            rows: rows.collect(),
            sum: None,
        })
    }

    /// What counters went on by; `None` where none did.
    fn increments_table(&self, notation: &Notation<'_>) -> Option<Table> {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let wh = |energy: Energy| Cell::Figure(energy.watt_hours().to_string());
        let increments =
            self.signals.iter().flat_map(|of| of.increments.iter().map(move |it| (of, it)));
        let rows: Vec<_> = increments
            .map(|(signal, increment)| Row {
                head: Link::plain(signal_name(language, &signal.signal)),
                cells: vec![
                    // The reading before may be one of an earlier day.
                    Cell::Figure(if increment.from < self.day.window.start {
                        notation.moment(increment.from)
                    } else {
                        notation.time(increment.from)
                    }),
                    Cell::Figure(notation.time(increment.to)),
                    Cell::Text(increment_name(language, increment.kind).to_owned()),
                    wh(increment.energy),
                    wh(increment.debt),
                    wh(increment.booked),
                ],
            })
            .collect();
        (!rows.is_empty()).then(|| Table {
            caption: say("What counters went on by", "적산값의 증가").to_owned(),
            columns: vec![
                Column::text(say("Signal", "신호")),
                Column::figure(say("From", "시작")),
                Column::figure(say("To", "끝")),
                Column::text(say("What", "종류")),
                Column::figure(say("Went on by, Wh", "증가, Wh")),
                Column::figure(say("Booked before, Wh", "이미 반영, Wh")),
                Column::figure(say("Booked with it, Wh", "이번에 반영, Wh")),
            ],
            rows,
            sum: None,
        })
    }

    fn intervals_table(&self, notation: &Notation<'_>, stretches: &[Stretch]) -> Table {
        let language = self.language;
        let say = |english, korean| language.say(english, korean);
        let rows = self
            .signals
            .iter()
            .map(|signal| (signal, self.judge(signal, stretches)))
            .flat_map(|(signal, judge)| {
                signal.intervals.iter().map(move |interval| {
                    let judge = judge.as_ref().filter(|_| interval.state != State::OFF);
                    let wasted = |judgement| match judge {
                        Some(judge) => {
                            let time = lasting(judge, interval, judgement);
                            Cell::Datum(Notation::exact_duration(time))
                        }
                        None => Cell::Absent,
                    };
                    Row {
                        head: Link::plain(signal_name(language, &signal.signal)),
                        cells: vec![
                            Cell::Text(words::state(language, &interval.state).to_owned()),
                            Cell::Figure(notation.time(interval.from)),
                            Cell::Figure(self.end(notation, interval.to)),
                            Cell::Datum(Notation::exact_duration(interval.to - interval.from)),
                            wasted(Judgement::Wasted),
                            wasted(Judgement::Assumed),
                        ],
                    }
                })
            })
            .collect();
        Table {
            caption: say("Intervals", "구간").to_owned(),
            columns: vec![
                Column::text(say("Signal", "신호")),
                Column::text(say("State", "상태")),
                Column::figure(say("From", "시작")),
                Column::figure(say("To", "끝")),
                Column::figure(say("Lasted, h:min:s", "지속 시간, 시:분:초")),
                Column::figure(say("Wasted, h:min:s", "낭비, 시:분:초")),
                Column::figure(say("Assumed waste, h:min:s", "추정 낭비, 시:분:초")),
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
                    Cell::Text(words::state(language, &transition.state).to_owned()),
                ],
            })
            .collect();
        Table {
            caption: say("Transitions, as reported", "수신된 상태 변경").to_owned(),
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
        Signal::Device(device) => {
            format!("{} ({})", device.id, words::kind(language, &device.kind))
        }
    }
}

/// How long a use was judged in one way.
fn lasting(judge: &Judge<'_>, interval: &Interval, judgement: Judgement) -> Millis {
    let pieces = judge.pieces(interval).into_iter();
    pieces.filter(|(_, as_judged)| *as_judged == judgement).map(|(part, _)| part.length()).sum()
}

/// How a piece of use is drawn and named.
fn judged(language: Language, judgement: Judgement, state: &str) -> (&'static str, String) {
    match judgement {
        Judgement::Used => ("used", state.to_owned()),
        Judgement::Wasted => ("wasted", format!("{state} · {}", language.say("wasted", "낭비"))),
        Judgement::Assumed => {
            ("assumed", format!("{state} · {}", language.say("assumed waste", "추정 낭비")))
        }
    }
}

fn increment_name(language: Language, kind: IncrementKind) -> &'static str {
    match kind {
        IncrementKind::Increment => language.say("increment", "증가"),
        IncrementKind::Reset => language.say("began again", "초기화"),
        IncrementKind::RollBack => language.say("fell back: not believed", "감소: 반영 안 함"),
        IncrementKind::Jump => language.say("jumped: not believed", "급증: 반영 안 함"),
        IncrementKind::Gap => {
            language.say("after more than 6 hours: unplaced", "6시간 초과: 시각 미상")
        }
    }
}

/// A row of a device in the day's report.
struct Part {
    state: String,
    rating: Option<Milliwatts>,
    sums: Judged,
}

/// A device's uses, then its energy that is no use; one row of nothing where there is neither. What
/// belongs to the device and not to a state stands in the first row.
fn parts(language: Language, device: &DeviceReport, pricing: Pricing) -> Vec<Part> {
    let no_use = |state: &str, totals: Totals| Part {
        state: state.to_owned(),
        rating: None,
        sums: totals.into(),
    };
    let mut parts: Vec<_> = device
        .usage
        .iter()
        .map(|usage| Part {
            state: words::state(language, &usage.state).to_owned(),
            rating: usage.rating,
            sums: Judged::of_use(usage, pricing),
        })
        .collect();
    if let Some(measured) = &device.measured {
        if measured.standby != Energy::default() {
            let standby = language.say("standby, measured", "대기전력 (계량)");
            parts.push(no_use(standby, Totals::of_standby(measured, pricing)));
        }
        if measured.unplaced != Energy::default() {
            let unplaced = language.say("unplaced", "시각 미상");
            parts.push(no_use(unplaced, Totals::of_unplaced(measured, pricing)));
        }
    }
    if parts.is_empty() {
        parts.push(no_use("\u{2013}", Totals::over([device], pricing)));
    }
    if let Some(first) = parts.first_mut() {
        first.sums.totals.quality = device.quality;
    }
    parts
}

/// What late events changed, in words.
fn revisions(notation: &Notation<'_>, closed: &ClosedReport) -> Vec<String> {
    let language = notation.language;
    let of_waste = |figures: &RevisedFigures| notation.duration(figures.waste).text;
    let of_use = |figures: &RevisedFigures| notation.duration(figures.usage).text;
    let of_energy =
        |figures: &RevisedFigures| format!("{} kWh", Notation::kwh(figures.energy, DECIMALS).text);
    let told = |(english, korean): (&str, &str), before: String, after: String| match language {
        Language::English => format!("{english} revised from {before} to {after}"),
        Language::Korean => format!("{korean} {before} → {after}"),
    };
    closed
        .revisions
        .iter()
        .map(|revision| {
            let at = notation.moment(revision.at);
            let (before, after) = (&revision.before, &revision.after);
            // What changed, most telling first.
            let changes = [
                (before.waste != after.waste)
                    .then(|| told(("waste", "낭비"), of_waste(before), of_waste(after))),
                (before.usage != after.usage)
                    .then(|| told(("use", "사용"), of_use(before), of_use(after))),
                (before.energy != after.energy)
                    .then(|| told(("energy", "에너지"), of_energy(before), of_energy(after))),
            ];
            let changes = changes.into_iter().flatten().collect::<Vec<_>>().join(", ");
            match (language, changes.is_empty()) {
                (Language::English, false) => {
                    format!("{} on {at}, after late events.", sentence(&changes))
                }
                (Language::English, true) => {
                    format!("Revised on {at}, after late events: no sum of the day changed.")
                }
                (Language::Korean, false) => {
                    format!("{at} 정정 (늦게 도착한 이벤트): {changes}.")
                }
                (Language::Korean, true) => {
                    format!("{at} 정정 (늦게 도착한 이벤트): 하루 합계는 그대로입니다.")
                }
            }
        })
        .collect()
}

/// With a capital at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
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
    all_devices: Option<Table>,
    intervals: Table,
    transitions: Table,
    meters: Option<Table>,
    readings: Option<Table>,
    increments: Option<Table>,
    trust: Vec<Fact>,
    grade: String,
    terms: Option<Vec<Term>>,
    occupancy: Option<Table>,
    revisions: Vec<String>,
    forgotten: bool,
}
