//! The command line of an operator.

use std::convert::Infallible;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use roomwatt_domain::{BusinessDate, HotelId, Instant, RoomId};
use roomwatt_ops::doctor::Doctor;
use roomwatt_ops::erase::Erase;
use roomwatt_ops::resend::Resend;
use roomwatt_ops::restore::Restore;
use roomwatt_ops::stack::{Aws, Stack, told};

/// An operator's commands for a deployed Roomwatt. Region, profile and credentials are those that other
/// AWS tools use.
#[derive(Parser)]
#[command(name = "roomwatt-ops", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Looks whether all is as it should be. Changes nothing.
    Doctor(OfStack),
    /// Sends refused events again.
    Resend(ResendArgs),
    /// Removes what is stored of a hotel, a room, or some dates of either.
    Erase(EraseArgs),
    /// Goes back to the table as it was at a time.
    Restore(RestoreArgs),
}

#[derive(Args)]
struct OfStack {
    /// The stack's name.
    #[arg(long, value_name = "STACK", value_parser = NonEmptyStringValueParser::new())]
    stack: String,
    /// Change nothing: say what would be done.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
struct ResendArgs {
    #[command(flatten)]
    of: OfStack,
    /// Only what was refused for this reason, such as unknown-hotel.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
}

#[derive(Args)]
struct EraseArgs {
    #[command(flatten)]
    of: OfStack,
    /// The hotel.
    #[arg(long, value_name = "HOTEL", value_parser = hotel)]
    hotel: HotelId,
    /// Only this room of it.
    #[arg(long, value_name = "ROOM", value_parser = room)]
    room: Option<RoomId>,
    /// Only from this date on.
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<BusinessDate>,
    /// Only through this date.
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: Option<BusinessDate>,
    /// Of a whole hotel: how long to wait between its profile and the rest. Functions remember a hotel
    /// for half an hour.
    #[arg(long, value_name = "MINUTES", default_value_t = 31)]
    wait_minutes: u64,
}

#[derive(Args)]
struct RestoreArgs {
    #[command(flatten)]
    of: OfStack,
    /// The time, such as 2026-11-22T09:00:00Z.
    #[arg(long, value_name = "TIME")]
    to: Timestamp,
    /// The table that is gone back in, such as the one before an earlier restore. The one in use where none
    /// is named.
    #[arg(long, value_name = "TABLE")]
    from: Option<String>,
}

fn hotel(text: &str) -> Result<HotelId, String> {
    HotelId::new(text).map_err(|error| error.to_string())
}

fn date(text: &str) -> Result<BusinessDate, String> {
    BusinessDate::parse(text).map_err(|error| error.to_string())
}

fn room(text: &str) -> Result<RoomId, String> {
    RoomId::new(text).map_err(|error| error.to_string())
}

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "a command line reads the clock itself")]
fn now() -> Instant {
    Instant::from_millis(Timestamp::now().as_millisecond())
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(asked) if asked.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            if !asked.use_stderr() {
                asked.exit();
            }
            // One line: what is wrong, without the usage.
            let text = asked.to_string();
            let wrong = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim);
            let wrong = wrong.collect::<Vec<_>>().join(" ");
            drop(writeln!(io::stderr(), "{}", wrong.trim_start_matches("error: ")));
            return ExitCode::from(2);
        }
        Err(nothing) => nothing.exit(),
    };
    match run(cli.command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            drop(writeln!(io::stderr(), "{}", told(&error)));
            ExitCode::from(2)
        }
    }
}

/// Whether everything went well.
async fn run(command: Command) -> anyhow::Result<bool> {
    let aws = Aws::load().await?;
    let of = match &command {
        Command::Doctor(of) => of,
        Command::Resend(args) => &args.of,
        Command::Erase(args) => &args.of,
        Command::Restore(args) => &args.of,
    };
    let (stack, dry_run) = (Stack::describe(&aws, &of.stack).await?, of.dry_run);
    match command {
        Command::Doctor(_) => {
            let findings = Box::pin(Doctor { aws: &aws, stack: &stack, now }.run()).await?;
            say(&findings);
            Ok(findings.all_is_well())
        }
        Command::Resend(args) => {
            let resend = Resend::of(&aws, &stack, args.reason, dry_run)?;
            let done = tokio::select! {
                done = resend.run() => done?,
                never = stop_when_interrupted(&resend.stop) => match never {},
            };
            say(&done);
            Ok(done.failed == 0 && done.hidden == 0 && !done.interrupted)
        }
        Command::Erase(args) => {
            anyhow::ensure!(
                args.from.is_none() || args.to.is_none() || args.from <= args.to,
                "--from is after --to"
            );
            let erase = Erase {
                room: args.room,
                from: args.from,
                to: args.to,
                wait: Duration::from_secs(60 * args.wait_minutes),
                dry_run,
                ..Erase::of(&aws, &stack, args.hotel)?
            };
            say(Box::pin(erase.run()).await?);
            Ok(true)
        }
        Command::Restore(args) => {
            let restore =
                Restore { aws: &aws, stack: &stack, to: args.to, from: args.from, dry_run };
            Box::pin(restore.run(&mut |step| say(step))).await?;
            Ok(true)
        }
    }
}

/// A line on standard output. Whoever reads it may have gone, which stops nothing that is under way.
fn say(line: impl Display) {
    drop(writeln!(io::stdout(), "{line}"));
}

/// Becomes true at the first Ctrl-C; a second one ends the process where it stands.
async fn stop_when_interrupted(stop: &AtomicBool) -> Infallible {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.store(true, Ordering::Relaxed);
        drop(writeln!(io::stderr(), "ending with what is done; Ctrl-C again ends at once"));
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(BY_SIGINT);
        }
    }
    std::future::pending().await
}

/// The status by which a shell knows that a command ended by Ctrl-C.
const BY_SIGINT: i32 = 128 + 2;
