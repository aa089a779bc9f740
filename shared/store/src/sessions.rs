//! Sessions of browsers: who holds a session's token sees its hotels until it ends.
//!
//! No token is kept, only its hash: whoever reads the table can open nothing with it.
//!
//! | session | partition | sort key |
//! | --- | --- | --- |
//! | of somebody who signed in | `SESSION#` and its own hash | `SESSION#` and its own hash |
//! | that a link made | `SESSION#` and the link's hash | `SESSION#` and its own hash |
//!
//! So one record is read to know a session, and one partition to end all that a link made. A session
//! that somebody signed out of stays until its time is over, and says that it has ended: a request to
//! put it that is carried out after that finds it there, and is refused.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use roomwatt_domain::{HotelId, Instant};
use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, key, number, text};
use crate::pages::Pages;
use crate::schema::{
    ENDED, PK, SEEN, SESSION_PREFIX, TTL_ATTRIBUTE, session_key, session_partition,
};
use crate::table::Store;
use crate::write::Written;

/// What is kept of a token: its SHA-256, in 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(String);

/// A text that is no hash of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 43 characters of base64url")]
pub struct InvalidHash;

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &str) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(token)))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> std::result::Result<Self, InvalidHash> {
        match BASE64_URL_SAFE_NO_PAD.decode(text) {
            Ok(bytes) if bytes.len() == <Sha256 as Digest>::output_size() => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(InvalidHash),
        }
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a session is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionKey {
    partition: TokenHash,
    own: TokenHash,
}

impl SessionKey {
    /// The session of somebody who signed in.
    pub fn signed_in(own: TokenHash) -> Self {
        Self { partition: own.clone(), own }
    }

    /// A session that a link made.
    pub fn of_link(link: TokenHash, own: TokenHash) -> Self {
        Self { partition: link, own }
    }

    /// Whether a link made the session.
    pub fn is_of_link(&self) -> bool {
        self.partition != self.own
    }

    pub(crate) fn item(&self) -> Item {
        key(session_partition(&self.partition), session_key(&self.own))
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hotels that it sees; `None` means all.
    pub hotels: Option<BTreeSet<HotelId>>,
    /// When it ends by itself.
    pub expires_at: Instant,
}

impl Store {
    /// Keeps the session of somebody who signed in.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_session(&self, key: &SessionKey, session: &Session) -> Result<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(session_item(key, session)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        match self.put(put).await? {
            // Nobody else can have put it: its key is the hash of a new token. The answer to the same
            // request was lost, and the client sent it again.
            Written::Done { .. } | Written::Refused(_) => Ok(()),
            Written::TooLarge => Err(StoreError::corrupt(RECORD, "has no room for so many hotels")),
        }
    }

    /// A session, read consistently; `None` where it has ended, or never was.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn session(&self, key: &SessionKey, now: Instant) -> Result<Option<Session>> {
        let item = self.get(key.item(), now).await?;
        Ok(item.as_ref().map(session_of).transpose()?.flatten())
    }

    /// Ends a session before its time. One that is not there stays so.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn end_session(&self, key: &SessionKey) -> Result<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .update_expression("SET #ended = :yes")
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#ended", ENDED)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":yes", number(1));
        match self.update(update).await? {
            Written::Done { .. } | Written::Refused(_) => Ok(()),
            Written::TooLarge => Err(StoreError::corrupt(RECORD, "has no room left")),
        }
    }

    /// The sessions that a link made and that have not been removed, read consistently.
    pub fn sessions_of_link(&self, link: &TokenHash) -> Pages<SessionKey> {
        let partition = link.clone();
        self.pages(
            session_partition(link),
            SESSION_PREFIX,
            None,
            Box::new(move |item| {
                let own = Reader::new(RECORD, item).sort_key(SESSION_PREFIX)?;
                Ok(Some(SessionKey::of_link(partition.clone(), own)))
            }),
        )
    }

    /// Removes a session whose link is deleted: nothing can put it again.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn remove_session(&self, key: &SessionKey) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key.item()));
        self.delete(delete).await
    }
}

/// What stands for all hotels; no hotel has such an id.
const ALL: &str = "*";

pub(crate) fn session_item(key: &SessionKey, session: &Session) -> Item {
    let hotels = session.hotels.as_ref().map_or_else(
        || ALL.to_owned(),
        |hotels| hotels.iter().map(HotelId::as_str).collect::<Vec<_>>().join(" "),
    );
    let mut item = key.item();
    item.insert(SEEN.to_owned(), text(hotels));
    item.insert(TTL_ATTRIBUTE.to_owned(), expiry(session.expires_at));
    item
}

fn session_of(item: &Item) -> Result<Option<Session>> {
    let read = Reader::new(RECORD, item);
    if read.has(ENDED) {
        return Ok(None);
    }
    let hotels = match read.required(SEEN, read.text(SEEN)?)? {
        ALL => None,
        named => {
            let hotels =
                named.split_whitespace().map(HotelId::kept).collect::<std::result::Result<_, _>>();
            Some(hotels.map_err(|error| read.corrupt(SEEN, error))?)
        }
    };
    Ok(Some(Session { hotels, expires_at: expires_at(read)? }))
}

pub(crate) fn expires_at(read: Reader<'_>) -> Result<Instant> {
    let seconds: i64 = read.required(TTL_ATTRIBUTE, read.number(TTL_ATTRIBUTE)?)?;
    Ok(Instant::from_millis(seconds * 1000))
}

const RECORD: &str = "session";
