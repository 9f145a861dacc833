//! Mail that comes back: bytes become what a bounce says, or that it is none.
//!
//! Pure, and bounded: of a mail no more than [`LONGEST`] bytes are read, and no deeper than a few mails within
//! mails. What a server's words mean is decided where replies are read ([`super::reply`]), so that a refusal means the
//! same whether it is heard at once or comes back later.

use std::panic::catch_unwind;

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::reply::{Enhanced, Outcome, Rejection, Reply};
use crate::domain::bounce::Kind;

mod report;
mod text;
mod words;

/// What of a mail is read, in bytes: reports stand before the copy of what they are about.
pub const LONGEST: usize = 256 * 1024;

/// Mails within mails that are looked into.
const DEEPEST: usize = 8;

/// The most return paths taken from one mail.
const MOST_TAGS: usize = 8;

/// What is read in a mail that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// What it is.
    pub kind: Kind,
    /// What may be tags of return paths, in the order in which they stand in the mail; whether one is genuine only the
    /// holder of the key knows.
    pub tags: Vec<String>,
    /// The status that the server gave (RFC 3463).
    pub status: Option<Enhanced>,
}

/// Reads a mail; whatever it holds, it is something.
pub fn parse(bytes: &[u8]) -> Bounce {
    let bytes = shallow(bytes.get(..LONGEST).unwrap_or(bytes));
    // It takes whatever comes; where its author was wrong in that, the mail says nothing.
    let parsed = catch_unwind(|| MessageParser::default().parse(bytes)).ok().flatten();
    let Some(message) = parsed else {
        return Bounce { kind: Kind::Unknown, tags: tags(&text::decode(bytes), ""), status: None };
    };
    let said = text::said(&message);
    let tags = tags(&text::decode(bytes), &said);
    let (kind, status) = judge(&message, &said);
    Bounce { kind, tags, status }
}

/// What a server's refusal says of the address.
fn kind_of(reply: Reply) -> Kind {
    let full = reply.is_mailbox_full();
    let policy = reply.enhanced.is_some_and(|enhanced| enhanced.subject == 7);
    match Outcome::of(reply) {
        Outcome::Permanent { kind: Rejection::Hard, .. } => Kind::Hard,
        Outcome::Permanent { kind: Rejection::MailboxFull, .. } => Kind::MailboxFull,
        // Not signed in, or not encrypted: our set-up.
        Outcome::Permanent { kind: Rejection::Policy, .. } | Outcome::NotStarted { .. } => Kind::Policy,
        Outcome::Transient { domain_wide: true, .. } => Kind::Policy,
        Outcome::Transient { .. } if policy => Kind::Policy,
        Outcome::Transient { .. } if full => Kind::MailboxFull,
        Outcome::Accepted { .. } => Kind::Unknown,
        _ => Kind::Soft,
    }
}

fn judge(message: &Message<'_>, said: &str) -> (Kind, Option<Enhanced>) {
    let part = |subtype: &str| {
        let is = |part: &&mail_parser::MessagePart<'_>| {
            let kind = part.content_type();
            kind.is_some_and(|kind| {
                kind.ctype() == "message" && kind.subtype().is_some_and(|known| known.eq_ignore_ascii_case(subtype))
            })
        };
        message.parts.iter().find(is).map(|part| match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => text::decode(bytes),
            PartType::Text(text) | PartType::Html(text) => text.clone().into_owned(),
            _ => String::new(),
        })
    };
    if let Some(fields) = part("feedback-report") {
        return (report::feedback(&fields), None);
    }
    let notified = part("delivery-status").or_else(|| part("global-delivery-status"));
    if let Some((kind, status)) = notified.and_then(|fields| report::delivery_status(&fields, said)) {
        return (kind, status);
    }
    words::judge(message, said)
}

/// The bytes up to where mails within mails become too many: a reader of mails may give back what is nested too deep for
/// the stack.
fn shallow(bytes: &[u8]) -> &[u8] {
    const NESTING: [&[u8]; 3] = [b"message/", b"multipart/digest", b"message/global"];
    let mut found = 0;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        let starts = |word: &&[u8]| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if rest.is_empty() {
            break;
        }
        if NESTING.iter().any(starts) {
            found += 1;
            if found > DEEPEST {
                return bytes.get(..at).unwrap_or(bytes);
            }
        }
        at += 1;
    }
    bytes
}

/// What may be tags of return paths: `+id-mac@`, as [`BounceAddress`](crate::config::BounceAddress) writes them.
fn tags(raw: &str, said: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for text in [raw, said] {
        for tag in text.match_indices('+').filter_map(|(at, _)| tag(text.get(at + 1..)?)) {
            if tags.len() < MOST_TAGS && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    tags
}

fn tag(rest: &str) -> Option<String> {
    let start = rest.as_bytes().get(..rest.len().min(35))?;
    let dash = start.iter().position(|byte| *byte == b'-').filter(|dash| (1..=13).contains(dash))?;
    let (id, mac) = (start.get(..dash)?, start.get(dash + 1..dash + 21)?);
    let is_tag = id.iter().all(u8::is_ascii_alphanumeric) && mac.iter().all(u8::is_ascii_hexdigit);
    let ends = start.get(dash + 21) == Some(&b'@');
    rest.get(..dash + 21).filter(|_| is_tag && ends).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The mails of `tests/data/bounces`: the word before `--` in a file's name is what the mail is.
    fn corpus() -> Vec<(String, Vec<u8>)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bounces");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mails = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
        let named = |path: std::path::PathBuf| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
        };
        let mut corpus: Vec<_> = mails.map(named).collect();
        corpus.sort();
        corpus
    }

    #[test]
    fn every_mail_of_the_corpus_is_what_its_name_says() {
        let corpus = corpus();
        assert!(corpus.len() >= 60, "{}", corpus.len());
        for (name, bytes) in corpus {
            let bounce = parse(&bytes);
            assert_eq!(bounce.kind.as_str(), name.split("--").next().unwrap(), "{name}: {bounce:?}");
            assert_eq!(bounce.tags, ["a3-0123456789abcdef0123"], "{name}");
        }
    }

    #[test]
    fn the_status_is_the_servers_own_where_it_gave_one() {
        let status = |name: &str| {
            let (_, bytes) = corpus().into_iter().find(|(known, _)| known == name).unwrap();
            parse(&bytes).status.map(|status| status.to_string()).unwrap_or_default()
        };
        assert_eq!(status("hard--office365-5.1.10"), "5.1.10");
        assert_eq!(status("hard--status-general-diagnostic-exact"), "5.1.1");
        assert_eq!(status("policy--gmail-dmarc"), "5.7.26");
        assert_eq!(status("mailbox_full--gmail-over-quota-expired"), "4.2.2");
        assert_eq!(status("soft--no-reason-at-all"), "");
    }

    #[test]
    fn a_huge_mail_costs_no_more_than_its_beginning() {
        let (_, mut bytes) = corpus().into_iter().find(|(name, _)| name == "hard--postfix-remote-5.1.1").unwrap();
        bytes.extend(std::iter::repeat_n(b'x', 10 * 1024 * 1024));
        assert_eq!(parse(&bytes).kind, Kind::Hard);
    }

    #[test]
    fn mails_within_mails_and_parts_within_parts_come_to_an_end() {
        let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(50_000);
        let parts: String =
            (0..20_000).map(|n| format!("Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n")).collect();
        let empty = "Content-Type: multipart/digest; boundary=\"\"\n\n--\n".repeat(20_000);
        for text in [nested, parts, empty] {
            assert_eq!(parse(text.as_bytes()).kind, Kind::Unknown);
        }
    }

    #[test]
    fn what_repeats_for_ever_is_read_once() {
        for piece in ["+", "+1-", "550 ", "5.1.1 ", "<", "=?gbk?B?", "\n", "a: b\n", "="] {
            for lead in ["", "Subject: ", "From: mailer-daemon@example.com\n\n"] {
                let text = format!("{lead}{}", piece.repeat(LONGEST / piece.len()));
                assert_ne!(parse(text.as_bytes()).kind, Kind::Complaint);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_bytes_are_something(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
            prop_assert!(parse(&bytes).tags.len() <= MOST_TAGS);
        }

        #[test]
        fn a_bounce_that_was_damaged_is_something(
            mail in any::<prop::sample::Index>(), from in any::<prop::sample::Index>(),
            to in any::<prop::sample::Index>(), byte in any::<u8>(), doubled in any::<bool>(),
        ) {
            let mut corpus = corpus();
            let at = mail.index(corpus.len());
            let (_, mut bytes) = corpus.swap_remove(at);
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            if doubled {
                bytes.splice(from..from, part);
            } else {
                bytes.splice(from.min(to)..from.max(to), [byte]);
            }
            prop_assert!(parse(&bytes).tags.len() <= MOST_TAGS);
        }
    }
}
