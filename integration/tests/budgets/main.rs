//! What Roomwatt may consume.

#[cfg(test)]
mod readings;
#[cfg(test)]
mod silent_hotels;
#[cfg(test)]
mod units;
