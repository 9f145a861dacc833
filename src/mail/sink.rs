//! A small SMTP server that can misbehave, and what [`super::SmtpMailer`] makes of each way.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::message::tests::mail_of;
use super::{Dialogue, Limits, Mailer, Outcome, Rejection};

/// What the server says at each step. [`CLOSE`] closes the connection, [`SILENCE`] says nothing more.
#[derive(Clone, Copy)]
struct Script {
    greeting: &'static [u8],
    ehlo: &'static [u8],
    auth: &'static [u8],
    mail: &'static [u8],
    rcpt: &'static [u8],
    data: &'static [u8],
    /// After this many lines of a message the connection is closed.
    cut_after: usize,
    dot: &'static [u8],
    /// Mails taken before the connection is closed.
    mails: usize,
}

const CLOSE: &[u8] = b"";
const SILENCE: &[u8] = b"~";

const OK: Script = Script {
    greeting: b"220 sink ESMTP\r\n",
    ehlo: b"250-sink\r\n250 8BITMIME\r\n",
    auth: b"235 2.7.0 welcome\r\n",
    mail: b"250 2.1.0 Ok\r\n",
    rcpt: b"250 2.1.5 Ok\r\n",
    data: b"354 go on\r\n",
    cut_after: usize::MAX,
    dot: b"250 2.0.0 Ok: queued as 42\r\n",
    mails: usize::MAX,
};

/// The same with PIPELINING, so that each case runs both ways.
const PIPELINING: &[u8] = b"250-sink\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n";

struct Sink {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Sink {
    fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let log = seen.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let log = log.clone();
                std::thread::spawn(move || serve(&stream.unwrap(), script, &log));
            }
        });
        Self { port, seen }
    }

    fn mailer(&self, login: &str, query: &str) -> Mailer {
        let second = Duration::from_millis(300);
        let limits = Limits { connect: second, envelope: second, message: second };
        Mailer::with_limits(&format!("smtp://{login}127.0.0.1:{}?{query}", self.port), Some(limits)).unwrap()
    }

    /// What came in so far: `+` for a connection, commands, and messages as one entry.
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    fn count(&self, start: &str) -> usize {
        self.seen().iter().filter(|line| line.starts_with(start)).count()
    }
}

/// `None` ends the conversation.
fn say(mut stream: &TcpStream, reply: &[u8]) -> Option<()> {
    if reply == SILENCE {
        std::thread::sleep(Duration::from_secs(5));
    }
    (reply != CLOSE && reply != SILENCE && stream.write_all(reply).is_ok()).then_some(())
}

fn serve(stream: &TcpStream, script: Script, seen: &Mutex<Vec<String>>) -> Option<()> {
    let log = |line: &str| seen.lock().unwrap().push(line.to_owned());
    log("+");
    say(stream, script.greeting)?;
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut mails = 0;
    while let Some(command) = lines.next() {
        log(&command);
        match command.get(..4).unwrap_or_default() {
            "EHLO" => say(stream, script.ehlo)?,
            "AUTH" => say(stream, script.auth)?,
            "MAIL" => say(stream, script.mail)?,
            "RCPT" => say(stream, script.rcpt)?,
            "DATA" => {
                say(stream, script.data)?;
                if script.data.starts_with(b"354") {
                    let mut message = String::new();
                    for (n, line) in lines.by_ref().take_while(|line| line != ".").enumerate() {
                        if n >= script.cut_after {
                            return None;
                        }
                        message.push_str(&line);
                        message.push('\n');
                    }
                    log(&message);
                    say(stream, script.dot)?;
                    mails += 1;
                    if mails >= script.mails {
                        return None;
                    }
                }
            }
            "QUIT" => return say(stream, b"221 bye\r\n"),
            _ => say(stream, b"250 2.0.0 Ok\r\n")?,
        }
    }
    None
}

async fn outcome(script: Script) -> Outcome {
    let mail = mail_of("a", "b", "c", "d");
    let sinks = [Sink::start(script), Sink::start(Script { ehlo: PIPELINING, ..script })];
    let [one_by_one, pipelined] = sinks.map(|sink| (sink.port, sink.mailer("", "tls=none")));
    let (port, outcome) = (one_by_one.0, one_by_one.1.send(&mail).await);
    let other = format!("{:?}", pipelined.1.send(&mail).await).replace(&pipelined.0.to_string(), &port.to_string());
    assert_eq!(format!("{outcome:?}"), other, "with PIPELINING it ends otherwise");
    outcome
}

async fn rejection(script: Script) -> Rejection {
    match outcome(script).await {
        Outcome::Permanent { kind, .. } => kind,
        other => panic!("{other:?}"),
    }
}

/// `Some(domain_wide)`.
async fn transient(script: Script) -> bool {
    match outcome(script).await {
        Outcome::Transient { domain_wide, .. } => domain_wide,
        other => panic!("{other:?}"),
    }
}

async fn possible_duplicate(script: Script) -> bool {
    match outcome(script).await {
        Outcome::Unknown { possible_duplicate, .. } => possible_duplicate,
        other => panic!("{other:?}"),
    }
}

async fn not_started(script: Script) -> String {
    match outcome(script).await {
        Outcome::NotStarted { cause, .. } => cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_accepted_mail_keeps_the_queue_id() {
    match outcome(OK).await {
        Outcome::Accepted { reply } => assert_eq!(reply.to_string(), "250 2.0.0 Ok: queued as 42"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_closing_or_busy_server_means_later() {
    assert!(transient(Script { greeting: b"421 too busy\r\n", ..OK }).await);
    assert!(transient(Script { mail: b"421 4.3.2 shutting down\r\n", ..OK }).await);
    assert!(!transient(Script { rcpt: b"450 4.2.0 greylisted\r\n", ..OK }).await);
    assert!(!transient(Script { rcpt: b"452 4.2.2 full\r\n", ..OK }).await);
    assert!(!transient(Script { data: b"451 4.3.0 error\r\n", ..OK }).await);
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let rcpt = |rcpt| Script { rcpt, ..OK };
    assert_eq!(rejection(rcpt(b"550 5.1.1 <wang@qq.com>: unknown\r\n")).await, Rejection::Hard);
    assert_eq!(rejection(rcpt(b"550-5.1.1 no such\r\n550 5.1.1 user\r\n")).await, Rejection::Hard);
    assert_eq!(rejection(rcpt(b"552 5.2.2 mailbox full\r\n")).await, Rejection::MailboxFull);
    assert_eq!(rejection(rcpt(b"554 5.7.1 blocked\r\n")).await, Rejection::Policy);
    assert_eq!(rejection(Script { dot: b"554 5.7.1 spam\r\n", ..OK }).await, Rejection::Policy);
    assert_eq!(rejection(Script { dot: b"554 failed\r\n", ..OK }).await, Rejection::Other);
}

#[tokio::test]
async fn what_ends_before_the_message_cannot_have_arrived() {
    assert!(not_started(Script { greeting: CLOSE, ..OK }).await.contains("mail server 127.0.0.1:"));
    not_started(Script { greeting: b"554 go away\r\n", ..OK }).await;
    not_started(Script { rcpt: CLOSE, ..OK }).await;
    not_started(Script { rcpt: SILENCE, ..OK }).await;
}

#[tokio::test]
async fn what_ends_within_or_after_the_message_may_have_arrived() {
    assert!(possible_duplicate(Script { cut_after: 5, ..OK }).await);
    assert!(possible_duplicate(Script { dot: CLOSE, ..OK }).await);
    assert!(possible_duplicate(Script { dot: SILENCE, ..OK }).await);
    assert!(possible_duplicate(Script { dot: b"550 \xd3\xca\xcf\xe4\r\n", ..OK }).await);
}

#[tokio::test]
async fn unreadable_replies_are_told_apart_from_a_lost_connection() {
    for garbage in [&b"550 \xd3\xca\xcf\xe4\xb2\xbb\xb4\xe6\xd4\xda\r\n"[..], b"999 what\r\n", b"hello\r\n"] {
        assert!(!possible_duplicate(Script { rcpt: garbage, ..OK }).await);
    }
    assert!(!possible_duplicate(Script { greeting: b"HTTP/1.1 400 Bad Request\r\n", ..OK }).await);
}

#[tokio::test]
async fn a_silent_server_holds_nobody_beyond_the_limit() {
    let start = Instant::now();
    not_started(Script { greeting: SILENCE, ..OK }).await;
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn nobody_listening_is_not_started() {
    let mailer = Mailer::from_url("smtp://127.0.0.1:1").unwrap();
    assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::NotStarted { .. }));
}

#[tokio::test]
async fn a_connection_is_kept_and_closed_politely() {
    let sink = Sink::start(OK);
    let mailer = sink.mailer("", "tls=none");
    for _ in 0..3 {
        assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::Accepted { .. }));
    }
    mailer.rest().await;
    assert_eq!((sink.count("+"), sink.count("MAIL"), sink.count("QUIT")), (1, 3, 1));
}

#[tokio::test]
async fn a_connection_the_server_closed_is_replaced_silently() {
    for ehlo in [OK.ehlo, PIPELINING] {
        let sink = Sink::start(Script { mails: 1, ehlo, ..OK });
        let mailer = sink.mailer("", "tls=none");
        for _ in 0..3 {
            assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::Accepted { .. }));
        }
        assert_eq!(sink.count("+"), 3);
    }
}

#[tokio::test]
async fn a_refused_mail_leaves_the_connection_usable() {
    let sink = Sink::start(Script { rcpt: b"550 5.1.1 no\r\n", data: b"503 5.5.1 no recipient\r\n", ..OK });
    let mailer = sink.mailer("", "tls=none");
    for _ in 0..3 {
        assert!(matches!(mailer.send(&mail_of("a", "b", "c", "d")).await, Outcome::Permanent { .. }));
    }
    assert_eq!((sink.count("+"), sink.count("RSET")), (1, 3));
}

#[tokio::test]
async fn no_more_connections_are_opened_than_allowed() {
    let sink = Sink::start(OK);
    let mailer = sink.mailer("", "tls=none&connections=2");
    let mails = (0..12).map(|_| {
        let mailer = mailer.clone();
        tokio::spawn(async move { mailer.send(&mail_of("a", "b", "c", "d")).await })
    });
    for sent in mails.collect::<Vec<_>>() {
        assert!(matches!(sent.await.unwrap(), Outcome::Accepted { .. }));
    }
    assert!(sink.count("+") <= 2);
}

#[tokio::test]
async fn the_message_arrives_byte_by_byte_with_its_dots() {
    let sink = Sink::start(OK);
    let mail = mail_of("a", "b", "c", ".\r\n..x\r\n.y");
    sink.mailer("", "tls=none").send(&mail).await;
    let message = sink.seen().into_iter().find(|entry| entry.starts_with("From:")).unwrap();
    let unstuffed = message.lines().map(|line| line.strip_prefix('.').unwrap_or(line)).collect::<Vec<_>>().join("\r\n");
    assert_eq!(unstuffed + "\r\n", mail.raw);
    assert!(message.contains("\n..\n...x\n..y\n"), "{message}");
}

#[tokio::test]
async fn the_envelope_is_ours_whatever_the_header_says() {
    let sink = Sink::start(OK);
    sink.mailer("", "tls=none")
        .send(&mail_of("evil\r\nRCPT TO:<x@y.cn>", "b\r\n.\r\n", "c", "\r\n.\r\nMAIL FROM:<>"))
        .await;
    let commands: Vec<String> =
        sink.seen().into_iter().filter(|line| line.contains("TO:<") && !line.contains('\n')).collect();
    assert_eq!(commands, ["RCPT TO:<wang@qq.com>"]);
    assert_eq!(sink.count("MAIL FROM:<b-1@bounce.cn>"), 1);
}

#[tokio::test]
async fn without_the_tls_asked_for_nothing_is_said() {
    for query in ["tls=required", ""] {
        let sink = Sink::start(Script { ehlo: PIPELINING, ..OK });
        let sent = sink.mailer("me:secret@", query).send(&mail_of("a", "b", "c", "d")).await;
        assert!(matches!(sent, Outcome::NotStarted { .. }), "{sent:?}");
        assert_eq!((sink.count("AUTH"), sink.count("MAIL")), (0, 0));
    }
}

#[tokio::test]
async fn a_password_is_sent_in_plain_only_when_the_url_says_so() {
    for (query, signed_in) in [("tls=none", 1), ("tls=opportunistic", 0)] {
        let sink = Sink::start(Script { ehlo: PIPELINING, ..OK });
        sink.mailer("me:secret@", query).send(&mail_of("a", "b", "c", "d")).await;
        assert_eq!((sink.count("AUTH PLAIN AG1lAHNlY3JldA=="), sink.count("MAIL")), (signed_in, signed_in), "{query}");
    }
}

#[tokio::test]
async fn a_failed_sign_in_blames_no_mail() {
    let sink = Sink::start(Script { ehlo: PIPELINING, auth: b"535 5.7.8 wrong\r\n", ..OK });
    match sink.mailer("me:secret@", "tls=none").send(&mail_of("a", "b", "c", "d")).await {
        Outcome::NotStarted { cause, .. } => assert!(cause.contains("sign-in") && !cause.contains("secret"), "{cause}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_probe_tells_who_answers() {
    let sink = Sink::start(OK);
    let Mailer::Smtp(smtp) = sink.mailer("", "tls=none") else { panic!() };
    let greeting = smtp.probe().await.unwrap();
    assert_eq!((greeting.server.as_str(), greeting.encrypted, greeting.signed_in), ("sink", false, false));
    assert_eq!(sink.count("MAIL"), 0);
}

#[tokio::test]
async fn a_test_tells_what_was_said_but_no_password() {
    for (ehlo, login) in [(OK.ehlo, ""), (PIPELINING, "user:secret@")] {
        let sink = Sink::start(Script { ehlo, rcpt: b"550 5.1.1 no such user\r\n", ..OK });
        let said = Dialogue::kept();
        let outcome = sink.mailer(login, "tls=none").send_aloud(&mail_of("a", "b", "c", "d"), &said).await;
        assert!(matches!(outcome, Outcome::Permanent { kind: Rejection::Hard, .. }), "{outcome:?}");
        let lines = said.lines();
        let at =
            |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{lines:?}"));
        assert!(at("> EHLO") < at("< 250 sink") && at("< 250 sink") < at("> MAIL FROM:<"), "{lines:?}");
        assert!(at("> RCPT TO:<") < at("< 550 5.1.1 no such user"), "{lines:?}");
        assert_eq!(lines.iter().any(|line| line == "> AUTH …"), !login.is_empty());
        assert!(sink.seen().iter().any(|line| line.starts_with("AUTH")) != login.is_empty());
    }
}
