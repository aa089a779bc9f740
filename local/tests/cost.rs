//! The `cost` command: its figures add up, its units are the same every time, and what it cannot
//! tell is one line on standard error and status 2.

#[cfg(test)]
mod cost {
    use std::process::{Command, Output};

    use serde_json::Value;

    fn roomwatt(arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roomwatt"));
        command.arg("cost").args(arguments).env_remove("RUST_LOG").output().unwrap()
    }

    /// Status 0 and nothing on standard error.
    fn done(arguments: &[&str]) -> String {
        let output = roomwatt(arguments);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    }

    fn bill(arguments: &[&str]) -> Value {
        let json = done(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&json).unwrap()
    }

    /// Status 2, nothing on standard output, and one line on standard error.
    fn refused(arguments: &[&str]) -> String {
        let output = roomwatt(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
        let line = said.strip_suffix('\n').unwrap();
        assert!(!line.contains(['\n', '\r']), "{said}");
        line.to_owned()
    }

    const SMALL: [&str; 4] = ["--rooms", "4", "--events", "40"];

    fn small(more: &[&str]) -> Value {
        bill(&[&SMALL[..], more].concat())
    }

    fn number(value: &Value) -> f64 {
        value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
    }

    fn list(value: &Value) -> &Vec<Value> {
        value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
    }

    #[track_caller]
    fn assert_close(one: f64, other: f64) {
        assert!((one - other).abs() <= 1e-9 * one.abs().max(1.0), "{one} is not {other}");
    }

    /// What is used, by service and name.
    fn usage<'a>(bill: &'a Value, service: &str, what: &str) -> &'a Value {
        let services = list(&bill["services"]);
        let service = services.iter().find(|one| one["name"] == service).expect(service);
        list(&service["usage"]).iter().find(|usage| usage["what"] == what).expect(what)
    }

    fn quantity(bill: &Value, service: &str, what: &str) -> f64 {
        number(&usage(bill, service, what)["quantity"])
    }

    /// Everything that is counted, without what is timed.
    fn counts(bill: &Value) -> Vec<(String, f64)> {
        let services = list(&bill["services"]).iter();
        services
            .flat_map(|service| list(&service["usage"]))
            .filter(|usage| usage["unit"] != "GB-seconds")
            .map(|usage| (usage["what"].to_string(), number(&usage["quantity"])))
            .collect()
    }

    #[test]
    fn services_add_up_to_the_total_and_usage_to_each_service() {
        let bill = small(&[]);
        let (mut total, mut idle) = (0.0, 0.0);
        for service in list(&bill["services"]) {
            let (mut dollars, mut unused) = (0.0, 0.0);
            for usage in list(&service["usage"]) {
                let price = number(&usage["price"]) / number(&usage["per"]);
                assert_close(number(&usage["dollars"]), number(&usage["quantity"]) * price);
                assert!(usage["idleQuantity"].as_f64() <= usage["quantity"].as_f64(), "{usage}");
                assert!(usage["unit"].is_string() && usage.get("priceAssumedFrom").is_none());
                dollars += number(&usage["dollars"]);
                unused += number(&usage["idleQuantity"]) * price;
            }
            assert_close(dollars, number(&service["dollars"]));
            assert_close(unused, number(&service["idleDollars"]));
            total += dollars;
            idle += unused;
        }
        let left = |field: &str| {
            list(&bill["services"]).iter().map(|service| number(&service[field])).sum::<f64>()
        };
        assert_close(left("afterAllowances"), number(&bill["totalAfterAllowances"]));
        assert_close(left("idleAfterAllowances"), number(&bill["idleAfterAllowances"]));
        assert_close(total, number(&bill["totalPerMonth"]));
        assert_close(idle, number(&bill["idlePerMonth"]));
        assert_close(number(&bill["perRoomMonth"]) * 4.0, total);
        assert_eq!(bill["eventsPerMonth"], 4 * 40 * 30);
        assert_close(number(&bill["perMillionEvents"]) * 4.0 * 40.0 * 30.0 / 1e6, total);
        for lines in ["measured", "assumed", "priceSources"] {
            assert!(!list(&bill[lines]).is_empty(), "{lines}");
        }
        assert_eq!((&bill["region"], &bill["daysPerMonth"]), (&"us-east-1".into(), &30.into()));
    }

    #[test]
    fn an_allowance_is_for_all_usage_of_its_unit_and_for_no_more() {
        let bill = small(&[]);
        let service = |name: &str| {
            let services = list(&bill["services"]);
            services.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("{name}"))
        };
        let queues = service("SQS");
        let requests = list(&queues["usage"]).iter().map(|usage| number(&usage["quantity"]));
        let requests: f64 = requests.sum();
        assert!(requests > 1e6, "five pollers of three queues");
        assert_close(number(&queues["afterAllowances"]), (requests - 1e6) * 0.4 / 1e6);
        // Eleven alarms, of which ten are free, as are the metrics.
        let watching = service("CloudWatch alarms, metrics, dashboard");
        assert_close(number(&watching["afterAllowances"]), 0.1);
        assert_close(number(&service("Lambda")["afterAllowances"]), 0.0);
        let table = service("DynamoDB requests");
        assert_close(number(&table["afterAllowances"]), number(&table["dollars"]));
        // Storage is free, but not its recovery, which costs by the GB as well.
        let recovery = usage(&bill, "DynamoDB storage", "point-in-time recovery");
        let storage = service("DynamoDB storage");
        assert_close(number(&storage["afterAllowances"]), number(&recovery["dollars"]));
    }

    #[test]
    fn what_is_counted_is_the_same_every_time() {
        for more in [&[][..], &["--readings-per-hour", "1"]] {
            assert_eq!(counts(&small(more)), counts(&small(more)));
        }
    }

    #[test]
    fn the_budgets_hold_for_the_simulated_day() {
        let bill = small(&[]);
        // Days a month, rooms.
        let room_days = 30.0 * 4.0;
        assert!(number(&bill["unitsPerEvent"]["ingestWriteUnits"]) <= 1.0);
        assert!(quantity(&bill, "DynamoDB requests", "writes of close") <= 5.0 * room_days);
        assert!(quantity(&bill, "DynamoDB requests", "reads of close") <= 2.0 * room_days);
        let rooms = room_days / 30.0;
        assert_close(quantity(&bill, "DynamoDB requests", "writes of monthly sums"), rooms);
        let again = quantity(&bill, "DynamoDB requests", "reads of monthly sums");
        assert!(again > 0.0 && again <= room_days, "{again}");
        assert_close(quantity(&bill, "DynamoDB requests", "reads of schedule"), 30.0 * 96.0 * 1.0);
        assert_close(quantity(&bill, "DynamoDB requests", "writes of revise"), 0.0);
        assert_close(quantity(&bill, "EventBridge", "events out"), 30.0);
        assert_close(quantity(&bill, "Lambda", "day-close-schedule, calls"), 30.0 * 96.0);
        assert_close(quantity(&bill, "Lambda", "day-close, calls"), 30.0);
    }

    #[test]
    fn readings_come_beside_the_events_and_are_told() {
        const METERED: [&str; 4] = ["--devices", "3", "--readings-per-hour", "2"];
        let (plain, metered) = (small(&METERED[..2]), small(&METERED));
        let number_of = |bill: &Value, what: &str| bill[what].as_u64().unwrap();
        assert_eq!(number_of(&plain, "eventsPerDay"), 4 * 40);
        assert_eq!(number_of(&plain, "readingsPerDay"), 0);
        let readings = 4 * 3 * 2 * 24;
        assert_eq!(number_of(&metered, "eventsPerDay"), 4 * 40 + readings);
        assert_eq!(number_of(&metered, "readingsPerDay"), readings);
        assert_eq!(number_of(&metered, "eventsPerMonth"), 30 * (4 * 40 + readings));

        // A room's readings share a write, and add nothing to the close but what a record grows by.
        let writes = |bill: &Value| quantity(bill, "DynamoDB requests", "writes of ingest");
        let added = (writes(&metered) - writes(&plain)) / 30.0;
        assert!(added > 0.0 && added <= 4.0 * 2.0 * 24.0 * 1.5, "{added} units a day");
        let summaries = |bill: &Value| quantity(bill, "DynamoDB storage", "summaries");
        assert!(summaries(&metered) > summaries(&plain));
        let closed = |bill: &Value| quantity(bill, "EventBridge", "events out");
        assert_close(closed(&metered), closed(&plain));

        let line = "beside them 2 readings an hour of each device's counter: of 736 events a day \
                    576 are readings,";
        let told = done(&[&SMALL[..], &METERED].concat());
        assert!(told.split_whitespace().collect::<Vec<_>>().join(" ").contains(line), "{told}");
        assert!(!done(&[&SMALL[..], &METERED[..2]].concat()).contains("readings an hour"));
        let told = |bill: &Value| bill["assumed"].to_string().contains("reads all counters");
        assert!(told(&metered) && !told(&plain));
    }

    #[test]
    fn a_function_has_the_tables_key_asked_for_at_most_once_in_five_minutes() {
        const MOST: f64 = 30.0 * 288.0;
        let key = |bill: &Value| usage(bill, "KMS", "requests of the table's key").clone();
        let quiet = key(&small(&["--reports-per-day", "0"]));
        assert_close(number(&quiet["idleQuantity"]), 30.0 * 96.0);
        assert!(number(&quiet["quantity"]) > 30.0 * 97.0);
        let asked = key(&small(&["--reports-per-day", "1000"]));
        assert_close(number(&asked["quantity"]) - number(&quiet["quantity"]), MOST);
        assert!(number(&asked["quantity"]) <= 5.0 * MOST);
    }

    #[test]
    fn packing_saves_requests_and_a_window_invocations() {
        let messages = |bill: &Value, queue: &str| {
            quantity(bill, "SQS", &format!("{queue}, publishers' sends"))
        };
        let single = small(&["--packed", "1"]);
        let sends = messages(&single, "device-events") + messages(&single, "space-events");
        assert_close(sends, 30.0 * 4.0 * 40.0);
        let packed = small(&["--packed", "20"]);
        assert!(messages(&packed, "device-events") <= 30.0 * (4.0 * 40.0 / 20.0 + 1.0));

        let calls = |bill: &Value| quantity(bill, "Lambda", "device-events, calls");
        let short = small(&["--packed", "1", "--batch-window", "1"]);
        let long = small(&["--packed", "1", "--batch-window", "300"]);
        assert!(calls(&long) < calls(&short));
        let receives = |bill: &Value| quantity(bill, "SQS", "device-events, receives");
        assert_close(receives(&long), receives(&short));
    }

    #[test]
    fn polling_costs_by_pollers_and_is_there_without_events() {
        let bill = small(&[]);
        let day_close = usage(&bill, "SQS", "day-close, receives");
        assert_eq!(day_close["idleQuantity"], 30.0 * 86_400.0 / 20.0 * 5.0);
        let two = small(&["--pollers", "2"]);
        let idle =
            |bill: &Value| number(&usage(bill, "SQS", "day-close, receives")["idleQuantity"]);
        assert_close(idle(&two) * 5.0, idle(&bill) * 2.0);
    }

    #[test]
    fn hotels_share_what_is_fixed() {
        let one = small(&[]);
        let three = small(&["--hotels", "3"]);
        let fixed =
            |bill: &Value| quantity(bill, "CloudWatch alarms, metrics, dashboard", "alarms");
        assert_close(fixed(&one), fixed(&three));
        assert_close(quantity(&three, "EventBridge", "events out"), 90.0);
        let writes = |bill: &Value| quantity(bill, "DynamoDB requests", "writes of ingest");
        let ratio = writes(&three) / writes(&one);
        assert!((2.0..4.0).contains(&ratio), "{ratio}");
        assert!(number(&three["perRoomMonth"]) < number(&one["perRoomMonth"]));
        assert_close(number(&three["perRoomMonth"]) * 12.0, number(&three["totalPerMonth"]));
    }

    #[test]
    fn what_is_kept_longer_costs_more() {
        let stored = |bill: &Value| {
            let what = "reports, hotel-days, hotels";
            quantity(bill, "DynamoDB storage", "summaries")
                + quantity(bill, "DynamoDB storage", what)
        };
        let usual = stored(&small(&[]));
        assert_close(stored(&small(&["--history-days", "90", "--report-days", "775"])), usual);
        assert!(stored(&small(&["--history-days", "365"])) > usual);
        assert!(stored(&small(&["--report-days", "400"])) < usual);
    }

    #[test]
    fn a_price_that_is_not_known_says_whose_it_is() {
        let bill = small(&["--region", "ap-northeast-2"]);
        let storage = usage(&bill, "DynamoDB storage", "summaries");
        assert_eq!(storage["priceAssumedFrom"], "us-east-1");
        assert!(usage(&bill, "SQS", "day-close, receives").get("priceAssumedFrom").is_none());
        let told = |line: &&Value| line.as_str().unwrap().contains("no price is known");
        assert!(list(&bill["assumed"]).iter().any(|line| told(&line)));
        let table = done(&[&SMALL[..], &["--region", "ap-northeast-2", "--explain"]].concat());
        assert!(table.contains("0.25 (us-east-1)"), "{table}");
    }

    #[test]
    fn four_totals_come_first_and_they_are_all_unless_one_asks() {
        let (totals, explained) = (done(&SMALL), done(&[&SMALL[..], &["--explain"]].concat()));
        let bill = small(&[]);
        // The last digits of what is timed differ from run to run.
        let near = |word: &str, figure: &str| {
            word.parse::<f64>()
                .is_ok_and(|shown| (shown / number(&bill[figure]) - 1.0).abs() < 0.01)
        };
        for (line, figures) in [
            ("a month", &["totalPerMonth", "totalAfterAllowances"][..]),
            ("of it without any event", &["idlePerMonth", "idleAfterAllowances"]),
            ("a room and month", &["perRoomMonth"]),
            ("a million events", &["perMillionEvents"]),
        ] {
            let line = totals.lines().find(|one| one.trim_start().starts_with(line)).expect(line);
            for figure in figures {
                assert!(line.split_whitespace().any(|word| near(word, figure)), "{line}");
            }
        }
        assert!(totals.lines().count() <= 12 && totals.contains("--explain"), "{totals}");
        let headings = |text: &str| text.lines().take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(headings(&explained), headings(&totals));
        for line in totals.lines().chain(explained.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn readers_of_digests_are_paid_for_by_the_mail() {
        let readers = |readers: &str| small(&["--hotels", "3", "--digest-readers", readers]);
        let bill = readers("20");
        assert_close(quantity(&bill, "SNS", "digests"), 3.0 * 30.0);
        assert_close(quantity(&bill, "SNS", "digests, mails"), 3.0 * 30.0 * 20.0);
        let service = |bill: &Value| {
            list(&bill["services"]).iter().find(|service| service["name"] == "SNS").cloned()
        };
        // 800 of 1,800 mails, at two dollars for 100,000.
        let left = service(&bill).expect("SNS");
        assert_close(number(&left["afterAllowances"]), 800.0 * 0.00002);
        assert_eq!(service(&readers("0")), None);
    }

    #[test]
    fn the_explanation_shows_what_the_json_holds() {
        let (table, bill) = (done(&[&SMALL[..], &["--explain"]].concat()), small(&[]));
        let table_in_a_line = table.split_whitespace().collect::<Vec<_>>().join(" ");
        for service in list(&bill["services"]) {
            assert!(table.contains(service["name"].as_str().unwrap()), "{table}");
            for usage in list(&service["usage"]) {
                assert!(table.contains(usage["what"].as_str().unwrap()), "{usage}");
            }
        }
        for line in list(&bill["assumed"]) {
            assert!(table_in_a_line.contains(line.as_str().unwrap()), "{line}");
        }
        assert!(table.contains("\nMeasured\n- ") && table.contains("\nAssumed\n- "), "{table}");
    }

    #[test]
    fn what_is_too_large_is_run_in_part_and_comes_to_about_the_same() {
        // Of much fewer rooms a report is read in so few units that rounding up shows.
        const SHAPE: [&str; 4] = ["--rooms", "160", "--events", "30"];
        let whole = bill(&SHAPE);
        let part = bill(&[&SHAPE[..], &["--sample", "1200"]].concat());
        let told = |bill: &Value| {
            let lines = list(&bill["assumed"]).iter();
            lines.filter(|line| line.as_str().unwrap().contains("were run with 40 rooms")).count()
        };
        assert_eq!((told(&whole), told(&part)), (0, 1), "{}", part["assumed"]);
        for ((what, part), (_, whole)) in counts(&part).into_iter().zip(counts(&whole)) {
            // Traffic is made whole; units, sizes and logs are those of a quarter of the rooms.
            let ratio = if whole > 0.0 { part / whole } else { 1.0 };
            assert!((0.8..1.5).contains(&ratio), "{what}: {part} for {whole}");
        }
        let sends = |bill: &Value| quantity(bill, "SQS", "device-events, publishers' sends");
        assert_close(sends(&part), sends(&whole));
    }

    #[test]
    fn arguments_that_make_no_sense_are_one_line() {
        let line = refused(&["--rooms", "2", "--events", "5", "--region", "moon-1"]);
        assert_eq!(line, "error: no prices of region moon-1; known are ap-northeast-2, us-east-1");
        let line = refused(&["--rooms", "10000", "--events", "501"]);
        assert!(line.starts_with("error: 5010000 events a day are more than"), "{line}");
        // Readings count.
        let metered = ["--devices", "10", "--readings-per-hour", "2"];
        let line = refused(&[&["--rooms", "10000", "--events", "21"][..], &metered].concat());
        assert!(line.starts_with("error: 5010000 events a day are more than"), "{line}");
        for (option, value) in [
            ("--rooms", "0"),
            ("--events", "0"),
            ("--devices", "0"),
            ("--readings-per-hour", "241"),
            ("--hotels", "0"),
            ("--packed", "0"),
            ("--batch-window", "301"),
            ("--pollers", "0"),
            ("--format", "xml"),
        ] {
            // An option that is there twice is refused for that.
            let others: Vec<_> = SMALL.chunks(2).filter(|pair| pair[0] != option).collect();
            let line = refused(&[&others.concat()[..], &[option, value]].concat());
            assert!(line.contains(&format!("'{value}' for '{option} ")), "{line}");
        }
        assert!(refused(&["--rooms", "2"]).contains("--events"));
        assert!(refused(&["--events", "2"]).contains("--rooms"));
    }
}
