//! What is told to people: whole numbers with separators, and lines that nobody need read.

use std::fmt::Display;
use std::io::Write;

/// A line on standard output. Whoever reads it may have gone, which ends nothing.
pub fn say(line: impl Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// A whole number with a comma between thousands.
pub fn separated(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
