//! The typed rows of the six tables. What only the database knows (does the department exist?) is checked later.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::kind::{ANSWER, Kind};
use super::map::Binding;
use super::stage::Settings;
use crate::domain::address;
use crate::domain::complaint::{Complaint, RawComplaint};
use crate::domain::field::{FieldError, Reason};
use crate::domain::raw_service_record::{Faults, RawServiceRecord, Rules};
use crate::domain::service_record::ServiceRecord;
use crate::domain::text;
use crate::domain::timestamp;

/// A row that can be read from a table.
pub trait Row: Sized + PartialEq {
    /// The table it belongs to.
    const KIND: Kind;

    /// Reads one row.
    ///
    /// # Errors
    /// All that is wrong with it.
    fn read(values: &Values<'_>, rules: &Rules, settings: &Settings<'_>) -> Result<Self, Vec<FieldError>>;

    /// The field whose value must be unique in the table (but for what [`continues`](Self::continues)), and the value.
    fn key(&self) -> (&'static str, Cow<'_, str>);

    /// Whether it says what became of the thing that an earlier row with its key tells of: then both count.
    fn continues(&self, _earlier: &Self) -> bool {
        false
    }

    /// What is odd about it; the row counts.
    fn warnings(&self, _rules: &Rules) -> Vec<FieldError> {
        Vec::new()
    }
}

/// The values of one row by field.
pub struct Values<'a> {
    binding: &'a Binding,
    cells: &'a [Cow<'a, str>],
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentRow {
    /// Unique.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: Option<String>,
    /// Code of the department above.
    pub parent_code: Option<String>,
    /// Address of its head.
    pub head_email: Option<String>,
}

/// An employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Unique.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// Code of the department.
    pub department_code: String,
    /// Work address.
    pub email: Option<String>,
}

/// A service record, and the names to make a missing department or employee from.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRow {
    /// The record. Where the table has a department's or employee's name only, the name is the code or number too.
    pub record: ServiceRecord,
    /// The department's name, if the table has it.
    pub department_name: Option<String>,
    /// The employee's name, if the table has it.
    pub employee_name: Option<String>,
}

/// A rating collected elsewhere, with the service it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingRow {
    /// The service; its touchpoint may be unknown.
    pub service: ServiceRow,
    /// When the customer answered; the first instant of the day if only a date is known.
    pub responded_at: DateTime<Utc>,
    /// Whether only the date is known: then compare by day.
    pub date_only: bool,
    /// Option value by question code; questions left out are absent. At least one is rated.
    pub answers: BTreeMap<String, String>,
    /// What the customer wrote.
    pub comment: Option<String>,
}

/// A complaint, and the name to make a missing department from.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplaintRow {
    /// The complaint. Where the table has a department's name only, the name is the code too.
    pub complaint: Complaint,
    /// The department's name, if the table has it.
    pub department_name: Option<String>,
}

/// What a day of the work calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HolidayKind {
    /// No work.
    Holiday,
    /// Work on a day that would be free (调休).
    Workday,
}

/// An exception of the work calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRow {
    /// The day; unique.
    pub date: NaiveDate,
    /// Free or work.
    pub kind: HolidayKind,
    /// Its name, such as 国庆节.
    pub name: Option<String>,
}

impl<'a> Values<'a> {
    /// The values of one row.
    pub const fn new(binding: &'a Binding, cells: &'a [Cow<'a, str>]) -> Self {
        Self { binding, cells }
    }

    /// A field's value with the meaning the map gives it; `None` if the table has no such field.
    pub fn get(&self, field: &str) -> Option<&'a str> {
        self.binding.slot(field).map(|slot| slot.value(self.cells))
    }

    /// All fields with their values.
    fn all(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.binding.slots().iter().map(|slot| (slot.field.as_str(), slot.value(self.cells)))
    }
}

impl HolidayKind {
    /// `holiday` or `workday`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::Workday => "workday",
        }
    }
}

impl Row for DepartmentRow {
    const KIND: Kind = Kind::Departments;

    fn read(values: &Values<'_>, _: &Rules, _: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let code = faults.required("code", values.get("code"), code);
        let name_zh = faults.required("name_zh", values.get("name_zh"), name);
        let name_en = faults.optional("name_en", values.get("name_en"), name);
        let parent_code = faults.optional("parent_code", values.get("parent_code"), self::code);
        let head_email = faults.optional("head_email", values.get("head_email"), email);
        if parent_code.is_some() && parent_code == code {
            let own = code.as_deref().unwrap_or_default();
            faults.push(FieldError::new("parent_code", own, Reason::ParentCycle));
        }
        let both = code.zip(name_zh);
        faults.finish(both.map(|(code, name_zh)| Self { code, name_zh, name_en, parent_code, head_email }))
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        ("code", Cow::Borrowed(&self.code))
    }
}

impl Row for StaffRow {
    const KIND: Kind = Kind::Staff;

    fn read(values: &Values<'_>, _: &Rules, _: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let employee_no = faults.required("employee_no", values.get("employee_no"), code);
        let name = faults.required("name", values.get("name"), name);
        let department_code = faults.required("department_code", values.get("department_code"), code);
        let email = faults.optional("email", values.get("email"), email);
        let all = employee_no.zip(name).zip(department_code);
        faults.finish(all.map(|((employee_no, name), department_code)| Self {
            employee_no,
            name,
            department_code,
            email,
        }))
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        ("employee_no", Cow::Borrowed(&self.employee_no))
    }
}

impl Row for ServiceRow {
    const KIND: Kind = Kind::ServiceRecords;

    fn read(values: &Values<'_>, rules: &Rules, _: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut raw = RawServiceRecord::default();
        for (field, value) in values.all() {
            // Names and answers are no fields of the record: they are read below and by the rating.
            raw.set(field, Cow::Borrowed(value));
        }
        let mut faults = Faults::default();
        let department_name = faults.optional("department_name", values.get("department_name"), name);
        let employee_name = faults.optional("employee_name", values.get("employee_name"), name);
        fill(&mut raw.department_code, department_name.as_deref());
        fill(&mut raw.employee_no, employee_name.as_deref());
        let record = raw.validate(rules).map_err(|errors| errors.into_iter().for_each(|error| faults.push(error))).ok();
        faults.finish(record.map(|record| Self { record, department_name, employee_name }))
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        ("external_id", Cow::Borrowed(&self.record.external_id))
    }

    fn warnings(&self, _: &Rules) -> Vec<FieldError> {
        self.record.warnings()
    }
}

impl Row for RatingRow {
    const KIND: Kind = Kind::Ratings;

    fn read(values: &Values<'_>, rules: &Rules, settings: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let service = ServiceRow::read(values, rules, settings)
            .map_err(|errors| errors.into_iter().for_each(|error| faults.push(error)))
            .ok();
        let responded =
            faults.required("responded_at", values.get("responded_at"), |text| rules.moment("responded_at", text));
        let comment =
            faults.optional("comment", values.get("comment"), |text| text::paragraphs(text, text::MAX_COMMENT));
        let answers = answers(values, settings, &mut faults);
        let all = service.zip(responded).map(|(service, moment)| Self {
            service,
            responded_at: moment.at,
            date_only: moment.date_only,
            answers,
            comment,
        });
        faults.finish(all)
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        self.service.key()
    }

    fn warnings(&self, rules: &Rules) -> Vec<FieldError> {
        let mut warnings = self.service.record.warnings();
        let completed_at = self.service.record.completed_at;
        let day = |at: DateTime<Utc>| at.with_timezone(&rules.zone).date_naive();
        let early =
            if self.date_only { day(self.responded_at) < day(completed_at) } else { self.responded_at < completed_at };
        if early {
            let at = self.responded_at.to_rfc3339();
            warnings.push(FieldError::new("responded_at", &at, Reason::RatedBeforeCompleted));
        }
        warnings
    }
}

impl Row for ComplaintRow {
    const KIND: Kind = Kind::Complaints;

    fn read(values: &Values<'_>, rules: &Rules, _: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut raw = RawComplaint::default();
        for (field, value) in values.all() {
            raw.set(field, Cow::Borrowed(value));
        }
        let mut faults = Faults::default();
        let department_name = faults.optional("department_name", values.get("department_name"), name);
        fill(&mut raw.department_code, department_name.as_deref());
        let complaint = raw.validate(rules).map_err(|errors| errors.into_iter().for_each(|error| faults.push(error)));
        faults.finish(complaint.ok().map(|complaint| Self { complaint, department_name }))
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        ("reference", Cow::Borrowed(&self.complaint.reference))
    }

    fn continues(&self, earlier: &Self) -> bool {
        let (now, before) = (&self.complaint, &earlier.complaint);
        before.closed_at.is_none() && now.closed_at.is_some() && now.canonical() == before.canonical()
    }
}

impl Row for HolidayRow {
    const KIND: Kind = Kind::Holidays;

    fn read(values: &Values<'_>, rules: &Rules, _: &Settings<'_>) -> Result<Self, Vec<FieldError>> {
        let mut faults = Faults::default();
        let date =
            faults.required("date", values.get("date"), |text| timestamp::parse_date(text, rules.formats.of("date")));
        let kind = faults.required("kind", values.get("kind"), holiday_kind);
        let name = faults.optional("name", values.get("name"), name);
        faults.finish(date.zip(kind).map(|(date, kind)| Self { date, kind, name }))
    }

    fn key(&self) -> (&'static str, Cow<'_, str>) {
        ("date", Cow::Owned(self.date.to_string()))
    }
}

/// The answers of a rating: each an option the questionnaire offers, at least one of them a rating.
fn answers(values: &Values<'_>, settings: &Settings<'_>, faults: &mut Faults) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    let (mut first, mut refused) = (None, false);
    for (field, value) in values.all() {
        let Some(code) = field.strip_prefix(ANSWER) else { continue };
        first.get_or_insert(field);
        let value = text::halfwidth(text::trim(value));
        if value.is_empty() {
            continue;
        }
        match offered(code, &value, settings) {
            Some(option) => {
                answers.insert(code.to_owned(), option);
            }
            None => {
                refused = true;
                faults.push(FieldError::new(field.to_owned(), &value, Reason::UnknownAnswer));
            }
        }
    }
    if !refused && answers.values().all(|option| option == "na") {
        faults.push(FieldError::new(first.unwrap_or("answer.overall").to_owned(), "", Reason::NoAnswer));
    }
    answers
}

/// The option a value means: itself, in lower case (`NA`), or without the `.0` that data frames write.
fn offered(code: &str, value: &str, settings: &Settings<'_>) -> Option<String> {
    let spellings = [value.to_owned(), value.to_lowercase(), value.trim_end_matches(".0").to_owned()];
    spellings.into_iter().find(|option| (settings.offers)(code, option))
}

/// Lets a name stand in for a code that the row does not have.
fn fill<'a>(code: &mut Option<Cow<'a, str>>, name: Option<&str>) {
    if code.as_deref().is_none_or(|code| text::trim(code).is_empty())
        && let Some(name) = name
    {
        *code = Some(Cow::Owned(name.to_owned()));
    }
}

fn code(text: &str) -> Result<String, Reason> {
    text::code(text, text::MAX_CODE).map(str::to_owned)
}

fn name(text: &str) -> Result<String, Reason> {
    text::line(text, text::MAX_NAME).map(Cow::into_owned)
}

fn email(text: &str) -> Result<String, Reason> {
    address::email(text).map(str::to_owned)
}

fn holiday_kind(text: &str) -> Result<HolidayKind, Reason> {
    match text.to_lowercase().as_str() {
        "holiday" | "假日" | "节假日" | "放假" | "休" | "休息日" => Ok(HolidayKind::Holiday),
        "workday" | "工作日" | "上班" | "班" | "调休上班" | "补班" => Ok(HolidayKind::Workday),
        _ => Err(Reason::UnknownHolidayKind),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::{Staged, stage};
    use super::super::table::Table;
    use super::*;

    fn staged<T: Row>(csv: &str) -> Staged<T> {
        let settings = Settings::new(chrono_tz::Tz::Asia__Shanghai, "2026-02-01T00:00:00Z".parse().unwrap());
        stage(Table::from_bytes(csv.into()).unwrap(), None, &settings).unwrap()
    }

    fn row<T: Row>(csv: &str) -> T {
        let mut staged = staged::<T>(csv);
        assert!(staged.errors.is_empty(), "{:?}", staged.errors);
        staged.rows.remove(0).1
    }

    fn reasons<T: Row>(csv: &str) -> Vec<(String, Reason)> {
        staged::<T>(csv).errors.into_iter().map(|error| (error.column, error.reason)).collect()
    }

    #[test]
    fn a_department() {
        let row: DepartmentRow = row("code,name_zh,name_en,parent_code,head_email\nA,安装部,Installation,Z,a@x.cn\n");
        assert_eq!(row.name_en.as_deref(), Some("Installation"));
        assert_eq!(row.parent_code.as_deref(), Some("Z"));
    }

    #[test]
    fn a_department_is_not_above_itself() {
        assert_eq!(
            reasons::<DepartmentRow>("code,name_zh,上级部门\nA,安装部,A\n"),
            [("上级部门".into(), Reason::ParentCycle)]
        );
    }

    #[test]
    fn an_employee() {
        let row: StaffRow = row("工号,姓名,部门编码\n00123,王工,A\n");
        assert_eq!((row.employee_no.as_str(), row.email), ("00123", None));
    }

    #[test]
    fn a_service_record_with_names_only() {
        let row: ServiceRow = row("工单号,部门,员工,touchpoint,完成时间\n1,维修部,王工,柜台,2026/1/5\n");
        assert_eq!((row.record.department_code.as_str(), row.record.employee_no.as_deref()), ("维修部", Some("王工")));
        assert_eq!((row.department_name.as_deref(), row.employee_name.as_deref()), (Some("维修部"), Some("王工")));
    }

    #[test]
    fn a_code_wins_over_a_name() {
        let row: ServiceRow = row("工单号,部门,部门编码,touchpoint,完成时间\n1,维修部,D7,web,2026/1/5\n");
        assert_eq!((row.record.department_code.as_str(), row.department_name.as_deref()), ("D7", Some("维修部")));
    }

    const RATINGS: &str =
        "external_id,department_code,channel,completed_at,responded_at,answer.overall,answer.speed,comment\n";

    #[test]
    fn a_rating() {
        let row: RatingRow =
            row(&format!("{RATINGS}1,D1,online,2026-01-05 09:30,2026-01-05,4.0,NA,\"很好\r\n谢谢\"\n"));
        assert_eq!(row.answers, BTreeMap::from([("overall".into(), "4".into()), ("speed".into(), "na".into())]));
        assert_eq!((row.comment.as_deref(), row.date_only), (Some("很好\n谢谢"), true));
    }

    #[test]
    fn a_date_is_compared_by_day() {
        let warnings = |times: &str| staged::<RatingRow>(&format!("{RATINGS}1,D1,online,{times},5,,\n")).warnings.len();
        assert_eq!(warnings("2026-01-05 23:30,2026-01-05"), 0);
        assert_eq!(warnings("2026-01-06 00:30,2026-01-05"), 1);
        assert_eq!(warnings("2026-01-05 09:30,2026-01-05 09:29"), 1);
    }

    #[test]
    fn an_answer_must_be_an_option() {
        let answers =
            |answers: &str| reasons::<RatingRow>(&format!("{RATINGS}1,D1,online,2026-01-05,2026-01-05,{answers},\n"));
        assert_eq!(answers("6,"), [("answer.overall".into(), Reason::UnknownAnswer)]);
        assert_eq!(answers("na,5"), [("answer.overall".into(), Reason::UnknownAnswer)]);
        assert_eq!(answers(",na"), [("answer.overall".into(), Reason::NoAnswer)]);
        assert_eq!(answers(",5"), []);
    }

    #[test]
    fn a_day_of_the_calendar() {
        let rows = staged::<HolidayRow>("日期,类型,名称\n2026/10/1,节假日,国庆节\n20261010,workday,\n").rows;
        assert_eq!(rows[0].1.kind, HolidayKind::Holiday);
        assert_eq!((rows[1].1.kind.as_str(), rows[1].1.name.as_deref()), ("workday", None));
    }

    #[test]
    fn all_faults_of_a_row_are_told() {
        let found = reasons::<RatingRow>(&format!("{RATINGS}1,,fax,never,,5,,\n"));
        let columns: Vec<_> = found.iter().map(|(column, _)| column.as_str()).collect();
        assert_eq!(columns, ["department_code", "channel", "completed_at", "responded_at"]);
    }
}
