//! Rule 23: what a kilowatt-hour costs and emits at an instant.
//!
//! Prices are read off the hotel's wall clock; emission factors change with the local date alone.
//! For a window both become one line of rates: those of its start, and the steps at which price or
//! factor change. Most hotels have none of these.

use std::collections::BTreeSet;
use std::ops::Add;

use jiff::civil::{Date, Weekday};

use crate::calendar::{BusinessCalendar, BusinessDate, ClockDay, Window};
use crate::energy::{Charge, Energy, PerKwh};
use crate::instant::Instant;
use crate::wall_clock::WallHours;

/// What a hotel pays for energy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prices {
    /// One price, from ever.
    Flat(PerKwh),
    /// Tariffs by the local date from which on they hold, rising; a date before has no price.
    ByDate(Vec<Tariff>),
}

/// A tariff: its own price, and zones of time with other prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// The first local date on which it holds.
    pub from: BusinessDate,
    /// The price wherever no zone matches.
    pub price: PerKwh,
    /// Dates that are the day `holiday` and no weekday.
    pub holidays: BTreeSet<BusinessDate>,
    /// Of the zones that match the last one counts.
    pub zones: Vec<Zone>,
}

/// A zone of time. What it leaves out matches always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    /// The price within.
    pub price: PerKwh,
    /// Which months.
    pub months: Option<Months>,
    /// Which days.
    pub days: Option<Days>,
    /// Which hours of the wall clock.
    pub hours: Option<WallHours>,
}

/// Some months of the year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Months(u16);

impl Months {
    /// With a month more, 1 to 12; `None` for a number that is no month.
    #[must_use]
    pub fn with(self, month: u8) -> Option<Self> {
        (1..=12).contains(&month).then_some(Self(self.0 | 1 << month))
    }

    /// The months, rising.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (1..=12).filter(move |month| self.0 & 1 << month != 0)
    }

    fn contain(self, date: Date) -> bool {
        self.0 & 1 << date.month() != 0
    }
}

/// Some days of the week, holidays as an eighth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days(u8);

/// How days are spelled, Monday first.
const DAYS: [&str; 8] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];
const HOLIDAY: usize = 7;

impl Days {
    /// With a day more; `None` for a word that is no day.
    #[must_use]
    pub fn with(self, day: &str) -> Option<Self> {
        DAYS.iter().position(|known| *known == day).map(|place| Self(self.0 | 1 << place))
    }

    /// The days' spellings, Monday first.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        DAYS.into_iter().enumerate().filter(move |(place, _)| self.holds(*place)).map(|it| it.1)
    }

    fn holds(self, place: usize) -> bool {
        self.0 & 1 << place != 0
    }
}

fn place_of(weekday: Weekday) -> usize {
    usize::from(weekday.to_monday_zero_offset().unsigned_abs())
}

/// What a hotel's energy emits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmissionFactors {
    /// One factor, from ever.
    Flat(PerKwh),
    /// Factors by the local date from which on they hold, rising.
    ByDate(Vec<EmissionFactor>),
}

/// An emission factor and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmissionFactor {
    /// The first local date on which it holds.
    pub from: BusinessDate,
    /// Kilograms of CO₂e.
    pub kg_co2e: PerKwh,
    /// Source, year, location- or market-based.
    pub source: Option<String>,
}

/// The price at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Price {
    /// The profile has no price for any date.
    #[default]
    Unknown,
    /// The instant lies before the first tariff: its energy is unpriced.
    NotYet,
    /// Per kilowatt-hour, in the hotel's currency.
    PerKwh(PerKwh),
}

/// Price and emission factor at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// The price.
    pub price: Price,
    /// Kilograms of CO₂e per kilowatt-hour, where there is a factor.
    pub co2e: Option<PerKwh>,
}

/// What some energy costs and emits, exactly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bill {
    /// What the priced part of it costs.
    pub cost: Charge,
    /// The part of it for which there is no price yet.
    pub unpriced: Energy,
    /// What the part with a factor emits.
    pub co2e: Charge,
}

impl Bill {
    /// What energy costs and emits that was drawn at these rates.
    pub fn of(energy: Energy, rates: Rates) -> Self {
        let (cost, unpriced) = match rates.price {
            Price::Unknown => (Charge::default(), Energy::default()),
            Price::NotYet => (Charge::default(), energy),
            Price::PerKwh(price) => (energy * price, Energy::default()),
        };
        Self { cost, unpriced, co2e: rates.co2e.map(|it| energy * it).unwrap_or_default() }
    }
}

impl Add for Bill {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            cost: self.cost + other.cost,
            unpriced: self.unpriced + other.unpriced,
            co2e: self.co2e + other.co2e,
        }
    }
}

impl std::ops::AddAssign for Bill {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// How the charges of a report are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// One price and one factor hold all day: every charge is energy times these, and the uses
    /// keep none.
    Flat(Rates),
    /// Price or factor change within the day: each use, and what is standby or unplaced, keeps its
    /// exact [`Bill`].
    InTime(Known),
}

/// Which rates are known at any time of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// There is a price.
    pub priced: bool,
    /// There is a time before the first tariff.
    pub unpriced: bool,
    /// There is an emission factor.
    pub emitting: bool,
}

impl Default for Pricing {
    fn default() -> Self {
        Pricing::Flat(Rates::default())
    }
}

impl Pricing {
    /// Which of the figures there are.
    pub fn known(self) -> Known {
        match self {
            Pricing::Flat(rates) => Known::default().with(rates),
            Pricing::InTime(known) => known,
        }
    }
}

impl Known {
    /// With the rates of one more time.
    #[must_use]
    fn with(self, rates: Rates) -> Self {
        Self {
            priced: self.priced || matches!(rates.price, Price::PerKwh(_)),
            unpriced: self.unpriced || rates.price == Price::NotYet,
            emitting: self.emitting || rates.co2e.is_some(),
        }
    }
}

/// Prices and factors of a hotel, as far as a fold asks for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateBook<'a> {
    pub(crate) prices: Option<&'a Prices>,
    pub(crate) factors: Option<&'a EmissionFactors>,
    pub(crate) calendar: &'a BusinessCalendar,
}

/// The rates of a window: those of its start, and the steps at which they change, no two alike in
/// a row.
#[derive(Debug)]
pub(crate) struct RateLine {
    first: Rates,
    /// Most windows have none.
    later: Vec<(Instant, Rates)>,
    /// Whether unplaced energy could cost something else than the line says.
    own_price_differs: bool,
}

impl RateLine {
    fn flat_at(rates: Rates) -> Self {
        Self { first: rates, later: Vec::new(), own_price_differs: false }
    }

    /// The rates of the window's start.
    pub(crate) fn first(&self) -> Rates {
        self.first
    }

    /// From when on which rates hold, after the window's start.
    pub(crate) fn later(&self) -> &[(Instant, Rates)] {
        &self.later
    }

    /// The rates of the whole window, if it has one price and one factor.
    pub(crate) fn flat(&self) -> Option<Rates> {
        self.later.is_empty().then_some(self.first)
    }

    /// Whether every charge of the window is energy times one price and one factor.
    pub(crate) fn is_plain(&self) -> bool {
        self.later.is_empty() && !self.own_price_differs
    }

    pub(crate) fn known(&self) -> Known {
        let first = Known::default().with(self.first);
        self.later.iter().fold(first, |known, (_, rates)| known.with(*rates))
    }
}

/// A rate line in the making.
struct Steps {
    line: Option<RateLine>,
    own_price_differs: bool,
}

impl Steps {
    fn push(&mut self, from: Instant, rates: Rates) {
        let Some(line) = &mut self.line else {
            self.line = Some(RateLine::flat_at(rates));
            return;
        };
        if line.later.last().map_or(line.first, |(_, last)| *last) != rates {
            line.later.push((from, rates));
        }
    }
}

impl RateBook<'_> {
    /// The rates of a window, which may be empty.
    pub(crate) fn over(&self, window: Window) -> RateLine {
        if let Some(rates) = self.undated() {
            return RateLine::flat_at(rates);
        }
        let mut steps = Steps { line: None, own_price_differs: false };
        for day in self.calendar.clock_days(window) {
            self.add_day(&day, &mut steps);
        }
        steps.line.map_or_else(
            || RateLine::flat_at(self.of_unplaced(window.start)),
            |line| RateLine { own_price_differs: steps.own_price_differs, ..line },
        )
    }

    /// The rates of every date, where no date changes them.
    fn undated(&self) -> Option<Rates> {
        let dated = matches!(self.prices, Some(Prices::ByDate(_)))
            || matches!(self.factors, Some(EmissionFactors::ByDate(_)));
        // Where no date changes them, those of any date are those of every date.
        (!dated).then(|| self.own_rates(Date::ZERO))
    }

    fn add_day(&self, day: &ClockDay, steps: &mut Steps) {
        let own = self.own_rates(day.date);
        let tariff = self.tariff(day.date).filter(|tariff| !tariff.zones.is_empty());
        let Some(tariff) = tariff else {
            return steps.push(day.window.start, own);
        };
        let zones = tariff.zones_on(day.date);
        for from in cuts(&zones, day) {
            let of_day = from - day.midnight;
            let within = |zone: &&&Zone| zone.hours.is_none_or(|hours| hours.contain(of_day));
            let zone = zones.iter().rev().find(within);
            let price = zone.map_or(own.price, |zone| Price::PerKwh(zone.price));
            steps.own_price_differs |= price != own.price;
            steps.push(from, Rates { price, ..own });
        }
    }

    /// The rates of a date outside every zone.
    fn own_rates(&self, date: Date) -> Rates {
        let price = match self.prices {
            None => Price::Unknown,
            Some(Prices::Flat(price)) => Price::PerKwh(*price),
            Some(Prices::ByDate(tariffs)) if tariffs.is_empty() => Price::Unknown,
            Some(Prices::ByDate(_)) => {
                self.tariff(date).map_or(Price::NotYet, |tariff| Price::PerKwh(tariff.price))
            }
        };
        let co2e = match self.factors {
            None => None,
            Some(EmissionFactors::Flat(factor)) => Some(*factor),
            Some(EmissionFactors::ByDate(factors)) => {
                latest(factors, date, |factor| factor.from).map(|factor| factor.kg_co2e)
            }
        };
        Rates { price, co2e }
    }

    /// The rates of what is unplaced: the tariff's own price on the date of its later reading.
    pub(crate) fn of_unplaced(&self, read: Instant) -> Rates {
        self.own_rates(self.calendar.clock_date(read))
    }

    fn tariff(&self, date: Date) -> Option<&Tariff> {
        match self.prices? {
            Prices::Flat(_) => None,
            Prices::ByDate(tariffs) => latest(tariffs, date, |tariff| tariff.from),
        }
    }
}

/// The last of the dated things that holds on a date.
fn latest<T>(dated: &[T], date: Date, from: impl Fn(&T) -> BusinessDate) -> Option<&T> {
    let later = dated.partition_point(|thing| from(thing).civil() <= date);
    dated[..later].last()
}

impl Tariff {
    /// The zones whose months and days a date is one of, in order.
    fn zones_on(&self, date: Date) -> Vec<&Zone> {
        let holiday = self.holidays.iter().any(|holiday| holiday.civil() == date);
        let day = if holiday { HOLIDAY } else { place_of(date.weekday()) };
        let matches = |zone: &&Zone| {
            zone.months.is_none_or(|months| months.contain(date))
                && zone.days.is_none_or(|days| days.holds(day))
        };
        self.zones.iter().filter(matches).collect()
    }
}

/// The instants of a day, its start first, at which a zone can begin or end.
fn cuts(zones: &[&Zone], day: &ClockDay) -> BTreeSet<Instant> {
    let times = zones.iter().filter_map(|zone| zone.hours).flat_map(|it| [it.from(), it.to()]);
    let cuts = times.map(|time| day.midnight + time.of_day());
    cuts.filter(|at| day.window.contains(*at)).chain([day.window.start]).collect()
}
