//! The periods, how far the judging of each has come, and the steps that move one on.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use super::finality::Reopened;
use super::{format, shell::Shell};
use crate::domain::duty::{DutyKind, Standing};
use crate::domain::period::{Period, State};
use crate::i18n::Texts;

/// `GET /periods?year=2026`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/periods.html")]
pub struct PeriodsPage {
    /// The frame.
    pub shell: Shell,
    /// The year shown.
    pub year: i32,
    /// The years to choose from, newest first.
    pub years: Vec<i32>,
    /// Those that have begun, newest first.
    pub rows: Vec<PeriodRow>,
}

/// A period in the list.
#[derive(Debug, Clone)]
pub struct PeriodRow {
    /// The period.
    pub period: Period,
    /// Its page.
    pub href: String,
    /// How far it has come.
    pub stage: Stage,
    /// Its evaluation, its notice, and the term to object once it is told.
    pub duties: Vec<DutyLine>,
}

/// How far a period has come, as lists say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// How far.
    pub state: State,
    /// The revision that is sealed, or in work after a reopening; 0 until the first seal.
    pub revision: u32,
    /// Its last day is past.
    pub over: bool,
    /// Its result was told, and it is looked at again.
    pub reopened: bool,
    /// It was sealed early, and objections may come until this day.
    pub early: Option<NaiveDate>,
    /// Somebody asks to reopen it, and another person is to confirm.
    pub asked: bool,
}

/// A duty with its date and how it stands.
#[derive(Debug, Clone)]
pub struct DutyLine {
    /// What is owed.
    pub kind: DutyKind,
    /// The clause it comes from.
    pub clause: &'static str,
    /// The last day on which it is in time.
    pub due: NaiveDate,
    /// The working day to aim at: of the evaluation the day that binds, where its result is to be told earlier.
    pub aim: NaiveDate,
    /// When it was done.
    pub done: Option<NaiveDate>,
    /// How it stands.
    pub standing: Standing,
    /// The calendar of a year is missing: the date may move.
    pub provisional: bool,
}

/// `GET /periods/2026-10`, and the answer 422 to a step that was refused. Form fields: `csrf`, `step`, `reason`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/period.html")]
pub struct PeriodPage {
    /// The frame.
    pub shell: Shell,
    /// This page: where its forms go.
    pub path: String,
    /// The period.
    pub period: Period,
    /// How far it has come.
    pub stage: Stage,
    /// What is owed.
    pub duties: Vec<DutyLine>,
    /// The result is to be told before the term of its evaluation is over.
    pub collide: bool,
    /// What the reader may do here.
    pub actions: Vec<Action>,
    /// The token of its forms.
    pub csrf: String,
    /// The reader may take a seal whole.
    pub whole: bool,
    /// Which step was refused, why, and the reason that was typed.
    pub refused: Option<(Action, String, String)>,
    /// How it was reopened since its newest seal.
    pub reopened: Option<Reopened>,
    /// A reopening that waits for another person.
    pub asked: Option<Asked>,
    /// Its seals, newest first.
    pub seals: Vec<SealRow>,
}

/// A step that a form on the page takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Begin the evaluation.
    Evaluate,
    /// Tell the result.
    Publish,
    /// Make it final.
    Seal,
    /// Ask for a reopening.
    Ask,
    /// Confirm the reopening that somebody else asked for.
    Confirm,
    /// Take the request back, or turn it down.
    Withdraw,
}

/// A reopening that waits.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who asked.
    pub by: String,
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// Why.
    pub reason: String,
    /// The reader asked, so another person confirms.
    pub own: bool,
}

/// A seal.
#[derive(Debug, Clone)]
pub struct SealRow {
    /// Which revision.
    pub revision: u32,
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// By whom.
    pub by: String,
    /// In hexadecimal.
    pub hash: String,
    /// Why it was sealed while one could still object.
    pub early: Option<String>,
    /// Who asked for the reopening before it, who confirmed, and why.
    pub reopened: Vec<(String, String, String)>,
    /// The seal as JSON without what few answers may not say; a POST gives the whole of it.
    pub href: String,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Evaluate, Self::Publish, Self::Seal, Self::Ask, Self::Confirm, Self::Withdraw];

    /// The value of the field `step`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluate",
            Self::Publish => "publish",
            Self::Seal => "seal",
            Self::Ask => "ask",
            Self::Confirm => "confirm",
            Self::Withdraw => "withdraw",
        }
    }

    fn name(self, t: &Texts) -> String {
        t.get(match self {
            Self::Evaluate => "period-evaluate",
            Self::Publish => "period-publish",
            Self::Seal => "period-seal",
            Self::Ask => "period-ask",
            Self::Confirm => "period-confirm",
            Self::Withdraw => "period-withdraw",
        })
    }

    fn meaning(self, t: &Texts) -> String {
        t.get(match self {
            Self::Evaluate => "period-evaluate-means",
            Self::Publish => "period-publish-means",
            Self::Seal => "period-seal-means",
            Self::Ask => "period-ask-means",
            Self::Confirm => "period-confirm-means",
            Self::Withdraw => "period-withdraw-means",
        })
    }

    /// The label of the field for a reason, if the step takes one.
    fn reason(self, t: &Texts) -> Option<String> {
        match self {
            Self::Publish => Some(t.get("period-reason-publish")),
            Self::Seal => Some(t.get("period-reason-seal")),
            Self::Ask => Some(t.get("period-reason-ask")),
            Self::Evaluate | Self::Confirm | Self::Withdraw => None,
        }
    }

    /// It cannot be taken back by the one who took it: a box is to be ticked first.
    pub fn is_grave(self) -> bool {
        matches!(self, Self::Evaluate | Self::Publish | Self::Seal | Self::Confirm)
    }

    /// What the box says.
    fn sure(self, t: &Texts) -> String {
        t.get(match self {
            Self::Evaluate => "period-sure-evaluate",
            Self::Publish => "period-sure-publish",
            Self::Seal => "period-sure-seal",
            Self::Ask | Self::Confirm | Self::Withdraw => "period-sure-confirm",
        })
    }

    fn needs_reason(self) -> bool {
        self == Self::Ask
    }
}

impl Stage {
    /// The state in words.
    pub(super) fn words(&self, t: &Texts) -> String {
        match self.state {
            State::Open if self.over => t.get("staff-state-over"),
            _ => format::state(t, &self.state, &self.revision),
        }
    }

    /// What else is to be known before its figures are used.
    pub(super) fn remarks(&self, t: &Texts) -> Vec<String> {
        let until = self.early.map(|until| format::date(t, &until));
        let before = self.revision.saturating_sub(1);
        let reopened = match before {
            0 => self.reopened.then(|| t.get("period-stage-reopened-told")),
            before => (self.state != State::Sealed).then(|| t.with("period-stage-reopened", &[("revision", before)])),
        };
        let early = until.map(|until| t.with("period-stage-early", &[("until", until)]));
        let asked = self.asked.then(|| t.get("period-stage-asked"));
        [reopened, early, asked].into_iter().flatten().collect()
    }
}

impl DutyLine {
    /// The day that binds, if it is before the clause's own.
    fn earlier(&self) -> Option<NaiveDate> {
        Some(self.aim).filter(|aim| self.kind == DutyKind::Evaluation && *aim < self.due)
    }

    fn name(&self, t: &Texts) -> String {
        t.get(match self.kind {
            DutyKind::Evaluation => "period-duty-evaluation",
            DutyKind::Notice => "period-duty-notice",
            DutyKind::Objection => "period-duty-objection",
        })
    }

    /// "by 14 October 2026 · on time, 12 October 2026".
    fn standing(&self, t: &Texts) -> String {
        let done = self.done.map(|day| format::date(t, &day)).unwrap_or_default();
        let key = match (self.kind, self.standing, self.done) {
            (DutyKind::Objection, Standing::Open, _) => "period-standing-running",
            (DutyKind::Objection, ..) => "period-standing-over",
            (_, Standing::Open, _) => "period-standing-open",
            (_, Standing::OnTime, _) => "period-standing-on-time",
            (_, Standing::Late, Some(_)) => "period-standing-late",
            (_, Standing::Late, None) => "period-standing-overdue",
        };
        t.with(key, &[("done", done)])
    }

    fn is_late(&self) -> bool {
        self.standing == Standing::Late && self.kind != DutyKind::Objection
    }
}

impl PeriodPage {
    fn refusal(&self, action: &Action) -> Option<&(Action, String, String)> {
        self.refused.as_ref().filter(|(refused, ..)| refused == action)
    }

    fn typed(&self, action: &Action) -> &str {
        self.refusal(action).map_or("", |(.., reason)| reason)
    }
}
