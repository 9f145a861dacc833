//! Moving a period on: one use case per step, with its note in the audit log, in the caller's writing transaction.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::json;

use super::period::{Course, Progress};
use super::schema::period_reopening;
use super::seal::{self, Circumstances, Reopening, Seal};
use super::{Connection, Error, Result, audit, holiday, parse, pending, period, user, utc};
use crate::crypto::Secrets;
use crate::domain::duty::{Duty, EndOfPeriod, Terms, end_of_period, objection};
use crate::domain::finality::Finality;
use crate::domain::period::{Grain, Period, State, local_date};
use crate::domain::period_step::{Facts, Refused, Step};
use crate::domain::user::Role;
use crate::domain::verdict::Thresholds;
use crate::domain::work_calendar::WorkCalendar;

/// Who may move a period on (COMMITMENTS §7).
pub const MOVERS: [Role; 3] = [Role::Admin, Role::Quality, Role::Hr];

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Of which period.
    pub period: Period,
    /// Which step.
    pub step: Step,
    /// Why a rule may be passed over, or why it is reopened.
    pub reason: Option<String>,
    /// Address of the user who does it; `None` = whoever holds the machine.
    pub by: Option<String>,
    /// Address of the user who confirms a reopening.
    pub second: Option<String>,
}

/// By which settings.
#[derive(Clone)]
pub struct Setting {
    /// The organisation's zone.
    pub zone: Tz,
    /// The terms of D-3.1(3) and D-4.1.
    pub terms: Terms,
    /// From how many answers on something may be said.
    pub thresholds: Thresholds,
    /// The keys: anonymous answers that wait are released before the result is told.
    pub secrets: Secrets,
}

/// A period with its duties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// The period.
    pub period: Period,
    /// How it has moved.
    pub course: Course,
    /// Its evaluation and its notice.
    pub end: EndOfPeriod,
    /// The term to object, once the result is told.
    pub objection: Option<Duty>,
    /// The organisation's day on which the result was told first.
    pub told: Option<NaiveDate>,
}

/// What a reader has to know of a period besides how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Background {
    /// Its newest seal, also one that was reopened.
    pub seal: Option<Seal>,
    /// Its reopening since, if there was one.
    pub reopened: Option<Reopening>,
    /// A reopening that waits for another person.
    pub asked: Option<Reopening>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// How the period stands now.
    pub course: Course,
    /// The seal's hash, of a step that sealed it.
    pub hash: Option<Vec<u8>>,
}

/// Why a period did not move.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No user who may sign in has this address.
    #[error("no user has the address {0}")]
    UnknownUser(String),
    /// The user may not move periods.
    #[error("{0} may not move periods")]
    NotAllowed(String),
    /// Nobody has asked for the reopening.
    #[error("no reopening of this period is asked for")]
    NothingAsked,
    /// Whoever asked for the reopening may not move periods any more.
    #[error("{0}, who asked for the reopening, may not move periods any more")]
    AskerMayNot(String),
    /// Somebody has asked for the reopening already.
    #[error("a reopening of this period is asked for already")]
    AlreadyAsked,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = period_reopening)]
struct Row {
    requested_by: String,
    requested_at: NaiveDateTime,
    reason: String,
    confirmed_by: Option<String>,
    confirmed_at: Option<NaiveDateTime>,
}

impl Outlook {
    /// The duties of a period whose course is known.
    pub fn new(period: Period, course: Course, calendar: &WorkCalendar, terms: &Terms, zone: Tz) -> Self {
        let day = |at: Option<DateTime<Utc>>| at.map(|at| local_date(at, zone));
        let objection = day(course.published_at).map(|day| objection(day, calendar, terms));
        let end = end_of_period(period, calendar, terms);
        Self { period, course, end, objection, told: day(course.told_at) }
    }

    /// Each duty, with the day it was done. An evaluation is done when its result is told; the term to object is never
    /// done, only over.
    pub fn duties(&self) -> Vec<(Duty, Option<NaiveDate>)> {
        let mut duties = vec![(self.end.evaluation, self.told), (self.end.notice, self.told)];
        duties.extend(self.objection.map(|duty| (duty, None)));
        duties
    }

    /// How final its figures are on a day.
    pub fn finality(&self, today: NaiveDate) -> Finality {
        Finality::of(self.period, self.course.state, &self.end, (self.told, self.objection), today)
    }
}

/// Takes a step. A reopening by this door is asked for and confirmed at once, by two users.
///
/// # Errors
/// [`MoveError`]; nothing is stored then.
pub fn take(
    conn: &mut Connection,
    wanted: &Move,
    actor: &str,
    setting: &Setting,
    now: DateTime<Utc>,
) -> std::result::Result<Moved, MoveError> {
    let progress = Progress::hold_to_move(conn)?;
    let by = wanted.by.as_deref().map(|email| mover(conn, email)).transpose()?;
    let second = wanted.second.as_deref().map(|email| mover(conn, email)).transpose()?;
    let reason = wanted.reason.clone().filter(|reason| !reason.trim().is_empty());
    let facts = facts(conn, &progress, wanted.period, (reason.clone(), by.clone(), second.clone()), setting, now)?;
    let state = wanted.step.check(&facts)?;
    let before = progress.course(wanted.period);
    if let (Step::Reopen, Some(by), Some(second), Some(reason)) = (wanted.step, &by, &second, &reason) {
        withdraw_asked(conn, wanted.period)?;
        insert_asked(conn, wanted.period, by, reason, now)?;
        confirm_asked(conn, wanted.period, second, now)?;
    }
    let actor = by.as_deref().unwrap_or(actor);
    carry_out(conn, &progress, (wanted.period, wanted.step, state), (actor, reason, second), setting, before, now)
}

/// Asks for a reopening, which another user is to confirm.
///
/// # Errors
/// [`MoveError`]; nothing is stored then.
pub fn ask_to_reopen(
    conn: &mut Connection,
    period: Period,
    (by, reason): (&str, &str),
    setting: &Setting,
    now: DateTime<Utc>,
) -> std::result::Result<(), MoveError> {
    let progress = Progress::hold_to_move(conn)?;
    let by = mover(conn, by)?;
    let facts = facts(conn, &progress, period, (Some(reason.to_owned()), Some(by.clone()), None), setting, now)?;
    match Step::Reopen.check(&facts) {
        // All that is missing is the other person.
        Ok(_) | Err(Refused::OnePerson) => {}
        Err(refused) => return Err(refused.into()),
    }
    if asked(conn, period)?.is_some() {
        return Err(MoveError::AlreadyAsked);
    }
    insert_asked(conn, period, &by, reason, now)?;
    let detail = json!({ "reason": reason });
    Ok(audit::append(conn, now, &by, "period.reopen_asked", &period.to_string(), &detail)?)
}

/// Confirms the reopening that is asked for, and does it.
///
/// # Errors
/// [`MoveError`]: nobody has asked, or the same user; nothing is stored then.
pub fn confirm_reopening(
    conn: &mut Connection,
    period: Period,
    by: &str,
    setting: &Setting,
    now: DateTime<Utc>,
) -> std::result::Result<Moved, MoveError> {
    let progress = Progress::hold_to_move(conn)?;
    let second = mover(conn, by)?;
    let Reopening { requested_by, reason, .. } = asked(conn, period)?.ok_or(MoveError::NothingAsked)?;
    // Whoever asked may have lost the right to since.
    let requested_by = match mover(conn, &requested_by) {
        Err(MoveError::UnknownUser(email) | MoveError::NotAllowed(email)) => Err(MoveError::AskerMayNot(email)),
        other => other,
    }?;
    let persons = (Some(reason.clone()), Some(requested_by.clone()), Some(second.clone()));
    let facts = facts(conn, &progress, period, persons, setting, now)?;
    let state = Step::Reopen.check(&facts)?;
    confirm_asked(conn, period, &second, now)?;
    let before = progress.course(period);
    let step = (period, Step::Reopen, state);
    carry_out(conn, &progress, step, (&requested_by, Some(reason), Some(second)), setting, before, now)
}

/// Takes back the reopening that is asked for.
///
/// # Errors
/// [`MoveError::NothingAsked`], or the user may not.
pub fn withdraw_reopening(
    conn: &mut Connection,
    period: Period,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<(), MoveError> {
    Progress::hold_to_move(conn)?;
    let by = mover(conn, by)?;
    if withdraw_asked(conn, period)? == 0 {
        return Err(MoveError::NothingAsked);
    }
    Ok(note_withdrawn(conn, period, &by, now)?)
}

/// What a reader has to know of a period besides how far it has come.
pub fn background(conn: &mut Connection, period: Period) -> Result<Background> {
    let seal = last_seal(conn, period)?;
    let sealed_at = seal.as_ref().map(|seal| seal.sealed_at);
    let (asked, done): (Vec<_>, Vec<_>) =
        reopenings(conn, period)?.into_iter().partition(|one| one.confirmed_at.is_none());
    let reopened = done.into_iter().rfind(|one| one.confirmed_at >= sealed_at);
    Ok(Background { seal, reopened, asked: asked.into_iter().next() })
}

/// The periods whose reopening is asked for and not confirmed yet.
pub fn all_asked(conn: &mut Connection) -> Result<Vec<Period>> {
    let open = period_reopening::table.filter(period_reopening::confirmed_at.is_null());
    let names: Vec<String> = open.select(period_reopening::period).load(conn)?;
    names.iter().map(|name| parse("period_reopening", "period", name)).collect()
}

/// The reopening of a period that is asked for and not confirmed yet.
pub fn asked(conn: &mut Connection, period: Period) -> Result<Option<Reopening>> {
    Ok(reopenings(conn, period)?.into_iter().find(|one| one.confirmed_at.is_none()))
}

/// Every reopening of a period, the oldest first.
pub fn reopenings(conn: &mut Connection, period: Period) -> Result<Vec<Reopening>> {
    let rows: Vec<Row> = period_reopening::table
        .filter(period_reopening::period.eq(period.to_string()))
        .order(period_reopening::number)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Reopening::from).collect())
}

/// What is known of a period when it is to move.
fn facts(
    conn: &mut Connection,
    progress: &Progress,
    period: Period,
    (reason, by, second): (Option<String>, Option<String>, Option<String>),
    setting: &Setting,
    now: DateTime<Utc>,
) -> Result<Facts> {
    let course = progress.course(period);
    let outlook = Outlook::new(period, course, &holiday::calendar(conn)?, &setting.terms, setting.zone);
    Ok(Facts {
        period,
        state: course.state,
        today: local_date(now, setting.zone),
        objection: outlook.objection,
        untold: progress.untold_within(conn, period)?,
        told_around: progress.told_around(period),
        told_by: audit::last(conn, "period.publish", &period.to_string())?.map(|entry| entry.actor),
        reason,
        persons: (by, second),
    })
}

fn carry_out(
    conn: &mut Connection,
    progress: &Progress,
    (period, step, state): (Period, Step, State),
    (actor, reason, second): (&str, Option<String>, Option<String>),
    setting: &Setting,
    before: Course,
    now: DateTime<Utc>,
) -> std::result::Result<Moved, MoveError> {
    if matches!(step, Step::Evaluate | Step::Publish) {
        // What still waits for company now counts later, if it ever finds it.
        let month = Period::at(now, setting.zone, Grain::Month);
        pending::release_remainders(conn, &setting.secrets, progress, month)?;
    }
    let course = period::set(conn, period, before, (step, state), now)?;
    let sealed = match step {
        Step::Seal => {
            // What was asked for of the told result is not asked of the sealed one.
            if withdraw_asked(conn, period)? > 0 {
                note_withdrawn(conn, period, actor, now)?;
            }
            let outlook = Outlook::new(period, before, &holiday::calendar(conn)?, &setting.terms, setting.zone);
            let early = outlook.objection.is_some_and(|duty| local_date(now, setting.zone) <= duty.due);
            let circumstances = circumstances(conn, period, before, reason.clone().filter(|_| early))?;
            let which = (period, course.revision);
            Some(seal::write(conn, which, actor, &circumstances, setting.thresholds, now)?)
        }
        _ => None,
    };
    let hash = sealed.map(|seal| seal.hash);
    let detail = json!({
        "state": state.as_str(),
        "revision": course.revision,
        "reason": reason,
        "second": second,
        "hash": hash.as_ref().map(hex::encode),
    });
    audit::append(conn, now, actor, &format!("period.{}", step.as_str()), &period.to_string(), &detail)?;
    Ok(Moved { course, hash })
}

fn circumstances(
    conn: &mut Connection,
    period: Period,
    before: Course,
    early: Option<String>,
) -> Result<Circumstances> {
    let last = last_seal(conn, period)?.map(|seal| seal.sealed_at);
    let mut reopenings = reopenings(conn, period)?;
    reopenings.retain(|one| one.confirmed_at.is_some() && one.confirmed_at >= last);
    Ok(Circumstances { published_at: before.published_at, early, reopenings })
}

fn last_seal(conn: &mut Connection, period: Period) -> Result<Option<Seal>> {
    Ok(seal::all(conn)?.into_iter().filter(|seal| seal.period == period).max_by_key(|seal| seal.revision))
}

/// The user's address as it is kept, if they may move periods.
fn mover(conn: &mut Connection, email: &str) -> std::result::Result<String, MoveError> {
    let found = user::by_email(conn, email)?.filter(|user| user.disabled_at.is_none());
    let found = found.ok_or_else(|| MoveError::UnknownUser(email.to_owned()))?;
    if MOVERS.contains(&found.role()?) { Ok(found.email) } else { Err(MoveError::NotAllowed(found.email)) }
}

fn insert_asked(conn: &mut Connection, period: Period, by: &str, reason: &str, now: DateTime<Utc>) -> Result<()> {
    let number = i32::try_from(reopenings(conn, period)?.len()).unwrap_or(i32::MAX).saturating_add(1);
    diesel::insert_into(period_reopening::table)
        .values((
            period_reopening::period.eq(period.to_string()),
            period_reopening::number.eq(number),
            period_reopening::requested_by.eq(by),
            period_reopening::requested_at.eq(now.naive_utc()),
            period_reopening::reason.eq(reason),
        ))
        .execute(conn)?;
    Ok(())
}

fn confirm_asked(
    conn: &mut Connection,
    period: Period,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<(), MoveError> {
    let confirmed = diesel::update(period_reopening::table)
        .filter(period_reopening::period.eq(period.to_string()))
        .filter(period_reopening::confirmed_at.is_null())
        .set((period_reopening::confirmed_by.eq(by), period_reopening::confirmed_at.eq(now.naive_utc())))
        .execute(conn)
        .map_err(Error::from)?;
    if confirmed == 0 { Err(MoveError::NothingAsked) } else { Ok(()) }
}

fn note_withdrawn(conn: &mut Connection, period: Period, by: &str, now: DateTime<Utc>) -> Result<()> {
    audit::append(conn, now, by, "period.reopen_withdrawn", &period.to_string(), &json!({}))
}

fn withdraw_asked(conn: &mut Connection, period: Period) -> Result<usize> {
    let asked = period_reopening::table
        .filter(period_reopening::period.eq(period.to_string()))
        .filter(period_reopening::confirmed_at.is_null());
    Ok(diesel::delete(asked).execute(conn)?)
}

impl From<Row> for Reopening {
    fn from(row: Row) -> Self {
        Self {
            requested_by: row.requested_by,
            reason: row.reason,
            requested_at: utc(row.requested_at),
            confirmed_by: row.confirmed_by,
            confirmed_at: row.confirmed_at.map(utc),
        }
    }
}
