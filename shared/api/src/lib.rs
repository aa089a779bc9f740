//! The report API: every call of it, as one router that knows neither Lambda nor sockets.
//!
//! A call goes through the router from the outside in:
//!
//! 1. `request` gives it an id, logs it once, and turns a panic into a problem;
//! 2. problems become pages where a browser asked; `door` finds out who calls, and turns calls without a
//!    known caller away;
//! 3. answers are compressed where the caller takes that;
//! 4. `call` reads path and query into types, and finds the hotel that the caller may see;
//! 5. one module per resource reads what is asked for, and `answer` writes it.
//!
//! Whatever goes wrong is a [`Problem`] that says what the caller can do about it, and never what
//! the function looks like inside; the cause is logged.
//!
//! Reads are made as cheap as the table allows: `ranges` says how.

mod answer;
mod call;
pub mod caller;
mod compare;
mod door;
mod findings;
mod history;
mod hotel_listing;
mod hotels;
mod hours;
mod links;
mod live;
mod openapi;
mod openid;
mod pages;
mod parameters;
mod problem;
mod ranges;
mod registers;
mod request;
mod room_listing;
pub mod schema;
mod service;
mod sign_in;
mod sources;
mod token;

use std::fmt;
use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use roomwatt_messaging::Clock;
use roomwatt_store::Store;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use service::Description;

pub use caller::Caller;
pub use door::{Door, SignIn, is_for_browsers};
pub use openapi::document;
pub use openid::{Https, InsecureUrl, OpenId, PublicUrl};
pub use problem::Problem;
pub use request::{Deadline, RequestId, no_such_method};

/// What the calls are answered from.
#[derive(Clone)]
pub struct Api {
    store: Store,
    clock: Arc<dyn Clock>,
    delivery: Delivery,
    /// How browsers come in. `None`: nobody is asked for a session, as on loopback.
    door: Option<Arc<Door>>,
}

/// How an answer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Whole and below Lambda's 6 MB: what does not fit is paged.
    Buffered,
    /// As it is made: CSV that asks for no page comes in one piece, however long.
    Streamed,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("delivery", &self.delivery).finish_non_exhaustive()
    }
}

impl Api {
    /// Answers from a table, by a clock.
    pub fn new(store: Store, clock: Arc<dyn Clock>, delivery: Delivery) -> Self {
        Self { store, clock, delivery, door: None }
    }

    /// The same where a browser needs a session to see a page, and nothing else shows it one.
    #[must_use]
    pub fn behind(self, door: Door) -> Self {
        Self { door: Some(Arc::new(door)), ..self }
    }

    /// The router. The server in front of it puts into a request's extensions what it knows of the
    /// request: the [`Caller`] (without one the answer is 401), the [`RequestId`], the [`Deadline`].
    pub fn router(self) -> Router {
        let state = Arc::new(self);
        let (routes, calls) = openapi::routes().split_for_parts();
        routes
            .fallback(request::no_such_path)
            .method_not_allowed_fallback(request::no_such_method)
            .with_state(Arc::clone(&state))
            .layer(Extension(Description::of(calls)))
            .layer(CompressionLayer::new())
            .layer(from_fn_with_state(Arc::clone(&state), door::admit))
            .layer(CatchPanicLayer::custom(request::panicked))
            .layer(from_fn(pages::problems))
            .layer(from_fn_with_state(state, request::identify))
    }
}
