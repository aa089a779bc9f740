//! Tables: publishers' logs as CSV with a header, row by row, each with the line that it begins on.

use std::collections::VecDeque;
use std::io::{self, Read};

use crate::input::BYTE_ORDER_MARK;

/// What separates cells: a spreadsheet whose numbers have a decimal comma writes semicolons.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// What separates the cells of the header that a text begins with; `None` where that is no table's.
pub(crate) fn separator(text: &[u8]) -> Option<u8> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).trim_ascii_start();
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.starts_with(b"{") || first.starts_with(b"[") {
        return None;
    }
    first.iter().copied().find(|byte| SEPARATORS.contains(byte))
}

/// A table that is read once, from its header on. Its rows may be of any length.
pub(crate) struct Table<R> {
    pub(crate) header: csv::StringRecord,
    rows: csv::Reader<LineStarts<R>>,
}

impl<R: Read> Table<R> {
    pub(crate) fn of(text: R, separator: u8) -> csv::Result<Self> {
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(separator)
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(LineStarts::of(text));
        let header = rows.headers()?.clone();
        Ok(Self { header, rows })
    }

    /// The next row, and its line, counted from 1.
    pub(crate) fn next_row(&mut self) -> csv::Result<Option<(usize, csv::ByteRecord)>> {
        let mut row = csv::ByteRecord::new();
        if !self.rows.read_byte_record(&mut row)? {
            return Ok(None);
        }
        let byte = row.position().map_or(0, csv::Position::byte);
        Ok(Some((self.rows.get_mut().line_of(byte), row)))
    }
}

/// Counts lines on the way to the reader of a table, as the reader's own count leaves out empty lines,
/// and line ends as on Windows.
struct LineStarts<R> {
    text: R,
    /// Bytes that were read, and the line that they end on.
    read: u64,
    line: usize,
    /// Whether this line has held nothing so far.
    is_empty: bool,
    /// Where lines that hold something begin, and which lines these are, from the last row on.
    begins: VecDeque<(u64, usize)>,
}

impl<R> LineStarts<R> {
    fn of(text: R) -> Self {
        Self { text, read: 0, line: 1, is_empty: true, begins: VecDeque::new() }
    }

    /// The line of the row that the reader found from this byte on. Rows come in their order.
    fn line_of(&mut self, byte: u64) -> usize {
        while self.begins.front().is_some_and(|(begins, _)| *begins < byte) {
            self.begins.pop_front();
        }
        self.begins.front().map_or(self.line, |(_, line)| *line)
    }
}

impl<R: Read> Read for LineStarts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.text.read(buffer)?;
        for byte in &buffer[..count] {
            if *byte == b'\n' {
                self.line += 1;
                self.is_empty = true;
            } else if self.is_empty && *byte != b'\r' {
                self.begins.push_back((self.read, self.line));
                self.is_empty = false;
            }
            self.read += 1;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, separator};

    #[test]
    fn rows_have_the_lines_that_they_begin_on() {
        for (text, expected) in [
            ("a,b\n1,2\n\n3\n4,5,6", &[2, 4, 5][..]),
            ("\u{feff}a,b\r\n1,2\r\n\r\n\r\n3,4\r\n", &[2, 5]),
            ("\n\na,b\n\"1\n\n1\",2\n3,4\n", &[4, 7]),
            ("a,b\n", &[]),
            ("a;b\n1,5;2\n", &[2]),
            ("a\tb\n1\t2\n", &[2]),
        ] {
            let separator = separator(text.as_bytes()).unwrap();
            let mut table = Table::of(text.as_bytes(), separator).unwrap();
            assert_eq!(table.header.iter().collect::<Vec<_>>(), ["a", "b"]);
            let mut lines = Vec::new();
            while let Some((line, _)) = table.next_row().unwrap() {
                lines.push(line);
            }
            assert_eq!(lines, expected, "{text:?}");
        }
    }

    #[test]
    fn a_table_begins_with_a_header_and_no_json() {
        for text in ["a,b", "\u{feff}a,b\r\n", "\n a,b\n1,2", "a,b;c"] {
            assert_eq!(separator(text.as_bytes()), Some(b','), "{text:?}");
        }
        for text in ["", "ON", "{\"a\":1,\"b\":2}", "\u{feff}[1;2]", "a\nb,c"] {
            assert_eq!(separator(text.as_bytes()), None, "{text:?}");
        }
    }
}
