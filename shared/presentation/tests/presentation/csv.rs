//! Rows for spreadsheets, read back.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};
use roomwatt_domain::{ClosedReport, Profile, RoomId, RoomReport, RoomStates, Totals};
use roomwatt_presentation::figure::of_totals;
use roomwatt_presentation::{
    Comparison, ComparisonCsv, DecimalMark, Dialect, GroupBy, GroupCsv, Groups, ReportCsv, Side,
};

use crate::hotel::{
    bare, checkout_day, closed, date, known, metered, metered_days, seoul, some_days,
};

fn written(profile: &Profile, reports: &[ClosedReport], dialect: Dialect) -> String {
    let mut csv = ReportCsv::new(Vec::new(), dialect).unwrap();
    for report in reports {
        csv.write(&profile.hotel_id, &profile.calendar, report).unwrap();
    }
    String::from_utf8(csv.finish().unwrap()).unwrap()
}

fn written_by(profile: &Profile, reports: &[ClosedReport], by: GroupBy) -> String {
    let mut groups = Groups::new(by);
    for report in reports {
        groups.add(&profile.hotel_id, report);
    }
    let mut csv = GroupCsv::new(Vec::new(), Dialect::Programs).unwrap();
    for group in groups.by_key() {
        csv.write(&group).unwrap();
    }
    String::from_utf8(csv.finish().unwrap()).unwrap()
}

/// The rows, each cell by the name of its column.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = ReaderBuilder::new().from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let named = |row: StringRecord| {
        header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|row| named(row.unwrap())).collect()
}

fn cells<'a>(row: &'a BTreeMap<String, String>, columns: &[&str]) -> Vec<&'a str> {
    columns.iter().map(|column| row[*column].as_str()).collect()
}

#[test]
fn a_report_has_a_row_per_device_state() {
    insta::assert_snapshot!(written(&seoul(), &[checkout_day()], Dialect::Programs));
}

#[test]
fn groups_have_a_row_each() {
    let profile = seoul();
    let reports = some_days(&profile);
    let by = |by| written_by(&profile, &reports, by);
    insta::assert_snapshot!("groups_by_room", by(GroupBy::Room));
    insta::assert_snapshot!("groups_by_device_kind", by(GroupBy::DeviceKind));
}

#[test]
fn lines_end_as_rfc_4180_has_it() {
    let csv = written(&seoul(), &[checkout_day()], Dialect::Programs);
    assert!(csv.ends_with("\r\n"));
    assert_eq!(csv.matches('\n').count(), csv.matches("\r\n").count());
}

#[test]
fn a_spreadsheet_gets_the_same_figures_in_its_own_way() {
    let programs = written(&seoul(), &[checkout_day()], Dialect::Programs);
    assert!(programs.is_ascii(), "so that nothing needs a byte order mark");
    let point = Dialect::Spreadsheet(DecimalMark::Point);
    let comma = Dialect::Spreadsheet(DecimalMark::Comma);
    let [point, comma] = [point, comma].map(|it| written(&seoul(), &[checkout_day()], it));
    let id = "\"=\"\"seoul-1\"\"\"";
    assert!(point.lines().nth(1).unwrap().starts_with(&format!("{id},")), "{point}");
    assert!(comma.lines().nth(1).unwrap().starts_with(&format!("{id};")), "{comma}");
    let plain = |text: &str| text.replace("\"=\"\"", "").replace("\"\"\"", "");
    assert_eq!(plain(&point), programs);
    let swapped = plain(&comma).replace(',', ".").replace(';', ",");
    assert_eq!(swapped, programs);
}

#[test]
fn a_list_without_reports_is_a_header() {
    let csv = written(&seoul(), &[], Dialect::Programs);
    assert_eq!(csv.lines().count(), 1);
}

#[test]
fn rows_add_up_to_the_totals_of_their_reports() {
    let profile = seoul();
    let reports = some_days(&profile);
    let rows = rows(&written(&profile, &reports, Dialect::Programs));
    let totals: Totals = reports.iter().map(|closed| closed.report.totals()).sum();
    for (column, total) in of_totals(&totals) {
        if column.ends_with("Ms") || column.starts_with("missing") {
            let sum: i64 = rows.iter().filter_map(|row| row[column].parse::<i64>().ok()).sum();
            let total = total.map_or_else(|| "0".to_owned(), |total| total.to_string());
            assert_eq!(sum.to_string(), total, "{column}");
        }
    }
    let activations: u64 =
        reports.iter().flat_map(|closed| &closed.report.devices).map(|of| of.activations).sum();
    let sum: u64 = rows.iter().filter_map(|row| row["activations"].parse::<u64>().ok()).sum();
    assert_eq!(sum, activations);
    for row in &rows {
        let during: i64 = row
            .iter()
            .filter(|(column, _)| column.starts_with("during"))
            .map(|(_, cell)| cell.parse::<i64>().unwrap())
            .sum();
        assert_eq!(during.to_string(), row["usageMs"]);
    }
}

#[test]
fn a_report_without_use_still_has_a_row() {
    let profile = seoul();
    let reported = [
        ("stay", "2026-11-21T18:00:00+09:00", "CHECKED_IN"),
        ("light/lamp-1", "2026-11-21T18:00:00+09:00", "OFF"),
    ];
    let closed = closed(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    let rows = rows(&written(&profile, &[closed], Dialect::Programs));
    assert_eq!(rows.len(), 1);
    let columns = ["roomId", "date", "deviceId", "deviceKind", "state", "activations"];
    assert_eq!(cells(&rows[0], &columns), ["1203", "2026-11-21", "", "", "", "0"]);
    let columns = ["usageMs", "energyWh", "cost", "missingStarts", "duringUnknownUnknownMs"];
    assert_eq!(cells(&rows[0], &columns), ["0", "0.000", "0.0000", "0", "0"]);
}

#[test]
fn what_is_of_a_device_stands_on_its_first_row_only() {
    let profile = seoul();
    let reported = [
        ("thermostat/ac-1", "2026-11-21T10:00:00+09:00", "COOL"),
        ("thermostat/ac-1", "2026-11-21T10:10:00+09:00", "COOL"),
        ("thermostat/ac-1", "2026-11-21T11:00:00+09:00", "FAN"),
        ("thermostat/ac-1", "2026-11-21T12:00:00+09:00", "OFF"),
        ("light/lamp-1", "2026-11-21T12:00:00+09:00", "OFF"),
        ("light/lamp-1", "2026-11-21T12:30:00+09:00", "OFF"),
    ];
    let closed = closed(&profile, "1203", "2026-11-21", &RoomStates::default(), &reported);
    let rows = rows(&written(&profile, &[closed], Dialect::Programs));
    let columns =
        ["deviceId", "state", "activations", "usageMs", "energyWh", "missingStarts", "missingEnds"];
    let rows: Vec<_> = rows.iter().map(|row| cells(row, &columns)).collect();
    assert_eq!(
        rows,
        [
            ["ac-1", "COOL", "1", "3600000", "900.000", "0", "1"],
            // Without a rating, so without energy.
            ["ac-1", "FAN", "", "3600000", "", "", ""],
            // Never used, but a start may have been lost.
            ["lamp-1", "", "0", "0", "0.000", "1", "0"],
        ]
    );
}

#[test]
fn no_text_from_outside_becomes_a_formula() {
    let profile = Profile::parse(r#"{"hotelId":"-1","timeZone":"Asia/Seoul"}"#).unwrap();
    let reported = [
        ("-kind/-cmd", "2026-11-21T10:00:00+09:00", "-STATE"),
        ("-kind/-cmd", "2026-11-21T11:00:00+09:00", "OFF"),
    ];
    let reports = [closed(&profile, "-2-3", "2026-11-21", &RoomStates::default(), &reported)];
    let rows = rows(&written(&profile, &reports, Dialect::Programs));
    let columns = ["hotelId", "roomId", "deviceId", "deviceKind", "state"];
    assert_eq!(cells(&rows[0], &columns), ["'-1", "'-2-3", "'-cmd", "'-kind", "'-STATE"]);
    for (by, key) in
        [(GroupBy::Room, "'-2-3"), (GroupBy::Hotel, "'-1"), (GroupBy::DeviceKind, "'-kind")]
    {
        let csv = written_by(&profile, &reports, by);
        assert!(csv.contains(&format!("\r\n{key},1,")), "{csv}");
    }
}

#[test]
fn money_is_empty_without_a_price() {
    let profile = bare();
    let rows = rows(&written(&profile, &some_days(&profile), Dialect::Programs));
    for row in rows {
        assert_eq!(cells(&row, &["cost", "wasteCost", "co2eKg"]), ["", "", ""]);
    }
}

/// Watt-hours as they are written, in thousandths.
fn thousandths(cell: &str) -> i64 {
    cell.replace('.', "").parse().unwrap_or_default()
}

#[test]
fn standby_unplaced_and_metered_energy_have_rows_of_their_own() {
    let csv = written(&metered(), &metered_days(), Dialect::Programs);
    insta::assert_snapshot!(csv);
    let rows = rows(&csv);
    let first_day = rows.iter().filter(|row| row["date"] == "2026-11-21");
    let columns = ["deviceId", "state", "usageMs", "energyWh", "standbyWh", "unplacedWh"];
    let first_day: Vec<_> = first_day.map(|row| cells(row, &columns)).collect();
    assert_eq!(
        first_day,
        [
            ["fridge-1", "STANDBY", "0", "20.000", "20.000", "0.000"],
            ["fridge-1", "UNPLACED", "0", "400.000", "0.000", "400.000"],
            ["lamp-1", "ON", "14400000", "190.500", "0.000", "0.000"],
            ["tv-1", "STANDBY", "0", "1.667", "1.667", "0.000"],
            ["circuit-1", "METERED", "", "900.750", "", "700.750"],
        ]
    );
}

#[test]
fn the_energy_of_the_devices_rows_adds_up_to_the_totals() {
    let reports = metered_days();
    let rows = rows(&written(&metered(), &reports, Dialect::Programs));
    for column in ["energyWh", "measuredWh", "standbyWh", "unplacedWh", "unpricedWh"] {
        let devices = rows.iter().filter(|row| row["deviceKind"] != "meter");
        let sum: i64 = devices.map(|row| thousandths(&row[column])).sum();
        let totals: Totals = reports.iter().map(|closed| closed.report.totals()).sum();
        let total = of_totals(&totals).into_iter().find(|(name, _)| *name == column).unwrap().1;
        let total = thousandths(&total.unwrap().to_string());
        // Each row is rounded once.
        assert!((sum - total).abs() <= 2, "{column}: {sum}, {total}");
    }
}

#[test]
fn what_a_counter_did_stands_on_the_devices_first_row() {
    let rows = rows(&written(&metered(), &metered_days(), Dialect::Programs));
    let columns = ["date", "deviceId", "state", "resets", "rollBacks", "jumps"];
    let counted: Vec<_> = rows
        .iter()
        .map(|row| cells(row, &columns))
        .filter(|row| row[3..].iter().any(|count| !count.is_empty() && *count != "0"))
        .collect();
    assert_eq!(
        counted,
        [
            ["2026-11-21", "lamp-1", "ON", "1", "0", "0"],
            ["2026-11-22", "lamp-1", "ON", "0", "0", "1"],
        ]
    );
}

#[test]
fn a_device_that_was_read_and_drew_nothing_has_no_row_but_its_report_has_one() {
    let profile = seoul();
    let day = profile.calendar.day(date("2026-11-21")).unwrap();
    let room = RoomId::new("1203").unwrap();
    let history = known(&[], &[("light/lamp-1", "2026-11-21T10:00:00+09:00", "7 Wh")]);
    let terms = profile.terms(&room);
    let report = RoomReport::fold(day.window, &RoomStates::default(), &history, &terms);
    let closed = ClosedReport::first(room.clone(), day, report, day.window.end);
    let rows = rows(&written(&profile, &[closed], Dialect::Programs));
    assert_eq!(rows.len(), 1);
    let columns = ["deviceId", "state", "energyWh", "measuredMs", "standbyWh"];
    assert_eq!(cells(&rows[0], &columns), ["", "", "0.000", "0", "0.000"]);
}

#[test]
fn two_periods_have_a_row_per_group() {
    let mut comparison = Comparison::new(GroupBy::Hotel);
    let profile = metered();
    for (side, closed) in
        [Side::Current, Side::Baseline].into_iter().zip(metered_days().iter().rev())
    {
        comparison.add(side, &profile.hotel_id, closed);
    }
    let mut csv = ComparisonCsv::new(Vec::new(), Dialect::Programs).unwrap();
    for group in comparison.by_key() {
        csv.write(&group).unwrap();
    }
    let rows = rows(&String::from_utf8(csv.finish().unwrap()).unwrap());
    let columns = [
        "key",
        "currentSoldNights",
        "currentUnsoldNights",
        "currentEnergyWhPerSoldNight",
        "baselineSoldNights",
        "baselineEnergyWhPerSoldNight",
        "nightlySoldWh",
        "nightlyUnsoldWh",
    ];
    // A night that one period lacks is reckoned with the other's rate: all of it is the share's.
    assert_eq!(
        cells(&rows[0], &columns),
        ["seoul-1", "0", "1", "", "1", "612.167", "0.000", "0.000"]
    );
    assert_eq!(rows[0]["nightlyEnergyWh"], rows[0]["nightlyShareWh"]);
}
