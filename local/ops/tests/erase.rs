//! What `erase` removes of a table in which the functions themselves have written every kind of record.

#[cfg(test)]
mod erase {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;
    use std::time::Duration;

    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::AttributeValue;
    use roomwatt_domain::{BusinessDate, HotelId, Instant, Profile, RoomId};
    use roomwatt_embedded::Deployment;
    use roomwatt_embedded::clock::ReplayClock;
    use roomwatt_embedded::deployment::DEVICE_EVENTS;
    use roomwatt_ops::erase::Erase;
    use roomwatt_store::{Link, Session, SessionKey, TokenHash};
    use serde_json::json;

    type Items = BTreeMap<(String, String), String>;

    /// One is called like a date, and begins as the other does.
    const HOTELS: [&str; 2] = ["1999-05", "1999-05-05"];
    const HOUR: i64 = 3_600_000;
    const TABLE: &str = "roomwatt";

    /// Two hotels over the end of a month, each with everything that a hotel can have.
    async fn two_hotels() -> Deployment {
        let now = instant("2026-10-30T08:00:00Z");
        let clock = Arc::new(ReplayClock::at(now));
        let deployment = Deployment::new(None, Arc::clone(&clock) as _).await.unwrap();
        let store = deployment.store().clone();
        for hotel in HOTELS {
            let id = HotelId::new(hotel).unwrap();
            for price in ["0.1", "0.2"] {
                let text = json!({"hotelId": hotel, "timeZone": "UTC", "pricePerKwh": price});
                let profile = Profile::parse(&text.to_string()).unwrap();
                store.put_profile(&profile, now).await.unwrap();
            }
            store.put_register(&id, "external,room,device,kind\na,1,d,light\n").await.unwrap();
            let expires_at = instant("2026-12-01T00:00:00Z");
            let session = Session { hotels: Some([id.clone()].into()), expires_at };
            let token = |of: &str| TokenHash::of(&format!("{of} {hotel}"));
            let key = SessionKey::signed_in(token("session"));
            store.put_session(&key, &session).await.unwrap();
            let link = Link { hotel: id, expires_at };
            store.put_link(&token("link"), &link).await.unwrap();
            let key = SessionKey::of_link(token("link"), token("session of the link"));
            assert!(store.put_link_session(&token("link"), &key, &session, now).await.unwrap());
        }
        // Four days of two rooms; the last one stays open, and something is refused.
        for hours in 0..96 {
            for (hotel, room) in HOTELS.into_iter().flat_map(|hotel| [(hotel, "1"), (hotel, "2")]) {
                let at = now + hours * HOUR;
                // Every other one is dated long ahead, and refused.
                let at = if hours % 2 == 0 { at } else { at + 1000 * HOUR };
                let event = json!({"eventId": "1", "hotelId": hotel, "roomId": room, "deviceId": "d",
                    "deviceKind": "light", "state": "ON", "occurredAt": at.to_string()});
                deployment.queues().send(DEVICE_EVENTS, event.to_string(), BTreeMap::new());
            }
            deployment.flush().await;
            clock.set(now + (hours + 1) * HOUR);
            deployment.tick().await.unwrap();
            deployment.flush().await;
        }
        deployment
    }

    fn instant(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    async fn items(dynamodb: &Client) -> Items {
        let mut items = Items::new();
        let mut start = None;
        loop {
            let scan = dynamodb.scan().table_name(TABLE).set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            for item in page.items() {
                let text = |name: &str| item[name].as_s().unwrap().clone();
                let others: BTreeMap<&String, &AttributeValue> = item.iter().collect();
                items.insert((text("pk"), text("sk")), format!("{others:?}"));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return items;
            }
        }
    }

    fn erase(dynamodb: &Client, hotel: &str) -> Erase {
        Erase {
            dynamodb: dynamodb.clone(),
            table: TABLE.to_owned(),
            hotel: HotelId::new(hotel).unwrap(),
            room: None,
            from: None,
            to: None,
            wait: Duration::ZERO,
            dry_run: false,
        }
    }

    #[tokio::test]
    async fn of_a_hotel_every_record_of_whatever_kind_goes_and_none_of_another() {
        let deployment = Box::pin(two_hotels()).await;
        let dynamodb = deployment.aws().dynamodb();
        let before = items(&dynamodb).await;
        let erased = erase(&dynamodb, HOTELS[1]).run().await.unwrap();
        let after = items(&dynamodb).await;
        let gone: BTreeSet<_> = before.keys().filter(|key| !after.contains_key(*key)).collect();
        assert_eq!(erased.records.values().sum::<usize>(), gone.len());
        // As much is left of the one as went of the other, byte for byte as it was.
        let kinds = |keys: &mut dyn Iterator<Item = &(String, String)>, hotel: &str| {
            let named =
                keys.map(|(pk, sk)| format!("{pk} {sk}").replacen(&format!("#{hotel}"), "#H", 1));
            named.filter(|name| !name.contains("SESSION#")).collect::<BTreeSet<_>>()
        };
        let left =
            after.keys().filter(|(pk, sk)| !pk.starts_with("HOTELS") || sk.starts_with("HOTEL#"));
        assert_eq!(
            kinds(&mut gone.iter().copied(), HOTELS[1]),
            kinds(&mut left.into_iter(), HOTELS[0])
        );
        assert!(after.iter().all(|(key, item)| before[key] == *item));
        let sessions =
            |items: &Items| items.keys().filter(|(pk, _)| pk.starts_with("SESSION#")).count();
        assert_eq!((sessions(&before), sessions(&after)), (6, 3));
        for (key, item) in &after {
            assert!(!item.contains(HOTELS[1]), "{key:?}: {item}");
        }
        // Whoever adds a kind of record sees here that it is removed, too.
        let kinds: Vec<_> = erased.records.keys().map(String::as_str).collect();
        assert_eq!(
            kinds,
            [
                "CLOSE", "DAY", "HEARD", "HOTELS", "MONTH", "PROFILE", "REGISTER", "REPORT",
                "SESSION", "SUMMARY"
            ]
        );
        let again = erase(&dynamodb, HOTELS[1]).run().await.unwrap();
        assert_eq!(again.records, BTreeMap::new());
    }

    #[tokio::test]
    async fn of_a_room_what_is_of_the_dates_goes_and_what_says_that_a_month_is_summed() {
        let deployment = Box::pin(two_hotels()).await;
        let dynamodb = deployment.aws().dynamodb();
        let before = items(&dynamodb).await;
        let date = |text| Some(BusinessDate::parse(text).unwrap());
        let of_room = Erase {
            room: Some(RoomId::new("1").unwrap()),
            from: date("2026-10-31"),
            to: date("2026-10-31"),
            ..erase(&dynamodb, HOTELS[1])
        };
        of_room.run().await.unwrap();
        let after = items(&dynamodb).await;
        let gone: Vec<_> = before.keys().filter(|key| !after.contains_key(*key)).collect();
        let key = |pk: &str, sk: &str| (pk.to_owned(), sk.to_owned());
        assert_eq!(
            gone,
            [
                &key("DAY#1999-05-05#2026-10-31", "REPORT#1"),
                &key("DAY#1999-05-05#2026-10-31", "SUMMARY#1"),
                &key("HOTEL#1999-05-05", "MONTH#2026-10"),
                &key("MONTH#1999-05-05#2026-10", "ROOM#1"),
            ]
        );
    }
}
