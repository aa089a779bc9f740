//! Business dates from text.

use jiff::civil::date;
use roomwatt_domain::BusinessDate;
use roomwatt_domain::calendar::InvalidDate;

#[test]
fn a_date_is_read_and_shown_as_it_was_written() {
    for text in ["2026-11-20", "0001-01-01", "9998-12-31", "2024-02-29", "2000-02-29"] {
        assert_eq!(BusinessDate::parse(text).unwrap().to_string(), text);
        assert_eq!(text.parse::<BusinessDate>(), BusinessDate::parse(text));
    }
    assert_eq!(BusinessDate::parse("2026-11-20").unwrap().civil(), date(2026, 11, 20));
}

#[test]
fn a_date_that_does_not_exist_is_refused() {
    for text in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-01-00"]
    {
        assert_eq!(BusinessDate::parse(text), Err(InvalidDate), "{text}");
    }
}

#[test]
fn any_other_shape_is_refused() {
    for text in [
        "",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026-1-20",
        "26-11-20",
        "20261120",
        "2026/11/20",
        "2026-11-20 ",
        " 2026-11-20",
        "2026-11-20T00:00:00Z",
        "+2026-11-2",
        "-026-11-20",
        "2026-W47-5",
        "2026-324",
        "２026-11-20",
        "2026-11-2é",
    ] {
        assert_eq!(BusinessDate::parse(text), Err(InvalidDate), "{text}");
    }
}

#[test]
fn a_date_outside_the_calendar_is_refused() {
    assert_eq!(BusinessDate::parse("0000-12-31"), Err(InvalidDate));
    assert_eq!(BusinessDate::parse("9999-01-01"), Err(InvalidDate));
    assert_eq!(BusinessDate::new(date(-1, 1, 1)), Err(InvalidDate));
    assert_eq!(BusinessDate::new(date(9999, 12, 31)), Err(InvalidDate));
}

#[test]
fn dates_are_ordered_in_time() {
    let dates = ["0999-12-31", "1999-12-31", "2000-01-01", "2000-01-31", "2000-02-01"];
    let dates = dates.map(|text| BusinessDate::parse(text).unwrap());
    assert!(dates.is_sorted());
}

#[test]
fn the_error_says_what_a_date_looks_like() {
    assert_eq!(InvalidDate.to_string(), "must be a date YYYY-MM-DD that exists");
}
