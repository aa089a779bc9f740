//! Rule 13, as far as a report goes: a day without events has one like any other.

use roomwatt_domain::instant::HOUR;

use crate::room::Room;

#[test]
fn a_day_without_events_has_a_whole_report() {
    let quiet = Room::on("2026-11-20")
        .stay("CHECKED_IN", "15:00")
        .pir("OCCUPIED", "15:00")
        .lamp("ON", "18:00")
        .device("plug tv", "OFF", "18:00")
        .next_day()
        .told();
    assert_eq!(quiet.occupancy.cells(), [24 * HOUR, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(quiet.used("light lamp-1"), [("ON", 24 * HOUR)]);
    assert_eq!(quiet.used("plug tv"), []);
    assert_eq!(quiet.lamp().activations, 0);
}

#[test]
fn a_quiet_day_hands_on_what_it_was_given() {
    let second = Room::on("2026-11-20").lamp("ON", "18:00").pir("VACANT", "23:00").next_day();
    let third = second.clone().next_day();
    assert_eq!(second.told().closing(), third.told().closing());
}

#[test]
fn a_date_that_the_zone_skips_is_not_lived_through() {
    let day = Room::in_zone("Pacific/Apia").at("2011-12-29").lamp("ON", "18:00").next_day();
    assert_eq!(day.day().date.to_string(), "2011-12-31");
    assert_eq!(day.told().used("light lamp-1"), [("ON", 24 * HOUR)]);
}
