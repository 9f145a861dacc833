//! `manyi backup DIR`, `manyi restore DIR [--check]`

use std::path::PathBuf;

use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::Secrets;
use crate::db::backup::{self, BackupError, Kind, Manifest};
use crate::db::seal::Checked;
use crate::db::{self, audit};

/// Arguments of `manyi backup`.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// A new or empty directory
    directory: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `manyi restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// The directory of a backup
    directory: PathBuf,
    /// Only look whether it could be restored; changes nothing
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn make(args: &BackupArgs) -> Result<(), Failure> {
    let (context, t) = (open()?, texts());
    let now = context.now();
    let manifest = backup::make(&context.config.database_url.0, &args.directory, &context.secrets, now)?;
    context.pool.write_now(|conn| -> db::Result<()> {
        let of = args.directory.display().to_string();
        audit::append(conn, now, ACTOR, "backup.make", &of, &json!({ "sha256": manifest.sha256 }))
    })?;
    if args.json {
        return say_json(&manifest);
    }
    say(&t.with("cli-backup-made", &told(&manifest, args.directory.display().to_string())));
    say(&t.with("cli-backup-secret", &[("path", context.config.secret_file.display())]));
    Ok(())
}

pub(super) fn restore(args: &RestoreArgs) -> Result<(), Failure> {
    let t = texts();
    let (manifest, checked) = if args.check {
        backup::check(&args.directory)?
    } else {
        let config = Config::load(&[])?;
        let now = config.clock.map_or_else(Clock::system, Clock::starting_at).now();
        let secrets = secrets(&config)?;
        let restored = backup::restore(&config.database_url.0, &args.directory, &secrets, ACTOR, now)?;
        (restored.0, Some(restored.1))
    };
    let broken = checked.as_ref().and_then(|checked| checked.broken.first()).map(|broken| broken.what.clone());
    let broken = broken.map_or(Ok(()), |what| Err(Failure::new(t.with("cli-restore-seal", &[("what", what)]))));
    if args.json {
        let seals = checked.map(|Checked { seals, .. }| seals);
        say_json(&json!({ "restored": !args.check, "backup": manifest, "seals": seals }))?;
        return broken;
    }
    let told = told(&manifest, args.directory.display().to_string());
    say(&t.with(if args.check { "cli-restore-checked" } else { "cli-restore-done" }, &told));
    match checked {
        Some(checked) if checked.broken.is_empty() => say(&t.with("cli-restore-seals", &[("n", checked.seals)])),
        Some(_) => {}
        None => say(&t.get("cli-restore-unproved")),
    }
    if !args.check {
        say(&t.get("cli-restore-mail"));
    }
    broken
}

/// The secret file, which a backup does not hold; a fresh one would open nothing.
fn secrets(config: &Config) -> Result<Secrets, Failure> {
    let t = texts();
    let path = &config.secret_file;
    if !path.exists() {
        return Err(Failure::new(t.with("cli-restore-no-secret", &[("path", path.display())])));
    }
    let cause = |error: crate::crypto::SecretFileError| Failure::new(t.with("cli-error-settings", &[("cause", error)]));
    Secrets::load_or_create(path).map_err(cause)
}

fn told(manifest: &Manifest, directory: String) -> [(&'static str, String); 4] {
    let rows: i64 = manifest.rows.values().sum();
    [
        ("directory", directory),
        ("at", manifest.made_at.format("%Y-%m-%d %H:%M:%SZ").to_string()),
        ("rows", rows.to_string()),
        ("kib", (manifest.bytes / 1024).to_string()),
    ]
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let t = texts();
        match error {
            BackupError::Database(error) => error.into(),
            BackupError::File { path, cause } => Self::file(&path, &cause),
            BackupError::Occupied(path) => Self::new(t.with("cli-backup-occupied", &[("path", path.display())])),
            BackupError::NotEmpty => Self::new(t.get("cli-restore-not-empty")),
            BackupError::NoBackup(path) => Self::new(t.with("cli-restore-no-backup", &[("path", path.display())])),
            BackupError::OtherKind(kind) => {
                let name = match kind {
                    Kind::Sqlite => "SQLite",
                    Kind::Postgres => "PostgreSQL",
                };
                Self::new(t.with("cli-restore-other-kind", &[("kind", name)]))
            }
            BackupError::OtherSecret => Self::new(t.get("cli-restore-other-secret")),
            BackupError::Damaged(what) => Self::new(t.with("cli-restore-damaged", &[("what", what)])),
            BackupError::Tool { program, cause } => {
                Self::new(t.with("cli-backup-tool", &[("program", program), ("cause", &cause)]))
            }
        }
    }
}
