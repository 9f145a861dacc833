//! What a person would read in a bounce: its text, whatever its encoding, without the copy of the mail that came back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::GB18030;
use mail_parser::{Encoding, Message, MessagePart, PartType};

/// Where the copy of the mail begins. Lower case; dashes round it don't matter.
const COPIES: [&str; 16] = [
    "below this line is a copy of the message",
    "this is a copy of the message",
    "this is a copy of your message",
    "original message follows",
    "original message headers",
    "original message header",
    "---- original message",
    "unsent message below",
    "unsent message follows",
    "message headers follow",
    "message header follows",
    "the header of the original message",
    "returned message follows",
    "以下是原邮件",
    "以下为原邮件",
    "原始邮件",
];

/// UTF-8, or else GB18030, which holds GB 2312 and GBK.
pub(super) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// The text parts of the mail itself, up to where the copy begins.
pub(super) fn said(message: &Message<'_>) -> String {
    let mut said = String::new();
    for part in &message.parts {
        match &part.body {
            PartType::Text(text) if !text.contains('\u{fffd}') => said.push_str(text),
            PartType::Text(text) => said.push_str(&undeclared(message, part).unwrap_or_else(|| text.to_string())),
            PartType::Html(html) if html.contains('\u{fffd}') => {
                said.push_str(&plain(&undeclared(message, part).unwrap_or_else(|| html.to_string())));
            }
            PartType::Html(html) => said.push_str(&plain(html)),
            _ => continue,
        }
        said.push_str("\n\n");
    }
    let lower = said.to_ascii_lowercase();
    let end = COPIES.iter().filter_map(|mark| lower.find(mark)).filter(|at| *at > 0).min();
    said.truncate(end.unwrap_or(said.len()));
    said
}

/// A part in an encoding that it does not name, or names wrongly.
fn undeclared(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let at = |offset: u32| usize::try_from(offset).ok();
    let raw = message.raw_message.get(at(part.offset_body)?..at(part.offset_end)?)?;
    match part.encoding {
        Encoding::None => Some(decode(raw)),
        Encoding::Base64 => {
            let data: Vec<u8> = raw.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
            STANDARD.decode(data).ok().map(|bytes| decode(&bytes))
        }
        Encoding::QuotedPrintable => Some(decode(&unquoted(raw))),
    }
}

/// Quoted-printable (RFC 2045 §6.7); what is none stays as it is.
fn unquoted(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        let digit =
            |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|n| u8::try_from(n).ok());
        match (first, after) {
            (b'=', [b'\r', b'\n', next @ ..] | [b'\n', next @ ..]) => rest = next,
            (b'=', [_, _, next @ ..]) if let (Some(high), Some(low)) = (digit(0), digit(1)) => {
                bytes.push(high * 16 + low);
                rest = next;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// What is read of HTML: no tags, blocks on lines of their own.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        let (name, after) = tag.split_once('>').unwrap_or((tag, ""));
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        if ["br", "p", "div", "tr", "li", "h", "table"].iter().any(|block| name.starts_with(block)) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&#64;", "@").replace("&amp;", "&")
}
