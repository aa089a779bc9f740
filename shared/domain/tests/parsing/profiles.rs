//! Hotel profiles from JSON.

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use roomwatt_domain::instant::{HOUR, MINUTE};
use roomwatt_domain::profile::{FieldError, InvalidProfile};
use roomwatt_domain::{
    BusinessCalendar, Device, DeviceId, DeviceKind, EmissionFactors, HotelId, Milliwatts, PerKwh,
    Prices, Profile, RoomId, State,
};
use serde_json::{Value, json};

fn minimal() -> Value {
    json!({"hotelId": "seoul-1", "timeZone": "Asia/Seoul"})
}

fn full() -> Value {
    json!({
        "hotelId": "seoul-1",
        "name": "Hotel \"Hanok\" 한옥",
        "timeZone": "Asia/Seoul",
        "currency": "KRW",
        "pricePerKwh": "143.5",
        "kgCo2ePerKwh": "0.4781",
        "vacancyDelayMinutes": 10,
        "confirmWithinHours": {"light": 12},
        "ratings": {"light": {"ON": 12}, "thermostat": {"COOL": 900, "FAN": "40.125"}},
        "deviceRatings": {"1203": {"lamp-1": {"ON": 60}}},
    })
}

fn parse(json: &Value) -> Result<Profile, InvalidProfile> {
    Profile::parse(&json.to_string())
}

/// The minimal profile with one more field.
fn with(field: &str, value: Value) -> Result<Profile, InvalidProfile> {
    let mut json = minimal();
    json[field] = value;
    parse(&json)
}

/// The faults as (path, problem).
fn faults(result: Result<Profile, InvalidProfile>) -> Vec<(String, String)> {
    let fields = result.unwrap_err().fields;
    fields.into_iter().map(|FieldError { field, problem }| (field, problem)).collect()
}

/// Expects one fault, at the path, and returns what was wrong.
fn fault_at(path: &str, result: Result<Profile, InvalidProfile>) -> String {
    let mut faults = faults(result);
    assert_eq!(faults.len(), 1, "{faults:?}");
    let (field, problem) = faults.remove(0);
    assert_eq!(field, path);
    problem
}

/// A device of a kind.
fn device(kind: &str, id: &str) -> Device {
    Device { id: DeviceId::new(id).unwrap(), kind: DeviceKind::new(kind).unwrap() }
}

fn state(state: &str) -> State {
    State::new(state).unwrap()
}

#[test]
fn everything_but_the_id_and_the_zone_is_optional() {
    let profile = parse(&minimal()).unwrap();
    assert_eq!(profile.hotel_id.as_str(), "seoul-1");
    assert_eq!(profile.calendar.time_zone(), "Asia/Seoul");
    assert_eq!((&profile.name, &profile.currency), (&None, &None));
    assert_eq!((&profile.prices, &profile.emission_factors), (&None, &None));
    assert_eq!(profile.vacancy_delay_minutes, 0);
    assert!(profile.confirm_within_hours.is_empty());
    assert!(profile.ratings.is_empty() && profile.device_ratings.is_empty());
}

#[test]
fn each_field_is_read() {
    let profile = parse(&full()).unwrap();
    assert_eq!(profile.name.as_deref(), Some("Hotel \"Hanok\" 한옥"));
    assert_eq!(profile.currency.as_deref(), Some("KRW"));
    assert_eq!(profile.prices, Some(Prices::Flat(PerKwh::from_millionths(143_500_000))));
    let factor = EmissionFactors::Flat(PerKwh::from_millionths(478_100));
    assert_eq!(profile.emission_factors, Some(factor));
    assert_eq!(profile.vacancy_delay_minutes, 10);

    let room = RoomId::new("1203").unwrap();
    let terms = profile.terms(&room);
    assert_eq!(terms.vacancy_delay(), 10 * MINUTE);
    assert_eq!(terms.confirm_within(&DeviceKind::new("light").unwrap()), 12 * HOUR);
    assert_eq!(terms.confirm_within(&DeviceKind::new("thermostat").unwrap()), 24 * HOUR);
    let rating = |kind, id, on| terms.rating(&device(kind, id), &state(on)).map(Milliwatts::get);
    assert_eq!(rating("light", "lamp-1", "ON"), Some(60_000));
    assert_eq!(rating("light", "lamp-2", "ON"), Some(12_000));
    assert_eq!(rating("thermostat", "ac", "FAN"), Some(40_125));
    assert_eq!(rating("thermostat", "ac", "HEAT"), None);
    assert_eq!(rating("plug", "tv", "ON"), None);

    let other = RoomId::new("1204").unwrap();
    let rating = profile.terms(&other).rating(&device("light", "lamp-1"), &state("ON"));
    assert_eq!(rating, Some(Milliwatts::new(12_000)));
}

#[test]
fn what_the_api_adds_to_a_profile_is_passed_over() {
    assert_eq!(with("closedThrough", json!("2026-11-20")).unwrap(), parse(&minimal()).unwrap());
}

#[test]
fn null_is_a_field_left_out() {
    for field in ["name", "currency", "pricePerKwh", "vacancyDelayMinutes", "ratings"] {
        assert_eq!(with(field, Value::Null).unwrap(), parse(&minimal()).unwrap(), "{field}");
    }
    assert_eq!(fault_at("hotelId", with("hotelId", Value::Null)), "is missing");
}

#[test]
fn of_a_field_given_twice_the_last_counts() {
    let twice = r#"{"hotelId":"a","hotelId":"seoul-1","timeZone":"Asia/Seoul",
        "ratings":{"light":{"ON":1,"ON":2},"light":{"ON":3,"ON":4}}}"#;
    let profile = Profile::parse(twice).unwrap();
    assert_eq!(profile.hotel_id.as_str(), "seoul-1");
    let light = &profile.ratings[&DeviceKind::new("light").unwrap()];
    assert_eq!(light[&state("ON")], Milliwatts::new(4_000));
}

#[test]
fn a_profile_is_a_json_object() {
    for json in ["", "{", "[]", "null", "\"profile\"", "1", "{\"hotelId\":}", "{} {}"] {
        let problem = fault_at("", Profile::parse(json));
        assert!(problem.starts_with("a profile must be a JSON object"), "{json}: {problem}");
    }
}

#[test]
fn the_id_and_the_zone_are_required() {
    let missing = |field: &str| (field.to_owned(), "is missing".to_owned());
    assert_eq!(faults(parse(&json!({}))), [missing("hotelId"), missing("timeZone")]);
}

#[test]
fn the_id_follows_the_rule_of_ids() {
    let rule = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
    assert_eq!(fault_at("hotelId", with("hotelId", json!("seoul/1"))), rule);
    assert_eq!(fault_at("hotelId", with("hotelId", json!(""))), rule);
    assert_eq!(fault_at("hotelId", with("hotelId", json!(1))), "must be a string");
}

#[test]
fn the_zone_is_an_iana_zone() {
    let rule = "must be an IANA time zone such as Asia/Seoul";
    for zone in ["Seoul", "", "+09:00", "Etc/Unknown", "Asia/Seoul "] {
        assert_eq!(fault_at("timeZone", with("timeZone", json!(zone))), rule);
    }
    assert_eq!(fault_at("timeZone", with("timeZone", json!(9))), "must be a string");
    let spelled = with("timeZone", json!("asia/seoul")).unwrap();
    assert_eq!(spelled.calendar.time_zone(), "Asia/Seoul");
}

#[test]
fn a_name_has_1_to_200_characters() {
    let rule = "must have 1 to 200 characters";
    assert!(with("name", json!("객".repeat(200))).is_ok());
    assert_eq!(fault_at("name", with("name", json!("객".repeat(201)))), rule);
    assert_eq!(fault_at("name", with("name", json!(""))), rule);
    assert_eq!(fault_at("name", with("name", json!(["Hotel"]))), "must be a string");
}

#[test]
fn a_currency_is_three_capital_letters() {
    let rule = "must be three letters A-Z, as ISO 4217 has them";
    for currency in ["", "KR", "KRWX", "krw", "KR1", "₩"] {
        assert_eq!(fault_at("currency", with("currency", json!(currency))), rule);
    }
}

#[test]
fn a_vacancy_delay_is_a_whole_number_from_0_to_240() {
    let rule = "must be a whole number from 0 to 240";
    for minutes in [0, 1, 240] {
        let profile = with("vacancyDelayMinutes", json!(minutes)).unwrap();
        assert_eq!(profile.vacancy_delay_minutes, minutes);
    }
    for wrong in [
        json!(-1),
        json!(241),
        json!(1.5),
        json!(10.0),
        json!("10"),
        json!(true),
        json!([]),
        json!(1e20),
    ] {
        assert_eq!(fault_at("vacancyDelayMinutes", with("vacancyDelayMinutes", wrong)), rule);
    }
}

#[test]
fn limits_of_confirmation_are_whole_numbers_from_1_to_8760() {
    let rule = "must be a whole number from 1 to 8760";
    let light = |hours: Value| with("confirmWithinHours", json!({"light": hours}));
    for hours in [1, 8760] {
        let kind = DeviceKind::new("light").unwrap();
        assert_eq!(light(json!(hours)).unwrap().confirm_within_hours[&kind], hours);
    }
    for wrong in [json!(0), json!(8761), json!(-1), json!(0.5), json!("12"), json!(null)] {
        assert_eq!(fault_at("confirmWithinHours.light", light(wrong)), rule);
    }
    let not_a_map = with("confirmWithinHours", json!(12));
    assert_eq!(fault_at("confirmWithinHours", not_a_map), "must be an object");
}

/// Reads watts and a price, each as it stands in JSON.
fn decimal(raw: &str) -> (Result<Profile, InvalidProfile>, Result<Profile, InvalidProfile>) {
    let with = |field: &str| {
        Profile::parse(&format!(r#"{{"hotelId":"seoul-1","timeZone":"Asia/Seoul",{field}}}"#))
    };
    (
        with(&format!(r#""ratings":{{"light":{{"ON":{raw}}}}}"#)),
        with(&format!(r#""pricePerKwh":{raw}"#)),
    )
}

fn milliwatts(raw: &str) -> u64 {
    let profile = decimal(raw).0.unwrap();
    profile.ratings[&DeviceKind::new("light").unwrap()][&state("ON")].get()
}

fn millionths(raw: &str) -> u64 {
    let Some(Prices::Flat(price)) = decimal(raw).1.unwrap().prices else { panic!("no price") };
    price.millionths()
}

#[test]
fn decimals_are_exact_as_strings_and_as_numbers() {
    for (written, thousandths) in [
        ("0", 0),
        ("12", 12_000),
        ("12.5", 12_500),
        ("0.001", 1),
        ("0.1", 100),
        ("12.340", 12_340),
        // The nearest double is a little less.
        ("8388608.003", 8_388_608_003),
        ("1e3", 1_000_000),
        ("1.5E1", 15_000),
        ("1e+2", 100_000),
        ("25e-1", 2_500),
        ("10000000", 10_000_000_000),
        ("10000000.000", 10_000_000_000),
    ] {
        for raw in [written.to_owned(), format!("\"{written}\"")] {
            assert_eq!(milliwatts(&raw), thousandths, "{raw}");
            assert_eq!(millionths(&raw), thousandths * 1000, "{raw}");
        }
    }
    assert_eq!(millionths("0.000001"), 1);
    assert_eq!(millionths("\"9999999.999999\""), 9_999_999_999_999);
}

#[test]
fn nothing_is_zero_whatever_its_sign() {
    for raw in ["-0", "-0.0", "\"-0\"", "0e5"] {
        assert_eq!((milliwatts(raw), millionths(raw)), (0, 0), "{raw}");
    }
}

#[test]
fn decimals_that_are_negative_too_precise_or_too_large_are_refused() {
    let long = "0".repeat(40);
    for written in [
        "-1",
        "-0.001",
        "-1e2",
        "0.0000001",
        "12.3456789",
        "1e-7",
        "10000000.000001",
        "10000001",
        "1e8",
        "1e28",
        "1e29",
        "1e400",
        "1e-400",
        "1e99999999999999999999",
        "99999999999999999999999999999999999999",
        &format!("1.{long}1"),
        &format!("1.{long}1e0"),
        &format!("1.{long}1e1"),
        "1234567.0000000000000000000001",
        "0.0000000000000000000000000001",
    ] {
        for raw in [written.to_owned(), format!("\"{written}\"")] {
            let (watts, price) = decimal(&raw);
            let problem = fault_at("ratings.light.ON", watts);
            assert_eq!(problem, "must be a decimal from 0 to 10000000 with at most 3 decimals");
            let problem = fault_at("pricePerKwh", price);
            assert_eq!(problem, "must be a decimal from 0 to 10000000 with at most 6 decimals");
        }
    }
}

#[test]
fn watts_have_at_most_3_decimals_and_prices_at_most_6() {
    assert_eq!(millionths("0.0001"), 100);
    assert!(decimal("0.0001").0.is_err());
    assert!(decimal("0.000001").1.is_ok());
    assert!(decimal("0.0000001").1.is_err());
    let factor = |value| with("kgCo2ePerKwh", value);
    assert!(factor(json!("0.478123")).is_ok());
    assert!(fault_at("kgCo2ePerKwh", factor(json!("0.4781234"))).contains("at most 6"));
}

#[test]
fn texts_that_are_no_decimals_are_refused() {
    for raw in [
        "", " ", " 1", "1 ", "one", "1,5", "0x10", "1e", "e1", "1_000", "1_0e1", "--1", "1.2.3",
        "NaN", "inf", "１", "1 000", "1W",
    ] {
        let (watts, price) = decimal(&format!("\"{raw}\""));
        assert!(watts.is_err() && price.is_err(), "{raw:?}");
    }
}

#[test]
fn other_json_is_no_decimal() {
    for raw in ["true", "[]", "{}", "[1]"] {
        let problem = fault_at("pricePerKwh", decimal(raw).1);
        assert_eq!(problem, "must be a decimal, as a string or a number", "{raw}");
    }
    // A whole field may be null, an entry of a map may not.
    let problem = fault_at("ratings.light.ON", decimal("null").0);
    assert_eq!(problem, "must be a decimal, as a string or a number");
}

#[test]
fn ratings_are_objects_of_objects() {
    let object = "must be an object";
    assert_eq!(fault_at("ratings", with("ratings", json!([]))), object);
    assert_eq!(fault_at("ratings.light", with("ratings", json!({"light": 12}))), object);
    assert_eq!(fault_at("ratings.light", with("ratings", json!({"light": null}))), object);
    let ratings = |value| with("deviceRatings", value);
    assert_eq!(fault_at("deviceRatings", ratings(json!("none"))), object);
    assert_eq!(fault_at("deviceRatings.1203", ratings(json!({"1203": 1}))), object);
    let lamp = json!({"1203": {"lamp-1": 1}});
    assert_eq!(fault_at("deviceRatings.1203.lamp-1", ratings(lamp)), object);
}

#[test]
fn the_keys_of_maps_follow_the_rules_of_their_names() {
    let id_rule = "has a bad key: deviceKind must be 1 to 64 characters of A-Z a-z 0-9 . _ -, \
                   and not . or .. alone";
    let limits = with("confirmWithinHours", json!({"a light": 12}));
    assert_eq!(fault_at("confirmWithinHours.a light", limits), id_rule);
    let kinds = with("ratings", json!({"a light": {"ON": 12}}));
    assert_eq!(fault_at("ratings.a light", kinds), id_rule);
    let states = with("ratings", json!({"light": {"on": 12}}));
    assert!(fault_at("ratings.light.on", states).contains("state must be 1 to 32"));
    let rooms = with("deviceRatings", json!({"": {"lamp-1": {"ON": 12}}}));
    assert!(fault_at("deviceRatings.", rooms).contains("roomId must be"));
    let devices = with("deviceRatings", json!({"1203": {"lamp/1": {"ON": 12}}}));
    assert!(fault_at("deviceRatings.1203.lamp/1", devices).contains("deviceId must be"));
}

#[test]
fn every_fault_is_told_at_once_with_its_path() {
    let wrong = json!({
        "hotelId": "seoul/1",
        "timeZone": "Korea/Seoul",
        "name": "",
        "currency": "won",
        "pricePerKwh": -1,
        "kgCo2ePerKwh": "a lot",
        "vacancyDelayMinutes": 241,
        "confirmWithinHours": {"light": 0, "plug": 12, "thermostat": 9000},
        "ratings": {"light": {"ON": -12, "DIM": 1}, "plug": 5},
        "deviceRatings": {"1203": {"lamp-1": {"ON": "0.0001", "DIM": 1}}},
    });
    let error = parse(&wrong).unwrap_err();
    let paths: Vec<_> = error.fields.iter().map(|fault| fault.field.as_str()).collect();
    let expected = [
        "hotelId",
        "timeZone",
        "name",
        "currency",
        "pricePerKwh",
        "kgCo2ePerKwh",
        "vacancyDelayMinutes",
        "confirmWithinHours.light",
        "confirmWithinHours.thermostat",
        "ratings.light.ON",
        "ratings.plug",
        "deviceRatings.1203.lamp-1.ON",
    ];
    assert_eq!(paths, expected);
    let shown = error.to_string();
    assert_eq!(shown.split("; ").count(), expected.len());
    assert!(shown.contains("; ratings.plug must be an object; "), "{shown}");
}

#[test]
fn a_fault_of_the_whole_profile_is_shown_without_a_path() {
    let shown = Profile::parse("[]").unwrap_err().to_string();
    assert!(shown.starts_with("a profile must be"), "{shown}");
}

#[test]
fn a_profile_is_written_with_its_decimals_as_strings() {
    let written: Value = serde_json::from_str(&parse(&full()).unwrap().to_json()).unwrap();
    let mut expected = full();
    expected["ratings"] =
        json!({"light": {"ON": "12"}, "thermostat": {"COOL": "900", "FAN": "40.125"}});
    expected["deviceRatings"] = json!({"1203": {"lamp-1": {"ON": "60"}}});
    assert_eq!(written, expected);
    let written: Value = serde_json::from_str(&parse(&minimal()).unwrap().to_json()).unwrap();
    let expected =
        json!({"hotelId": "seoul-1", "timeZone": "Asia/Seoul", "vacancyDelayMinutes": 0});
    assert_eq!(written, expected);
}

#[test]
fn a_decimal_is_shown_as_short_as_it_can_be() {
    let watts = |text| Milliwatts::from_watts(text).unwrap().to_string();
    assert_eq!(
        ["12.500", "0.001", "0", "1e7", "100"].map(watts),
        ["12.5", "0.001", "0", "10000000", "100"]
    );
    assert_eq!(PerKwh::parse("0.478100").unwrap().to_string(), "0.4781");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(profile in profile()) {
        prop_assert_eq!(Profile::parse(&profile.to_json()), Ok(profile));
    }

    #[test]
    fn every_decimal_in_range_is_read_as_it_is_shown(thousandths in 0..=10_000_000_000_u64) {
        let watts = Milliwatts::new(thousandths);
        prop_assert_eq!(Milliwatts::from_watts(&watts.to_string()), Ok(watts));
        let price = PerKwh::from_millionths(thousandths);
        prop_assert_eq!(PerKwh::parse(&price.to_string()), Ok(price));
        let point = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        prop_assert_eq!(Milliwatts::from_watts(&point), Ok(watts));
        prop_assert_eq!(Milliwatts::from_watts(&format!("{thousandths}e-3")), Ok(watts));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[0-9eE+._\\-]{0,40}", json in any::<String>()) {
        let _ = (Milliwatts::from_watts(&text), PerKwh::parse(&text), Profile::parse(&json));
    }
}

fn profile() -> impl Strategy<Value = Profile> {
    let id = || "[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}";
    let ratings = || {
        let states = "[A-Z0-9_-]{1,32}".prop_map(|state| State::new(&state).unwrap());
        btree_map(states, (0..=10_000_000_000_u64).prop_map(Milliwatts::new), 0..3)
    };
    let per_kwh = || option::of((0..=10_000_000_000_000_u64).prop_map(PerKwh::from_millionths));
    let kinds = || id().prop_map(|kind| DeviceKind::new(&kind).unwrap());
    let rooms = id().prop_map(|room| RoomId::new(&room).unwrap());
    let devices = id().prop_map(|id| DeviceId::new(&id).unwrap());
    (
        id().prop_map(|id| HotelId::new(&id).unwrap()),
        (option::of("\\PC{1,200}"), option::of("[A-Z]{3}")),
        proptest::sample::select(vec!["Asia/Seoul", "UTC", "America/Argentina/Buenos_Aires"]),
        (per_kwh(), per_kwh()),
        0..=240_u32,
        btree_map(kinds(), 1..=8760_u32, 0..3),
        btree_map(kinds(), ratings(), 0..3),
        btree_map(rooms, btree_map(devices, ratings(), 0..3), 0..3),
    )
        .prop_map(
            |(
                hotel_id,
                (name, currency),
                zone,
                (price, co2e),
                minutes,
                limits,
                ratings,
                device_ratings,
            )| {
                Profile {
                    name,
                    currency,
                    prices: price.map(Prices::Flat),
                    emission_factors: co2e.map(EmissionFactors::Flat),
                    vacancy_delay_minutes: minutes,
                    confirm_within_hours: limits,
                    ratings,
                    device_ratings,
                    ..Profile::new(hotel_id, BusinessCalendar::new(zone).unwrap())
                }
            },
        )
}
