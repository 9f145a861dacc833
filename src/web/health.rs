//! `/healthz`: the process answers. `/readyz`: it can do its work.

use actix_web::HttpResponse;
use actix_web::web::Data;
use chrono::TimeDelta;

use super::Web;
use crate::db::{self, clock_check, outbox, setting};

/// Mail that has been due for longer than this means that nobody delivers it.
const QUEUE_AGE: TimeDelta = TimeDelta::minutes(15);

/// `GET /healthz`
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: 200 if all is well, else 503 with what is not.
pub(super) async fn ready(web: Data<Web>) -> HttpResponse {
    let now = web.context.now();
    let clock = web.context.clock.clone();
    let look = move |conn: &mut db::Connection| -> db::Result<_> {
        let is_paused = setting::get(conn, setting::MAIL_PAUSED)?.is_some();
        // What is paused waits because somebody wants it to.
        let oldest_due = if is_paused { None } else { outbox::oldest_due(conn, now)? };
        Ok((conn.is_migrated()?, oldest_due, clock_check::ahead(conn, &clock)?))
    };
    let mut wrong = Vec::new();
    match web.context.pool.query(look).await {
        Err(error) => {
            tracing::error!(%error, "not ready");
            wrong.push("the database does not answer");
        }
        Ok((is_migrated, oldest_due, ahead)) => {
            if !is_migrated {
                wrong.push("the database schema is not of this version: run manyi migrate");
            }
            if clock_check::is_off(ahead) {
                wrong.push(
                    "the clock is more than 30 seconds off the database's: no mail is sent from here until it is right",
                );
            }
            if oldest_due.is_some_and(|due| now - due > QUEUE_AGE) {
                wrong.push("mail has been waiting for more than 15 minutes: is a worker running, and is the mail server there?");
            }
        }
    }
    let status = if wrong.is_empty() { "ready" } else { "not ready" };
    let body = serde_json::json!({ "status": status, "problems": wrong });
    if wrong.is_empty() { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}
