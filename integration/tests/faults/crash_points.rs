//! Every scenario, struck at every single call to table, queue and bus in turn.
//!
//! The worker dies before the call, or after it; or it is frozen before it and goes on, or dies,
//! when everything else is over. Or the call meets another's transaction; or the worker lives and
//! the call leaves a stray, which lands at one of several later moments. Whatever was struck, the
//! reports are those of the events, the table at the end is that of the run that nobody disturbed,
//! and the bus was told of everything that it tells of.
//!
//! All of it takes ten minutes on two cores, so usually every second run is made: half of what may
//! strike a call, and the other half at the calls that follow. `ROOMWATT_FAULTS=all` makes them all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use serde_json::Value;
use tokio::runtime::Builder;

use crate::line::Fate;
use crate::scenarios;
use crate::stage::{Disturbance, Landing, Outcome};
use crate::table::{Table, differences, without_expiry, without_lateness};
use crate::traffic::Landed;

/// What has to be the same, whichever worker dies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    /// All of it.
    Everything,
    /// All but the numbers of revisions: an event that comes while its day is being closed is in
    /// the first report, or revises it.
    Reports,
    /// All but when records expire, which goes by the zone rules of the worker that writes first.
    ButExpiry,
}

/// How many calls of a worker may be on their way together: one that was counted may be done a few
/// calls later.
const AT_ONCE: usize = 3;

/// When the stray of a call lands, by the call's number.
type Landings = fn(&Outcome, usize) -> BTreeSet<Landing>;

type Scenario = fn(Disturbance) -> std::pin::Pin<Box<dyn Future<Output = Outcome>>>;

const FATES: [(&str, Fate); 5] = [
    ("dies before", Fate::DieBefore),
    ("dies after", Fate::DieAfter),
    ("is frozen before", Fate::Freeze),
    ("is frozen before and dies after", Fate::FreezeAndDie),
    ("meets another's transaction at", Fate::Conflict),
];

/// Whether the run at a turn is made.
fn has_its_turn(turn: usize) -> bool {
    #[expect(clippy::disallowed_methods, reason = "how much is run is chosen by a person")]
    let all = std::env::var("ROOMWATT_FAULTS").is_ok_and(|faults| faults == "all");
    all || turn.is_multiple_of(2)
}

/// Runs a scenario on a clock of its own.
fn run(scenario: Scenario, disturbance: Disturbance) -> Outcome {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(scenario(disturbance))
}

/// Every disturbance of a scenario; the faults are told together.
fn strike(name: &str, same: Same, scenario: Scenario) {
    let calm = run(scenario, Disturbance::None);
    assert_eq!(calm.faults, [] as [String; 0]);
    assert_eq!(compare(Same::Everything, &calm, &run(scenario, Disturbance::None)), None);
    let mut faults = Vec::new();
    for disturbance in [Disturbance::EveryCallTwice, Disturbance::EveryInvocationTwice] {
        let found = run(scenario, disturbance.clone());
        faults
            .extend(compare(same, &calm, &found).map(|fault| format!("{disturbance:?}: {fault}")));
    }
    let mut runs = 2;
    for (number, call) in calm.calls.iter().enumerate() {
        for (at, (words, fate)) in FATES.iter().enumerate() {
            let can_be = *fate != Fate::Conflict || call.may_conflict;
            // Calls often take turns, a read and a write.
            if !can_be || !has_its_turn(number / 2 + at) {
                continue;
            }
            runs += 1;
            let found = run(scenario, Disturbance::Strike(number, fate.clone()));
            assert_eq!(found.calls.get(number), Some(call), "the runs differ before call {number}");
            let fault = compare(same, &calm, &found);
            let operation = &call.operation;
            faults.extend(
                fault.map(|fault| format!("who {words} call {number}, {operation}: {fault}")),
            );
        }
    }
    let count = calm.calls.len();
    let mut out = std::io::stderr().lock();
    writeln!(out, "{name}: {count} crash points, {runs} runs").expect("a line");
    assert!(faults.is_empty(), "{name}: {} faults\n{}", faults.len(), faults.join("\n"));
}

/// Every write of a scenario leaves a stray in turn, which lands at several later moments, each in
/// a run of its own.
fn lead_astray(name: &str, same: Same, landings: Landings, scenario: Scenario) {
    let calm = run(scenario, Disturbance::None);
    let mut faults = Vec::new();
    let (mut runs, mut landed) = (0, Landed::default());
    let writes = calm.calls.iter().enumerate().filter(|(_, call)| call.writes);
    for (write, (number, call)) in writes.enumerate() {
        for (at, landing) in landings(&calm, number).into_iter().enumerate() {
            if !has_its_turn(write + at) {
                continue;
            }
            runs += 1;
            let found = run(scenario, Disturbance::Stray(number, landing));
            assert_eq!(found.calls.get(number), Some(call), "the runs differ before call {number}");
            landed.done += found.landed.done;
            landed.refused += found.landed.refused;
            let fault = compare(same, &calm, &found);
            let operation = &call.operation;
            faults.extend(fault.map(|fault| {
                format!("call {number}, {operation}, lands again, {landing:?}: {fault}")
            }));
        }
    }
    assert_eq!(landed.done + landed.refused, runs, "a stray never landed");
    let mut out = std::io::stderr().lock();
    writeln!(out, "{name}: {runs} strays, {} of them refused", landed.refused).expect("a line");
    assert!(faults.is_empty(), "{name}: {} faults\n{}", faults.len(), faults.join("\n"));
}

/// What is expired is deleted, or not yet, in as many ways as there are seeds.
fn delete(name: &str, seeds: std::ops::Range<u64>, scenario: Scenario) {
    let calm = run(scenario, Disturbance::None);
    assert_eq!(calm.faults, [] as [String; 0]);
    let runs = seeds.end - seeds.start;
    let faults = seeds.filter_map(|seed| {
        let found = run(scenario, Disturbance::Deletions(seed));
        let fault = compare(Same::Everything, &calm, &found);
        fault.map(|fault| format!("deletions of seed {seed}: {fault}"))
    });
    let faults: Vec<_> = faults.collect();
    let mut out = std::io::stderr().lock();
    writeln!(out, "{name}: {runs} ways to delete what is expired").expect("a line");
    assert!(faults.is_empty(), "{name}: {} faults\n{}", faults.len(), faults.join("\n"));
}

/// Before every call to come, after the invocation, and late. Where the last calls have nothing to do
/// with what the stray writes, it is all the same whether it lands before or after them.
fn everywhere(calm: &Outcome, number: usize) -> BTreeSet<Landing> {
    let stray = &calm.calls[number];
    let matters = |landing: &usize| {
        let last = &calm.calls[landing.saturating_sub(AT_ONCE).max(number + 1)..*landing];
        *landing == number + 2 || last.iter().any(|call| stray.is_found_by(call))
    };
    let before = (number + 2..calm.calls.len()).filter(matters).map(Landing::Before);
    let after = Landing::After(calm.calls[number].invocation);
    before.chain([after]).chain(late(calm, number)).collect()
}

/// Before two of the calls to come, after the invocation and after the next one, and late. Every
/// pair of calls would be quadratic.
fn soon_and_late(calm: &Outcome, number: usize) -> BTreeSet<Landing> {
    let during = calm.calls[number].invocation;
    let after = [during, during + 1].map(Landing::After);
    let before = [2, 9].map(|further| Landing::Before(number + further));
    after
        .into_iter()
        .chain(before)
        .filter(|landing| comes(calm, *landing))
        .chain(late(calm, number))
        .collect()
}

/// Before the act that follows, and at the end.
fn late(calm: &Outcome, number: usize) -> BTreeSet<Landing> {
    let during = calm.calls[number].invocation;
    let last = calm.calls.last().map_or(during, |call| call.invocation);
    let act = calm.acts.iter().find(|ended| **ended > during + 2).map(|ended| ended - 1);
    let landings = [last].into_iter().chain(act).map(Landing::After);
    landings.filter(|landing| comes(calm, *landing)).collect()
}

/// Whether the run gets there while calls are counted.
fn comes(calm: &Outcome, landing: Landing) -> bool {
    match landing {
        Landing::After(invocation) => {
            calm.calls.last().is_some_and(|call| invocation <= call.invocation)
        }
        Landing::Before(number) => number < calm.calls.len(),
    }
}

/// What a disturbed run did differently.
fn compare(same: Same, calm: &Outcome, found: &Outcome) -> Option<String> {
    let mut faults = match same {
        Same::Everything => differences(&calm.table, &found.table),
        Same::ButExpiry => differences(&without_expiry(&calm.table), &without_expiry(&found.table)),
        Same::Reports => {
            differences(&without_lateness(&calm.table), &without_lateness(&found.table))
        }
    };
    let (expected, told) = (latest(&calm.told), latest(&found.told));
    for (what, revision) in &expected {
        let optional = same == Same::Reports && what.starts_with("RoomReportRevised");
        if !optional && told.get(what).is_none_or(|told| told < revision) {
            faults.push(format!("{what}, revision {revision}, is not told"));
        }
    }
    for (what, revision) in revised(&found.table) {
        if told.get(&what) != Some(&revision) {
            faults.push(format!("{what}: {revision} is there, {:?} is told", told.get(&what)));
        }
    }
    faults.extend(found.faults.iter().cloned());
    if calm.rejected != found.rejected {
        faults.push(format!("refused: {:?}", found.rejected));
    }
    (!faults.is_empty()).then(|| faults.join("\n  "))
}

/// The latest revision that was told, by what it is of. That a day is closed may be told again
/// when it was revised already.
fn latest(told: &BTreeSet<(String, String)>) -> BTreeMap<String, u64> {
    let mut latest = BTreeMap::new();
    for (kind, detail) in told {
        let detail: Value = serde_json::from_str(detail).expect("JSON");
        let field = |name: &str| detail[name].as_str().unwrap_or_default();
        let of = format!("{kind} {} {} {}", field("hotelId"), field("date"), field("roomId"));
        let revision = match kind.as_str() {
            "RoomReportRevised" => detail["revision"].as_u64().expect("a number"),
            _ => 0,
        };
        let known = latest.entry(of).or_insert(revision);
        *known = revision.max(*known);
    }
    latest
}

/// The reports that were revised, as they are told.
fn revised(table: &Table) -> Vec<(String, u64)> {
    let reports = table.iter().filter_map(|(key, record)| {
        let (day, room) = key.strip_prefix("DAY#")?.split_once(" REPORT#")?;
        let (hotel, date) = day.split_once('#')?;
        let revision = record["revision"].strip_prefix("N(\"")?.strip_suffix("\")")?;
        let revision = revision.parse().expect("a number");
        (revision > 1).then(|| (format!("RoomReportRevised {hotel} {date} {room}"), revision))
    });
    reports.collect()
}

#[test]
fn days_close_the_same_whoever_dies() {
    strike("days close", Same::Everything, |disturbance| {
        Box::pin(scenarios::days_close(disturbance))
    });
}

#[test]
fn late_events_revise_the_same_whoever_dies() {
    strike("late events", Same::Everything, |disturbance| {
        Box::pin(scenarios::late_events_revise(disturbance))
    });
}

#[test]
fn a_close_that_is_overtaken_ends_the_same_whoever_dies() {
    strike("overtaken close", Same::Reports, |disturbance| {
        Box::pin(scenarios::close_is_overtaken(disturbance))
    });
}

#[test]
fn a_close_that_is_suspended_ends_the_same_whoever_dies() {
    strike("suspended close", Same::Everything, |disturbance| {
        Box::pin(scenarios::close_is_suspended(disturbance))
    });
}

#[test]
fn a_close_that_wakes_late_changes_nothing_whoever_dies() {
    strike("late waker", Same::Reports, |disturbance| {
        Box::pin(scenarios::close_wakes_late(disturbance))
    });
}

#[test]
fn a_writer_whose_clock_is_behind_finds_the_seal_whoever_dies() {
    strike("writer behind", Same::Reports, |disturbance| {
        Box::pin(scenarios::writer_is_behind(disturbance))
    });
}

#[test]
fn a_writer_that_is_behind_in_a_busy_room_finds_the_seal_whoever_dies() {
    strike("busy writer behind", Same::Reports, |disturbance| {
        Box::pin(scenarios::busy_writer_is_behind(disturbance))
    });
}

#[test]
fn two_versions_of_the_zone_rules_share_open_days_whoever_dies() {
    strike("versions take turns", Same::ButExpiry, |disturbance| {
        Box::pin(scenarios::versions_take_turns(disturbance))
    });
}

#[test]
fn days_close_the_same_wherever_a_stray_lands() {
    lead_astray("days close", Same::Everything, soon_and_late, |disturbance| {
        Box::pin(scenarios::days_close(disturbance))
    });
}

#[test]
fn late_events_revise_the_same_wherever_a_stray_lands() {
    lead_astray("late events", Same::Everything, soon_and_late, |disturbance| {
        Box::pin(scenarios::late_events_revise(disturbance))
    });
}

#[test]
fn a_close_that_is_overtaken_ends_the_same_wherever_a_stray_lands() {
    lead_astray("overtaken close", Same::Reports, soon_and_late, |disturbance| {
        Box::pin(scenarios::close_is_overtaken(disturbance))
    });
}

#[test]
fn a_close_that_is_suspended_ends_the_same_wherever_a_stray_lands() {
    lead_astray("suspended close", Same::Everything, soon_and_late, |disturbance| {
        Box::pin(scenarios::close_is_suspended(disturbance))
    });
}

#[test]
fn a_close_that_wakes_late_changes_nothing_wherever_a_stray_lands() {
    lead_astray("late waker", Same::Reports, everywhere, |disturbance| {
        Box::pin(scenarios::close_wakes_late(disturbance))
    });
}

#[test]
fn a_writer_whose_clock_is_behind_finds_the_seal_wherever_a_stray_lands() {
    lead_astray("writer behind", Same::Reports, everywhere, |disturbance| {
        Box::pin(scenarios::writer_is_behind(disturbance))
    });
}

#[test]
fn a_writer_that_is_behind_in_a_busy_room_finds_the_seal_wherever_a_stray_lands() {
    lead_astray("busy writer behind", Same::Reports, soon_and_late, |disturbance| {
        Box::pin(scenarios::busy_writer_is_behind(disturbance))
    });
}

#[test]
fn records_that_expire_are_missed_by_nobody_wherever_a_stray_lands() {
    lead_astray("expiring records", Same::Everything, late, |disturbance| {
        Box::pin(scenarios::records_expire(disturbance))
    });
}

#[test]
fn records_that_expire_are_missed_by_nobody_whenever_they_are_deleted() {
    delete("expiring records", 0..24, |disturbance| {
        Box::pin(scenarios::records_expire(disturbance))
    });
}
