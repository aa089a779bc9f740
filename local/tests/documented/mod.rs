//! A program's commands in the documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Demands that a program takes each of its commands in the documents, of which there are so many at
/// least. `starts` are what they begin with.
pub(crate) fn assert_taken(program: &str, starts: &[&str], least: usize) {
    let mut count = 0;
    for document in documents() {
        for arguments in commands(&document, starts) {
            // Arguments are read from left to right, so all of them are before help is shown.
            let output = Command::new(program).args(&arguments).arg("--help").output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {arguments:?}: {said}", document.display());
            count += 1;
        }
    }
    assert!(count >= least, "{count} commands were found");
}

/// Every document for people.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = root.into_iter().find(|folder| folder.join("Cargo.lock").exists()).unwrap();
    let pages = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    ["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)).into_iter().chain(pages).collect()
}

/// The arguments of each command of a program that stands in a shell's block of a document.
fn commands(document: &Path, starts: &[&str]) -> Vec<Vec<String>> {
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
