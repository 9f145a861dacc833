//! manyi (满意, "satisfied"): asks customers how a service went, scores every department against the commitments the
//! organisation has made, and gives each reader the figure they may rely on.
//!
//! # Where to begin
//! * [`app`] puts the program together and runs it; [`cli`] holds the other commands.
//! * [`web`] has every route on one screen; [`jobs`] is the work that nobody waits for.
//! * [`domain`] holds the rules, one file per word, and touches nothing outside; [`stats`] the formulas with their sources.
//! * [`db`] is the only place that knows SQL and which database it runs on.
//!
//! A datum's way: [`intake`] or the API → [`db::intake`] (service record, invitation, outbox row in one transaction) →
//! [`jobs::deliver`] → [`web::survey`] → [`db::response_writer`] (response and tallies in one durable transaction) →
//! [`domain::scorebook`] → pages, API, [`chart`], exports.
//!
//! # What always holds
//! * An answer is acknowledged after it is durable, and counts once.
//! * There is one way to score: [`domain::scorebook::Scorebook`]. Pages read tallies, never responses.
//! * A verdict is integer arithmetic on exact fractions; the evidence stands beside it and never changes it.
//! * No anonymous answer can be traced with the database alone; contact data is sealed, and never logged.
//! * GET changes nothing. Time is passed in.
//!
//! # What is absent on purpose
//! No JavaScript, no third-party request, no default password, no ranking, no repository traits, no global state but
//! what a lock guards, no second way to reach the database.

pub mod app;
pub mod chart;
pub mod cli;
pub mod clock;
pub mod config;
pub mod context;
pub mod crypto;
pub mod db;
pub mod demo;
pub mod domain;
pub mod export;
pub mod i18n;
pub mod intake;
pub mod jobs;
pub mod mail;
pub mod stats;
pub mod web;

/// What one thread reads, another one stores and frees: the system's allocator is slow at that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
