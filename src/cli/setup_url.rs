//! `manyi setup-url`

use super::user::tell_link;
use super::{ACTOR, Failure, open, texts};
use crate::db::{audit, user};

pub(super) fn run() -> Result<(), Failure> {
    let context = open()?;
    let now = context.now();
    let token = context.pool.write_now(|conn| -> Result<_, Failure> {
        if user::any(conn)? {
            return Err(Failure::new(texts().get("cli-setup-done")));
        }
        audit::append(conn, now, ACTOR, "setup.link", "", &serde_json::json!({}))?;
        Ok(user::make_link(conn, None, now)?)
    })?;
    tell_link(&context, &token, &texts().get("cli-setup-link"));
    Ok(())
}
