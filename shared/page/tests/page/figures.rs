//! Every figure on a page is the sum over the reports that it was given.

use jiff::ToSpan;
use roomwatt_domain::{
    ClosedReport, Energy, NightSums, Presence, ReportSums, RoomId, RoomStates, Stay, Totals,
};
use roomwatt_page::{DayPage, HotelPage, Language, Lead, Range, Sort};

use crate::document::{Document, Element, Table};
use crate::made_up::{Hotel, MadeDay, date};
use crate::rooms::room_page;

fn october() -> Range {
    Range { from: date("2026-10-01"), to: date("2026-10-31") }
}

fn september() -> Range {
    Range { from: date("2026-09-01"), to: date("2026-09-30") }
}

fn page(hotel: &Hotel, range: Range) -> HotelPage<'_> {
    let closed_through = Some(date("2026-10-31"));
    let mut page =
        HotelPage::new(&hotel.profile, range, september(), closed_through, Language::English);
    hotel.days.iter().for_each(|day| page.add(&day.closed));
    page
}

/// The page of a closed day.
pub(crate) fn day_page<'a>(hotel: &'a Hotel, made: &'a MadeDay, language: Language) -> DayPage<'a> {
    DayPage {
        profile: &hotel.profile,
        room: &made.closed.room,
        day: hotel.profile.calendar.day(made.closed.date).unwrap(),
        report: Some(&made.closed),
        provisional: false,
        opening: &made.opening,
        signals: &made.signals,
        language,
        signed_in: false,
        judged_by: &hotel.profile,
        closed_through: None,
        made_at: None,
    }
}

fn sum<'a>(reports: impl Iterator<Item = &'a ClosedReport>) -> Totals {
    reports.map(|closed| closed.report.totals()).sum()
}

/// The confirmed waste of unsold rooms.
fn unsold_waste<'a>(reports: impl Iterator<Item = &'a ClosedReport>) -> Energy {
    reports.map(|closed| closed.report.confirmed_waste()[1].energy).sum()
}

/// Each figure of the row, against the totals it has to show.
fn assert_row(table: &Table, row: &str, totals: &Totals) {
    let wh = |energy: roomwatt_domain::Energy| energy.watt_hours().to_string();
    let amount = |charge: Option<roomwatt_domain::Charge>| charge.unwrap().amount().to_string();
    let expected = [
        ("Energy, kWh", wh(totals.energy)),
        ("Wasted, kWh", wh(totals.confirmed_waste_energy())),
        ("Cost, KRW", amount(totals.cost)),
        ("Wasted cost, KRW", amount(totals.confirmed_waste_cost())),
        ("CO₂e, kg", amount(totals.co2e)),
        ("Use, h", totals.usage.to_string()),
        ("Wasted use, h", totals.confirmed_waste().to_string()),
        ("Unconfirmed, h", totals.quality.unconfirmed.to_string()),
        ("Missing “off”", totals.quality.missing_ends.to_string()),
        ("Missing “on”", totals.quality.missing_starts.to_string()),
    ];
    for (column, figure) in expected {
        assert_eq!(table.cell(row, column), figure, "{row}: {column}");
    }
}

#[test]
fn the_hotels_cards_tables_and_facts_are_sums_over_its_reports() {
    let hotel = Hotel::of_rooms(14, 9, october());
    let document = Document::parse(&page(&hotel, october()).render().unwrap());
    let all = sum(hotel.days.iter().map(|day| &day.closed));

    let card = |id: &str| document.with_id(id).unwrap().value().unwrap();
    assert_eq!(card("energyWh"), all.energy.watt_hours().to_string());
    assert_eq!(card("cost"), all.cost.unwrap().amount().to_string());
    assert_eq!(card("co2eKg"), all.co2e.unwrap().amount().to_string());
    assert_eq!(card("missingEnds"), all.quality.missing_ends.to_string());
    assert_eq!(card("missingStarts"), all.quality.missing_starts.to_string());
    assert_eq!(card("unconfirmedMs"), all.quality.unconfirmed.to_string());
    assert_eq!(card("assumedMs"), all.assumed.to_string());
    assert_eq!(card("assumedWasteMs"), all.assumed_waste.to_string());
    assert_eq!(card("unratedMs"), all.unrated.to_string());

    let rooms = document.table("All rooms");
    assert_eq!(rooms.rows.len(), 15);
    assert_row(&rooms, "Total", &all);
    let certain = unsold_waste(hotel.days.iter().map(|day| &day.closed));
    assert_eq!(rooms.cell("Total", "of it unsold, kWh"), certain.watt_hours().to_string());
    assert_eq!(rooms.cell("Total", "up to, kWh"), all.waste_energy.watt_hours().to_string());
    for room in hotel.rooms() {
        assert_row(&rooms, room.as_str(), &sum(hotel.reports_of(&room)));
    }

    let days = document.table("Used and wasted, in figures");
    assert_eq!(days.rows.len(), 32);
    assert_row(&days, "Total", &all);
    let on =
        |text| sum(hotel.days.iter().map(|day| &day.closed).filter(|day| day.date == date(text)));
    assert_row(&days, "Wed 14 Oct 2026", &on("2026-10-14"));
    assert_row(&days, "Sat 31 Oct 2026", &on("2026-10-31"));

    let kinds = document.table("All device kinds");
    assert_row(&kinds, "Total", &all);
    let light = hotel.days.iter().map(|day| &day.closed.report).map(|report| {
        let lights = report.devices.iter().filter(|device| device.device.kind.as_str() == "light");
        Totals::over(lights, report.pricing)
    });
    assert_row(&kinds, "light", &light.sum());
}

#[test]
fn the_ten_rooms_that_waste_most_in_an_empty_hour_come_in_that_order() {
    let hotel = Hotel::of_rooms(14, 9, october());
    let document = Document::parse(&page(&hotel, october()).render().unwrap());
    let exposure = |reports: Vec<&ClosedReport>| {
        let cell =
            |report: &ClosedReport, stay| report.report.occupancy.cell(stay, Presence::Vacant);
        let vacant = |report| Stay::ALL.map(|stay| cell(report, stay)).iter().sum::<i64>();
        let empty: i64 = reports.iter().map(|report| vacant(report)).sum();
        (sum(reports.into_iter()).confirmed_waste_energy().exact(), i128::from(empty))
    };
    let (wasted, empty) = exposure(hotel.days.iter().map(|day| &day.closed).collect());
    // Fractions over the hotel's empty time, compared crosswise.
    let day = 24 * 3_600_000;
    let rank = |room: &RoomId| {
        let (of_room, empty_room) = exposure(hotel.reports_of(room).collect());
        (of_room * empty + day * wasted, empty_room + day)
    };
    let mut rooms: Vec<_> = hotel.rooms().into_iter().map(|room| (rank(&room), room)).collect();
    rooms.sort_by_key(|((above, below), _)| std::cmp::Reverse(above / below));
    let worst = document.table("Rooms that waste most");
    assert_eq!(worst.rows.len(), 10);
    for ((_, room), row) in rooms.iter().zip(&worst.rows) {
        assert_eq!(row[0], room.as_str());
        let cost = sum(hotel.reports_of(room)).confirmed_waste_cost().unwrap();
        assert_eq!(row[1], cost.amount().to_string());
    }
}

#[test]
fn reports_in_any_order_make_the_same_page_and_other_days_are_left_out() {
    let hotel = Hotel::of_rooms(4, 9, october());
    let range = Range { from: date("2026-10-05"), to: date("2026-10-11") };
    let in_order = page(&hotel, range).render().unwrap();
    let mut backwards = hotel.clone();
    backwards.days.reverse();
    assert_eq!(in_order, page(&backwards, range).render().unwrap());
    let within = hotel.days.iter().map(|day| &day.closed).filter(|day| range.contains(day.date));
    let energy = Document::parse(&in_order).with_id("energyWh").unwrap().value().unwrap();
    assert_eq!(energy, sum(within).energy.watt_hours().to_string());
}

#[test]
fn many_rooms_are_folded_into_a_row_of_averages_and_still_listed() {
    let hotel = Hotel::of_rooms(45, 9, Range { from: date("2026-10-05"), to: date("2026-10-06") });
    let range = Range { from: date("2026-10-05"), to: date("2026-10-06") };
    let document = Document::parse(&page(&hotel, range).render().unwrap());
    let heat = document.table("Waste by room and day");
    assert_eq!(heat.rows.len(), 41);
    assert_eq!(heat.rows[40][0], "the other 5 rooms, average");
    assert!(document.text().contains("The 40 of 45 rooms that waste most"));
    assert_eq!(document.table("All rooms").rows.len(), 46);

    let waste = |room: &RoomId, day| {
        let reports = hotel.reports_of(room).filter(|closed| closed.date == date(day));
        sum(reports).confirmed_waste_energy().exact()
    };
    let mut rooms = hotel.rooms();
    rooms.sort_by_key(|room| {
        std::cmp::Reverse(waste(room, "2026-10-05") + waste(room, "2026-10-06"))
    });
    let average = rooms[40..].iter().map(|room| waste(room, "2026-10-05")).sum::<i128>() / 5;
    let tenths = roomwatt_domain::Rounded::<1>::of(average, 3_600_000_000_000);
    assert_eq!(heat.rows[40][1], tenths.to_string());
}

#[test]
fn as_many_room_days_are_compared_as_sums_and_others_per_room_day() {
    let hotel = Hotel::of_rooms(1, 9, Range { from: date("2026-10-05"), to: date("2026-10-06") });
    let range = Range { from: date("2026-10-05"), to: date("2026-10-06") };
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    let mut same = page(&hotel, range);
    same.add_baseline(date("2026-09-02"), 2, &all, &NightSums::default());
    same.add_baseline(date("2026-10-02"), 9, &all, &NightSums::default());
    let same = Document::parse(&same.render().unwrap()).with_id("energyWh").unwrap().text();
    assert!(same.contains("(±0.0%)") && !same.contains("per room-day"), "{same}");

    let mut half = page(&hotel, range);
    half.add_baseline(date("2026-09-02"), 1, &all, &NightSums::default());
    let document = Document::parse(&half.render().unwrap());
    let text = document.with_id("energyWh").unwrap().text();
    assert!(text.contains("per room-day (−50.0%)"), "{text}");
    assert!(document.text().contains("2 room-days now, 1 before"));
}

#[test]
fn nothing_before_is_said_in_words_and_a_zero_has_no_percentage() {
    let hotel = Hotel::of_rooms(1, 9, Range { from: date("2026-10-05"), to: date("2026-10-06") });
    let range = Range { from: date("2026-10-05"), to: date("2026-10-06") };
    let nothing = Document::parse(&page(&hotel, range).render().unwrap()).text();
    assert!(nothing.contains("Nothing to compare with"), "{nothing}");
    let mut zero = page(&hotel, range);
    zero.add_baseline(date("2026-09-02"), 2, &Totals::default(), &NightSums::default());
    let zero = Document::parse(&zero.render().unwrap());
    let energy = zero.with_id("energyWh").unwrap().text();
    assert!(energy.contains("no percentage: 0 before"), "{energy}");
    // There was no price then: a cost of nothing would be made up.
    assert!(!zero.with_id("cost").unwrap().text().contains("before"));
}

#[test]
fn a_rooms_days_and_devices_add_up() {
    let hotel = Hotel::of_rooms(2, 9, october());
    let room = hotel.rooms().remove(1);
    let reports: Vec<_> = hotel.reports_of(&room).cloned().collect();
    let page = room_page(&hotel, &reports, october());
    let document = Document::parse(&page.render().unwrap());
    let days = document.table("Each day in figures");
    assert_row(&days, "Total", &sum(reports.iter()));
    for closed in &reports {
        let link = format!("history.html?date={}&lang=en", closed.date);
        assert!(document.links().contains(&link), "{link}");
    }
    assert_row(&days, "Wed 14 Oct 2026", &reports[13].report.totals());
    assert_row(&document.table("Devices"), "Total", &sum(reports.iter()));
}

#[test]
fn a_days_intervals_add_up_to_its_report() {
    let (rated, metered) = (Hotel::of_rooms(12, 9, october()), Hotel::metered(4, 9, october()));
    for (hotel, made) in
        [&rated, &metered].into_iter().flat_map(|it| it.days.iter().map(move |day| (it, day)))
    {
        let page = day_page(hotel, made, Language::English);
        let html = page.render().unwrap();
        // Said where the time line and the report disagree.
        assert!(!html.contains("today’s settings"), "{} {}", made.closed.room, made.closed.date);
        if made.closed.date != date("2026-10-14") {
            continue;
        }
        let document = Document::parse(&html);
        let report = document.table("The day’s report");
        let totals = made.closed.report.totals();
        // Beside the text stands what fits there, with the same figures.
        let few = document.table("By device and state");
        assert!(few.columns.len() <= 10 && few.rows.len() == report.rows.len());
        assert_eq!(few.cell("Total", "Wasted, kWh"), report.cell("Total", "Wasted, kWh"));
        assert_row(&report, "Total", &totals);
        if let Some(measured) = totals.measured {
            let standby = measured.standby.watt_hours().to_string();
            assert_eq!(report.cell("Total", "Standby, kWh"), standby);
        }
        let intervals = document.table("Intervals");
        for device in &made.closed.report.devices {
            for usage in &device.usage {
                let kind = device.device.kind.as_str().replace("tv", "TV");
                let name = format!("{} ({kind})", device.device.id);
                let state = match usage.state.as_str() {
                    "ON" => "on",
                    "COOL" => "cooling",
                    "HEAT" => "heating",
                    "FAN" => "fan",
                    other => other,
                };
                let of_state = |at: usize| -> i64 {
                    let rows = intervals.rows.iter();
                    let rows = rows.filter(|row| row[0] == name && row[1] == state);
                    rows.map(|row| row[at].parse::<i64>().unwrap()).sum()
                };
                assert_eq!(of_state(4), usage.duration());
                let waste = |cells| roomwatt_domain::Waste::of(cells, usage.avoidable).waste;
                let assumed = waste(&usage.assumed);
                assert_eq!(of_state(5), waste(&usage.during) - assumed);
                assert_eq!(of_state(6), assumed);
            }
        }
    }
}

#[test]
fn other_settings_than_the_days_own_are_said() {
    let mut hotel =
        Hotel::of_rooms(1, 9, Range { from: date("2026-10-05"), to: date("2026-10-05") });
    hotel.profile.vacancy_delay_minutes = 60;
    let made = &hotel.days[0];
    assert_ne!(made.opening, made.closed.report.closing());
    let page =
        DayPage { opening: &RoomStates::default(), ..day_page(&hotel, made, Language::English) };
    assert!(page.render().unwrap().contains("today’s settings"));
}

/// The page of Busan's rooms, whose tariff begins on 3 October.
fn metered_page(hotel: &Hotel, range: Range) -> Document {
    Document::parse(&page(hotel, range).render().unwrap())
}

#[test]
fn measured_standby_and_unplaced_energy_are_told_apart_and_meters_are_in_no_sum() {
    let hotel = Hotel::metered(3, 9, october());
    let document = metered_page(&hotel, october());
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    let measured = all.measured.unwrap();
    let wh = |energy: Energy| energy.watt_hours().to_string();
    let rooms = document.table("All rooms");
    assert_row(&rooms, "Total", &all);
    assert_eq!(rooms.cell("Total", "Standby, kWh"), wh(measured.standby));
    assert_eq!(rooms.cell("Total", "Unplaced, kWh"), wh(measured.unplaced));
    assert_eq!(document.with_id("unplacedWh").unwrap().value().unwrap(), wh(measured.unplaced));
    let energy = document.with_id("energyWh").unwrap();
    assert_eq!(energy.value().unwrap(), wh(all.energy));
    let text = energy.text();
    for part in ["of use measured", "by rating", "standby", "unplaced", "per sold night"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let meters = document.table("Meters, apart");
    assert_eq!(meters.rows.len(), 3);
    let of_room = |room: &RoomId| -> Energy {
        let reports = hotel.reports_of(room).flat_map(|closed| &closed.report.meters);
        reports.map(roomwatt_domain::MeterReport::energy).sum()
    };
    for room in hotel.rooms() {
        assert_eq!(meters.cell(room.as_str(), "Energy, kWh"), wh(of_room(&room)));
    }
}

#[test]
fn waste_is_the_confirmed_one_and_beside_it_stands_how_far_it_goes() {
    let hotel = Hotel::metered(3, 9, october());
    let document = metered_page(&hotel, october());
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    assert!(all.assumed_waste_energy > Energy::default());
    // Some days have no price, so it is energy.
    let card = document.with_id("wasted").unwrap();
    let text = card.text();
    assert!(text.contains("up to") && text.contains("with assumed use"), "{text}");
    let wasted = all.confirmed_waste_energy();
    assert_eq!(card.value().unwrap(), wasted.watt_hours().to_string());
    let share = roomwatt_domain::Rounded::<1>::of(wasted.exact() * 100, all.energy.exact());
    assert!(text.contains(&format!("{share}% of all")), "{text}");
    let rooms = document.table("All rooms");
    let (energy, cost) = (all.waste_energy.watt_hours(), all.waste_cost.unwrap().amount());
    assert_eq!(rooms.cell("Total", "up to, kWh"), energy.to_string());
    assert_eq!(rooms.cell("Total", "up to, KRW"), cost.to_string());
    assert_eq!(rooms.cell("Total", "up to, h"), all.waste.waste.to_string());
}

#[test]
fn energy_from_before_the_first_tariff_is_said() {
    let hotel = Hotel::metered(2, 9, october());
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    let document = metered_page(&hotel, october());
    let unpriced = all.unpriced.unwrap().watt_hours().to_string();
    assert_eq!(document.with_id("unpricedWh").unwrap().value().unwrap(), unpriced);
    assert_eq!(document.table("All rooms").cell("Total", "Unpriced, kWh"), unpriced);
    let text = document.with_id("costPerSoldNight").unwrap().text();
    assert!(text.contains("from before the first tariff"), "{text}");
    let before = Range { from: date("2026-10-01"), to: date("2026-10-02") };
    let text = metered_page(&hotel, before).with_id("cost").unwrap().text();
    assert!(text.contains("Before the first tariff"), "{text}");
}

#[test]
fn nights_are_counted_and_figures_per_sold_night_are_shown() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let document = Document::parse(&page(&hotel, october()).render().unwrap());
    let mut nights = roomwatt_domain::NightSums::default();
    for day in &hotel.days {
        let report = &day.closed.report;
        nights += roomwatt_domain::NightSums::of(report.night(), &report.totals());
    }
    let (sold, unsold) = (nights.nights.sold, nights.nights.unsold);
    let fact = format!("{sold} of {} nights sold", sold + unsold);
    assert!(document.text().contains(&fact), "{fact}");
    for id in ["energyWh", "costPerSoldNight", "co2eKgPerSoldNight"] {
        assert!(document.with_id(id).unwrap().text().contains("per sold night"), "{id}");
    }
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    let night = nights.per_sold_night(&all).unwrap();
    let value = |id: &str| document.with_id(id).unwrap().value().unwrap();
    assert_eq!(value("costPerSoldNight"), night.cost.unwrap().to_string());
    assert_eq!(value("co2eKgPerSoldNight"), night.co2e.unwrap().to_string());
    assert_eq!(value("cost"), all.cost.unwrap().amount().to_string());
}

#[test]
fn the_parts_of_the_waste_add_up_to_it() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let document = Document::parse(&page(&hotel, october()).render().unwrap());
    let all = sum(hotel.days.iter().map(|day| &day.closed));
    let why = document.table("Confirmed waste by the room’s state");
    assert_eq!(why.rows.len(), 3);
    let mut parts = [roomwatt_domain::ConfirmedWaste::default(); 3];
    for day in &hotel.days {
        for (part, waste) in parts.iter_mut().zip(day.closed.report.confirmed_waste()) {
            *part += waste;
        }
    }
    let names = ["Checked in, nobody there", "Room not sold", "Stay unknown"];
    for (name, part) in names.into_iter().zip(parts) {
        assert_eq!(why.cell(name, "Wasted, kWh"), part.energy.watt_hours().to_string());
        assert_eq!(why.cell(name, "Wasted, KRW"), part.cost.unwrap().amount().to_string());
    }
    assert_eq!(parts.iter().map(|part| part.energy).sum::<Energy>(), all.confirmed_waste_energy());
}

#[test]
fn rooms_and_devices_come_in_the_order_that_is_asked_for() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let sorted = |sort: Sort| {
        let mut page = page(&hotel, october());
        page.sort_by(sort);
        Document::parse(&page.render().unwrap())
    };
    let heads = |document: &Document, table: &str| -> Vec<String> {
        document.table(table).rows.iter().map(|row| row[0].clone()).collect()
    };
    let names = heads(&sorted(Sort::Name), "Rooms that waste most");
    assert!(names.len() > 2 && names.is_sorted(), "{names:?}");
    for (sort, column) in [(Sort::Cost, "Wasted, KRW"), (Sort::Energy, "Wasted, kWh")] {
        let document = sorted(sort);
        for table in ["Rooms that waste most", "Devices that waste most"] {
            let figures: Vec<f64> = heads(&document, table)
                .iter()
                .map(|row| document.table(table).cell(row, column).parse().unwrap())
                .collect();
            assert!(figures.len() > 2 && figures.is_sorted_by(|a, b| a >= b), "{figures:?}");
        }
    }
    // Each order leads to the others, and says which it is.
    let document = sorted(Sort::Energy);
    let links: Vec<_> = document
        .named("a")
        .into_iter()
        .filter_map(|link| link.attribute("href").filter(|href| href.ends_with("#where")))
        .collect();
    assert_eq!(links.len(), 3);
    assert!(links.iter().all(|href| !href.contains("sort=energy")), "{links:?}");
}

#[test]
fn a_day_stands_among_the_thirteen_before_it() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let last = Range::day(october().to);
    let mut page = page(&hotel, last);
    let lead = |days: i64| {
        let date = roomwatt_domain::BusinessDate::new(last.to.civil() - days.days()).unwrap();
        Lead { date, sums: ReportSums::of(&hotel.days[0].closed) }
    };
    page.lead_in((1..=56).rev().map(lead).collect());
    let document = Document::parse(&page.render().unwrap());
    let bars: Vec<_> =
        document.named("title").into_iter().filter(|it| it.text().contains(" used, ")).collect();
    assert_eq!(bars.len(), 14);
    assert!(bars[13].text().starts_with("Sat 31 Oct 2026: "), "{}", bars[13].text());
    let marked = document.named("rect").into_iter();
    assert_eq!(marked.filter(|it| it.attribute("class").as_deref() == Some("current")).count(), 1);
}

#[test]
fn a_day_shows_its_hours() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let last = Range::day(october().to);
    let totals = sum(hotel.days.iter().map(|day| &day.closed));
    let hours = (0..24).map(|hour| if hour == 9 { totals } else { Totals::default() });
    for (language, trend) in [
        (Language::English, "Most was wasted from 09:00 to 10:00: KRW"),
        (Language::Korean, "낭비가 가장 많은 시간: 09:00~10:00 ("),
    ] {
        let mut page = HotelPage::new(&hotel.profile, last, last, Some(last.to), language);
        hotel.days.iter().for_each(|day| page.add(&day.closed));
        page.hours(hours.clone().collect());
        let document = Document::parse(&page.render().unwrap());
        let headings = document.named("h2");
        let headings: Vec<_> = headings.iter().map(Element::text).collect();
        assert!(headings.iter().any(|it| it.starts_with(trend)), "{headings:?}");
        let bars = document.named("title").into_iter().map(|it| it.text());
        let bars: Vec<_> = bars.filter(|text| text.contains(":00–")).collect();
        assert_eq!(bars.len(), 24);
        assert!(bars[9].starts_with("09:00–10:00: ") && bars[23].starts_with("23:00–00:00: "));
    }
}

#[test]
fn a_doubt_leads_to_the_rooms_that_it_comes_from() {
    let hotel = Hotel::of_rooms(5, 9, october());
    let document = Document::parse(&page(&hotel, october()).render().unwrap());
    let mut by_room: Vec<_> = hotel
        .rooms()
        .into_iter()
        .map(|room| (sum(hotel.reports_of(&room)).quality.missing_ends, room))
        .filter(|(ends, _)| *ends > 0)
        .collect();
    by_room.sort_by_key(|(ends, room)| (std::cmp::Reverse(*ends), room.clone()));
    let fact = document.with_id("missingEnds").unwrap();
    let linked: Vec<_> = fact.named("a").iter().map(Element::text).collect();
    let expected: Vec<_> = by_room.iter().map(|(_, room)| room.to_string()).collect();
    assert!(!expected.is_empty());
    assert_eq!(linked, expected[..expected.len().min(5)]);
}

#[test]
fn kinds_without_a_rating_and_ratings_without_a_device_are_named() {
    let hotel = Hotel::metered(8, 9, october());
    let document = metered_page(&hotel, october());
    let named = |id: &str| document.with_id(id).unwrap().named("data")[0].text();
    assert_eq!(named("unratedKinds"), "dehumidifier, tv");
    assert_eq!(named("ratedInVain"), "jacuzzi");
    // A page of one day tells the same: what counts is when a kind was last heard, up to 14 days ago.
    let last = Range { from: october().to, to: october().to };
    let document = metered_page(&hotel, last);
    assert_eq!(document.with_id("ratedInVain").unwrap().named("data")[0].text(), "jacuzzi");
    // A kind that is rated, and still stands in no event of the days in question.
    let mut silent = hotel.clone();
    silent.profile.ratings.retain(|kind, _| kind.as_str() == "light");
    let document = metered_page(&silent, october());
    assert!(document.with_id("ratedInVain").is_none());
}

#[test]
fn a_days_readings_are_listed_with_what_became_of_them() {
    let hotel = Hotel::metered(1, 9, Range { from: date("2026-10-13"), to: date("2026-10-14") });
    let made = &hotel.days[1];
    let page = day_page(&hotel, made, Language::English);
    let document = Document::parse(&page.render().unwrap());
    let read: usize = made.signals.iter().map(|signal| signal.readings.len()).sum();
    assert_eq!(document.table("Readings, as reported").rows.len(), read);
    let increments = document.table("What counters went on by");
    let gaps = increments.rows.iter().filter(|row| row[3].contains("unplaced")).count();
    assert_eq!(gaps, 1);
    assert_eq!(document.table("Meters, apart").rows.len(), 1);
    // A meter has no state, so it has no strip.
    let strips = document.named("svg");
    let names = strips.iter().filter_map(|strip| strip.attribute("aria-label"));
    assert!(names.clone().any(|name| name.contains("ac-1")));
    assert!(!names.into_iter().any(|name| name.contains("circuit-1")));
}
