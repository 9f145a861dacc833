//! The rules of the house, pure: no input or output, no clock read, no database, no web. One file per word.

pub mod address;
pub mod anonymity;
pub mod commitment;
pub mod duty;
pub mod explanation;
pub mod field;
pub mod invitation;
pub mod locale;
pub mod notice;
pub mod period;
pub mod points;
pub mod questionnaire;
pub mod raw_service_record;
pub mod response;
pub mod response_time;
pub mod scorebook;
pub mod scorecard;
pub mod service_record;
pub mod succession;
pub mod tally;
pub mod text;
pub mod timestamp;
pub mod trend;
pub mod user;
pub mod verdict;
pub mod work_calendar;
