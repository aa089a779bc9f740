//! Every grouping is the sum over the reports, however it was read.

use std::collections::{BTreeMap, BTreeSet};

use roomwatt_domain::{BusinessDate, ClosedReport, NightSums, Nights, Occupancy, Totals};
use roomwatt_presentation::{OccupancyView, RoomReportView, TotalsView};
use serde_json::{Value, json};

use crate::harbour::{HOTEL, RANGE, get, harbour};
use crate::paging::pages;

/// As JSON readers see it.
fn shown(view: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(view).unwrap()).unwrap()
}

/// Groups made the slow way: which keys there are, then each key's reports, added up one by one.
fn summed<'a>(
    reports: &(impl Iterator<Item = &'a ClosedReport> + Clone),
    keys: impl Fn(&ClosedReport) -> BTreeSet<String>,
    kinds: bool,
) -> Value {
    let all: BTreeSet<String> = reports.clone().flat_map(&keys).collect();
    let groups = all.into_iter().map(|key| {
        let (mut count, mut totals, mut occupancy) = (0, Totals::default(), Occupancy::default());
        let mut nights = NightSums::default();
        for report in reports.clone().filter(|report| keys(report).contains(&key)) {
            count += 1;
            occupancy += report.report.occupancy;
            let devices = report.report.devices.iter();
            let devices = devices.filter(|device| !kinds || device.device.kind.as_str() == key);
            let summed = Totals::over(devices, report.report.pricing);
            nights += NightSums::of(report.report.night(), &summed);
            totals += summed;
        }
        let Nights { sold, unsold, unknown } = nights.nights;
        let mut group = json!({
            "key": key,
            "reports": count,
            "totals": shown(&TotalsView::of(&totals)),
            "nights": {"sold": sold, "unsold": unsold, "unknown": unknown},
        });
        if let Some(night) = nights.per_sold_night(&totals) {
            let number = |text: String| -> Value { serde_json::from_str(&text).unwrap() };
            group["perSoldNight"] = json!({"energyWh": number(night.energy.to_string())});
            for (name, amount) in [("cost", night.cost), ("co2eKg", night.co2e)] {
                if let Some(amount) = amount {
                    group["perSoldNight"][name] = number(amount.to_string());
                }
            }
        }
        if !kinds {
            group["occupancy"] = shown(&OccupancyView::of(&occupancy));
        }
        group
    });
    Value::Array(groups.collect())
}

fn keys(by: &str, report: &ClosedReport) -> BTreeSet<String> {
    match by {
        "room" => [report.room.to_string()].into(),
        "date" => [report.date.to_string()].into(),
        "hotel" => ["harbour-house".to_owned()].into(),
        _ => report.report.devices.iter().map(|device| device.device.kind.to_string()).collect(),
    }
}

#[tokio::test]
async fn groups_are_the_sums_over_the_reports_whole_and_in_pages() {
    let harbour = harbour().await;
    for by in ["room", "date", "deviceKind", "hotel"] {
        let expected =
            summed(&harbour.reports.iter(), |report| keys(by, report), by == "deviceKind");
        let count = expected.as_array().unwrap().len();
        for limit in [1, 5, 1000] {
            let path = format!("{HOTEL}/reports?{RANGE}&groupBy={by}&limit={limit}");
            let (groups, pages) = pages(&harbour.api(), &path, "groups").await;
            assert_eq!(Value::from(groups), expected, "{by} {limit}");
            assert_eq!(pages.len(), count.div_ceil(limit));
        }
    }
}

#[tokio::test]
async fn groups_of_some_rooms_are_the_sums_over_their_reports() {
    let harbour = harbour().await;
    let few = |report: &&ClosedReport| matches!(report.room.as_str(), "103" | "110");
    for by in ["room", "date", "deviceKind", "hotel"] {
        let reports = harbour.reports.iter().filter(few);
        let expected = summed(&reports, |report| keys(by, report), by == "deviceKind");
        // A room that is not there adds nothing.
        for limit in [2, 200] {
            let path =
                format!("{HOTEL}/reports?{RANGE}&groupBy={by}&rooms=110,103,999,103&limit={limit}");
            let (groups, _) = pages(&harbour.api(), &path, "groups").await;
            assert_eq!(Value::from(groups), expected, "{by} {limit}");
        }
    }
}

#[tokio::test]
async fn reports_come_by_date_and_room_in_pages_that_leave_nothing_out() {
    let harbour = harbour().await;
    let views = |reports: Vec<&ClosedReport>| {
        let view = |closed| {
            shown(&RoomReportView::closed(harbour.hotel(), &harbour.profile.calendar, closed))
        };
        Value::Array(reports.into_iter().map(view).collect())
    };
    let expected = views(harbour.reports.iter().collect());
    for limit in [7, 12, 100, 252, 1000] {
        let path = format!("{HOTEL}/reports?{RANGE}&limit={limit}");
        let (reports, pages) = pages(&harbour.api(), &path, "reports").await;
        assert_eq!(Value::from(reports), expected, "{limit}");
        assert_eq!(pages.len(), 252_usize.div_ceil(limit));
    }
    let few =
        views(harbour.reports.iter().filter(|report| report.room.as_str() == "105").collect());
    for limit in [4, 200] {
        let path = format!("{HOTEL}/reports?{RANGE}&rooms=105&limit={limit}");
        assert_eq!(Value::from(pages(&harbour.api(), &path, "reports").await.0), few);
    }
    let room = get(&harbour.api(), &format!("{HOTEL}/rooms/105/reports?{RANGE}")).await;
    assert_eq!(room.found(), json!({ "reports": few }));
}

#[tokio::test]
async fn a_range_beyond_what_is_closed_answers_what_is_closed() {
    let harbour = harbour().await;
    let api = harbour.api();
    let path = |to| format!("{HOTEL}/reports?from=2026-11-01&to={to}&groupBy=date");
    let keys = |answer: Value| {
        let groups = answer["groups"].as_array().unwrap().clone();
        groups
            .into_iter()
            .map(|group| group["key"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let closed = get(&api, HOTEL).await.found()["closedThrough"].as_str().unwrap().to_owned();
    let expected = vec!["2026-11-01".to_owned(), closed];
    assert_eq!(keys(get(&api, &path("2027-05-01")).await.found()), expected);
    let ahead = get(&api, &format!("{HOTEL}/reports?from=2027-01-01&to=2027-01-31")).await;
    assert_eq!(ahead.found(), json!({"reports": []}));
}

/// The averages and changes, reckoned from whole sums by other means: in decimals.
#[tokio::test]
async fn a_comparison_is_of_the_sums_of_either_period_per_day() {
    let harbour = harbour().await;
    let api = harbour.api();
    let date = |text: &str| BusinessDate::parse(text).unwrap();
    let (current, baseline) = (("2026-10-22", "2026-10-31"), ("2026-10-12", "2026-10-17"));
    for by in ["room", "deviceKind", "hotel"] {
        let path = format!(
            "{HOTEL}/compare?from={}&to={}&baselineFrom={}&baselineTo={}&groupBy={by}",
            current.0, current.1, baseline.0, baseline.1
        );
        let answer = get(&api, &path).await.found();
        let side = |(from, to): (&str, &str)| {
            let (from, to) = (date(from), date(to));
            let reports = harbour
                .reports
                .iter()
                .filter(move |report| from <= report.date && report.date <= to);
            let sums = summed(&reports, |report| keys(by, report), by == "deviceKind");
            let sums = sums.as_array().unwrap().iter();
            sums.map(|group| {
                let key = group["key"].as_str().unwrap().to_owned();
                let days: BTreeSet<_> = reports
                    .clone()
                    .filter(|report| keys(by, report).contains(&key))
                    .map(|report| report.date)
                    .collect();
                (key, (group.clone(), days.len()))
            })
            .collect::<BTreeMap<_, _>>()
        };
        let (current, baseline) = (side(current), side(baseline));
        let groups = answer["groups"].as_array().unwrap();
        assert_eq!(groups.len(), current.len());
        for group in groups {
            let key = group["key"].as_str().unwrap();
            let mut averages = Vec::new();
            for (name, sums) in [("current", &current), ("baseline", &baseline)] {
                let (expected, days) = &sums[key];
                assert_eq!(group[name]["totals"], expected["totals"], "{by} {key}");
                assert_eq!(group[name]["reports"], expected["reports"]);
                assert_eq!(group[name]["days"], *days);
                let per_day = |figure: &str| {
                    expected["totals"][figure].as_f64().unwrap()
                        / f64::from(u32::try_from(*days).unwrap())
                };
                for figure in ["usageMs", "energyWh", "cost", "missingEnds"] {
                    let shown = group[name]["perDay"][figure].as_f64().unwrap();
                    assert!((shown - per_day(figure)).abs() <= 0.51, "{key} {figure}: {shown}");
                }
                averages.push(per_day("energyWh"));
            }
            let change = &group["change"]["energyWh"];
            let absolute = averages[0] - averages[1];
            assert!((change["absolute"].as_f64().unwrap() - absolute).abs() < 0.01, "{group}");
            if averages[1] == 0.0 {
                assert_eq!(change["percent"], Value::Null);
            } else {
                let percent = change["percent"].as_f64().unwrap();
                assert!((percent - absolute / averages[1] * 100.0).abs() < 0.01, "{group}");
            }
            // Nothing is unrated, in either period: a percent of nothing is null, and is there.
            assert_eq!(group["change"]["unratedMs"], json!({"absolute": 0, "percent": null}));
        }
    }
}
