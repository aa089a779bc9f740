//! The mornings of people in a browser: they sign in with a provider, or follow a link.
//!
//! Wants Node and Chromium, so `make pages` runs it (`scripts/check-pages`).

#[cfg(test)]
mod served;

#[cfg(test)]
#[path = "../api/harbour.rs"]
#[expect(dead_code, reason = "shared with the suite of the API, which needs more of it")]
mod harbour;

#[cfg(test)]
#[path = "../provider/mod.rs"]
#[expect(dead_code, reason = "shared with another suite, which has it misbehave")]
mod provider;
