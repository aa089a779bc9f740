//! `GET /hotels/{hotelId}/compare`: two periods side by side.

use axum::response::Response;
use roomwatt_presentation::{ComparedGroupView, Comparison, ComparisonCsv, Dialect, GroupBy, Side};

use crate::answer::{self, CSV, Entries, FORMAT, Format, Freshness, JSON, unwritable};
use crate::call::Call;
use crate::caller::Scope;
use crate::parameters::{BASELINE, BASELINE_FROM, BASELINE_TO, FROM, PERIOD, TO};
use crate::problem::Problem;
use crate::ranges::{ClosedDays, Selection, sums};
use crate::schema;

/// Two periods side by side.
///
/// Averages are per day on which the group has a report, and changes are those of the averages, so
/// that periods of different lengths compare. A group that a period does not have counts as zero
/// there. A change from zero has `null` percent.
#[utoipa::path(
    get,
    path = "/hotels/{hotelId}/compare",
    operation_id = "compare",
    tag = "reports",
    params(
        schema::HotelPath,
        schema::RangeQuery,
        schema::BaselineQuery,
        schema::CompareQuery,
        schema::FormatQuery
    ),
    responses(schema::CompareResponses)
)]
pub(crate) async fn compare(call: Call) -> Result<Response, Problem> {
    let id = call.hotel_id(Scope::ReadReports)?;
    let parameters = call.parameters(&[
        FROM,
        TO,
        PERIOD,
        BASELINE_FROM,
        BASELINE_TO,
        BASELINE,
        "groupBy",
        FORMAT,
    ])?;
    let asked = parameters.dates()?;
    let compared = parameters.compared_with()?;
    let by = match parameters.required("groupBy")? {
        GroupBy::Date | GroupBy::Week | GroupBy::Month => {
            let problem = "must be one of room, deviceKind, hotel: no date is in both periods";
            return Err(Problem::parameter("groupBy", problem));
        }
        by => by,
    };
    let format = Format::of(&parameters, &call.headers)?;
    let hotel = call.hotel(&id).await?;
    let range = asked.of(&hotel)?;
    let current = ClosedDays::of(&call, &hotel, range, asked.end())?;
    let baseline = ClosedDays::of(&call, &hotel, compared.before(range)?, compared.end())?;
    let mut comparison = Comparison::new(by);
    for (side, days) in [(Side::Current, &current), (Side::Baseline, &baseline)] {
        let selection = Selection { call: &call, hotel: &id, dates: &days.dates, rooms: None };
        if by == GroupBy::Hotel {
            for day in selection.hotel_days().await? {
                comparison.add_hotel_day(side, &id, day.date, &sums(&day));
            }
        } else {
            selection.each(|report| comparison.add(side, &id, report)).await?;
        }
    }
    let freshness = Freshness::settled_if(current.complete && baseline.complete);
    match format {
        Format::Json => {
            let mut entries = Entries::default();
            for group in comparison.by_key() {
                entries.push(&ComparedGroupView::of(&group))?;
            }
            answer::whole(&call, JSON, entries.into_json("groups", None)?, freshness)
        }
        Format::Csv => {
            let mut csv = ComparisonCsv::new(Vec::new(), Dialect::Programs).map_err(unwritable)?;
            for group in comparison.by_key() {
                csv.write(&group).map_err(unwritable)?;
            }
            answer::whole(&call, CSV, csv.finish().map_err(unwritable)?, freshness)
        }
    }
}
