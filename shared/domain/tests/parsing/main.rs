//! What comes from outside becomes a value of the domain, or is refused with what was wrong.

// All of them test-only, so that what they share may unwrap as tests do.
#[cfg(test)]
mod dates;
#[cfg(test)]
mod instants;
#[cfg(test)]
mod names;
#[cfg(test)]
mod profile_fields;
#[cfg(test)]
mod profiles;
