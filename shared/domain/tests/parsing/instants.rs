//! Instants from RFC 3339 text, cut to milliseconds.

use jiff::Timestamp;
use jiff::tz::Offset;
use proptest::prelude::*;
use roomwatt_domain::Instant;
use roomwatt_domain::instant::InvalidInstant;

/// Milliseconds since 1970.
fn read(text: &str) -> Result<i64, InvalidInstant> {
    Instant::parse(text).map(Instant::as_millis)
}

/// Reads a text and shows it in UTC.
fn shown(text: &str) -> String {
    Instant::parse(text).unwrap().to_string()
}

#[test]
fn a_date_time_with_an_offset_is_an_instant() {
    assert_eq!(read("1970-01-01T00:00:00Z"), Ok(0));
    assert_eq!(read("1970-01-01T09:00:00+09:00"), Ok(0));
    assert_eq!(shown("2026-11-22T10:15:30.123+09:00"), "2026-11-22T01:15:30.123Z");
    assert_eq!(shown("2026-11-22T10:15:30-03:30"), "2026-11-22T13:45:30.000Z");
    assert_eq!(shown("2026-01-01T00:30:00+05:45"), "2025-12-31T18:45:00.000Z");
    assert_eq!(shown("2024-02-29T23:59:59-00:01"), "2024-03-01T00:00:59.000Z");
}

#[test]
fn letters_may_be_small() {
    assert_eq!(read("2026-11-22t10:15:30z"), read("2026-11-22T10:15:30Z"));
    assert_eq!(read("2026-11-22t10:15:30.5+09:00"), read("2026-11-22T10:15:30.5+09:00"));
}

#[test]
fn an_unknown_local_offset_is_an_offset() {
    assert_eq!(read("2026-11-22T10:15:30-00:00"), read("2026-11-22T10:15:30Z"));
}

#[test]
fn a_fraction_of_any_length_is_cut_to_milliseconds() {
    let fraction = |digits: &str| read(&format!("1970-01-01T00:00:00.{digits}Z"));
    assert_eq!(fraction("1"), Ok(100));
    assert_eq!(fraction("12"), Ok(120));
    assert_eq!(fraction("123"), Ok(123));
    assert_eq!(fraction("1239"), Ok(123));
    assert_eq!(fraction("123999999"), Ok(123));
    assert_eq!(fraction("0009999999999"), Ok(0));
    assert_eq!(fraction(&"9".repeat(100)), Ok(999));
}

#[test]
fn instants_before_1970_are_cut_to_the_millisecond_that_they_lie_in() {
    assert_eq!(read("1969-12-31T23:59:59.9999Z"), Ok(-1));
    assert_eq!(read("1969-12-31T23:59:59.0001Z"), Ok(-1000));
    assert_eq!(read("1969-12-31T23:59:59.123456Z"), Ok(-877));
    assert_eq!(shown("1969-12-31T23:59:59.123456Z"), "1969-12-31T23:59:59.123Z");
    assert_eq!(shown("0001-01-01T00:00:00.0019Z"), "0001-01-01T00:00:00.001Z");
}

#[test]
fn a_leap_second_is_refused_and_not_moved() {
    for text in ["2016-12-31T23:59:60Z", "2017-01-01T08:59:60.25+09:00", "2026-11-22T10:00:60Z"] {
        assert_eq!(read(text), Err(InvalidInstant), "{text}");
    }
}

#[test]
fn an_instant_without_an_offset_is_refused() {
    for text in ["2026-11-22T10:15:30", "2026-11-22T10:15:30.123", "2026-11-22"] {
        assert_eq!(read(text), Err(InvalidInstant), "{text}");
    }
}

#[test]
fn dates_and_times_that_do_not_exist_are_refused() {
    for text in [
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T23:60:00Z",
        "2026-01-01T99:00:00Z",
        "2026-01-01T00:00:99Z",
    ] {
        assert_eq!(read(text), Err(InvalidInstant), "{text}");
    }
}

#[test]
fn offsets_beyond_a_day_are_refused() {
    for offset in ["+24:00", "-24:00", "+23:60", "+09:99", "+99:00"] {
        let text = format!("2026-11-22T10:15:30{offset}");
        assert_eq!(read(&text), Err(InvalidInstant), "{text}");
    }
    assert_eq!(shown("2026-11-22T23:59:00+23:59"), "2026-11-22T00:00:00.000Z");
    assert_eq!(shown("2026-11-22T00:01:00-23:59"), "2026-11-23T00:00:00.000Z");
}

#[test]
fn any_other_shape_is_refused() {
    for text in [
        "",
        "Z",
        "now",
        "1795310130",
        "2026-11-22 10:15:30Z",
        "2026-11-22_10:15:30Z",
        " 2026-11-22T10:15:30Z",
        "2026-11-22T10:15:30Z ",
        "2026-11-22T10:15:30 Z",
        "2026-11-22T10:15:30 +09:00",
        "2026-11-22T10:15:30Z\n",
        "2026-11-22T10:15Z",
        "2026-11-22T10:15:3Z",
        "2026-11-22T10:15:30.Z",
        "2026-11-22T10:15:30,5Z",
        "2026-11-22T10:15:30.5.5Z",
        "2026-11-22T10:15:30.-5Z",
        "2026-11-22T10:15:30+0900",
        "2026-11-22T10:15:30+09",
        "2026-11-22T10:15:30+9:00",
        "2026-11-22T10:15:30+09:0",
        "2026-11-22T10:15:30+09:00:00",
        "2026-11-22T10:15:30+-9:00",
        "2026-11-22T10:15:3009:00",
        "2026-11-22T10:15:30+09:00Z",
        "2026-11-22T10:15:30ZZ",
        "2026-11-22T10:15:30+09:00[Asia/Seoul]",
        "2026-11-22T10:15:30GMT",
        "20261122T101530Z",
        "26-11-22T10:15:30Z",
        "+2026-11-22T10:15:30Z",
        "-026-11-22T10:15:30Z",
        "2026-+1-22T10:15:30Z",
        "2026-11-22T10:15:-1Z",
        "２026-11-22T10:15:30Z",
        "2026-11-22T10:15:30é",
        "2026-11-22T10:15:30.1é",
        "2026-11-22T10:15:30−09:00",
    ] {
        assert_eq!(read(text), Err(InvalidInstant), "{text:?}");
    }
}

#[test]
fn the_ends_of_the_calendar_are_read_or_refused_but_never_wrong() {
    assert_eq!(shown("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
    assert_eq!(shown("0000-01-01T00:00:00+23:59"), "-000001-12-31T00:01:00.000Z");
    assert_eq!(shown("9999-12-30T21:59:59.999Z"), "9999-12-30T21:59:59.999Z");
    assert_eq!(read("9999-12-31T23:59:59-23:59"), Err(InvalidInstant));
}

#[test]
fn the_error_says_what_an_instant_looks_like() {
    assert_eq!(InvalidInstant.to_string(), "must be an RFC 3339 date-time with an offset");
}

#[test]
fn an_instant_is_shown_in_utc_with_three_decimals() {
    let shown = |millis| Instant::from_millis(millis).to_string();
    assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(shown(1), "1970-01-01T00:00:00.001Z");
    assert_eq!(shown(-1), "1969-12-31T23:59:59.999Z");
}

#[test]
fn instants_and_lengths_of_time_stay_within_what_they_can_hold() {
    let (first, last) = (Instant::from_millis(i64::MIN), Instant::from_millis(i64::MAX));
    assert_eq!(last + 1, last);
    assert_eq!(first - 1, first);
    assert_eq!(last - first, i64::MAX);
    assert_eq!(first.timestamp(), Timestamp::MIN);
    assert_eq!(last.timestamp(), Timestamp::MAX);
}

#[test]
fn a_timestamp_is_cut_to_the_millisecond_that_it_lies_in() {
    let instant = |nanos| Instant::from(Timestamp::from_nanosecond(nanos).unwrap()).as_millis();
    assert_eq!(
        [0, 999_999, 1_000_000, -1, -1_000_000, -1_000_001].map(instant),
        [0, 0, 1, -1, -1, -2]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    /// From the year 0 to 9998, in any offset, with any number of decimals.
    #[test]
    fn what_is_written_is_read(
        nanos in -62_167_000_000_000_000_000_i128..253_300_000_000_000_000_000,
        minutes in -1439..1440_i32,
        decimals in 0..=9_usize,
    ) {
        let timestamp = Timestamp::from_nanosecond(nanos).unwrap();
        let offset = Offset::from_seconds(minutes * 60).unwrap();
        let text = format!("{:.decimals$}", timestamp.display_with_offset(offset));
        let written: Timestamp = text.parse().unwrap();
        let expected = written.as_nanosecond().div_euclid(1_000_000);
        prop_assert_eq!(read(&text).map(i128::from), Ok(expected), "{}", text);
    }

    #[test]
    fn what_is_shown_is_read_again(millis in -62_167_219_200_000_i64..253_402_207_200_000) {
        let instant = Instant::from_millis(millis);
        prop_assert_eq!(Instant::parse(&instant.to_string()), Ok(instant));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[0-9TtZz:.+\\- é]{0,40}") {
        let _ = Instant::parse(&text);
    }

    /// One byte of a date-time replaced by another character.
    #[test]
    fn a_misspelt_instant_is_refused_or_another_instant(at in 0..29_usize, with in any::<char>()) {
        let text = "2026-11-22T10:15:30.123+09:00";
        let misspelt = format!("{}{with}{}", &text[..at], &text[at + 1..]);
        if let Ok(instant) = Instant::parse(&misspelt) {
            let expected: Timestamp = misspelt.parse().unwrap();
            prop_assert_eq!(instant, Instant::from(expected));
        }
    }
}
