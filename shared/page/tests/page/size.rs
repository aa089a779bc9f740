//! How large a page gets.

use roomwatt_page::{HotelPage, Language, Range};

use crate::made_up::{Hotel, date};

#[test]
fn a_month_of_300_rooms_stays_below_a_megabyte() {
    let range = Range { from: date("2026-10-01"), to: date("2026-10-31") };
    let hotel = Hotel::of_rooms(300, 3, range);
    for language in Language::ALL {
        let mut page = HotelPage::new(&hotel.profile, range, range, Some(range.to), language);
        hotel.days.iter().for_each(|day| page.add(&day.closed));
        let size = page.render().unwrap().len();
        assert!((100_000..1_000_000).contains(&size), "{size} bytes");
    }
}

#[test]
fn more_reports_of_the_same_rooms_and_columns_make_no_larger_page() {
    let year = Range { from: date("2025-10-15"), to: date("2026-10-15") };
    let hotel = Hotel::of_rooms(3, 3, year);
    let rendered = |times: usize| {
        let mut page = HotelPage::new(&hotel.profile, year, year, Some(year.to), Language::English);
        for _ in 0..times {
            hotel.days.iter().for_each(|day| page.add(&day.closed));
        }
        // Its parts show how many of them there are.
        format!("{page:?}").matches("HeatCell").count()
    };
    let cells = rendered(1);
    assert_eq!(cells, 3 * 53);
    assert_eq!(cells, rendered(5));
}
