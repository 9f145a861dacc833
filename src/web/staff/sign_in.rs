//! Signing in with a password, and out. Ten tries in a quarter of an hour for one address or one name; every failure reads
//! the same and takes the same time.

use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::super::frame::{Page, Refusal};
use super::super::session::{CSRF, Session};
use super::super::views::{Problem, SignIn};
use super::{field, form as read_form, narrow, see_other};
use crate::crypto;
use crate::db::{self, user};

/// What the form's token is for, before there is a session.
const SUBJECT: &[u8] = b"sign-in";

const TRIES: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
const TRIES_IN: Duration = Duration::from_secs(15 * 60);

/// Tries by what was tried: `address:…` and `name:…`.
static TRIED: LazyLock<DefaultKeyedRateLimiter<String>> = LazyLock::new(|| {
    let quota = Quota::with_period(TRIES_IN / TRIES.get()).unwrap_or(Quota::per_minute(NonZeroU32::MIN));
    RateLimiter::keyed(quota.allow_burst(TRIES))
});

/// `GET /sign-in`
pub async fn form(page: Page) -> HttpResponse {
    if page.session.is_some() {
        return see_other("/");
    }
    let next = page.query("next").unwrap_or_default();
    page.answer(show(&page, next, String::new(), false))
}

/// `POST /sign-in`
pub async fn sign_in(page: Page, body: Bytes) -> HttpResponse {
    let result = enter(&page, &body).await;
    page.answer(result)
}

/// `POST /sign-out`
pub async fn sign_out(page: Page, body: Bytes) -> HttpResponse {
    let result = leave(&page, &body).await;
    page.answer(result)
}

async fn enter(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let fields = read_form(body)?;
    let (email, password) = (narrow(&fields, "email"), field(&fields, "password").to_owned());
    let next = field(&fields, "next").to_owned();
    let context = &page.web.context;
    let age = chrono::TimeDelta::hours(8);
    if !context.secrets.check_page_nonce(field(&fields, CSRF), SUBJECT, context.now(), age) {
        return show(page, next, email, false);
    }
    let address = page.web.client(&page.request).map(|address| address.to_string()).unwrap_or_default();
    for key in [format!("address:{address}"), format!("name:{}", email.to_lowercase())] {
        if TRIED.check_key(&key).is_err() {
            return Err(Problem::TooMany(Some(15 * 60)).into());
        }
    }
    let looked_for = email.clone();
    let found = page.pool().query(move |conn| user::by_email(conn, &looked_for)).await?;
    let found = found.filter(|user| user.disabled_at.is_none());
    let hash = found.as_ref().and_then(|user| user.password_hash.clone());
    let right = tokio::task::spawn_blocking(move || crypto::check_password(&password, hash.as_deref()));
    let right = right.await.map_err(|error| Refusal::Internal(error.to_string()))?;
    let Some(user) = found.filter(|_| right) else { return show(page, next, email, true) };
    let web = page.web.clone();
    let cookie = page.pool().write(move |conn: &mut db::Connection| Session::begin(&web, conn, user.id)).await?;
    let mut response = see_other(own_path(&next));
    response.add_cookie(&cookie).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(response)
}

async fn leave(page: &Page, body: &[u8]) -> Result<HttpResponse, Refusal> {
    let fields = read_form(body)?;
    let Some(session) = &page.session else { return Ok(see_other("/sign-in")) };
    if !session.sent(&page.web, field(&fields, CSRF)) {
        return Err(Problem::Forbidden.into());
    }
    let cookie = session.end(&page.web).await?;
    let mut response = see_other("/sign-in");
    response.add_cookie(&cookie).map_err(|error| Refusal::Internal(error.to_string()))?;
    Ok(response)
}

fn show(page: &Page, next: String, email: String, failed: bool) -> Result<HttpResponse, Refusal> {
    let context = &page.web.context;
    let csrf = context.secrets.page_nonce(SUBJECT, context.now());
    let view = SignIn { shell: page.shell(None), csrf, next: own_path(&next).to_owned(), email, failed };
    page.html(&view, if failed { 422 } else { 200 })
}

/// A path of our own; anything else leads home.
fn own_path(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t', '\0'])
        && next.is_ascii();
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn only_paths_of_our_own_are_followed() {
        assert_eq!(own_path("/departments/a?period=2026-09"), "/departments/a?period=2026-09");
        for elsewhere in ["//evil", "https:evil", "\\\\evil", "/\\evil", "evil", "", "/a\r\nX: y"] {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere:?}");
        }
    }
}
