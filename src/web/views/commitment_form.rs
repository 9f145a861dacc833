//! The forms that change the register of commitments.

use askama::Template;
use chrono::NaiveDate;

use super::promise::{self, Names};
use super::{format, shell::Shell, words};
use crate::domain::announcement::{Fault, MAX_NOTE, Problem};
use crate::domain::commitment::{Commitment, Consequence, EvidenceRule, Metric};
use crate::domain::notice::{NOTICE_DAYS, NoticeRefused, Waiver};
use crate::domain::period::Grain;
use crate::domain::service_record::Channel;
use crate::domain::succession::{EndRefused, Refused};
use crate::i18n::Texts;

/// What a form's button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Show what it would do.
    Preview,
    /// Back to the form.
    Edit,
    /// Store it.
    Save,
}

/// `GET /staff/commitments/new`, and the answer 422. Form fields: `csrf`, `step` and those of
/// [`crate::domain::announcement::FIELDS`], but `scope` for level, department and client.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/commitment_form.html")]
pub struct FormPage {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// What is filled in.
    pub form: Form,
}

/// `GET /staff/commitments/{id}/end`, and the answer 422. Form fields: `csrf`, `step`, `valid_to`, `reason`, `note`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/commitment_end.html")]
pub struct EndPage {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// What ends.
    pub commitment: Commitment,
    /// What is filled in.
    pub form: Form,
}

/// A form as it was filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// The fields with their texts.
    pub fields: Vec<(String, String)>,
    /// What is wrong: the field and why.
    pub problems: Vec<(&'static str, String)>,
    /// The departments to choose from.
    pub names: Names,
    /// The codes of the clients to choose from.
    pub clients: Vec<String>,
}

/// One option of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// It is selected.
    pub chosen: bool,
}

/// What is wrong with a field of a form, as its summary says it: "目标：请填写".
pub fn of_field(t: &Texts, field: &str, problem: &str) -> String {
    t.with("staff-error-of", &[("field", field), ("problem", problem)])
}

fn label(t: &Texts, field: &str) -> String {
    t.get(match field {
        "metric" => "public-metric",
        "scope" => "public-scope",
        "channel" => "staff-channel",
        "grain" => "public-grain",
        "target" => "public-target",
        "tolerance" => "commitment-tolerance",
        "clause" => "public-clause",
        "consequence" => "commitment-consequence",
        "evidence_rule" => "commitment-rule",
        "valid_from" => "commitment-from",
        "valid_to" => "commitment-to",
        "reason" => "commitment-waiver",
        _ => "commitment-note",
    })
}

impl Form {
    /// What is wrong with a field, in words, and where it stands.
    pub fn problem_of(t: &Texts, fault: &Fault) -> (&'static str, String) {
        let field = match fault.field {
            "level" | "department" | "client" => "scope",
            field => field,
        };
        let text = match (&fault.problem, field) {
            (Problem::DoesNotAgree, "channel") => t.get("commitment-error-gap"),
            (_, "scope") => t.get("commitment-error-scope"),
            (Problem::Missing, _) => t.get("commitment-error-missing"),
            (Problem::NotANumber, _) => t.get("commitment-error-number"),
            (Problem::NotADate, _) => t.get("commitment-error-date"),
            (Problem::NotANote, _) => t.with("commitment-error-note", &[("max", MAX_NOTE)]),
            (Problem::NotACode, _) => t.get("commitment-error-clause"),
            (Problem::NotOneOf(_) | Problem::DoesNotAgree, _) => t.get("commitment-error-choice"),
        };
        (field, text)
    }

    /// Why a new one is refused, and at which field.
    pub fn refusal(t: &Texts, refused: &Refused) -> (&'static str, String) {
        let day = |key: &str, day: &NaiveDate| t.with(key, &[("day", format::date(t, day))]);
        match refused {
            Refused::Notice(NoticeRefused::Backdated { earliest }) => {
                ("valid_from", day("commitment-error-backdated", earliest))
            }
            Refused::Notice(NoticeRefused::TooShort { earliest, .. }) => {
                let args = [("day", format::date(t, earliest)), ("notice", NOTICE_DAYS.to_string())];
                ("valid_from", t.with("commitment-error-notice", &args))
            }
            Refused::Later { begins } => ("valid_from", day("commitment-error-later", begins)),
            Refused::Backwards => ("valid_to", t.get("commitment-error-backwards")),
            Refused::Told { period } => {
                ("valid_from", t.with("commitment-error-told", &[("period", format::period(t, period))]))
            }
        }
    }

    /// Why one does not end, and at which field.
    pub fn end_refusal(t: &Texts, refused: &EndRefused) -> (&'static str, String) {
        let text = match refused {
            EndRefused::Ended { last_day } => t.with("commitment-error-ended", &[("day", format::date(t, last_day))]),
            EndRefused::Refused(Refused::Notice(NoticeRefused::TooShort { earliest, .. })) => {
                let last_day = earliest.pred_opt().unwrap_or(*earliest);
                let args = [("day", format::date(t, &last_day)), ("notice", NOTICE_DAYS.to_string())];
                t.with("commitment-error-end-notice", &args)
            }
            EndRefused::Refused(Refused::Notice(NoticeRefused::Backdated { earliest })) => {
                let last_day = earliest.pred_opt().unwrap_or(*earliest);
                t.with("commitment-error-end-backdated", &[("day", format::date(t, &last_day))])
            }
            EndRefused::Refused(Refused::Backwards) => t.get("commitment-error-end-backwards"),
            EndRefused::Refused(other) => Self::refusal(t, other).1,
        };
        ("valid_to", text)
    }

    /// What is wrong, with the field it is wrong in named.
    fn summary(&self, t: &Texts) -> Vec<(&'static str, String)> {
        let told = |(field, text): &(&'static str, String)| (*field, of_field(t, &label(t, field), text));
        self.problems.iter().map(told).collect()
    }

    fn value(&self, field: &str) -> &str {
        self.fields.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text)
    }

    fn problem(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }

    fn choices<'a, T>(
        &self,
        field: &str,
        all: impl IntoIterator<Item = T>,
        value: impl Fn(&T) -> &'a str,
        label: impl Fn(&T) -> String,
    ) -> Vec<Choice> {
        let chosen = self.value(field);
        let choice =
            |one: T| Choice { value: value(&one).to_owned(), label: label(&one), chosen: value(&one) == chosen };
        all.into_iter().map(choice).collect()
    }

    fn metrics(&self, t: &Texts) -> Vec<Choice> {
        self.choices("metric", Metric::ALL, |one| one.as_str(), |one| words::metric(t, one))
    }

    fn channels(&self, t: &Texts) -> Vec<Choice> {
        let all = [None, Some(Channel::Online), Some(Channel::Offline)];
        self.choices("channel", all, format::channel_code, |one| format::channel(t, one))
    }

    fn grains(&self, t: &Texts) -> Vec<Choice> {
        self.choices("grain", Grain::ALL, |one| one.as_str(), |one| promise::grain(t, one))
    }

    fn consequences(&self, t: &Texts) -> Vec<Choice> {
        let all = std::iter::once(None).chain(Consequence::ALL.map(Some));
        self.choices("consequence", all, |one| one.map_or("", Consequence::as_str), |one| promise::consequence(t, one))
    }

    fn rules(&self, t: &Texts) -> Vec<Choice> {
        self.choices("evidence_rule", EvidenceRule::ALL, |one| one.as_str(), |one| promise::evidence_rule(t, one))
    }

    fn reasons(&self, t: &Texts) -> Vec<Choice> {
        let all = std::iter::once(None).chain(Waiver::ALL.map(Some));
        let label = |one: &Option<Waiver>| {
            one.map_or_else(
                || t.with("commitment-waiver-none", &[("days", NOTICE_DAYS)]),
                |one| promise::waiver(t, &one),
            )
        };
        self.choices("reason", all, |one| one.map_or("", Waiver::as_str), label)
    }

    fn scopes(&self, t: &Texts) -> Vec<Choice> {
        let mut departments: Vec<_> =
            self.names.iter().map(|(code, name)| (format!("department:{code}"), name.clone())).collect();
        departments.sort_by(|a, b| a.1.cmp(&b.1));
        let whole = [
            ("organisation".to_owned(), t.get("public-scope-organisation")),
            ("departments".to_owned(), t.get("public-scope-departments")),
        ];
        let clients = self.clients.iter().map(|code| (format!("client:{code}"), promise::client(t, code)));
        let all = whole.into_iter().chain(departments).chain(clients);
        let chosen = self.value("scope");
        all.map(|(value, label)| Choice { chosen: value == chosen, value, label }).collect()
    }
}

impl Step {
    /// The value of the field `step`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Edit => "edit",
            Self::Save => "save",
        }
    }
}

impl std::str::FromStr for Step {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Preview, Self::Edit, Self::Save].into_iter().find(|step| step.as_str() == word).ok_or(())
    }
}
