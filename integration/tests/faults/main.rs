//! What the functions do when anything fails at any moment: deaths, throttling, lost answers,
//! messages that come twice, workers that wake long after they were replaced.

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
mod line;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod services;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod table;
#[cfg(test)]
mod traffic;
