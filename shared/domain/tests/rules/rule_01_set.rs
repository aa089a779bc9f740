//! Rule 1: a signal's transitions are a set.

use roomwatt_domain::instant::HOUR;
use roomwatt_domain::{History, Instant, Signal, State, Transition};

use crate::room::Room;

fn evening() -> Room {
    Room::on("2026-11-20")
        .stay("CHECKED_IN", "15:00")
        .pir("OCCUPIED", "17:55")
        .lamp("ON", "18:00")
        .lamp("ON", "19:00")
        .pir("VACANT", "20:00")
        .lamp("OFF", "21:00")
}

#[test]
fn the_same_transition_twice_is_one_transition() {
    let twice = evening().lamp("ON", "18:00").lamp("OFF", "21:00").pir("VACANT", "20:00").told();
    assert_eq!(twice, evening().told());
    // As a repetition it would have counted.
    let quality = evening().lamp("ON", "18:00").told().lamp().quality;
    assert_eq!((quality.missing_starts, quality.missing_ends), (0, 1));
}

#[test]
fn the_order_of_arrival_leaves_no_trace() {
    let room = evening();
    let mut reported = room.reported().to_vec();
    for _ in 0..reported.len() {
        reported.rotate_left(1);
        assert_eq!(room.told_from(&History::new(reported.clone())), evening().told());
    }
    reported.reverse();
    assert_eq!(room.told_from(&History::new(reported)), evening().told());
}

#[test]
fn the_union_of_two_batches_is_the_batch_of_both_even_where_they_overlap() {
    let room = evening();
    let (one, other) = (&room.reported()[..4], &room.reported()[2..]);
    let union = History::new(other.iter().chain(one).cloned());
    assert_eq!(union, History::new(room.reported().to_vec()));
    assert_eq!(room.told_from(&union), evening().told());
}

#[test]
fn instants_are_cut_to_whole_milliseconds_so_that_two_can_be_one() {
    let on =
        |text| Transition { at: Instant::parse(text).unwrap(), state: State::new("ON").unwrap() };
    let history = History::new([
        (Signal::Stay, on("2026-11-20T18:00:00.1231+09:00")),
        (Signal::Stay, on("2026-11-20T18:00:00.123999999+09:00")),
        (Signal::Stay, on("2026-11-20T09:00:00.123Z")),
    ]);
    assert_eq!(history.of(&Signal::Stay), [on("2026-11-20T18:00:00.123+09:00")]);
}

#[test]
fn a_history_lists_each_signal_by_instant_then_state() {
    let room = Room::on("2026-11-20")
        .lamp("ON", "18:00")
        .stay("CHECKED_IN", "15:00")
        .lamp("OFF", "18:00")
        .lamp("ON", "17:00");
    let history = History::new(room.reported().to_vec());
    let listed: Vec<_> = history.iter().map(|(_, transitions)| transitions.to_vec()).collect();
    let states: Vec<Vec<_>> =
        listed.iter().map(|own| own.iter().map(|one| one.state.as_str()).collect()).collect();
    assert_eq!(states, [vec!["ON", "OFF", "ON"], vec!["CHECKED_IN"]]);
    assert!(listed[0].is_sorted());
}

#[test]
fn a_signal_that_never_reported_has_no_transitions() {
    assert!(History::default().of(&Signal::Stay).is_empty());
    assert_eq!(History::default().iter().count(), 0);
}

#[test]
fn signals_are_independent_of_each_other() {
    let two = Room::on("2026-11-20")
        .device("light lamp-1", "ON", "18:00")
        .device("light lamp-2", "OFF", "18:00")
        .device("plug lamp-1", "ON", "22:00")
        .told();
    assert_eq!(two.used("light lamp-1"), [("ON", 6 * HOUR)]);
    assert_eq!(two.used("light lamp-2"), []);
    assert_eq!(two.used("plug lamp-1"), [("ON", 2 * HOUR)]);
}
