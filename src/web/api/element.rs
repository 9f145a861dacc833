//! What is handed in as JSON, element by element: read by the rules that files have, judged alone, stored together.

use std::borrow::Cow;

use actix_web::web::Payload;

use super::Call;
use super::body::{self, Document, Element, MAX_RECORDS, Scalar};
use super::problem::{Fault, Refusal};
use crate::context::Context;
use crate::db::{self, Connection};
use crate::domain::field::{FieldError, Reason};
use crate::domain::text;
use crate::i18n::Texts;
use crate::intake::kind::nearest;
use crate::intake::message;

/// The most faults told of one element.
const MOST_FAULTS: usize = 25;

/// A body: one element, or an array of them.
pub(super) struct HandedIn {
    elements: Vec<Element>,
    /// Whether it was an array: then each element has a place, and its result decides nothing for the others.
    pub is_array: bool,
}

impl HandedIn {
    /// Reads a body.
    ///
    /// # Errors
    /// [`Refusal`] with 400, 413 or 415.
    pub async fn read(call: &Call, payload: Payload) -> Result<Self, Refusal> {
        match body::read(&call.request, payload).await? {
            Document::Many(elements) if elements.len() > MAX_RECORDS => Err(Refusal::TooManyRecords),
            Document::Many(elements) => Ok(Self { elements, is_array: true }),
            Document::One(element) => Ok(Self { elements: vec![element], is_array: false }),
        }
    }

    /// What became of each element: those that `read` takes are stored by `store` in one transaction, and `judge` is
    /// told its number (the member `identifier`, where it is one), the outcome or what is wrong, and its place.
    ///
    /// # Errors
    /// [`Refusal`] if the database fails.
    pub async fn judged<T, O, J>(
        &self,
        call: &Call,
        identifier: &str,
        read: impl Fn(&Members, &str) -> Result<T, Vec<Fault>>,
        store: impl Fn(&mut Connection, &Context, &[T]) -> db::Result<Vec<O>> + Send + Sync + 'static,
        judge: impl Fn(Option<String>, Result<O, Vec<Fault>>, &str) -> J,
    ) -> Result<Vec<J>, Refusal>
    where
        T: Send + Sync + 'static,
        O: Send + 'static,
    {
        let (mut valid, mut given) = (Vec::new(), Vec::with_capacity(self.elements.len()));
        for (at, element) in self.elements.iter().enumerate() {
            let place = if self.is_array { format!("/{at}") } else { String::new() };
            let read = match element {
                Element::Object(members) => read(members, &place),
                Element::Other => Err(vec![Fault::of_value(&place, call.t.get("api-not-an-object"))]),
            };
            let faults = read.map(|value| valid.push(value)).err();
            given.push((number(element, identifier), faults, place));
        }
        let mut outcomes = stored(call, valid, store).await?.into_iter();
        let judged = given.into_iter().filter_map(|(number, faults, place)| {
            let outcome = faults.map_or_else(|| outcomes.next().map(Ok), |faults| Some(Err(faults)))?;
            Some(judge(number, outcome, &place))
        });
        Ok(judged.collect())
    }
}

/// Stores what is valid.
async fn stored<T, O>(
    call: &Call,
    valid: Vec<T>,
    store: impl Fn(&mut Connection, &Context, &[T]) -> db::Result<Vec<O>> + Send + Sync + 'static,
) -> Result<Vec<O>, Refusal>
where
    T: Send + Sync + 'static,
    O: Send + 'static,
{
    if valid.is_empty() {
        return Ok(Vec::new());
    }
    let context = call.web.context.clone();
    Ok(call.pool().write_again(move |conn| store(conn, &context, &valid)).await?)
}

/// The members of an object, in their order.
pub(super) type Members = [(String, Scalar)];

/// The number of an element, where it is one.
fn number(element: &Element, field: &str) -> Option<String> {
    let Element::Object(members) = element else { return None };
    let text = members.iter().find(|(name, _)| name == field).and_then(|(_, value)| plain(value))?;
    let number = text::code(text::trim(&text), text::MAX_EXTERNAL_ID).ok()?;
    (!number.is_empty()).then(|| number.to_owned())
}

/// What can't be read of an object, before its values are judged.
pub(super) struct Found<'e> {
    faults: Vec<Fault>,
    unreadable: Vec<&'e str>,
}

impl<'e> Found<'e> {
    /// Hands every member that is known to `set`, as the text that a file would have. `number` may be inexact.
    pub fn of(
        members: &'e Members,
        place: &str,
        known: &[&'static str],
        number: Option<&str>,
        t: Texts,
        mut set: impl FnMut(&str, Cow<'e, str>) -> bool,
    ) -> Self {
        let mut found = Self { faults: Vec::new(), unreadable: Vec::new() };
        let mut seen: Vec<&str> = Vec::with_capacity(members.len().min(known.len()));
        for (name, value) in members {
            if found.faults.len() >= MOST_FAULTS {
                break;
            }
            if !known.contains(&name.as_str()) {
                found.faults.push(Fault::of_member(place, name, unknown(name, known.iter().copied(), t)));
                continue;
            }
            if seen.contains(&name.as_str()) {
                found.faults.push(Fault::of_member(place, name, t.get("api-given-twice")));
                continue;
            }
            seen.push(name);
            let fault = match value {
                Scalar::Nested => Some(t.get("api-not-plain")),
                Scalar::Number(digits) if digits.is_f64() && number != Some(name) => Some(t.get("api-inexact-number")),
                _ => None,
            };
            match fault {
                Some(message) => {
                    found.unreadable.push(name);
                    found.faults.push(Fault::of_member(place, name, message));
                }
                None => {
                    set(name, plain(value).unwrap_or_default());
                }
            }
        }
        found
    }

    /// The value, if it is valid and nothing was unreadable; else all that is wrong.
    pub fn settle<T>(mut self, judged: Result<T, Vec<FieldError>>, place: &str, t: Texts) -> Result<T, Vec<Fault>> {
        match judged {
            Ok(value) if self.faults.is_empty() => Ok(value),
            Ok(_) => Err(self.faults),
            Err(errors) => {
                // What is there but can't be read is not missing as well.
                let errors: Vec<_> =
                    errors.into_iter().filter(|e| !self.unreadable.contains(&e.field.as_ref())).collect();
                self.faults.extend(faults(place, &errors, t));
                Err(self.faults)
            }
        }
    }
}

/// A plain value as the text that a file would have; `None` if it is absent or no plain value.
pub(super) fn plain(value: &Scalar) -> Option<Cow<'_, str>> {
    match value {
        Scalar::Text(text) => Some(Cow::Borrowed(text)),
        Scalar::Number(number) => Some(Cow::Owned(number.to_string())),
        Scalar::Truth(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
        Scalar::Null | Scalar::Nested => None,
    }
}

/// What to say of a member that is not known.
pub(super) fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, t: Texts) -> String {
    let message = t.get("api-unknown-member");
    match nearest(name, known) {
        Some(nearest) => message + &t.with("api-nearest", &[("nearest", nearest)]),
        None => message,
    }
}

/// What is wrong with values, each with what to do about it.
pub(super) fn faults(place: &str, errors: &[FieldError], t: Texts) -> Vec<Fault> {
    let words = |error: &FieldError| {
        let (reason, repair) = (message::reason(&error.reason, t), repair(&error.reason, t));
        let message = t.with("api-reason-and-repair", &[("reason", reason), ("repair", repair)]);
        Fault::of_member(place, &error.field, message)
    };
    errors.iter().map(words).collect()
}

/// What to do about it. Where the words for files speak of files, the API has its own.
fn repair(reason: &Reason, t: Texts) -> String {
    match reason {
        Reason::Unprintable { .. } => t.get("api-repair-unprintable"),
        Reason::ExcelNumber => t.get("api-repair-excel-number"),
        Reason::AmbiguousDate => t.get("api-repair-ambiguous-date"),
        Reason::UnknownDepartment => t.get("api-repair-unknown-department"),
        Reason::UnknownEmployee => t.get("api-repair-unknown-employee"),
        reason => message::repair(reason, t),
    }
}
