//! Reports and groups as tables for a terminal.
//!
//! The figures that fit on a line; JSON and CSV have them all. Times are hours and minutes
//! (`26:05`), rounded to the minute; energy, money and CO₂e have the same decimals as everywhere.
//! Numbers are aligned to the right. A column without a single figure is left out: money without a
//! price, the occupancy of a device kind, figures per sold night where none was sold; assumed and
//! unrated use, what was measured, standby, unplaced and unpriced energy, and missing events
//! (starts and ends together) where there are none.
//!
//! Waste is the confirmed one. Where some was assumed as well, the column `up to` behind it says how
//! far it goes up to with that.
//!
//! A table is as wide as its columns need and never asks the terminal, so the same reports always
//! give the same text. All of its rows are held until it is laid out.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, LineStyle, Table};
use roomwatt_domain::instant::{MINUTE, Millis};
use roomwatt_domain::totals::MeasuredTotals;
use roomwatt_domain::{
    Charge, ClosedReport, Energy, NightSums, Nights, Occupancy, PerSoldNight, Presence, Rounded,
    Stay, Totals,
};

use crate::group::{Group, GroupBy};

/// One row per report, in the order given: date, room, revision, then the figures of its totals
/// and occupancy. `currency` stands over the columns of money. No line break at the end.
pub fn of_reports<'a>(
    reports: impl IntoIterator<Item = &'a ClosedReport>,
    currency: Option<&str>,
) -> String {
    let rows = reports.into_iter().map(|closed| Row {
        names: vec![closed.date.to_string(), closed.room.to_string()],
        count: closed.revision.into(),
        totals: closed.report.totals(),
        occupancy: Some(closed.report.occupancy),
        nights: None,
    });
    lay_out(&["Date", "Room"], "Rev.", &rows.collect::<Vec<_>>(), currency)
}

/// One row per group, in the order given: key, number of reports, then its nights and the figures of
/// its totals and occupancy. `currency` stands over the columns of money. No line break at the end.
pub fn of_groups<'a>(
    by: GroupBy,
    groups: impl IntoIterator<Item = &'a Group>,
    currency: Option<&str>,
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
    lay_out(&[key], "Reports", &rows.collect::<Vec<_>>(), currency)
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

/// A column of figures: what stands over it on two lines, and its cell in a row.
struct Column {
    title: [&'static str; 2],
    unit: Unit,
    cell: fn(&Row) -> Option<String>,
}

enum Unit {
    /// Hours and minutes, or a count: the figure tells by itself.
    Plain,
    WattHours,
    Money,
    Kilograms,
}

impl Column {
    const fn new(
        top: &'static str,
        bottom: &'static str,
        unit: Unit,
        cell: fn(&Row) -> Option<String>,
    ) -> Self {
        Self { title: [top, bottom], unit, cell }
    }

    fn head(&self, currency: Option<&str>) -> String {
        let unit = match self.unit {
            Unit::Plain => "",
            Unit::WattHours => "Wh",
            Unit::Money => currency.unwrap_or_default(),
            Unit::Kilograms => "kg",
        };
        let [top, bottom] = self.title;
        let space = if bottom.is_empty() || unit.is_empty() { "" } else { " " };
        format!("{top}\n{bottom}{space}{unit}")
    }
}

const COLUMNS: [Column; 24] = [
    Column::new("Sold", "nights", Unit::Plain, |row| {
        let nights = row.nights?.nights;
        (nights != Nights::default()).then(|| nights.sold.to_string())
    }),
    Column::new("Checked", "in", Unit::Plain, |row| {
        let in_stay = |presence| row.occupancy.map(|of| of.cell(Stay::CheckedIn, presence));
        Presence::ALL.into_iter().map(in_stay).sum::<Option<_>>().map(time)
    }),
    Column::new("Vacant", "", Unit::Plain, |row| {
        let vacant = |stay| row.occupancy.map(|of| of.cell(stay, Presence::Vacant));
        Stay::ALL.into_iter().map(vacant).sum::<Option<_>>().map(time)
    }),
    Column::new("Use", "", Unit::Plain, |row| Some(time(row.totals.usage))),
    Column::new("Waste", "", Unit::Plain, |row| Some(time(row.totals.confirmed_waste()))),
    Column::new("", "up to", Unit::Plain, |row| {
        (row.totals.assumed_waste != 0).then(|| time(row.totals.waste.waste))
    }),
    Column::new("Unsold", "use", Unit::Plain, |row| Some(time(row.totals.waste.unsold))),
    Column::new("Assumed", "", Unit::Plain, |row| some_time(row.totals.assumed)),
    Column::new("Unrated", "", Unit::Plain, |row| some_time(row.totals.unrated)),
    Column::new("Energy", "", Unit::WattHours, |row| Some(energy(row.totals.energy))),
    Column::new("per sold", "night", Unit::WattHours, |row| {
        row.per_sold_night().map(|night| night.energy.to_string())
    }),
    Column::new("Measured", "", Unit::WattHours, |row| row.measured(|it| it.energy)),
    Column::new("Standby", "", Unit::WattHours, |row| row.measured(|it| it.standby)),
    Column::new("Unplaced", "", Unit::WattHours, |row| row.measured(|it| it.unplaced)),
    Column::new("Wasted", "", Unit::WattHours, |row| {
        Some(energy(row.totals.confirmed_waste_energy()))
    }),
    Column::new("", "up to", Unit::WattHours, |row| {
        let assumed = row.totals.assumed_waste_energy != Energy::default();
        assumed.then(|| energy(row.totals.waste_energy))
    }),
    Column::new("Cost", "", Unit::Money, |row| amount(row.totals.cost)),
    Column::new("per sold", "night", Unit::Money, |row| {
        row.per_sold_night()?.cost.map(|cost| cost.to_string())
    }),
    Column::new("Unpriced", "", Unit::WattHours, |row| row.totals.unpriced.and_then(some_energy)),
    Column::new("Waste", "cost", Unit::Money, |row| amount(row.totals.confirmed_waste_cost())),
    Column::new("", "up to", Unit::Money, |row| {
        let assumed = row.totals.assumed_waste_cost? != Charge::default();
        amount(row.totals.waste_cost.filter(|_| assumed))
    }),
    Column::new("CO₂e", "", Unit::Kilograms, |row| amount(row.totals.co2e)),
    Column::new("per sold", "night", Unit::Kilograms, |row| {
        row.per_sold_night()?.co2e.map(|co2e| co2e.to_string())
    }),
    Column::new("Missing", "events", Unit::Plain, |row| {
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
    energy.watt_hours().to_string()
}

fn amount(charge: Option<Charge>) -> Option<String> {
    charge.map(|charge| charge.amount().to_string())
}

fn lay_out(names: &[&str], count: &str, rows: &[Row], currency: Option<&str>) -> String {
    let shown: Vec<_> = COLUMNS
        .iter()
        .filter(|column| rows.is_empty() || rows.iter().any(|row| (column.cell)(row).is_some()))
        .collect();

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
