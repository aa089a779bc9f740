//! The environment variables of the functions, by type; one type for each function.
//!
//! A configuration asks a lookup for the variables that it needs, so that a test can tell which
//! they are and hold them against the template's.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Display;
use std::str::FromStr;

use roomwatt_domain::HotelId;
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

/// What `device-events` and `space-events` are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingest {
    /// The table's name: `TABLE_NAME`.
    pub table: String,
    /// Grace and retention: `GRACE_MINUTES`, `HISTORY_DAYS`, `REPORT_DAYS`.
    pub retention: Retention,
    /// URL of the queue of what there is to settle: `DAY_CLOSE_QUEUE_URL`.
    pub day_close_queue: String,
    /// URL of the queue that refused events are kept in: `REJECTED_EVENTS_QUEUE_URL`.
    pub rejected_events_queue: String,
}

impl Ingest {
    /// Asks for each variable.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] names the first that is missing or outside its rule.
    pub fn read(
        mut variable: impl FnMut(&'static str) -> Option<OsString>,
    ) -> Result<Self, InvalidConfiguration> {
        Ok(Self {
            table: required(&mut variable, "TABLE_NAME")?,
            retention: retention(&mut variable)?,
            day_close_queue: required(&mut variable, "DAY_CLOSE_QUEUE_URL")?,
            rejected_events_queue: required(&mut variable, "REJECTED_EVENTS_QUEUE_URL")?,
        })
    }
}

/// What `day-close-schedule` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCloseSchedule {
    /// The table's name: `TABLE_NAME`.
    pub table: String,
    /// URL of the queue of what there is to settle: `DAY_CLOSE_QUEUE_URL`.
    pub day_close_queue: String,
    /// Without an event for so long a hotel is silent: `SILENT_HOTEL_HOURS` (2 to 168), 6 if it is
    /// not set.
    pub silent_after: Millis,
}

impl DayCloseSchedule {
    /// Asks for each variable.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] names the first that is missing or outside its rule.
    pub fn read(
        mut variable: impl FnMut(&'static str) -> Option<OsString>,
    ) -> Result<Self, InvalidConfiguration> {
        Ok(Self {
            table: required(&mut variable, "TABLE_NAME")?,
            day_close_queue: required(&mut variable, "DAY_CLOSE_QUEUE_URL")?,
            silent_after: Millis::from(whole(&mut variable, "SILENT_HOTEL_HOURS", 2, 168, 6)?)
                * HOUR,
        })
    }
}

/// What `day-close` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayClose {
    /// The table's name: `TABLE_NAME`.
    pub table: String,
    /// Grace and retention: `GRACE_MINUTES`, `HISTORY_DAYS`, `REPORT_DAYS`.
    pub retention: Retention,
    /// URL of the function's own queue, for what goes on in another call: `DAY_CLOSE_QUEUE_URL`.
    pub day_close_queue: String,
    /// The bus that completed results are told to: `EVENT_BUS_NAME`.
    pub event_bus: String,
    /// Whose days are told to people, and where; `None`: nobody's.
    pub digest: Option<Digests>,
    /// How long a close's claim holds unless it is renewed: `LEASE_SECONDS` (1 to 840), 300 if it
    /// is not set.
    pub lease: Millis,
}

/// Whose days are told to people, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// ARN of a topic: `DIGEST_TOPIC_ARN`. Where that is empty nobody is told.
    pub topic: String,
    /// The hotels, divided by commas: `DIGEST_HOTELS`.
    pub hotels: BTreeSet<HotelId>,
}

impl DayClose {
    /// Asks for each variable.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] names the first that is missing or outside its rule.
    pub fn read(
        mut variable: impl FnMut(&'static str) -> Option<OsString>,
    ) -> Result<Self, InvalidConfiguration> {
        Ok(Self {
            table: required(&mut variable, "TABLE_NAME")?,
            retention: retention(&mut variable)?,
            day_close_queue: required(&mut variable, "DAY_CLOSE_QUEUE_URL")?,
            event_bus: required(&mut variable, "EVENT_BUS_NAME")?,
            digest: digest(&mut variable)?,
            lease: Millis::from(whole(&mut variable, "LEASE_SECONDS", 1, 840, 300)?) * 1000,
        })
    }
}

fn digest(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
) -> Result<Option<Digests>, InvalidConfiguration> {
    const HOTELS: &str = "DIGEST_HOTELS";
    let topic: Option<String> = optional(variable, "DIGEST_TOPIC_ARN")?;
    let hotels: String = optional(variable, HOTELS)?.unwrap_or_default();
    let Some(topic) = topic.filter(|topic| !topic.is_empty()) else { return Ok(None) };
    let hotels = hotels.split(',').map(str::trim).filter(|name| !name.is_empty()).map(HotelId::new);
    let hotels = hotels.collect::<Result<_, _>>().map_err(|error| InvalidConfiguration {
        variable: HOTELS,
        problem: format!("names a hotel that cannot be: {error}"),
    })?;
    Ok(Some(Digests { topic, hotels }))
}

/// What `report-api` is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportApi {
    /// The table's name: `TABLE_NAME`.
    pub table: String,
    /// Grace and retention: `GRACE_MINUTES`, `HISTORY_DAYS`, `REPORT_DAYS`.
    pub retention: Retention,
    /// Where browsers reach the API, as an https URL without a path: `PUBLIC_URL`.
    pub public_url: String,
    /// The claim that names a person's or a program's hotels: `HOTELS_CLAIM`.
    pub hotels_claim: String,
    /// Where people sign in; `None`: nowhere.
    pub sign_in: Option<SignIn>,
}

/// Where people sign in, and as whose users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The issuer of their tokens: `JWT_ISSUER`.
    pub issuer: String,
    /// The id of a public client of its: `SIGN_IN_CLIENT_ID`. Where that is empty nobody signs in.
    pub client_id: String,
}

impl ReportApi {
    /// Asks for each variable.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] names the first that is missing or outside its rule.
    pub fn read(
        mut variable: impl FnMut(&'static str) -> Option<OsString>,
    ) -> Result<Self, InvalidConfiguration> {
        Ok(Self {
            table: required(&mut variable, "TABLE_NAME")?,
            retention: retention(&mut variable)?,
            public_url: required(&mut variable, "PUBLIC_URL")?,
            hotels_claim: required(&mut variable, "HOTELS_CLAIM")?,
            sign_in: sign_in(&mut variable)?,
        })
    }
}

fn sign_in(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
) -> Result<Option<SignIn>, InvalidConfiguration> {
    let issuer = required(variable, "JWT_ISSUER");
    let client_id: Option<String> = optional(variable, "SIGN_IN_CLIENT_ID")?;
    match client_id.filter(|id| !id.is_empty()) {
        Some(client_id) => Ok(Some(SignIn { issuer: issuer?, client_id })),
        None => Ok(None),
    }
}

/// The function's name, as Lambda says it.
pub(crate) fn function_name() -> Result<String, InvalidConfiguration> {
    required(&mut process_variable, "AWS_LAMBDA_FUNCTION_NAME")
}

/// A variable of the process.
pub fn process_variable(name: &'static str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Grace and retention: `GRACE_MINUTES` (2 to 720), `HISTORY_DAYS` (1 to 365), `REPORT_DAYS`
/// (`HISTORY_DAYS` + 17 to 3660), each with the default of the interface.
fn retention(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
) -> Result<Retention, InvalidConfiguration> {
    let usual = Retention::default();
    let minutes = |millis: Millis| u32::try_from(millis / MINUTE).unwrap_or(u32::MAX);
    let days = |millis: Millis| u32::try_from(millis / (24 * HOUR)).unwrap_or(u32::MAX);
    let grace = whole(variable, "GRACE_MINUTES", 2, 720, minutes(usual.schedule.grace))?;
    let history = whole(variable, "HISTORY_DAYS", 1, 365, days(usual.schedule.history))?;
    let schedule = Schedule {
        grace: Millis::from(grace) * MINUTE,
        history: Millis::from(history) * 24 * HOUR,
    };
    let report_days = whole(variable, "REPORT_DAYS", 1, 3660, usual.report_days)?;
    let retention = Retention { schedule, report_days, ..usual };
    let least = retention.least_report_days();
    if report_days < least {
        let problem = format!(
            "must be {least} at least: a report is kept for longer than its day can be revised, with HISTORY_DAYS {history}"
        );
        return Err(InvalidConfiguration { variable: "REPORT_DAYS", problem });
    }
    Ok(retention)
}

fn whole(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
    name: &'static str,
    least: u32,
    most: u32,
    usual: u32,
) -> Result<u32, InvalidConfiguration> {
    let number = optional::<u32>(variable, name)?.unwrap_or(usual);
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        let problem = format!("must be a whole number from {least} to {most}");
        Err(InvalidConfiguration { variable: name, problem })
    }
}

fn required(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
    name: &'static str,
) -> Result<String, InvalidConfiguration> {
    let text: Option<String> = optional(variable, name)?;
    text.filter(|text| !text.is_empty())
        .ok_or_else(|| InvalidConfiguration { variable: name, problem: "is missing".to_owned() })
}

fn optional<T: FromStr<Err: Display>>(
    variable: &mut impl FnMut(&'static str) -> Option<OsString>,
    name: &'static str,
) -> Result<Option<T>, InvalidConfiguration> {
    let invalid = |problem: String| InvalidConfiguration { variable: name, problem };
    let Some(text) = variable(name) else { return Ok(None) };
    let text = text.into_string().map_err(|_| invalid("is not Unicode text".to_owned()))?;
    text.parse().map(Some).map_err(|error: T::Err| invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_close(changed: &'static str, text: &str) -> Result<DayClose, String> {
        DayClose::read(|name| {
            let usual = match name {
                "TABLE_NAME" | "EVENT_BUS_NAME" => Some("roomwatt"),
                "DAY_CLOSE_QUEUE_URL" => Some("https://sqs/1/day-close"),
                _ => None,
            };
            let text = if name == changed { Some(text) } else { usual };
            text.map(OsString::from)
        })
        .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_set_is_as_the_interface_says() {
        let configuration = day_close("EVENT_BUS_NAME", "bus").unwrap();
        assert_eq!(configuration.event_bus, "bus");
        assert_eq!(configuration.retention, Retention::default());
        assert_eq!(configuration.lease, 300_000);
    }

    #[test]
    fn hotels_are_told_of_where_there_is_a_topic_for_it() {
        let read = |topic: &'static str, hotels: &'static str| {
            let configuration = DayClose::read(|name| {
                let text = match name {
                    "TABLE_NAME" | "EVENT_BUS_NAME" => Some("roomwatt"),
                    "DAY_CLOSE_QUEUE_URL" => Some("https://sqs/1/day-close"),
                    "DIGEST_TOPIC_ARN" => Some(topic),
                    "DIGEST_HOTELS" => Some(hotels),
                    _ => None,
                };
                text.map(OsString::from)
            });
            configuration.map(|it| it.digest).map_err(|error| error.to_string())
        };
        let hotels =
            |names: &[&str]| names.iter().map(|name| HotelId::new(name).unwrap()).collect();
        let topic = "arn:aws:sns:eu-central-1:1:digests".to_owned();
        let told = Digests { topic, hotels: hotels(&["h1", "h2"]) };
        assert_eq!(read("arn:aws:sns:eu-central-1:1:digests", "h1, h2"), Ok(Some(told.clone())));
        let nobody = Digests { hotels: hotels(&[]), ..told };
        assert_eq!(read("arn:aws:sns:eu-central-1:1:digests", ""), Ok(Some(nobody)));
        assert_eq!(read("", "h1"), Ok(None));
        let error = read("arn:aws:sns:eu-central-1:1:digests", "h1,h/2").unwrap_err();
        assert!(error.starts_with("DIGEST_HOTELS names a hotel that cannot be: "), "{error}");
    }

    #[test]
    fn people_sign_in_where_there_is_a_client_for_it_and_an_issuer() {
        let read = |issuer: &'static str, client: &'static str| {
            let configuration = ReportApi::read(|name| {
                let text = match name {
                    "TABLE_NAME" => Some("roomwatt"),
                    "PUBLIC_URL" => Some("https://reports.example"),
                    "HOTELS_CLAIM" => Some("hotels"),
                    "JWT_ISSUER" => Some(issuer),
                    "SIGN_IN_CLIENT_ID" => Some(client),
                    _ => None,
                };
                text.map(OsString::from)
            });
            configuration.map(|it| it.sign_in).map_err(|error| error.to_string())
        };
        let (issuer, client_id) = ("https://issuer.example/".to_owned(), "reports".to_owned());
        let there = read("https://issuer.example/", "reports").unwrap();
        assert_eq!(there, Some(SignIn { issuer, client_id }));
        assert_eq!(read("https://issuer.example/", ""), Ok(None));
        assert_eq!(read("", ""), Ok(None));
        assert_eq!(read("", "reports"), Err("JWT_ISSUER is missing".to_owned()));
    }

    #[test]
    fn an_error_names_the_variable_and_its_rule() {
        assert_eq!(day_close("TABLE_NAME", "").unwrap_err(), "TABLE_NAME is missing");
        let range = "GRACE_MINUTES must be a whole number from 2 to 720";
        assert_eq!(day_close("GRACE_MINUTES", "1").unwrap_err(), range);
        assert_eq!(day_close("GRACE_MINUTES", "721").unwrap_err(), range);
        let least = "REPORT_DAYS must be 107 at least: a report is kept for longer than its day can be revised, with HISTORY_DAYS 90";
        assert_eq!(day_close("REPORT_DAYS", "106").unwrap_err(), least);
        assert!(day_close("REPORT_DAYS", "107").is_ok());
        let digits = day_close("REPORT_DAYS", "many").unwrap_err();
        assert_eq!(digits, "REPORT_DAYS invalid digit found in string");
    }
}
