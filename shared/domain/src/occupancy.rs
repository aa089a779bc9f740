//! Rule 7: the 3×3 matrix of stay and presence, and the clock that fills it.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use crate::calendar::Window;
use crate::energy::{Energy, Milliwatts};
use crate::instant::{Instant, Millis};
use crate::name::State;
use crate::presence::{Presence, SensorTurn, room_presence};

/// Whether a room is sold at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// A guest has checked in.
    CheckedIn,
    /// Nobody has: the room is not sold.
    CheckedOut,
    /// Neither was reported yet.
    Unknown,
}

impl Stay {
    /// What a stay's state means; `None` is a stay that was never reported.
    pub fn of(state: Option<&State>) -> Self {
        match state {
            None => Stay::Unknown,
            Some(state) if *state == State::CHECKED_IN => Stay::CheckedIn,
            Some(_) => Stay::CheckedOut,
        }
    }

    /// In the order of the matrix's rows.
    pub const ALL: [Stay; 3] = [Stay::CheckedIn, Stay::CheckedOut, Stay::Unknown];
}

impl Presence {
    /// In the order of the matrix's columns.
    pub const ALL: [Presence; 3] = [Presence::Occupied, Presence::Vacant, Presence::Unknown];
}

/// A figure for each of the nine cells of stay × presence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cells<T> {
    cells: [T; 9],
}

/// Milliseconds in each of the nine cells.
pub type Occupancy = Cells<Millis>;

/// Energy in each of the nine cells.
pub type EnergyByCell = Cells<Energy>;

fn index(stay: Stay, presence: Presence) -> usize {
    let row = match stay {
        Stay::CheckedIn => 0,
        Stay::CheckedOut => 1,
        Stay::Unknown => 2,
    };
    let column = match presence {
        Presence::Occupied => 0,
        Presence::Vacant => 1,
        Presence::Unknown => 2,
    };
    row * 3 + column
}

impl<T: Copy> Cells<T> {
    /// From nine cells, row by row in the order of [`Stay::ALL`] and [`Presence::ALL`].
    pub const fn from_cells(cells: [T; 9]) -> Self {
        Self { cells }
    }

    /// The nine cells, row by row.
    pub const fn cells(self) -> [T; 9] {
        self.cells
    }

    /// What one cell holds.
    pub fn cell(&self, stay: Stay, presence: Presence) -> T {
        self.cells[index(stay, presence)]
    }

    pub(crate) fn cell_mut(&mut self, cell: usize) -> &mut T {
        &mut self.cells[cell]
    }
}

impl<T: Copy + Sum> Cells<T> {
    /// All cells together.
    pub fn total(&self) -> T {
        self.cells.iter().copied().sum()
    }

    /// The cells of a stay together, whatever the presence.
    pub fn of_stay(&self, stay: Stay) -> T {
        Presence::ALL.into_iter().map(|presence| self.cell(stay, presence)).sum()
    }

    /// The cells of a presence together, whatever the stay.
    pub fn of_presence(&self, presence: Presence) -> T {
        Stay::ALL.into_iter().map(|stay| self.cell(stay, presence)).sum()
    }
}

impl Occupancy {
    /// What a power draws in each of the cells' times.
    pub fn drawn_by(&self, power: Milliwatts) -> EnergyByCell {
        Cells { cells: self.cells.map(|time| Energy::of(power, time)) }
    }
}

impl<T: Copy + AddAssign> Add for Cells<T> {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl<T: Copy + AddAssign> AddAssign for Cells<T> {
    fn add_assign(&mut self, other: Self) {
        for (cell, more) in self.cells.iter_mut().zip(other.cells) {
            *cell += more;
        }
    }
}

impl Sub for Occupancy {
    type Output = Occupancy;
    fn sub(mut self, other: Occupancy) -> Occupancy {
        for (cell, less) in self.cells.iter_mut().zip(other.cells) {
            *cell -= less;
        }
        self
    }
}

/// The stay of a cell, by the cell's place in row-by-row order.
pub(crate) fn stay_of(cell: usize) -> Stay {
    Stay::ALL[cell / 3]
}

/// The presence of a cell, by the cell's place in row-by-row order.
pub(crate) fn presence_of(cell: usize) -> Presence {
    Presence::ALL[cell % 3]
}

/// Tells, for any stretch of a window, how much of it the room spent in each cell.
///
/// It keeps the cells' readings at every instant where the cell changes, so a device's use is
/// split over the cells by two look-ups, however often a motion sensor fires in between.
#[derive(Debug)]
pub(crate) struct OccupancyClock {
    marks: Vec<Mark>,
}

#[derive(Debug)]
struct Mark {
    at: Instant,
    /// What the cells have gathered from the window's start to `at`.
    reading: Occupancy,
    /// The cell that gathers from `at` on.
    cell: usize,
}

impl OccupancyClock {
    /// From the stay's changes (the first at the window's start) and the turns of all sensors.
    pub(crate) fn new(
        window: Window,
        stays: &[(Instant, Stay)],
        mut turns: Vec<SensorTurn>,
    ) -> Self {
        turns.sort_unstable_by_key(|turn| turn.at);
        let mut turns = turns.into_iter().peekable();
        let mut stays = stays.iter().copied().peekable();
        let (mut stay, mut occupied, mut vacant) = (Stay::Unknown, 0, 0);
        let mut marks: Vec<Mark> = Vec::with_capacity(turns.len() + stays.len() + 1);
        let mut at = window.start;
        loop {
            while let Some((_, next)) = stays.next_if(|(from, _)| *from <= at) {
                stay = next;
            }
            while let Some(turn) = turns.next_if(|turn| turn.at <= at) {
                occupied += turn.occupied;
                vacant += turn.vacant;
            }
            let cell = index(stay, room_presence(occupied, vacant));
            match marks.last() {
                Some(last) if last.cell == cell => {}
                Some(last) => {
                    let reading = last.read(at);
                    marks.push(Mark { at, reading, cell });
                }
                None => marks.push(Mark { at, reading: Occupancy::default(), cell }),
            }
            let next = [stays.peek().map(|(from, _)| *from), turns.peek().map(|turn| turn.at)];
            match next.into_iter().flatten().min() {
                Some(next) if next < window.end => at = next,
                _ => return Self { marks },
            }
        }
    }

    /// The cells of the whole window up to its end.
    pub(crate) fn until(&self, end: Instant) -> Occupancy {
        let mut cells = Occupancy::default();
        if let Some(first) = self.marks.first() {
            self.gather(first.at, end, &mut Place::default(), &mut cells);
        }
        cells
    }

    /// Adds the cells of a stretch of the window to others.
    ///
    /// `place` is where the stretch before it ended: stretches come in order, so the marks before
    /// are not looked at again.
    pub(crate) fn gather(
        &self,
        from: Instant,
        to: Instant,
        place: &mut Place,
        cells: &mut Occupancy,
    ) {
        self.advance(place, from);
        let first = &self.marks[place.0];
        self.advance(place, to);
        let last = &self.marks[place.0];
        if std::ptr::eq(first, last) {
            // Most uses end before anybody comes or goes.
            cells.cells[first.cell] += to - from;
        } else {
            *cells += last.read(to) - first.read(from);
        }
    }

    /// Moves on to the last mark up to an instant of the window.
    fn advance(&self, place: &mut Place, at: Instant) {
        let later = &self.marks[place.0 + 1..];
        if later.first().is_some_and(|next| next.at <= at) {
            place.0 += later.partition_point(|mark| mark.at <= at);
        }
    }

    /// Where the cell changes, in order, each with the cell that holds from there on.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (Instant, usize)> {
        self.marks.iter().map(|mark| (mark.at, mark.cell))
    }
}

/// A place among the marks of a clock; the first is at the window's start.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place(usize);

impl Mark {
    fn read(&self, at: Instant) -> Occupancy {
        let mut reading = self.reading;
        reading.cells[self.cell] += at - self.at;
        reading
    }
}
