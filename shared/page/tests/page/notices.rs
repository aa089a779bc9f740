//! What is told at the door.

use std::collections::BTreeSet;

use roomwatt_page::{Language, Notice, NoticePage};

use crate::document::Document;

const NOTICES: [Notice; 9] = [
    Notice::SignedOut { sign_in: true },
    Notice::SignedOut { sign_in: false },
    Notice::LinksAlone,
    Notice::NoLink,
    Notice::Interrupted,
    Notice::Declined,
    Notice::NoHotel,
    Notice::Unavailable,
    Notice::Unusable,
];

#[test]
fn every_notice_is_a_page_of_its_own_in_its_language() {
    let mut headings = BTreeSet::new();
    for language in Language::ALL {
        for notice in NOTICES {
            let html = NoticePage { notice, language }.render().unwrap();
            let page = Document::parse(&html);
            assert_eq!(page.first("html").attribute("lang").as_deref(), Some(language.tag()));
            let heading = page.first("h1").text();
            assert_eq!(page.first("title").text(), format!("{heading} · Roomwatt"));
            let text = page.first("main").text();
            let korean = |text: &str| text.chars().any(|one| ('가'..='힣').contains(&one));
            assert_eq!(korean(&heading) && korean(&text), language == Language::Korean, "{text}");
            headings.insert(heading);
        }
    }
    // Signed out is told alike, whether one can sign in or not.
    assert_eq!(headings.len(), 2 * (NOTICES.len() - 1));
}

#[test]
fn who_can_do_something_about_it_is_led_to_where_one_signs_in() {
    for notice in NOTICES {
        let page = NoticePage { notice, language: Language::English }.render().unwrap();
        let links: Vec<_> = Document::parse(&page).links().into_iter().collect();
        let leads = !matches!(
            notice,
            Notice::SignedOut { sign_in: false }
                | Notice::LinksAlone
                | Notice::NoLink
                | Notice::Unusable
        );
        assert_eq!(links, if leads { vec!["/signin"] } else { vec![] }, "{notice:?}");
    }
}
