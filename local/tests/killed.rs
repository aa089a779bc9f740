//! A process that is killed at any moment, and what is there when its command is given again: whatever
//! it said it had taken, and the reports of a run that nobody killed.

#[cfg(unix)]
#[cfg(test)]
mod folder;

#[cfg(unix)]
#[cfg(test)]
mod killed {
    #![expect(clippy::disallowed_methods, reason = "tests of processes that run by the real clock")]

    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Child, Command, Output, Stdio};
    use std::time::{Duration, Instant};

    use jiff::{SignedDuration, Timestamp};
    use serde_json::{Value, json};

    use crate::folder::Folder;

    fn roomwatt(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        command
            .args(arguments)
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn hotel() -> String {
        json!({"hotelId": "h1", "timeZone": "UTC", "ratings": {"light": {"ON": 12}}}).to_string()
    }

    fn lamp(room: u32, state: &str, at: &str) -> Value {
        json!({"eventId": "1", "hotelId": "h1", "roomId": room.to_string(), "deviceId": "l",
               "deviceKind": "light", "state": state, "occurredAt": at})
    }

    /// Days of three rooms; some events come days late, and some lines are refused.
    fn log(days: i64) -> Vec<String> {
        let first: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut lines = Vec::new();
        for hour in 0..days * 24 {
            let at = first + SignedDuration::from_hours(hour);
            let late =
                if hour % 50 == 49 { SignedDuration::from_hours(49) } else { SignedDuration::ZERO };
            for room in 0..3_u32 {
                let state = if hour % 2 == 0 { "ON" } else { "OFF" };
                let at = at + SignedDuration::from_secs(i64::from(room) * 7) - late;
                lines.push(lamp(room, state, &at.to_string()).to_string());
            }
            if hour % 100 == 99 {
                lines.push("what?".to_owned());
            }
        }
        lines
    }

    fn wait(duration: Duration) {
        // For nothing in particular: the moment of the kill is any.
        std::thread::sleep(duration);
    }

    #[test]
    fn a_replay_that_was_killed_fifty_times_reports_what_one_reports_that_was_not() {
        kill_replays("replay", 10, 5, 10, &[]);
    }

    /// Batches by the clock keep no bookmark: each run begins anew.
    #[test]
    fn so_does_one_that_batches_by_the_clock() {
        kill_replays("replay-as-billed", 8, 1, 10, &["--as-billed"]);
    }

    fn kill_replays(test: &str, days: i64, rounds: usize, kills: usize, more: &[&str]) {
        let folder = Folder::of(test);
        let hotels = folder.file("hotels.json", hotel());
        let events = folder.file("events.ndjson", log(days).join("\n"));
        let replay = |data: &str, out: &str, rejected: &str| {
            let what = ["replay", "--hotels", &hotels, "--events", &events, "--data", data];
            roomwatt(&[&what[..], &["--out", out, "--rejected", rejected], more].concat())
        };
        let began = Instant::now();
        let (out, rejected) = (folder.path("unbroken.ndjson"), folder.path("unbroken.rejected"));
        let said = replay(&folder.path("unbroken"), &out, &rejected).output().unwrap();
        let took = began.elapsed();
        assert!(said.status.success(), "{said:?}");
        let unbroken = folder.figures("unbroken.ndjson");
        assert_eq!(unbroken.len(), usize::try_from(days * 3).unwrap());
        let refused = folder.text("unbroken.rejected");
        assert_eq!(refused.lines().count(), usize::try_from(days * 24 / 100).unwrap());
        let (out, rejected) = (folder.path("out.ndjson"), folder.path("out.rejected"));
        let count = String::from_utf8(said.stdout).unwrap().replace(',', "");
        let count = count.lines().next().unwrap().split('(').next().unwrap().to_owned();
        let mut random = fastrand::Rng::with_seed(19);
        for round in 0..rounds {
            let data = folder.path(&format!("data-{round}"));
            for _ in 0..kills {
                let mut child = replay(&data, &out, &rejected).spawn().unwrap();
                wait(took.mul_f64(random.f64()));
                child.kill().unwrap();
                child.wait().unwrap();
            }
            let output = replay(&data, &out, &rejected).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let said = String::from_utf8(output.stdout).unwrap().replace(',', "");
            assert!(said.starts_with(&count), "round {round}: {said}");
            assert_eq!(folder.figures("out.ndjson"), unbroken, "round {round}");
            assert_eq!(folder.text("out.rejected"), refused, "round {round}");
            let left: Vec<_> = std::fs::read_dir(&data).unwrap().flatten().collect();
            assert!(
                !left.iter().any(|file| file.path().extension().is_some_and(|of| of == "refused"))
            );
        }
    }

    /// The folder counts what an interrupted run took, and the next one goes on after it.
    #[test]
    fn a_replay_that_was_interrupted_says_how_to_go_on_and_goes_on() {
        let folder = Folder::of("interrupted");
        let hotels = folder.file("hotels.json", hotel());
        let log = log(60);
        let events = folder.file("events.ndjson", log.join("\n"));
        let (data, out) = (folder.path("data"), folder.path("out.ndjson"));
        // From a pipe that stays open, so that the run has not ended when it is interrupted.
        let mut child =
            roomwatt(&["replay", "--hotels", &hotels, "--events", "-", "--data", &data])
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(log[..3000].join("\n").as_bytes()).unwrap();
        input.write_all(b"\n").unwrap();
        wait(Duration::from_millis(700));
        interrupt(&child);
        wait(Duration::from_millis(100));
        // It may have ended by now; if it waits for input, this lets it look up.
        drop(writeln!(input, "{}", log[3000]));
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(
            said.contains(
                "of standard input; what is done is kept, and the same command goes on from there"
            ),
            "{said}"
        );
        let line: usize = said
            .split_once("up to line ")
            .and_then(|(_, rest)| rest.split_once(' '))
            .map(|(line, _)| line.parse().unwrap())
            .unwrap();
        assert!((1..=3001).contains(&line), "{said}");

        let arguments =
            ["replay", "--hotels", &hotels, "--events", &events, "--data", &data, "--out", &out];
        let output: Output = roomwatt(&arguments).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        let good = 60 * 24 * 3;
        let bad = 60 * 24 / 100;
        let count = format!(
            "events    {} arrived, {good} applied, {bad} refused (malformed {bad})",
            good + bad
        );
        let said_plainly = said.replace(',', "");
        assert!(said_plainly.starts_with(&count.replace(',', "")), "{said}");
        assert!(said_plainly.contains(&format!("went on after line {line}\n")), "{said}");
        // What the run before refused is told here too.
        let first = log.iter().position(|line| line == "what?").unwrap() + 1;
        assert!(said_plainly.contains(&format!("refused   line {first}: malformed")), "{said}");
        // The log of before is no other one.
        let changed = [&log[1..3000], &log[..1]].concat();
        let events = folder.file("other.ndjson", [&log[..1], &changed[..]].concat().join("\n"));
        let output =
            roomwatt(&["replay", "--hotels", &hotels, "--events", &events, "--data", &data]);
        assert!({ output }.output().unwrap().status.success(), "what has ended is no bookmark");
    }

    fn interrupt(child: &Child) {
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    }

    /// A process that serves a folder.
    struct Served {
        child: Child,
        address: String,
    }

    impl Served {
        fn start(data: &str) -> Self {
            let mut child = roomwatt(&["serve", "--port", "0", "--data", data]).spawn().unwrap();
            let mut out = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            let address =
                line.strip_prefix("serving   http://").and_then(|rest| rest.split(';').next());
            let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
            Self { child, address }
        }
    }

    #[test]
    fn what_a_server_that_is_killed_fifty_times_has_answered_is_kept_and_reported() {
        let folder = Folder::of("serve");
        let hotels = folder.file("hotels.json", hotel());
        let now = Timestamp::now();
        let day = (now - SignedDuration::from_hours(48)).strftime("%Y-%m-%d").to_string();
        let yesterday = now - SignedDuration::from_hours(24);
        let events =
            [lamp(1, "OFF", &format!("{day}T00:00:00Z")), lamp(1, "OFF", &yesterday.to_string())];
        let events = folder.file("events.ndjson", events.map(|event| event.to_string()).join("\n"));
        let data = folder.path("data");
        let replayed =
            roomwatt(&["replay", "--hotels", &hotels, "--events", &events, "--data", &data])
                .output()
                .unwrap();
        assert!(replayed.status.success(), "{replayed:?}");

        // Each message turns the lamp on for a second on a day that is closed.
        let midnight: Timestamp = format!("{day}T00:00:00Z").parse().unwrap();
        let message = |number: i64| {
            let at = |seconds| (midnight + SignedDuration::from_secs(60 + seconds)).to_string();
            let pair = [lamp(1, "ON", &at(2 * number)), lamp(1, "OFF", &at(2 * number + 1))];
            json!({"events": pair}).to_string()
        };
        let mut random = fastrand::Rng::with_seed(19);
        let (mut accepted, mut number) = (Vec::new(), 0);
        for _ in 0..50 {
            let mut served = Served::start(&data);
            let until = Instant::now() + Duration::from_millis(random.u64(0..300));
            std::thread::scope(|scope| {
                let child = &mut served.child;
                let address = served.address.clone();
                scope.spawn(move || {
                    wait(until.saturating_duration_since(Instant::now()));
                    child.kill().unwrap();
                    child.wait().unwrap();
                });
                let post = |body: &str| ask(&address, "POST", "/local/events/device", body);
                while let Some((status, answer)) = post(&message(number)) {
                    assert_eq!((status, &answer["applied"]), (200, &json!(2)), "{answer}");
                    accepted.push(number);
                    number += 1;
                }
                // Perhaps it was taken, and only the answer was lost; it is not sent again.
                number += 1;
            });
        }
        assert!(accepted.len() > 10, "{}", accepted.len());
        let mut served = Served::start(&data);
        let history = format!("/hotels/h1/rooms/1/history?date={day}");
        let (_, history) = ask(&served.address, "GET", &history, "").unwrap();
        let transitions = history["signals"][0]["transitions"].as_array().unwrap().clone();
        let on = |at: &Value| at["state"] == "ON";
        let known: Vec<Timestamp> = transitions
            .iter()
            .filter(|at| on(at))
            .map(|at| at["at"].as_str().unwrap().parse().unwrap())
            .collect();
        for number in &accepted {
            let at = midnight + SignedDuration::from_secs(60 + 2 * number);
            assert!(known.contains(&at), "{at} was accepted and is not known");
        }
        // The closed day's report is revised by all of them, however often the process died.
        let began = Instant::now();
        let reports = format!("/hotels/h1/rooms/1/reports?from={day}&to={day}");
        loop {
            let (_, answer) = ask(&served.address, "GET", &reports, "").unwrap();
            let usage = answer["reports"][0]["totals"]["usageMs"].as_u64();
            if usage == Some(1000 * known.len() as u64) {
                break;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "{usage:?} of {}", known.len());
            std::thread::yield_now();
        }
        served.child.kill().unwrap();
        served.child.wait().unwrap();
    }

    /// Status and body, or nothing where the process is no more.
    fn ask(address: &str, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(address).ok()?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
    }
}
