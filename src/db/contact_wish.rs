//! Customers who ask to be contacted about a low answer; by asking they have said who they are.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::{response, response_correction, service_record};
use super::{Connection, Result, utc};
use crate::domain::questionnaire::{Answers, OVERALL, WHY};

/// A wish to be contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Number of the service record.
    pub external_id: String,
    /// The version of the questionnaire that was answered.
    pub version_id: i64,
    /// Points of the overall answer.
    pub overall: Option<i16>,
    /// Codes of the reasons that were chosen.
    pub why: Vec<String>,
    /// What was written.
    pub comment: Option<String>,
    /// When it was asked: with the answer, or with its correction.
    pub asked_at: DateTime<Utc>,
}

/// The wishes about these departments since a moment, the newest first, at most `limit`.
///
/// # Errors
/// The database's.
pub fn since(conn: &mut Connection, departments: &[i64], since: DateTime<Utc>, limit: i64) -> Result<Vec<Wish>> {
    type Row = (String, i64, Option<i16>, String, Option<String>, NaiveDateTime, Option<NaiveDateTime>);
    // Spelled out, as their index is found by it.
    let wants = diesel::dsl::sql::<diesel::sql_types::Bool>("wants_contact");
    let rows: Vec<Row> = response::table
        .inner_join(service_record::table.on(response::service_record_id.eq(service_record::id.nullable())))
        .left_join(response_correction::table.on(response_correction::response_id.eq(response::id)))
        .filter(wants)
        .filter(response::department_id.eq_any(departments))
        .filter(
            response::responded_at
                .ge(since.naive_utc())
                .nullable()
                .or(response_correction::corrected_at.nullable().ge(since.naive_utc())),
        )
        .filter(response::excluded.eq(false))
        .order(response::responded_at.desc())
        .limit(limit)
        .select((
            service_record::external_id,
            response::questionnaire_version_id,
            response::overall,
            response::answers,
            response::comment,
            response::responded_at,
            response_correction::corrected_at.nullable(),
        ))
        .load(conn)?;
    let wish = |(external_id, version_id, overall, answers, comment, responded_at, corrected_at): Row| {
        let answers: Answers = serde_json::from_str(&answers).unwrap_or_default();
        let why = answers.0.get(&format!("{OVERALL}{WHY}")).map(String::as_str).unwrap_or_default();
        let why = why.split_whitespace().map(str::to_owned).collect();
        Wish { external_id, version_id, overall, why, comment, asked_at: utc(corrected_at.unwrap_or(responded_at)) }
    };
    let mut wishes: Vec<Wish> = rows.into_iter().map(wish).collect();
    wishes.sort_by_key(|wish| std::cmp::Reverse(wish.asked_at));
    Ok(wishes)
}
