//! A hotel over a range of days: where its energy goes, and where it is wasted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, Energy, Instant, Month, NightSums,
    Nights, Profile, ReportSums, RoomId, Totals,
};
use roomwatt_presentation::{Baseline, Period, Range};

use crate::PageError;
use crate::actions::{Actions, Found};
use crate::basis::{Term, terms};
use crate::cards::{Card, CardValue, Detail, cards};
use crate::chart::{self, Bar, Chart, Parts};
use crate::choice::Chosen;
use crate::columns::{self, Columns, Step};
use crate::course::{Course, Drawn, Lead, Mark, PeriodBefore, column_names};
use crate::figures::{Data, Exposure, meets};
use crate::gaps::Gaps;
use crate::heat::{Heat, HeatCell, HeatRoom};
use crate::language::Language;
use crate::links::{Links, Place};
use crate::notation::{Notation, decimal, percent};
use crate::parts::{
    Cell, Column, Figures, Frame, Link, Row, Table, gap_notes, hotel_name, meters_table,
    occupancy_table, to_hotels,
};
use crate::sort::Sort;
use crate::tally::{Judged, Measure, Metered};
use crate::telling::{self, Amounts, Heard, verdict};
use crate::trust::{Fact, Kinds, graded, trust};
use crate::{why, words};

/// How many rooms and device kinds are ranked.
const RANKED: usize = 10;
/// How many rooms are named for a doubt.
const DOUBTFUL_ROOMS: usize = 5;
/// Decimals of kilowatt-hours and kilograms in this page's tables.
const DECIMALS: u32 = 2;

/// The page of a hotel, gathered from its reports in any order.
///
/// Memory goes with the number of rooms times that of columns (days up to 62, else months), and with
/// the number of days, device kinds and meters, never with that of reports.
///
/// Up to 62 days everything comes of the reports. A longer range has no devices, so that its rooms may
/// come by the month, and its days apart ([`HotelPage::is_long`]).
#[derive(Debug, Clone)]
pub struct HotelPage<'a> {
    profile: &'a Profile,
    chosen: Chosen,
    closed_through: Option<BusinessDate>,
    language: Language,
    columns: Columns,
    /// The heat map's.
    room_columns: Columns,
    sum: ReportSums,
    by_column: Vec<ReportSums>,
    by_room: BTreeMap<RoomId, RoomSums>,
    by_kind: BTreeMap<DeviceKind, Judged>,
    by_device: BTreeMap<RoomId, BTreeMap<Device, Totals>>,
    by_meter: BTreeMap<(RoomId, DeviceId), Metered>,
    kinds: Kinds,
    dates: BTreeSet<BusinessDate>,
    before: PeriodBefore,
    lead: Vec<Lead>,
    hours: Vec<Totals>,
    found: Option<Found>,
    came: Option<Came>,
    signed_in: bool,
    made: Option<Instant>,
}

/// What came for a hotel of which there is nothing to show.
#[derive(Debug, Clone, Default)]
pub struct Came {
    /// When events last came that were applied.
    pub applied_at: Option<Instant>,
    /// When events were last refused, and how many for each reason, by its name.
    pub refused: Option<(Instant, BTreeMap<String, u64>)>,
}

/// A row of a ranking in the making.
struct Ranked {
    head: Link,
    totals: Totals,
    /// What decides its place, and its waste per empty hour; `None` for what is not ranked.
    rank: Option<(i128, i128)>,
}

/// One room's sums.
#[derive(Debug, Clone)]
struct RoomSums {
    all: ReportSums,
    cells: Box<[HeatCell]>,
}

impl<'a> HotelPage<'a> {
    /// A page without any report yet. `baseline` is the period to compare with; `closed_through`
    /// the last day that the hotel has closed.
    pub fn new(
        profile: &'a Profile,
        range: Range,
        baseline: Range,
        closed_through: Option<BusinessDate>,
        language: Language,
    ) -> Self {
        let columns = Columns::of(range);
        Self {
            profile,
            chosen: Chosen {
                range,
                baseline: Baseline::default(),
                period: None,
                sort: Sort::default(),
            },
            closed_through,
            language,
            sum: ReportSums::default(),
            by_column: vec![ReportSums::default(); columns.len()],
            columns,
            room_columns: Columns::of_rooms(range),
            by_room: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            by_device: BTreeMap::new(),
            by_meter: BTreeMap::new(),
            kinds: Kinds::default(),
            dates: BTreeSet::new(),
            before: PeriodBefore::new(baseline),
            lead: Vec::new(),
            hours: Vec::new(),
            found: None,
            came: None,
            signed_in: false,
            made: None,
        }
    }

    /// Sets the order of rooms, devices and kinds.
    pub fn sort_by(&mut self, sort: Sort) {
        self.chosen.sort = sort;
    }

    /// Says by which period the range was asked for, so that links go on to mean it.
    pub fn of_period(&mut self, period: Period) {
        self.chosen.period = Some(period);
    }

    /// Says what the period to compare with is called, so that links go on to mean it.
    pub fn compared_with(&mut self, baseline: Baseline) {
        self.chosen.baseline = baseline;
    }

    /// Says that no day was ever closed, whatever day the hotel was opened with.
    pub fn never_closed(&mut self) {
        self.closed_through = None;
    }

    /// Sets whether the reader has a session, and may end it.
    pub fn signed_in(&mut self, signed_in: bool) {
        self.signed_in = signed_in;
    }

    /// Says when the page was made.
    pub fn made_at(&mut self, at: Instant) {
        self.made = Some(at);
    }

    /// Whether a range is too long for devices: its rooms are taken with [`HotelPage::add_month`] or
    /// [`HotelPage::add`], and its days with [`HotelPage::add_day`].
    pub fn is_long(range: Range) -> bool {
        range.days() > columns::MOST
    }

    /// Adds a closed report. One of another day than the range has is left out.
    pub fn add(&mut self, closed: &ClosedReport) {
        let sums = ReportSums::of(closed);
        self.add_room(&closed.room, closed.date, &sums);
        if Self::is_long(self.range()) {
            return;
        }
        self.add_day(closed.date, &sums);
        let report = &closed.report;
        let of_room = self.by_device.entry(closed.room.clone()).or_default();
        for device in &report.devices {
            let sums = self.by_kind.entry(device.device.kind.clone()).or_default();
            let judged = Judged::over([device], report.pricing);
            *sums += judged;
            *of_room.entry(device.device.clone()).or_default() += judged.totals;
        }
        for meter in &report.meters {
            let of_meter = self.by_meter.entry((closed.room.clone(), meter.id.clone()));
            *of_meter.or_default() += Metered::of(meter);
        }
        self.kinds.add(closed);
    }

    /// Adds the sums of a room's month, all of which lies in a long range.
    pub fn add_month(&mut self, room: &RoomId, month: Month, sums: &ReportSums) {
        self.add_room(room, month.first(), sums);
    }

    fn add_room(&mut self, room: &RoomId, date: BusinessDate, sums: &ReportSums) {
        let Some(column) = self.room_columns.index(date) else { return };
        self.sum += *sums;
        let columns = self.room_columns.len();
        let room = self.by_room.entry(room.clone()).or_insert_with(|| RoomSums {
            all: ReportSums::default(),
            cells: vec![HeatCell::default(); columns].into(),
        });
        room.all += *sums;
        room.cells[column].add(sums);
    }

    /// Adds the sums of the hotel's day in a long range, for the chart.
    pub fn add_day(&mut self, date: BusinessDate, sums: &ReportSums) {
        let Some(column) = self.columns.index(date) else { return };
        self.dates.insert(date);
        self.by_column[column] += *sums;
    }

    /// Adds a hotel-day of the period to compare with: its number of reports, their sum, and their
    /// nights. A day outside of that period is left out.
    pub fn add_baseline(
        &mut self,
        date: BusinessDate,
        rooms: u32,
        totals: &Totals,
        nights: &NightSums,
    ) {
        self.before.add(date, rooms.into(), totals, nights);
    }

    /// Says what is to be done about a day.
    pub fn tell(&mut self, found: Found) {
        self.found = Some(found);
    }

    /// Whether there is no report to show.
    pub fn is_empty(&self) -> bool {
        self.sum.reports == 0
    }

    /// Says what came for a hotel without any report to show.
    pub fn nothing_but(&mut self, came: Came) {
        self.came = Some(came);
    }

    /// Sets what a range of one day is held against: the days before it, by date. Those of the same
    /// weekday say what is usual, and the last of them stand in the chart.
    pub fn lead_in(&mut self, days: Vec<Lead>) {
        self.lead = days;
    }

    /// Sets what a range of one day used and wasted hour by hour, from the day's start on.
    pub fn hours(&mut self, hours: Vec<Totals>) {
        self.hours = hours;
    }

    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(self) -> Result<String, PageError> {
        let notation = Notation::new(self.profile, self.language);
        let course = self.course(&notation);
        let shown = (self.by_room.len(), &self.sum.totals);
        let actions = |found| Actions::of(&notation, self.links(), found, shown);
        let view = View {
            frame: self.frame(&notation),
            lede: self.verdict(&notation, &course),
            actions: self.found.as_ref().map(actions),
            terms: self.terms(&notation),
            grade: graded(&notation, &self.data()),
            about_order: self.about_order(),
            basis: self.before.note(&notation, self.sum.reports),
            cards: self.cards(&notation),
            hardly_heard: self.data().is_hardly_heard(),
            by_hour: self.by_hour(&notation),
            course: course.drawn(|range| self.links().hotel(range)),
            measure: self.measure(),
            days: self.days_table(&course, false),
            annex: self.days_table(&course, true),
            heat: self.heat(&notation),
            rooms: self.rooms_table(&notation),
            worst_rooms: self.worst_rooms(&notation),
            worst_devices: self.worst_devices(&notation),
            worst_kinds: self.worst_kinds(&notation),
            orders: self.orders(),
            why: why::table(&notation, &self.sum, DECIMALS),
            kinds: self.kinds_table(&notation),
            meters: self.meters(&notation),
            trust: self.trust(&notation),
            occupancy: occupancy_table(&notation, &self.sum.occupancy),
            long: Self::is_long(self.range()),
            empty: self.is_empty(),
        };
        Ok(view.render()?)
    }

    fn measure(&self) -> Measure {
        Measure::of(&self.sum.totals)
    }

    fn range(&self) -> Range {
        self.chosen.range
    }

    fn links(&self) -> Links {
        Links { place: Place::Hotel, language: self.language }
    }

    fn course<'b>(&'b self, notation: &'b Notation<'b>) -> Course<'b> {
        Course {
            notation,
            profile: self.profile,
            range: self.range(),
            columns: &self.columns,
            sums: &self.by_column,
            sum: &self.sum,
            lead: &self.lead,
            before: &self.before,
        }
    }

    fn frame(&self, notation: &Notation<'_>) -> Frame {
        let language = self.language;
        let name = hotel_name(self.profile);
        let links = self.links();
        let mut frame = Frame::new(language);
        frame.sign_out = self.signed_in.then(|| links.sign_out());
        frame.title = format!("{name} · {}", notation.range(self.range()));
        frame.path = vec![to_hotels(links)];
        frame.heading = name;
        frame.period = notation.range(self.range());
        let days = self.dates.len();
        let expected =
            self.range().dates().filter(|date| self.profile.calendar.day(*date).is_some());
        let expected = expected.count();
        let rooms = self.by_room.len();
        frame.facts = match language {
            Language::English => vec![
                format!("{} with reports", of_days(language, days, expected),),
                format!("{rooms} {}", language.count(rooms as u64, "room", "rooms", "")),
                format!(
                    "{} {}",
                    Notation::number(self.sum.reports).text,
                    language.count(self.sum.reports, "room-day", "room-days", "")
                ),
            ],
            Language::Korean => vec![
                format!("데이터 있는 날 {}", of_days(language, days, expected)),
                format!("객실 {rooms}개"),
                format!("연 객실일수 {}", Notation::number(self.sum.reports).text),
            ],
        };
        frame.facts.extend(nights_fact(language, self.sum.nights.nights));
        frame.facts.push(self.profile.calendar.time_zone().to_owned());
        let csv = links.csv(self.range(), None);
        self.chosen.lead_on(&mut frame, notation, links, self.closed_through, csv);
        frame.notes = gap_notes(
            notation,
            &Gaps::of(self.range(), &self.profile.calendar, self.closed_through, &self.dates),
            self.closed_through,
            self.sum.reports == 0,
        );
        if let Some(came) = self.came.as_ref().filter(|_| self.is_empty()) {
            frame.notes.extend(telling::came(notation, came));
        }
        frame
    }

    fn cards(&self, notation: &Notation<'_>) -> Vec<Card> {
        if self.sum.reports == 0 {
            return Vec::new();
        }
        let before = self.before.against(self.sum.reports);
        cards(notation, &self.sum, before, self.profile.waste_target_percent)
    }

    /// The rooms that were heard, and those that there are.
    fn data(&self) -> Data {
        let heard = self.by_room.values().filter(|sums| sums.all.heard).count() as u64;
        let known = self.by_room.len() as u64;
        Data::of(&self.sum, heard, self.profile.rooms.map_or(known, u64::from).max(known))
    }

    fn verdict(&self, notation: &Notation<'_>, course: &Course<'_>) -> Option<String> {
        let totals = &self.sum.totals;
        if self.sum.reports == 0 {
            return None;
        }
        let amounts = Amounts::of(notation, totals);
        let data = self.data();
        let first = data.is_hardly_heard();
        let usual = course.usual(&amounts).filter(|_| !first);
        let heard = Heard { rooms: data.heard, all: u32::try_from(data.rooms).ok(), first };
        let verdict = verdict(notation, self.range(), totals, usual, Some(heard));
        Some(
            [Some(verdict), self.target(totals)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
        )
    }

    /// Whether the hotel's target is met.
    fn target(&self, totals: &Totals) -> Option<String> {
        let target = self.profile.waste_target_percent?;
        let met = meets(totals, target)?;
        let (wasted, energy) = (totals.confirmed_waste_energy(), totals.energy);
        let share = percent(wasted.exact(), energy.exact())?;
        Some(match (self.language, met) {
            (Language::English, true) => format!("{share} wasted: within the target of {target}%."),
            (Language::English, false) => format!("{share} wasted: above the target of {target}%."),
            (Language::Korean, true) => format!("낭비 비율 {share}: 목표 {target}% 이내입니다."),
            (Language::Korean, false) => format!("낭비 비율 {share}: 목표 {target}%를 넘었습니다."),
        })
    }

    /// What is to be known of the order by rank, in sentences.
    fn about_order(&self) -> Vec<&'static str> {
        if self.sort() != Sort::Rank {
            return Vec::new();
        }
        let mut about = vec![self.language.say(
            "In the order by waste per empty hour each room counts with a day of the hotel’s average \
             besides, so that one bad night does not lead.",
            "빈 시간당 낭비 순서에서는 하룻밤의 큰 낭비가 앞서지 않도록 각 객실에 호텔 평균 하루를 더해 계산합니다.",
        )];
        if self.by_room.values().any(|sums| !Exposure::of(&sums.all).is_ranked()) {
            about.push(self.language.say(
                "A room that was empty for less than a day has no rank, and comes last.",
                "비어 있던 시간이 하루 미만인 객실은 순위가 없으며 뒤에 옵니다.",
            ));
        }
        about
    }

    /// What the figures were reckoned with.
    fn terms(&self, notation: &Notation<'_>) -> Vec<Term> {
        let when = (self.closed_through, self.made);
        terms(notation, self.profile, self.range(), &self.sum, when)
    }

    /// The day hour by hour, where that is known.
    fn by_hour(&self, notation: &Notation<'_>) -> Option<ByHour> {
        let day =
            self.profile.calendar.day(self.range().from).filter(|_| !self.hours.is_empty())?;
        let measure = self.measure();
        let amounts = Amounts::of(notation, &self.sum.totals);
        let figures = Figures::of(notation, &self.sum.totals, DECIMALS).few();
        let begins = std::iter::successors(Some(day.window.start), |at| Some(*at + HOUR));
        let (mut bars, mut rows, mut shown) = (Vec::new(), Vec::new(), Vec::new());
        for (from, totals) in begins.zip(&self.hours) {
            let to = day.window.end.min(from + HOUR);
            let [label, end] = [from, to].map(|at| notation.clock(at));
            let name = format!("{label}\u{2013}{end}");
            bars.push(Bar {
                title: chart::bar_title(notation, &name, measure, Some(totals)),
                figures: Some(Parts::of(measure, totals)),
                label: label.clone(),
                ..Bar::default()
            });
            shown.push(([label, end], amounts.alike(totals).unwrap_or(0)));
            rows.push(Row {
                head: Link::plain(name),
                cells: figures.cells(&Judged::from(*totals)),
            });
        }
        let title = self.language.say("Used and wasted hour by hour", "시간대별 사용과 낭비");
        let mut columns = vec![Column::text(self.language.say("Hour", "시간"))];
        columns.extend(figures.columns());
        let unplaced = self.sum.totals.measured.map(|measured| measured.unplaced);
        let unplaced = unplaced.filter(|energy| *energy != Energy::default());
        Some(ByHour {
            trend: telling::trend_of_hours(&amounts, &shown),
            chart: chart::draw(title, measure, &bars),
            figures: Table { caption: title.to_owned(), columns, rows, sum: None },
            unplaced: unplaced.map(|energy| Notation::energy(energy).text),
        })
    }

    /// The figures of the chart: all of them, or for paper as few as fit there.
    fn days_table(&self, course: &Course<'_>, few: bool) -> Table {
        let notation = course.notation;
        let led: Totals = course.leading().iter().map(|lead| lead.sums.totals).sum();
        let all: Totals = [led, self.sum.totals].into_iter().sum();
        let figures = Figures::of(notation, &all, DECIMALS);
        let figures = if few { figures.few() } else { figures };
        let first = match self.columns.step {
            Step::Day => self.language.say("Day", "날짜"),
            Step::Week => self.language.say("Week", "주"),
            Step::Month => self.language.say("Month", "월"),
        };
        let mut columns = vec![
            Column::text(first),
            Column::figure(self.language.say("Room reports", "객실 데이터")),
        ];
        columns.extend(figures.columns());
        let names = column_names(notation, &self.columns);
        let led = course.leading().iter();
        let led = led.map(|lead| (&lead.sums, Range::day(lead.date), notation.date(lead.date)));
        let rows = self.by_column.iter().zip(&self.columns.ranges).zip(names);
        let rows = rows.map(|((tally, range), (_, name))| (tally, *range, name));
        let rows = led
            .chain(rows)
            .map(|(tally, range, name)| {
                let reported = tally.reports > 0;
                let href = reported.then(|| self.links().hotel(range));
                let mut cells = vec![Cell::Datum(Notation::number(tally.reports))];
                cells.extend(if reported {
                    figures.cells(&Judged::from(tally))
                } else {
                    figures.absent()
                });
                Row { head: Link::to(name, href), cells }
            })
            .collect();
        Table {
            caption: if few {
                self.language.say("Annex: figures of the chart", "부록: 차트 데이터").to_owned()
            } else {
                self.language.say("Used and wasted, in figures", "사용과 낭비 수치").to_owned()
            },
            columns,
            rows,
            // Of one day among others, its own row says it.
            sum: (!course.leads_in()).then(|| self.sum_row(&figures)),
        }
    }

    fn sum_row(&self, figures: &Figures<'_>) -> Row {
        let mut cells = vec![Cell::Datum(Notation::number(self.sum.reports))];
        cells.extend(figures.cells(&Judged::from(&self.sum)));
        Row { head: Link::plain(self.language.say("Total", "합계")), cells }
    }

    fn rooms_table(&self, notation: &Notation<'_>) -> Table {
        let figures = Figures::of(notation, &self.sum.totals, DECIMALS);
        let mut columns = vec![
            Column::text(self.language.say("Room", "객실")),
            Column::figure(self.language.say("Days", "일수")),
        ];
        columns.extend(figures.columns());
        let rows = self
            .by_room
            .iter()
            .map(|(room, sums)| {
                let mut cells = vec![Cell::Datum(Notation::number(sums.all.reports))];
                cells.extend(figures.cells(&Judged::from(&sums.all)));
                Row { head: self.room_link(room), cells }
            })
            .collect();
        Table {
            caption: self.language.say("All rooms", "전체 객실").to_owned(),
            columns,
            rows,
            sum: Some(self.sum_row(&figures)),
        }
    }

    /// To a room's page; of one day, to what happened on it.
    fn room_link(&self, room: &RoomId) -> Link {
        let Range { from, to } = self.range();
        let href = if from == to {
            self.day_href(room, from)
        } else {
            room.fits_a_path().then(|| self.links().room(room, self.range()))
        };
        Link::to(room.as_str(), href)
    }

    /// `None` for a room that no URL carries.
    fn day_href(&self, room: &RoomId, date: BusinessDate) -> Option<String> {
        room.fits_a_path().then(|| self.links().day(room, date))
    }

    fn kinds_table(&self, notation: &Notation<'_>) -> Table {
        let figures = Figures::of(notation, &self.sum.totals, DECIMALS);
        let mut columns = vec![Column::text(self.language.say("Device kind", "기기 종류"))];
        columns.extend(figures.columns());
        let rows = self.by_kind.iter().map(|(kind, sums)| Row {
            head: Link::plain(words::kind(self.language, kind)),
            cells: figures.cells(sums),
        });
        Table {
            caption: self.language.say("All device kinds", "전체 기기 종류").to_owned(),
            columns,
            rows: rows.collect(),
            sum: Some(Row {
                head: Link::plain(self.language.say("Total", "합계")),
                cells: figures.cells(&Judged::from(&self.sum)),
            }),
        }
    }

    /// What meters measured, by room and meter; `None` where there is none.
    fn meters(&self, notation: &Notation<'_>) -> Option<Table> {
        let columns = vec![
            Column::text(self.language.say("Room", "객실")),
            Column::text(self.language.say("Meter", "계량기")),
        ];
        let meters = self.by_meter.iter().map(|((room, meter), metered)| {
            (self.room_link(room), vec![Cell::Text(meter.as_str().to_owned())], *metered)
        });
        (!self.by_meter.is_empty()).then(|| meters_table(notation, columns, meters, DECIMALS))
    }

    fn worst_rooms(&self, notation: &Notation<'_>) -> Table {
        let all = Exposure::of(&self.sum);
        let by_energy = self.measure() == Measure::Energy;
        let rooms = self
            .by_room
            .iter()
            .map(|(room, sums)| {
                let exposure = Exposure::of(&sums.all);
                let is_ranked = by_energy && exposure.is_ranked();
                let rank = is_ranked.then(|| (exposure.rank(all), exposure.rate()));
                Ranked { head: self.room_link(room), totals: sums.all.totals, rank }
            })
            .collect();
        self.ranking(
            notation,
            self.language.say("Rooms that waste most", "낭비가 많은 객실"),
            self.language.say("Room", "객실"),
            rooms,
        )
    }

    fn worst_devices(&self, notation: &Notation<'_>) -> Table {
        let by_room = self.by_device.iter();
        let devices = by_room.flat_map(|(room, devices)| devices.iter().map(move |it| (room, it)));
        let devices = devices.map(|(room, (device, totals))| {
            let Link { href, .. } = self.room_link(room);
            let name = format!("{room}, {}", words::device(self.language, device));
            Ranked { head: Link::to(name, href), totals: *totals, rank: None }
        });
        self.ranking(
            notation,
            self.language.say("Devices that waste most", "낭비가 많은 기기"),
            self.language.say("Device", "기기"),
            devices.collect(),
        )
    }

    fn worst_kinds(&self, notation: &Notation<'_>) -> Table {
        let kinds = self
            .by_kind
            .iter()
            .map(|(kind, sums)| {
                let head = Link::plain(words::kind(self.language, kind));
                Ranked { head, totals: sums.totals, rank: None }
            })
            .collect();
        self.ranking(
            notation,
            self.language.say("Device kinds that waste most", "낭비가 많은 기기 종류"),
            self.language.say("Device kind", "기기 종류"),
            kinds,
        )
    }

    /// Whether any room that wasted was empty for long enough to be ranked. On one day few are.
    fn has_ranks(&self) -> bool {
        let mut exposed = self.by_room.values().map(|sums| Exposure::of(&sums.all));
        self.measure() == Measure::Energy
            && exposed.any(|room| room.is_ranked() && room.wasted != Energy::default())
    }

    /// The order that is in effect: without ranks, that by money, or by energy.
    fn sort(&self) -> Sort {
        match self.chosen.sort {
            Sort::Rank if self.has_ranks() => Sort::Rank,
            Sort::Rank if self.sum.totals.waste_cost.is_some() => Sort::Cost,
            Sort::Rank => Sort::Energy,
            asked => asked,
        }
    }

    /// Links to the other orders.
    fn orders(&self) -> Vec<Link> {
        let orders = Sort::ALL.into_iter().filter(|sort| match sort {
            Sort::Rank => self.has_ranks(),
            Sort::Cost => self.sum.totals.waste_cost.is_some(),
            Sort::Energy | Sort::Name => true,
        });
        self.chosen.orders(self.links(), self.sort(), &orders.collect::<Vec<_>>())
    }

    /// How far to trust the figures, each count with the rooms that most of it comes from.
    fn trust(&self, notation: &Notation<'_>) -> Vec<Fact> {
        let mut facts = trust(notation, &self.sum, &self.kinds, Some(self.profile));
        for fact in &mut facts {
            let mut rooms: Vec<_> = self
                .by_room
                .iter()
                .filter_map(|(room, sums)| Some((doubt(fact.name, &sums.all)?, room)))
                .filter(|(count, _)| *count > 0)
                .collect();
            // A day has few rooms with a doubt; of equals the first by name.
            rooms.sort_by_key(|(count, _)| Reverse(*count));
            rooms.truncate(DOUBTFUL_ROOMS);
            fact.rooms = rooms.into_iter().map(|(_, room)| self.room_link(room)).collect();
        }
        facts
    }

    /// The ten that come first in the page's order: by their rank, those without one after them; of
    /// equals, those that waste most, in money where every day had a price, else in energy or time.
    fn ranking(
        &self,
        notation: &Notation<'_>,
        caption: &str,
        first: &str,
        mut ranked: Vec<Ranked>,
    ) -> Table {
        let measure = self.measure();
        let money = measure == Measure::Energy && self.sum.totals.waste_cost.is_some();
        let assumed = measure.up_to(&self.sum.totals).is_some();
        // Money that is missing for some days would rank rooms by when the price was set.
        let by_money = money && self.sum.unpriced == 0;
        let weight = |totals: &Totals| match totals.confirmed_waste_cost() {
            Some(cost) if by_money => cost.exact(),
            _ => measure.wasted(totals),
        };
        ranked.retain(|it| measure.wasted(&it.totals) > 0);
        match self.sort() {
            Sort::Rank => {
                ranked.sort_by_key(|it| Reverse((it.rank.map(|it| it.0), weight(&it.totals))));
            }
            Sort::Cost => ranked.sort_by_key(|it| Reverse(weight(&it.totals))),
            Sort::Energy => ranked.sort_by_key(|it| Reverse(measure.wasted(&it.totals))),
            // They come by their names.
            Sort::Name => {}
        }
        ranked.truncate(RANKED);
        let most = ranked.iter().map(|it| weight(&it.totals)).max().unwrap_or(0);
        let by_rank = ranked.iter().any(|it| it.rank.is_some());
        let mut columns = vec![Column::text(first)];
        let language = self.language;
        if money {
            columns.push(Column::figure(match notation.currency() {
                "" => language.say("Wasted cost", "낭비 비용").to_owned(),
                currency => format!("{}, {currency}", language.say("Wasted", "낭비")),
            }));
        }
        columns.push(Column::figure(format!(
            "{}, {}",
            language.say("Wasted", "낭비"),
            measure.symbol()
        )));
        if assumed {
            columns.push(Column::figure(language.say("up to", "최대")));
        }
        columns.push(Column::figure(language.say("of its energy", "에너지 대비")));
        if by_rank {
            columns.push(Column::figure(language.say("Wh per empty hour", "빈 시간당 Wh")));
        }
        columns.push(Column::text(""));
        let rows = ranked
            .into_iter()
            .map(|Ranked { head, totals, rank }| {
                let mut cells = Vec::new();
                if money {
                    cells.push(match totals.confirmed_waste_cost() {
                        Some(cost) => Cell::Datum(notation.amount(cost)),
                        None => Cell::Absent,
                    });
                }
                let (wasted, all) = match measure {
                    Measure::Energy => (
                        Notation::kwh(totals.confirmed_waste_energy(), DECIMALS),
                        Notation::kwh(totals.waste_energy, DECIMALS),
                    ),
                    Measure::Time => (
                        Notation::hours(totals.confirmed_waste(), DECIMALS),
                        Notation::hours(totals.waste.waste, DECIMALS),
                    ),
                };
                cells.push(Cell::Datum(wasted));
                if assumed {
                    cells.push(Cell::Datum(all));
                }
                cells.push(Cell::share(measure.wasted(&totals), measure.used(&totals)));
                if by_rank {
                    let wh = |rate| decimal(rate, Measure::Energy.unit() / 1000, 1);
                    cells.push(rank.map_or(Cell::Absent, |(_, rate)| Cell::Figure(wh(rate))));
                }
                cells.push(Cell::Bar(chart::share(weight(&totals), most)));
                Row { head, cells }
            })
            .collect();
        Table { caption: caption.to_owned(), columns, rows, sum: None }
    }

    fn heat(&self, notation: &Notation<'_>) -> Heat {
        let rooms = self.by_room.iter();
        let rooms = rooms.map(|(room, sums)| HeatRoom {
            room,
            link: self.room_link(room),
            cells: &sums.cells,
            wasted: self.measure().wasted(&sums.all.totals),
        });
        Heat::of(notation, self.links(), self.measure(), &self.room_columns, rooms.collect())
    }
}

/// How much of a doubt comes from the reports of a tally; `None` for what no room is to blame for.
fn doubt(name: &str, tally: &ReportSums) -> Option<i128> {
    let totals = &tally.totals;
    Some(match name {
        "missingEnds" => totals.quality.missing_ends.into(),
        "missingStarts" => totals.quality.missing_starts.into(),
        "unconfirmedMs" => totals.quality.unconfirmed.into(),
        "assumedMs" => totals.assumed.into(),
        "assumedWasteMs" => totals.assumed_waste.into(),
        "unratedMs" => totals.unrated.into(),
        "presenceUnknownMs" => tally.presence_unknown().into(),
        "stayUnknownMs" => tally.stay_unknown().into(),
        "resets" => tally.counters.resets.into(),
        "disbelievedReadings" => tally.counters.disbelieved.into(),
        "revisedReports" => tally.revised.into(),
        _ => return None,
    })
}

/// How many of the nights were sold, where the stay of any is known.
fn nights_fact(language: Language, nights: Nights) -> Option<String> {
    let known = nights.sold + nights.unsold;
    let number = |number| Notation::number(number).text;
    (known > 0).then(|| match language {
        Language::English => {
            let noun = language.count(known, "night", "nights", "");
            format!("{} of {} {noun} sold", number(nights.sold), number(known))
        }
        Language::Korean => format!("판매 {}박 / {}박", number(nights.sold), number(known)),
    })
}

fn of_days(language: Language, days: usize, expected: usize) -> String {
    match language {
        Language::English => {
            let noun = language.count(expected as u64, "day", "days", "");
            format!("{days} of {expected} {noun}")
        }
        Language::Korean => format!("{days}/{expected}일"),
    }
}

/// A day by its hours.
#[derive(Debug)]
struct ByHour {
    /// What the chart shows, in a sentence.
    trend: String,
    chart: Chart,
    figures: Table,
    /// Energy that is in no hour.
    unplaced: Option<String>,
}

#[derive(Template)]
#[template(path = "hotel.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    lede: Option<String>,
    actions: Option<Actions>,
    terms: Vec<Term>,
    grade: String,
    about_order: Vec<&'static str>,
    basis: String,
    cards: Vec<Card>,
    hardly_heard: bool,
    by_hour: Option<ByHour>,
    course: Drawn,
    measure: Measure,
    days: Table,
    annex: Table,
    heat: Heat,
    rooms: Table,
    worst_rooms: Table,
    worst_devices: Table,
    worst_kinds: Table,
    orders: Vec<Link>,
    why: Option<Table>,
    kinds: Table,
    meters: Option<Table>,
    trust: Vec<Fact>,
    occupancy: Table,
    long: bool,
    empty: bool,
}
