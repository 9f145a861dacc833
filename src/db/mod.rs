//! The only place that knows SQL and which database it runs on: SQLite or PostgreSQL, from one code.
//!
//! Query text is written once on the [`Connection`] enum; the few expressions its derive refuses (batch inserts,
//! upserts) are expanded into both arms by `on_each!`. One file per table. Times are UTC without an offset, cut to
//! microseconds; JSON is text.

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

pub mod announcement;
pub mod api_token;
pub mod appraisals;
pub mod audit;
pub mod closing;
pub mod commitment;
mod connection;
pub mod department;
pub mod doctor;
pub mod drivers;
pub mod employee;
pub mod follow_up;
pub mod holiday;
pub mod intake;
pub mod invitation;
pub mod master_data;
pub mod outbox;
pub mod pending;
pub mod period;
mod pool;
pub mod questionnaire;
pub mod ratings;
mod recount;
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
pub mod tally;
pub mod trend;
pub mod user;

pub use connection::AnyConnection as Connection;
pub use pool::{ConnectError, Pool};

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

/// What the functions here return.
pub type Result<T> = std::result::Result<T, Error>;

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
