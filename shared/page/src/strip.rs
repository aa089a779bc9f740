//! The time line of a day: one strip per signal, drawn over the day's elapsed time.
//!
//! A day of 23 or 25 hours is as wide as any other; its clock readings stand where they were shown,
//! so an hour that came twice is written twice. The room's cells are found by folding the day
//! part by part with the domain's own rules, not by rules of this crate.

use std::collections::{BTreeMap, BTreeSet};

use roomwatt_domain::instant::{Instant, MINUTE, Millis};
use roomwatt_domain::{
    Avoidable, Device, DeviceReport, HeldBySensor, History, Interval, Occupancy, Presence, Profile,
    RoomId, RoomReport, RoomStates, Signal, SignalHistory, State, Stay, Transition, Window,
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
}

/// The day cut wherever the room's cell changes.
pub(crate) fn stretches(
    profile: &Profile,
    room: &RoomId,
    window: Window,
    opening: &RoomStates,
    signals: &[SignalHistory],
) -> Vec<Stretch> {
    let mut walk = Walk::of(profile, room, window, opening, signals);
    let mut stretches: Vec<Stretch> = Vec::new();
    while let Some((part, occupancy)) = walk.next_part() {
        let Some((stay, presence)) = cell(&occupancy) else { continue };
        match stretches.last_mut() {
            Some(last) if (last.stay, last.presence) == (stay, presence) => {
                last.window.end = part.end;
            }
            _ => stretches.push(Stretch { window: part, stay, presence }),
        }
    }
    stretches
}

/// A room without its devices, folded part by part: each opens with what the one before closed with.
struct Walk<'a> {
    profile: &'a Profile,
    room: &'a RoomId,
    /// What holds where the next part begins.
    states: RoomStates,
    reported: BTreeMap<Instant, Vec<(Signal, Transition)>>,
    from: Instant,
    end: Instant,
    /// The instants ahead at which the room's cell may change.
    cuts: BTreeSet<Instant>,
}

impl<'a> Walk<'a> {
    fn of(
        profile: &'a Profile,
        room: &'a RoomId,
        window: Window,
        opening: &RoomStates,
        signals: &[SignalHistory],
    ) -> Self {
        let mut reported: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for of in signals.iter().filter(|of| !matches!(of.signal, Signal::Device(_))) {
            for transition in &of.transitions {
                let at = reported.entry(transition.at).or_default();
                at.push((of.signal.clone(), transition.clone()));
            }
        }
        // Whether the room is dormant is decided once, at the day's start.
        let opening = opening.opening(window.start, &profile.terms(room)).into_owned();
        let states = RoomStates { heard: None, devices: BTreeMap::new(), ..opening };
        let cuts = reported.keys().copied().chain([window.end]).collect();
        Self { profile, room, states, reported, from: window.start, end: window.end, cuts }
    }

    /// The next part of the day, in one cell throughout; `None` after the last one.
    fn next_part(&mut self) -> Option<(Window, Occupancy)> {
        let start = self.from;
        if start >= self.end {
            return None;
        }
        let history = History::new(self.reported.remove(&start).unwrap_or_default());
        let fold = |states: &RoomStates, end| {
            let window = Window { start, end };
            RoomReport::fold(window, states, &history, &self.profile.terms(self.room))
        };
        let delay = self.profile.terms(self.room).vacancy_delay();
        for (_, HeldBySensor { held, night_hold }) in fold(&self.states, start + 1).presence {
            if held.state == State::VACANT {
                self.cuts.insert(held.since + delay);
                self.cuts.extend(night_hold);
            }
        }
        let end = self.cuts.range(start + 1..).next().map_or(self.end, |cut| self.end.min(*cut));
        let report = fold(&self.states, end);
        self.states = RoomStates { heard: None, ..report.closing() };
        self.from = end;
        Some((Window { start, end }, report.occupancy))
    }
}

/// The one cell that a stretch is in.
fn cell(occupancy: &Occupancy) -> Option<(Stay, Presence)> {
    Stay::ALL
        .into_iter()
        .flat_map(|stay| Presence::ALL.map(|presence| (stay, presence)))
        .find(|(stay, presence)| occupancy.cell(*stay, *presence) > 0)
}

/// What a piece of a device's use is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// No waste.
    Used,
    /// Confirmed waste.
    Wasted,
    /// Waste that went on for longer than it is believed without a word from the device.
    Assumed,
}

/// One device on the day: what its use is judged by.
pub(crate) struct Judge<'a> {
    profile: &'a Profile,
    room: &'a RoomId,
    device: &'a Device,
    report: Option<&'a DeviceReport>,
    stretches: &'a [Stretch],
    /// When it was heard, before the day too.
    heard: Vec<Instant>,
}

impl<'a> Judge<'a> {
    /// `report` is the device's part of the day's report: it knows what may run as the day was
    /// closed with. Without it the profile is asked.
    pub(crate) fn of(
        (profile, room): (&'a Profile, &'a RoomId),
        device: &'a Device,
        (opening, history): (&RoomStates, &SignalHistory),
        report: Option<&'a DeviceReport>,
        stretches: &'a [Stretch],
    ) -> Self {
        let carried = opening.devices.get(device).and_then(|held| held.state.as_ref());
        let heard = carried.map(|state| state.seen).into_iter();
        let heard = heard.chain(history.transitions.iter().map(|transition| transition.at));
        Self { profile, room, device, report, stretches, heard: heard.collect() }
    }

    /// A use of the device, piece by piece.
    pub(crate) fn pieces(&self, interval: &Interval) -> Vec<(Window, Judgement)> {
        let avoidable = self.avoidable(&interval.state);
        let mut pieces: Vec<(Window, Judgement)> = Vec::new();
        for stretch in self.stretches {
            let start = interval.from.max(stretch.window.start);
            let end = interval.to.min(stretch.window.end);
            if start >= end {
                continue;
            }
            let part = Window { start, end };
            if avoidable.is_waste(stretch.stay, stretch.presence) {
                self.believed(part).into_iter().for_each(|piece| join(&mut pieces, piece));
            } else {
                join(&mut pieces, (part, Judgement::Used));
            }
        }
        pieces
    }

    fn avoidable(&self, state: &State) -> Avoidable {
        let usage = self.report.and_then(|it| it.usage.iter().find(|usage| usage.state == *state));
        let terms = self.profile.terms(self.room);
        usage.map_or_else(|| terms.avoidable(&self.device.kind, state), |usage| usage.avoidable)
    }

    /// A stretch of waste, cut where the device was last heard of for too long, and is heard again.
    fn believed(&self, part: Window) -> Vec<(Window, Judgement)> {
        let limit = self.profile.terms(self.room).confirm_within(&self.device.kind);
        let mut cuts = BTreeSet::from([part.start, part.end]);
        cuts.extend(self.heard.iter().copied());
        cuts.extend(self.heard.iter().map(|heard| *heard + limit));
        let cuts: Vec<_> = cuts.range(part.start..=part.end).copied().collect();
        let pieces = cuts.windows(2).map(|pair| {
            let heard = self.heard.iter().rev().find(|heard| **heard <= pair[0]);
            let believed = heard.is_none_or(|heard| pair[0] < *heard + limit);
            let judgement = if believed { Judgement::Wasted } else { Judgement::Assumed };
            (Window { start: pair[0], end: pair[1] }, judgement)
        });
        pieces.collect()
    }
}

/// Lengthens the last piece where the next one is judged alike.
fn join(pieces: &mut Vec<(Window, Judgement)>, next: (Window, Judgement)) {
    match pieces.last_mut() {
        Some((last, judgement)) if *judgement == next.1 => last.end = next.0.end,
        _ => pieces.push(next),
    }
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
