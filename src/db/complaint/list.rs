//! Complaints as staff see them, and the two things staff do: enter one, close one. Nothing personal is read here.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::super::schema::{complaint, service_record};
use super::super::{Connection, Result, audit, parse, utc};
use super::{Desk, Outcome};
use crate::domain::complaint::Complaint;
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::domain::text;

/// A complaint as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub id: i64,
    /// The number the organisation gave it.
    pub reference: String,
    /// Key of the department.
    pub department_id: i64,
    /// The channel of the service it is about.
    pub channel: Channel,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The month it counts in: that in which it was received, or the next one that was not published then.
    pub month: Period,
    /// When it was closed; `None` = it is open.
    pub closed_at: Option<DateTime<Utc>>,
    /// What kind it is, in the organisation's own words.
    pub kind: Option<String>,
    /// An urgent matter.
    pub urgent: bool,
    /// Number of the service record it is about, if that is known.
    pub external_id: Option<String>,
}

/// Which complaints are listed.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those without an end: urgent ones first, then the oldest.
    Open,
    /// Those with one, the latest first. (One that ends minutes ahead of our clock is among them.)
    Closed,
    /// The one with this number, as it stands here or with what is full-width in it made plain.
    Numbered(&'a str),
}

/// Who closes or enters a complaint, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Address of the user.
    pub email: &'a str,
    /// The present.
    pub now: DateTime<Utc>,
}

/// What became of closing a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It was open; now it is closed.
    Closed,
    /// It was closed at that very moment already.
    Unchanged,
    /// It was closed at another moment, which stays.
    Already(DateTime<Utc>),
    /// It was received after that.
    NotYetReceived(DateTime<Utc>),
    /// There is none with this key.
    Unknown,
}

/// Some complaints of these departments (`None` = all): at most `limit`, after the first `offset`.
///
/// # Errors
/// The database's.
pub fn list(
    conn: &mut Connection,
    departments: Option<&[i64]>,
    which: Which<'_>,
    (offset, limit): (i64, i64),
) -> Result<Vec<Listed>> {
    type Row = (
        i64,
        String,
        i64,
        String,
        (NaiveDateTime, String),
        Option<NaiveDateTime>,
        Option<String>,
        bool,
        Option<String>,
    );
    let mut rows = complaint::table.left_join(service_record::table).into_boxed();
    rows = match which {
        Which::Open => rows.filter(complaint::closed_at.is_null()).order((
            complaint::urgent.desc(),
            complaint::received_at.asc(),
            complaint::id.asc(),
        )),
        Which::Closed => {
            rows.filter(complaint::closed_at.is_not_null()).order((complaint::closed_at.desc(), complaint::id.desc()))
        }
        Which::Numbered(number) => {
            rows.filter(complaint::reference.eq_any(text::readings(number))).order(complaint::id)
        }
    };
    if let Some(departments) = departments {
        rows = rows.filter(complaint::department_id.eq_any(departments));
    }
    let rows: Vec<Row> = rows
        .offset(offset)
        .limit(limit)
        .select((
            complaint::id,
            complaint::reference,
            complaint::department_id,
            complaint::channel,
            (complaint::received_at, complaint::month),
            complaint::closed_at,
            complaint::kind,
            complaint::urgent,
            service_record::external_id.nullable(),
        ))
        .load(conn)?;
    let read = |(id, reference, department_id, channel, received, closed_at, kind, urgent, external_id): Row| {
        Ok(Listed {
            channel: parse("complaint", "channel", &channel)?,
            received_at: utc(received.0),
            month: parse("complaint", "month", &received.1)?,
            closed_at: closed_at.map(utc),
            id,
            reference,
            department_id,
            kind,
            urgent,
            external_id,
        })
    };
    rows.into_iter().map(read).collect()
}

/// How many complaints of these departments (`None` = all) are open, and how many are closed.
///
/// # Errors
/// The database's.
pub fn counts(conn: &mut Connection, departments: Option<&[i64]>) -> Result<(i64, i64)> {
    let mut open = complaint::table.filter(complaint::closed_at.is_null()).count().into_boxed();
    let mut closed = complaint::table.filter(complaint::closed_at.is_not_null()).count().into_boxed();
    if let Some(departments) = departments {
        open = open.filter(complaint::department_id.eq_any(departments));
        closed = closed.filter(complaint::department_id.eq_any(departments));
    }
    Ok((open.get_result(conn)?, closed.get_result(conn)?))
}

/// Closes a complaint, once: an end that is known is not moved, here as where a complaint is handed in again.
///
/// # Errors
/// The database's.
pub fn close(conn: &mut Connection, id: i64, at: DateTime<Utc>, by: By<'_>) -> Result<Closing> {
    let open = complaint::table
        .filter(complaint::id.eq(id))
        .filter(complaint::closed_at.is_null())
        .filter(complaint::received_at.le(at.naive_utc()));
    let changed = diesel::update(open).set(complaint::closed_at.eq(Some(at.naive_utc()))).execute(conn)?;
    let found: Option<(String, NaiveDateTime, Option<NaiveDateTime>)> = complaint::table
        .filter(complaint::id.eq(id))
        .select((complaint::reference, complaint::received_at, complaint::closed_at))
        .first(conn)
        .optional()?;
    let Some((reference, received_at, closed_at)) = found else { return Ok(Closing::Unknown) };
    if changed == 1 {
        audit::append(conn, by.now, by.email, "complaint.close", &reference, &json!({ "closed_at": at }))?;
        return Ok(Closing::Closed);
    }
    Ok(match closed_at.map(utc) {
        None => Closing::NotYetReceived(utc(received_at)),
        Some(known) if known == at => Closing::Unchanged,
        Some(known) => Closing::Already(known),
    })
}

impl Desk<'_> {
    /// Stores a complaint that somebody keyed in: the way of all others, with a note of who it was.
    ///
    /// # Errors
    /// The database's.
    pub fn enter(&self, conn: &mut Connection, complaint: &Complaint, by: By<'_>) -> Result<Option<Outcome>> {
        let outcome = self.store(conn, &[complaint], |_| ())?.pop();
        if matches!(outcome, Some(Outcome::Created | Outcome::Closed)) {
            audit::append(conn, by.now, by.email, "complaint.enter", &complaint.reference, &json!({}))?;
        }
        Ok(outcome)
    }
}
