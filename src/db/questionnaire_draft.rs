//! Drafts of questionnaires, and how one is published.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::schema::{questionnaire, questionnaire_draft, questionnaire_version};
use super::{Connection, Error, Result, audit, utc};
use crate::domain::questionnaire::Questionnaire;
use crate::domain::questionnaire_draft::{Checked, Draft};

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Of which questionnaire.
    pub code: String,
    /// Grows with each save.
    pub revision: i64,
    /// What is typed.
    pub draft: Draft,
    /// The version it was begun from; `None` for a questionnaire that was never published.
    pub base: Option<i32>,
    /// When it was saved last.
    pub changed_at: DateTime<Utc>,
    /// By whom: a user's address.
    pub changed_by: String,
}

/// Why a draft is not saved, discarded or published.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// Somebody else has saved it in the meantime; this is how it stands.
    #[error("the draft was changed in the meantime")]
    Changed(Box<Stored>),
    /// There is none: somebody else has published or discarded it.
    #[error("there is no such draft")]
    Gone,
}

/// Why a draft is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// It is not as it was read, or the database failed.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// Something is wrong with it ([`Draft::check`]), or it says what is published already.
    #[error("the draft can't be published as it is")]
    Faulty,
}

impl From<Error> for PublishError {
    fn from(error: Error) -> Self {
        Self::Save(error.into())
    }
}

impl From<diesel::result::Error> for PublishError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Save(error.into())
    }
}

impl From<diesel::result::Error> for SaveError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error.into())
    }
}

type Row = (String, i64, String, Option<i32>, NaiveDateTime, String);

/// All drafts, by code.
pub fn all(conn: &mut Connection) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = questionnaire_draft::table.order(questionnaire_draft::code).load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The draft of a questionnaire.
pub fn get(conn: &mut Connection, code: &str) -> Result<Option<Stored>> {
    let row: Option<Row> = questionnaire_draft::table.find(code).get_result(conn).optional()?;
    row.map(read).transpose()
}

/// Begins a draft; `false` if there is one already, which stays as it is.
pub fn begin(
    conn: &mut Connection,
    code: &str,
    draft: &Draft,
    base: Option<i32>,
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let row = (
        questionnaire_draft::code.eq(code),
        questionnaire_draft::revision.eq(1),
        questionnaire_draft::definition.eq(written(draft)?),
        questionnaire_draft::base.eq(base),
        questionnaire_draft::changed_at.eq(now.naive_utc()),
        questionnaire_draft::changed_by.eq(by),
    );
    let made = on_each!(conn, |c| diesel::insert_into(questionnaire_draft::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
    if made? == 0 {
        return Ok(false);
    }
    audit::append(conn, now, by, "questionnaire.draft", code, &json!({ "base": base }))?;
    Ok(true)
}

/// Saves a draft over the revision that was read; returns the new one. What is saved as it stood makes none.
///
/// # Errors
/// [`SaveError`]
pub fn save(
    conn: &mut Connection,
    code: &str,
    seen: i64,
    draft: &Draft,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<i64, SaveError> {
    let stored = seen_as(conn, code, seen)?;
    if stored.draft == *draft {
        return Ok(seen);
    }
    let revision = seen + 1;
    let saved = diesel::update(questionnaire_draft::table.find(code).filter(questionnaire_draft::revision.eq(seen)))
        .set((
            questionnaire_draft::revision.eq(revision),
            questionnaire_draft::definition.eq(written(draft)?),
            questionnaire_draft::changed_at.eq(now.naive_utc()),
            questionnaire_draft::changed_by.eq(by),
        ))
        .execute(conn)?;
    overtaken(conn, code, saved)?;
    audit::append(conn, now, by, "questionnaire.save", code, &json!({ "revision": revision }))?;
    Ok(revision)
}

/// Throws a draft away.
///
/// # Errors
/// [`SaveError`]
pub fn discard(
    conn: &mut Connection,
    code: &str,
    seen: i64,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<(), SaveError> {
    let stored = seen_as(conn, code, seen)?;
    remove(conn, code, seen)?;
    let detail = json!({ "revision": seen, "base": stored.base, "draft": stored.draft });
    audit::append(conn, now, by, "questionnaire.discard", code, &detail)?;
    Ok(())
}

/// Publishes the revision that was read as the next version, which new invitations ask from now on. Returns the version.
///
/// # Errors
/// [`PublishError`]
pub fn publish(
    conn: &mut Connection,
    code: &str,
    seen: i64,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<i32, PublishError> {
    let stored = seen_as(conn, code, seen)?;
    let past = super::questionnaire::past(conn, code)?;
    let Checked { questionnaire, faults } = stored.draft.check_after(code, &past);
    let definition = definition(&questionnaire)?;
    let id = questionnaire_id(conn, code)?;
    let newest = past.0.first();
    let is_same = newest.is_some_and(|(_, before)| *before == questionnaire);
    if !faults.is_empty() || is_same {
        return Err(PublishError::Faulty);
    }
    remove(conn, code, seen)?;
    let version = newest.map_or(0, |(version, _)| *version) + 1;
    let long_because = Some(stored.draft.long_because.trim()).filter(|reason| !reason.is_empty());
    let row = (
        questionnaire_version::questionnaire_id.eq(id),
        questionnaire_version::version.eq(version),
        questionnaire_version::definition.eq(definition),
        questionnaire_version::published_at.eq(Some(now.naive_utc())),
        questionnaire_version::published_by.eq(Some(by)),
        questionnaire_version::long_because.eq(long_because),
    );
    diesel::insert_into(questionnaire_version::table).values(row).execute(conn)?;
    audit::append(conn, now, by, "questionnaire.publish", code, &json!({ "version": version, "revision": seen }))?;
    Ok(version)
}

fn questionnaire_id(conn: &mut Connection, code: &str) -> Result<i64> {
    let known =
        questionnaire::table.filter(questionnaire::code.eq(code)).select(questionnaire::id).get_result(conn).optional();
    match known? {
        Some(id) => Ok(id),
        None => {
            let new = diesel::insert_into(questionnaire::table).values(questionnaire::code.eq(code));
            Ok(new.returning(questionnaire::id).get_result(conn)?)
        }
    }
}

/// The draft, if it stands as it was read.
fn seen_as(conn: &mut Connection, code: &str, seen: i64) -> std::result::Result<Stored, SaveError> {
    let stored = get(conn, code)?.ok_or(SaveError::Gone)?;
    if stored.revision == seen { Ok(stored) } else { Err(SaveError::Changed(Box::new(stored))) }
}

fn remove(conn: &mut Connection, code: &str, seen: i64) -> std::result::Result<(), SaveError> {
    let wanted = questionnaire_draft::table.find(code).filter(questionnaire_draft::revision.eq(seen));
    let removed = diesel::delete(wanted).execute(conn)?;
    overtaken(conn, code, removed)
}

/// Refuses if no row was changed: on PostgreSQL somebody may have been there since the draft was read.
fn overtaken(conn: &mut Connection, code: &str, changed: usize) -> std::result::Result<(), SaveError> {
    if changed == 1 {
        return Ok(());
    }
    Err(get(conn, code)?.map_or(SaveError::Gone, |stored| SaveError::Changed(Box::new(stored))))
}

fn read((code, revision, definition, base, changed_at, changed_by): Row) -> Result<Stored> {
    let draft = serde_json::from_str(&definition).map_err(|_| unreadable(&code))?;
    Ok(Stored { code, revision, draft, base, changed_at: utc(changed_at), changed_by })
}

fn written(draft: &Draft) -> Result<String> {
    serde_json::to_string(draft).map_err(|_| unreadable(&draft.title.en))
}

fn definition(questionnaire: &Questionnaire) -> Result<String> {
    serde_json::to_string(questionnaire).map_err(|_| unreadable(&questionnaire.code))
}

fn unreadable(value: &str) -> Error {
    Error::Stored { table: "questionnaire_draft", column: "definition", value: value.chars().take(40).collect() }
}
