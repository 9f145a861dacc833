//! The customers drawn for a quarter's follow-up: who they are, what came of each attempt to reach them, and what they
//! answered by phone.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde_json::json;

use super::invitation::RecordPart;
use super::period::Progress as Judged;
use super::response::{self, Named};
use super::sample::{self, Sample};
use super::schema::{app_user, department, sample_attempt, sample_member, service_record};
use super::{Connection, Error, Result, audit, intake, parse, questionnaire, questionnaire_choice, tally, utc};
use crate::crypto::Secrets;
use crate::domain::period::Period;
use crate::domain::questionnaire::{Answers, Questionnaire};
use crate::domain::response::{Attribution, Base, Mode, Periods, Response};
use crate::domain::sample::{Disposition, Progress};
use crate::domain::service_record::{Channel, Contact};
use crate::domain::tally::Tallies;

/// The audit log's names.
pub const NOTED: &str = "sample.note";
const ANSWERED: &str = "sample.interview";
const CONTACT_SHOWN: &str = "sample.contact";

/// How long the page of an interview may stay open after its channel has begun to ask another questionnaire.
const SHOWN: TimeDelta = TimeDelta::days(1);

/// Which customers a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those still to be called: not tried, not reached, or to be called again.
    ToCall,
    /// All of them.
    All,
}

/// A service drawn.
#[derive(Clone)]
pub struct Case {
    /// Its place on the list, from 1.
    pub position: i32,
    /// Key of the service record.
    pub record_id: i64,
    /// Number of the record in the source system.
    pub external_id: String,
    /// Whom the service is attributed to.
    pub attribution: Attribution,
    /// Online or offline.
    pub channel: Channel,
    /// What kind of service it was.
    pub service_type: Option<String>,
    /// When it ended.
    pub completed_at: DateTime<Utc>,
    /// How to reach the customer; empty if it is not known, or was erased.
    pub contact: Contact,
    /// The last attempt.
    pub last: Option<Disposition>,
}

/// A page of the list.
pub struct List {
    /// How all of the sample stand.
    pub progress: Progress,
    /// How many customers there are to show.
    pub matching: usize,
    /// Those of the page, in the order of the list.
    pub cases: Vec<Case>,
}

/// An attempt to reach a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What came of it.
    pub disposition: Disposition,
    /// Name of who tried.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interviewer {
    /// Key of the user.
    pub id: i64,
    /// Their address, for the audit log.
    pub email: String,
}

/// Why nothing was noted.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// The record is not in the draw in force: there is none, or it was drawn again in the meantime.
    #[error("the record is not in the sample")]
    NotDrawn,
    /// The customer has answered, which is final.
    #[error("the customer has answered")]
    Answered,
    /// The quarter's results are told; a later answer would belong to no follow-up.
    #[error("{0} is told already")]
    Told(Period),
}

type Noted<T> = std::result::Result<T, NoteError>;

/// A page of the customers drawn, at most `limit` from the one at `offset` on.
pub fn list(
    conn: &mut Connection,
    secrets: &Secrets,
    sample: &Sample,
    shown: Shown,
    (offset, limit): (usize, usize),
) -> Result<List> {
    let last = last_dispositions(conn, sample.id)?;
    let members = members(conn, sample.id)?;
    let progress = stand(&members, &last);
    let is_shown = |record: &i64| shown == Shown::All || is_to_call(last.get(record).copied());
    let matching: Vec<(i32, i64)> = members.into_iter().filter(|(_, record)| is_shown(record)).collect();
    let page: Vec<(i32, i64)> = matching.iter().skip(offset).take(limit).copied().collect();
    Ok(List { progress, matching: matching.len(), cases: cases(conn, secrets, &page, &last)? })
}

/// How the customers of a draw stand.
pub fn progress(conn: &mut Connection, sample_id: i64) -> Result<Progress> {
    Ok(stand(&members(conn, sample_id)?, &last_dispositions(conn, sample_id)?))
}

/// One customer drawn; `None` if the record is not in the sample.
pub fn case(conn: &mut Connection, secrets: &Secrets, sample: &Sample, record_id: i64) -> Result<Option<Case>> {
    let member: Option<(i32, i64)> = sample_member::table
        .filter(sample_member::sample_id.eq(sample.id))
        .filter(sample_member::service_record_id.eq(record_id))
        .select((sample_member::position, sample_member::service_record_id))
        .first(conn)
        .optional()?;
    let Some(member) = member else { return Ok(None) };
    let last: Option<String> = sample_attempt::table
        .filter(sample_attempt::service_record_id.eq(record_id))
        .order(sample_attempt::id.desc())
        .select(sample_attempt::disposition)
        .first(conn)
        .optional()?;
    let mut known = HashMap::new();
    if let Some(word) = last {
        known.insert(record_id, parse("sample_attempt", "disposition", &word)?);
    }
    Ok(cases(conn, secrets, &[member], &known)?.into_iter().next())
}

/// The attempts to reach a customer, the first one first.
pub fn attempts(conn: &mut Connection, record_id: i64) -> Result<Vec<Attempt>> {
    let rows: Vec<(String, String, NaiveDateTime)> = sample_attempt::table
        .inner_join(app_user::table)
        .filter(sample_attempt::service_record_id.eq(record_id))
        .order(sample_attempt::id)
        .select((sample_attempt::disposition, app_user::name, sample_attempt::at))
        .load(conn)?;
    let read = |(word, by, at): (String, String, NaiveDateTime)| {
        Ok(Attempt { disposition: parse("sample_attempt", "disposition", &word)?, by, at: utc(at) })
    };
    rows.into_iter().map(read).collect()
}

/// Notes in the audit log that somebody was shown how to reach a customer.
pub fn show_contact(conn: &mut Connection, sample: &Sample, case: &Case, by: &str, now: DateTime<Utc>) -> Result<()> {
    let detail = json!({ "period": sample.period });
    audit::append(conn, now, by, CONTACT_SHOWN, &case.external_id, &detail)
}

/// Notes what came of an attempt that brought no interview.
///
/// # Errors
/// [`NoteError`].
pub fn note(
    conn: &mut Connection,
    sample: &Sample,
    case: &Case,
    disposition: Disposition,
    by: &Interviewer,
    now: DateTime<Utc>,
) -> Noted<()> {
    take(conn, sample, case)?;
    add_attempt(conn, case.record_id, disposition, by, now)?;
    let detail = json!({ "period": sample.period, "disposition": disposition.as_str() });
    Ok(audit::append(conn, now, &by.email, NOTED, &case.external_id, &detail)?)
}

/// The questionnaire a customer is asked: that of the channel, as new invitations ask it.
pub fn asks(conn: &mut Connection, case: &Case) -> Result<i64> {
    Ok(questionnaire::current(conn)?.for_channel(case.channel))
}

/// The version that a page showed, if it is one that the channel has asked lately: a page stays open while another
/// version is published, and what is ticked on it means what it said there.
pub fn shown(conn: &mut Connection, case: &Case, version_id: i64, now: DateTime<Utc>) -> Result<Option<i64>> {
    let forms = questionnaire_choice::forms(conn, case.channel, now - SHOWN)?;
    Ok(forms.into_iter().map(|form| form.version_id).find(|known| *known == version_id))
}

/// An interview by phone.
pub struct Interview<'a> {
    /// The sample.
    pub sample: &'a Sample,
    /// The customer.
    pub case: &'a Case,
    /// Key of the questionnaire's version.
    pub version_id: i64,
    /// What was asked.
    pub questionnaire: &'a Questionnaire,
    /// Valid answers, the comment among them.
    pub answers: Answers,
    /// Who asked.
    pub by: &'a Interviewer,
}

/// Stores an interview: the answers with their tallies, and the attempt that brought them.
///
/// # Errors
/// [`NoteError`].
pub fn interview(conn: &mut Connection, interview: Interview<'_>, now: DateTime<Utc>, zone: Tz) -> Noted<()> {
    let Interview { sample, case, version_id, questionnaire, answers, by } = interview;
    let judged = take(conn, sample, case)?;
    let served = Periods::at(case.completed_at, zone);
    let response = Response {
        counts_in: served.counting(|period| judged.state(period)),
        mode: Mode::Phone,
        base: Base::Sample,
        ..Response::own(case.attribution, served, version_id, questionnaire, answers)
    };
    let mut tallies = Tallies::default();
    tallies.add_response(&response);
    let named = Named {
        invitation_id: None,
        service_record_id: case.record_id,
        responded_at: now,
        entered_by: Some(by.id),
        response,
    };
    response::insert_named(conn, &[named], &mut tallies)?;
    tally::add(conn, &tallies)?;
    add_attempt(conn, case.record_id, Disposition::Answered, by, now)?;
    let detail = json!({ "period": sample.period, "mode": Mode::Phone.as_str() });
    Ok(audit::append(conn, now, &by.email, ANSWERED, &case.external_id, &detail)?)
}

/// Place and record of each customer of a draw, in order.
fn members(conn: &mut Connection, sample_id: i64) -> Result<Vec<(i32, i64)>> {
    Ok(sample_member::table
        .filter(sample_member::sample_id.eq(sample_id))
        .order(sample_member::position)
        .select((sample_member::position, sample_member::service_record_id))
        .load(conn)?)
}

fn stand(members: &[(i32, i64)], last: &HashMap<i64, Disposition>) -> Progress {
    let mut progress = Progress::default();
    members.iter().for_each(|(_, record)| progress.add(last.get(record).copied()));
    progress
}

/// Whether a customer is still to be called.
const fn is_to_call(last: Option<Disposition>) -> bool {
    matches!(last, None | Some(Disposition::NotReached | Disposition::CallBack))
}

/// Makes sure that something may be noted of a case, and that nobody else does at the same time: until the transaction
/// ends, the quarter does not move and is not drawn again.
fn take(conn: &mut Connection, sample: &Sample, case: &Case) -> Noted<Judged> {
    let judged = Judged::hold(conn)?;
    if let Connection::Postgres(c) = conn {
        for lock in ["LOCK TABLE sample IN SHARE MODE", "LOCK TABLE sample_attempt IN EXCLUSIVE MODE"] {
            diesel::sql_query(lock).execute(c).map_err(Error::from)?;
        }
    }
    if !judged.state(sample.period).takes_responses() {
        return Err(NoteError::Told(sample.period));
    }
    // The case was looked for before the locks were had.
    if sample::current(conn, sample.period)?.map(|current| current.id) != Some(sample.id) {
        return Err(NoteError::NotDrawn);
    }
    let answered = sample_attempt::table
        .filter(sample_attempt::service_record_id.eq(case.record_id))
        .filter(sample_attempt::disposition.eq(Disposition::Answered.as_str()));
    let answers: i64 = answered.count().get_result(conn).map_err(Error::from)?;
    if answers > 0 { Err(NoteError::Answered) } else { Ok(judged) }
}

fn add_attempt(
    conn: &mut Connection,
    record_id: i64,
    disposition: Disposition,
    by: &Interviewer,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(sample_attempt::table)
        .values((
            sample_attempt::service_record_id.eq(record_id),
            sample_attempt::disposition.eq(disposition.as_str()),
            sample_attempt::user_id.eq(by.id),
            sample_attempt::at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The last attempt of each customer drawn who was tried.
fn last_dispositions(conn: &mut Connection, sample_id: i64) -> Result<HashMap<i64, Disposition>> {
    let members =
        sample_member::table.filter(sample_member::sample_id.eq(sample_id)).select(sample_member::service_record_id);
    let rows: Vec<(i64, String)> = sample_attempt::table
        .filter(sample_attempt::service_record_id.eq_any(members))
        .order(sample_attempt::id)
        .select((sample_attempt::service_record_id, sample_attempt::disposition))
        .load(conn)?;
    let read = |(record, word): (i64, String)| Ok((record, parse("sample_attempt", "disposition", &word)?));
    rows.into_iter().map(read).collect()
}

fn cases(
    conn: &mut Connection,
    secrets: &Secrets,
    members: &[(i32, i64)],
    last: &HashMap<i64, Disposition>,
) -> Result<Vec<Case>> {
    let ids = members.iter().map(|(_, record)| *record);
    let rows: Vec<(RecordPart, String, Option<Vec<u8>>)> = service_record::table
        .inner_join(department::table)
        .filter(service_record::id.eq_any(ids))
        .select((RecordPart::as_select(), service_record::channel, service_record::contact))
        .load(conn)?;
    let mut by_id: HashMap<i64, _> = rows.into_iter().map(|row| (row.0.id, row)).collect();
    let mut cases = Vec::with_capacity(members.len());
    for (position, record_id) in members {
        let Some((record, channel, sealed)) = by_id.remove(record_id) else { continue };
        let contact = match sealed {
            Some(sealed) => intake::open_contact(secrets, &record.external_id, &sealed)?,
            None => Contact::default(),
        };
        cases.push(Case {
            position: *position,
            record_id: record.id,
            attribution: record.attribution()?,
            channel: parse("service_record", "channel", &channel)?,
            completed_at: record.completed_at.into(),
            last: last.get(record_id).copied(),
            external_id: record.external_id,
            service_type: record.service_type,
            contact,
        });
    }
    Ok(cases)
}
