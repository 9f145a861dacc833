//! A table read to its end: the rows that are good, and every fault with its line. Nothing is stored here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::FileError;
use super::kind::Kind;
use super::map::{Binding, Create, Map};
use super::rows::{Row, Values};
use super::table::{self, Layout, Table};
use crate::domain::field::{FieldError, Reason};
use crate::domain::raw_service_record::Rules;

/// Faults after which a file is refused unread: it is the wrong file.
pub const MAX_ERRORS: usize = 100_000;

/// What reading a table needs besides the table.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The organisation's zone.
    pub zone: Tz,
    /// The present.
    pub now: DateTime<Utc>,
    /// Whether a question (by code) offers an option (by value); only ratings ask.
    pub offers: &'a dyn Fn(&str, &str) -> bool,
}

/// What a table was found to hold.
#[derive(Debug, Clone)]
pub struct Staged<T> {
    /// The good rows with their lines, in the order of the file; each key once.
    pub rows: Vec<(u64, T)>,
    /// What was refused, by line.
    pub errors: Vec<RowError>,
    /// What is odd but counts, by line.
    pub warnings: Vec<RowError>,
    /// Rows that say the same again as an earlier one.
    pub repeated: u64,
    /// Rows of the table, blank ones left out.
    pub total: u64,
    /// Encoding and delimiter, or the sheet.
    pub layout: Layout,
    /// Columns that no field uses.
    pub ignored: Vec<String>,
    /// What the map file lets the import make.
    pub create: Create,
    headers: HashMap<String, String>,
}

/// A fault of one row, for people to find and mend. For the words: [`super::message::row`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The line it begins on: physical line of a text, row number of a sheet.
    pub line: u64,
    /// The column's header as in the file; empty if the whole row is at fault.
    pub column: String,
    /// The value, shortened; customer data is masked.
    pub value: String,
    /// What is wrong.
    pub reason: Reason,
}

impl Settings<'_> {
    /// For the default questionnaires: options 5 to 1, and `na` except for `overall`.
    pub fn new(zone: Tz, now: DateTime<Utc>) -> Self {
        Self { zone, now, offers: &five_words }
    }
}

impl RowError {
    /// A fault of one value; `column` is its header as in the file.
    pub fn new(line: u64, column: impl Into<String>, error: FieldError) -> Self {
        Self { line, column: column.into(), value: error.value, reason: error.reason }
    }
}

impl<T> Staged<T> {
    /// The header of a field as in the file, for faults found later. A field that has no column is its own header.
    pub fn column_of(&self, field: &str) -> String {
        self.headers.get(field).cloned().unwrap_or_else(|| field.to_owned())
    }

    /// Checks the rows once more, against the database for instance: a row that fails moves to the errors.
    pub fn refuse_if(&mut self, mut fault: impl FnMut(&T) -> Option<FieldError>) {
        let rows = std::mem::take(&mut self.rows);
        for (line, row) in rows {
            match fault(&row) {
                None => self.rows.push((line, row)),
                Some(error) => {
                    let column = self.column_of(&error.field);
                    self.errors.push(RowError::new(line, column, error));
                }
            }
        }
        self.errors.sort_by_key(|error| error.line);
    }
}

/// Reads a whole table. `map` is the text of a map file.
///
/// # Errors
/// [`FileError`] if the file as a whole cannot be used; faults of rows are in the result.
pub fn stage<T: Row>(mut table: Table, map: Option<&str>, settings: &Settings<'_>) -> Result<Staged<T>, FileError> {
    let map = map.map_or_else(|| Ok(Map::none(T::KIND)), |toml| Map::parse(toml, T::KIND))?;
    let binding = map.bind(table.header())?;
    let headers = headers(&binding, table.header());
    let rules = Rules {
        zone: settings.zone,
        now: settings.now,
        formats: map.formats.clone(),
        channel_alone: T::KIND == Kind::Ratings,
    };
    let mut staged = Staged {
        rows: Vec::new(),
        errors: Vec::new(),
        warnings: Vec::new(),
        repeated: 0,
        total: 0,
        layout: table.layout(),
        ignored: binding.ignored.clone(),
        create: map.create,
        headers,
    };
    let mut keys = HashMap::new();
    table.each_row(|row| {
        staged.total += 1;
        staged.add(&row, &binding, &rules, settings, &mut keys);
        staged.errors.len() <= MAX_ERRORS
    })?;
    if staged.errors.len() > MAX_ERRORS { Err(FileError::Hopeless) } else { Ok(staged) }
}

impl<T: Row> Staged<T> {
    /// Judges one row.
    fn add(
        &mut self,
        row: &table::Row<'_>,
        binding: &Binding,
        rules: &Rules,
        settings: &Settings<'_>,
        keys: &mut HashMap<String, usize>,
    ) {
        let line = row.line;
        if let Some(reason) = &row.fault {
            self.errors.push(RowError { line, column: String::new(), value: String::new(), reason: reason.clone() });
            return;
        }
        if !row.cell_faults.is_empty() && self.has_faulty_cells(row, binding) {
            return;
        }
        match T::read(&Values::new(binding, row.cells), rules, settings) {
            Ok(read) => self.keep(row, read, binding, rules, keys),
            Err(errors) => {
                let before = self.errors.len();
                for error in errors {
                    let column = self.column_of(&error.field);
                    let error = RowError::new(line, column, error);
                    // Two fields may come from one column.
                    if !self.errors.iter().skip(before).any(|told| *told == error) {
                        self.errors.push(error);
                    }
                }
            }
        }
    }

    /// Tells formulas and error values in columns that are used.
    fn has_faulty_cells(&mut self, row: &table::Row<'_>, binding: &Binding) -> bool {
        let before = self.errors.len();
        for fault in row.cell_faults {
            if let Some(slot) = binding.slots().iter().find(|slot| slot.column() == Some(fault.column)) {
                let error = FieldError::new(slot.field.clone(), &fault.value, fault.reason.clone());
                self.errors.push(RowError::new(row.line, slot.header.clone(), error));
            }
        }
        self.errors.len() > before
    }

    /// Keeps a good row, unless its key was there before: then it says the same again, or it is an error.
    fn keep(
        &mut self,
        row: &table::Row<'_>,
        read: T,
        binding: &Binding,
        rules: &Rules,
        keys: &mut HashMap<String, usize>,
    ) {
        let (field, key) = read.key();
        match keys.entry(key.into_owned()) {
            Entry::Vacant(free) => {
                free.insert(self.rows.len());
                for mut warning in read.warnings(rules) {
                    let slot = binding.slot(&warning.field);
                    if let Some(slot) = slot {
                        warning = FieldError::new(warning.field, slot.written(row.cells), warning.reason);
                    }
                    let column = self.column_of(&warning.field);
                    self.warnings.push(RowError::new(row.line, column, warning));
                }
                self.rows.push((row.line, read));
            }
            Entry::Occupied(taken) => match self.rows.get(*taken.get()) {
                Some((_, first)) if *first == read => self.repeated += 1,
                Some((_, first)) if read.continues(first) => self.rows.push((row.line, read)),
                first => {
                    let line = first.map_or(0, |(line, _)| *line);
                    let error = FieldError::new(field, taken.key(), Reason::Duplicate { line });
                    let column = self.column_of(field);
                    self.errors.push(RowError::new(row.line, column, error));
                }
            },
        }
    }
}

/// Headers by field. A fault of a field without a column is told at the column that stands in for it.
fn headers(binding: &Binding, header: &[String]) -> HashMap<String, String> {
    const STAND_INS: [(&str, &str); 3] =
        [("department_code", "department_name"), ("employee_no", "employee_name"), ("touchpoint", "channel")];
    let mut headers: HashMap<String, String> =
        binding.slots().iter().map(|slot| (slot.field.clone(), slot.header.clone())).collect();
    for (field, stand_in) in STAND_INS {
        if let Some(column) = headers.get(stand_in).cloned()
            && header.contains(&column)
        {
            headers.entry(field.to_owned()).or_insert(column);
        }
    }
    headers
}

fn five_words(code: &str, value: &str) -> bool {
    matches!(value, "1" | "2" | "3" | "4" | "5") || (value == "na" && code != "overall")
}

#[cfg(test)]
mod tests {
    use super::super::rows::{ComplaintRow, RatingRow, ServiceRow, StaffRow};
    use super::super::workbook::tests::workbook;
    use super::*;

    fn settings() -> Settings<'static> {
        Settings::new(Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap())
    }

    fn records(csv: &str) -> Staged<ServiceRow> {
        let csv = format!("external_id,department_code,touchpoint,completed_at,phone\n{csv}");
        stage(Table::from_bytes(csv.into()).unwrap(), None, &settings()).unwrap()
    }

    #[test]
    fn a_complaint_may_come_again_closed() {
        let csv = "投诉编号,部门编码,渠道,受理时间,办结时间\nT1,D1,线上,2026-01-05 9:00,\nT1,D1,线上,2026-01-05 9:00,2026-01-07\n\
                   T2,D1,线上,2026-01-05 9:00,\nT2,D2,线上,2026-01-05 9:00,2026-01-07\n";
        let staged: Staged<ComplaintRow> =
            stage(Table::from_bytes(csv.as_bytes().to_vec()).unwrap(), None, &settings()).unwrap();
        assert_eq!(staged.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(staged.errors[0].reason, Reason::Duplicate { line: 4 });
    }

    #[test]
    fn good_and_bad_rows_side_by_side() {
        let staged = records("1,D1,web,2026-01-05,\n2,D1,fax,2026-13-05,1.38E+10\n\n3,D1,web\n4,D1,shop,2026-01-05,\n");
        assert_eq!(staged.rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 6]);
        let errors: Vec<_> = staged.errors.iter().map(|e| (e.line, e.column.as_str(), e.value.as_str())).collect();
        assert_eq!(
            errors,
            [(3, "touchpoint", "fax"), (3, "completed_at", "2026-13-05"), (3, "phone", "1.38E+10"), (5, "", "")]
        );
        assert_eq!(staged.total, 4);
    }

    #[test]
    fn the_same_again_is_no_news_and_other_content_is_an_error() {
        let staged = records("1,D1,web,2026-01-05,\n1,D1,WEB,2026/1/5,\n1,D2,web,2026-01-05,\n");
        assert_eq!((staged.rows.len(), staged.repeated), (1, 1));
        assert_eq!((staged.errors[0].line, &staged.errors[0].reason), (4, &Reason::Duplicate { line: 2 }));
    }

    #[test]
    fn a_row_refused_does_not_take_the_key() {
        let staged = records("1,D1,fax,2026-01-05,\n1,D1,web,2026-01-05,\n");
        assert_eq!((staged.rows.len(), staged.errors.len()), (1, 1));
    }

    #[test]
    fn the_database_may_refuse_more() {
        let mut staged = records("1,D1,web,2026-01-05,\n2,D9,web,2026-01-05,\n");
        staged.refuse_if(|row| {
            let code = &row.record.department_code;
            (code == "D9").then(|| FieldError::new("department_code", code, Reason::UnknownDepartment))
        });
        assert_eq!(staged.rows.len(), 1);
        assert_eq!((staged.errors[0].line, staged.errors[0].value.as_str()), (3, "D9"));
    }

    #[test]
    fn one_column_for_two_fields_is_told_once() {
        let map = "[columns]\nexternal_id = \"n\"\ndepartment_code = \"d\"\ntouchpoint = \"t\"\n\
                   completed_at = \"done\"\nfirst_response_at = \"done\"\n";
        let table = Table::from_bytes("n,d,t,done\n1,D,web,never\n".into()).unwrap();
        assert_eq!(stage::<ServiceRow>(table, Some(map), &settings()).unwrap().errors.len(), 1);
    }

    #[test]
    fn a_warning_shows_the_value_of_the_file() {
        let csv =
            "工单号,部门,touchpoint,完成时间,受理时间,响应时间\n1,D,web,2026/1/5 9:00,2026/1/5 8:00,2026/1/5 7:00\n";
        let staged: Staged<ServiceRow> = stage(Table::from_bytes(csv.into()).unwrap(), None, &settings()).unwrap();
        let warning = &staged.warnings[0];
        assert_eq!((warning.column.as_str(), warning.value.as_str()), ("响应时间", "2026/1/5 7:00"));
        assert_eq!(staged.rows.len(), 1);
    }

    #[test]
    fn formulas_count_only_in_columns_that_are_used() {
        let header = ["employee_no", "name", "department_code", "note"]
            .map(|name| format!("<c t=\"inlineStr\"><is><t>{name}</t></is></c>"));
        let bytes = workbook(&format!(
            "<row r=\"1\">{}</row>\
             <row r=\"2\"><c r=\"A2\"><v>123</v></c><c r=\"B2\"><v>1</v></c><c r=\"C2\"><v>7</v></c>\
             <c r=\"D2\"><f>1+1</f><v>2</v></c></row>\
             <row r=\"3\"><c r=\"A3\"><f>A2+1</f><v>124</v></c><c r=\"B3\"><v>1</v></c><c r=\"C3\"><v>7</v></c></row>",
            header.concat()
        ));
        let staged: Staged<StaffRow> = stage(Table::from_bytes(bytes).unwrap(), None, &settings()).unwrap();
        assert_eq!(staged.rows.len(), 1);
        assert_eq!((staged.errors[0].line, &staged.errors[0].reason), (3, &Reason::Formula));
    }

    #[test]
    fn a_department_by_name_is_told_at_its_column() {
        let csv = "工单号,部门,touchpoint,完成时间\n1,,web,2026/1/5\n";
        let staged: Staged<ServiceRow> = stage(Table::from_bytes(csv.into()).unwrap(), None, &settings()).unwrap();
        assert_eq!(staged.errors[0].column, "部门");
    }

    #[test]
    fn other_questionnaires_have_other_options() {
        let csv = "external_id,department_code,channel,completed_at,responded_at,answer.nps\n\
                   1,D,online,2026-01-05,2026-01-06,10\n";
        let read = |settings: &Settings<'_>| {
            stage::<RatingRow>(Table::from_bytes(csv.into()).unwrap(), None, settings).unwrap().rows.len()
        };
        assert_eq!(read(&settings()), 0);
        assert_eq!(read(&Settings { offers: &|code, value| code == "nps" && value == "10", ..settings() }), 1);
    }

    #[test]
    fn the_wrong_file_is_given_up() {
        let csv = format!("external_id,department_code,touchpoint,completed_at\n{}", "x\n".repeat(MAX_ERRORS + 1));
        let staged = stage::<ServiceRow>(Table::from_bytes(csv.into()).unwrap(), None, &settings());
        assert!(matches!(staged, Err(FileError::Hopeless)));
    }
}
