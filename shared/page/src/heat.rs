//! The heat map: what each room wasted in each column of a range.

use std::cmp::Reverse;

use roomwatt_domain::{ReportSums, RoomId};

use crate::columns::{Columns, Step};
use crate::course::column_names;
use crate::language::Language;
use crate::links::Links;
use crate::notation::{Datum, Notation, decimal};
use crate::parts::Link;
use crate::tally::Measure;

/// How many rooms the heat map shows on their own.
const HEAT_ROOMS: usize = 40;

/// What the heat map shows of a room in a column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HeatCell {
    reports: u64,
    wasted_energy: i128,
    wasted_time: i64,
}

impl HeatCell {
    /// Adds what reports of the room come to.
    pub(crate) fn add(&mut self, sums: &ReportSums) {
        self.reports += sums.reports;
        self.wasted_energy += sums.totals.confirmed_waste_energy().exact();
        self.wasted_time += sums.totals.confirmed_waste();
    }

    fn wasted(self, measure: Measure) -> Option<i128> {
        (self.reports > 0).then_some(match measure {
            Measure::Energy => self.wasted_energy,
            Measure::Time => self.wasted_time.into(),
        })
    }
}

/// A room as the heat map takes it.
pub(crate) struct HeatRoom<'a> {
    pub(crate) room: &'a RoomId,
    pub(crate) link: Link,
    pub(crate) cells: &'a [HeatCell],
    /// In all.
    pub(crate) wasted: i128,
}

/// The heat map: a table, so that each cell has a room, a day, a figure and a link.
#[derive(Debug)]
pub(crate) struct Heat {
    pub(crate) title: String,
    pub(crate) step: Step,
    pub(crate) columns: Vec<HeatColumn>,
    pub(crate) rows: Vec<HeatRow>,
    pub(crate) rest: Option<HeatRow>,
    pub(crate) legend: Vec<String>,
    pub(crate) unit: &'static str,
    pub(crate) shown: usize,
    pub(crate) rooms: usize,
    /// Columns so narrow that print leaves their figures out.
    pub(crate) dense: bool,
}

impl Heat {
    /// Of a hotel's rooms, those that waste most in front.
    pub(crate) fn of(
        notation: &Notation<'_>,
        links: Links,
        measure: Measure,
        columns: &Columns,
        mut rooms: Vec<HeatRoom<'_>>,
    ) -> Self {
        let language = notation.language;
        rooms.sort_by_key(|room| Reverse(room.wasted));
        // One more room than fits is a row as well as it would be a remainder.
        let shown = if rooms.len() > HEAT_ROOMS + 1 { HEAT_ROOMS } else { rooms.len() };
        let (worst, others) = rooms.split_at(shown);
        let averages = averages(others.iter().map(|room| room.cells), measure, columns.len());
        let of_worst = worst.iter().flat_map(|room| room.cells);
        let most = of_worst.filter_map(|cell| cell.wasted(measure)).max().unwrap_or(0);
        let scale = HeatScale::of(measure, most, columns.step);
        let names = column_names(notation, columns);
        let rows = worst
            .iter()
            .map(|HeatRoom { room, link, cells, .. }| {
                let cells = cells.iter().zip(&columns.ranges).zip(&names);
                let cells = cells.map(|((cell, range), (_, name))| {
                    let href = match columns.step {
                        Step::Day => links.day(room, range.from),
                        Step::Week | Step::Month => links.room(room, *range),
                    };
                    let what = format!("{room}, {name}");
                    let href = room.fits_a_path().then_some(href);
                    scale.cell(notation, &what, cell.wasted(measure), href)
                });
                HeatRow { head: link.clone(), cells: cells.collect() }
            })
            .collect();
        let rest = (!others.is_empty()).then(|| {
            let name = match language {
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
            Step::Day => language.say("Waste by room and day", "객실·날짜별 낭비"),
            Step::Week => language.say("Waste by room and week", "객실·주별 낭비"),
            Step::Month => language.say("Waste by room and month", "객실·월별 낭비"),
        };
        Self {
            title: format!("{title}, {}", scale.symbol()),
            step: columns.step,
            columns: heads,
            rows,
            rest,
            legend: scale.legend(),
            unit: scale.symbol(),
            shown: worst.len(),
            rooms: rooms.len(),
            dense: columns.len() > 31,
        }
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

#[derive(Debug)]
pub(crate) struct HeatColumn {
    pub(crate) top: String,
    pub(crate) below: String,
    pub(crate) full: String,
}

#[derive(Debug)]
pub(crate) struct HeatRow {
    pub(crate) head: Link,
    pub(crate) cells: Vec<ShownCell>,
}

#[derive(Debug)]
pub(crate) struct ShownCell {
    /// 0 for nothing wasted, to 5; `None` without a report.
    pub(crate) level: Option<usize>,
    pub(crate) figure: String,
    pub(crate) title: String,
    pub(crate) href: Option<String>,
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
