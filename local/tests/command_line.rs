//! The `roomwatt` command: bad arguments and files are one line on standard error and status 2;
//! refused events are counted, and no fault of the run.

#[cfg(test)]
mod folder;

#[cfg(test)]
mod command_line {
    use std::fs::{self, File};
    use std::io::Write;
    use std::path::Path;
    use std::process::{Command, Output, Stdio};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use serde_json::{Value, json};

    use crate::folder::Folder;

    fn roomwatt(arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        command.args(arguments).env_remove("RUST_LOG").output().unwrap()
    }

    fn replay(hotels: &str, events: &str, more: &[&str]) -> Output {
        roomwatt(&[&["replay", "--hotels", hotels, "--events", events], more].concat())
    }

    /// Status 2, nothing on standard output, and one line on standard error.
    fn refused(output: &Output) -> String {
        let said = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
        let line = said.strip_suffix('\n').unwrap();
        assert!(!line.contains(['\n', '\r']), "{said}");
        line.to_owned()
    }

    /// Status 0 and nothing on standard error.
    fn done(output: &Output) -> String {
        ended(output, 0)
    }

    /// The status, and nothing on standard error.
    fn ended(output: &Output, status: i32) -> String {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(status));
        String::from_utf8(output.stdout.clone()).unwrap()
    }

    fn hotel() -> Value {
        json!({
            "hotelId": "lakeside-1",
            "timeZone": "Europe/Vienna",
            "currency": "EUR",
            "pricePerKwh": "0.25",
            "ratings": {"light": {"ON": 12}, "tv": {"ON": "110.5"}},
        })
    }

    fn hotels(hotel: &Value) -> String {
        json!([hotel]).to_string()
    }

    fn device(room: &str, device: &str, kind: &str, state: &str, at: &str) -> String {
        json!({
            "eventId": "e", "hotelId": "lakeside-1", "roomId": room, "deviceId": device,
            "deviceKind": kind, "state": state, "occurredAt": at,
        })
        .to_string()
    }

    fn lamp(room: &str, state: &str, at: &str) -> String {
        device(room, "lamp-1", "light", state, at)
    }

    /// Two days of two rooms: four hours of light and two of television.
    fn two_days() -> Vec<String> {
        vec![
            lamp("203", "ON", "2026-11-20T18:00:00+01:00"),
            lamp("203", "OFF", "2026-11-20T20:00:00+01:00"),
            lamp("204", "ON", "2026-11-21T07:00:00+01:00"),
            device("203", "tv", "tv", "ON", "2026-11-21T08:00:00+01:00"),
            lamp("204", "OFF", "2026-11-21T09:00:00+01:00"),
            device("203", "tv", "tv", "OFF", "2026-11-21T10:00:00+01:00"),
        ]
    }

    fn gzipped(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    /// A folder with good profiles and good events, and the names of their files.
    fn prepared(test: &str) -> (Folder, String, String) {
        let folder = Folder::of(test);
        let profiles = folder.file("hotels.json", hotels(&hotel()));
        let events = folder.file("events.ndjson", two_days().join("\n"));
        (folder, profiles, events)
    }

    #[test]
    fn arguments_that_are_missing_or_wrong_are_named() {
        let (folder, profiles, events) = prepared("arguments");
        let missing = "error: the following required arguments were not provided:";
        for (arguments, expected) in [
            (&["replay"][..], format!("{missing} --hotels <FILE> --events <FILE>")),
            (&["replay", "--hotels", &profiles], format!("{missing} --events <FILE>")),
            (&["report"], format!("{missing} --data <DIR> --hotel <HOTEL>")),
            (&["repaly"], "error: unrecognized subcommand 'repaly'".to_owned()),
            (&["replay", "--out"], "'--out <FILE>' but none was supplied".to_owned()),
            (&["replay", "--loud"], "unexpected argument '--loud'".to_owned()),
            (
                &["report", "--data", &folder.path("."), "--hotel", "lake side"],
                "hotelId must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone"
                    .to_owned(),
            ),
        ] {
            let line = refused(&roomwatt(arguments));
            assert!(line.contains(&expected), "{arguments:?}: {line}");
        }
        for (option, value, expected) in [
            ("--until", "tomorrow", "'tomorrow' for '--until <DATE>'"),
            ("--until", "2026-11-31", "'2026-11-31' for '--until <DATE>'"),
            ("--until", "20.11.2026", "'20.11.2026' for '--until <DATE>'"),
            ("--duplicate", "101", "101 is not in 0..=100"),
            ("--duplicate", "many", "'many' for '--duplicate <PERCENT>'"),
            ("--shuffle", "-1", "'-1'"),
            ("--shuffle", "dice", "'dice' for '--shuffle <SEED>'"),
        ] {
            let line = refused(&replay(&profiles, &events, &[option, value]));
            assert!(line.contains(expected), "{option} {value}: {line}");
        }
    }

    #[test]
    fn help_and_version_are_no_fault() {
        assert!(done(&roomwatt(&["--help"])).contains("replay"));
        assert!(done(&roomwatt(&["replay", "--help"])).contains("--duplicate"));
        assert!(done(&roomwatt(&["--version"])).starts_with("roomwatt "));
    }

    #[test]
    fn a_profile_that_breaks_a_rule_is_named_with_its_field() {
        let (folder, _, events) = prepared("profiles");
        let with = |field: &str, value: Value| {
            let mut hotel = hotel();
            hotel[field] = value;
            hotels(&hotel)
        };
        let twice = json!([hotel(), hotel()]).to_string();
        for (profiles, expected) in [
            (with("timeZone", json!("Europe/Atlantis")), "profile 1: timeZone "),
            (with("timeZone", json!(null)), "profile 1: timeZone is missing"),
            (with("hotelId", json!("lake side")), "profile 1: hotelId must be 1 to 64"),
            (with("ratings", json!({"light": {"ON": -12}})), "profile 1: ratings.light.ON "),
            (with("ratings", json!({"light": {"ON": "12.0005"}})), "profile 1: ratings.light.ON "),
            (with("pricePerKwh", json!("-0.25")), "profile 1: pricePerKwh "),
            (with("pricePerKwh", json!("0.1234567")), "profile 1: pricePerKwh "),
            (with("kgCo2ePerKwh", json!("lots")), "profile 1: kgCo2ePerKwh "),
            (with("vacancyDelayMinutes", json!(241)), "vacancyDelayMinutes must be a whole number"),
            (with("confirmWithinHours", json!({"light": 0})), "confirmWithinHours.light must be"),
            (with("ratings", json!({"light\nbulb!": {}})), "profile 1: ratings.light"),
            (twice, "hotel lakeside-1 is there twice"),
            ("[{]".to_owned(), "not JSON: "),
            (String::new(), "not JSON: "),
            ("7".to_owned(), "profile 1: a profile must be a JSON object"),
        ] {
            let file = folder.file("hotels.json", &profiles);
            let line = refused(&replay(&file, &events, &[]));
            assert!(line.starts_with(&format!("error: {file}: ")), "{line}");
            assert!(line.contains(expected), "{profiles}: {line}");
        }
    }

    #[test]
    fn files_that_cannot_be_read_are_named() {
        let (folder, profiles, events) = prepared("unreadable");
        let nowhere = folder.path("nowhere");
        let line = refused(&replay(&nowhere, &events, &[]));
        assert!(line.starts_with(&format!("error: {nowhere}: No such file")), "{line}");
        let line = refused(&replay(&profiles, &nowhere, &[]));
        assert!(line.starts_with(&format!("error: {nowhere}: No such file")), "{line}");
        let line = refused(&replay(&profiles, &folder.path("."), &[]));
        assert!(line.contains("Is a directory"), "{line}");
        let line = refused(&replay(&folder.file("latin", [0xe9]), &events, &[]));
        assert!(line.contains("latin: "), "{line}");
    }

    #[test]
    fn a_gz_file_that_is_cut_short_or_none_is_named_and_no_file_is_written() {
        let (folder, profiles, _) = prepared("gzip");
        let whole = gzipped(&two_days().join("\n"));
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        let mut trailed = whole.clone();
        trailed.extend_from_slice(b"and so on");
        for (name, content) in [
            ("truncated.ndjson.gz", &whole[..whole.len() - 9]),
            ("without-its-end.ndjson.gz", &whole[..whole.len() - 1]),
            ("header-only.ndjson.gz", &whole[..10]),
            ("two-bytes.ndjson.gz", &whole[..2]),
            ("empty.ndjson.gz", &[]),
            ("damaged.ndjson.gz", &damaged),
            ("trailed.ndjson.gz", &trailed),
            ("plain.ndjson.gz", two_days().join("\n").as_bytes()),
            ("truncated", &whole[..whole.len() - 9]),
        ] {
            let (file, out) = (folder.file(name, content), folder.path("reports.ndjson"));
            let line = refused(&replay(&profiles, &file, &["--out", &out]));
            assert!(line.starts_with(&format!("error: {file}: ")), "{line}");
            assert!(!Path::new(&out).exists());
        }
    }

    #[test]
    fn plain_and_gzipped_events_are_the_same_events() {
        let (folder, profiles, events) = prepared("formats");
        let text = two_days().join("\n");
        let (first, rest) = text.split_at(300);
        let parts = [gzipped(first), gzipped(rest)].concat();
        let mut reports = Vec::new();
        for file in [
            events,
            folder.file("events.ndjson.gz", gzipped(&text)),
            folder.file("parts.gz", parts),
            folder.file("unnamed", gzipped(&text)),
            folder.file("blanks.ndjson", format!("\n{}\r\n\n", text.replace('\n', "\r\n \n"))),
        ] {
            let said = done(&replay(&profiles, &file, &["--out", &folder.path("out")]));
            assert!(said.contains("events    6 arrived, 6 applied, 0 refused\n"), "{said}");
            reports.push(folder.text("out"));
        }
        assert_eq!(reports[0].lines().count(), 3);
        assert!(reports.iter().all(|other| *other == reports[0]));
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let (folder, profiles, events) = prepared("unwritable");
        let below_a_file = format!("{events}/below");
        for option in ["--out", "--summary", "--data"] {
            let line = refused(&replay(&profiles, &events, &[option, &below_a_file]));
            assert!(line.contains(&below_a_file), "{option}: {line}");
            assert!(line.contains("Not a directory"), "{option}: {line}");
        }
        let line = refused(&replay(&profiles, &events, &["--out", &folder.path(".")]));
        assert!(line.contains("Is a directory"), "{line}");
        if Path::new("/dev/full").exists() {
            let line = refused(&replay(&profiles, &events, &["--out", "/dev/full"]));
            assert!(line.contains("No space left on device"), "{line}");
        }
    }

    #[test]
    fn a_run_that_refused_events_ends_well_and_says_how_many() {
        let (folder, profiles, _) = prepared("refusing");
        let elsewhere = lamp("203", "ON", "2026-11-20T19:00:00+01:00").replace("side-1", "side-9");
        let good = two_days();
        let packed = format!(r#"{{"events":[{{"eventId":"e"}},7,[],{elsewhere}]}}"#);
        let lines = [
            good[0].as_str(),
            "the lamp is off",
            &elsewhere,
            &lamp("203", "off", "2026-11-20T19:10:00+01:00"),
            &lamp("203", "OFF", "2026-11-20T19:20:00"),
            r#"{"eventId":"e"}"#,
            r#"{"events":[]}"#,
            "\u{1b}[2J\u{0}",
            &good[1],
            &lamp("203", "ON", "2026-08-01T12:00:00+02:00"),
        ];
        let events = folder.file("events.ndjson", lines.join("\n"));
        let (out, summary) = (folder.path("out.ndjson"), folder.path("summary.json"));
        let said = done(&replay(&profiles, &events, &["--out", &out, "--summary", &summary]));
        let count =
            "events    10 arrived, 2 applied, 8 refused (expired 1, malformed 6, unknown-hotel 1)";
        assert!(said.starts_with(&format!("{count}\n")), "{said}");
        assert!(
            said.contains("\nrefused   line 3: unknown-hotel: no hotel has this hotelId\n"),
            "{said}"
        );
        assert!(
            said.contains("\n          and 3 more; --rejected FILE has all of them\n"),
            "{said}"
        );
        let summary: Value = serde_json::from_str(&folder.text("summary.json")).unwrap();
        assert_eq!((&summary["events"], &summary["applied"]), (&json!(10), &json!(2)));
        assert_eq!(summary["refused"], json!({"expired": 1, "malformed": 6, "unknown-hotel": 1}));
        assert_eq!((&summary["reports"], &summary["revised"]), (&json!(1), &json!(0)));
        let report: Value = serde_json::from_str(&folder.text("out.ndjson")).unwrap();
        assert_eq!(report["totals"]["usageMs"], 7_200_000);

        // A line is one event; of one that packs many all the same, each is counted.
        let events = folder.file("packed.ndjson", [good[0].as_str(), &packed, &good[1]].join("\n"));
        let said = done(&replay(&profiles, &events, &[]));
        assert!(
            said.starts_with("events    6 arrived, 2 applied, 4 refused (malformed 4)\n"),
            "{said}"
        );
    }

    #[test]
    fn an_event_at_the_end_of_time_holds_up_no_other() {
        let (folder, profiles, _) = prepared("end-of-time");
        let good = two_days();
        for last in ["9999-01-01T10:00:00+01:00", "9987-06-01T10:00:00Z"] {
            let last = lamp("203", "ON", last);
            for lines in [[&last, &good[0], &good[1]], [&good[0], &last, &good[1]]] {
                let events = folder.file("events.ndjson", lines.map(String::as_str).join("\n"));
                let said = done(&replay(&profiles, &events, &[]));
                let count = "events    3 arrived, 2 applied, 1 refused (future 1)\n";
                assert!(said.starts_with(count), "{said}");
            }
        }
    }

    #[test]
    fn a_run_that_applied_nothing_has_status_1() {
        let (folder, profiles, _) = prepared("nothing-good");
        let bad = folder.file("bad.ndjson", "what?\n{}\n");
        let said = ended(&replay(&profiles, &bad, &["--out", &folder.path("out")]), 1);
        assert!(said.contains("events    2 arrived, 0 applied, 2 refused (malformed 2)"), "{said}");
        assert_eq!(folder.text("out"), "");
        let none = folder.file("none.ndjson", "");
        let said = ended(&replay(&profiles, &none, &["--until", "2026-11-20"]), 1);
        assert!(said.contains("events    0 arrived, 0 applied, 0 refused"), "{said}");
        assert!(said.contains("reports   none: "), "{said}");
    }

    #[test]
    fn a_line_that_is_no_text_is_malformed() {
        let (folder, profiles, _) = prepared("no-text");
        let [on, off, ..] = &two_days()[..] else { panic!("two events") };
        let mut line = on.replace('}', r#","note":"?"}"#).into_bytes();
        let at = line.iter().rposition(|byte| *byte == b'?').unwrap();
        line[at] = 0xff;
        let events = folder.file("events.ndjson", [&line, &b"\n"[..], off.as_bytes()].concat());
        let said = done(&replay(&profiles, &events, &[]));
        assert!(
            said.starts_with("events    2 arrived, 1 applied, 1 refused (malformed 1)\n"),
            "{said}"
        );
    }

    /// Days that were closed stay closed for a log of before: its events are late.
    #[test]
    fn a_log_of_before_what_was_kept_is_late() {
        let (folder, profiles, events) = prepared("before-kept");
        let earlier = [
            lamp("204", "ON", "2026-11-18T12:00:00+01:00"),
            lamp("205", "ON", "2026-11-19T22:00:00+01:00"),
        ];
        let later = folder.file("later.ndjson", earlier.join("\n"));
        let run = |data: &str, events: &str| {
            let (data, out) = (folder.path(data), folder.path("out"));
            done(&replay(&profiles, events, &["--data", &data, "--out", &out]));
            folder.figures("out")
        };
        run("two-logs", &events);
        let two_logs = run("two-logs", &later);
        let both = folder.file("both.ndjson", [earlier.to_vec(), two_days()].concat().join("\n"));
        let one_log = run("one-log", &both);
        assert_eq!(two_logs, one_log);
        assert_eq!(one_log.len(), 9);
    }

    #[test]
    fn what_is_due_by_the_last_event_is_closed_whichever_came_last() {
        let (folder, profiles, _) = prepared("order");
        let early = lamp("203", "ON", "2026-11-19T04:00:00+01:00");
        let late = lamp("204", "OFF", "2026-11-20T04:00:00+01:00");
        for lines in [[&early, &late], [&late, &early]] {
            let events = folder.file("events.ndjson", lines.map(String::as_str).join("\n"));
            let said = done(&replay(&profiles, &events, &["--until", "2026-11-18"]));
            assert!(said.contains("reports   1, of which late events revised 0\n"), "{said}");
        }
    }

    #[test]
    fn a_date_that_the_zone_skips_is_not_waited_for() {
        let folder = Folder::of("skipped");
        let hotel = json!({"hotelId": "lakeside-1", "timeZone": "Pacific/Apia"});
        let profiles = folder.file("hotels.json", hotel.to_string());
        let events = folder.file("events.ndjson", lamp("203", "ON", "2011-12-29T09:50:00.000Z"));
        let said = done(&replay(&profiles, &events, &["--until", "2011-12-30"]));
        assert!(said.contains("reports   2, "), "{said}");
    }

    #[test]
    fn what_was_kept_is_found_again_and_replaying_it_changes_nothing() {
        let (folder, profiles, events) = prepared("kept");
        let data = folder.path("data");
        let run = |out: &str, more: &[&str]| {
            let out = folder.path(out);
            done(&replay(&profiles, &events, &[&["--data", &data, "--out", &out], more].concat()))
        };
        run("first", &[]);
        let listed = done(&roomwatt(&["report", "--data", &data, "--hotel", "lakeside-1"]));
        let said = run("second", &[]);
        assert!(said.contains("6 applied, 0 refused"), "{said}");
        assert!(said.contains("reports   3, of which late events revised 0"), "{said}");
        run("third", &["--shuffle", "7", "--duplicate", "100"]);
        let first = folder.text("first");
        assert_eq!(first.lines().count(), 3);
        assert_eq!(folder.text("second"), first);
        assert_eq!(folder.text("third"), first);
        let again = done(&roomwatt(&["report", "--data", &data, "--hotel", "lakeside-1"]));
        assert_eq!(again, listed);

        // More days of the same hotel follow on what is there; its zone is settled.
        let next = lamp("203", "ON", "2026-11-22T23:00:00+01:00");
        let next = folder.file("next.ndjson", next);
        let out = folder.path("next");
        done(&replay(&profiles, &next, &["--data", &data, "--out", &out]));
        let next = folder.text("next");
        assert!(next.starts_with(&first));
        assert_eq!(next.lines().count(), 5);
        let mut moved = hotel();
        moved["timeZone"] = json!("Europe/London");
        let moved = folder.file("moved.json", hotels(&moved));
        let line = refused(&replay(&moved, &events, &["--data", &data]));
        assert_eq!(line, "error: hotel lakeside-1 has events in another time zone");
    }

    #[test]
    fn a_report_is_shown_in_every_format_and_grouping() {
        let (folder, profiles, events) = prepared("shown");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let report = |more: &[&str]| {
            let arguments = ["report", "--data", &data, "--hotel", "lakeside-1"];
            roomwatt(&[&arguments, more].concat())
        };
        // Keys of the groups, as JSON has them.
        for (by, keys) in [
            ("none", &[][..]),
            ("room", &["203", "204"]),
            ("date", &["2026-11-20", "2026-11-21"]),
            ("deviceKind", &["light", "tv"]),
            ("hotel", &["lakeside-1"]),
        ] {
            let table = done(&report(&["--group-by", by]));
            assert_eq!(table, done(&report(&["--group-by", by, "--format", "table"])));
            let csv = done(&report(&["--group-by", by, "--format", "csv"]));
            let text = done(&report(&["--group-by", by, "--format", "json"]));
            let json: Value = serde_json::from_str(&text).unwrap();
            if by == "none" {
                let reports = json["reports"].as_array().unwrap();
                let named: Vec<_> = reports
                    .iter()
                    .map(|report| {
                        (report["date"].as_str().unwrap(), report["roomId"].as_str().unwrap())
                    })
                    .collect();
                assert_eq!(
                    named,
                    [("2026-11-20", "203"), ("2026-11-21", "203"), ("2026-11-21", "204")]
                );
                assert!(csv.lines().count() > 3 && table.contains("2026-11-20"), "{csv}{table}");
                continue;
            }
            let groups = json["groups"].as_array().unwrap();
            let shown: Vec<_> = groups.iter().map(|group| group["key"].as_str().unwrap()).collect();
            assert_eq!(shown, keys);
            let usage = groups.iter().map(|group| group["totals"]["usageMs"].as_i64().unwrap());
            assert_eq!(usage.sum::<i64>(), 6 * 3_600_000);
            assert_eq!(csv.lines().count(), 1 + keys.len(), "{csv}");
            for (key, row) in keys.iter().zip(csv.lines().skip(1)) {
                assert!(row.starts_with(&format!("{key},")), "{csv}");
                assert!(table.contains(key), "{table}");
            }
        }
        let only = |more: &[&str]| {
            let csv = done(&report(&[&["--group-by", "date", "--format", "csv"], more].concat()));
            csv.lines().skip(1).map(|row| row[..10].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(only(&["--from", "2026-11-21"]), ["2026-11-21"]);
        assert_eq!(only(&["--to", "2026-11-20"]), ["2026-11-20"]);
        assert_eq!(only(&["--from", "2026-11-22", "--to", "2027-01-01"]), [] as [&str; 0]);
        let german = done(&report(&["--spreadsheet", "de"]));
        assert!(
            german.contains(";\"=\"\"203\"\"\";2026-11-20;") && german.contains("0,0"),
            "{german}"
        );
        let line = refused(&report(&["--spreadsheet", "de", "--format", "json"]));
        assert!(line.contains("cannot be used with"), "{line}");
    }

    #[test]
    fn a_report_of_what_is_not_there_is_refused() {
        let (folder, profiles, events) = prepared("not-there");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let report = |data: &str, hotel: &str, more: &[&str]| {
            refused(&roomwatt(&[&["report", "--data", data, "--hotel", hotel], more].concat()))
        };
        assert_eq!(report(&data, "lakeside-9", &[]), "error: no hotel lakeside-9 is kept here");
        let nowhere = folder.path("nowhere");
        let line = report(&nowhere, "lakeside-1", &[]);
        assert_eq!(line, format!("error: {nowhere}: no replay kept its table here"));
        assert!(!Path::new(&nowhere).exists());
        for (option, value) in [
            ("--from", "monday"),
            ("--to", "2026-13-01"),
            ("--group-by", "guest"),
            ("--format", "xml"),
        ] {
            let line = report(&data, "lakeside-1", &[option, value]);
            assert!(line.contains(&format!("'{value}' for '{option} ")), "{line}");
        }
        let line = report(&data, "lakeside-1", &["--from", "2026-11-22", "--to", "2026-11-20"]);
        assert_eq!(line, "error: --from 2026-11-22 is after --to 2026-11-20");

        let garbage = folder.path("garbage");
        fs::create_dir(&garbage).unwrap();
        let table = folder.file("garbage/table.sqlite", "no table at all ".repeat(300));
        let line = report(&garbage, "lakeside-1", &[]);
        assert_eq!(
            line,
            format!("error: {table}: this is no file of Roomwatt's; use another folder")
        );
    }

    /// What `--out` and the others name must be no other file of the run, by any link.
    #[test]
    fn no_file_of_a_run_is_another() {
        let (folder, profiles, events) = prepared("same-file");
        let before = (folder.text("hotels.json"), folder.text("events.ndjson"));
        fs::hard_link(&events, folder.path("linked.ndjson")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(&profiles, folder.path("linked.json")).unwrap();
        let (new, table) = (folder.path("new"), folder.path("table.sqlite"));
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let held =
            ["lock", "table.sqlite", "table.sqlite-wal"].map(|name| format!("{data}/{name}"));
        for (options, expected) in [
            (vec!["--out", &events], "--events and --out"),
            (vec!["--summary", &folder.path("linked.ndjson")], "--events and --summary"),
            (vec!["--rejected", &folder.path("linked.json")], "--hotels and --rejected"),
            (vec!["--out", &profiles], "--hotels and --out"),
            (vec!["--out", &new, "--summary", &new], "--out and --summary"),
            (vec!["--data", &folder.path("."), "--out", &table], "--data and --out"),
            (vec!["--data", &data, "--out", &held[0]], "--data and --out"),
            (vec!["--data", &data, "--summary", &held[1]], "--data and --summary"),
            (vec!["--data", &data, "--rejected", &held[2]], "--data and --rejected"),
        ] {
            let line = refused(&replay(&profiles, &events, &options));
            let expected = format!("error: {expected} are the same file: ");
            assert!(line.starts_with(&expected), "{options:?}: {line}");
        }
        assert_eq!((folder.text("hotels.json"), folder.text("events.ndjson")), before);
        assert!(!Path::new(&new).exists() && !Path::new(&table).exists());
        // What is no file, such as the null device, takes anything.
        #[cfg(unix)]
        done(&replay(&profiles, &events, &["--out", "/dev/null", "--summary", "/dev/null"]));
    }

    /// A shell may have opened one of them as standard input.
    #[cfg(unix)]
    #[test]
    fn standard_input_is_a_file_like_another() {
        let (folder, profiles, events) = prepared("same-input");
        let before = folder.text("events.ndjson");
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        command.args(["replay", "--hotels", &profiles, "--events", "-", "--out", &events]);
        let line = refused(&command.stdin(File::open(&events).unwrap()).output().unwrap());
        assert!(line.starts_with("error: --events and --out are the same file: "), "{line}");
        assert_eq!(folder.text("events.ndjson"), before);
    }

    #[test]
    fn reports_may_go_to_standard_output() {
        let (folder, profiles, events) = prepared("to-standard-output");
        done(&replay(&profiles, &events, &["--out", &folder.path("out.ndjson")]));
        let output = replay(&profiles, &events, &["--out", "-"]);
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), folder.text("out.ndjson"));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("events    6 arrived, 6 applied, 0 refused\n"), "{said}");
        let line = refused(&replay(&profiles, &events, &["--out", "-", "--rejected", "-"]));
        assert_eq!(line, "error: --out and --rejected are both standard output");
    }

    #[test]
    fn results_of_before_stay_until_new_ones_are_whole() {
        let (folder, profiles, _) = prepared("beside");
        let out = folder.file("out.ndjson", "of before");
        let cut = folder.file("cut.gz", &gzipped(&two_days().join("\n"))[..60]);
        refused(&replay(&profiles, &cut, &["--out", &out]));
        assert_eq!(folder.text("out.ndjson"), "of before");
        let names = || fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name());
        assert!(!names().any(|name| name.to_string_lossy().ends_with(".part")));
    }

    /// Input that can be read once only: a pipe by a name, and standard input.
    #[cfg(unix)]
    #[test]
    fn events_are_read_once() {
        let (folder, profiles, events) = prepared("once");
        let all = "events    6 arrived, 6 applied, 0 refused\n";
        for content in [two_days().join("\n").into_bytes(), gzipped(&two_days().join("\n"))] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            command.args(["replay", "--hotels", &profiles, "--events", "-"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(&content).unwrap();
            let said = done(&child.wait_with_output().unwrap());
            assert!(said.starts_with(all), "{said}");
        }
        let pipe = folder.path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut writer = Command::new("cp").args([&events, &pipe]).spawn().unwrap();
        let said = done(&replay(&profiles, &pipe, &[]));
        assert!(said.starts_with(all), "{said}");
        assert!(writer.wait().unwrap().success());
    }

    /// The clock follows good events alone.
    #[test]
    fn a_refused_event_moves_no_clock() {
        let (folder, profiles, _) = prepared("clock");
        let good = two_days();
        let elsewhere = lamp("203", "ON", "2031-01-01T00:00:00+01:00").replace("side-1", "side-9");
        let broken = lamp("203", "on", "2031-01-01T00:00:00+01:00");
        for more in [&[][..], &["--as-billed"]] {
            let lines = [&[elsewhere.clone(), broken.clone()], &good[..]].concat();
            let events = folder.file("events.ndjson", lines.join("\n"));
            let said = done(&replay(&profiles, &events, more));
            let count =
                "events    8 arrived, 6 applied, 2 refused (malformed 1, unknown-hotel 1)\n";
            assert!(said.starts_with(count), "{said}");
            assert!(said.contains("reports   3, "), "{said}");
        }
        // Packed events count each by itself.
        let packed = format!(r#"{{"events":[{},{elsewhere}]}}"#, good.join(","));
        let events = folder.file("packed.ndjson", packed);
        let said = done(&replay(&profiles, &events, &[]));
        assert!(said.starts_with("events    7 arrived, 6 applied, 1 refused"), "{said}");
        assert!(said.contains("refused   line 1, event 7: unknown-hotel: "), "{said}");
        assert!(said.contains("reports   3, "), "{said}");
    }

    #[test]
    fn until_closes_also_where_nothing_is_accepted() {
        let (folder, profiles, events) = prepared("until");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let none = folder.file("none.ndjson", "");
        let said = done(&replay(&profiles, &none, &["--data", &data, "--until", "2026-11-25"]));
        // Both rooms on each of five days, and the one that was first heard on the second day.
        assert!(said.contains("reports   11, "), "{said}");
        let line = refused(&replay(&profiles, &none, &["--until", "9999-12-31"]));
        assert!(line.contains("must be from 0001-01-01 to 9998-12-31"), "{line}");
    }

    #[test]
    fn files_of_windows_are_read() {
        let (folder, _, _) = prepared("windows");
        let mark = "\u{feff}";
        let profiles = folder.file("hotels.json", format!("{mark}{}", hotels(&hotel())));
        let text = format!("{mark}{}\r\n", two_days().join("\r\n"));
        let events = folder.file("events.ndjson", text);
        let said = done(&replay(&profiles, &events, &[]));
        assert!(said.starts_with("events    6 arrived, 6 applied, 0 refused\n"), "{said}");
        let wide: Vec<u8> =
            format!("{mark}{{}}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = folder.file("wide", wide);
        for (profiles, events) in [(&wide, &events), (&profiles, &wide)] {
            let line = refused(&replay(profiles, events, &[]));
            assert_eq!(line, format!("error: {wide}: is in UTF-16; save it as UTF-8"));
        }
    }

    #[test]
    fn a_leap_second_is_refused_and_not_moved() {
        let (folder, profiles, _) = prepared("leap");
        let lines = [lamp("203", "ON", "2026-11-20T10:00:60+01:00"), two_days()[0].clone()];
        let events = folder.file("events.ndjson", lines.join("\n"));
        let said = done(&replay(&profiles, &events, &[]));
        assert!(
            said.starts_with("events    2 arrived, 1 applied, 1 refused (malformed 1)"),
            "{said}"
        );
    }

    #[test]
    fn days_of_long_ago_are_reported() {
        let (folder, profiles, _) = prepared("long-ago");
        let lines =
            [lamp("203", "ON", "1582-10-03T10:00:00Z"), lamp("203", "OFF", "1582-10-03T12:00:00Z")];
        let events = folder.file("events.ndjson", lines.join("\n"));
        let out = folder.path("out");
        let data = folder.path("data");
        let said = done(&replay(&profiles, &events, &["--out", &out, "--data", &data]));
        assert!(said.starts_with("events    2 arrived, 2 applied, 0 refused\n"), "{said}");
        let report: Value = serde_json::from_str(&folder.text("out")).unwrap();
        assert_eq!(report["totals"]["usageMs"], 7_200_000);
        let shown = done(&roomwatt(&[
            "report",
            "--data",
            &data,
            "--hotel",
            "lakeside-1",
            "--format",
            "json",
            "--group-by",
            "hotel",
        ]));
        assert!(shown.contains("7200000"), "{shown}");
    }

    #[test]
    fn rejected_events_are_written_with_their_lines() {
        let (folder, profiles, _) = prepared("rejected");
        let good = two_days();
        let elsewhere = lamp("203", "ON", "2026-11-20T19:00:00+01:00").replace("side-1", "side-9");
        let many = format!(r#"{{"events":[{}]}}"#, vec!["7"; 101].join(","));
        let lines = [&good[0], "", "what?", &elsewhere, &many, &good[1]].map(str::to_owned);
        let events = folder.file("events.ndjson", lines.join("\n"));
        let rejected = folder.path("rejected.ndjson");
        let said = done(&replay(&profiles, &events, &["--rejected", &rejected]));
        assert!(!said.contains("--rejected"), "{said}");
        let text = folder.text("rejected.ndjson");
        let written: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<_> = written
            .iter()
            .map(|one| (one["line"].as_u64(), one["reason"].as_str(), one["body"].as_str()))
            .collect();
        assert!(told.contains(&(Some(3), Some("malformed"), Some("what?"))), "{text}");
        assert!(told.contains(&(Some(4), Some("unknown-hotel"), Some(&elsewhere))), "{text}");
        assert!(told.contains(&(Some(5), Some("malformed"), Some(&many))), "{text}");
        assert_eq!(told.len(), 3);
        assert!(written.iter().any(|one| one["count"] == 101), "{text}");
    }

    #[test]
    fn a_folder_is_written_by_one_process() {
        let (folder, profiles, events) = prepared("in-use");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let lock = File::open(folder.path("data/lock")).unwrap();
        lock.lock().unwrap();
        let line = refused(&replay(&profiles, &events, &["--data", &data]));
        assert!(line.contains("another roomwatt is writing into this folder"), "{line}");
        done(&roomwatt(&["report", "--data", &data, "--hotel", "lakeside-1"]));
        drop(lock);
        done(&replay(&profiles, &events, &["--data", &data]));
    }

    /// By somebody without the rights of root, to whom every folder is open.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_to_can_be_read() {
        use std::os::unix::fs::PermissionsExt;
        use std::os::unix::process::CommandExt;

        let (folder, profiles, events) = prepared("read-only");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let rights = |mode| fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
        for name in fs::read_dir(&data).unwrap() {
            let name = name.unwrap().path();
            fs::set_permissions(name, fs::Permissions::from_mode(0o444)).unwrap();
        }
        rights(0o555);
        let is_root = fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let as_nobody = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            if is_root {
                command.uid(65_534).gid(65_534);
            }
            command.args(arguments).output().unwrap()
        };
        let shown = as_nobody(&["report", "--data", &data, "--hotel", "lakeside-1"]);
        let replayed =
            as_nobody(&["replay", "--hotels", &profiles, "--events", &events, "--data", &data]);
        let served = as_nobody(&["serve", "--port", "0", "--live", "--data", &data]);
        rights(0o755);
        assert!(done(&shown).contains("2026-11-20"));
        for output in [replayed, served] {
            let line = refused(&output);
            let expected = "the folder cannot be written to; reports can be read from it";
            assert!(line.contains(expected), "{line}");
        }
    }

    #[test]
    fn a_range_of_which_nothing_is_closed_says_what_is() {
        let (folder, profiles, events) = prepared("nothing-closed");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let report = ["report", "--data", &data, "--hotel", "lakeside-1", "--from", "2026-12-01"];
        for by in ["none", "room"] {
            let said = done(&roomwatt(&[&report, &["--group-by", by][..]].concat()));
            let expected = "nothing is closed of lakeside-1 from 2026-12-01 on; \
                            closed is 2026-11-20 to 2026-11-21\n";
            assert_eq!(said, expected);
        }
    }

    /// A publisher's log is read by its source on the way in, as `map` reads it beside.
    #[test]
    fn a_log_of_a_publisher_is_replayed_by_its_source() {
        let (folder, profiles, _) = prepared("source");
        let sample = |source: &str, name: &str| {
            let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sources/samples");
            samples.join(source).join(name).to_str().unwrap().to_owned()
        };
        for source in ["csv-log", "home-assistant-history"] {
            let (log, devices) = (sample(source, "messages.csv"), sample(source, "devices.csv"));
            let mut map = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            map.args(["map", "--source", source, "--devices", &devices, "--hotel", "lakeside-1"]);
            map.args(["--zone", "Europe/Vienna", "--events"]);
            let mapped = map.stdin(File::open(&log).unwrap()).output().unwrap();
            assert!(!mapped.stdout.is_empty(), "{mapped:?}");
            let events = folder.file("events.ndjson", &mapped.stdout);
            let by_map = folder.path("by-map");
            let rejected = folder.path("rejected");
            assert!(replay(&profiles, &events, &["--out", &by_map]).status.success());
            let by_source = folder.path("by-source");
            let more = ["--source", source, "--devices", &devices, "--out", &by_source];
            let said =
                done(&replay(&profiles, &log, &[&more, &["--rejected", &rejected][..]].concat()));
            let counts = said.lines().next().unwrap();
            assert!(!counts.contains(" 0 applied"), "{said}");
            assert_eq!(folder.text("by-source"), folder.text("by-map"), "{source}: {said}");
        }
        // A source of one's own, in a file, whose hotel is said in the call.
        let own = fs::read_to_string(sample("..", "csv-log.json")).unwrap();
        let own = folder.file("own.json", own.replace("\"csv-log\"", "\"our-log\""));
        let (log, devices) = (sample("csv-log", "messages.csv"), sample("csv-log", "devices.csv"));
        let more = ["--source", &own, "--devices", &devices, "--hotel", "lakeside-1"];
        let said = done(&replay(&profiles, &log, &more));
        assert!(said.contains(" applied, "), "{said}");
        // Without a register nothing is known by its external id.
        let said =
            ended(&replay(&profiles, &log, &["--source", "csv-log", "--hotel", "lakeside-1"]), 1);
        assert!(said.contains("rule stay: unregistered: "), "{said}");
        for (more, expected) in [
            (&["--devices", &devices][..], "--source <NAME|FILE>"),
            (&["--source", "nothing"], "source nothing: no file, and none of the built-in sources"),
        ] {
            let line = refused(&replay(&profiles, &log, more));
            assert!(line.contains(expected), "{line}");
        }
    }

    /// A disk that is full: an end in one line, and all that was taken is there when it goes on.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_ends_a_replay_that_goes_on_later() {
        let folder = Folder::of("full");
        let profiles = folder.file("hotels.json", hotels(&hotel()));
        let mut lines = Vec::new();
        for day in 1..=28 {
            for room in 0..40 {
                for (hour, state) in [(10, "ON"), (11, "OFF")] {
                    let at = format!("2026-02-{day:02}T{hour}:{room:02}:00+01:00");
                    lines.push((at.clone(), lamp(&room.to_string(), state, &at)));
                }
            }
        }
        lines.sort();
        let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
        let events = folder.file("events.ndjson", lines.join("\n"));
        let whole = folder.path("whole");
        done(&replay(&profiles, &events, &["--out", &whole]));
        let (data, out) = (folder.path("data"), folder.path("out"));
        // No file may grow beyond this, which is what a full disk looks like to a writer.
        let mut limited = Command::new("sh");
        let run = "trap '' XFSZ; ulimit -f 1600; exec \"$0\" \"$@\"";
        limited.args(["-c", run, env!("CARGO_BIN_EXE_roomwatt"), "replay", "--hotels", &profiles]);
        let output = limited.args(["--events", &events, "--data", &data]).output().unwrap();
        let line = refused(&output);
        assert!(line.starts_with("error: what is kept cannot be written: "), "{line}");
        assert!(!line.contains("poison"), "{line}");
        let said = done(&replay(&profiles, &events, &["--data", &data, "--out", &out]));
        assert!(said.starts_with("events    2,240 arrived, 2,240 applied, 0 refused\n"), "{said}");
        assert_eq!(folder.figures("out"), folder.figures("whole"));
    }

    #[test]
    fn the_zone_data_has_a_version() {
        let said = done(&roomwatt(&["--version"]));
        let version = said.split("zone data ").nth(1).unwrap();
        assert!(version.starts_with("20"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn whoever_stops_reading_the_output_is_no_fault() {
        let (folder, profiles, events) = prepared("closed-pipe");
        let data = folder.path("data");
        done(&replay(&profiles, &events, &["--data", &data]));
        let replays = ["replay", "--hotels", &profiles, "--events", &events];
        for arguments in [
            &["report", "--data", &data, "--hotel", "lakeside-1"][..],
            &["--help"],
            &["cost", "--help"],
            &["--version"],
            &replays,
            &[&replays[..], &["--out", "-"]].concat(),
        ] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            let log = File::create(folder.path("log")).unwrap();
            let status = command.args(arguments).stdout(writer).stderr(log).status().unwrap();
            let said = folder.text("log");
            assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
        }
        // Nor is it for what is told on standard error.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        let status = command.arg("nothing").stderr(writer).status().unwrap();
        assert_eq!(status.code(), Some(2));
    }
}
