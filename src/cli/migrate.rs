//! `manyi migrate`

use serde_json::json;

use super::output::say_json;
use super::{Failure, say, texts};
use crate::config::Config;
use crate::context::Context;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let t = texts();
    let context = Context::connect(Config::load(&[])?)?;
    let applied = context.pool.run_now(|conn| conn.migrate())?;
    // What every installation begins with.
    Context::open(Config::clone(&context.config))?;
    if args.json {
        return say_json(&json!({ "applied": applied }));
    }
    if applied.is_empty() {
        say(&t.get("cli-migrate-nothing"));
    }
    for name in applied {
        say(&t.with("cli-migrate-applied", &[("name", name)]));
    }
    Ok(())
}
