//! `manyi setup-url`

use super::output::say_json;
use super::user::{link, tell_link};
use super::{ACTOR, Failure, open, texts};
use crate::db::{audit, user};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let context = open()?;
    let now = context.now();
    let token = context.pool.write_now(|conn| -> Result<_, Failure> {
        if user::any(conn)? {
            return Err(Failure::new(texts().get("cli-setup-done")));
        }
        audit::append(conn, now, ACTOR, "setup.link", "", &serde_json::json!({}))?;
        Ok(user::make_link(conn, None, now)?)
    })?;
    if args.json {
        let expires_at = now + user::LINK_LIFETIME;
        return say_json(&serde_json::json!({ "link": link(&context, &token), "expires_at": expires_at }));
    }
    tell_link(&context, &token, &texts().get("cli-setup-link"));
    Ok(())
}
