//! Finds a program's commands in the documents.

use std::fs;
use std::path::{Path, PathBuf};

/// Every document for people.
pub(crate) fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = root.into_iter().find(|folder| folder.join("Cargo.lock").exists()).unwrap();
    let pages = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    ["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)).into_iter().chain(pages).collect()
}

/// The arguments of each command of a program that stands in a shell's block of a document. `start`
/// is what it begins with.
pub(crate) fn commands(document: &Path, starts: &[&str]) -> Vec<Vec<String>> {
    let text = fs::read_to_string(document).unwrap().replace("\\\n", " ");
    let mut in_shell = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(language) = line.strip_prefix("```") {
            in_shell = !in_shell && language == "sh";
        } else if in_shell {
            // What another program's output is piped into, or what comes from a file.
            let command = line.rsplit(" | ").next().unwrap();
            let command = command.split([';', '<', '>', '#']).next().unwrap();
            let start = starts.iter().find_map(|start| command.strip_prefix(start));
            found.extend(start.map(|rest| shlex::split(rest).unwrap()));
        }
    }
    found
}
