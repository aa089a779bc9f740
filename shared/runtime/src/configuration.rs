//! The environment variables of the functions, by type.

use std::env::VarError;
use std::fmt::Display;
use std::str::FromStr;

use roomwatt_domain::Schedule;
use roomwatt_domain::instant::{HOUR, MINUTE, Millis};
use roomwatt_store::Retention;

/// A variable is missing or outside its rule.
#[derive(Debug, thiserror::Error)]
#[error("{variable} {problem}")]
pub struct InvalidConfiguration {
    variable: &'static str,
    problem: String,
}

/// The table's name: `TABLE_NAME`.
///
/// # Errors
/// [`InvalidConfiguration`] when it is missing.
pub fn table() -> Result<String, InvalidConfiguration> {
    required("TABLE_NAME")
}

/// The queue of what there is to settle: `DAY_CLOSE_QUEUE_URL`.
///
/// # Errors
/// [`InvalidConfiguration`] when it is missing.
pub fn day_close_queue() -> Result<String, InvalidConfiguration> {
    required("DAY_CLOSE_QUEUE_URL")
}

/// The queue that refused events are kept in: `REJECTED_EVENTS_QUEUE_URL`.
///
/// # Errors
/// [`InvalidConfiguration`] when it is missing.
pub fn rejected_events_queue() -> Result<String, InvalidConfiguration> {
    required("REJECTED_EVENTS_QUEUE_URL")
}

/// The bus that completed results are told to: `EVENT_BUS_NAME`.
///
/// # Errors
/// [`InvalidConfiguration`] when it is missing.
pub fn event_bus() -> Result<String, InvalidConfiguration> {
    required("EVENT_BUS_NAME")
}

/// How long a close's claim holds unless it is renewed: `LEASE_SECONDS` (1 to 840), 300 if it is
/// not set.
///
/// # Errors
/// [`InvalidConfiguration`] when it is no whole number in its range.
pub fn lease() -> Result<Millis, InvalidConfiguration> {
    Ok(Millis::from(whole("LEASE_SECONDS", 1, 840, 300)?) * 1000)
}

/// Grace and retention: `GRACE_MINUTES` (2 to 720), `HISTORY_DAYS` (1 to 365), `REPORT_DAYS`
/// (1 to 3660), each with the default of the interface.
///
/// # Errors
/// [`InvalidConfiguration`] when one is no whole number in its range.
pub fn retention() -> Result<Retention, InvalidConfiguration> {
    let usual = Retention::default();
    let minutes = |millis: Millis| u32::try_from(millis / MINUTE).unwrap_or(u32::MAX);
    let days = |millis: Millis| u32::try_from(millis / (24 * HOUR)).unwrap_or(u32::MAX);
    let grace = whole("GRACE_MINUTES", 2, 720, minutes(usual.schedule.grace))?;
    let history = whole("HISTORY_DAYS", 1, 365, days(usual.schedule.history))?;
    let schedule = Schedule {
        grace: Millis::from(grace) * MINUTE,
        history: Millis::from(history) * 24 * HOUR,
    };
    let report_days = whole("REPORT_DAYS", 1, 3660, usual.report_days)?;
    Ok(Retention { schedule, report_days, ..usual })
}

fn whole(
    variable: &'static str,
    least: u32,
    most: u32,
    usual: u32,
) -> Result<u32, InvalidConfiguration> {
    let number = optional::<u32>(variable)?.unwrap_or(usual);
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(InvalidConfiguration {
            variable,
            problem: format!("must be a whole number from {least} to {most}"),
        })
    }
}

fn required(variable: &'static str) -> Result<String, InvalidConfiguration> {
    let text: Option<String> = optional(variable)?;
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| InvalidConfiguration { variable, problem: "is missing".to_owned() })
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn optional<T: FromStr<Err: Display>>(
    variable: &'static str,
) -> Result<Option<T>, InvalidConfiguration> {
    let invalid = |problem: String| InvalidConfiguration { variable, problem };
    match std::env::var(variable) {
        Ok(text) => text.parse().map(Some).map_err(|error: T::Err| invalid(error.to_string())),
        Err(VarError::NotPresent) => Ok(None),
        Err(error @ VarError::NotUnicode(_)) => Err(invalid(error.to_string())),
    }
}
