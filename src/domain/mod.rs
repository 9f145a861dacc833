//! The rules of the house, pure: no input or output, no clock read, no database, no web. One file per word.

pub mod invitation;
pub mod locale;
pub mod period;
pub mod points;
pub mod questionnaire;
pub mod service_record;
pub mod work_calendar;
