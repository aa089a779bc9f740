//! Every built-in source turns its samples into the events beside them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use roomwatt_domain::{BusinessCalendar, HotelId};
use roomwatt_source::{Hotel, Message, Outcome, Register, Source, built_in};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sources")
}

/// The events of all messages, as JSON.
fn events(source: &Source, messages: &[Message<'_>], register: &Register) -> Vec<Value> {
    let (id, calendar) =
        (HotelId::new("lakeside-1").unwrap(), BusinessCalendar::new("Europe/Vienna").unwrap());
    let hotel = Hotel { id: &id, calendar: &calendar, register: Some(register) };
    let mut events = Vec::new();
    for message in messages {
        source.read(message, &hotel, &mut |turn| match turn.outcome {
            Outcome::Event(event) => events.push(serde_json::to_value(event).unwrap()),
            // Clocks that are not set are among the samples; nothing else is to be refused.
            Outcome::Refused(refusal) => {
                assert_eq!(refusal.reason.as_str(), "no-clock", "{refusal}");
            }
            Outcome::Ignored(_) => {}
        });
    }
    events
}

fn of_table(table: &[csv::StringRecord]) -> Vec<Message<'_>> {
    table[1..].iter().map(|row| Message::of_row(&table[0], row)).collect()
}

#[test]
fn every_sample_becomes_the_events_beside_it() {
    for built_in in built_in::ALL {
        let name = built_in.name;
        let source = Source::parse(built_in.text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(source.name(), name);
        assert!(source.about().is_some(), "{name} says what it reads");
        let samples = folder().join("samples").join(name);
        let read = |file: &str| fs::read_to_string(samples.join(file)).unwrap();
        let register = Register::from_csv(&read("devices.csv")).unwrap();
        let expected: Vec<Value> = read("expected.ndjson")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(!expected.is_empty());
        let came = if samples.join("messages.csv").exists() {
            let text = read("messages.csv");
            let mut table =
                csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let table: Vec<_> = table.records().map(Result::unwrap).collect();
            events(&source, &of_table(&table), &register)
        } else {
            let text = read("messages.ndjson");
            let messages: Vec<_> = text.lines().map(|line| Message::parse(line).unwrap()).collect();
            events(&source, &messages, &register)
        };
        assert_eq!(came, expected, "{name}");
    }
}

#[test]
fn every_document_of_the_folder_is_built_in() {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let documents: BTreeSet<_> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "schema")
        .collect();
    let built_in: Vec<_> = built_in::ALL.iter().map(|source| source.name.to_owned()).collect();
    assert_eq!(documents.into_iter().collect::<Vec<_>>(), built_in);
    assert!(built_in::find("fias").is_some() && built_in::find("fax").is_none());
}
