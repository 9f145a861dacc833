//! The register of commitments for staff: what is in force, to come and over, and what a change of it would do.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use super::commitment_form::Choice;
use super::promise::{self, Names};
use super::{format, shell::Shell, words};
use crate::domain::announcement::number;
use crate::domain::commitment::{Commitment, Metric};
use crate::domain::notice::{Change, NOTICE_DAYS, Waiver, Weakening};
use crate::domain::period::{Period, State};
use crate::domain::points::Hundredths;
use crate::domain::succession::is_ever_valid;
use crate::i18n::Texts;

/// `GET /staff/commitments?metric=points&department=repair`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/commitments.html")]
pub struct RegisterPage {
    /// The frame.
    pub shell: Shell,
    /// The day it is made.
    pub today: NaiveDate,
    /// The reader may change it.
    pub may_write: bool,
    /// All that is shown, in any order.
    pub rows: Vec<Row>,
    /// Only this metric.
    pub metric: Option<Metric>,
    /// Only what binds this department, by code.
    pub department: Option<String>,
    /// The latest changes, newest first; empty for those who may not see them.
    pub log: Vec<LogRow>,
    /// The departments' names.
    pub names: Names,
}

/// A commitment in the register.
#[derive(Debug, Clone)]
pub struct Row {
    /// The commitment.
    pub commitment: Commitment,
    /// The one of the same scope that takes its place when it ends.
    pub next: Option<Commitment>,
}

/// A change of the register.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// A user's address, or a token's name.
    pub by: String,
    /// It ended; else it was announced.
    pub is_end: bool,
    /// The commitment as it was stored.
    pub commitment: Commitment,
    /// Why it came without notice.
    pub waiver: Option<Waiver>,
    /// More about it.
    pub note: Option<String>,
}

/// When a commitment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Today.
    InForce,
    /// From a day to come.
    Coming,
    /// It is over, or was replaced before it began.
    Past,
}

/// What a change would do, before it is stored. Form fields: those of the form, hidden, and `seen`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/commitment_preview.html")]
pub struct PreviewPage {
    /// The frame.
    pub shell: Shell,
    /// Where it is sent.
    pub action: String,
    /// The fields with their texts.
    pub fields: Vec<(String, String)>,
    /// What it rests on.
    pub seen: String,
    /// The register was changed while the preview was read.
    pub is_late: bool,
    /// The day of the announcement.
    pub today: NaiveDate,
    /// What changes.
    pub change: Preview,
    /// Why it may come without notice.
    pub waiver: Option<Waiver>,
    /// More about it.
    pub note: Option<String>,
    /// The periods that are over and judged by it.
    pub over: Vec<(Period, State)>,
    /// The departments' names.
    pub names: Names,
}

/// What changes.
#[derive(Debug, Clone)]
pub enum Preview {
    /// A commitment begins.
    Begins {
        /// It.
        new: Commitment,
        /// What binds the same figures without it.
        before: Option<Commitment>,
        /// What it ends.
        ended: Vec<Commitment>,
    },
    /// One ends.
    Ends {
        /// It.
        ended: Commitment,
        /// The wider one that binds its figures from then on.
        after: Option<Commitment>,
        /// Its last day.
        last_day: NaiveDate,
    },
}

/// A line of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What is compared.
    pub label: String,
    /// As it is.
    pub before: String,
    /// As it will be.
    pub after: String,
}

/// The rows of one metric.
#[derive(Debug, Clone)]
struct Group<'a> {
    metric: Metric,
    rows: Vec<&'a Row>,
}

impl Row {
    fn standing(&self, today: NaiveDate) -> Standing {
        let one = &self.commitment;
        if !is_ever_valid(one) || one.valid_to.is_some_and(|last| last < today) {
            Standing::Past
        } else if one.valid_from > today {
            Standing::Coming
        } else {
            Standing::InForce
        }
    }
}

impl RegisterPage {
    /// The rows that stand in one way, by metric, then by whom they bind, channel and length.
    fn groups(&self, standing: Standing) -> Vec<Group<'_>> {
        let place = |row: &&Row| {
            let one = &row.commitment;
            let name = one.department_code.as_ref().and_then(|code| self.names.get(code)).cloned();
            (one.metric, one.level, name, one.client_code.clone(), one.channel, one.grain, one.valid_from, one.id)
        };
        let mut rows: Vec<&Row> = self.rows.iter().filter(|row| row.standing(self.today) == standing).collect();
        rows.sort_by_key(place);
        let mut groups: Vec<Group<'_>> = Vec::new();
        for row in rows {
            match groups.last_mut().filter(|group| group.metric == row.commitment.metric) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { metric: row.commitment.metric, rows: vec![row] }),
            }
        }
        groups
    }

    fn metrics(&self, t: &Texts) -> Vec<Choice> {
        let choice = |metric: Metric| Choice {
            value: metric.to_string(),
            label: words::metric(t, &metric),
            chosen: self.metric == Some(metric),
        };
        let all = Choice { value: String::new(), label: t.get("commitment-all"), chosen: self.metric.is_none() };
        std::iter::once(all).chain(Metric::ALL.map(choice)).collect()
    }

    fn departments(&self, t: &Texts) -> Vec<Choice> {
        let chosen = |code: &String| self.department.as_ref() == Some(code);
        let mut choices: Vec<Choice> = (self.names.iter())
            .map(|(code, name)| Choice { value: code.clone(), label: name.clone(), chosen: chosen(code) })
            .collect();
        choices.sort_by(|a, b| a.label.cmp(&b.label));
        let label = t.get("commitment-all");
        choices.insert(0, Choice { value: String::new(), label, chosen: self.department.is_none() });
        choices
    }
}

impl LogRow {
    fn what(&self, t: &Texts) -> String {
        let key = if self.is_end { "commitment-log-ended" } else { "commitment-log-announced" };
        let day = if self.is_end { self.commitment.valid_to } else { None };
        let day = format::date(t, &day.unwrap_or(self.commitment.valid_from));
        t.with(key, &[("target", promise::target(t, &self.commitment)), ("day", day)])
    }

    fn why(&self, t: &Texts) -> Option<String> {
        promise::reason(t, &self.waiver, self.note.as_deref())
    }
}

impl PreviewPage {
    fn figure(&self, t: &Texts) -> String {
        let (Preview::Begins { new: of, .. } | Preview::Ends { ended: of, .. }) = &self.change;
        promise::figure(t, of, &self.names)
    }

    /// The first day on which it shows.
    fn begins(&self) -> NaiveDate {
        match &self.change {
            Preview::Begins { new, .. } => new.valid_from,
            Preview::Ends { last_day, .. } => last_day.succ_opt().unwrap_or(*last_day),
        }
    }

    fn first_day(&self, t: &Texts) -> String {
        format::date(t, &self.begins())
    }

    fn compared(&self, t: &Texts) -> Vec<Compared> {
        let (before, after) = match &self.change {
            Preview::Begins { new, before, .. } => (before.as_ref(), Some(new)),
            Preview::Ends { ended, after, .. } => (Some(ended), after.as_ref()),
        };
        let line = |key: &str, text: &dyn Fn(&Commitment) -> String| {
            let of = |one: Option<&Commitment>| one.map_or_else(|| t.get("commitment-nothing"), text);
            Compared { label: t.get(key), before: of(before), after: of(after) }
        };
        let mut lines = vec![
            line("public-target", &|one| promise::target(t, one)),
            line("commitment-tolerance", &|one| promise::tolerance(t, one)),
            line("public-scope", &|one| promise::scope(t, one, &self.names)),
            line("public-clause", &|one| one.clause.clone()),
            line("commitment-consequence", &|one| promise::consequence(t, &one.consequence)),
            line("commitment-rule", &|one| promise::evidence_rule(t, &one.evidence_rule)),
        ];
        if let Preview::Begins { new, .. } = &self.change {
            let before = before.map_or_else(|| t.get("commitment-nothing"), |before| promise::dates(t, before));
            lines.push(Compared { label: t.get("public-since"), before, after: promise::dates(t, new) });
        }
        lines
    }

    /// What follows from it, sentence by sentence.
    fn effects(&self, t: &Texts) -> Vec<String> {
        let mut said = Vec::new();
        if let Preview::Begins { ended, .. } = &self.change {
            let last_day = self.begins().pred_opt().unwrap_or(self.begins());
            let ends = |one: &Commitment| {
                let args = [
                    ("target", promise::target(t, one)),
                    ("clause", one.clause.clone()),
                    ("day", format::date(t, &last_day)),
                ];
                let key = if one.valid_from > last_day { "commitment-effect-never" } else { "commitment-effect-ends" };
                t.with(key, &args)
            };
            said.extend(ended.iter().map(ends));
        }
        let (Preview::Begins { new: of, .. } | Preview::Ends { ended: of, .. }) = &self.change;
        let first = Period::containing(self.begins(), of.grain);
        said.push(t.with("commitment-effect-first", &[("period", format::period(t, &first))]));
        said.push(self.notice(t));
        said.extend(self.over.iter().map(|(period, state)| {
            let key = match state {
                State::Sealed => "commitment-effect-sealed",
                _ => "commitment-effect-again",
            };
            t.with(key, &[("period", format::period(t, period))])
        }));
        if self.over.is_empty() {
            said.push(t.with("commitment-effect-past", &[("period", format::period(t, &first))]));
        }
        said
    }

    fn notice(&self, t: &Texts) -> String {
        let weakened = match &self.change {
            Preview::Begins { new, before: Some(before), .. } => Change::Replace(new).weakened(before),
            Preview::Begins { before: None, .. } => Vec::new(),
            Preview::Ends { ended, after: Some(after), .. } => Change::Replace(after).weakened(ended),
            Preview::Ends { last_day, ended, .. } => Change::End(*last_day).weakened(ended),
        };
        let days = (self.begins() - self.today).num_days();
        if weakened.is_empty() {
            return t.get("commitment-effect-stronger");
        }
        let what: Vec<String> = weakened.iter().map(|one| self.weaker(t, one)).collect();
        let what = what.join(&t.get("public-grain-separator"));
        let args = [("what", what), ("days", days.max(0).to_string())];
        match promise::reason(t, &self.waiver, self.note.as_deref()) {
            Some(reason) if days < i64::try_from(NOTICE_DAYS).unwrap_or(i64::MAX) => {
                let [what, days] = args;
                t.with("commitment-effect-waived", &[what, days, ("reason", reason)])
            }
            _ => t.with("commitment-effect-notice", &args),
        }
    }

    fn weaker(&self, t: &Texts, weakening: &Weakening) -> String {
        let (Preview::Begins { new: of, .. } | Preview::Ends { ended: of, .. }) = &self.change;
        let from_to = |key: &str, from: String, to: String| t.with(key, &[("from", from), ("to", to)]);
        match weakening {
            Weakening::Ended => t.get("commitment-weaker-ended"),
            Weakening::Target { from, to } => {
                let text = |value: &Hundredths| words::exact_target(t, &of.metric, &number(*value));
                from_to("commitment-weaker-target", text(from), text(to))
            }
            Weakening::Tolerance { from, to } => {
                let text = |value: &Hundredths| promise::margin(t, &of.metric, *value);
                from_to("commitment-weaker-tolerance", text(from), text(to))
            }
        }
    }

    fn ends(&self) -> bool {
        matches!(self.change, Preview::Ends { .. })
    }

    /// What the form is sent with: all but what the page says anew.
    fn hidden(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(name, _)| !["csrf", "step", "seen"].contains(&name.as_str()))
    }
}

impl Compared {
    fn is_changed(&self) -> bool {
        self.before != self.after
    }
}
