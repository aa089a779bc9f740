//! Reports and groups as tables for a terminal.
//!
//! The figures that fit on a line; JSON and CSV have them all, with all of their decimals. Times are
//! hours and minutes (`26:05`), rounded to the minute; energy is in kilowatt-hours, and like money and
//! CO₂e rounded to two decimals, with commas between thousands. Numbers are aligned to the right. A
//! column without a single figure is left out: money without a price, the occupancy of a device kind,
//! figures per sold night where none was sold; assumed and unrated use, what was measured, standby,
//! unplaced and unpriced energy, and missing events (starts and ends together) where there are none.
//!
//! Waste is the confirmed one. Where some was assumed as well, the column `up to` behind it says how
//! far it goes up to with that.
//!
//! A table is as wide as it is asked to be at most: the figures that matter least are left out first.
//! It never asks the terminal, so the same reports always give the same text. All of its rows are held
//! until it is laid out.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, LineStyle, Table};
use roomwatt_domain::instant::{MINUTE, Millis};
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::{
    Charge, ClosedReport, Energy, NightSums, Nights, Occupancy, PerSoldNight, Presence, Rounded,
    Stay, Totals,
};

use crate::figure::grouped;
use crate::group::{Group, GroupBy};

/// The width of a terminal that nobody has made wider.
pub const TERMINAL: usize = 80;

/// One row per report, in the order given: date, room, revision, then the figures of its totals
/// and occupancy, as many as fit into so many characters. `currency` stands over the columns of money.
/// No line break at the end.
pub fn of_reports<'a>(
    reports: impl IntoIterator<Item = &'a ClosedReport>,
    currency: Option<&str>,
    width: usize,
) -> String {
    let rows = reports.into_iter().map(|closed| Row {
        names: vec![closed.date.to_string(), closed.room.to_string()],
        count: closed.revision.into(),
        totals: closed.report.totals(),
        occupancy: Some(closed.report.occupancy),
        nights: None,
    });
    lay_out(&["Date", "Room"], "Rev.", &rows.collect::<Vec<_>>(), currency, width)
}

/// One row per group, in the order given: key, number of reports, then its nights and the figures of
/// its totals and occupancy, as many as fit into so many characters. `currency` stands over the columns
/// of money. No line break at the end.
pub fn of_groups<'a>(
    by: GroupBy,
    groups: impl IntoIterator<Item = &'a Group>,
    currency: Option<&str>,
    width: usize,
) -> String {
    let key = match by {
        GroupBy::Room => "Room",
        GroupBy::Date => "Date",
        GroupBy::Week => "Week",
        GroupBy::Month => "Month",
        GroupBy::DeviceKind => "Device kind",
        GroupBy::Hotel => "Hotel",
    };
    let rows = groups.into_iter().map(|group| Row {
        names: vec![group.key.to_string()],
        count: group.reports,
        totals: group.totals,
        occupancy: group.occupancy,
        nights: Some(group.nights),
    });
    lay_out(&[key], "Reports", &rows.collect::<Vec<_>>(), currency, width)
}

struct Row {
    names: Vec<String>,
    count: u64,
    totals: Totals,
    occupancy: Option<Occupancy>,
    /// Of a group.
    nights: Option<NightSums>,
}

impl Row {
    fn per_sold_night(&self) -> Option<PerSoldNight> {
        self.nights?.per_sold_night(&self.totals)
    }

    fn measured(&self, part: fn(&MeasuredTotals) -> Energy) -> Option<String> {
        some_energy(part(&self.totals.measured?))
    }
}

/// A column of figures: what stands over it on two lines, and its cell in a row. Of columns that do
/// not fit, those with the highest number go first.
struct Column {
    rank: u8,
    title: [&'static str; 2],
    unit: Unit,
    cell: fn(&Row) -> Option<String>,
}

enum Unit {
    /// Hours and minutes, or a count: the figure tells by itself.
    Plain,
    KilowattHours,
    Money,
    Kilograms,
}

impl Column {
    const fn new(
        rank: u8,
        top: &'static str,
        bottom: &'static str,
        unit: Unit,
        cell: fn(&Row) -> Option<String>,
    ) -> Self {
        Self { rank, title: [top, bottom], unit, cell }
    }

    fn head(&self, currency: Option<&str>) -> String {
        let unit = match self.unit {
            Unit::Plain => "",
            Unit::KilowattHours => "kWh",
            Unit::Money => currency.unwrap_or_default(),
            Unit::Kilograms => "kg",
        };
        let [top, bottom] = self.title;
        let space = if bottom.is_empty() || unit.is_empty() { "" } else { " " };
        format!("{top}\n{bottom}{space}{unit}")
    }
}

const COLUMNS: [Column; 24] = [
    Column::new(9, "Sold", "nights", Unit::Plain, |row| {
        let nights = row.nights?.nights;
        (nights != Nights::default()).then(|| nights.sold.to_string())
    }),
    Column::new(11, "Checked", "in", Unit::Plain, |row| {
        row.occupancy.map(|of| time(of.of_stay(Stay::CheckedIn)))
    }),
    Column::new(10, "Vacant", "", Unit::Plain, |row| {
        row.occupancy.map(|of| time(of.of_presence(Presence::Vacant)))
    }),
    Column::new(7, "Use", "", Unit::Plain, |row| Some(time(row.totals.usage))),
    Column::new(3, "Waste", "", Unit::Plain, |row| Some(time(row.totals.confirmed_waste()))),
    Column::new(12, "", "up to", Unit::Plain, |row| {
        (row.totals.assumed_waste != 0).then(|| time(row.totals.waste.waste))
    }),
    Column::new(14, "Unsold", "use", Unit::Plain, |row| Some(time(row.totals.waste.unsold))),
    Column::new(16, "Assumed", "", Unit::Plain, |row| some_time(row.totals.assumed)),
    Column::new(15, "Unrated", "", Unit::Plain, |row| some_time(row.totals.unrated)),
    Column::new(1, "Energy", "", Unit::KilowattHours, |row| Some(energy(row.totals.energy))),
    Column::new(8, "per sold", "night", Unit::KilowattHours, |row| {
        row.per_sold_night().map(|night| kilo(night.energy))
    }),
    Column::new(17, "Measured", "", Unit::KilowattHours, |row| row.measured(|it| it.energy)),
    Column::new(18, "Standby", "", Unit::KilowattHours, |row| row.measured(|it| it.standby)),
    Column::new(19, "Unplaced", "", Unit::KilowattHours, |row| row.measured(|it| it.unplaced)),
    Column::new(2, "Wasted", "", Unit::KilowattHours, |row| {
        Some(energy(row.totals.confirmed_waste_energy()))
    }),
    Column::new(4, "", "up to", Unit::KilowattHours, |row| {
        let assumed = row.totals.assumed_waste_energy != Energy::default();
        assumed.then(|| energy(row.totals.waste_energy))
    }),
    Column::new(5, "Cost", "", Unit::Money, |row| amount(row.totals.cost)),
    Column::new(20, "per sold", "night", Unit::Money, |row| row.per_sold_night()?.cost.map(short)),
    Column::new(13, "Unpriced", "", Unit::KilowattHours, |row| {
        row.totals.unpriced.and_then(some_energy)
    }),
    Column::new(6, "Waste", "cost", Unit::Money, |row| amount(row.totals.confirmed_waste_cost())),
    Column::new(21, "", "up to", Unit::Money, |row| {
        let assumed = row.totals.assumed_waste_cost? != Charge::default();
        amount(row.totals.waste_cost.filter(|_| assumed))
    }),
    Column::new(22, "CO₂e", "", Unit::Kilograms, |row| amount(row.totals.co2e)),
    Column::new(23, "per sold", "night", Unit::Kilograms, |row| {
        row.per_sold_night()?.co2e.map(short)
    }),
    Column::new(24, "Missing", "events", Unit::Plain, |row| {
        let missing = row.totals.quality.missing_starts + row.totals.quality.missing_ends;
        (missing > 0).then(|| missing.to_string())
    }),
];

/// A time that is worth a column only where there is any.
fn some_time(millis: Millis) -> Option<String> {
    (millis != 0).then(|| time(millis))
}

/// Hours and minutes, rounded half away from zero.
fn time(millis: Millis) -> String {
    let minutes = Rounded::<0>::of(millis.into(), MINUTE.into()).units();
    let sign = if minutes < 0 { "-" } else { "" };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

/// Energy that is worth a column only where there is any.
fn some_energy(of: Energy) -> Option<String> {
    (of != Energy::default()).then(|| energy(of))
}

fn energy(energy: Energy) -> String {
    kilo(energy.watt_hours())
}

/// Kilowatt-hours of watt-hours.
fn kilo(watt_hours: Rounded<3>) -> String {
    separated(Rounded::of(watt_hours.units(), 1_000_000))
}

fn amount(charge: Option<Charge>) -> Option<String> {
    charge.map(|charge| short(charge.amount()))
}

/// Money and kilograms for people.
fn short(amount: Rounded<4>) -> String {
    separated(Rounded::of(amount.units(), 10_000))
}

/// A decimal with commas between thousands.
fn separated(number: Rounded<2>) -> String {
    let text = number.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    format!("{sign}{}.{decimals}", grouped(digits))
}

fn lay_out(
    names: &[&str],
    count: &str,
    rows: &[Row],
    currency: Option<&str>,
    width: usize,
) -> String {
    let mut shown: Vec<_> = COLUMNS
        .iter()
        .filter(|column| rows.is_empty() || rows.iter().any(|row| (column.cell)(row).is_some()))
        .collect();
    loop {
        let table = of_columns(names, count, rows, currency, &shown);
        let widest = table.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        let least = shown.iter().map(|column| column.rank).max();
        if widest <= width || shown.len() <= 1 {
            return table;
        }
        shown.retain(|column| Some(column.rank) != least);
    }
}

fn of_columns(
    names: &[&str],
    count: &str,
    rows: &[Row],
    currency: Option<&str>,
    shown: &[&Column],
) -> String {
    let text = |text: String| Cell::new_owned(text);
    let number = |number: String| text(number).set_alignment(CellAlignment::Right);
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(
        names
            .iter()
            .map(|name| text((*name).to_owned()))
            .chain([number(count.to_owned())])
            .chain(shown.iter().map(|column| number(column.head(currency)))),
    );
    for row in rows {
        let figures = shown.iter().map(|column| (column.cell)(row).unwrap_or_default());
        table.add_row(
            row.names
                .iter()
                .map(|name| text(name.clone()))
                .chain([number(row.count.to_string())])
                .chain(figures.map(number)),
        );
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn times_are_hours_and_minutes_rounded_to_the_minute() {
        let times = [
            (0, "0:00"),
            (29_999, "0:00"),
            (30_000, "0:01"),
            (3_599_999, "1:00"),
            (93_900_000, "26:05"),
            (-90_000, "-0:02"),
        ];
        for (millis, shown) in times {
            assert_eq!(time(millis), shown, "{millis} ms");
        }
    }
}
