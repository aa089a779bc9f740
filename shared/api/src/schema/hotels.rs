//! Hotels and their profiles.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::{Response, ResponseBuilder};

use super::answered::{json, responses};
use super::values::Date;

/// Watts, or money or kilograms per kilowatt-hour: a number, or its digits as a text.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum DecimalInput {
    /// As a number.
    Number(f64),
    /// As a text.
    Text(String),
}

/// Rated watts by device and state, as they are put.
pub type RatingsInput = BTreeMap<String, BTreeMap<String, DecimalInput>>;
/// Rated watts by device and state.
pub type Ratings = BTreeMap<String, BTreeMap<String, String>>;

/// A tariff: a price from a date on, with other prices in zones of time.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TariffInput {
    /// The first date on which it holds; dates rise from tariff to tariff.
    pub from: Date,
    /// The price wherever no zone matches.
    pub price: DecimalInput,
    /// Dates that count as the day `holiday`, at most 400.
    #[schema(max_items = 400)]
    pub holidays: Option<Vec<Date>>,
    /// Of the zones that match the last one counts; at most 50.
    #[schema(max_items = 50)]
    pub zones: Option<Vec<ZoneInput>>,
}

/// A zone of time. What it leaves out matches always.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ZoneInput {
    /// The price within.
    pub price: DecimalInput,
    /// From and to by the hotel's wall clock, the end not included; over midnight where the first is
    /// the later one.
    #[schema(min_items = 2, max_items = 2)]
    pub hours: Option<Vec<String>>,
    /// `mon` to `sun`, and `holiday`.
    pub days: Option<Vec<String>>,
    /// 1 to 12.
    pub months: Option<Vec<u8>>,
}

/// An emission factor from a date on.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmissionFactorInput {
    /// The first date on which it holds; dates rise from factor to factor.
    pub from: Date,
    /// Kilograms of CO₂e per kilowatt-hour.
    pub kg_co2e_per_kwh: DecimalInput,
    /// Where it comes from: source, year, location- or market-based.
    #[schema(max_length = 200)]
    pub source: Option<String>,
}

/// A hotel's profile as it is put. Fields that no profile has are refused by name; `closedThrough`,
/// which a profile that was read has, is passed over.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileInput {
    /// The hotel of the path.
    #[schema(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// An IANA time zone.
    #[schema(example = "Europe/Lisbon")]
    pub time_zone: String,
    /// The currency of the price, as ISO 4217 has it.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: Option<String>,
    /// The language of what people read.
    #[schema(pattern = "^(en|ko)$")]
    pub language: Option<String>,
    /// What a kilowatt-hour costs; at most 6 decimals. Not beside `tariffs`.
    pub price_per_kwh: Option<DecimalInput>,
    /// What a kilowatt-hour costs by date and time, at most 50. Not beside `pricePerKwh`.
    #[schema(max_items = 50)]
    pub tariffs: Option<Vec<TariffInput>>,
    /// What a kilowatt-hour emits, in kilograms of CO₂e; at most 6 decimals. Not beside
    /// `emissionFactors`.
    pub kg_co2e_per_kwh: Option<DecimalInput>,
    /// What a kilowatt-hour emits by date, at most 50. Not beside `kgCo2ePerKwh`.
    #[schema(max_items = 50)]
    pub emission_factors: Option<Vec<EmissionFactorInput>>,
    /// Where `kgCo2ePerKwh` comes from.
    #[schema(min_length = 1, max_length = 200)]
    pub emission_factor_source: Option<String>,
    /// How many rooms the hotel has.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub rooms: Option<u32>,
    /// What confirmed waste is to stay below, in percent of all energy.
    pub waste_target_percent: Option<DecimalInput>,
    /// Two wall-clock times between which a vacancy that begins in a sold room does not count.
    #[schema(min_items = 2, max_items = 2)]
    pub night_hold: Option<Vec<String>>,
    /// After how many silent days a room has no reports any more; 30 if not given.
    #[schema(minimum = 1, maximum = 365)]
    pub dormant_after_days: Option<u32>,
    /// Device kinds whose publishers repeat states: a repeat tells nothing of a loss.
    pub repeating_kinds: Option<Vec<String>>,
    /// By device kind and state, `*` for every other state: when its use is waste, `vacant`, `unsold`
    /// or `never`.
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, String>>>)]
    pub waste: Option<BTreeMap<String, BTreeMap<String, String>>>,
    /// By device kind: the greatest power that a counter is believed; 3000 where a kind is not named.
    pub max_watts: Option<BTreeMap<String, DecimalInput>>,
    /// Passed over.
    pub closed_through: Option<String>,
    /// How long a vacancy must last before it counts.
    #[schema(minimum = 0, maximum = 240)]
    pub vacancy_delay_minutes: Option<u32>,
    /// By device kind: how long a use is believed; 24 where a kind is not named.
    #[schema(value_type = Option<BTreeMap<String, u32>>)]
    pub confirm_within_hours: Option<BTreeMap<String, u32>>,
    /// By device kind and state: rated watts, at most 3 decimals.
    pub ratings: Option<BTreeMap<String, BTreeMap<String, DecimalInput>>>,
    /// By room, device and state: rated watts of single devices.
    #[schema(value_type = Option<BTreeMap<String, BTreeMap<String, BTreeMap<String, DecimalInput>>>>)]
    pub device_ratings: Option<BTreeMap<String, RatingsInput>>,
}

/// A tariff.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tariff {
    /// The first date on which it holds.
    pub from: Date,
    /// The price wherever no zone matches.
    pub price: String,
    /// Dates that count as the day `holiday`.
    #[schema(nullable = false)]
    pub holidays: Option<Vec<Date>>,
    /// Of the zones that match the last one counts.
    #[schema(nullable = false)]
    pub zones: Option<Vec<Zone>>,
}

/// A zone of time.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Zone {
    /// The price within.
    pub price: String,
    /// From and to by the hotel's wall clock.
    #[schema(nullable = false)]
    pub hours: Option<Vec<String>>,
    /// Which days.
    #[schema(nullable = false)]
    pub days: Option<Vec<String>>,
    /// Which months.
    #[schema(nullable = false)]
    pub months: Option<Vec<u8>>,
}

/// An emission factor.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmissionFactor {
    /// The first date on which it holds.
    pub from: Date,
    /// Kilograms of CO₂e per kilowatt-hour.
    pub kg_co2e_per_kwh: String,
    /// Where it comes from.
    #[schema(nullable = false)]
    pub source: Option<String>,
}

/// A hotel's profile.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// Its id.
    pub hotel_id: String,
    /// What people call it.
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Its IANA time zone.
    pub time_zone: String,
    /// The currency of the price.
    #[schema(nullable = false)]
    pub currency: Option<String>,
    /// The language of what people read.
    #[schema(nullable = false)]
    pub language: Option<String>,
    /// What a kilowatt-hour costs, at any time.
    #[schema(nullable = false)]
    pub price_per_kwh: Option<String>,
    /// What a kilowatt-hour costs by date and time.
    #[schema(nullable = false)]
    pub tariffs: Option<Vec<Tariff>>,
    /// What a kilowatt-hour emits, in kilograms of CO₂e, at any time.
    #[schema(nullable = false)]
    pub kg_co2e_per_kwh: Option<String>,
    /// What a kilowatt-hour emits by date.
    #[schema(nullable = false)]
    pub emission_factors: Option<Vec<EmissionFactor>>,
    /// Where `kgCo2ePerKwh` comes from.
    #[schema(nullable = false)]
    pub emission_factor_source: Option<String>,
    /// How many rooms the hotel has.
    #[schema(nullable = false)]
    pub rooms: Option<u32>,
    /// What confirmed waste is to stay below, in percent of all energy.
    #[schema(nullable = false)]
    pub waste_target_percent: Option<String>,
    /// Between which wall-clock times a vacancy that begins in a sold room does not count.
    #[schema(nullable = false)]
    pub night_hold: Option<Vec<String>>,
    /// After how many silent days a room has no reports any more.
    #[schema(nullable = false)]
    pub dormant_after_days: Option<u32>,
    /// Device kinds whose publishers repeat states.
    #[schema(nullable = false)]
    pub repeating_kinds: Option<Vec<String>>,
    /// By device kind and state: when its use is waste.
    #[schema(nullable = false)]
    pub waste: Option<BTreeMap<String, BTreeMap<String, String>>>,
    /// By device kind: the greatest power that a counter is believed.
    #[schema(nullable = false)]
    pub max_watts: Option<BTreeMap<String, String>>,
    /// How long a vacancy must last before it counts.
    pub vacancy_delay_minutes: u32,
    /// By device kind: how long a use is believed.
    #[schema(nullable = false)]
    pub confirm_within_hours: Option<BTreeMap<String, u32>>,
    /// By device kind and state: rated watts.
    #[schema(nullable = false)]
    pub ratings: Option<BTreeMap<String, BTreeMap<String, String>>>,
    /// By room, device and state: rated watts.
    #[schema(nullable = false, value_type = Option<BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>>)]
    pub device_ratings: Option<BTreeMap<String, Ratings>>,
    /// The last closed day; missing before the first event.
    #[schema(nullable = false)]
    pub closed_through: Option<Date>,
}

/// A hotel in the list of hotels.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedHotel {
    /// Its id.
    pub hotel_id: String,
    /// What people call it.
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// Its IANA time zone.
    pub time_zone: String,
}

/// Hotels.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HotelList {
    /// By id.
    pub hotels: Vec<ListedHotel>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// The list, or for people the way to its page.
fn hotels() -> [(StatusCode, Response); 2] {
    let page =
        ResponseBuilder::new().description("Where HTML is preferred: the page of the hotels");
    [(StatusCode::OK, json::<HotelList>("The hotels").build()), (StatusCode::FOUND, page.build())]
}

responses! {
    /// Of the list of hotels.
    HotelsResponses => hotels(), [];
    /// Of a profile.
    HotelResponses => [(StatusCode::OK, json::<Profile>("The profile").build())], [NOT_FOUND];
    /// Of a profile that is put.
    PutHotelResponses => [
        (StatusCode::OK, json::<Profile>("It replaced the profile before").build()),
        (StatusCode::CREATED, json::<Profile>("The hotel is new").build()),
    ], [NOT_FOUND, CONFLICT, PAYLOAD_TOO_LARGE];
}
