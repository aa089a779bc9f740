//! Names of hotels are free text, and some of it is hostile.

use roomwatt_domain::{BusinessCalendar, Profile, RoomId};
use roomwatt_page::{HotelPage, Language, Range, RoomPage};

use crate::document::Document;
use crate::figures::day_page;
use crate::made_up::{Hotel, date, seoul};
use crate::rooms::room_page;

const HOSTILE: &str =
    "</title></style><script>alert(1)</script><img src=x onerror=\"x\"> '\"&amp; \u{202e}فندق 東京";

fn hostile() -> (Hotel, Range) {
    let range = Range { from: date("2026-10-14"), to: date("2026-10-14") };
    let profile = Profile { name: Some(HOSTILE.to_owned()), ..seoul() };
    (Hotel::of(profile, 2, 9, range), range)
}

fn pages(hotel: &Hotel, range: Range, language: Language) -> [String; 3] {
    let made = &hotel.days[0];
    let closed_through = Some(range.to);
    let mut page = HotelPage::new(&hotel.profile, range, range, closed_through, language);
    hotel.days.iter().for_each(|day| page.add(&day.closed));
    let reports = std::slice::from_ref(&made.closed);
    let room = RoomPage { language, ..room_page(hotel, reports, range) };
    let day = day_page(hotel, made, language);
    [page.render().unwrap(), room.render().unwrap(), day.render().unwrap()]
}

#[test]
fn a_hostile_name_is_text_and_nothing_else() {
    let (hotel, range) = hostile();
    for language in Language::ALL {
        for html in pages(&hotel, range, language) {
            let document = Document::parse(&html);
            assert!(document.named("script").is_empty() && document.named("img").is_empty());
            assert_eq!(document.named("style").len(), 1);
            assert!(document.first("title").text().contains(HOSTILE));
        }
    }
    let document = Document::parse(&pages(&hotel, range, Language::English)[0]);
    assert_eq!(document.first("h1").text(), HOSTILE);
}

#[test]
fn a_room_that_no_url_carries_is_shown_without_a_link() {
    let (mut hotel, range) = hostile();
    let step = RoomId::kept("..").unwrap();
    hotel.days[0].closed.room = step.clone();
    let mut page = HotelPage::new(&hotel.profile, range, range, Some(range.to), Language::English);
    hotel.days.iter().for_each(|day| page.add(&day.closed));
    let html = page.render().unwrap();
    assert!(html.contains(">..<") && !html.contains("rooms/../"), "{html}");
    assert!(html.contains(&format!("rooms/{}/", hotel.days[1].closed.room)));
}

#[test]
fn a_page_asks_for_nothing_and_runs_nothing() {
    let (hotel, range) = hostile();
    for language in Language::ALL {
        for html in pages(&hotel, range, language) {
            let plain = html.replace("http://www.w3.org/2000/svg", "");
            assert!(!plain.contains("http:") && !plain.contains("https:"));
            let document = Document::parse(&html);
            for element in document.all() {
                for (name, value) in element.attributes() {
                    assert!(name != "style" && name != "src" && !name.starts_with("on"), "{name}");
                    if name == "href" && element.name() == "link" {
                        assert_eq!(value, "data:,");
                    } else if name == "href" {
                        assert!(!value.starts_with('/') && !value.contains(':'), "{value}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_page_has_its_language_landmarks_and_headings() {
    let (hotel, range) = hostile();
    for language in Language::ALL {
        for html in pages(&hotel, range, language) {
            let document = Document::parse(&html);
            assert_eq!(document.first("html").attribute("lang").as_deref(), Some(language.tag()));
            for name in ["main", "header", "footer", "h1"] {
                assert_eq!(document.named(name).len(), 1, "{name}");
            }
            for table in document.named("table") {
                assert_eq!(table.named("caption").len(), 1);
                assert!(table.named("th").iter().all(|head| head.attribute("scope").is_some()));
            }
            for drawing in document.named("svg") {
                let named = drawing.attribute("aria-label").is_some_and(|name| !name.is_empty());
                assert!(named || drawing.attribute("aria-hidden").is_some());
            }
            let mut ids = document.ids();
            ids.sort();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all);
            let navs: Vec<_> = document.named("nav");
            // The way, the languages, the turn; of a hotel the periods, what to compare with, and the
            // order too.
            assert!([3, 6].contains(&navs.len()), "{}", navs.len());
            assert!(navs.iter().all(|nav| nav.attribute("aria-label").is_some()));
        }
    }
}

#[test]
fn a_room_is_linked_by_its_name() {
    let (hotel, range) = hostile();
    let document = Document::parse(&pages(&hotel, range, Language::English)[0]);
    assert!(document.links().contains("rooms/202/history.html?date=2026-10-14&lang=en"));
}

#[test]
fn currencies_have_their_decimals() {
    for (currency, decimals) in [("KRW", 0), ("EUR", 2), ("KWD", 3), ("XYZ", 2)] {
        let range = Range { from: date("2026-10-14"), to: date("2026-10-14") };
        let profile = Profile {
            currency: Some(currency.to_owned()),
            calendar: BusinessCalendar::new("Europe/Berlin").unwrap(),
            ..seoul()
        };
        let hotel = Hotel::of(profile, 1, 9, range);
        let document = Document::parse(&pages(&hotel, range, Language::English)[0]);
        let shown = document.with_id("cost").unwrap().named("data")[0].text();
        let amount = shown.strip_prefix(&format!("{currency}\u{a0}")).unwrap();
        let shown = amount.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(shown, decimals, "{amount}");
    }
}
