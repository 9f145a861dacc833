//! Bodies: JSON in UTF-8, up to a length. Objects keep every member as it was sent, also one that was sent twice;
//! numbers keep their digits; what is nested where a plain value belongs is passed over, to a limited depth.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::header;
use actix_web::web::Payload;
use actix_web::{HttpMessage, HttpRequest};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::problem::Refusal;

/// The longest body of one object, in bytes.
pub(super) const MAX_OBJECT: usize = 256 * 1024;

/// The longest body of an array, in bytes.
pub(super) const MAX_ARRAY: usize = 2 * 1024 * 1024;

/// The longest mail, in bytes.
pub(super) const MAX_MAIL: usize = 10 * 1024 * 1024;

/// The most records in one array.
pub(super) const MAX_RECORDS: usize = 1_000;

/// What is read of a body that is too long, so that the sender comes to hear it, in bytes.
const MAX_DRAINED: usize = 16 * 1024 * 1024;

/// A body.
#[derive(Debug, PartialEq)]
pub(super) enum Document {
    /// One value.
    One(Element),
    /// An array; at most [`MAX_RECORDS`] and one.
    Many(Vec<Element>),
}

/// A value that should be an object of plain values.
#[derive(Debug, PartialEq)]
pub(super) enum Element {
    /// The members in their order.
    Object(Vec<(String, Scalar)>),
    /// Something else.
    Other,
}

/// A plain value, or what is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    /// A text.
    Text(String),
    /// A number.
    Number(serde_json::Number),
    /// `true` or `false`.
    Truth(bool),
    /// `null`: the same as absent.
    Null,
    /// An array or an object.
    Nested,
}

/// Reads a body as JSON.
///
/// # Errors
/// [`Refusal`] with 400, 413 or 415.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Document, Refusal> {
    let is_json = request.content_type().eq_ignore_ascii_case("application/json");
    let is_utf8 = request.encoding().is_ok_and(|encoding| encoding.name() == "UTF-8");
    if !is_json || !is_utf8 || request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Refusal::ContentType);
    }
    parse(&collect(payload).await?)
}

/// A mail as it is, up to [`MAX_MAIL`].
///
/// # Errors
/// [`Refusal`] with 400 or 413.
pub(super) async fn mail(payload: Payload) -> Result<Vec<u8>, Refusal> {
    let mut stream = pin!(BodyStream::new(payload));
    let mut body = Vec::new();
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let chunk = chunk.map_err(|_| Refusal::Broken)?;
        if body.len().saturating_add(chunk.len()) > MAX_MAIL {
            return Err(Refusal::MailTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    if body.is_empty() { Err(Refusal::NoMail) } else { Ok(body) }
}

async fn collect(payload: Payload) -> Result<Vec<u8>, Refusal> {
    let mut stream = pin!(BodyStream::new(payload));
    let mut body = Vec::new();
    let mut length: usize = 0;
    while let Some(chunk) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let chunk = chunk.map_err(|_| Refusal::Broken)?;
        length = length.saturating_add(chunk.len());
        if length > MAX_DRAINED {
            break;
        }
        if length <= MAX_ARRAY {
            body.extend_from_slice(&chunk);
        }
    }
    let is_array = body.trim_ascii_start().first() == Some(&b'[');
    if length > if is_array { MAX_ARRAY } else { MAX_OBJECT } { Err(Refusal::TooLarge) } else { Ok(body) }
}

/// A body's bytes as JSON.
fn parse(bytes: &[u8]) -> Result<Document, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|error| Refusal::Encoding(error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    serde_json::from_str(text).map_err(|error| {
        // serde_json has no name of its own for this one.
        let is_deep = error.to_string().starts_with("recursion limit exceeded");
        if is_deep { Refusal::Depth } else { Refusal::Syntax(error.line(), error.column()) }
    })
}

/// A value that is read, and its depth checked, but not kept.
struct Skipped;

impl<'de> Deserialize<'de> for Skipped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Scalar::deserialize(deserializer).map(|_| Self)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct ScalarVisitor;
struct ElementVisitor;
struct DocumentVisitor;

/// The plain values of a visitor to which all of them are the same.
macro_rules! plain {
    ($value:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($value)
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Scalar, E> {
        Ok(Scalar::Truth(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Scalar::Null, Scalar::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar, A::Error> {
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(Scalar::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<Skipped, Skipped>()?.is_some() {}
        Ok(Scalar::Nested)
    }
}

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    plain!(Element::Other);

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Element, A::Error> {
        ScalarVisitor.visit_seq(list).map(|_| Element::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Element::Object(members))
    }
}

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of objects")
    }

    plain!(Document::One(Element::Other));

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Document, A::Error> {
        let mut elements = Vec::new();
        // One more tells that there are too many; the rest is read only to the end.
        while elements.len() <= MAX_RECORDS {
            match list.next_element()? {
                Some(element) => elements.push(element),
                None => return Ok(Document::Many(elements)),
            }
        }
        while list.next_element::<Skipped>()?.is_some() {}
        Ok(Document::Many(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Document, A::Error> {
        ElementVisitor.visit_map(map).map(Document::One)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        format!("{:?}", parse(bytes).unwrap_err())
    }

    #[test]
    fn every_member_is_kept_in_its_order() {
        let Document::One(Element::Object(members)) = parse(br#"{"b":1,"a":"x","b":null,"c":[1,{"d":2}]}"#).unwrap()
        else {
            panic!("an object");
        };
        let names: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b", "a", "b", "c"]);
        assert_eq!(members[3].1, Scalar::Nested);
    }

    #[test]
    fn a_byte_order_mark_is_no_harm() {
        assert!(parse("\u{feff}{}".as_bytes()).is_ok());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        assert_eq!(refusal(b"{\"a\": 1,\n  oops}"), "Syntax(2, 3)");
        assert_eq!(refusal(b" \n"), "Empty");
        assert_eq!(refusal(b"{\"a\": \"\xd6\xd0\"}"), "Encoding(7)");
        assert_eq!(refusal(br#"{"a": "\ud800"}"#).get(..6), Some("Syntax"));
    }

    #[test]
    fn depth_is_limited_also_where_it_is_passed_over() {
        let nested = |depth: usize| format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(100).as_bytes()).is_ok());
        assert_eq!(refusal(nested(100_000).as_bytes()), "Depth");
        assert_eq!(refusal("[".repeat(100_000).as_bytes()), "Depth");
    }

    #[test]
    fn no_more_records_are_kept_than_tell_that_there_are_too_many() {
        let many = format!("[{}0]", "0,".repeat(5_000));
        assert!(matches!(parse(many.as_bytes()), Ok(Document::Many(kept)) if kept.len() == MAX_RECORDS + 1));
    }

    #[test]
    fn digits_of_large_numbers_are_kept() {
        let Document::One(Element::Object(members)) = parse(br#"{"a":18446744073709551615}"#).unwrap() else {
            panic!("an object");
        };
        assert!(matches!(&members[0].1, Scalar::Number(number) if number.to_string() == "18446744073709551615"));
    }
}
