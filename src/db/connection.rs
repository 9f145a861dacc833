//! A connection to either database, and its transactions and migrations.

use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Error, Result};

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The advisory lock under which PostgreSQL migrates: one instance at a time.
const MIGRATION_LOCK: i64 = 0x6d61_6e79_6931;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded one.
    Sqlite(SqliteConnection),
    /// The server.
    Postgres(PgConnection),
}

impl AnyConnection {
    /// Runs `work` in one writing transaction: all of it is stored, or nothing.
    ///
    /// SQLite takes its write lock at once, so that reading and then writing never fails half-way. Do not nest.
    pub fn write<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN IMMEDIATE",
            Self::Postgres(_) => "BEGIN",
        };
        self.enclose(begin, work)
    }

    /// Runs `work` on one snapshot of the data.
    pub fn read<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let begin = match self {
            Self::Sqlite(_) => "BEGIN DEFERRED",
            Self::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.enclose(begin, work)
    }

    /// How many KiB of pages SQLite keeps in memory at most; PostgreSQL has a setting of its own.
    pub(super) fn set_cache(&mut self, kib: u32) -> Result<()> {
        use diesel::connection::SimpleConnection;
        match self {
            Self::Sqlite(c) => Ok(c.batch_execute(&format!("PRAGMA cache_size = -{kib}"))?),
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Brings the schema up to date; on PostgreSQL one instance at a time. Returns the names of what was applied.
    pub fn migrate(&mut self) -> Result<Vec<String>> {
        use diesel::connection::SimpleConnection;
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Migration(error.to_string());
        match self {
            Self::Sqlite(c) => {
                let done = c.run_pending_migrations(SQLITE_MIGRATIONS).map_err(failed)?;
                Ok(done.iter().map(ToString::to_string).collect())
            }
            Self::Postgres(c) => {
                c.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
                let done = c
                    .run_pending_migrations(POSTGRES_MIGRATIONS)
                    .map(|done| done.iter().map(ToString::to_string).collect())
                    .map_err(failed);
                c.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
                done
            }
        }
    }

    /// Whether the schema is that of this version.
    pub fn is_migrated(&mut self) -> Result<bool> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::Migration(error.to_string());
        let pending = match self {
            Self::Sqlite(c) => c.has_pending_migration(SQLITE_MIGRATIONS),
            Self::Postgres(c) => c.has_pending_migration(POSTGRES_MIGRATIONS),
        };
        Ok(!pending.map_err(failed)?)
    }

    fn enclose<T, E: From<Error>>(
        &mut self,
        begin: &str,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        use diesel::connection::SimpleConnection;
        self.batch_execute(begin).map_err(Error::from)?;
        match work(self) {
            Ok(value) => {
                let committed = self.batch_execute("COMMIT");
                if committed.is_err() {
                    // A failed commit leaves SQLite inside the transaction.
                    let _ = self.batch_execute("ROLLBACK");
                }
                committed.map_err(Error::from)?;
                Ok(value)
            }
            Err(error) => {
                // It fails where the database has rolled back itself, as SQLite does on a full disk: the cause is what counts.
                let _ = self.batch_execute("ROLLBACK");
                Err(error)
            }
        }
    }
}
