//! Registers: which room, device and kind the ids of a hotel's publishers are.
//!
//! A register is a text that nothing in here reads. It is kept compressed, in parts, and replaced as a
//! whole by one transaction: its head says of which version the parts are, and so does each part.

use std::io::{Read, Write};

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use roomwatt_domain::{HotelId, Instant};

use crate::backoff;
use crate::batches::{Asked, Batch, Consistency};
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, blob, key, number};
use crate::schema::{BODY, HEAD, PARTS, VERSION, register_key, register_part_key};
use crate::table::Store;
use crate::write::Transacted;

/// Bytes of a register's text, at most: compressed it fits one transaction, which takes 4 MB, however
/// little compression makes of it.
pub const LARGEST_REGISTER: usize = 3_900_000;

/// Bytes of a part, so that its record stays below 400 KB.
const LARGEST_PART: usize = 390_000;

/// A hotel's register as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRegister {
    /// As it was put.
    pub text: String,
    /// Grows by one with every change.
    pub version: u64,
}

/// What became of a register that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutRegister {
    /// The hotel had none.
    Created,
    /// It replaced the one before.
    Replaced,
    /// Nothing was written: somebody else put one at the same time.
    Conflict,
    /// Nothing was written: it has more than [`LARGEST_REGISTER`] bytes.
    TooLarge,
}

struct Head {
    version: u64,
    parts: usize,
}

/// No register ever expires.
const ANY_TIME: Instant = Instant::from_millis(0);

impl Store {
    /// Replaces a hotel's register.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_register(&self, hotel: &HotelId, text: &str) -> Result<PutRegister> {
        const OPERATION: &str = "TransactWriteItems";
        if text.len() > LARGEST_REGISTER {
            return Ok(PutRegister::TooLarge);
        }
        let before = self.register_head(hotel, Consistency::Newest).await?;
        let version = before.as_ref().map_or(0, |head| head.version) + 1;
        let compressed = compress(text)?;
        let parts: Vec<_> = compressed.chunks(LARGEST_PART).collect();

        let mut head = key(register_key(hotel), HEAD);
        head.insert(VERSION.to_owned(), number(version));
        head.insert(PARTS.to_owned(), number(parts.len()));
        let head = Put::builder()
            .table_name(&self.table)
            .set_item(Some(head))
            .expression_attribute_names("#version", VERSION);
        let head = match &before {
            None => head.condition_expression("attribute_not_exists(#version)"),
            Some(before) => head
                .condition_expression("#version = :before")
                .expression_attribute_values(":before", number(before.version)),
        };
        let mut puts = vec![head];
        for (place, part) in parts.iter().enumerate() {
            let mut item = key(register_key(hotel), register_part_key(place));
            item.insert(VERSION.to_owned(), number(version));
            item.insert(BODY.to_owned(), blob(part.to_vec()));
            puts.push(Put::builder().table_name(&self.table).set_item(Some(item)));
        }
        let mut writes = Vec::new();
        for put in puts {
            let put = put.build().map_err(|error| StoreError::request(OPERATION, error))?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        for surplus in parts.len()..before.as_ref().map_or(0, |head| head.parts) {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key(register_key(hotel), register_part_key(surplus))))
                .build()
                .map_err(|error| StoreError::request(OPERATION, error))?;
            writes.push(TransactWriteItem::builder().delete(delete).build());
        }
        Ok(match self.transact(writes).await? {
            Transacted::Done if before.is_none() => PutRegister::Created,
            Transacted::Done => PutRegister::Replaced,
            Transacted::Refused => PutRegister::Conflict,
            Transacted::TooLarge => PutRegister::TooLarge,
        })
    }

    /// The version of a hotel's register, by which whoever keeps one learns whether it is the newest.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn register_version(
        &self,
        hotel: &HotelId,
        consistency: Consistency,
    ) -> Result<Option<u64>> {
        let head = self.register_head(hotel, consistency).await?;
        Ok(head.map(|head| head.version))
    }

    /// A hotel's register, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, a record cannot be read, or the register is replaced again and
    /// again meanwhile.
    pub async fn register(&self, hotel: &HotelId) -> Result<Option<StoredRegister>> {
        for again in 0..backoff::TRIES {
            if again > 0 {
                backoff::before_try(again).await;
            }
            let Some(head) = self.register_head(hotel, Consistency::Newest).await? else {
                return Ok(None);
            };
            let keys =
                (0..head.parts).map(|part| key(register_key(hotel), register_part_key(part)));
            let asked = Asked { consistency: Consistency::Newest, attributes: &[] };
            let Batch { mut items, unread } =
                self.get_some(keys.collect(), asked, ANY_TIME).await?;
            if !unread.is_empty() {
                return Err(StoreError::throttled("BatchGetItem"));
            }
            // A part of another version: it was replaced between the two reads.
            if items.len() != head.parts || !all_of(head.version, &items)? {
                continue;
            }
            items.sort_by(|one, other| sort_key_of(one).cmp(&sort_key_of(other)));
            let text = decompress(&items)?;
            return Ok(Some(StoredRegister { text, version: head.version }));
        }
        Err(StoreError::contended(RECORD))
    }

    async fn register_head(
        &self,
        hotel: &HotelId,
        consistency: Consistency,
    ) -> Result<Option<Head>> {
        let consistent = consistency == Consistency::Newest;
        let item = self.get_with(key(register_key(hotel), HEAD), ANY_TIME, consistent).await?;
        let Some(item) = item else { return Ok(None) };
        let read = Reader::new(RECORD, &item);
        Ok(Some(Head {
            version: read.required(VERSION, read.number(VERSION)?)?,
            parts: read.required(PARTS, read.number(PARTS)?)?,
        }))
    }
}

fn all_of(version: u64, parts: &[Item]) -> Result<bool> {
    for part in parts {
        let read = Reader::new(RECORD, part);
        if read.number(VERSION)? != Some(version) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn sort_key_of(item: &Item) -> Option<&String> {
    item.get(crate::schema::SK)?.as_s().ok()
}

fn compress(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    compressed.map_err(|error| StoreError::corrupt(RECORD, error.to_string()))
}

fn decompress(parts: &[Item]) -> Result<String> {
    let mut compressed = Vec::new();
    for part in parts {
        compressed.extend_from_slice(Reader::new(RECORD, part).blob(BODY)?);
    }
    let mut text = String::new();
    // No more than what can have been put, whatever the bytes pretend.
    let read = GzDecoder::new(&*compressed).take(LARGEST_REGISTER as u64).read_to_string(&mut text);
    read.map_err(|error| StoreError::corrupt(RECORD, error.to_string()))?;
    Ok(text)
}

const RECORD: &str = "register";
