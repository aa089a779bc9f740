//! The tariffs that ship as examples: each is quoted by the documentation, and prices what it should.

#[cfg(test)]
mod tariffs {
    use jiff::civil::Time;
    use roomwatt_domain::{
        BusinessDate, Device, DeviceId, DeviceKind, History, Instant, Profile, RoomId, RoomReport,
        RoomStates, Signal, State, Transition,
    };
    use serde_json::{Value, json};

    const PAGE: &str = include_str!("../../../docs/tariffs.md");
    const KOREA: &str = include_str!("tariffs/korea-general-b2-high-voltage-a-option-2.json");
    const GERMANY: &str = include_str!("tariffs/germany-flat.json");
    const PORTUGAL: &str = include_str!("tariffs/portugal-bi-hourly.json");

    /// The example's profile, with a device of so many watts.
    fn hotel(example: &str, watts: u32) -> Profile {
        let mut profile: Value = serde_json::from_str(example).unwrap();
        profile["ratings"] = json!({"light": {"ON": watts}});
        Profile::parse(&profile.to_string()).unwrap()
    }

    fn instant(profile: &Profile, date: &str, time: &str) -> Instant {
        let date = BusinessDate::parse(date).unwrap().civil();
        let local = date.to_datetime(time.parse::<Time>().unwrap());
        local.in_tz(profile.calendar.time_zone()).unwrap().timestamp().into()
    }

    /// What so many watts cost from one local time to another, over midnight too.
    fn cost(example: &str, watts: u32, from: (&str, &str), to: (&str, &str)) -> String {
        let profile = hotel(example, watts);
        let terms = profile.terms(&RoomId::new("101").unwrap());
        let lamp = Signal::Device(Device {
            id: DeviceId::new("lamp-1").unwrap(),
            kind: DeviceKind::new("light").unwrap(),
        });
        let transition = |(date, time), state| {
            let at = instant(&profile, date, time);
            (lamp.clone(), Transition { at, state: State::new(state).unwrap() })
        };
        let told = [transition(from, "ON"), transition(to, "OFF")];
        let mut day = profile.calendar.day_of(told[0].1.at);
        let mut opening = RoomStates::default();
        let mut costs = Vec::new();
        while day.window.start <= told[1].1.at {
            let own = told.iter().filter(|(_, told)| day.window.contains(told.at)).cloned();
            let report = RoomReport::fold(day.window, &opening, &History::new(own), &terms);
            costs.extend(report.totals().cost);
            opening = report.closing();
            day = profile.calendar.next(day.date);
        }
        costs.into_iter().sum::<roomwatt_domain::Charge>().amount().to_string()
    }

    /// A lamp of 100 W from 20:30 to 22:30 in Seoul.
    fn evening(date: &str) -> String {
        cost(KOREA, 100, (date, "20:30"), (date, "22:30"))
    }

    /// What a kilowatt costs in each hour of a date in Seoul.
    fn hours(date: &str) -> Vec<String> {
        let hours = (0..24).map(|hour| {
            let (from, to) = (format!("{hour:02}:00"), format!("{hour:02}:59:59.999"));
            cost(KOREA, 1000, (date, &from), (date, &to))
        });
        hours.collect()
    }

    /// The same from letters: light, mid, peak.
    fn expected(letters: &str, [light, mid, peak]: [&str; 3]) -> Vec<String> {
        let price = |letter| match letter {
            'L' => light,
            'M' => mid,
            _ => peak,
        };
        letters.chars().map(|letter| format!("{}000", price(letter))).collect()
    }

    const SUMMER: [&str; 3] = ["84.1", "135.3", "157.8"];
    const SPRING: [&str; 3] = ["84.1", "91.5", "102.8"];
    const WINTER: [&str; 3] = ["92.8", "123.2", "138.0"];

    #[test]
    fn the_page_quotes_the_examples_word_for_word() {
        for example in [KOREA, GERMANY, PORTUGAL] {
            assert!(PAGE.contains(&format!("```json\n{example}```")), "{example}");
        }
    }

    #[test]
    fn an_evening_in_seoul_is_priced_by_its_zones() {
        assert_eq!(evening("2026-07-15"), "25.6250");
        assert_eq!(evening("2026-07-17"), "16.8200");
        assert_eq!(evening("2026-07-18"), "24.5000");
        assert_eq!(evening("2026-07-19"), "16.8200");
        assert_eq!(evening("2026-05-13"), "18.3000");
        assert_eq!(evening("2026-02-11"), "25.3800");
        assert_eq!(evening("2026-12-16"), "23.1200");
    }

    #[test]
    fn the_korean_hours_since_june_2026_are_those_of_the_table() {
        let three_seasons = "LLLLLLLLMMMMMMMPPPPPPMLL";
        assert_eq!(hours("2026-07-15"), expected(three_seasons, SUMMER));
        assert_eq!(hours("2026-10-14"), expected(three_seasons, SPRING));
        assert_eq!(hours("2026-12-16"), expected("LLLLLLLLMPPPMMMMPPPMMMLL", WINTER));
        // Saturday's peak is mid; Sundays and holidays are light.
        assert_eq!(hours("2026-07-18"), expected(&three_seasons.replace('P', "M"), SUMMER));
        assert_eq!(hours("2026-12-20"), expected(&"L".repeat(24), WINTER));
        assert_eq!(hours("2026-09-25"), expected(&"L".repeat(24), SPRING));
    }

    #[test]
    fn the_korean_hours_before_are_those_of_the_table() {
        let spring = "LLLLLLLLLMPPMPPPPMMMMMML";
        assert_eq!(hours("2026-05-13"), expected(spring, SPRING));
        assert_eq!(hours("2026-05-16"), expected(&spring.replace('P', "M"), SPRING));
        assert_eq!(hours("2026-02-11"), expected("LLLLLLLLLMPPMMMMMPPPMMPL", WINTER));
        assert_eq!(hours("2026-05-05"), expected(&"L".repeat(24), SPRING));
    }

    #[test]
    fn a_flat_german_price_is_the_same_at_any_time() {
        assert_eq!(cost(GERMANY, 100, ("2026-07-15", "20:30"), ("2026-07-15", "22:30")), "0.0430");
        assert_eq!(cost(GERMANY, 100, ("2026-12-25", "23:00"), ("2026-12-26", "01:00")), "0.0430");
    }

    #[test]
    fn a_portuguese_night_is_cheap_and_as_long_as_the_clock_makes_it() {
        assert_eq!(cost(PORTUGAL, 100, ("2026-07-15", "21:00"), ("2026-07-15", "23:00")), "0.0321");
        let night = |from, to| cost(PORTUGAL, 1000, (from, "22:00"), (to, "08:00"));
        assert_eq!(night("2026-07-15", "2026-07-16"), "1.1700");
        assert_eq!(night("2026-10-24", "2026-10-25"), "1.2870");
        assert_eq!(night("2026-03-28", "2026-03-29"), "1.0530");
    }
}
