//! What AWS asks for what is used: `prices.json`, by region, with when and where from.

use std::collections::BTreeMap;

use serde::Deserialize;

const FILE: &str = include_str!("prices.json");

/// The file of prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PriceFile {
    /// The month in which they were collected.
    pub collected: String,
    /// Where from.
    pub sources: Vec<String>,
    /// The region whose prices stand in where another's are not known. It has all of them.
    pub base: String,
    /// Name by region.
    pub regions: BTreeMap<String, String>,
    prices: Prices<Quoted>,
}

/// A price of everything that is used.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "each is what it is called; the file has the units")]
pub struct Prices<T> {
    pub write_units: T,
    pub read_units: T,
    pub table_storage: T,
    pub point_in_time_recovery: T,
    pub key_requests: T,
    pub queue_requests: T,
    pub function_requests: T,
    pub function_seconds: T,
    pub bus_events: T,
    pub api_requests: T,
    pub logs: T,
    pub alarms: T,
    pub metrics: T,
    pub dashboards: T,
    pub topic_requests: T,
    pub mails: T,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Quoted {
    unit: String,
    per: f64,
    /// What an account has free, always, each month.
    #[serde(default)]
    free: f64,
    dollars: BTreeMap<String, f64>,
}

/// Dollars for an amount of a unit, in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Price {
    /// What is counted.
    pub unit: String,
    /// How many of these the price is for.
    pub per: f64,
    /// What they cost.
    pub dollars: f64,
    /// How many of the unit an account has free, always, each month.
    pub free: f64,
    /// The region that it was taken from, where the region's own is not known.
    pub assumed_from: Option<String>,
}

/// No prices can be told.
#[derive(Debug, thiserror::Error)]
pub enum NoPrices {
    /// The region is none of those in the file.
    #[error("no prices of region {asked}; known are {known}")]
    UnknownRegion {
        /// The region asked for.
        asked: String,
        /// Those there are.
        known: String,
    },
    /// The file is damaged.
    #[error("the file of prices: {0}")]
    Damaged(String),
}

impl PriceFile {
    /// The file that the program was built with.
    ///
    /// # Errors
    /// [`NoPrices::Damaged`], which a test rules out.
    pub fn load() -> Result<Self, NoPrices> {
        serde_json::from_str(FILE).map_err(|error| NoPrices::Damaged(error.to_string()))
    }

    /// The prices of a region.
    ///
    /// # Errors
    /// [`NoPrices`] where the file has none of them.
    pub fn of(&self, region: &str) -> Result<Prices<Price>, NoPrices> {
        if !self.regions.contains_key(region) {
            let known = self.regions.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(NoPrices::UnknownRegion { asked: region.to_owned(), known });
        }
        let price = |quoted: &Quoted| {
            let own = quoted.dollars.get(region);
            let dollars = own.or_else(|| quoted.dollars.get(&self.base)).copied();
            let Some(dollars) = dollars else {
                let problem = format!("no price of {} in {}", quoted.unit, self.base);
                return Err(NoPrices::Damaged(problem));
            };
            let assumed_from = own.is_none().then(|| self.base.clone());
            let Quoted { unit, per, free, .. } = quoted;
            Ok(Price { unit: unit.clone(), per: *per, dollars, free: *free, assumed_from })
        };
        let quoted = &self.prices;
        Ok(Prices {
            write_units: price(&quoted.write_units)?,
            read_units: price(&quoted.read_units)?,
            table_storage: price(&quoted.table_storage)?,
            point_in_time_recovery: price(&quoted.point_in_time_recovery)?,
            key_requests: price(&quoted.key_requests)?,
            queue_requests: price(&quoted.queue_requests)?,
            function_requests: price(&quoted.function_requests)?,
            function_seconds: price(&quoted.function_seconds)?,
            bus_events: price(&quoted.bus_events)?,
            api_requests: price(&quoted.api_requests)?,
            logs: price(&quoted.logs)?,
            alarms: price(&quoted.alarms)?,
            metrics: price(&quoted.metrics)?,
            dashboards: price(&quoted.dashboards)?,
            topic_requests: price(&quoted.topic_requests)?,
            mails: price(&quoted.mails)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_of_the_file_has_prices() {
        let file = PriceFile::load().unwrap();
        assert!(!file.collected.is_empty() && !file.sources.is_empty());
        assert!(file.regions.len() >= 2);
        for region in file.regions.keys() {
            let prices = file.of(region).unwrap();
            assert!(prices.write_units.dollars > prices.read_units.dollars, "{region}");
            assert!((prices.queue_requests.per - 1_000_000.0).abs() < f64::EPSILON, "{region}");
        }
    }

    #[test]
    fn a_price_that_is_not_known_is_taken_from_the_base_and_says_so() {
        let file = PriceFile::load().unwrap();
        let (seoul, base) = (file.of("ap-northeast-2").unwrap(), file.of(&file.base).unwrap());
        assert_eq!(seoul.write_units.assumed_from, None);
        assert!((seoul.write_units.dollars - 0.68).abs() < f64::EPSILON);
        assert_eq!(seoul.table_storage.assumed_from.as_deref(), Some("us-east-1"));
        let difference = seoul.table_storage.dollars - base.table_storage.dollars;
        assert!(difference.abs() < f64::EPSILON);
        assert_eq!(base.table_storage.assumed_from, None);
    }

    #[test]
    fn what_is_always_free_is_that_of_an_account_and_month() {
        let prices = PriceFile::load().unwrap().of("us-east-1").unwrap();
        for (price, free) in [
            (prices.alarms, 10.0),
            (prices.metrics, 10.0),
            (prices.queue_requests, 1e6),
            (prices.function_seconds, 4e5),
            (prices.write_units, 0.0),
        ] {
            assert!((price.free - free).abs() < f64::EPSILON, "{price:?}");
        }
    }

    #[test]
    fn a_region_that_is_not_there_is_told_with_those_that_are() {
        let error = PriceFile::load().unwrap().of("moon-1").unwrap_err();
        let told = "no prices of region moon-1; known are ap-northeast-2, us-east-1";
        assert_eq!(error.to_string(), told);
    }
}
