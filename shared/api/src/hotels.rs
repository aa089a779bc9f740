//! `/hotels` and `/hotels/{hotelId}`: which hotels there are, and their profiles.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use roomwatt_domain::profile::FieldError;
use roomwatt_domain::{BusinessDate, HotelId, Profile};
use roomwatt_page::Language;
use roomwatt_store::{KEYS_PER_BATCH, ListedHotel, PutProfile};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::{self, Entries, Freshness, JSON, unwritable};
use crate::call::Call;
use crate::caller::{Hotels, Scope};
use crate::parameters::{LANG, LARGEST_PAGE, LIMIT, NEXT_TOKEN, Parameters};
use crate::problem::Problem;
use crate::{schema, token};

/// What a profile may have as JSON. A thousand rooms with ten ratings each have half of it, and
/// the record that it ends in holds 400 KB.
const LARGEST_PROFILE: usize = 256 * 1024;

/// The hotels that the caller may see.
///
/// By id. A browser is led to their page.
#[utoipa::path(
    get,
    path = "/hotels",
    operation_id = "hotels",
    tag = "hotels",
    params(schema::PageQuery),
    responses(schema::HotelsResponses)
)]
pub(crate) async fn list(call: Call) -> Result<Response, Problem> {
    if answer::prefers_html(&call.headers) {
        // A person's browser: the page is one up.
        let parameters = call.parameters(&[LIMIT, NEXT_TOKEN, LANG])?;
        let language = parameters.text(LANG).map(|tag| Language::of(Some(tag), None));
        let page = language.map(|language| format!("./?lang={}", language.tag()));
        let page = page.as_deref().unwrap_or("./");
        let location = HeaderValue::from_str(page).map_err(answer::unwritable)?;
        let headers =
            [(header::LOCATION, location), (header::VARY, HeaderValue::from_static("accept"))];
        return Ok((StatusCode::FOUND, headers).into_response());
    }
    let parameters = call.parameters(&[LIMIT, NEXT_TOKEN])?;
    let limit = parameters.limit()?;
    let (hotels, next) = visible(&call, &parameters, limit).await?;
    let mut entries = Entries::default();
    for hotel in &hotels {
        entries.push(&ListedHotelView::of(hotel))?;
    }
    answer::whole(&call, JSON, entries.into_json("hotels", next.as_deref())?, Freshness::Open)
}

/// The hotels that the caller may see, from where the parameters go on, and the token of the rest.
pub(crate) async fn visible(
    call: &Call,
    parameters: &Parameters,
    limit: usize,
) -> Result<(Vec<ListedHotel>, Option<String>), Problem> {
    let visible = call.hotels(Scope::ReadReports)?;
    let position =
        parameters.text(NEXT_TOKEN).map(|text| token::read(LISTING, text)).transpose()?;
    let after =
        position.as_deref().map(HotelId::kept).transpose().map_err(|_| Problem::internal())?;
    let (hotels, next) = match visible {
        Hotels::Named(ids) => {
            let ids = ids.iter().filter(|id| after.as_ref().is_none_or(|after| *id > after));
            named(call, &ids.collect::<Vec<_>>(), limit).await?
        }
        Hotels::All => all(call, after.as_ref(), limit).await?,
    };
    Ok((hotels, next.map(|last| token::write(LISTING, last.as_str()))))
}

/// The first hotels of those that a token names, and the id after which the next page goes on. A name
/// that is no hotel's is passed over, and hides none of the others.
async fn named(
    call: &Call,
    ids: &[&HotelId],
    limit: usize,
) -> Result<(Vec<ListedHotel>, Option<HotelId>), Problem> {
    let (mut hotels, mut asked) = (Vec::new(), 0);
    while hotels.len() < limit && asked < ids.len().min(LARGEST_PAGE) {
        let batch = &ids[asked..ids.len().min(asked + KEYS_PER_BATCH)];
        hotels.extend(call.store().hotels_of(batch.iter().copied(), call.now()).await?);
        asked += batch.len();
    }
    let last = if hotels.len() > limit {
        hotels.truncate(limit);
        hotels.last().map(|hotel| hotel.hotel_id.clone())
    } else {
        ids[..asked].last().filter(|_| asked < ids.len()).map(|id| (*id).clone())
    };
    Ok((hotels, last))
}

/// The first hotels after one, and the id after which the next page goes on.
async fn all(
    call: &Call,
    after: Option<&HotelId>,
    limit: usize,
) -> Result<(Vec<ListedHotel>, Option<HotelId>), Problem> {
    let mut pages = call.store().hotels(after, call.now()).lately().at_most(limit + 1);
    let mut hotels = Vec::new();
    while hotels.len() <= limit {
        let Some(hotel) = pages.next().await? else { break };
        hotels.push(hotel);
    }
    let more = hotels.len() > limit;
    hotels.truncate(limit);
    let last = hotels.last().filter(|_| more).map(|last| last.hotel_id.clone());
    Ok((hotels, last))
}

/// What tokens of the list are bound to.
const LISTING: &str = "hotels";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedHotelView<'a> {
    hotel_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    time_zone: &'a str,
}

impl<'a> ListedHotelView<'a> {
    fn of(hotel: &'a ListedHotel) -> Self {
        Self {
            hotel_id: hotel.hotel_id.as_str(),
            name: hotel.name.as_deref(),
            time_zone: &hotel.time_zone,
        }
    }
}

/// A hotel's profile.
///
/// With the last day that is closed, once there is one.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}",
    operation_id = "hotel",
    tag = "hotels",
    params(schema::HotelPath),
    responses(schema::HotelResponses)
)]
pub(crate) async fn get(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    call.parameters(&[])?;
    let hotel = call.hotel(&id).await?;
    let body = profile_json(&hotel.profile, hotel.closed_through)?;
    answer::whole(&call, JSON, body, Freshness::Open)
}

/// The profile's own fields, and how far the hotel is closed.
fn profile_json(
    profile: &Profile,
    closed_through: Option<BusinessDate>,
) -> Result<Vec<u8>, Problem> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Shown<'a> {
        #[serde(flatten)]
        profile: BTreeMap<&'a str, &'a RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        closed_through: Option<String>,
    }
    let json = profile.to_json();
    let profile = serde_json::from_str(&json).map_err(unwritable)?;
    let closed_through = closed_through.map(|date| date.to_string());
    answer::json(&Shown { profile, closed_through })
}

/// Create or replace a hotel's profile.
///
/// The whole profile is replaced. What is new applies to the days that are closed from then on;
/// the time zone of a hotel with events cannot change any more.
#[utoipa::path(
    put,
    path = "/hotels/{hotelId}",
    operation_id = "putHotel",
    tag = "hotels",
    params(schema::HotelPath),
    request_body(content = schema::ProfileInput, content_type = "application/json"),
    responses(schema::PutHotelResponses),
)]
pub(crate) async fn put(call: Call, request: Request) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::WriteHotels)?;
    call.parameters(&[])?;
    let profile = read_profile(&id, request.into_body()).await?;
    let status = match call.store().put_profile(&profile, call.now()).await? {
        PutProfile::Created => StatusCode::CREATED,
        PutProfile::Replaced => StatusCode::OK,
        PutProfile::ZoneSettled => {
            let detail = "timeZone cannot change any more: the hotel has events";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        PutProfile::Conflict => {
            let detail =
                "somebody else changed the profile at the same time; look at it and try again";
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        PutProfile::TooLarge => return Err(too_large()),
    };
    let body = profile_json(&profile, None)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(JSON)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, body).into_response())
}

async fn read_profile(id: &HotelId, body: Body) -> Result<Profile, Problem> {
    let bytes = to_bytes(body, LARGEST_PROFILE).await.map_err(|_| too_large())?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body must be JSON in UTF-8"))?;
    let other = || FieldError {
        field: "hotelId".to_owned(),
        problem: "must be the hotel of the path".to_owned(),
    };
    match Profile::parse(text) {
        Ok(profile) if profile.hotel_id == *id => Ok(profile),
        Ok(_) => Err(Problem::fields(vec![other()])),
        Err(invalid) => Err(Problem::fields(invalid.fields)),
    }
}

fn too_large() -> Problem {
    let detail = format!("a profile has at most {} KB", LARGEST_PROFILE / 1024);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
