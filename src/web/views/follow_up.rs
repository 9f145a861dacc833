//! The quarter's sampled follow-up: the draws, the list of one with what it says so far, and the interview by phone.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use super::figure::Figure;
use super::{format, shell::Shell, words};
use crate::domain::commitment::Metric;
use crate::domain::estimate::Estimate;
use crate::domain::period::Period;
use crate::domain::points::Exact;
use crate::domain::sample::Disposition;
use crate::domain::service_record::Channel;
use crate::domain::text::MAX_REASON;
use crate::i18n::Texts;
use crate::web::survey::fields::{Field, Input};

/// `GET /samples`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/samples.html")]
pub struct SamplesPage {
    /// The frame.
    pub shell: Shell,
    /// Newest first.
    pub samples: Vec<SampleRow>,
    /// To draw; `None` for those who may only look.
    pub form: Option<DrawForm>,
}

/// A quarter's sample.
#[derive(Debug, Clone)]
pub struct SampleRow {
    /// The quarter.
    pub period: Period,
    /// Its page (percent-encoded).
    pub href: String,
    /// Services drawn.
    pub drawn: u32,
    /// Of these, answered.
    pub answered: u32,
    /// Services drawn from.
    pub frame: u32,
    /// When, in the organisation's zone, and by whom.
    pub drawn_at: NaiveDateTime,
    /// A user's address, or `cli`.
    pub drawn_by: String,
}

/// The form to draw. Form fields: `csrf`, `period`, `fraction`, `seed`, `reason`.
#[derive(Debug, Clone)]
pub struct DrawForm {
    /// Where it is sent (percent-encoded).
    pub action: String,
    /// The quarter chosen.
    pub period: String,
    /// Those to choose from; empty where the page is one quarter's.
    pub periods: Vec<Period>,
    /// As typed.
    pub fraction: String,
    /// As typed, or proposed.
    pub seed: String,
    /// As typed; `None` for a first draw.
    pub reason: Option<String>,
    /// Why the last attempt was refused.
    pub problems: Vec<DrawProblem>,
}

/// Why nothing was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawProblem {
    /// Not a quarter.
    Period,
    /// Not a share.
    Fraction,
    /// Not a whole number.
    Seed,
    /// No reason, or a very long one.
    Reason,
    /// The quarter has no services.
    NoRecords,
    /// The quarter was drawn in the meantime.
    AlreadyDrawn,
    /// Its results are told.
    Told,
    /// So many who have answered would fall out.
    LosesAnswers(usize),
}

/// `GET /samples/{period}`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/sample.html")]
pub struct SamplePage {
    /// The frame.
    pub shell: Shell,
    /// The quarter.
    pub period: Period,
    /// The draws, the one in force first.
    pub draws: Vec<DrawRow>,
    /// The drawing began before the quarter was over.
    pub is_early: bool,
    /// How many stand how, in the order of the list; `None` = not tried yet.
    pub progress: Vec<(Option<Disposition>, u32)>,
    /// Answered of all drawn, percent.
    pub response_rate: Option<f64>,
    /// The organisation by channel, then the departments by name.
    pub estimates: Vec<EstimateRow>,
    /// A page of the list.
    pub cases: Vec<CaseRow>,
    /// Customers there are to show, over all pages.
    pub matching: usize,
    /// Those still to be called, or all.
    pub shows_all: bool,
    /// This page without its query.
    pub path: String,
    /// Which page, from 1, and how many there are.
    pub page: (usize, usize),
    /// To draw again; `None` for those who may only look, and where it can't be done.
    pub redraw: Option<DrawForm>,
}

/// A draw.
#[derive(Debug, Clone)]
pub struct DrawRow {
    /// 1 for the first.
    pub number: i32,
    /// The seed.
    pub seed: i64,
    /// The share: `0.1`.
    pub fraction: String,
    /// Services drawn from.
    pub frame: u32,
    /// SHA-256 of them.
    pub hash: String,
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// By whom.
    pub by: String,
    /// Why again.
    pub reason: Option<String>,
}

/// What the answers of one group say.
#[derive(Debug, Clone)]
pub struct EstimateRow {
    /// The department's name; `None` = the organisation.
    pub department: Option<String>,
    /// `None` = both together.
    pub channel: Option<Channel>,
    /// The scorecard of the quarter (percent-encoded).
    pub href: Option<String>,
    /// The plain share, judged where the promise is judged by the sample.
    pub figure: Figure,
    /// What the sample says beside it.
    pub estimate: Estimate,
    /// Answers that give an interval of ± 5 points.
    pub wanted: Option<u64>,
}

/// A customer on the list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    /// Place on the list, from 1.
    pub position: i32,
    /// The interview; `None` for those who may only look.
    pub href: Option<String>,
    /// Number of the service record.
    pub number: String,
    /// Name of the department.
    pub department: String,
    /// Online or offline.
    pub channel: Channel,
    /// The day of the service.
    pub completed_on: NaiveDate,
    /// Masked; empty if there is none.
    pub contact: String,
    /// What came of the last attempt.
    pub last: Option<Disposition>,
}

/// `GET /samples/{period}/{record}`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/interview.html")]
pub struct InterviewPage {
    /// The frame.
    pub shell: Shell,
    /// The quarter.
    pub period: Period,
    /// The customer and the service.
    pub case: CaseRow,
    /// What kind of service it was.
    pub service_type: Option<String>,
    /// This page (percent-encoded).
    pub path: String,
    /// How to reach the customer, in full, once asked for: label and value.
    pub contact: Option<Vec<(String, String)>>,
    /// Who tried what, the first attempt first.
    pub attempts: Vec<AttemptRow>,
    /// Something may still be noted.
    pub is_open: bool,
    /// Who asks: the signed-in user.
    pub interviewer: String,
    /// Key of the questionnaire's version.
    pub version: i64,
    /// What to ask.
    pub fields: Vec<Field>,
    /// What was wrong with the form, with the field to go to.
    pub problems: Vec<(String, String)>,
}

/// An attempt.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// When, in the organisation's zone.
    pub at: NaiveDateTime,
    /// Who.
    pub by: String,
    /// What came of it.
    pub disposition: Disposition,
}

/// What came of an attempt; `None` = not tried yet.
fn outcome(t: &Texts, last: &Option<Disposition>) -> String {
    t.get(match last {
        None => "sample-open",
        Some(Disposition::Answered) => "sample-answered",
        Some(Disposition::Refused) => "sample-refused",
        Some(Disposition::NotReached) => "sample-not-reached",
        Some(Disposition::CallBack) => "sample-call-back",
        Some(Disposition::BadContact) => "sample-bad-contact",
        Some(Disposition::Unable) => "sample-unable",
    })
}

fn outcome_of(t: &Texts, last: &Disposition) -> String {
    outcome(t, &Some(*last))
}

impl CaseRow {
    fn channel_name(&self, t: &Texts) -> String {
        format::channel(t, &Some(self.channel))
    }

    fn is_answered(&self) -> bool {
        self.last == Some(Disposition::Answered)
    }
}

impl DrawForm {
    fn is_chosen(&self, period: &Period) -> bool {
        period.to_string() == self.period
    }

    fn problem_at(&self, t: &Texts, field: &str) -> Option<String> {
        self.problems.iter().find(|problem| problem.field() == field).map(|problem| problem.text(t))
    }
}

impl DrawProblem {
    fn field(self) -> &'static str {
        match self {
            Self::Period | Self::NoRecords | Self::AlreadyDrawn | Self::Told => "period",
            Self::Fraction | Self::LosesAnswers(_) => "fraction",
            Self::Seed => "seed",
            Self::Reason => "reason",
        }
    }

    fn text(self, t: &Texts) -> String {
        match self {
            Self::Period => t.get("sample-error-period"),
            Self::Fraction => t.get("sample-error-fraction"),
            Self::Seed => t.get("sample-error-seed"),
            Self::Reason => t.with("sample-error-reason", &[("max", MAX_REASON)]),
            Self::NoRecords => t.get("sample-error-no-records"),
            Self::AlreadyDrawn => t.get("sample-error-already"),
            Self::Told => t.get("sample-error-told"),
            Self::LosesAnswers(count) => t.with("sample-error-loses", &[("count", count)]),
        }
    }
}

impl SamplePage {
    fn rate(&self, t: &Texts) -> String {
        self.response_rate.map_or_else(|| "—".to_owned(), |rate| format::percent(t, &format::decimal(rate)))
    }

    /// The list with another choice or another page.
    fn list_href(&self, show: &str, page: usize) -> String {
        format!("{}?show={show}&page={page}#list", self.path)
    }

    fn has_pages(&self) -> bool {
        self.page.1 > 1
    }

    fn before_href(&self) -> Option<String> {
        let (page, _) = self.page;
        (page > 1).then(|| self.list_href(self.show(), page - 1))
    }

    fn after_href(&self) -> Option<String> {
        let (page, pages) = self.page;
        (page < pages).then(|| self.list_href(self.show(), page + 1))
    }

    fn show(&self) -> &'static str {
        if self.shows_all { "all" } else { "open" }
    }
}

impl EstimateRow {
    fn name(&self, t: &Texts) -> String {
        self.department.clone().unwrap_or_else(|| t.get("sample-organisation"))
    }

    /// The interval with the correction for a finite frame; withheld with its figure.
    fn corrected(&self, t: &Texts) -> Option<String> {
        self.figure.score.as_ref()?;
        let (low, high) = self.estimate.corrected?;
        Some(format::range(t, &self.shown(low)?, &self.shown(high)?))
    }

    /// On its own side of the target, as every figure.
    fn shown(&self, value: f64) -> Option<String> {
        let target = self.figure.judgement.as_ref().and_then(|judgement| Exact::from_4dp(judgement.target));
        let targets: Vec<_> = target.and_then(Exact::to_hundredths).into_iter().collect();
        Some(Exact::from_4dp(value)?.shown(&targets))
    }

    fn error(&self) -> Option<String> {
        self.estimate.error.map(format::decimal)
    }

    /// `78.9 %`, with its interval.
    fn weighted(&self, t: &Texts) -> Option<(String, String)> {
        self.figure.score.as_ref()?;
        let weighted = self.estimate.weighted.as_ref()?;
        let (low, high) = weighted.interval;
        let interval = format::range(t, &self.shown(low)?, &self.shown(high)?);
        Some((format::percent(t, &self.shown(weighted.value)?), interval))
    }
}
