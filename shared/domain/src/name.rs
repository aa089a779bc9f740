//! Names that come from outside: ids of hotels, rooms and devices, kinds, states.
//!
//! A value of one of these types has passed its rule; nothing behind the edge checks again. The
//! characters allowed leave out `/` and `#`, which is why names can be joined into stored keys.

use std::fmt;

use smol_str::SmolStr;

/// A name broke its rule. `Display` says which field and which rule, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {rule}")]
pub struct InvalidName {
    field: &'static str,
    rule: &'static str,
}

impl InvalidName {
    /// The field's name as publishers write it.
    pub fn field(&self) -> &'static str {
        self.field
    }
}

const ID_RULE: &str = "1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
const STATE_RULE: &str = "1 to 32 characters of A-Z 0-9 _ -";

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// No URL can carry `.` and `..`: both are steps of its path.
fn is_step_of_a_path(text: &str) -> bool {
    matches!(text, "." | "..")
}

fn is_state_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, $field:literal, $longest:literal, $allowed:path, $rule:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// Checks the rule of the field.
            ///
            /// # Errors
            /// [`InvalidName`] when the text is empty, too long, has a character outside the rule, or
            /// is a step of a path.
            pub fn new(text: &str) -> Result<Self, InvalidName> {
                Self::kept(text).and_then(|name| {
                    let fits = name.fits_a_path();
                    if fits { Ok(name) } else { Err(InvalidName { field: $field, rule: $rule }) }
                })
            }

            /// What a table may hold from when a step of a path was taken as well.
            ///
            /// # Errors
            /// [`InvalidName`] when the text is empty, too long, or has a character outside the rule.
            pub fn kept(text: &str) -> Result<Self, InvalidName> {
                if (1..=$longest).contains(&text.len()) && text.bytes().all($allowed) {
                    Ok(Self(SmolStr::new(text)))
                } else {
                    Err(InvalidName { field: $field, rule: $rule })
                }
            }

            /// Whether a URL can carry it as a part of its path.
            pub fn fits_a_path(&self) -> bool {
                !is_step_of_a_path(&self.0)
            }

            /// The text as it came.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }
    )*};
}

names! {
    /// A property.
    HotelId, "hotelId", 64, is_id_byte, ID_RULE;
    /// A room, unique in its hotel.
    RoomId, "roomId", 64, is_id_byte, ID_RULE;
    /// A device or presence sensor of a room. The same id under two kinds is two devices.
    DeviceId, "deviceId", 64, is_id_byte, ID_RULE;
    /// What sort of device: `light`, `thermostat` … The kind `presence` marks a sensor.
    DeviceKind, "deviceKind", 64, is_id_byte, ID_RULE;
    /// A state that a signal can be in: `ON`, `COOL`, `VACANT`, `CHECKED_IN` …
    State, "state", 32, is_state_byte, STATE_RULE;
    /// A source, by which a publisher's messages are read.
    SourceName, "source", 64, is_id_byte, ID_RULE;
}

impl State {
    /// Idle state of a device.
    pub const OFF: State = State(SmolStr::new_static("OFF"));
    /// A presence sensor sees somebody.
    pub const OCCUPIED: State = State(SmolStr::new_static("OCCUPIED"));
    /// A presence sensor sees nobody: its idle state.
    pub const VACANT: State = State(SmolStr::new_static("VACANT"));
    /// The room is sold and the guest has arrived.
    pub const CHECKED_IN: State = State(SmolStr::new_static("CHECKED_IN"));
    /// The room is not sold: the idle state of a stay.
    pub const CHECKED_OUT: State = State(SmolStr::new_static("CHECKED_OUT"));
}

impl DeviceKind {
    /// The kind by which a presence sensor is told from a device.
    pub const PRESENCE: &'static str = "presence";
    /// The kind of a meter: it measures a room or a circuit, and has readings only (rule 22).
    pub const METER: &'static str = "meter";

    /// The kind as it is kept: `presence` and `meter` are spelled small, however a publisher writes
    /// them. Every other kind is as it came.
    #[must_use]
    pub fn spelled_small(self) -> Self {
        let known = [Self::PRESENCE, Self::METER];
        match known.into_iter().find(|known| self.as_str().eq_ignore_ascii_case(known)) {
            Some(known) => Self(SmolStr::new_static(known)),
            None => self,
        }
    }

    /// Whether the kind is that of a meter.
    pub fn is_meter(&self) -> bool {
        self.as_str() == Self::METER
    }
}
