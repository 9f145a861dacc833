//! `manyi serve` and `manyi demo`: their arguments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// What this process does: `web` answers requests, `worker` sends mail and does what is due, `all` does both
    #[arg(long, value_enum, default_value_t = ServeRole::All, hide_possible_values = true)]
    pub role: ServeRole,
    /// Address and port to listen on, such as 0.0.0.0:8080; port 0 picks a free one [default: MANYI_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

/// What a serving process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ServeRole {
    /// Requests and what is due.
    All,
    /// Requests only.
    Web,
    /// What is due only.
    Worker,
}

/// Arguments of `demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Address and port to listen on, such as 0.0.0.0:8080; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Where the demo's database and mails are kept
    #[arg(long, value_name = "DIR", default_value = "manyi-demo")]
    pub dir: PathBuf,
}
