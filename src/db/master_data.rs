//! Departments, employees and holidays from a file or a form: told apart from what is there, stored, and what happened
//! to each is told. What only the database knows to be wrong is refused row by row.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::department::{self, Department, Departments, NewDepartment};
use super::employee::{self, Employee, NewEmployee};
use super::holiday::{self, Holiday};
use super::schema::client;
use super::{Connection, Result};
use crate::domain::field::{FieldError, Reason};

/// What happened to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Created,
    /// Something of it is new.
    Changed,
    /// It stood there just so.
    Unchanged,
    /// It can't be stored.
    Refused(FieldError),
}

/// An optional value: the outer `None` means that the source does not have the field, and what is stored stays.
pub type Said<'a> = Option<Option<&'a str>>;

/// A department as a source describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepartmentEntry<'a> {
    /// Unique among the entries.
    pub code: &'a str,
    /// Chinese name.
    pub name_zh: &'a str,
    /// English name.
    pub name_en: Said<'a>,
    /// Code of the department above, which may stand later in the source.
    pub parent_code: Said<'a>,
    /// Address of its head.
    pub head_email: Said<'a>,
}

/// An employee as a source describes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmployeeEntry<'a> {
    /// Unique among the entries.
    pub employee_no: &'a str,
    /// Name.
    pub name: &'a str,
    /// Code of the department.
    pub department_code: &'a str,
    /// Work address.
    pub email: Said<'a>,
}

/// A department, and perhaps an employee, that a record names and that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Code of the department.
    pub department_code: &'a str,
    /// Its name; the code where there is none.
    pub department_name: &'a str,
    /// Number and name of the employee.
    pub employee: Option<(&'a str, &'a str)>,
}

/// Which of the missing are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Making {
    /// Departments.
    pub departments: bool,
    /// Employees.
    pub staff: bool,
}

/// Stores departments; the results stand in the order of the entries. A department whose parent is neither stored nor
/// among the good entries is refused, and so is one that would be above itself.
pub fn put_departments(
    conn: &mut Connection,
    entries: &[DepartmentEntry<'_>],
    now: DateTime<Utc>,
) -> Result<Vec<Change>> {
    let stored = Departments::load(conn)?;
    let mut changes: Vec<Option<Change>> =
        refusals(&stored, entries).into_iter().map(|fault| fault.map(Change::Refused)).collect();
    let mut ids: HashMap<String, i64> = stored.iter().map(|d| (d.code.clone(), d.id)).collect();
    loop {
        // A round for each step down the tree: parents first, wherever they stand.
        let mut done = 0;
        for (entry, change) in entries.iter().zip(&mut changes).filter(|(_, change)| change.is_none()) {
            let there = stored.by_code(entry.code);
            let parent_id = match entry.parent_code {
                None => there.and_then(|department| department.parent_id),
                Some(None) => None,
                Some(Some(parent)) => match ids.get(parent) {
                    Some(id) => Some(*id),
                    None => continue,
                },
            };
            let (id, what) = put_department(conn, there, entry, parent_id, now)?;
            ids.insert(entry.code.to_owned(), id);
            *change = Some(what);
            done += 1;
        }
        if done == 0 {
            break;
        }
    }
    Ok(changes.into_iter().flatten().collect())
}

/// Stores employees; the results stand in the order of the entries.
pub fn put_employees(conn: &mut Connection, entries: &[EmployeeEntry<'_>], now: DateTime<Utc>) -> Result<Vec<Change>> {
    let departments = Departments::load(conn)?;
    let stored = employee::by_number(conn)?;
    let mut changes = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(department) = departments.by_code(entry.department_code) else {
            let fault = FieldError::new("department_code", entry.department_code, Reason::UnknownDepartment);
            changes.push(Change::Refused(fault));
            continue;
        };
        changes.push(put_employee(conn, stored.get(entry.employee_no), entry, department.id, now)?);
    }
    Ok(changes)
}

/// Stores days of the work calendar; the results stand in their order.
pub fn put_holidays(conn: &mut Connection, days: &[Holiday]) -> Result<Vec<Change>> {
    let stored: HashSet<_> = holiday::all(conn)?.into_iter().map(|day| day.date).collect();
    let mut changes = Vec::with_capacity(days.len());
    for day in days {
        let there = stored.contains(&day.date);
        changes.push(match (holiday::put(conn, day)?, there) {
            (false, _) => Change::Unchanged,
            (true, true) => Change::Changed,
            (true, false) => Change::Created,
        });
    }
    Ok(changes)
}

/// Makes the departments and employees that are mentioned and missing, as far as `making` allows. An employee belongs
/// to the department of the first mention. Returns how many departments and employees were made.
pub fn make_missing<'a>(
    conn: &mut Connection,
    mentions: impl Iterator<Item = Mention<'a>>,
    making: Making,
    now: DateTime<Utc>,
) -> Result<(usize, usize)> {
    let mut departments: HashMap<String, i64> =
        Departments::load(conn)?.iter().map(|department| (department.code.clone(), department.id)).collect();
    let mut staff: HashSet<String> = employee::by_number(conn)?.into_keys().collect();
    let (mut made, mut hired) = (0, 0);
    for mention in mentions {
        let employee = mention.employee.filter(|(number, _)| !staff.contains(*number));
        // A record that will be refused for its employee is no reason to make a department.
        if employee.is_some() && !making.staff {
            continue;
        }
        let department_id = match departments.get(mention.department_code) {
            Some(id) => *id,
            None if making.departments => {
                let new = NewDepartment {
                    code: mention.department_code.to_owned(),
                    name_zh: mention.department_name.to_owned(),
                    name_en: None,
                    parent_id: None,
                    head_email: None,
                };
                let id = department::insert(conn, &new, now)?;
                departments.insert(new.code, id);
                made += 1;
                id
            }
            None => continue,
        };
        if let Some((number, name)) = employee {
            let new = NewEmployee { employee_no: number.to_owned(), name: name.to_owned(), department_id, email: None };
            employee::insert(conn, &new, now)?;
            staff.insert(new.employee_no);
            hired += 1;
        }
    }
    Ok((made, hired))
}

/// The key of the client organisation with this code.
pub fn client_by_code(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    Ok(client::table.filter(client::code.eq(code)).select(client::id).get_result(conn).optional()?)
}

/// What is wrong with each entry: refused ones are no parents, so this is done until no more are found.
fn refusals(stored: &Departments, entries: &[DepartmentEntry<'_>]) -> Vec<Option<FieldError>> {
    let mut faults: Vec<Option<FieldError>> = vec![None; entries.len()];
    loop {
        let good: HashMap<&str, &DepartmentEntry<'_>> =
            entries.iter().zip(&faults).filter(|(_, fault)| fault.is_none()).map(|(e, _)| (e.code, e)).collect();
        let found: Vec<(usize, FieldError)> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| good.contains_key(entry.code))
            .filter_map(|(at, entry)| {
                let parent = entry.parent_code.flatten()?;
                let reason = if !good.contains_key(parent) && stored.by_code(parent).is_none() {
                    Reason::UnknownDepartment
                } else if is_above_itself(stored, &good, entry.code) {
                    Reason::ParentCycle
                } else {
                    return None;
                };
                Some((at, FieldError::new("parent_code", parent, reason)))
            })
            .collect();
        if found.is_empty() {
            return faults;
        }
        for (at, fault) in found {
            if let Some(slot) = faults.get_mut(at) {
                *slot = Some(fault);
            }
        }
    }
}

fn is_above_itself(stored: &Departments, good: &HashMap<&str, &DepartmentEntry<'_>>, code: &str) -> bool {
    let parent_of = |code: &str| -> Option<String> {
        match good.get(code).and_then(|entry| entry.parent_code) {
            Some(said) => said.map(str::to_owned),
            None => {
                let parent = stored.by_code(code)?.parent_id?;
                Some(stored.by_id(parent)?.code.clone())
            }
        }
    };
    // A circle further up that does not come back here is the fault of those in it.
    let most = good.len() + stored.iter().count();
    let mut above = std::iter::successors(parent_of(code), |code| parent_of(code)).take(most);
    above.any(|ancestor| ancestor == code)
}

fn put_department(
    conn: &mut Connection,
    there: Option<&Department>,
    entry: &DepartmentEntry<'_>,
    parent_id: Option<i64>,
    now: DateTime<Utc>,
) -> Result<(i64, Change)> {
    let new = NewDepartment {
        code: entry.code.to_owned(),
        name_zh: entry.name_zh.to_owned(),
        name_en: said(entry.name_en, there.and_then(|d| d.name_en.as_ref())),
        parent_id,
        head_email: said(entry.head_email, there.and_then(|d| d.head_email.as_ref())),
    };
    let Some(there) = there else {
        return Ok((department::insert(conn, &new, now)?, Change::Created));
    };
    let before = NewDepartment {
        code: there.code.clone(),
        name_zh: there.name_zh.clone(),
        name_en: there.name_en.clone(),
        parent_id: there.parent_id,
        head_email: there.head_email.clone(),
    };
    if before == new {
        return Ok((there.id, Change::Unchanged));
    }
    department::update(conn, there.id, &new)?;
    Ok((there.id, Change::Changed))
}

fn put_employee(
    conn: &mut Connection,
    there: Option<&Employee>,
    entry: &EmployeeEntry<'_>,
    department_id: i64,
    now: DateTime<Utc>,
) -> Result<Change> {
    let new = NewEmployee {
        employee_no: entry.employee_no.to_owned(),
        name: entry.name.to_owned(),
        department_id,
        email: said(entry.email, there.and_then(|employee| employee.email.as_ref())),
    };
    let Some(there) = there else {
        employee::insert(conn, &new, now)?;
        return Ok(Change::Created);
    };
    let before = NewEmployee {
        employee_no: there.employee_no.clone(),
        name: there.name.clone(),
        department_id: there.department_id,
        email: there.email.clone(),
    };
    if before == new {
        return Ok(Change::Unchanged);
    }
    employee::update(conn, there.id, &new)?;
    Ok(Change::Changed)
}

fn said(new: Said<'_>, stored: Option<&String>) -> Option<String> {
    new.map_or_else(|| stored.cloned(), |value| value.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Pool;

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    /// A database of its own in memory; `work` runs in one transaction.
    fn with<T>(work: impl FnOnce(&mut Connection) -> Result<T>) -> T {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&format!("sqlite:{}/m.db", folder.path().display())).unwrap();
        pool.run_now(|conn| conn.migrate().map(drop)).unwrap();
        pool.write_now(work).unwrap()
    }

    fn department<'a>(code: &'a str, parent: Option<&'a str>) -> DepartmentEntry<'a> {
        DepartmentEntry { code, name_zh: "部", name_en: None, parent_code: Some(parent), head_email: None }
    }

    fn words(changes: &[Change]) -> Vec<&'static str> {
        let word = |change: &Change| match change {
            Change::Created => "created",
            Change::Changed => "changed",
            Change::Unchanged => "unchanged",
            Change::Refused(error) => error.reason.code(),
        };
        changes.iter().map(word).collect()
    }

    #[test]
    fn a_parent_may_come_later_and_the_same_again_is_no_change() {
        let file = [department("a", Some("b")), department("b", Some("c")), department("c", None)];
        let (first, again, parent) = with(|conn| {
            let (first, again) = (put_departments(conn, &file, at())?, put_departments(conn, &file, at())?);
            let all = Departments::load(conn)?;
            Ok((first, again, all.by_code("a").unwrap().parent_id == Some(all.by_code("b").unwrap().id)))
        });
        assert_eq!((words(&first), words(&again)), (vec!["created"; 3], vec!["unchanged"; 3]));
        assert!(parent);
    }

    #[test]
    fn a_circle_is_refused_and_what_hangs_on_it_has_no_parent() {
        let file = [department("a", Some("b")), department("b", Some("a")), department("x", Some("a"))];
        let changes = with(|conn| put_departments(conn, &file, at()));
        assert_eq!(words(&changes), ["parent_cycle", "parent_cycle", "unknown_department"]);
    }

    #[test]
    fn a_circle_with_what_is_stored_is_refused() {
        let changes = with(|conn| {
            put_departments(conn, &[department("a", None), department("b", Some("a"))], at())?;
            put_departments(conn, &[department("a", Some("b"))], at())
        });
        assert_eq!(words(&changes), ["parent_cycle"]);
    }

    #[test]
    fn what_the_source_does_not_say_stays() {
        let mut entry = department("a", None);
        entry.head_email = Some(Some("h@x.cn"));
        let head = with(|conn| {
            put_departments(conn, &[entry], at())?;
            let silent = DepartmentEntry { name_zh: "新名", head_email: None, parent_code: None, ..entry };
            assert_eq!(words(&put_departments(conn, &[silent], at())?), ["changed"]);
            Ok(Departments::load(conn)?.by_code("a").unwrap().head_email.clone())
        });
        assert_eq!(head.as_deref(), Some("h@x.cn"));
    }

    #[test]
    fn an_employee_moves_and_one_of_nowhere_is_refused() {
        let employee = |department_code| EmployeeEntry { employee_no: "7", name: "王", department_code, email: None };
        let changes = with(|conn| {
            put_departments(conn, &[department("a", None), department("b", None)], at())?;
            let mut changes = put_employees(conn, &[employee("a")], at())?;
            for to in ["a", "b", "z"] {
                changes.extend(put_employees(conn, &[employee(to)], at())?);
            }
            Ok(changes)
        });
        assert_eq!(words(&changes), ["created", "unchanged", "changed", "unknown_department"]);
    }

    #[test]
    fn a_day_may_change_its_kind() {
        let day = |kind: &str| Holiday { date: "2026-10-01".parse().unwrap(), kind: kind.into(), name: None };
        let changes = with(|conn| {
            let mut changes = Vec::new();
            for kind in ["holiday", "holiday", "workday"] {
                changes.extend(put_holidays(conn, &[day(kind)])?);
            }
            Ok(changes)
        });
        assert_eq!(words(&changes), ["created", "unchanged", "changed"]);
    }

    #[test]
    fn the_missing_are_made_once_and_only_if_allowed() {
        let mention =
            Mention {
                department_code: "安装部", department_name: "安装部", employee: Some(("王工", "王工"))
            };
        let made = |departments, staff| {
            with(|conn| make_missing(conn, [mention; 3].into_iter(), Making { departments, staff }, at()))
        };
        assert_eq!(made(true, true), (1, 1));
        assert_eq!((made(true, false), made(false, true)), ((0, 0), (0, 0)));
    }
}
