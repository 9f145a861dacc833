//! Invitations: found by the hash of their token, moved from state to state.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, SqliteConnection};

use super::department::Department;
use super::instant::Instant;
use super::intake::SERVICE;
use super::schema::{department, invitation, service_record};
use super::{Connection, Result, parse, partial, utc};
use crate::domain::invitation::State;
use crate::domain::locale::Locale;
use crate::domain::response::Attribution;

/// The stored state, how many invitations have it, and how many of these a moment has moved on, for [`State::settled`]: to
/// be selected where rows are grouped by the state.
macro_rules! by_state {
    ($now:expr) => {{
        use diesel::dsl::{case_when, count_star, sum};
        use diesel::prelude::*;
        use diesel::sql_types::Integer;
        use $crate::db::schema::invitation::{due_at, expires_at, state};
        let now = $now.naive_utc();
        let is_queued = state.eq(State::Scheduled.as_str()).and(due_at.le(now));
        let is_expired = state.eq(State::Sent.as_str()).and(expires_at.lt(now));
        let moved = case_when(is_queued.or(is_expired), 1.into_sql::<Integer>()).otherwise(0.into_sql::<Integer>());
        (state, count_star(), sum(moved).assume_not_null())
    }};
}
pub(super) use by_state;

/// An invitation with what its page says of the service.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Key.
    pub id: i64,
    /// What has become of it, as it is stored: what time alone brings is not in it.
    pub state: State,
    /// Key of the questionnaire's version.
    pub questionnaire_version_id: i64,
    /// The customer's language.
    pub locale: Locale,
    /// The last moment it can be answered.
    pub expires_at: DateTime<Utc>,
    /// The salt that its token follows from; absent where no link was made.
    pub salt: Option<Vec<u8>>,
    /// Whether its mail is known to have gone out.
    pub is_sent: bool,
    /// Keyed hash of the address, to write to it no more.
    pub email_hash: Option<Vec<u8>>,
    /// Key of the service record.
    pub service_record_id: i64,
    /// Number of the service record.
    pub external_id: String,
    /// Whom a response is about.
    pub attribution: Attribution,
    /// When the service ended.
    pub completed_at: DateTime<Utc>,
    /// What kind of service it was.
    pub service_type: Option<String>,
    /// The department that served.
    pub department: Department,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitation)]
struct InvitationPart {
    id: i64,
    state: String,
    salt: Option<Vec<u8>>,
    questionnaire_version_id: i64,
    locale: String,
    expires_at: Instant,
    sent_at: Option<Instant>,
    email_hash: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = service_record)]
pub(super) struct RecordPart {
    pub(super) id: i64,
    pub(super) external_id: String,
    pub(super) department_id: i64,
    employee_id: Option<i64>,
    client_id: Option<i64>,
    touchpoint: Option<String>,
    channel: String,
    pub(super) service_type: Option<String>,
    pub(super) completed_at: Instant,
}

impl RecordPart {
    pub(super) fn attribution(&self) -> Result<Attribution> {
        let touchpoint = self.touchpoint.as_deref().map(|word| parse("service_record", "touchpoint", word));
        Ok(Attribution {
            department_id: self.department_id,
            employee_id: self.employee_id,
            client_id: self.client_id,
            touchpoint: touchpoint.transpose()?,
            channel: Some(parse("service_record", "channel", &self.channel)?),
        })
    }
}

/// The invitation whose token has this hash: what every customer's request begins with, so each database is asked in its
/// own terms, which spares writing the query out to find its kept statement.
pub fn by_token_hash(conn: &mut Connection, token_hash: &[u8]) -> Result<Option<Found>> {
    let found: Option<Parts> = on_each!(conn, |c| invitation::table
        .inner_join(service_record::table.inner_join(department::table))
        .filter(invitation::token_hash.eq(token_hash))
        .select((InvitationPart::as_select(), RecordPart::as_select(), Department::as_select()))
        .get_result(c)
        .optional())?;
    found.map(Found::new).transpose()
}

/// The invitations whose tokens have these hashes, each with its hash.
pub(super) fn by_token_hashes(conn: &mut Connection, hashes: &[&[u8]]) -> Result<Vec<(Vec<u8>, Found)>> {
    let found: Vec<(Vec<u8>, Parts)> = on_each!(conn, |c| invitation::table
        .inner_join(service_record::table.inner_join(department::table))
        .filter(invitation::token_hash.eq_any(hashes))
        .select((
            invitation::token_hash.assume_not_null(),
            (InvitationPart::as_select(), RecordPart::as_select(), Department::as_select())
        ))
        .load(c))?;
    found.into_iter().map(|(hash, parts)| Ok((hash, Found::new(parts)?))).collect()
}

/// The invitation with this key.
pub fn by_id(conn: &mut Connection, id: i64) -> Result<Option<Found>> {
    let found: Option<Parts> = invitation::table
        .inner_join(service_record::table.inner_join(department::table))
        .filter(invitation::id.eq(id))
        .select((InvitationPart::as_select(), RecordPart::as_select(), Department::as_select()))
        .get_result(conn)
        .optional()?;
    found.map(Found::new).transpose()
}

type Parts = (InvitationPart, RecordPart, Department);

/// Marks invitations as answered; returns those that took an answer until then.
pub(super) fn answer(conn: &mut Connection, ids: BTreeSet<i64>) -> Result<HashSet<i64>> {
    // In the order of their keys, so that two instances do not lock crosswise.
    match conn {
        Connection::Sqlite(c) => {
            let mut answered = HashSet::new();
            for id in ids {
                if AnswerOne(id).execute(c)? > 0 {
                    answered.insert(id);
                }
            }
            Ok(answered)
        }
        Connection::Postgres(c) => Ok(AnswerAll(Vec::from_iter(ids)).get_results::<i64>(c)?.into_iter().collect()),
    }
}

/// Marks one on SQLite. A statement that is kept: diesel prepares each of its updates anew.
#[derive(QueryId)]
struct AnswerOne(i64);

/// Marks several on PostgreSQL, and returns them; kept likewise.
#[derive(QueryId)]
struct AnswerAll(Vec<i64>);

impl QueryFragment<Sqlite> for AnswerOne {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        push_answer(&mut out);
        out.push_sql("id = ");
        out.push_bind_param::<BigInt, _>(&self.0)
    }
}

impl QueryFragment<Pg> for AnswerAll {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        push_answer(&mut out);
        out.push_sql("id = ANY(");
        out.push_bind_param::<Array<BigInt>, _>(&self.0)?;
        out.push_sql(") RETURNING id");
        Ok(())
    }
}

fn push_answer<DB: Backend>(out: &mut AstPass<'_, '_, DB>) {
    out.push_sql("UPDATE invitation SET state = '");
    out.push_sql(State::Answered.as_str());
    out.push_sql("' WHERE state IN ('");
    out.push_sql(&State::OPEN.map(State::as_str).join("', '"));
    out.push_sql("') AND ");
}

impl Query for AnswerAll {
    type SqlType = BigInt;
}

impl RunQueryDsl<SqliteConnection> for AnswerOne {}
impl RunQueryDsl<PgConnection> for AnswerAll {}

/// The customer says no: the invitation is declined, unless it was answered or ended before.
pub fn decline(conn: &mut Connection, id: i64, now: DateTime<Utc>) -> Result<()> {
    end(conn, id, State::Declined, now)?;
    partial::forget(conn, &[id])?;
    Ok(())
}

/// Ends an invitation in this state, unless it was answered or ended before, be it by time alone.
pub(super) fn end(conn: &mut Connection, id: i64, state: State, now: DateTime<Utc>) -> Result<()> {
    let open = State::OPEN.map(State::as_str);
    diesel::update(invitation::table.find(id).filter(invitation::state.eq_any(open)))
        .filter(invitation::state.ne(State::Sent.as_str()).or(invitation::expires_at.ge(now.naive_utc())))
        .set(invitation::state.eq(state.as_str()))
        .execute(conn)?;
    Ok(())
}

/// How many of the invitations after a service stand in each state.
pub fn counts_by_state(conn: &mut Connection, now: DateTime<Utc>) -> Result<BTreeMap<State, i64>> {
    let rows: Vec<(String, i64, i64)> = invitation::table
        .filter(invitation::purpose.eq(SERVICE))
        .group_by(invitation::state)
        .select(by_state!(now))
        .load(conn)?;
    let mut counts = BTreeMap::new();
    for (word, all, moved) in rows {
        let state: State = parse("invitation", "state", &word)?;
        state.settled(all, moved).into_iter().for_each(|(state, n)| *counts.entry(state).or_default() += n);
    }
    counts.retain(|_, n| *n > 0);
    Ok(counts)
}

/// What tells a state at a moment, to be selected: the stored word, and when it was due and is over.
pub(super) const TIMES: (invitation::state, invitation::due_at, invitation::expires_at) =
    (invitation::state, invitation::due_at, invitation::expires_at);

/// The state at a moment of what [`TIMES`] has selected.
pub(super) fn state_at(
    (word, due_at, expires_at): (&str, NaiveDateTime, NaiveDateTime),
    now: DateTime<Utc>,
) -> Result<State> {
    let stored: State = parse("invitation", "state", word)?;
    Ok(stored.at(now, utc(due_at), utc(expires_at)))
}

/// The state of the invitation of a service record.
pub fn state_of(conn: &mut Connection, external_id: &str, now: DateTime<Utc>) -> Result<Option<State>> {
    let found: Option<(String, NaiveDateTime, NaiveDateTime)> = invitation::table
        .inner_join(service_record::table)
        .filter(service_record::external_id.eq(external_id))
        .filter(invitation::purpose.eq(SERVICE))
        .select(TIMES)
        .get_result(conn)
        .optional()?;
    found.map(|(word, due_at, expires_at)| state_at((&word, due_at, expires_at), now)).transpose()
}

impl Found {
    fn new((invitation, record, department): Parts) -> Result<Self> {
        Ok(Self {
            id: invitation.id,
            state: parse("invitation", "state", &invitation.state)?,
            questionnaire_version_id: invitation.questionnaire_version_id,
            locale: parse("invitation", "locale", &invitation.locale)?,
            expires_at: invitation.expires_at.into(),
            salt: invitation.salt,
            is_sent: invitation.sent_at.is_some(),
            email_hash: invitation.email_hash,
            attribution: record.attribution()?,
            service_record_id: record.id,
            external_id: record.external_id,
            completed_at: record.completed_at.into(),
            service_type: record.service_type,
            department,
        })
    }

    /// Whether an answer is taken now.
    pub fn takes_answers(&self, now: DateTime<Utc>) -> bool {
        self.state.takes_answers() && now <= self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{Connection as _, InstrumentationEvent};

    use super::*;
    use crate::db::Pool;

    #[test]
    fn the_statement_behind_a_link_is_prepared_once() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&format!("sqlite:{}/m.db", folder.path().display())).unwrap();
        pool.run_now(|conn| conn.migrate().map(drop)).unwrap();
        let prepared = Arc::new(Mutex::new(Vec::new()));
        let seen = prepared.clone();
        pool.query_now(|conn| {
            let Connection::Sqlite(sqlite) = conn else { return Ok(()) };
            sqlite.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                    seen.lock().unwrap().push(sql.to_owned());
                }
            });
            (0..3).try_for_each(|_| by_token_hash(conn, b"none").map(drop))
        })
        .unwrap();
        let prepared = prepared.lock().unwrap();
        assert_eq!(prepared.len(), 1, "{prepared:?}");
        assert!(!prepared[0].contains("LIMIT"), "a bound limit would have it prepared anew each time");
    }
}
