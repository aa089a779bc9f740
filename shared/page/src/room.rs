//! A room over a range of days, and the way to each of them.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use roomwatt_domain::{
    BusinessDate, ClosedReport, Device, DeviceId, Instant, Profile, ReportSums, RoomId,
};
use roomwatt_presentation::Range;

use crate::PageError;
use crate::basis::{Term, terms};
use crate::cards::{Card, CardValue, Detail, cards, lede};
use crate::chart::{self, Bar, Chart, Parts};
use crate::columns::{Columns, Step};
use crate::figures::Data;
use crate::gaps::Gaps;
use crate::language::Language;
use crate::links::{Links, Place};
use crate::notation::Notation;
use crate::parts::{
    Cell, Column, Figures, Frame, Link, Row, Table, gap_notes, hotel_name, in_languages,
    meters_table, occupancy_table, to_hotels,
};
use crate::tally::{Judged, Measure, Metered};
use crate::telling::{Amounts, trend};
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
    /// The room's closed reports, in any order; those of other days are left out.
    pub reports: &'a [ClosedReport],
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
        for (_, closed, tally) in &days {
            sum += *tally;
            kinds.add(closed);
        }
        let figures = Figures::of(&notation, &sum.totals, DECIMALS);
        let cards = if days.is_empty() { vec![] } else { cards(&notation, &sum, None, None) };
        let view = View {
            frame: self.frame(&notation, &days, &sum),
            lede: lede(&notation, &sum.totals),
            cards,
            trend: Self::trend(&notation, &days, &sum),
            chart: self.chart(&notation, &days, Measure::of(&sum.totals)),
            measure: Measure::of(&sum.totals),
            step: Columns::of(self.range).step,
            days: self.days_table(&notation, &figures.few(), &days, &sum),
            all_days: self.days_table(&notation, &figures, &days, &sum),
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
        let of_room = |language, range| Links { language, ..links }.room(self.room, range);
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
        frame.languages = in_languages(|language| of_room(language, self.range));
        let sibling = |times| {
            let range = self.range.shifted(times)?;
            Some(Link::to(notation.range(range), Some(of_room(language, range))))
        };
        frame.previous = sibling(-1);
        frame.next =
            sibling(1).filter(|_| self.closed_through.is_some_and(|closed| closed > self.range.to));
        let reported: BTreeSet<_> = days.iter().map(|(date, ..)| *date).collect();
        frame.notes = gap_notes(
            notation,
            &Gaps::of(self.range, &self.profile.calendar, self.closed_through, &reported),
            self.closed_through,
            days.is_empty(),
        );
        frame
    }

    fn trend(
        notation: &Notation<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
        sum: &ReportSums,
    ) -> String {
        let amounts = Amounts::of(notation, &sum.totals);
        let wasted = days.iter().filter_map(|(date, _, tally)| {
            Some((notation.date(*date), amounts.alike(&tally.totals)?))
        });
        trend(&amounts, Step::Day, &wasted.collect::<Vec<_>>())
    }

    fn chart(
        &self,
        notation: &Notation<'_>,
        days: &[(BusinessDate, &ClosedReport, ReportSums)],
        measure: Measure,
    ) -> Chart {
        let columns = Columns::of(self.range);
        let mut sums = vec![ReportSums::default(); columns.len()];
        for (date, _, tally) in days {
            if let Some(at) = columns.index(*date) {
                sums[at] += *tally;
            }
        }
        let bars: Vec<Bar> = columns
            .ranges
            .iter()
            .zip(&sums)
            .map(|(range, tally)| {
                let totals = (tally.reports > 0).then_some(&tally.totals);
                let (label, name, href) = match columns.step {
                    Step::Day => (
                        notation.short_date(range.from),
                        notation.date(range.from),
                        self.links().day(self.room, range.from),
                    ),
                    Step::Week => (
                        notation.short_date(range.from),
                        notation.range(*range),
                        self.links().room(self.room, *range),
                    ),
                    Step::Month => (
                        notation.month(range.from),
                        notation.range(*range),
                        self.links().room(self.room, *range),
                    ),
                };
                Bar {
                    label,
                    title: chart::bar_title(notation, &name, measure, totals),
                    href: totals.map(|_| href),
                    figures: totals.map(|totals| Parts::of(measure, totals)),
                    shade: columns.shade(*range),
                    ..Bar::default()
                }
            })
            .collect();
        chart::draw(self.language.say("Used and wasted", "사용과 낭비"), measure, &bars)
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
    cards: Vec<Card>,
    chart: Chart,
    measure: Measure,
    step: Step,
    trend: String,
    days: Table,
    all_days: Table,
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
