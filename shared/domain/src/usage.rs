//! What one device did: rules 2 to 5 applied to it, split by rule 7, judged by rules 9 to 12.

use crate::calendar::Window;
use crate::carry_over::{Held, HeldByDevice};
use crate::confirmation::assumed;
use crate::energy::{Energy, Milliwatts};
use crate::instant::{Instant, Millis};
use crate::name::State;
use crate::occupancy::{Occupancy, OccupancyClock};
use crate::profile::RoomTerms;
use crate::quality::Quality;
use crate::signal::{Device, Transition};
use crate::timeline::{Effect, steps};

/// A device's use in one active state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The active state.
    pub state: State,
    /// How long, by stay and presence.
    pub during: Occupancy,
    /// The part that was not confirmed in time (rule 11).
    pub assumed: Millis,
    /// The rated power; `None` counts as use and adds no energy (rule 9).
    pub rating: Option<Milliwatts>,
}

impl Usage {
    /// How long the device was in the state.
    pub fn duration(&self) -> Millis {
        self.during.total()
    }

    /// What it drew, where a rating is known.
    pub fn energy(&self) -> Option<Energy> {
        self.rating.map(|rating| Energy::of(rating, self.duration()))
    }
}

/// One device in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// Which device.
    pub device: Device,
    /// Rule 12: how often it went from idle or unknown to active within the window.
    pub activations: u64,
    /// Its use by active state, sorted by state; states that were not used are absent.
    pub usage: Vec<Usage>,
    /// Rule 10.
    pub quality: Quality,
    /// Its state at the end of the window.
    pub closing: HeldByDevice,
}

/// Follows one device through a window. `None` while its state is unknown throughout.
pub(crate) fn follow_device(
    window: Window,
    device: &Device,
    opening: Option<&HeldByDevice>,
    transitions: &[Transition],
    clock: &OccupancyClock,
    terms: &RoomTerms<'_>,
) -> Option<DeviceReport> {
    let limit = terms.confirm_within(&device.kind);
    let mut usage = UsageByState::default();
    let mut quality = Quality::default();
    let mut activations = 0;
    let mut now = opening.cloned();
    let mut from = window.start;
    for step in steps(opening.map(|opening| &opening.held.state), transitions, &State::OFF) {
        if let Some(now) = &now {
            usage.add(now, from, step.at, clock, limit);
        }
        let active = *step.after != State::OFF;
        match (step.effect, &mut now) {
            (Effect::Changed, _) | (_, None) => {
                if active && step.before.is_none_or(|before| *before == State::OFF) {
                    activations += 1;
                }
                let held = Held { state: step.after.clone(), since: step.at };
                now = Some(HeldByDevice { held, seen: step.at });
            }
            (effect @ (Effect::Repeated | Effect::Cancelled), Some(now)) => {
                if effect == Effect::Repeated {
                    quality.count_repeat(window, active, now.seen, step.at);
                }
                now.seen = step.at;
            }
        }
        from = step.at;
    }
    let closing = now?;
    usage.add(&closing, from, window.end, clock, limit);
    let usage = usage.rated(|state| terms.rating(device, state));
    Some(DeviceReport { device: device.clone(), activations, usage, quality, closing })
}

/// Use gathered by active state. A device has a handful of states, so a list is searched fastest.
#[derive(Default)]
struct UsageByState(Vec<Usage>);

impl UsageByState {
    fn add(
        &mut self,
        now: &HeldByDevice,
        from: Instant,
        to: Instant,
        clock: &OccupancyClock,
        limit: Millis,
    ) {
        if now.held.state == State::OFF || from >= to {
            return;
        }
        let usage = self.of(&now.held.state);
        clock.gather(from, to, &mut usage.during);
        usage.assumed += assumed(from, to, now.seen, limit);
    }

    fn of(&mut self, state: &State) -> &mut Usage {
        let known = self.0.iter().position(|usage| usage.state == *state);
        let place = known.unwrap_or_else(|| {
            let (state, during) = (state.clone(), Occupancy::default());
            self.0.push(Usage { state, during, assumed: 0, rating: None });
            self.0.len() - 1
        });
        &mut self.0[place]
    }

    fn rated(mut self, rating: impl Fn(&State) -> Option<Milliwatts>) -> Vec<Usage> {
        self.0.sort_unstable_by(|one, other| one.state.cmp(&other.state));
        for usage in &mut self.0 {
            usage.rating = rating(&usage.state);
        }
        self.0
    }
}
