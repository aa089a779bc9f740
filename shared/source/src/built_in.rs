//! The sources that are built in, one a publisher: the documents of the folder `sources`.

/// A source that is compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// The document.
    pub text: &'static str,
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        &[$(BuiltIn {
            name: $name,
            text: include_str!(concat!("../../../sources/", $name, ".json")),
        }),*]
    };
}

/// All of them, by name.
pub const ALL: &[BuiltIn] = built_in![
    "aws-iot-shadow",
    "cloudbeds",
    "csv-log",
    "fias",
    "home-assistant",
    "home-assistant-history",
    "knx-mqtt",
    "oracle-ohip",
    "shelly-gen2",
    "smartthings",
    "tasmota",
    "the-things-stack",
    "tuya",
    "zigbee2mqtt",
];

/// The document of a built-in source.
pub fn find(name: &str) -> Option<&'static str> {
    ALL.iter().find(|source| source.name == name).map(|source| source.text)
}
