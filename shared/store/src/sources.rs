//! Sources of operators' own: documents that say how a publisher's messages are read. Nothing in here
//! reads them.
//!
//! A source that is deleted leaves its version behind, so that a request to put it that is carried out
//! after that is refused.

use std::collections::BTreeMap;

use roomwatt_domain::{Instant, SourceName};

use crate::batches::{Asked, Batch, Consistency};
use crate::error::{Result, StoreError};
use crate::item::{Item, Reader, key, number, text};
use crate::pages::Pages;
use crate::schema::{BODY, SOURCE_PREFIX, SOURCES, VERSION, source_key};
use crate::table::Store;
use crate::write::Written;

/// A source as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSource {
    /// Its name.
    pub name: SourceName,
    /// The document, as it was put.
    pub text: String,
}

/// What became of a change of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedSource {
    /// It is as it was asked for.
    Done {
        /// Whether there was one of the name before.
        existed: bool,
    },
    /// Nothing was written: somebody else changed it at the same time.
    Conflict,
}

/// No source ever expires.
const ANY_TIME: Instant = Instant::from_millis(0);

impl Store {
    /// Some sources by name, each named once, in one round trip for every hundred. One that is not
    /// there is left out; one that could not be read has its own fault.
    ///
    /// # Errors
    /// When DynamoDB does not answer at all.
    pub async fn sources_of(
        &self,
        names: &[SourceName],
        consistency: Consistency,
    ) -> Result<BTreeMap<SourceName, Result<String>>> {
        let keys = names.iter().map(|name| key(SOURCES, source_key(name))).collect();
        let asked = Asked { consistency, attributes: &[] };
        let Batch { items, unread } = self.get_some(keys, asked, ANY_TIME).await?;
        let mut sources = BTreeMap::new();
        for item in &items {
            if let Some(StoredSource { name, text }) = stored(item)? {
                sources.insert(name, Ok(text));
            }
        }
        for key in &unread {
            let name = Reader::new(RECORD, key).sort_key(SOURCE_PREFIX)?;
            sources.insert(name, Err(StoreError::throttled("BatchGetItem")));
        }
        Ok(sources)
    }

    /// A source, read consistently.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the record cannot be read.
    pub async fn source(&self, name: &SourceName) -> Result<Option<StoredSource>> {
        let item = self.get(key(SOURCES, source_key(name)), ANY_TIME).await?;
        Ok(item.as_ref().map(stored).transpose()?.flatten())
    }

    /// All of them, by name.
    pub fn sources(&self) -> Pages<StoredSource> {
        self.pages(SOURCES.to_owned(), SOURCE_PREFIX, None, Box::new(stored))
    }

    /// Creates or replaces a source.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_source(&self, name: &SourceName, document: &str) -> Result<ChangedSource> {
        self.change_source(name, Some(document)).await
    }

    /// Deletes a source.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete_source(&self, name: &SourceName) -> Result<ChangedSource> {
        self.change_source(name, None).await
    }

    async fn change_source(
        &self,
        name: &SourceName,
        document: Option<&str>,
    ) -> Result<ChangedSource> {
        let key = key(SOURCES, source_key(name));
        let before = self.get(key.clone(), ANY_TIME).await?.unwrap_or_default();
        let read = Reader::new(RECORD, &before);
        let version = read.number::<u64>(VERSION)?;
        let done = ChangedSource::Done { existed: read.has(BODY) };
        if document == read.text(BODY)? {
            return Ok(done);
        }
        let next = version.unwrap_or(0) + 1;
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .expression_attribute_names("#version", VERSION)
            .expression_attribute_names("#body", BODY)
            .expression_attribute_values(":next", number(next));
        let update = match version {
            None => update.condition_expression("attribute_not_exists(#version)"),
            Some(version) => update
                .condition_expression("#version = :before")
                .expression_attribute_values(":before", number(version)),
        };
        let update = match document {
            Some(document) => update
                .update_expression("SET #version = :next, #body = :body")
                .expression_attribute_values(":body", text(document)),
            None => update.update_expression("SET #version = :next REMOVE #body"),
        };
        match self.update_once(update).await? {
            Written::Done { .. } => Ok(done),
            // The answer to the same request was lost, and the client sent it again.
            Written::Refused(Some(found)) if says(&found, next, document)? => Ok(done),
            Written::Refused(_) => Ok(ChangedSource::Conflict),
            Written::TooLarge => Err(StoreError::corrupt(RECORD, "has no room left")),
        }
    }
}

fn says(item: &Item, version: u64, document: Option<&str>) -> Result<bool> {
    let read = Reader::new(RECORD, item);
    Ok(read.number(VERSION)? == Some(version) && read.text(BODY)? == document)
}

fn stored(item: &Item) -> Result<Option<StoredSource>> {
    let read = Reader::new(RECORD, item);
    let Some(text) = read.text(BODY)? else { return Ok(None) };
    Ok(Some(StoredSource { name: read.sort_key(SOURCE_PREFIX)?, text: text.to_owned() }))
}

const RECORD: &str = "source";
