//! What Roomwatt may consume.

#[cfg(test)]
mod units;
