//! What is served on loopback: the demo, with every line of the documents, and `serve`.

#[cfg(test)]
mod blocks;

#[cfg(test)]
#[expect(dead_code, reason = "shared with other suites, which compare reports")]
mod folder;

#[cfg(test)]
mod serving {
    #![expect(
        clippy::disallowed_methods,
        clippy::zombie_processes,
        reason = "tests of a process that runs by the real clock"
    )]

    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Child, ChildStdout, Command, Stdio};
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};

    use crate::blocks;
    use crate::folder::Folder;

    /// A process that serves, and is ended with the test.
    struct Served {
        child: Child,
        out: BufReader<ChildStdout>,
        url: String,
    }

    impl Served {
        /// Waits for the line that says where.
        fn start(arguments: &[&str]) -> Self {
            let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            command.args(arguments);
            Self::start_by(command)
        }

        fn start_by(mut command: Command) -> Self {
            command.env_remove("RUST_LOG").stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            loop {
                let mut line = String::new();
                assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended before it served");
                if let Some(rest) = line.strip_prefix("serving   ") {
                    let url = rest.split([',', ';']).next().unwrap().to_owned();
                    return Self { child, out, url };
                }
            }
        }

        fn address(&self) -> &str {
            self.url.strip_prefix("http://").unwrap()
        }

        /// Status and body of the answer.
        fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
            self.ask_as(self.address(), method, path, headers, body)
        }

        fn ask_as(
            &self,
            host: &str,
            method: &str,
            path: &str,
            headers: &[&str],
            body: &str,
        ) -> (u16, String) {
            let mut stream = TcpStream::connect(self.address()).unwrap();
            let headers = [headers, &[""]].concat().join("\r\n");
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
        }

        fn get(&self, path: &str) -> (u16, Value) {
            let (status, body) = self.ask("GET", path, &[], "");
            (status, serde_json::from_str(&body).unwrap())
        }

        /// Posts a message of one of the queues.
        fn post(&self, queue: &str, body: &str) -> (u16, Value) {
            let (status, answer) = self.ask("POST", &format!("/local/events/{queue}"), &[], body);
            (status, serde_json::from_str(&answer).unwrap())
        }

        /// Asks until the answer is as wished, for as long as anybody would wait.
        fn until(&self, path: &str, wished: impl Fn(&Value) -> bool) -> Value {
            let began = Instant::now();
            loop {
                let (status, answer) = self.get(path);
                if status == 200 && wished(&answer) {
                    return answer;
                }
                assert!(began.elapsed() < Duration::from_secs(30), "{status} {answer}");
                std::thread::yield_now();
            }
        }
    }

    impl Drop for Served {
        fn drop(&mut self) {
            // It may have ended by itself.
            let _ended = self.child.kill();
            let _status = self.child.wait();
        }
    }

    /// The `curl` lines of a document.
    fn curl_lines(document: &str) -> Vec<String> {
        let shell = blocks::of(document).into_iter().filter(|block| block.starts_with("sh\n"));
        let text: String = shell.map(|block| block.replace("\\\n", " ")).collect();
        text.lines().filter(|line| line.starts_with("curl ")).map(str::to_owned).collect()
    }

    #[test]
    fn the_demo_serves_and_every_curl_line_of_the_documents_works_against_it() {
        let mut demo = Served::start(&[]);
        let mut links = Vec::new();
        while links.len() < 5 {
            let mut line = String::new();
            demo.out.read_line(&mut line).unwrap();
            links.push(line.split_whitespace().last().unwrap().to_owned());
        }
        for link in &links {
            let path = link.strip_prefix(&demo.url).unwrap();
            assert_eq!(demo.ask("GET", path, &[], "").0, 200, "{link}");
        }
        // The files that the documents tell people to write.
        let folder = Folder::of("documents");
        let written = blocks::of("docs/sources.md");
        folder.file("grms.json", blocks::beginning(&written, "json", "{\n  \"source\": \"grms\""));
        folder.file("rooms.csv", blocks::beginning(&written, "csv", "external,room"));
        let commands = ["README.md", "docs/api.md", "docs/sources.md"].map(curl_lines).concat();
        assert!(commands.len() > 30, "{}", commands.len());
        for line in commands {
            let here = line.replacen("curl ", "curl --silent --show-error --fail ", 1);
            let here = here.replace("http://127.0.0.1:8080", &demo.url);
            let output =
                Command::new("sh").args(["-c", &here]).current_dir(&folder.0).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}\n{said}");
            let says_nothing = ["If-None-Match", "DELETE"].iter().any(|part| line.contains(part));
            assert!(!output.stdout.is_empty() || says_nothing, "{line}");
        }
        // What was posted by the documents has come through its queue.
        let live = demo.until("/hotels/lakeside/live", |live| {
            let room = &live["rooms"][0]["states"];
            room["stay"].is_object() && room["devices"][0].is_object()
        });
        assert_eq!(live["rooms"][0]["states"]["devices"][0]["state"], "ON");
    }

    #[test]
    fn events_come_in_and_are_kept_in_the_folder() {
        let data = Folder::of("kept").path("data");
        let served = Served::start(&["serve", "--port", "0", "--data", &data]);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC", "ratings": {"light": {"ON": 12}}});
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel.to_string()).0, 201);
        let at = jiff::Timestamp::now();
        let event = json!({"eventId": "1", "hotelId": "h1", "roomId": "7", "deviceId": "l",
                           "deviceKind": "light", "state": "ON", "occurredAt": at.to_string()});
        let (status, answer) = served.post("device", &event.to_string());
        assert_eq!((status, answer), (200, json!({"applied": 1, "ignored": 0, "refused": []})));
        let on = |live: &Value| live["rooms"][0]["states"]["devices"][0]["state"] == "ON";
        // What is answered is in the table, and stays there however the process ends.
        drop(served);
        let again = Served::start(&["serve", "--port", "0", "--data", &data]);
        assert!(on(&again.get("/hotels/h1/live").1));
        let csv = again.ask(
            "GET",
            "/hotels/h1/reports?from=2026-11-01&to=2026-11-02&format=csv",
            &[],
            "",
        );
        assert_eq!((csv.0, csv.1.contains("hotelId,roomId,date")), (200, true));
    }

    #[test]
    fn what_is_no_message_is_refused() {
        let served = Served::start(&["serve", "--port", "0"]);
        for path in ["/local/events/device", "/local/events/space"] {
            assert_eq!(served.ask("POST", path, &[], "").0, 400);
            assert_eq!(served.ask("GET", path, &[], "").0, 405);
            let large = "x".repeat(1024 * 1024 + 1);
            assert_eq!(served.ask("POST", path, &[], &large).0, 413);
        }
        assert_eq!(served.ask("POST", "/local/events/other", &[], "{}").0, 404);
    }

    #[test]
    fn with_claims_required_each_call_brings_its_own() {
        let served = Served::start(&["serve", "--port", "0", "--require-claims"]);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC"}).to_string();
        let claims = |hotels: &str, scope: &str| {
            format!("x-roomwatt-claims: {}", json!({"hotels": hotels, "scope": scope}))
        };
        let writer = claims("*", "hotels:write");
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel).0, 401);
        assert_eq!(served.ask("PUT", "/hotels/h1", &["x-roomwatt-claims: h1"], &hotel).0, 401);
        assert_eq!(served.ask("PUT", "/hotels/h1", &[&writer], &hotel).0, 201);
        for (hotels, scope, status) in [
            ("[h1 h2]", "reports:read", 200),
            ("[h2]", "reports:read", 404),
            ("h1", "hotels:write", 403),
        ] {
            let claims = claims(hotels, scope);
            assert_eq!(served.ask("GET", "/hotels/h1", &[&claims], "").0, status);
        }
        // Events too.
        let event = json!({"eventId": "1", "hotelId": "h1", "roomId": "7", "state": "CHECKED_IN",
                           "occurredAt": jiff::Timestamp::now().to_string()})
        .to_string();
        let space = "/local/events/space";
        assert_eq!(served.ask("POST", space, &[], &event).0, 401);
        for (claims, status) in [
            (claims("*", "reports:read"), 403),
            (claims("[h2]", "events:write"), 403),
            (claims("[h1]", "events:write"), 200),
        ] {
            assert_eq!(served.ask("POST", space, &[&claims], &event).0, status, "{claims}");
        }
        drop(served);
        // Elsewhere the header is no more than any other.
        let open = Served::start(&["serve", "--port", "0"]);
        let nobody = claims("[]", "");
        assert_eq!(open.ask("GET", "/hotels", &[&nobody], "").0, 200);
    }

    #[test]
    fn only_who_names_loopback_is_answered() {
        let served = Served::start(&["serve", "--port", "0"]);
        for (host, status) in [
            ("127.0.0.1", 200),
            ("localhost:8080", 200),
            ("LocalHost", 200),
            ("[::1]:8080", 200),
            ("evil.example", 421),
            ("127.0.0.1.evil.example:80", 421),
        ] {
            assert_eq!(served.ask_as(host, "GET", "/health", &[], "").0, status, "{host}");
        }
        for (origin, status) in [
            ("http://LOCALHOST:8080", 400),
            ("http://evil.example", 421),
            ("http://localhost.evil.example", 421),
            ("null", 421),
        ] {
            let origin = [&*format!("origin: {origin}")];
            let posted = served.ask("POST", "/local/events/space", &origin, "{}");
            assert_eq!(posted.0, status, "{origin:?}");
        }
    }

    #[test]
    fn what_was_refused_is_there_to_be_looked_at() {
        let served = Served::start(&["serve", "--port", "0"]);
        let rejected = "/local/events/rejected";
        assert_eq!(served.get(rejected), (200, json!({"rejected": []})));
        let event = json!({"eventId": "1", "hotelId": "h9", "roomId": "7", "state": "CHECKED_IN",
                           "occurredAt": "2026-11-20T19:00:00Z"});
        let (status, answer) = served.post("space", &event.to_string());
        let detail = "no hotel has this hotelId";
        let told = json!({"index": 0, "reason": "unknown-hotel", "detail": detail});
        assert_eq!((status, answer), (400, json!({"applied": 0, "ignored": 0, "refused": [told]})));
        let (_, refused) = served.get(rejected);
        let [refused] = &refused["rejected"].as_array().unwrap()[..] else { panic!("{refused}") };
        assert_eq!(refused["body"], event.to_string());
        assert_eq!(refused["attributes"]["reason"], "unknown-hotel");
        assert_eq!(refused["attributes"]["queue"], "space-events");
    }

    /// What is wrong with a message is answered, each event by its place in it.
    #[test]
    fn a_post_is_answered_with_what_became_of_its_events() {
        let served = Served::start(&["serve", "--port", "0"]);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC"}).to_string();
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel).0, 201);
        for body in ["no JSON", "", "{}", "[]"] {
            let (status, answer) = served.post("device", body);
            assert_eq!((status, &answer["applied"]), (400, &json!(0)), "{body}: {answer}");
            assert_eq!(answer["refused"][0]["reason"], "malformed", "{body}: {answer}");
        }
        let at = jiff::Timestamp::now().to_string();
        let event = |hotel: &str, state: &str| {
            json!({"eventId": "1", "hotelId": hotel, "roomId": "7", "deviceId": "l",
                   "deviceKind": "light", "state": state, "occurredAt": at})
        };
        let events = [event("h1", "ON"), event("h9", "ON"), event("h1", "on"), event("h1", "OFF")];
        let (status, answer) = served.post("device", &json!({"events": events}).to_string());
        assert_eq!((status, &answer["applied"]), (200, &json!(2)), "{answer}");
        let told: Vec<_> = answer["refused"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["index"].as_u64().unwrap(), one["reason"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [(1, "unknown-hotel"), (2, "malformed")]);
        assert_eq!(served.ask("POST", "/local/events/device?hotels=h1", &[], "{}").0, 400);
        assert_eq!(served.ask("POST", "/local/events/device?hotel=a&hotel=b", &[], "{}").0, 400);
    }

    /// A folder of its own with a log of 2016 in it.
    fn a_folder_of_2016(test: &str) -> String {
        let folder = Folder::of(test);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC", "ratings": {"light": {"ON": 12}}});
        let lines = [("ON", "18:00"), ("OFF", "20:00")].map(|(state, at)| {
            json!({"eventId": "1", "hotelId": "h1", "roomId": "7", "deviceId": "l",
                   "deviceKind": "light", "state": state,
                   "occurredAt": format!("2016-10-30T{at}:00Z")})
            .to_string()
        });
        let hotels = folder.file("hotels", hotel.to_string());
        let events = folder.file("events", lines.join("\n"));
        let data = folder.path("data");
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        command.args(["replay", "--hotels", &hotels, "--events", &events, "--data", &data]);
        assert!(command.output().unwrap().status.success());
        data
    }

    #[test]
    fn a_folder_of_long_ago_is_served_as_it_is() {
        let data = a_folder_of_2016("as-it-is");
        let served = Served::start(&["serve", "--port", "0", "--data", &data]);
        let reports = "/hotels/h1/reports?from=2016-10-30&to=2016-11-05";
        let of_one_day = |answer: &Value| answer["reports"].as_array().unwrap().len() == 1;
        assert!(of_one_day(&served.get(reports).1));
        let hotel = served.get("/hotels/h1").1;
        assert_eq!(hotel["closedThrough"], "2016-10-30");
        let (status, answer) = served.post("device", "{}");
        assert_eq!(status, 409);
        assert!(answer["detail"].as_str().unwrap().contains("--live"), "{answer}");
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel.to_string()).0, 409);
        // It is only read, so several may.
        let other = Served::start(&["serve", "--port", "0", "--data", &data]);
        assert!(of_one_day(&other.get(reports).1));
    }

    #[test]
    fn a_folder_of_long_ago_goes_on_where_that_is_wished() {
        let data = a_folder_of_2016("live");
        let mut served = Served::start(&["serve", "--port", "0", "--data", &data, "--live"]);
        let mut said = String::new();
        while !said.contains("closing") {
            assert_ne!(served.out.read_line(&mut said).unwrap(), 0, "{said}");
        }
        let days: usize = said
            .split_once("closing   ")
            .and_then(|(_, rest)| rest.split_once(" days of h1, through "))
            .map(|(days, _)| days.replace(',', "").parse().unwrap())
            .unwrap();
        assert!(days > 3_000, "{said}");
        // Another hotel's event waits for none of these days.
        let hotel = json!({"hotelId": "h2", "timeZone": "UTC"}).to_string();
        assert_eq!(served.ask("PUT", "/hotels/h2", &[], &hotel).0, 201);
        let event = json!({"eventId": "1", "hotelId": "h2", "roomId": "7", "state": "CHECKED_IN",
                           "occurredAt": jiff::Timestamp::now().to_string()});
        let (status, answer) = served.post("space", &event.to_string());
        assert_eq!((status, &answer["applied"]), (200, &json!(1)), "{answer}");
        let closed = served.get("/hotels/h1").1["closedThrough"].as_str().unwrap().to_owned();
        assert!(closed < jiff::Timestamp::now().to_string(), "{closed}");
        // One process writes.
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        let output =
            command.args(["serve", "--port", "0", "--live", "--data", &data]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(line.contains("another roomwatt is writing into this folder"), "{line}");
    }

    /// A worker that was killed in the middle of a close holds up nothing when the folder is served
    /// again.
    #[test]
    fn a_close_that_was_killed_goes_on_at_once() {
        let data = a_folder_of_2016("killed-close");
        let closed = |served: &Served| {
            served.get("/hotels/h1").1["closedThrough"].as_str().unwrap().to_owned()
        };
        let mut last = String::new();
        for _ in 0..3 {
            let served = Served::start(&["serve", "--port", "0", "--data", &data, "--live"]);
            let before = last.clone();
            served.until("/hotels/h1", |hotel| {
                hotel["closedThrough"].as_str().unwrap() > before.as_str()
                    && hotel["closedThrough"] != "2016-10-30"
            });
            last = closed(&served);
        }
        assert!(last.as_str() > "2016-10-31", "{last}");
    }

    #[test]
    fn beyond_loopback_every_call_brings_a_token() {
        let folder = Folder::of("tokens");
        let file = |text: &str| folder.file("tokens", text);
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
            let output = command.args(["serve", "--port", "0"]).args(arguments).output().unwrap();
            assert_eq!(output.status.code(), Some(2));
            String::from_utf8(output.stderr).unwrap()
        };
        let line = run(&["--bind", "0.0.0.0"]);
        assert!(line.contains("--token-file FILE says who may call"), "{line}");
        let line = run(&["--bind", "0.0.0.0", "--require-claims"]);
        assert!(line.contains("--token-file FILE says who may call"), "{line}");
        for (text, expected) in [
            ("", "holds no token"),
            ("short * reports:read", "line 1: a token has at least 16 characters"),
            ("# who\n\n0123456789abcdef *", "line 3: must be TOKEN HOTELS SCOPES"),
            ("0123456789abcdef h1,h! reports:read", "line 1: hotelId must be"),
            ("0123456789abcdef * everything", "line 1: everything is no scope"),
        ] {
            let line = run(&["--bind", "0.0.0.0", "--token-file", &file(text)]);
            assert!(line.contains(expected), "{line}");
            assert!(!line.contains("0123456789abcdef"), "{line}");
        }
        let tokens = file(
            "# who may what\n\
             owner-0123456789 * reports:read,hotels:write,events:write\n\
             gateway-of-h1-012 h1 events:write\n\
             reader-of-h1-0123 h1 reports:read\n",
        );
        let served =
            Served::start(&["serve", "--port", "0", "--bind", "0.0.0.0", "--token-file", &tokens]);
        let host = served.address().replace("0.0.0.0", "roomwatt.example");
        let ask = |token: &str, method: &str, path: &str, body: &str| {
            let header = format!("authorization: Bearer {token}");
            let headers: &[&str] = if token.is_empty() { &[] } else { &[&header] };
            served.ask_as(&host, method, path, headers, body).0
        };
        assert_eq!(ask("", "GET", "/health", ""), 200);
        let (owner, gateway, reader) =
            ("owner-0123456789", "gateway-of-h1-012", "reader-of-h1-0123");
        for hotel in ["h1", "h2"] {
            let profile = json!({"hotelId": hotel, "timeZone": "UTC"}).to_string();
            let path = format!("/hotels/{hotel}");
            assert_eq!(ask("", "PUT", &path, &profile), 401);
            assert_eq!(ask("another-0123456789", "PUT", &path, &profile), 401);
            assert_eq!(ask(reader, "PUT", &path, &profile), 403);
            assert_eq!(ask(owner, "PUT", &path, &profile), 201);
        }
        assert_eq!(ask(reader, "GET", "/hotels/h1", ""), 200);
        assert_eq!(ask(reader, "GET", "/hotels/h2", ""), 404);
        let event = |hotel: &str| {
            json!({"eventId": "1", "hotelId": hotel, "roomId": "7", "state": "CHECKED_IN",
                   "occurredAt": jiff::Timestamp::now().to_string()})
        };
        let post = |token: &str, query: &str, body: &Value| {
            ask(token, "POST", &format!("/local/events/space{query}"), &body.to_string())
        };
        assert_eq!(post("", "", &event("h1")), 401);
        assert_eq!(post(reader, "", &event("h1")), 403);
        assert_eq!(post(gateway, "", &event("h1")), 200);
        assert_eq!(post(gateway, "", &json!({"events": [event("h1"), event("h2")]})), 403);
        assert_eq!(post(gateway, "?source=zigbee2mqtt", &json!({})), 403);
        assert_eq!(post(gateway, "?source=zigbee2mqtt&hotel=h2", &json!({})), 403);
        assert_eq!(post(gateway, "", &json!({"_source": "zigbee2mqtt", "_hotel": "h1"})), 403);
        assert_eq!(ask(gateway, "GET", "/local/events/rejected", ""), 403);
        assert_eq!(ask(owner, "GET", "/local/events/rejected", ""), 200);
    }

    /// What was answered with 200 is kept; what cannot be kept is answered so, and not forgotten later.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_answered_and_loses_nothing_that_was_taken() {
        let data = Folder::of("full").path("data");
        // No file may grow beyond this, which is what a full disk looks like to a writer.
        let mut limited = Command::new("sh");
        let run = "trap '' XFSZ; ulimit -f 1200; exec \"$0\" \"$@\" 2>/dev/null";
        limited.args(["-c", run, env!("CARGO_BIN_EXE_roomwatt"), "serve", "--port", "0"]);
        limited.args(["--data", &data]);
        let served = Served::start_by(limited);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC"}).to_string();
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel).0, 201);
        assert_eq!(served.ask("GET", "/health", &[], "").0, 200);
        let now = jiff::Timestamp::now();
        let today = now.strftime("%Y-%m-%d").to_string();
        let mut accepted = Vec::new();
        let refused = loop {
            let room = accepted.len();
            assert!(room < 5_000, "the disk is never full");
            let event = json!({"eventId": "1", "hotelId": "h1", "roomId": format!("r{room}"),
                               "state": "CHECKED_IN", "occurredAt": now.to_string()});
            let (status, answer) = served.post("space", &event.to_string());
            if status != 200 {
                break (status, answer);
            }
            accepted.push(room);
        };
        assert_eq!(refused.0, 503, "{}", refused.1);
        assert!(refused.1["detail"].as_str().unwrap().starts_with("nothing can be kept: "));
        assert_eq!(served.ask("GET", "/health", &[], "").0, 503);
        let port = served.address().rsplit(':').next().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        let ill = command.args(["health", "--port", port]).output().unwrap();
        assert_eq!(ill.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&ill.stderr).contains("nothing can be kept"), "{ill:?}");
        drop(served);
        let again = Served::start(&["serve", "--port", "0", "--data", &data]);
        let port = again.address().rsplit(':').next().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        assert!(command.args(["health", "--port", port]).status().unwrap().success());
        for room in [0, accepted.len() / 2, accepted.len() - 1] {
            let history = format!("/hotels/h1/rooms/r{room}/history?date={today}");
            assert_eq!(again.get(&history).1["signals"][0]["signal"], "stay", "{room}");
        }
    }

    #[test]
    fn a_port_that_is_taken_is_one_line_and_status_2() {
        let served = Served::start(&["serve", "--port", "0"]);
        let port = served.address().rsplit(':').next().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        let output = command.args(["serve", "--port", port]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(&format!("error: port {port} cannot be opened")), "{said}");
    }
}
