//! Many records in few round trips: reports and summaries by their keys.

use roomwatt_store::{Seal, StoredReport};

use crate::endpoint::{Table, metered};
use crate::lakeside::{
    DAY_AFTER, TODAY, TOMORROW, closed, day, days, fold, hotel, lamp_on, now, revised, room,
};

#[tokio::test]
async fn reports_of_rooms_and_dates_come_by_date_and_room() {
    let table = Table::new().await;
    for (date, id) in [(TOMORROW, "203"), (TODAY, "204"), (TODAY, "203"), (TODAY, "205")] {
        let day = day(date);
        table.put_report(&hotel(), &day, &closed(&room(id), &day, &[])).await.unwrap();
    }
    let wanted = [TODAY, TOMORROW, DAY_AFTER].into_iter().flat_map(|date| {
        ["204", "203", "209"].into_iter().map(move |id| (day(date).date, room(id)))
    });
    let (reports, consumed) =
        metered(&table, async |store| store.reports_of(&hotel(), wanted, now()).await.unwrap())
            .await;
    let found: Vec<_> =
        reports.iter().map(|report| (report.date.to_string(), report.room.to_string())).collect();
    let expected = [(TODAY, "203"), (TODAY, "204"), (TOMORROW, "203")];
    assert_eq!(found, expected.map(|(date, id)| (date.to_owned(), id.to_owned())));
    table.assert_one_request(consumed, 4.5);
    assert_eq!(table.reports_of(&hotel(), [], now()).await.unwrap(), []);
}

#[tokio::test]
async fn reports_come_with_what_they_were_made_from() {
    let table = Table::new().await;
    let (today, tomorrow) = (day(TODAY), day(TOMORROW));
    let first = closed(&room("203"), &today, &[lamp_on(&today, 9)]);
    table.put_report(&hotel(), &today, &first).await.unwrap();
    let second = revised(&first, fold(&room("203"), &today, &[lamp_on(&today, 8)]), 7);
    table.revise_report(&hotel(), &today, Some(&first), &second).await.unwrap();
    let other = closed(&room("101"), &tomorrow, &[]);
    let other = StoredReport { terms: 5, fence: 9, writes: 0, ..other };
    table.put_report(&hotel(), &tomorrow, &other).await.unwrap();
    let wanted = [(tomorrow.date, room("101")), (today.date, room("203")), (today.date, room("1"))];
    let (found, consumed) = metered(&table, async |store| {
        store.stored_reports_of(&hotel(), wanted.clone(), now()).await.unwrap()
    })
    .await;
    assert_eq!(found, [second, other]);
    table.assert_one_request(consumed, 1.5);
    let closed: Vec<_> = found.into_iter().map(|stored| stored.closed).collect();
    assert_eq!(table.reports_of(&hotel(), wanted, now()).await.unwrap(), closed);
    assert_eq!(table.stored_reports_of(&hotel(), [], now()).await.unwrap(), []);
}

#[tokio::test]
async fn more_keys_than_a_batch_holds_are_read_in_more_of_them() {
    let (table, days) = (Table::new().await, days("2036-01-01", 250));
    for day in &days {
        table.put_report(&hotel(), day, &closed(&room("203"), day, &[])).await.unwrap();
    }
    let wanted = days.iter().map(|day| (day.date, room("203")));
    let (reports, consumed) = metered(&table, async |store| {
        store.reports_of(&hotel(), wanted, days[0].window.end).await.unwrap()
    })
    .await;
    assert_eq!((reports.len(), consumed.requests), (250, 3));
    assert!(reports.is_sorted_by_key(|report| report.date));
}

#[tokio::test]
async fn summaries_of_rooms_and_days_come_with_their_dates() {
    let table = Table::new().await;
    let (today, tomorrow) = (day(TODAY), day(TOMORROW));
    for (day, id) in [(today, "203"), (tomorrow, "203"), (tomorrow, "204")] {
        let told = [lamp_on(&day, 7)];
        table.add(&hotel(), &day, &room(id), &told, Seal::Respect).await.unwrap();
    }
    let wanted = [(today, room("203")), (tomorrow, room("203")), (today, room("204"))];
    let mut found = table.summaries_of(&hotel(), wanted, now()).await.unwrap();
    found.sort_by_key(|(date, _)| *date);
    let dates: Vec<_> = found.iter().map(|(date, _)| date.to_string()).collect();
    assert_eq!(dates, [TODAY, TOMORROW]);
    for (date, summary) in found {
        let day = day(&date.to_string());
        assert_eq!(summary, table.summary(&hotel(), &day, &room("203"), now()).await.unwrap());
    }
}

#[tokio::test]
async fn what_has_expired_is_not_read() {
    let (table, day) = (Table::new().await, day(TODAY));
    table.put_report(&hotel(), &day, &closed(&room("203"), &day, &[])).await.unwrap();
    let read = async |now| table.reports_of(&hotel(), [(day.date, room("203"))], now).await;
    let mut now = day.window.end;
    while table.keeps_reports(&day, now) {
        now = now + 25 * 24 * 3_600_000;
        assert_eq!(read(now).await.unwrap().is_empty(), !table.keeps_reports(&day, now));
    }
    assert!(!table.keeps_history(&day, now) && table.keeps_history(&day, day.window.end));
}
