//! A folder of a test's own, and what is compared of the reports in it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// An empty folder of a test's own.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn of(test: &str) -> Self {
        let suite = Path::new(env!("CARGO_TARGET_TMPDIR")).join(env!("CARGO_CRATE_NAME"));
        let folder = suite.join(test);
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), content).unwrap();
        self.path(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// The reports of a file, without what depends on when events came.
    pub(crate) fn figures(&self, name: &str) -> Vec<Value> {
        let of = |line: &str| {
            let mut report: Value = serde_json::from_str(line).unwrap();
            for which in ["revision", "revisions", "closedAt"] {
                report.as_object_mut().unwrap().remove(which);
            }
            report
        };
        self.text(name).lines().map(of).collect()
    }
}
