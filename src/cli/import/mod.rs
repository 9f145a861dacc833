//! `manyi import`: a file becomes rows, the good rows go in in one transaction, the bad ones are told.

mod report;
mod store;

use std::io::Read;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, texts};
use crate::context::Context;
use crate::db::ratings::InForce;
use crate::domain::response::Base;
use crate::i18n::Texts;
use crate::intake::kind::{ANSWER, Kind, nearest};
use crate::intake::map::{Binding, Map};
use crate::intake::rows::{RatingRow, Row};
use crate::intake::stage::{Settings, Staged, stage};
use crate::intake::table::{MAX_BYTES, Table};
use crate::intake::{FileError, message};

use report::Report;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What the file holds: departments, staff, service-records, ratings, complaints or holidays
    #[arg(value_name = "KIND")]
    kind: Kind,
    /// The CSV or XLSX file
    file: PathBuf,
    /// A file that says which of the table's columns are which of ours (TOML)
    #[arg(long, value_name = "MAP.toml")]
    map: Option<PathBuf>,
    /// Store nothing; only tell what would be done
    #[arg(long)]
    dry_run: bool,
    /// Store the good rows and leave the bad ones out
    #[arg(long)]
    partial: bool,
    /// For ratings: `invited` counts them with the answers to invitations, `imported` shows them apart
    #[arg(long, default_value = "invited", value_parser = base)]
    base: Base,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The file as read, and all that its rows are judged by.
struct Work<'a> {
    args: &'a Args,
    context: &'a Context,
    t: Texts,
    map: Option<String>,
    binding: Binding,
    sha256: String,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let t = texts();
    let map = args.map.as_deref().map(read_map).transpose()?;
    let refused = |error: FileError| refusal(args, &error, t);
    let bytes = read(&args.file)?;
    let sha256 = hex::encode(crate::crypto::sha256(&bytes));
    let table = Table::from_bytes(bytes).map_err(refused)?;
    let binding = bind(&table, map.as_deref(), args.kind).map_err(refused)?;
    let context = super::open()?;
    let work = Work { args, context: &context, t, map, binding, sha256 };
    let report = match args.kind {
        Kind::Departments => work.put(table, store::departments),
        Kind::Staff => work.put(table, store::staff),
        Kind::Holidays => work.put(table, store::holidays),
        Kind::Complaints => work.put(table, store::complaints),
        Kind::ServiceRecords => work.put(table, store::service_records),
        Kind::Ratings => {
            let in_force = context.pool.read_now(InForce::load)?;
            work.check_questions(&in_force)?;
            let offers = |code: &str, value: &str| in_force.offers(code, value);
            let staged = work.stage::<RatingRow>(table, &offers)?;
            work.write(staged, store::ratings)
        }
    }?;
    report.tell(args, t)
}

/// `invited` or `imported`.
fn base(word: &str) -> Result<Base, String> {
    let bases = [Base::Invited, Base::Imported];
    let found = bases.into_iter().find(|base| base.as_str() == word);
    found.ok_or_else(|| "use invited or imported".to_owned())
}

impl Work<'_> {
    fn put<T: Row>(&self, table: Table, store: store::Store<T>) -> Result<Report, Failure> {
        let staged = self.stage(table, &|_, _| false)?;
        self.write(staged, store)
    }

    fn stage<T: Row>(&self, table: Table, offers: &dyn Fn(&str, &str) -> bool) -> Result<Staged<T>, Failure> {
        let settings = Settings { zone: self.context.config.time_zone, now: self.context.now(), offers };
        stage(table, self.map.as_deref(), &settings).map_err(|error| refusal(self.args, &error, self.t))
    }

    /// The answers must be those of questions that we ask.
    fn check_questions(&self, in_force: &InForce) -> Result<(), Failure> {
        let known = in_force.codes();
        let mut answers = self.questions().peekable();
        if answers.peek().is_none() {
            let missing = FileError::MissingColumns { kind: Kind::Ratings, missing: vec!["answer.overall"] };
            return Err(refusal(self.args, &missing, self.t));
        }
        let Some(unknown) = answers.find(|code| !known.contains(code)) else { return Ok(()) };
        let nearest = nearest(unknown, known.iter().copied()).unwrap_or("overall");
        let args = [
            ("file", self.args.file.display().to_string()),
            ("code", unknown.to_owned()),
            ("nearest", nearest.to_owned()),
            ("known", known.join(", ")),
        ];
        Err(Failure::new(self.t.with("cli-import-unknown-question", &args)))
    }

    /// The codes of the questions that the file has answers to.
    fn questions(&self) -> impl Iterator<Item = &str> {
        self.binding.slots().iter().filter_map(|slot| slot.field.strip_prefix(ANSWER))
    }

    /// Whether the file has a column, or the map a constant, for a field.
    fn has(&self, field: &str) -> bool {
        self.binding.slot(field).is_some()
    }

    /// A bar on a terminal; nothing elsewhere.
    fn bar(&self, rows: usize) -> ProgressBar {
        let bar = ProgressBar::new(u64::try_from(rows).unwrap_or(u64::MAX));
        let template = ProgressStyle::with_template("{bar:40} {percent:>3} %");
        bar.with_style(template.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
    // One byte more than allowed is enough to be refused.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| Failure::file(path, &error))?;
    Ok(bytes)
}

fn read_map(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

fn bind(table: &Table, map: Option<&str>, kind: Kind) -> Result<Binding, FileError> {
    map.map_or_else(|| Ok(Map::none(kind)), |text| Map::parse(text, kind))?.bind(table.header())
}

/// Why the file as a whole was refused; what is wrong with the map file is told of that one.
fn refusal(args: &Args, error: &FileError, t: Texts) -> Failure {
    let at_fault = args.map.as_ref().filter(|_| matches!(error, FileError::Map(_))).unwrap_or(&args.file);
    Failure::new(format!("{}: {}", at_fault.display(), message::file_error(error, t)))
}
