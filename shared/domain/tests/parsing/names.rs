//! Names: ids of 1 to 64 characters, states of 1 to 32.

use roomwatt_domain::name::InvalidName;
use roomwatt_domain::{DeviceId, DeviceKind, HotelId, RoomId, Signal, State};

/// The fault of a text as an id of every kind, if it is one.
fn fault_of_ids(text: &str) -> Option<Vec<String>> {
    let faults = [
        HotelId::new(text).err(),
        RoomId::new(text).err(),
        DeviceId::new(text).err(),
        DeviceKind::new(text).err(),
    ];
    let faults: Vec<InvalidName> = faults.into_iter().flatten().collect();
    assert!(
        faults.is_empty() || faults.len() == 4,
        "{text:?} is an id of one kind, not of another"
    );
    (!faults.is_empty()).then(|| faults.iter().map(ToString::to_string).collect())
}

#[test]
fn an_id_is_up_to_64_of_its_characters() {
    let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    let (first, last) = all.split_at(64);
    for id in [first, last, "1203", "a", "-", "_", "...", ".a", &"x".repeat(64)] {
        assert_eq!(fault_of_ids(id), None, "{id}");
        assert_eq!(RoomId::new(id).unwrap().as_str(), id);
        assert_eq!(RoomId::new(id).unwrap().to_string(), id);
        assert_eq!(id.parse::<RoomId>(), RoomId::new(id));
    }
}

#[test]
fn an_id_that_is_empty_too_long_or_has_another_character_is_refused() {
    let too_long = "x".repeat(65);
    for id in
        ["", &too_long, "a b", "a/b", "a#b", "a:b", "a,b", "é", "객실", "a\n", "a\0", " a", "a+"]
    {
        assert!(fault_of_ids(id).is_some(), "{id:?}");
    }
}

#[test]
fn a_step_of_a_path_is_no_id_for_no_url_could_carry_it() {
    for id in [".", ".."] {
        assert!(fault_of_ids(id).is_some(), "{id:?}");
    }
}

#[test]
fn a_table_may_hold_such_a_step_from_before_and_nothing_else_beyond_the_rule() {
    for id in [".", ".."] {
        let room = RoomId::kept(id).unwrap();
        assert_eq!((room.as_str(), room.fits_a_path()), (id, false));
    }
    assert!(RoomId::kept("...").unwrap().fits_a_path());
    for id in ["", "a/b", "..\n", &"x".repeat(65)] {
        assert!(RoomId::kept(id).is_err(), "{id:?}");
    }
}

#[test]
fn a_fault_names_its_field_and_rule_and_not_the_text() {
    let rule = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
    let fields = ["hotelId", "roomId", "deviceId", "deviceKind"];
    let expected: Vec<_> = fields.iter().map(|field| format!("{field} {rule}")).collect();
    assert_eq!(fault_of_ids("not/allowed"), Some(expected));
    assert_eq!(HotelId::new("").unwrap_err().field(), "hotelId");
    let fault = State::new("on").unwrap_err();
    assert_eq!(fault.field(), "state");
    assert_eq!(fault.to_string(), "state must be 1 to 32 characters of A-Z 0-9 _ -");
}

#[test]
fn a_state_is_up_to_32_of_its_characters() {
    for state in ["A", "ON", "COOL", "ECO-2", "_", "-", "0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123"] {
        assert_eq!(State::new(state).unwrap().as_str(), state);
    }
    assert!(State::new("456789").is_ok());
}

#[test]
fn a_state_that_is_empty_too_long_or_has_another_character_is_refused() {
    let too_long = "X".repeat(33);
    for state in ["", &too_long, "on", "On", "A.B", "A B", "É", "A/B", "A#B"] {
        assert!(State::new(state).is_err(), "{state:?}");
    }
}

#[test]
fn well_known_states_are_the_states_of_their_name() {
    for (known, text) in [
        (State::OFF, "OFF"),
        (State::OCCUPIED, "OCCUPIED"),
        (State::VACANT, "VACANT"),
        (State::CHECKED_IN, "CHECKED_IN"),
        (State::CHECKED_OUT, "CHECKED_OUT"),
    ] {
        assert_eq!(State::new(text), Ok(known));
    }
}

#[test]
fn sensors_and_stays_know_two_states_each_and_devices_any() {
    let device = Signal::Device(roomwatt_domain::Device {
        id: DeviceId::new("lamp-1").unwrap(),
        kind: DeviceKind::new("light").unwrap(),
    });
    let sensor = Signal::Presence(DeviceId::new("pir-1").unwrap());
    let allowed = |signal: &Signal| {
        let states = ["OFF", "ON", "OCCUPIED", "VACANT", "CHECKED_IN", "CHECKED_OUT"];
        states.map(|state| signal.allows(&State::new(state).unwrap()))
    };
    assert_eq!(allowed(&device), [true; 6]);
    assert_eq!(allowed(&sensor), [false, false, true, true, false, false]);
    assert_eq!(allowed(&Signal::Stay), [false, false, false, false, true, true]);
    let idle = [device, sensor, Signal::Stay].map(|signal| signal.idle_state());
    assert_eq!(idle, [State::OFF, State::VACANT, State::CHECKED_OUT]);
}

#[test]
fn names_are_ordered_by_their_bytes() {
    let ids = ["-", ".a", "0", "10", "9", "A", "Z", "_", "a", "a-", "a0", "aa"];
    assert!(ids.map(|id| RoomId::new(id).unwrap()).is_sorted());
}

#[test]
fn presence_and_meter_are_spelled_small_and_other_kinds_as_they_came() {
    let spelled = |kind: &str| DeviceKind::new(kind).unwrap().spelled_small().to_string();
    let kinds = ["presence", "Presence", "METER", "meter", "Light", "meters"];
    assert_eq!(kinds.map(spelled), ["presence", "presence", "meter", "meter", "Light", "meters"]);
    assert!(DeviceKind::new("Meter").unwrap().spelled_small().is_meter());
}
