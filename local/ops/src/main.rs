//! The command line of an operator.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use roomwatt_domain::{HotelId, Instant, RoomId};
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
    #[arg(long, value_name = "STACK")]
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
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Only through this date.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
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
}

fn hotel(text: &str) -> Result<HotelId, String> {
    HotelId::new(text).map_err(|error| error.to_string())
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
        Err(asked) if !asked.use_stderr() => asked.exit(),
        // One line: what is wrong, without the usage.
        Err(wrong) => {
            let text = wrong.to_string();
            let line = text.lines().next().unwrap_or_default();
            eprintln!("{}", line.trim_start_matches("error: "));
            return ExitCode::from(2);
        }
    };
    match run(cli.command).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{}", told(&error));
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
            println!("{findings}");
            Ok(findings.all_is_well())
        }
        Command::Resend(args) => {
            let resent = Resend::of(&aws, &stack, args.reason, dry_run)?.run().await?;
            println!("{resent}");
            Ok(resent.failed == 0)
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
            println!("{}", Box::pin(erase.run()).await?);
            Ok(true)
        }
        Command::Restore(args) => {
            let restore = Restore { aws: &aws, stack: &stack, to: args.to, dry_run };
            Box::pin(restore.run(&mut |step| println!("{step}"))).await?;
            Ok(true)
        }
    }
}
