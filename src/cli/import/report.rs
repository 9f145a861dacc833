//! What an import tells: counts, warnings by kind, and every bad row with its line, column, value, reason and repair.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::output::{one_line, say_json};
use super::super::text_table::TextTable;
use super::super::{Failure, say};
use super::Args;
use crate::domain::field::FieldError;
use crate::i18n::Texts;
use crate::intake::message::{RowMessage, row};
use crate::intake::stage::RowError;

/// Bad rows printed on a terminal; `--json` prints all.
const SHOWN: usize = 100;

/// What became of a row.
pub(super) enum Effect {
    Created,
    Changed,
    Unchanged,
    Refused(Vec<FieldError>),
}

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Rows of the file.
    pub total: u64,
    /// Rows that are new; would be, if nothing was stored.
    pub created: u64,
    /// Rows that were there with something else.
    pub changed: u64,
    /// Rows that were there just so, or stand twice in the file.
    pub unchanged: u64,
    /// Departments and employees made on the way.
    pub made: (usize, usize),
    /// Columns that no field uses.
    pub ignored: Vec<String>,
    /// What was refused, by line.
    pub errors: Vec<RowError>,
    /// What is odd but counts, by line.
    pub warnings: Vec<RowError>,
    /// It is in the database now.
    pub stored: bool,
}

impl Report {
    /// Rows that were refused.
    fn refused(&self) -> usize {
        self.errors.iter().map(|error| error.line).collect::<BTreeSet<_>>().len()
    }

    /// Rows that were not.
    const fn good(&self) -> u64 {
        self.created + self.changed + self.unchanged
    }

    /// Without a bad row always; with some only if the good ones may go in without them.
    pub(super) const fn may_be_stored(&self, partial: bool) -> bool {
        self.errors.is_empty() || (partial && self.good() > 0)
    }

    /// Whether storing it changes anything.
    pub(super) fn is_news(&self) -> bool {
        self.created + self.changed > 0 || self.made != (0, 0)
    }

    /// Counts, and nothing of what the rows say.
    pub(super) fn for_audit(&self) -> Value {
        json!({
            "rows": self.total,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused(),
            "departments_made": self.made.0,
            "employees_made": self.made.1,
        })
    }

    /// Prints it; an error if what was to be stored was not.
    pub(super) fn tell(&self, args: &Args, t: Texts) -> Result<(), Failure> {
        if args.json {
            self.tell_json(args, t)?
        } else {
            self.tell_people(args, t)
        }
        if self.may_be_stored(args.partial) {
            return Ok(());
        }
        let counts = [
            ("file", args.file.display().to_string()),
            ("refused", self.refused().to_string()),
            ("total", self.total.to_string()),
        ];
        let key = if args.partial { "cli-import-all-refused" } else { "cli-import-refused" };
        Err(Failure::new(t.with(key, &counts)))
    }

    fn tell_json(&self, args: &Args, t: Texts) -> Result<(), Failure> {
        let messages = |errors: &[RowError]| errors.iter().map(|error| row(error, t)).collect::<Vec<RowMessage>>();
        say_json(&json!({
            "kind": args.kind.as_str(),
            "stored": self.stored,
            "dry_run": args.dry_run,
            "rows": self.total,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": self.refused(),
            "departments_made": self.made.0,
            "employees_made": self.made.1,
            "ignored_columns": self.ignored,
            "errors": messages(&self.errors),
            "warnings": messages(&self.warnings),
        }))
    }

    fn tell_people(&self, args: &Args, t: Texts) {
        if !self.errors.is_empty() {
            say(&self.table(t).to_string());
            if let Some(more) = self.errors.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                say(&t.with("cli-import-more", &[("more", more)]));
            }
        }
        for (reason, (rows, line)) in self.warnings_by_reason(t) {
            say(&t.with("cli-import-warning", &[("rows", rows.to_string()), ("reason", reason), ("line", line)]));
        }
        if !self.ignored.is_empty() {
            let columns: Vec<_> = self.ignored.iter().map(|name| one_line(name)).filter(|n| !n.is_empty()).collect();
            say(&t.with("cli-import-ignored", &[("columns", columns.join(", "))]));
        }
        if self.made != (0, 0) {
            say(&t.with("cli-import-made", &[("departments", self.made.0), ("employees", self.made.1)]));
        }
        let counts = [
            ("created", self.created.to_string()),
            ("changed", self.changed.to_string()),
            ("unchanged", self.unchanged.to_string()),
            ("refused", self.refused().to_string()),
        ];
        let key = match (self.stored, args.dry_run) {
            (true, _) => "cli-import-done",
            (false, true) if self.may_be_stored(args.partial) => "cli-import-would",
            // Why not is said in the line on stderr.
            (false, _) => return,
        };
        say(&t.with(key, &counts));
    }

    fn table(&self, t: Texts) -> TextTable {
        let column = |key: &str, right| (t.get(key), right);
        let mut table = TextTable::new(&[
            column("cli-import-line", true),
            column("cli-import-column", false),
            column("cli-import-value", false),
            column("cli-import-reason", false),
            column("cli-import-repair", false),
        ]);
        for error in self.errors.iter().take(SHOWN) {
            let words = row(error, t);
            table.row(&[&words.line.to_string(), &words.column, &words.value, &words.reason, &words.repair]);
        }
        table
    }

    /// How many rows have each warning, and the first line that does.
    fn warnings_by_reason(&self, t: Texts) -> BTreeMap<String, (usize, String)> {
        let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for warning in &self.warnings {
            let words = row(warning, t);
            found.entry(words.reason).or_insert_with(|| (0, words.line.to_string())).0 += 1;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::Reason;

    fn report(created: u64, bad_lines: &[u64]) -> Report {
        let error = |line: &u64| RowError::new(*line, "c", FieldError::new("c", "v", Reason::BadNumber));
        Report { created, errors: bad_lines.iter().map(error).collect(), ..Report::default() }
    }

    #[test]
    fn a_row_with_two_faults_is_refused_once() {
        assert_eq!(report(0, &[3, 3, 4]).refused(), 2);
    }

    #[test]
    fn one_bad_row_refuses_the_file_unless_the_good_may_go_in() {
        assert!(report(0, &[]).may_be_stored(false));
        assert!(!report(9, &[3]).may_be_stored(false) && report(9, &[3]).may_be_stored(true));
        assert!(!report(0, &[3]).may_be_stored(true));
    }
}
