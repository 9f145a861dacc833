//! `/asking`: which services customers are asked about, and what became of each (FEATURES A4–A6).

use actix_web::HttpResponse;
use actix_web::web::Bytes;

use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::see_other;
use super::super::views::asking::{AskingPage, LedgerRow, RuleForm, RuleRow, Timing, VersionRow};
use super::super::views::{Area, Problem};
use super::{choice, field, posted};
use crate::config::Config;
use crate::db::department::{Department, Departments};
use crate::db::eligibility::{self, Change, ChangeError, Version};
use crate::db::{self, ledger};
use crate::domain::eligibility::{Outcome, Rule};
use crate::domain::ledger::Ledger;
use crate::domain::period::Period;
use crate::domain::user::Role;

/// Who may change the rules.
const WRITERS: [Role; 2] = [Role::Admin, Role::Quality];

/// `GET /asking`
pub async fn show(page: Page) -> HttpResponse {
    let result = build(&page, None, false).await;
    page.answer(result)
}

/// `POST /asking`: adds a rule, or takes one away.
pub async fn change(page: Page, body: Bytes) -> HttpResponse {
    let result = attempt(&page, &body).await;
    page.answer(result)
}

async fn attempt(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let (session, fields) = posted(page, &WRITERS, body)?;
    let mut form = read(&fields);
    let wanted = match field(&fields, "step") {
        "add" => Change::Add(rule(&form)),
        "remove" => Change::Remove(number(&fields, "at")?),
        _ => return Err(Problem::BadRequest.into()),
    };
    let seen = number(&fields, "version")?;
    let (by, now) = (session.user.email.clone(), page.web.context.now());
    let changed = page.pool().write(move |conn| eligibility::change(conn, seen, wanted, &by, now)).await;
    match changed {
        Ok(_) => Ok(see_other("/asking")),
        Err(ChangeError::Changed) => build(page, Some(form), true).await,
        Err(ChangeError::Invalid(problems)) => {
            form.problems = problems;
            build(page, Some(form), false).await
        }
        Err(ChangeError::Database(error)) => Err(error.into()),
    }
}

fn number<T: std::str::FromStr>(fields: &[(String, String)], name: &str) -> Result<T, Refusal> {
    field(fields, name).parse().map_err(|_| Problem::BadRequest.into())
}

fn read(fields: &[(String, String)]) -> RuleForm {
    let word = field(fields, "outcome");
    RuleForm {
        department: field(fields, "department").to_owned(),
        service_type: field(fields, "service_type").to_owned(),
        touchpoint: field(fields, "touchpoint").parse().ok(),
        outcome: Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word),
        reason: field(fields, "reason").to_owned(),
        ..RuleForm::default()
    }
}

fn rule(form: &RuleForm) -> Rule {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Rule {
        department: some(&form.department),
        service_type: some(&form.service_type),
        touchpoint: form.touchpoint,
        outcome: form.outcome,
        reason: form.reason.clone(),
    }
}

async fn build(page: &Page, form: Option<RuleForm>, overtaken: bool) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&APPRAISALS)?;
    let (wanted, now, zone) = (page.period()?, page.web.context.now(), page.web.context.config.time_zone);
    let load = move |conn: &mut db::Connection| -> db::Result<_> {
        let choice = choice(conn, wanted, now, zone)?;
        let ledgers = ledger::of_departments(conn, choice.period.bounds(zone), now)?;
        Ok((choice, ledgers, eligibility::versions(conn)?, Departments::load(conn)?))
    };
    let (choice, ledgers, versions, departments) = page.pool().read(load).await?;
    let locale = page.t.locale();
    let mut named: Vec<(&Department, &str)> = departments.iter().map(|one| (one, one.name(locale))).collect();
    named.sort_by_key(|(_, name)| *name);
    let mut whole = Ledger::default();
    ledgers.values().for_each(|ledger| whole.merge(ledger));
    let of_department = |(one, name): &(&Department, &str)| {
        let ledger = ledgers.get(&one.id)?.clone();
        Some(LedgerRow { department: Some((*name).to_owned()), ledger })
    };
    let mut rows: Vec<LedgerRow> = named.iter().filter_map(of_department).collect();
    if !rows.is_empty() {
        rows.insert(0, LedgerRow { department: None, ledger: whole });
    }
    let offered = || named.iter().map(|(one, name)| (one.code.clone(), (*name).to_owned())).collect();
    let status = if overtaken {
        409
    } else if form.is_some() {
        422
    } else {
        200
    };
    let current = versions.first().map(|version| version.rules.clone()).unwrap_or_default();
    let view = AskingPage {
        shell: page.shell(Some(Area::Asking)),
        path: "/asking".into(),
        period: choice.period,
        periods: periods(choice.period, choice.periods),
        version: current.version,
        rules: current.list.into_iter().map(|rule| rule_row(rule, &departments, page)).collect(),
        form: WRITERS.contains(&session.role).then(|| RuleForm { departments: offered(), ..form.unwrap_or_default() }),
        overtaken,
        timing: timing(&page.web.context.config),
        ledger: rows,
        versions: versions.iter().map(|version| version_row(version, page)).collect(),
    };
    page.html(&view, status)
}

/// The running month too: that is where the customers of today are.
fn periods(shown: Period, mut offered: Vec<Period>) -> Vec<Period> {
    if !offered.contains(&shown) {
        offered.insert(0, shown);
    }
    offered
}

fn rule_row(rule: Rule, departments: &Departments, page: &Page) -> RuleRow {
    let name = |code: String| match departments.by_code(&code) {
        Some(department) => department.name(page.t.locale()).to_owned(),
        None => code,
    };
    RuleRow {
        department: rule.department.map(name),
        service_type: rule.service_type,
        touchpoint: rule.touchpoint,
        outcome: rule.outcome,
        reason: rule.reason,
    }
}

fn version_row(version: &Version, page: &Page) -> VersionRow {
    VersionRow {
        version: version.rules.version,
        rules: version.rules.list.len(),
        at: version.made_at.with_timezone(&page.web.context.config.time_zone).naive_local(),
        by: version.made_by.clone(),
    }
}

fn timing(config: &Config) -> Timing {
    let rules = &config.asking;
    let time = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    Timing {
        delay_minutes: rules.delay_minutes,
        quiet_hours: rules.quiet_hours.map(|(from, to)| (time(from), time(to))),
        cooldown_days: rules.cooldown_days,
        max_age_days: rules.max_age_days,
        expires_days: rules.expires_days,
        reminders: rules.reminders.count,
        reminder_days: rules.reminders.days,
        reminder_time: time(rules.reminders.at),
        reminder_rest_days: rules.reminders.on_rest_days,
    }
}
