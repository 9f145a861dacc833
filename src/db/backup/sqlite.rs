//! SQLite: `VACUUM INTO` writes one snapshot, without what was deleted, while others read and write.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use diesel::RunQueryDsl;
use diesel::sql_types::Text;

use super::{BackupError, Connection, Error, file_error, rows};
use crate::db::pool;

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// Copies a database into a new file; returns the rows of the copy.
pub(super) fn copy(url: &str, to: &Path) -> Result<BTreeMap<String, i64>, BackupError> {
    let mut conn = pool::connect(url).map_err(Error::from)?;
    let into = to.to_string_lossy().into_owned();
    on_each!(&mut conn, |c| diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(&into).execute(c))
        .map_err(Error::from)?;
    try_out(to, |conn| Ok(rows(conn)?))
}

/// Brings a copy back as the file that `url` names, once `prove` is content with it.
pub(super) fn restore<T>(
    copy: &Path,
    url: &str,
    prove: impl FnOnce(&mut Connection) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let target = PathBuf::from(pool::sqlite_path(url).unwrap_or_default());
    if let Some(found) = family(&target).into_iter().find(|path| path.exists()) {
        return Err(BackupError::Occupied(found));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(file_error(folder))?;
    let scratch = beside(&target, ".restoring");
    let proved = scratched(copy, &scratch, prove, || fs::rename(&scratch, &target).map_err(file_error(&target)))?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(file_error(folder))?;
    Ok(proved)
}

/// Opens a copy of the copy, which stays as it is.
pub(super) fn try_out<T>(
    copy: &Path,
    prove: impl FnOnce(&mut Connection) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    // For its owner only: on the way there may be others in the directory for what is temporary.
    let room = std::env::temp_dir().join(format!("manyi-{}", hex::encode(crate::crypto::random::<8>())));
    fs::DirBuilder::new().mode(0o700).create(&room).map_err(file_error(&room))?;
    let proved = scratched(copy, &room.join("manyi.db"), prove, || Ok(()));
    let _ = fs::remove_dir(&room);
    proved
}

/// Copies into `scratch`, proves that, lets `keep` take it, and removes what is left of it.
fn scratched<T>(
    copy: &Path,
    scratch: &Path,
    prove: impl FnOnce(&mut Connection) -> Result<T, BackupError>,
    keep: impl FnOnce() -> Result<(), BackupError>,
) -> Result<T, BackupError> {
    let result = fs::copy(copy, scratch)
        .map_err(file_error(scratch))
        .and_then(|_| opened(scratch, prove))
        .and_then(|proved| keep().map(|()| proved));
    family(scratch).into_iter().for_each(|path| drop(fs::remove_file(path)));
    result
}

fn opened<T>(path: &Path, prove: impl FnOnce(&mut Connection) -> Result<T, BackupError>) -> Result<T, BackupError> {
    let mut conn = pool::connect(&format!("sqlite:{}", path.display())).map_err(Error::from)?;
    let found: Vec<Word> =
        on_each!(&mut conn, |c| diesel::sql_query("PRAGMA integrity_check").load(c)).map_err(Error::from)?;
    match found.first() {
        Some(word) if word.integrity_check == "ok" => prove(&mut conn),
        word => Err(BackupError::Damaged(word.map(|word| word.integrity_check.clone()).unwrap_or_default())),
    }
}

/// A database's files.
fn family(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| beside(path, end))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
