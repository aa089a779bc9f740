//! The shapes of questions and answers, for the description of the API alone: answers are written
//! by the views of the `report` crate, and `make api` holds them against these.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, ToSchema};

/// A hotel in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub struct HotelPath {
    /// The hotel's id.
    #[param(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
}

/// A room in a path.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Path, rename_all = "camelCase")]
pub struct RoomPath {
    /// The hotel's id.
    #[param(
        min_length = 1,
        max_length = 64,
        pattern = "^[A-Za-z0-9._-]+$",
        example = "harbour-house"
    )]
    pub hotel_id: String,
    /// The room's id.
    #[param(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9._-]+$", example = "101")]
    pub room_id: String,
}

/// A range of dates.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RangeQuery {
    /// The first date, in the hotel's time zone.
    #[param(value_type = Date, example = "2026-10-12")]
    pub from: String,
    /// The last date; at most 366 days from the first. Of what is not closed yet nothing is
    /// answered.
    #[param(value_type = Date, example = "2026-11-01")]
    pub to: String,
}

/// The period that is compared with.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct BaselineQuery {
    /// The first date of the period that is compared with.
    #[param(value_type = Date, example = "2026-10-12")]
    pub baseline_from: String,
    /// Its last date; at most 366 days from the first.
    #[param(value_type = Date, example = "2026-10-21")]
    pub baseline_to: String,
}

/// One date.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DateQuery {
    /// The date, in the hotel's time zone; closed or open, and not older than the history that is
    /// kept.
    #[param(value_type = Date, example = "2026-10-30")]
    pub date: String,
}

/// How a list is made.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct ListQuery {
    /// What reports are summed by; by default they are not.
    #[param(inline)]
    pub group_by: Option<Listing>,
    /// Only these rooms, at most 100, parted by commas.
    #[param(value_type = Option<RoomList>)]
    pub rooms: Option<String>,
}

/// What is compared.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CompareQuery {
    /// What reports are summed by.
    #[param(inline)]
    pub group_by: Grouping,
}

/// What is live.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct LiveQuery {
    /// Only these rooms, at most 100, parted by commas.
    #[param(value_type = Option<RoomList>)]
    pub rooms: Option<String>,
    /// Where to go on, from the answer before.
    #[param(max_length = 256)]
    pub next_token: Option<String>,
}

/// A part of a list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct PageQuery {
    /// How many entries the answer may have; fewer come where they are large.
    #[param(minimum = 1, maximum = 1000, default = 200)]
    pub limit: Option<u32>,
    /// Where to go on, from the answer before. Only for the same question.
    #[param(max_length = 256)]
    pub next_token: Option<String>,
}

/// In which language.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// `en` or `ko`; by default what `Accept-Language` prefers, else English.
    #[param(example = "en")]
    pub lang: Option<String>,
}

/// The form of an answer.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// The form of the answer; by default what `Accept` prefers, else JSON.
    #[param(inline)]
    pub format: Option<Format>,
}

/// A form of an answer.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// JSON.
    Json,
    /// RFC 4180, with a header row.
    Csv,
}

/// What a list of reports shows.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Listing {
    /// Each report.
    None,
    /// Sums by room.
    Room,
    /// Sums by date.
    Date,
    /// Sums by kind of device.
    DeviceKind,
    /// One sum.
    Hotel,
}

/// What is summed by to be compared.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Grouping {
    /// By room.
    Room,
    /// By kind of device.
    DeviceKind,
    /// One sum.
    Hotel,
}

/// A date `YYYY-MM-DD`.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Date)]
pub struct Date(pub String);

/// A point in time: RFC 3339 with an offset.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Instant(pub String);

/// Rooms, parted by commas.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, min_length = 1, pattern = "^[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64}){0,99}$")]
pub struct RoomList(pub String);

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

/// Milliseconds by presence.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OccupancyRow {
    /// Somebody is there.
    pub occupied: u64,
    /// Nobody is there.
    pub vacant: u64,
    /// No sensor has reported yet.
    pub unknown: u64,
}

/// Milliseconds by stay and presence.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Occupancy {
    /// The room is sold and the guest has arrived.
    pub checked_in: OccupancyRow,
    /// The room is not sold.
    pub checked_out: OccupancyRow,
    /// Neither was reported yet.
    pub unknown: OccupancyRow,
}

/// A device's use in one active state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Usage {
    /// The state.
    pub state: String,
    /// How long.
    pub duration_ms: u64,
    /// The part that was not confirmed in time.
    pub assumed_ms: u64,
    /// What it drew; missing without a rating.
    #[schema(nullable = false)]
    pub energy_wh: Option<f64>,
    /// When, by stay and presence.
    pub during: Occupancy,
}

/// How far a device's figures can be trusted.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quality {
    /// How often a start may have been lost.
    pub missing_starts: u64,
    /// How often an end may have been lost.
    pub missing_ends: u64,
    /// The time before the missing ends.
    pub unconfirmed_ms: u64,
}

/// A device on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Device {
    /// Its id.
    pub device_id: String,
    /// Its kind.
    pub device_kind: String,
    /// How often it became active.
    pub activations: u64,
    /// By active state.
    pub usage: Vec<Usage>,
    /// How far to trust it.
    pub quality: Quality,
}

/// Sums over devices.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are those of the report, told in docs/api.md")]
pub struct Totals {
    pub usage_ms: u64,
    pub waste_ms: u64,
    pub waste_unsold_ms: u64,
    pub unsold_ms: u64,
    pub assumed_ms: u64,
    pub unrated_ms: u64,
    pub energy_wh: f64,
    pub waste_energy_wh: f64,
    pub waste_unsold_energy_wh: f64,
    pub unsold_energy_wh: f64,
    pub assumed_energy_wh: f64,
    #[schema(nullable = false)]
    pub cost: Option<f64>,
    #[schema(nullable = false)]
    pub waste_cost: Option<f64>,
    #[schema(nullable = false)]
    pub co2e_kg: Option<f64>,
    pub missing_starts: u64,
    pub missing_ends: u64,
    pub unconfirmed_ms: u64,
}

/// A state and since when it holds.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
}

/// A device's state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceState {
    /// Its id.
    pub device_id: String,
    /// Its kind.
    pub device_kind: String,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
    /// When it was last heard of.
    pub seen: Instant,
}

/// A sensor's state.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SensorState {
    /// Its id.
    pub device_id: String,
    /// The state.
    pub state: String,
    /// Since when.
    pub since: Instant,
}

/// The states of a room's signals: those that are known.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// Whether the room is sold.
    #[schema(nullable = false)]
    pub stay: Option<Held>,
    /// By id and kind.
    pub devices: Vec<DeviceState>,
    /// By id.
    pub presence: Vec<SensorState>,
}

/// The figures by which a revision is explained.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevisedFigures {
    /// Use.
    pub usage_ms: u64,
    /// Waste.
    pub waste_ms: u64,
    /// Energy.
    pub energy_wh: f64,
}

/// What a late event changed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The number that the report got.
    pub revision: u32,
    /// When.
    pub at: Instant,
    /// What it said before.
    pub before: RevisedFigures,
    /// What it says since.
    pub after: RevisedFigures,
}

/// The report of a room on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// Which hotel.
    pub hotel_id: String,
    /// Which room.
    pub room_id: String,
    /// Which day.
    pub date: Date,
    /// The hotel's IANA time zone.
    pub time_zone: String,
    /// How long the day was; of an open day, how long it is so far.
    pub day_length_ms: u64,
    /// 1 when the day is closed, the next number with every change; missing while it is open.
    #[schema(nullable = false)]
    pub revision: Option<u32>,
    /// When this revision was made; missing while the day is open.
    #[schema(nullable = false)]
    pub closed_at: Option<Instant>,
    /// The room's time.
    pub occupancy: Occupancy,
    /// Every device with a known state at any time of the day, by id, then kind.
    pub devices: Vec<Device>,
    /// Their sums.
    pub totals: Totals,
    /// The states at the end.
    pub closing: States,
    /// What late events changed: the latest ten.
    #[schema(nullable = false)]
    pub revisions: Option<Vec<Revision>>,
    /// True while the day is open.
    #[schema(nullable = false)]
    pub provisional: Option<bool>,
}

/// Reports of a room.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomReports {
    /// By date.
    pub reports: Vec<Report>,
}

/// The sums of a group.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Room, date, kind of device or hotel.
    pub key: String,
    /// How many reports of a room on a day it sums.
    pub reports: u64,
    /// The sums.
    pub totals: Totals,
    /// The rooms' time; missing for a kind of device.
    #[schema(nullable = false)]
    pub occupancy: Option<Occupancy>,
}

/// Reports of a hotel.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportPage {
    /// By date, then room.
    pub reports: Vec<Report>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// Groups of a hotel's reports.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupPage {
    /// By key.
    pub groups: Vec<Group>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// Reports, or groups of them.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum HotelReports {
    /// `groupBy=none`.
    Reports(ReportPage),
    /// Any other.
    Groups(GroupPage),
}

/// A group in one period.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Period {
    /// How many reports of a room on a day it sums.
    pub reports: u64,
    /// On how many days it has any.
    pub days: u64,
    /// The sums.
    pub totals: Totals,
    /// The averages per such day, by the names of the totals; empty without any.
    pub per_day: BTreeMap<String, f64>,
}

/// How an average changed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The average per day less that of the baseline.
    pub absolute: f64,
    /// In percent of the baseline's; null where that is nothing.
    #[schema(required = true)]
    pub percent: Option<f64>,
}

/// A group in both periods.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparedGroup {
    /// Room, kind of device or hotel.
    pub key: String,
    /// The period in question.
    pub current: Period,
    /// The one that it is compared with.
    pub baseline: Period,
    /// By the names of the totals.
    pub change: BTreeMap<String, Change>,
}

/// Groups side by side.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// By key.
    pub groups: Vec<ComparedGroup>,
}

/// A state and how long it held, cut to the day.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The state.
    pub state: String,
    /// The first instant.
    pub from: Instant,
    /// The first instant after.
    pub to: Instant,
}

/// What was reported.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// When.
    pub at: Instant,
    /// Which state from then on.
    pub state: String,
}

/// One signal on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signal {
    /// What sort it is: `device`, `presence` or `stay`.
    #[schema(pattern = "^(device|presence|stay)$")]
    pub signal: String,
    /// Its id; missing for the stay.
    #[schema(nullable = false)]
    pub device_id: Option<String>,
    /// Its kind; missing for the stay.
    #[schema(nullable = false)]
    pub device_kind: Option<String>,
    /// Its states in order.
    pub intervals: Vec<Interval>,
    /// What they come from.
    pub transitions: Vec<Transition>,
}

/// Every signal of a room on a day.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    /// Which hotel.
    pub hotel_id: String,
    /// Which room.
    pub room_id: String,
    /// Which day.
    pub date: Date,
    /// Devices, sensors, then the stay.
    pub signals: Vec<Signal>,
}

/// A room now.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LiveRoom {
    /// Which room.
    pub room_id: String,
    /// Its states now.
    pub states: States,
    /// The open day so far.
    pub report: Report,
}

/// Rooms now.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Live {
    /// By id.
    pub rooms: Vec<LiveRoom>,
    /// Where the next page begins; missing on the last one.
    #[schema(nullable = false)]
    pub next_token: Option<String>,
}

/// How the function is.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `ok`.
    pub status: String,
}

/// This description.
#[derive(Debug, ToSchema)]
#[schema(value_type = Object)]
pub struct OpenApiDocument(pub BTreeMap<String, String>);

/// A fault of one field.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldProblem {
    /// The field's path; empty for the whole body.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Why a call was not answered: RFC 9457.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemDocument {
    /// `about:blank`: the status says it all.
    #[schema(rename = "type")]
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What was wrong.
    pub detail: String,
    /// The parameter at fault.
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// The fields at fault.
    #[schema(nullable = false)]
    pub errors: Option<Vec<FieldProblem>>,
}

const JSON: &str = "application/json";
const CSV: &str = "text/csv";

/// Answers that every call may get.
const COMMON: [StatusCode; 5] = [
    StatusCode::BAD_REQUEST,
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::TOO_MANY_REQUESTS,
    StatusCode::SERVICE_UNAVAILABLE,
];

fn answered(
    answers: impl IntoIterator<Item = (StatusCode, Response)>,
    problems: &[StatusCode],
) -> BTreeMap<String, RefOr<Response>> {
    let problems = COMMON.iter().chain(problems).map(|status| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(ProblemDocument::name())))
            .build();
        let response = ResponseBuilder::new()
            .description(status.canonical_reason().unwrap_or_default())
            .content(crate::problem::PROBLEM_JSON, content)
            .build();
        (*status, response)
    });
    let all = answers.into_iter().chain(problems);
    all.map(|(status, response)| (status.as_str().to_owned(), RefOr::T(response))).collect()
}

fn json<T: ToSchema>(description: &str) -> ResponseBuilder {
    let schema = Ref::from_schema_name(T::name());
    ResponseBuilder::new()
        .description(description)
        .content(JSON, ContentBuilder::new().schema(Some(schema)).build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The answer of closed days: it has a tag, and is not sent again to who has it.
fn tagged<T: ToSchema>(description: &str, csv: bool) -> Vec<(StatusCode, Response)> {
    let mut answer = json::<T>(description).header(
        "ETag",
        HeaderBuilder::new()
            .schema(Some(text()))
            .description(Some("Where every day of the range is closed."))
            .build(),
    );
    if csv {
        answer = answer.content(CSV, ContentBuilder::new().schema(Some(text())).build());
    }
    let known = ResponseBuilder::new().description("What If-None-Match names holds still").build();
    vec![(StatusCode::OK, answer.build()), (StatusCode::NOT_MODIFIED, known)]
}

/// The answer for people.
fn page() -> Vec<(StatusCode, Response)> {
    let page = ResponseBuilder::new()
        .description("The page")
        .content("text/html", ContentBuilder::new().schema(Some(text())).build());
    let known = ResponseBuilder::new().description("What If-None-Match names holds still").build();
    vec![(StatusCode::OK, page.build()), (StatusCode::NOT_MODIFIED, known)]
}

macro_rules! responses {
    ($($(#[$doc:meta])* $name:ident => $answers:expr, [$($status:ident),*];)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                answered($answers, &[$(StatusCode::$status),*])
            }
        }
    )*};
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
    /// Of a room's reports.
    RoomReportsResponses => tagged::<RoomReports>("The reports", true), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of a hotel's reports.
    HotelReportsResponses => tagged::<HotelReports>("Reports, or groups", true), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of two periods.
    CompareResponses => tagged::<Comparison>("Groups side by side", true), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of a day's signals.
    HistoryResponses => tagged::<History>("The signals", false), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of the rooms now.
    LiveResponses => [(StatusCode::OK, json::<Live>("The rooms").build())], [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of a page.
    PageResponses => page(), [NOT_FOUND, NOT_ACCEPTABLE];
    /// Of the function's health.
    HealthResponses => [(StatusCode::OK, json::<Health>("It answers").build())], [];
    /// Of this description.
    OpenApiResponses => tagged::<OpenApiDocument>("OpenAPI 3.1", false), [];
}
