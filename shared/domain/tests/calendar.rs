//! Business days of every zone of the bundled zone data: they follow each other without a gap, and
//! each begins where its date is first shown.

/// Test-only, so that what the tests share may unwrap as they do.
#[cfg(test)]
mod days {
    use jiff::civil::Date;
    use jiff::tz::{TimeZone, TimeZoneDatabase};
    use jiff::{Timestamp, ToSpan};
    use roomwatt_domain::calendar::UnknownTimeZone;
    use roomwatt_domain::instant::{HOUR, MINUTE};
    use roomwatt_domain::{BusinessCalendar, BusinessDate, BusinessDay, Instant, Millis};

    #[test]
    fn around_every_change_of_every_zone_each_date_begins_where_it_is_first_shown() {
        let until: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();
        for name in zones() {
            let (calendar, zone) = (calendar(&name), zone(&name));
            let changes = zone.following(Timestamp::MIN).map(|change| change.timestamp());
            for change in changes.take_while(|change| *change < until) {
                // The dates shown just before and at the change can differ by a day.
                let shown = zone.to_datetime(change).date();
                for distance in -2..=2 {
                    check(&calendar, &zone, shown.saturating_add(distance.days()));
                }
                // The clocks may show yesterday's date again, which changes no day.
                for distance in [-1, 0, 1, 59 * 60] {
                    check_day_of(&calendar, (change + distance.seconds()).into());
                }
            }
        }
    }

    fn check_day_of(calendar: &BusinessCalendar, at: Instant) {
        let day = calendar.day_of(at);
        assert!(day.window.contains(at), "{} {at}", calendar.time_zone());
        assert_eq!(calendar.day(day.date), Some(day), "{} {at}", calendar.time_zone());
    }

    /// Compares one date with the slow search, and the day's neighbours with each other.
    fn check(calendar: &BusinessCalendar, zone: &TimeZone, date: Date) {
        let name = calendar.time_zone();
        let (start, end) = (first_shown(zone, date), first_shown(zone, date.tomorrow().unwrap()));
        let date = BusinessDate::new(date).unwrap();
        let Some(day) = calendar.day(date) else {
            assert_eq!(start, end, "{name} {date} has instants");
            return;
        };
        assert_eq!((day.date, day.window.start, day.window.end), (date, start, end), "{name}");
        // Macquarie Island once set its clocks on by ten hours; Samoa lived one day twice.
        assert!((14 * HOUR..=48 * HOUR).contains(&day.window.length()), "{name} {date}");
        assert_eq!(calendar.day_of(start), day, "{name} {date}: its first instant");
        assert_eq!(calendar.day_of(end - 1), day, "{name} {date}: its last instant");
        check_neighbours(calendar, day);
    }

    /// Returns the next day.
    fn check_neighbours(calendar: &BusinessCalendar, day: BusinessDay) -> BusinessDay {
        let next = calendar.next(day.date);
        assert_eq!(next.window.start, day.window.end, "{} {}", calendar.time_zone(), day.date);
        assert!(next.date > day.date);
        assert_eq!(calendar.previous(next.date), day, "{} {}", calendar.time_zone(), next.date);
        next
    }

    /// The first instant at which the zone's clocks show the date or a later one: stretch by
    /// stretch of constant offset, where local time only moves on.
    fn first_shown(zone: &TimeZone, date: Date) -> Instant {
        let midnight_in_utc = date.to_zoned(TimeZone::UTC).unwrap().timestamp();
        // No zone was ever further from UTC than 16 hours.
        let mut from = midnight_in_utc - 72.hours();
        loop {
            let midnight = midnight_in_utc - zone.to_offset(from).seconds().seconds();
            let shown = from.max(midnight);
            match zone.following(from).next() {
                Some(change) if change.timestamp() <= shown => from = change.timestamp(),
                _ => return shown.into(),
            }
        }
    }

    #[test]
    fn the_search_finds_what_looking_at_the_clock_every_second_finds() {
        for (name, date) in [
            ("America/St_Johns", "2010-11-07"),
            ("America/Toronto", "1919-03-31"),
            ("America/Juneau", "1867-10-19"),
            ("Pacific/Apia", "2011-12-30"),
            ("Africa/Cairo", "2026-04-24"),
        ] {
            let (zone, date) = (zone(name), date.parse::<Date>().unwrap());
            let shows = |at: &Timestamp| zone.to_datetime(*at).date() >= date;
            let noon_before = date.to_zoned(TimeZone::UTC).unwrap().timestamp() - 36.hours();
            let every_second = (0..72 * 3600).map(|second| noon_before + second.seconds());
            let seen = every_second.into_iter().find(shows).unwrap();
            assert_eq!(first_shown(&zone, date), seen.into(), "{name} {date}");
        }
    }

    #[test]
    fn the_days_of_every_zone_follow_each_other_through_the_years() {
        for name in zones() {
            walk(&name, "2023-12-25", "2026-01-05");
        }
    }

    #[test]
    fn the_days_of_zones_with_a_history_follow_each_other_from_1970_to_2040() {
        for name in ["America/Asuncion", "Asia/Amman", "Asia/Beirut", "Pacific/Kwajalein"] {
            walk(name, "1969-12-31", "2040-01-02");
        }
    }

    fn walk(name: &str, from: &str, to: &str) {
        let calendar = calendar(name);
        let mut day = calendar.day(date(from)).unwrap();
        while day.date < date(to) {
            assert_eq!(calendar.day_of(day.window.start), day, "{name}");
            assert_eq!(calendar.day_of(day.window.end - 1), day, "{name}");
            day = check_neighbours(&calendar, day);
        }
    }

    #[test]
    fn a_day_of_a_zone_without_changes_lasts_24_hours() {
        check_named("Asia/Seoul", "2026-11-20", "2026-11-20T00:00:00+09:00", 24 * HOUR);
        check_named("UTC", "2024-02-29", "2024-02-29T00:00:00Z", 24 * HOUR);
    }

    #[test]
    fn new_york_has_a_day_of_23_hours_in_march_and_one_of_25_in_november() {
        check_named("America/New_York", "2026-03-08", "2026-03-08T00:00:00-05:00", 23 * HOUR);
        check_named("America/New_York", "2026-03-09", "2026-03-09T00:00:00-04:00", 24 * HOUR);
        check_named("America/New_York", "2026-11-01", "2026-11-01T00:00:00-04:00", 25 * HOUR);
        check_named("America/New_York", "2026-11-02", "2026-11-02T00:00:00-05:00", 24 * HOUR);
    }

    #[test]
    fn a_day_begins_at_one_where_its_midnight_is_skipped() {
        check_named("Africa/Cairo", "2026-04-24", "2026-04-24T01:00:00+03:00", 23 * HOUR);
        check_named("Asia/Amman", "2021-03-26", "2021-03-26T01:00:00+03:00", 23 * HOUR);
        check_named("Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00", 23 * HOUR);
        check_named("America/Havana", "2026-03-08", "2026-03-08T01:00:00-04:00", 23 * HOUR);
    }

    #[test]
    fn clocks_set_back_at_midnight_lengthen_the_day_that_ends() {
        // 24:00 becomes 23:00: the hour before midnight is shown twice, midnight once.
        check_named("Africa/Cairo", "2026-10-29", "2026-10-29T00:00:00+03:00", 25 * HOUR);
        check_named("Africa/Cairo", "2026-10-30", "2026-10-30T00:00:00+02:00", 24 * HOUR);
        check_named("Asia/Beirut", "2026-10-24", "2026-10-24T00:00:00+03:00", 25 * HOUR);
        check_named("Asia/Amman", "2021-10-28", "2021-10-28T00:00:00+03:00", 24 * HOUR);
        check_named("Asia/Amman", "2021-10-29", "2021-10-29T00:00:00+03:00", 25 * HOUR);
    }

    #[test]
    fn clocks_set_back_to_midnight_lengthen_the_day_that_begins() {
        // 01:00 becomes 00:00: midnight is shown twice and counts the first time.
        check_named("America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00", 25 * HOUR);
        check_named("America/Havana", "2026-11-02", "2026-11-02T00:00:00-05:00", 24 * HOUR);
    }

    #[test]
    fn a_date_that_had_begun_keeps_the_hour_in_which_the_clock_shows_the_date_before_again() {
        // St. John's set its clocks back at 00:01: 23:01 to midnight was shown twice.
        let zone = "America/St_Johns";
        check_named(zone, "2010-11-06", "2010-11-06T00:00:00-02:30", 24 * HOUR);
        check_named(zone, "2010-11-07", "2010-11-07T00:00:00-02:30", 25 * HOUR);
        check_named(zone, "2010-11-08", "2010-11-08T00:00:00-03:30", 24 * HOUR);
        let day_of = |text| calendar(zone).day_of(instant(text)).date;
        assert_eq!(day_of("2010-11-06T23:30:00-02:30"), date("2010-11-06"));
        assert_eq!(day_of("2010-11-07T00:00:30-02:30"), date("2010-11-07"));
        assert_eq!(day_of("2010-11-06T23:30:00-03:30"), date("2010-11-07"));
    }

    #[test]
    fn a_gap_over_midnight_shortens_both_dates() {
        // Toronto, 1919: 23:30 became 00:30.
        let (zone, start) = ("America/Toronto", "1919-03-31T00:30:00-04:00");
        check_named(zone, "1919-03-30", "1919-03-30T00:00:00-05:00", 23 * HOUR + 30 * MINUTE);
        check_named(zone, "1919-03-31", start, 23 * HOUR + 30 * MINUTE);
    }

    #[test]
    fn lord_howe_sets_its_clocks_by_half_an_hour() {
        let zone = "Australia/Lord_Howe";
        check_named(zone, "2026-04-05", "2026-04-05T00:00:00+11:00", 24 * HOUR + 30 * MINUTE);
        check_named(zone, "2026-10-04", "2026-10-04T00:00:00+10:30", 23 * HOUR + 30 * MINUTE);
    }

    #[test]
    fn a_date_that_the_zone_skips_is_no_business_day() {
        let calendar = calendar("Pacific/Apia");
        assert_eq!(calendar.day(date("2011-12-30")), None);
        assert_eq!(calendar.next(date("2011-12-29")).date, date("2011-12-31"));
        assert_eq!(calendar.next(date("2011-12-30")).date, date("2011-12-31"));
        assert_eq!(calendar.previous(date("2011-12-31")).date, date("2011-12-29"));
        assert_eq!(calendar.previous(date("2011-12-30")).date, date("2011-12-29"));
        check_named("Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00", 24 * HOUR);
        check_named("Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00", 24 * HOUR);
    }

    #[test]
    fn a_date_that_the_zone_has_twice_is_one_long_day() {
        // Samoa moved over the date line, and Kwajalein to the time of the other side of it.
        check_named("Pacific/Pago_Pago", "1892-07-04", "1892-07-03T11:22:48Z", 48 * HOUR);
        check_named("Pacific/Kwajalein", "1969-09-30", "1969-09-30T00:00:00+11:00", 47 * HOUR);
    }

    #[test]
    fn instants_are_shown_to_the_second_with_the_offset_of_that_instant() {
        let show = |zone, text| calendar(zone).show(instant(text));
        assert_eq!(show("Asia/Seoul", "2026-11-21T15:15:02.999Z"), "2026-11-22T00:15:02+09:00");
        assert_eq!(show("America/New_York", "2026-03-08T06:59:59Z"), "2026-03-08T01:59:59-05:00");
        assert_eq!(show("America/New_York", "2026-03-08T07:00:00Z"), "2026-03-08T03:00:00-04:00");
        assert_eq!(show("UTC", "2026-03-08T07:00:00Z"), "2026-03-08T07:00:00+00:00");
    }

    #[test]
    fn a_zone_is_found_in_any_spelling_and_shown_in_its_own() {
        assert_eq!(calendar("asia/SEOUL").time_zone(), "Asia/Seoul");
        assert_eq!(calendar("asia/seoul"), calendar("Asia/Seoul"));
        for name in zones() {
            assert_eq!(calendar(&name).time_zone(), name);
        }
    }

    #[test]
    fn what_is_no_iana_zone_is_refused() {
        for name in ["", "Seoul", "+09:00", "UTC+9", "Asia/Seoul ", "right/UTC", "Etc/Unknown"] {
            assert_eq!(BusinessCalendar::new(name), Err(UnknownTimeZone), "{name:?}");
        }
    }

    /// Expects a day to begin at the instant written, and to last that long.
    fn check_named(zone: &str, day: &str, start: &str, length: Millis) {
        let day = calendar(zone).day(date(day)).unwrap();
        assert_eq!(day.window.start, instant(start), "{zone} {}", day.date);
        assert_eq!(day.window.length(), length, "{zone} {}", day.date);
    }

    fn zones() -> Vec<String> {
        let names: Vec<_> =
            TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect();
        assert!(names.len() > 500, "the zone data is bundled");
        names
    }

    fn zone(name: &str) -> TimeZone {
        TimeZoneDatabase::bundled().get(name).unwrap()
    }

    fn calendar(name: &str) -> BusinessCalendar {
        BusinessCalendar::new(name).unwrap()
    }

    fn date(text: &str) -> BusinessDate {
        BusinessDate::parse(text).unwrap()
    }

    fn instant(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }
}
