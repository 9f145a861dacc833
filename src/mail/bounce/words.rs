//! Bounces without a report: known by who writes and what about, understood by the server's reply that they quote.

use mail_parser::Message;

use super::text::decode;
use super::{Enhanced, Kind, Reply, kind_of};

/// Who reports failures: the part before the `@`.
const DAEMONS: [&str; 8] =
    ["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "mail.daemon", "bounce", "maildaemon"];

/// Subjects of failures, in lower case.
const FAILURES: [&str; 24] = [
    "undeliver",
    "returned mail",
    "delivery status notification",
    "delivery failure",
    "delivery failed",
    "delivery has failed",
    "mail delivery",
    "failure notice",
    "non-deliver",
    "nondeliver",
    "could not be delivered",
    "not delivered",
    "delivery report",
    "returned to sender",
    "delivery delayed",
    "delayed mail",
    "退信",
    "无法投递",
    "投递失败",
    "未送达",
    "退回",
    "发送失败",
    "无法送达",
    "无法传递",
];

/// What machines write that answer for a person, in lower case.
const AWAY: [&str; 13] = [
    "out of office",
    "out of the office",
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto-reply",
    "auto response",
    "on vacation",
    "away from",
    "自动回复",
    "自动答复",
    "休假",
    "不在办公室",
];

/// What a server writes that has not given up.
const WAITING: [&str; 13] = [
    "warning message only",
    "do not need to resend",
    "don't need to resend",
    "not yet been delivered",
    "not been delivered yet",
    "will be retried",
    "will continue to try",
    "will keep trying",
    "will retry",
    "has been delayed",
    "继续尝试",
    "稍后重试",
    "投递延迟",
];

/// Of a paragraph that quotes a reply, so many bytes are looked at.
const LONGEST: usize = 4_000;

/// What a mail without a report is.
pub(super) fn judge(message: &Message<'_>, said: &str) -> (Kind, Option<Enhanced>) {
    let header = |name: &str| raw_header(message, name);
    let subject = subject(message);
    let of_failure = FAILURES.iter().any(|words| subject.contains(words));
    let automatic = header("Auto-Submitted").is_some_and(|value| !value.eq_ignore_ascii_case("no"));
    if !of_failure && (AWAY.iter().any(|words| subject.contains(words)) || header("X-Autoreply").is_some()) {
        return (Kind::AutoReply, None);
    }
    if subject.starts_with("complaint about message from") {
        // Microsoft's reports to senders, which have no form of RFC 5965.
        return (Kind::Complaint, None);
    }
    if !(of_failure || header("X-Failed-Recipients").is_some() || is_daemon(message)) {
        let unsubscribes = subject.trim() == "unsubscribe" && !automatic;
        let kind = if unsubscribes {
            Kind::Unsubscribe
        } else if automatic {
            Kind::AutoReply
        } else {
            Kind::Unknown
        };
        return (kind, None);
    }
    let lower = said.to_lowercase();
    if subject.contains("delay") || subject.contains("延迟") || WAITING.iter().any(|words| lower.contains(words)) {
        return (Kind::Delay, None);
    }
    reason(said)
}

/// Why a mail came back, from the text for people: the first paragraph that quotes a reply with a meaning, else the
/// first whose words have one; else nobody knows, which is soft.
pub(super) fn reason(said: &str) -> (Kind, Option<Enhanced>) {
    let paragraphs: Vec<String> = paragraphs(said);
    let mut status = None;
    for paragraph in &paragraphs {
        match quoted(paragraph) {
            Some((Kind::Soft, own)) => status = status.or(own),
            Some((kind, own)) => return (kind, own),
            None => {}
        }
    }
    let in_words = paragraphs.iter().map(|paragraph| refused(paragraph.clone())).find(|kind| *kind != Kind::Soft);
    (in_words.unwrap_or(Kind::Soft), status)
}

/// What a reply means: by its codes, or by its words.
pub(super) fn reply(text: &str) -> (Kind, Option<Enhanced>) {
    quoted(text).unwrap_or_else(|| (refused(text.to_owned()), None))
}

/// The meaning of words that came without any code.
fn refused(text: String) -> Kind {
    kind_of(Reply { code: 550, enhanced: None, text })
}

/// The first reply that a text quotes and that has a meaning of its own, else the first one.
fn quoted(text: &str) -> Option<(Kind, Option<Enhanced>)> {
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let text = text.get(..end.unwrap_or_default()).unwrap_or_default();
    let mut first = None;
    for (at, token) in numbers(text) {
        let Some(rest) = text.get(at..) else { continue };
        let after = rest.strip_prefix(token).unwrap_or_default();
        let reply = match code(token, after) {
            Some(code) => {
                let words = after.trim_start_matches([' ', '-', '#', ':', '(', '\t']);
                let enhanced = enhanced(words).filter(|enhanced| enhanced.class == code / 100);
                Reply { code, enhanced, text: words.to_owned() }
            }
            // An enhanced code by itself: what it is about may stand before it.
            None => match enhanced(token) {
                Some(enhanced) => {
                    Reply { code: enhanced.class * 100 + 50, enhanced: Some(enhanced), text: text.into() }
                }
                None => continue,
            },
        };
        let found = (reply.enhanced, kind_of(reply));
        if found.1 != Kind::Soft {
            return Some((found.1, found.0));
        }
        first = first.or(Some((found.1, found.0)));
    }
    first
}

/// Runs of digits and dots that stand by themselves, with where they begin; at most a hundred.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut before = ' ';
    let mut end = 0;
    text.char_indices()
        .filter_map(move |(at, c)| {
            let starts = at >= end && matches!(c, '4' | '5') && !(before.is_ascii_alphanumeric() || before == '.');
            before = c;
            if !starts {
                return None;
            }
            let rest = text.get(at..)?;
            let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            end = at + length;
            rest.get(..length).map(|token| (at, token))
        })
        .take(100)
}

/// A reply's code, if it is followed as one is.
fn code(token: &str, after: &str) -> Option<u16> {
    let followed =
        after.is_empty() || after.starts_with([' ', '-', '\t', ',', ':', ';', '#', ')', '\'', '"', '：', '，']);
    token.parse().ok().filter(|code| followed && token.len() == 3 && (400..600).contains(code))
}

/// An enhanced code of this world: a version of some program has larger numbers.
fn enhanced(text: &str) -> Option<Enhanced> {
    Enhanced::at_start(text).filter(|enhanced| enhanced.subject <= 7)
}

/// Lines that belong together, in one line each.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines().map(str::trim) {
        match paragraphs.last_mut().filter(|_| !line.is_empty()) {
            Some(paragraph) => {
                paragraph.push_str(line);
                paragraph.push(' ');
            }
            None => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// The subject in lower case, decoded, also where it is in Chinese without saying so.
fn subject(message: &Message<'_>) -> String {
    let known = message.subject().filter(|subject| !subject.contains('\u{fffd}')).map(str::to_owned);
    known.or_else(|| raw_header(message, "Subject")).unwrap_or_default().trim().to_lowercase()
}

/// A field of the mail's own header as it stands there.
fn raw_header(message: &Message<'_>, name: &str) -> Option<String> {
    let headers = message.parts.first().map(|part| part.headers.as_slice()).unwrap_or_default();
    let header = headers.iter().find(|header| header.name.as_str().eq_ignore_ascii_case(name))?;
    let at = |offset: u32| usize::try_from(offset).ok();
    let raw = message.raw_message.get(at(header.offset_start)?..at(header.offset_end)?)?;
    Some(decode(raw).trim().to_owned())
}

fn is_daemon(message: &Message<'_>) -> bool {
    let from = message.from().and_then(|from| from.first()).and_then(|address| address.address()).unwrap_or_default();
    let local = from.split('@').next().unwrap_or_default().to_ascii_lowercase();
    DAEMONS.contains(&local.as_str())
}
