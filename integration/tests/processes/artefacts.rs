//! What `sam build` built starts and does its work: each function from its own artefact.
//!
//! `make artefacts` builds them and runs this.

use std::path::Path;

use integration::template::Template;
use roomwatt_domain::instant::HOUR;

use crate::day::Day;
use crate::functions::{Binaries, FUNCTIONS, chosen};
use crate::running::date;
use crate::world::World;

/// The folder that `sam build` left its artefacts in.
const FOLDER: &str = "ROOMWATT_ARTEFACTS";

/// The artefact of each function of the template, where a folder of them is given.
pub(crate) fn artefacts() -> Option<Binaries> {
    // A relative path begins at the workspace's root, where `make` is called.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(chosen(FOLDER)?);
    let template = Template::load().expect("a template");
    let functions = template.section("Resources").filter_map(|(id, resource)| {
        let binary = resource["Metadata"]["BuildProperties"]["Binary"].as_str()?;
        let function = FUNCTIONS.into_iter().find(|function| *function == binary);
        Some((function.expect("a function"), folder.join(id).join("bootstrap")))
    });
    Some(functions.collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes what sam built: make artefacts"]
async fn each_artefact_starts_and_does_its_work() {
    let artefacts = artefacts().unwrap_or_else(|| panic!("{FOLDER} is not set: make artefacts"));
    assert_eq!(artefacts.len(), FUNCTIONS.len());
    let mut day = Day::on(World::around(artefacts).await).await;
    for function in FUNCTIONS {
        let seconds = day.running.process(function).first_poll().await;
        println!("{function} asked for its first event after {:.0} ms", seconds * 1000.0);
    }
    day.one_event_each().await;
    let range = format!("from={0}&to={0}", date(2));
    let answer = day.running.get("/hotels/h1/rooms/101/reports", &range).await;
    let body = answer["body"].as_str().expect("a body");
    let reports: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(reports["reports"][0]["totals"]["usageMs"], HOUR, "{reports}");
}
