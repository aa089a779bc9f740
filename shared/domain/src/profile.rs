//! A hotel's profile: its zone, prices, ratings and limits, read and checked field by field.

use std::collections::{BTreeMap, BTreeSet};

use crate::avoidable::{Avoidable, AvoidableUse};
use crate::calendar::BusinessCalendar;
use crate::energy::{Milliwatts, Percent};
use crate::instant::{HOUR, MINUTE, Millis};
use crate::name::{DeviceId, DeviceKind, HotelId, RoomId, State};
use crate::signal::Device;
use crate::tariff::{EmissionFactors, Prices, RateBook};
use crate::wall_clock::WallHours;

mod faults;
mod json;
mod parse;
mod show;

pub use faults::{FieldError, InvalidProfile};
pub use json::readable;

/// Rated power by state.
pub type Ratings = BTreeMap<State, Milliwatts>;

/// A property: what turns its transitions into figures. The default of each map is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Which hotel.
    pub hotel_id: HotelId,
    /// What people call it.
    pub name: Option<String>,
    /// Its business days.
    pub calendar: BusinessCalendar,
    /// In which language it is told its results; English where none is named.
    pub language: Option<Language>,
    /// The currency of the price: three letters.
    pub currency: Option<String>,
    /// What energy costs: `pricePerKwh` or `tariffs`.
    pub prices: Option<Prices>,
    /// What energy emits: `kgCo2ePerKwh` or `emissionFactors`.
    pub emission_factors: Option<EmissionFactors>,
    /// Where the emission factor comes from.
    pub emission_factor_source: Option<String>,
    /// How many rooms the hotel has.
    pub rooms: Option<u32>,
    /// Which share of its energy the hotel means to waste at most.
    pub waste_target_percent: Option<Percent>,
    /// How long a vacancy must last before it counts, in minutes.
    pub vacancy_delay_minutes: u32,
    /// The hours within which a vacancy of a sold room does not count yet.
    pub night_hold: Option<WallHours>,
    /// How long a use is believed, in hours, by kind; 24 where a kind is not named.
    pub confirm_within_hours: BTreeMap<DeviceKind, u32>,
    /// After how many silent days a room is dormant; 30 where the profile does not say.
    pub dormant_after_days: Option<u32>,
    /// Kinds whose publishers repeat states as a matter of course.
    pub repeating_kinds: BTreeSet<DeviceKind>,
    /// What may run, by kind and state.
    pub waste: AvoidableUse,
    /// The greatest power by kind; 3000 W where a kind is not named.
    pub max_watts: BTreeMap<DeviceKind, Milliwatts>,
    /// Rated power by kind and state.
    pub ratings: BTreeMap<DeviceKind, Ratings>,
    /// Rated power of single devices, by room, id and state.
    pub device_ratings: BTreeMap<RoomId, BTreeMap<DeviceId, Ratings>>,
}

/// A language that a hotel's results are told in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en`.
    #[default]
    English,
    /// `ko`.
    Korean,
}

impl Language {
    /// How a profile spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Korean => "ko",
        }
    }
}

/// The part of a profile that applies to one room.
#[derive(Debug, Clone, Copy)]
pub struct RoomTerms<'a> {
    profile: &'a Profile,
    devices: Option<&'a BTreeMap<DeviceId, Ratings>>,
}

const CONFIRM_WITHIN_HOURS: u32 = 24;
const DORMANT_AFTER_DAYS: u32 = 30;
const GREATEST_POWER: Milliwatts = Milliwatts::new(3_000_000);

impl Profile {
    /// A profile with nothing but what is required.
    pub fn new(hotel_id: HotelId, calendar: BusinessCalendar) -> Self {
        Self {
            hotel_id,
            name: None,
            calendar,
            language: None,
            currency: None,
            prices: None,
            emission_factors: None,
            emission_factor_source: None,
            rooms: None,
            waste_target_percent: None,
            vacancy_delay_minutes: 0,
            night_hold: None,
            confirm_within_hours: BTreeMap::new(),
            dormant_after_days: None,
            repeating_kinds: BTreeSet::new(),
            waste: BTreeMap::new(),
            max_watts: BTreeMap::new(),
            ratings: BTreeMap::new(),
            device_ratings: BTreeMap::new(),
        }
    }

    /// What applies to one of the hotel's rooms.
    pub fn terms(&self, room: &RoomId) -> RoomTerms<'_> {
        RoomTerms { profile: self, devices: self.device_ratings.get(room) }
    }

    /// Reads a profile as its owner writes it: fields that no profile has are faults. Only
    /// `closedThrough`, which a profile that was read from the API carries, is passed over.
    ///
    /// # Errors
    /// [`InvalidProfile`] names the fields that broke their rules.
    pub fn parse(json: &str) -> Result<Self, InvalidProfile> {
        parse::profile(json, json::Origin::Owner)
    }

    /// Reads a stored profile: fields that no profile has are passed over, since a newer version
    /// may have written them, and characters that no text may have any more are left out.
    ///
    /// # Errors
    /// [`InvalidProfile`] names the fields that broke their rules.
    pub fn parse_stored(json: &str) -> Result<Self, InvalidProfile> {
        parse::profile(json, json::Origin::Table)
    }

    /// The profile as canonical JSON, decimals as strings.
    pub fn to_json(&self) -> String {
        show::profile(self)
    }
}

impl<'a> RoomTerms<'a> {
    /// Rule 9: the rating of the device in the state, else of its kind in the state.
    pub fn rating(&self, device: &Device, state: &State) -> Option<Milliwatts> {
        let own = self.devices.and_then(|devices| devices.get(&device.id)?.get(state));
        own.or_else(|| self.profile.ratings.get(&device.kind)?.get(state)).copied()
    }

    /// Rule 11: how long a use of the kind is believed.
    pub fn confirm_within(&self, kind: &DeviceKind) -> Millis {
        let hours = self.profile.confirm_within_hours.get(kind).copied();
        Millis::from(hours.unwrap_or(CONFIRM_WITHIN_HOURS)) * HOUR
    }

    /// Rule 6: how long a vacancy must last before it counts.
    pub fn vacancy_delay(&self) -> Millis {
        Millis::from(self.profile.vacancy_delay_minutes) * MINUTE
    }

    /// Rule 6: the hours of the night hold.
    pub fn night_hold(&self) -> Option<WallHours> {
        self.profile.night_hold
    }

    /// Rule 8: whether the use of a kind in a state could be avoided.
    pub fn avoidable(&self, kind: &DeviceKind, state: &State) -> Avoidable {
        self.profile.waste.get(kind).map_or(Avoidable::default(), |states| states.of(state))
    }

    /// Rule 10: whether devices of the kind repeat their states as a matter of course.
    pub fn is_repeating(&self, kind: &DeviceKind) -> bool {
        self.profile.repeating_kinds.contains(kind)
    }

    /// Rule 16: after how many silent days the room is dormant.
    pub fn dormant_after_days(&self) -> u32 {
        self.profile.dormant_after_days.unwrap_or(DORMANT_AFTER_DAYS)
    }

    /// Rule 19: the greatest power of the kind.
    pub fn greatest_power(&self, kind: &DeviceKind) -> Milliwatts {
        self.profile.max_watts.get(kind).copied().unwrap_or(GREATEST_POWER)
    }

    /// The hotel's business days and wall clock.
    pub fn calendar(&self) -> &'a BusinessCalendar {
        &self.profile.calendar
    }

    /// Rule 23: prices and emission factors.
    pub(crate) fn rate_book(&self) -> RateBook<'a> {
        RateBook {
            prices: self.profile.prices.as_ref(),
            factors: self.profile.emission_factors.as_ref(),
            calendar: &self.profile.calendar,
        }
    }
}
