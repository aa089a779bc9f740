//! Budgets: what each step consumes, by what the table's answers say.

use roomwatt_domain::{BusinessDay, Fact, Pricing, Profile, Totals};
use roomwatt_store::{
    AddOutcome, Consumed, FencedOutcome, HotelDay, PutOutcome, Seal, SealOutcome, Store,
    StoredReport, Summary, item_size,
};

use crate::endpoint::{Table, all, metered};
use crate::hotel_days::enormous;
use crate::lakeside::{
    TODAY, TOMORROW, added_up, closed, closed_by, date, day, days, hotel, lamp_on, now, profile,
    profile_in_time, profile_with, quarterly, room, usual,
};

async fn add(store: &Store, day: &BusinessDay, told: &[Fact], seal: Seal) -> AddOutcome {
    store.add(&hotel(), day, &room("203"), told, seal).await.unwrap()
}

async fn known(store: &Store, day: &BusinessDay) -> Summary {
    store.summary(&hotel(), day, &room("203"), now()).await.unwrap()
}

fn units(write_units: f64, read_units: f64, requests: u64) -> Consumed {
    Consumed { write_units, read_units, requests, refused_conditions: 0 }
}

#[tokio::test]
async fn the_events_of_a_room_day_are_one_write_unit_together_and_no_read() {
    let (table, day) = (Table::new().await, day(TODAY));
    for k in [1, 10, 60] {
        let told = usual(&day, k);
        let (added, consumed) =
            metered(&table.store, async |store| add(store, &day, &told, Seal::Respect).await).await;
        assert_eq!(added, AddOutcome::Added);
        table.assert_consumed(consumed, units(1.0, 0.0, 1));
    }
}

#[tokio::test]
async fn functions_at_once_pay_one_unit_each_and_no_condition_fails() {
    let (table, day) = (Table::new().await, day(TODAY));
    let functions = usual(&day, 60).chunks(6).map(<[_]>::to_vec).collect::<Vec<_>>();
    let functions = functions.into_iter().map(|batch| {
        let store = table.store.clone();
        async move { add(&store, &day, &batch, Seal::Respect).await }
    });
    assert_eq!(table.at_once(functions).await, [AddOutcome::Added; 10]);
    table.assert_consumed(table.meter().consumed(), units(10.0, 0.0, 10));
}

/// However many transitions a room has on a day, a write is charged for one part; only every new
/// part costs a unit more, once.
#[tokio::test]
async fn a_busy_room_is_about_one_unit_a_write() {
    let (table, day) = (Table::new().await, day(TODAY));
    let rooms = [(100, 100.0), (2_000, 2_000.0 * 1.02), (5_000, 5_000.0 * 1.02)];
    // Without units a writer begins no further part, and what it writes grows with each write.
    let rooms = if table.makes_units_up() { &rooms[..1] } else { &rooms };
    for &(transitions, most) in rooms {
        let store = table.store.metered_apart();
        let room = room(&format!("r{transitions}"));
        for transition in usual(&day, transitions) {
            let added = store.add(&hotel(), &day, &room, [&transition], Seal::Respect).await;
            assert_eq!(added.unwrap(), AddOutcome::Added);
        }
        let consumed = store.meter().consumed();
        assert!(consumed.write_units <= most, "{transitions}: {consumed:?}");
        assert!((consumed.read_units, consumed.refused_conditions) == (0.0, 0), "{consumed:?}");
    }
}

#[tokio::test]
async fn a_refused_write_is_metered_by_what_it_found() {
    let (table, day) = (Table::new().await, day(TODAY));
    for transitions in [1, 300, 900] {
        let told = usual(&day, transitions);
        add(&table.store, &day, &told, Seal::Pass).await;
        let (_, written) =
            metered(&table.store, async |store| add(store, &day, &told[..1], Seal::Pass).await)
                .await;
        let read = known(&table.store, &day).await;
        table.store.seal_summary(&hotel(), &day, &read, 1).await.unwrap();
        let (refused, consumed) =
            metered(&table.store, async |store| add(store, &day, &told[..1], Seal::Respect).await)
                .await;
        assert_eq!(refused, AddOutcome::Sealed);
        table.assert_consumed(consumed, Consumed { refused_conditions: 1, ..written });
    }
}

#[tokio::test]
async fn a_refused_write_that_found_nothing_is_one_unit() {
    let table = Table::new().await;
    let store = &table.store;
    let ((), consumed) = metered(store, async |store| {
        store.settle_report(&hotel(), date(TODAY), &room("203"), 1).await.unwrap();
    })
    .await;
    table.assert_consumed(consumed, Consumed { refused_conditions: 1, ..units(1.0, 0.0, 1) });
}

#[tokio::test]
async fn closing_a_room_day_of_100_transitions_stays_within_5_write_and_2_read_units() {
    let (table, today, tomorrow) = (Table::new().await, day(TODAY), day(TOMORROW));
    let told = usual(&tomorrow, 100);
    table
        .store
        .put_report(&hotel(), &today, &closed(&room("203"), &today, &usual(&today, 100)))
        .await
        .unwrap();
    add(&table.store, &tomorrow, &told, Seal::Respect).await;
    let ((), consumed) = metered(&table.store, async |store| {
        let before = store.report(&hotel(), today.date, &room("203"), now()).await.unwrap();
        assert!(before.is_some());
        let summary = known(store, &tomorrow).await;
        let sealed = store.seal_summary(&hotel(), &tomorrow, &summary, 1).await.unwrap();
        assert_eq!(sealed, SealOutcome::Sealed);
        let report = closed(&room("203"), &tomorrow, &told);
        let put = store.put_report(&hotel(), &tomorrow, &report).await.unwrap();
        assert_eq!(put, PutOutcome::Put);
    })
    .await;
    assert!(consumed.write_units <= 5.0 && consumed.read_units <= 2.0, "{consumed:?}");
    // What this layout takes: the summary's seal is two, its report one.
    assert!(consumed.write_units <= 3.0, "{consumed:?}");
}

#[tokio::test]
async fn closing_a_quiet_room_is_two_write_units() {
    let (table, day) = (Table::new().await, day(TODAY));
    let ((), consumed) = metered(&table.store, async |store| {
        let summary = Summary::empty(room("203"));
        store.seal_summary(&hotel(), &day, &summary, 1).await.unwrap();
        store.put_report(&hotel(), &day, &closed(&room("203"), &day, &[])).await.unwrap();
    })
    .await;
    table.assert_consumed(consumed, units(2.0, 0.0, 2));
}

#[tokio::test]
async fn single_records_are_read_in_one_unit_and_a_cached_profile_in_half() {
    let (table, day) = (Table::new().await, day(TODAY));
    table.store.put_profile(&profile(), now()).await.unwrap();
    table.store.open_hotel(&profile(), day.date, now()).await.unwrap();
    add(&table.store, &day, &usual(&day, 100), Seal::Respect).await;
    let report = closed(&room("203"), &day, &usual(&day, 100));
    table.store.put_report(&hotel(), &day, &report).await.unwrap();

    let store = &table.store;
    let (_, read) = metered(store, async |store| store.profile(&hotel(), now()).await).await;
    table.assert_consumed(read, units(0.0, 1.0, 1));
    let (_, read) = metered(store, async |store| store.close_state(&hotel(), now()).await).await;
    table.assert_consumed(read, units(0.0, 1.0, 1));
    let (_, read) = metered(store, async |store| known(store, &day).await).await;
    table.assert_consumed(read, units(0.0, 1.0, 1));
    let (_, read) =
        metered(store, async |store| store.report(&hotel(), day.date, &room("203"), now()).await)
            .await;
    table.assert_consumed(read, units(0.0, 1.0, 1));
    let (_, read) = metered(store, async |store| store.profile_lately(&hotel(), now()).await).await;
    table.assert_consumed(read, units(0.0, 0.5, 1));
}

#[tokio::test]
async fn a_month_of_a_rooms_reports_is_one_round_trip_of_at_most_31_read_units() {
    let (table, days) = (Table::new().await, days("2036-10-21", 31));
    for day in &days {
        let report = closed(&room("203"), day, &usual(day, 100));
        table.store.put_report(&hotel(), day, &report).await.unwrap();
    }
    let dates = days.iter().map(|day| day.date);
    let (read, consumed) = metered(&table.store, async |store| {
        store.room_reports(&hotel(), &room("203"), dates, now()).await.unwrap()
    })
    .await;
    assert_eq!((read.len(), consumed.requests), (31, 1));
    assert!(consumed.read_units <= 31.0, "{consumed:?}");
}

#[tokio::test]
async fn a_month_of_a_very_large_hotels_totals_is_one_query_of_at_most_16_read_units() {
    let (table, days) = (Table::new().await, days("2036-10-21", 31));
    for day in &days {
        let put = table.store.put_hotel_day(&hotel(), day, 1, &enormous(day)).await.unwrap();
        assert_eq!(put, FencedOutcome::Done);
    }
    let (read, consumed) = metered(&table.store, async |store| {
        all(store.hotel_days(&hotel(), days[0].date, days[30].date, now())).await
    })
    .await;
    assert_eq!((read.len(), consumed.requests), (31, 1));
    let largest = table.items().await.values().map(item_size).max().unwrap();
    println!("the largest hotel-day: {largest} bytes; 31: {} read units", consumed.read_units);
    assert!(consumed.read_units <= 16.0, "{consumed:?}");
}

/// A usual hotel of 300 rooms, half of them with metered devices, with prices that change.
fn three_hundred_rooms(day: &BusinessDay) -> HotelDay {
    let profile = profile_in_time();
    let rated = closed_by(&profile, &room("203"), day, &usual(day, 100));
    let facts = [usual(day, 100), quarterly(day)].concat();
    let read = closed_by(&profile, &room("204"), day, &facts);
    let reports = [rated.closed.report, read.closed.report];
    added_up(day.date, reports.iter().cycle().take(300))
}

#[tokio::test]
async fn a_month_of_300_rooms_totals_is_one_query_of_at_most_16_read_units() {
    let (table, days) = (Table::new().await, days("2036-10-21", 31));
    for day in &days {
        let totals = three_hundred_rooms(day);
        table.store.put_hotel_day(&hotel(), day, 1, &totals).await.unwrap();
    }
    let largest = table.items().await.values().map(item_size).max().unwrap();
    let (read, consumed) = metered(&table.store, async |store| {
        all(store.hotel_days(&hotel(), days[0].date, days[30].date, now())).await
    })
    .await;
    assert_eq!((read.len(), consumed.requests), (31, 1));
    println!("a hotel-day of 300 rooms: {largest} bytes; 31: {} read units", consumed.read_units);
    assert!(consumed.read_units <= 16.0, "{consumed:?}");
}

#[tokio::test]
async fn a_day_of_300_rooms_is_one_query_bounded_by_the_stored_size() {
    let (table, day) = (Table::new().await, day(TODAY));
    let writers = (0..300).map(|number| {
        let (store, room) = (table.store.clone(), room(&number.to_string()));
        let report = closed(&room, &day, &usual(&day, 100));
        async move { store.put_report(&hotel(), &day, &report).await.unwrap() }
    });
    assert_eq!(table.at_once(writers).await, [PutOutcome::Put; 300]);
    let stored = table.store.meter().consumed().write_units;
    let (read, consumed) = metered(&table.store, async |store| {
        all(store.reports(&hotel(), day.date, None, now())).await
    })
    .await;
    assert_eq!((read.len(), consumed.requests), (300, 1));
    // A write unit is 1 KB, a read unit 4 KB.
    assert!(consumed.read_units <= (stored / 4.0).ceil(), "{consumed:?} of {stored} KB");
}

/// The bytes of a report's body and of its whole record.
async fn report_sizes(report: &StoredReport) -> (usize, usize) {
    let (table, day) = (Table::new().await, report.closed.day());
    let put = table.store.put_report(&hotel(), &day, report).await.unwrap();
    assert_eq!(put, PutOutcome::Put);
    let item = table.items().await.into_values().next().unwrap();
    (item["body"].as_b().unwrap().as_ref().len(), item_size(&item))
}

/// A report of ten devices by a profile, made from a usual day and what else is known of it.
fn ten_devices(profile: &Profile, more: Vec<Fact>) -> StoredReport {
    let day = day(TODAY);
    let report = closed_by(profile, &room("203"), &day, &[usual(&day, 100), more].concat());
    assert_eq!(report.closed.report.devices.len(), 10);
    assert_ne!(report.closed.report.totals(), Totals::default());
    // As after some years of a hotel.
    StoredReport { terms: 12, fence: 2_345, writes: 87, ..report }
}

#[tokio::test]
async fn a_usual_report_with_one_price_all_day_is_at_most_one_kilobyte() {
    let report = ten_devices(&profile(), Vec::new());
    assert!(matches!(report.closed.report.pricing, Pricing::Flat(_)));
    let (body, record) = report_sizes(&report).await;
    println!("a usual report, one price: {body} bytes of body, {record} of record");
    assert!(record <= 1_024, "{record}");
}

#[tokio::test]
async fn a_usual_report_with_prices_that_change_is_at_most_two_kilobytes() {
    let won = profile_with(
        r#", "currency": "KRW", "pricePerKwh": null, "tariffs": [{"from": "2036-01-01",
             "price": "119", "zones": [{"price": "62.7", "hours": ["22:00", "06:00"]},
                                       {"price": "191.4", "hours": ["11:00", "17:00"]}]}]"#,
    );
    for (name, profile) in [("euro", profile_in_time()), ("won", won)] {
        let report = ten_devices(&profile, Vec::new());
        assert!(matches!(report.closed.report.pricing, Pricing::InTime(_)));
        let (body, record) = report_sizes(&report).await;
        println!(
            "a usual report, prices in {name} that change: {body} of body, {record} of record"
        );
        assert!(record <= 2_048, "{name}: {record}");
    }
}

/// What the readings of ten metered devices in every quarter of an hour take. There is no budget
/// for it, but for what each write is charged: one part.
#[tokio::test]
async fn ten_metered_devices_are_about_one_unit_a_write() {
    let (table, day) = (Table::new().await, day(TODAY));
    let readings = quarterly(&day);
    let store = table.store.metered_apart();
    for turn in readings.chunks(10) {
        assert_eq!(add(&store, &day, turn, Seal::Respect).await, AddOutcome::Added);
    }
    let consumed = store.meter().consumed();
    let parts: Vec<_> = table.items().await.values().map(item_size).collect();
    let bytes: usize = parts.iter().sum();
    println!("{} readings, ten a write: {} write units", readings.len(), consumed.write_units);
    println!("their summary: {} parts, {bytes} bytes", parts.len());
    if !table.makes_units_up() {
        assert!(consumed.write_units <= 96.0 * 1.25, "{consumed:?}");
    }
    let (read, reading) = metered(&table.store, async |store| known(store, &day).await).await;
    let (sealed, sealing) = metered(&table.store, async |store| {
        store.seal_summary(&hotel(), &day, &read, 1).await.unwrap()
    })
    .await;
    assert_eq!(sealed, SealOutcome::Sealed);
    let (reading, sealing) = (reading.read_units, sealing.write_units);
    println!("to close it: {reading} read units, {sealing} write units for its seal");
    for (name, profile) in [("one price", profile()), ("prices that change", profile_in_time())] {
        let report = ten_devices(&profile, readings.clone());
        let (body, record) = report_sizes(&report).await;
        println!("their report, {name}: {body} bytes of body, {record} of record");
        assert!(record <= 4_096, "{name}: {record}");
    }
}

#[tokio::test]
async fn the_steps_of_a_close_on_the_hotel_itself_are_one_write_unit_each() {
    let table = Table::new().await;
    let store = &table.store;
    store.put_profile(&profile(), now()).await.unwrap();
    store.open_hotel(&profile(), date(TODAY), now()).await.unwrap();
    let ((), consumed) = metered(store, async |store| {
        store.claim(&hotel(), "one", 1, now(), now() + 1).await.unwrap();
        store.checkpoint(&hotel(), 1, date(TODAY), &room("203"), now() + 1).await.unwrap();
        store.advance(&hotel(), 1, date(TODAY), date(TOMORROW), 1).await.unwrap();
    })
    .await;
    // A claim reads the close state first.
    table.assert_consumed(consumed, units(3.0, 1.0, 4));
}

#[tokio::test]
async fn clones_of_a_store_share_a_meter_and_one_that_is_metered_apart_has_its_own() {
    let (table, day) = (Table::new().await, day(TODAY));
    let apart = table.store.metered_apart();
    add(&table.store.clone(), &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    table.assert_consumed(table.store.meter().consumed(), units(1.0, 0.0, 1));
    assert_eq!(apart.meter().consumed(), Consumed::default());
    add(&apart, &day, &[lamp_on(&day, 1)], Seal::Respect).await;
    table.assert_consumed(apart.meter().consumed(), units(1.0, 0.0, 1));
    let mut sum = Consumed::default();
    sum += table.store.meter().consumed();
    sum += apart.meter().consumed();
    table.assert_consumed(sum - apart.meter().consumed(), units(1.0, 0.0, 1));
}
