//! Departments: who serves. A parent's figures include its descendants'.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::department;
use super::{Connection, Result};
use crate::domain::edition::Place;
use crate::domain::figures::{self, Unit};

/// A department as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = department)]
pub struct Department {
    /// Key.
    pub id: i64,
    /// What files and other systems call it by.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name; the Chinese one is shown where it is missing.
    pub name_en: Option<String>,
    /// The department it is part of.
    pub parent_id: Option<i64>,
    /// Where its head is told what is due.
    pub head_email: Option<String>,
}

/// What is known of a department beside its key.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = department, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct NewDepartment {
    /// Unique.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: Option<String>,
    /// The department it is part of.
    pub parent_id: Option<i64>,
    /// Where its head is told what is due.
    pub head_email: Option<String>,
}

/// All departments with their tree, loaded once for a use case: organisations have hundreds, not millions.
#[derive(Debug, Clone, Default)]
pub struct Departments {
    all: Vec<Department>,
    by_code: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
}

impl Department {
    /// The name in a language.
    pub fn name(&self, locale: crate::domain::locale::Locale) -> &str {
        match locale {
            crate::domain::locale::Locale::ZhCn => &self.name_zh,
            crate::domain::locale::Locale::En => self.name_en.as_deref().unwrap_or(&self.name_zh),
        }
    }
}

impl Departments {
    /// Loads them, by code.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        Ok(Self::new(department::table.select(Department::as_select()).order(department::code).load(conn)?))
    }

    fn new(all: Vec<Department>) -> Self {
        let by_code = all.iter().enumerate().map(|(at, d)| (d.code.clone(), at)).collect();
        let by_id = all.iter().enumerate().map(|(at, d)| (d.id, at)).collect();
        Self { all, by_code, by_id }
    }

    /// Every one, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Department> {
        self.all.iter()
    }

    /// The one with this code.
    pub fn by_code(&self, code: &str) -> Option<&Department> {
        self.by_code.get(code).and_then(|at| self.all.get(*at))
    }

    /// The one with this key.
    pub fn by_id(&self, id: i64) -> Option<&Department> {
        self.by_id.get(&id).and_then(|at| self.all.get(*at))
    }

    /// A department and all that are part of it, directly or not; itself first.
    pub fn with_descendants(&self, id: i64) -> Vec<i64> {
        figures::with_descendants(id, self.all.iter().map(|department| (department.id, department.parent_id)))
    }

    /// The same departments, each where `places` says that it stood; those it does not name stand alone.
    pub fn arranged(mut self, places: &[Place]) -> Self {
        let parents: HashMap<&str, Option<i64>> = places
            .iter()
            .map(|place| {
                (place.code.as_str(), place.parent.as_deref().and_then(|code| self.by_code(code)).map(|d| d.id))
            })
            .collect();
        for department in &mut self.all {
            department.parent_id = parents.get(department.code.as_str()).copied().flatten();
        }
        self
    }

    /// What figures need of each.
    pub fn units(&self) -> impl Iterator<Item = Unit> {
        self.all.iter().map(|d| Unit { id: d.id, code: d.code.clone(), parent_id: d.parent_id })
    }
}

/// Stores a department that is not there yet.
pub fn insert(conn: &mut Connection, new: &NewDepartment, now: DateTime<Utc>) -> Result<i64> {
    let row = diesel::insert_into(department::table)
        .values((new.clone(), department::created_at.eq(now.naive_utc())))
        .returning(department::id);
    Ok(row.get_result(conn)?)
}

/// Changes what is known of a department.
pub fn update(conn: &mut Connection, id: i64, new: &NewDepartment) -> Result<()> {
    diesel::update(department::table.find(id)).set(new.clone()).execute(conn)?;
    Ok(())
}
