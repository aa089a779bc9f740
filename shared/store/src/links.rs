//! Links: who holds one sees one hotel until it expires or is deleted.
//!
//! A link's id is the hash of its token, so the token itself is nowhere but in the link. One that is
//! deleted stays until its time is over, and says that it has ended: requests to put it, or to make a
//! session of it, that are carried out after that are refused. The sessions that it made are in its own
//! partition, and are removed one by one.

use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use roomwatt_domain::{HotelId, Instant};

use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, expiry, key, number, text};
use crate::schema::{ENDED, LINK, PK, SEEN, TTL_ATTRIBUTE, session_partition};
use crate::sessions::{Session, SessionKey, TokenHash, expires_at, session_item};
use crate::table::Store;
use crate::write::{Transacted, Written};

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The hotel that it leads to.
    pub hotel: HotelId,
    /// When it ends by itself, to the second.
    pub expires_at: Instant,
}

/// What became of deleting a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteLink {
    /// It opens nothing any more. Its sessions are still to be removed.
    Deleted,
    /// It was deleted before. Sessions are left only where whoever did it did not get to the end.
    DeletedBefore,
    /// The hotel has no such link, or had one until it expired.
    Unknown,
}

impl Store {
    /// Keeps a new link.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_link(&self, id: &TokenHash, link: &Link) -> Result<()> {
        let mut item = link_key(id);
        item.insert(SEEN.to_owned(), text(link.hotel.as_str()));
        item.insert(TTL_ATTRIBUTE.to_owned(), expiry(link.expires_at));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK);
        match self.put(put).await? {
            // As with sessions: nobody else can have put it.
            Written::Done { .. } | Written::Refused(_) => Ok(()),
            Written::TooLarge => Err(StoreError::corrupt(RECORD, "has no room left")),
        }
    }

    /// A link, read consistently; `None` where it has ended, or never was.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn link(&self, id: &TokenHash, now: Instant) -> Result<Option<Link>> {
        let Some(item) = self.get(link_key(id), now).await? else { return Ok(None) };
        let read = Reader::new(RECORD, &item);
        if read.has(ENDED) { Ok(None) } else { link_of(read).map(Some) }
    }

    /// Keeps a session that a link made, if the link is still there: whether it is.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_link_session(
        &self,
        id: &TokenHash,
        key: &SessionKey,
        session: &Session,
        now: Instant,
    ) -> Result<bool> {
        const OPERATION: &str = "TransactWriteItems";
        let still_there = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(link_key(id)))
            .condition_expression(
                "attribute_exists(#pk) AND attribute_not_exists(#ended) AND #expiresAt > :now",
            )
            .expression_attribute_names("#pk", PK)
            .expression_attribute_names("#ended", ENDED)
            .expression_attribute_names("#expiresAt", TTL_ATTRIBUTE)
            .expression_attribute_values(":now", number(now.as_millis().div_euclid(1000)))
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(session_item(key, session)))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .build()
            .map_err(|error| StoreError::request(OPERATION, error))?;
        let done = self
            .transact(vec![
                TransactWriteItem::builder().condition_check(still_there).build(),
                TransactWriteItem::builder().put(put).build(),
            ])
            .await?;
        match done {
            Transacted::Done => Ok(true),
            // The link has ended, or the session is there: the answer to the same request was lost,
            // and the client sent it again.
            Transacted::Refused => Ok(self.session(key, now).await?.is_some()),
            Transacted::TooLarge => Err(StoreError::corrupt(RECORD, "has no room left")),
        }
    }

    /// Deletes a hotel's link. From then on it makes no session; the ones that it made are for
    /// [`Self::sessions_of_link`].
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn delete_link(
        &self,
        id: &TokenHash,
        hotel: &HotelId,
        now: Instant,
    ) -> Result<DeleteLink> {
        let Some(item) = self.get(link_key(id), now).await? else { return Ok(DeleteLink::Unknown) };
        let read = Reader::new(RECORD, &item);
        if link_of(read)?.hotel != *hotel {
            return Ok(DeleteLink::Unknown);
        }
        if read.has(ENDED) {
            return Ok(DeleteLink::DeletedBefore);
        }
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(link_key(id)))
            .update_expression("SET #ended = :yes")
            .condition_expression("attribute_exists(#pk)")
            .expression_attribute_names("#ended", ENDED)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":yes", number(1));
        match self.update(update).await? {
            Written::Done { .. } => Ok(DeleteLink::Deleted),
            // Its time came in between.
            Written::Refused(_) => Ok(DeleteLink::Unknown),
            Written::TooLarge => Err(StoreError::corrupt(RECORD, "has no room left")),
        }
    }
}

fn link_key(id: &TokenHash) -> Item {
    key(session_partition(id), LINK)
}

fn link_of(read: Reader<'_>) -> Result<Link> {
    let hotel = read.required(SEEN, read.parsed(SEEN)?)?;
    Ok(Link { hotel, expires_at: expires_at(read)? })
}

const RECORD: &str = "link";
