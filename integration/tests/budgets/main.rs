//! What Roomwatt may consume.

#[cfg(test)]
mod publishers;
#[cfg(test)]
mod readings;
#[cfg(test)]
mod units;
