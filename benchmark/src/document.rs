//! The benchmark's report: tables in Markdown.

use std::fmt::{self, Display};

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};
use roomwatt_cost::prices::{Price, Prices};

use crate::designs::{self, Design, Measured, Traffic};
use crate::engine_room::{self, Timed};
use crate::growth::{self, Row};
use crate::traffic::Day;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// Rooms of the day on which the designs are compared, and a room's events on it.
    pub rooms: usize,
    /// Events of a room.
    pub events: usize,
    /// Workers at once.
    pub workers: &'static [usize],
    /// Rooms of a day that Roomwatt alone takes in.
    pub ingest_rooms: &'static [usize],
    /// Transitions of a busy room.
    pub transitions: &'static [usize],
    /// Rooms of a hotel to close.
    pub close_rooms: &'static [usize],
    /// Hotels that are due at once.
    pub hotels: &'static [usize],
    /// Days of a report.
    pub days: &'static [usize],
    /// Events to replay.
    pub replayed: &'static [usize],
    /// How often each piece of work in the engine room is done; `None`: for a second.
    pub runs: Option<usize>,
}

impl Extent {
    /// What `docs/performance.md` shows: some minutes.
    pub const FULL: Self = Self {
        rooms: 20,
        events: 200,
        workers: &[1, 8, 32],
        ingest_rooms: &[10, 100, 1_000],
        transitions: &[50, 100, 500, 2_000, 5_000],
        close_rooms: &[10, 100, 1_000, 10_000],
        hotels: &[1_000, 10_000, 100_000],
        days: &[1, 7, 31, 366],
        replayed: &[10_000, 100_000, 1_000_000],
        runs: None,
    };

    /// What the tests run, so that the benchmark cannot rot: seconds.
    pub const SHORT: Self = Self {
        rooms: 4,
        events: 100,
        workers: &[1, 8],
        ingest_rooms: &[5, 10],
        transitions: &[50, 400],
        close_rooms: &[5, 20],
        hotels: &[10, 40],
        days: &[1, 31],
        replayed: &[500, 1_000],
        runs: Some(2),
    };
}

/// A run of a design, and under what.
#[derive(Debug, Clone, Copy)]
pub struct Compared {
    /// Which.
    pub design: Design,
    /// Whether an invocation holds one event, or hundreds.
    pub dense: bool,
    /// How many at once.
    pub workers: usize,
    /// What it came to.
    pub measured: Measured,
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Findings {
    /// The designs, side by side.
    pub designs: Vec<Compared>,
    /// Roomwatt's ingest over rooms and workers.
    pub ingest: Vec<(usize, usize, Measured)>,
    /// Ingest over the transitions of a room-day, by event.
    pub transitions: Vec<Row>,
    /// Close over rooms, by room.
    pub close: Vec<Row>,
    /// Fan-out over hotels, by hotel.
    pub fan_out: Vec<Row>,
    /// A report call over days, by day.
    pub report_call: Vec<Row>,
    /// Replay over events, by event.
    pub replay: Vec<Row>,
    /// Work without the table.
    pub engine_room: Vec<Timed>,
}

impl Findings {
    /// Measures all of it. `tell` is told what comes next.
    ///
    /// # Errors
    /// When the engine fails, or a run ends with wrong reports.
    pub fn measure(extent: &Extent, mut tell: impl FnMut(&str)) -> anyhow::Result<Self> {
        tell("designs");
        let designs = designs(extent)?;
        tell("ingest over rooms and workers");
        let ingest = ingest(extent)?;
        tell("ingest over transitions");
        let transitions = growth::ingest_over_transitions(extent.transitions)?;
        tell("close over rooms");
        let close = growth::close_over_rooms(extent.close_rooms)?;
        tell("fan-out over hotels");
        let fan_out = growth::fan_out_over_hotels(extent.hotels)?;
        tell("a report call over days");
        let report_call = growth::report_call_over_days(extent.days)?;
        tell("replay over events");
        let replay = growth::replay_over_events(extent.replayed)?;
        tell("engine room");
        let mut works = engine_room::works()?;
        let engine_room =
            works.iter_mut().map(|work| engine_room::time(work, extent.runs)).collect();
        Ok(Self { designs, ingest, transitions, close, fan_out, report_call, replay, engine_room })
    }
}

/// Runs a design on a runtime of its own, whose time is simulated.
fn run(design: Design, traffic: &Traffic<'_>, workers: usize) -> anyhow::Result<Measured> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(designs::run(design, traffic, workers, 7))
}

fn designs(extent: &Extent) -> anyhow::Result<Vec<Compared>> {
    let day = Day::of(extent.rooms, 8, extent.events, 7)?;
    let mut compared = Vec::new();
    for (dense, traffic) in [
        (false, Traffic { day: &day, packed: 1, batch: 1 }),
        (true, Traffic { day: &day, packed: 10, batch: 30 }),
    ] {
        for &workers in extent.workers {
            for design in Design::ALL {
                let measured = run(design, &traffic, workers)?;
                compared.push(Compared { design, dense, workers, measured });
            }
        }
    }
    Ok(compared)
}

fn ingest(extent: &Extent) -> anyhow::Result<Vec<(usize, usize, Measured)>> {
    let mut rows = Vec::new();
    for &rooms in extent.ingest_rooms {
        let day = Day::of(rooms, 8, extent.events, 7)?;
        let traffic = Traffic { day: &day, packed: 10, batch: 30 };
        for &workers in extent.workers {
            rows.push((rooms, workers, run(Design::Roomwatt, &traffic, workers)?));
        }
    }
    Ok(rows)
}

/// What the table charges for a million events, in dollars.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
#[must_use]
pub fn per_million(measured: &Measured, prices: &Prices<Price>) -> f64 {
    let consumed = &measured.consumed;
    let dollars = dollars_for(&prices.write_units, consumed.write_units)
        + dollars_for(&prices.read_units, consumed.read_units);
    dollars / measured.events as f64 * 1e6
}

fn dollars_for(price: &Price, units: f64) -> f64 {
    units / price.per * price.dollars
}

/// The findings as Markdown, by the prices of a region.
pub struct Document<'a> {
    /// What was found.
    pub findings: &'a Findings,
    /// The region of the prices.
    pub region: &'a str,
    /// The prices.
    pub prices: &'a Prices<Price>,
    /// Where and when, and with what command.
    pub origin: String,
}

impl Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { findings, prices, origin, region } = self;
        writeln!(f, "# Performance\n\n{origin}\n")?;
        writeln!(
            f,
            "Units are what the embedded engine answers, by DynamoDB's rules: they are exact. With \
             one worker they are the same in every run; several get in each other's way by chance. \
             Times are this machine's, embedded table included, and mean something beside each other \
             only. Dollars are DynamoDB's alone, by the prices of {region}.\n"
        )?;
        writeln!(f, "## Designs side by side\n\n{DESIGNS}\n")?;
        for dense in [false, true] {
            let title = if dense {
                "### Hundreds of events an invocation"
            } else {
                "### One event an invocation"
            };
            writeln!(f, "{title}\n\n{}\n", table_of_designs(findings, prices, dense))?;
        }
        writeln!(f, "## Growth\n\n{GROWTH}\n")?;
        writeln!(
            f,
            "### Ingest over rooms and workers, by event\n\n{}\n",
            table_of_ingest(findings)
        )?;
        for (title, rows) in [
            (
                "Ingest over the transitions of a room's day, by event (batches of 60 s)",
                &findings.transitions,
            ),
            ("Close over the rooms of a hotel, by room (100 transitions each)", &findings.close),
            ("Fan-out over hotels that are due at once, by hotel", &findings.fan_out),
            ("A room's report over days, by day", &findings.report_call),
            ("Replay over events, by event", &findings.replay),
        ] {
            writeln!(f, "### {title}\n\n{}\n", table_of_growth(rows))?;
        }
        writeln!(f, "## Engine room\n\nWithout the table, one core, by unit.\n")?;
        writeln!(f, "{}", table_of_engine_room(&findings.engine_room))
    }
}

const DESIGNS: &str = "Three ways to take the same messages in, on one engine, each call of which takes \
3 to 7 ms of simulated time. Each ends with the same reports, which is checked. *a* takes a lock on \
the room's record by trying, reads it, writes it, writes a history record and releases the lock; *b* \
reads the record and writes it if nobody else did in between, or begins again; *c* is Roomwatt. All \
group what came in one batch by room and day.";

const GROWTH: &str = "What one unit of work takes, while there is ever more work. Events of one room in \
one batch share a request, so the more rooms a batch is spread over, the more requests an event takes.";

fn table(header: &[&str], rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header.to_vec()).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn table_of_designs(findings: &Findings, prices: &Prices<Price>, dense: bool) -> Table {
    let rows = findings.designs.iter().filter(|compared| compared.dense == dense);
    let rows = rows.map(|Compared { design, workers, measured, .. }| {
        let consumed = measured.consumed;
        vec![
            design.to_string(),
            workers.to_string(),
            consumed.requests.to_string(),
            consumed.write_units.to_string(),
            consumed.read_units.to_string(),
            consumed.refused_conditions.to_string(),
            format!("{:.3}", per_million(measured, prices)),
            format!("{:.0}", events_a_second(measured)),
        ]
    });
    table(
        &[
            "design",
            "workers",
            "requests",
            "write units",
            "read units",
            "refused",
            "$ per million events",
            "events/s (simulated)",
        ],
        rows.collect(),
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn events_a_second(measured: &Measured) -> f64 {
    measured.events as f64 / measured.simulated.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn table_of_ingest(findings: &Findings) -> Table {
    let rows = findings.ingest.iter().map(|(rooms, workers, measured)| {
        let each = |amount: f64| amount / measured.events as f64;
        let consumed = measured.consumed;
        vec![
            rooms.to_string(),
            workers.to_string(),
            format!("{:.3}", each(consumed.write_units)),
            format!("{:.4}", each(consumed.read_units)),
            format!("{:.3}", each(consumed.requests as f64)),
            consumed.refused_conditions.to_string(),
            format!("{:.0}", each(measured.seconds * 1e6)),
            format!("{:.0}", measured.seconds * 1e6 / consumed.requests as f64),
        ]
    });
    let header = [
        "rooms",
        "workers",
        "write units",
        "read units",
        "requests",
        "refused",
        "µs",
        "µs a request",
    ];
    table(&header, rows.collect())
}

#[expect(clippy::cast_precision_loss, reason = "a heap stays far below 2^52 bytes")]
fn table_of_growth(rows: &[Row]) -> Table {
    let rows = rows.iter().map(|row| {
        vec![
            row.size.to_string(),
            format!("{:.3}", row.write_units),
            format!("{:.3}", row.read_units),
            format!("{:.3}", row.requests),
            format!("{:.0}", row.microseconds),
            format!("{:.0}", row.allocations),
            format!("{:.1}", row.peak as f64 / 1e6),
        ]
    });
    let header =
        ["size", "write units", "read units", "requests", "µs", "allocations", "peak heap, MB"];
    table(&header, rows.collect())
}

fn table_of_engine_room(timed: &[Timed]) -> Table {
    let rows = timed.iter().map(|timed| {
        vec![
            timed.name.clone(),
            format!("{:.0}", timed.nanoseconds),
            format!("{:.2}", timed.allocations),
            millions(timed.rate),
        ]
    });
    table(&["work: unit", "ns", "allocations", "units/s"], rows.collect())
}

fn millions(rate: f64) -> String {
    if rate >= 1e6 { format!("{:.1} million", rate / 1e6) } else { format!("{rate:.0}") }
}
