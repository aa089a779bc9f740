//! Exact decimals: how readings, factors and bands are read.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::fault::Checker;
use crate::form;
use crate::json::quoted;

/// Decimals of a reading.
const KEPT: u32 = 3;

/// Reads a decimal, with an exponent or without. `None`: no number, or one of more than 28 digits.
pub(crate) fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim_ascii();
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    // The crate's own reading would take underscores too.
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        || digits.contains('_')
    {
        return None;
    }
    let Some((base, exponent)) = text.split_once(['e', 'E']) else { return text.parse().ok() };
    match Decimal::from_scientific(text) {
        Ok(number) => Some(number),
        // So close to zero that a decimal cannot say it.
        Err(_) if exponent.starts_with('-') && exponent[1..].parse::<u32>().is_ok() => {
            base.parse::<Decimal>().is_ok().then_some(Decimal::ZERO)
        }
        Err(_) => None,
    }
}

/// Reads a decimal of a source; notes what is wrong with it.
pub(crate) fn compile(form::Figure(text): &form::Figure, checker: &mut Checker) -> Option<Decimal> {
    let number = parse(text);
    if number.is_none() {
        checker.wrong(format!("{} is no number", quoted(text)));
    }
    number
}

/// Rounded half away from zero to 3 decimals, without zeros at the end.
pub(crate) fn rounded(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(KEPT, RoundingStrategy::MidpointAwayFromZero).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_as_they_are_written() {
        for (text, read) in [
            ("48123.917", "48123.917"),
            (" +5 ", "5"),
            ("-0.5", "-0.5"),
            (".5", "0.5"),
            ("1.5e3", "1500"),
            ("15E-1", "1.5"),
            ("1e+2", "100"),
            ("1e-45", "0"),
            ("79228162514264337593543950335", "79228162514264337593543950335"),
        ] {
            assert_eq!(parse(text).unwrap().normalize().to_string(), read, "{text}");
        }
        for text in
            ["", "-", ".", "NaN", "inf", "1_000", "1,5", "0x10", "1e", "e3", "1e400", "12 W"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn readings_are_rounded_half_away_from_zero() {
        for (text, read) in
            [("0.0005", "0.001"), ("-0.0005", "-0.001"), ("2.00049", "2"), ("87.310", "87.31")]
        {
            assert_eq!(rounded(parse(text).unwrap()).to_string(), read);
        }
    }
}
