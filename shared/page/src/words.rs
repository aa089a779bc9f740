//! What people call device kinds and states. Those that are not usual keep the publisher's name.

use roomwatt_domain::{Device, DeviceKind, State};

use crate::language::Language;

const KINDS: [(&str, &str, &str); 14] = [
    ("light", "light", "조명"),
    ("thermostat", "thermostat", "온도조절기"),
    ("tv", "TV", "TV"),
    ("minibar", "minibar", "미니바"),
    ("fan", "fan", "환풍기"),
    ("heater", "heater", "난방기"),
    ("aircon", "air conditioner", "에어컨"),
    ("socket", "socket", "콘센트"),
    ("plug", "plug", "콘센트"),
    ("curtain", "curtain", "커튼"),
    ("dehumidifier", "dehumidifier", "제습기"),
    ("kettle", "kettle", "전기포트"),
    ("presence", "motion sensor", "재실 센서"),
    ("meter", "meter", "계량기"),
];

const STATES: [(&str, &str, &str); 14] = [
    ("ON", "on", "켜짐"),
    ("OFF", "off", "꺼짐"),
    ("HEAT", "heating", "난방"),
    ("COOL", "cooling", "냉방"),
    ("FAN", "fan", "송풍"),
    ("DRY", "drying", "제습"),
    ("AUTO", "automatic", "자동"),
    ("ECO", "economy", "절전"),
    ("STANDBY", "standby", "대기"),
    ("DIM", "dimmed", "조광"),
    ("OCCUPIED", "somebody there", "재실"),
    ("VACANT", "nobody there", "부재"),
    ("CHECKED_IN", "checked in", "체크인"),
    ("CHECKED_OUT", "checked out", "체크아웃"),
];

/// Why events are refused.
const REFUSED: [(&str, &str, &str); 7] = [
    ("future", "dated more than five minutes ahead", "5분 넘게 미래 시각"),
    ("expired", "older than the history that is kept", "보관 기간이 지난 시각"),
    ("no-clock", "dated before 2000, by a clock that is not set", "2000년 이전 시각(시계 미설정)"),
    ("room-day-full", "beyond what a room’s day can hold", "객실 하루 한도 초과"),
    ("unregistered", "of devices that the register does not have", "등록되지 않은 기기"),
    ("unknown-source", "of an unknown source", "알 수 없는 소스"),
    ("malformed", "that could not be read", "읽을 수 없는 형식"),
];

fn named<'a>(
    names: &[(&str, &'static str, &'static str)],
    name: &'a str,
    in_: Language,
) -> &'a str {
    let known = names.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    known.map_or(name, |(_, english, korean)| in_.say(english, korean))
}

/// A kind of device.
pub(crate) fn kind(language: Language, kind: &DeviceKind) -> &str {
    named(&KINDS, kind.as_str(), language)
}

/// A state.
pub(crate) fn state(language: Language, state: &State) -> &str {
    named(&STATES, state.as_str(), language)
}

/// Why an event was refused.
pub(crate) fn refused(language: Language, reason: &str) -> &str {
    named(&REFUSED, reason, language)
}

/// A device by its kind and id: `light lamp-1`.
pub(crate) fn device(language: Language, device: &Device) -> String {
    format!("{} {}", kind(language, &device.kind), device.id)
}
