//! Commitments: effective-dated, never changed, only ended and followed by another.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::schema::{client, commitment, department};
use super::{Connection, Result, parse};
use crate::domain::commitment::{Commitment, Consequence, defaults};

/// The first day of the default commitments: before any record there can be.
const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = commitment)]
struct Row {
    id: i64,
    metric: String,
    level: String,
    channel: Option<String>,
    grain: String,
    target: i32,
    tolerance: i32,
    consequence: Option<String>,
    clause: String,
    evidence_rule: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
}

/// All of them, those in force and those that were.
pub fn all(conn: &mut Connection) -> Result<Vec<Commitment>> {
    let rows: Vec<(Row, Option<String>, Option<String>)> = commitment::table
        .left_join(department::table)
        .left_join(client::table)
        .order(commitment::id)
        .select((Row::as_select(), department::code.nullable(), client::code.nullable()))
        .load(conn)?;
    rows.into_iter().map(|(row, department, client)| row.read(department, client)).collect()
}

/// Stores the default commitments if there are none (CONTRACT §8.1).
pub fn seed(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    if diesel::select(diesel::dsl::exists(commitment::table.select(commitment::id))).get_result(conn)? {
        return Ok(());
    }
    defaults(FIRST_DAY).iter().try_for_each(|new| insert(conn, new, None, now).map(drop))
}

/// Stores a commitment; its `id` is given here.
pub fn insert(conn: &mut Connection, new: &Commitment, reason: Option<&str>, now: DateTime<Utc>) -> Result<i64> {
    let department_id: Option<i64> = match &new.department_code {
        Some(code) => {
            Some(department::table.filter(department::code.eq(code)).select(department::id).get_result(conn)?)
        }
        None => None,
    };
    let client_id: Option<i64> = match &new.client_code {
        Some(code) => Some(client::table.filter(client::code.eq(code)).select(client::id).get_result(conn)?),
        None => None,
    };
    let row = diesel::insert_into(commitment::table)
        .values((
            commitment::metric.eq(new.metric.as_str()),
            commitment::level.eq(new.level.as_str()),
            commitment::department_id.eq(department_id),
            commitment::client_id.eq(client_id),
            commitment::channel.eq(new.channel.map(|channel| channel.as_str())),
            commitment::grain.eq(new.grain.as_str()),
            commitment::target.eq(new.target),
            commitment::tolerance.eq(new.tolerance),
            commitment::consequence.eq(new.consequence.map(Consequence::as_str)),
            commitment::clause.eq(&new.clause),
            commitment::evidence_rule.eq(new.evidence_rule.as_str()),
            commitment::valid_from.eq(new.valid_from),
            commitment::valid_to.eq(new.valid_to),
            commitment::reason.eq(reason),
            commitment::created_at.eq(now.naive_utc()),
        ))
        .returning(commitment::id);
    Ok(row.get_result(conn)?)
}

impl Row {
    fn read(self, department_code: Option<String>, client_code: Option<String>) -> Result<Commitment> {
        const TABLE: &str = "commitment";
        Ok(Commitment {
            id: self.id,
            metric: parse(TABLE, "metric", &self.metric)?,
            level: parse(TABLE, "level", &self.level)?,
            department_code,
            client_code,
            channel: self.channel.as_deref().map(|word| parse(TABLE, "channel", word)).transpose()?,
            grain: parse(TABLE, "grain", &self.grain)?,
            target: self.target,
            tolerance: self.tolerance,
            consequence: self.consequence.as_deref().map(|word| parse(TABLE, "consequence", word)).transpose()?,
            clause: self.clause,
            evidence_rule: parse(TABLE, "evidence_rule", &self.evidence_rule)?,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        })
    }
}
