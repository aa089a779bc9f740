//! The simulated hotel: as many events as asked for, the same every time, in order, and such that
//! functions take them.

#[cfg(test)]
mod simulation {
    use std::collections::{BTreeMap, BTreeSet};

    use roomwatt_cost::simulation::{Event, Hotel, days};
    use roomwatt_domain::{Fact, Measurement};
    use roomwatt_ingest::{EventQueue, edge};

    fn hotel(rooms: u32, devices: u16, events: u32) -> Hotel {
        Hotel::new("hotel-1", rooms, devices, events, 7)
    }

    fn text(hotel: &Hotel, event: &Event) -> String {
        let mut text = String::new();
        hotel.write_event(event, &mut text).unwrap();
        text
    }

    #[test]
    fn a_day_has_exactly_as_many_events_as_asked_for() {
        for (rooms, devices, events) in
            [(1, 1, 1), (1, 8, 2), (3, 8, 7), (7, 4, 100), (50, 8, 200), (2, 100, 5000)]
        {
            let mut hotel = hotel(rooms, devices, events);
            for day in days(3) {
                let count = hotel.day(&day).len();
                assert_eq!(count, (rooms * events) as usize, "{rooms} × {events}");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_days_and_another_gives_others() {
        let (mut one, mut again) = (hotel(20, 8, 60), hotel(20, 8, 60));
        let mut other = Hotel::new("hotel-1", 20, 8, 60, 8);
        let mut before = Vec::new();
        for day in days(3) {
            let events = one.day(&day);
            assert_eq!(events, again.day(&day));
            assert_ne!(events, other.day(&day));
            assert_ne!(events, before);
            before = events;
        }
    }

    #[test]
    fn events_are_in_order_and_within_their_day() {
        for (rooms, events) in [(30, 200), (1, 20_000)] {
            let mut hotel = hotel(rooms, 8, events);
            for day in days(2) {
                let events = hotel.day(&day);
                assert!(events.is_sorted_by_key(|event| event.at));
                assert!(events.iter().all(|event| day.window.contains(event.at)));
            }
        }
    }

    #[test]
    fn an_event_changes_the_state_of_its_signal_and_no_instant_has_two_of_one() {
        let mut hotel = hotel(12, 8, 150);
        let days = days(3);
        let mut states = BTreeMap::new();
        let mut all = hotel.inventory(days[0].window.start);
        for day in &days {
            all.extend(hotel.day(day));
        }
        let mut instants = BTreeSet::new();
        for event in &all {
            let source = if event.is_of_the_stay() {
                EventQueue::SpaceEvents
            } else {
                EventQueue::DeviceEvents
            };
            let text = text(&hotel, event);
            let [Ok((read, _))] = &edge::decode(source, &text)[..] else { panic!("{text}") };
            let Fact::State(signal, transition) = &read.fact else { panic!("{text}") };
            let key = (read.room.clone(), format!("{signal:?}"));
            let state = transition.state.clone();
            assert_ne!(states.insert(key.clone(), state.clone()), Some(state), "{text}");
            assert!(instants.insert((key, event.at)), "{text}");
        }
        // The stay, the presence sensor and eight devices of each room.
        assert_eq!(states.len(), 12 * 10);
    }

    #[test]
    fn a_message_packs_events_that_each_are_read() {
        let mut hotel = hotel(5, 8, 40);
        let day = days(1)[0];
        let events = hotel.day(&day);
        let device: Vec<_> = events.iter().filter(|event| !event.is_of_the_stay()).collect();
        let message = hotel.message(device.iter().copied().take(10));
        let decoded = edge::decode(EventQueue::DeviceEvents, &message);
        assert_eq!(decoded.len(), 10);
        for (decoded, event) in decoded.into_iter().zip(device) {
            let (read, _) = decoded.unwrap();
            assert_eq!((read.hotel.as_str(), read.fact.at()), ("hotel-1", event.at));
        }
    }

    #[test]
    fn guests_come_and_go_and_seven_rooms_in_ten_are_sold() {
        let mut hotel = hotel(400, 4, 30);
        let days = days(20);
        let mut stays = 0;
        let mut sold = 0;
        for day in &days {
            let events = hotel.day(day);
            stays += events.iter().filter(|event| event.is_of_the_stay()).count();
            let inventory = hotel.inventory(day.window.end);
            let checked_in = inventory.iter().filter(|event| event.is_of_the_stay());
            sold += checked_in.filter(|event| text(&hotel, event).contains("CHECKED_IN")).count();
        }
        let nights = 400 * days.len();
        let share = 100 * sold / nights;
        assert!((60..80).contains(&share), "{share} %");
        assert!(stays > nights / 4 && stays < nights, "{stays} of {nights}");
    }

    #[test]
    fn readings_come_on_top_and_change_no_other_event() {
        let mut plain = hotel(6, 4, 50);
        let mut unread = hotel(6, 4, 50).metered(0, 7);
        let mut read = hotel(6, 4, 50).metered(4, 7);
        for day in days(2) {
            let events = plain.day(&day);
            assert_eq!(unread.day(&day), events);
            let (readings, others): (Vec<_>, Vec<_>) =
                read.day(&day).into_iter().partition(Event::is_reading);
            assert_eq!(others, events);
            assert_eq!(readings.len(), 6 * 4 * 4 * 24);
            assert!(readings.iter().all(|event| day.window.contains(event.at)));
        }
    }

    #[test]
    fn a_counter_never_goes_back_and_tells_what_its_device_drew() {
        let mut hotel = hotel(5, 8, 80).metered(2, 7);
        let mut counters: BTreeMap<_, Vec<u64>> = BTreeMap::new();
        for day in days(2) {
            let events = hotel.day(&day);
            assert!(events.is_sorted_by_key(|event| event.at));
            for event in events.iter().filter(|event| event.is_reading()) {
                let text = text(&hotel, event);
                let [Ok((read, _))] = &edge::decode(EventQueue::DeviceEvents, &text)[..] else {
                    panic!("{text}")
                };
                let Fact::Reading(device, reading) = &read.fact else { panic!("{text}") };
                let Measurement::Counter(value) = reading.measurement else { panic!("{text}") };
                let counter = counters.entry((read.room.clone(), device.clone())).or_default();
                counter.push(value.get());
            }
        }
        assert_eq!(counters.len(), 5 * 8);
        for ((room, device), values) in &counters {
            assert_eq!(values.len(), 2 * 2 * 24, "{room} {device:?}");
            assert!(values.is_sorted(), "{room} {device:?}: {values:?}");
        }
        // A thermostat that cools draws 640 W: no half hour shows more.
        let steps = counters.values().flat_map(|values| values.windows(2));
        let most = steps.map(|step| step[1] - step[0]).max().unwrap();
        assert!((160_000..=320_000).contains(&most), "{most}");
    }

    #[test]
    fn the_profile_is_one_that_is_taken() {
        let profile = hotel(2, 8, 10).profile().unwrap();
        assert_eq!(profile.hotel_id.as_str(), "hotel-1");
        assert_eq!(profile.calendar.time_zone(), "UTC");
    }
}
