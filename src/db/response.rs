//! Responses: named ones with their record and time, anonymous ones without.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

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

/// The newest comments on these departments in some months, at most `limit` of each kind; newest first, the anonymous
/// ones of a month as chance has it.
pub fn comments(
    conn: &mut Connection,
    departments: &[i64],
    months: &[Period],
    voices: Voices,
    limit: usize,
) -> Result<Vec<Comment>> {
    let named = named_comments(conn, departments, months, voices, limit)?;
    let anonymous = anonymous_comments(conn, departments, months, voices, limit)?;
    let comment = |id: String, (text, overall, touchpoint, month): Said| {
        Some(Comment { id, text: text?, overall, touchpoint, month })
    };
    let named = named.into_iter().map(|(id, said)| (id.to_string(), said));
    let anonymous = anonymous.into_iter().map(|(id, said)| (hex::encode(id), said));
    Ok(named.chain(anonymous).filter_map(|(id, said)| comment(id, said)).collect())
}

/// Comment, points of the overall answer, touchpoint and month.
type Said = (Option<String>, Option<i16>, Option<String>, String);

fn named_comments(
    conn: &mut Connection,
    departments: &[i64],
    months: &[Period],
    voices: Voices,
    limit: usize,
) -> Result<Vec<(i64, Said)>> {
    let rows = response::table
        .filter(response::department_id.eq_any(departments))
        .filter(response::month.eq_any(months.iter().map(Period::to_string)))
        .filter(response::comment.is_not_null())
        .filter(response::excluded.eq(false))
        .order(response::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((response::id, (response::comment, response::overall, response::touchpoint, response::month)));
    let walk_up = Base::WalkUp.as_str();
    Ok(match voices {
        Voices::Asked => rows.filter(response::base.ne(walk_up)).load(conn)?,
        Voices::WalkUp => rows.filter(response::base.eq(walk_up)).load(conn)?,
    })
}

fn anonymous_comments(
    conn: &mut Connection,
    departments: &[i64],
    months: &[Period],
    voices: Voices,
    limit: usize,
) -> Result<Vec<(Vec<u8>, Said)>> {
    let mut found = Vec::new();
    let mut newest_first = months.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    for month in newest_first {
        let rows = anonymous_response::table
            .filter(anonymous_response::department_id.eq_any(departments))
            .filter(anonymous_response::month.eq(month.to_string()))
            .filter(anonymous_response::comment.is_not_null())
            .filter(anonymous_response::excluded.eq(false))
            .limit(i64::try_from(limit - found.len()).unwrap_or(i64::MAX))
            .select((
                anonymous_response::id,
                (
                    anonymous_response::comment,
                    anonymous_response::overall,
                    anonymous_response::touchpoint,
                    anonymous_response::month,
                ),
            ))
            .into_boxed();
        let walk_up = Base::WalkUp.as_str();
        let rows = match voices {
            Voices::Asked => rows.filter(anonymous_response::base.ne(walk_up)),
            Voices::WalkUp => rows.filter(anonymous_response::base.eq(walk_up)),
        };
        // The keys of one department and month are in an order of chance already: they are read until there are enough.
        let rows = match departments {
            [department_id] => {
                let keys = released::keys(*department_id, month);
                rows.filter(anonymous_response::id.between(keys.start().clone(), keys.end().clone()))
                    .order(anonymous_response::id)
            }
            _ => rows.order(released::chance()),
        };
        found.extend(rows.load::<(Vec<u8>, Said)>(conn)?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
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
