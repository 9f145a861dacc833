//! Files out: what other systems and people take away. A file's columns are named once, and its formats differ only in
//! how cells are written.

pub mod appraisals;
pub mod csv;
mod xlsx;
