//! Where mail goes: `MANYI_SMTP_URL` (CONTRACT §3).

use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;

/// A parsed `MANYI_SMTP_URL`.
#[derive(Debug)]
pub(super) enum Target {
    Smtp(Server),
    Directory(PathBuf),
    Memory,
}

/// An SMTP server and how to speak with it.
pub(super) struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<Credentials>,
    pub connections: usize,
    pub timeout: Duration,
}

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// `tls=none`: plain, also for passwords.
    None,
    /// `tls=opportunistic`: STARTTLS if it is offered, whatever the certificate; a password only over verified TLS.
    Opportunistic,
    /// `tls=required`: STARTTLS with a valid certificate, or nothing is sent.
    Required,
    /// `smtps:`: TLS from the first byte, with a valid certificate.
    Implicit,
}

/// What is wrong with a mail URL. No message repeats what could be part of a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailUrlError {
    /// Another scheme than those of CONTRACT §3.
    #[error("unknown mail scheme {0:?}")]
    Scheme(String),
    /// No host, or one with characters that no host has.
    #[error("the mail URL names no valid host")]
    Host,
    /// Not 1–65535.
    #[error("the port of the mail URL is no port")]
    Port,
    /// A user without a password, or a broken `%xx`.
    #[error("the mail URL has no user:password before its @")]
    Credentials,
    /// An unknown `tls=`.
    #[error("tls={0:?} in the mail URL")]
    Tls(String),
    /// A `connections=` outside 1–64.
    #[error("connections={0:?} in the mail URL")]
    Connections(String),
    /// A `timeout=` outside 1–30.
    #[error("timeout={0:?} in the mail URL")]
    Timeout(String),
    /// A parameter that doesn't exist here.
    #[error("unknown parameter in the mail URL")]
    Parameter,
    /// `file:` without a directory.
    #[error("file: in the mail URL without a directory")]
    Directory,
    /// The system's root certificates could not be loaded.
    #[error("TLS for mail can't be set up: {0}")]
    TlsSetup(String),
}

/// Connections kept to the server unless `connections=` says otherwise.
pub(super) const CONNECTIONS: usize = 16;

/// Seconds to wait for the server unless `timeout=` says otherwise, and at most: a mail has to end within its lease.
const TIMEOUT: u64 = 30;

pub(super) fn parse(url: &str) -> Result<Target, MailUrlError> {
    let (scheme, rest) = url.trim().split_once(':').ok_or_else(|| MailUrlError::Scheme(String::new()))?;
    match scheme.to_ascii_lowercase().as_str() {
        "memory" => Ok(Target::Memory),
        "file" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() { Err(MailUrlError::Directory) } else { Ok(Target::Directory(PathBuf::from(path))) }
        }
        "smtp" => server(rest, false).map(Target::Smtp),
        "smtps" => server(rest, true).map(Target::Smtp),
        other => Err(MailUrlError::Scheme(other.to_owned())),
    }
}

fn server(rest: &str, implicit: bool) -> Result<Server, MailUrlError> {
    let rest = rest.strip_prefix("//").ok_or(MailUrlError::Host)?;
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let place = place.strip_suffix('/').unwrap_or(place);
    let (login, place) = match place.rsplit_once('@') {
        Some((login, place)) => (Some(login), place),
        None => (None, place),
    };
    let credentials = login.map(credentials).transpose()?;
    let (host, port) = host_and_port(place)?;
    let (mut tls, mut connections, mut timeout) = (None, CONNECTIONS, TIMEOUT);
    for (name, value) in query.split('&').filter(|pair| !pair.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")))
    {
        match name {
            "tls" => tls = Some(security(value, implicit)?),
            "connections" => {
                let number = value.parse().ok().filter(|number| (1..=64).contains(number));
                connections = number.ok_or_else(|| MailUrlError::Connections(value.to_owned()))?;
            }
            "timeout" => {
                let number = value.parse().ok().filter(|number| (1..=TIMEOUT).contains(number));
                timeout = number.ok_or_else(|| MailUrlError::Timeout(value.to_owned()))?;
            }
            _ => return Err(MailUrlError::Parameter),
        }
    }
    // Unsaid, the wire is protected; only a server on this machine that wants no password is spoken to in plain.
    let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    let security = tls.unwrap_or(match (implicit, local && credentials.is_none()) {
        (true, _) => Security::Implicit,
        (false, true) => Security::None,
        (false, false) => Security::Required,
    });
    let port = port.unwrap_or(match security {
        Security::Implicit => 465,
        Security::Required => 587,
        Security::None | Security::Opportunistic => 25,
    });
    Ok(Server { host, port, security, credentials, connections, timeout: Duration::from_secs(timeout) })
}

fn security(value: &str, implicit: bool) -> Result<Security, MailUrlError> {
    match value {
        "required" if implicit => Ok(Security::Implicit),
        "required" => Ok(Security::Required),
        "opportunistic" if !implicit => Ok(Security::Opportunistic),
        "none" if !implicit => Ok(Security::None),
        _ => Err(MailUrlError::Tls(value.to_owned())),
    }
}

fn credentials(login: &str) -> Result<Credentials, MailUrlError> {
    let (user, password) = login.split_once(':').ok_or(MailUrlError::Credentials)?;
    match (percent_decode(user), percent_decode(password)) {
        (Some(user), Some(password)) if !user.is_empty() => Ok(Credentials::new(user, password)),
        _ => Err(MailUrlError::Credentials),
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), MailUrlError> {
    let (host, port) = match place.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6.split_once(']').ok_or(MailUrlError::Host)?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| MailUrlError::Host)?;
            (host, rest.strip_prefix(':'))
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_:".contains(&b);
    if host.is_empty() || !host.bytes().all(allowed) {
        return Err(MailUrlError::Host);
    }
    let number = |port: &str| {
        let number = port.parse().ok().filter(|number| *number != 0);
        number.ok_or(MailUrlError::Port)
    };
    Ok((host.to_ascii_lowercase(), port.map(number).transpose()?))
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit(rest.next()?)? * 16 + digit(rest.next()?)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} ({:?})", self.host, self.port, self.security)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(url: &str) -> Server {
        match parse(url).unwrap() {
            Target::Smtp(server) => server,
            other => panic!("{other:?}"),
        }
    }

    fn error(url: &str) -> MailUrlError {
        parse(url).unwrap_err()
    }

    #[test]
    fn a_server_on_this_machine_is_spoken_to_in_plain() {
        for url in ["smtp://127.0.0.1:2525", "smtp://localhost:2525", "smtp://[::1]:2525/"] {
            assert_eq!((smtp(url).security, smtp(url).port), (Security::None, 2525), "{url}");
        }
    }

    #[test]
    fn any_other_server_must_speak_tls_unless_the_url_says_otherwise() {
        assert_eq!(smtp("smtp://mx.example.com").security, Security::Required);
        assert_eq!(smtp("smtp://u:p@127.0.0.1:25").security, Security::Required);
        assert_eq!(smtp("smtp://mx.example.com:25?tls=none").security, Security::None);
        assert_eq!(smtp("smtp://mx.example.com:25?tls=opportunistic&connections=3").connections, 3);
        assert_eq!(smtp("smtps://mx.example.com").port, 465);
        assert_eq!(smtp("smtps://mx.example.com?timeout=5").timeout.as_secs(), 5);
    }

    #[test]
    fn a_login_may_hold_special_characters() {
        let server = smtp("smtps://me@example.com:p%40ss%2F%e4%bd%a0@mx.example.com:465");
        assert_eq!(server.credentials, Some(Credentials::new("me@example.com".into(), "p@ss/你".into())));
    }

    #[test]
    fn directories_are_taken_as_written() {
        assert!(matches!(parse("file:out/mail").unwrap(), Target::Directory(dir) if dir == *"out/mail"));
        assert!(matches!(parse("file:///tmp/m").unwrap(), Target::Directory(dir) if dir == *"/tmp/m"));
    }

    #[test]
    fn each_mistake_is_named() {
        assert_eq!(error("http://x"), MailUrlError::Scheme("http".into()));
        assert_eq!(error("smtp://"), MailUrlError::Host);
        assert_eq!(error("smtp://a b:25"), MailUrlError::Host);
        assert_eq!(error("smtp://h:0"), MailUrlError::Port);
        assert_eq!(error("smtp://user@h:25"), MailUrlError::Credentials);
        assert_eq!(error("smtp://u:p%4@h:25"), MailUrlError::Credentials);
        assert_eq!(error("smtp://h:25?tls=yes"), MailUrlError::Tls("yes".into()));
        assert_eq!(error("smtps://h?tls=none"), MailUrlError::Tls("none".into()));
        assert_eq!(error("smtp://h:25?tsl=none"), MailUrlError::Parameter);
        assert_eq!(error("smtp://h:25?connections=0"), MailUrlError::Connections("0".into()));
        for timeout in ["0", "31", "x"] {
            assert_eq!(error(&format!("smtp://h:25?timeout={timeout}")), MailUrlError::Timeout(timeout.into()));
        }
        assert_eq!(error("file:"), MailUrlError::Directory);
    }

    #[test]
    fn a_password_is_never_printed() {
        let printed = format!("{:?}", parse("smtp://user:secret@mx.example.com:25").unwrap());
        assert!(!printed.contains("secret") && !printed.contains("user"), "{printed}");
        for url in ["smtp://user:secret", "smtp://user:a?secret@h:25", "smtp://user:%secret@h"] {
            assert!(!error(url).to_string().contains("secret"), "{url}");
        }
    }
}
