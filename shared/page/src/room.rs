//! A room over a range of days, and the way to each of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use roomwatt_domain::{
    BusinessDate, Charge, ClosedReport, Device, DeviceId, Instant, Profile, ReportSums, RoomId,
    Totals,
};
use roomwatt_presentation::range::moved;
use roomwatt_presentation::{Baseline, Period, Range};

use crate::PageError;
use crate::actions::{Actions, Found};
use crate::basis::{Term, terms};
use crate::cards::{Card, CardValue, Detail, cards};
use crate::choice::Chosen;
use crate::columns::{Columns, Step};
use crate::course::{Course, Drawn, Lead, Mark, PeriodBefore};
use crate::figures::Data;
use crate::gaps::Gaps;
use crate::language::Language;
use crate::links::{Links, Place};
use crate::notation::Notation;
use crate::parts::{
    Cell, Column, Figures, Frame, Link, Row, Table, gap_notes, hotel_name, meters_table,
    occupancy_table, to_hotels,
};
use crate::sort::Sort;
use crate::tally::{Judged, Measure, Metered};
use crate::telling::{Amounts, verdict};
use crate::trust::{Fact, Kinds, graded, trust};
use crate::{why, words};

/// Decimals of kilowatt-hours and kilograms in this page's tables.
const DECIMALS: u32 = 3;

/// The page of one room.
#[derive(Debug, Clone, Copy)]
pub struct RoomPage<'a> {
    /// The hotel.
    pub profile: &'a Profile,
    /// Which of its rooms.
    pub room: &'a RoomId,
    /// Which days.
    pub range: Range,
    /// What it is compared with.
    pub baseline: Baseline,
    /// By which period the range was asked for, so that links go on to mean it.
    pub period: Option<Period>,
    /// The order of devices.
    pub sort: Sort,
    /// The room's closed reports, in any order: those of the range and of the baseline, and what a
    /// range of one day is held against ([`RoomPage::before_a_day`]).
    pub reports: &'a [ClosedReport],
    /// What is to be done about the range's last day, where that is the latest.
    pub found: Option<&'a Found>,
    /// The last day that the hotel has closed.
    pub closed_through: Option<BusinessDate>,
    /// The page's language.
    pub language: Language,
    /// Whether the reader has a session, and may end it.
    pub signed_in: bool,
    /// When the page is made.
    pub made_at: Option<Instant>,
}

impl RoomPage<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// [`PageError`], if the template engine fails.
    pub fn render(&self) -> Result<String, PageError> {
        let notation = Notation::new(self.profile, self.language);
        let mut days: Vec<(BusinessDate, &ClosedReport, ReportSums)> = self
            .reports
            .iter()
            .filter(|closed| self.range.contains(closed.date))
            .map(|closed| (closed.date, closed, ReportSums::of(closed)))
            .collect();
        days.sort_by_key(|(date, ..)| *date);
        let mut sum = ReportSums::default();
        let mut kinds = Kinds::default();
        let columns = Columns::of(self.range);
        let mut by_column = vec![ReportSums::default(); columns.len()];
        for (date, closed, tally) in &days {
            sum += *tally;
            kinds.add(closed);
            if let Some(at) = columns.index(*date) {
                by_column[at] += *tally;
            }
        }
        let before = self.before();
        let course = Course {
            notation: &notation,
            profile: self.profile,
            range: self.range,
            columns: &columns,
            sums: &by_column,
            sum: &sum,
            lead: &self.lead(),
            before: &before,
        };
        let figures = Figures::of(&notation, &sum.totals, DECIMALS);
        let cards = match sum.reports {
            0 => vec![],
            reports => cards(&notation, &sum, before.against(reports), None),
        };
        let actions = |found| Actions::of(&notation, self.links(), found, (1, &sum.totals));
        let view = View {
            frame: self.frame(&notation, &days, &sum),
            lede: self.verdict(&course),
            actions: self.found.map(actions),
            cards,
            basis: before.note(&notation, sum.reports),
            course: course.drawn(|range| self.link_to(columns.step, range)),
            days: self.days_table(&notation, &figures.few(), &days, &sum),
            all_days: self.days_table(&notation, &figures, &days, &sum),
            orders: self.orders(&sum),
            devices: self.devices_table(&figures.few(), &days, &sum),
            all_devices: self.devices_table(&figures, &days, &sum),
            why: why::table(&notation, &sum, DECIMALS),
            terms: terms(
                &notation,
                self.profile,
                self.range,
                &sum,
                (self.closed_through, self.made_at),
            ),
            meters: self.meters(&notation, &days),
            trust: trust(&notation, &sum, &kinds, None),
            grade: graded(&notation, &Data::of(&sum, 1, 1)),
            occupancy: occupancy_table(&notation, &sum.occupancy),
            empty: days.is_empty(),
        };
        Ok(view.render()?)
    }

    /// The days that a range of one day is held against: those that lead to it, and those of its weekday
    /// that say what is usual.
    pub fn before_a_day(range: Range) -> Vec<BusinessDate> {
        let back = |days: &i64| moved(range.from, -days);
        let weeks = (1..=8).map(|weeks| 7 * weeks);
        let days: BTreeSet<_> = (1..=13).chain(weeks).collect();
        if range.from == range.to { days.iter().filter_map(back).collect() } else { Vec::new() }
    }

    fn lead(&self) -> Vec<Lead> {
        let dates: BTreeSet<_> = Self::before_a_day(self.range).into_iter().collect();
        let reports = self.reports.iter().filter(|closed| dates.contains(&closed.date));
        let lead = |closed: &ClosedReport| Lead { date: closed.date, sums: ReportSums::of(closed) };
        let mut lead: Vec<_> = reports.map(lead).collect();
        lead.sort_by_key(|lead| lead.date);
        lead
    }

    fn before(&self) -> PeriodBefore {
        // At the end of the calendar there is none: nothing lies in it but the range itself.
        let range = self.baseline.of(self.range).unwrap_or(self.range);
        let mut before = PeriodBefore::new(range);
        for closed in self.reports {
            let sums = ReportSums::of(closed);
            before.add(closed.date, sums.reports, &sums.totals, &sums.nights);
        }
        before
    }

    fn verdict(&self, course: &Course<'_>) -> Option<String> {
        let totals = &course.sum.totals;
        // Little waste of a room that nothing was heard of is no news.
        let usual = course.usual(&Amounts::of(course.notation, totals));
        let usual = usual.filter(|_| course.sum.heard);
        let said = || verdict(course.notation, self.range, totals, usual, None);
        (course.sum.reports > 0).then(said)
    }

    fn links(&self) -> Links {
        Links { place: Place::Room, language: self.language }
    }

    fn frame(
        &self,
        notation: &Notation<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
        sum: &ReportSums,
    ) -> Frame {
        let language = self.language;
        let links = self.links();
        let mut frame = Frame::new(language);
        frame.sign_out = self.signed_in.then(|| links.sign_out());
        frame.heading = room_name(language, self.room);
        let hotel = hotel_name(self.profile);
        frame.title = format!("{} · {hotel} · {}", frame.heading, notation.range(self.range));
        frame.path = vec![to_hotels(links), Link::to(hotel, Some(links.hotel(self.range)))];
        frame.period = notation.range(self.range);
        frame.facts = vec![
            match language {
                Language::English => format!(
                    "{} {}",
                    sum.reports,
                    language.count(sum.reports, "day with a report", "days with a report", "")
                ),
                Language::Korean => format!("데이터 {}일", sum.reports),
            },
            self.profile.calendar.time_zone().to_owned(),
        ];
        let csv = links.csv(self.range, Some(self.room));
        self.chosen().lead_on(&mut frame, notation, links, self.closed_through, csv);
        let reported: BTreeSet<_> = days.iter().map(|(date, ..)| *date).collect();
        frame.notes = gap_notes(
            notation,
            &Gaps::of(self.range, &self.profile.calendar, self.closed_through, &reported),
            self.closed_through,
            days.is_empty(),
        );
        frame
    }

    fn chosen(&self) -> Chosen {
        let Self { range, baseline, period, sort, .. } = *self;
        Chosen { range, baseline, period, sort }
    }

    /// To what a column stands for.
    fn link_to(&self, step: Step, range: Range) -> String {
        match step {
            Step::Day => self.links().day(self.room, range.from),
            Step::Week | Step::Month => self.links().room(self.room, range),
        }
    }

    /// Every day of the room; here even a long range is shown day by day.
    fn days_table(
        &self,
        notation: &Notation<'_>,
        figures: &Figures<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
        sum: &ReportSums,
    ) -> Table {
        let mut columns = vec![Column::text(self.language.say("Day", "날짜"))];
        columns.extend(figures.columns());
        if !figures.are_few() {
            columns.push(Column::figure(self.language.say("Revision", "마감 차수")));
        }
        let rows = days
            .iter()
            .map(|(date, closed, tally)| {
                let mut cells = figures.cells(&Judged::from(tally));
                if !figures.are_few() {
                    cells.push(Cell::Datum(Notation::number(closed.revision.into())));
                }
                let href = Some(self.links().day(self.room, *date));
                Row { head: Link::to(notation.date(*date), href), cells }
            })
            .collect();
        let mut cells = figures.cells(&Judged::from(sum));
        if !figures.are_few() {
            cells.push(Cell::Text(String::new()));
        }
        let caption = if figures.are_few() {
            self.language.say("Day by day", "일별")
        } else {
            self.language.say("Each day in figures", "날짜별 수치")
        };
        Table {
            caption: caption.to_owned(),
            columns,
            rows,
            sum: Some(Row { head: Link::plain(self.language.say("Total", "합계")), cells }),
        }
    }

    /// The order that is in effect. A room's devices have no ranks.
    fn order(&self, sum: &ReportSums) -> Sort {
        let money = Self::has_money(sum);
        match self.sort {
            Sort::Name => Sort::Name,
            Sort::Rank | Sort::Cost if money => Sort::Cost,
            Sort::Rank | Sort::Cost | Sort::Energy => Sort::Energy,
        }
    }

    /// Money that is missing for some days would order devices by when the price was set.
    fn has_money(sum: &ReportSums) -> bool {
        let measure = Measure::of(&sum.totals);
        measure == Measure::Energy && sum.totals.waste_cost.is_some() && sum.unpriced == 0
    }

    fn orders(&self, sum: &ReportSums) -> Vec<Link> {
        let offered = if Self::has_money(sum) {
            &[Sort::Cost, Sort::Energy, Sort::Name][..]
        } else {
            &[Sort::Energy, Sort::Name]
        };
        self.chosen().orders(self.links(), self.order(sum), offered)
    }

    fn devices_table(
        &self,
        figures: &Figures<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
        sum: &ReportSums,
    ) -> Table {
        let mut devices: BTreeMap<&Device, (Judged, u64)> = BTreeMap::new();
        for (_, closed, _) in days {
            for device in &closed.report.devices {
                let (sums, activations) = devices.entry(&device.device).or_default();
                *sums += Judged::over([device], closed.report.pricing);
                *activations += device.activations;
            }
        }
        let mut columns = vec![Column::text(self.language.say("Device", "기기"))];
        if !figures.are_few() {
            columns.push(Column::text(self.language.say("Kind", "종류")));
        }
        columns.push(Column::figure(self.language.say("Switched on", "켜진 횟수")));
        columns.extend(figures.columns());
        let activations = devices.values().map(|(_, activations)| activations).sum();
        let mut devices: Vec<_> = devices.into_iter().collect();
        let measure = Measure::of(&sum.totals);
        match self.order(sum) {
            Sort::Rank | Sort::Cost => {
                let cost = |totals: &Totals| totals.confirmed_waste_cost().map(Charge::exact);
                devices.sort_by_key(|(_, (sums, _))| Reverse(cost(&sums.totals)));
            }
            Sort::Energy => {
                devices.sort_by_key(|(_, (sums, _))| Reverse(measure.wasted(&sums.totals)));
            }
            Sort::Name => devices.sort_by_key(|(it, _)| words::device(self.language, it)),
        }
        let rows = devices
            .into_iter()
            .map(|(device, (sums, activations))| {
                let kind = words::kind(self.language, &device.kind);
                let mut cells = vec![Cell::Datum(Notation::number(activations))];
                cells.extend(figures.cells(&sums));
                if figures.are_few() {
                    return Row { head: Link::plain(words::device(self.language, device)), cells };
                }
                cells.insert(0, Cell::Text(kind.to_owned()));
                Row { head: Link::plain(device.id.as_str()), cells }
            })
            .collect();
        let mut cells = vec![Cell::Datum(Notation::number(activations))];
        cells.extend(figures.cells(&Judged::from(sum)));
        let caption = if figures.are_few() {
            self.language.say("By device", "기기별")
        } else {
            cells.insert(0, Cell::Text(String::new()));
            self.language.say("Devices", "기기")
        };
        Table {
            caption: caption.to_owned(),
            columns,
            rows,
            sum: Some(Row { head: Link::plain(self.language.say("Total", "합계")), cells }),
        }
    }
}

impl RoomPage<'_> {
    /// What the room's meters measured; `None` where it has none.
    fn meters(
        &self,
        notation: &Notation<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
    ) -> Option<Table> {
        let mut meters: BTreeMap<&DeviceId, Metered> = BTreeMap::new();
        for meter in days.iter().flat_map(|(_, closed, _)| &closed.report.meters) {
            *meters.entry(&meter.id).or_default() += Metered::of(meter);
        }
        let any = !meters.is_empty();
        let columns = vec![Column::text(self.language.say("Meter", "계량기"))];
        let rows = meters.into_iter();
        let rows = rows.map(|(meter, metered)| (Link::plain(meter.as_str()), vec![], metered));
        any.then(|| meters_table(notation, columns, rows, DECIMALS))
    }
}

/// How a room is called in a heading.
pub(crate) fn room_name(language: Language, room: &RoomId) -> String {
    format!("{} {room}", language.say("Room", "객실"))
}

#[derive(Template)]
#[template(path = "room.html", whitespace = "minimize")]
struct View {
    frame: Frame,
    lede: Option<String>,
    actions: Option<Actions>,
    cards: Vec<Card>,
    basis: String,
    course: Drawn,
    days: Table,
    all_days: Table,
    orders: Vec<Link>,
    devices: Table,
    all_devices: Table,
    why: Option<Table>,
    terms: Vec<Term>,
    meters: Option<Table>,
    trust: Vec<Fact>,
    grade: String,
    occupancy: Table,
    empty: bool,
}
