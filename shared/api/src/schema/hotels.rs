//! Hotels and their profiles.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::ToSchema;

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

/// A hotel's profile as it is put. Fields that are not named here are ignored.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
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
    /// What a kilowatt-hour costs; at most 6 decimals.
    pub price_per_kwh: Option<DecimalInput>,
    /// What a kilowatt-hour emits, in kilograms of CO₂e; at most 6 decimals.
    pub kg_co2e_per_kwh: Option<DecimalInput>,
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
    /// What a kilowatt-hour costs.
    #[schema(nullable = false)]
    pub price_per_kwh: Option<String>,
    /// What a kilowatt-hour emits, in kilograms of CO₂e.
    #[schema(nullable = false)]
    pub kg_co2e_per_kwh: Option<String>,
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

responses! {
    /// Of the list of hotels.
    HotelsResponses => [(StatusCode::OK, json::<HotelList>("The hotels").build())], [];
    /// Of a profile.
    HotelResponses => [(StatusCode::OK, json::<Profile>("The profile").build())], [NOT_FOUND];
    /// Of a profile that is put.
    PutHotelResponses => [
        (StatusCode::OK, json::<Profile>("It replaced the profile before").build()),
        (StatusCode::CREATED, json::<Profile>("The hotel is new").build()),
    ], [NOT_FOUND, CONFLICT, PAYLOAD_TOO_LARGE];
}
