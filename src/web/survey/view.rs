//! The customer's questionnaire page: one page, no script, one
//! request (EXPERIENCE §1). Addresses of the page itself are bare queries (`?lang=en`), so no page needs its token.

use askama::Template;
use chrono::{Datelike, NaiveDate};

use super::fields::{self, Field, Input};
use super::form::{ANSWER_PREFIX, FormError, Identity, offers};
use super::frame::Frame;
use super::style::CustomerPage;
use super::words;
use crate::domain::locale::Locale;
use crate::domain::questionnaire::{AnswerError, Answers, Asked, Question, Questionnaire, YES};
use crate::i18n::Texts;

/// What the privacy lines must say (PIPL art. 17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// Who handles the data.
    pub company: String,
    /// What for, in the organisation's own words; `None` for ours.
    pub purpose: Option<String>,
    /// How long answers and contact data are kept at most, in months.
    pub retention_months: u32,
}

/// The service that is asked about, as far as a forwarded link may show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The department's name in the reader's language.
    pub department: String,
    /// What kind of service it was, in the organisation's own words.
    pub service_type: Option<String>,
    /// The day it was completed, in the organisation's zone.
    pub completed_on: NaiveDate,
    /// Its number, masked by [`mask`].
    pub reference: String,
}

/// The counter whose code was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtCounter {
    /// Its name in the reader's language.
    pub name: String,
    /// The department's.
    pub department: String,
}

/// What a questionnaire asks about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// A service, by invitation.
    Service {
        /// The service.
        service: &'a Service,
        /// The last day to answer.
        expires_on: NaiveDate,
    },
    /// What was done at a counter. Nobody was invited, and nobody is asked for a name.
    Counter(&'a AtCounter),
}

/// Where the page's links lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// "Not your service?"
    pub not_me: String,
    /// "Stop these invitations"; `None` where nothing was sent, as at a counter.
    pub unsubscribe: Option<String>,
    /// The full privacy notice.
    pub privacy: String,
}

/// The page with the questionnaire: opened, pre-selected from the mail, refused with everything kept, or a correction.
#[derive(Debug, Clone, Template)]
#[template(path = "survey/page.html", whitespace = "minimize")]
pub struct SurveyPage<'a> {
    /// What is around it.
    pub frame: &'a Frame,
    /// What is asked.
    pub questionnaire: &'a Questionnaire,
    /// What about.
    pub about: About<'a>,
    /// Where else to go.
    pub links: &'a Links,
    /// The privacy lines.
    pub privacy: &'a Privacy,
    /// Proves that the form was opened before it was sent.
    pub nonce: String,
    /// Question code and value: selected by the link, typed before an error, or the answers to correct.
    pub answers: Vec<(String, String)>,
    /// How the customer signs.
    pub identity: Identity,
    /// How far the customer has come.
    pub stage: Stage,
    /// What was wrong with the form; empty for a page that was only opened.
    pub problems: Vec<Problem>,
    /// Which page of several; `None` shows all questions.
    pub step: Option<Step>,
    /// Codes of the texts that stay unless others are written. The link may have been passed on, so they are not shown.
    pub kept_texts: Vec<String>,
}

/// A page of a questionnaire of several pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Which, from 0.
    pub page: usize,
    /// How many there are.
    pub of: usize,
    /// The answers to the pages before.
    pub known: Answers,
}

/// A question as this page shows it.
struct Block {
    field: Field,
    /// It appears by a rule of the page's own style.
    unfolds: bool,
    /// It is said when it is asked, also where it unfolds.
    is_told: bool,
}

/// How far the customer has come with a questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Opened, with or without an answer from the mail; or refused.
    #[default]
    Opened,
    /// Shown again in another language or size, with all that was filled in.
    Draft,
    /// Looked at by those who write it; nothing can be sent.
    Preview,
    /// A response by name is being corrected.
    Correction,
}

/// Why a posted questionnaire was not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// An answer is missing or wrong.
    Answer(AnswerError),
    /// The nonce is missing, old or younger than a second.
    StaleNonce,
    /// The field `identity` is not understood.
    UnknownIdentity,
    /// Signed anonymously, while a page before asks to be contacted.
    WishNeedsName,
    /// The form could not be read, so that nothing could be kept.
    Form(FormError),
    /// It could not be stored just now.
    Busy,
    /// Many answers have come from the same place.
    TooMany {
        /// Seconds to wait.
        wait: u32,
    },
}

/// A line of the error summary.
struct SummaryLine {
    /// The id of the field to go to.
    target: String,
    message: String,
}

impl Stage {
    /// The same, shown again without a problem.
    pub(super) const fn as_draft(self) -> Self {
        match self {
            Self::Opened | Self::Draft => Self::Draft,
            Self::Correction | Self::Preview => self,
        }
    }
}

impl Privacy {
    /// What the answers are for, as it stands in a sentence.
    pub(super) fn purpose_in(&self, t: Texts) -> String {
        self.purpose.clone().unwrap_or_else(|| t.get("survey-purpose"))
    }
}

impl CustomerPage for SurveyPage<'_> {
    /// The rules by which questions unfold in place.
    fn rules(&self) -> String {
        let questions = self.questions();
        let all = (1..).zip(self.asked()).skip(questions.start).take(questions.len());
        let rules: String = all
            .filter_map(|(number, asked)| match asked {
                Asked::On(ways) => words::rule(number, &ways),
                _ => None,
            })
            .collect();
        if rules.is_empty() {
            rules
        } else {
            format!("@supports selector(:has(a)){{.if,.when{{display:none}}{rules}}}")
        }
    }
}

impl SurveyPage<'_> {
    /// 200 for a page that was opened, 422 for a refused form, 413 for one that was too large, 503 if storing failed.
    pub fn status(&self) -> u16 {
        let is = |problem: &Problem| self.problems.contains(problem);
        match self.problems.as_slice() {
            [] => 200,
            _ if is(&Problem::Busy) => 503,
            _ if self.wait().is_some() => 429,
            _ if is(&Problem::Form(FormError::TooLarge)) => 413,
            _ => 422,
        }
    }

    /// Seconds for the header `Retry-After`.
    pub fn wait(&self) -> Option<u32> {
        self.problems.iter().find_map(|problem| match problem {
            Problem::Busy => Some(30),
            Problem::TooMany { wait } => Some(*wait),
            _ => None,
        })
    }

    fn title(&self) -> String {
        let heading = self.heading();
        if self.problems.is_empty() { heading } else { self.frame.t.with("survey-title-error", &[("title", heading)]) }
    }

    fn heading(&self) -> String {
        let t = self.frame.t;
        if self.correction() {
            return t.get("survey-correction-heading");
        }
        let service = match self.about {
            About::Counter(counter) => return t.with("survey-heading-counter", &[("counter", counter.name.as_str())]),
            About::Service { service, .. } => service,
        };
        let date = day(t.locale(), service.completed_on);
        match service.service_type.as_deref().map(str::trim).filter(|kind| !kind.is_empty()) {
            None => t.with("survey-heading", &[("date", date)]),
            Some(kind) => t.with("survey-heading-typed", &[("date", date), ("type", set_in(t.locale(), kind))]),
        }
    }

    /// `维修服务部 · 工单 ****0042 · 12月2日前有效`
    fn about(&self) -> String {
        let t = self.frame.t;
        let (service, expires_on) = match self.about {
            About::Counter(counter) => return counter.department.clone(),
            About::Service { service, expires_on } => (service, expires_on),
        };
        let reference = t.with("survey-reference", &[("number", &service.reference)]);
        let until = t.with("survey-valid-until", &[("date", day(t.locale(), expires_on))]);
        [service.department.as_str(), &reference, &until].join(" · ")
    }

    /// `约 1 分钟，共 5 题，必答 1 题`, computed from what is asked.
    fn length(&self) -> String {
        let t = self.frame.t;
        // What only some are asked has no number of its own.
        let asked = self.questionnaire.questions.iter().filter(|question| question.show_if.is_none());
        let required = asked.clone().filter(|question| question.required).count();
        let parts = [
            ("minutes", t.count("survey-minutes", minutes(self.questionnaire))),
            ("questions", count(t, "survey-questions", asked.count())),
            ("required", required.to_string()),
        ];
        let length = t.with("survey-length", &parts);
        let Some(Step { page, of, .. }) = &self.step else { return length };
        let place = t.with("survey-page", &[("page", (page + 1).to_string()), ("of", of.to_string())]);
        [place, length].join(" · ")
    }

    /// Says that a selected answer is not sent yet, or that this is a correction.
    fn note(&self) -> Option<String> {
        let t = self.frame.t;
        match self.selected().as_slice() {
            _ if !self.problems.is_empty() => None,
            _ if self.correction() => Some(t.get("survey-correction-note")),
            _ if self.stage == Stage::Draft => Some(t.with("survey-preselected-more", &[("button", self.button())])),
            [] => None,
            // What was saved before this page needs no saying.
            _ if self.step.as_ref().is_some_and(|step| step.page > 0) => None,
            [(question, value)] => {
                let (word, button) = (words::word(t, question, value), self.button());
                Some(t.with("survey-preselected-one", &[("word", word), ("button", button)]))
            }
            _ => Some(t.with("survey-preselected-more", &[("button", self.button())])),
        }
    }

    /// The selected options, in the order of the questions.
    fn selected(&self) -> Vec<(&Question, &str)> {
        let items = self.questionnaire.items();
        items
            .filter_map(|item| Some((item.question, self.answer(item.code)?)))
            .filter(|(question, value)| offers(question, value))
            .collect()
    }

    fn answer(&self, code: &str) -> Option<&str> {
        fields::answer(&self.answers, code)
    }

    fn is_preview(&self) -> bool {
        self.stage == Stage::Preview
    }

    fn is_at_counter(&self) -> bool {
        matches!(self.about, About::Counter(_))
    }

    fn correction(&self) -> bool {
        self.stage == Stage::Correction
    }

    /// What is said below the question of a text, by the name of its field.
    fn hint(&self, name: &str) -> String {
        let t = self.frame.t;
        let hint = t.get("survey-comment-hint");
        let is_kept = |code| self.kept_texts.iter().any(|kept| kept == code);
        match name.strip_prefix(ANSWER_PREFIX).is_some_and(is_kept) {
            true => format!("{} {hint}", t.get("survey-correction-comment")),
            false => hint,
        }
    }

    fn privacy_line(&self) -> String {
        let months = self.privacy.retention_months.to_string();
        let facts = [
            ("company", self.privacy.company.clone()),
            ("purpose", self.privacy.purpose_in(self.frame.t)),
            ("months", months),
        ];
        self.frame.t.with("survey-privacy", &facts)
    }

    /// The questions of this page that may be asked.
    fn blocks(&self) -> Vec<Block> {
        let errors: Vec<_> = self.answer_errors().collect();
        let fields = fields::fields(self.frame.t, self.questionnaire, &self.answers, &errors);
        let block = |(field, asked): (Field, Asked)| match asked {
            Asked::Never => None,
            Asked::Always => Some(Block { field, unfolds: false, is_told: false }),
            // Of a page that is only looked at nobody knows what the pages before it were answered.
            Asked::On(ways)
                if !(self.is_preview() && self.has_page_before()) && words::rule(field.number, &ways).is_some() =>
            {
                Some(Block { field, unfolds: true, is_told: false })
            }
            Asked::On(_) | Asked::Perhaps => Some(Block { field, unfolds: false, is_told: true }),
        };
        let questions = self.questions();
        let all = fields.into_iter().zip(self.asked()).skip(questions.start).take(questions.len());
        all.filter_map(block).collect()
    }

    fn asked(&self) -> Vec<Asked> {
        let none = Answers::default();
        let known = self.step.as_ref().map_or(&none, |step| &step.known);
        self.questionnaire.asked(known, if self.is_preview() { 0 } else { self.questions().start })
    }

    /// The places of this page's questions.
    fn questions(&self) -> std::ops::Range<usize> {
        let all = 0..self.questionnaire.questions.len();
        let page = self.step.as_ref().and_then(|step| self.questionnaire.pages().into_iter().nth(step.page));
        page.unwrap_or(all)
    }

    fn is_last(&self) -> bool {
        self.step.as_ref().is_none_or(|step| step.page + 1 >= step.of)
    }

    /// Whoever signs here has asked on another page to be contacted, and so can't be anonymous.
    fn signs_for_wish(&self) -> bool {
        let wishes = |step: &Step| self.questionnaire.wishes_elsewhere(step.page, &step.known);
        self.is_last() && self.step.as_ref().is_some_and(wishes)
    }

    /// The pages of a preview: what their links say, where they lead, and whether it is the one shown.
    fn pages(&self) -> Vec<(String, String, bool)> {
        let Some(step) = self.step.as_ref().filter(|_| self.is_preview()) else { return Vec::new() };
        let page = |at: usize| {
            let args = [("page", (at + 1).to_string()), ("of", step.of.to_string())];
            let href = format!("?{}&page={}", self.frame.here(), at + 1);
            (self.frame.t.with("survey-page", &args), href, at == step.page)
        };
        (0..step.of).map(page).collect()
    }

    fn has_page_before(&self) -> bool {
        self.step.as_ref().is_some_and(|step| step.page > 0)
    }

    /// What the button says that sends the form.
    fn button(&self) -> String {
        let t = self.frame.t;
        match self.is_last() {
            _ if self.correction() => t.get("survey-submit-correction"),
            true => t.get("survey-submit"),
            false => t.get("survey-next"),
        }
    }

    fn answer_errors(&self) -> impl Iterator<Item = &AnswerError> {
        self.problems.iter().filter_map(|problem| match problem {
            Problem::Answer(error) => Some(error),
            _ => None,
        })
    }

    /// The error summary: each field once, in the order of the page.
    fn summary(&self) -> Vec<SummaryLine> {
        let mut lines: Vec<(usize, SummaryLine)> = Vec::new();
        for problem in &self.problems {
            let (place, target, message) = self.summarise(problem);
            if !lines.iter().any(|(_, line)| line.target == target && line.message == message) {
                lines.push((place, SummaryLine { target, message }));
            }
        }
        lines.sort_by_key(|(place, _)| *place);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    /// Where on the page a problem is, the id to go to, and what to say.
    fn summarise(&self, problem: &Problem) -> (usize, String, String) {
        let t = self.frame.t;
        let last = self.questionnaire.questions.len() + 1;
        let at_submit = |message| (last, "submit".to_owned(), message);
        match problem {
            Problem::Answer(error) => match fields::target(self.questionnaire, &error.code) {
                Some((number, target)) => (number, target, self.explain(error)),
                None => at_submit(self.explain(error)),
            },
            Problem::UnknownIdentity => (last, "sign".to_owned(), t.get("survey-error-identity")),
            Problem::WishNeedsName => (last, "sign".to_owned(), t.get("survey-error-wish")),
            Problem::StaleNonce => at_submit(t.get("survey-error-nonce")),
            Problem::Form(FormError::NotUtf8) => at_submit(t.get("survey-error-encoding")),
            Problem::Form(FormError::TooLarge | FormError::TooManyFields) => at_submit(t.get("survey-error-too-large")),
            Problem::Busy => at_submit(t.get("survey-error-busy")),
            Problem::TooMany { wait } => at_submit(t.count("survey-error-too-many", wait.div_ceil(60).max(1))),
        }
    }

    fn explain(&self, error: &AnswerError) -> String {
        fields::explain(self.frame.t, self.questionnaire, &self.answers, error)
    }

    fn identity_error(&self) -> bool {
        self.problems.contains(&Problem::UnknownIdentity)
    }

    fn named(&self) -> bool {
        self.identity == Identity::Named
    }
}

/// How long a questionnaire takes on a phone, in minutes, 1 or more.
pub fn minutes(questionnaire: &Questionnaire) -> i64 {
    i64::try_from((questionnaire.seconds() + 30) / 60).unwrap_or(i64::MAX).max(1)
}

/// The last four characters of a service record's number, fewer if it is short: `****0042`.
pub fn mask(external_id: &str) -> String {
    let length = external_id.chars().count();
    let shown: String = external_id.chars().skip(length - (length / 2).min(4)).collect();
    format!("****{shown}")
}

/// A day as read in running text: `11月18日`, `18 November`.
pub fn day(locale: Locale, date: NaiveDate) -> String {
    match locale {
        Locale::ZhCn => format!("{}月{}日", date.month(), date.day()),
        Locale::En => date.format("%-d %B").to_string(),
    }
}

/// A day with its year, for what may be read long after: `2026年12月2日`, `2 December 2026`.
pub fn day_and_year(locale: Locale, date: NaiveDate) -> String {
    match locale {
        Locale::ZhCn => format!("{}年{}", date.year(), day(locale, date)),
        Locale::En => date.format("%-d %B %Y").to_string(),
    }
}

/// A service type inside the Chinese heading: "服务" would stand there twice, and Latin letters want spaces.
fn set_in(locale: Locale, service_type: &str) -> String {
    if locale == Locale::En {
        return service_type.to_owned();
    }
    let stem = service_type.strip_suffix("服务").unwrap_or(service_type);
    let space = |c: Option<char>| if c.is_some_and(|c| c.is_ascii_alphanumeric()) { " " } else { "" };
    format!("{}{stem}{}", space(stem.chars().next()), space(stem.chars().next_back()))
}

fn count(t: Texts, key: &str, n: usize) -> String {
    t.count(key, i64::try_from(n).unwrap_or(i64::MAX))
}
