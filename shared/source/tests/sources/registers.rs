//! Registers: as tables and as JSON, with every fault at its row.

use roomwatt_domain::{BusinessCalendar, Instant};
use roomwatt_source::Register;
use roomwatt_source::register::MOST_ROWS;

const HEADER: &str = "external,room,device,kind,from,until\n";

fn faults(table: &str) -> Vec<String> {
    Register::from_csv(table).expect_err(table).0
}

fn of_rows(rows: &str) -> Vec<String> {
    faults(&format!("{HEADER}{rows}"))
}

#[test]
fn a_table_may_have_a_mark_line_ends_of_windows_quotes_and_columns_in_any_order() {
    let table = "\u{feff}room,external,kind,device\r\n101,\"lamp, left\",light,lamp-1\r\n\"102\",\"say \"\"hi\"\"\",,\r\n\r\n";
    let register = Register::from_csv(table).unwrap();
    let rows = register.rows();
    assert_eq!(rows.len(), 2);
    assert_eq!((&*rows[0].external, rows[0].room.as_str()), ("lamp, left", "101"));
    assert_eq!((&*rows[1].external, rows[1].device.is_none()), ("say \"hi\"", true));
    assert!(register.has("lamp, left") && !register.has("lamp"));
}

#[test]
fn a_register_is_written_as_it_is_read() {
    let table = format!(
        "{HEADER}lamp,101,lamp-1,light,,2026-11-20\nlamp,102,lamp-1,light,2026-11-20,\n\"a,b\",103,,,,\n"
    );
    let register = Register::from_csv(&table).unwrap();
    assert_eq!(register.to_csv(), table);
    let json = serde_json::to_string(&register).unwrap();
    assert!(json.starts_with(r#"{"devices":[{"external":"lamp","room":"101","device":"lamp-1","kind":"light","until":"2026-11-20"},"#));
    assert!(json.ends_with(r#"{"external":"a,b","room":"103"}]}"#));
    assert_eq!(Register::from_json(&json).unwrap(), register);
    let empty =
        r#"{"devices":[{"external":"r","room":"1","device":"","kind":"","from":"","until":null}]}"#;
    assert_eq!(Register::from_json(empty).unwrap().rows()[0].device, None);
    assert_eq!(Register::from_json(r#"{"devices":[]}"#).unwrap(), Register::default());
}

#[test]
fn the_instant_chooses_the_row_by_the_hotels_dates() {
    let register = Register::from_csv(&format!(
        "{HEADER}x,1,d,k,2026-11-01,2026-11-20\nx,2,d,k,2026-11-20,\nx,0,d,k,,2026-10-25\n"
    ))
    .unwrap();
    let calendar = BusinessCalendar::new("Europe/Vienna").unwrap();
    let room = |at: &str| {
        let at = Instant::parse(at).unwrap();
        register.find("x", at, &calendar).map(|row| row.room.to_string())
    };
    assert_eq!(room("2026-11-19T22:59:59.999Z").as_deref(), Some("1"));
    assert_eq!(room("2026-11-19T23:00:00Z").as_deref(), Some("2"));
    assert_eq!(room("2026-10-24T21:59:59Z").as_deref(), Some("0"));
    assert_eq!(room("2026-10-24T22:00:00Z"), None);
    assert_eq!(room("2026-10-31T23:00:00Z").as_deref(), Some("1"));
    assert_eq!(register.find("y", Instant::from_millis(0), &calendar), None);
}

#[test]
fn rows_of_one_id_may_not_overlap() {
    assert_eq!(
        of_rows("x,1,d,k,,2026-11-20\nx,2,d,k,2026-11-19,\n"),
        ["row 2 (line 3): x is row 1 (line 2) already at that time"]
    );
    assert_eq!(of_rows("x,1,d,k,,\nx,1,d,k,,\n").len(), 1);
    assert_eq!(of_rows("x,1,d,k,2026-01-01,\nx,1,,,2025-01-01,2026-01-02\n").len(), 1);
    assert_eq!(
        of_rows("x,1,d,k,2026-11-20,2026-11-20\n"),
        ["row 1 (line 2): until must be after from: it is the first date no more"]
    );
    assert!(
        Register::from_csv(&format!(
            "{HEADER}x,1,d,k,,2026-11-20\ny,1,d,k,,\nx,2,d,k,2026-11-20,\n"
        ))
        .is_ok()
    );
}

#[test]
fn faults_name_their_row() {
    let id = "must be 1 to 64 characters of A-Z a-z 0-9 . _ -, and not . or .. alone";
    assert_eq!(
        of_rows(
            ",1,d,k,,\na,1 1,d,k,,\nb,1,d/,k,,\nc,1,d,k k,,\nd,1,d,,,\ne,1,,k,,\nf,1,d,Presence,,\ng,1,d,k,2026-02-30,\nh,1,d,METER,,\n"
        ),
        [
            "row 1 (line 2): external must be 1 to 256 printable characters".to_owned(),
            format!("row 2 (line 3): room {id}"),
            format!("row 3 (line 4): device {id}"),
            format!("row 4 (line 5): kind {id}"),
            "row 5 (line 6): kind is missing, as there is a device".to_owned(),
            "row 6 (line 7): device is missing, as there is a kind".to_owned(),
            "row 7 (line 8): kind Presence is spelled presence".to_owned(),
            "row 8 (line 9): from must be a date YYYY-MM-DD that exists".to_owned(),
            "row 9 (line 10): kind METER is spelled meter".to_owned(),
        ]
    );
    assert_eq!(of_rows(&"x y,z z,,,,\n".repeat(30)).len(), 20);
    assert_eq!(of_rows("a,1,d,k,,,7\n"), ["row 1 (line 2): has 7 fields, and there are 6 columns"]);
    assert_eq!(
        faults("external,room,device,kind\r\na,1,,\r\n\r\nb,1 1,,\r\n"),
        [format!("row 2 (line 4): room {id}")]
    );
    assert_eq!(of_rows("a,1,d\n"), ["row 1 (line 2): kind is missing, as there is a device"]);
    let json = |text: &str| Register::from_json(text).unwrap_err().to_string();
    assert_eq!(
        json(r#"{"devices":[{"external":"a","room":"1"},{"external":"b","room":2}]}"#),
        "row 2: room: invalid type: integer `2`, expected a string"
    );
    assert!(
        json(r#"{"devices":[{"external":"a","room":"1","floor":1}]}"#)
            .starts_with("row 1: floor: unknown member `floor`")
    );
    assert_eq!(json(r#"{"devices":[{"external":"a","room":"1/2"}]}"#), format!("row 1: room {id}"));
    assert!(json("[]").starts_with("invalid type"));
}

#[test]
fn columns_are_those_that_there_are() {
    assert_eq!(
        faults("external,room,device,floor\n"),
        ["column \"floor\" is none of external, room, device, kind, from, until"]
    );
    assert_eq!(
        faults("external,room,device\n"),
        ["column kind is missing: the first line names external, room, device, kind, from, until"]
    );
    assert_eq!(faults("external,room,device,kind,room\n"), ["column room is there twice"]);
    assert!(faults("external;room;device;kind\n")[0].ends_with("columns are separated by commas"));
    assert_eq!(faults("").len(), 1);
}

#[test]
fn a_register_has_at_most_20000_rows() {
    let rows = |count: usize| {
        (0..count).map(|n| format!("x{n},1,d{n},k,,\n")).collect::<Vec<_>>().concat()
    };
    assert_eq!(
        Register::from_csv(&format!("{HEADER}{}", rows(MOST_ROWS))).unwrap().rows().len(),
        20_000
    );
    assert_eq!(of_rows(&rows(MOST_ROWS + 1)), ["has more than 20000 rows"]);
}
