//! The only place that knows SQL and which database it runs on: SQLite or PostgreSQL, from one code.
//!
//! Query text is written once on the [`Connection`] enum; the few expressions its derive refuses (batch inserts,
//! upserts) are expanded into both arms by `on_each!`. One file per table. Times are UTC without an offset, cut to
//! microseconds; JSON is text.
//!
//! What is found by a unique key is asked for with `get_result`, not `first`: that adds `LIMIT ?`, and SQLite (from 3.46)
//! prepares a kept statement anew each time a value is bound to its limit, which costs more than the look-up.

use chrono::{DateTime, NaiveDateTime, Utc};

/// Expands one expression for each database, where the concrete connection supports all that its database does.
macro_rules! on_each {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::Connection::Sqlite($c) => $body,
            $crate::db::Connection::Postgres($c) => $body,
        }
    };
}

/// Inserts rows made by `new_row!`. SQLite takes them one by one, with a statement that is kept; PostgreSQL as a `COPY`, which
/// need not be parsed.
macro_rules! insert_rows {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::db::Connection::Sqlite(c) => {
                $rows.iter().try_for_each(|row| $crate::db::new_row::One(row).execute(c).map(drop))
            }
            $crate::db::Connection::Postgres(_) if $rows.is_empty() => Ok(()),
            $crate::db::Connection::Postgres(c) => {
                diesel::copy_from($table).from_insertable($rows).execute(c).map(drop)
            }
        }
    };
}

/// `$n` keys that no other row of `$table` will have, for many rows that name each other: without `RETURNING`, for which
/// SQLite keeps a journal per statement. Within a writing transaction.
macro_rules! reserve_keys {
    ($conn:expr, $table:ident, $n:expr) => {
        match $conn {
            $crate::db::Connection::Sqlite(c) => diesel::QueryDsl::select($table::table, diesel::dsl::max($table::id))
                .get_result::<Option<i64>>(c)
                .map(|last| (last.unwrap_or(0)..).skip(1).take($n).collect::<Vec<i64>>()),
            $crate::db::Connection::Postgres(c) => $crate::db::reserve_on_postgres(c, stringify!($table), $n),
        }
    };
}

#[macro_use]
mod new_row;

pub mod announcement;
pub mod api_token;
pub mod appraisals;
pub mod audit;
pub mod backup;
pub mod bounce;
mod checkpoint;
pub mod clock_check;
pub mod closing;
pub mod commitment;
pub mod complaint;
mod connection;
pub mod contact_wish;
pub mod correction;
pub mod counter;
pub mod department;
pub mod doctor;
pub mod drivers;
pub mod eligibility;
pub mod employee;
pub mod exclusion;
pub mod follow_up;
pub mod holiday;
mod instant;
pub mod intake;
pub mod invitation;
pub mod ledger;
pub mod links;
pub mod mail_pace;
pub mod mail_preference;
pub mod mail_queue;
pub mod mail_text;
pub mod master_data;
pub mod outbox;
mod padded;
pub mod paper;
pub mod partial;
pub mod pending;
pub mod period;
mod pool;
pub mod privacy_notice;
pub mod pull;
pub mod questionnaire;
pub mod questionnaire_choice;
pub mod questionnaire_draft;
pub mod ratings;
mod recount;
mod released;
mod reminder;
pub mod response;
pub mod response_writer;
pub mod responses;
pub mod sample;
pub mod schema;
pub mod scorebook;
pub mod scores;
pub mod seal;
pub mod service_record;
pub mod setting;
pub mod suppression;
pub mod suspect;
pub mod tally;
pub mod trend;
pub mod user;

pub use connection::AnyConnection as Connection;
pub use pool::{ConnectError, Pool, sqlite_path};

/// What can go wrong in the database layer; never a reader's fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A statement failed.
    #[error("database: {0}")]
    Query(#[from] diesel::result::Error),
    /// No connection could be had.
    #[error("database: {0}")]
    Connect(#[from] ConnectError),
    /// Bringing the schema up to date failed.
    #[error("database: migration: {0}")]
    Migration(String),
    /// A stored value that this version does not understand.
    #[error("database: {table}.{column} holds {value:?}, which this version does not know")]
    Stored {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What stands there; never personal data.
        value: String,
    },
    /// A sealed value that does not open.
    #[error(transparent)]
    Sealed(#[from] crate::crypto::Unreadable),
    /// The writer of responses has more to do than it can queue.
    #[error("too many answers at once")]
    Busy,
    /// The writer has stopped: the program is shutting down.
    #[error("shutting down")]
    Stopped,
}

impl Error {
    /// Whether the same request may succeed in a moment: the database is busy, locked, or away.
    pub fn is_passing(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Failed};
        match self {
            Self::Busy | Self::Stopped | Self::Connect(_) => true,
            Self::Query(Failed::BrokenTransactionManager) => true,
            Self::Query(Failed::DatabaseError(
                Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::SerializationFailure,
                _,
            )) => true,
            // There is no kind for these: SQLite's words for SQLITE_BUSY and SQLITE_LOCKED, and PostgreSQL's for a
            // deadlock, which it says in the language of the server.
            Self::Query(Failed::DatabaseError(_, information)) => {
                let message = information.message();
                message.ends_with(" is locked") || matches!(message, "deadlock detected" | "检测到死锁")
            }
            _ => false,
        }
    }

    /// Whether a transaction failed only because another one stored the same thing first: begun again, it finds it there.
    pub fn is_overtaken(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Failed};
        matches!(self, Self::Query(Failed::DatabaseError(Kind::UniqueViolation | Kind::SerializationFailure, _)))
    }
}

/// What the functions here return.
pub type Result<T> = std::result::Result<T, Error>;

/// The next `n` numbers of a table's own numbering.
fn reserve_on_postgres(conn: &mut diesel::PgConnection, table: &str, n: usize) -> diesel::QueryResult<Vec<i64>> {
    use diesel::sql_types::{BigInt, Text};
    use diesel::{QueryableByName, RunQueryDsl};
    #[derive(QueryableByName)]
    struct Key {
        #[diesel(sql_type = BigInt)]
        key: i64,
    }
    // The numbering is looked up once: OFFSET keeps the look-up out of the series.
    let keys = "SELECT nextval(numbering.id) AS key FROM \
                (SELECT pg_get_serial_sequence($1, 'id')::regclass AS id OFFSET 0) AS numbering, generate_series(1, $2)";
    let keys = diesel::sql_query(keys).bind::<Text, _>(table).bind::<BigInt, _>(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(keys.load::<Key>(conn)?.into_iter().map(|row| row.key).collect())
}

/// A stored word as its domain type.
pub(crate) fn parse<T: std::str::FromStr>(table: &'static str, column: &'static str, value: &str) -> Result<T> {
    value.parse().map_err(|_| Error::Stored { table, column, value: value.chars().take(40).collect() })
}

/// A stored time with its zone.
pub(crate) fn utc(stored: NaiveDateTime) -> DateTime<Utc> {
    stored.and_utc()
}

#[cfg(test)]
mod tests {
    use diesel::{Connection as _, RunQueryDsl, SqliteConnection};

    use super::*;

    #[test]
    fn a_locked_database_passes_and_a_missing_row_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locked.db").display().to_string();
        let mut first = SqliteConnection::establish(&path).unwrap();
        let mut second = SqliteConnection::establish(&path).unwrap();
        diesel::sql_query("BEGIN EXCLUSIVE").execute(&mut first).unwrap();
        let locked = Error::from(diesel::sql_query("BEGIN EXCLUSIVE").execute(&mut second).unwrap_err());
        assert!(locked.is_passing(), "{locked}");
        use diesel::result::DatabaseErrorKind as Kind;
        let failed = |kind: Kind, message: &str| {
            Error::from(diesel::result::Error::DatabaseError(kind, Box::new(message.to_owned())))
        };
        let said = |message: &str| failed(Kind::Unknown, message);
        assert!(failed(Kind::UnableToSendCommand, "no connection to the server\n").is_passing());
        assert!(said("deadlock detected").is_passing() && said("检测到死锁").is_passing());
        assert!(!said("division by zero").is_passing());
        assert!(!Error::from(diesel::result::Error::NotFound).is_passing());
    }

    #[test]
    fn both_databases_have_the_same_migrations() {
        let names = |database: &str| -> Vec<String> {
            let folder = format!("{}/migrations/{database}", env!("CARGO_MANIFEST_DIR"));
            let mut names: Vec<_> = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names("sqlite"), names("postgres"));
    }
}
