//! What is to be done, in words, and where it leads.

use jiff::ToSpan;
use roomwatt_domain::{
    BusinessDate, Charge, ClosedReport, Device, FaultKind, Finding, FindingKind, Profile,
    ReportSums, RoomId, SignalFault, Suspect, Totals, WastedNights,
};
use roomwatt_page::{Found, HotelPage, Language, Lead, Range, Telling};

use crate::document::{Document, Element};
use crate::made_up::{Hotel, date, seoul};

fn last_day() -> (Hotel, Range) {
    let range = Range::day(date("2026-10-14"));
    (Hotel::of_rooms(14, 9, Range { from: date("2026-10-10"), ..range }), range)
}

fn on_the_day(hotel: &Hotel) -> impl Iterator<Item = &ClosedReport> {
    hotel.days.iter().map(|day| &day.closed).filter(|closed| closed.date == date("2026-10-14"))
}

fn findings(hotel: &Hotel) -> Vec<Finding> {
    let mut suspects: Vec<_> = on_the_day(hotel).flat_map(Suspect::of).collect();
    Suspect::sort(&mut suspects);
    let since = on_the_day(hotel).next().unwrap().window.start;
    let nights = WastedNights { wasted: 4, exposed: 6 };
    let finding = |suspect| Finding { kind: FindingKind::RunsInEmptyRoom, suspect, since, nights };
    suspects.into_iter().map(finding).collect()
}

fn silent(room: &str, device: Option<&str>) -> SignalFault {
    SignalFault {
        kind: FaultKind::Silent,
        room: Some(RoomId::new(room).unwrap()),
        device: device.map(|id| Device { id: id.parse().unwrap(), kind: "light".parse().unwrap() }),
        count: None,
        since: Some(roomwatt_domain::Instant::parse("2026-10-13T10:12:00+09:00").unwrap()),
    }
}

fn page(language: Language) -> (Document, Vec<Finding>) {
    let (hotel, range) = last_day();
    let closed_through = Some(range.to);
    let mut page = HotelPage::new(&hotel.profile, range, range, closed_through, language);
    hotel.days.iter().for_each(|day| page.add(&day.closed));
    let findings = findings(&hotel);
    let faults = [("203", None), ("203", Some("lamp-1")), ("204", Some("lamp-1"))];
    let faults = faults.map(|(room, device)| silent(room, device)).to_vec();
    let findings_in_all = findings.len() as u64;
    page.tell(Found { date: range.to, findings: findings.clone(), findings_in_all, faults });
    let nothing = Totals {
        cost: Some(Charge::default()),
        waste_cost: Some(Charge::default()),
        ..Totals::default()
    };
    let lead = |days: i64| {
        let date = BusinessDate::new(range.to.civil() - days.days()).unwrap();
        Lead { date, sums: ReportSums { reports: 3, totals: nothing, ..ReportSums::default() } }
    };
    page.lead_in((1..=21).rev().map(lead).collect());
    (Document::parse(&page.render().unwrap()), findings)
}

#[test]
fn what_to_do_comes_first_most_money_first_and_leads_to_its_day() {
    let (document, findings) = page(Language::English);
    assert!(findings.len() > 5, "{}", findings.len());
    let items: Vec<_> =
        document.named("li").into_iter().filter(|it| it.text().contains(" wasted in ")).collect();
    assert_eq!(items.len(), findings.len());
    for (item, finding) in items.iter().zip(&findings) {
        let text = item.text();
        assert!(text.starts_with(&format!("Room {}: ", finding.suspect.room)), "{text}");
        assert!(text.contains("on 4 of the 6 days when it was empty"), "{text}");
        let href = item.named("a")[0].attribute("href").unwrap();
        let room = &finding.suspect.room;
        assert_eq!(href, format!("rooms/{room}/history.html?date=2026-10-14&lang=en"));
    }
}

#[test]
fn of_many_findings_the_first_are_shown_and_all_are_counted() {
    let (hotel, range) = last_day();
    let summary = |language, findings_in_all: u64| {
        let mut page = HotelPage::new(&hotel.profile, range, range, Some(range.to), language);
        hotel.days.iter().for_each(|day| page.add(&day.closed));
        let findings: Vec<_> = findings(&hotel).into_iter().take(6).collect();
        page.tell(Found { date: range.to, findings, findings_in_all, faults: Vec::new() });
        Document::parse(&page.render().unwrap()).named("summary")[0].text()
    };
    assert_eq!(summary(Language::English, 6), "All findings (6)");
    assert_eq!(summary(Language::English, 1882), "The first 6 of 1,882 findings");
    assert_eq!(summary(Language::Korean, 1882), "조치 사항 1,882건 중 6건");
}

#[test]
fn the_verdict_says_how_far_waste_goes_and_what_is_usual() {
    let (document, _) = page(Language::English);
    let text = document.text();
    assert!(text.contains("of confirmed waste"), "{text}");
    assert!(text.contains(" above a usual Wednesday. Data from 14 of 14 rooms."), "{text}");
    let (document, _) = page(Language::Korean);
    assert!(document.text().contains("평소 수요일보다"), "{}", document.text());
}

#[test]
fn the_devices_of_a_silent_room_are_not_named_again() {
    let (document, _) = page(Language::English);
    let silent: Vec<_> = document
        .named("li")
        .iter()
        .map(Element::text)
        .filter(|it| it.contains("silent since"))
        .collect();
    assert_eq!(
        silent,
        [
            "Room 203: silent since 13 Oct 10:12. Check its gateway.",
            "Room 204, light lamp-1: silent since 13 Oct 10:12. Check the device.",
        ]
    );
}

#[test]
fn a_target_is_held_against_what_was_wasted() {
    let (mut hotel, range) = last_day();
    for (target, said) in [("0", "above the target of 0"), ("100", "within the target of 100")] {
        let text = format!(r#"{{"hotelId":"h","timeZone":"UTC","wasteTargetPercent":"{target}"}}"#);
        let waste_target_percent = Profile::parse(&text).unwrap().waste_target_percent;
        hotel.profile = Profile { waste_target_percent, ..seoul() };
        let mut page =
            HotelPage::new(&hotel.profile, range, range, Some(range.to), Language::English);
        hotel.days.iter().for_each(|day| page.add(&day.closed));
        let text = Document::parse(&page.render().unwrap()).text();
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_day_is_told_in_a_few_lines() {
    let (hotel, range) = last_day();
    let totals: Totals = on_the_day(&hotel).map(|closed| closed.report.totals()).sum();
    let (findings, faults) = (&findings(&hotel)[..2], [silent("203", None)]);
    for (language, last) in [
        (Language::English, "– 2 more signals to check."),
        (Language::Korean, "– 점검할 신호 2건이 더 있습니다."),
    ] {
        let telling = Telling::new(&hotel.profile, language);
        let text = telling.day(range.to, &totals, 14, findings, (&faults, 3));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 6, "{text}");
        assert!(lines[0].starts_with("한강 그랜드 Hangang Grand · "), "{text}");
        assert!(lines[2].starts_with("1. ") && lines[3].starts_with("2. "), "{text}");
        assert!(lines[4].starts_with("– ") && lines[4].contains("203"), "{text}");
        assert_eq!(lines[5], last);
    }
    let quiet = Telling::in_its_language(&hotel.profile);
    assert!(quiet.day(range.to, &totals, 14, &[], (&[], 0)).ends_with("worth a walk."));
}
