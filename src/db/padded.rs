//! What is kept as ciphertext and whose length, too, tells nothing.
//!
//! A value is written as JSON without its texts, and these behind it in UTF-16: a customer may write so many units of it
//! ([`MAX_TEXT`](crate::domain::questionnaire::MAX_TEXT)), so that is their longest form, too. In UTF-8 it is half as long again.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Result;
use crate::crypto::{Place, Secrets, Unreadable};
use crate::domain::questionnaire::Partial;
use crate::domain::response::Response;

/// Ends the JSON, which holds no such byte; each text follows, behind the number of its units.
const TEXTS: u8 = 1;

/// Up to the length that all have.
const FILL: u8 = 0;

/// What has texts that may be long.
pub(super) trait Texts {
    /// They, as many and in the same order however long they are.
    fn texts(&mut self) -> impl Iterator<Item = &mut String>;
}

impl Texts for Response {
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.comment.iter_mut()
    }
}

impl Texts for Partial {
    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        self.answers.0.values_mut()
    }
}

/// Encrypts a value for one place, filled up to a multiple of `room` bytes.
///
/// # Errors
/// [`Unreadable`] for what has no JSON form or is too long to be encrypted.
pub(super) fn seal<T>(secrets: &Secrets, place: Place<'_>, mut value: T, room: usize) -> Result<Vec<u8>>
where
    T: Serialize + Texts,
{
    let texts: Vec<String> = value.texts().map(std::mem::take).collect();
    let mut plain = Vec::with_capacity(room);
    serde_json::to_writer(&mut plain, &value).map_err(|_| Unreadable)?;
    plain.push(TEXTS);
    for text in texts {
        let length = u32::try_from(text.encode_utf16().count()).map_err(|_| Unreadable)?;
        plain.extend(length.to_le_bytes());
        plain.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    }
    plain.resize(plain.len().next_multiple_of(room.max(1)), FILL);
    Ok(secrets.seal(place, &plain)?)
}

/// Decrypts what [`seal`] made for the same place. Earlier versions kept the texts within the JSON, and filled up with
/// spaces.
///
/// # Errors
/// [`Unreadable`] for what was not sealed here.
pub(super) fn open<T>(secrets: &Secrets, place: Place<'_>, sealed: &[u8]) -> Result<T>
where
    T: DeserializeOwned + Texts,
{
    let plain = secrets.open(place, sealed)?;
    let end = plain.iter().position(|byte| matches!(*byte, TEXTS | FILL)).unwrap_or(plain.len());
    let (json, rest) = plain.split_at(end);
    let mut value: T = serde_json::from_slice(json).map_err(|_| Unreadable)?;
    if let Some(mut rest) = rest.strip_prefix(&[TEXTS]) {
        for text in value.texts() {
            *text = next_text(&mut rest).ok_or(Unreadable)?;
        }
    }
    Ok(value)
}

fn next_text(rest: &mut &[u8]) -> Option<String> {
    let (length, texts) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, others) = texts.split_at_checked(length.checked_mul(2)?)?;
    *rest = others;
    let (units, _) = text.as_chunks();
    String::from_utf16(&units.iter().map(|unit| u16::from_le_bytes(*unit)).collect::<Vec<_>>()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::questionnaire::Answers;

    const PLACE: Place<'_> = Place { column: "table.column", row: "1" };

    fn partial(texts: &[&str]) -> Partial {
        let answers = texts.iter().zip('a'..).map(|(text, code)| (code.to_string(), (*text).to_owned())).collect();
        Partial { answers: Answers(answers), ..Partial::default() }
    }

    #[test]
    fn all_values_have_one_length() {
        let secrets = Secrets::random();
        let seal = |text: &str| seal(&secrets, PLACE, partial(&[text]), 1_000).unwrap().len();
        assert_eq!(seal(""), seal(&"满".repeat(400)));
        assert_ne!(seal(""), seal(&"x".repeat(500)));
    }

    proptest! {
        #[test]
        fn what_is_sealed_comes_back(texts in proptest::collection::vec(any::<String>(), 0..4), room in 0..9_000_usize) {
            let secrets = Secrets::random();
            let kept = partial(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            let opened: Partial = open(&secrets, PLACE, &seal(&secrets, PLACE, kept.clone(), room).unwrap()).unwrap();
            prop_assert_eq!(opened, kept);
        }
    }

    #[test]
    fn what_earlier_versions_kept_is_read() {
        let secrets = Secrets::random();
        let kept = partial(&["满意", ""]);
        for fill in [b' ', FILL] {
            let mut plain = serde_json::to_vec(&kept).unwrap();
            plain.extend([fill; 9]);
            let opened: Partial = open(&secrets, PLACE, &secrets.seal(PLACE, &plain).unwrap()).unwrap();
            assert_eq!(opened, kept);
        }
    }

    #[test]
    fn what_ends_too_early_is_unreadable() {
        let secrets = Secrets::random();
        let mut plain = serde_json::to_vec(&partial(&[""])).unwrap();
        plain.extend([TEXTS, 9, 0, 0, 0, b'x']);
        assert!(open::<Partial>(&secrets, PLACE, &secrets.seal(PLACE, &plain).unwrap()).is_err());
    }
}
