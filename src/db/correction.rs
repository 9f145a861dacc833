//! The one correction of an answer given by name (FEATURES E2): the earlier answers are kept, the later ones count, and
//! the sums move in the same transaction. An anonymous answer has no way from its invitation and so no correction.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::invitation::Found;
use super::period::Progress;
use super::schema::{response, response_correction};
use super::{Connection, Error, Result, exclusion, parse, tally, utc};
use crate::domain::period::Period;
use crate::domain::questionnaire::Answers;
use crate::domain::response::{Periods, Response};
use crate::domain::tally::Tallies;

/// What was answered by name to an invitation.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Key of the response.
    pub id: i64,
    /// When it was given.
    pub responded_at: DateTime<Utc>,
    /// When it was corrected.
    pub corrected_at: Option<DateTime<Utc>>,
    /// The month it counts in.
    pub month: Period,
    /// Answers by question code, as they count now; without the comment.
    pub answers: Answers,
    /// All texts that were written, which no page shows again.
    pub comment: Option<String>,
    /// Whether it may be corrected.
    pub standing: Standing,
}

/// Whether an answer may be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Once.
    Open,
    /// It was.
    Used,
    /// The time to answer is over, or a period it counts in has been told.
    Over,
}

type Row = (i64, NaiveDateTime, (String, String, String), String, Option<String>, Option<NaiveDateTime>);

/// Key, answers, comment and points of a response before its correction.
type Held = (i64, String, Option<String>, Option<i16>, Option<i32>);

/// The answer by name to an invitation; `None` if there is none, which is also said of an anonymous one.
///
/// # Errors
/// The database's.
pub fn given(conn: &mut Connection, invitation: &Found, now: DateTime<Utc>) -> Result<Option<Given>> {
    let row: Option<Row> = response::table
        .left_join(response_correction::table)
        .filter(response::invitation_id.eq(invitation.id))
        .select((
            response::id,
            response::responded_at,
            (response::month, response::quarter, response::year),
            response::answers,
            response::comment,
            response_correction::corrected_at.nullable(),
        ))
        .get_result(conn)
        .optional()?;
    let Some((id, responded_at, (month, quarter, year), answers, comment, corrected)) = row else { return Ok(None) };
    let counts_in = Periods {
        month: parse("response", "month", &month)?,
        quarter: parse("response", "quarter", &quarter)?,
        year: parse("response", "year", &year)?,
    };
    Ok(Some(Given {
        id,
        responded_at: utc(responded_at),
        corrected_at: corrected.map(utc),
        month: counts_in.month,
        answers: serde_json::from_str(&answers).map_err(|_| stored())?,
        comment,
        standing: match corrected {
            Some(_) => Standing::Used,
            None => standing(&Progress::load(conn)?, &counts_in, invitation, now),
        },
    }))
}

/// Corrects the answer by name to an invitation, and says how it stood before: only where it stood [`Standing::Open`]
/// is it corrected now. `None` if there is no such answer. What is said takes the place of all that was.
///
/// # Errors
/// The database's.
pub fn correct(
    conn: &mut Connection,
    invitation: &Found,
    said: Response,
    now: DateTime<Utc>,
) -> Result<Option<Standing>> {
    let progress = Progress::hold(conn)?;
    // A write first: who corrects or excludes the same response at the same time waits here.
    let row = response::table.filter(response::invitation_id.eq(invitation.id));
    let held: Option<Held> = diesel::update(row)
        .set(response::notice_id.eq(response::notice_id))
        .returning((response::id, response::answers, response::comment, response::overall, response::points))
        .get_result(conn)
        .optional()?;
    let Some((id, earlier, earlier_comment, overall, points)) = held else { return Ok(None) };
    let found = exclusion::read(conn, &id.to_string())?.ok_or_else(stored)?;
    let mut response = found.response;
    let standing = standing(&progress, &response.counts_in, invitation, now);
    if standing != Standing::Open {
        return Ok(Some(standing));
    }
    let kept = (
        response_correction::response_id.eq(id),
        response_correction::answers.eq(&earlier),
        response_correction::comment.eq(&earlier_comment),
        response_correction::overall.eq(overall),
        response_correction::points.eq(points),
        response_correction::corrected_at.eq(now.naive_utc()),
    );
    let first = on_each!(conn, |c| diesel::insert_into(response_correction::table)
        .values(kept)
        .on_conflict(response_correction::response_id)
        .do_nothing()
        .execute(c))?;
    if first == 0 {
        return Ok(Some(Standing::Used));
    }
    let mut moved = Tallies::default();
    moved.add_response(&response);
    moved = moved.negated();
    (response.answers, response.scored) = (said.answers, said.scored);
    moved.add_response(&response);
    let scored = &response.scored;
    diesel::update(response::table.find(id))
        .set((
            response::answers.eq(serde_json::to_string(&response.answers).map_err(|_| stored())?),
            response::comment.eq(said.comment),
            response::overall.eq(scored.overall.map(i16::from)),
            response::points.eq(scored.points.and_then(|points| i32::try_from(points).ok())),
            response::notice_id.eq(said.notice_id),
            response::wants_contact.eq(response.answers.wants_contact()),
        ))
        .execute(conn)?;
    if !found.excluded {
        tally::add(conn, &moved)?;
    }
    Ok(Some(Standing::Open))
}

fn standing(progress: &Progress, counts_in: &Periods, invitation: &Found, now: DateTime<Utc>) -> Standing {
    let Periods { month, quarter, year } = *counts_in;
    let takes = [month, quarter, year].into_iter().all(|period| progress.state(period).takes_responses());
    if takes && now <= invitation.expires_at { Standing::Open } else { Standing::Over }
}

fn stored() -> Error {
    // What stands there is a customer's: it is not repeated.
    Error::Stored { table: "response", column: "answers", value: "…".to_owned() }
}
