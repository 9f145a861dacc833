//! Employees: who served.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::employee;
use super::{Connection, Result};

/// An employee as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = employee)]
pub struct Employee {
    /// Key.
    pub id: i64,
    /// Number in the organisation; text, so that 00123 stays 00123.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// The department now. Past service records keep the one they were given in.
    pub department_id: i64,
    /// Address at work: also kept from being asked about own services.
    pub email: Option<String>,
    /// When first stored.
    pub created_at: NaiveDateTime,
}

/// What is known of an employee beside the key.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = employee, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct NewEmployee {
    /// Unique.
    pub employee_no: String,
    /// Name.
    pub name: String,
    /// The department now.
    pub department_id: i64,
    /// Address at work.
    pub email: Option<String>,
}

/// Every employee by number.
pub fn by_number(conn: &mut Connection) -> Result<HashMap<String, Employee>> {
    let all: Vec<Employee> = employee::table.load(conn)?;
    Ok(all.into_iter().map(|employee| (employee.employee_no.clone(), employee)).collect())
}

/// The employees with these keys.
pub fn by_ids(conn: &mut Connection, ids: &[i64]) -> Result<HashMap<i64, Employee>> {
    let found: Vec<Employee> = employee::table.filter(employee::id.eq_any(ids)).load(conn)?;
    Ok(found.into_iter().map(|employee| (employee.id, employee)).collect())
}

/// The employee with this address, whatever its case; `None` also if several have it.
pub fn by_email(conn: &mut Connection, email: &str) -> Result<Option<Employee>> {
    let wanted = email.trim().to_lowercase();
    let with_address: Vec<Employee> = employee::table.filter(employee::email.is_not_null()).load(conn)?;
    let mut found =
        with_address.into_iter().filter(|one| one.email.as_deref().map(str::to_lowercase) == Some(wanted.clone()));
    Ok(found.next().filter(|_| found.next().is_none()))
}

/// Stores an employee who is not there yet.
pub fn insert(conn: &mut Connection, new: &NewEmployee, now: DateTime<Utc>) -> Result<i64> {
    let row = diesel::insert_into(employee::table)
        .values((new.clone(), employee::created_at.eq(now.naive_utc())))
        .returning(employee::id);
    Ok(row.get_result(conn)?)
}

/// Changes what is known of an employee; past records stay with the department of their time.
pub fn update(conn: &mut Connection, id: i64, new: &NewEmployee) -> Result<()> {
    diesel::update(employee::table.find(id)).set(new.clone()).execute(conn)?;
    Ok(())
}
