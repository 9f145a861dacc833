//! Copies of the whole database, taken while it is written to, and brought back (CONTRACT §1; RELIABILITY P22).
//!
//! A backup is a directory: the copy, and `backup.json` that tells what it holds. The secret file is not in it: who finds
//! a backup can read no contact and trace no anonymous answer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::seal::Checked;
use super::{Connection, Error, audit, seal, setting};
use crate::crypto::{self, Secrets};

mod postgres;
mod sqlite;

/// What stands beside the copy; written last, so that a directory without it is no backup.
const MANIFEST: &str = "backup.json";

/// The shape of [`Manifest`].
const FORMAT: u32 = 1;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The shape of this: 1.
    pub format: u32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Of which database it can become one again.
    pub database: Kind,
    /// The copy, beside this.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// A mark of the secret file that opens its contacts; nothing follows from it.
    pub secret: String,
    /// How many rows each table has.
    pub rows: BTreeMap<String, i64>,
}

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// A file or directory failed.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        cause: io::Error,
    },
    /// Something lies where the backup, or the restored database, is to be.
    #[error("{} is there already", .0.display())]
    Occupied(PathBuf),
    /// The database to restore into has tables.
    #[error("the database is not empty")]
    NotEmpty,
    /// It is no backup, or of a newer version.
    #[error("{} is no backup", .0.display())]
    NoBackup(PathBuf),
    /// It is of the other kind of database.
    #[error("the backup is of another kind of database")]
    OtherKind(Kind),
    /// Its contacts were sealed with another secret file.
    #[error("the backup belongs to another secret file")]
    OtherSecret,
    /// It is not what was written.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A program of PostgreSQL is missing or failed.
    #[error("{program}: {cause}")]
    Tool {
        /// `pg_dump` or `pg_restore`.
        program: &'static str,
        /// What it said.
        cause: String,
    },
}

/// Makes a backup in a directory that is new or empty. Whatever was acknowledged before it began is in it.
///
/// # Errors
/// [`BackupError`]; no half of a backup is left behind.
pub fn make(url: &str, directory: &Path, secrets: &Secrets, now: DateTime<Utc>) -> Result<Manifest, BackupError> {
    occupy(directory)?;
    let database = Kind::of(url)?;
    let file = directory.join(database.file());
    let made = || {
        let rows = match database {
            Kind::Sqlite => sqlite::copy(url, &file)?,
            Kind::Postgres => postgres::copy(url, &file)?,
        };
        let (bytes, sha256) = measure(&file)?;
        let (file, secret) = (database.file().to_owned(), mark(secrets));
        let manifest = Manifest { format: FORMAT, made_at: now, database, file, bytes, sha256, secret, rows };
        store(&directory.join(MANIFEST), &manifest)?;
        Ok(manifest)
    };
    made().inspect_err(|_| {
        for left in [&file, &directory.join(MANIFEST)] {
            let _ = fs::remove_file(left);
        }
    })
}

/// Reads what a backup holds, and whether its copy is what was written.
///
/// # Errors
/// [`BackupError::NoBackup`], [`BackupError::Damaged`].
pub fn open(directory: &Path) -> Result<Manifest, BackupError> {
    let path = directory.join(MANIFEST);
    let none = || BackupError::NoBackup(directory.to_owned());
    let text = fs::read(&path).map_err(|cause| if is_missing(&cause) { none() } else { file_error(&path)(cause) })?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| none())?;
    if manifest.format != FORMAT || manifest.file != manifest.database.file() {
        return Err(none());
    }
    let (bytes, sha256) = measure(&directory.join(&manifest.file))?;
    if (bytes, &sha256) != (manifest.bytes, &manifest.sha256) {
        return Err(BackupError::Damaged(manifest.file));
    }
    Ok(manifest)
}

/// Brings a backup back as the database at `url`, which must not be there yet, checks it as [`check`] does, and pauses
/// mail: what was sent since the backup would go out again.
///
/// # Errors
/// [`BackupError`]; an SQLite file appears only after everything was found in order.
pub fn restore(
    url: &str,
    directory: &Path,
    secrets: &Secrets,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(Manifest, Checked), BackupError> {
    let manifest = open(directory)?;
    let copy = directory.join(&manifest.file);
    match Kind::of(url)? {
        kind if kind != manifest.database => return Err(BackupError::OtherKind(manifest.database)),
        _ if mark(secrets) != manifest.secret => return Err(BackupError::OtherSecret),
        _ => {}
    }
    let pause = |conn: &mut Connection| -> Result<Checked, BackupError> {
        let proved = prove(conn, &manifest);
        // A server's database is there by now, whatever was found: it must send nothing.
        let paused = conn.write(|conn| -> super::Result<()> {
            setting::set(conn, setting::MAIL_PAUSED, &now.to_rfc3339())?;
            let of = manifest.made_at.to_rfc3339();
            audit::append(conn, now, by, "backup.restore", &of, &json!({ "sha256": manifest.sha256 }))
        });
        proved.and_then(|checked| Ok(paused.map(|()| checked)?))
    };
    let checked = match manifest.database {
        Kind::Sqlite => sqlite::restore(&copy, url, pause)?,
        Kind::Postgres => postgres::restore(&copy, url, pause)?,
    };
    Ok((manifest, checked))
}

/// Whether a backup can be brought back: the copy is what was written, opens, holds the rows that it says, and its
/// seals and log hold. Of PostgreSQL only what can be told without a server; `None` for the rest.
///
/// # Errors
/// [`BackupError`].
pub fn check(directory: &Path) -> Result<(Manifest, Option<Checked>), BackupError> {
    let manifest = open(directory)?;
    let copy = directory.join(&manifest.file);
    let checked = match manifest.database {
        Kind::Sqlite => Some(sqlite::try_out(&copy, |conn| prove(conn, &manifest))?),
        Kind::Postgres => {
            postgres::list(&copy)?;
            None
        }
    };
    Ok((manifest, checked))
}

/// The rows are those that were counted, the schema is brought up to date, and the log is unbroken.
fn prove(conn: &mut Connection, manifest: &Manifest) -> Result<Checked, BackupError> {
    let rows = rows(conn)?;
    if let Some((table, _)) = manifest.rows.iter().find(|(table, n)| rows.get(*table) != Some(*n)) {
        return Err(BackupError::Damaged(table.clone()));
    }
    conn.migrate()?;
    conn.read(|conn| match audit::first_break(conn)? {
        Some(_) => Err(BackupError::Damaged("audit_log".into())),
        None => Ok(seal::check(conn)?),
    })
}

impl Kind {
    fn of(url: &str) -> Result<Self, BackupError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres),
            _ => Err(Error::from(super::ConnectError::UnknownScheme).into()),
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "manyi.db",
            Self::Postgres => "manyi.pgdump",
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// The names of all tables.
fn tables(conn: &mut Connection) -> Result<Vec<String>, Error> {
    let list = match conn {
        Connection::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Connection::Postgres(_) => "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = current_schema()",
    };
    let found: Vec<Name> = on_each!(conn, |c| diesel::sql_query(list).load(c))?;
    Ok(found.into_iter().map(|Name { name }| name).collect())
}

/// How many rows each table has.
fn rows(conn: &mut Connection) -> Result<BTreeMap<String, i64>, Error> {
    let mut rows = BTreeMap::new();
    for table in tables(conn)? {
        let count = format!("SELECT COUNT(*) AS n FROM \"{table}\"");
        let Number { n } = on_each!(conn, |c| diesel::sql_query(&count).get_result(c))?;
        rows.insert(table, n);
    }
    Ok(rows)
}

/// Makes the directory, or finds it empty. What is in it is for its owner only.
fn occupy(directory: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    match fs::read_dir(directory).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(BackupError::Occupied(directory.to_owned())),
        Ok(false) => fs::set_permissions(directory, fs::Permissions::from_mode(0o700)).map_err(file_error(directory)),
        Err(cause) if is_missing(&cause) => {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(file_error(directory))
        }
        Err(cause) => Err(file_error(directory)(cause)),
    }
}

fn store(path: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_vec_pretty(manifest).map_err(|error| file_error(path)(error.into()))?;
    let mut file = File::create_new(path).map_err(file_error(path))?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(file_error(path))
}

/// Length and SHA-256, once the file is safe on the disk.
fn measure(path: &Path) -> Result<(u64, String), BackupError> {
    let of_file = || {
        let file = File::open(path)?;
        file.sync_all()?;
        Ok((file.metadata()?.len(), hex::encode(crypto::sha256_of(file)?)))
    };
    of_file().map_err(|cause: io::Error| match is_missing(&cause) {
        true => BackupError::Damaged(path.display().to_string()),
        false => file_error(path)(cause),
    })
}

fn mark(secrets: &Secrets) -> String {
    hex::encode(secrets.lookup("backup", "secret").into_iter().take(8).collect::<Vec<_>>())
}

fn is_missing(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::NotFound
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> BackupError + use<> {
    let path = path.to_owned();
    move |cause| BackupError::File { path: path.clone(), cause }
}
