//! Tables: on which line a row begins.

/// Counts the lines of a table, as its reader's own count leaves out empty lines, and line ends as
/// on Windows.
#[derive(Debug, Clone)]
pub(crate) struct LineCount<'t> {
    text: &'t str,
    /// Bytes that are counted, and the line that they end on.
    counted: usize,
    line: usize,
}

impl<'t> LineCount<'t> {
    /// Begins at the first line of the text.
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, counted: 0, line: 1 }
    }

    /// The line of the row that the reader found from this byte on. Rows come in their order.
    pub(crate) fn line_of(&mut self, byte: u64) -> usize {
        let bytes = self.text.as_bytes();
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).clamp(self.counted, bytes.len());
        let empty = bytes[byte..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let begins = byte + empty;
        let passed = self.text.get(self.counted..begins).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.counted = begins;
        self.line
    }
}
