//! The work between two calls of the table, on its own: what criterion times in
//! `benches/engine_room.rs`, and the benchmark's report repeats with its allocations.

use anyhow::Context;
use roomwatt_domain::{ClosedReport, History, RoomReport, RoomStates};
use roomwatt_embedded::clock::Stopwatch;
use roomwatt_ingest::{EventQueue, edge};
use roomwatt_page::{HotelPage, Language, Range};
use roomwatt_source::{Hotel, Message, Outcome, Register, Source, built_in};

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
    works.push(read_by("shelly-gen2", SHELLY)?);
    works.push(read_by("oracle-ohip", OHIP)?);
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

/// A switch of two channels that tells state, power and counter of one, and the power of the other.
const SHELLY: &str = r#"{"src":"shellyplus2pm-0011aa22bb33","dst":"shellyplus2pm-0011aa22bb33/events","method":"NotifyStatus","params":{"ts":1795198325.41,"switch:0":{"id":0,"output":true,"source":"switch","apower":61.2,"current":0.271,"voltage":231.4,"pf":0.97,"freq":50.0,"aenergy":{"total":48123.917,"by_minute":[1019.8,1020.1,1018.9],"minute_ts":1795198320},"temperature":{"tC":41.2,"tF":106.2}},"switch:1":{"id":1,"apower":0.0,"current":0.0,"voltage":231.4}}}"#;
/// A check-in whose values stand in a list, found by filters.
const OHIP: &str = r#"{"newEvent":{"metadata":{"offset":"88123","uniqueEventId":"0b3f6a6c-0000-4000-8000-000000000001"},"moduleName":"RESERVATION","eventName":"CHECK IN","primaryKey":"987654","timestamp":"2026-11-20 15:22:41","hotelId":"LAKE","detail":[{"elementName":"RESERVATION STATUS","oldValue":"RESERVED","newValue":"CHECKED IN"},{"elementName":"ROOM","oldValue":"","newValue":"203"},{"elementName":"SHARE YN","oldValue":"N","newValue":"N"}]}}"#;
const REGISTER: &str = "external,room,device,kind\n203,203,,\n\
    shellyplus2pm-0011aa22bb33/switch:0,203,lamp-0,light\n\
    shellyplus2pm-0011aa22bb33/switch:1,203,lamp-1,light\n";

/// A message in its publisher's own shape, from its text to its events.
fn read_by(name: &str, body: &'static str) -> anyhow::Result<Work> {
    let source = Source::parse(built_in::find(name).context("a built-in source")?)?;
    let register = Register::from_csv(REGISTER)?;
    let (profile, _) = profile("h1")?;
    let read = move || {
        let Ok(message) = Message::parse(body) else { return 0 };
        let hotel =
            Hotel { id: &profile.hotel_id, calendar: &profile.calendar, register: Some(&register) };
        let mut events = 0;
        source.read(&message, &hotel, &mut |turn| {
            events += usize::from(matches!(turn.outcome, Outcome::Event(_)));
        });
        events
    };
    let (events, bytes) = (read(), body.len());
    anyhow::ensure!(events > 0, "{name} reads nothing");
    Ok(Work {
        name: format!("read {bytes} bytes by {name}, events {events}: message"),
        units: 1,
        run: Box::new(read),
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
