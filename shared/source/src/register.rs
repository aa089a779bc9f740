//! A hotel's register: which room, device and kind an external id is.
//!
//! Rows of one external id never overlap in time, so an id and an instant lead to one row at most.
//! A register is replaced as a whole; nothing in it is changed.

use std::collections::HashMap;
use std::fmt;

use roomwatt_domain::{
    BusinessCalendar, BusinessDate, Device, DeviceId, DeviceKind, Instant, RoomId,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::form::Object;
use crate::table::LineCount;

/// Rows of a register, at most.
pub const MOST_ROWS: usize = 20_000;

/// Characters of an external id, at most.
const LONGEST_EXTERNAL: usize = 256;

/// Faults that are told at once.
const MOST_FAULTS: usize = 20;

const COLUMNS: [&str; 6] = ["external", "room", "device", "kind", "from", "until"];

/// What an external id is, from one date to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the publisher calls it.
    pub external: Box<str>,
    /// The room.
    pub room: RoomId,
    /// The device or presence sensor in that room; `None`: the room itself, for stays.
    pub device: Option<Device>,
    /// The first date, in the hotel's zone.
    pub from: Option<BusinessDate>,
    /// The first date no more.
    pub until: Option<BusinessDate>,
}

/// The devices and rooms of one hotel, by what publishers call them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    rows: Vec<Row>,
    by_external: HashMap<Box<str>, Vec<usize>>,
}

/// What is wrong with a register: at most 20 things of it, each with its row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidRegister(pub Vec<String>);

impl fmt::Display for InvalidRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl InvalidRegister {
    fn whole(why: impl Into<String>) -> Self {
        Self(vec![why.into()])
    }
}

impl Register {
    /// Reads `{"devices":[…]}`.
    ///
    /// # Errors
    /// [`InvalidRegister`] when the text has another form, or a row breaks a rule.
    pub fn from_json(text: &str) -> Result<Self, InvalidRegister> {
        let document: Document = crate::form::read(without_mark(text)).map_err(|fault| {
            let place = row_of(&fault.member);
            InvalidRegister::whole(format!("{place}{}", fault.why))
        })?;
        let places = 1..;
        Self::new(
            places
                .map(|place| format!("row {place}"))
                .zip(document.devices.into_iter().map(|Object(row)| row)),
        )
    }

    /// Reads a table with the columns `external,room,device,kind[,from,until]`.
    ///
    /// # Errors
    /// [`InvalidRegister`] when a column is missing or unknown, or a row breaks a rule.
    pub fn from_csv(text: &str) -> Result<Self, InvalidRegister> {
        let text = without_mark(text);
        let mut table = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let header = table.headers().map_err(|error| InvalidRegister::whole(error.to_string()))?;
        let columns = columns(header)?;
        let (mut rows, mut lines) = (Vec::new(), LineCount::new(text));
        for (place, record) in table.records().enumerate() {
            let place = format!("row {}", place + 1);
            let record =
                record.map_err(|error| InvalidRegister::whole(format!("{place}: {error}")))?;
            let line = lines.line_of(record.position().map_or(0, csv::Position::byte));
            let place = format!("{place} (line {line})");
            if record.len() > columns.len() {
                let (have, columns) = (record.len(), columns.len());
                let why = format!("{place}: has {have} fields, and there are {columns} columns");
                return Err(InvalidRegister::whole(why));
            }
            let field = |column: &str| {
                let at = columns.iter().position(|known| *known == column)?;
                record.get(at).map(ToOwned::to_owned)
            };
            rows.push((
                place,
                Written {
                    external: field("external").unwrap_or_default(),
                    room: field("room").unwrap_or_default(),
                    device: field("device"),
                    kind: field("kind"),
                    from: field("from"),
                    until: field("until"),
                },
            ));
            if rows.len() > MOST_ROWS {
                break;
            }
        }
        Self::new(rows)
    }

    fn new(written: impl IntoIterator<Item = (String, Written)>) -> Result<Self, InvalidRegister> {
        let (mut register, mut places, mut faults) = (Self::default(), Vec::new(), Vec::new());
        for (place, row) in written {
            if places.len() == MOST_ROWS {
                return Err(InvalidRegister::whole(format!("has more than {MOST_ROWS} rows")));
            }
            match row.check().and_then(|row| register.add(row, &places)) {
                Ok(()) => places.push(place),
                Err(why) => {
                    faults.push(format!("{place}: {why}"));
                    if faults.len() == MOST_FAULTS {
                        break;
                    }
                }
            }
        }
        if faults.is_empty() { Ok(register) } else { Err(InvalidRegister(faults)) }
    }

    fn add(&mut self, row: Row, places: &[String]) -> Result<(), String> {
        let others = self.by_external.entry(row.external.clone()).or_default();
        if let Some(other) = others.iter().find(|other| self.rows[**other].overlaps(&row)) {
            let (external, place) = (&row.external, &places[*other]);
            return Err(format!("{external} is {place} already at that time"));
        }
        others.push(self.rows.len());
        self.rows.push(row);
        Ok(())
    }

    /// The rows, in the order in which they were written.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether the id is there at any time.
    pub fn has(&self, external: &str) -> bool {
        self.by_external.contains_key(external)
    }

    /// What an external id was at an instant.
    pub fn find(&self, external: &str, at: Instant, calendar: &BusinessCalendar) -> Option<&Row> {
        let rows = self.by_external.get(external)?.iter().map(|place| &self.rows[*place]);
        let mut date = None;
        rows.into_iter().find(|row| {
            let always = row.from.is_none() && row.until.is_none();
            always || row.holds_on(*date.get_or_insert_with(|| calendar.day_of(at).date))
        })
    }

    /// As a table with all columns, as [`Register::from_csv`] reads it.
    pub fn to_csv(&self) -> String {
        let mut table = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail.
        let _ = table.write_record(COLUMNS);
        for row in &self.rows {
            let date =
                |date: Option<BusinessDate>| date.map(|date| date.to_string()).unwrap_or_default();
            let (device, kind) = match &row.device {
                Some(device) => (device.id.as_str(), device.kind.as_str()),
                None => ("", ""),
            };
            let (from, until) = (date(row.from), date(row.until));
            let _ =
                table.write_record([&row.external, row.room.as_str(), device, kind, &from, &until]);
        }
        let table = table.into_inner().unwrap_or_default();
        String::from_utf8(table).unwrap_or_default()
    }
}

/// `{"devices":[…]}`, as [`Register::from_json`] reads it.
impl Serialize for Register {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document<'a> {
            devices: &'a [Row],
        }
        Document { devices: &self.rows }.serialize(serializer)
    }
}

/// As it is written in a register; what is empty is left out.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let date = |date: Option<BusinessDate>| date.map(|date| date.to_string());
        Written {
            external: self.external.to_string(),
            room: self.room.to_string(),
            device: self.device.as_ref().map(|device| device.id.to_string()),
            kind: self.device.as_ref().map(|device| device.kind.to_string()),
            from: date(self.from),
            until: date(self.until),
        }
        .serialize(serializer)
    }
}

impl Row {
    fn holds_on(&self, date: BusinessDate) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date < until)
    }

    fn overlaps(&self, other: &Row) -> bool {
        let begins_before = |from: Option<BusinessDate>, until: Option<BusinessDate>| {
            from.zip(until).is_none_or(|(from, until)| from < until)
        };
        begins_before(self.from, other.until) && begins_before(other.from, self.until)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    devices: Vec<Object<Written>>,
}

/// A row as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    external: String,
    room: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

impl Written {
    fn check(self) -> Result<Row, String> {
        let characters = self.external.chars().count();
        if characters == 0
            || characters > LONGEST_EXTERNAL
            || self.external.contains(char::is_control)
        {
            return Err(format!("external must be 1 to {LONGEST_EXTERNAL} printable characters"));
        }
        let room =
            RoomId::new(&self.room).map_err(|error| error.to_string().replace("roomId", "room"))?;
        let device = device(self.device.as_deref(), self.kind.as_deref())?;
        let (from, until) = (date("from", self.from)?, date("until", self.until)?);
        if from.zip(until).is_some_and(|(from, until)| from >= until) {
            return Err("until must be after from: it is the first date no more".to_owned());
        }
        Ok(Row { external: self.external.into(), room, device, from, until })
    }
}

fn device(id: Option<&str>, kind: Option<&str>) -> Result<Option<Device>, String> {
    let (id, kind) = (id.unwrap_or_default(), kind.unwrap_or_default());
    match (id.is_empty(), kind.is_empty()) {
        (true, true) => return Ok(None),
        (true, false) => return Err("device is missing, as there is a kind".to_owned()),
        (false, true) => return Err("kind is missing, as there is a device".to_owned()),
        (false, false) => {}
    }
    let id = DeviceId::new(id).map_err(|error| error.to_string().replace("deviceId", "device"))?;
    let kind =
        DeviceKind::new(kind).map_err(|error| error.to_string().replace("deviceKind", "kind"))?;
    let spelled = kind.clone().spelled_small();
    if spelled != kind {
        return Err(format!("kind {kind} is spelled {spelled}"));
    }
    Ok(Some(Device { id, kind }))
}

fn date(member: &str, text: Option<String>) -> Result<Option<BusinessDate>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    BusinessDate::parse(&text).map(Some).map_err(|error| format!("{member} {error}"))
}

/// The header's columns, in any order.
fn columns(header: &csv::StringRecord) -> Result<Vec<&'static str>, InvalidRegister> {
    let mut columns = Vec::new();
    for name in header {
        let Some(column) = COLUMNS.iter().find(|column| **column == name) else {
            let hint = if name.contains(';') { "; columns are separated by commas" } else { "" };
            return Err(InvalidRegister::whole(format!(
                "column {name:?} is none of {}{hint}",
                COLUMNS.join(", ")
            )));
        };
        if columns.contains(column) {
            return Err(InvalidRegister::whole(format!("column {column} is there twice")));
        }
        columns.push(*column);
    }
    for needed in &COLUMNS[..4] {
        if !columns.contains(needed) {
            return Err(InvalidRegister::whole(format!(
                "column {needed} is missing: the first line names {}",
                COLUMNS.join(", ")
            )));
        }
    }
    Ok(columns)
}

/// The text without the mark that some programs begin a file with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// `devices[2].kind` is the kind of row 3.
fn row_of(member: &str) -> String {
    let Some(rest) = member.strip_prefix("devices[") else {
        return if member.is_empty() { String::new() } else { format!("{member}: ") };
    };
    let (place, rest) = rest.split_once(']').unwrap_or((rest, ""));
    let row =
        place.parse::<usize>().map_or_else(|_| place.to_owned(), |place| (place + 1).to_string());
    match rest.strip_prefix('.') {
        Some(member) => format!("row {row}: {member}: "),
        None => format!("row {row}: "),
    }
}
