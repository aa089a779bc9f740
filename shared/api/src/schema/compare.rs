//! Two periods side by side.

use std::collections::BTreeMap;

use utoipa::{IntoParams, ToSchema};

use super::answered::{responses, tagged};
use super::asked::Baseline;
use super::hotel_listing::{Nights, PerSoldNight};
use super::report::Totals;
use super::values::Date;

/// The period that is compared with: two dates, or a baseline by its name.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct BaselineQuery {
    /// The first date of the period that is compared with.
    #[param(value_type = Option<Date>, example = "2026-10-12")]
    pub baseline_from: Option<String>,
    /// Its last date; at most 366 days from the first.
    #[param(value_type = Option<Date>, example = "2026-10-21")]
    pub baseline_to: Option<String>,
    /// In the place of the two dates: as many days right before (of a whole month: the month
    /// before), by whole weeks back, or 52 weeks back.
    #[param(inline)]
    pub baseline: Option<Baseline>,
}

/// What is compared.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct CompareQuery {
    /// What reports are summed by.
    #[param(inline)]
    pub group_by: Grouping,
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
    /// The nights of the reports.
    pub nights: Nights,
    /// Missing where no night was sold.
    #[schema(nullable = false)]
    pub per_sold_night: Option<PerSoldNight>,
}

/// The change of energy per night, in watt-hours, and the three parts that it consists of.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nightly {
    /// The change.
    pub energy_wh: f64,
    /// What sold nights use more or less.
    pub sold: f64,
    /// What unsold nights use more or less.
    pub unsold: f64,
    /// What comes of another share of sold nights.
    pub share: f64,
}

/// How an average changed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The average per day less that of the baseline.
    pub absolute: f64,
    /// In percent of the baseline's; null where the baseline's is zero.
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
    /// Missing where a period has neither sold nor unsold nights.
    #[schema(nullable = false)]
    pub nightly: Option<Nightly>,
}

/// Groups side by side.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// By key.
    pub groups: Vec<ComparedGroup>,
}

responses! {
    /// Of two periods.
    CompareResponses => tagged::<Comparison>("Groups side by side", true), [NOT_FOUND, NOT_ACCEPTABLE];
}
