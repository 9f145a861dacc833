//! Connections: on SQLite several that read and one that writes, on PostgreSQL one pool for both.

use std::path::Path;
use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{self, ManageConnection};
use diesel::{PgConnection, SqliteConnection};

use super::{Connection, Error};

/// How long a request waits for a connection before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections that read at the same time.
const READERS: u32 = 4;

/// WAL so that readers and the writer do not wait for each other; FULL so that a commit survives a power cut. No ANALYZE:
/// with its samples SQLite prepares a kept statement anew for every value that is bound to it.
const SQLITE_SET_UP: &str = "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 268435456; \
     PRAGMA wal_autocheckpoint = 4000";

/// Why no connection could be had.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither `sqlite:` nor `postgres://`.
    #[error("MANYI_DATABASE_URL must be sqlite:PATH or postgres://…")]
    UnknownScheme,
    /// The database refused, with its own words.
    #[error("{place}: {cause}")]
    Refused {
        /// The file, or `PostgreSQL`.
        place: String,
        /// What the database said.
        cause: String,
    },
    /// All connections were in use for too long.
    #[error("every connection is busy")]
    Busy,
}

/// Where connections come from. Cheap to clone.
#[derive(Clone)]
pub struct Pool {
    readers: r2d2::Pool<Manager>,
    writers: r2d2::Pool<Manager>,
    /// SQLite: for what is looked up on the thread of the request, one for each such thread, so that none waits.
    look_ups: Option<r2d2::Pool<Manager>>,
}

#[derive(Debug, Clone)]
enum Manager {
    Sqlite {
        path: String,
        /// Pages kept in memory at most, in KiB.
        cache: u32,
    },
    Postgres(String),
}

/// SQLite's own measure, for those that read: the system keeps the file in memory for them.
const READER_CACHE: u32 = 2_000;

/// An import touches every index all over; taken only while it is needed.
const WRITER_CACHE: u32 = 65_536;

impl Pool {
    /// Opens the database that `url` names; an SQLite file (and its directory) is made if it is not there.
    pub fn open(url: &str) -> Result<Self, ConnectError> {
        let manager = Manager::from_url(url)?;
        // Try once by hand: the pool would repeat a wrong address for ever, and hide what was said.
        drop(manager.connect()?);
        let build = |size: u32, manager: &Manager| {
            r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .connection_timeout(PATIENCE)
                .error_handler(Box::new(r2d2::NopErrorHandler))
                .build(manager.clone())
                .map_err(|_| ConnectError::Busy)
        };
        let readers = build(READERS, &manager)?;
        let threads =
            std::thread::available_parallelism().map_or(READERS, |n| u32::try_from(n.get()).unwrap_or(READERS));
        let (writers, look_ups) = match &manager {
            Manager::Sqlite { path, .. } => {
                let writer = Manager::Sqlite { path: path.clone(), cache: WRITER_CACHE };
                (build(1, &writer)?, Some(build(threads, &manager)?))
            }
            Manager::Postgres(_) => (build(READERS, &manager)?, None),
        };
        Ok(Self { readers, writers, look_ups })
    }

    /// Runs `work` on one snapshot, on a thread that may block.
    pub async fn read<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pool = self.clone();
        off_thread(move || pool.read_now(work)).await
    }

    /// Runs `work` in one writing transaction, on a thread that may block.
    pub async fn write<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pool = self.clone();
        off_thread(move || pool.write_now(work)).await
    }

    /// As [`read`](Self::read), on this thread: for commands.
    pub fn read_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.readers.get().map_err(|_| Error::from(ConnectError::Busy))?;
        connection.read(work)
    }

    /// As [`write`](Self::write), on this thread: for commands.
    pub fn write_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.writers.get().map_err(|_| Error::from(ConnectError::Busy))?;
        connection.write(work)
    }

    /// Runs `work` outside a transaction, on this thread: for a single statement and for migrations.
    pub fn run_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.writers.get().map_err(|_| Error::from(ConnectError::Busy))?;
        work(&mut connection)
    }

    /// A single query that needs no snapshot of its own, on this thread.
    pub fn query_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.readers.get().map_err(|_| Error::from(ConnectError::Busy))?;
        work(&mut connection)
    }

    /// A look-up by key that needs no snapshot of its own. In a file it takes less than the way to another thread, so it
    /// is done on this one; a server is asked on a thread that may block.
    pub async fn look_up<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let Some(look_ups) = &self.look_ups else { return self.query(work).await };
        let mut connection = look_ups.get().map_err(|_| Error::from(ConnectError::Busy))?;
        work(&mut connection)
    }

    /// A single query that needs no snapshot of its own, on a thread that may block.
    pub async fn query<T, E>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let pool = self.clone();
        off_thread(move || pool.query_now(work)).await
    }
}

async fn off_thread<T: Send + 'static, E: From<Error> + Send + 'static>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(Error::Stopped.into()),
    }
}

/// A connection of its own, for what is done once.
pub(super) fn connect(url: &str) -> Result<Connection, ConnectError> {
    Manager::from_url(url)?.connect()
}

/// The file that an address of SQLite names.
pub fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

impl Manager {
    fn from_url(url: &str) -> Result<Self, ConnectError> {
        if let Some(path) = sqlite_path(url) {
            return Ok(Self::Sqlite { path: path.to_owned(), cache: READER_CACHE });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(ConnectError::UnknownScheme)
    }
}

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = ConnectError;

    /// Chooses by scheme: the derived `establish` tries both and hides the cause.
    fn connect(&self) -> Result<Connection, ConnectError> {
        match self {
            Self::Sqlite { path, cache } => {
                let refused = |cause: String| ConnectError::Refused { place: path.clone(), cause };
                if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|error| refused(error.to_string()))?;
                }
                let mut connection = SqliteConnection::establish(path).map_err(|error| refused(error.to_string()))?;
                let set_up = format!("{SQLITE_SET_UP}; PRAGMA cache_size = -{cache}");
                connection.batch_execute(&set_up).map_err(|error| refused(error.to_string()))?;
                Ok(Connection::Sqlite(connection))
            }
            Self::Postgres(url) => {
                let refused = |cause: String| ConnectError::Refused { place: "PostgreSQL".into(), cause };
                let mut connection = PgConnection::establish(url).map_err(|error| refused(error.to_string()))?;
                connection.batch_execute("SET TIME ZONE 'UTC'").map_err(|error| refused(error.to_string()))?;
                Ok(Connection::Postgres(connection))
            }
        }
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), ConnectError> {
        match connection {
            // A file does not go away; asking costs more than some of our queries.
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(c) => c
                .batch_execute("SELECT 1")
                .map_err(|error| ConnectError::Refused { place: "PostgreSQL".into(), cause: error.to_string() }),
        }
    }

    /// A panic may have left a transaction open.
    fn has_broken(&self, _: &mut Connection) -> bool {
        std::thread::panicking()
    }
}
