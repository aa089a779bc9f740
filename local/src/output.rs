//! The files that a run writes: each beside its place, and put there when it is whole.
//!
//! So a run that fails leaves what was there before, and none ever reads what it is about to write.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::input::BadInput;

/// A file that a run writes, or standard output.
pub struct Output {
    file: BufWriter<Box<dyn Write>>,
    name: PathBuf,
    /// Where the file is written, and where it goes in the end; `None` for what is no file, such as a
    /// pipe.
    moved: Option<(PathBuf, PathBuf)>,
}

impl Output {
    /// Begins a file; `-` is standard output.
    ///
    /// # Errors
    /// [`BadInput`] when it cannot be written there.
    pub fn create(path: &Path) -> Result<Self, BadInput> {
        let fault = |error: io::Error| BadInput(format!("{}: {error}", path.display()));
        let output = |file: Box<dyn Write>, moved| Self {
            file: BufWriter::new(file),
            name: path.to_owned(),
            moved,
        };
        if is_standard(path) {
            return Ok(output(Box::new(io::stdout()), None));
        }
        let target = match fs::canonicalize(path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            Err(error) => return Err(fault(error)),
        };
        let is_no_file = fs::metadata(&target).is_ok_and(|there| !there.is_file());
        if is_no_file {
            let file = File::options().write(true).open(&target).map_err(fault)?;
            return Ok(output(Box::new(file), None));
        }
        let Some(name) = target.file_name() else {
            return Err(BadInput(format!("{}: is no name of a file", path.display())));
        };
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(format!(".{}.part", std::process::id()));
        let beside = target.with_file_name(beside);
        let file = File::create(&beside).map_err(fault)?;
        Ok(output(Box::new(file), Some((beside, target))))
    }

    /// Ends the file and puts it in its place.
    ///
    /// # Errors
    /// When it cannot be written to its end.
    pub fn finish(mut self) -> anyhow::Result<()> {
        let name = self.name.display().to_string();
        self.file.flush().with_context(|| name.clone())?;
        if let Some((beside, target)) = self.moved.take()
            && let Err(error) = fs::rename(&beside, target)
        {
            // What is half done is in nobody's way.
            drop(fs::remove_file(&beside));
            return Err(error).context(name);
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((beside, _)) = &self.moved {
            // It was not finished; if it cannot be removed, its name tells what it is.
            drop(fs::remove_file(beside));
        }
    }
}

/// Whether a path stands for standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Demands that no two of a run's files are one, by whatever names and links they go. What is no
/// file, such as a terminal or a pipe, may stand for several.
///
/// # Errors
/// [`BadInput`] that names the two options.
pub fn demand_different(files: &[(&str, PathBuf)]) -> Result<(), BadInput> {
    let mut seen: Vec<(&str, Identity)> = Vec::new();
    for (option, path) in files {
        let Some(identity) = Identity::of(path) else { continue };
        if let Some((other, _)) = seen.iter().find(|(_, other)| *other == identity) {
            let path = path.display();
            return Err(BadInput(format!("{other} and {option} are the same file: {path}")));
        }
        seen.push((option, identity));
    }
    Ok(())
}

/// What makes a file the same as another.
#[derive(Debug, PartialEq, Eq)]
enum Identity {
    /// Device and number, which hard links share.
    #[cfg(unix)]
    There(u64, u64),
    /// Where it is, or will be.
    Path(PathBuf),
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() => None,
            #[cfg(unix)]
            Ok(there) => {
                use std::os::unix::fs::MetadataExt;
                Some(Self::There(there.dev(), there.ino()))
            }
            #[cfg(not(unix))]
            Ok(_) => fs::canonicalize(path).ok().map(Self::Path),
            Err(_) => {
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
                Some(Self::Path(parent.join(path.file_name()?)))
            }
        }
    }
}
