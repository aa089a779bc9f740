//! The policy allows exactly the style that is there, and the style can be read by everybody.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use roomwatt_page::{HotelPage, Language, Range, content_security_policy};
use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::made_up::{date, seoul};

fn style() -> String {
    let october = Range { from: date("2026-10-01"), to: date("2026-10-31") };
    let profile = seoul();
    let page = HotelPage::new(&profile, october, october, None, Language::English);
    let html = page.render().unwrap();
    let style = Document::parse(&html).named("style");
    assert_eq!(style.len(), 1);
    let (_, rest) = html.split_once("<style>").unwrap();
    rest.split_once("</style>").unwrap().0.to_owned()
}

#[test]
fn the_policy_names_the_hash_of_the_pages_style_and_no_other_source() {
    let hash = STANDARD.encode(Sha256::digest(style()));
    assert_eq!(
        content_security_policy(),
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'"
        )
    );
}

#[test]
fn texts_stand_out_from_what_is_behind_them_in_both_schemes() {
    let style = style();
    let light = colours(style.split(":root{").nth(1).unwrap());
    let dark = style.split("prefers-color-scheme:dark){:root{").nth(1).unwrap();
    let dark = colours(dark);
    for colours in [light, dark] {
        for ground in ["ground", "paper"] {
            for text in ["ink", "soft", "link", "good", "bad"] {
                assert_contrast(&colours, text, ground, 4.5);
            }
        }
        for level in ["h0", "h1", "h2", "h3", "h4"] {
            assert_contrast(&colours, "h-ink", level, 4.5);
        }
        assert_contrast(&colours, "h5-ink", "h5", 4.5);
        assert_contrast(&colours, "ink", "note", 4.5);
        for state in ["sold", "vacant", "present", "unknown"] {
            assert_contrast(&colours, "state-ink", state, 4.5);
        }
        assert_contrast(&colours, "used-ink", "used", 4.5);
        assert_contrast(&colours, "waste-ink", "waste", 4.5);
        // Shapes, not texts.
        for ground in ["ground", "paper"] {
            for shape in ["used", "waste", "sold", "present", "unknown"] {
                assert_contrast(&colours, shape, ground, 3.0);
            }
        }
        // A chart's bars stand on weekends, and on the day that its page is of.
        for ground in ["weekend", "note"] {
            for shape in ["used", "waste"] {
                assert_contrast(&colours, shape, ground, 3.0);
            }
        }
    }
}

type Colours = BTreeMap<String, [f64; 3]>;

fn colours(rule: &str) -> Colours {
    let rule = rule.split('}').next().unwrap();
    rule.split(';')
        .filter_map(|declaration| declaration.strip_prefix("--")?.split_once(":#"))
        .map(|(name, digits)| {
            let digits = match digits.len() {
                3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
                _ => digits.to_owned(),
            };
            let part = |at: usize| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap());
            (name.to_owned(), [part(0), part(2), part(4)])
        })
        .collect()
}

/// As WCAG 2 measures it.
fn assert_contrast(colours: &Colours, text: &str, ground: &str, least: f64) {
    let luminance = |name: &str| {
        let linear = colours[name].map(|part| {
            let part = part / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (one, other) = (luminance(text), luminance(ground));
    let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
    assert!(contrast >= least, "{text} on {ground}: {contrast:.2}");
}
