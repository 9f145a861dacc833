//! The demo: an organisation that does not exist, with fourteen months of figures in which every verdict occurs with
//! every evidence, and customers who are asked now. Everything is stored by the functions that store real data, so that
//! `manyi doctor` finds nothing wrong with it.

use std::path::Path;

use chrono::{DateTime, Utc};
use serde_json::json;

use crate::config::{Config, ConfigError};
use crate::context::Context;
use crate::crypto::Token;
use crate::db::department::{self, Departments, NewDepartment};
use crate::db::employee::NewEmployee;
use crate::db::user::NewUser;
use crate::db::{self, Connection, audit, counter, employee, intake, invitation, setting, user};
use crate::domain::user::Role;
use crate::i18n::Texts;

mod closing;
mod comments;
mod complaints;
mod counters;
mod dice;
mod follow_up;
mod history;
mod left_out;
mod mail_texts;
mod organisation;
mod questionnaires;
#[cfg(test)]
mod tests;
mod today;

use organisation::{STAFF, UNITS};

/// Months of history, the current one included.
pub const MONTHS: usize = 14;

/// Where the captured mail is shown.
const MAIL_PATH: &str = "/dev/mail";

/// What there is to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Made now; otherwise the demo of an earlier start goes on.
    pub is_new: bool,
    /// How many departments there are.
    pub departments: i64,
    /// How many employees.
    pub employees: i64,
    /// How many service records.
    pub service_records: i64,
    /// One-time sign-in links, valid for [`user::LINK_LIFETIME`].
    pub sign_ins: Vec<SignIn>,
    /// Path of a questionnaire that can be answered.
    pub survey: Option<String>,
    /// Path of a counter's questionnaire.
    pub counter: Option<String>,
    /// Path of the captured mail.
    pub mail: &'static str,
}

/// A user of the demo and the way in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Path of the link; works once.
    pub path: String,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// The database failed.
    #[error(transparent)]
    Database(db::Error),
    /// The database holds somebody's data.
    #[error("this database already holds departments or users that are not the demo's: choose another directory")]
    NotEmpty,
    /// A made-up record or complaint was not taken.
    #[error("the demo's record {0} was refused")]
    Refused(String),
    /// Made-up words of mails were not saved.
    #[error("the demo's words of mails were not saved: {0}")]
    Texts(String),
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignIn({})", self.email)
    }
}

/// The settings of a demo in `dir`: SQLite, mail caught in a directory, asked at once and at any hour. Settings that
/// the demo does not care about (language, log, the clock of a test) come from the environment.
///
/// # Errors
/// A variable of the environment, or `listen`, is wrong.
pub fn config(dir: &Path, listen: &str) -> Result<Config, ConfigError> {
    Config::from_layers(None, std::env::vars().collect(), &settings(dir, listen))
}

fn settings(dir: &Path, listen: &str) -> Vec<(&'static str, String)> {
    let within = |scheme: &str, name: &str| format!("{scheme}{}", dir.join(name).display());
    vec![
        ("MANYI_DATABASE_URL", within("sqlite:", "manyi.db")),
        ("MANYI_SMTP_URL", within("file:", "mail")),
        ("MANYI_SECRET_FILE", within("", "secret")),
        ("MANYI_LISTEN", listen.to_owned()),
        ("MANYI_MAIL_FROM", "feedback@example.com".to_owned()),
        ("MANYI_QUIET_HOURS", "off".to_owned()),
        ("MANYI_INVITE_DELAY_MINUTES", "0".to_owned()),
        ("MANYI_ORGANISATION", "示例电器".to_owned()),
        ("MANYI_ORGANISATION_EN", "Example Appliances".to_owned()),
        ("MANYI_PHONE", "400-000-0000".to_owned()),
    ]
}

/// Fills an empty database with the demo, in one transaction; where it is there already it is kept. In any case the
/// users get fresh links, and there is a questionnaire to answer.
///
/// # Errors
/// [`FillError::NotEmpty`] where somebody's data would be mixed with the demo's, or the database's.
pub fn fill(context: &Context) -> Result<Summary, FillError> {
    let now = context.now();
    context.pool.import_now(|conn| {
        let kept = setting::get(conn, setting::DEMO)?;
        let survey = match &kept {
            Some(sample) => keep_survey(conn, context, sample, now)?,
            None => make(conn, context, now)?,
        };
        if let Some(id) = survey {
            setting::set(conn, setting::DEMO, &id.to_string())?;
        }
        summary(conn, context, kept.is_none(), survey, now)
    })
}

/// Makes everything; returns the key of an invitation to show.
fn make(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> Result<Option<i64>, FillError> {
    if user::any(conn)? || Departments::load(conn)?.iter().next().is_some() {
        return Err(FillError::NotEmpty);
    }
    let employees = hire(conn, now)?;
    let made = history::make(conn, context, &employees, now)?;
    counters::make(conn, context, now)?;
    follow_up::make(conn, context, now)?;
    if let Some(by) = STAFF.iter().find(|staff| staff.role == Role::Quality) {
        closing::close(conn, context, by.email, now)?;
        questionnaires::draft(conn, by.email, now)?;
    }
    left_out::make(conn, context, now)?;
    let invitations = today::hand_in(conn, context, now)?;
    // Stated even where nobody could be asked: the database is a demo's.
    setting::set(conn, setting::DEMO, "")?;
    let detail = json!({"service_records": made.records, "responses": made.responses});
    audit::append(conn, now, "system", "demo.fill", "demo", &detail)?;
    Ok(invitations.first().copied())
}

/// The invitation shown at an earlier start, or another one if it was used.
fn keep_survey(
    conn: &mut Connection,
    context: &Context,
    sample: &str,
    now: DateTime<Utc>,
) -> Result<Option<i64>, FillError> {
    if let Ok(id) = sample.parse()
        && invitation::by_id(conn, id)?.is_some_and(|found| found.takes_answers(now))
    {
        return Ok(Some(id));
    }
    Ok(today::hand_in_one(conn, context, now)?.first().copied())
}

/// Stores departments, employees and users; returns the employees' numbers by the place of their department.
fn hire(conn: &mut Connection, now: DateTime<Utc>) -> Result<Vec<Vec<String>>, FillError> {
    let mut departments: Vec<(&str, i64)> = Vec::with_capacity(UNITS.len());
    let mut numbers: Vec<Vec<String>> = Vec::with_capacity(UNITS.len());
    let mut hired = 0;
    for unit in &UNITS {
        let parent = unit.parent.and_then(|code| departments.iter().find(|(known, _)| *known == code));
        let head = STAFF.iter().find(|staff| staff.department == Some(unit.code));
        let new = NewDepartment {
            code: unit.code.to_owned(),
            name_zh: unit.zh_cn.to_owned(),
            name_en: Some(unit.en.to_owned()),
            parent_id: parent.map(|(_, id)| *id),
            head_email: head.map(|head| head.email.to_owned()),
        };
        let department_id = department::insert(conn, &new, now)?;
        departments.push((unit.code, department_id));
        let mut own = Vec::with_capacity(unit.employees);
        for _ in 0..unit.employees {
            let (employee_no, name) = organisation::employee(hired);
            hired += 1;
            let email = Some(format!("{}@example.cn", employee_no.to_lowercase()));
            employee::insert(conn, &NewEmployee { employee_no: employee_no.clone(), name, department_id, email }, now)?;
            own.push(employee_no);
        }
        numbers.push(own);
    }
    for staff in &STAFF {
        let department = departments.iter().find(|(code, _)| Some(*code) == staff.department);
        let new = NewUser {
            email: staff.email.to_owned(),
            name: staff.name.to_owned(),
            role: staff.role,
            department_id: department.map(|(_, id)| *id),
            client_id: None,
        };
        user::add(conn, &new, now)?;
    }
    Ok(numbers)
}

fn summary(
    conn: &mut Connection,
    context: &Context,
    is_new: bool,
    survey: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Summary, FillError> {
    let mut sign_ins = Vec::with_capacity(STAFF.len());
    for staff in &STAFF {
        // Someone may have removed a user in the meantime.
        let Some(known) = user::by_email(conn, staff.email)? else { continue };
        let token = user::make_link(conn, Some(known.id), now)?;
        sign_ins.push(SignIn {
            role: known.role()?,
            email: known.email,
            name: known.name,
            path: format!("/link/{}", token.as_str()),
        });
    }
    let salt = survey.map(|id| invitation::by_id(conn, id)).transpose()?.flatten().and_then(|found| found.salt);
    let token: Option<Token> = salt.map(|salt| context.secrets.invitation_token(&salt));
    let counter = counter::list(conn, None)?.into_iter().find(|counter| counter.ended_at.is_none());
    let (departments, employees, service_records) = intake::counts(conn)?;
    Ok(Summary {
        is_new,
        departments,
        employees,
        service_records,
        sign_ins,
        survey: token.map(|token| format!("/s/{}", token.as_str())),
        counter: counter.map(|counter| format!("/q/{}", counter.code)),
        mail: MAIL_PATH,
    })
}

impl Summary {
    /// What to print: where to look and how to sign in. `base_url` has no slash at the end.
    pub fn text(&self, t: &Texts, base_url: &str) -> String {
        let counts = [
            ("departments", self.departments.to_string()),
            ("employees", self.employees.to_string()),
            ("records", self.service_records.to_string()),
            ("months", MONTHS.to_string()),
        ];
        let made = if self.is_new { t.with("demo-made", &counts) } else { t.with("demo-kept", &counts) };
        let mut lines = vec![made, String::new(), t.count("demo-sign-in", user::LINK_LIFETIME.num_minutes())];
        for sign_in in &self.sign_ins {
            let role = match sign_in.role {
                Role::Admin => t.get("demo-admin"),
                Role::Quality => t.get("demo-quality"),
                Role::Head => t.get("demo-head"),
                Role::Hr => t.get("demo-hr"),
                Role::Auditor | Role::Client | Role::Employee => sign_in.role.as_str().to_owned(),
            };
            lines.push(format!("  {base_url}{}  {role}", sign_in.path));
        }
        lines.extend([
            String::new(),
            t.get("demo-customer"),
            format!("  {base_url}{}  {}", self.mail, t.get("demo-mail")),
        ]);
        if let Some(survey) = &self.survey {
            lines.push(format!("  {base_url}{survey}  {}", t.get("demo-survey")));
        }
        if let Some(counter) = &self.counter {
            lines.push(format!("  {base_url}{counter}  {}", t.get("demo-counter")));
        }
        lines.join("\n")
    }
}
