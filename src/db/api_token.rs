//! Bearer tokens of other systems: shown once, stored as a hash, with scopes and an end.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::schema::api_token;
use super::{Connection, Error, Result};
use crate::crypto::Token;
use crate::domain::user::Scope;

/// Makes a token; `None` if the name is taken.
pub fn create(
    conn: &mut Connection,
    name: &str,
    scopes: &[Scope],
    now: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
) -> Result<Option<Token>> {
    let taken = api_token::table.filter(api_token::name.eq(name));
    if diesel::select(diesel::dsl::exists(taken)).get_result(conn)? {
        return Ok(None);
    }
    let token = Token::random();
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    diesel::insert_into(api_token::table)
        .values((
            api_token::name.eq(name),
            api_token::token_hash.eq(token.hash()),
            api_token::scopes.eq(scopes.join(",")),
            api_token::created_at.eq(now.naive_utc()),
            api_token::expires_at.eq(expires_at.map(|at| at.naive_utc())),
        ))
        .execute(conn)?;
    Ok(Some(token))
}

/// The name and scopes of a token that has not ended.
pub fn find(conn: &mut Connection, token: &Token, now: DateTime<Utc>) -> Result<Option<(String, Vec<Scope>)>> {
    let holds = api_token::expires_at.is_null().or(api_token::expires_at.gt(now.naive_utc()));
    let found: Option<(String, String)> = api_token::table
        .filter(api_token::token_hash.eq(token.hash()))
        .filter(holds)
        .select((api_token::name, api_token::scopes))
        .get_result(conn)
        .optional()?;
    let Some((name, words)) = found else { return Ok(None) };
    let scopes = Scope::parse_list(&words).map_err(|unknown| Error::Stored {
        table: "api_token",
        column: "scopes",
        value: unknown.0,
    })?;
    Ok(Some((name, scopes)))
}
