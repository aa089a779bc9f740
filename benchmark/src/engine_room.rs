//! The work between two calls of the table, on its own: what criterion times in
//! `benches/engine_room.rs`, and the benchmark's report repeats with its allocations.

use anyhow::Context;
use roomwatt_domain::{ClosedReport, History, RoomReport, RoomStates};
use roomwatt_embedded::clock::Stopwatch;
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_page::{HotelPage, Language, Range};

use crate::traffic::{Day, metered, priced_by_the_hour, profile, room, usual};

/// A piece of work that can be repeated.
pub struct Work {
    /// What is done, and to how many of what.
    pub name: String,
    /// How many of them.
    pub units: usize,
    /// Does it once; what it returns keeps it from being optimised away.
    pub run: Box<dyn FnMut() -> usize>,
}

/// What a piece of work took.
#[derive(Debug, Clone)]
pub struct Timed {
    /// What was done.
    pub name: String,
    /// Nanoseconds by unit: the median of many runs.
    pub nanoseconds: f64,
    /// Allocations by unit.
    pub allocations: f64,
    /// Units a second.
    pub rate: f64,
}

/// Every piece of work.
///
/// # Errors
/// When the made-up hotel breaks a rule.
pub fn works() -> anyhow::Result<Vec<Work>> {
    let mut works = vec![parse(1)?, parse(10)?, parse(100)?];
    for transitions in [10, 100, 1_000, 10_000] {
        works.push(fold(transitions)?);
    }
    works.push(fold_by_the_hour(100)?);
    works.push(fold_metered(100, 1_000, Priced::Alike)?);
    works.push(fold_metered(100, 1_000, Priced::ByTheHour)?);
    works.push(hotel_day(300)?);
    works.push(page(300)?);
    Ok(works)
}

fn parse(packed: usize) -> anyhow::Result<Work> {
    let day = Day::of(1, 8, 100, 7)?;
    let messages = day.messages(packed);
    let device = |(source, _): &(EventQueue, String)| *source == EventQueue::DeviceEvents;
    let (source, body) = messages.into_iter().find(device).context("a message")?;
    let units = edge::decode(source, &body).len();
    Ok(Work {
        name: format!("parse a message of {units}: event"),
        units,
        run: Box::new(move || {
            edge::decode(source, &body).iter().filter(|decoded| decoded.is_ok()).count()
        }),
    })
}

/// A room-day, from its sets to its report.
fn fold(transitions: usize) -> anyhow::Result<Work> {
    let (profile, day) = profile("h1")?;
    let history = History::new(usual(&day, transitions)?);
    let room = room(0)?;
    Ok(Work {
        name: format!("fold a room-day of {transitions}: transition"),
        units: transitions,
        run: Box::new(move || {
            let terms = profile.terms(&room);
            RoomReport::fold(day.window, &RoomStates::default(), &history, &terms).devices.len()
        }),
    })
}

/// The same where each hour has a price of its own.
fn fold_by_the_hour(transitions: usize) -> anyhow::Result<Work> {
    let work = fold_metered(transitions, 0, Priced::ByTheHour)?;
    let name = format!("fold a room-day of {transitions}, with a price for each hour: transition");
    Ok(Work { name, ..work })
}

/// What a day's prices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Priced {
    /// One, all day.
    Alike,
    /// One in each hour.
    ByTheHour,
}

/// A room-day of metered devices, from its sets to its report. Every transition and every reading
/// is a member of a set.
fn fold_metered(transitions: usize, readings: usize, priced: Priced) -> anyhow::Result<Work> {
    let (mut profile, day) = profile("h1")?;
    let mut by_the_hour = "";
    if priced == Priced::ByTheHour {
        profile = priced_by_the_hour(profile)?;
        by_the_hour = ", with a price for each hour";
    }
    let history = History::new(usual(&day, transitions)?).with_readings(metered(&day, readings)?);
    let room = room(0)?;
    Ok(Work {
        name: format!(
            "fold a room-day of {transitions} and {readings} readings{by_the_hour}: member"
        ),
        units: transitions + readings,
        run: Box::new(move || {
            let terms = profile.terms(&room);
            RoomReport::fold(day.window, &RoomStates::default(), &history, &terms).devices.len()
        }),
    })
}

/// A hotel's day: every room from what is read to its totals.
fn hotel_day(rooms: usize) -> anyhow::Result<Work> {
    let (profile, day) = profile("h1")?;
    let told = usual(&day, 100)?;
    let room = room(0)?;
    Ok(Work {
        name: format!("a hotel's day of {rooms} rooms of 100 transitions: room"),
        units: rooms,
        run: Box::new(move || {
            let report = |_| {
                let history = History::new(told.iter().cloned());
                let terms = profile.terms(&room);
                RoomReport::fold(day.window, &RoomStates::default(), &history, &terms)
            };
            (0..rooms).map(report).filter(|report| report.totals().usage > 0).count()
        }),
    })
}

/// The page of a month.
fn page(rooms: usize) -> anyhow::Result<Work> {
    let (profile, last) = profile("h1")?;
    let mut reports = Vec::new();
    let mut day = last;
    for _ in 0..30 {
        let history = History::new(usual(&day, 100)?);
        let report = RoomReport::fold(
            day.window,
            &RoomStates::default(),
            &history,
            &profile.terms(&room(0)?),
        );
        for number in 0..rooms {
            reports.push(ClosedReport::first(room(number)?, day, report.clone(), day.window.end));
        }
        day = profile.calendar.previous(day.date);
    }
    let first = profile.calendar.next(day.date);
    Ok(Work {
        name: format!("the page of 30 days of {rooms} rooms: room-day"),
        units: reports.len(),
        run: Box::new(move || {
            let (range, baseline) = (
                Range { from: first.date, to: last.date },
                Range { from: first.date, to: last.date },
            );
            let closed = Some(last.date);
            let mut page = HotelPage::new(&profile, range, baseline, closed, Language::English);
            for report in &reports {
                page.add(report);
            }
            page.render().map_or(0, |page| page.len())
        }),
    })
}

/// Times a piece of work: runs for about a second, or `runs` times.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn time(work: &mut Work, runs: Option<usize>) -> Timed {
    let all = Stopwatch::start();
    let mut took = Vec::new();
    while runs.map_or(all.seconds() < 1.0 || took.len() < 5, |runs| took.len() < runs) {
        let one = Stopwatch::start();
        std::hint::black_box((work.run)());
        took.push(one.seconds());
    }
    took.sort_by(f64::total_cmp);
    let each = took[took.len() / 2] / work.units as f64;
    let heap = allocation_counter::measure(|| {
        std::hint::black_box((work.run)());
    });
    Timed {
        name: work.name.clone(),
        nanoseconds: each * 1e9,
        allocations: heap.count_total as f64 / work.units as f64,
        rate: 1.0 / each,
    }
}
