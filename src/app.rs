//! The program as it runs: binds, starts web and jobs, and on SIGTERM finishes what it has begun.

use std::net::TcpListener;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use tokio::sync::watch;

use crate::config::Config;
use crate::context::{Context, StartError};
use crate::db::response_writer::ResponseWriter;
use crate::db::user;
use crate::web::{self, Web};
use crate::{db, jobs};

/// How long requests that are being answered may take after SIGTERM, in seconds.
const SHUTDOWN: u64 = 20;

/// How long a client may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);

/// Which part of the work this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Pages and jobs.
    #[default]
    All,
    /// Pages only.
    Web,
    /// Jobs only.
    Worker,
}

/// A word that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}: use all, web or worker")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        match word {
            "all" => Ok(Self::All),
            "web" => Ok(Self::Web),
            "worker" => Ok(Self::Worker),
            _ => Err(UnknownRole(word.to_owned())),
        }
    }
}

/// Why the program can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Storage, secrets or mail.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The address is taken or not ours.
    #[error("can't listen on {address}: {source}. Choose another with --listen or MANYI_LISTEN")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused a thread or a socket.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

impl From<db::Error> for RunError {
    fn from(error: db::Error) -> Self {
        StartError::from(error).into()
    }
}

/// A program that is ready to run.
pub struct Program {
    /// Settings (with the address it is bound to), storage, time, secrets, mail.
    pub context: Context,
    role: Role,
    listener: Option<TcpListener>,
    captured_mail: Option<PathBuf>,
}

impl Program {
    /// Binds the address, opens the database and brings it up to date.
    pub fn prepare(mut config: Config, role: Role) -> Result<Self, RunError> {
        let listener = match role {
            Role::Worker => None,
            Role::All | Role::Web => {
                let refused = |source| RunError::Listen { address: config.listen.clone(), source };
                let listener = TcpListener::bind(&config.listen).map_err(refused)?;
                config.listen = listener.local_addr()?.to_string();
                Some(listener)
            }
        };
        Ok(Self { context: Context::open(config)?, role, listener, captured_mail: None })
    }

    /// Shows the mails that are written to this directory at `/dev/mail`: for the demo.
    pub fn showing_mail(mut self, directory: PathBuf) -> Self {
        self.captured_mail = Some(directory);
        self
    }

    /// The address of the first set-up, while nobody has been added.
    pub fn set_up_url(&self) -> Result<Option<String>, RunError> {
        let now = self.context.now();
        let link = self.context.pool.write_now(|conn| -> db::Result<_> {
            if user::any(conn)? { Ok(None) } else { user::make_link(conn, None, now).map(Some) }
        })?;
        Ok(link.map(|token| format!("{}/link/{}", self.context.base_url(), token.as_str())))
    }

    /// Runs until SIGTERM or SIGINT. `ready` is called once requests are accepted, with a handle to stop it by.
    pub fn run(self, ready: impl FnOnce(Option<ServerHandle>)) -> Result<(), RunError> {
        actix_web::rt::System::new().block_on(self.work(ready))
    }

    async fn work(self, ready: impl FnOnce(Option<ServerHandle>)) -> Result<(), RunError> {
        let (stop, stopped) = watch::channel(false);
        let worker = match self.role {
            Role::Web => None,
            Role::All | Role::Worker => Some(tokio::spawn(jobs::run(self.context.clone(), stopped))),
        };
        match self.listener {
            Some(listener) => serve(self.context, listener, self.captured_mail, ready).await?,
            None => {
                ready(None);
                terminated().await?;
            }
        }
        // Mail that is on the wire is finished and marked; what is only claimed comes back with its lease.
        let _ = stop.send(true);
        if let Some(worker) = worker {
            let _ = worker.await;
        }
        Ok(())
    }
}

async fn serve(
    context: Context,
    listener: TcpListener,
    captured_mail: Option<PathBuf>,
    ready: impl FnOnce(Option<ServerHandle>),
) -> Result<(), RunError> {
    let (writer, thread) =
        ResponseWriter::start(context.pool.clone(), context.secrets.clone(), context.config.time_zone)?;
    let web = Web::new(context, writer, captured_mail);
    let app = move || {
        let web = web.clone();
        App::new().configure(|config| web::configure(config, web))
    };
    let server =
        HttpServer::new(app).client_request_timeout(HEAD_TIMEOUT).shutdown_timeout(SHUTDOWN).listen(listener)?.run();
    ready(Some(server.handle()));
    server.await?;
    // The server's workers are gone, and with them the last senders: the writer stores what it holds and ends.
    let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    Ok(())
}

/// Waits to be told to stop.
async fn terminated() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
