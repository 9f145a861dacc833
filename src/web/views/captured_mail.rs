//! The demo's captured mails: what would have been sent, so that one can click through the whole journey.

use askama::Template;
use chrono::NaiveDateTime;

use super::{format, shell::Shell};

/// `GET /dev/mail`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/captured_mails.html")]
pub struct CapturedMails {
    /// The frame.
    pub shell: Shell,
    /// How many were captured; more than are listed.
    pub total: u32,
    /// Newest first.
    pub mails: Vec<MailLine>,
}

/// A mail in the list.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Its page (percent-encoded).
    pub href: String,
    /// When it was captured, in the organisation's zone.
    pub at: NaiveDateTime,
    /// The sender as read.
    pub from: String,
    /// The recipient as read.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
}

/// `GET /dev/mail/{id}`, under [`MAIL_CSP`](super::MAIL_CSP).
#[derive(Debug, Clone, Template)]
#[template(path = "staff/captured_mail.html")]
pub struct CapturedMail {
    /// The frame.
    pub shell: Shell,
    /// The subject, decoded.
    pub subject: String,
    /// Name and value, decoded, in the mail's order.
    pub headers: Vec<(String, String)>,
    /// The HTML part.
    pub html: Option<String>,
    /// The text part.
    pub text: Option<String>,
    /// The mail as it went over the wire.
    pub raw: String,
    /// Back to the list (percent-encoded).
    pub list_href: String,
}

impl CapturedMail {
    /// The HTML part with links that leave the frame: the survey refuses to stand in one.
    fn framed_html(&self) -> Option<String> {
        self.html.as_ref().map(|html| format!("<base target=\"_blank\">{html}"))
    }

    /// The text part split into pieces, with web addresses apart so that they can be links.
    fn text_pieces(&self) -> Vec<TextPiece<'_>> {
        let text = self.text.as_deref().unwrap_or_default();
        let words = text.split_inclusive(char::is_whitespace);
        let is_address = |word: &str| word.starts_with("http://") || word.starts_with("https://");
        words
            .flat_map(|word| match word.find("http") {
                Some(at) if is_address(word.get(at..).unwrap_or_default()) => {
                    let (before, rest) = word.split_at(at);
                    // Punctuation after an address belongs to the sentence.
                    let (address, after) = rest.split_at(rest.trim_end_matches(ends_address).len());
                    vec![TextPiece::Plain(before), TextPiece::Address(address), TextPiece::Plain(after)]
                }
                _ => vec![TextPiece::Plain(word)],
            })
            .collect()
    }
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | ';' | ')' | '>' | '。' | '，' | '；' | '）')
}

/// A piece of a mail's text part.
enum TextPiece<'a> {
    Plain(&'a str),
    Address(&'a str),
}
