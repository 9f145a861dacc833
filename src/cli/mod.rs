//! The commands: one file each. A command reads its arguments, does one use case, and tells what came of it on stdout;
//! what goes wrong is one line on stderr ([`Failure`]) and the exit code 1, or 2 for wrong use.
//!
//! `serve`, `demo` and `openapi` are only described here: they need the web, which commands do not know, so `main` hands
//! them on.

mod backup;
mod chart;
mod config;
mod doctor;
mod exclusion;
mod export;
mod failure;
mod healthcheck;
mod help;
mod import;
mod mail;
mod migrate;
mod output;
mod period;
mod sample;
mod score;
mod serve;
mod settings;
mod setup_url;
mod survey;
mod text_table;
mod token;
mod usage;
mod user;
mod words;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::context::Context;
use crate::i18n::{Locale, Texts};

pub use failure::Failure;
pub use output::{complain, say};
pub use serve::{Demo, Serve, ServeRole};
pub use usage::parse;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "manyi",
    version,
    about = "满意: asks customers how a service went and scores every department against its commitments",
    after_help = "Begin with `manyi demo` to look around, or with `manyi serve`, which prints a link to set up the first \
administrator.\nSettings come from manyi.toml and MANYI_… variables: `manyi config print` lists them all.\nExit code: 0 \
done, 1 failed, 2 wrong use."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done: by the program as a whole, or by a command of its own.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the pages and the API, and send mail
    ///
    /// Prints `listening on http://ADDR` when it accepts requests. SIGTERM lets it finish what it has begun and then
    /// end.
    Serve(Serve),
    /// Show everything with an invented organisation: needs nothing, keeps its data in one directory
    ///
    /// The organisation has 12 departments and 14 months of answers. All mail is caught and can be read at /dev/mail.
    /// Prints the links and the one-time sign-in links of its users. Start it again to go on where you stopped; delete
    /// the directory to begin anew.
    Demo(Demo),
    /// Print the API's OpenAPI 3.1 document
    Openapi,
    /// Everything else: [`run`] does it.
    #[command(flatten)]
    Task(Task),
}

/// What is done here.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Bring the database's schema up to date (every command does this by itself)
    Migrate(migrate::Args),
    /// Check the database, tallies against responses, outbox, audit log, mail set-up and clock
    ///
    /// Changes nothing. What is wrong is marked ✗, with what to do about it, and the exit code is then 1. Also prints the
    /// DNS records to publish, so that mailbox providers trust the mails.
    Doctor(doctor::Args),
    /// Ask the server at MANYI_LISTEN whether it is alive: exit code 0 if so, else 1
    Healthcheck,
    /// Show the settings
    #[command(subcommand)]
    Config(config::Command),
    /// Print the one-time link to set up the first administrator
    SetupUrl(setup_url::Args),
    /// Leave responses out of every figure, which takes two persons, and let them back in
    #[command(subcommand)]
    Exclusion(exclusion::Command),
    /// Add users, or let them in again
    #[command(subcommand)]
    User(user::Command),
    /// Make bearer tokens for other systems
    #[command(subcommand)]
    Token(token::Command),
    /// Import departments, staff, service records, ratings, complaints or holidays from a CSV or XLSX file
    ///
    /// The file has a header row; CSV may be UTF-8 or GB18030, with commas, semicolons or tabs. One bad row refuses the
    /// whole file, unless --partial is given. Importing the same file again changes nothing. Try a new file with
    /// --dry-run: it tells which columns are missing or unknown, and what is wrong with which row.
    Import(import::Args),
    /// Print the scores of a period
    Score(score::Args),
    /// Move a period on: evaluate it, publish its result, seal it; or reopen it
    #[command(subcommand)]
    Period(period::Command),
    /// Write figures into a file
    #[command(subcommand)]
    Export(export::Command),
    /// Draw one figure of a department over time
    Chart(chart::Args),
    /// Draw the sample of a quarter's services for the follow-up by phone (B3-2.3.3)
    ///
    /// From every department and channel the given fraction is drawn, rounded up. The same seed and the same service
    /// records give the same list. A quarter is drawn once; --redraw draws again, says why, and keeps the first draw on
    /// record.
    Sample(sample::Args),
    /// Copy the whole database into a directory, while it is in use
    ///
    /// The secret file is not copied: keep it elsewhere. Without it a backup shows no contact and traces no answer, and
    /// can't be restored.
    Backup(backup::BackupArgs),
    /// Bring a backup back where no database is yet; mail stays paused
    Restore(backup::RestoreArgs),
    /// Stop or go on sending mail, or tell how it stands
    #[command(subcommand)]
    Mail(mail::Command),
    /// Stop or go on taking customers' answers, or tell how it stands
    #[command(subcommand)]
    Survey(survey::Command),
}

/// Does what a command says.
///
/// # Errors
/// What to tell the person, and the exit code.
pub fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Migrate(args) => migrate::run(&args),
        Task::Doctor(args) => doctor::run(&args),
        Task::Healthcheck => healthcheck::run(),
        Task::Config(command) => config::run(&command),
        Task::SetupUrl(args) => setup_url::run(&args),
        Task::Exclusion(command) => exclusion::run(command),
        Task::User(command) => user::run(command),
        Task::Token(command) => token::run(&command),
        Task::Import(args) => import::run(&args),
        Task::Score(args) => score::run(args),
        Task::Period(command) => period::run(command),
        Task::Export(command) => export::run(command),
        Task::Chart(args) => chart::run(args),
        Task::Sample(args) => sample::run(args),
        Task::Backup(args) => backup::make(&args),
        Task::Restore(args) => backup::restore(&args),
        Task::Mail(command) => mail::run(&command),
        Task::Survey(command) => survey::run(command),
    }
}

/// The texts in the language of whoever sits at the terminal.
pub fn texts() -> Texts {
    Texts::new(language(|name| std::env::var(name).ok()))
}

/// `MANYI_LOCALE` if it is a language, else Chinese on a Chinese terminal, else English.
fn language(variable: impl Fn(&str) -> Option<String>) -> Locale {
    if let Some(locale) = variable("MANYI_LOCALE").and_then(|tag| tag.parse().ok()) {
        return locale;
    }
    let of_terminal = ["LC_ALL", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    if of_terminal.is_some_and(|value| value.to_lowercase().starts_with("zh")) { Locale::ZhCn } else { Locale::En }
}

/// Reads the settings and opens the database, which is brought up to date.
fn open() -> Result<Context, Failure> {
    Ok(Context::open(Config::load(&[])?)?)
}

/// Who an entry of the audit log is by.
const ACTOR: &str = "cli";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[track_caller]
    fn speaks(environment: &[(&str, &str)], locale: Locale) {
        let find = |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(language(find), locale);
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_language_is_the_set_one_or_the_terminals() {
        speaks(&[("MANYI_LOCALE", "en"), ("LANG", "zh_CN.UTF-8")], Locale::En);
        speaks(&[("LANG", "zh_CN.UTF-8")], Locale::ZhCn);
        speaks(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")], Locale::En);
        speaks(&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")], Locale::ZhCn);
        speaks(&[], Locale::En);
    }
}
