//! `/healthz`: the process answers. `/readyz`: it can do its work.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::TimeDelta;

use super::Web;
use crate::db::{self, outbox};

/// Mail that has been due for longer than this means that nobody delivers it.
const QUEUE_AGE: TimeDelta = TimeDelta::minutes(15);

/// `GET /healthz`
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: 200 if all is well, else 503 with what is not.
pub(super) async fn ready(web: Data<Web>) -> HttpResponse {
    let now = web.context.now();
    let look =
        move |conn: &mut db::Connection| -> db::Result<_> { Ok((conn.is_migrated()?, outbox::oldest_due(conn, now)?)) };
    let mut wrong = Vec::new();
    match web.context.pool.query(look).await {
        Err(error) => {
            tracing::error!(%error, "not ready");
            wrong.push("the database does not answer");
        }
        Ok((is_migrated, oldest_due)) => {
            if !is_migrated {
                wrong.push("the database schema is not of this version: run manyi migrate");
            }
            if oldest_due.is_some_and(|due| now - due > QUEUE_AGE) {
                wrong.push("mail has been waiting for more than 15 minutes: is a worker running?");
            }
        }
    }
    let status = if wrong.is_empty() { "ready" } else { "not ready" };
    let body = serde_json::json!({ "status": status, "problems": wrong });
    if wrong.is_empty() { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}
