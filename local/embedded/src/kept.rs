//! What a local run keeps beside Roomwatt's table, in the same file: messages that must outlive the
//! process, and notes of its own. So a copy of one folder is a copy of everything.

use std::collections::HashMap;

use anyhow::Context;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::query::QueryRequest;
use dynoxide::types::Item;
use dynoxide::{AttributeValue, Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::queues::Message;

/// The table that is no part of a deployment.
const TABLE: &str = "roomwatt-local";
/// The attribute that holds a record's content as JSON.
const CONTENT: &str = "content";
/// The partition of notes.
const NOTES: &str = "NOTES";

/// Records that a local run keeps for itself.
#[derive(Clone)]
pub struct Kept(Database);

impl Kept {
    /// The records in a database, and a table for them if it has none.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn in_database(database: Database) -> anyhow::Result<Self> {
        let request: CreateTableRequest = serde_json::from_value(json!({
            "TableName": TABLE,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        }))?;
        match database.create_table(request) {
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => Ok(Self(database)),
            Err(error) => Err(error).context("the table cannot be made"),
        }
    }

    /// Keeps a message until it is forgotten.
    pub(crate) fn keep(&self, queue: &str, message: &Message) -> anyhow::Result<()> {
        self.put(&partition(queue), &message.id, message)
    }

    /// Forgets a message that is done.
    pub(crate) fn forget(&self, queue: &str, id: &str) -> anyhow::Result<()> {
        self.delete(&partition(queue), id)
    }

    /// The messages of a queue, in the order of their ids.
    pub(crate) fn messages(&self, queue: &str) -> anyhow::Result<Vec<Message>> {
        let mut messages = Vec::new();
        let mut start = None;
        loop {
            let page = self.0.query(QueryRequest {
                table_name: TABLE.to_owned(),
                key_condition_expression: Some("pk = :pk".to_owned()),
                expression_attribute_values: Some(
                    [(":pk".to_owned(), AttributeValue::S(partition(queue)))].into(),
                ),
                scan_index_forward: true,
                exclusive_start_key: start,
                ..QueryRequest::default()
            })?;
            for item in page.items.iter().flatten() {
                messages.push(content(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(messages);
            }
        }
    }

    /// Writes a note, over the one of its name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn note<T: Serialize>(&self, name: &str, note: &T) -> anyhow::Result<()> {
        self.put(NOTES, name, note)
    }

    /// Reads a note.
    ///
    /// # Errors
    /// When the engine does not answer, or the note is no such thing.
    pub fn noted<T: DeserializeOwned>(&self, name: &str) -> anyhow::Result<Option<T>> {
        let request = GetItemRequest {
            table_name: TABLE.to_owned(),
            key: key(NOTES, name),
            ..GetItemRequest::default()
        };
        self.0.get_item(request)?.item.as_ref().map(content).transpose()
    }

    /// Takes a note away.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub fn remove_note(&self, name: &str) -> anyhow::Result<()> {
        self.delete(NOTES, name)
    }

    fn put<T: Serialize>(&self, pk: &str, sk: &str, value: &T) -> anyhow::Result<()> {
        let mut item = key(pk, sk);
        item.insert(CONTENT.to_owned(), AttributeValue::S(serde_json::to_string(value)?));
        let table_name = TABLE.to_owned();
        self.0.put_item(PutItemRequest { table_name, item, ..PutItemRequest::default() })?;
        Ok(())
    }

    fn delete(&self, pk: &str, sk: &str) -> anyhow::Result<()> {
        let (table_name, key) = (TABLE.to_owned(), key(pk, sk));
        self.0.delete_item(DeleteItemRequest {
            table_name,
            key,
            ..DeleteItemRequest::default()
        })?;
        Ok(())
    }
}

fn partition(queue: &str) -> String {
    format!("QUEUE#{queue}")
}

fn key(pk: &str, sk: &str) -> HashMap<String, AttributeValue> {
    [("pk", pk), ("sk", sk)]
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())))
        .into()
}

fn content<T: DeserializeOwned>(item: &Item) -> anyhow::Result<T> {
    match item.get(CONTENT) {
        Some(AttributeValue::S(text)) => Ok(serde_json::from_str(text)?),
        _ => anyhow::bail!("a record of this folder has no content"),
    }
}
