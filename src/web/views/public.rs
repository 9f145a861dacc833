//! What everyone may read: the commitments with the published results, and the privacy notice.

use askama::Template;
use chrono::NaiveDate;

use super::figure::Figure;
use super::{format, shell::Shell, words};
use crate::domain::commitment::Metric;
use crate::domain::period::{Grain, Period};
use crate::domain::service_record::Channel;
use crate::i18n::Texts;

/// `GET /commitments` (B1-4.1, B2-4.3, A1-3.2).
#[derive(Debug, Clone, Template)]
#[template(path = "public/commitments.html")]
pub struct CommitmentsPage {
    /// The frame.
    pub shell: Shell,
    /// In force today, in the order of the register.
    pub in_force: Vec<CommitmentRow>,
    /// Published or sealed, newest first; may be empty.
    pub results: Vec<ResultRow>,
}

/// A commitment in force.
#[derive(Debug, Clone)]
pub struct CommitmentRow {
    /// What is measured.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// Of the organisation as a whole; otherwise of each department.
    pub organisation: bool,
    /// How long a period it is judged over.
    pub grain: Grain,
    /// In the metric's unit.
    pub target: f64,
    /// Key of the clause: `B3-2.3.3`.
    pub clause: String,
    /// The first day.
    pub since: NaiveDate,
    /// The last day, if it ends.
    pub until: Option<NaiveDate>,
}

/// A published result.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// Of which period.
    pub period: Period,
    /// The department in the reader's language; `None` = the organisation.
    pub department: Option<String>,
    /// What is measured.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// The figure with its judgement.
    pub figure: Figure,
}

/// `GET /privacy`: the notice of PIPL art. 17, with its five elements.
#[derive(Debug, Clone, Template)]
#[template(path = "public/privacy.html")]
pub struct PrivacyPage {
    /// The frame; its organisation is who handles the data.
    pub shell: Shell,
    /// Where to write to, if set.
    pub email: Option<String>,
    /// Where to call, if set.
    pub phone: Option<String>,
    /// How long contact data and named answers are kept after the service, in months.
    pub retention_months: u32,
    /// How long a link to a questionnaire works, in days.
    pub link_days: u32,
    /// Since when the notice reads as it does.
    pub updated: NaiveDate,
}

impl CommitmentRow {
    fn scope_name(&self, t: &Texts) -> String {
        t.get(if self.organisation { "public-scope-organisation" } else { "public-scope-departments" })
    }

    fn grain_name(&self, t: &Texts) -> String {
        t.get(match self.grain {
            Grain::Month => "public-grain-month",
            Grain::Quarter => "public-grain-quarter",
            Grain::Year => "public-grain-year",
        })
    }

    fn dates(&self, t: &Texts) -> String {
        let since = format::date(t, &self.since);
        match &self.until {
            None => t.with("public-since-date", &[("date", since)]),
            Some(until) => t.with("public-until-date", &[("from", since), ("to", format::date(t, until))]),
        }
    }
}
