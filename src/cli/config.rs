//! `manyi config print`

use clap::Subcommand;

use super::output::say_json;
use super::{Failure, say};
use crate::config::Config;

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print every setting with its value and where that comes from; secrets are masked
    Print {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Print { json } = command;
    let config = Config::load(&[])?;
    if *json {
        return say_json(&config.printed());
    }
    for setting in config.printed() {
        say(&format!("{} = {:?}  # {}", setting.name, setting.value, setting.source));
    }
    Ok(())
}
