//! Responses: named ones with their record and time, anonymous ones without.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::instant::Instant;
use super::schema::{anonymous_response, response};
use super::{Connection, Result, released};
use crate::domain::period::Period;
use crate::domain::response::{Base, Response};
use crate::domain::tally::Tallies;

/// A named response on its way in.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Key of the invitation it answers; `None` where an interviewer asked.
    pub invitation_id: Option<i64>,
    /// Key of the service record.
    pub service_record_id: i64,
    /// When it was given.
    pub responded_at: DateTime<Utc>,
    /// Key of the user who keyed it in, for answers by phone and on paper.
    pub entered_by: Option<i64>,
    /// What was answered.
    pub response: Response,
}

/// A response given at a counter that staff keyed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyedIn<'a> {
    /// What was answered.
    pub response: &'a Response,
    /// The day on the form, or of the call.
    pub given_at: DateTime<Utc>,
    /// Key of the user who keyed it in.
    pub entered_by: i64,
    /// The number on the form.
    pub form_number: Option<&'a str>,
    /// Random, of the page it was typed into.
    pub entry: &'a str,
}

/// A comment as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The response's id, as other systems know it.
    pub id: String,
    /// What was written.
    pub text: String,
    /// Points of the overall answer.
    pub overall: Option<i16>,
    /// Where the service was given.
    pub touchpoint: Option<String>,
    /// The month it counts in.
    pub month: String,
}

/// Whose comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voices {
    /// Of customers who were asked.
    Asked,
    /// Of whoever came by a counter.
    WalkUp,
}

new_row! {
    struct NamedRow<'a> in response {
        invitation_id: Option<i64>,
        service_record_id: Option<i64>,
        department_id: i64,
        employee_id: Option<i64>,
        client_id: Option<i64>,
        touchpoint: Option<&'static str>,
        channel: &'static str,
        mode: &'static str,
        base: &'static str,
        questionnaire_version_id: i64,
        answers: String,
        comment: Option<&'a str>,
        overall: Option<i16>,
        points: Option<i32>,
        month: String,
        quarter: String,
        year: String,
        responded_at: Instant,
        entered_by: Option<i64>,
        excluded: bool,
        notice_id: Option<i64>,
        wants_contact: bool,
        counter_id: Option<i64>,
        form_number: Option<&'a str>,
        entry: Option<&'a str>,
    }
}

new_row! {
    struct AnonymousRow<'a> in anonymous_response {
        id: Vec<u8>,
        department_id: i64,
        employee_id: Option<i64>,
        client_id: Option<i64>,
        touchpoint: Option<&'static str>,
        channel: Option<&'static str>,
        mode: &'static str,
        base: &'static str,
        questionnaire_version_id: i64,
        answers: String,
        comment: Option<&'a str>,
        overall: Option<i16>,
        points: Option<i32>,
        month: String,
        quarter: String,
        year: String,
        excluded: bool,
        notice_id: Option<i64>,
        counter_id: Option<i64>,
    }
}

/// Stores named responses; their invitations are marked in the same transaction. How many there are to each version is
/// added to `tallies`, whatever else of them counts.
pub fn insert_named<'a>(
    conn: &mut Connection,
    responses: impl IntoIterator<Item = &'a Named>,
    tallies: &mut Tallies,
) -> Result<()> {
    let rows: Vec<_> = responses.into_iter().map(NamedRow::new).collect();
    for rows in rows.chunks(BATCH) {
        insert_rows!(conn, response::table, rows)?;
    }
    count(rows.iter().map(|row| row.questionnaire_version_id), tallies);
    Ok(())
}

/// Stores a response given at a counter that staff keyed in.
pub(super) fn insert_keyed(conn: &mut Connection, keyed: &KeyedIn<'_>, tallies: &mut Tallies) -> Result<()> {
    let row = NamedRow {
        entered_by: Some(keyed.entered_by),
        form_number: keyed.form_number,
        entry: Some(keyed.entry),
        ..NamedRow::of(keyed.response, keyed.given_at)
    };
    let rows = &[row][..];
    insert_rows!(conn, response::table, rows)?;
    count(rows.iter().map(|row| row.questionnaire_version_id), tallies);
    Ok(())
}

/// Stores released anonymous responses under keys of chance.
pub(super) fn insert_anonymous(conn: &mut Connection, responses: &[Response], tallies: &mut Tallies) -> Result<()> {
    let rows: Vec<_> = responses.iter().map(AnonymousRow::new).collect();
    for rows in rows.chunks(BATCH) {
        insert_rows!(conn, anonymous_response::table, rows)?;
    }
    count(rows.iter().map(|row| row.questionnaire_version_id), tallies);
    Ok(())
}

fn count(versions: impl Iterator<Item = i64>, tallies: &mut Tallies) {
    versions.for_each(|version| *tallies.versions.entry(version).or_default() += 1);
}

/// Rows in one statement.
const BATCH: usize = 500;

/// Key and comment of the last `$limit` in the order of months and keys, of either table of responses.
macro_rules! newest {
    ($conn:expr, $table:ident, $department:expr, ($first:expr, $last:expr), $voices:expr, $limit:expr) => {
        $table::table
            .filter($table::department_id.eq($department).and($table::month.between($first, $last)))
            .filter($table::comment.is_not_null().and($table::excluded.eq(false)).and(are($voices)))
            .order(($table::month.desc(), $table::id.desc()))
            .limit(i64::try_from($limit).unwrap_or(i64::MAX))
            .select(($table::id, ($table::comment, $table::overall, $table::touchpoint, $table::month)))
            .load($conn)
    };
}

/// The comments on these departments in the newest months of a period, at most `limit` of each kind: named ones newest
/// first, anonymous ones of a month as chance has it. Only what is shown is read: each department's stand in this order in
/// an index.
pub fn comments(
    conn: &mut Connection,
    departments: &[i64],
    period: Period,
    voices: Voices,
    limit: usize,
) -> Result<Vec<Comment>> {
    let months: Vec<_> = period.months().map(|month| month.to_string()).collect();
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let mut named: Vec<(i64, Said)> = Vec::new();
    let mut anonymous: Vec<(Vec<u8>, Said)> = Vec::new();
    for &department in departments {
        named.extend(newest!(conn, response, department, (first, last), voices, limit)?);
        anonymous.extend(newest!(conn, anonymous_response, department, (first, last), voices, limit)?);
    }
    named.sort_by(|(id, said), (other_id, other)| (&other.month, other_id).cmp(&(&said.month, id)));
    anonymous.sort_by(|(id, said), (other_id, other)| {
        (&other.month, released::chance(other_id)).cmp(&(&said.month, released::chance(id)))
    });
    let named = named.into_iter().take(limit).map(|(id, said)| (id.to_string(), said));
    let anonymous = anonymous.into_iter().take(limit).map(|(id, said)| (hex::encode(id), said));
    let comment = |(id, said): (String, Said)| {
        let Said { text, overall, touchpoint, month } = said;
        Some(Comment { id, text: text?, overall, touchpoint, month })
    };
    Ok(named.chain(anonymous).filter_map(comment).collect())
}

#[derive(Queryable)]
struct Said {
    text: Option<String>,
    overall: Option<i16>,
    touchpoint: Option<String>,
    month: String,
}

/// Which responses are theirs. Written out, not bound: so both databases see that an index holds these and no others.
fn are(voices: Voices) -> SqlLiteral<Bool> {
    let walk_up = Base::WalkUp.as_str();
    match voices {
        Voices::Asked => sql(&format!("base <> '{walk_up}'")),
        Voices::WalkUp => sql(&format!("base = '{walk_up}'")),
    }
}

impl<'a> NamedRow<'a> {
    fn new(named: &'a Named) -> Self {
        Self {
            invitation_id: named.invitation_id,
            service_record_id: Some(named.service_record_id),
            entered_by: named.entered_by,
            ..Self::of(&named.response, named.responded_at)
        }
    }

    /// A response without what it answers and who keyed it in.
    fn of(response: &'a Response, given_at: DateTime<Utc>) -> Self {
        let attribution = response.attribution;
        Self {
            invitation_id: None,
            service_record_id: None,
            department_id: attribution.department_id,
            employee_id: attribution.employee_id,
            client_id: attribution.client_id,
            touchpoint: attribution.touchpoint.map(|touchpoint| touchpoint.as_str()),
            channel: attribution.channel.map_or("", |channel| channel.as_str()),
            mode: response.mode.as_str(),
            base: response.base.as_str(),
            questionnaire_version_id: response.questionnaire_version_id,
            answers: answers(response),
            comment: response.comment.as_deref(),
            overall: response.scored.overall.map(i16::from),
            points: points(response),
            month: response.counts_in.month.to_string(),
            quarter: response.counts_in.quarter.to_string(),
            year: response.counts_in.year.to_string(),
            responded_at: given_at.into(),
            entered_by: None,
            excluded: false,
            notice_id: response.notice_id,
            wants_contact: response.answers.wants_contact(),
            counter_id: response.counter_id,
            form_number: None,
            entry: None,
        }
    }
}

impl<'a> AnonymousRow<'a> {
    fn new(response: &'a Response) -> Self {
        let attribution = response.attribution;
        Self {
            id: released::key(attribution.department_id, response.counts_in.month),
            department_id: attribution.department_id,
            employee_id: attribution.employee_id,
            client_id: attribution.client_id,
            touchpoint: attribution.touchpoint.map(|touchpoint| touchpoint.as_str()),
            channel: attribution.channel.map(|channel| channel.as_str()),
            mode: response.mode.as_str(),
            base: response.base.as_str(),
            questionnaire_version_id: response.questionnaire_version_id,
            answers: answers(response),
            comment: response.comment.as_deref(),
            overall: response.scored.overall.map(i16::from),
            points: points(response),
            month: response.counts_in.month.to_string(),
            quarter: response.counts_in.quarter.to_string(),
            year: response.counts_in.year.to_string(),
            excluded: false,
            notice_id: response.notice_id,
            counter_id: response.counter_id,
        }
    }
}

fn answers(response: &Response) -> String {
    // A map of texts has a JSON form.
    serde_json::to_string(&response.answers).unwrap_or_default()
}

fn points(response: &Response) -> Option<i32> {
    response.scored.points.and_then(|points| i32::try_from(points).ok())
}
