//! A room's page: what it is held against, what to do about it, and where else it leads.

use std::collections::BTreeMap;

use roomwatt_domain::{
    ClosedReport, FaultKind, Finding, FindingKind, Profile, SignalFault, Suspect, WastedNights,
};
use roomwatt_page::{Found, Language, Range, RoomPage, Sort};
use roomwatt_presentation::{Baseline, Period};

use crate::document::Document;
use crate::made_up::{Hotel, date, seoul};

fn october(from: &str, to: &str) -> Range {
    Range { from: date(from), to: date(to) }
}

/// A room's page in English, which is compared with the period before.
pub(crate) fn room_page<'a>(
    hotel: &'a Hotel,
    reports: &'a [ClosedReport],
    range: Range,
) -> RoomPage<'a> {
    RoomPage {
        profile: &hotel.profile,
        room: &reports[0].room,
        range,
        baseline: Baseline::Previous,
        period: None,
        sort: Sort::default(),
        reports,
        found: None,
        closed_through: Some(range.to),
        language: Language::English,
        signed_in: false,
        made_at: None,
    }
}

/// The first room of which a device wasted something on the last day, and its reports.
fn wasteful(hotel: &Hotel, range: Range) -> Vec<ClosedReport> {
    let rooms = hotel.rooms().into_iter();
    let mut rooms = rooms.map(|room| hotel.reports_of(&room).cloned().collect::<Vec<_>>());
    let wastes = |reports: &Vec<ClosedReport>| {
        reports.iter().any(|it| it.date == range.to && Suspect::of(it).next().is_some())
    };
    rooms.find(wastes).unwrap()
}

fn found(reports: &[ClosedReport], range: Range) -> Found {
    let report = reports.iter().find(|report| report.date == range.to).unwrap();
    let suspect = Suspect::of(report).next().unwrap();
    let fault = SignalFault {
        kind: FaultKind::Silent,
        room: Some(report.room.clone()),
        device: None,
        count: None,
        since: Some(report.window.start),
    };
    let finding = Finding {
        kind: FindingKind::RunsInEmptyRoom,
        suspect,
        since: report.window.start,
        nights: WastedNights { wasted: 4, exposed: 6 },
    };
    Found { date: range.to, findings: vec![finding], findings_in_all: 1, faults: vec![fault] }
}

#[test]
fn a_room_says_what_to_do_and_is_held_against_the_period_before() {
    let hotel = Hotel::of_rooms(14, 9, october("2026-10-01", "2026-10-14"));
    let range = october("2026-10-08", "2026-10-14");
    let reports = wasteful(&hotel, range);
    let found = found(&reports, range);
    let page = RoomPage {
        period: Period::NAMED.into_iter().find(|period| period.to_string() == "7d"),
        sort: Sort::Name,
        found: Some(&found),
        ..room_page(&hotel, &reports, range)
    };
    let document = Document::parse(&page.render().unwrap());
    let text = document.text();
    for part in [
        "of confirmed waste",
        "Compared with 1–7 Oct 2026.",
        "on 4 of the 6 days when it was empty",
        "silent since",
        "average waste, period before",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(document.with_id("energyWh").unwrap().text().contains(" before"));
    let (links, room) = (document.links(), &reports[0].room);
    for link in [
        // What was chosen is kept.
        "report.html?period=30d&lang=en&sort=name".to_owned(),
        "report.html?period=7d&lang=en&baseline=last-year&sort=name".to_owned(),
        "report.html?period=7d&lang=ko&sort=name".to_owned(),
        "report.html?from=2026-10-01&to=2026-10-07&lang=en&sort=name".to_owned(),
        "report.html?period=7d&lang=en&sort=energy#where".to_owned(),
        "history.html?date=2026-10-14&lang=en".to_owned(),
        format!(
            "../../report.csv?from=2026-10-08&to=2026-10-14&lang=en&rooms={room}&for=spreadsheet"
        ),
        "../../report.html?from=2026-10-08&to=2026-10-14&lang=en".to_owned(),
    ] {
        assert!(links.contains(&link), "{link}: {links:?}");
    }
}

#[test]
fn a_rooms_day_stands_among_the_days_before_it_and_against_what_is_usual() {
    let days = october("2026-09-01", "2026-10-14");
    let hotel = Hotel::of_rooms(3, 9, days);
    let range = Range::day(days.to);
    let room = hotel.rooms().remove(0);
    let held_against = RoomPage::before_a_day(range);
    // Thirteen days lead to it, and of its weekday eight say what is usual.
    assert_eq!(held_against.len(), 13 + 7);
    assert_eq!(RoomPage::before_a_day(days), []);
    let reports: Vec<_> = hotel.reports_of(&room).cloned().collect();
    let page = room_page(&hotel, &reports, range);
    let document = Document::parse(&page.render().unwrap());
    let usual = document.text();
    assert!(usual.contains(" a usual Wednesday."), "{usual}");
    let bars = document.named("title").into_iter().map(|it| it.text());
    let bars: Vec<_> = bars.filter(|text| text.contains(" used, ")).collect();
    assert_eq!(bars.len(), 14);
    assert!(bars[13].starts_with("Wed 14 Oct 2026: "), "{}", bars[13]);
}

#[test]
fn devices_come_by_what_they_wasted_or_by_their_names() {
    let hotel = Hotel::of_rooms(14, 9, october("2026-10-01", "2026-10-14"));
    let range = october("2026-10-01", "2026-10-14");
    let reports = wasteful(&hotel, range);
    let devices = |sort| {
        let page = RoomPage { sort, ..room_page(&hotel, &reports, range) };
        let table = Document::parse(&page.render().unwrap()).table("By device");
        let rows: Vec<_> = table.rows.iter().map(|row| row[0].clone()).collect();
        let figure = |column: &str| {
            let rows = rows.iter().filter(|row| *row != "Total");
            rows.map(|row| table.cell(row, column).parse::<f64>().unwrap()).collect::<Vec<_>>()
        };
        let falls = |column: &str| figure(column).is_sorted_by(|a, b| a >= b);
        (falls("Wasted cost, KRW"), falls("Wasted, kWh"), rows)
    };
    let (by_cost, _, _) = devices(Sort::default());
    let (_, by_energy, _) = devices(Sort::Energy);
    let (_, _, mut names) = devices(Sort::Name);
    names.retain(|name| name != "Total");
    assert!(by_cost && by_energy && names.is_sorted() && names.len() > 1, "{names:?}");
}

#[test]
fn what_has_no_rating_is_not_said_to_waste_little() {
    let range = october("2026-10-01", "2026-10-02");
    let unrated = Profile { ratings: BTreeMap::default(), ..seoul() };
    let hotel = Hotel::of(unrated, 1, 9, range);
    let reports: Vec<_> = hotel.days.iter().map(|day| day.closed.clone()).collect();
    let nothing = Found { date: range.to, findings: vec![], findings_in_all: 0, faults: vec![] };
    let page = RoomPage { found: Some(&nothing), ..room_page(&hotel, &reports, range) };
    let text = Document::parse(&page.render().unwrap()).text();
    assert!(text.contains("No device in use has a rating, so what it wasted"), "{text}");
    assert!(!text.contains("worth a walk"), "{text}");
}

#[test]
fn the_baseline_that_was_chosen_is_kept_where_two_mean_the_same_dates() {
    let hotel = Hotel::of_rooms(1, 9, october("2026-10-01", "2026-10-14"));
    let range = october("2026-10-08", "2026-10-14");
    assert_eq!(Baseline::SameWeekdays.of(range), Baseline::Previous.of(range));
    let reports: Vec<_> = hotel.days.iter().map(|day| day.closed.clone()).collect();
    let page = RoomPage { baseline: Baseline::SameWeekdays, ..room_page(&hotel, &reports, range) };
    let links = Document::parse(&page.render().unwrap()).links();
    let same = "report.html?from=2026-10-08&to=2026-10-14&lang=en";
    assert!(links.contains(same), "{links:?}");
    assert!(!links.contains(&format!("{same}&baseline=same-weekdays")), "{links:?}");
    assert!(links.contains("report.html?period=30d&lang=en&baseline=same-weekdays"), "{links:?}");
}

#[test]
fn a_period_before_without_a_factor_for_each_day_is_not_compared_by_emissions() {
    let days = october("2026-10-01", "2026-10-14");
    let range = october("2026-10-08", "2026-10-14");
    let factors = |text: &str| {
        let profile = seoul();
        let factors = format!(r#"{{"hotelId":"x","timeZone":"Asia/Seoul",{text}}}"#);
        let factors = Profile::parse(&factors).unwrap().emission_factors;
        Hotel::of(Profile { emission_factors: factors, ..profile }, 1, 9, days)
    };
    let co2e = |hotel: &Hotel| {
        let reports: Vec<_> = hotel.days.iter().map(|day| day.closed.clone()).collect();
        let page = room_page(hotel, &reports, range);
        let document = Document::parse(&page.render().unwrap());
        let ids = ["co2eKgPerSoldNight", "co2eKg"];
        ids.into_iter().find_map(|id| document.with_id(id)).unwrap().text()
    };
    let always = co2e(&factors(r#""kgCo2ePerKwh":"0.4""#));
    assert!(always.contains(" before"), "{always}");
    let begun = r#""emissionFactors":[{"from":"2026-10-05","kgCo2ePerKwh":"0.4"}]"#;
    let begun = co2e(&factors(begun));
    assert!(!begun.contains(" before"), "{begun}");
}
