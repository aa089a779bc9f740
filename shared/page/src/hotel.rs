//! A hotel over a range of days: where its energy goes, and where it is wasted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, DeviceKind, Energy, FaultKind, Finding, Instant,
    Month, NightSums, Nights, Prices, Profile, ReportSums, RoomId, SignalFault, Totals,
};
use roomwatt_presentation::{Baseline, Period, Range};

use crate::PageError;
use crate::basis::{Term, terms};
use crate::cards::{Basis, Before, Card, CardValue, Detail, cards};
use crate::chart::{self, Bar, Chart, Parts, Shade};
use crate::columns::{self, Columns, Step};
use crate::figures::{Data, Exposure, meets, usual};
use crate::gaps::Gaps;
use crate::language::Language;
use crate::links::{Asked, Dates, Links, Place};
use crate::notation::{Datum, Notation, decimal, percent};
use crate::parts::{
    Cell, Choice, Column, Figures, Frame, Line, Link, Row, Table, gap_notes, hotel_name,
    in_languages, meters_table, occupancy_table, to_hotels,
};
use crate::sort::Sort;
use crate::tally::{Judged, Measure, Metered};
use crate::telling::{self, Amounts, Heard, fault_text, finding_text, nothing_to_do, verdict};
use crate::trust::{Fact, Kinds, graded, trust};
use crate::{why, words};

/// How many rooms the heat map shows on their own.
const HEAT_ROOMS: usize = 40;
/// How many rooms and device kinds are ranked.
const RANKED: usize = 10;
/// How many days before it the chart of one day shows.
const LEADING: usize = 13;
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
    range: Range,
    baseline: Range,
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
    before: Totals,
    nights_before: NightSums,
    room_days_before: u64,
    lead: Vec<Lead>,
    hours: Vec<Totals>,
    found: Option<Found>,
    came: Option<Came>,
    signed_in: bool,
    sort: Sort,
    period: Option<Period>,
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

/// A day before a page of one day.
#[derive(Debug, Clone, Copy)]
pub struct Lead {
    /// Which day.
    pub date: BusinessDate,
    /// The sums of its reports.
    pub sums: ReportSums,
}

/// What is to be done about the last day of a range.
#[derive(Debug, Clone)]
struct Found {
    date: BusinessDate,
    findings: Vec<Finding>,
    findings_in_all: u64,
    faults: Vec<SignalFault>,
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

/// What the heat map shows of a room in a column.
#[derive(Debug, Clone, Copy, Default)]
struct HeatCell {
    reports: u64,
    wasted_energy: i128,
    wasted_time: i64,
}

impl HeatCell {
    fn wasted(self, measure: Measure) -> Option<i128> {
        (self.reports > 0).then_some(match measure {
            Measure::Energy => self.wasted_energy,
            Measure::Time => self.wasted_time.into(),
        })
    }
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
            range,
            baseline,
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
            before: Totals::default(),
            nights_before: NightSums::default(),
            room_days_before: 0,
            lead: Vec::new(),
            hours: Vec::new(),
            found: None,
            came: None,
            signed_in: false,
            sort: Sort::default(),
            period: None,
            made: None,
        }
    }

    /// Sets the order of rooms, devices and kinds.
    pub fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
    }

    /// Says by which period the range was asked for, so that links go on to mean it.
    pub fn of_period(&mut self, period: Period) {
        self.period = Some(period);
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
        if Self::is_long(self.range) {
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
        let cell = &mut room.cells[column];
        cell.reports += sums.reports;
        cell.wasted_energy += sums.totals.confirmed_waste_energy().exact();
        cell.wasted_time += sums.totals.confirmed_waste();
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
        if self.baseline.contains(date) {
            self.room_days_before += u64::from(rooms);
            self.before += *totals;
            self.nights_before += *nights;
        }
    }

    /// Says what is to be done about a day: the first findings of so many, and every fault.
    pub fn tell(
        &mut self,
        date: BusinessDate,
        findings: Vec<Finding>,
        findings_in_all: u64,
        faults: Vec<SignalFault>,
    ) {
        self.found = Some(Found { date, findings, findings_in_all, faults });
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
        let view = View {
            frame: self.frame(&notation),
            lede: self.verdict(&notation),
            do_today: self.do_today(&notation),
            more_to_do: self.more_to_do(),
            check: self.check(&notation),
            terms: self.terms(&notation),
            grade: graded(&notation, &self.data()),
            about_order: self.about_order(),
            basis: self.basis_note(&notation),
            cards: self.cards(&notation),
            hardly_heard: self.data().is_hardly_heard(),
            by_hour: self.by_hour(&notation),
            trend: self.trend(&notation),
            chart: self.chart(&notation),
            marks: self.marks(),
            measure: self.measure(),
            step: self.columns.step,
            days: self.days_table(&notation, false),
            annex: self.days_table(&notation, true),
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
            long: Self::is_long(self.range),
            empty: self.is_empty(),
        };
        Ok(view.render()?)
    }

    fn measure(&self) -> Measure {
        Measure::of(&self.sum.totals)
    }

    fn links(&self) -> Links {
        Links { place: Place::Hotel, language: self.language }
    }

    fn frame(&self, notation: &Notation<'_>) -> Frame {
        let language = self.language;
        let name = hotel_name(self.profile);
        let links = self.links();
        let mut frame = Frame::new(language);
        frame.sign_out = self.signed_in.then(|| links.sign_out());
        frame.title = format!("{name} · {}", notation.range(self.range));
        frame.path = vec![to_hotels(links)];
        frame.heading = name;
        frame.period = notation.range(self.range);
        let days = self.dates.len();
        let expected = self.range.dates().filter(|date| self.profile.calendar.day(*date).is_some());
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
        let asked = self.asked();
        frame.languages = in_languages(|language| Links { language, ..links }.asked(asked));
        let sibling = |times| {
            let range = self.range.shifted(times)?;
            let href = links.asked(Asked { dates: Dates::Range(range), ..asked });
            Some(Link::to(notation.range(range), Some(href)))
        };
        frame.previous = sibling(-1);
        frame.next =
            sibling(1).filter(|_| self.closed_through.is_some_and(|closed| closed > self.range.to));
        frame.choice = Some(self.choice(notation));
        frame.notes = gap_notes(
            notation,
            &Gaps::of(self.range, &self.profile.calendar, self.closed_through, &self.dates),
            self.closed_through,
            self.sum.reports == 0,
        );
        if let Some(came) = self.came.as_ref().filter(|_| self.is_empty()) {
            frame.notes.extend(telling::came(notation, came));
        }
        frame
    }

    fn basis(&self) -> Option<Basis> {
        Basis::of(self.sum.reports, self.room_days_before)
    }

    fn cards(&self, notation: &Notation<'_>) -> Vec<Card> {
        if self.sum.reports == 0 {
            return Vec::new();
        }
        let before = self.basis().map(|basis| Before {
            totals: &self.before,
            nights: &self.nights_before,
            basis,
        });
        cards(notation, &self.sum, before, self.profile.waste_target_percent)
    }

    fn basis_note(&self, notation: &Notation<'_>) -> String {
        let before = notation.range(self.baseline);
        let days = |days: u64| Notation::number(days).text;
        match (self.language, self.basis()) {
            (Language::English, None) => {
                format!("Nothing to compare with: there is no closed report for {before}.")
            }
            (Language::Korean, None) => {
                format!("비교할 기간이 없습니다: {before}의 마감된 데이터가 없습니다.")
            }
            (Language::English, Some(Basis::Sums)) => format!("Compared with {before}."),
            (Language::Korean, Some(Basis::Sums)) => format!("비교 기간: {before}."),
            (Language::English, Some(Basis::PerRoomDay { now, before: room_days })) => format!(
                "Compared with {before} per room-day, because the periods differ: {} room-days now, {} before.",
                days(now),
                days(room_days)
            ),
            (Language::Korean, Some(Basis::PerRoomDay { now, before: room_days })) => format!(
                "비교 기간: {before}. 연 객실일수가 달라(현재 {}, 이전 {}) 객실일당 평균으로 비교합니다.",
                days(now),
                days(room_days)
            ),
        }
    }

    /// The rooms that were heard, and those that there are.
    fn data(&self) -> Data {
        let heard = self.by_room.values().filter(|sums| sums.all.heard).count() as u64;
        let known = self.by_room.len() as u64;
        Data::of(&self.sum, heard, self.profile.rooms.map_or(known, u64::from).max(known))
    }

    fn verdict(&self, notation: &Notation<'_>) -> Option<String> {
        let totals = &self.sum.totals;
        if self.sum.reports == 0 {
            return None;
        }
        let amounts = Amounts::of(notation, totals);
        let weekday = self.range.from.civil().weekday();
        let same = self.lead.iter().rev().filter(|it| it.date.civil().weekday() == weekday);
        let same = same.filter(|it| it.sums.reports > 0);
        let same = same.filter_map(|it| amounts.alike(&it.sums.totals));
        let data = self.data();
        let first = data.is_hardly_heard();
        let usual = if first { None } else { usual(same) };
        let heard = Heard { rooms: data.heard, all: u32::try_from(data.rooms).ok(), first };
        let verdict = verdict(notation, self.range, totals, usual, heard);
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

    fn choice(&self, notation: &Notation<'_>) -> Choice {
        let (links, asked) = (self.links(), self.asked());
        let periods = Period::NAMED.into_iter().map(|period| {
            let current = self.closed_through.and_then(|closed| period.range(closed));
            let there = Asked { dates: Dates::Period(period), ..asked };
            let href = (current != Some(self.range)).then(|| links.asked(there));
            Link::to(notation.period(period), href)
        });
        let compared = self.compared();
        let baselines = Baseline::ALL.into_iter().map(|baseline| {
            let there = Asked { baseline, ..asked };
            let href = (compared != Some(baseline)).then(|| links.asked(there));
            Link::to(notation.baseline(baseline), href)
        });
        Choice {
            periods: periods.collect(),
            baselines: baselines.collect(),
            range: self.range,
            csv: links.csv(self.range),
            kept: asked.chosen().collect(),
        }
    }

    fn asked(&self) -> Asked {
        let dates = self.period.map_or(Dates::Range(self.range), Dates::Period);
        Asked { dates, baseline: self.compared().unwrap_or_default(), sort: self.sort }
    }

    /// What the range is compared with; of two that mean the same dates the first.
    fn compared(&self) -> Option<Baseline> {
        Baseline::ALL.into_iter().find(|it| it.of(self.range) == Some(self.baseline))
    }

    /// What to do, most money first; `None` where nothing was looked for.
    fn do_today(&self, notation: &Notation<'_>) -> Option<Vec<Line>> {
        let found = self.found.as_ref()?;
        let line = |finding: &Finding| {
            let href = self.day_href(&finding.suspect.room, found.date);
            Line::of(&finding_text(notation, finding), href)
        };
        Some(found.findings.iter().map(line).collect())
    }

    /// Which findings are folded away.
    fn more_to_do(&self) -> Option<String> {
        let found = self.found.as_ref()?;
        let (shown, all) = (found.findings.len() as u64, found.findings_in_all);
        let [number, of] = [shown, all].map(|count| Notation::number(count).text);
        Some(match (self.language, shown < all) {
            (Language::English, false) => format!("All findings ({of})"),
            (Language::Korean, false) => format!("전체 조치 사항 ({of})"),
            (Language::English, true) => format!("The first {number} of {of} findings"),
            (Language::Korean, true) => format!("조치 사항 {of}건 중 {number}건"),
        })
    }

    /// Signals to check. Of a room that is silent as a whole its devices are not named again.
    fn check(&self, notation: &Notation<'_>) -> Vec<Line> {
        let Some(found) = &self.found else { return Vec::new() };
        let silent = |fault: &&SignalFault| fault.kind == FaultKind::Silent;
        let silent_rooms: BTreeSet<_> = found
            .faults
            .iter()
            .filter(silent)
            .filter(|fault| fault.device.is_none())
            .filter_map(|fault| fault.room.as_ref())
            .collect();
        let told_by_its_room = |fault: &&SignalFault| {
            silent(fault)
                && fault.device.is_some()
                && fault.room.as_ref().is_some_and(|room| silent_rooms.contains(room))
        };
        let faults = found.faults.iter().filter(|fault| !told_by_its_room(fault));
        // A room that is silent as a whole has lost its gateway, and that is somebody's to call.
        let of_a_room = |fault: &&SignalFault| silent(fault) && fault.device.is_none();
        let (rooms, others): (Vec<_>, Vec<_>) = faults.partition(of_a_room);
        let all = telling::silent_rooms(notation, &rooms, self.by_room.len());
        let all = all.map(|text| Line::of(&text, None));
        let line = |fault: &SignalFault| {
            let href = fault.room.as_ref().and_then(|room| self.day_href(room, found.date));
            Line::of(&fault_text(notation, fault), href)
        };
        all.into_iter().chain(rooms.into_iter().chain(others).map(line)).collect()
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
        terms(notation, self.profile, self.range, &self.sum, when)
    }

    /// Whether the chart of one day stands among the days before it.
    fn leads_in(&self) -> bool {
        self.range.from == self.range.to && !self.lead.is_empty()
    }

    /// The days before it that stand in the chart of one day.
    fn leading(&self) -> &[Lead] {
        let lead = if self.leads_in() { &self.lead[..] } else { &[] };
        &lead[lead.len().saturating_sub(LEADING)..]
    }

    fn chart(&self, notation: &Notation<'_>) -> Chart {
        let measure = self.measure();
        let names = column_names(notation, &self.columns);
        let tariffs = match &self.profile.prices {
            Some(Prices::ByDate(tariffs)) => &tariffs[..],
            None | Some(Prices::Flat(_)) => &[],
        };
        let mut bars = Vec::new();
        for lead in self.leading() {
            let range = Range::day(lead.date);
            let totals = Some(&lead.sums.totals).filter(|_| lead.sums.reports > 0);
            let name = notation.date(lead.date);
            bars.push(Bar {
                label: notation.short_date(lead.date),
                title: chart::bar_title(notation, &name, measure, totals),
                href: totals.map(|_| self.links().hotel(range)),
                figures: totals.map(|totals| Parts::of(measure, totals)),
                shade: self.columns.shade(range),
                ..Bar::default()
            });
        }
        let columns = self.by_column.iter().zip(&self.columns.ranges).zip(&names);
        bars.extend(columns.map(|((tally, range), (label, name))| {
            let totals = (tally.reports > 0).then_some(&tally.totals);
            let revised = tally.revised > 0;
            let new_price = tariffs
                .iter()
                .skip(1)
                .any(|tariff| tariff.from > self.range.from && range.contains(tariff.from));
            let mut title = chart::bar_title(notation, name, measure, totals);
            if revised {
                title.push_str(self.language.say("; revised", "; 정정됨"));
            }
            if new_price {
                title.push_str(self.language.say("; a new tariff", "; 새 요금제"));
            }
            Bar {
                label: label.clone(),
                title,
                href: totals.map(|_| self.links().hotel(*range)),
                figures: totals.map(|totals| Parts::of(measure, totals)),
                shade: if self.leads_in() { Shade::Current } else { self.columns.shade(*range) },
                revised,
                new_price,
                before: self.wasted_before(measure, tally.reports),
            }
        }));
        chart::draw(self.language.say("Used and wasted", "사용과 낭비"), measure, &bars)
    }

    /// The day hour by hour, where that is known.
    fn by_hour(&self, notation: &Notation<'_>) -> Option<ByHour> {
        let day = self.profile.calendar.day(self.range.from).filter(|_| !self.hours.is_empty())?;
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

    /// What so many room-days of the period before wasted on average. A chart that leads in shows
    /// those days themselves.
    fn wasted_before(&self, measure: Measure, room_days: u64) -> Option<i128> {
        let before = self.room_days_before;
        let comparable = before > 0 && room_days > 0 && !self.leads_in();
        comparable
            .then(|| measure.wasted(&self.before) * i128::from(room_days) / i128::from(before))
    }

    /// Which marks the chart has, for its legend.
    fn marks(&self) -> Vec<Mark> {
        let new_price = match &self.profile.prices {
            Some(Prices::ByDate(tariffs)) => tariffs
                .iter()
                .skip(1)
                .any(|tariff| tariff.from > self.range.from && self.range.contains(tariff.from)),
            None | Some(Prices::Flat(_)) => false,
        };
        let before = self.wasted_before(self.measure(), self.sum.reports).is_some();
        let led = !self.leading().is_empty();
        let weekends =
            self.columns.step == Step::Day && (self.leads_in() || self.columns.len() > 1);
        let marks = [
            (led, Mark::Current),
            (before, Mark::Before),
            (weekends, Mark::Weekend),
            (self.sum.revised > 0, Mark::Revised),
            (new_price, Mark::NewPrice),
        ];
        marks.into_iter().filter(|(is_there, _)| *is_there).map(|(_, mark)| mark).collect()
    }

    /// What the chart shows, in a sentence.
    fn trend(&self, notation: &Notation<'_>) -> String {
        let amounts = Amounts::of(notation, &self.sum.totals);
        let mut shown: Vec<(String, i128)> = Vec::new();
        let days = self.leading().iter().filter(|it| it.sums.reports > 0);
        shown.extend(
            days.filter_map(|it| Some((notation.date(it.date), amounts.alike(&it.sums.totals)?))),
        );
        let columns = self.by_column.iter().zip(column_names(notation, &self.columns));
        let columns = columns.filter(|(tally, _)| tally.reports > 0);
        shown.extend(
            columns.filter_map(|(tally, (_, name))| Some((name, amounts.alike(&tally.totals)?))),
        );
        telling::trend(&amounts, self.columns.step, &shown)
    }

    /// The figures of the chart: all of them, or for paper as few as fit there.
    fn days_table(&self, notation: &Notation<'_>, few: bool) -> Table {
        let led: Totals = self.leading().iter().map(|lead| lead.sums.totals).sum();
        let all: Totals = [led, self.sum.totals].into_iter().sum();
        let figures = Figures::of(notation, &all, DECIMALS);
        let figures = if few { figures.on_paper() } else { figures };
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
        let led = self.leading().iter();
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
            sum: (!self.leads_in()).then(|| self.sum_row(&figures)),
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
        let Range { from, to } = self.range;
        let href = if from == to {
            self.day_href(room, from)
        } else {
            room.fits_a_path().then(|| self.links().room(room, self.range))
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
        match self.sort {
            Sort::Rank if self.has_ranks() => Sort::Rank,
            Sort::Rank if self.sum.totals.waste_cost.is_some() => Sort::Cost,
            Sort::Rank => Sort::Energy,
            asked => asked,
        }
    }

    /// Links to the other orders.
    fn orders(&self) -> Vec<Link> {
        let asked = self.asked();
        let orders = Sort::ALL.into_iter().filter(|sort| match sort {
            Sort::Rank => self.has_ranks(),
            Sort::Cost => self.sum.totals.waste_cost.is_some(),
            Sort::Energy | Sort::Name => true,
        });
        let link = |sort| {
            let text = match sort {
                Sort::Rank => self.language.say("waste per empty hour", "빈 시간당 낭비"),
                Sort::Cost => self.language.say("wasted money", "낭비 비용"),
                Sort::Energy => self.language.say("wasted energy", "낭비 에너지"),
                Sort::Name => self.language.say("name", "이름"),
            };
            let href = format!("{}#where", self.links().asked(Asked { sort, ..asked }));
            Link::to(text, (sort != self.sort()).then_some(href))
        };
        orders.map(link).collect()
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
        let measure = self.measure();
        let mut rooms: Vec<_> = self.by_room.iter().collect();
        rooms.sort_by_key(|(_, sums)| Reverse(measure.wasted(&sums.all.totals)));
        // One more room than fits is a row as well as it would be a remainder.
        let shown = if rooms.len() > HEAT_ROOMS + 1 { HEAT_ROOMS } else { rooms.len() };
        let (worst, others) = rooms.split_at(shown);
        let columns = &self.room_columns;
        let averages =
            averages(others.iter().map(|(_, sums)| &*sums.cells), measure, columns.len());
        let of_worst = worst.iter().flat_map(|(_, sums)| sums.cells.iter());
        let most = of_worst.filter_map(|cell| cell.wasted(measure)).max().unwrap_or(0);
        let scale = HeatScale::of(measure, most, columns.step);
        let names = column_names(notation, columns);
        let rows = worst
            .iter()
            .map(|(room, sums)| {
                let cells = sums.cells.iter().zip(&columns.ranges).zip(&names);
                let cells = cells.map(|((cell, range), (_, name))| {
                    let href = match columns.step {
                        Step::Day => self.links().day(room, range.from),
                        Step::Week | Step::Month => self.links().room(room, *range),
                    };
                    let what = format!("{room}, {name}");
                    let href = room.fits_a_path().then_some(href);
                    scale.cell(notation, &what, cell.wasted(measure), href)
                });
                HeatRow { head: self.room_link(room), cells: cells.collect() }
            })
            .collect();
        let rest = (!others.is_empty()).then(|| {
            let name = match self.language {
                Language::English => format!("the other {} rooms, average", others.len()),
                Language::Korean => format!("나머지 {}개 객실 평균", others.len()),
            };
            let cells = averages
                .into_iter()
                .zip(&names)
                .map(|(average, (_, full))| {
                    scale.cell(notation, &format!("{name}, {full}"), average, None)
                })
                .collect();
            HeatRow { head: Link::plain(name), cells }
        });
        let heads = columns
            .ranges
            .iter()
            .zip(names)
            .map(|(range, (_, full))| {
                let civil = range.from.civil();
                let (top, below) = match columns.step {
                    Step::Day => (civil.day().to_string(), notation.initial(range.from).to_owned()),
                    Step::Week => {
                        (civil.day().to_string(), notation.month_name(range.from).to_owned())
                    }
                    Step::Month => {
                        (notation.month_name(range.from).to_owned(), civil.year().to_string())
                    }
                };
                HeatColumn { top, below, full }
            })
            .collect();
        let title = match columns.step {
            Step::Day => self.language.say("Waste by room and day", "객실·날짜별 낭비"),
            Step::Week => self.language.say("Waste by room and week", "객실·주별 낭비"),
            Step::Month => self.language.say("Waste by room and month", "객실·월별 낭비"),
        };
        Heat {
            title: format!("{title}, {}", scale.symbol()),
            step: columns.step,
            columns: heads,
            rows,
            rest,
            legend: scale.legend(),
            unit: scale.symbol(),
            shown: worst.len(),
            rooms: self.by_room.len(),
            dense: columns.len() > 31,
        }
    }
}

/// The short and the full name of each column.
fn column_names(notation: &Notation<'_>, columns: &Columns) -> Vec<(String, String)> {
    let names = columns.ranges.iter().map(|range| match columns.step {
        Step::Day => (notation.short_date(range.from), notation.date(range.from)),
        Step::Week => (notation.short_date(range.from), notation.range(*range)),
        Step::Month => (notation.month(range.from), notation.range(*range)),
    });
    names.collect()
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

/// The average of the rooms that have reports, column by column.
fn averages<'a>(
    rooms: impl Iterator<Item = &'a [HeatCell]>,
    measure: Measure,
    columns: usize,
) -> Vec<Option<i128>> {
    let mut sums = vec![(0_i128, 0_i128); columns];
    for cells in rooms {
        for (sum, cell) in sums.iter_mut().zip(cells) {
            if let Some(wasted) = cell.wasted(measure) {
                *sum = (sum.0 + wasted, sum.1 + 1);
            }
        }
    }
    sums.into_iter().map(|(sum, rooms)| (rooms > 0).then(|| sum / rooms)).collect()
}

/// The heat map: a table, so that each cell has a room, a day, a figure and a link.
#[derive(Debug)]
struct Heat {
    title: String,
    step: Step,
    columns: Vec<HeatColumn>,
    rows: Vec<HeatRow>,
    rest: Option<HeatRow>,
    legend: Vec<String>,
    unit: &'static str,
    shown: usize,
    rooms: usize,
    /// Columns so narrow that print leaves their figures out.
    dense: bool,
}

#[derive(Debug)]
struct HeatColumn {
    top: String,
    below: String,
    full: String,
}

#[derive(Debug)]
struct HeatRow {
    head: Link,
    cells: Vec<ShownCell>,
}

#[derive(Debug)]
struct ShownCell {
    /// 0 for nothing wasted, to 5; `None` without a report.
    level: Option<usize>,
    figure: String,
    title: String,
    href: Option<String>,
}

/// Levels that grow by the steps 1, 2, 5: most rooms waste little, and a few waste a lot. Their limits are
/// the same on every page with columns of a kind, so that a colour always means the same.
struct HeatScale {
    measure: Measure,
    /// The most that each level holds; the last level holds what is more.
    limits: [i128; HeatScale::LEVELS - 1],
    /// Watt-hours or minutes, where a kilowatt-hour or an hour is more than any cell.
    small: bool,
}

impl HeatScale {
    const LEVELS: usize = 5;

    fn of(measure: Measure, most: i128, step: Step) -> Self {
        // Tenths of a kilowatt-hour or of an hour: of a day, and of more days.
        let tenths = match (measure, step) {
            (_, Step::Day) => [10, 20, 50, 100],
            (Measure::Energy, Step::Week | Step::Month) => [200, 500, 1000, 2000],
            (Measure::Time, Step::Week | Step::Month) => [100, 200, 500, 1000],
        };
        let limits = tenths.map(|tenths| measure.unit() * tenths / 10);
        Self { measure, limits, small: most < measure.unit() }
    }

    /// What is no more than this is shown as nothing.
    fn floor(&self) -> i128 {
        match self.measure {
            // 50 Wh.
            Measure::Energy => self.measure.unit() / 20,
            // 5 minutes.
            Measure::Time => self.measure.unit() / 12,
        }
    }

    fn unit(&self) -> i128 {
        match (self.measure, self.small) {
            (_, false) => self.measure.unit(),
            (Measure::Energy, true) => self.measure.unit() / 1000,
            (Measure::Time, true) => self.measure.unit() / 60,
        }
    }

    fn symbol(&self) -> &'static str {
        match (self.measure, self.small) {
            (Measure::Energy, false) => "kWh",
            (Measure::Energy, true) => "Wh",
            (Measure::Time, false) => "h",
            (Measure::Time, true) => "min",
        }
    }

    fn level(&self, wasted: i128) -> usize {
        if wasted <= self.floor() {
            return 0;
        }
        1 + self.limits.iter().take_while(|limit| wasted > **limit).count()
    }

    /// A few digits, since columns are narrow.
    fn figure(&self, exact: i128) -> String {
        let unit = self.unit();
        if exact <= self.floor() {
            "\u{b7}".to_owned()
        } else if exact < unit * 10 && !self.small {
            decimal(exact, unit, 1)
        } else if exact < unit * 10_000 {
            decimal(exact, unit, 0)
        } else {
            format!("{}k", decimal(exact, unit * 1000, 0))
        }
    }

    fn legend(&self) -> Vec<String> {
        let unit = self.unit();
        let text = |limit: i128| {
            let decimals = if limit % unit == 0 { 0 } else { 2 };
            decimal(limit, unit, decimals)
        };
        let most = self.limits.map(|limit| format!("\u{2264} {}", text(limit)));
        let more = self.limits.last().map(|limit| format!("> {}", text(*limit)));
        let nothing = format!("\u{b7} \u{2264} {}", text(self.floor()));
        [nothing].into_iter().chain(most).chain(more).collect()
    }

    fn cell(
        &self,
        notation: &Notation<'_>,
        what: &str,
        wasted: Option<i128>,
        href: Option<String>,
    ) -> ShownCell {
        let Some(wasted) = wasted else {
            let none = notation.language.say("no report", "데이터 없음");
            return ShownCell {
                level: None,
                figure: String::new(),
                title: format!("{what}: {none}"),
                href: None,
            };
        };
        let Datum { text, .. } = Notation::measured(self.measure, wasted);
        let title = match notation.language {
            Language::English => format!("{what}: {text} wasted"),
            Language::Korean => format!("{what}: 낭비 {text}"),
        };
        ShownCell { level: Some(self.level(wasted)), figure: self.figure(wasted), title, href }
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

/// What a chart has beside its bars.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Current,
    Before,
    Weekend,
    Revised,
    NewPrice,
}

#[derive(Template)]
#[template(path = "hotel.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    lede: Option<String>,
    do_today: Option<Vec<Line>>,
    more_to_do: Option<String>,
    check: Vec<Line>,
    terms: Vec<Term>,
    grade: String,
    about_order: Vec<&'static str>,
    basis: String,
    cards: Vec<Card>,
    hardly_heard: bool,
    by_hour: Option<ByHour>,
    trend: String,
    chart: Chart,
    marks: Vec<Mark>,
    measure: Measure,
    step: Step,
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

impl View {
    fn nothing_to_do(&self) -> &'static str {
        nothing_to_do(self.frame.language)
    }
}
