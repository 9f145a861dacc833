//! The frame around every page: who is signed in, where one can go, in which language, and how fresh the data is.

use chrono::NaiveDateTime;

use super::{Told, format};
use crate::domain::period::{Period, State};
use crate::domain::user::Role;
use crate::i18n::Texts;

/// The frame around a page.
#[derive(Debug, Clone)]
pub struct Shell {
    /// The reader's language.
    pub t: Texts,
    /// The organisation's name as it stands in the header; before set-up the product's.
    pub organisation: String,
    /// Path of the hashed style sheet: `/static/app.4f2c….css`.
    pub stylesheet: String,
    /// Demo data: the banner says so on every page.
    pub demo: bool,
    /// This page in the other language, with its query kept (percent-encoded).
    pub language_href: String,
    /// Who is signed in; `None` on public pages.
    pub account: Option<Account>,
    /// Where this reader may go, in this order.
    pub nav: Vec<NavEntry>,
    /// How fresh the figures are; `None` on pages without figures.
    pub freshness: Option<Freshness>,
    /// What a form did that led here.
    pub told: Option<Told>,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Account {
    /// As printed beside the sign-out button.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The session's token for forms, sent as the field `csrf`.
    pub csrf: String,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct NavEntry {
    /// What it leads to.
    pub area: Area,
    /// Where that is (percent-encoded).
    pub href: String,
    /// The page belongs to it.
    pub current: bool,
}

/// The areas a navigation entry can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// All departments of a period.
    Overview,
    /// Departments beside each other.
    Comparison,
    /// The reader's own department.
    Department,
    /// Who is asked, and what became of each service.
    Asking,
    /// What customers are asked.
    Questionnaires,
    /// Mail on its way.
    Queue,
    /// The quarters' follow-up by phone.
    Samples,
    /// Where customers answer uninvited.
    Counters,
    /// Complaints, open and closed.
    Complaints,
    /// What is left out of every figure.
    Exclusions,
    /// How far the judging of each period has come.
    Periods,
    /// What HR pulls.
    Appraisals,
    /// What HR is given about the reader.
    Record,
    /// What is promised, public.
    Commitments,
    /// The demo's captured mails.
    Mail,
}

/// Areas that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What customers said.
    Results,
    /// Whom we ask, what, and how.
    Asking,
    /// What follows from it.
    Judging,
}

/// From so many areas on they are shown by group: more do not fit a line, and on a phone they would push the page away.
const GROUPED_FROM: usize = 8;

/// How fresh the figures are, and how final.
#[derive(Debug, Clone, Copy)]
pub struct Freshness {
    /// The moment the page was made, in the organisation's zone.
    pub as_of: NaiveDateTime,
    /// The period shown, how far its judging has come and its revision (0 until the first seal).
    pub period: Option<(Period, State, u32)>,
}

impl Area {
    /// The words of its entry.
    pub fn name(self, t: &Texts) -> String {
        t.get(match self {
            Self::Overview => "staff-nav-overview",
            Self::Comparison => "staff-nav-comparison",
            Self::Department => "staff-nav-department",
            Self::Asking => "asking-title",
            Self::Questionnaires => "questionnaire-title",
            Self::Queue => "queue-title",
            Self::Samples => "staff-nav-samples",
            Self::Counters => "counter-title",
            Self::Complaints => "complaint-title",
            Self::Exclusions => "exclusion-title",
            Self::Periods => "period-title",
            Self::Record => "record-title",
            Self::Appraisals => "staff-nav-appraisals",
            Self::Commitments => "staff-nav-commitments",
            Self::Mail => "staff-nav-mail",
        })
    }
}

impl Group {
    const ALL: [Self; 3] = [Self::Results, Self::Asking, Self::Judging];

    /// Its words.
    pub fn name(self, t: &Texts) -> String {
        t.get(match self {
            Self::Results => "staff-nav-results",
            Self::Asking => "staff-nav-asking",
            Self::Judging => "staff-nav-judging",
        })
    }
}

impl Area {
    const fn group(self) -> Group {
        match self {
            Self::Overview | Self::Comparison | Self::Department | Self::Record => Group::Results,
            Self::Asking | Self::Questionnaires | Self::Queue | Self::Samples | Self::Counters | Self::Mail => {
                Group::Asking
            }
            Self::Complaints | Self::Exclusions | Self::Periods | Self::Appraisals | Self::Commitments => {
                Group::Judging
            }
        }
    }
}

impl Shell {
    /// The groups of a reader with many areas: where each leads first, and whether the page belongs to it; none where all
    /// areas fit a line.
    pub fn groups(&self) -> Vec<(Group, &NavEntry, bool)> {
        if self.nav.len() < GROUPED_FROM {
            return Vec::new();
        }
        let group = |group: Group| {
            let first = self.nav.iter().find(|entry| entry.area.group() == group)?;
            Some((group, first, self.group() == Some(group)))
        };
        Group::ALL.into_iter().filter_map(group).collect()
    }

    /// The areas that stand in the page's own line: all of them, or those of its group.
    pub fn areas(&self) -> impl Iterator<Item = &NavEntry> {
        let (grouped, current) = (self.nav.len() >= GROUPED_FROM, self.group());
        self.nav.iter().filter(move |entry| !grouped || current == Some(entry.area.group()))
    }

    /// The group that the page belongs to.
    fn group(&self) -> Option<Group> {
        self.nav.iter().find(|entry| entry.current).map(|entry| entry.area.group())
    }

    /// The name of the reader's role.
    pub fn role(&self, role: &Role) -> String {
        self.t.get(match role {
            Role::Admin => "staff-role-admin",
            Role::Quality => "staff-role-quality",
            Role::Head => "staff-role-head",
            Role::Hr => "staff-role-hr",
            Role::Auditor => "staff-role-auditor",
            Role::Client => "staff-role-client",
            Role::Employee => "staff-role-employee",
        })
    }

    /// "Data as of … · October 2026 published · not sealed".
    pub fn freshness_line(&self, freshness: &Freshness) -> String {
        let as_of = format::date_time(&self.t, &freshness.as_of);
        let Some((period, state, revision)) = &freshness.period else {
            return self.t.with("staff-freshness", &[("time", as_of)]);
        };
        let key = if *state == State::Sealed { "staff-freshness-sealed" } else { "staff-freshness-open" };
        let args = [
            ("time", as_of),
            ("period", format::period(&self.t, period)),
            ("state", format::state(&self.t, state, revision)),
        ];
        self.t.with(key, &args)
    }
}
