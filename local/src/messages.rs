//! Messages out of a file: JSON one after the other, or the rows of a table.

use roomwatt_source::{Message, Reason, Refusal};
use serde_json::value::RawValue;

use crate::input::BadInput;
use crate::table;

/// The messages of a text, in its order.
pub struct Messages<'t> {
    text: &'t str,
    table: Option<Rows>,
}

/// One message, and where it begins.
pub struct Placed<'m> {
    /// Counted from 1.
    pub line: usize,
    /// The message, or why it cannot be read.
    pub message: Result<Message<'m>, Refusal>,
}

struct Rows {
    header: csv::StringRecord,
    /// Each with its line.
    rows: Vec<(usize, csv::StringRecord)>,
}

impl<'t> Messages<'t> {
    /// Tells JSON from a table by how the text begins.
    ///
    /// # Errors
    /// [`BadInput`] when a table has no header.
    pub fn of(text: &'t str) -> Result<Self, BadInput> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Some(separator) = table::separator(text.as_bytes()) else {
            return Ok(Self { text, table: None });
        };
        let bad = |error: csv::Error| BadInput(format!("messages: {error}"));
        let mut table = table::Table::of(text.as_bytes(), separator).map_err(bad)?;
        let mut rows = Vec::new();
        while let Some((line, row)) = table.next_row().map_err(bad)? {
            // Nothing is lost of what is UTF-8.
            rows.push((line, csv::StringRecord::from_byte_record_lossy(row)));
        }
        Ok(Self { text, table: Some(Rows { header: table.header, rows }) })
    }

    /// Calls for each message.
    ///
    /// # Errors
    /// What the call answers.
    pub fn each<E>(&self, mut take: impl FnMut(Placed<'_>) -> Result<(), E>) -> Result<(), E> {
        match &self.table {
            Some(Rows { header, rows }) => rows.iter().try_for_each(|(line, row)| {
                let (fields, columns) = (row.len(), header.len());
                let message = if fields == columns {
                    Ok(Message::of_row(header, row))
                } else {
                    let detail = format!("has {fields} fields, and there are {columns} columns");
                    Err(Refusal { reason: Reason::Malformed, detail })
                };
                take(Placed { line: *line, message })
            }),
            None => each_json(self.text, take),
        }
    }
}

/// Goes from value to value. What is no JSON is one message, up to the next line that begins one.
fn each_json<E>(text: &str, mut take: impl FnMut(Placed<'_>) -> Result<(), E>) -> Result<(), E> {
    let (mut rest, mut line) = (text, 1);
    loop {
        let blank = rest.len() - rest.trim_ascii_start().len();
        line += newlines(&rest[..blank]);
        rest = &rest[blank..];
        if rest.is_empty() {
            return Ok(());
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let length = match values.next() {
            Some(Ok(value)) => value.get().len(),
            Some(Err(_)) | None => up_to_the_next(rest),
        };
        let (message, after) = rest.split_at(length);
        take(Placed { line, message: Message::parse(message.trim_ascii_end()) })?;
        line += newlines(message);
        rest = after;
    }
}

fn up_to_the_next(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        if length > 0 && line.starts_with(['{', '[']) {
            break;
        }
        length += line.len();
    }
    length
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(usize, bool)> {
        let mut places = Vec::new();
        let taken: Result<(), ()> = Messages::of(text).unwrap().each(|placed| {
            places.push((placed.line, placed.message.is_ok()));
            Ok(())
        });
        taken.unwrap();
        places
    }

    #[test]
    fn json_may_stand_on_a_line_or_span_several() {
        assert_eq!(
            places("{\"a\":1}\n\n{\n \"b\": 2\n}\n[3] {\"c\":4}"),
            [(1, true), (3, true), (6, true), (6, true)]
        );
        assert_eq!(places(""), []);
        assert_eq!(places("\u{feff}{}\r\n{}\r\n"), [(1, true), (2, true)]);
    }

    #[test]
    fn what_is_no_json_holds_up_nothing() {
        assert_eq!(
            places("{\"a\":1}\nON\n{\"b\": \n\"c\"\n{\"d\":4}\n"),
            [(1, true), (2, false), (3, false), (5, true)]
        );
    }

    #[test]
    fn a_row_of_a_table_is_a_message_of_texts() {
        let text = "\u{feff}a,_source\r\n\"1,5\",x\r\n\r\n2,y\r\n";
        let mut seen = Vec::new();
        let taken: Result<(), ()> = Messages::of(text).unwrap().each(|placed| {
            let message = placed.message.unwrap();
            seen.push((placed.line, message.source().unwrap().to_owned()));
            Ok(())
        });
        taken.unwrap();
        assert_eq!(seen, [(2, "x".to_owned()), (4, "y".to_owned())]);
    }

    #[test]
    fn a_row_of_another_length_holds_up_no_other() {
        assert_eq!(
            places("a,b\n1,2\n3\n4,5,6\n7,8\n"),
            [(2, true), (3, false), (4, false), (5, true)]
        );
    }
}
