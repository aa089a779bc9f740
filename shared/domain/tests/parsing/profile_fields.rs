//! The fields of a profile that say what may run, what was paid when, and whom to believe: each rule
//! has its fault, with the field's path.

use roomwatt_domain::profile::InvalidProfile;
use roomwatt_domain::{
    Avoidable, DeviceKind, EmissionFactors, Language, Milliwatts, Prices, Profile, RoomId, State,
};
use serde_json::{Value, json};

fn with_all(fields: Value) -> Result<Profile, InvalidProfile> {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let mut json = json!({"hotelId": "seoul-1", "timeZone": "Asia/Seoul"});
    for (field, value) in fields {
        json[field] = value;
    }
    Profile::parse(&json.to_string())
}

fn with(field: &str, value: Value) -> Result<Profile, InvalidProfile> {
    with_all(Value::Object([(field.to_owned(), value)].into_iter().collect()))
}

/// The faults of a field's value as `path problem`.
fn faults(field: &str, value: Value) -> Vec<String> {
    told(with(field, value))
}

fn told(result: Result<Profile, InvalidProfile>) -> Vec<String> {
    let told = |error: InvalidProfile| {
        error.fields.iter().map(|fault| format!("{} {}", fault.field, fault.problem)).collect()
    };
    result.err().map(told).unwrap_or_default()
}

fn kind(kind: &str) -> DeviceKind {
    DeviceKind::new(kind).unwrap()
}

#[test]
fn every_field_is_read_and_written_again() {
    let full = json!({
        "hotelId": "seoul-1",
        "timeZone": "Asia/Seoul",
        "language": "ko",
        "tariffs": [
            {"from": "2026-06-01", "price": "119", "holidays": ["2026-10-03"], "zones": [
                {"price": "62.7", "hours": ["22:00", "08:00"], "days": ["mon", "holiday"], "months": [6, 7, 8]},
                {"price": "150", "hours": ["00:00", "24:00"]},
            ]},
            {"from": "2027-01-01", "price": "120.5"},
        ],
        "emissionFactors": [{"from": "2026-01-01", "kgCo2ePerKwh": "0.4173", "source": "grid 2026"}],
        "emissionFactorSource": "national, location-based",
        "rooms": 140,
        "wasteTargetPercent": "10.5",
        "vacancyDelayMinutes": 10,
        "nightHold": ["21:00", "08:00"],
        "confirmWithinHours": {"light": 12},
        "dormantAfterDays": 30,
        "repeatingKinds": ["plug", "tv"],
        "waste": {"minibar": {"*": "never"}, "thermostat": {"ECO": "unsold", "COOL": "vacant"}},
        "maxWatts": {"heater": "2500"},
        "ratings": {"light": {"ON": "12"}},
    });
    let profile = Profile::parse(&full.to_string()).unwrap();
    let written: Value = serde_json::from_str(&profile.to_json()).unwrap();
    assert_eq!(written, full);
    assert_eq!(Profile::parse_stored(&profile.to_json()), Ok(profile.clone()));

    let room = RoomId::new("1").unwrap();
    let terms = profile.terms(&room);
    let eco = State::new("ECO").unwrap();
    assert_eq!(terms.avoidable(&kind("minibar"), &eco), Avoidable::Never);
    assert_eq!(terms.avoidable(&kind("thermostat"), &eco), Avoidable::Unsold);
    assert_eq!(terms.avoidable(&kind("light"), &eco), Avoidable::Vacant);
    assert!(terms.is_repeating(&kind("tv")) && !terms.is_repeating(&kind("light")));
    assert_eq!(terms.greatest_power(&kind("heater")), Milliwatts::new(2_500_000));
    assert_eq!(terms.greatest_power(&kind("light")), Milliwatts::new(3_000_000));
    assert_eq!(terms.dormant_after_days(), 30);
    assert_eq!(profile.language, Some(Language::Korean));
    assert!(matches!(&profile.prices, Some(Prices::ByDate(tariffs)) if tariffs.len() == 2));
    assert!(
        matches!(&profile.emission_factors, Some(EmissionFactors::ByDate(it)) if it.len() == 1)
    );
}

#[test]
fn an_unknown_field_is_refused_by_its_name() {
    assert_eq!(
        faults("nighthold", json!(["21:00", "08:00"])),
        ["nighthold is no field of a profile"]
    );
    assert_eq!(faults("nighthold", json!(null)), ["nighthold is no field of a profile"]);
    let tariff = json!([{"from": "2026-01-01", "price": 1, "zone": []}]);
    assert_eq!(faults("tariffs", tariff), ["tariffs[0].zone is no field of a tariff"]);
    let zone = json!([{"from": "2026-01-01", "price": 1, "zones": [{"price": 1, "hour": 5}]}]);
    assert_eq!(faults("tariffs", zone), ["tariffs[0].zones[0].hour is no field of a zone"]);
    let factor = json!([{"from": "2026-01-01", "kgCo2ePerKwh": 1, "kg": 5}]);
    assert_eq!(
        faults("emissionFactors", factor),
        ["emissionFactors[0].kg is no field of an emission factor"]
    );
}

#[test]
fn an_unknown_field_of_a_stored_profile_is_passed_over() {
    let newer = r#"{"hotelId":"seoul-1","timeZone":"Asia/Seoul","colour":"green",
        "tariffs":[{"from":"2026-01-01","price":1,"colour":1,"zones":[{"price":1,"colour":1}]}]}"#;
    assert!(Profile::parse(newer).is_err());
    assert!(Profile::parse_stored(newer).is_ok());
    // What is known is checked all the same.
    assert!(Profile::parse_stored(r#"{"hotelId":"seoul-1","timeZone":"Nowhere"}"#).is_err());
}

#[test]
fn a_language_is_one_that_the_results_are_told_in() {
    assert_eq!(faults("language", json!("de")), ["language must be en or ko"]);
    assert_eq!(faults("language", json!(1)), ["language must be a string"]);
}

#[test]
fn numbers_have_their_ranges() {
    assert_eq!(
        faults("dormantAfterDays", json!(0)),
        ["dormantAfterDays must be a whole number from 1 to 365"]
    );
    assert_eq!(faults("dormantAfterDays", json!(366)).len(), 1);
    assert!(with("dormantAfterDays", json!(365)).is_ok());
    assert_eq!(faults("rooms", json!(0)), ["rooms must be a whole number from 1 to 1000000"]);
    let percent = "wasteTargetPercent must be a decimal from 0 to 100 with at most 3 decimals";
    for wrong in [json!(-1), json!("100.001"), json!("0.0001"), json!("ten")] {
        assert_eq!(faults("wasteTargetPercent", wrong), [percent]);
    }
    assert!(with("wasteTargetPercent", json!(100)).is_ok());
    let watts = "maxWatts.heater must be a decimal from 0 to 10000000 with at most 3 decimals";
    assert_eq!(faults("maxWatts", json!({"heater": -1})), [watts]);
}

#[test]
fn a_night_hold_is_two_different_times_of_the_wall_clock() {
    let pair = "nightHold must be a list of two times HH:MM";
    for wrong in
        [json!([]), json!(["21:00"]), json!(["21:00", "08:00", "09:00"]), json!("21:00"), json!({})]
    {
        assert_eq!(faults("nightHold", wrong), [pair]);
    }
    assert_eq!(
        faults("nightHold", json!(["21:00", "21:00"])),
        ["nightHold must not end where they begin"]
    );
    let time = "must be a time HH:MM from 00:00 to 23:59";
    for wrong in ["24:00", "25:00", "8:00", "08:60", "0800", "08:00:00", "", "-1:00", "０8:00"] {
        assert_eq!(faults("nightHold", json!(["21:00", wrong])), [format!("nightHold[1] {time}")]);
    }
    assert_eq!(
        faults("nightHold", json!([1, "25:00"])),
        ["nightHold[0] must be a string".to_owned(), format!("nightHold[1] {time}")]
    );
}

#[test]
fn what_may_run_is_said_in_three_words() {
    let word = "must be vacant, unsold or never";
    assert_eq!(faults("waste", json!({"tv": {"ON": "always"}})), [format!("waste.tv.ON {word}")]);
    assert_eq!(faults("waste", json!({"tv": {"*": "Never"}})), [format!("waste.tv.* {word}")]);
    assert_eq!(faults("waste", json!({"tv": "never"})), ["waste.tv must be an object"]);
    assert!(
        faults("waste", json!({"tv": {"on": "never"}}))[0].starts_with("waste.tv.on has a bad key")
    );
    assert!(faults("waste", json!({"*": {"ON": "never"}}))[0].starts_with("waste.* has a bad key"));
}

#[test]
fn repeating_kinds_are_a_list_of_kinds() {
    assert_eq!(faults("repeatingKinds", json!("plug")), ["repeatingKinds must be a list"]);
    let fault = &faults("repeatingKinds", json!(["plug", "a plug"]))[0];
    assert!(fault.starts_with("repeatingKinds[1] must be 1 to 64 characters"), "{fault}");
    assert_eq!(faults("repeatingKinds", json!([1])), ["repeatingKinds[0] must be a string"]);
}

fn tariff(zones: Value) -> Value {
    let mut tariff = json!({"from": "2026-01-01", "price": "1"});
    tariff["zones"] = zones;
    Value::Array(vec![tariff])
}

#[test]
fn tariffs_stand_in_the_place_of_a_price() {
    let both = with_all(json!({"pricePerKwh": 1, "tariffs": [{"from": "2026-01-01", "price": 1}]}));
    assert_eq!(told(both), ["tariffs must not stand beside pricePerKwh"]);
    let both = with_all(
        json!({"kgCo2ePerKwh": 1, "emissionFactors": [{"from": "2026-01-01", "kgCo2ePerKwh": 1}]}),
    );
    assert_eq!(told(both), ["emissionFactors must not stand beside kgCo2ePerKwh"]);
}

#[test]
fn tariffs_rise_by_date() {
    let dates = |dates: &[&str]| {
        let tariffs: Vec<_> = dates.iter().map(|from| json!({"from": from, "price": 1})).collect();
        faults("tariffs", json!(tariffs))
    };
    assert!(dates(&["2026-01-01", "2026-01-02"]).is_empty());
    let rule = "must be later than the one before it";
    assert_eq!(dates(&["2026-01-02", "2026-01-01"]), [format!("tariffs[1].from {rule}")]);
    assert_eq!(dates(&["2026-01-01", "2026-01-01"]), [format!("tariffs[1].from {rule}")]);
    assert_eq!(dates(&["2026-02-30"]), ["tariffs[0].from must be a date YYYY-MM-DD that exists"]);
    let factors = json!([{"from": "2026-01-02", "kgCo2ePerKwh": 1}, {"from": "2026-01-01", "kgCo2ePerKwh": 1}]);
    assert_eq!(faults("emissionFactors", factors), [format!("emissionFactors[1].from {rule}")]);
}

#[test]
fn the_index_of_a_tariff_is_its_place_in_the_list_even_after_a_faulty_one() {
    let tariffs = json!([{"from": "2026-01-02"}, {"from": "2026-01-03", "price": 1}, {"from": "2026-01-01", "price": 1}]);
    let told = faults("tariffs", tariffs);
    assert_eq!(
        told,
        ["tariffs[0].price is missing", "tariffs[2].from must be later than the one before it"]
    );
}

#[test]
fn a_tariff_names_its_date_and_its_price() {
    assert_eq!(
        faults("tariffs", json!([{}])),
        ["tariffs[0].from is missing", "tariffs[0].price is missing"]
    );
    assert_eq!(faults("tariffs", json!({})), ["tariffs must be a list"]);
    assert_eq!(faults("tariffs", json!([1])), ["tariffs[0] must be an object"]);
    let price = "tariffs[0].price must be a decimal from 0 to 10000000 with at most 6 decimals";
    assert_eq!(faults("tariffs", json!([{"from": "2026-01-01", "price": -1}])), [price]);
    let holiday =
        json!([{"from": "2026-01-01", "price": 1, "holidays": ["2026-01-01", "2026-13-01"]}]);
    assert_eq!(
        faults("tariffs", holiday),
        ["tariffs[0].holidays[1] must be a date YYYY-MM-DD that exists"]
    );
}

#[test]
fn hours_are_times_that_a_clock_shows_and_differ() {
    let hours = |hours: Value| faults("tariffs", tariff(json!([{"price": 1, "hours": hours}])));
    let path = "tariffs[0].zones[0].hours";
    let end = "must be a time HH:MM from 00:00 to 24:00";
    let begin = "must be a time HH:MM from 00:00 to 23:59";
    assert!(hours(json!(["00:00", "24:00"])).is_empty());
    assert_eq!(hours(json!(["22:00", "25:00"])), [format!("{path}[1] {end}")]);
    assert_eq!(hours(json!(["24:00", "08:00"])), [format!("{path}[0] {begin}")]);
    assert_eq!(hours(json!(["22:00", "24:01"])), [format!("{path}[1] {end}")]);
    assert_eq!(hours(json!(["08:00", "08:00"])), [format!("{path} must not end where they begin")]);
    assert_eq!(hours(json!(["08:00"])), [format!("{path} must be a list of two times HH:MM")]);
}

#[test]
fn days_and_months_are_known_ones_and_one_at_least() {
    let zone = |field: &str, value: Value| {
        let mut zone = json!({"price": 1});
        zone[field] = value;
        faults("tariffs", tariff(json!([zone])))
    };
    let day = "tariffs[0].zones[0].days[1] must be one of mon … sun and holiday";
    assert_eq!(zone("days", json!(["mon", "monday"])), [day]);
    assert_eq!(zone("days", json!([])), ["tariffs[0].zones[0].days must name one at least"]);
    assert_eq!(zone("days", json!("mon")), ["tariffs[0].zones[0].days must be a list"]);
    let month = "tariffs[0].zones[0].months[0] must be a whole number from 1 to 12";
    assert_eq!(zone("months", json!([0])), [month]);
    assert_eq!(zone("months", json!([13])), [month]);
    assert_eq!(zone("months", json!([])), ["tariffs[0].zones[0].months must name one at least"]);
}

#[test]
fn lists_are_limited() {
    let zones = |count: usize| tariff(json!(vec![json!({"price": 1}); count]));
    assert!(with("tariffs", zones(50)).is_ok());
    assert_eq!(
        faults("tariffs", zones(51)),
        ["tariffs[0].zones must have at most 50 entries, and has 51"]
    );
    let dates: Vec<_> =
        (1..=51).map(|year| json!({"from": format!("20{year:02}-01-01"), "price": 1})).collect();
    assert!(with("tariffs", json!(dates[..50])).is_ok());
    assert_eq!(
        faults("tariffs", json!(dates)),
        ["tariffs must have at most 50 entries, and has 51"]
    );
    let holidays = |count: usize| json!([{"from": "2026-01-01", "price": 1, "holidays": vec!["2026-10-03"; count]}]);
    assert!(with("tariffs", holidays(400)).is_ok());
    assert_eq!(faults("tariffs", holidays(401)).len(), 1);
}

#[test]
fn texts_have_no_control_and_no_bidirectional_control_characters() {
    let rule = "must have no control and no bidirectional control characters";
    for character in [
        '\n', '\0', '\u{7f}', '\u{85}', '\u{200e}', '\u{200f}', '\u{061c}', '\u{202e}', '\u{2066}',
        '\u{2069}',
    ] {
        let text = format!("Hotel {character}");
        assert_eq!(faults("name", json!(text)), [format!("name {rule}")]);
        assert_eq!(
            faults("emissionFactorSource", json!(text)),
            [format!("emissionFactorSource {rule}")]
        );
        let factor = json!([{"from": "2026-01-01", "kgCo2ePerKwh": 1, "source": text}]);
        assert_eq!(
            faults("emissionFactors", factor),
            [format!("emissionFactors[0].source {rule}")]
        );
    }
    assert!(with("name", json!("호텔 ‘Zur Post’ – Ω 🏨")).is_ok());
    assert_eq!(faults("emissionFactorSource", json!("x".repeat(201))).len(), 1);
}

#[test]
fn a_stored_profile_of_before_that_rule_is_read_without_such_characters() {
    let stored = r#"{"hotelId":"..","timeZone":"UTC","name":"Zur\u0000 \u202ePost\n",
        "emissionFactorSource":"\u0007UBA 2024"}"#;
    assert_eq!(Profile::parse(stored).unwrap_err().fields.len(), 3);
    let profile = Profile::parse_stored(stored).unwrap();
    assert_eq!(profile.hotel_id.as_str(), "..");
    assert_eq!(profile.name.as_deref(), Some("Zur Post"));
    assert_eq!(profile.emission_factor_source.as_deref(), Some("UBA 2024"));
}

#[test]
fn faults_are_few_and_short_however_bad_the_profile_is() {
    let long = "x".repeat(200_000);
    let ratings: serde_json::Map<_, _> = (0..5_000)
        .map(|n| (format!("{long}{n}")[199_990..].to_owned(), json!({"on": -1})))
        .collect();
    let error = with_all(json!({"ratings": ratings, &long: 1})).unwrap_err();
    assert_eq!((error.fields.len(), error.more), (20, 4_981));
    assert!(error.to_string().ends_with("; and 4981 more faults"));
    // A key that broke its rule is told without its value, and cut short.
    let error = with("ratings", json!({&long: {"on": -1}})).unwrap_err();
    assert_eq!(error.fields.len(), 1);
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("ratings.{}… has a bad key", "x".repeat(40))), "{shown}");
    assert!(shown.len() < 250);
}

#[test]
fn what_is_quoted_of_a_key_shows_what_is_wrong_with_it() {
    let error = with("ratings", json!({"li\nght\u{202e}": {"ON": 1}})).unwrap_err();
    assert_eq!(error.fields[0].field, "ratings.li\\u{a}ght\\u{202e}");
}
