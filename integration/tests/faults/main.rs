//! What the functions do when anything fails at any moment: deaths, throttling, lost answers,
//! messages that come twice, workers that wake long after they were replaced, requests that are
//! carried out long after they were given up, transactions that meet, records that expire, zone
//! rules of two versions, events that do not stop coming.

#[cfg(test)]
mod bus_is_down;
#[cfg(test)]
mod concurrency;
/// Test-only, as are its unwraps.
#[cfg(test)]
mod crash_points;
#[cfg(test)]
mod crew;
#[cfg(test)]
mod events;
#[cfg(test)]
mod expired_report;
#[cfg(test)]
mod line;
#[cfg(test)]
mod longer_history;
#[cfg(test)]
mod month_ends;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod other_zone_data;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod services;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod steady_stream;
#[cfg(test)]
mod stray_checkpoint;
#[cfg(test)]
mod stray_sums;
#[cfg(test)]
mod table;
#[cfg(test)]
mod terms_of_a_day;
#[cfg(test)]
mod traffic;
#[cfg(test)]
mod transaction_conflicts;
