//! The quarter's sampled follow-up: drawn once from the service records, never changed; a redraw is a further draw with
//! its reason. What became of each customer drawn is in [`super::follow_up`].

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::period::Progress;
use super::schema::{department, response, sample, sample_member, sample_stratum, service_record};
use super::{Connection, Error, Result, audit, parse, utc};
use crate::domain::period::{Period, State};
use crate::domain::response::Base;
use crate::domain::sample::{self as rules, Candidate, Fraction};
use crate::domain::service_record::Channel;

/// The audit log's name of a draw.
pub const DRAWN: &str = "sample.draw";

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// A quarter.
    pub period: Period,
    /// The share of each department and channel.
    pub fraction: Fraction,
    /// 0 or more.
    pub seed: i64,
    /// Why it is drawn again; `None` for the first draw.
    pub redraw: Option<String>,
}

/// A draw as `manyi sample --json` prints it (CONTRACT §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// The quarter.
    pub period: Period,
    /// What made it chance.
    pub seed: i64,
    /// The share drawn.
    pub fraction: Fraction,
    /// Service records of the quarter.
    pub frame_size: u32,
    /// SHA-256 of them, in hexadecimal.
    pub frame_hash: String,
    /// Numbers of the records drawn, in order.
    pub drawn: Vec<String>,
}

/// A draw as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Key.
    pub id: i64,
    /// The quarter.
    pub period: Period,
    /// 1 for the quarter's first draw, 2 for the one that took its place, …
    pub number: i32,
    /// What made it chance.
    pub seed: i64,
    /// The share drawn.
    pub fraction: Fraction,
    /// Service records of the quarter.
    pub frame_size: u32,
    /// SHA-256 of them, in hexadecimal.
    pub frame_hash: String,
    /// Why it was drawn again.
    pub reason: Option<String>,
    /// A user's address, or `cli`.
    pub drawn_by: String,
    /// When.
    pub drawn_at: DateTime<Utc>,
}

/// Why nothing was drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// A follow-up is drawn of quarters only.
    #[error("{0} is no quarter")]
    NoQuarter(Period),
    /// The quarter has no service record.
    #[error("no service record was completed in {0}")]
    NoRecords(Period),
    /// It was drawn before, and nobody said why it should be drawn again.
    #[error("{0} was drawn before")]
    AlreadyDrawn(Period),
    /// The results of the quarter are told already.
    #[error("{0} is {1}")]
    Told(Period, State),
    /// Customers who have answered would no longer belong to the sample: drawing until it suits is no sample.
    #[error("{count} customers who have answered are not in the new draw of {period}")]
    LosesAnswers {
        /// The quarter.
        period: Period,
        /// How many.
        count: usize,
    },
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sample)]
struct Row {
    id: i64,
    period: String,
    number: i32,
    seed: i64,
    fraction: i32,
    frame_size: i64,
    frame_hash: Vec<u8>,
    reason: Option<String>,
    drawn_by: String,
    drawn_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = sample_stratum, treat_none_as_default_value = false)]
struct NewStratum {
    sample_id: i64,
    department_id: i64,
    channel: &'static str,
    eligible: i64,
    drawn: i64,
}

#[derive(Insertable)]
#[diesel(table_name = sample_member, treat_none_as_default_value = false)]
struct NewMember {
    sample_id: i64,
    position: i32,
    service_record_id: i64,
}

/// A service record of the quarter.
#[derive(Queryable)]
struct FrameRow {
    id: i64,
    external_id: String,
    department_id: i64,
    department: String,
    channel: String,
}

/// Rows in one statement.
const BATCH: usize = 1000;

/// Draws the sample of a quarter from its service records in the organisation's zone.
///
/// # Errors
/// [`DrawError`].
pub fn draw(
    conn: &mut Connection,
    request: &Request,
    by: &str,
    now: DateTime<Utc>,
    zone: Tz,
) -> std::result::Result<Drawn, DrawError> {
    let Request { period, fraction, seed, .. } = *request;
    if !rules::is_sampled(period) {
        return Err(DrawError::NoQuarter(period));
    }
    let progress = Progress::hold(conn)?;
    lock(conn)?;
    let before = current(conn, period)?;
    if before.is_some() && request.redraw.is_none() {
        return Err(DrawError::AlreadyDrawn(period));
    }
    let state = progress.state(period);
    if !state.takes_responses() {
        return Err(DrawError::Told(period, state));
    }
    let frame = frame(conn, period, zone)?;
    let candidates = frame.iter().map(FrameRow::candidate).collect::<Result<Vec<_>>>()?;
    let draw = rules::draw(&candidates, seed, fraction).ok_or(DrawError::NoRecords(period))?;
    let drawn: Vec<&FrameRow> = draw.drawn.iter().filter_map(|at| frame.get(*at)).collect();
    if let Some(before) = &before {
        let kept: std::collections::HashSet<i64> = drawn.iter().map(|row| row.id).collect();
        let lost = answered(conn, before.id)?.into_iter().filter(|id| !kept.contains(id)).count();
        if lost > 0 {
            return Err(DrawError::LosesAnswers { period, count: lost });
        }
    }
    let reason = request.redraw.as_deref().filter(|_| before.is_some());
    let found = Drawn {
        period,
        seed,
        fraction,
        frame_size: u32::try_from(frame.len()).unwrap_or(u32::MAX),
        frame_hash: hex::encode(draw.frame_hash),
        drawn: drawn.iter().map(|row| row.external_id.clone()).collect(),
    };
    let sample_id: i64 = diesel::insert_into(sample::table)
        .values((
            sample::period.eq(period.to_string()),
            sample::number.eq(before.map_or(1, |before| before.number + 1)),
            sample::seed.eq(seed),
            sample::fraction.eq(i32::try_from(fraction.millionths()).unwrap_or(i32::MAX)),
            sample::frame_size.eq(i64::from(found.frame_size)),
            sample::frame_hash.eq(draw.frame_hash.to_vec()),
            sample::reason.eq(reason),
            sample::drawn_by.eq(by),
            sample::drawn_at.eq(now.naive_utc()),
        ))
        .returning(sample::id)
        .get_result(conn)
        .map_err(Error::from)?;
    store_strata(conn, sample_id, &frame, &draw)?;
    store_members(conn, sample_id, &drawn)?;
    let detail = json!({
        "seed": seed,
        "fraction": fraction,
        "frame_size": found.frame_size,
        "frame_hash": found.frame_hash,
        "drawn": found.drawn.len(),
        "reason": reason,
    });
    audit::append(conn, now, by, DRAWN, &period.to_string(), &detail)?;
    Ok(found)
}

/// The draw in force of a quarter.
pub fn current(conn: &mut Connection, period: Period) -> Result<Option<Sample>> {
    Ok(draws(conn, period)?.into_iter().next())
}

/// Every draw of a quarter, the one in force first.
pub fn draws(conn: &mut Connection, period: Period) -> Result<Vec<Sample>> {
    let rows: Vec<Row> = sample::table
        .filter(sample::period.eq(period.to_string()))
        .order(sample::number.desc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

/// The draw in force of every quarter that has one, newest first.
pub fn all(conn: &mut Connection) -> Result<Vec<Sample>> {
    let rows: Vec<Row> =
        sample::table.order((sample::period.desc(), sample::number.desc())).select(Row::as_select()).load(conn)?;
    let mut samples: Vec<Sample> = rows.into_iter().map(Row::read).collect::<Result<_>>()?;
    samples.dedup_by_key(|sample| sample.period);
    Ok(samples)
}

/// A draw as it was printed when it was made.
pub fn drawn(conn: &mut Connection, sample: &Sample) -> Result<Drawn> {
    let ids = sample_member::table
        .inner_join(service_record::table)
        .filter(sample_member::sample_id.eq(sample.id))
        .order(sample_member::position)
        .select(service_record::external_id)
        .load(conn)?;
    Ok(Drawn {
        period: sample.period,
        seed: sample.seed,
        fraction: sample.fraction,
        frame_size: sample.frame_size,
        frame_hash: sample.frame_hash.clone(),
        drawn: ids,
    })
}

/// Two draws of a quarter at the same time would both be its first.
fn lock(conn: &mut Connection) -> Result<()> {
    if let Connection::Postgres(c) = conn {
        diesel::sql_query("LOCK TABLE sample IN EXCLUSIVE MODE").execute(c)?;
    }
    Ok(())
}

fn frame(conn: &mut Connection, period: Period, zone: Tz) -> Result<Vec<FrameRow>> {
    let (from, to) = period.bounds(zone);
    let rows = service_record::table
        .inner_join(department::table)
        .filter(service_record::completed_at.ge(from.naive_utc()))
        .filter(service_record::completed_at.lt(to.naive_utc()))
        .order(service_record::id)
        .select((
            service_record::id,
            service_record::external_id,
            department::id,
            department::code,
            service_record::channel,
        ));
    Ok(rows.load(conn)?)
}

/// The records drawn whose customers have answered.
fn answered(conn: &mut Connection, sample_id: i64) -> Result<Vec<i64>> {
    let members = sample_member::table
        .filter(sample_member::sample_id.eq(sample_id))
        .select(sample_member::service_record_id.nullable());
    let found: Vec<Option<i64>> = response::table
        .filter(response::base.eq(Base::Sample.as_str()))
        .filter(response::service_record_id.eq_any(members))
        .select(response::service_record_id)
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

fn store_strata(conn: &mut Connection, sample_id: i64, frame: &[FrameRow], draw: &rules::Draw) -> Result<()> {
    let ids: std::collections::HashMap<&str, i64> =
        frame.iter().map(|row| (row.department.as_str(), row.department_id)).collect();
    let rows: Vec<NewStratum> = draw
        .strata
        .iter()
        .filter_map(|stratum| {
            Some(NewStratum {
                sample_id,
                department_id: ids.get(stratum.department.as_str()).copied()?,
                channel: stratum.channel.as_str(),
                eligible: stratum.eligible.into(),
                drawn: stratum.drawn.into(),
            })
        })
        .collect();
    for rows in rows.chunks(BATCH) {
        on_each!(conn, |c| diesel::insert_into(sample_stratum::table).values(rows).execute(c))?;
    }
    Ok(())
}

fn store_members(conn: &mut Connection, sample_id: i64, drawn: &[&FrameRow]) -> Result<()> {
    let rows: Vec<NewMember> =
        (1..).zip(drawn).map(|(position, row)| NewMember { sample_id, position, service_record_id: row.id }).collect();
    for rows in rows.chunks(BATCH) {
        on_each!(conn, |c| diesel::insert_into(sample_member::table).values(rows).execute(c))?;
    }
    Ok(())
}

impl FrameRow {
    fn candidate(&self) -> Result<Candidate<'_>> {
        let channel: Channel = parse("service_record", "channel", &self.channel)?;
        Ok(Candidate { external_id: &self.external_id, department: &self.department, channel })
    }
}

impl Row {
    fn read(self) -> Result<Sample> {
        let wrong = |column, value: i64| Error::Stored { table: "sample", column, value: value.to_string() };
        let fraction = u32::try_from(self.fraction).ok().and_then(Fraction::from_millionths);
        Ok(Sample {
            id: self.id,
            period: parse("sample", "period", &self.period)?,
            number: self.number,
            seed: self.seed,
            fraction: fraction.ok_or_else(|| wrong("fraction", self.fraction.into()))?,
            frame_size: u32::try_from(self.frame_size).map_err(|_| wrong("frame_size", self.frame_size))?,
            frame_hash: hex::encode(self.frame_hash),
            reason: self.reason,
            drawn_by: self.drawn_by,
            drawn_at: utc(self.drawn_at),
        })
    }
}
