//! `manyi export appraisals`

use std::path::PathBuf;

use clap::Subcommand;

use super::{ACTOR, Failure, open, say, texts};
use crate::db::appraisals::appraisals;
use crate::db::period::Course;
use crate::db::pull::{Puller, note};
use crate::domain::period::{Period, State};
use crate::export::appraisals::{File, Format};

/// What to write into a file.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What HR needs of a sealed period: departments and persons, without rank and without comments
    Appraisals(Args),
}

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Month, quarter or year: 2026-09, 2026-Q3, 2026
    #[arg(long, value_name = "P")]
    period: Period,
    /// How to write it: xlsx, csv or json
    #[arg(long)]
    format: Format,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Also of a period that is not sealed; every row is then marked as provisional
    #[arg(long)]
    provisional: bool,
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    let Command::Appraisals(args) = command;
    let t = texts();
    let context = open()?;
    let (now, thresholds) = (context.now(), context.thresholds);
    let puller = Puller { actor: ACTOR, now };
    let (rows, bytes) = context.pool.write_now(|conn| -> Result<(usize, Vec<u8>), Failure> {
        let found = appraisals(conn, args.period, t.locale(), &thresholds, now)?;
        let Course { state, revision, .. } = found.course;
        if state != State::Sealed && !args.provisional {
            return Err(Failure::new(t.with("cli-export-not-sealed", &[("period", args.period)])));
        }
        let (seal, computed_at, rows) = (found.hash(), found.computed_at, found.rows.clone());
        let file = File { t, period: args.period, state, revision, seal, computed_at, rows };
        let bytes = file.bytes(args.format).map_err(|error| Failure::new(error.to_string()))?;
        note(conn, &puller, &found.pulled(args.format.as_str(), &bytes))?;
        Ok((found.rows.len(), bytes))
    })?;
    // Only once the note is committed: a file without one must not be there.
    std::fs::write(&args.out, bytes).map_err(|error| Failure::file(&args.out, &error))?;
    let written = [("file", args.out.display().to_string()), ("rows", rows.to_string())];
    say(&t.with("cli-export-written", &written));
    Ok(())
}
