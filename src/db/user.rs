//! Users, their one-time links and their sessions. Secrets are stored as hashes only.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::schema::{app_user, session, sign_in_link};
use super::{Connection, Result};
use crate::crypto::Token;
use crate::domain::user::Role;

/// How long a one-time link holds.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// A session ends after this long without a request, …
pub const SESSION_IDLE: TimeDelta = TimeDelta::hours(8);

/// … and in any case after this long.
pub const SESSION_LIFETIME: TimeDelta = TimeDelta::days(7);

/// A user as stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = app_user)]
pub struct User {
    /// Key.
    pub id: i64,
    /// Address to sign in with, in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// [`Role`] as text.
    pub role: String,
    /// The department a head sees, with all that are part of it.
    pub department_id: Option<i64>,
    /// The organisation a client viewer sees.
    pub client_id: Option<i64>,
    /// argon2id; absent until the first sign-in by link.
    pub password_hash: Option<String>,
    /// Language of the pages.
    pub locale: Option<String>,
    /// When added.
    pub created_at: NaiveDateTime,
    /// When shut out.
    pub disabled_at: Option<NaiveDateTime>,
}

/// A user to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Address to sign in with.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// For a head: which department.
    pub department_id: Option<i64>,
    /// For a client viewer: which organisation.
    pub client_id: Option<i64>,
}

impl User {
    /// What the user may do.
    pub fn role(&self) -> Result<Role> {
        super::parse("app_user", "role", &self.role)
    }
}

/// Adds a user; `None` if the address is taken.
pub fn add(conn: &mut Connection, new: &NewUser, now: DateTime<Utc>) -> Result<Option<i64>> {
    if by_email(conn, &new.email)?.is_some() {
        return Ok(None);
    }
    let row = diesel::insert_into(app_user::table)
        .values((
            app_user::email.eq(new.email.to_lowercase()),
            app_user::name.eq(&new.name),
            app_user::role.eq(new.role.as_str()),
            app_user::department_id.eq(new.department_id),
            app_user::client_id.eq(new.client_id),
            app_user::created_at.eq(now.naive_utc()),
        ))
        .returning(app_user::id);
    Ok(Some(row.get_result(conn)?))
}

/// The user with this address, whatever its case.
pub fn by_email(conn: &mut Connection, email: &str) -> Result<Option<User>> {
    let email = email.trim().to_lowercase();
    Ok(app_user::table.filter(app_user::email.eq(email)).get_result(conn).optional()?)
}

/// The user with this key.
pub fn by_id(conn: &mut Connection, id: i64) -> Result<Option<User>> {
    Ok(app_user::table.find(id).get_result(conn).optional()?)
}

/// Whether anyone has been added yet; while not, the set-up link works.
pub fn any(conn: &mut Connection) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(app_user::table.select(app_user::id))).get_result(conn)?)
}

/// Makes a one-time link for a user, or for the set-up if there is none. Earlier links of the same kind end.
pub fn make_link(conn: &mut Connection, user_id: Option<i64>, now: DateTime<Utc>) -> Result<Token> {
    let token = Token::random();
    match user_id {
        Some(id) => diesel::delete(sign_in_link::table.filter(sign_in_link::user_id.eq(id))).execute(conn)?,
        None => diesel::delete(sign_in_link::table.filter(sign_in_link::user_id.is_null())).execute(conn)?,
    };
    diesel::insert_into(sign_in_link::table)
        .values((
            sign_in_link::token_hash.eq(token.hash()),
            sign_in_link::user_id.eq(user_id),
            sign_in_link::expires_at.eq((now + LINK_LIFETIME).naive_utc()),
        ))
        .execute(conn)?;
    Ok(token)
}

/// Whose link this is, if it holds: `Some(None)` is the set-up's. Looking does not spend it.
pub fn look_at_link(conn: &mut Connection, token: &Token, now: DateTime<Utc>) -> Result<Option<Option<i64>>> {
    let holds = sign_in_link::table.find(token.hash()).filter(sign_in_link::expires_at.gt(now.naive_utc()));
    Ok(holds.select(sign_in_link::user_id).get_result(conn).optional()?)
}

/// Spends a link; `false` if someone was first.
pub fn spend_link(conn: &mut Connection, token: &Token) -> Result<bool> {
    Ok(diesel::delete(sign_in_link::table.find(token.hash())).execute(conn)? == 1)
}

/// Sets a password and ends every session of the user.
pub fn set_password(conn: &mut Connection, user_id: i64, password_hash: &str) -> Result<()> {
    diesel::update(app_user::table.find(user_id)).set(app_user::password_hash.eq(password_hash)).execute(conn)?;
    diesel::delete(session::table.filter(session::user_id.eq(user_id))).execute(conn)?;
    Ok(())
}

/// Begins a session.
pub fn begin_session(conn: &mut Connection, user_id: i64, now: DateTime<Utc>) -> Result<Token> {
    let token = Token::random();
    diesel::insert_into(session::table)
        .values((
            session::token_hash.eq(token.hash()),
            session::user_id.eq(user_id),
            session::created_at.eq(now.naive_utc()),
            session::last_seen_at.eq(now.naive_utc()),
        ))
        .execute(conn)?;
    Ok(token)
}

/// The user of a session that has neither idled nor lived too long, and whose user is not shut out.
/// With it: when the session was last seen.
pub fn by_session(conn: &mut Connection, token: &Token, now: DateTime<Utc>) -> Result<Option<(User, DateTime<Utc>)>> {
    let found: Option<(User, NaiveDateTime)> = app_user::table
        .inner_join(session::table)
        .filter(session::token_hash.eq(token.hash()))
        .filter(session::last_seen_at.gt((now - SESSION_IDLE).naive_utc()))
        .filter(session::created_at.gt((now - SESSION_LIFETIME).naive_utc()))
        .filter(app_user::disabled_at.is_null())
        .select((app_user::all_columns, session::last_seen_at))
        .get_result(conn)
        .optional()?;
    Ok(found.map(|(user, seen)| (user, super::utc(seen))))
}

/// Notes that a session is in use.
pub fn touch_session(conn: &mut Connection, token: &Token, now: DateTime<Utc>) -> Result<()> {
    diesel::update(session::table.find(token.hash())).set(session::last_seen_at.eq(now.naive_utc())).execute(conn)?;
    Ok(())
}

/// Ends a session.
pub fn end_session(conn: &mut Connection, token: &Token) -> Result<()> {
    diesel::delete(session::table.find(token.hash())).execute(conn)?;
    Ok(())
}
