//! The fenced blocks of a document: what people copy from it.

use std::fs;
use std::path::Path;

/// The blocks of a document that is named from the project's folder, each with its language on its
/// first line.
pub(crate) fn of(document: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
    let text = fs::read_to_string(file).unwrap();
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced.map(|block| format!("{block}\n")).collect()
}

/// The text of the first block of a language that begins so.
pub(crate) fn beginning(blocks: &[String], language: &str, begins: &str) -> String {
    let texts = blocks.iter().filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    let mut found = texts.filter(|text| text.starts_with(begins));
    found.next().unwrap_or_else(|| panic!("no block of {language} begins with {begins}")).to_owned()
}
