//! `roomwatt map`: what a source makes of messages, line by line, and by its exit status.

#[cfg(test)]
mod blocks;

#[cfg(test)]
mod map {
    use std::fs;
    use std::io::Write;
    use std::path::{Path, PathBuf};
    use std::process::{Command, Output, Stdio};

    use serde_json::{Value, json};

    use crate::blocks;

    const SOURCE: &str = r#"{"source": "grms", "reports": "states", "rules": [{
        "name": "output", "each": ["$.relays[*]"],
        "id": {"text": "{0}/{1}", "with": ["$.box", "key@"]},
        "at": {"of": "$.t", "as": ["epochS", "%Y-%m-%d %H:%M:%S"]},
        "state": {"of": "@.output", "map": {"true": "ON", "false": "OFF"}}}]}"#;

    const DEVICES: &str = "external,room,device,kind\nb1/0,203,lamp,light\nb1/1,203,tv,tv\n";

    fn folder(test: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("map").join(test);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn file(test: &str, name: &str, content: &str) -> String {
        let path = folder(test).join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn map(arguments: &[&str], messages: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_roomwatt"))
            .arg("map")
            .args(arguments)
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses its arguments reads nothing.
        let _ = child.stdin.take().unwrap().write_all(messages.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn lines(output: &Output) -> Vec<String> {
        String::from_utf8(output.stdout.clone()).unwrap().lines().map(ToOwned::to_owned).collect()
    }

    /// Status 2, and one line on standard error.
    fn refused(output: &Output) -> String {
        let said = String::from_utf8(output.stderr.clone()).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(output.stdout.is_empty());
        let line = said.strip_suffix('\n').unwrap();
        assert!(!line.contains('\n'), "{said}");
        line.to_owned()
    }

    fn prepared(test: &str) -> (String, String) {
        (file(test, "source.json", SOURCE), file(test, "devices.csv", DEVICES))
    }

    #[test]
    fn an_envelope_of_eventbridge_is_taken_off_whoever_added_to_it() {
        let source = r#"{"source": "our-pms", "reports": "changes",
            "unwrap": [{"at": "$.event"}, {"at": "$.detail"}], "rules": [{
            "name": "stay", "id": "$.room", "at": {"of": "$.at", "as": ["rfc3339"]},
            "stay": {"of": "$.status", "map": {"in": "CHECKED_IN", "out": "CHECKED_OUT"}}}]}"#;
        let source = file("eventbridge", "source.json", source);
        let detail = json!({"room": "203", "status": "in", "at": "2026-11-22T15:02:00+09:00"});
        // Of a rule without an input path; and of one whose transformer says source and hotel.
        let envelope = json!({
            "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "pms",
            "detail-type": "stay", "account": "111122223333", "time": "2026-11-22T06:02:00Z",
            "region": "us-east-1", "resources": [], "detail": detail,
        });
        let told = json!({"_source": "our-pms", "_hotel": "seoul-1", "event": envelope});
        let messages = [&told, &envelope, &detail].map(Value::to_string).join("\n");
        let output = map(&["--source", &source, "--hotel", "seoul-1", "--events"], &messages);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let events: Vec<Value> =
            lines(&output).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 3);
        assert_eq!(events[0]["state"], "CHECKED_IN");
        assert_eq!(events[0]["hotelId"], "seoul-1");
        assert_eq!(events[0]["occurredAt"], "2026-11-22T06:02:00.000Z");
        assert!(events.iter().all(|event| *event == events[0]), "{events:?}");
    }

    #[test]
    fn each_turn_is_a_line_with_what_was_seen() {
        let (source, devices) = prepared("lines");
        let messages = [
            r#"{"box": "b1", "t": "2026-11-20 19:12:05", "relays": [{"output": true}, {"load": 5}, {"output": false}]}"#,
            "not JSON",
            r#"{"box": "b1","#,
            r#" "t": 1.5, "relays": [{"output": true}]}"#,
            r#"{"box": "b1", "t": 1795198325, "relays": []}"#,
        ]
        .join("\n");
        let output = map(
            &[
                "--source",
                &source,
                "--devices",
                &devices,
                "--zone",
                "Europe/Vienna",
                "--hotel",
                "h1",
            ],
            &messages,
        );
        assert_eq!(output.status.code(), Some(0));
        let lines = lines(&output);
        let event = lines[1].strip_prefix("+ output: ").unwrap();
        let event: Value = serde_json::from_str(event).unwrap();
        assert_eq!(event["hotelId"], "h1");
        assert_eq!((&event["deviceId"], &event["state"]), (&json!("lamp"), &json!("ON")));
        assert_eq!(event["occurredAt"], "2026-11-20T18:12:05.000Z");
        let said: Vec<_> =
            lines.iter().filter(|line| !line.starts_with(['+', ' '])).map(String::as_str).collect();
        assert_eq!(
            said,
            [
                "message 1, line 1",
                "- output: @.output is nothing (1)",
                "! output: refused: unregistered: \"b1/2\" is not in the register (2)",
                "",
                "message 2, line 2",
                "! message: refused: malformed: not JSON: at line 1 column 1",
                "",
                "message 3, line 3",
                "! output: refused: no-clock: $.t is 1.5, which is 1970-01-01T00:00:01.500Z (0)",
                "",
                "message 4, line 5",
                "- output: $.relays[*] of `each` finds nothing",
                "4 messages: 1 event, 1 ignored, 3 refused",
                "grms repeats states; the hotel's profile should have \"repeatingKinds\":[\"light\"]",
            ]
        );
    }

    /// What the documents show is what one gets who does as they say.
    #[test]
    fn the_documents_first_source_reads_as_they_show() {
        let written = blocks::of("docs/sources.md");
        let copied = |name: &str, language: &str, begins: &str| {
            file("documented", name, &blocks::beginning(&written, language, begins))
        };
        let source = copied("grms.json", "json", "{\n  \"source\": \"grms\"");
        let devices = copied("rooms.csv", "csv", "external,room");
        let messages = blocks::beginning(&written, "json", "{\"point\"");
        let shown =
            map(&["--source", &source, "--devices", &devices, "--zone", "Asia/Seoul"], &messages);
        // It is older by now, and what an id looks like is told elsewhere.
        let mut lines = lines(&shown);
        lines.retain(|line| !line.starts_with("  "));
        for line in &mut lines {
            if let Some((before, rest)) = line.split_once("\"eventId\":\"") {
                *line = format!("{before}\"eventId\":\"…{}", &rest[64..]);
            }
        }
        assert_eq!(
            lines.join("\n") + "\n",
            blocks::beginning(&written, "text", "message 1, line 1\n")
        );
    }

    #[test]
    fn an_age_that_tells_of_a_wrong_zone_is_shown() {
        let (source, devices) = prepared("ages");
        let message =
            |t: &str| format!(r#"{{"box": "b1", "t": "{t}", "relays": [{{"output": true}}]}}"#);
        let shown = |t: &str| {
            let output = map(&["--source", &source, "--devices", &devices], &message(t));
            lines(&output)[2].clone()
        };
        assert!(shown("2001-01-01 00:00:00").ends_with(" old"));
        assert!(shown("2199-01-01 00:00:00").starts_with("  in the future by "));
        let output = map(&["--source", &source], &message("2001-01-01 00:00:00"));
        let told = "times without an offset were read as UTC; --zone names the hotel's zone";
        assert!(lines(&output).iter().any(|line| line == told));
    }

    #[test]
    fn events_alone_are_what_replay_reads() {
        let (source, devices) = prepared("events");
        let message = r#"{"box": "b1", "t": 1795198325, "relays": [{"output": true}, {"output": false}, {}]}"#;
        let output = map(&["--source", &source, "--devices", &devices, "--events"], message);
        assert_eq!(output.status.code(), Some(0));
        let events: Vec<Value> =
            lines(&output).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(events.len(), 2);
        assert_eq!(events[1]["deviceId"], "tv");
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .starts_with("1 message: 2 events, 0 ignored, 0 refused\n")
        );
    }

    #[test]
    fn without_a_register_events_show_the_external_id() {
        let (source, _) = prepared("external");
        let output = map(
            &["--source", &source],
            r#"{"box": "b1", "t": 1795198325, "relays": [{"output": true}]}"#,
        );
        let lines = lines(&output);
        assert!(
            lines[1].contains(r#""hotelId":"my-hotel","external":"b1/0","state":"ON""#),
            "{lines:?}"
        );
        assert!(lines.iter().any(|line| line.starts_with("no register: ")));
    }

    #[test]
    fn a_check_tells_what_differs() {
        let (source, devices) = prepared("check");
        let message = r#"{"box": "b1", "t": 1795198325, "relays": [{"output": true}]}"#;
        let event = |state: &str| {
            json!({"roomId": "203", "deviceId": "lamp", "deviceKind": "light", "state": state,
                "occurredAt": "2026-11-20T19:12:05+01:00"})
        };
        let check = |expected: &str| {
            let expected = file("check", "expected.json", expected);
            map(&["--source", &source, "--devices", &devices, "--check", &expected], message)
        };
        let good = check(&event("ON").to_string());
        assert_eq!(good.status.code(), Some(0));
        assert!(lines(&good).contains(&"all events came as expected".to_owned()));
        assert_eq!(check(&json!([event("ON")]).to_string()).status.code(), Some(0));
        let bad = check(&event("OFF").to_string());
        assert_eq!(bad.status.code(), Some(1));
        let said = lines(&bad).join("\n");
        assert!(said.contains("expected, and did not come: {"), "{said}");
        assert!(said.contains("came, and was not expected: {"), "{said}");
        assert!(said.contains("not as expected: 2 differences"), "{said}");
        assert_eq!(check("").status.code(), Some(1));
        assert!(refused(&check("{")).contains("expected.json: EOF"));
    }

    #[test]
    fn where_nothing_comes_out_the_status_is_1() {
        let (source, _) = prepared("nothing");
        for messages in ["", "{}", "ON"] {
            assert_eq!(map(&["--source", &source], messages).status.code(), Some(1), "{messages}");
        }
    }

    #[test]
    fn every_built_in_source_passes_the_check_of_its_samples() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sources/samples");
        for built_in in roomwatt_source::built_in::ALL {
            let folder = samples.join(built_in.name);
            let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
            // A log that is a table, or messages of JSON.
            let messages = fs::read_to_string(path("messages.csv"))
                .or_else(|_| fs::read_to_string(path("messages.ndjson")))
                .unwrap();
            let output = map(
                &[
                    "--source",
                    built_in.name,
                    "--devices",
                    &path("devices.csv"),
                    "--hotel",
                    "lakeside-1",
                    "--zone",
                    "Europe/Vienna",
                    "--check",
                    &path("expected.ndjson"),
                ],
                &messages,
            );
            assert_eq!(output.status.code(), Some(0), "{:?}", lines(&output));
        }
    }

    #[test]
    fn bad_arguments_and_files_are_one_line() {
        let (source, devices) = prepared("bad");
        assert!(refused(&map(&["--source", "nope"], "")).starts_with(
            "error: source nope: no file, and none of the built-in sources: aws-iot-shadow, "
        ));
        assert!(refused(&map(&[], "")).contains("--source"));
        assert_eq!(
            refused(&map(&["--source", &source, "--zone", "Vienna"], "")),
            "error: zone Vienna: must be an IANA time zone such as Asia/Seoul"
        );
        assert!(
            refused(&map(&["--source", &source, "--hotel", "a b"], "")).contains("hotelId must be")
        );
        let bad =
            file("bad", "bad.json", &SOURCE.replace("$.box", "box").replace("epochS", "noon"));
        let said = refused(&map(&["--source", &bad], ""));
        assert!(said.contains("rule output: id.with[0]: \"box\" is no path"), "{said}");
        assert!(said.contains("; rule output: at.as[0]: \"noon\" is no shape"), "{said}");
        let register = file("bad", "bad.csv", &DEVICES.replace("203", "2 3"));
        let said = refused(&map(&["--source", &source, "--devices", &register], ""));
        assert!(said.contains("bad.csv: row 1 (line 2): room must be"), "{said}");
        let none = devices.replace("devices.csv", "none.csv");
        assert!(
            refused(&map(&["--source", &source, "--devices", &none], "")).contains("No such file")
        );
        let mapped = map(&["--source", &source], "a,b\n1\n");
        assert_eq!(mapped.status.code(), Some(1));
        let said = String::from_utf8(mapped.stdout).unwrap();
        assert!(said.contains("malformed: has 1 fields, and there are 2 columns"), "{said}");
    }
}
