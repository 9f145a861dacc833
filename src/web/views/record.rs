//! What HR is given about the reader.

use askama::Template;
use chrono::NaiveDateTime;

use super::figure::{MIN_PERSON_N, MIN_SCORE_N};
use super::{format, shell::Shell};
use crate::domain::appraisal::Withheld;
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// `GET /record`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/record.html")]
pub struct RecordPage {
    /// The frame.
    pub shell: Shell,
    /// Name and number of the employee with the reader's address; `None` if there is none.
    pub employee: Option<(String, String)>,
    /// From how many answers on a person's figure is given.
    pub minimum: u32,
    /// Sealed periods with figures of the employee, newest first.
    pub periods: Vec<SealedPeriod>,
}

/// A sealed period.
#[derive(Debug, Clone)]
pub struct SealedPeriod {
    /// The period.
    pub period: Period,
    /// Its revision.
    pub revision: u32,
    /// When it was sealed, in the organisation's zone.
    pub at: NaiveDateTime,
    /// The seal's hash in hexadecimal.
    pub hash: String,
    /// The employee's rows.
    pub rows: Vec<RecordRow>,
}

/// Satisfied answers, their share in percent, and its 95 % interval.
pub type Share = (u32, f64, Option<(f64, f64)>);

/// The figures in one department over one channel.
#[derive(Debug, Clone)]
pub struct RecordRow {
    /// Name of the department.
    pub department: String,
    /// `None` = all together.
    pub channel: Option<Channel>,
    /// Valid answers.
    pub n: u32,
    /// How many are satisfied.
    pub rate: Option<Share>,
    /// Responses with points, and their mean.
    pub points: Option<(u32, f64)>,
    /// Why there are no figures.
    pub withheld: Option<Withheld>,
}

impl RecordRow {
    fn rate(&self, t: &Texts) -> String {
        let Some((k, value, interval)) = self.rate else { return self.why(t) };
        let range = interval.map(|(low, high)| format::range(t, &format::decimal(low), &format::decimal(high)));
        let args = [
            ("value", format::percent(t, &format::decimal(value))),
            ("k", format::count(&k)),
            ("n", format::count(&self.n)),
            ("interval", range.unwrap_or_default()),
        ];
        t.with("record-rate", &args)
    }

    fn points(&self, t: &Texts) -> String {
        let Some((n, value)) = self.points else { return self.why(t) };
        t.with("record-points", &[("value", format::decimal(value)), ("n", format::count(&n))])
    }

    fn why(&self, t: &Texts) -> String {
        match self.withheld {
            Some(Withheld::Complementary) => t.get("staff-hidden"),
            Some(Withheld::TooFew) => t.with("staff-suppressed", &[("min", MIN_SCORE_N)]),
            Some(Withheld::TooFewForPerson) => t.with("staff-suppressed", &[("min", MIN_PERSON_N)]),
            None => t.get("staff-no-answers"),
        }
    }
}
