//! `manyi token create`

use chrono::TimeDelta;
use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::crypto::Token;
use crate::db::{api_token, audit};
use crate::domain::text;
use crate::domain::user::Scope;

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a bearer token and print it: this is the only time that it can be seen
    Create(Create),
}

/// Arguments of `create`.
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What to call it: the system that will use it
    name: String,
    /// What it may do, separated by commas: records:write, scores:read, people:read, appraisals:read,
    /// responses:read, bounces:write, or admin for all of them
    #[arg(long, required = true, value_delimiter = ',', value_name = "SCOPE,…")]
    scope: Vec<Scope>,
    /// Days until it ends; without, it never does
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    expires: Option<u32>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Create(args) = command;
    let t = texts();
    let name = text::line(&args.name, text::MAX_NAME)
        .ok()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Failure::wrong_use(t.get("cli-token-bad-name")))?;
    let mut scopes = args.scope.clone();
    scopes.sort_unstable_by_key(|scope| scope.as_str());
    scopes.dedup();
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    let context = open()?;
    let now = context.now();
    let expires_at = args.expires.map(|days| now + TimeDelta::days(days.into()));
    let token = context.pool.write_now(|conn| -> Result<Token, Failure> {
        let Some(token) = api_token::create(conn, &name, &scopes, now, expires_at)? else {
            return Err(Failure::new(t.with("cli-token-taken", &[("name", &name)])));
        };
        let detail = json!({ "scopes": words, "expires_at": expires_at });
        audit::append(conn, now, ACTOR, "token.create", &name, &detail)?;
        Ok(token)
    })?;
    if args.json {
        let token = token.as_str();
        return say_json(&json!({ "name": name, "scopes": words, "expires_at": expires_at, "token": token }));
    }
    say(&t.with("cli-token-created", &[("name", name)]));
    say(token.as_str());
    Ok(())
}
