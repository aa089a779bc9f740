//! What is told to people: whole numbers with separators, and lines that nobody need read.

use std::fmt::Display;
use std::io::Write;

use roomwatt_presentation::figure::grouped;

/// A line on standard output. Whoever reads it may have gone, which ends nothing.
pub fn say(line: impl Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// A whole number with a comma between thousands.
pub fn separated(number: usize) -> String {
    grouped(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::separated;

    #[test]
    fn thousands_are_separated() {
        let shown = [0, 12, 999, 1000, 232_856, 22_000_000].map(separated);
        assert_eq!(shown, ["0", "12", "999", "1,000", "232,856", "22,000,000"]);
    }
}
