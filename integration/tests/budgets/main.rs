//! What Roomwatt may consume.

#[cfg(test)]
mod publishers;
#[cfg(test)]
mod readings;
#[cfg(test)]
mod silent_hotels;
#[cfg(test)]
mod units;
