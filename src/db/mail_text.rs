//! The texts of mails: the newest revision of a questionnaire holds, and what a mail was written from stays with it.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::schema::{invitation, mail_text, outbox, questionnaire, questionnaire_version};
use super::{Connection, Error, Result, audit, parse, utc};
use crate::crypto::Secrets;
use crate::domain::invitation::State;
use crate::domain::mail_text::{FirstQuestion, MailText, Trial};

/// A revision of the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Key.
    pub id: i64,
    /// 1 for the first; 0 for the texts that manyi brings along.
    pub revision: i64,
    /// The texts.
    pub text: MailText,
    /// When it was saved and by whom: a user's address.
    pub saved: Option<(DateTime<Utc>, String)>,
}

/// What a mail is written from.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The texts.
    pub text: Arc<MailText>,
    /// The mail asks the first question itself.
    pub asks: bool,
}

/// Why texts are not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// Somebody else has saved a revision in the meantime; this is it.
    #[error("the texts were changed in the meantime")]
    Changed(Box<Revision>),
    /// There is no such questionnaire.
    #[error("there is no such questionnaire")]
    Unknown,
}

impl From<diesel::result::Error> for SaveError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

type Row = (i64, i64, String, NaiveDateTime, String);

/// The texts of a questionnaire as they stand; `None` if there is no such questionnaire.
pub fn current(conn: &mut Connection, code: &str) -> Result<Option<Revision>> {
    let Some(id) = questionnaire_id(conn, code)? else { return Ok(None) };
    Ok(Some(newest(conn, id)?))
}

/// Saves the next revision over the one that was seen; returns it. What is saved as it stood makes none.
///
/// # Errors
/// [`SaveError`]
pub fn save(
    conn: &mut Connection,
    code: &str,
    seen: i64,
    text: &MailText,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<i64, SaveError> {
    let id = questionnaire_id(conn, code)?.ok_or(SaveError::Unknown)?;
    let stored = newest(conn, id)?;
    if stored.text == *text {
        return Ok(stored.revision);
    }
    if stored.revision != seen {
        return Err(SaveError::Changed(Box::new(stored)));
    }
    let definition = serde_json::to_string(text).map_err(|_| unreadable(seen + 1))?;
    let row = (
        mail_text::questionnaire_id.eq(id),
        mail_text::revision.eq(seen + 1),
        mail_text::definition.eq(definition),
        mail_text::saved_at.eq(now.naive_utc()),
        mail_text::saved_by.eq(by),
    );
    let saved =
        on_each!(conn, |c| diesel::insert_into(mail_text::table).values(row).on_conflict_do_nothing().execute(c))?;
    if saved == 0 {
        return Err(SaveError::Changed(Box::new(newest(conn, id)?)));
    }
    let detail = json!({ "revision": seen + 1, "first_question": text.first_question });
    audit::append(conn, now, by, "mail_text.save", code, &detail)?;
    Ok(seen + 1)
}

/// Binds mails to the texts in force and draws their lots, once: every attempt of a mail sends the same words.
pub(super) fn bind(conn: &mut Connection, secrets: &Secrets, ids: &[i64]) -> Result<HashMap<i64, Bound>> {
    type Mail = (i64, Option<i64>, Option<bool>, i64, i64);
    let mails: Vec<Mail> = outbox::table
        .inner_join(invitation::table.inner_join(questionnaire_version::table))
        .filter(outbox::id.eq_any(ids))
        .select((
            outbox::id,
            outbox::mail_text_id,
            outbox::asks,
            invitation::id,
            questionnaire_version::questionnaire_id,
        ))
        .load(conn)?;
    let mut texts = Texts::default();
    let mut bound = HashMap::new();
    let mut fresh: HashMap<(Option<i64>, bool), Vec<i64>> = HashMap::new();
    for (id, text_id, asks, invitation_id, questionnaire_id) in mails {
        let is_fresh = asks.is_none();
        let (text_id, text) = if is_fresh { texts.newest(conn, questionnaire_id)? } else { texts.of(conn, text_id)? };
        let asks = asks.unwrap_or_else(|| text.first_question.asks(secrets.lot(invitation_id)));
        if is_fresh {
            fresh.entry((text_id, asks)).or_default().push(id);
        }
        bound.insert(id, Bound { text, asks });
    }
    for ((text_id, asks), ids) in fresh {
        diesel::update(outbox::table.filter(outbox::id.eq_any(ids)))
            .set((outbox::mail_text_id.eq(text_id), outbox::asks.eq(asks)))
            .execute(conn)?;
    }
    Ok(bound)
}

/// Lets go of the words of a mail that was never tried, so that it is sent with those in force then.
pub(super) fn release(conn: &mut Connection, id: i64) -> Result<()> {
    diesel::update(outbox::table.find(id).filter(outbox::attempt.eq(0)))
        .set((outbox::mail_text_id.eq(None::<i64>), outbox::asks.eq(None::<bool>)))
        .execute(conn)?;
    Ok(())
}

/// Binds the mails of invitations that count as sent. For made-up history.
pub(crate) fn settle(conn: &mut Connection, secrets: &Secrets, invitations: &[i64]) -> Result<()> {
    let mails = outbox::table.filter(outbox::invitation_id.eq_any(invitations)).select(outbox::id);
    let mails: Vec<i64> = mails.load(conn)?;
    bind(conn, secrets, &mails).map(drop)
}

/// What the latest trial of a questionnaire's first question has shown, of the invitations whose time is over; `None`
/// if there was none. Reads the invitations of that trial.
pub fn trial(conn: &mut Connection, code: &str, now: DateTime<Utc>) -> Result<Option<Trial>> {
    let Some(id) = questionnaire_id(conn, code)? else { return Ok(None) };
    let rows: Vec<Row> = mail_text::table
        .filter(mail_text::questionnaire_id.eq(id))
        .order(mail_text::revision.desc())
        .select(ROW)
        .load(conn)?;
    let revisions: Vec<Revision> = rows.into_iter().map(read).collect::<Result<_>>()?;
    let tries = |revision: &&Revision| revision.text.first_question == FirstQuestion::Trial;
    let latest = revisions.iter().skip_while(|revision| !tries(revision)).take_while(tries);
    let ids: Vec<i64> = latest.map(|revision| revision.id).collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let (over, open) = (counted(conn, &ids, now, true)?, counted(conn, &ids, now, false)?);
    let mut trial = Trial::default();
    for (asks, state, n) in over {
        let (arm, n) = (trial.arm_mut(asks == Some(true)), u64::try_from(n).unwrap_or_default());
        arm.invited += n;
        if parse::<State>("invitation", "state", &state)? == State::Answered {
            arm.answered += n;
        }
    }
    for (asks, _, n) in open {
        trial.arm_mut(asks == Some(true)).open += u64::try_from(n).unwrap_or_default();
    }
    Ok(Some(trial))
}

/// Invitations that went out with these texts, by whether they asked and by their state: those whose time is over, or the
/// others.
fn counted(
    conn: &mut Connection,
    ids: &[i64],
    now: DateTime<Utc>,
    over: bool,
) -> Result<Vec<(Option<bool>, String, i64)>> {
    let sent = outbox::table
        .inner_join(invitation::table)
        .filter(outbox::mail_text_id.eq_any(ids))
        .filter(outbox::step.eq(0))
        .filter(outbox::state.eq("accepted"))
        .filter(invitation::expires_at.lt(now.naive_utc()).eq(over))
        .group_by((outbox::asks, invitation::state))
        .select((outbox::asks, invitation::state, diesel::dsl::count_star()));
    Ok(sent.load(conn)?)
}

/// Texts read in one transaction.
#[derive(Default)]
struct Texts {
    newest: HashMap<i64, (Option<i64>, Arc<MailText>)>,
    read: HashMap<i64, Arc<MailText>>,
}

impl Texts {
    fn newest(&mut self, conn: &mut Connection, questionnaire_id: i64) -> Result<(Option<i64>, Arc<MailText>)> {
        if let Some(known) = self.newest.get(&questionnaire_id) {
            return Ok(known.clone());
        }
        let newest = newest(conn, questionnaire_id)?;
        let found = ((newest.revision > 0).then_some(newest.id), Arc::new(newest.text));
        self.newest.insert(questionnaire_id, found.clone());
        Ok(found)
    }

    /// The text that a mail was bound to before.
    fn of(&mut self, conn: &mut Connection, id: Option<i64>) -> Result<(Option<i64>, Arc<MailText>)> {
        let Some(id) = id else { return Ok((None, Arc::new(MailText::usual().clone()))) };
        if let Some(known) = self.read.get(&id) {
            return Ok((Some(id), known.clone()));
        }
        let text = Arc::new(read(mail_text::table.find(id).select(ROW).get_result(conn)?)?.text);
        self.read.insert(id, text.clone());
        Ok((Some(id), text))
    }
}

type Columns = (mail_text::id, mail_text::revision, mail_text::definition, mail_text::saved_at, mail_text::saved_by);

const ROW: Columns =
    (mail_text::id, mail_text::revision, mail_text::definition, mail_text::saved_at, mail_text::saved_by);

fn newest(conn: &mut Connection, questionnaire_id: i64) -> Result<Revision> {
    let row: Option<Row> = mail_text::table
        .filter(mail_text::questionnaire_id.eq(questionnaire_id))
        .order(mail_text::revision.desc())
        .select(ROW)
        .first(conn)
        .optional()?;
    let usual = || Revision { id: 0, revision: 0, text: MailText::usual().clone(), saved: None };
    row.map_or_else(|| Ok(usual()), read)
}

fn read((id, revision, definition, at, by): Row) -> Result<Revision> {
    let text = serde_json::from_str(&definition).map_err(|_| unreadable(revision))?;
    Ok(Revision { id, revision, text, saved: Some((utc(at), by)) })
}

fn unreadable(revision: i64) -> Error {
    Error::Stored { table: "mail_text", column: "definition", value: format!("revision {revision}") }
}

fn questionnaire_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    let found = questionnaire::table.filter(questionnaire::code.eq(code)).select(questionnaire::id);
    Ok(found.get_result(conn).optional()?)
}
