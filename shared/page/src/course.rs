//! The course of a range: what each of its columns used and wasted, and what that is held against: the
//! days before a single day, and the period to compare with.

use roomwatt_domain::{BusinessDate, Energy, NightSums, Prices, Profile, ReportSums, Totals};
use roomwatt_presentation::Range;

use crate::cards::{Basis, Before};
use crate::chart::{self, Bar, Chart, Parts, Shade};
use crate::columns::{Columns, Step};
use crate::figures::usual;
use crate::language::Language;
use crate::notation::Notation;
use crate::tally::Measure;
use crate::telling::{self, Amounts};

/// How many days before it the chart of one day shows.
const LEADING: usize = 13;

/// A day before a page of one day.
#[derive(Debug, Clone, Copy)]
pub struct Lead {
    /// Which day.
    pub date: BusinessDate,
    /// The sums of its reports.
    pub sums: ReportSums,
}

/// The period to compare with.
#[derive(Debug, Clone)]
pub(crate) struct PeriodBefore {
    pub(crate) range: Range,
    pub(crate) totals: Totals,
    pub(crate) nights: NightSums,
    pub(crate) room_days: u64,
    /// Whether all of its days have a price, and all an emission factor.
    priced: bool,
    emitting: bool,
}

impl PeriodBefore {
    pub(crate) fn new(range: Range) -> Self {
        let (totals, nights) = (Totals::default(), NightSums::default());
        Self { range, totals, nights, room_days: 0, priced: true, emitting: true }
    }

    /// Adds a day; one outside of the period, or without a report, is left out.
    pub(crate) fn add(
        &mut self,
        date: BusinessDate,
        room_days: u64,
        totals: &Totals,
        nights: &NightSums,
    ) {
        if self.range.contains(date) && room_days > 0 {
            let unpriced = totals.unpriced.is_some_and(|energy| energy != Energy::default());
            self.priced &= totals.cost.is_some() && !unpriced;
            self.emitting &= totals.co2e.is_some();
            self.room_days += room_days;
            self.totals += *totals;
            self.nights += *nights;
        }
    }

    fn basis(&self, room_days: u64) -> Option<Basis> {
        Basis::of(room_days, self.room_days)
    }

    /// For the cards of so many room-days.
    pub(crate) fn against(&self, room_days: u64) -> Option<Before<'_>> {
        let basis = self.basis(room_days)?;
        let Self { totals, nights, priced, emitting, .. } = self;
        Some(Before { totals, nights, basis, priced: *priced, emitting: *emitting })
    }

    /// What so many room-days of it wasted on average.
    fn wasted(&self, measure: Measure, room_days: u64) -> Option<i128> {
        let before = self.room_days;
        (before > 0 && room_days > 0)
            .then(|| measure.wasted(&self.totals) * i128::from(room_days) / i128::from(before))
    }

    /// How so many room-days are compared with it, in words.
    pub(crate) fn note(&self, notation: &Notation<'_>, room_days: u64) -> String {
        let before = notation.range(self.range);
        let days = |days: u64| Notation::number(days).text;
        match (notation.language, self.basis(room_days)) {
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
}

/// The short and the full name of each column.
pub(crate) fn column_names(notation: &Notation<'_>, columns: &Columns) -> Vec<(String, String)> {
    let names = columns.ranges.iter().map(|range| match columns.step {
        Step::Day => (notation.short_date(range.from), notation.date(range.from)),
        Step::Week => (notation.short_date(range.from), notation.range(*range)),
        Step::Month => (notation.month(range.from), notation.range(*range)),
    });
    names.collect()
}

/// A range column by column.
pub(crate) struct Course<'a> {
    pub(crate) notation: &'a Notation<'a>,
    pub(crate) profile: &'a Profile,
    pub(crate) range: Range,
    pub(crate) columns: &'a Columns,
    /// What the reports of each column come to.
    pub(crate) sums: &'a [ReportSums],
    /// What all of them come to.
    pub(crate) sum: &'a ReportSums,
    /// The days before a range of one day, by date.
    pub(crate) lead: &'a [Lead],
    pub(crate) before: &'a PeriodBefore,
}

impl Course<'_> {
    fn measure(&self) -> Measure {
        Measure::of(&self.sum.totals)
    }

    /// Whether the chart of one day stands among the days before it.
    pub(crate) fn leads_in(&self) -> bool {
        self.range.from == self.range.to && !self.lead.is_empty()
    }

    /// The days before it that stand in the chart of one day.
    pub(crate) fn leading(&self) -> &[Lead] {
        let lead = if self.leads_in() { self.lead } else { &[] };
        &lead[lead.len().saturating_sub(LEADING)..]
    }

    /// What is wasted on such a day, where enough of its weekday are known.
    pub(crate) fn usual(&self, amounts: &Amounts<'_>) -> Option<i128> {
        let weekday = self.range.from.civil().weekday();
        let same = self.lead.iter().rev().filter(|it| it.date.civil().weekday() == weekday);
        let same = same.filter(|it| it.sums.reports > 0);
        usual(same.filter_map(|it| amounts.alike(&it.sums.totals)))
    }

    /// What so many room-days of the period before wasted on average. A chart that leads in shows
    /// those days themselves.
    fn wasted_before(&self, room_days: u64) -> Option<i128> {
        if self.leads_in() { None } else { self.before.wasted(self.measure(), room_days) }
    }

    /// Whether another tariff begins within a column, or the range.
    fn has_new_price(&self, within: Range) -> bool {
        let tariffs = match &self.profile.prices {
            Some(Prices::ByDate(tariffs)) => &tariffs[..],
            None | Some(Prices::Flat(_)) => &[],
        };
        let mut later = tariffs.iter().skip(1).filter(|tariff| tariff.from > self.range.from);
        later.any(|tariff| within.contains(tariff.from))
    }

    /// The bars, each with a link to the range that it stands for.
    fn chart(&self, href: impl Fn(Range) -> String) -> Chart {
        let (notation, measure) = (self.notation, self.measure());
        let bar = |range, name: &str, sums: &ReportSums| {
            let totals = (sums.reports > 0).then_some(&sums.totals);
            Bar {
                title: chart::bar_title(notation, name, measure, totals),
                href: totals.map(|_| href(range)),
                figures: totals.map(|totals| Parts::of(measure, totals)),
                shade: self.columns.shade(range),
                ..Bar::default()
            }
        };
        let led = self.leading().iter().map(|lead| {
            let label = notation.short_date(lead.date);
            Bar { label, ..bar(Range::day(lead.date), &notation.date(lead.date), &lead.sums) }
        });
        let names = column_names(notation, self.columns);
        let columns = self.sums.iter().zip(&self.columns.ranges).zip(names);
        let columns = columns.map(|((sums, range), (label, name))| {
            let Bar { mut title, mut shade, href, figures, .. } = bar(*range, &name, sums);
            let (revised, new_price) = (sums.revised > 0, self.has_new_price(*range));
            if revised {
                title.push_str(notation.language.say("; revised", "; 정정됨"));
            }
            if new_price {
                title.push_str(notation.language.say("; a new tariff", "; 새 요금제"));
            }
            if self.leads_in() {
                shade = Shade::Current;
            }
            let before = self.wasted_before(sums.reports);
            Bar { label, title, href, figures, shade, revised, new_price, before }
        });
        let bars: Vec<_> = led.chain(columns).collect();
        chart::draw(notation.language.say("Used and wasted", "사용과 낭비"), measure, &bars)
    }

    /// Which marks the chart has, for its legend.
    fn marks(&self) -> Vec<Mark> {
        let weekends =
            self.columns.step == Step::Day && (self.leads_in() || self.columns.len() > 1);
        let marks = [
            (!self.leading().is_empty(), Mark::Current),
            (self.wasted_before(self.sum.reports).is_some(), Mark::Before),
            (weekends, Mark::Weekend),
            (self.sum.revised > 0, Mark::Revised),
            (self.has_new_price(self.range), Mark::NewPrice),
        ];
        marks.into_iter().filter(|(is_there, _)| *is_there).map(|(_, mark)| mark).collect()
    }

    /// What the chart shows, in a sentence.
    fn trend(&self) -> String {
        let (notation, totals) = (self.notation, &self.sum.totals);
        let amounts = Amounts::of(notation, totals);
        let led = self.leading().iter();
        let led = led.map(|lead| (&lead.sums, notation.date(lead.date)));
        let names = column_names(notation, self.columns).into_iter().map(|(_, name)| name);
        let shown = led.chain(self.sums.iter().zip(names)).filter(|(sums, _)| sums.reports > 0);
        let shown = shown.filter_map(|(sums, name)| Some((name, amounts.alike(&sums.totals)?)));
        telling::trend(&amounts, self.columns.step, &shown.collect::<Vec<_>>())
    }

    /// For the page.
    pub(crate) fn drawn(&self, href: impl Fn(Range) -> String) -> Drawn {
        Drawn {
            trend: self.trend(),
            measure: self.measure(),
            step: self.columns.step,
            marks: self.marks(),
            chart: self.chart(href),
        }
    }
}

/// What a chart has beside its bars.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mark {
    Current,
    Before,
    Weekend,
    Revised,
    NewPrice,
}

/// A course as `course.html` shows it.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// What it shows, in a sentence.
    pub(crate) trend: String,
    pub(crate) measure: Measure,
    pub(crate) step: Step,
    pub(crate) marks: Vec<Mark>,
    pub(crate) chart: Chart,
}
