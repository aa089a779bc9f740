//! The files that a person hands over: profiles, events, sources and registers.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use roomwatt_domain::Profile;
use roomwatt_source::{Register, Source, built_in};
use serde_json::value::RawValue;

use crate::output::is_standard;
use crate::table;

/// What a person gave cannot be used. One line that says what and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

/// What some programs put before a text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a text in UTF-8, with a byte order mark or without.
///
/// # Errors
/// [`BadInput`] when the file cannot be read, or is in another encoding.
pub fn read_text(path: &Path) -> Result<String, BadInput> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| BadInput(format!("{name}: {error}")))?;
    demand_utf8(&bytes).map_err(|why| BadInput(format!("{name}: {why}")))?;
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec())
        .map_err(|error| BadInput(format!("{name}: is no text in UTF-8: {}", error.utf8_error())))
}

/// Tells the encoding that Windows calls Unicode by how it begins.
fn demand_utf8(begins: &[u8]) -> Result<(), &'static str> {
    if begins.starts_with(&[0xff, 0xfe]) || begins.starts_with(&[0xfe, 0xff]) {
        return Err("is in UTF-16; save it as UTF-8");
    }
    Ok(())
}

/// Reads a file of profiles: a list of them, or one.
///
/// # Errors
/// [`BadInput`] when the file cannot be read, a profile breaks a rule, or a hotel is there twice.
pub fn read_profiles(path: &Path) -> Result<Vec<Profile>, BadInput> {
    let name = path.display();
    let text = read_text(path)?;
    let raw: Vec<&RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text)
    } else {
        serde_json::from_str(&text).map(|one| vec![one])
    }
    .map_err(|error| BadInput(format!("{name}: not JSON: {error}")))?;
    let mut hotels = BTreeSet::new();
    let mut profiles = Vec::with_capacity(raw.len());
    for (place, raw) in raw.into_iter().enumerate() {
        let profile = Profile::parse(raw.get())
            .map_err(|error| BadInput(format!("{name}: profile {}: {error}", place + 1)))?;
        if !hotels.insert(profile.hotel_id.clone()) {
            return Err(BadInput(format!("{name}: hotel {} is there twice", profile.hotel_id)));
        }
        profiles.push(profile);
    }
    Ok(profiles)
}

/// Reads a source, the built-in one of that name or a file, and its text.
///
/// # Errors
/// [`BadInput`] when there is none of that name, or it is out of form.
pub fn read_source(name: &str) -> Result<(Source, String), BadInput> {
    let text = match built_in::find(name) {
        Some(text) => text.to_owned(),
        None => source_file(Path::new(name))?,
    };
    let source =
        Source::parse(&text).map_err(|error| BadInput(format!("source {name}: {error}")))?;
    Ok((source, text))
}

fn source_file(path: &Path) -> Result<String, BadInput> {
    if matches!(path.try_exists(), Ok(false)) {
        let names: Vec<_> = built_in::ALL.iter().map(|source| source.name).collect();
        return Err(BadInput(format!(
            "source {}: no file, and none of the built-in sources: {}",
            path.display(),
            names.join(", ")
        )));
    }
    read_text(path).map_err(|BadInput(why)| BadInput(format!("source {why}")))
}

/// Reads a hotel's register, as CSV or JSON.
///
/// # Errors
/// [`BadInput`] when the file cannot be read, or is out of form.
pub fn read_register(path: &Path) -> Result<Register, BadInput> {
    let text = read_text(path)?;
    let register = if text.trim_start().starts_with('{') {
        Register::from_json(&text)
    } else {
        Register::from_csv(&text)
    };
    register.map_err(|error| BadInput(format!("{}: {error}", path.display())))
}

/// Where events come from, one a line, plain or gzipped. They are read once, from the first to the
/// last, so that a pipe will do.
#[derive(Debug, Clone)]
pub enum EventFile {
    /// A file, or a pipe that has a name.
    Named(PathBuf),
    /// Standard input.
    StandardInput,
    /// Lines that are in no file.
    MadeUp(Arc<[u8]>),
}

impl EventFile {
    /// A file by its name; `-` is standard input.
    pub fn of(path: &Path) -> Self {
        if is_standard(path) { Self::StandardInput } else { Self::Named(path.to_owned()) }
    }

    /// Events that nobody wrote to a file.
    pub fn made_up(lines: &[String]) -> Self {
        Self::MadeUp(lines.join("\n").into_bytes().into())
    }

    /// The lines, read as they are asked for.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be opened.
    pub fn lines(&self) -> Result<Lines, BadInput> {
        let name = match self {
            Self::Named(path) => path.display().to_string(),
            Self::StandardInput => "standard input".to_owned(),
            Self::MadeUp(_) => "made-up events".to_owned(),
        };
        let fault = |error: io::Error| BadInput(format!("{name}: {error}"));
        let (reader, length): (Box<dyn Read + Send>, _) = match self {
            Self::MadeUp(lines) => {
                (Box::new(Cursor::new(Arc::clone(lines))), Some(lines.len() as u64))
            }
            Self::StandardInput => (Box::new(io::stdin()), None),
            Self::Named(path) => {
                let file = File::open(path).map_err(fault)?;
                let metadata = file.metadata().map_err(fault)?;
                let length = metadata.is_file().then_some(metadata.len());
                (Box::new(file), length)
            }
        };
        let progress = Progress { read: Arc::default(), length };
        let counted = Counted { reader, read: Arc::clone(&progress.read) };
        let mut file = BufReader::with_capacity(1 << 16, counted);
        let begins = file.fill_buf().map_err(fault)?;
        demand_utf8(begins).map_err(|why| BadInput(format!("{name}: {why}")))?;
        // A file that is named so and is none is damaged, not plain.
        let is_named_so = match self {
            Self::Named(path) => path.extension().is_some_and(|extension| extension == "gz"),
            Self::StandardInput | Self::MadeUp(_) => false,
        };
        let gzipped = is_named_so || begins.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn Read + Send> =
            if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        let reader = BufReader::with_capacity(1 << 16, reader);
        Ok(Lines { name, reader, line: Vec::new(), number: 0, progress })
    }
}

/// How far a file has been read.
#[derive(Debug, Clone)]
pub struct Progress {
    read: Arc<AtomicU64>,
    /// How many bytes there are; of a pipe nobody knows.
    pub length: Option<u64>,
}

impl Progress {
    /// The bytes that were read, compressed ones where the file is.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

struct Counted {
    reader: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The lines of a file.
pub struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    number: usize,
    progress: Progress,
}

impl Lines {
    /// How the file is called in what is told to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far the file has been read.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What separates the cells of the header that comes first; `None` where that is no table's.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be read.
    pub(crate) fn separator(&mut self) -> Result<Option<u8>, BadInput> {
        let begins = self.reader.fill_buf().map_err(|error| {
            BadInput(format!("{}: cannot be read after line 0: {error}", self.name))
        })?;
        Ok(table::separator(begins))
    }

    /// What is not read yet.
    pub fn into_reader(self) -> Box<dyn Read + Send> {
        Box::new(self.reader)
    }

    /// The next line that holds something, and its number, counted from 1.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be read further.
    pub fn next_line(&mut self) -> Result<Option<(usize, &[u8])>, BadInput> {
        loop {
            self.line.clear();
            let read = self.reader.read_until(b'\n', &mut self.line).map_err(|error| {
                BadInput(format!(
                    "{}: cannot be read after line {}: {error}",
                    self.name, self.number
                ))
            })?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some((self.number, self.line.trim_ascii())));
            }
        }
    }
}
