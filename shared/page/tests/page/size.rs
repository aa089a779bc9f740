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
fn memory_goes_with_rooms_and_columns_and_not_with_reports() {
    let year = Range { from: date("2025-10-15"), to: date("2026-10-15") };
    let hotel = Hotel::of_rooms(3, 3, year);
    let cells_after = |times: usize| {
        let mut page = HotelPage::new(&hotel.profile, year, year, Some(year.to), Language::English);
        for _ in 0..times {
            hotel.days.iter().for_each(|day| page.add(&day.closed));
        }
        format!("{page:?}").matches("HeatCell").count()
    };
    assert_eq!(cells_after(1), 3 * 13);
    assert_eq!(cells_after(5), 3 * 13);
}
