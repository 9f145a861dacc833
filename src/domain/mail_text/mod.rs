//! What the organisation may say in its own words in the mails of a questionnaire, and whether they ask the first
//! question themselves (FEATURES B1–B2, EXPERIENCE §2).
//!
//! The frame stays manyi's: why somebody gets the mail, until when the link works, privacy, "not me" and "no more" are
//! promises and not the organisation's to reword.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::locale::Locale;
use super::text;

mod trial;
mod words;

pub use trial::{Arm, Trial};
pub use words::{Field, Unreadable, Words, width};

/// A text of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// The invitation's subject.
    Subject,
    /// The subject of reminders.
    ReminderSubject,
    /// What mail programs show beside the subject.
    Preheader,
    /// The first line.
    Greeting,
    /// What the mail is about, before the question.
    Opening,
    /// What else the organisation has to say, after the answers; may be empty.
    Closing,
}

/// What may be wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It can't be read.
    Unreadable(Unreadable),
    /// Nothing is typed where something has to be.
    Empty,
    /// Nothing is left of it where what may be missing is missing.
    EmptyWithout,
    /// It usually comes out wider than this, in half-widths.
    TooWide(usize),
    /// It has more than this many characters.
    TooLong(usize),
    /// It has to be a single line.
    ManyLines,
    /// It holds a character that nobody can see.
    Unprintable,
    /// It holds an address of the web: links are put in by manyi, so that none leads elsewhere.
    Link,
    /// It promises something for an answer or asks for a good one: such answers say nothing (EXPERIENCE §2).
    Pushing(&'static str),
    /// The subject shouts or passes for an answer.
    Loud(&'static str),
}

/// Whether the mail asks the first question itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstQuestion {
    /// Its answers are links in the mail.
    #[default]
    InMail,
    /// The mail has one link to the questionnaire.
    Link,
    /// Half of the customers get the one, half the other, by lot: to see which brings more answers.
    Trial,
}

/// All texts in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Blocks {
    /// The invitation's subject.
    pub subject: Words,
    /// The subject of reminders.
    pub reminder_subject: Words,
    /// What mail programs show beside the subject.
    pub preheader: Words,
    /// The first line.
    pub greeting: Words,
    /// What the mail is about.
    pub opening: Words,
    /// What else there is to say.
    pub closing: Words,
}

/// The texts of a questionnaire's mails in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailText {
    /// Whether the mail asks the first question itself.
    pub first_question: FirstQuestion,
    /// In Chinese.
    #[serde(rename = "zh-CN")]
    pub zh_cn: Blocks,
    /// In English.
    pub en: Blocks,
}

/// Words that promise something for an answer or ask for a good one.
const PUSHING: [&str; 16] = [
    "奖",
    "红包",
    "返现",
    "优惠券",
    "礼品",
    "¥",
    "￥",
    "好评",
    "五星",
    "满分",
    "prize",
    "reward",
    "voucher",
    "gift",
    "five star",
    "5 star",
];

/// What makes a subject shout, anywhere in it.
const SHOUTS: [&str; 2] = ["!", "！"];

/// What a subject begins with that passes for an answer to somebody.
const REPLIES: [&str; 8] = ["re:", "re：", "回复:", "回复：", "fw:", "fwd:", "转发:", "转发："];

/// The texts that every questionnaire begins with.
static DEFAULT: LazyLock<MailText> =
    LazyLock::new(|| serde_json::from_str(include_str!("default.json")).unwrap_or_default());

impl MailText {
    /// The texts that every questionnaire begins with.
    pub fn usual() -> &'static Self {
        &DEFAULT
    }

    /// The texts in a language.
    pub const fn blocks(&self, locale: Locale) -> &Blocks {
        match locale {
            Locale::ZhCn => &self.zh_cn,
            Locale::En => &self.en,
        }
    }

    /// The texts in a language, to be changed.
    pub const fn blocks_mut(&mut self, locale: Locale) -> &mut Blocks {
        match locale {
            Locale::ZhCn => &mut self.zh_cn,
            Locale::En => &mut self.en,
        }
    }
}

impl Blocks {
    /// One of the texts.
    pub const fn get(&self, block: Block) -> &Words {
        match block {
            Block::Subject => &self.subject,
            Block::ReminderSubject => &self.reminder_subject,
            Block::Preheader => &self.preheader,
            Block::Greeting => &self.greeting,
            Block::Opening => &self.opening,
            Block::Closing => &self.closing,
        }
    }

    /// Puts a text in its place.
    pub fn set(&mut self, block: Block, words: Words) {
        *match block {
            Block::Subject => &mut self.subject,
            Block::ReminderSubject => &mut self.reminder_subject,
            Block::Preheader => &mut self.preheader,
            Block::Greeting => &mut self.greeting,
            Block::Opening => &mut self.opening,
            Block::Closing => &mut self.closing,
        } = words;
    }
}

impl Block {
    /// All of them, in the order they are read.
    pub const ALL: [Self; 6] =
        [Self::Subject, Self::ReminderSubject, Self::Preheader, Self::Greeting, Self::Opening, Self::Closing];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::ReminderSubject => "reminder_subject",
            Self::Preheader => "preheader",
            Self::Greeting => "greeting",
            Self::Opening => "opening",
            Self::Closing => "closing",
        }
    }

    /// Whether it is the subject of a mail.
    pub const fn is_subject(self) -> bool {
        matches!(self, Self::Subject | Self::ReminderSubject)
    }

    /// Whether it may have several lines.
    pub const fn has_lines(self) -> bool {
        matches!(self, Self::Opening | Self::Closing)
    }

    /// Characters it may have.
    pub const fn limit(self) -> usize {
        match self {
            Self::Subject | Self::ReminderSubject | Self::Greeting => 100,
            Self::Preheader => 150,
            Self::Opening | Self::Closing => 600,
        }
    }

    /// Reads what was typed for this text.
    ///
    /// # Errors
    /// [`Problem`]
    pub fn read(self, typed: &str, locale: Locale) -> Result<Words, Problem> {
        let typed = text::trim(typed);
        if typed.is_empty() && self != Self::Closing {
            return Err(Problem::Empty);
        }
        if typed.chars().count() > self.limit() {
            return Err(Problem::TooLong(self.limit()));
        }
        let typed = text::paragraphs(typed, self.limit()).map_err(|_| Problem::Unprintable)?;
        if !self.has_lines() && typed.contains('\n') {
            return Err(Problem::ManyLines);
        }
        let lower = typed.to_lowercase();
        if names_a_host(&lower) {
            return Err(Problem::Link);
        }
        if let Some(word) = PUSHING.into_iter().find(|word| lower.contains(word)) {
            return Err(Problem::Pushing(word));
        }
        if self.is_subject()
            && let Some(word) = loud(&lower)
        {
            return Err(Problem::Loud(word));
        }
        let words = Words::read(&typed).map_err(Problem::Unreadable)?;
        // A customer of whom nothing is known still has to read something.
        let known = |field: Field| (!field.may_be_missing()).then(|| "·".to_owned());
        if self != Self::Closing && words.fill(known).trim().is_empty() {
            return Err(Problem::EmptyWithout);
        }
        if self.is_subject() && words.usual_width() > subject_width(locale) {
            return Err(Problem::TooWide(subject_width(locale)));
        }
        Ok(words)
    }
}

fn loud(subject: &str) -> Option<&'static str> {
    let reply = REPLIES.into_iter().find(|word| subject.starts_with(word));
    reply.or_else(|| SHOUTS.into_iter().find(|word| subject.contains(word)))
}

/// Whether a text holds what mail programs make a link of: `https://…`, `shop.example.cn/x`.
fn names_a_host(text: &str) -> bool {
    let is_host = |word: &str| {
        let mut labels = word.rsplit('.');
        let top = labels.next().unwrap_or_default();
        let name = labels.next().unwrap_or_default();
        name.len() > 1 && top.len() > 1 && top.chars().all(|c| c.is_ascii_lowercase())
    };
    text.contains("://") || text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).any(is_host)
}

/// The longest subject, in half-widths: 18 Chinese characters, or 60 letters in English (EXPERIENCE §2).
pub const fn subject_width(locale: Locale) -> usize {
    match locale {
        Locale::ZhCn => 36,
        Locale::En => 60,
    }
}

impl FirstQuestion {
    /// All of them, in the order a page lists them.
    pub const ALL: [Self; 3] = [Self::InMail, Self::Link, Self::Trial];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InMail => "in_mail",
            Self::Link => "link",
            Self::Trial => "trial",
        }
    }

    /// Whether a mail asks, given the lot that its customer has drawn.
    pub const fn asks(self, lot: bool) -> bool {
        match self {
            Self::InMail => true,
            Self::Link => false,
            Self::Trial => lot,
        }
    }
}

/// There is no such choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not in_mail, link or trial")]
pub struct UnknownFirstQuestion(pub String);

impl std::str::FromStr for FirstQuestion {
    type Err = UnknownFirstQuestion;

    fn from_str(word: &str) -> Result<Self, UnknownFirstQuestion> {
        let found = Self::ALL.into_iter().find(|choice| choice.as_str() == word);
        found.ok_or_else(|| UnknownFirstQuestion(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_texts_pass_their_own_rules() {
        for locale in Locale::ALL {
            for block in Block::ALL {
                let words = MailText::usual().blocks(locale).get(block);
                assert_eq!(words.is_empty(), block == Block::Closing, "{block:?}");
                assert_eq!(block.read(&words.typed(locale), locale).as_ref(), Ok(words), "{block:?} {locale}");
            }
        }
    }

    #[test]
    fn texts_are_stored_and_read_back() {
        let stored = serde_json::to_string(MailText::usual()).unwrap();
        assert_eq!(&serde_json::from_str::<MailText>(&stored).unwrap(), MailText::usual());
    }

    #[test]
    fn a_subject_is_one_short_quiet_line() {
        let read = |typed: &str| Block::Subject.read(typed, Locale::ZhCn);
        assert!(read("{服务日期}{服务}，说说您的看法").is_ok());
        assert_eq!(read(" "), Err(Problem::Empty));
        assert_eq!(read("{服务}\n满意吗"), Err(Problem::ManyLines));
        assert_eq!(read("请评价！"), Err(Problem::Loud("！")));
        assert_eq!(read("Re: {服务}"), Err(Problem::Loud("re:")));
        assert!(read("Aftercare: {服务}").is_ok());
        assert_eq!(read("[{称呼}，请评价]"), Err(Problem::EmptyWithout));
        assert_eq!(read("[]"), Err(Problem::EmptyWithout));
        assert_eq!(read("{单位}{部门}{服务日期}为您提供了{服务}，您满意吗？"), Err(Problem::TooWide(36)));
    }

    #[test]
    fn nothing_is_promised_and_no_link_leads_elsewhere() {
        let read = |typed: &str| Block::Closing.read(typed, Locale::ZhCn);
        assert_eq!(read(""), Ok(Words::default()));
        assert_eq!(read("答完有红包"), Err(Problem::Pushing("红包")));
        assert_eq!(read("请给五星"), Err(Problem::Pushing("五星")));
        assert_eq!(read("详见 HTTPS://example.com"), Err(Problem::Link));
        assert_eq!(read("见 shop.example.cn/x"), Err(Problem::Link));
        assert!(read("上午 9.30 到 11 a.m. 之间，e.g. 4.5 分").is_ok());
        assert_eq!(read("a\u{202e}b"), Err(Problem::Unprintable));
        assert_eq!(read(&"字".repeat(601)), Err(Problem::TooLong(600)));
        assert!(read("第一行\n\n第二行").is_ok());
    }

    #[test]
    fn who_is_asked_in_the_mail_follows_from_the_choice_and_the_lot() {
        let asks = |choice: FirstQuestion| [choice.asks(false), choice.asks(true)];
        assert_eq!(FirstQuestion::ALL.map(asks), [[true, true], [false, false], [false, true]]);
    }
}
