//! The map file: how a foreign table becomes one of ours (CONTRACT §4).
//!
//! ```toml
//! [columns]                      # field = the column's header; if this section is there, nothing is guessed
//! external_id = "Unique id"
//! answer.overall = "CSAT Score"
//! [formats]                      # chrono's letters; a column's own wins over "timestamp"
//! timestamp = "%d/%m/%Y %H:%M"
//! responded_at = "%d-%b-%y"      # without a time it is a date
//! [values.channel]               # what the file says = what it means; other values stay as they are
//! Email = "online"
//! [constants]                    # fields that are the same in every row
//! service_type = "support"
//! [create]                       # make what is missing, from names
//! departments = true
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use toml::{Table as Toml, Value};

use super::FileError;
use super::kind::{ANSWER, Kind, nearest};
use crate::domain::text;
use crate::domain::timestamp::{BadFormat, Format, Formats};

/// A map file that was read, or the empty one: then each column's header says which field it is.
#[derive(Debug, Clone)]
pub struct Map {
    kind: Kind,
    columns: Option<BTreeMap<String, String>>,
    constants: BTreeMap<String, String>,
    values: HashMap<String, HashMap<String, String>>,
    /// How times are written.
    pub formats: Formats,
    /// What to make where it is missing.
    pub create: Create,
}

/// What an import may make by itself; the code or number of what is made is the one in the row, or else the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Create {
    /// Departments.
    pub departments: bool,
    /// Employees.
    pub staff: bool,
}

/// What is wrong with a map file. For people: [`super::message::map_error`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// Not TOML.
    #[error("line {line}: {message}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// A section or key that does not exist.
    #[error("unknown key {key:?}")]
    UnknownKey {
        /// As written, with its section.
        key: String,
        /// The most similar one there is.
        nearest: Option<String>,
    },
    /// Another type of value than the key has.
    #[error("{key:?} must be {expected}")]
    WrongType {
        /// As written, with its section.
        key: String,
        /// What belongs there.
        expected: Expected,
    },
    /// A time format that is not understood.
    #[error("{key:?}: {source}")]
    BadFormat {
        /// As written, with its section.
        key: String,
        /// The format.
        source: BadFormat,
    },
    /// A field with both a column and a constant.
    #[error("{0:?} has both a column and a constant")]
    Twice(String),
}

/// The type of value that belongs somewhere in a map file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// A text in quotation marks.
    Text,
    /// A section.
    Table,
    /// `true` or `false`.
    Truth,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "a text",
            Self::Table => "a table",
            Self::Truth => "true or false",
        })
    }
}

/// Where the fields of one table come from.
#[derive(Debug, Clone)]
pub struct Binding {
    slots: Vec<Slot>,
    /// Columns that no field uses.
    pub ignored: Vec<String>,
}

/// Where one field comes from.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The field.
    pub field: String,
    /// The column's header as in the file; for a constant the field itself.
    pub header: String,
    source: Source,
    values: HashMap<String, String>,
}

#[derive(Debug, Clone)]
enum Source {
    Column(usize),
    Constant(String),
}

impl Map {
    /// The map of a table whose headers are the fields' own names.
    pub fn none(kind: Kind) -> Self {
        Self {
            kind,
            columns: None,
            constants: BTreeMap::new(),
            values: HashMap::new(),
            formats: Formats::default(),
            create: Create::default(),
        }
    }

    /// Reads a map file for a table of `kind`.
    ///
    /// # Errors
    /// The first thing wrong with it; an unknown key comes with the nearest known one.
    pub fn parse(toml: &str, kind: Kind) -> Result<Self, MapError> {
        let sections = toml.parse::<Toml>().map_err(|error| {
            let before = error.span().and_then(|span| toml.get(..span.start)).unwrap_or_default();
            MapError::Syntax { line: before.matches('\n').count() + 1, message: error.message().to_owned() }
        })?;
        let mut map = Self::none(kind);
        for (section, value) in &sections {
            let table = as_table(section, value)?;
            match section.as_str() {
                "columns" => map.columns = Some(map.texts(section, table)?),
                "constants" => map.constants = map.texts(section, table)?,
                "formats" => map.read_formats(table)?,
                "values" => map.read_values(table)?,
                "create" => map.read_create(table)?,
                _ => return Err(unknown(section, ["columns", "formats", "values", "constants", "create"])),
            }
        }
        let columns = map.columns.iter().flatten().map(|(field, _)| field);
        if let Some(twice) = columns.into_iter().find(|field| map.constants.contains_key(*field)) {
            return Err(MapError::Twice(twice.clone()));
        }
        Ok(map)
    }

    /// Finds the columns in a header.
    ///
    /// # Errors
    /// [`FileError::UnknownColumn`], [`FileError::DuplicateColumn`], [`FileError::MissingColumns`].
    pub fn bind(&self, header: &[String]) -> Result<Binding, FileError> {
        let mut found: Vec<(String, usize)> = Vec::new();
        match &self.columns {
            Some(columns) => {
                for (field, column) in columns {
                    let at = header.iter().position(|name| name == text::trim(column));
                    let at =
                        at.or_else(|| header.iter().position(|name| name.eq_ignore_ascii_case(text::trim(column))));
                    let index = at.ok_or_else(|| FileError::UnknownColumn {
                        column: column.clone(),
                        nearest: nearest(column, header.iter().map(String::as_str)).map(str::to_owned),
                    })?;
                    found.push((field.clone(), index));
                }
            }
            None => {
                for (index, name) in header.iter().enumerate() {
                    let Some(field) = self.kind.field_of(name) else { continue };
                    if found.iter().any(|(other, _)| *other == field) {
                        return Err(FileError::DuplicateColumn(field));
                    }
                    if !self.constants.contains_key(&field) {
                        found.push((field, index));
                    }
                }
            }
        }
        let is_used = |index: usize| found.iter().any(|(_, used)| *used == index);
        let unused = header.iter().enumerate().filter(|(index, name)| !is_used(*index) && !name.is_empty());
        let ignored = unused.map(|(_, name)| name.clone()).collect();
        let of_columns = found.into_iter().map(|(field, index)| {
            let header = header.get(index).cloned().unwrap_or_default();
            self.slot(field, header, Source::Column(index))
        });
        let of_constants = self
            .constants
            .iter()
            .map(|(field, value)| self.slot(field.clone(), field.clone(), Source::Constant(value.clone())));
        let binding = Binding { slots: of_columns.chain(of_constants).collect(), ignored };
        let lacks = |group: &&&[&'static str]| !group.iter().any(|field| binding.slot(field).is_some());
        let mut missing: Vec<&str> =
            self.kind.required().iter().filter(lacks).filter_map(|group| group.first().copied()).collect();
        if self.kind == Kind::Ratings && !binding.slots.iter().any(|slot| slot.field.starts_with(ANSWER)) {
            missing.push("answer.overall");
        }
        if missing.is_empty() { Ok(binding) } else { Err(FileError::MissingColumns { kind: self.kind, missing }) }
    }

    fn slot(&self, field: String, header: String, source: Source) -> Slot {
        let values = self.values.get(&field).cloned().unwrap_or_default();
        Slot { field, header, source, values }
    }

    /// Checks a field's name; `answer.<code>` is one of ratings.
    fn check_field(&self, section: &str, field: &str) -> Result<(), MapError> {
        let fields = self.kind.fields();
        let is_answer = field.strip_prefix(ANSWER).is_some_and(|code| !code.is_empty()) && self.kind == Kind::Ratings;
        if is_answer || fields.contains(&field) {
            return Ok(());
        }
        let nearest = nearest(field, fields).map(str::to_owned);
        Err(MapError::UnknownKey { key: format!("{section}.{field}"), nearest })
    }

    /// `field = "text"`, also for `answer.overall` written as a dotted key.
    fn texts(&self, section: &str, table: &Toml) -> Result<BTreeMap<String, String>, MapError> {
        let mut texts = BTreeMap::new();
        for (field, value) in with_answers(table) {
            self.check_field(section, &field)?;
            let text = scalar(&format!("{section}.{field}"), value)?;
            texts.insert(field, text);
        }
        Ok(texts)
    }

    fn read_formats(&mut self, table: &Toml) -> Result<(), MapError> {
        for (field, value) in table {
            let key = format!("formats.{field}");
            let known = || self.kind.times().iter().copied().chain(["timestamp"]);
            if !known().any(|name| name == field) {
                let nearest = nearest(field, known()).map(str::to_owned);
                return Err(MapError::UnknownKey { key, nearest });
            }
            let pattern = value.as_str().ok_or(MapError::WrongType { key: key.clone(), expected: Expected::Text })?;
            let format = Format::new(pattern).map_err(|source| MapError::BadFormat { key, source })?;
            if field == "timestamp" { self.formats.set_all(format) } else { self.formats.set(field.clone(), format) }
        }
        Ok(())
    }

    fn read_values(&mut self, table: &Toml) -> Result<(), MapError> {
        for (field, value) in with_answers(table) {
            self.check_field("values", &field)?;
            let section = format!("values.{field}");
            let mut meanings = HashMap::new();
            for (from, to) in as_table(&section, value)? {
                let to = scalar(&format!("{section}.{from}"), to)?;
                meanings.insert(text::trim(from).to_owned(), to);
            }
            self.values.insert(field, meanings);
        }
        Ok(())
    }

    fn read_create(&mut self, table: &Toml) -> Result<(), MapError> {
        for (key, value) in table {
            let flag = match key.as_str() {
                "departments" => &mut self.create.departments,
                "staff" => &mut self.create.staff,
                _ => return Err(unknown(&format!("create.{key}"), ["create.departments", "create.staff"])),
            };
            let expected = Expected::Truth;
            *flag = value.as_bool().ok_or(MapError::WrongType { key: format!("create.{key}"), expected })?;
        }
        Ok(())
    }
}

impl Binding {
    /// Where each field comes from.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Where a field comes from, if the table has it.
    pub fn slot(&self, field: &str) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.field == field)
    }
}

impl Slot {
    /// The field's value in a row, with the meaning the map gives it.
    pub fn value<'a>(&'a self, cells: &'a [Cow<'_, str>]) -> &'a str {
        let value = self.written(cells);
        if self.values.is_empty() {
            return value;
        }
        self.values.get(text::trim(value)).map_or(value, String::as_str)
    }

    /// The field's value in a row as the file has it.
    pub fn written<'a>(&'a self, cells: &'a [Cow<'_, str>]) -> &'a str {
        match &self.source {
            Source::Column(index) => cells.get(*index).map_or("", |cell| cell),
            Source::Constant(value) => value,
        }
    }

    /// The column, from 0; none for a constant.
    pub const fn column(&self) -> Option<usize> {
        match self.source {
            Source::Column(index) => Some(index),
            Source::Constant(_) => None,
        }
    }
}

fn as_table<'t>(key: &str, value: &'t Value) -> Result<&'t Toml, MapError> {
    value.as_table().ok_or_else(|| MapError::WrongType { key: key.to_owned(), expected: Expected::Table })
}

/// A text, or a whole number or truth value as one.
fn scalar(key: &str, value: &Value) -> Result<String, MapError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(yes) => Ok(yes.to_string()),
        _ => Err(MapError::WrongType { key: key.to_owned(), expected: Expected::Text }),
    }
}

fn unknown<const N: usize>(key: &str, known: [&str; N]) -> MapError {
    MapError::UnknownKey { key: key.to_owned(), nearest: nearest(key, known).map(str::to_owned) }
}

/// The entries of a table; `answer.overall = …` may be written as one quoted key or as a dotted one.
fn with_answers(table: &Toml) -> Vec<(String, &Value)> {
    let mut entries = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(answers) if key == "answer" => {
                entries.extend(answers.iter().map(|(code, value)| (format!("{ANSWER}{code}"), value)));
            }
            _ => entries.push((key.clone(), value)),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn parse(toml: &str) -> Result<Map, MapError> {
        Map::parse(toml, Kind::Ratings)
    }

    const RATINGS: &str = r#"
        [columns]
        external_id = "Unique id"
        department_code = "Manager"
        channel = "channel_name"
        completed_at = "issue_responded"
        first_response_at = "issue_responded"
        responded_at = "Survey_response_Date"
        answer.overall = "CSAT Score"
        [formats]
        timestamp = "%d/%m/%Y %H:%M"
        responded_at = "%d-%b-%y"
        [values.channel]
        Email = "online"
        [values.answer.overall]
        Great = 5
        [constants]
        service_type = "support"
        [create]
        departments = true
    "#;

    #[test]
    fn the_contracts_example() {
        let map = parse(RATINGS).unwrap();
        assert_eq!(map.create, Create { departments: true, staff: false });
        let names =
            ["Unique id", "Manager", "channel_name", "issue_responded", "Survey_response_Date", "CSAT Score", "x"];
        let binding = map.bind(&header(&names)).unwrap();
        assert_eq!(binding.ignored, ["x"]);
        let cells = ["1", "M", " Email", "t", "d", "Great", ""].map(Cow::Borrowed);
        let value = |field| binding.slot(field).unwrap().value(&cells);
        assert_eq!(
            ["channel", "answer.overall", "completed_at", "service_type"].map(value),
            ["online", "5", "t", "support"]
        );
        assert_eq!(binding.slot("channel").unwrap().written(&cells), " Email");
    }

    #[test]
    fn answers_may_be_quoted_or_dotted() {
        for key in ["answer.overall", "\"answer.overall\""] {
            assert!(
                parse(&format!("[columns]\n{key} = \"x\"")).unwrap().columns.unwrap().contains_key("answer.overall")
            );
        }
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        for (toml, key, near) in [
            ("[colums]", "colums", Some("columns")),
            ("[columns]\nextrenal_id = \"x\"", "columns.extrenal_id", Some("external_id")),
            ("[formats]\ntimestmp = \"%F\"", "formats.timestmp", Some("timestamp")),
            ("[values.chanel]\na = \"b\"", "values.chanel", Some("channel")),
            ("[create]\ndepartment = true", "create.department", Some("create.departments")),
            ("[constants]\nzzz = \"x\"", "constants.zzz", None),
        ] {
            let expected = MapError::UnknownKey { key: key.into(), nearest: near.map(str::to_owned) };
            assert_eq!(parse(toml).unwrap_err(), expected);
        }
    }

    #[test]
    fn types_formats_and_syntax() {
        assert!(matches!(parse("[columns]\nemail = [5]"), Err(MapError::WrongType { .. })));
        assert!(matches!(parse("columns = 5"), Err(MapError::WrongType { .. })));
        assert!(matches!(parse("[create]\nstaff = \"yes\""), Err(MapError::WrongType { .. })));
        assert!(matches!(parse("[formats]\ntimestamp = \"%H\""), Err(MapError::BadFormat { .. })));
        assert!(matches!(parse("[columns]\n\nemail = "), Err(MapError::Syntax { line: 3, .. })));
    }

    #[test]
    fn a_field_has_one_origin() {
        let toml = "[columns]\nlocale = \"l\"\n[constants]\nlocale = \"en\"";
        assert_eq!(parse(toml).unwrap_err(), MapError::Twice("locale".into()));
    }

    #[test]
    fn without_a_map_headers_say_it() {
        let map = Map::none(Kind::ServiceRecords);
        let binding =
            map.bind(&header(&["工单号", "Department Code", "touch-point", "完成时间", "备注2", ""])).unwrap();
        let fields: Vec<_> = binding.slots().iter().map(|slot| slot.field.as_str()).collect();
        assert_eq!(fields, ["external_id", "department_code", "touchpoint", "completed_at"]);
        assert_eq!(binding.ignored, ["备注2"]);
    }

    #[test]
    fn a_map_of_formats_alone_leaves_headers_as_they_are() {
        let map = Map::parse("[formats]\ndate = \"%d/%m/%Y\"", Kind::Holidays).unwrap();
        assert!(map.bind(&header(&["date", "kind"])).is_ok());
    }

    #[test]
    fn what_is_missing_is_told_at_once() {
        let error = Map::none(Kind::Ratings).bind(&header(&["external_id"])).unwrap_err();
        let FileError::MissingColumns { missing, .. } = error else { panic!("{error:?}") };
        assert_eq!(missing, ["department_code", "touchpoint", "completed_at", "responded_at", "answer.overall"]);
    }

    #[test]
    fn two_columns_for_one_field_are_refused() {
        let error = Map::none(Kind::Staff).bind(&header(&["name", "姓名"])).unwrap_err();
        assert!(matches!(error, FileError::DuplicateColumn(field) if field == "name"));
    }

    #[test]
    fn a_column_that_is_not_there_names_the_nearest() {
        let error = parse("[columns]\nemail = \"E-Mial\"").unwrap().bind(&header(&["a", "E-Mail"])).unwrap_err();
        assert!(matches!(error, FileError::UnknownColumn { nearest: Some(near), .. } if near == "E-Mail"));
    }
}
