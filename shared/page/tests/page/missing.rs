//! What is not there is said, and never a zero.

use roomwatt_domain::{
    BusinessDate, ClosedReport, Energy, Instant, NightSums, Pricing, Profile, RoomId, RoomStates,
};
use roomwatt_page::{Came, DayPage, HotelPage, Language, Range, RoomPage, Sort};
use roomwatt_presentation::Baseline;

use crate::document::Document;
use crate::figures::day_page;
use crate::made_up::{Hotel, date, seoul};

fn hotel_page(hotel: &Hotel, range: Range, closed_through: Option<BusinessDate>) -> Document {
    let mut page = HotelPage::new(&hotel.profile, range, range, closed_through, Language::English);
    hotel.days.iter().for_each(|day| page.add(&day.closed));
    Document::parse(&page.render().unwrap())
}

fn range(from: &str, to: &str) -> Range {
    Range { from: date(from), to: date(to) }
}

#[test]
fn a_hotel_without_any_closed_day_says_so_and_shows_no_figure() {
    let nothing = Hotel { profile: seoul(), days: Vec::new() };
    for language in Language::ALL {
        let october = range("2026-10-01", "2026-10-31");
        let page = HotelPage::new(&nothing.profile, october, october, None, language);
        let document = Document::parse(&page.render().unwrap());
        assert!(document.named("data").is_empty() && document.named("table").is_empty());
    }
    let text = hotel_page(&nothing, range("2026-10-01", "2026-10-31"), None).text();
    assert!(text.contains("No day of this hotel has been closed yet"));
}

#[test]
fn a_hotel_without_reports_says_what_came_of_it() {
    let nothing = Hotel { profile: seoul(), days: Vec::new() };
    let text = |language, came: Came| {
        let october = range("2026-10-01", "2026-10-31");
        let mut page = HotelPage::new(&nothing.profile, october, october, None, language);
        page.nothing_but(came);
        Document::parse(&page.render().unwrap()).text()
    };
    let at = Instant::parse("2026-10-30T05:06:07Z").unwrap();
    let reasons = [("future".to_owned(), 12), ("expired".to_owned(), 1)];
    let came = Came { applied_at: Some(at), refused: Some((at, reasons.into())) };
    let english = text(Language::English, came.clone());
    for said in [
        "Events last came on Fri 30 Oct 2026 14:06 (UTC+09:00).",
        "Events were last refused on Fri 30 Oct 2026 14:06 (UTC+09:00): 1 older than the history that is \
         kept, 12 dated more than five minutes ahead.",
    ] {
        assert!(english.contains(said), "{english}");
    }
    assert!(text(Language::Korean, came).contains("5분 넘게 미래 시각 12건"));
    let english = text(Language::English, Came::default());
    assert!(english.contains("No event of it was taken in yet.") && !english.contains("refused"));
}

#[test]
fn days_without_a_report_are_named_and_have_no_figure() {
    let mut hotel = Hotel::of_rooms(1, 9, range("2026-10-01", "2026-10-08"));
    hotel.days.retain(|day| ![4, 5].contains(&day.closed.date.civil().day()));
    let document = hotel_page(&hotel, range("2026-10-01", "2026-10-12"), Some(date("2026-10-08")));
    let text = document.text();
    assert!(text.contains("not counted as zero: 4–5 Oct 2026."), "{text}");
    assert!(text.contains("not in any figure: 9–12 Oct 2026. Closed through Thu 8 Oct 2026."));
    assert!(text.contains("6 of 12 days with reports"));
    let days = document.table("Used and wasted, in figures");
    assert_eq!(days.cell("Sun 4 Oct 2026", "Energy, kWh"), "–");
    assert_eq!(days.cell("Mon 12 Oct 2026", "Use, h"), "–");
    let heat = document.table("Waste by room and day");
    assert_eq!(heat.rows[0][4], "no report");
    assert_ne!(heat.rows[0][3], "no report");
}

#[test]
fn a_date_that_the_zone_skips_is_not_missing() {
    let profile = Profile::parse(r#"{"hotelId":"apia","timeZone":"Pacific/Apia"}"#).unwrap();
    let days = range("2011-12-29", "2011-12-31");
    let hotel = Hotel::of(profile, 1, 9, days);
    let text = hotel_page(&hotel, days, Some(days.to)).text();
    assert!(text.contains("2 of 2 days with reports"), "{text}");
    assert!(!text.contains("Without any report"));
}

#[test]
fn a_room_without_reports_says_so() {
    let profile = seoul();
    let page = RoomPage {
        profile: &profile,
        room: &RoomId::new("9").unwrap(),
        range: range("2026-10-01", "2026-10-02"),
        baseline: Baseline::default(),
        period: None,
        sort: Sort::default(),
        reports: &[],
        found: None,
        closed_through: Some(date("2026-10-31")),
        language: Language::English,
        signed_in: false,
        made_at: None,
    };
    let document = Document::parse(&page.render().unwrap());
    assert!(document.text().contains("There is no closed report in this period."));
    assert!(document.named("data").is_empty());
}

#[test]
fn without_a_price_there_is_no_money_and_without_ratings_there_is_time() {
    let days = range("2026-10-01", "2026-10-07");
    let unpriced = Profile { prices: None, emission_factors: None, ..seoul() };
    let document = hotel_page(&Hotel::of(unpriced, 2, 9, days), days, Some(days.to));
    assert!(document.with_id("cost").unwrap().text().contains("No price set"));
    assert!(document.with_id("co2eKg").unwrap().text().contains("No emission factor set"));
    assert_eq!(document.table("Rooms that waste most").columns[1], "Wasted, kWh");

    let unrated = Profile { ratings: std::collections::BTreeMap::new(), ..seoul() };
    let document = hotel_page(&Hotel::of(unrated, 2, 9, days), days, Some(days.to));
    for id in ["energyWh", "cost", "co2eKg"] {
        assert!(document.with_id(id).unwrap().text().contains("No device in use has a rating"));
    }
    assert_eq!(document.table("Rooms that waste most").columns[1], "Wasted, h");
}

#[test]
fn a_price_for_some_days_only_is_said_and_does_not_rank() {
    let days = range("2026-10-01", "2026-10-07");
    let mut hotel = Hotel::of_rooms(4, 9, days);
    let worst = "204";
    let document = hotel_page(&hotel, days, Some(days.to));
    assert_eq!(document.table("Rooms that waste most").rows[0][0], worst);
    assert!(document.with_id("unpricedReports").is_none());
    let of_worst = hotel.days.iter_mut().filter(|day| day.closed.room.as_str() == worst);
    of_worst.skip(1).for_each(|day| day.closed.report.pricing = Pricing::default());
    let before = Range { from: date("2026-09-24"), to: date("2026-09-30") };
    let mut page = HotelPage::new(&hotel.profile, days, before, Some(days.to), Language::English);
    for day in &hotel.days {
        page.add(&day.closed);
        page.add_baseline(before.from, 1, &day.closed.report.totals(), &NightSums::default());
    }
    let document = Document::parse(&page.render().unwrap());
    assert!(document.with_id("energyWh").unwrap().text().contains("before"));
    assert!(!document.with_id("cost").unwrap().text().contains("before"));
    assert_eq!(document.table("Rooms that waste most").rows[0][0], worst);
    assert_eq!(document.with_id("unpricedReports").unwrap().value().as_deref(), Some("6"));
    assert_eq!(document.with_id("unfactoredReports").unwrap().value().as_deref(), Some("6"));
}

#[test]
fn days_of_23_and_25_hours_show_every_hour_that_there_was() {
    let profile = Profile::parse(r#"{"hotelId":"b","timeZone":"Europe/Berlin"}"#).unwrap();
    // Two of 23 hours, or four of 25, come before three o'clock.
    for (day, length, third_hour) in
        [("2026-03-29", "23", "8.696%"), ("2026-10-25", "25", "16.000%")]
    {
        let hotel = Hotel::of(profile.clone(), 1, 9, range(day, day));
        let made = &hotel.days[0];
        let page = day_page(&hotel, made, Language::English);
        let document = Document::parse(&page.render().unwrap());
        let note = format!("it lasts {length}\u{a0}h.");
        assert!(document.text().contains(&note), "{}", document.text());
        let labels = document.named("text");
        let clocks = labels.iter().map(|label| (label.text(), label.attribute("x").unwrap()));
        let clocks: Vec<_> = clocks.filter(|(label, _)| label.ends_with(":00")).collect();
        assert_eq!(clocks.len(), 9, "{clocks:?}");
        assert_eq!(clocks[0], ("00:00".to_owned(), "0.000%".to_owned()));
        assert_eq!(clocks[1], ("03:00".to_owned(), third_hour.to_owned()));
        assert_eq!(clocks[8], ("24:00".to_owned(), "100.000%".to_owned()));
        let sum: i64 = document
            .table("Room time")
            .rows
            .iter()
            .flat_map(|row| &row[1..])
            .map(|cell| cell.parse::<i64>().unwrap())
            .sum();
        assert_eq!(sum, length.parse::<i64>().unwrap() * 3_600_000);
    }
}

#[test]
fn a_provisional_day_says_until_when_it_is_known() {
    let hotel = Hotel::of_rooms(1, 9, range("2026-10-14", "2026-10-14"));
    let made = &hotel.days[0];
    let page = DayPage {
        report: None,
        provisional: true,
        opening: &RoomStates::default(),
        signals: &[],
        ..day_page(&hotel, made, Language::English)
    };
    let nothing = Document::parse(&page.render().unwrap());
    assert!(nothing.text().contains("There is no report of this room for this day."));
    let open = DayPage { report: Some(&made.closed), ..page };
    let open = Document::parse(&open.render().unwrap()).text();
    assert!(open.contains("provisional and end at"), "{open}");
}

#[test]
fn revisions_are_explained() {
    let hotel = Hotel::of_rooms(2, 9, range("2026-10-14", "2026-10-14"));
    let made = hotel.days.iter().find(|day| day.closed.revision == 2).unwrap();
    let page = day_page(&hotel, made, Language::English);
    let text = Document::parse(&page.render().unwrap()).text();
    assert!(text.contains(" on Fri 16 Oct 2026 09:00 (UTC+09:00), after late events."), "{text}");
    assert!(text.contains(" revised from "), "{text}");
    // What did not change is not told.
    let mut same = made.closed.clone();
    same.revisions[0].after = same.revisions[0].before;
    let page = DayPage { report: Some(&same), ..page };
    let text = Document::parse(&page.render().unwrap()).text();
    assert!(text.contains("no sum of the day changed") && !text.contains("revised from"), "{text}");
}

#[test]
fn the_largest_figures_there_can_be_are_drawn() {
    let profile = Profile::parse(
        r#"{"hotelId":"h","timeZone":"UTC","currency":"KWD","pricePerKwh":"10000000",
            "kgCo2ePerKwh":"10000000","ratings":{"light":{"ON":10000000},"thermostat":
            {"COOL":10000000,"HEAT":10000000,"FAN":10000000},"minibar":{"ON":10000000}}}"#,
    )
    .unwrap();
    let days = range("2025-10-15", "2026-10-15");
    let hotel = Hotel::of(profile, 3, 9, days);
    let all: Energy = hotel.days.iter().map(|day| day.closed.report.totals().energy).sum();
    let reports: Vec<ClosedReport> = hotel.days.iter().map(|day| day.closed.clone()).collect();
    let mut page = HotelPage::new(&hotel.profile, days, days, Some(days.to), Language::Korean);
    // As much as a thousand rooms have.
    for closed in reports.iter().cycle().take(reports.len() * 333) {
        page.add(closed);
    }
    let document = Document::parse(&page.render().unwrap());
    let shown = document.with_id("energyWh").unwrap().value().unwrap();
    let all = Energy::from_exact(all.exact() * 333);
    assert_eq!(shown, all.watt_hours().to_string());
}
