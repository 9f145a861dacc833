//! A department's page: the answer first, then the figures, the trend, the questions, the comments and the people.

use askama::Template;

use super::figure::{Base, Change, Evidence, Figure, MIN_COMMENT_N, Metric, Response, Score, Verdict};
use super::{format, sentence::Sentence, shell::Shell};
use crate::domain::period::Period;
use crate::domain::service_record::Channel;

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
    /// One per commitment in force, then other metrics.
    pub headlines: Vec<Headline>,
    /// Of the period and channel.
    pub response: Response,
    /// The trends, the most important first.
    pub charts: Vec<Chart>,
    /// In the order of the questionnaire.
    pub questions: Vec<QuestionRow>,
    /// What customers wrote.
    pub comments: Comments,
    /// Sorted by name by the caller.
    pub employees: Vec<EmployeeRow>,
    /// The page's figures as CSV (percent-encoded).
    pub csv_href: String,
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
    /// The figure with its judgement.
    pub figure: Figure,
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
    /// The same numbers, oldest first.
    pub rows: Vec<ChartRow>,
    /// The same numbers as CSV (percent-encoded).
    pub csv_href: Option<String>,
}

/// A point of a trend.
#[derive(Debug, Clone)]
pub struct ChartRow {
    /// Its period.
    pub period: Period,
    /// Valid answers.
    pub n: u64,
    /// `None` if suppressed.
    pub score: Option<Score>,
    /// The target in force, in the metric's unit.
    pub target: Option<f64>,
    /// What a control chart says of it, in the reader's language: "7 months above the mean".
    pub signal: Option<String>,
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

impl DepartmentPage {
    fn channels(&self) -> [Option<Channel>; 3] {
        [None, Some(Channel::Online), Some(Channel::Offline)]
    }

    fn has_signals(&self, chart: &Chart) -> bool {
        chart.rows.iter().any(|row| row.signal.is_some())
    }
}
