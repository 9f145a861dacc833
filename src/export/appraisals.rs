//! HR's file: CSV, an Excel workbook, or JSON, from one list of columns. A file of a sealed period is the same bytes
//! whenever it is pulled; of any other period, every row says that it is provisional.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::csv::{line, status, text as plain};
use crate::domain::appraisal::Record;
use crate::domain::period::{Period, State};
use crate::i18n::Texts;

pub use super::xlsx::Unwritable;

/// The version of the columns: they are only ever appended to.
pub const SCHEMA_VERSION: &str = "1";

/// The version of the method by which figures are made.
const METHOD_VERSION: &str = "1";

/// What a file says.
#[derive(Debug, Clone)]
pub struct File {
    /// In whose language names and explanations are.
    pub t: Texts,
    /// Of which period.
    pub period: Period,
    /// How far the period has come.
    pub state: State,
    /// The revision that is sealed, or in work after a reopening; 0 until the first seal.
    pub revision: i32,
    /// The seal's hash in hexadecimal; `None` while it is not sealed.
    pub seal: Option<String>,
    /// When the figures were computed: when it was sealed, or now.
    pub computed_at: DateTime<Utc>,
    /// The records, each with its department's name.
    pub rows: Vec<(Record, String)>,
}

/// The formats of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An Excel workbook with the data, what its columns mean, and notes.
    Xlsx,
    /// Comma-separated values.
    Csv,
    /// JSON: the body of `/api/v1/appraisals`.
    Json,
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use xlsx, csv or json")]
pub struct UnknownFormat;

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// A text, also of digits.
    Text(String),
    /// A count.
    Count(u32),
    /// A figure with four decimals.
    Figure(f64),
    /// Yes or no, written 1 or 0.
    Flag(bool),
    /// Nothing: never 0.
    Nothing,
}

/// A column.
pub(super) struct Column {
    /// Its name, which never changes.
    pub name: &'static str,
    /// Its type in a Table Schema.
    kind: &'static str,
    /// The key of what it means.
    meaning: &'static str,
    value: fn(&File, &Record, &str) -> Cell,
}

const COLUMNS: [Column; 37] = [
    Column::new("schema_version", "string", "export-schema-version", |_, _, _| word(SCHEMA_VERSION)),
    Column::new("period", "string", "export-period", |f, _, _| Cell::Text(f.period.to_string())),
    Column::new("period_start", "date", "export-period-start", |f, _, _| Cell::Text(f.period.start().to_string())),
    Column::new("period_end", "date", "export-period-end", |f, _, _| Cell::Text(f.period.end().to_string())),
    Column::new("period_status", "string", "export-period-status", |f, _, _| Cell::Text(f.status())),
    Column::new("revision", "integer", "export-revision", |f, _, _| Cell::Count(f.sealed_revision())),
    Column::new("level", "string", "export-level", |_, r, _| word(r.level.as_str())),
    Column::new("department_code", "string", "export-department-code", |_, r, _| maybe(r.department.as_deref())),
    Column::new("department_name", "string", "export-department-name", |_, _, name| maybe(Some(name))),
    Column::new("employee_no", "string", "export-employee-no", |_, r, _| maybe(r.employee.as_deref())),
    Column::new("channel", "string", "export-channel", |_, r, _| word(r.channel)),
    Column::new("base", "string", "export-base", |_, r, _| word(r.base.as_str())),
    Column::new("invited", "integer", "export-invited", |_, r, _| Cell::Count(r.reach.invited)),
    Column::new("responded", "integer", "export-responded", |_, r, _| Cell::Count(r.reach.responded)),
    Column::new("response_rate", "number", "export-response-rate", |_, r, _| figure(r.response_rate)),
    Column::new("valid_n", "integer", "export-valid-n", |_, r, _| Cell::Count(r.rate.n)),
    Column::new("satisfied_n", "integer", "export-satisfied-n", |_, r, _| r.rate.k.map_or(Cell::Nothing, Cell::Count)),
    Column::new("satisfaction_pct", "number", "export-satisfaction-pct", |_, r, _| figure(r.rate.value)),
    Column::new("ci_low", "number", "export-ci-low", |_, r, _| figure(r.rate.interval.map(|(low, _)| low))),
    Column::new("ci_high", "number", "export-ci-high", |_, r, _| figure(r.rate.interval.map(|(_, high)| high))),
    Column::new("target_pct", "number", "export-target-pct", |_, r, _| figure(r.rate.target)),
    Column::new("verdict", "string", "export-verdict", |_, r, _| maybe(r.rate.verdict.map(|v| v.as_str()))),
    Column::new("evidence", "string", "export-evidence", |_, r, _| maybe(r.rate.evidence.map(|e| e.as_str()))),
    Column::new("clause", "string", "export-clause", |_, r, _| maybe(r.rate.clause.as_deref())),
    Column::new("points_n", "integer", "export-points-n", |_, r, _| Cell::Count(r.points.n)),
    Column::new("points", "number", "export-points", |_, r, _| figure(r.points.value)),
    Column::new("points_ci_low", "number", "export-points-ci-low", |_, r, _| figure(r.points.interval.map(|i| i.0))),
    Column::new("points_ci_high", "number", "export-points-ci-high", |_, r, _| figure(r.points.interval.map(|i| i.1))),
    Column::new("target_points", "number", "export-target-points", |_, r, _| figure(r.points.target)),
    Column::new("points_verdict", "string", "export-points-verdict", |_, r, _| {
        maybe(r.points.verdict.map(|v| v.as_str()))
    }),
    Column::new("points_clause", "string", "export-points-clause", |_, r, _| maybe(r.points.clause.as_deref())),
    Column::new("suppressed", "boolean", "export-suppressed", |_, r, _| Cell::Flag(r.withheld.is_some())),
    Column::new("suppressed_reason", "string", "export-suppressed-reason", |_, r, _| {
        maybe(r.withheld.map(|w| w.as_str()))
    }),
    Column::new("seal", "string", "export-seal", |f, _, _| maybe(f.seal.as_deref())),
    Column::new("computed_at", "datetime", "export-computed-at", |f, _, _| Cell::Text(f.computed_at())),
    Column::new("method_version", "string", "export-method-version", |_, _, _| word(METHOD_VERSION)),
    Column::new("exclusions", "integer", "export-exclusions", |_, r, _| Cell::Count(r.excluded)),
];

/// The columns as a Table Schema (Frictionless Data, specs.frictionlessdata.io/table-schema), explained in English.
pub fn table_schema(t: Texts) -> Value {
    let field = |column: &Column| {
        let mut field = json!({
            "name": column.name,
            "type": column.kind,
            "description": t.get(column.meaning),
        });
        if let (Some(field), "boolean") = (field.as_object_mut(), column.kind) {
            field.insert("trueValues".to_owned(), json!(["1"]));
            field.insert("falseValues".to_owned(), json!(["0"]));
        }
        field
    };
    json!({
        "version": SCHEMA_VERSION,
        "fields": COLUMNS.iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
        "primaryKey": ["period", "revision", "level", "department_code", "employee_no", "channel", "base"],
    })
}

impl File {
    /// The file's bytes.
    ///
    /// # Errors
    /// [`Unwritable`]: more rows than a sheet has, or the machine refuses.
    pub fn bytes(&self, format: Format) -> Result<Vec<u8>, Unwritable> {
        match format {
            Format::Csv => Ok(self.csv()),
            Format::Json => Ok(serde_json::to_vec(&self.json()).unwrap_or_default()),
            Format::Xlsx => super::xlsx::workbook(self),
        }
    }

    /// The name it is saved under.
    pub fn name(&self, format: Format) -> String {
        let which = match self.state {
            State::Sealed => format!("r{}", self.revision),
            _ => "provisional".to_owned(),
        };
        format!("manyi-appraisals-{}-{which}.{}", self.period, format.as_str())
    }

    /// The body of `/api/v1/appraisals`.
    pub fn json(&self) -> Value {
        let rows: Vec<Value> = self.cells().map(|cells| Value::Object(object(cells))).collect();
        json!({
            "schema_version": SCHEMA_VERSION,
            "period": self.period,
            "state": self.state,
            "revision": self.sealed_revision(),
            "seal": self.seal,
            "computed_at": self.computed_at(),
            "rows": rows,
        })
    }

    /// What the columns mean, in the reader's language.
    pub(super) fn dictionary(&self) -> impl Iterator<Item = (&'static str, &'static str, String)> {
        COLUMNS.iter().map(|column| (column.name, column.kind, self.t.get(column.meaning)))
    }

    /// What the reader has to know: name and text.
    pub(super) fn notes(&self) -> Vec<(String, String)> {
        let t = self.t;
        let withheld = self.rows.iter().filter(|(record, _)| record.withheld.is_some()).count();
        vec![
            (t.get("export-note-period"), self.period.to_string()),
            (t.get("export-note-status"), self.status()),
            (t.get("export-note-revision"), self.sealed_revision().to_string()),
            (t.get("export-note-seal"), self.seal.clone().unwrap_or_else(|| t.get("export-note-not-sealed"))),
            (t.get("export-note-computed"), self.computed_at()),
            (t.get("export-note-rows"), self.rows.len().to_string()),
            (t.get("export-note-withheld"), withheld.to_string()),
            (t.get("export-note-sums"), t.get("export-note-parts")),
            (t.get("export-note-use"), t.get("export-note-fair-use")),
        ]
    }

    /// The rows, each a cell per column.
    pub(super) fn cells(&self) -> impl Iterator<Item = Vec<Cell>> {
        self.rows.iter().map(|(record, name)| {
            let cell = |column: &Column| (column.value)(self, record, name);
            COLUMNS.iter().map(cell).collect()
        })
    }

    fn csv(&self) -> Vec<u8> {
        let names: Vec<String> = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
        let mut file = format!("\u{feff}{}", line(&names));
        for cells in self.cells() {
            file.push_str(&line(&cells.iter().map(Cell::to_csv).collect::<Vec<_>>()));
        }
        file.into_bytes()
    }

    fn status(&self) -> String {
        status(self.state, self.revision)
    }

    /// The revision whose seal the figures have; 0 = none.
    fn sealed_revision(&self) -> u32 {
        self.state.sealed_revision(self.revision)
    }

    fn computed_at(&self) -> String {
        self.computed_at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

fn object(cells: Vec<Cell>) -> Map<String, Value> {
    let value = |cell| match cell {
        Cell::Text(text) => Value::String(text),
        Cell::Count(count) => count.into(),
        Cell::Figure(figure) => figure.into(),
        Cell::Flag(flag) => flag.into(),
        Cell::Nothing => Value::Null,
    };
    COLUMNS.iter().zip(cells).map(|(column, cell)| (column.name.to_owned(), value(cell))).collect()
}

fn word(word: &str) -> Cell {
    Cell::Text(word.to_owned())
}

fn maybe(text: Option<&str>) -> Cell {
    text.filter(|text| !text.is_empty()).map_or(Cell::Nothing, word)
}

fn figure(value: Option<f64>) -> Cell {
    value.map_or(Cell::Nothing, Cell::Figure)
}

impl Cell {
    fn to_csv(&self) -> String {
        match self {
            Self::Text(text) => plain(Some(text)),
            Self::Count(count) => count.to_string(),
            Self::Figure(figure) => format!("{figure:.4}"),
            Self::Flag(flag) => u8::from(*flag).to_string(),
            Self::Nothing => String::new(),
        }
    }
}

impl Column {
    const fn new(
        name: &'static str,
        kind: &'static str,
        meaning: &'static str,
        value: fn(&File, &Record, &str) -> Cell,
    ) -> Self {
        Self { name, kind, meaning, value }
    }
}

impl Format {
    /// `xlsx`, `csv` or `json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(word: &str) -> Result<Self, UnknownFormat> {
        [Self::Xlsx, Self::Csv, Self::Json].into_iter().find(|format| format.as_str() == word).ok_or(UnknownFormat)
    }
}
