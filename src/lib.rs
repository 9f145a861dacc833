//! manyi (满意, "satisfied"): asks customers how a service went and scores every department against its commitments.

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
pub mod i18n;
pub mod intake;
pub mod jobs;
pub mod mail;
pub mod stats;
pub mod web;
