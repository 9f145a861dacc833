//! `/periods/{period}/seals/{revision}.json`: a seal with what few answers may not say left out; whole for
//! administrators, and noted.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Path};
use serde_json::{Value, json};

use super::super::frame::{APPRAISALS, Page, Refusal};
use super::super::pull::{self, Handed};
use super::super::session::CSRF;
use super::super::views::Problem;
use super::{field, form};
use crate::db::period::{Course, Progress};
use crate::db::pull::{Kind, Pulled};
use crate::db::{self, appraisals, seal};
use crate::domain::period::{Period, State};
use crate::domain::user::Role;
use crate::export::appraisals::File;

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
    let read = move |conn: &mut db::Connection| -> db::Result<Option<Handed>> {
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
        let name = format!("manyi-seal-{period}-r{revision}.json");
        Ok(Some(handed(Kind::Seal, name, &document, (period, &found.course), file.rows.len())))
    };
    let file = page.pool().read(read).await?.ok_or(Problem::NotFound)?;
    pull::hand_out(page, file).await
}

/// The whole seal.
async fn hand_out(page: &Page, period: &str, revision: i32, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let session = page.reader(&[Role::Admin])?;
    let period: Period = period.parse().map_err(|_| Refusal::from(Problem::NotFound))?;
    if !session.sent(&page.web, field(&form(body)?, CSRF)) {
        return Err(Problem::Forbidden.into());
    }
    let read = move |conn: &mut db::Connection| -> db::Result<Option<Handed>> {
        let Some(document) = document(conn, period, revision)? else { return Ok(None) };
        let course = Course { state: State::Sealed, revision, ..Progress::load(conn)?.course(period) };
        let name = format!("manyi-seal-{period}-r{revision}-whole.json");
        Ok(Some(handed(Kind::WholeSeal, name, &document, (period, &course), 1)))
    };
    let file = page.pool().read(read).await?.ok_or(Problem::NotFound)?;
    pull::hand_out(page, file).await
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

/// A document of a seal as a file, with what is noted of it.
fn handed(kind: Kind, name: String, document: &Value, of: (Period, &Course), rows: usize) -> Handed {
    let bytes = document.to_string().into_bytes();
    let seal = document.get("hash").and_then(Value::as_str).map(str::to_owned);
    let noted = Pulled::new(kind, of, "json", rows, &bytes).sealed(seal);
    Handed { name, media_type: "application/json", bytes, noted }
}
