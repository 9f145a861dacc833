//! A department's page: the answer first, then the figures, the trend, the questions, the comments and the people.

use askama::Template;
use chrono::NaiveDateTime;

use super::figure::{Change, Figure, MIN_COMMENT_N, Response};
use super::finality::Usable;
use super::insight::{DriversView, HeatMap};
use super::left_out::{LeftOutRow, With};
use super::{choose, format, promise, reading::Reading, sentence::Sentence, shell::Shell, strip::strip, words};
use crate::chart::TrendRow;
use crate::domain::commitment::{Consequence, Metric};
use crate::domain::period::Period;
use crate::domain::response::Base;
use crate::domain::service_record::Channel;
use crate::domain::trend::Missed;
use crate::domain::verdict::Verdict;
use crate::i18n::Texts;

/// `GET /departments/{code}?period=2026-10&channel=online`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/department.html")]
pub struct DepartmentPage {
    /// The frame.
    pub shell: Shell,
    /// This page without its query (percent-encoded).
    pub path: String,
    /// The department's name in the reader's language.
    pub name: String,
    /// The overview with the same period; `None` for a head, who may not see it.
    pub overview_href: Option<String>,
    /// The period shown.
    pub period: Period,
    /// The periods to choose from, newest first, the shown one among them.
    pub periods: Vec<Period>,
    /// The channel shown; `None` = all.
    pub channel: Option<Channel>,
    /// The answer, in words.
    pub sentence: Sentence,
    /// Whose answers it speaks of.
    pub base: Base,
    /// Whether a review may rest on it.
    pub usable: Usable,
    /// One per commitment in force, then other metrics.
    pub headlines: Vec<Headline>,
    /// The rates that answers were left out of, with and without them.
    pub left_out: Vec<LeftOutRow>,
    /// What was answered at counters; `None` if nothing was.
    pub walk_up: Option<WalkUp>,
    /// Of the period and channel.
    pub response: Response,
    /// The trends, the most important first.
    pub charts: Vec<Chart>,
    /// In the order of the questionnaire.
    pub questions: Vec<QuestionRow>,
    /// The same questions by period; `None` without any answer.
    pub heat_map: Option<HeatMap>,
    /// Which of them go together with the overall answer.
    pub drivers: DriversView,
    /// What customers wrote.
    pub comments: Comments,
    /// Customers who ask to be contacted, newest first; empty for readers who may not see comments.
    pub wishes: Vec<WishRow>,
    /// Sorted by name by the caller.
    pub employees: Vec<EmployeeRow>,
    /// From how many answers on a person has a figure, where that is more than others' figures need.
    pub person_minimum: Option<u32>,
    /// The page's figures as CSV (percent-encoded).
    pub csv_href: String,
    /// The list of complaints about the department; `None` for readers who may not see it.
    pub complaints_href: Option<String>,
}

/// A headline figure, with the clause it answers to.
#[derive(Debug, Clone)]
pub struct Headline {
    /// What is measured.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// Whose answers count.
    pub base: Base,
    /// Whose answers the promise judges.
    pub judged: Base,
    /// The figure with its judgement.
    pub figure: Figure,
    /// Answers that were left out of it.
    pub excluded: u32,
    /// What follows when the promise is missed.
    pub consequence: Option<Consequence>,
}

/// What whoever came by answered at the department's counters: by itself, and never judged.
#[derive(Debug, Clone)]
pub struct WalkUp {
    /// The share of satisfied answers.
    pub rate: Figure,
    /// The points.
    pub points: Figure,
    /// How many of the answers staff keyed in: from paper, by phone.
    pub keyed: (u32, u32),
    /// What was written.
    pub comments: Vec<Comment>,
}

/// A trend.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What is drawn.
    pub metric: Metric,
    /// Over which channel; `None` = all.
    pub channel: Option<Channel>,
    /// SVG for wide screens and paper; its texts come escaped.
    pub wide: String,
    /// SVG for phones.
    pub narrow: String,
    /// The same numbers, as `chart::trend_table` gives them.
    pub rows: Vec<TrendRow>,
    /// What the chart says of its latest period.
    pub reading: Reading,
    /// Since when what was promised has not been kept.
    pub missed: Option<Missed>,
    /// The same numbers as CSV (percent-encoded).
    pub csv_href: Option<String>,
}

/// A question of the questionnaire.
#[derive(Debug, Clone)]
pub struct QuestionRow {
    /// The question, short, in the reader's language.
    pub text: String,
    /// The share of satisfied answers over the last months: an SVG that comes escaped.
    pub trend: Option<String>,
    /// The share of satisfied answers, percent.
    pub figure: Figure,
    /// Against the period before; `None` if either is suppressed.
    pub change: Option<Change>,
}

/// What customers wrote.
#[derive(Debug, Clone)]
pub enum Comments {
    /// Newest first; empty if nobody wrote anything.
    Shown(Vec<Comment>),
    /// Fewer than [`MIN_COMMENT_N`] answered, so none is shown.
    TooFew,
    /// The reader may not see comments: nothing is said of them.
    NotForReader,
}

impl Comments {
    /// Whether anything is said of comments at all.
    fn are_for_reader(&self) -> bool {
        !matches!(self, Self::NotForReader)
    }
}

/// A customer who asks to be contacted about a low answer, and has said who it is by asking.
#[derive(Debug, Clone)]
pub struct WishRow {
    /// Number of the service record.
    pub reference: String,
    /// The word of the overall answer.
    pub word: String,
    /// The reasons that were chosen, in the reader's language.
    pub reasons: Vec<String>,
    /// What was written.
    pub text: Option<String>,
    /// Until when the customer was promised to be contacted, in the organisation's zone.
    pub by: NaiveDateTime,
}

/// A comment, with identity numbers and the like already masked.
#[derive(Debug, Clone)]
pub struct Comment {
    /// The words.
    pub text: String,
    /// The word of the overall answer, in the reader's language: "不满意".
    pub word: String,
    /// The overall answer counts as satisfied.
    pub satisfied: bool,
    /// What kind of service it was.
    pub service_type: Option<String>,
    /// The month; nothing finer, so that a customer is not recognised.
    pub month: Period,
    /// Where the answer can be proposed to be left out; `None` for those who may not.
    pub exclude_href: Option<String>,
}

/// An employee.
#[derive(Debug, Clone)]
pub struct EmployeeRow {
    /// The name.
    pub name: String,
    /// Satisfaction rate of the period and channel; beside the department's target, without a verdict.
    pub rate: Figure,
    /// Points of the period and channel.
    pub points: Figure,
}

impl Headline {
    /// Why a promised figure has no verdict: the promise is judged by others' answers.
    fn judged_by(&self, t: &Texts) -> Option<String> {
        let elsewhere = self.figure.judgement.is_some() && self.judged != self.base;
        elsewhere.then(|| match self.judged {
            Base::Sample => t.get("staff-judged-by-sample"),
            judged => t.with("staff-judged-by", &[("base", words::base(t, &judged))]),
        })
    }

    /// Whose answers, or what else, it rests on.
    fn based_on(&self, t: &Texts) -> String {
        match self.metric {
            Metric::ComplaintRate => t.get("staff-base-received"),
            Metric::ResolutionRate | Metric::ResponseTime => t.get("staff-base-records"),
            _ => t.with("staff-base", &[("base", words::base(t, &self.base))]),
        }
    }

    fn is_breach(&self) -> bool {
        matches!(self.figure.verdict(), Some(Verdict::MinorBreach | Verdict::MajorBreach))
    }

    /// What follows, of a promise that is missed.
    fn follows(&self, t: &Texts) -> Option<String> {
        let consequence = self.consequence.filter(|_| self.is_breach())?;
        Some(t.with("staff-if-missed", &[("consequence", promise::consequence(t, &Some(consequence)))]))
    }

    /// Only what lies between 0 and 100 has a strip.
    fn strip(&self) -> Option<String> {
        match self.metric {
            Metric::ChannelGap | Metric::ComplaintRate => None,
            _ => strip(&self.figure),
        }
    }
}

impl Chart {
    /// `The commitment has been missed in each of the last 13 periods …`; empty if it is not.
    pub(super) fn missed_text(&self, t: &Texts) -> String {
        let Some(Missed { since, periods, surely, ever }) = &self.missed else { return String::new() };
        let surely = match surely {
            0 => t.get("trend-missed-never-surely"),
            some => t.with("trend-missed-surely", &[("n", some.to_string())]),
        };
        let args = [("since", format::period(t, since)), ("n", periods.to_string()), ("surely", surely)];
        t.with(if *ever { "trend-missed-ever" } else { "trend-missed-since" }, &args)
    }

    fn caption(&self, t: &Texts) -> String {
        t.with("staff-chart-caption", &[("metric", words::metric_of(t, &self.metric, &self.channel))])
    }

    /// A number of the table with a true minus sign; a dash where there is none.
    fn cell(number: &Option<String>) -> String {
        number.as_ref().map_or_else(|| "—".to_owned(), |number| number.replace('-', "\u{2212}"))
    }

    /// The figure of a period, or that it is withheld.
    fn value(t: &Texts, row: &TrendRow) -> String {
        if row.withheld { t.get("staff-hidden") } else { Self::cell(&row.value) }
    }

    fn has_gaps(&self) -> bool {
        self.rows.iter().any(|row| row.withheld)
    }

    fn has_limits(&self) -> bool {
        self.rows.iter().any(|row| row.limits.is_some())
    }

    fn limits(t: &Texts, row: &TrendRow) -> String {
        match &row.limits {
            None => Self::cell(&None),
            Some((lower, upper)) => format::range(t, lower, upper),
        }
    }

    fn interval(t: &Texts, row: &TrendRow) -> String {
        match (&row.low, &row.high) {
            (None, None) => Self::cell(&None),
            (low, high) => format::range(t, &Self::cell(low), &Self::cell(high)),
        }
    }
}

impl DepartmentPage {
    fn channels(&self) -> [Option<Channel>; 3] {
        [None, Some(Channel::Online), Some(Channel::Offline)]
    }

    /// The register, with what binds this department.
    fn register_href(&self, metric: &Metric) -> String {
        let code = self.path.strip_prefix("/departments/").unwrap_or_default();
        format!("/staff/commitments?metric={metric}&department={code}")
    }

    /// What else a head has to know at once: other promises that are missed, and questions that changed.
    fn also(&self, t: &Texts) -> Vec<String> {
        let is_said = |one: &Headline| {
            one.metric == Metric::SatisfactionRate && one.channel == self.channel && one.base == self.base
        };
        let missed = self.headlines.iter().filter(|one| one.is_breach() && !is_said(one)).filter_map(|one| {
            let verdict = words::verdict(t, &one.figure.verdict()?);
            let args = [("metric", words::metric_of(t, &one.metric, &one.channel)), ("verdict", verdict)];
            Some(t.with("staff-also-missed-one", &args))
        });
        // The first is the overall answer, of which the sentence speaks.
        let changed = self.questions.iter().skip(1).filter_map(|question| {
            let change = question.change.as_ref().filter(|change| change.is_significant())?;
            let [_, difference, _, low, high] = change.args(t);
            let args = [("question", question.text.clone()), difference, low, high];
            Some(t.with("staff-also-changed-one", &args))
        });
        let said = |key, name, parts: Vec<String>| {
            (!parts.is_empty()).then(|| t.with(key, &[(name, parts.join(&t.get("staff-also-and")))]))
        };
        let missed = said("staff-also-missed", "figures", missed.collect());
        missed.into_iter().chain(said("staff-also-changed", "questions", changed.collect())).collect()
    }

    /// The same page for another channel.
    fn channel_href(&self, channel: &Option<Channel>) -> String {
        choose::href(&self.path, &self.period, format::channel_code(channel))
    }
}
