//! How long each call takes on a month of a 300-room hotel, and how large its answer is:
//! `cargo test --release -p integration --test api -- --ignored --nocapture latency`.
//!
//! The engine is embedded and answers at once, so this is the function's own time; a deployment adds
//! a few milliseconds for each round trip that `docs/api.md` counts.

use crate::budgets::large_hotel;
use crate::harbour::{get, get_with, later, router};
use roomwatt_api::Caller;
use roomwatt_embedded::clock::Stopwatch;

#[tokio::test]
#[ignore = "a measurement, for people to read"]
async fn latency_and_size_of_each_call() {
    let (store, _) = large_hotel().await;
    let api = router(store, later(), Some(Caller::Owner));
    let month = "from=2026-10-01&to=2026-10-31";
    let half = "from=2026-10-16&to=2026-10-31&baselineFrom=2026-10-01&baselineTo=2026-10-15";
    println!("{:<44} {:>9} {:>9} {:>9} {:>9}", "call", "p50 ms", "p99 ms", "bytes", "gzipped");
    for path in [
        String::new(),
        format!("/rooms/1100/reports?{month}"),
        format!("/reports?{month}&groupBy=hotel"),
        format!("/reports?{month}&groupBy=date"),
        format!("/reports?{month}&groupBy=room&limit=1000"),
        format!("/reports?{month}&groupBy=deviceKind"),
        format!("/reports?{month}"),
        format!("/reports?{month}&limit=1000"),
        format!("/reports?{month}&limit=1000&format=csv"),
        format!("/reports?{month}&rooms=1001,1002,1003,1004,1005&groupBy=room"),
        format!("/compare?{half}&groupBy=hotel"),
        format!("/compare?{half}&groupBy=room"),
        "/rooms/1100/history?date=2026-10-20".to_owned(),
        "/live".to_owned(),
        "/live?rooms=1100".to_owned(),
        format!("/report.html?{month}"),
        format!("/rooms/1100/report.html?{month}"),
        "/rooms/1100/history.html?date=2026-10-20".to_owned(),
    ] {
        let url = format!("/hotels/large-1{path}");
        let gzipped = get_with(&api, &url, &[("accept-encoding", "gzip")]).await;
        let mut took = Vec::new();
        let mut bytes = 0;
        let all = Stopwatch::start();
        while took.len() < 100 && (took.len() < 10 || all.seconds() < 20.0) {
            let one = Stopwatch::start();
            let answer = get(&api, &url).await;
            took.push(one.seconds() * 1000.0);
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
            bytes = answer.body.len();
        }
        took.sort_by(f64::total_cmp);
        let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
        println!(
            "{:<44} {:>9.1} {:>9.1} {bytes:>9} {:>9}",
            path.replace(month, "<month>").replace(half, "<halves>"),
            at(50),
            at(99),
            gzipped.body.len()
        );
    }
}
