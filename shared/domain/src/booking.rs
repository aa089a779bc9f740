//! Rules 20 and 22: where the energy of a device with readings goes.
//!
//! The window is walked once, from counter reading to counter reading. Over each increment the
//! counter counts: its energy is *spread*. Everything else, up to the first reading, over a jump or
//! a gap and after the last reading, is *booked* by power, else by rating. Either way the time is
//! laid out piece by piece into uses, cells and rates, and the pieces add up to the whole exactly.

use crate::avoidable::Avoidable;
use crate::calendar::Window;
use crate::carry_over::{CounterBase, HeldOfDevice, PowerReading};
use crate::energy::{Energy, MilliwattHours, Milliwatts};
use crate::increments::{Increment, IncrementKind, Judged, LONGEST_INCREMENT, Step, is_gap, judge};
use crate::instant::{HOUR, Instant, Millis};
use crate::measured::{Measured, MeteredUse};
use crate::occupancy::{EnergyByCell, Occupancy, OccupancyClock, stay_of};
use crate::power::{self, PowerSpan};
use crate::readings::Readings;
use crate::tariff::{Bill, RateBook, RateLine, Rates};
use crate::totals::{Piece, Sums};
use crate::usage::UseCharges;

/// The window, cut wherever the room's cell or the rates change, and where an hour begins if that is
/// asked for.
#[derive(Debug)]
pub(crate) struct Grid {
    steps: Vec<GridStep>,
    end: Instant,
    /// How many hours it is cut into; 0 where it is not.
    hours: usize,
}

#[derive(Debug, Clone, Copy)]
struct GridStep {
    from: Instant,
    cell: usize,
    rates: Rates,
    hour: usize,
}

impl Grid {
    pub(crate) fn new(window: Window, clock: &OccupancyClock, line: &RateLine) -> Self {
        Self::cut(window, clock, line, 0)
    }

    pub(crate) fn by_hour(window: Window, clock: &OccupancyClock, line: &RateLine) -> Self {
        let hours =
            (window.end - window.start).max(0).cast_unsigned().div_ceil(HOUR.cast_unsigned());
        Self::cut(window, clock, line, usize::try_from(hours).unwrap_or(0))
    }

    pub(crate) fn hours(&self) -> usize {
        self.hours
    }

    fn cut(window: Window, clock: &OccupancyClock, line: &RateLine, hours: usize) -> Self {
        let mut cells = clock.changes().peekable();
        let mut rates = line.later().iter().copied().peekable();
        let begins = (1..hours).scan(window.start, |at, hour| {
            *at = *at + HOUR;
            Some((*at, hour))
        });
        let mut begins = begins.peekable();
        let mut now = GridStep { from: window.start, cell: 0, rates: line.first(), hour: 0 };
        let mut steps = Vec::with_capacity(line.later().len() + hours + 1);
        loop {
            while let Some((_, hour)) = begins.next_if(|(from, _)| *from <= now.from) {
                now.hour = hour;
            }
            while let Some((_, cell)) = cells.next_if(|(from, _)| *from <= now.from) {
                now.cell = cell;
            }
            while let Some((_, rates)) = rates.next_if(|(from, _)| *from <= now.from) {
                now.rates = rates;
            }
            steps.push(now);
            let next = [
                cells.peek().map(|it| it.0),
                rates.peek().map(|it| it.0),
                begins.peek().map(|it| it.0),
            ];
            match next.into_iter().flatten().min() {
                Some(next) => now.from = next,
                None => return Self { steps, end: window.end, hours },
            }
        }
    }
}

/// A stretch of the window over which a device is in one state and was last heard of at one time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stretch {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    /// Which of the device's uses it belongs to; `None` while idle or unknown.
    pub(crate) of_use: Option<usize>,
    pub(crate) rating: Option<Milliwatts>,
    /// From when on the use is assumed (rule 11).
    pub(crate) assumed_from: Instant,
    /// Whether the device changed into `OFF` at its beginning.
    pub(crate) turned_off: bool,
}

/// What was booked to one use.
#[derive(Debug, Clone, Default)]
pub(crate) struct UseBook {
    pub(crate) avoidable: Avoidable,
    pub(crate) during: Occupancy,
    pub(crate) assumed: Occupancy,
    pub(crate) metered: MeteredUse,
    pub(crate) charges: UseCharges,
}

/// What was booked to a device or meter.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) uses: Vec<UseBook>,
    /// The standby energy by cell: of a meter all that has a place.
    pub(crate) standby: EnergyByCell,
    pub(crate) measured: Measured,
    pub(crate) counter: Option<CounterBase>,
    pub(crate) power: Option<PowerReading>,
    pub(crate) increments: Vec<Increment>,
    /// What has a place, by hour, where the grid is cut by hours.
    pub(crate) hours: Vec<Sums>,
}

/// Books everything that a device did in a window.
///
/// `stretches` cover the window from end to end; `uses` are the uses that they belong to.
pub(crate) fn book(
    grid: &Grid,
    rate_book: RateBook<'_>,
    stretches: &[Stretch],
    uses: Vec<UseBook>,
    opening: Option<&HeldOfDevice>,
    readings: &Readings,
    greatest: Milliwatts,
) -> Book {
    let start = grid.steps[0].from;
    let window = Window { start, end: grid.end };
    let carried = opening.and_then(|opening| opening.power);
    let ends = stretches.iter().filter(|stretch| stretch.turned_off).map(|stretch| stretch.from);
    let (spans, power) = power::spans(window, carried, readings.power(), ends);
    let hours = (0..grid.hours).map(|_| Sums::default()).collect();
    let book = Book { uses, power, hours, ..Book::default() };
    let mut walk =
        Booker { grid, step: 0, stretches, stretch: 0, spans: &spans, span: 0, rate_book, book };
    let mut base = opening.and_then(|opening| opening.counter.as_deref().copied());
    let mut from = start;
    for &(at, value) in readings.counter() {
        let debt = if let Some(base) = base {
            walk.settle(&base, from, (at, value), greatest)
        } else {
            walk.by_power_or_rating(from, at, None);
            Energy::default()
        };
        base = Some(CounterBase { at, value, debt });
        from = at;
    }
    let rated_until = base.map(|base| base.at + LONGEST_INCREMENT);
    let booked = walk.by_power_or_rating(from, window.end, rated_until);
    walk.book.counter = base.map(|base| CounterBase { debt: base.debt + booked, ..base });
    walk.book
}

struct Booker<'a> {
    grid: &'a Grid,
    step: usize,
    stretches: &'a [Stretch],
    stretch: usize,
    spans: &'a [PowerSpan],
    span: usize,
    rate_book: RateBook<'a>,
    book: Book,
}

/// By what a piece of time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Reading,
    Rating,
    Nothing,
}

impl Booker<'_> {
    /// Takes in the next counter reading; what is left of the debt is returned.
    ///
    /// `from` is where the time that is still to be booked begins: at the reading before, or at the
    /// window's start if that is later.
    fn settle(
        &mut self,
        base: &CounterBase,
        from: Instant,
        (at, value): (Instant, MilliwattHours),
        greatest: Milliwatts,
    ) -> Energy {
        let Judged { step, energy } = judge((base.at, base.value), (at, value), greatest);
        let gap = is_gap(base.at, at);
        self.count(step);
        let mut debt = base.debt;
        if gap || step == Step::Jump {
            let booked = self.by_power_or_rating(from, at, Some(base.at + LONGEST_INCREMENT));
            // No debt comes of the time over a jump.
            if step != Step::Jump {
                debt += booked;
            }
        }
        let above = (energy - debt).max(Energy::default());
        let booked = match step {
            Step::Jump => Energy::default(),
            _ if gap => self.leave_unplaced(at, above),
            _ => self.spread(from, at, above),
        };
        let kind = IncrementKind::of(step, gap);
        self.book.increments.push(Increment { from: base.at, to: at, energy, kind, debt, booked });
        match step {
            Step::Jump => Energy::default(),
            _ => (debt - energy).max(Energy::default()),
        }
    }

    fn count(&mut self, step: Step) {
        let measured = &mut self.book.measured;
        match step {
            Step::Increment => {}
            Step::Reset => measured.resets += 1,
            Step::RollBack => measured.roll_backs += 1,
            Step::Jump => measured.jumps += 1,
        }
    }

    fn leave_unplaced(&mut self, read: Instant, energy: Energy) -> Energy {
        self.book.measured.unplaced += energy;
        self.book.measured.unplaced_bill += Bill::of(energy, self.rate_book.of_unplaced(read));
        energy
    }

    /// Books time by power, else by rating, which is believed until an instant where a counter fell
    /// silent. The energy booked is returned.
    fn by_power_or_rating(
        &mut self,
        from: Instant,
        to: Instant,
        rated_until: Option<Instant>,
    ) -> Energy {
        let mut booked = Energy::default();
        let mut at = from;
        while at < to {
            let stretch = self.stretch_at(at);
            let mut end = to.min(stretch.to);
            let (power, by) = match self.span_at(at) {
                Some(span) if span.from <= at => {
                    end = end.min(span.to);
                    (span.power, By::Reading)
                }
                later => {
                    end = later.map_or(end, |span| end.min(span.from));
                    match stretch.rating.filter(|_| rated_until.is_none_or(|until| at < until)) {
                        Some(rating) => {
                            end = rated_until.map_or(end, |until| end.min(until));
                            (rating, By::Rating)
                        }
                        None => (Milliwatts::new(0), By::Nothing),
                    }
                }
            };
            if stretch.of_use.is_some() || by == By::Reading {
                booked += self.lay(&stretch, at, end, &mut Flow::Power(power), by);
            }
            at = end;
        }
        booked
    }

    /// Spreads what a counter measured over the time between two readings, as far as that lies in
    /// the window. It is returned as booked.
    fn spread(&mut self, from: Instant, to: Instant, energy: Energy) -> Energy {
        if from < to {
            let over = self.spreading(from, to);
            let mut flow = Flow::share(energy, over.total);
            let mut at = from;
            while at < to {
                let stretch = self.stretch_at(at);
                let end = to.min(stretch.to);
                if stretch.of_use.is_some() == over.active {
                    flow.weigh(over.weight(&stretch));
                    self.lay(&stretch, at, end, &mut flow, By::Reading);
                }
                at = end;
            }
        } else {
            // The reading is at the day's first instant: nothing of the time before is this day's.
            let stretch = self.stretch_at(to);
            let step = self.step_at(to);
            let assumed = to >= stretch.assumed_from;
            self.put(stretch.of_use, step, assumed, 0, energy, By::Reading);
        }
        energy
    }

    /// How an increment is divided over the stretches from one instant to a later one.
    fn spreading(&self, from: Instant, to: Instant) -> Spreading {
        let (mut active, mut rated) = (0, 0_i128);
        let mut ratings: Option<Option<Milliwatts>> = None;
        let (mut alike, mut all_rated) = (true, true);
        let stretches = &self.stretches[self.stretch..];
        for stretch in stretches.iter().take_while(|stretch| stretch.from < to) {
            let time = stretch.to.min(to) - stretch.from.max(from);
            if time <= 0 || stretch.of_use.is_none() {
                continue;
            }
            active += time;
            rated += Energy::of(stretch.rating.unwrap_or(Milliwatts::new(0)), time).exact();
            all_rated &= stretch.rating.is_some();
            alike &= *ratings.get_or_insert(stretch.rating) == stretch.rating;
        }
        if active == 0 {
            Spreading { active: false, by_rating: false, total: i128::from(to - from) }
        } else if all_rated && rated > 0 && !alike {
            Spreading { active: true, by_rating: true, total: rated }
        } else {
            // In proportion to one rating is in proportion to time.
            Spreading { active: true, by_rating: false, total: i128::from(active) }
        }
    }

    /// Lays a stretch of time out over cells, rates, and what is confirmed and assumed of it. The
    /// energy that it draws is returned.
    fn lay(
        &mut self,
        stretch: &Stretch,
        from: Instant,
        to: Instant,
        flow: &mut Flow,
        by: By,
    ) -> Energy {
        let mut laid = Energy::default();
        let mut at = from;
        while at < to {
            let step = self.step_at(at);
            let changes = self.grid.steps.get(self.step + 1).map(|next| next.from);
            let mut end = changes.map_or(to, |change| change.min(to));
            let assumed = at >= stretch.assumed_from;
            if !assumed {
                end = end.min(stretch.assumed_from);
            }
            let energy = flow.over(end - at);
            self.put(stretch.of_use, step, assumed, end - at, energy, by);
            laid += energy;
            at = end;
        }
        laid
    }

    fn put(
        &mut self,
        of_use: Option<usize>,
        GridStep { cell, rates, hour, .. }: GridStep,
        assumed: bool,
        time: Millis,
        energy: Energy,
        by: By,
    ) {
        let bill = Bill::of(energy, rates);
        let hour = self.book.hours.get_mut(hour);
        let Some(of_use) = of_use else {
            if let Some(hour) = hour {
                hour.add_idle(energy, bill);
            }
            *self.book.standby.cell_mut(cell) += energy;
            self.book.measured.standby += energy;
            self.book.measured.standby_bill += bill;
            return;
        };
        let UseBook { avoidable, during, assumed: assumed_time, metered, charges } =
            &mut self.book.uses[of_use];
        let wasted = avoidable.is_waste_in(cell);
        if let Some(hour) = hour {
            let (stay, is_rated) = (stay_of(cell), by != By::Nothing);
            hour.add_piece(Piece { stay, wasted, assumed, is_rated, time, energy, bill });
        }
        *during.cell_mut(cell) += time;
        *metered.energy.cell_mut(cell) += energy;
        charges.bill += bill;
        if wasted {
            charges.waste[cell / 3] += bill.cost;
        }
        if assumed {
            *assumed_time.cell_mut(cell) += time;
            *metered.assumed_energy.cell_mut(cell) += energy;
            if wasted {
                charges.assumed_waste[cell / 3] += bill.cost;
            }
        }
        match by {
            By::Reading => {
                metered.measured += time;
                metered.measured_energy += energy;
            }
            By::Rating => {}
            By::Nothing => metered.unrated += time,
        }
    }

    /// The stretch at an instant; instants never go back.
    fn stretch_at(&mut self, at: Instant) -> Stretch {
        while self.stretches[self.stretch].to <= at && self.stretch + 1 < self.stretches.len() {
            self.stretch += 1;
        }
        self.stretches[self.stretch]
    }

    /// The grid's step at an instant; instants never go back.
    fn step_at(&mut self, at: Instant) -> GridStep {
        while self.grid.steps.get(self.step + 1).is_some_and(|next| next.from <= at) {
            self.step += 1;
        }
        self.grid.steps[self.step]
    }

    /// The power span at an instant, or the next one; instants never go back.
    fn span_at(&mut self, at: Instant) -> Option<PowerSpan> {
        while self.spans.get(self.span).is_some_and(|span| span.to <= at) {
            self.span += 1;
        }
        self.spans.get(self.span).copied()
    }
}

/// By which measure an increment is divided.
#[derive(Debug, Clone, Copy)]
struct Spreading {
    /// Over the time in which the device was active; else over all of it, as standby.
    active: bool,
    /// In proportion to the rated power of its states; else alike.
    by_rating: bool,
    /// The weight of all of the time.
    total: i128,
}

impl Spreading {
    /// What a millisecond of a stretch weighs.
    fn weight(&self, stretch: &Stretch) -> u64 {
        match stretch.rating {
            Some(rating) if self.by_rating => rating.get(),
            _ => 1,
        }
    }
}

/// The energy of a device while time passes.
#[derive(Debug)]
enum Flow {
    /// It draws so much.
    Power(Milliwatts),
    /// It has its share of an increment. Up to any instant that is rounded down to a whole
    /// milliwatt-millisecond, so that the shares add up to the increment.
    Share { energy: i128, over: i128, weight: u64, spread: i128, booked: i128 },
}

impl Flow {
    fn share(energy: Energy, over: i128) -> Self {
        Flow::Share { energy: energy.exact(), over, weight: 0, spread: 0, booked: 0 }
    }

    /// What the milliseconds from here on weigh; a power is not weighed.
    fn weigh(&mut self, now: u64) {
        if let Flow::Share { weight, .. } = self {
            *weight = now;
        }
    }

    /// The energy of the next milliseconds.
    fn over(&mut self, time: Millis) -> Energy {
        match self {
            Flow::Power(power) => Energy::of(*power, time),
            Flow::Share { energy, over, weight, spread, booked } => {
                *spread += i128::from(*weight) * i128::from(time);
                let up_to = if spread == over { *energy } else { share(*energy, *spread, *over) };
                let more = up_to - *booked;
                *booked = up_to;
                Energy::from_exact(more)
            }
        }
    }
}

/// `energy` × `part` ÷ `whole`, rounded down; none of them is negative.
fn share(energy: i128, part: i128, whole: i128) -> i128 {
    let product = energy * part;
    // Divisions of 128 bits are slow, and hardly ever needed.
    match (u64::try_from(product), u64::try_from(whole)) {
        (Ok(product), Ok(whole)) => i128::from(product / whole),
        _ => product / whole,
    }
}
