//! Where a replay is in its log, kept in its folder for a run that goes on from there.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use roomwatt_domain::Instant;
use roomwatt_embedded::kept::Kept;
use serde::{Deserialize, Serialize};

use crate::arrivals::Line;
use crate::input::BadInput;
use crate::replay::{Counts, RefusedLine};

/// The bookmark of one log in one folder. It is named after the log's first line, so that a folder
/// may have several.
pub(crate) struct Bookmark {
    kept: Kept,
    name: String,
    /// Of the lines that were passed.
    pub(crate) checksum: crc32fast::Hasher,
    earlier: Option<Noted>,
    refused: Refused,
}

/// How far a run came.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Noted {
    pub(crate) counts: Counts,
    checksum: u32,
    clock: i64,
    /// Bytes of what was refused up to there.
    refused: u64,
}

impl Noted {
    /// The clock of that run.
    pub(crate) fn clock(&self) -> Instant {
        Instant::from_millis(self.clock)
    }
}

impl Bookmark {
    /// The bookmark of the log that begins with a line.
    pub(crate) fn open(kept: Kept, folder: &Path, first: &Line) -> anyhow::Result<Self> {
        let name = format!("replay-{:08x}", crc32fast::hash(&first.text));
        let earlier = kept.noted(&name)?;
        let refused = Refused::beside(folder.join(format!("{name}.refused")));
        Ok(Self { kept, name, checksum: crc32fast::Hasher::new(), earlier, refused })
    }

    /// How far an earlier run came; this one begins anew where there is none.
    pub(crate) fn earlier(&mut self) -> Option<Noted> {
        self.earlier.take()
    }

    /// Whether the lines that were passed are those of an earlier run.
    pub(crate) fn is_at(&self, noted: &Noted) -> bool {
        self.checksum.clone().finalize() == noted.checksum
    }

    /// Tells what an earlier run had refused, and goes on behind it.
    pub(crate) fn tell_refused(
        &mut self,
        noted: &Noted,
        tell: &mut dyn FnMut(RefusedLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.refused.go_on(noted.refused, tell)
    }

    /// Keeps a refused event until the log has come to its end.
    pub(crate) fn add_refused(&mut self, line: &RefusedLine) -> anyhow::Result<()> {
        self.refused.add(line)
    }

    /// Notes how far the run has come. What it had refused is on the disk before.
    pub(crate) fn note(&mut self, counts: &Counts, clock: Instant) -> anyhow::Result<()> {
        let noted = Noted {
            counts: counts.clone(),
            checksum: self.checksum.clone().finalize(),
            clock: clock.as_millis(),
            refused: self.refused.keep()?,
        };
        self.kept.note(&self.name, &noted)
    }

    /// Takes everything away: the log has come to its end.
    pub(crate) fn remove(&mut self) -> anyhow::Result<()> {
        self.kept.remove_note(&self.name)?;
        self.refused.remove()
    }
}

/// What was refused so far, one JSON object a line. There is no file before the first of them.
struct Refused {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    length: u64,
    /// Whether all of it is on the disk.
    is_kept: bool,
}

impl Refused {
    fn beside(path: PathBuf) -> Self {
        Self { path, file: None, length: 0, is_kept: true }
    }

    /// Reads what is there up to a length. What follows came after the last note, and comes again.
    fn go_on(
        &mut self,
        length: u64,
        tell: &mut dyn FnMut(RefusedLine) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if length == 0 {
            return Ok(());
        }
        let name = self.path.display();
        let mut file = File::options()
            .read(true)
            .write(true)
            .open(&self.path)
            .with_context(|| format!("{name}, which the interrupted replay wrote"))?;
        if file.metadata()?.len() < length {
            let why = format!("{name}: holds less than the interrupted replay had refused");
            return Err(BadInput(why).into());
        }
        for line in BufReader::new((&file).take(length)).lines() {
            tell(serde_json::from_str(&line?).with_context(|| name.to_string())?)?;
        }
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        self.file = Some(BufWriter::new(file));
        self.length = length;
        Ok(())
    }

    fn add(&mut self, line: &RefusedLine) -> anyhow::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let name = || self.path.display().to_string();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(File::create(&self.path).with_context(name)?)),
        };
        file.write_all(&text).with_context(name)?;
        self.length += text.len() as u64;
        self.is_kept = false;
        Ok(())
    }

    /// Has the disk hold it, and tells its length.
    fn keep(&mut self) -> anyhow::Result<u64> {
        if let Some(file) = self.file.as_mut().filter(|_| !self.is_kept) {
            let kept = file.flush().and_then(|()| file.get_ref().sync_data());
            kept.with_context(|| self.path.display().to_string())?;
            self.is_kept = true;
        }
        Ok(self.length)
    }

    fn remove(&mut self) -> anyhow::Result<()> {
        self.file = None;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| self.path.display().to_string())
            }
            _ => Ok(()),
        }
    }
}
