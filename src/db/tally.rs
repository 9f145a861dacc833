//! Tallies: written merged, in the transaction that makes a response count; read by every page.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::upsert::excluded;
use diesel::{PgConnection, SqliteConnection};

use super::schema::{service_tally, tally};
use super::{Connection, Result};
use crate::domain::tally::{Delta, Key, ServiceDelta, ServiceKey, Tallies};

/// Rows in one statement; PostgreSQL takes 65,535 values in one.
const BATCH: usize = 500;

#[derive(Debug, Insertable)]
#[diesel(table_name = tally, treat_none_as_default_value = false)]
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

#[derive(Debug, Insertable)]
#[diesel(table_name = service_tally, treat_none_as_default_value = false)]
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

/// Adds sums to what is stored. Rows are written in the order of their keys, so that instances do not lock crosswise.
pub fn add(conn: &mut Connection, tallies: &Tallies) -> Result<()> {
    let answers: Vec<_> = tallies.answers.iter().map(TallyRow::new).collect();
    let services: Vec<_> = tallies.services.iter().map(ServiceTallyRow::new).collect();
    match conn {
        Connection::Sqlite(c) => {
            answers.iter().try_for_each(|row| AddAnswers(row).execute(c).map(drop))?;
            services.iter().try_for_each(|row| AddServices(row).execute(c).map(drop))?;
        }
        Connection::Postgres(c) => add_on_postgres(c, &answers, &services)?,
    }
    Ok(())
}

/// A row added to the one with its key, or stored if there is none, as a statement that SQLite keeps: diesel's own upsert
/// is prepared anew each time, which takes longer than to run it.
macro_rules! kept_upsert {
    (
        $name:ident of $row:ident into $table:literal,
        key $first:ident: $first_type:ident $(, $key:ident: $key_type:ident)*;
        sums $one:ident $(, $sum:ident)*
    ) => {
        struct $name<'a>(&'a $row<'a>);

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Sqlite> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql(concat!("INSERT INTO ", $table, " (", stringify!($first)));
                out.push_sql(concat!($(", ", stringify!($key),)* ", ", stringify!($one) $(, ", ", stringify!($sum))*));
                out.push_sql(") VALUES (");
                out.push_bind_param::<$first_type, _>(&self.0.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<$key_type, _>(&self.0.$key)?;
                )*
                out.push_sql(", ");
                out.push_bind_param::<BigInt, _>(&self.0.$one)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<BigInt, _>(&self.0.$sum)?;
                )*
                out.push_sql(concat!(") ON CONFLICT (", stringify!($first) $(, ", ", stringify!($key))*));
                out.push_sql(concat!(") DO UPDATE SET ", stringify!($one = $one + excluded.$one)));
                $(out.push_sql(concat!(", ", stringify!($sum = $sum + excluded.$sum)));)*
                Ok(())
            }
        }

        impl RunQueryDsl<SqliteConnection> for $name<'_> {}
    };
}

kept_upsert!(
    AddAnswers of TallyRow into "tally",
    key employee_id: BigInt, client_id: BigInt, question: Text, department_id: BigInt, month: Text, channel: Text,
        base: Text, mode: Text, quarter: Text, year: Text;
    sums n, satisfied, scored, points_sum, points_sq_sum
);

kept_upsert!(
    AddServices of ServiceTallyRow into "service_tally",
    key employee_id: BigInt, client_id: BigInt, department_id: BigInt, month: Text, channel: Text, quarter: Text,
        year: Text;
    sums records, invited, responded, resolved, resolution_known, timely, timed, complaints
);

fn add_on_postgres(
    conn: &mut PgConnection,
    answers: &[TallyRow<'_>],
    services: &[ServiceTallyRow<'_>],
) -> QueryResult<()> {
    for rows in answers.chunks(BATCH) {
        diesel::insert_into(tally::table)
            .values(rows)
            .on_conflict(KEY)
            .do_update()
            .set((
                tally::n.eq(tally::n + excluded(tally::n)),
                tally::satisfied.eq(tally::satisfied + excluded(tally::satisfied)),
                tally::scored.eq(tally::scored + excluded(tally::scored)),
                tally::points_sum.eq(tally::points_sum + excluded(tally::points_sum)),
                tally::points_sq_sum.eq(tally::points_sq_sum + excluded(tally::points_sq_sum)),
            ))
            .execute(conn)?;
    }
    for rows in services.chunks(BATCH) {
        diesel::insert_into(service_tally::table)
            .values(rows)
            .on_conflict(SERVICE_KEY)
            .do_update()
            .set((
                service_tally::records.eq(service_tally::records + excluded(service_tally::records)),
                service_tally::invited.eq(service_tally::invited + excluded(service_tally::invited)),
                service_tally::responded.eq(service_tally::responded + excluded(service_tally::responded)),
                service_tally::resolved.eq(service_tally::resolved + excluded(service_tally::resolved)),
                service_tally::resolution_known
                    .eq(service_tally::resolution_known + excluded(service_tally::resolution_known)),
                service_tally::timely.eq(service_tally::timely + excluded(service_tally::timely)),
                service_tally::timed.eq(service_tally::timed + excluded(service_tally::timed)),
                service_tally::complaints.eq(service_tally::complaints + excluded(service_tally::complaints)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

const KEY: (
    tally::employee_id,
    tally::client_id,
    tally::question,
    tally::department_id,
    tally::month,
    tally::channel,
    tally::base,
    tally::mode,
    tally::quarter,
    tally::year,
) = (
    tally::employee_id,
    tally::client_id,
    tally::question,
    tally::department_id,
    tally::month,
    tally::channel,
    tally::base,
    tally::mode,
    tally::quarter,
    tally::year,
);

const SERVICE_KEY: (
    service_tally::employee_id,
    service_tally::client_id,
    service_tally::department_id,
    service_tally::month,
    service_tally::channel,
    service_tally::quarter,
    service_tally::year,
) = (
    service_tally::employee_id,
    service_tally::client_id,
    service_tally::department_id,
    service_tally::month,
    service_tally::channel,
    service_tally::quarter,
    service_tally::year,
);

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
