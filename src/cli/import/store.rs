//! The rows of each kind of file on their way into the database: one writing transaction for the whole file.

use indicatif::ProgressBar;

use super::report::{Effect, Report};
use super::{Failure, Work};
use crate::cli::ACTOR;
use crate::db::complaint::{self, Desk};
use crate::db::holiday::Holiday;
use crate::db::intake::{Asking, Intake, Outcome};
use crate::db::master_data::{self, Change, DepartmentEntry, EmployeeEntry, Making, Mention};
use crate::db::ratings::{self, Rating};
use crate::db::{self, Connection, audit};
use crate::domain::complaint::Complaint;
use crate::domain::field::{FieldError, Reason};
use crate::intake::map::Create;
use crate::intake::rows::{ComplaintRow, DepartmentRow, HolidayRow, RatingRow, Row, ServiceRow, StaffRow};
use crate::intake::stage::{RowError, Staged};

/// How the rows of a kind are stored: what became of each, in their order.
pub(super) type Store<T> = fn(&Work<'_>, &mut Connection, &Staged<T>, &ProgressBar) -> db::Result<Stored>;

/// What storing came to.
#[derive(Default)]
pub(super) struct Stored {
    effects: Vec<Effect>,
    /// Departments and employees made on the way.
    made: (usize, usize),
}

/// Why a transaction ended without effect.
enum Halt {
    /// It was to be so.
    Undone(Box<Report>),
    /// The database failed.
    Failed(db::Error),
}

impl From<db::Error> for Halt {
    fn from(error: db::Error) -> Self {
        Self::Failed(error)
    }
}

impl Work<'_> {
    /// Stores what is good, if it may be stored; tells what came of every row.
    pub(super) fn write<T: Row>(&self, staged: Staged<T>, store: Store<T>) -> Result<Report, Failure> {
        let bar = self.bar(staged.rows.len());
        let written = self.context.pool.import_now(|conn| -> Result<Report, Halt> {
            let stored = store(self, conn, &staged, &bar)?;
            let mut report = self.report(staged, stored);
            if self.args.dry_run || !report.may_be_stored(self.args.partial) {
                return Err(Halt::Undone(Box::new(report)));
            }
            if report.is_news() {
                let (now, action) = (self.context.now(), format!("import.{}", self.args.kind));
                audit::append(conn, now, ACTOR, &action, &self.sha256, &report.for_audit())?;
            }
            report.stored = true;
            Ok(report)
        });
        bar.finish_and_clear();
        match written {
            Ok(report) => Ok(report),
            Err(Halt::Undone(report)) => Ok(*report),
            Err(Halt::Failed(error)) => Err(error.into()),
        }
    }

    fn report<T>(&self, staged: Staged<T>, stored: Stored) -> Report {
        let mut report = Report {
            total: staged.total,
            unchanged: staged.repeated,
            made: stored.made,
            ignored: if self.map.is_none() { staged.ignored.clone() } else { Vec::new() },
            ..Report::default()
        };
        for ((line, _), effect) in staged.rows.iter().zip(stored.effects) {
            match effect {
                Effect::Created => report.created += 1,
                Effect::Changed => report.changed += 1,
                Effect::Unchanged => report.unchanged += 1,
                Effect::Refused(errors) => report.errors.extend(errors.into_iter().map(|error| {
                    let column = staged.column_of(&error.field);
                    RowError::new(*line, column, error)
                })),
            }
        }
        report.errors.extend(staged.errors);
        report.errors.sort_by_key(|error| error.line);
        report.warnings = staged.warnings;
        report
    }

    /// An optional field: nothing is said of it if the file has no column for it.
    fn said<'r>(&self, field: &str, value: Option<&'r String>) -> master_data::Said<'r> {
        self.has(field).then(|| value.map(String::as_str))
    }

    fn intake(&self, conn: &mut Connection) -> db::Result<Intake<'_>> {
        let (context, config) = (self.context, &self.context.config);
        Intake::load(conn, &context.secrets, &config.asking, config.time_zone, config.locale, context.now())
    }
}

pub(super) fn departments(
    work: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<DepartmentRow>,
    _: &ProgressBar,
) -> db::Result<Stored> {
    let entries: Vec<_> = staged
        .rows
        .iter()
        .map(|(_, row)| DepartmentEntry {
            code: &row.code,
            name_zh: &row.name_zh,
            name_en: work.said("name_en", row.name_en.as_ref()),
            parent_code: work.said("parent_code", row.parent_code.as_ref()),
            head_email: work.said("head_email", row.head_email.as_ref()),
        })
        .collect();
    Ok(Stored::of(master_data::put_departments(conn, &entries, work.context.now())?))
}

pub(super) fn staff(
    work: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<StaffRow>,
    _: &ProgressBar,
) -> db::Result<Stored> {
    let now = work.context.now();
    let mentions = staged.rows.iter().map(|(_, row)| Mention {
        department_code: &row.department_code,
        department_name: &row.department_code,
        employee: None,
    });
    let made = make_missing(work, conn, mentions, Create { staff: false, ..staged.create })?;
    let entries: Vec<_> = staged
        .rows
        .iter()
        .map(|(_, row)| EmployeeEntry {
            employee_no: &row.employee_no,
            name: &row.name,
            department_code: &row.department_code,
            email: work.said("email", row.email.as_ref()),
        })
        .collect();
    Ok(Stored { made, ..Stored::of(master_data::put_employees(conn, &entries, now)?) })
}

pub(super) fn holidays(
    _: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<HolidayRow>,
    _: &ProgressBar,
) -> db::Result<Stored> {
    let days: Vec<_> = staged
        .rows
        .iter()
        .map(|(_, row)| Holiday { date: row.date, kind: row.kind.as_str().to_owned(), name: row.name.clone() })
        .collect();
    Ok(Stored::of(master_data::put_holidays(conn, &days)?))
}

pub(super) fn service_records(
    work: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<ServiceRow>,
    bar: &ProgressBar,
) -> db::Result<Stored> {
    let made = make_missing(work, conn, staged.rows.iter().map(|(_, row)| mention(row)), staged.create)?;
    let mut intake = work.intake(conn)?;
    let records: Vec<_> = staged.rows.iter().map(|(_, row)| (&row.record, "")).collect();
    let told = |n| bar.inc(u64::try_from(n).unwrap_or_default());
    let outcomes = intake.store(conn, &records, Asking::Invite, told)?;
    let effects = outcomes.into_iter().zip(&staged.rows).map(|(outcome, (_, row))| effect(outcome, row)).collect();
    Ok(Stored { effects, made })
}

pub(super) fn complaints(
    work: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<ComplaintRow>,
    bar: &ProgressBar,
) -> db::Result<Stored> {
    let named = staged.rows.iter().filter_map(|(_, row)| {
        let department_code = row.complaint.department_code.as_deref()?;
        let department_name = row.department_name.as_deref().unwrap_or(department_code);
        Some(Mention { department_code, department_name, employee: None })
    });
    let made = make_missing(work, conn, named, Create { staff: false, ..staged.create })?;
    let (context, zone) = (work.context, work.context.config.time_zone);
    let desk = Desk::load(conn, &context.secrets, zone, context.now())?;
    let complaints: Vec<_> = staged.rows.iter().map(|(_, row)| &row.complaint).collect();
    let outcomes = desk.store(conn, &complaints, |n| bar.inc(u64::try_from(n).unwrap_or_default()))?;
    let effect = |(outcome, complaint): (complaint::Outcome, &Complaint)| match outcome {
        complaint::Outcome::Created => Effect::Created,
        complaint::Outcome::Closed => Effect::Changed,
        complaint::Outcome::Unchanged => Effect::Unchanged,
        complaint::Outcome::Conflict => {
            Effect::Refused(vec![FieldError::new("reference", &complaint.reference, Reason::Conflict)])
        }
        complaint::Outcome::Invalid(errors) => Effect::Refused(errors),
    };
    let effects = outcomes.into_iter().zip(complaints).map(effect).collect();
    Ok(Stored { effects, made })
}

pub(super) fn ratings(
    work: &Work<'_>,
    conn: &mut Connection,
    staged: &Staged<RatingRow>,
    bar: &ProgressBar,
) -> db::Result<Stored> {
    let mentions = staged.rows.iter().map(|(_, row)| mention(&row.service));
    let made = make_missing(work, conn, mentions, staged.create)?;
    let mut intake = work.intake(conn)?;
    let rows: Vec<_> = staged
        .rows
        .iter()
        .map(|(_, row)| Rating {
            record: &row.service.record,
            responded_at: row.responded_at,
            answers: &row.answers,
            comment: row.comment.as_deref(),
        })
        .collect();
    let mut questions: Vec<&str> = work.questions().collect();
    if work.has("comment") {
        questions.push("comment");
    }
    bar.set_length(2 * bar.length().unwrap_or_default());
    let told = |n| bar.inc(u64::try_from(n).unwrap_or_default());
    let asked = (questions.as_slice(), work.args.base);
    let outcomes = ratings::store(conn, &mut intake, &rows, asked, work.context.now(), told)?;
    let effects = outcomes.into_iter().zip(&staged.rows).map(|(outcome, (_, row))| effect(outcome, &row.service));
    Ok(Stored { effects: effects.collect(), made })
}

impl Stored {
    fn of(changes: Vec<Change>) -> Self {
        let effect = |change| match change {
            Change::Created => Effect::Created,
            Change::Changed => Effect::Changed,
            Change::Unchanged => Effect::Unchanged,
            Change::Refused(error) => Effect::Refused(vec![error]),
        };
        Self { effects: changes.into_iter().map(effect).collect(), made: (0, 0) }
    }
}

/// Makes what the map file lets the import make.
fn make_missing<'a>(
    work: &Work<'_>,
    conn: &mut Connection,
    mentions: impl Iterator<Item = Mention<'a>>,
    create: Create,
) -> db::Result<(usize, usize)> {
    let making = Making { departments: create.departments, staff: create.staff };
    if !making.departments && !making.staff {
        return Ok((0, 0));
    }
    master_data::make_missing(conn, mentions, making, work.context.now())
}

fn mention(row: &ServiceRow) -> Mention<'_> {
    let record = &row.record;
    let employee = record.employee_no.as_deref().map(|number| (number, row.employee_name.as_deref().unwrap_or(number)));
    Mention {
        department_code: &record.department_code,
        department_name: row.department_name.as_deref().unwrap_or(&record.department_code),
        employee,
    }
}

fn effect(outcome: Outcome, row: &ServiceRow) -> Effect {
    match outcome {
        Outcome::Created(_) => Effect::Created,
        Outcome::Unchanged => Effect::Unchanged,
        Outcome::Conflict => {
            Effect::Refused(vec![FieldError::new("external_id", &row.record.external_id, Reason::Conflict)])
        }
        Outcome::Invalid(errors) => Effect::Refused(errors),
    }
}
