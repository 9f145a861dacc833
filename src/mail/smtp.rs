//! SMTP over a few kept connections of our own.
//!
//! lettre speaks the protocol; what it leaves open is settled here. Its timeout covers only the connect, so every stage
//! has one of ours. It sets no TCP_NODELAY and writes the final dot apart, which costs 40 ms a mail: we hand it a
//! socket of our own and write each step at once. And as we take the steps of a mail one by one, we know after a
//! failure whether the message itself had left us.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Ehlo, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use lettre::transport::smtp::{Error, client};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::address::Address;
use super::dialogue::Dialogue;
use super::message::Mail;
use super::reply::{Outcome, Reply, clean};
use super::url::{MailUrlError, Security, Server};

/// Sends to one server. Made by [`super::Mailer::from_url`].
pub struct SmtpMailer {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    limits: Limits,
    connections: usize,
    slots: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

/// How long each stage of a mail may take. Together with one reconnect they stay below the outbox lease of 5 minutes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Resolving, connecting, greeting, TLS and sign-in.
    pub connect: Duration,
    /// The replies to MAIL, RCPT and DATA together.
    pub envelope: Duration,
    /// The message and the reply to it. RFC 5321 allows 10 minutes; a shorter wait risks a double, not a loss.
    pub message: Duration,
}

/// What a server said when it was only greeted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting {
    /// The name the server gives itself.
    pub server: String,
    /// The connection is encrypted.
    pub encrypted: bool,
    /// We are signed in.
    pub signed_in: bool,
}

/// Mails over one connection before it is closed; many servers set a limit of about this.
const MAILS_PER_CONNECTION: u32 = 100;

struct Connection {
    smtp: AsyncSmtpConnection,
    /// The server takes several commands in one packet (RFC 2920).
    pipelining: bool,
    /// Mails sent over it so far.
    used: u32,
    dialogue: Dialogue,
}

/// Why a step failed.
enum Trouble {
    /// The server said no, and can be spoken to further unless `closing`.
    Refused { reply: Reply, closing: bool },
    /// The server said something that is no SMTP reply, or not in UTF-8.
    Garbled(String),
    /// The connection is gone.
    Lost(String),
}

/// What became of a mail on one connection.
enum Attempt {
    Ended(Outcome),
    /// The server had closed a kept connection: nothing of the mail has left us, a new connection will do.
    Stale(String),
}

impl Limits {
    /// For who waits so long for a connection: twice as long for the envelope, four times for the message.
    pub fn by_connect(connect: Duration) -> Self {
        Self { connect, envelope: connect * 2, message: connect * 4 }
    }
}

impl SmtpMailer {
    pub(super) fn new(server: Server, limits: Limits) -> Result<Self, MailUrlError> {
        let Server { host, port, security, credentials, connections, .. } = server;
        let tls = match security {
            Security::None => None,
            // Whoever may strip STARTTLS may also forge a certificate: checking it would only lose mail. A password
            // is worth more than a mail, so with one the certificate counts.
            Security::Opportunistic => Some(credentials.is_some()),
            Security::Required | Security::Implicit => Some(true),
        };
        let parameters = |verified: bool| {
            let builder = TlsParameters::builder(host.clone()).dangerous_accept_invalid_certs(!verified);
            builder.build().map_err(|error| MailUrlError::TlsSetup(error.to_string()))
        };
        let tls = tls.map(parameters).transpose()?;
        let (slots, idle) = (Semaphore::new(connections), Mutex::new(Vec::with_capacity(connections)));
        Ok(Self {
            host,
            port,
            security,
            tls,
            credentials,
            hello: ClientId::default(),
            limits,
            connections,
            slots,
            idle,
        })
    }

    /// How many connections are kept at most.
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// How long [`send`](Self::send) takes at most once it has a slot: a kept connection that turns out to be dead, a new
    /// one, and the message on it. Less than the lease of the outbox.
    pub fn longest(&self) -> Duration {
        self.limits.connect + self.limits.envelope * 2 + self.limits.message
    }

    /// Sends one mail, waiting for a connection if all are in use. Takes at most [`longest`](Self::longest).
    pub async fn send(&self, mail: &Mail) -> Outcome {
        let Ok(_slot) = self.slots.acquire().await else {
            return not_started("the mailer is closed");
        };
        let kept = self.idle().pop();
        if let Some(connection) = kept
            && let Attempt::Ended(outcome) = self.attempt(connection, mail).await
        {
            return outcome;
        }
        self.send_afresh(mail, &Dialogue::default()).await
    }

    /// Sends one mail over a connection of its own, and keeps what is said.
    pub async fn send_aloud(&self, mail: &Mail, dialogue: &Dialogue) -> Outcome {
        let Ok(_slot) = self.slots.acquire().await else {
            return not_started("the mailer is closed");
        };
        self.send_afresh(mail, dialogue).await
    }

    async fn send_afresh(&self, mail: &Mail, dialogue: &Dialogue) -> Outcome {
        match self.connect(dialogue).await {
            Err(outcome) => outcome,
            Ok(connection) => match self.attempt(connection, mail).await {
                Attempt::Ended(outcome) => outcome,
                Attempt::Stale(cause) => not_started(&cause),
            },
        }
    }

    /// Connects, signs in and says goodbye: tells whether mail could be sent.
    pub async fn probe(&self) -> Result<Greeting, Outcome> {
        let connection = self.connect(&Dialogue::default()).await?;
        let greeting = Greeting {
            server: clean(connection.smtp.server_info().name(), None),
            encrypted: connection.smtp.is_encrypted(),
            signed_in: self.credentials.is_some(),
        };
        goodbye(connection).await;
        Ok(greeting)
    }

    /// Says goodbye on the connections that are not in use: when there is nothing more to send, and at the end.
    pub async fn rest(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            goodbye(connection).await;
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempt(&self, mut connection: Connection, mail: &Mail) -> Attempt {
        let kept = connection.used > 0;
        connection.used += 1;
        let begun = Instant::now();
        let envelope = timeout(self.limits.envelope, connection.envelope(mail)).await;
        let trouble = match envelope {
            // A process that was suspended finds its answer ready however late it is; the mail may be another's by now.
            Ok(Ok(())) if begun.elapsed() <= self.limits.envelope => {
                let (outcome, usable) = self.message(&mut connection, mail).await;
                self.keep(connection, usable).await;
                return Attempt::Ended(outcome);
            }
            Ok(Err(trouble)) => trouble,
            Ok(Ok(())) | Err(_) => {
                return Attempt::Ended(not_started(&format!(
                    "no reply to the envelope {}",
                    within(self.limits.envelope)
                )));
            }
        };
        match trouble {
            Trouble::Lost(cause) if kept => Attempt::Stale(cause),
            Trouble::Refused { reply, .. } if kept && reply.code == 421 => Attempt::Stale(reply.to_string()),
            Trouble::Lost(cause) => Attempt::Ended(not_started(&cause)),
            Trouble::Garbled(cause) => Attempt::Ended(Outcome::Unknown { cause, possible_duplicate: false }),
            Trouble::Refused { reply, closing } => {
                let usable = !closing && self.reset(&mut connection).await;
                self.keep(connection, usable).await;
                Attempt::Ended(Outcome::of(reply))
            }
        }
    }

    /// The message itself. From its first byte on, silence means that it may have arrived.
    async fn message(&self, connection: &mut Connection, mail: &Mail) -> (Outcome, bool) {
        let unknown = |cause: String| (Outcome::Unknown { cause, possible_duplicate: true }, false);
        connection.dialogue.ours(|| format!("({} B)\n.", mail.raw.len()));
        let said = timeout(self.limits.message, connection.smtp.command(Stuffed(&mail.raw))).await;
        said.iter().for_each(|said| connection.dialogue.theirs(said));
        match said {
            Err(_) => unknown(format!("no reply to the message {}", within(self.limits.message))),
            Ok(Ok(response)) => match Outcome::of(reply(&response, &mail.to)) {
                Outcome::Unknown { cause, .. } => unknown(cause),
                outcome => (outcome, true),
            },
            Ok(Err(error)) => match Trouble::of(&error, &mail.to) {
                Trouble::Refused { reply, closing } => (Outcome::of(reply), !closing),
                Trouble::Garbled(cause) | Trouble::Lost(cause) => unknown(cause),
            },
        }
    }

    /// Whether the server forgot the refused mail, so that the next one begins afresh.
    async fn reset(&self, connection: &mut Connection) -> bool {
        matches!(timeout(self.limits.connect, connection.smtp.command(Rset)).await, Ok(Ok(_)))
    }

    async fn keep(&self, connection: Connection, usable: bool) {
        let connection = Connection { dialogue: Dialogue::default(), ..connection };
        if usable && connection.used < MAILS_PER_CONNECTION {
            self.idle().push(connection);
        } else if usable {
            goodbye(connection).await;
        }
    }

    async fn connect(&self, dialogue: &Dialogue) -> Result<Connection, Outcome> {
        match timeout(self.limits.connect, self.sign_in(dialogue)).await {
            Ok(result) => result,
            Err(_) => Err(self.out_of_reach(&format!("no connection {}", within(self.limits.connect)))),
        }
    }

    async fn sign_in(&self, dialogue: &Dialogue) -> Result<Connection, Outcome> {
        dialogue.ours(|| format!("({}:{})", self.host, self.port));
        let mut smtp = self.open(dialogue).await?;
        if let (Some(tls), false) = (&self.tls, smtp.is_encrypted()) {
            if smtp.can_starttls() {
                dialogue.ours(|| "STARTTLS".to_owned());
                let begun = smtp.starttls(tls.clone(), &self.hello).await;
                begun.map_err(|error| self.overheard(error, dialogue))?;
            } else if self.security == Security::Required {
                return Err(self.out_of_reach("it offers no STARTTLS; tls=none in the mail URL would send in plain"));
            }
        }
        // lettre keeps no list of what else the server can do, so it is asked for once more.
        let extensions = dialogue.command(&mut smtp, Ehlo::new(self.hello.clone())).await;
        let extensions = extensions.map_err(|error| self.judge(&error))?;
        let pipelining = extensions.message().any(|line| line.trim().eq_ignore_ascii_case("PIPELINING"));
        if let Some(credentials) = &self.credentials {
            if self.security != Security::None && !smtp.is_encrypted() {
                return Err(self.out_of_reach("it offers no STARTTLS, and a password is not sent in plain"));
            }
            dialogue.ours(|| "AUTH …".to_owned());
            let signed = smtp.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            dialogue.theirs(&signed);
            signed
                .map_err(|error| self.out_of_reach(&format!("the sign-in failed: {}", Trouble::read(&error, None))))?;
        }
        Ok(Connection { smtp, pipelining, used: 0, dialogue: dialogue.clone() })
    }

    async fn open(&self, dialogue: &Dialogue) -> Result<AsyncSmtpConnection, Outcome> {
        let place = (self.host.as_str(), self.port);
        let opened = if let (Security::Implicit, Some(tls)) = (self.security, &self.tls) {
            AsyncSmtpConnection::connect_tokio1(place, None, &self.hello, Some(tls.clone()), None).await
        } else {
            let stream = TcpStream::connect(place).await.and_then(|stream| stream.set_nodelay(true).map(|()| stream));
            let stream: Box<dyn client::AsyncTokioStream> =
                Box::new(stream.map_err(|error| self.out_of_reach(&error.to_string()))?);
            AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await
        };
        opened.map_err(|error| self.overheard(error, dialogue))
    }

    /// A failure that only lettre has heard of.
    fn overheard(&self, error: Error, dialogue: &Dialogue) -> Outcome {
        let outcome = self.judge(&error);
        dialogue.theirs(&Err(error));
        outcome
    }

    /// What follows from a failure before there was a mail. A server that is closing (421) or overloaded says so to
    /// everybody; with any other refusal the set-up is wrong, which is no mail's fault.
    fn judge(&self, error: &Error) -> Outcome {
        match Trouble::read(error, None) {
            Trouble::Refused { reply, .. } if (400..500).contains(&reply.code) => match Outcome::of(reply) {
                Outcome::Transient { reply, pause, .. } => Outcome::Transient { reply, pause, domain_wide: true },
                outcome => outcome,
            },
            Trouble::Garbled(cause) => Outcome::Unknown { cause, possible_duplicate: false },
            trouble => self.out_of_reach(&trouble.to_string()),
        }
    }

    fn out_of_reach(&self, cause: &str) -> Outcome {
        let cause = clean(&format!("mail server {}:{}: {cause}", self.host, self.port), None);
        Outcome::NotStarted { cause, relay_wide: true }
    }
}

impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpMailer({}:{}, {:?})", self.host, self.port, self.security)
    }
}

impl Connection {
    /// MAIL, RCPT and DATA, in one packet if the server can.
    async fn envelope(&mut self, mail: &Mail) -> Result<(), Trouble> {
        let from = MailFrom::new(Some(mail.return_path.inner().clone()), Vec::new());
        let to = Rcpt::new(mail.to.inner().clone(), Vec::new());
        let trouble = |error: Error| Trouble::of(&error, &mail.to);
        let go_on = if self.pipelining {
            let envelope = format!("{from}{to}{Data}");
            let refused = match self.dialogue.command(&mut self.smtp, envelope).await.map_err(trouble) {
                Ok(_) => None,
                Err(refused @ Trouble::Refused { closing: false, .. }) => Some(refused),
                Err(trouble) => return Err(trouble),
            };
            // The server answers every command, also those that follow from a refused one; the first refusal counts.
            let recipient = self.smtp.read_response().await;
            self.dialogue.theirs(&recipient);
            let data = self.smtp.read_response().await;
            self.dialogue.theirs(&data);
            let recipient = recipient.map_err(trouble);
            let refused = refused.or(recipient.err());
            match (refused, data) {
                (None, data) => data.map_err(trouble)?,
                // It would take a message without a recipient now: leave it alone.
                (Some(Trouble::Refused { reply, .. }), Ok(_)) => return Err(Trouble::Refused { reply, closing: true }),
                (Some(trouble), _) => return Err(trouble),
            }
        } else {
            self.dialogue.command(&mut self.smtp, from).await.map_err(trouble)?;
            self.dialogue.command(&mut self.smtp, to).await.map_err(trouble)?;
            self.dialogue.command(&mut self.smtp, Data).await.map_err(trouble)?
        };
        if go_on.has_code(354) { Ok(()) } else { Err(Trouble::Garbled(format!("DATA: {}", reply(&go_on, &mail.to)))) }
    }
}

impl Trouble {
    fn of(error: &Error, recipient: &Address) -> Self {
        Self::read(error, Some(recipient))
    }

    fn read(error: &Error, recipient: Option<&Address>) -> Self {
        let text = told(error);
        if let Some(code) = error.status() {
            let reply = Reply::new(code.into(), &text, recipient);
            return Self::Refused { closing: reply.code == 421, reply };
        }
        let text = clean(&text, recipient);
        let not_utf8 = std::error::Error::source(error)
            .and_then(|source| source.downcast_ref::<std::io::Error>())
            .is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData);
        // lettre's words for a connection that ended where a reply should be.
        let ended = error.is_response() && text == "incomplete response";
        if not_utf8 || (error.is_response() && !ended) || error.is_client() {
            Self::Garbled(format!("unreadable reply: {text}"))
        } else {
            Self::Lost(if ended { "the server closed the connection".to_owned() } else { text })
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reply, .. } => reply.fmt(f),
            Self::Garbled(cause) | Self::Lost(cause) => f.write_str(cause),
        }
    }
}

/// A message with its leading dots doubled and the final dot (RFC 5321 §4.5.2), to go out in one write.
struct Stuffed<'a>(&'a str);

impl fmt::Display for Stuffed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with('.') {
            f.write_str(".")?;
        }
        for (at, piece) in self.0.split("\r\n.").enumerate() {
            f.write_str(if at > 0 { "\r\n.." } else { "" })?;
            f.write_str(piece)?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

async fn goodbye(mut connection: Connection) {
    // Nothing depends on the answer.
    let _ = timeout(Duration::from_secs(1), connection.smtp.quit()).await;
}

/// Nothing of this mail has left us.
fn not_started(cause: &str) -> Outcome {
    Outcome::NotStarted { cause: clean(cause, None), relay_wide: false }
}

fn within(limit: Duration) -> String {
    format!("within {} s", limit.as_secs_f32())
}

fn reply(response: &Response, recipient: &Address) -> Reply {
    let text: Vec<&str> = response.message().collect();
    Reply::new(response.code().into(), &text.join(" "), Some(recipient))
}

/// The innermost words of an error, without lettre's "network error: ".
fn told(error: &Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
