//! One test binary: the harness, and one file per journey. Every test of storage runs on both databases.

#[macro_use]
mod harness;

mod anonymity;
mod api;
mod architecture;
mod journey;
mod pages;
mod schema;
mod texts;
mod writer;
