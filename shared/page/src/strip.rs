//! The time line of a day: one strip per signal, drawn over the day's elapsed time.
//!
//! A day of 23 or 25 hours is as wide as any other; its clock readings stand where they were shown,
//! so an hour that came twice is written twice. What was waste is found by folding each stretch of
//! the day on its own with the domain's own rules, not by rules of this crate.

use std::collections::BTreeSet;

use roomwatt_domain::instant::{Instant, MINUTE, Millis};
use roomwatt_domain::{
    Held, History, Interval, Occupancy, Presence, Profile, RoomId, RoomReport, RoomStates, Signal,
    SignalHistory, State, Stay, Waste, Window,
};
use svg::node::element::{Group, Line, Rectangle, SVG, Text, Title};

use crate::chart::share;
use crate::notation::Notation;

/// A stretch of the day in one cell of stay × presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) window: Window,
    pub(crate) stay: Stay,
    pub(crate) presence: Presence,
    /// Whether use in it is waste.
    pub(crate) wasteful: bool,
}

/// The day cut wherever the room's cell changes.
pub(crate) fn stretches(
    profile: &Profile,
    room: &RoomId,
    window: Window,
    opening: &RoomStates,
    signals: &[SignalHistory],
) -> Vec<Stretch> {
    let terms = profile.terms(room);
    let delay = terms.vacancy_delay();
    let mut cuts = BTreeSet::from([window.start, window.end]);
    for signal in signals {
        for interval in &signal.intervals {
            if matches!(signal.signal, Signal::Device(_)) {
                continue;
            }
            cuts.extend([interval.from, interval.to]);
            if interval.state == State::VACANT {
                cuts.insert(since(window, opening, &signal.signal, interval) + delay);
            }
        }
    }
    let cuts: Vec<Instant> =
        cuts.into_iter().filter(|at| window.start <= *at && *at <= window.end).collect();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in cuts.windows(2) {
        let part = Window { start: pair[0], end: pair[1] };
        let states = states(window, opening, signals, part.start);
        let report = RoomReport::fold(part, &states, &History::default(), &terms);
        let Some((stay, presence)) = cell(&report.occupancy) else { continue };
        match stretches.last_mut() {
            Some(last) if (last.stay, last.presence) == (stay, presence) => {
                last.window.end = part.end;
            }
            _ => stretches.push(Stretch {
                window: part,
                stay,
                presence,
                wasteful: Waste::of(&report.occupancy).waste > 0,
            }),
        }
    }
    stretches
}

/// Since when an interval's state holds: one that opens the day may have begun before it.
fn since(window: Window, opening: &RoomStates, signal: &Signal, interval: &Interval) -> Instant {
    let carried = match signal {
        Signal::Presence(sensor) => opening.presence.get(sensor),
        Signal::Stay => opening.stay.as_ref(),
        Signal::Device(device) => opening.devices.get(device).map(|device| &device.held),
    };
    match carried {
        Some(held) if interval.from == window.start && held.state == interval.state => held.since,
        _ => interval.from,
    }
}

/// Stay and sensors at an instant.
fn states(
    window: Window,
    opening: &RoomStates,
    signals: &[SignalHistory],
    at: Instant,
) -> RoomStates {
    let mut states = RoomStates::default();
    for signal in signals {
        let next = signal.intervals.partition_point(|interval| interval.from <= at);
        let Some(interval) = next.checked_sub(1).map(|last| &signal.intervals[last]) else {
            continue;
        };
        let held = Held {
            state: interval.state.clone(),
            since: since(window, opening, &signal.signal, interval),
        };
        match &signal.signal {
            Signal::Presence(sensor) => {
                states.presence.insert(sensor.clone(), held);
            }
            Signal::Stay => states.stay = Some(held),
            Signal::Device(_) => {}
        }
    }
    states
}

/// The one cell that a stretch is in.
fn cell(occupancy: &Occupancy) -> Option<(Stay, Presence)> {
    Stay::ALL
        .into_iter()
        .flat_map(|stay| Presence::ALL.map(|presence| (stay, presence)))
        .find(|(stay, presence)| occupancy.cell(*stay, *presence) > 0)
}

/// A piece of a strip.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) class: &'static str,
    /// Written into the piece where it is wide enough.
    pub(crate) text: String,
    pub(crate) title: String,
}

/// The wasted part of an interval, and the rest of it.
pub(crate) fn split(interval: &Interval, stretches: &[Stretch]) -> Vec<(Window, bool)> {
    let mut parts: Vec<(Window, bool)> = Vec::new();
    for stretch in stretches {
        let start = interval.from.max(stretch.window.start);
        let end = interval.to.min(stretch.window.end);
        if start >= end {
            continue;
        }
        match parts.last_mut() {
            Some((part, wasteful)) if *wasteful == stretch.wasteful => part.end = end,
            _ => parts.push((Window { start, end }, stretch.wasteful)),
        }
    }
    parts
}

const HEIGHT: i64 = 26;

/// How narrow a strip gets, in pixels, on a phone and on the narrowest page with names beside it.
const NARROWEST: i128 = 310;
const NARROWEST_ON_DESK: i128 = 450;

/// About how wide a text is.
fn pixels(text: &str) -> i128 {
    text.chars().map(|letter| if letter.is_ascii() { 7 } else { 12 }).sum()
}

/// The instants at which a clock reading is written, with the reading.
pub(crate) fn ticks(notation: &Notation<'_>, window: Window) -> Vec<(Instant, String)> {
    const APART: Millis = 30 * MINUTE;
    let steps = window.length() / APART;
    (0..=steps)
        .map(|step| window.start + step * APART)
        .map(|at| (at, if at == window.end { "24:00".to_owned() } else { notation.clock(at) }))
        .filter(|(_, clock)| {
            let (hour, minute) = clock.split_once(':').unwrap_or_default();
            minute == "00" && hour.parse().is_ok_and(|hour: u8| hour.is_multiple_of(3))
        })
        .collect()
}

/// Draws one strip; `name` says whose it is.
pub(crate) fn draw(
    name: &str,
    window: Window,
    pieces: &[Piece],
    ticks: &[(Instant, String)],
) -> String {
    let length = i128::from(window.length());
    let x = |at: Instant| share(i128::from(at - window.start), length);
    let mut strip = SVG::new()
        .set("class", "strip")
        .set("width", "100%")
        .set("height", HEIGHT.to_string())
        .set("role", "img")
        .set("aria-label", name)
        .add(
            Rectangle::new()
                .set("class", "track")
                .set("width", "100%")
                .set("height", HEIGHT.to_string()),
        );
    for (at, _) in ticks {
        strip = strip.add(
            Line::new()
                .set("class", "grid")
                .set("x1", x(*at))
                .set("x2", x(*at))
                .set("y1", "0")
                .set("y2", HEIGHT.to_string()),
        );
    }
    for piece in pieces {
        let width = i128::from(piece.to - piece.from);
        let mut shapes = Group::new().add(Title::new(piece.title.as_str())).add(
            Rectangle::new()
                .set("class", piece.class)
                .set("x", x(piece.from))
                .set("width", share(width, length))
                .set("y", "3")
                .set("height", (HEIGHT - 6).to_string()),
        );
        let fits = |strip: i128| width * strip > length * (pixels(&piece.text) + 12);
        if fits(NARROWEST_ON_DESK) {
            let wide = if fits(NARROWEST) { "" } else { " wide" };
            shapes = shapes.add(
                Text::new(piece.text.as_str())
                    .set("class", format!("on {}{wide}", piece.class))
                    .set("x", x(piece.from))
                    .set("dx", "6")
                    .set("y", (HEIGHT / 2).to_string())
                    .set("dy", "0.35em"),
            );
        }
        strip = strip.add(shapes);
    }
    strip.to_string()
}

/// Draws the clock readings below the strips.
pub(crate) fn scale(window: Window, ticks: &[(Instant, String)]) -> String {
    let length = i128::from(window.length());
    let mut scale = SVG::new()
        .set("class", "strip")
        .set("width", "100%")
        .set("height", "18")
        .set("aria-hidden", "true");
    for (at, clock) in ticks {
        let hour = clock.split(':').next().unwrap_or_default();
        let wide = hour.parse().is_ok_and(|hour: u8| !hour.is_multiple_of(6));
        let after = i128::from(*at - window.start);
        // Readings at the ends stay inside.
        let anchor = match after {
            0 => "start",
            after if after * 40 > length * 39 => "end",
            _ => "middle",
        };
        scale = scale.add(
            Text::new(clock.as_str())
                .set("class", if wide { "label wide" } else { "label" })
                .set("x", share(after, length))
                .set("y", "13")
                .set("text-anchor", anchor),
        );
    }
    scale.to_string()
}
