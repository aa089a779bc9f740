//! Runs the benchmark and writes its report.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Context;
use benchmark::document::{Document, Extent, Findings};
use clap::Parser;
use roomwatt_cost::prices::PriceFile;

/// What Roomwatt costs and how fast it is, beside the usual designs and as it grows.
#[derive(Parser)]
#[command(name = "benchmark")]
struct Arguments {
    /// Measure little: to see that all of it runs.
    #[arg(long)]
    short: bool,
    /// Write the report to this file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prices of this region.
    #[arg(long, default_value = "us-east-1")]
    region: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let prices = PriceFile::load()?.of(&arguments.region)?;
    let extent = if arguments.short { Extent::SHORT } else { Extent::FULL };
    let findings = Findings::measure(&extent, |next| eprintln!("measuring: {next}"))?;
    let document = Document {
        findings: &findings,
        region: &arguments.region,
        prices: &prices,
        origin: origin(arguments.short),
    };
    match &arguments.out {
        None => print!("{document}"),
        Some(file) => std::fs::write(file, document.to_string())
            .with_context(|| format!("{} cannot be written", file.display()))?,
    }
    Ok(())
}

/// Machine, commit and command.
fn origin(short: bool) -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    };
    let commit = said("git", &["describe", "--always", "--dirty"]);
    let commit = commit.unwrap_or_else(|| "a commit that is not known".to_owned());
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!(
        "Written by `{}` at commit {commit}, on {} with {cores} cores.",
        if short { "cargo run -p benchmark -- --short" } else { "make benchmark" },
        processor.unwrap_or("a processor that does not say its name"),
    )
}
