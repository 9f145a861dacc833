//! Answers that are left out of every figure: proposed by one person, decided by another, and let back in.

use askama::Template;
use chrono::NaiveDateTime;

use super::commitment_form::Choice;
use super::{format, shell::Shell};
use crate::domain::exclusion::{Reason, Refusal, Stage, Step};
use crate::domain::period::Period;
use crate::domain::service_record::Channel;
use crate::domain::text::MAX_REASON;
use crate::i18n::Texts;

/// `GET /exclusions`, and the answer 422. What was answered is not on it: that an answer is bad is no reason.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/exclusions.html")]
pub struct ExclusionsPage {
    /// The frame.
    pub shell: Shell,
    /// To propose; `None` for those who may only look.
    pub form: Option<ProposalForm>,
    /// Why a step was not taken.
    pub refused: Option<String>,
    /// All of them, the newest first.
    pub rows: Vec<ExclusionRow>,
}

/// The form to propose. Form fields: `csrf`, `kind`, `reference`, `reason`, `note`.
#[derive(Debug, Clone, Default)]
pub struct ProposalForm {
    /// What the reference is; see [`Kind`].
    pub kind: Kind,
    /// As typed.
    pub reference: String,
    /// As chosen.
    pub reason: String,
    /// As typed.
    pub note: String,
    /// What is wrong: the field and why.
    pub problems: Vec<(&'static str, String)>,
}

/// How a response is named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// By the number of its service record: an answer by name.
    #[default]
    Record,
    /// By its own id, as the API and the comments' links give it: also an anonymous one.
    Response,
}

/// An exclusion.
#[derive(Debug, Clone)]
pub struct ExclusionRow {
    /// Its key.
    pub id: i64,
    /// The response's id.
    pub response: String,
    /// The number of the service record, of an answer by name.
    pub record: Option<String>,
    /// The department's name.
    pub department: String,
    /// Over which channel, if it says.
    pub channel: Option<Channel>,
    /// The month it counts in.
    pub month: Period,
    /// The word of a [`Reason`].
    pub reason: Option<Reason>,
    /// More about it.
    pub note: Option<String>,
    /// How far it has come.
    pub stage: Stage,
    /// Who asked and when, in the organisation's zone.
    pub asked: (String, NaiveDateTime),
    /// Who agreed, or did not, and when.
    pub decided: Option<(String, NaiveDateTime)>,
    /// Who let it count again, and when.
    pub restored: Option<(String, NaiveDateTime)>,
    /// What the reader may do.
    pub steps: Vec<Step>,
    /// The reader asked for it.
    pub own: bool,
    /// A period it counts in is published, so that nothing moves any more.
    pub told: Option<Period>,
}

/// A reason in words.
pub fn reason(t: &Texts, reason: &Reason) -> String {
    t.get(match reason {
        Reason::Mistaken => "exclusion-reason-mistaken",
        Reason::WrongService => "exclusion-reason-wrong-service",
        Reason::Duplicate => "exclusion-reason-duplicate",
        Reason::Influenced => "exclusion-reason-influenced",
        Reason::Malicious => "exclusion-reason-malicious",
        Reason::Trial => "exclusion-reason-trial",
    })
}

/// Why a step is not taken, in words.
pub fn refusal(t: &Texts, refusal: &Refusal) -> String {
    match refusal {
        Refusal::OutOfOrder => t.get("exclusion-error-order"),
        Refusal::SamePerson => t.get("exclusion-error-person"),
        Refusal::Published(period) => t.with("exclusion-error-told", &[("period", format::period(t, period))]),
    }
}

impl ExclusionsPage {
    fn open(&self) -> Vec<&ExclusionRow> {
        self.rows.iter().filter(|row| row.stage == Stage::Requested).collect()
    }

    fn in_force(&self) -> Vec<&ExclusionRow> {
        self.rows.iter().filter(|row| row.stage == Stage::Excluded).collect()
    }

    fn closed(&self) -> Vec<&ExclusionRow> {
        self.rows.iter().filter(|row| matches!(row.stage, Stage::Refused | Stage::Restored)).collect()
    }

    fn csrf(&self) -> String {
        self.shell.account.as_ref().map(|account| account.csrf.clone()).unwrap_or_default()
    }

    fn is_wrong(&self) -> bool {
        self.refused.is_some() || self.form.as_ref().is_some_and(|form| !form.problems.is_empty())
    }
}

impl ExclusionRow {
    fn reason_text(&self, t: &Texts) -> String {
        self.reason.map(|one| reason(t, &one)).unwrap_or_default()
    }

    /// What happened to it so far, a sentence for each.
    fn history(&self, t: &Texts) -> Vec<String> {
        let by = |key: &str, (who, at): &(String, NaiveDateTime)| {
            t.with(key, &[("by", who.as_str()), ("time", format::date_time(t, at).as_str())])
        };
        let decided = match self.stage {
            Stage::Refused if self.decided.as_ref().is_some_and(|(who, _)| *who == self.asked.0) => {
                "exclusion-withdrawn-by"
            }
            Stage::Refused => "exclusion-refused-by",
            _ => "exclusion-approved-by",
        };
        let mut said = vec![by("exclusion-asked-by", &self.asked)];
        said.extend(self.decided.as_ref().map(|one| by(decided, one)));
        said.extend(self.restored.as_ref().map(|one| by("exclusion-restored-by", one)));
        said
    }

    /// Why there is nothing to do here.
    fn waits(&self, t: &Texts) -> Option<String> {
        if let Some(period) = &self.told {
            return Some(t.with("exclusion-told", &[("period", format::period(t, period))]));
        }
        (self.own && self.stage == Stage::Requested).then(|| t.get("exclusion-second"))
    }

    fn button(&self, t: &Texts, step: &Step) -> String {
        t.get(match step {
            Step::Approve => "exclusion-approve",
            Step::Refuse if self.own => "exclusion-withdraw",
            Step::Refuse => "exclusion-refuse",
            Step::Restore => "exclusion-restore",
        })
    }
}

impl ProposalForm {
    /// What is wrong: each says which field it speaks of.
    fn summary(&self, _: &Texts) -> Vec<(&'static str, String)> {
        self.problems.clone()
    }

    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    fn kinds(&self, t: &Texts) -> Vec<Choice> {
        let choice = |kind: Kind| Choice {
            value: kind.as_str().to_owned(),
            label: t.get(match kind {
                Kind::Record => "exclusion-kind-record",
                Kind::Response => "exclusion-kind-response",
            }),
            chosen: kind == self.kind,
        };
        vec![choice(Kind::Record), choice(Kind::Response)]
    }

    fn reasons(&self, t: &Texts) -> Vec<Choice> {
        let choice = |one: Reason| Choice {
            value: one.as_str().to_owned(),
            label: reason(t, &one),
            chosen: one.as_str() == self.reason,
        };
        let none = Choice { value: String::new(), label: t.get("exclusion-choose"), chosen: self.reason.is_empty() };
        std::iter::once(none).chain(Reason::ALL.map(choice)).collect()
    }

    fn note_hint(t: &Texts) -> String {
        t.with("exclusion-note-hint", &[("max", MAX_REASON)])
    }
}

impl Kind {
    /// The value of the field `kind`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Response => "response",
        }
    }
}
