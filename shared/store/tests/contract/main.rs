//! The store's contract: what every call promises, on the embedded engine behind a socket or, where
//! `AWS_ENDPOINT_URL` is set, on that endpoint.

// All of them test-only, so that what they share may unwrap as tests do.
#[cfg(test)]
mod arbitrary;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod closes;
#[cfg(test)]
mod consistency;
#[cfg(test)]
mod due_hotels;
#[cfg(test)]
mod endpoint;
#[cfg(test)]
mod expiry;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod heard;
#[cfg(test)]
mod hotel_days;
#[cfg(test)]
mod lakeside;
#[cfg(test)]
mod listing;
#[cfg(test)]
mod months;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod readings;
#[cfg(test)]
mod registers;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod revisions;
#[cfg(test)]
mod seals;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod summaries;
#[cfg(test)]
mod table;
#[cfg(test)]
mod zones;
