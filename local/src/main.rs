//! The command line of a local Roomwatt.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use roomwatt_cost::{Shape, deployed};
use roomwatt_domain::{BusinessDate, HotelId, Instant};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::{MachineClock, ReplayClock};
use roomwatt_local::input::{BadInput, EventFile, read_profiles};
use roomwatt_local::map::{Asked, Map};
use roomwatt_local::replay::{Replay, Summary};
use roomwatt_local::report::{Format, Request};
use roomwatt_local::serve::{Access, listen};
use roomwatt_local::{demo, serve};
use roomwatt_messaging::Clock;
use roomwatt_presentation::{Listing, Period};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// The embedded engine allocates a great deal, and most of it small.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Energy status reports of hotel rooms, from device and guest events. Without a command: the demo.
#[derive(Parser)]
#[command(name = "roomwatt", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Replays a log of events and writes the reports of every closed day.
    Replay(ReplayArgs),
    /// Shows what a source makes of messages on standard input, and why it makes nothing of others.
    Map(MapArgs),
    /// Shows what is closed of a hotel.
    Report(ReportArgs),
    /// Serves the API and the pages on loopback, takes events in, and closes days by the clock.
    Serve(ServeArgs),
    /// Tells what a deployment would cost a month, by a simulated day through the real functions.
    Cost(CostArgs),
}

#[derive(Args)]
struct ReplayArgs {
    /// The hotels' profiles: a JSON list.
    #[arg(long, value_name = "FILE")]
    hotels: PathBuf,
    /// The events in order of arrival, one JSON object a line, plain or gzipped.
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Close every hotel through this date, instead of that of the latest accepted event.
    #[arg(long, value_name = "DATE")]
    until: Option<BusinessDate>,
    /// Permute the events by this seed.
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// Repeat this share of the events at random places.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    duplicate: u32,
    /// Keep the table in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write the reports here, one JSON object a line.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the summary here, as JSON.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
}

#[derive(Args)]
struct MapArgs {
    /// The source: the name of a built-in one, or a file.
    #[arg(long, value_name = "NAME|FILE")]
    source: String,
    /// The hotel's register; without, events have their external ids.
    #[arg(long, value_name = "FILE.csv")]
    devices: Option<PathBuf>,
    /// The hotel's time zone, for times without an offset; UTC without.
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// The hotel's id, whatever the messages say.
    #[arg(long, value_name = "HOTEL")]
    hotel: Option<HotelId>,
    /// Compare what comes out with these events, one a line.
    #[arg(long, value_name = "EXPECTED")]
    check: Option<PathBuf>,
    /// Write the events alone, one a line, as `replay` reads them.
    #[arg(long)]
    events: bool,
}

#[derive(Args)]
struct ReportArgs {
    /// The folder that a replay kept its table in.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The hotel's id.
    #[arg(long, value_name = "HOTEL")]
    hotel: HotelId,
    /// The first date.
    #[arg(long, value_name = "DATE")]
    from: Option<BusinessDate>,
    /// The last date.
    #[arg(long, value_name = "DATE")]
    to: Option<BusinessDate>,
    /// In the place of both: yesterday, 7d, 30d, mtd, ytd, last-week, last-month, a month 2026-11
    /// or a week 2026-W45.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"])]
    period: Option<Period>,
    /// none, room, date, week, month, deviceKind or hotel.
    #[arg(long, value_name = "GROUP", default_value_t)]
    group_by: Listing,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Args)]
struct ServeArgs {
    /// Keep the table in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port of loopback; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    port: u16,
    /// Answer only callers that bring claims: a JSON object of texts in the header
    /// x-roomwatt-claims.
    #[arg(long)]
    require_claims: bool,
}

#[derive(Args)]
struct CostArgs {
    /// Rooms of a hotel.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rooms: u32,
    /// Events of a room on a day, on average.
    #[arg(long, value_name = "PER_ROOM_DAY", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    events: u32,
    /// Devices of a room, beside its presence sensor.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=100))]
    devices: u16,
    /// Readings of each device's counter an hour, beside the events.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=240))]
    readings_per_hour: u16,
    /// Such hotels in one deployment.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    hotels: u32,
    /// Events that the publisher packs into a message.
    #[arg(long, value_name = "K", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    packed: u16,
    /// Seconds that events wait for others: the template's `IngestBatchWindowSeconds`.
    #[arg(long, value_name = "S", default_value_t = deployed::BATCH_WINDOW, value_parser = clap::value_parser!(u16).range(1..=300))]
    batch_window: u16,
    /// Pollers of each queue: Lambda begins with 5, and may go down to 2 while traffic is low.
    #[arg(long, value_name = "N", default_value_t = deployed::POLLERS, value_parser = clap::value_parser!(u8).range(1..=50))]
    pollers: u8,
    /// Calls of the report API on a day, for each hotel.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    reports_per_day: u32,
    /// Days that closed days can be revised: the template's `HistoryDays`.
    #[arg(long, value_name = "N", default_value_t = deployed::HISTORY_DAYS, value_parser = clap::value_parser!(u32).range(1..=365))]
    history_days: u32,
    /// Days that reports are kept: the template's `ReportDays`.
    #[arg(long, value_name = "N", default_value_t = deployed::REPORT_DAYS, value_parser = clap::value_parser!(u32).range(382..=3660))]
    report_days: u32,
    /// The most events a day that the functions are run with; of what is larger, a part is run.
    #[arg(long, value_name = "EVENTS", default_value_t = 120_000, value_parser = clap::value_parser!(u64).range(1..))]
    sample: u64,
    /// AWS's region, by whose prices it is reckoned.
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = BillFormat::Table)]
    format: BillFormat,
}

/// How to show a bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum BillFormat {
    /// For people, in a terminal.
    Table,
    /// For programs.
    Json,
}

/// The port of the API where none is given.
const PORT: u16 = 8080;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer)
            if matches!(answer.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
        {
            print!("{answer}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&one_line(&error.to_string())),
    };
    log_to_standard_error();
    let done = match cli.command {
        None => run_demo().await,
        Some(Command::Replay(args)) => replay(args).await,
        Some(Command::Map(args)) => match map(args) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Some(Command::Report(args)) => report(args).await,
        Some(Command::Serve(args)) => serve_until_interrupted(args).await,
        Some(Command::Cost(args)) => cost(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The program that read the output, such as `head`, has had enough of it.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => refuse(&format!("error: {error:#}")),
    }
}

/// Says what is wrong on one line, whatever a file or an argument put into it.
fn refuse(line: &str) -> ExitCode {
    eprintln!("{}", line.replace(char::is_control, " "));
    ExitCode::from(2)
}

/// The first paragraph of a usage error, on one line.
fn one_line(text: &str) -> String {
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    paragraph.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Warnings of the functions are for an operator's logs; here the summary counts what was refused.
fn log_to_standard_error() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

async fn replay(args: ReplayArgs) -> anyhow::Result<()> {
    let hotels = read_profiles(&args.hotels)?;
    let events = EventFile::open(&args.events)?;
    // A path that cannot be written is told before the work, not after.
    let mut out = args.out.as_deref().map(create).transpose()?;
    let summary_file = args.summary.as_deref().map(create).transpose()?;
    let replay = Replay {
        until: args.until,
        shuffle: args.shuffle,
        duplicate: args.duplicate,
        data: args.data,
        progress: io::stderr().is_terminal(),
    };
    let replayed = replay.run(hotels, &events).await?;
    let summary = match &mut out {
        Some(out) => replayed.write_reports(out).await?,
        None => replayed.write_reports(&mut io::sink()).await?,
    };
    if let Some(mut file) = summary_file {
        serde_json::to_writer_pretty(&mut file, &summary)?;
        writeln!(file)?;
        file.flush()?;
    }
    tell(&summary)
}

fn create(path: &Path) -> Result<BufWriter<File>, BadInput> {
    let file =
        File::create(path).map_err(|error| BadInput(format!("{}: {error}", path.display())))?;
    Ok(BufWriter::new(file))
}

fn tell(summary: &Summary) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let refused: usize = summary.refused.values().sum();
    let reasons: Vec<_> =
        summary.refused.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    let reasons =
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    writeln!(
        out,
        "events    {} arrived, {} applied, {refused} refused{reasons}",
        summary.events, summary.applied
    )?;
    writeln!(
        out,
        "reports   {}, of which late events revised {}",
        summary.reports, summary.revised
    )?;
    for (step, consumed) in [
        ("ingest", summary.ingest),
        ("schedule", summary.schedule),
        ("close", summary.close),
        ("revise", summary.revise),
    ] {
        writeln!(
            out,
            "{step:<9} {} write units, {} read units, {} requests, {} refused conditions",
            consumed.write_units,
            consumed.read_units,
            consumed.requests,
            consumed.refused_conditions
        )?;
    }
    let per_event = summary.per_event;
    writeln!(
        out,
        "an event  {:.4} write units, {:.4} read units",
        per_event.write_units, per_event.read_units
    )?;
    writeln!(out, "took      {:.1} s", summary.elapsed_seconds)?;
    Ok(())
}

/// Status 1 where nothing came out, or something else than was expected.
fn map(args: MapArgs) -> anyhow::Result<ExitCode> {
    let map = Map::prepare(&Asked {
        source: &args.source,
        devices: args.devices.as_deref(),
        zone: args.zone.as_deref(),
        hotel: args.hotel,
        check: args.check.as_deref(),
        events_alone: args.events,
        now: MachineClock.now(),
    })?;
    let text = io::read_to_string(io::stdin().lock())
        .map_err(|error| BadInput(format!("messages: {error}")))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mapped = map.run(&text, &mut out)?;
    for line in map.conclusion(&mapped) {
        if args.events { eprintln!("{line}") } else { writeln!(out, "{line}")? }
    }
    out.flush()?;
    Ok(if mapped.is_good() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn report(args: ReportArgs) -> anyhow::Result<()> {
    if !args.data.join("table.sqlite").is_file() {
        return Err(
            BadInput(format!("{}: no replay kept its table here", args.data.display())).into()
        );
    }
    // Nothing local expires, so no clock is asked.
    let now = Instant::from_millis(0);
    let deployment = Deployment::new(Some(&args.data), Arc::new(ReplayClock::at(now))).await?;
    let request = Request {
        hotel: args.hotel,
        from: args.from,
        to: args.to,
        period: args.period,
        listing: args.group_by,
        format: args.format,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    request.write(deployment.store(), now, &mut out).await?;
    out.flush()?;
    Ok(())
}

/// Every bill is of the same simulated day.
const SEED: u64 = 2026;

fn cost(args: &CostArgs) -> anyhow::Result<()> {
    let shape = Shape {
        rooms: args.rooms,
        events: args.events,
        devices: args.devices,
        readings_per_hour: args.readings_per_hour,
        hotels: args.hotels,
        packed: args.packed,
        batch_window: args.batch_window,
        pollers: args.pollers,
        reports: args.reports_per_day,
        history_days: args.history_days,
        report_days: args.report_days,
        sample: args.sample,
        seed: SEED,
    };
    let bill = shape.bill(&args.region, io::stderr().is_terminal())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        BillFormat::Table => bill.write_table(&mut out)?,
        BillFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &bill)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}

async fn run_demo() -> anyhow::Result<()> {
    let hotel = demo::hotel()?;
    let (id, name) = (hotel.hotel_id.clone(), hotel.name.clone().unwrap_or_default());
    let events = EventFile::made_up(&demo::events());
    let replay = Replay { progress: io::stderr().is_terminal(), ..Replay::default() };
    let replayed = replay.run(vec![hotel], &events).await?;
    let summary = replayed.write_reports(&mut io::sink()).await?;
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{name}: three weeks of made-up events, through the real functions\n")?;
    for (title, by) in [("By room", "room"), ("By device kind", "deviceKind"), ("By date", "date")]
    {
        writeln!(out, "{title}")?;
        let listing = by.parse().context("a grouping of the demo")?;
        let request = Request {
            hotel: id.clone(),
            from: None,
            to: None,
            period: None,
            listing,
            format: Format::Table,
        };
        request.write(replayed.deployment().store(), Instant::from_millis(0), &mut out).await?;
        writeln!(out)?;
    }
    out.flush()?;
    drop(out);
    tell(&summary)?;
    let (deployment, clock) = replayed.into_parts();
    clock.run();
    // Where the usual port is taken, the demo is served on another.
    let listener = match listen(PORT).await {
        Ok(listener) => listener,
        Err(_) => listen(0).await?,
    };
    let url = url(&listener)?;
    let hotel = format!("{url}/hotels/{id}");
    println!("\nserving   {url}, where it is the day after the last event; Ctrl-C ends it");
    println!("page      {hotel}/report.html?from=2026-10-12&to=2026-11-01");
    println!("profile   {hotel}");
    println!("reports   {hotel}/reports?from=2026-10-12&to=2026-11-01&groupBy=room");
    println!("live      {hotel}/live?rooms=101");
    println!("calls     {url}/openapi.json");
    serve::serve(deployment, clock, listener, Access::Open, interrupted()).await
}

async fn serve_until_interrupted(args: ServeArgs) -> anyhow::Result<()> {
    let clock = Arc::new(MachineClock);
    let listener = listen(args.port).await?;
    let deployment = Deployment::new(args.data.as_deref(), Arc::clone(&clock) as _).await?;
    let access = if args.require_claims { Access::ByClaims } else { Access::Open };
    println!("serving   {}; Ctrl-C ends it", url(&listener)?);
    serve::serve(deployment, clock, listener, access, interrupted()).await
}

fn url(listener: &TcpListener) -> io::Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

/// Until Ctrl-C, or until the process is asked to end.
async fn interrupted() {
    let ended = async {
        #[cfg(unix)]
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            terminate.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = ended => {}
    }
}
