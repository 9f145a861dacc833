//! One test binary: the harness, and one file per journey. Every test of storage runs on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test says what it expects by panicking"
)]

#[macro_use]
mod harness;

mod adversary;
mod anonymity;
mod api;
mod appraisals;
mod architecture;
mod asking;
mod backup;
mod bounces;
mod commitments;
mod comparison;
mod complaint_pages;
mod complaints;
mod counters;
mod deadlines;
mod delivery;
mod exclusion;
mod journey;
mod links;
mod mail_ends;
mod mail_pace;
mod mail_queue;
mod mail_texts;
mod pages;
mod paper;
mod periods;
mod questionnaires;
mod reminders;
mod reopened;
mod sample;
mod schema;
mod small_numbers;
mod stopping;
mod survey;
mod survey_pages;
mod texts;
mod writer;
