//! The calls there are, and their description: made from the handlers that answer them.

use std::sync::Arc;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{
    Api, compare, findings, history, hotel_listing, hotels, links, live, pages, registers,
    room_listing, schema, service, sign_in, sources,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Roomwatt",
        description = "Energy status reports of hotel rooms: per room and business day, how long each device ran, what it drew, what of it was waste. Times are RFC 3339 with an offset, durations whole milliseconds, dates YYYY-MM-DD in the hotel's time zone. Errors are problem documents (RFC 9457).",
    ),
    components(schemas(
        schema::HotelList, schema::Profile, schema::ProfileInput, schema::RoomReports,
        schema::HotelReports, schema::Comparison, schema::History, schema::Live, schema::Health,
        schema::Findings, schema::Finding, schema::SignalFault, schema::WastedNights,
        schema::OpenApiDocument, schema::ProblemDocument, schema::Date, schema::RoomList,
        schema::SourceList, schema::SourceDocument, schema::SourceSchema, schema::Register,
        schema::PutRegister, schema::LinkInput, schema::Link,
    )),
    tags(
        (name = "hotels", description = "Hotels and their profiles"),
        (name = "reports", description = "Reports of closed days"),
        (name = "rooms", description = "Rooms now, and where figures come from"),
        (name = "sources", description = "How publishers' messages are read"),
        (name = "links", description = "Links for people without an account"),
        (name = "pages", description = "The same for people"),
        (name = "service", description = "The API itself"),
    ),
)]
struct Description;

pub(crate) fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(hotels::list))
        .routes(routes!(hotels::get, hotels::put))
        .routes(routes!(room_listing::reports))
        .routes(routes!(hotel_listing::reports))
        .routes(routes!(compare::compare))
        .routes(routes!(findings::findings))
        .routes(routes!(history::history))
        .routes(routes!(live::live))
        .routes(routes!(pages::hotels))
        .routes(routes!(pages::hotel))
        .routes(routes!(pages::room))
        .routes(routes!(pages::day))
        .routes(routes!(hotel_listing::csv))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::signed_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(links::post))
        .routes(routes!(links::delete))
        .routes(routes!(links::follow))
        .routes(routes!(registers::get, registers::put))
        .routes(routes!(sources::list))
        .routes(routes!(sources::get, sources::put, sources::delete))
        .routes(routes!(sources::schema))
        .routes(routes!(service::health))
        .routes(routes!(service::openapi))
}

/// The description of the API: `OpenAPI` 3.1.
pub fn document() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}
