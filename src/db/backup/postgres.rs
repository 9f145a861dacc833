//! PostgreSQL: its own `pg_dump` and `pg_restore`, on the snapshot in which the rows are counted.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use diesel::RunQueryDsl;

use super::{BackupError, Connection, Error, Name, rows, tables};
use crate::db::pool;

/// Copies a database into a new file; returns its rows.
pub(super) fn copy(url: &str, to: &Path) -> Result<BTreeMap<String, i64>, BackupError> {
    let mut conn = pool::connect(url).map_err(Error::from)?;
    conn.read(|conn| {
        let snapshot = "SELECT pg_export_snapshot() AS name";
        let Name { name: snapshot } =
            on_each!(conn, |c| diesel::sql_query(snapshot).get_result(c)).map_err(Error::from)?;
        let rows = rows(conn)?;
        let mut dump = tool("pg_dump", url);
        dump.args(["--format=custom", "--no-owner", "--no-privileges"]).arg(format!("--snapshot={snapshot}"));
        dump.arg("--file").arg(to);
        run("pg_dump", dump)?;
        Ok(rows)
    })
}

/// Brings a copy back into the empty database that `url` names, and lets `prove` look at it.
pub(super) fn restore<T>(
    copy: &Path,
    url: &str,
    prove: impl FnOnce(&mut Connection) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let mut conn = pool::connect(url).map_err(Error::from)?;
    if !tables(&mut conn)?.is_empty() {
        return Err(BackupError::NotEmpty);
    }
    let mut restore = tool("pg_restore", url);
    restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]).arg(copy);
    run("pg_restore", restore)?;
    prove(&mut conn)
}

/// Whether a copy can be read.
pub(super) fn list(copy: &Path) -> Result<(), BackupError> {
    let mut list = Command::new("pg_restore");
    list.arg("--list").arg(copy);
    run("pg_restore", list)
}

/// A program that is told where the database is; a password not where every user of the machine can read it.
fn tool(program: &'static str, url: &str) -> Command {
    let mut command = Command::new(program);
    let (url, password) = without_password(url);
    command.arg(format!("--dbname={url}"));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

fn run(program: &'static str, mut command: Command) -> Result<(), BackupError> {
    let failed = |cause: String| BackupError::Tool { program, cause };
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(failed(said.lines().next().unwrap_or_default().to_owned()))
}

/// The address without the password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user_info, host) = authority.rsplit_once('@')?;
        let (user, password) = user_info.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}/{path}"), decoded(password)))
    };
    parts().map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

/// Percent-encoding taken back.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|code| hex::decode(code).ok());
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
        bytes.extend(code.unwrap_or_else(|| vec![*first]));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn splits(url: &str, without: &str, password: Option<&str>) {
        assert_eq!(without_password(url), (without.to_owned(), password.map(str::to_owned)));
    }

    #[test]
    fn a_password_is_not_among_the_arguments() {
        splits("postgres://a:b%40c%2F@h:5432/d?x=1", "postgres://a@h:5432/d?x=1", Some("b@c/"));
        splits("postgres://a@h/d", "postgres://a@h/d", None);
        splits("postgres:///d", "postgres:///d", None);
        splits("postgres://a:100%@h", "postgres://a@h/", Some("100%"));
    }
}
