//! Reports made for machines: what became of a mail (RFC 3464) and what a reader thought of it (RFC 5965).

use super::{Enhanced, Kind, Reply, kind_of, words};

/// What a delivery report says of the recipient; `None` if it says nothing of any.
pub(super) fn delivery_status(fields: &str, said: &str) -> Option<(Kind, Option<Enhanced>)> {
    let fields = unfolded(fields);
    let field = |name: &str| {
        let value = fields.iter().find(|(known, value)| known == name && !value.is_empty());
        value.map(|(_, value)| value.as_str())
    };
    let action = field("action").map(str::to_ascii_lowercase).unwrap_or_default();
    let status = field("status").and_then(Enhanced::at_start);
    match action.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default() {
        "delayed" => return Some((Kind::Delay, status)),
        "delivered" | "relayed" | "expanded" => return Some((Kind::Unknown, status)),
        "failed" => {}
        // Without an action, a status of failure is one.
        _ if status.is_some_and(|status| status.class != 2) => {}
        _ => return None,
    }
    let diagnostic = field("diagnostic-code").map(|text| text.split_once(';').map_or(text, |(_, text)| text).trim());
    let mut best = (Kind::Soft, status);
    if let Some(text) = diagnostic {
        // Some servers give a status of their own for words that are clearer (5.1.1 for whatever was refused with 550), so
        // the words come first.
        match words::reply(text) {
            (Kind::Soft, _) => {}
            (kind, own) => return Some((kind, own.or(status))),
        }
        best.1 = status.or(words::reply(text).1);
    }
    if let Some(status) = status.filter(|status| (status.subject, status.detail) != (0, 0)) {
        let reply = Reply { code: status.class * 100 + 50, enhanced: Some(status), text: String::new() };
        best.0 = kind_of(reply);
    }
    if best.0 == Kind::Soft && diagnostic.is_none_or(str::is_empty) {
        // Only the text for people says why.
        let (kind, own) = words::reason(said);
        best = (kind, own.or(best.1));
    }
    Some(best)
}

/// What a feedback report says: abuse, fraud and virus are complaints; a failed signature and "not spam" are none.
pub(super) fn feedback(fields: &str) -> Kind {
    let fields = unfolded(fields);
    let kind = fields.iter().find(|(name, _)| name == "feedback-type").map(|(_, value)| value.to_ascii_lowercase());
    match kind.as_deref().unwrap_or("abuse") {
        "auth-failure" | "not-spam" => Kind::Unknown,
        _ => Kind::Complaint,
    }
}

/// The fields, names in lower case; the blocks of several recipients follow each other.
fn unfolded(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}
