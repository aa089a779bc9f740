//! A month of Home Assistant's history replays into the reports of the same facts in Roomwatt's own
//! shape.

#[cfg(test)]
mod folder;

#[cfg(test)]
mod home_assistant {
    use std::fmt::Write;
    use std::process::Command;

    use jiff::Timestamp;
    use serde_json::{Value, json};

    use crate::folder::Folder;

    const ROOMS: [u32; 3] = [101, 102, 103];
    const HOURS: i64 = 30 * 24;

    /// What Home Assistant's entities are.
    const ENTITIES: [(&str, &str, &str, &str); 5] = [
        ("light.room_{}_bed", "lamp-bed", "light", "state"),
        ("climate.room_{}", "fcu", "thermostat", "state"),
        ("binary_sensor.room_{}_motion", "pir-1", "presence", "state"),
        ("sensor.room_{}_minibar_energy", "minibar", "minibar", "counterWh"),
        ("sensor.room_{}_circuit_power", "circuit", "meter", "powerW"),
    ];

    /// The history page's export of a month, the register, and the same facts as events.
    struct Month {
        history: String,
        devices: String,
        events: String,
    }

    /// The export goes from entity to entity, each in order of time, and has a line for each time that
    /// an entity was not there.
    fn month() -> Month {
        let mut random = fastrand::Rng::with_seed(7);
        let start = "2026-10-01T00:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let mut month = Month {
            history: "entity_id,state,last_changed\n".to_owned(),
            devices: "external,room,device,kind\n".to_owned(),
            events: String::new(),
        };
        for room in ROOMS {
            for (entity, device, kind, field) in ENTITIES {
                let entity = entity.replace("{}", &room.to_string());
                writeln!(month.devices, "{entity},{room},{device},{kind}").unwrap();
                let mut counter = 87_000_u32;
                for hour in 0..HOURS {
                    let at = start + hour * 3_600_000 + random.i64(0..3_600_000);
                    let at = Timestamp::from_millisecond(at).unwrap();
                    let at = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
                    counter += random.u32(0..300);
                    let (shown, fact) = match kind {
                        "light" if random.bool() => ("on".to_owned(), "ON".to_owned()),
                        "thermostat" if random.bool() => ("cool".to_owned(), "COOL".to_owned()),
                        "light" | "thermostat" => ("off".to_owned(), "OFF".to_owned()),
                        "presence" if random.bool() => ("on".to_owned(), "OCCUPIED".to_owned()),
                        "presence" => ("off".to_owned(), "VACANT".to_owned()),
                        // In kWh there, in Wh here.
                        "minibar" => (
                            format!("{}.{:03}", counter / 1000, counter % 1000),
                            counter.to_string(),
                        ),
                        _ => (format!("{}.5", counter % 1000), format!("{}.5", counter % 1000)),
                    };
                    if random.u32(..10) == 0 {
                        writeln!(month.history, "{entity},unavailable,{at}").unwrap();
                        continue;
                    }
                    writeln!(month.history, "{entity},{shown},{at}").unwrap();
                    let mut event = json!({
                        "eventId": "e", "hotelId": "h1", "roomId": room.to_string(),
                        "deviceId": device, "deviceKind": kind, "occurredAt": at,
                    });
                    event[field] = fact.into();
                    writeln!(month.events, "{event}").unwrap();
                }
            }
            // The export also holds what the register does not have.
            writeln!(month.history, "sun.sun,above_horizon,2026-10-05T06:00:00.000Z").unwrap();
            writeln!(month.history, "light.lobby_{room},on,2026-10-05T06:00:00.000Z").unwrap();
        }
        month
    }

    const HOTEL: &str = r#"{"hotelId":"h1","timeZone":"Europe/Vienna","pricePerKwh":"0.2",
        "vacancyDelayMinutes":10,"ratings":{"light":{"ON":12},"thermostat":{"COOL":900}}}"#;

    const REPORTS: &str = "reports.ndjson";

    /// A replay that writes its reports into the folder.
    fn replay(folder: &Folder, events: &str, more: &[&str]) {
        let hotels = folder.file("hotels.json", HOTEL);
        let out = folder.path(REPORTS);
        let output = Command::new(env!("CARGO_BIN_EXE_roomwatt"))
            .args(["replay", "--hotels", &hotels, "--events", events, "--out", &out])
            .args(more)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
    }

    #[test]
    fn a_month_of_history_replays_into_the_reports_of_its_facts() {
        let (month, folder) = (month(), Folder::of("month"));
        let history = folder.file("history.csv", month.history);
        let devices = folder.file("devices.csv", month.devices);
        let events = folder.file("events.ndjson", month.events);
        replay(&folder, &events, &[]);
        let facts = folder.figures(REPORTS);
        // The days of the zone, two hours ahead: one more.
        assert_eq!(facts.len(), ROOMS.len() * 31);
        let source = ["--source", "home-assistant-history", "--devices", &devices, "--hotel", "h1"];
        for mixed in [&[][..], &["--shuffle", "5", "--duplicate", "50"]] {
            replay(&folder, &history, &[&source[..], mixed].concat());
            let read = folder.figures(REPORTS);
            assert_eq!(read.len(), facts.len());
            for (read, fact) in read.iter().zip(&facts) {
                assert_eq!(read, fact, "{mixed:?}");
            }
        }
    }

    #[test]
    fn a_row_that_is_none_holds_up_no_other() {
        let folder = Folder::of("rows");
        let history = "entity_id,state,last_changed\n\
                       light.room_101_bed,on,2026-10-01T08:00:00Z\n\
                       light.room_101_bed,off\n\
                       light.room_101_bed,off,2026-10-01T09:00:00Z,x\n\
                       light.room_101_bed,off,2026-10-01T10:00:00Z\n";
        let devices = "external,room,device,kind\nlight.room_101_bed,101,lamp-bed,light\n";
        let history = folder.file("history.csv", history);
        let devices = folder.file("devices.csv", devices);
        let rejected = folder.path("rejected.ndjson");
        let source = ["--source", "home-assistant-history", "--devices", &devices, "--hotel", "h1"];
        replay(&folder, &history, &[&source[..], &["--rejected", &rejected]].concat());
        let reports = folder.text(REPORTS);
        assert!(reports.contains(r#""durationMs":7200000"#), "{reports}");
        let rejected = folder.text("rejected.ndjson");
        let lines: Vec<Value> =
            rejected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> =
            lines.iter().map(|line| (line["line"].as_u64(), line["reason"].as_str())).collect();
        assert_eq!(told, [(Some(3), Some("malformed")), (Some(4), Some("malformed"))]);
    }
}
