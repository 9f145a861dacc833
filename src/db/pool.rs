//! Connections: on SQLite several that read and one that writes, on PostgreSQL one pool for both.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{self, ManageConnection};
use diesel::{PgConnection, SqliteConnection};

use super::checkpoint::Checkpoints;
use super::{Connection, Error};

/// How long a request waits for a connection before it is told to come again.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Times that a transaction is begun where another one may be first.
const TRIES: usize = 4;

/// Connections that read at the same time.
const READERS: u32 = 4;

/// WAL so that readers and the writer do not wait for each other; FULL so that a commit survives a power cut. No ANALYZE:
/// with its samples SQLite prepares a kept statement anew for every value that is bound to it.
const SQLITE_SET_UP: &str = "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 24000; \
     PRAGMA journal_size_limit = 100000000";

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
    /// SQLite: moves its log.
    checkpoints: Option<Checkpoints>,
}

#[derive(Debug, Clone)]
pub(super) enum Manager {
    Sqlite {
        path: String,
        /// Pages kept in memory at most, in KiB.
        cache: u32,
        /// How much of the file is mapped into memory, in bytes.
        mapped: u32,
    },
    Postgres {
        url: String,
        /// How often work with one of the connections has failed.
        failures: Arc<AtomicUsize>,
    },
}

/// SQLite's own measure, for those that read: the system keeps the file in memory for them.
const READER_CACHE: u32 = 2_000;

/// The file is read where the system keeps it, instead of being copied.
const MAPPED: u32 = 256 * 1024 * 1024;

/// After every commit a reader maps the file anew, which takes longer than to copy the few pages of a look-up.
const NOT_MAPPED: u32 = 0;

/// Room for what a batch of answers changes, and no more: SQLite looks through all pages it keeps at each commit in which
/// it has split one.
const WRITER_CACHE: u32 = 8_192;

/// An import touches every index all over.
const IMPORT_CACHE: u32 = 65_536;

impl Pool {
    /// Opens the database that `url` names; an SQLite file (and its directory) is made if it is not there.
    pub fn open(url: &str) -> Result<Self, ConnectError> {
        let manager = Manager::from_url(url)?;
        // Try once by hand: the pool would repeat a wrong address for ever, and hide what was said.
        drop(manager.establish()?);
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
        let (writers, look_ups, checkpoints) = match &manager {
            Manager::Sqlite { path, .. } => {
                let writer = Manager::Sqlite { path: path.clone(), cache: WRITER_CACHE, mapped: MAPPED };
                let look_up = Manager::Sqlite { path: path.clone(), cache: READER_CACHE, mapped: NOT_MAPPED };
                (build(1, &writer)?, Some(build(threads, &look_up)?), Some(Checkpoints::new(look_up)))
            }
            Manager::Postgres { .. } => (build(READERS, &manager)?, None, None),
        };
        Ok(Self { readers, writers, look_ups, checkpoints })
    }

    /// Whether the database is a file, and no server is to be asked.
    pub fn is_file(&self) -> bool {
        self.look_ups.is_some()
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

    /// As [`write`](Self::write). Who loses the race for a number that only one row may have begins again, and finds the
    /// other's row there.
    pub async fn write_again<T>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
    {
        let work = Arc::new(work);
        for _ in 1..TRIES {
            let work = work.clone();
            match self.write(move |conn| work(conn)).await {
                Err(error) if error.is_overtaken() => {}
                result => return result,
            }
        }
        self.write(move |conn| work(conn)).await
    }

    /// As [`read`](Self::read), on this thread: for commands.
    pub fn read_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        with(&self.readers, |connection| connection.read(work))
    }

    /// As [`write`](Self::write), on this thread: for commands.
    pub fn write_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        let written = with(&self.writers, |connection| connection.write(work))?;
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.committed();
        }
        Ok(written)
    }

    /// As [`write_now`](Self::write_now), for very many rows: more of the database is kept in memory while it lasts.
    pub fn import_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        with(&self.writers, |connection| {
            connection.set_cache(IMPORT_CACHE)?;
            let result = connection.write(work);
            if let Err(error) = connection.set_cache(WRITER_CACHE) {
                tracing::warn!(%error, "the memory of an import could not be given back");
            }
            result
        })
    }

    /// Runs `work` outside a transaction, on this thread: for a single statement and for migrations.
    pub fn run_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        with(&self.writers, work)
    }

    /// A single query that needs no snapshot of its own, on this thread.
    pub fn query_now<T, E: From<Error>>(&self, work: impl FnOnce(&mut Connection) -> Result<T, E>) -> Result<T, E> {
        with(&self.readers, work)
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
        with(look_ups, work)
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

/// Runs `work` with a connection of `pool`.
fn with<T, E: From<Error>>(
    pool: &r2d2::Pool<Manager>,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    let mut kept = pool.get().map_err(|_| Error::from(ConnectError::Busy))?;
    let result = work(&mut kept.connection);
    if result.is_err() {
        kept.doubt();
    }
    result
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
    Manager::from_url(url)?.establish()
}

/// The file that an address of SQLite names.
pub fn sqlite_path(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path))
}

impl Manager {
    fn from_url(url: &str) -> Result<Self, ConnectError> {
        if let Some(path) = sqlite_path(url) {
            return Ok(Self::Sqlite { path: path.to_owned(), cache: READER_CACHE, mapped: MAPPED });
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.to_owned(), failures: Arc::default() });
        }
        Err(ConnectError::UnknownScheme)
    }

    /// Chooses by scheme: the derived `establish` tries both and hides the cause.
    pub(super) fn establish(&self) -> Result<Connection, ConnectError> {
        match self {
            Self::Sqlite { path, cache, mapped } => {
                if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder).map_err(|error| refused(path, error.to_string()))?;
                }
                let mut connection =
                    SqliteConnection::establish(path).map_err(|error| refused(path, error.to_string()))?;
                let set_up = format!("{SQLITE_SET_UP}; PRAGMA mmap_size = {mapped}");
                connection.batch_execute(&set_up).map_err(|error| refused(path, error.to_string()))?;
                let mut connection = Connection::Sqlite(connection);
                connection.set_cache(*cache).map_err(|error| refused(path, error.to_string()))?;
                Ok(connection)
            }
            Self::Postgres { url, .. } => {
                let mut connection =
                    PgConnection::establish(url).map_err(|error| refused("PostgreSQL", error.to_string()))?;
                connection
                    .batch_execute("SET TIME ZONE 'UTC'")
                    .map_err(|error| refused("PostgreSQL", error.to_string()))?;
                Ok(Connection::Postgres(connection))
            }
        }
    }
}

/// A connection of the pool.
pub(super) struct Kept {
    connection: Connection,
    /// When it was last known to lead somewhere.
    heard: Instant,
    /// How many failures there had been by then.
    failures_then: usize,
    failures: Arc<AtomicUsize>,
}

impl Kept {
    /// Each connection of its kind is asked before it is used again: a server that was started again has closed them all.
    fn doubt(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }
}

/// A server is not asked more often whether it is still there: under load that would be every other message.
const TRUSTED: Duration = Duration::from_secs(1);

impl ManageConnection for Manager {
    type Connection = Kept;
    type Error = ConnectError;

    fn connect(&self) -> Result<Kept, ConnectError> {
        let failures = match self {
            Self::Postgres { failures, .. } => failures.clone(),
            Self::Sqlite { .. } => Arc::default(),
        };
        let failures_then = failures.load(Ordering::Relaxed);
        Ok(Kept { connection: self.establish()?, heard: Instant::now(), failures_then, failures })
    }

    fn is_valid(&self, kept: &mut Kept) -> Result<(), ConnectError> {
        // A file does not go away; asking costs more than some of our queries.
        let Self::Postgres { failures, .. } = self else { return Ok(()) };
        let failures = failures.load(Ordering::Relaxed);
        if kept.heard.elapsed() >= TRUSTED || kept.failures_then != failures {
            let heard = Instant::now();
            kept.connection.batch_execute("SELECT 1").map_err(|error| refused("PostgreSQL", error.to_string()))?;
            (kept.heard, kept.failures_then) = (heard, failures);
        }
        Ok(())
    }

    /// A panic may have left a transaction open.
    fn has_broken(&self, _: &mut Kept) -> bool {
        std::thread::panicking()
    }
}

fn refused(place: &str, cause: String) -> ConnectError {
    ConnectError::Refused { place: place.to_owned(), cause }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::{BigInt, Text};
    use diesel::{QueryableByName, RunQueryDsl};

    use super::*;

    #[derive(QueryableByName)]
    struct Built {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }

    #[derive(QueryableByName)]
    struct Cache {
        #[diesel(sql_type = BigInt)]
        cache_size: i64,
    }

    fn in_a_new_file() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::open(&format!("sqlite:{}", folder.path().join("new.db").display())).unwrap();
        (folder, pool)
    }

    #[test]
    fn sqlite_is_built_as_our_connections_use_it() {
        let (_folder, pool) = in_a_new_file();
        let options = |conn: &mut Connection| -> Result<Vec<Built>, Error> {
            Ok(diesel::sql_query("PRAGMA compile_options").load(conn)?)
        };
        let built: Vec<_> = pool.read_now(options).unwrap().into_iter().map(|built| built.compile_options).collect();
        let has = |option: &str| built.iter().any(|built| built == option);
        let is_meant = has("THREADSAFE=2") && has("DEFAULT_MEMSTATUS=0") && !has("ENABLE_MEMORY_MANAGEMENT");
        assert!(is_meant, "built before .cargo/config.toml changed? cargo clean -p libsqlite3-sys; {built:?}");
    }

    #[test]
    fn an_import_has_more_memory_and_gives_it_back() {
        let (_folder, pool) = in_a_new_file();
        let cache = |conn: &mut Connection| -> Result<i64, Error> {
            Ok(diesel::sql_query("PRAGMA cache_size").get_result::<Cache>(conn)?.cache_size)
        };
        let (during, after) = (pool.import_now(cache).unwrap(), pool.write_now(cache).unwrap());
        assert_eq!((during, after), (-i64::from(IMPORT_CACHE), -i64::from(WRITER_CACHE)));
    }
}
