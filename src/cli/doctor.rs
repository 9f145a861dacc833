//! `manyi doctor`: everything that must hold, looked at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::output::say_json;
use super::{Failure, say, settings, texts};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::doctor::{self, Difference, Recount, Sums};
use crate::db::seal::{self, Broken, Checked, Fault};
use crate::db::{self, Pool, audit, bounce, clock_check, outbox, setting, suspect};
use crate::i18n::Texts;
use crate::mail::{Limits, Mailer};

mod sender;
#[cfg(test)]
mod tests;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Check what DNS says against the settings: a file with TXT records, as in a zone file or from `dig +short`
    #[arg(long, value_name = "FILE")]
    dns_txt: Option<PathBuf>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    /// Its stable name for machines.
    name: &'static str,
    /// It is as it should be.
    ok: bool,
    /// What was found, in words.
    detail: String,
    /// Stored figures that are not what the rows say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
    /// Records to publish in DNS.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<DnsRecord>,
}

/// A DNS record, as a form or a zone file wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DnsRecord {
    name: String,
    kind: &'static str,
    text: String,
}

/// Differences printed on a terminal; `--json` prints all.
const SHOWN: usize = 20;

/// A mail server that does not answer in this time is not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// The clock may be this much behind what was written with it: machines differ.
const SLACK: TimeDelta = TimeDelta::minutes(1);

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let t = texts();
    let config = Config::load(&[])?;
    let clock = config.clock.map_or_else(Clock::system, Clock::starting_at);
    let mut checks = Vec::new();
    look_at_database(&config, &clock, t, &mut checks)?;
    checks.push(secret_file(&config.secret_file, t));
    checks.push(mail_set_up(&config, t));
    sender::check(&config, args.dns_txt.as_deref(), t, &mut checks);
    let wrong = checks.iter().filter(|check| !check.ok).count();
    if args.json {
        say_json(&serde_json::json!({ "ok": wrong == 0, "checks": checks }))?;
    } else {
        checks.iter().for_each(|check| print(check, t));
    }
    if wrong == 0 { Ok(()) } else { Err(Failure::new(t.count("cli-doctor-wrong", i64::try_from(wrong).unwrap_or(1)))) }
}

impl Check {
    fn new(name: &'static str, ok: bool, detail: String) -> Self {
        Self { name, ok, detail, differences: Vec::new(), records: Vec::new() }
    }
}

fn print(check: &Check, t: Texts) {
    let mark = if check.ok { "✓" } else { "✗" };
    say(&format!("{mark} {}", check.detail));
    for difference in check.differences.iter().take(SHOWN) {
        let Difference { what, stored, recounted } = difference;
        let args = [("what", what.clone()), ("stored", stored.to_string()), ("recounted", recounted.to_string())];
        say(&format!("    {}", t.with("cli-doctor-difference", &args)));
    }
    check.records.iter().for_each(|record| say(&format!("    {}  {}  {}", record.name, record.kind, record.text)));
    if let Some(more) = check.differences.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        say(&format!("    {}", t.with("cli-doctor-more", &[("more", more)])));
    }
}

fn look_at_database(config: &Config, clock: &Clock, t: Texts, checks: &mut Vec<Check>) -> Result<(), Failure> {
    let now = clock.now();
    let url = &config.database_url.0;
    // Opening would make an empty one, and hide that the right one is elsewhere.
    let file = db::sqlite_path(url);
    if let Some(file) = file.filter(|file| !Path::new(file).exists()) {
        checks.push(Check::new(
            "database",
            false,
            t.with("cli-doctor-no-database", &[("url", format!("sqlite:{file}"))]),
        ));
        return Ok(());
    }
    let pool = match Pool::open(url) {
        Ok(pool) => pool,
        Err(error) => {
            checks.push(Check::new("database", false, Failure::from(db::Error::from(error)).message));
            return Ok(());
        }
    };
    if !pool.run_now(|conn| conn.is_migrated())? {
        checks.push(Check::new("database", false, t.get("cli-doctor-not-migrated")));
        return Ok(());
    }
    let zone = config.time_zone;
    let found = pool.read_now(|conn| -> db::Result<_> {
        Ok(Found {
            recount: doctor::recount(conn, zone)?,
            sums: doctor::sums(conn, now)?,
            broken: audit::first_break(conn)?,
            seals: seal::check(conn)?,
            entries: doctor::entries(conn)?,
            last_entry: doctor::last_entry(conn)?,
            ahead: clock_check::ahead(conn, clock)?,
            oldest_due: outbox::oldest_due(conn, now)?,
            paused: setting::get(conn, setting::MAIL_PAUSED)?.is_some(),
            returned: bounce::totals(conn)?,
            suspects: suspect::totals(conn)?.into_iter().map(|(_, n)| n).sum(),
        })
    })?;
    checks.push(Check::new("database", true, t.get("cli-doctor-database")));
    found.add_to(checks, now, t);
    Ok(())
}

/// Whether every sealed period still says what it said.
fn seals(found: &Checked, t: Texts) -> Check {
    let fault = |broken: &Broken| {
        let key = match broken.fault {
            Fault::Chain => "cli-seal-chain",
            Fault::Content => "cli-seal-content",
            Fault::Results => "cli-seal-results",
            Fault::Figures => "cli-seal-figures",
            Fault::Period => "cli-seal-period",
        };
        format!("{} ({})", broken.what, t.get(key))
    };
    let list: Vec<String> = found.broken.iter().map(fault).collect();
    let args = [("seals", found.seals.to_string()), ("list", list.join(", "))];
    let ok = list.is_empty();
    Check::new("seals", ok, t.with(if ok { "cli-doctor-seals" } else { "cli-doctor-seals-broken" }, &args))
}

/// What the database was found to hold.
struct Found {
    recount: Recount,
    sums: Sums,
    broken: Option<i64>,
    seals: Checked,
    entries: i64,
    last_entry: Option<DateTime<Utc>>,
    /// How far our clock is ahead of the database's.
    ahead: Option<TimeDelta>,
    oldest_due: Option<DateTime<Utc>>,
    paused: bool,
    returned: Vec<(String, i64)>,
    suspects: i64,
}

impl Found {
    fn add_to(self, checks: &mut Vec<Check>, now: DateTime<Utc>, t: Texts) {
        let recount = self.recount;
        let ok = recount.differences.is_empty();
        let args = [
            ("tallies", recount.tallies.to_string()),
            ("responses", recount.responses.to_string()),
            ("records", recount.records.to_string()),
            ("complaints", recount.complaints.to_string()),
            ("wrong", recount.differences.len().to_string()),
        ];
        let detail = t.with(if ok { "cli-doctor-tallies" } else { "cli-doctor-tallies-wrong" }, &args);
        checks.push(Check { differences: recount.differences, ..Check::new("tallies", ok, detail) });

        let sums = self.sums;
        let invitations: i64 = sums.invitations.values().sum();
        let args = [
            ("records", sums.records.to_string()),
            ("invitations", invitations.to_string()),
            ("without", sums.without_mail.to_string()),
            ("unsent", sums.unsent.to_string()),
            ("mails", sums.mails.values().sum::<i64>().to_string()),
        ];
        let ok = sums.are_right();
        let key = if ok { "cli-doctor-invitations" } else { "cli-doctor-invitations-wrong" };
        checks.push(Check::new("invitations", ok, t.with(key, &args)));

        let detail = match self.oldest_due {
            None => t.get("cli-doctor-nothing-due"),
            Some(due) => {
                let minutes = (now - due).num_minutes().to_string();
                let key = if self.paused { "cli-doctor-due-paused" } else { "cli-doctor-due" };
                t.with(key, &[("minutes", minutes)])
            }
        };
        // A queue that waits is no fault of the data: whether a worker runs, /readyz tells.
        checks.push(Check::new("outbox", true, detail));

        let detail = match self.broken {
            None => t.with("cli-doctor-audit", &[("entries", self.entries)]),
            Some(entry) => t.with("cli-doctor-audit-broken", &[("entry", entry)]),
        };
        checks.push(Check::new("audit", self.broken.is_none(), detail));

        checks.push(seals(&self.seals, t));
        // Robots are nobody's fault here; how many there were is worth knowing.
        checks.push(Check::new("suspects", true, t.with("cli-doctor-suspects", &[("n", self.suspects)])));

        let forged: i64 = self.returned.iter().filter(|(word, _)| word == "forged").map(|(_, n)| n).sum();
        let all: i64 = self.returned.iter().map(|(_, n)| n).sum();
        let args = [("n", (all - forged).to_string()), ("forged", forged.to_string())];
        checks.push(Check::new("bounces", true, t.with("cli-doctor-bounces", &args)));

        let behind = self.last_entry.filter(|last| *last > now + SLACK);
        let off = self.ahead.filter(|_| clock_check::is_off(self.ahead));
        let detail = match behind {
            None if off.is_some() => {
                let seconds = off.map(|off| off.num_seconds()).unwrap_or_default();
                let key = if seconds > 0 { "cli-doctor-clock-ahead" } else { "cli-doctor-clock-late" };
                t.with(key, &[("seconds", seconds.abs())])
            }
            None => t.with("cli-doctor-clock", &[("now", now.format("%Y-%m-%d %H:%M:%S").to_string())]),
            Some(last) => {
                let text = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S").to_string();
                t.with("cli-doctor-clock-behind", &[("now", text(now)), ("last", text(last))])
            }
        };
        checks.push(Check::new("clock", behind.is_none() && off.is_none(), detail));
    }
}

fn secret_file(path: &Path, t: Texts) -> Check {
    let shown = path.display().to_string();
    if !path.exists() {
        return Check::new("secret", false, t.with("cli-doctor-no-secret", &[("path", shown)]));
    }
    match crate::crypto::Secrets::load_or_create(path) {
        Ok(_) => Check::new("secret", true, t.with("cli-doctor-secret", &[("path", shown)])),
        Err(error) => Check::new("secret", false, format!("MANYI_SECRET_FILE: {error}")),
    }
}

fn mail_set_up(config: &Config, t: Texts) -> Check {
    let Some(url) = &config.smtp_url else {
        return Check::new("mail", true, t.get("cli-doctor-mail-nowhere"));
    };
    let limits = Limits { connect: PATIENCE, envelope: PATIENCE, message: PATIENCE };
    match Mailer::with_limits(&url.0, Some(limits)) {
        Err(error) => Check::new("mail", false, settings::mail_url(&error, t)),
        Ok(Mailer::Memory(_)) => Check::new("mail", true, t.get("cli-doctor-mail-memory")),
        Ok(Mailer::Directory(folder)) => {
            let folder = folder.display().to_string();
            Check::new("mail", true, t.with("cli-doctor-mail-folder", &[("folder", folder)]))
        }
        Ok(Mailer::Smtp(server)) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let answer = match runtime {
                Ok(runtime) => runtime.block_on(server.probe()).map_err(|outcome| outcome.note()),
                Err(error) => Err(error.to_string()),
            };
            match answer {
                Err(cause) => Check::new("mail", false, t.with("cli-doctor-mail-fails", &[("cause", cause)])),
                Ok(greeting) => {
                    let key = match (greeting.encrypted, greeting.signed_in) {
                        (true, true) => "cli-doctor-mail-signed-in",
                        (true, false) => "cli-doctor-mail-encrypted",
                        (false, _) => "cli-doctor-mail-plain",
                    };
                    let args = [("server", greeting.server), ("from", config.mail_from.clone())];
                    Check::new("mail", true, t.with(key, &args))
                }
            }
        }
    }
}
