//! Mail that came back, as a mail server puts it into a directory: a maildir, or files moved there whole. What was read
//! is kept in `processed/` for a while, for who wants to look; it holds addresses, so it goes then.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::Step;
use crate::context::Context;
use crate::db;
use crate::db::bounce::{self, Heard, Report, Source};
use crate::domain::period::local_date;
use crate::mail;

/// Files read at once.
const BATCH: usize = 100;

/// How long files stay in `processed/`, counted from when they were written.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Where read files go.
const PROCESSED: &str = "processed";

/// Reads the directory of bounces.
pub struct Bounces {
    context: Context,
    /// What could not be read or moved, so that it is told once and not tried for ever.
    stuck: Mutex<BTreeSet<PathBuf>>,
}

impl Bounces {
    /// A worker's own reader.
    pub fn new(context: Context) -> Self {
        Self { context, stuck: Mutex::default() }
    }

    /// Reads what has come, at most a hundred files.
    ///
    /// # Errors
    /// The database's; the files stay then.
    pub async fn step(&self) -> db::Result<Step> {
        let Some(dir) = self.context.config.bounce_dir.clone() else { return Ok(Step::Idle) };
        let (context, root, stuck) = (self.context.clone(), dir.clone(), self.stuck().clone());
        let read = tokio::task::spawn_blocking(move || read(&context, &root, &stuck)).await;
        let (reports, failed) = read.unwrap_or_default();
        failed.into_iter().for_each(|(path, error)| self.give_up(path, &error));
        if reports.is_empty() {
            return Ok(Step::Idle);
        }
        let now = self.context.now();
        let day = local_date(now, self.context.config.time_zone);
        let (paths, reports): (Vec<_>, Vec<_>) = reports.into_iter().unzip();
        let work = move |conn: &mut db::Connection| -> db::Result<Vec<Heard>> {
            reports.iter().map(|report| bounce::hear(conn, report, day, now)).collect()
        };
        let heard = self.context.pool.write(work).await?;
        // Moved after the commit: who dies here hears the same once more, which changes nothing.
        for path in paths {
            if let Err(error) = set_aside(&dir, &path) {
                self.give_up(path, &error);
            }
        }
        let noted = heard.iter().filter(|heard| **heard == Heard::Noted).count();
        tracing::info!(read = heard.len(), noted, "mail that came back was read");
        Ok(Step::Ran)
    }

    /// Deletes what was read long ago.
    pub async fn forget(&self) {
        let Some(dir) = self.context.config.bounce_dir.clone() else { return };
        let now = self.context.now();
        let _ = tokio::task::spawn_blocking(move || forget(&dir.join(PROCESSED), now)).await;
    }

    fn stuck(&self) -> std::sync::MutexGuard<'_, BTreeSet<PathBuf>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_up(&self, path: PathBuf, error: &std::io::Error) {
        if self.stuck().insert(path.clone()) {
            tracing::error!(path = %path.display(), %error, "MANYI_BOUNCE_DIR: this can't be read or moved away");
        }
    }
}

type Failed = Vec<(PathBuf, std::io::Error)>;

fn read(context: &Context, dir: &Path, stuck: &BTreeSet<PathBuf>) -> (Vec<(PathBuf, Report)>, Failed) {
    let (mut reports, mut failed) = (Vec::new(), Vec::new());
    let mut files = Vec::new();
    if let Err(error) = std::fs::create_dir_all(dir.join(PROCESSED)).and_then(|()| list(dir, &mut files)) {
        failed.push((dir.to_owned(), error));
    }
    for folder in ["new", "cur"].map(|name| dir.join(name)) {
        if let Err(error) = if folder.is_dir() { list(&folder, &mut files) } else { Ok(()) } {
            failed.push((folder, error));
        }
    }
    files.sort();
    for path in files.into_iter().filter(|path| !stuck.contains(path)).take(BATCH) {
        match start_of(&path) {
            Ok(bytes) => reports.push((path, context.returned(&bytes, Source::Directory))),
            // Another worker was first.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => failed.push((path, error)),
        }
    }
    (reports, failed)
}

/// The files of a directory. What begins with a dot or ends in `.tmp` is still being written.
fn list(dir: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && !name.starts_with('.') && !name.ends_with(".tmp") {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn start_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(mail::bounce::LONGEST).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn set_aside(dir: &Path, path: &Path) -> std::io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut to = dir.join(PROCESSED).join(&name);
    if to.exists() {
        to.set_file_name(format!("{}-{name}", hex::encode(crate::crypto::random::<4>())));
    }
    match std::fs::rename(path, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn forget(dir: &Path, now: DateTime<Utc>) {
    let mut files = Vec::new();
    if list(dir, &mut files).is_err() {
        return;
    }
    for path in files {
        let written = std::fs::metadata(&path).and_then(|file| file.modified());
        if written.is_ok_and(|at| DateTime::<Utc>::from(at) + KEPT < now) {
            // Gone already, or tried again in a minute.
            let _ = std::fs::remove_file(path);
        }
    }
}
