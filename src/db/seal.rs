//! Sealed periods: written once, each hashed together with the one before, and read in place of the tallies.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::department::{Department, Departments};
use super::period::Progress;
use super::schema::{department, employee, period_seal, sealed_score};
use super::scorebook::{self, Wanted};
use super::{Connection, Error, Result, commitment, parse, utc};
use crate::crypto::chained;
use crate::domain::commitment::{Commitment, Level};
use crate::domain::edition::{Edition, HIDING, Inputs, Place, Row, Rules};
use crate::domain::figures::{Ask, with_descendants};
use crate::domain::period::{Period, State};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;
use crate::domain::verdict::Thresholds;

/// Rows in one statement.
const BATCH: usize = 500;

/// How a seal came about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// When the result was told.
    pub published_at: Option<DateTime<Utc>>,
    /// Why it was sealed while one could still object.
    pub early: Option<String>,
    /// Why it was looked at again since the seal before.
    pub reopenings: Vec<Reopening>,
}

/// A reopening: asked for by one person, confirmed by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// Who asked.
    pub requested_by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Who confirmed; `None` = not yet.
    pub confirmed_by: Option<String>,
    /// When.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// A seal without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// 1, 2, 3 … over all periods.
    pub number: i64,
    /// Which period.
    pub period: Period,
    /// Which revision of it.
    pub revision: i32,
    /// When.
    pub sealed_at: DateTime<Utc>,
    /// By whom.
    pub sealed_by: String,
    /// How it came about.
    pub circumstances: Circumstances,
    /// SHA-256 over the seal before and this one.
    pub hash: Vec<u8>,
}

/// A seal that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Its number.
    pub number: i64,
    /// Period and revision as stored.
    pub what: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It does not follow from the one before: something in it, or before it, was changed.
    Chain,
    /// It can't be read.
    Content,
    /// Its results do not follow from its inputs and rules.
    Results,
    /// The figures that pages read are not its results.
    Figures,
    /// The period's state or revision is not what its seals say.
    Period,
}

/// How the seals were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Seals looked at.
    pub seals: usize,
    /// Those that do not hold.
    pub broken: Vec<Broken>,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = period_seal)]
struct Stored {
    id: i64,
    period: String,
    revision: i32,
    sealed_at: NaiveDateTime,
    sealed_by: String,
    circumstances: String,
    organisation: String,
    inputs: String,
    rules: String,
    results: String,
    hash: Vec<u8>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = sealed_score, treat_none_as_default_value = false)]
struct ScoreRow {
    period: String,
    revision: i32,
    position: i32,
    level: &'static str,
    channel: &'static str,
    department: String,
    employee: String,
    score: String,
}

/// Writes the seal of a period from what counts in it now; in the transaction that moves the period, while nobody can
/// add to it.
pub(super) fn write(
    conn: &mut Connection,
    (period, revision): (Period, i32),
    sealed_by: &str,
    circumstances: &Circumstances,
    thresholds: Thresholds,
    now: DateTime<Utc>,
) -> Result<Seal> {
    if let Connection::Postgres(c) = conn {
        diesel::sql_query("LOCK TABLE period_seal IN EXCLUSIVE MODE").execute(c)?;
    }
    let edition = edition(conn, period, thresholds)?;
    let last: Option<(i64, Vec<u8>)> = period_seal::table
        .select((period_seal::id, period_seal::hash))
        .order(period_seal::id.desc())
        .first(conn)
        .optional()?;
    let (last, previous) = last.unwrap_or_default();
    let mut stored = Stored {
        id: last + 1,
        period: period.to_string(),
        revision,
        sealed_at: now.naive_utc(),
        sealed_by: sealed_by.to_owned(),
        circumstances: json(circumstances)?,
        organisation: json(&edition.organisation)?,
        inputs: json(&edition.inputs)?,
        rules: json(&edition.rules)?,
        results: json(&edition.results)?,
        hash: Vec::new(),
    };
    stored.hash = stored.chained(&previous);
    let rows: Vec<ScoreRow> = (0..)
        .zip(&edition.results)
        .map(|(position, row)| ScoreRow::new(period, revision, position, row))
        .collect::<Result<_>>()?;
    for rows in rows.chunks(BATCH) {
        on_each!(conn, |c| diesel::insert_into(sealed_score::table).values(rows).execute(c))?;
    }
    let seal = stored.read()?;
    diesel::insert_into(period_seal::table).values(stored).execute(conn)?;
    Ok(seal)
}

/// Every seal without its content, the oldest first.
pub fn all(conn: &mut Connection) -> Result<Vec<Seal>> {
    let columns = (
        period_seal::id,
        period_seal::period,
        period_seal::revision,
        period_seal::sealed_at,
        period_seal::sealed_by,
        period_seal::circumstances,
        period_seal::hash,
    );
    type Head = (i64, String, i32, NaiveDateTime, String, String, Vec<u8>);
    let heads: Vec<Head> = period_seal::table.select(columns).order(period_seal::id).load(conn)?;
    let read = |(number, period, revision, at, sealed_by, circumstances, hash): Head| {
        head(number, &period, revision, at, sealed_by, &circumstances, hash)
    };
    heads.into_iter().map(read).collect()
}

/// A seal whole, as the JSON texts that were hashed: circumstances, organisation, inputs, rules and results.
pub fn content(conn: &mut Connection, period: Period, revision: i32) -> Result<Option<(Seal, [String; 5])>> {
    let stored: Option<Stored> = period_seal::table
        .filter(period_seal::period.eq(period.to_string()))
        .filter(period_seal::revision.eq(revision))
        .select(Stored::as_select())
        .first(conn)
        .optional()?;
    let Some(stored) = stored else { return Ok(None) };
    let seal = stored.read()?;
    let Stored { circumstances, organisation, inputs, rules, results, .. } = stored;
    Ok(Some((seal, [circumstances, organisation, inputs, rules, results])))
}

/// The hash of the seal before this one; `None` of the first.
pub fn hash_before(conn: &mut Connection, number: i64) -> Result<Option<Vec<u8>>> {
    let before = period_seal::table.filter(period_seal::id.lt(number)).order(period_seal::id.desc());
    Ok(before.select(period_seal::hash).first(conn).optional()?)
}

/// The sealed figures of one answer; an employee's department is one of those that were part of the one asked for.
pub fn scores(conn: &mut Connection, revision: i32, ask: &Ask<'_>) -> Result<Vec<Score>> {
    let mut rows = sealed_score::table
        .filter(sealed_score::period.eq(ask.period.to_string()))
        .filter(sealed_score::revision.eq(revision))
        .filter(sealed_score::level.eq(ask.level.as_str()))
        .filter(sealed_score::channel.eq(ask.channel.map_or("all", Channel::as_str)))
        .order(sealed_score::position)
        .select(sealed_score::score)
        .into_boxed();
    if let Some(code) = ask.department {
        let codes = match ask.level {
            Level::Employee => part_of(&places(conn, ask.period, revision)?, code),
            _ => vec![code.to_owned()],
        };
        rows = rows.filter(sealed_score::department.eq_any(codes));
    }
    rows.load::<String>(conn)?.iter().map(|text| read_score(text)).collect()
}

/// The departments as a period knows them: parents as they were when it was sealed, else as they are.
pub fn departments_of(conn: &mut Connection, period: Period) -> Result<Departments> {
    let live = Departments::load(conn)?;
    match current(conn, period)? {
        Some(revision) => Ok(live.arranged(&places(conn, period, revision)?)),
        None => Ok(live),
    }
}

/// The commitments as a period knows them: those in force when it was sealed, else all.
pub fn commitments_of(conn: &mut Connection, period: Period) -> Result<Vec<Commitment>> {
    let Some(revision) = current(conn, period)? else { return commitment::all(conn) };
    let text: String = period_seal::table
        .filter(period_seal::period.eq(period.to_string()))
        .filter(period_seal::revision.eq(revision))
        .select(period_seal::rules)
        .first(conn)?;
    Ok(read::<Rules>("rules", &text)?.commitments)
}

/// The sealed figures of some departments in the periods from one month to another, for a scorebook.
pub(super) fn in_months(conn: &mut Connection, wanted: &Wanted<'_>) -> Result<Vec<(Period, Score)>> {
    let sealed: HashMap<Period, i32> = Progress::load(conn)?
        .sealed()
        .filter(|(period, _)| period.start() <= wanted.to.end() && wanted.from.start() <= period.end())
        .collect();
    if sealed.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = sealed.keys().map(ToString::to_string).collect();
    let revisions: Vec<i32> = sealed.values().copied().collect();
    let persons = Level::Employee.as_str();
    let of_persons = wanted.employees.map(|period| period.to_string()).unwrap_or_default();
    let mut rows = sealed_score::table
        .filter(sealed_score::period.eq_any(names))
        .filter(sealed_score::revision.eq_any(revisions))
        .filter(sealed_score::level.ne(persons).or(sealed_score::period.eq(of_persons)))
        .filter(sealed_score::channel.eq_any(["all", "online", "offline"]))
        .select((sealed_score::period, sealed_score::revision, sealed_score::score))
        .into_boxed();
    if let Some(ids) = wanted.departments {
        let codes: Vec<String> =
            department::table.filter(department::id.eq_any(ids)).select(department::code).load(conn)?;
        rows = rows.filter(sealed_score::department.eq_any(codes));
    }
    let mut found = Vec::new();
    for (period, revision, text) in rows.order(sealed_score::position).load::<(String, i32, String)>(conn)? {
        let period = parse("sealed_score", "period", &period)?;
        if sealed.get(&period) == Some(&revision) {
            found.push((period, read_score(&text)?));
        }
    }
    Ok(found)
}

/// Looks at every seal: that it follows from the one before, that its results follow from its inputs and rules, that
/// pages read those results, and that each period stands as its seals say.
pub fn check(conn: &mut Connection) -> Result<Checked> {
    let progress = Progress::load(conn)?;
    let mut newest: HashMap<Period, i32> = HashMap::new();
    let mut checked = Checked::default();
    let mut previous = Vec::new();
    let numbers: Vec<i64> = period_seal::table.select(period_seal::id).order(period_seal::id).load(conn)?;
    for (expected, number) in (1..).zip(numbers) {
        let stored: Stored = period_seal::table.find(number).select(Stored::as_select()).first(conn)?;
        checked.seals += 1;
        let mut fault = |fault| {
            let what = format!("{} r{}", stored.period, stored.revision);
            checked.broken.push(Broken { number, what, fault });
        };
        if number != expected || stored.hash != stored.chained(&previous) {
            fault(Fault::Chain);
        }
        match stored.edition() {
            Ok(edition) => {
                if edition.rules.hiding == HIDING && edition.recompute() != edition.results {
                    fault(Fault::Results);
                }
                if !figures_agree(conn, &stored, &edition)? {
                    fault(Fault::Figures);
                }
                newest.insert(edition.period, stored.revision);
            }
            Err(_) => fault(Fault::Content),
        }
        previous = stored.hash;
    }
    for (period, course) in progress.all() {
        let sealed = newest.get(&period).copied();
        let fits = match course.state {
            State::Sealed => sealed == Some(course.revision),
            _ => course.revision == sealed.map_or(0, |revision| revision + 1),
        };
        if !fits {
            checked.broken.push(Broken { number: 0, what: period.to_string(), fault: Fault::Period });
        }
    }
    Ok(checked)
}

fn figures_agree(conn: &mut Connection, stored: &Stored, edition: &Edition) -> Result<bool> {
    let texts: Vec<String> = sealed_score::table
        .filter(sealed_score::period.eq(&stored.period))
        .filter(sealed_score::revision.eq(stored.revision))
        .order(sealed_score::position)
        .select(sealed_score::score)
        .load(conn)?;
    let rows: Vec<Option<Row>> = texts.iter().map(|text| serde_json::from_str(text).ok()).collect();
    Ok(rows.into_iter().eq(edition.results.iter().cloned().map(Some)))
}

/// The revision by which a period stands sealed; `None` while it is not.
fn current(conn: &mut Connection, period: Period) -> Result<Option<i32>> {
    let course = Progress::load(conn)?.course(period);
    Ok((course.state == State::Sealed).then_some(course.revision))
}

fn edition(conn: &mut Connection, period: Period, thresholds: Thresholds) -> Result<Edition> {
    let (from, to) = scorebook::months_to_read(conn, period, period)?;
    let wanted = Wanted { departments: None, employees: Some(period), questions: true, from, to };
    let book = scorebook::live(conn, &wanted)?;
    let departments = Departments::load(conn)?;
    let place = |d: &Department| Place {
        code: d.code.clone(),
        name_zh: d.name_zh.clone(),
        name_en: d.name_en.clone(),
        parent: d.parent_id.and_then(|id| departments.by_id(id)).map(|parent| parent.code.clone()),
    };
    let places: Vec<_> = departments.iter().map(|department| (department.id, place(department))).collect();
    let numbers: Vec<(i64, String)> = employee::table.select((employee::id, employee::employee_no)).load(conn)?;
    let commitments = commitment::all(conn)?;
    Ok(Edition::of(period, &book, &places, &numbers.into_iter().collect(), &commitments, thresholds))
}

/// The departments as a seal names them.
pub fn places(conn: &mut Connection, period: Period, revision: i32) -> Result<Vec<Place>> {
    let text: String = period_seal::table
        .filter(period_seal::period.eq(period.to_string()))
        .filter(period_seal::revision.eq(revision))
        .select(period_seal::organisation)
        .first(conn)?;
    read("organisation", &text)
}

/// A department and all that were part of it, by code.
fn part_of(places: &[Place], code: &str) -> Vec<String> {
    let tree = places.iter().map(|place| (place.code.as_str(), place.parent.as_deref()));
    with_descendants(code, tree).into_iter().map(str::to_owned).collect()
}

fn head(
    number: i64,
    period: &str,
    revision: i32,
    sealed_at: NaiveDateTime,
    sealed_by: String,
    circumstances: &str,
    hash: Vec<u8>,
) -> Result<Seal> {
    Ok(Seal {
        number,
        period: parse("period_seal", "period", period)?,
        revision,
        sealed_at: utc(sealed_at),
        sealed_by,
        circumstances: read("circumstances", circumstances)?,
        hash,
    })
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| unreadable("json", &error.to_string()))
}

fn read<T: serde::de::DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| unreadable(column, text))
}

fn read_score(text: &str) -> Result<Score> {
    read::<Row>("results", text).map(Score::from)
}

fn unreadable(column: &'static str, text: &str) -> Error {
    Error::Stored { table: "period_seal", column, value: text.chars().take(40).collect() }
}

impl Stored {
    fn chained(&self, previous: &[u8]) -> Vec<u8> {
        let (id, revision) = (self.id.to_string(), self.revision.to_string());
        let at = self.sealed_at.and_utc().timestamp_micros().to_string();
        chained(
            previous,
            &[
                &id,
                &self.period,
                &revision,
                &at,
                &self.sealed_by,
                &self.circumstances,
                &self.organisation,
                &self.inputs,
                &self.rules,
                &self.results,
            ],
        )
    }

    fn read(&self) -> Result<Seal> {
        let Self { id, period, revision, sealed_at, sealed_by, circumstances, hash, .. } = self;
        head(*id, period, *revision, *sealed_at, sealed_by.clone(), circumstances, hash.clone())
    }

    fn edition(&self) -> Result<Edition> {
        read::<Circumstances>("circumstances", &self.circumstances)?;
        Ok(Edition {
            period: parse("period_seal", "period", &self.period)?,
            organisation: read("organisation", &self.organisation)?,
            inputs: read::<Inputs>("inputs", &self.inputs)?,
            rules: read::<Rules>("rules", &self.rules)?,
            results: read("results", &self.results)?,
        })
    }
}

impl ScoreRow {
    fn new(period: Period, revision: i32, position: i32, row: &Row) -> Result<Self> {
        let score = row.score();
        Ok(Self {
            period: period.to_string(),
            revision,
            position,
            level: score.level.as_str(),
            channel: score.channel,
            department: score.department.clone().unwrap_or_default(),
            employee: score.employee.clone().unwrap_or_default(),
            score: json(row)?,
        })
    }
}
