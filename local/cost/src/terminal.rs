//! A bill for people: four totals first, and everything behind them if they ask.

use std::fmt::Write as _;
use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table};

use crate::Shape;
use crate::bill::{Bill, DAYS_PER_MONTH, Service, UnitsPerEvent, Usage};

/// Characters in a line.
const WIDTH: u16 = 80;

impl Bill {
    /// Writes the bill for people. `explains` adds the services, what is used of each, what was
    /// measured and what was assumed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_for_people(&self, out: &mut dyn Write, explains: bool) -> io::Result<()> {
        writeln!(out, "{}\n", wrapped("", &self.asked()))?;
        writeln!(out, "{}", self.totals())?;
        if !explains {
            return writeln!(out, "\n--explain tells what is used of each service, and why.");
        }
        let UnitsPerEvent { ingest_write_units, write_units, read_units } = self.units_per_event;
        writeln!(
            out,
            "\nan event: {write_units:.4} write units ({ingest_write_units:.4} by ingest), \
             {read_units:.4} read units"
        )?;
        writeln!(out, "\n{}", services(&self.services))?;
        writeln!(out, "\n{}", usage(&self.services))?;
        for (title, lines) in [("Measured", &self.measured), ("Assumed", &self.assumed)] {
            writeln!(out, "\n{title}")?;
            for line in lines {
                writeln!(out, "{}", wrapped("-", line))?;
            }
        }
        Ok(())
    }

    /// What the bill is of, in a sentence.
    fn asked(&self) -> String {
        let Shape { rooms, events, devices, hotels, packed, batch_window, pollers, .. } =
            self.shape;
        let plural = if hotels == 1 { "hotel" } else { "hotels" };
        let mut asked = format!(
            "{hotels} {plural} of {rooms} rooms, {devices} devices and {events} events a room and \
             day, {packed} packed to a message,"
        );
        if self.readings_per_day > 0 {
            // A text takes whatever is written to it.
            let _ = write!(
                asked,
                " beside them {} readings an hour of each device's counter: of {} events a day {} \
                 are readings,",
                self.shape.readings_per_hour, self.events_per_day, self.readings_per_day
            );
        }
        let _ = write!(
            asked,
            " gathered for {batch_window} s by {pollers} pollers of each queue; {}, prices of {}, \
             a month of {DAYS_PER_MONTH} days",
            self.region, self.prices_of
        );
        asked
    }

    fn totals(&self) -> String {
        let mut table = headed(&["", "$", "after allowances"]);
        for (name, dollars, left) in [
            ("a month", self.total_per_month, Some(self.total_after_allowances)),
            ("  of it without any event", self.idle_per_month, Some(self.idle_after_allowances)),
            ("a room and month", self.per_room_month, None),
            ("a million events", self.per_million_events, None),
        ] {
            let left = left.map(dollars_text).unwrap_or_default();
            table.add_row([Cell::new(name), right(dollars_text(dollars)), right(left)]);
        }
        table.trim_fmt()
    }
}

fn services(services: &[Service]) -> String {
    let mut table = headed(&["Service", "$", "of it idle", "after allowances"]);
    for service in services {
        let idle = service.idle_dollars;
        table.add_row([
            Cell::new(service.name),
            right(dollars_text(service.dollars)),
            right(if idle > 0.0 { dollars_text(idle) } else { String::new() }),
            right(dollars_text(service.after_allowances)),
        ]);
    }
    table.trim_fmt()
}

fn usage(services: &[Service]) -> String {
    let mut table = headed(&["Used in a month", "", "Price", "$"]);
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for service in services {
        table.add_row([Cell::new(service.name)]);
        for usage in &service.usage {
            table.add_row([
                Cell::new(format!("  {}", usage.what)),
                right(format!("{} {}", quantity(usage.quantity), usage.unit)),
                right(price(usage)),
                right(dollars_text(usage.dollars)),
            ]);
        }
    }
    table.trim_fmt()
}

fn price(usage: &Usage) -> String {
    let mut price = usage.price.to_string();
    if usage.per > 1.0 {
        price.push_str("/million");
    }
    if let Some(region) = &usage.price_assumed_from {
        // A text takes whatever is written to it.
        let _ = write!(price, " ({region})");
    }
    price
}

fn quantity(quantity: f64) -> String {
    if quantity >= 100.0 { format!("{quantity:.0}") } else { format!("{quantity:.3}") }
}

fn dollars_text(dollars: f64) -> String {
    format!("{dollars:.4}")
}

/// A table with these headings, of which all but the first stand over figures.
fn headed(names: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    let cells = names.iter().enumerate().map(|(index, name)| {
        let cell = Cell::new(name);
        if index == 0 { cell } else { cell.set_alignment(CellAlignment::Right) }
    });
    table.set_header(cells);
    table
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// A text in lines of the width, beside a mark.
fn wrapped(mark: &str, text: &str) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    let cells = [mark, text].into_iter().filter(|cell| !cell.is_empty());
    table.add_row(cells);
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    table.trim_fmt()
}
