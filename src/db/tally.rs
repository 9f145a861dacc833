//! Tallies: written merged, in the transaction that makes a response count; read by every page.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{PgConnection, SqliteConnection};

use super::{Connection, Result};
use crate::domain::tally::{Delta, Key, ServiceDelta, ServiceKey, Tallies};

/// Rows in one statement.
const BATCH: usize = 1_000;

#[derive(Debug)]
struct TallyRow<'a> {
    department_id: i64,
    employee_id: i64,
    client_id: i64,
    question: &'a str,
    channel: &'a str,
    base: &'a str,
    mode: &'a str,
    month: String,
    quarter: String,
    year: String,
    n: i64,
    satisfied: i64,
    scored: i64,
    points_sum: i64,
    points_sq_sum: i64,
}

#[derive(Debug)]
struct ServiceTallyRow<'a> {
    department_id: i64,
    employee_id: i64,
    client_id: i64,
    channel: &'a str,
    month: String,
    quarter: String,
    year: String,
    records: i64,
    invited: i64,
    responded: i64,
    resolved: i64,
    resolution_known: i64,
    timely: i64,
    timed: i64,
    complaints: i64,
}

struct VersionTallyRow {
    questionnaire_version_id: i64,
    responses: i64,
}

/// Adds sums to what is stored: once in a transaction, at its end, and in the order of their keys, so that transactions
/// do not lock crosswise.
pub fn add(conn: &mut Connection, tallies: &Tallies) -> Result<()> {
    let answers: Vec<_> = tallies.answers.iter().map(TallyRow::new).collect();
    let services: Vec<_> = tallies.services.iter().map(ServiceTallyRow::new).collect();
    let versions: Vec<_> = tallies.versions.iter().map(VersionTallyRow::new).collect();
    match conn {
        Connection::Sqlite(c) => {
            answers.iter().try_for_each(|row| AddAnswer(row).execute(c).map(drop))?;
            services.iter().try_for_each(|row| AddService(row).execute(c).map(drop))?;
            versions.iter().try_for_each(|row| AddVersion(row).execute(c).map(drop))?;
        }
        Connection::Postgres(c) => {
            answers.chunks(BATCH).try_for_each(|rows| AddAnswers::new(rows).execute(c).map(drop))?;
            services.chunks(BATCH).try_for_each(|rows| AddServices::new(rows).execute(c).map(drop))?;
            versions.chunks(BATCH).try_for_each(|rows| AddVersions::new(rows).execute(c).map(drop))?;
        }
    }
    Ok(())
}

/// Rows added to those with their keys, or stored where there are none, as statements that are kept: diesel's own upsert is
/// prepared anew each time, which takes longer than to run it. SQLite takes one row, PostgreSQL all of them as columns.
macro_rules! kept_upsert {
    (
        $one:ident and $all:ident of $row:ty => $table:literal,
        key $first:ident: $first_type:ident = $first_rust:ty $(, $key:ident: $key_type:ident = $key_rust:ty)*;
        sums $sum:ident $(, $more:ident)*
    ) => {
        struct $one<'a>(&'a $row);

        impl QueryId for $one<'_> {
            type QueryId = $one<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Sqlite> for $one<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql($one::INTO);
                out.push_sql("VALUES (");
                out.push_bind_param::<$first_type, _>(&self.0.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<$key_type, _>(&self.0.$key)?;
                )*
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(&self.0.$sum)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<BigInt, _>(&self.0.$more)?;
                )*
                out.push_sql(") ");
                out.push_sql($one::ADD);
                Ok(())
            }
        }

        impl RunQueryDsl<SqliteConnection> for $one<'_> {}

        impl $one<'_> {
            const INTO: &'static str = concat!(
                "INSERT INTO ", $table, " (", stringify!($first) $(, ", ", stringify!($key))*,
                ", ", stringify!($sum) $(, ", ", stringify!($more))*, ") "
            );
            const ADD: &'static str = concat!(
                "ON CONFLICT (", stringify!($first) $(, ", ", stringify!($key))*, ") DO UPDATE SET ",
                stringify!($sum), " = ", $table, ".", stringify!($sum), " + excluded.", stringify!($sum)
                $(, ", ", stringify!($more), " = ", $table, ".", stringify!($more), " + excluded.", stringify!($more))*
            );
        }

        struct $all<'a> {
            $first: Vec<&'a $first_rust>,
            $($key: Vec<&'a $key_rust>,)*
            $sum: Vec<i64>,
            $($more: Vec<i64>,)*
        }

        impl<'a> $all<'a> {
            fn new(rows: &'a [$row]) -> Self {
                Self {
                    $first: rows.iter().map(|row| &row.$first).collect(),
                    $($key: rows.iter().map(|row| &row.$key).collect(),)*
                    $sum: rows.iter().map(|row| row.$sum).collect(),
                    $($more: rows.iter().map(|row| row.$more).collect(),)*
                }
            }
        }

        impl QueryId for $all<'_> {
            type QueryId = $all<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Pg> for $all<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($one::INTO);
                out.push_sql("SELECT * FROM unnest(");
                out.push_bind_param::<Array<$first_type>, _>(&self.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<$key_type>, _>(&self.$key)?;
                )*
                out.push_sql(", ");
                out.push_bind_param::<Array<BigInt>, _>(&self.$sum)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<Array<BigInt>, _>(&self.$more)?;
                )*
                out.push_sql(") ");
                out.push_sql($one::ADD);
                Ok(())
            }
        }

        impl RunQueryDsl<PgConnection> for $all<'_> {}
    };
}

kept_upsert!(
    AddAnswer and AddAnswers of TallyRow<'a> => "tally",
    key employee_id: BigInt = i64, client_id: BigInt = i64, question: Text = &'a str, department_id: BigInt = i64,
        month: Text = String, channel: Text = &'a str, base: Text = &'a str, mode: Text = &'a str,
        quarter: Text = String, year: Text = String;
    sums n, satisfied, scored, points_sum, points_sq_sum
);

kept_upsert!(
    AddVersion and AddVersions of VersionTallyRow => "version_tally",
    key questionnaire_version_id: BigInt = i64;
    sums responses
);

kept_upsert!(
    AddService and AddServices of ServiceTallyRow<'a> => "service_tally",
    key employee_id: BigInt = i64, client_id: BigInt = i64, department_id: BigInt = i64, month: Text = String,
        channel: Text = &'a str, quarter: Text = String, year: Text = String;
    sums records, invited, responded, resolved, resolution_known, timely, timed, complaints
);

impl VersionTallyRow {
    fn new((version, responses): (&i64, &i64)) -> Self {
        Self { questionnaire_version_id: *version, responses: *responses }
    }
}

impl<'a> TallyRow<'a> {
    fn new((key, delta): (&'a Key, &Delta)) -> Self {
        Self {
            department_id: key.department_id,
            employee_id: key.employee_id.unwrap_or(0),
            client_id: key.client_id.unwrap_or(0),
            question: &key.question,
            channel: key.channel,
            base: key.base,
            mode: key.mode,
            month: key.periods.month.to_string(),
            quarter: key.periods.quarter.to_string(),
            year: key.periods.year.to_string(),
            n: delta.n,
            satisfied: delta.satisfied,
            scored: delta.scored,
            points_sum: delta.points_sum,
            points_sq_sum: delta.points_sq_sum,
        }
    }
}

impl<'a> ServiceTallyRow<'a> {
    fn new((key, delta): (&'a ServiceKey, &ServiceDelta)) -> Self {
        Self {
            department_id: key.department_id,
            employee_id: key.employee_id.unwrap_or(0),
            client_id: key.client_id.unwrap_or(0),
            channel: key.channel,
            month: key.periods.month.to_string(),
            quarter: key.periods.quarter.to_string(),
            year: key.periods.year.to_string(),
            records: delta.records,
            invited: delta.invited,
            responded: delta.responded,
            resolved: delta.resolved,
            resolution_known: delta.resolution_known,
            timely: delta.timely,
            timed: delta.timed,
            complaints: delta.complaints,
        }
    }
}
