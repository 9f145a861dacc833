//! The customer's pages.

pub mod form;
pub mod notice;
#[cfg(test)]
mod notice_tests;
pub mod style;
pub mod view;
#[cfg(test)]
mod view_tests;
