//! Messages as they are received.

use std::borrow::Cow;

use crate::json::Json;
use crate::outcome::Refusal;

/// Bytes of a message, at most: what a queue carries.
pub const LONGEST_MESSAGE: usize = 1 << 20;

/// A message, parsed once for whoever reads it.
#[derive(Debug, Clone)]
pub struct Message<'a>(pub(crate) Json<'a>);

impl<'a> Message<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Refusal`] when the body is no JSON, too long, or nested too deep.
    pub fn parse(body: &'a str) -> Result<Self, Refusal> {
        if body.len() > LONGEST_MESSAGE {
            return Err(Refusal::malformed(format!(
                "a message has at most {LONGEST_MESSAGE} bytes"
            )));
        }
        Json::parse(body).map(Self).map_err(|error| Refusal::malformed(error.to_string()))
    }

    /// A row of a table as a message of texts, its members named by the table's header.
    pub fn of_row(
        header: impl IntoIterator<Item = &'a str>,
        fields: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let members = header.into_iter().zip(fields);
        let member = |(name, field)| (Cow::Borrowed(name), Json::Text(Cow::Borrowed(field)));
        Self(Json::Object(members.map(member).collect()))
    }

    /// The source that the member `_source` names.
    pub fn source(&self) -> Option<&str> {
        self.0.member("_source")?.text()
    }

    /// The hotel that the member `_hotel` names.
    pub fn hotel(&self) -> Option<&str> {
        self.0.member("_hotel")?.text()
    }

    /// When it was received, in milliseconds since 1970, by the member `_received`.
    pub fn received(&self) -> Option<i64> {
        self.0.member("_received")?.text()?.parse().ok()
    }
}
