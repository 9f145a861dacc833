//! `manyi user add`, `manyi user reset`

use clap::Subcommand;
use serde_json::json;

use super::output::say_json;
use super::{ACTOR, Failure, open, say, texts};
use crate::context::Context;
use crate::crypto::Token;
use crate::db::department::Departments;
use crate::db::master_data::client_by_code;
use crate::db::scores::find;
use crate::db::user::{self, LINK_LIFETIME, NewUser};
use crate::db::{self, audit};
use crate::domain::address;
use crate::domain::text;
use crate::domain::user::Role;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a user, and print the one-time link by which they set their password
    ///
    /// Roles: `admin` sets up, imports and gives access; `quality` has questionnaires, samples and periods; `head` sees a
    /// department and all its parts; `hr` has periods and appraisal data, no comments; `auditor` reads what was promised
    /// and kept, and the log; `client` sees the figures of a client organisation; `employee` sees the own record, by the
    /// address in the staff file.
    Add(Add),
    /// Print a new one-time link for a user who has forgotten the password
    Reset {
        /// The address that they sign in with
        email: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `add`.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Address to sign in with
    email: String,
    /// Their name, as colleagues read it
    #[arg(long)]
    name: String,
    /// What they may do: admin, quality, head, hr, auditor, client or employee
    #[arg(long)]
    role: Role,
    /// Code of the department that a head sees; for --role head
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// Code of the client organisation that a client sees; for --role client
    #[arg(long, value_name = "CODE")]
    client: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Add(args) => add(&args),
        Command::Reset { email, json } => reset(&email, json),
    }
}

fn add(args: &Add) -> Result<(), Failure> {
    let t = texts();
    let email = address::email(text::trim(&args.email))
        .map_err(|_| Failure::wrong_use(t.with("cli-user-bad-address", &[("email", &args.email)])))?;
    let name = text::line(&args.name, text::MAX_NAME)
        .ok()
        .filter(|name| !name.is_empty())
        .ok_or_else(|| Failure::wrong_use(t.get("cli-user-bad-name")))?;
    match (args.role, &args.department, &args.client) {
        (Role::Head, None, _) => return Err(Failure::wrong_use(t.get("cli-user-head-needs-department"))),
        (Role::Client, _, None) => return Err(Failure::wrong_use(t.get("cli-user-client-needs-client"))),
        (role, Some(_), _) if role != Role::Head => {
            return Err(Failure::wrong_use(t.get("cli-user-department-is-for-heads")));
        }
        (role, _, Some(_)) if role != Role::Client => {
            return Err(Failure::wrong_use(t.get("cli-user-client-is-for-clients")));
        }
        _ => (),
    }
    let context = open()?;
    let now = context.now();
    let token = context.pool.write_now(|conn| -> Result<Token, Failure> {
        let department_id = match &args.department {
            Some(code) => Some(find(&Departments::load(conn)?, code)?.id),
            None => None,
        };
        let client_id = match &args.client {
            Some(code) => Some(client(conn, code)?),
            None => None,
        };
        let new =
            NewUser { email: email.to_owned(), name: name.clone().into(), role: args.role, department_id, client_id };
        let Some(id) = user::add(conn, &new, now)? else {
            return Err(Failure::new(t.with("cli-user-taken", &[("email", email)])));
        };
        let detail = json!({ "role": args.role.as_str(), "department": args.department, "client": args.client });
        audit::append(conn, now, ACTOR, "user.add", email, &detail)?;
        Ok(user::make_link(conn, Some(id), now)?)
    })?;
    if args.json {
        let expires_at = now + LINK_LIFETIME;
        let link = link(&context, &token);
        return say_json(
            &json!({ "email": email, "role": args.role.as_str(), "link": link, "expires_at": expires_at }),
        );
    }
    tell_link(&context, &token, &t.with("cli-user-added", &[("email", email)]));
    Ok(())
}

fn reset(email: &str, json: bool) -> Result<(), Failure> {
    let t = texts();
    let context = open()?;
    let now = context.now();
    let (email, token) = context.pool.write_now(|conn| -> Result<_, Failure> {
        let found = user::by_email(conn, email)?.filter(|user| user.disabled_at.is_none());
        let Some(found) = found else {
            return Err(Failure::new(t.with("cli-user-unknown", &[("email", email)])));
        };
        audit::append(conn, now, ACTOR, "user.reset", &found.email, &json!({}))?;
        let token = user::make_link(conn, Some(found.id), now)?;
        Ok((found.email, token))
    })?;
    if json {
        let expires_at = now + LINK_LIFETIME;
        return say_json(&json!({ "email": email, "link": link(&context, &token), "expires_at": expires_at }));
    }
    tell_link(&context, &token, &t.with("cli-user-reset", &[("email", email)]));
    Ok(())
}

fn client(conn: &mut db::Connection, code: &str) -> Result<i64, Failure> {
    let unknown = || Failure::new(texts().with("cli-user-unknown-client", &[("code", code)]));
    client_by_code(conn, code)?.ok_or_else(unknown)
}

/// Says what a one-time link is for and prints it on a line of its own.
pub(super) fn tell_link(context: &Context, token: &Token, what: &str) {
    say(what);
    say(&link(context, token));
}

pub(super) fn link(context: &Context, token: &Token) -> String {
    format!("{}/link/{}", context.base_url(), token.as_str())
}
