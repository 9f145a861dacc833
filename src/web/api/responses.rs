//! `GET /api/v1/responses`: the responses that count, page by page.

use actix_web::HttpResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::Call;
use super::problem::Refusal;
use super::query::Parameters;
use crate::db::responses::{self, Cursor, Item};
use crate::domain::user::Scope;

/// Responses on a page unless the reader says otherwise, and at most.
const USUAL: usize = 100;
const MOST: usize = 1_000;

/// A page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    /// The responses.
    pub items: Vec<Item>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

/// `GET /api/v1/responses`
pub(super) async fn list(call: Call) -> HttpResponse {
    call.answer(page(&call).await)
}

async fn page(call: &Call) -> Result<HttpResponse, Refusal> {
    call.enter(Scope::ResponsesRead)?;
    let mut query = Parameters::read(&call.request, call.t, &["cursor", "limit"]);
    let (after, limit) = (query.text("cursor"), query.text("limit"));
    let after = query.parsed("cursor", after, "next", read);
    let limit =
        query.parsed("limit", limit, "1–1000", |text| text.parse().ok().filter(|limit| (1..=MOST).contains(limit)));
    let limit = query.finish(Some(limit.unwrap_or(USUAL)))?;
    let (items, next) = call.pool().read(move |conn| responses::page(conn, after, limit)).await?;
    call.json(&Page { items, next: next.map(|cursor| write(&cursor)) })
}

/// A cursor as the reader holds it: what it means is ours alone.
fn write(cursor: &Cursor) -> String {
    match cursor {
        Cursor::Named(id) => URL_SAFE_NO_PAD.encode([b"n".as_slice(), &id.to_be_bytes()].concat()),
        Cursor::Anonymous(id) => URL_SAFE_NO_PAD.encode([b"a".as_slice(), id].concat()),
    }
}

fn read(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    match bytes.split_first()? {
        (b'n', id) => Some(Cursor::Named(i64::from_be_bytes(id.try_into().ok()?))),
        (b'a', id) if id.len() == 16 => Some(Cursor::Anonymous(id.to_vec())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back() {
        for cursor in [Cursor::Named(1), Cursor::Named(i64::MAX), Cursor::Anonymous(vec![255; 16])] {
            assert_eq!(read(&write(&cursor)), Some(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "nonsense", "1", "bg", "\0", &write(&Cursor::Anonymous(vec![1; 15]))] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
