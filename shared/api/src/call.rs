//! One call as the resources see it: its caller, what it asks for, and until when.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use roomwatt_domain::{HotelId, Instant, Millis, RoomId, SourceName};
use roomwatt_store::{Hotel, Store};

use crate::caller::{Caller, Hotels, Scope};
use crate::door;
use crate::parameters::{Names, Parameters};
use crate::problem::Problem;
use crate::request::Deadline;
use crate::{Api, Delivery};

/// How long before its deadline a call reads nothing more: time to write and compress the answer.
const LAST_MOMENTS: Millis = 5_000;

/// A call of the API.
pub(crate) struct Call {
    api: Arc<Api>,
    caller: Caller,
    path: BTreeMap<String, String>,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    deadline: Option<Deadline>,
}

impl FromRequestParts<Arc<Api>> for Call {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let path = RawPathParams::from_request_parts(parts, api).await;
        // What is no text can be no name.
        let path = path.map_err(|_| Problem::no_hotel())?;
        let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // The router lets no call without a caller through. If it did, this is the place that stops it.
        let caller = parts.extensions.get::<Caller>().cloned().ok_or_else(Problem::internal)?;
        Ok(Self {
            api: Arc::clone(api),
            caller,
            path,
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            deadline: parts.extensions.get::<Deadline>().copied(),
        })
    }
}

impl Call {
    pub(crate) fn store(&self) -> &Store {
        &self.api.store
    }

    pub(crate) fn now(&self) -> Instant {
        self.api.clock.now()
    }

    pub(crate) fn is_streamed(&self) -> bool {
        self.api.delivery == Delivery::Streamed
    }

    /// Whether to read nothing more.
    pub(crate) fn is_ending(&self) -> bool {
        self.deadline.is_some_and(|Deadline(deadline)| self.now() >= deadline - LAST_MOMENTS)
    }

    /// The parameters of the query, of which there may be these.
    pub(crate) fn parameters(&self, names: Names) -> Result<Parameters, Problem> {
        Parameters::parse(self.uri.query().unwrap_or_default(), names)
    }

    /// The hotels that the caller may see, if it may do this kind of thing.
    pub(crate) fn hotels(&self, scope: Scope) -> Result<&Hotels, Problem> {
        self.caller.demand(scope)?;
        Ok(self.caller.hotels())
    }

    /// Whether it comes from a browser's session, which may be ended.
    pub(crate) fn is_session(&self) -> bool {
        door::has_session(&self.headers)
    }

    /// The path's hotel, if the caller may do this kind of thing with it.
    pub(crate) fn hotel_id(&self, scope: Scope) -> Result<HotelId, Problem> {
        self.caller.demand(scope)?;
        let hotel = self.of_path("hotelId")?;
        if self.caller.may_see(&hotel) { Ok(hotel) } else { Err(Problem::no_hotel()) }
    }

    /// The path's room.
    pub(crate) fn room_id(&self) -> Result<RoomId, Problem> {
        self.of_path("roomId")
    }

    /// The path's source.
    pub(crate) fn source_name(&self) -> Result<SourceName, Problem> {
        // The path has it as `name`, and its error names the field of a source.
        let text = self.text_of_path("name");
        SourceName::new(text).map_err(|invalid| {
            let invalid = invalid.to_string();
            Problem::parameter("name", invalid.trim_start_matches("source "))
        })
    }

    /// A part of the path as it is written.
    pub(crate) fn text_of_path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The address of a path as browsers reach it. A run on loopback is reached where it was called.
    pub(crate) fn public_url(&self, path: &str) -> String {
        if let Some(door) = &self.api.door {
            return door.public_url.of(path);
        }
        let host = self.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        host.map_or_else(|| path.to_owned(), |host| format!("http://{host}{path}"))
    }

    fn of_path<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, Problem> {
        let text = self.text_of_path(name);
        text.parse().map_err(|error: T::Err| {
            // The error names the field, as the parameter does.
            let error = error.to_string();
            Problem::parameter(name, error.strip_prefix(name).unwrap_or(&error).trim_start())
        })
    }

    /// The hotel as it is stored.
    pub(crate) async fn hotel(&self, id: &HotelId) -> Result<Hotel, Problem> {
        self.store().hotel(id, self.now()).await?.ok_or_else(Problem::no_hotel)
    }
}
