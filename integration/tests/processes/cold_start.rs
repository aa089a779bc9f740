//! How large each function is, how soon it asks for its first event, and what memory it takes:
//! `make cold-start`, of what `sam build` builds; by itself, of a build of its own.
//!
//! The first event is asked for after the first call of the table, which is on loopback and without
//! TLS here: a handshake and a round trip come on top.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use roomwatt_domain::instant::MINUTE;

use crate::artefacts::artefacts;
use crate::day::Day;
use crate::functions::{FUNCTIONS, built_functions};
use crate::world::World;

/// How often each function is started.
const STARTS: usize = 31;

/// What a file's deflated content takes; an archive adds some hundred bytes to it.
fn zipped(file: &Path) -> usize {
    let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(&std::fs::read(file).expect("a binary")).expect("memory");
    deflated.finish().expect("memory").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, for people to read"]
async fn cold_start_of_each_function() {
    let binaries = artefacts().unwrap_or_else(built_functions);
    let mut at_rest = Vec::new();
    let mut world = World::around(binaries.clone()).await;
    for function in FUNCTIONS {
        let mut times = Vec::new();
        let mut memory = Vec::new();
        for _ in 0..STARTS {
            let mut process = world.start(function, MINUTE).await;
            times.push(process.first_poll().await);
            memory.push(process.memory());
        }
        times.sort_by(f64::total_cmp);
        memory.sort_unstable();
        at_rest.push((function, times, memory[STARTS / 2]));
    }
    let mut day = Day::on(World::around(binaries.clone()).await).await;
    day.one_event_each().await;
    println!(
        "{:<20} {:>10} {:>10} {:>9} {:>9} {:>10} {:>10}",
        "function", "binary kB", "zip kB", "init ms", "worst ms", "at rest kB", "peak kB"
    );
    for (function, times, memory) in at_rest {
        let binary = &binaries[function];
        println!(
            "{function:<20} {:>10} {:>10} {:>9.1} {:>9.1} {memory:>10} {:>10}",
            std::fs::metadata(binary).expect("a binary").len() / 1000,
            zipped(binary) / 1000,
            times[STARTS / 2] * 1000.0,
            times[STARTS - 1] * 1000.0,
            day.running.process(function).peak_memory(),
        );
    }
}
