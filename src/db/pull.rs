//! Files of figures that are handed out, by page, API or command, and the note in the audit log without which none is:
//! who took what, of which period and revision, and the hash of the very bytes (EXPERIENCE §4).

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::period::Course;
use super::{Connection, Result, audit};
use crate::crypto::sha256;
use crate::domain::period::{Period, State};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What HR needs of departments and persons.
    Appraisals,
    /// Every figure of all departments.
    Scores,
    /// Every figure of one department.
    Department,
    /// One figure of a department over successive periods.
    Trend,
    /// Departments beside each other.
    Comparison,
    /// Figures of persons, asked for by another system.
    Persons,
    /// A seal, with what few answers may not say left out.
    Seal,
    /// A seal as it was hashed.
    WholeSeal,
}

/// What is noted of a file.
#[derive(Debug, Clone)]
pub struct Pulled {
    kind: Kind,
    period: Period,
    detail: Value,
}

/// Who pulls.
#[derive(Debug, Clone, Copy)]
pub struct Puller<'a> {
    /// A user's address, `cli`, or a token's name.
    pub actor: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// What the audit log says of a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: NaiveDateTime,
    /// Who.
    pub by: String,
    /// What.
    pub kind: Kind,
    /// Of which period; of a series, its last one.
    pub period: Period,
    /// The revision whose seal the figures have; 0 = none.
    pub revision: u32,
    /// Of which department, channel and so on: `department`, `channel`, `metric`, each in the words of other systems.
    pub part: Vec<(String, String)>,
    /// `csv`, `xlsx` or `json`.
    pub format: String,
    /// Rows in the file.
    pub rows: u32,
    /// Hash of the file, in hexadecimal.
    pub sha256: String,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Appraisals,
        Self::Scores,
        Self::Department,
        Self::Trend,
        Self::Comparison,
        Self::Persons,
        Self::Seal,
        Self::WholeSeal,
    ];

    /// The audit log's name of a pull.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Appraisals => "export.appraisals",
            Self::Scores => "export.scores",
            Self::Department => "export.department",
            Self::Trend => "export.trend",
            Self::Comparison => "export.comparison",
            Self::Persons => "export.persons",
            Self::Seal => "export.seal_results",
            Self::WholeSeal => "export.seal",
        }
    }
}

impl Pulled {
    /// A file of so many rows, of a period as far as it has come.
    pub fn new(kind: Kind, (period, course): (Period, &Course), format: &str, rows: usize, bytes: &[u8]) -> Self {
        let detail = json!({
            "format": format,
            "rows": rows,
            "revision": course.sealed_revision(),
            "state": course.state,
            "sha256": hex::encode(sha256(bytes)),
        });
        Self { kind, period, detail }
    }

    /// A file that is not of everything: `department`, `channel`, `metric`, … and which.
    #[must_use]
    pub fn of(mut self, part: &[(&str, &str)]) -> Self {
        if let Some(detail) = self.detail.as_object_mut() {
            let part = part.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
            detail.insert("part".to_owned(), Value::Object(part));
        }
        self
    }

    /// A file of what has this seal, in hexadecimal.
    #[must_use]
    pub fn sealed(mut self, seal: Option<String>) -> Self {
        if let (Some(detail), Some(seal)) = (self.detail.as_object_mut(), seal) {
            detail.insert("seal".to_owned(), seal.into());
        }
        self
    }
}

/// Notes who pulls a file; hand it out only once this is committed.
pub fn note(conn: &mut Connection, puller: &Puller<'_>, pulled: &Pulled) -> Result<()> {
    audit::append(conn, puller.now, puller.actor, pulled.kind.action(), &pulled.period.to_string(), &pulled.detail)
}

/// The newest pulls of every kind, newest first.
pub fn latest(conn: &mut Connection, limit: i64) -> Result<Vec<Note>> {
    let entries = audit::latest_of(conn, &Kind::ALL.map(Kind::action), limit)?;
    Ok(entries.iter().filter_map(read).collect())
}

/// `None` for an entry from before there was all of it.
fn read(entry: &audit::Entry) -> Option<Note> {
    let detail: Value = serde_json::from_str(&entry.detail).ok()?;
    let text = |name: &str| detail.get(name).and_then(Value::as_str).map(str::to_owned);
    let count = |name: &str| u32::try_from(detail.get(name)?.as_u64()?).ok();
    let state = text("state").map_or(Some(State::Sealed), |state| state.parse().ok())?;
    let part = detail.get("part").and_then(Value::as_object).into_iter().flatten();
    Some(Note {
        at: entry.at,
        by: entry.actor.clone(),
        kind: Kind::ALL.into_iter().find(|kind| kind.action() == entry.action)?,
        period: entry.subject.parse().ok()?,
        revision: state.sealed_revision(i32::try_from(count("revision")?).ok()?),
        part: part.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        format: text("format")?,
        rows: count("rows")?,
        sha256: text("sha256")?,
    })
}
