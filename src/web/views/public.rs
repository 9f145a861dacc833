//! What everyone may read: the commitments with the published results, and the privacy notice.

use askama::Template;
use chrono::NaiveDate;

use super::figure::Figure;
use super::{choose, format, shell::Shell, words};
use crate::domain::announcement::number;
use crate::domain::commitment::{Commitment, Level, Metric};
use crate::domain::notice::{NOTICE_DAYS, Waiver};
use crate::domain::period::{Grain, Period};
use crate::domain::points::Hundredths;
use crate::domain::service_record::Channel;
use crate::i18n::Texts;
use crate::i18n::privacy::{self, Facts};

/// `GET /commitments` (B1-4.1, B2-4.3, A1-3.2).
#[derive(Debug, Clone, Template)]
#[template(path = "public/commitments.html")]
pub struct CommitmentsPage {
    /// The frame.
    pub shell: Shell,
    /// In force today, in the order of the register.
    pub in_force: Vec<CommitmentRow>,
    /// Announced and not in force yet; may be empty.
    pub coming: Vec<CommitmentRow>,
    /// The periods that are published or sealed, newest first; may be empty.
    pub told: Vec<Period>,
    /// The reader chose the period.
    pub is_chosen: bool,
    /// What the newest of them, or the one chosen, brought.
    pub results: Option<Results>,
}

/// What a published period brought.
#[derive(Debug, Clone)]
pub struct Results {
    /// The period.
    pub period: Period,
    /// Of the organisation.
    pub organisation: Vec<ResultRow>,
    /// Of the departments.
    pub departments: Vec<ResultRow>,
}

/// A commitment in force; those that differ only in how often they are judged share a row.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitmentRow {
    /// What is measured.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// Whom it binds.
    pub scope: Scope,
    /// How long the periods are that it is judged over, the shortest first.
    pub grains: Vec<Grain>,
    /// In hundredths of the metric's unit.
    pub target: Hundredths,
    /// Key of the clause: `B3-2.3.3`.
    pub clause: String,
    /// The first day.
    pub since: NaiveDate,
    /// The last day, if it ends.
    pub until: Option<NaiveDate>,
    /// Announced with less notice than is owed, and why (A1-4.2).
    pub short: Vec<ShortNotice>,
}

/// That a promise changed at short notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortNotice {
    /// The day it was announced.
    pub announced: NaiveDate,
    /// Its end was; else its beginning.
    pub is_end: bool,
    /// It applies from before that day.
    pub is_backdated: bool,
    /// Why.
    pub waiver: Waiver,
    /// Why, in words.
    pub note: Option<String>,
}

/// Whom a public commitment binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The organisation as a whole.
    Organisation,
    /// Every department.
    EachDepartment,
    /// One department, by name.
    Department(String),
}

/// A published result.
#[derive(Debug, Clone)]
pub struct ResultRow {
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
    /// What it depends on.
    pub facts: Facts,
    /// Since when the notice reads as it does.
    pub updated: NaiveDate,
}

impl CommitmentRow {
    /// The rows of commitments in their order. What was promised to a single client is not public and is left out;
    /// `name_of` gives a department's name from its code, `short_of` what was short notice from a commitment's key.
    pub fn public(
        commitments: &[Commitment],
        name_of: impl Fn(&str) -> String,
        short_of: impl Fn(i64) -> Vec<ShortNotice>,
    ) -> Vec<Self> {
        let mut rows: Vec<Self> = Vec::new();
        for commitment in commitments {
            let Some(row) = Self::new(commitment, &name_of, short_of(commitment.id)) else { continue };
            match rows.iter_mut().find(|known| Self { grains: row.grains.clone(), ..(*known).clone() } == row) {
                Some(known) => known.grains.extend(row.grains),
                None => rows.push(row),
            }
        }
        rows.iter_mut().for_each(|row| row.grains.sort());
        rows
    }

    fn new(commitment: &Commitment, name_of: impl Fn(&str) -> String, short: Vec<ShortNotice>) -> Option<Self> {
        let scope = match (commitment.level, &commitment.department_code) {
            _ if commitment.client_code.is_some() => return None,
            (Level::Client | Level::Employee, _) => return None,
            (Level::Organisation, _) => Scope::Organisation,
            (Level::Department, None) => Scope::EachDepartment,
            (Level::Department, Some(code)) => Scope::Department(name_of(code)),
        };
        Some(Self {
            metric: commitment.metric,
            channel: commitment.channel,
            scope,
            grains: vec![commitment.grain],
            target: commitment.target,
            clause: commitment.clause.clone(),
            since: commitment.valid_from,
            until: commitment.valid_to,
            short,
        })
    }

    /// To the last digit that was promised.
    fn target_text(&self, t: &Texts) -> String {
        words::exact_target(t, &self.metric, &number(self.target))
    }

    fn scope_name(&self, t: &Texts) -> String {
        match &self.scope {
            Scope::Organisation => t.get("public-scope-organisation"),
            Scope::EachDepartment => t.get("public-scope-departments"),
            Scope::Department(name) => name.clone(),
        }
    }

    fn grain_names(&self, t: &Texts) -> String {
        let name = |grain: &Grain| {
            t.get(match grain {
                Grain::Month => "public-grain-month",
                Grain::Quarter => "public-grain-quarter",
                Grain::Year => "public-grain-year",
            })
        };
        let names: Vec<_> = self.grains.iter().map(name).collect();
        names.join(&t.get("public-grain-separator"))
    }

    /// From when to when, of one in force or to come.
    fn dates(&self, t: &Texts, is_coming: &bool) -> String {
        let since = format::date(t, &self.since);
        match &self.until {
            None if *is_coming => t.with("commitment-since", &[("date", since)]),
            None => t.with("public-since-date", &[("date", since)]),
            Some(until) => t.with("public-until-date", &[("from", since), ("to", format::date(t, until))]),
        }
    }
}

impl Results {
    /// The organisation's apart from the departments', which stand together.
    pub fn new(period: Period, rows: Vec<ResultRow>) -> Self {
        let (mut departments, organisation): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.department.is_some());
        departments.sort_by(|a, b| a.department.cmp(&b.department));
        Self { period, organisation, departments }
    }

    fn is_empty(&self) -> bool {
        self.organisation.is_empty() && self.departments.is_empty()
    }

    fn count(&self, t: &Texts) -> String {
        t.count("public-results-departments", i64::try_from(self.departments.len()).unwrap_or(i64::MAX))
    }
}

impl ShortNotice {
    /// "2026 年 10 月 8 日公布，提前不足 30 天。理由：……".
    fn text(&self, t: &Texts) -> String {
        let reason = t.get(match self.waiver {
            Waiver::Law => "public-waiver-law",
            Waiver::Consent => "public-waiver-consent",
            Waiver::Correction => "public-waiver-correction",
        });
        let reason = match &self.note {
            Some(note) => t.with("commitment-reason", &[("reason", reason.as_str()), ("note", note)]),
            None => reason,
        };
        let key = match (self.is_end, self.is_backdated) {
            (true, _) => "public-short-end",
            (false, true) => "public-short-backdated",
            (false, false) => "public-short-notice",
        };
        let days = NOTICE_DAYS.to_string();
        t.with(key, &[("date", format::date(t, &self.announced)), ("days", days), ("reason", reason)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::commitment;

    fn rows(change: impl Fn(&mut Commitment)) -> Vec<CommitmentRow> {
        let mut all = commitment::defaults("2026-01-01".parse().unwrap());
        all.iter_mut().for_each(change);
        CommitmentRow::public(&all, |code| format!("name of {code}"), |_| Vec::new())
    }

    #[test]
    fn commitments_of_several_period_lengths_share_a_row() {
        let rows = rows(|_| ());
        assert_eq!(rows.len(), 7);
        assert_eq!(rows[0].grains, [Grain::Month, Grain::Quarter, Grain::Year]);
    }

    #[test]
    fn what_was_promised_to_one_client_is_not_public() {
        assert!(rows(|commitment| commitment.client_code = Some("C1".into())).is_empty());
        assert!(rows(|commitment| commitment.level = Level::Client).is_empty());
    }

    #[test]
    fn one_departments_commitment_names_it() {
        let rows = rows(|commitment| commitment.department_code = Some("MR".into()));
        assert_eq!(rows.last().unwrap().scope, Scope::Department("name of MR".into()));
    }
}
