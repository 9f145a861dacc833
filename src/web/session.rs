//! Sessions: a random token in a cookie, its hash in the database, an end after idling and in any case.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use chrono::TimeDelta;

use super::Web;
use crate::crypto::Token;
use crate::db::department::Departments;
use crate::db::user::{self, User};
use crate::db::{self};
use crate::domain::user::Role;

const COOKIE: &str = "manyi_session";

/// Browsers take a cookie of this name only from the host itself, over TLS.
const SECURE_COOKIE: &str = "__Host-manyi_session";

/// A form's token is good for as long as a session may idle.
const CSRF_AGE: TimeDelta = user::SESSION_IDLE;

/// The field of a form that holds the session's token.
pub(super) const CSRF: &str = "csrf";

/// How fresh the note "last seen" is kept.
const SEEN_GRAIN: TimeDelta = TimeDelta::minutes(5);

/// Who reads.
pub(super) struct Session {
    /// The user.
    pub user: User,
    /// What they may do.
    pub role: Role,
    token: Token,
}

impl Session {
    /// The session of a request, if it has one that holds.
    pub async fn of(web: &Web, request: &HttpRequest) -> db::Result<Option<Self>> {
        let Some(cookie) = request.cookie(name(web)) else { return Ok(None) };
        let token = Token::from_text(cookie.value());
        let (look, now) = (token.clone(), web.context.now());
        let found = web.context.pool.query(move |conn| user::by_session(conn, &look, now)).await?;
        let Some((user, seen)) = found else { return Ok(None) };
        if now - seen > SEEN_GRAIN {
            let touched = token.clone();
            web.context.pool.write(move |conn| user::touch_session(conn, &touched, now)).await?;
        }
        Ok(Some(Self { role: user.role()?, user, token }))
    }

    /// Begins a session; the cookie to hand out.
    pub fn begin(web: &Web, conn: &mut db::Connection, user_id: i64) -> db::Result<Cookie<'static>> {
        let token = user::begin_session(conn, user_id, web.context.now())?;
        Ok(cookie(web, token.as_str().to_owned()))
    }

    /// Ends the session; the cookie that removes the cookie.
    pub async fn end(&self, web: &Web) -> db::Result<Cookie<'static>> {
        let token = self.token.clone();
        web.context.pool.write(move |conn| user::end_session(conn, &token)).await?;
        let mut cookie = cookie(web, String::new());
        cookie.make_removal();
        Ok(cookie)
    }

    /// The token of the session's forms.
    pub fn csrf(&self, web: &Web) -> String {
        web.context.secrets.page_nonce(&self.token.hash(), web.context.now())
    }

    /// Whether a form came from this session.
    pub fn sent(&self, web: &Web, csrf: &str) -> bool {
        web.context.secrets.check_page_nonce(csrf, &self.token.hash(), web.context.now(), CSRF_AGE)
    }

    /// Whether all departments are open to the reader.
    pub fn sees_everything(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Quality | Role::Hr | Role::Auditor)
    }

    /// Whether the reader may see a department: a head sees the own one and all that are part of it.
    pub fn sees(&self, departments: &Departments, id: i64) -> bool {
        let own = |own: i64| self.role == Role::Head && departments.with_descendants(own).contains(&id);
        self.sees_everything() || self.user.department_id.is_some_and(own)
    }

    /// Whether the reader may see what customers wrote: HR and auditors see figures only (FEATURES J3).
    pub fn sees_comments(&self) -> bool {
        matches!(self.role, Role::Admin | Role::Quality | Role::Head)
    }
}

fn name(web: &Web) -> &'static str {
    if is_https(web) { SECURE_COOKIE } else { COOKIE }
}

fn is_https(web: &Web) -> bool {
    web.context.base_url().starts_with("https://")
}

fn cookie(web: &Web, value: String) -> Cookie<'static> {
    Cookie::build(name(web), value).path("/").http_only(true).secure(is_https(web)).same_site(SameSite::Lax).finish()
}
