//! The web.

pub mod survey;
pub mod views;
