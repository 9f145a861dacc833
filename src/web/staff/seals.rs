//! `/periods/{period}/seals/{revision}.json`: a seal with what few answers may not say left out; whole for
//! administrators, and noted.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use serde_json::{Value, json};

use super::super::download;
use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::session::CSRF;
use super::super::views::Problem;
use super::{field, form};
use crate::db::{self, appraisals, audit, seal};
use crate::domain::period::Period;
use crate::domain::user::Role;
use crate::export::appraisals::File;

/// The audit log's name of a pull of a whole seal.
const PULLED: &str = "export.seal";

/// `GET /periods/{period}/seals/{revision}.json`: hashes, circumstances, organisation and rules as they were hashed, and
/// the results as the export gives them.
pub async fn show(page: Page, place: Path<(String, i32)>) -> HttpResponse {
    let (period, revision) = place.into_inner();
    let result = withheld(&page, &period, revision).await;
    page.answer(result)
}

/// `POST /periods/{period}/seals/{revision}.json`: every part as the text that was hashed, also the sums of a few.
pub async fn whole(page: Page, place: Path<(String, i32)>, body: Bytes) -> HttpResponse {
    let (period, revision) = place.into_inner();
    let result = hand_out(&page, &period, revision, &body).await;
    page.answer(result)
}

async fn withheld(page: &Page, period: &str, revision: i32) -> Result<HttpResponse, Refusal> {
    page.reader(&APPRAISALS)?;
    let period: Period = period.parse().map_err(|_| Refusal::from(Problem::NotFound))?;
    let (t, thresholds) = (page.t, page.web.context.thresholds);
    let read = move |conn: &mut db::Connection| -> db::Result<Option<Value>> {
        let Some(mut document) = document(conn, period, revision)? else { return Ok(None) };
        let Some(found) = appraisals::of_seal(conn, (period, revision), t.locale(), &thresholds)? else {
            return Ok(None);
        };
        let (seal, state) = (found.hash(), found.course.state);
        let file = File { t, period, state, revision, seal, computed_at: found.computed_at, rows: found.rows };
        if let Some(parts) = document.as_object_mut() {
            parts.remove("inputs");
            parts.insert("results".to_owned(), file.json().get_mut("rows").map(Value::take).unwrap_or_default());
        }
        Ok(Some(document))
    };
    let document = page.pool().read(read).await?.ok_or(Problem::NotFound)?;
    Ok(answer(&format!("manyi-seal-{period}-r{revision}.json"), &document))
}

/// The whole seal, and in the same transaction the note of who took it.
async fn hand_out(page: &Page, period: &str, revision: i32, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&[Role::Admin])?;
    let period: Period = period.parse().map_err(|_| Refusal::from(Problem::NotFound))?;
    if !session.sent(&page.web, field(&form(body)?, CSRF)) {
        return Err(Problem::Forbidden.into());
    }
    let (actor, now) = (session.user.email.clone(), page.web.context.now());
    let work = move |conn: &mut db::Connection| -> db::Result<Option<Value>> {
        let Some(document) = document(conn, period, revision)? else { return Ok(None) };
        let detail = json!({ "format": "json", "revision": revision, "seal": document.get("hash") });
        audit::append(conn, now, &actor, PULLED, &period.to_string(), &detail)?;
        Ok(Some(document))
    };
    let document = page.pool().write(work).await?.ok_or(Problem::NotFound)?;
    Ok(answer(&format!("manyi-seal-{period}-r{revision}-whole.json"), &document))
}

fn document(conn: &mut db::Connection, period: Period, revision: i32) -> db::Result<Option<Value>> {
    let Some((seal, [circumstances, organisation, inputs, rules, results])) = seal::content(conn, period, revision)?
    else {
        return Ok(None);
    };
    let previous = seal::hash_before(conn, seal.number)?;
    Ok(Some(json!({
        "number": seal.number,
        "period": period,
        "revision": revision,
        "sealed_at_micros": seal.sealed_at.timestamp_micros(),
        "sealed_by": seal.sealed_by,
        "circumstances": circumstances,
        "organisation": organisation,
        "inputs": inputs,
        "rules": rules,
        "results": results,
        "previous": previous.map(hex::encode),
        "hash": hex::encode(&seal.hash),
    })))
}

fn answer(name: &str, document: &Value) -> HttpResponse {
    download::file(name, "application/json", document.to_string().into_bytes())
}
