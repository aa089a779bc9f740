//! The folder of a run that is kept: one file with the tables in it, and a lock.
//!
//! One process writes at a time, and holds the lock until it ends, however it ends. So a claim that
//! is found when the lock is taken is that of a process that is no more. Readers take no lock.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use dynoxide::{Database, DynoxideError};
use rusqlite::ErrorCode;
use tempfile::TempDir;

/// The file of the tables.
pub const TABLE_FILE: &str = "table.sqlite";
/// What SQLite writes beside it until it is in the file itself.
const WRITE_AHEAD_FILE: &str = "table.sqlite-wal";
const LOCK_FILE: &str = "lock";
/// The files that are there while a folder is in use. Nobody else may write to one of them.
pub const FILES: [&str; 5] =
    [TABLE_FILE, WRITE_AHEAD_FILE, "table.sqlite-shm", "table.sqlite-journal", LOCK_FILE];
/// How a file of SQLite's begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// A folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableFolder {
    /// It cannot be made, or what is in it cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The folder, or a file in it.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Something else lies where the tables should.
    #[error("{}: this is no file of Roomwatt's; use another folder", .0.display())]
    Foreign(PathBuf),
    /// The engine does not get along with the file.
    #[error("{}: {cause}", path.display())]
    Engine {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        cause: String,
    },
    /// Nobody may write into it.
    #[error("{}: the folder cannot be written to; reports can be read from it, nothing can be added", .0.display())]
    ReadOnly(PathBuf),
    /// Another process writes into it.
    #[error("{}: another roomwatt is writing into this folder; end it first, or use another folder", .0.display())]
    InUse(PathBuf),
    /// No table is there.
    #[error("{}: no replay kept its table here", .0.display())]
    Empty(PathBuf),
}

/// A folder that is in use, with what must live as long as the use.
pub(crate) struct Folder {
    pub(crate) database: Database,
    /// Held by the one process that writes.
    #[expect(dead_code, reason = "the lock goes when the use of the folder ends")]
    lock: Option<File>,
    /// Where the tables were copied to, since they can only be read where they are.
    #[expect(dead_code, reason = "the copy goes when the use of it ends")]
    copy: Option<TempDir>,
}

impl Folder {
    /// Opens a folder for writing, and makes it if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, UnusableFolder> {
        let fault = |cause| UnusableFolder::Io { path: path.to_owned(), cause };
        fs::create_dir_all(path).map_err(fault)?;
        let table = path.join(TABLE_FILE);
        demand_no_other_file(&table)?;
        let lock = lock(path)?;
        let database = database(&table).map_err(|error| {
            if cannot_be_written(&error) {
                UnusableFolder::ReadOnly(path.to_owned())
            } else {
                engine_fault(&table, &error)
            }
        })?;
        Ok(Self { database, lock: Some(lock), copy: None })
    }

    /// Opens a folder for reading, whoever writes into it, and whether or not anybody may.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, UnusableFolder> {
        let table = path.join(TABLE_FILE);
        if !table.is_file() {
            return Err(UnusableFolder::Empty(path.to_owned()));
        }
        demand_no_other_file(&table)?;
        match database(&table) {
            Ok(database) => Ok(Self { database, lock: None, copy: None }),
            Err(error) if cannot_be_written(&error) => Self::open_copy(path),
            Err(error) => Err(engine_fault(&table, &error)),
        }
    }

    fn open_copy(path: &Path) -> Result<Self, UnusableFolder> {
        let fault = |cause| UnusableFolder::Io { path: path.to_owned(), cause };
        let copy = TempDir::new().map_err(fault)?;
        for name in [TABLE_FILE, WRITE_AHEAD_FILE] {
            match fs::copy(path.join(name), copy.path().join(name)) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && name != TABLE_FILE => {}
                Err(error) => return Err(fault(error)),
            }
            let copied = copy.path().join(name);
            if copied.exists() {
                make_writable(&copied).map_err(fault)?;
            }
        }
        let table = copy.path().join(TABLE_FILE);
        let database = database(&table).map_err(|error| engine_fault(&table, &error))?;
        Ok(Self { database, lock: None, copy: Some(copy) })
    }
}

/// A copy has the rights of what it was copied from.
#[cfg(unix)]
fn make_writable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn make_writable(file: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(file)?.permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "there are no others' rights here")]
    permissions.set_readonly(false);
    fs::set_permissions(file, permissions)
}

fn lock(path: &Path) -> Result<File, UnusableFolder> {
    let name = path.join(LOCK_FILE);
    let opened = File::options().create(true).truncate(false).write(true).open(&name);
    let file = opened.map_err(|cause| match cause.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            UnusableFolder::ReadOnly(path.to_owned())
        }
        _ => UnusableFolder::Io { path: name.clone(), cause },
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(UnusableFolder::InUse(path.to_owned())),
        Err(TryLockError::Error(cause)) => Err(UnusableFolder::Io { path: name, cause }),
    }
}

fn demand_no_other_file(table: &Path) -> Result<(), UnusableFolder> {
    let fault = |cause| UnusableFolder::Io { path: table.to_owned(), cause };
    let file = match File::open(table) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(error)),
    };
    let mut begins = Vec::new();
    file.take(SQLITE.len() as u64).read_to_end(&mut begins).map_err(fault)?;
    if begins.is_empty() || begins == SQLITE {
        Ok(())
    } else {
        Err(UnusableFolder::Foreign(table.to_owned()))
    }
}

fn database(table: &Path) -> dynoxide::Result<Database> {
    let path = table.to_str().ok_or_else(|| {
        DynoxideError::ValidationException("the folder's name is no text".to_owned())
    })?;
    Database::new(path)
}

fn code(error: &DynoxideError) -> Option<ErrorCode> {
    match error {
        DynoxideError::SqliteError(error) => error.sqlite_error_code(),
        _ => None,
    }
}

fn cannot_be_written(error: &DynoxideError) -> bool {
    matches!(
        code(error),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}

fn engine_fault(table: &Path, error: &DynoxideError) -> UnusableFolder {
    match code(error) {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            UnusableFolder::Foreign(table.to_owned())
        }
        _ => UnusableFolder::Engine { path: table.to_owned(), cause: error.to_string() },
    }
}
