//! What is served on loopback: the demo, with every line of the documents, and `serve`.

#[cfg(test)]
mod serving {
    #![expect(
        clippy::disallowed_methods,
        clippy::zombie_processes,
        reason = "tests of a process that runs by the real clock"
    )]

    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::path::Path;
    use std::process::{Child, ChildStdout, Command, Stdio};
    use std::time::{Duration, Instant};

    use serde_json::{Value, json};

    /// A process that serves, and is ended with the test.
    struct Served {
        child: Child,
        out: BufReader<ChildStdout>,
        url: String,
    }

    impl Served {
        /// Waits for the line that says where.
        fn start(arguments: &[&str]) -> Self {
            let mut child = Command::new(env!("CARGO_BIN_EXE_roomwatt"))
                .args(arguments)
                .env_remove("RUST_LOG")
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
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
            let headers = [headers, &[""]].concat().join(
                "
",
            );
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
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
        let text = fs::read_to_string(file).unwrap();
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
        let commands = [curl_lines("README.md"), curl_lines("docs/api.md")].concat();
        assert!(commands.len() > 15, "{}", commands.len());
        for line in commands {
            let here = line.replacen("curl ", "curl --silent --show-error --fail ", 1);
            let here = here.replace("http://127.0.0.1:8080", &demo.url);
            let output = Command::new("sh").args(["-c", &here]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{line}\n{said}");
            assert!(!output.stdout.is_empty() || line.contains("If-None-Match"), "{line}");
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
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serving-kept");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        let data = folder.to_str().unwrap();
        let served = Served::start(&["serve", "--port", "0", "--data", data]);
        let hotel = json!({"hotelId": "h1", "timeZone": "UTC", "ratings": {"light": {"ON": 12}}});
        assert_eq!(served.ask("PUT", "/hotels/h1", &[], &hotel.to_string()).0, 201);
        let at = jiff::Timestamp::now();
        let event = json!({"eventId": "1", "hotelId": "h1", "roomId": "7", "deviceId": "l",
                           "deviceKind": "light", "state": "ON", "occurredAt": at.to_string()});
        let (status, answer) = served.ask("POST", "/local/events/device", &[], &event.to_string());
        assert_eq!(status, 202);
        assert!(serde_json::from_str::<Value>(&answer).unwrap()["messageId"].is_string());
        let on = |live: &Value| live["rooms"][0]["states"]["devices"][0]["state"] == "ON";
        served.until("/hotels/h1/live", on);
        drop(served);
        let again = Served::start(&["serve", "--port", "0", "--data", data]);
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
            ("http://LOCALHOST:8080", 202),
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
        assert_eq!(served.ask("POST", "/local/events/space", &[], &event.to_string()).0, 202);
        let refused = served.until(rejected, |answer| answer["rejected"][0].is_object());
        let [refused] = &refused["rejected"].as_array().unwrap()[..] else { panic!("{refused}") };
        assert_eq!(refused["body"], event.to_string());
        assert_eq!(refused["attributes"]["reason"], "unknown-hotel");
        assert_eq!(refused["attributes"]["queue"], "space-events");
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
