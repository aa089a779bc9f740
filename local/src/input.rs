//! The files that a person hands over: profiles and events.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use roomwatt_domain::Profile;
use serde_json::value::RawValue;

/// What a person gave cannot be used. One line that says what and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

/// Reads a file of profiles: a list of them, or one.
///
/// # Errors
/// [`BadInput`] when the file cannot be read, a profile breaks a rule, or a hotel is there twice.
pub fn read_profiles(path: &Path) -> Result<Vec<Profile>, BadInput> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| BadInput(format!("{name}: {error}")))?;
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

/// A file of events, one a line, plain or gzipped.
#[derive(Debug, Clone)]
pub struct EventFile {
    path: PathBuf,
    /// Lines that are in no file.
    made_up: Option<Arc<[u8]>>,
    /// How many lines hold something.
    pub events: usize,
}

impl EventFile {
    /// Reads a file once to its end, so that what is damaged is found before anything is done.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be read, or its gzip data end early.
    pub fn open(path: &Path) -> Result<Self, BadInput> {
        let mut file = Self { path: path.to_owned(), made_up: None, events: 0 };
        let mut events = 0;
        file.each_line(|_| events += 1)?;
        file.events = events;
        Ok(file)
    }

    /// Events that nobody wrote to a file.
    pub fn made_up(lines: &[String]) -> Self {
        let events = lines.len();
        Self { path: PathBuf::new(), made_up: Some(lines.join("\n").into_bytes().into()), events }
    }

    /// Calls for each line that holds something, in the order of the file.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be read.
    pub fn each_line(&self, mut line: impl FnMut(&[u8])) -> Result<(), BadInput> {
        let mut lines = self.lines()?;
        while let Some(text) = lines.next_line()? {
            line(text);
        }
        Ok(())
    }

    /// The lines, read as they are asked for.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be opened.
    pub fn lines(&self) -> Result<Lines, BadInput> {
        if let Some(lines) = &self.made_up {
            return Ok(self.read(Box::new(Cursor::new(Arc::clone(lines)))));
        }
        let fault = |error: std::io::Error| BadInput(format!("{}: {error}", self.path.display()));
        let mut file = BufReader::with_capacity(1 << 16, File::open(&self.path).map_err(fault)?);
        let gzipped = file.fill_buf().map_err(fault)?.starts_with(&[0x1f, 0x8b]);
        // A file that is named so and is none is damaged, not plain.
        let gzipped = gzipped || self.path.extension().is_some_and(|extension| extension == "gz");
        Ok(self.read(if gzipped { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) }))
    }

    fn read(&self, reader: Box<dyn Read>) -> Lines {
        Lines {
            path: self.path.clone(),
            reader: BufReader::with_capacity(1 << 16, reader),
            line: Vec::new(),
            number: 0,
        }
    }
}

/// The lines of a file.
pub struct Lines {
    path: PathBuf,
    reader: BufReader<Box<dyn Read>>,
    line: Vec<u8>,
    number: usize,
}

impl Lines {
    /// The next line that holds something.
    ///
    /// # Errors
    /// [`BadInput`] when the file cannot be read further.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, BadInput> {
        loop {
            self.line.clear();
            let read = self.reader.read_until(b'\n', &mut self.line).map_err(|error| {
                BadInput(format!(
                    "{}: cannot be read after line {}: {error}",
                    self.path.display(),
                    self.number
                ))
            })?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(self.line.trim_ascii()));
            }
        }
    }
}
