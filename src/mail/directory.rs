//! Mail caught in a directory as `.eml` files, for `file:DIR` and the demo, and reading it back.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::message::Mail;

/// A caught mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// Name and value of each field, decoded, in the mail's order.
    pub headers: Vec<(String, String)>,
    /// The text part.
    pub text: Option<String>,
    /// The HTML part.
    pub html: Option<String>,
    /// The mail as it went over the wire.
    pub raw: String,
}

/// Names longer than this are no files of ours.
const MAX_NAME: usize = 230;

/// Stores a mail under the first free name made of its Message-ID: `ID.eml`, for a repeated mail `ID.2.eml`. The file
/// appears complete or not at all.
pub(super) fn store(dir: &Path, mail: &Mail) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let id = mail.message_id.split('@').next().unwrap_or_default();
    for n in 1..10_000 {
        let name = if n == 1 { format!("{id}.eml") } else { format!("{id}.{n}.eml") };
        let (target, draft) = (dir.join(&name), dir.join(format!(".{name}.{}", std::process::id())));
        if target.exists() {
            continue;
        }
        let mut file = File::create(&draft)?;
        file.write_all(mail.raw.as_bytes())?;
        file.sync_data()?;
        // A link fails if somebody was faster, where a rename would replace.
        let linked = fs::hard_link(&draft, &target);
        fs::remove_file(&draft)?;
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            linked => return linked.map(|()| target),
        }
    }
    Err(io::Error::other("10,000 copies of one mail"))
}

/// The names of the mails caught in `dir`, newest first; none if there is no such directory.
pub fn list(dir: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Ok(name) = entry.file_name().into_string()
            && is_name(&name)
        {
            names.push((entry.metadata()?.modified()?, name));
        }
    }
    names.sort();
    Ok(names.into_iter().rev().map(|(_, name)| name).collect())
}

/// Reads one of the mails in [`list`]; `None` if there is none of that name, whatever the name tries.
pub fn read(dir: &Path, name: &str) -> io::Result<Option<Caught>> {
    if !is_name(name) {
        return Ok(None);
    }
    match fs::read_to_string(dir.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        raw => Ok(Some(Caught::parse(&raw?))),
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    name.ends_with(".eml") && !name.starts_with('.') && name.len() <= MAX_NAME && name.bytes().all(allowed)
}

impl Caught {
    /// Reads a mail of ours. What isn't there is left out: this is for looking at, not for judging.
    pub fn parse(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
        let (mut text, mut html) = (None, None);
        let boundary = field(head, "Content-Type").split_once("boundary=\"").map(|(_, rest)| rest.to_owned());
        let boundary = boundary.as_deref().and_then(|rest| rest.split('"').next()).unwrap_or("no parts");
        for part in body.split(format!("--{boundary}").as_str()).skip(1) {
            let Some((head, body)) = part.split_once("\r\n\r\n") else { continue };
            let body = decode(&field(head, "Content-Transfer-Encoding"), body.strip_suffix("\r\n").unwrap_or(body));
            if field(head, "Content-Type").starts_with("text/html") {
                html = Some(body);
            } else {
                text = Some(body);
            }
        }
        let headers = fields(head).into_iter().map(|(name, value)| (name, decode_words(&value))).collect();
        Self { headers, text, html, raw: raw.to_owned() }
    }

    /// A field's value, decoded; empty if there is none: `caught.header("Subject")`.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        value.map_or("", |(_, value)| value)
    }

    /// When the mail was written, from its Date.
    pub fn date(&self) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc2822(self.header("Date")).ok().map(|date| date.to_utc())
    }
}

/// The fields of a header, unfolded, not decoded.
fn fields(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let fields = unfolded.split("\r\n").filter_map(|line| line.split_once(':'));
    fields.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
}

fn field(head: &str, name: &str) -> String {
    let mut fields = fields(head).into_iter();
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).unwrap_or_default()
}

fn decode(encoding: &str, body: &str) -> String {
    let bytes = match encoding.to_ascii_lowercase().as_str() {
        "base64" => base64(body.split_whitespace().collect::<String>().as_str()),
        "quoted-printable" => quoted(&body.replace("=\r\n", "")),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Decodes `=?utf-8?b?…?=` words (RFC 2047); space between two of them is none.
fn decode_words(value: &str) -> String {
    let mut text = String::new();
    let mut bytes = Vec::new();
    for word in value.split(' ').filter(|word| !word.is_empty()) {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        match encoded {
            Some(encoded) => bytes.extend(base64(encoded)),
            None => {
                text.push_str(&String::from_utf8_lossy(&std::mem::take(&mut bytes)));
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
                continue;
            }
        }
        if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
    }
    text.push_str(&String::from_utf8_lossy(&bytes));
    text
}

fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap_or_default()
}

fn quoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if byte != b'=' {
            bytes.push(byte);
        } else if let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) {
            bytes.push(high * 16 + low);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::message::tests::mail_of;

    #[test]
    fn a_stored_mail_reads_back_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let mail =
            mail_of("维修服务部（示例公司）", "Wáng Fāng", "11月18日上门维修，您满意吗？真的满意吗", "一\n.二\n");
        store(dir.path(), &mail).unwrap();
        let names = list(dir.path()).unwrap();
        assert_eq!(names, ["abc234.eml"]);
        let caught = read(dir.path(), &names[0]).unwrap().unwrap();
        assert_eq!(caught.header("From"), "维修服务部（示例公司） <feedback@example.com>");
        assert_eq!(caught.header("To"), "Wáng Fāng <wang@qq.com>");
        assert_eq!(caught.header("subject"), "11月18日上门维修，您满意吗？真的满意吗");
        assert_eq!(caught.text.unwrap(), "一\r\n.二\r\n");
        assert_eq!(caught.html.unwrap(), "<b>一\r\n.二\r\n</b>\r\n");
        assert_eq!(caught.raw, mail.raw);
        assert_eq!(Caught::parse(&mail.raw).date().unwrap().timestamp(), 1_795_000_000);
        assert_eq!(Caught::parse("nothing").header("From"), "");
    }

    #[test]
    fn quoted_printable_and_plain_parts_read_back_too() {
        for text in
            ["a “quoted” word, and a line that is rather long so that it must be broken somewhere, here", "plain"]
        {
            assert_eq!(Caught::parse(&mail_of("x", "y", "z", text).raw).text.unwrap(), format!("{text}\r\n"));
        }
    }

    #[test]
    fn a_repeated_mail_is_kept_beside_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let mail = mail_of("x", "y", "z", "t");
        store(dir.path(), &mail).unwrap();
        store(dir.path(), &mail).unwrap();
        let mut names = list(dir.path()).unwrap();
        names.sort();
        assert_eq!(names, ["abc234.2.eml", "abc234.eml"]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no drafts are left");
    }

    #[test]
    fn names_do_not_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["../x.eml", "/etc/passwd", ".x.eml", "x", "", "a/b.eml", "不.eml"] {
            assert_eq!(read(dir.path(), name).unwrap(), None, "{name}");
        }
        assert_eq!(list(&dir.path().join("missing")).unwrap(), Vec::<String>::new());
    }
}
