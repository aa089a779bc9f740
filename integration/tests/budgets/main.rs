//! What Roomwatt may consume.

#[cfg(test)]
mod readings;
#[cfg(test)]
mod units;
