//! The program as it runs: binds, starts web and jobs, and on SIGTERM finishes what it has begun.

use std::io::{IsTerminal, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use tokio::sync::watch;

use crate::cli::ServeRole;
use crate::config::Config;
use crate::context::{Context, StartError};
use crate::db::response_writer::ResponseWriter;
use crate::db::user;
use crate::i18n::Texts;
use crate::web::{self, Web};
use crate::{db, demo, jobs};

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

impl From<ServeRole> for Role {
    fn from(role: ServeRole) -> Self {
        match role {
            ServeRole::All => Self::All,
            ServeRole::Web => Self::Web,
            ServeRole::Worker => Self::Worker,
        }
    }
}

/// Why the program can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Storage, secrets or mail.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The settings.
    #[error(transparent)]
    Settings(#[from] crate::config::ConfigError),
    /// The demo's data.
    #[error(transparent)]
    Demo(#[from] demo::FillError),
    /// The address is taken or not ours.
    #[error("can't listen on {address}: {source}")]
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
    stores: bool,
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
        Ok(Self { context: Context::open(config)?, role, listener, captured_mail: None, stores: true })
    }

    /// Shows the mails that are written to this directory at `/dev/mail`: for the demo.
    pub fn showing_mail(mut self, directory: PathBuf) -> Self {
        self.captured_mail = Some(directory);
        self
    }

    /// Acknowledges answers without storing them: for measuring the route without storing.
    pub fn without_storing(mut self) -> Self {
        self.stores = false;
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
            Some(listener) => serve(self.context, listener, self.captured_mail, self.stores, ready).await?,
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
    stores: bool,
    ready: impl FnOnce(Option<ServerHandle>),
) -> Result<(), RunError> {
    let (writer, thread) = if stores {
        ResponseWriter::start(context.pool.clone(), context.secrets.clone(), context.config.time_zone)?
    } else {
        ResponseWriter::discarding()?
    };
    let web = Web::new(context, writer, captured_mail);
    let app = move || {
        let web = web.clone();
        App::new().configure(|config| web::configure(config, web))
    };
    // Without delay: a page goes out in several pieces, and the system would hold the last one back for 40 ms.
    let server = HttpServer::new(app)
        .tcp_nodelay(true)
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(SHUTDOWN)
        .listen(listener)?
        .run();
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

/// `manyi serve`: reads the settings, says where it listens and how to set it up, and runs until told to stop.
pub fn serve_forever(role: Role, listen: Option<String>) -> Result<(), RunError> {
    let flags: Vec<_> = listen.map(|address| ("MANYI_LISTEN", address)).into_iter().collect();
    let config = Config::load(&flags)?;
    start_log(&config.log);
    let program = Program::prepare(config, role)?;
    let (address, set_up) = (program.context.config.listen.clone(), program.set_up_url()?);
    program.run(|_| announce(role, &address, set_up.as_deref()))
}

/// `manyi demo`: an invented organisation in `dir`, served, its mail caught.
pub fn demo_forever(dir: &Path, listen: &str) -> Result<(), RunError> {
    let config = demo::config(dir, listen)?;
    start_log(&config.log);
    let locale = config.locale;
    let program = Program::prepare(config, Role::All)?.showing_mail(dir.join("mail"));
    let summary = demo::fill(&program.context)?;
    let (address, base_url) = (program.context.config.listen.clone(), program.context.base_url());
    program.run(|_| {
        announce(Role::All, &address, None);
        tell(&summary.text(&Texts::new(locale), &base_url));
    })
}

/// Log lines go to stderr; an unreadable filter falls back to `info`.
pub fn start_log(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_else(|_| "info".into());
    // Two programs in one process, as in tests, share the first one's log.
    let colours = std::io::stderr().is_terminal();
    let _ =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).try_init();
}

/// Whoever waits for the first line reads it at once; a closed pipe is no reason to stop.
fn announce(role: Role, address: &str, set_up: Option<&str>) {
    match role {
        Role::Worker => tell("working"),
        Role::All | Role::Web => tell(&format!("listening on http://{address}")),
    }
    if let Some(url) = set_up {
        tell(&format!("set up the first administrator (one use, 30 minutes): {url}"));
    }
}

fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
