//! Small pages as they are sent, but for their style.

use roomwatt_domain::NightSums;
use roomwatt_page::{HotelPage, Language, Range};

use crate::figures::day_page;
use crate::made_up::{Hotel, date};
use crate::rooms::room_page;

fn without_style(html: &str) -> String {
    let (before, rest) = html.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}<style></style>{after}")
}

#[test]
fn a_hotel_of_two_rooms_over_three_days() {
    let range = Range { from: date("2026-10-13"), to: date("2026-10-15") };
    let hotel = Hotel::of_rooms(2, 9, Range { to: date("2026-10-14"), ..range });
    let closed_through = Some(date("2026-10-14"));
    for language in Language::ALL {
        let mut page = HotelPage::new(&hotel.profile, range, range, closed_through, language);
        hotel.days.iter().for_each(|day| page.add(&day.closed));
        page.add_baseline(
            date("2026-10-13"),
            3,
            &hotel.days[0].closed.report.totals(),
            &NightSums::default(),
        );
        let html = without_style(&page.render().unwrap());
        insta::assert_snapshot!(format!("hotel_{}", language.tag()), html);
    }
}

#[test]
fn a_room_over_two_days() {
    let range = Range { from: date("2026-10-13"), to: date("2026-10-14") };
    let hotel = Hotel::of_rooms(1, 9, range);
    let reports: Vec<_> = hotel.days.iter().map(|day| day.closed.clone()).collect();
    let page = room_page(&hotel, &reports, range);
    insta::assert_snapshot!(without_style(&page.render().unwrap()));
}

#[test]
fn a_day() {
    let range = Range { from: date("2026-10-13"), to: date("2026-10-14") };
    let hotel = Hotel::of_rooms(2, 9, range);
    let made = hotel.days.iter().find(|day| day.closed.revision == 2).unwrap();
    let page = day_page(&hotel, made, Language::Korean);
    insta::assert_snapshot!(without_style(&page.render().unwrap()));
}
