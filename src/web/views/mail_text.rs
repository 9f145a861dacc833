//! The texts of mails: written in both languages beside each other, with the mail as it will be read.

use askama::Template;
use chrono::NaiveDateTime;

use super::mail_queue::Tested;
use super::questionnaires::words;
use super::{format, shell::Shell};
use crate::domain::locale::Locale;
use crate::domain::mail_text::{Arm, Block, Field, FirstQuestion, Problem, Trial, Unreadable};
use crate::domain::service_record::Channel;
use crate::i18n::Texts;
use crate::stats::Interval;

/// Where all of it is.
pub const PATH: &str = "/mail/texts";

/// `GET /mail/texts`
#[derive(Debug, Clone, Template)]
#[template(path = "staff/mail_texts.html")]
pub struct MailTextsPage {
    /// The frame.
    pub shell: Shell,
    /// The questionnaires that are asked.
    pub rows: Vec<TextRow>,
}

/// A questionnaire whose mails have texts.
#[derive(Debug, Clone)]
pub struct TextRow {
    /// Its code.
    pub code: String,
    /// Its title in the reader's language.
    pub title: String,
    /// The channels that ask it.
    pub channels: Vec<Channel>,
    /// When its texts were saved last, in the organisation's zone, and by whom; `None` = as manyi brings them along.
    pub saved: Option<(NaiveDateTime, String)>,
    /// Whether its mails ask the first question.
    pub first: FirstQuestion,
}

/// `GET /mail/texts/{code}`, under [`MAIL_CSP`](super::MAIL_CSP). Form: `csrf`, `revision`, `first`, `subject-zh-CN`, … and
/// `step`: `look`, `try`, `save`, `usual`.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/mail_text.html")]
pub struct MailTextPage {
    /// The frame.
    pub shell: Shell,
    /// Code of the questionnaire.
    pub code: String,
    /// Its title in the reader's language.
    pub title: String,
    /// The revision that saving replaces.
    pub revision: i64,
    /// When it was saved, in the organisation's zone, and by whom.
    pub saved: Option<(NaiveDateTime, String)>,
    /// The texts, as typed.
    pub rows: Vec<BlockRow>,
    /// Whether mails ask the first question.
    pub first: FirstQuestion,
    /// The first question is a rating, so that a mail can ask it.
    pub can_ask: bool,
    /// The mail in each language. Where a text can't be read it shows the one stored.
    pub previews: Vec<Preview>,
    /// What the latest trial has shown.
    pub trial: Option<Trial>,
    /// The reader's address, which a test goes to.
    pub own_address: String,
    /// A mail server is named.
    pub can_send: bool,
    /// It was saved just now.
    pub is_saved: bool,
    /// What became of a test.
    pub tested: Option<Tested>,
    /// Somebody else saved before, and nothing was saved: when and who.
    pub overtaken: Option<(NaiveDateTime, String)>,
}

/// A text as typed.
#[derive(Debug, Clone)]
pub struct Typed {
    /// Which one.
    pub block: Block,
    /// In which language.
    pub locale: Locale,
    /// What is typed.
    pub text: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

/// A text in both languages.
#[derive(Debug, Clone)]
pub struct BlockRow {
    /// Which one.
    pub block: Block,
    /// In Chinese and in English.
    pub typed: Vec<Typed>,
}

/// A mail as it will be read.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Its language.
    pub locale: Locale,
    /// The sender's name.
    pub from: String,
    /// The subject of the invitation.
    pub subject: String,
    /// The subject of a reminder.
    pub reminder_subject: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub text: String,
    /// The HTML part of the other half in a trial.
    pub other_html: Option<String>,
}

impl Typed {
    /// The name of its field in a form.
    pub fn name(block: Block, locale: Locale) -> String {
        format!("{}-{locale}", block.as_str())
    }

    fn id(&self) -> String {
        Self::name(self.block, self.locale)
    }

    fn language(&self, t: &Texts) -> String {
        language(t, &self.locale)
    }
}

impl BlockRow {
    /// The texts in the order of [`Block::ALL`].
    pub fn all(typed: Vec<Typed>) -> Vec<Self> {
        let of = |block: Block| typed.iter().filter(|typed| typed.block == block).cloned().collect();
        Block::ALL.map(|block| Self { block, typed: of(block) }).into()
    }

    fn name(&self, t: &Texts) -> String {
        name(t, self.block)
    }

    fn hint(&self, t: &Texts) -> String {
        t.get(match self.block {
            Block::Subject => "mail-text-subject-hint",
            Block::ReminderSubject => "mail-text-reminder-subject-hint",
            Block::Preheader => "mail-text-preheader-hint",
            Block::Greeting => "mail-text-greeting-hint",
            Block::Opening => "mail-text-opening-hint",
            Block::Closing => "mail-text-closing-hint",
        })
    }

    fn rows(&self) -> usize {
        if self.block.has_lines() { 4 } else { 2 }
    }
}

impl MailTextPage {
    fn csrf(&self) -> &str {
        self.shell.account.as_ref().map_or("", |account| account.csrf.as_str())
    }

    fn wrong(&self) -> Vec<(String, String)> {
        let t = &self.shell.t;
        let wrong = self.rows.iter().flat_map(|row| &row.typed).filter_map(|typed| {
            let where_ = t.with("mail-text-at", &[("text", name(t, typed.block)), ("language", typed.language(t))]);
            Some((format!("#{}", typed.id()), format!("{where_}{}", typed.wrong.as_ref()?)))
        });
        wrong.collect()
    }

    /// The palette: how a field is typed in Chinese and in English, and what it stands for.
    fn fields(&self) -> Vec<(String, String, String)> {
        let typed = |field: Field, locale| format!("{{{}}}", field.word(locale));
        let row = |field: Field| (typed(field, Locale::ZhCn), typed(field, Locale::En), meaning(&self.shell.t, field));
        Field::ALL.into_iter().map(row).collect()
    }

    /// A trial in which both halves would get the same mail.
    fn is_futile(&self, choice: FirstQuestion) -> bool {
        !self.can_ask && choice == FirstQuestion::Trial && self.first != choice
    }

    fn trial_lines(&self) -> Option<TrialLines> {
        // Where no mail can ask, both halves get the same.
        let (t, trial) = (&self.shell.t, self.trial.filter(|_| self.can_ask)?);
        if !trial.is_told() {
            return Some(TrialLines { arms: Vec::new(), verdict: t.get("mail-text-trial-few") });
        }
        let arm = |key: &str, arm: &Arm| {
            let rate = arm.rate().map(|rate| format::percent(t, &format::decimal(rate * 100.0)))?;
            Some([t.get(key), arm.invited.to_string(), arm.answered.to_string(), rate, shown(t, arm.interval()?)])
        };
        let arms = [arm("mail-text-first-in-mail", &trial.in_mail), arm("mail-text-first-link", &trial.link)];
        let difference = trial.difference()?;
        // Said of the form that brings more.
        let (key, more) = match difference {
            Interval { low, .. } if low > 0.0 => ("mail-text-trial-more", difference),
            Interval { low, high } if high < 0.0 => ("mail-text-trial-less", Interval { low: -high, high: -low }),
            _ => ("mail-text-trial-open", difference),
        };
        let verdict = t.with(key, &[("interval", shown(t, more))]);
        Some(TrialLines { arms: arms.into_iter().flatten().collect(), verdict })
    }

    fn still_open(&self) -> u64 {
        self.trial.map_or(0, |trial| trial.in_mail.open + trial.link.open)
    }
}

/// What a trial has shown, in words.
struct TrialLines {
    /// Form of the mail, invited, answered, rate, its interval.
    arms: Vec<[String; 5]>,
    verdict: String,
}

fn shown(t: &Texts, interval: Interval) -> String {
    let [low, high] = [interval.low, interval.high].map(|share| format::decimal(share * 100.0));
    format::range(t, &low, &high)
}

/// The name of a text.
fn name(t: &Texts, block: Block) -> String {
    t.get(match block {
        Block::Subject => "mail-text-subject",
        Block::ReminderSubject => "mail-text-reminder-subject",
        Block::Preheader => "mail-text-preheader",
        Block::Greeting => "mail-text-greeting",
        Block::Opening => "mail-text-opening",
        Block::Closing => "mail-text-closing",
    })
}

fn meaning(t: &Texts, field: Field) -> String {
    t.get(match field {
        Field::Name => "mail-text-field-name",
        Field::Service => "mail-text-field-service",
        Field::Date => "mail-text-field-date",
        Field::Department => "mail-text-field-department",
        Field::Organisation => "mail-text-field-organisation",
        Field::Reference => "mail-text-field-reference",
        Field::Deadline => "mail-text-field-deadline",
        Field::Phone => "mail-text-field-phone",
    })
}

/// Whether mails ask the first question, in a word or two.
fn first(t: &Texts, first: &FirstQuestion) -> String {
    t.get(match first {
        FirstQuestion::InMail => "mail-text-first-in-mail",
        FirstQuestion::Link => "mail-text-first-link",
        FirstQuestion::Trial => "mail-text-first-trial",
    })
}

fn first_hint(t: &Texts, first: &FirstQuestion) -> String {
    t.get(match first {
        FirstQuestion::InMail => "mail-text-first-in-mail-hint",
        FirstQuestion::Link => "mail-text-first-link-hint",
        FirstQuestion::Trial => "mail-text-first-trial-hint",
    })
}

fn language(t: &Texts, locale: &Locale) -> String {
    t.get(match locale {
        Locale::ZhCn => "questionnaire-chinese",
        Locale::En => "questionnaire-english",
    })
}

/// What is wrong with a text, and what to do.
pub fn problem(t: &Texts, problem: &Problem) -> String {
    let number = |key: &str, n: usize| t.with(key, &[("n", n)]);
    match problem {
        Problem::Empty => t.get("mail-text-error-empty"),
        Problem::EmptyWithout => t.get("mail-text-error-empty-without"),
        Problem::TooWide(width) => number("mail-text-error-wide", *width),
        Problem::TooLong(characters) => number("mail-text-error-long", *characters),
        Problem::ManyLines => t.get("mail-text-error-lines"),
        Problem::Unprintable => t.get("mail-text-error-unprintable"),
        Problem::Link => t.get("mail-text-error-link"),
        Problem::Pushing(word) => t.with("mail-text-error-pushing", &[("word", word)]),
        Problem::Loud(word) => t.with("mail-text-error-loud", &[("word", word)]),
        Problem::Unreadable(Unreadable::Unknown(word)) => t.with("mail-text-error-field", &[("word", word)]),
        Problem::Unreadable(Unreadable::Unpaired(c)) => t.with("mail-text-error-unpaired", &[("mark", c)]),
        Problem::Unreadable(Unreadable::Nested) => t.get("mail-text-error-nested"),
        Problem::Unreadable(Unreadable::MayBeMissing(field)) => {
            t.with("mail-text-error-missing", &[("field", field.word(t.locale()))])
        }
    }
}
