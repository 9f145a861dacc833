//! A mail as it goes over the wire: RFC 5322 headers and a text and an HTML part.
//!
//! The same input gives the same bytes: the date, the Message-ID and with it the part boundary are passed in, so that a
//! second attempt sends what the first one sent.

use std::fmt;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};

use super::address::Address;
use super::dkim::Signer;

/// Who writes to whom, and the other facts in the header.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// The name shown as the sender: `维修服务部（示例公司）`.
    pub from_name: &'a str,
    /// The sender's address.
    pub from: &'a Address,
    /// Where answers go, if not to `from`.
    pub reply_to: Option<&'a Address>,
    /// Where bounces go: the envelope sender (Return-Path).
    pub return_path: &'a Address,
    /// The recipient's name, if it is to be shown.
    pub to_name: Option<&'a str>,
    /// The recipient.
    pub to: &'a Address,
    /// `local@domain` without brackets, the same on every attempt.
    pub message_id: &'a str,
    /// Message-ID of the mail this one follows, so that a reminder joins the thread.
    pub in_reply_to: Option<&'a str>,
    /// When the mail was written.
    pub date: DateTime<Utc>,
    /// The address of one-click unsubscribing (RFC 8058); staff mail has none.
    pub unsubscribe: Option<&'a str>,
    /// The same by mail, where there is a mailbox that reads it (RFC 2369).
    pub unsubscribe_mail: Option<&'a Address>,
    /// Who signs the mail, if anybody; the signature's time is `date`.
    pub dkim: Option<&'a Signer>,
}

/// What is read: made by [`super::render`], shown as it is in a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A mail ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope sender.
    pub return_path: Address,
    /// The envelope recipient.
    pub to: Address,
    /// `local@domain` without brackets.
    pub message_id: String,
    /// The subject before encoding.
    pub subject: String,
    /// The whole message: ASCII, lines end with CR LF.
    pub raw: String,
}

/// Why a mail can't be built. The message holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Not `local@domain` of letters, digits, dot, minus, underscore.
    #[error("{0:?} is no Message-ID of the form local@domain")]
    MessageId(String),
    /// Not an `http(s)` URL of printable ASCII.
    #[error("the unsubscribe address is no plain http(s) URL")]
    Unsubscribe,
    /// Nothing is left of the subject without control characters.
    #[error("the subject is empty")]
    Subject,
    /// A date before 1970 or after 9999.
    #[error("the date {0} can't be written in a mail")]
    Date(DateTime<Utc>),
    /// The message could not be put together.
    #[error("the message can't be put together: {0}")]
    Message(String),
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("to", &self.to).field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Puts header and content together.
pub fn build(header: &Header<'_>, content: &Content) -> Result<Mail, BuildError> {
    let message_id = message_id(header.message_id)?;
    let subject = one_line(&content.subject);
    if subject.is_empty() {
        return Err(BuildError::Subject);
    }
    let mut message = Message::builder()
        .from(mailbox(Some(header.from_name), header.from))
        .to(mailbox(header.to_name, header.to))
        .subject(subject.as_str())
        .date(date(header.date)?)
        .message_id(Some(format!("<{message_id}>")));
    if let Some(address) = header.reply_to {
        message = message.reply_to(mailbox(Some(header.from_name), address));
    }
    if let Some(earlier) = header.in_reply_to {
        let earlier = format!("<{}>", self::message_id(earlier)?);
        message = message.in_reply_to(earlier.clone()).references(earlier);
    }
    if let Some(url) = header.unsubscribe {
        let url = plain_url(url).ok_or(BuildError::Unsubscribe)?;
        let by_mail = header.unsubscribe_mail.map(|to| format!(", <mailto:{}?subject=unsubscribe>", to.as_str()));
        message = message
            .raw_header(field("List-Unsubscribe", format!("<{url}>{}", by_mail.unwrap_or_default())))
            .raw_header(field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    let parts = MultiPart::alternative()
        .boundary(boundary(message_id))
        .singlepart(SinglePart::plain(crlf(&content.text)))
        .singlepart(SinglePart::html(crlf(&content.html)));
    let message = message
        .raw_header(field("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(field("X-Auto-Response-Suppress", "All".to_owned()))
        .multipart(parts)
        .map_err(|error| BuildError::Message(error.to_string()))?;
    let mut raw = String::from_utf8(message.formatted())
        .ok()
        .filter(|raw| raw.is_ascii())
        .ok_or_else(|| BuildError::Message("not all of it could be encoded".to_owned()))?;
    if let Some(signer) = header.dkim {
        raw.insert_str(0, &signer.field(&raw, header.date));
    }
    Ok(Mail {
        return_path: header.return_path.clone(),
        to: header.to.clone(),
        message_id: message_id.to_owned(),
        subject,
        raw,
    })
}

/// One line of printable text: control characters, line and paragraph separators and the invisible characters that turn
/// the writing direction become a space; spaces are joined.
pub fn one_line(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
    };
    text.split(|c: char| c.is_whitespace() || hidden(c)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn mailbox(name: Option<&str>, address: &Address) -> Mailbox {
    let name = name.map(one_line).filter(|name| !name.is_empty());
    Mailbox::new(name, address.inner().clone())
}

fn message_id(id: &str) -> Result<&str, BuildError> {
    let word = |part: &str| {
        let dots = part.starts_with('.') || part.ends_with('.') || part.contains("..");
        !part.is_empty() && !dots && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
    };
    match id.split_once('@') {
        Some((local, domain)) if word(local) && word(domain) && id.len() <= 200 => Ok(id),
        _ => Err(BuildError::MessageId(one_line(id))),
    }
}

fn plain_url(url: &str) -> Option<&str> {
    let scheme = url.starts_with("https://") || url.starts_with("http://");
    let printable = url.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    (scheme && printable && url.len() <= 900).then_some(url)
}

fn date(date: DateTime<Utc>) -> Result<SystemTime, BuildError> {
    let seconds = u64::try_from(date.timestamp()).ok().filter(|seconds| *seconds < 253_402_300_800);
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds)));
    time.ok_or(BuildError::Date(date))
}

/// A field that is ASCII without line breaks already. Left unfolded: a folded URL confuses some readers, and DKIM
/// signers and RFC 8058 want it in one piece.
fn field(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// Can't occur in a part: it holds the Message-ID, which no reader's text contains.
fn boundary(message_id: &str) -> String {
    let id: String = message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    format!("=_manyi_{id}")
}

/// Lines end as SMTP wants it; a control character, which no part may hold (RFC 5322 §2.3), becomes a space.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16 + 2);
    let mut after_cr = false;
    for c in text.chars() {
        match c {
            '\n' if after_cr => {}
            '\r' | '\n' => out.push_str("\r\n"),
            c if c.is_control() && c != '\t' => out.push(' '),
            c => out.push(c),
        }
        after_cr = c == '\r';
    }
    out.truncate(out.trim_end().len());
    out.push_str("\r\n");
    out
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    /// A mail with the given names, subject and text.
    pub(crate) fn mail_of(from_name: &str, to_name: &str, subject: &str, text: &str) -> Mail {
        let (from, bounce, to) = (address("feedback@example.com"), address("b-1@bounce.cn"), address("wang@qq.com"));
        let header = Header {
            from_name,
            from: &from,
            reply_to: Some(&from),
            return_path: &bounce,
            to_name: Some(to_name),
            to: &to,
            message_id: "abc234@example.com",
            in_reply_to: None,
            date: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            unsubscribe: Some("https://example.com/u/AbC-_1"),
            unsubscribe_mail: None,
            dkim: None,
        };
        let html = format!("<b>{}</b>", text.replace(['<', '&'], ""));
        build(&header, &Content { subject: subject.to_owned(), text: text.to_owned(), html }).unwrap()
    }

    /// The header's fields, unfolded.
    pub(crate) fn fields(mail: &Mail) -> Vec<String> {
        let head = mail.raw.split("\r\n\r\n").next().unwrap();
        head.replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n").map(str::to_owned).collect()
    }

    fn names(mail: &Mail) -> Vec<String> {
        fields(mail).iter().map(|field| field.split(':').next().unwrap().to_owned()).collect()
    }

    const EXPECTED: [&str; 12] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Reply-To",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "MIME-Version",
        "Content-Type",
    ];

    #[test]
    fn the_header_has_what_a_survey_mail_needs() {
        let fields = fields(&mail_of("示例", "王芳", "您满意吗？", "正文"));
        for field in [
            "Message-ID: <abc234@example.com>",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "List-Unsubscribe: <https://example.com/u/AbC-_1>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Date: Wed, 18 Nov 2026 11:06:40 +0000",
        ] {
            assert!(fields.iter().any(|f| f == field), "{field} not in {fields:#?}");
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes() {
        assert_eq!(mail_of("甲", "乙", "丙", "丁"), mail_of("甲", "乙", "丙", "丁"));
    }

    #[test]
    fn signing_adds_a_field_and_changes_nothing_else() {
        let signer = Signer::from_pem("example.com", "m1", super::super::dkim::tests::ED25519).unwrap();
        let (from, to) = (address("feedback@example.com"), address("wang@qq.com"));
        let mut header = Header {
            from_name: "示例",
            from: &from,
            reply_to: None,
            return_path: &from,
            to_name: None,
            to: &to,
            message_id: "abc234@example.com",
            in_reply_to: None,
            date: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            unsubscribe: Some("https://example.com/u/AbC-_1"),
            unsubscribe_mail: Some(&from),
            dkim: None,
        };
        let content =
            Content { subject: "您满意吗？".into(), text: "正文".into(), html: "<b>正文</b>".into() };
        let plain = build(&header, &content).unwrap().raw;
        header.dkim = Some(&signer);
        let signed = build(&header, &content).unwrap().raw;
        assert_eq!(signed, build(&header, &content).unwrap().raw);
        let field = signed.strip_suffix(plain.as_str()).unwrap();
        assert!(field.starts_with("DKIM-Signature: ") && field.contains("t=1795000000;") && field.ends_with("\r\n"));
        assert!(!field.trim_end().lines().skip(1).any(|line| !line.starts_with('\t')), "one folded field: {field}");
        let both =
            "List-Unsubscribe: <https://example.com/u/AbC-_1>, <mailto:feedback@example.com?subject=unsubscribe>";
        assert!(plain.contains(both), "{plain}");
    }

    #[test]
    fn the_envelope_sender_is_the_bounce_address() {
        assert_eq!(mail_of("a", "b", "c", "d").return_path.as_str(), "b-1@bounce.cn");
    }

    #[test]
    fn injected_lines_stay_in_their_field() {
        for evil in ["x\r\nBcc: a@b.cn", "x\nBcc: a@b.cn", "x\r\n\r\nbody", "x\u{2028}Bcc: y", "x\0y", "\r\n.\r\n"] {
            let mail = mail_of(evil, evil, &format!("s{evil}"), evil);
            assert_eq!(names(&mail), EXPECTED, "{evil:?}");
        }
    }

    #[test]
    fn a_subject_of_nothing_and_strange_ids_are_errors() {
        let to = address("a@b.cn");
        let mut header = Header {
            from_name: "x",
            from: &to,
            reply_to: None,
            return_path: &to,
            to_name: None,
            to: &to,
            message_id: "1@b.cn",
            in_reply_to: None,
            date: DateTime::UNIX_EPOCH,
            unsubscribe: None,
            unsubscribe_mail: None,
            dkim: None,
        };
        let content = |subject: &str| Content { subject: subject.into(), text: "t".into(), html: "h".into() };
        assert_eq!(build(&header, &content(" \r\n")), Err(BuildError::Subject));
        header.unsubscribe = Some("https://x/\r\nBcc: y");
        assert_eq!(build(&header, &content("s")), Err(BuildError::Unsubscribe));
        header.message_id = "1@b.cn>\r\nBcc: x";
        assert!(matches!(build(&header, &content("s")), Err(BuildError::MessageId(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_name_subject_and_text_give_a_well_formed_mail(
            from in ".{0,60}|[\\x00-\\x7f]{0,60}", to in ".{0,60}|[\"\\\\,<>@ ]{0,20}",
            subject in ".{0,80}", text in "(?s).{0,300}",
        ) {
            let mail = mail_of(&from, &to, &format!("s{subject}"), &text);
            prop_assert_eq!(names(&mail), EXPECTED);
            prop_assert!(mail.raw.is_ascii());
            for line in mail.raw.split("\r\n") {
                prop_assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
            }
        }
    }
}
