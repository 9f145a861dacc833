//! The mails as they are read: view structs for the templates in `templates/mail/<mail>/`.
//!
//! HTML is written for mail programs, not browsers: tables, inline styles, no image, no class (EXPERIENCE §2). The five
//! answers are links with one style, so that none is suggested; a link only opens the page with that answer chosen.

use askama::Template;
use chrono::{Datelike, NaiveDate};

#[cfg(test)]
mod tests;

use super::message::{Content, one_line};
use crate::domain::mail_text::{Field, MailText, subject_width, width};
use crate::domain::questionnaire::{Kind, Question};
use crate::domain::service_record::Touchpoint;
use crate::i18n::{Locale, Texts};

/// The invitation to rate one service.
#[derive(Debug, Clone)]
pub struct Invitation<'a> {
    /// The customer's language.
    pub locale: Locale,
    /// The organisation's name in that language.
    pub organisation: &'a str,
    /// The department's name in that language.
    pub department: &'a str,
    /// How to address the customer, with title: `王女士`.
    pub name: Option<&'a str>,
    /// What was done, in the organisation's words: `上门维修`.
    pub service: Option<&'a str>,
    /// Where it was done; says what was done if `service` doesn't.
    pub touchpoint: Option<Touchpoint>,
    /// When it was done, in the organisation's zone.
    pub served_on: NaiveDate,
    /// The number of the service record, masked: see [`mask`].
    pub reference: Option<&'a str>,
    /// The first question of the questionnaire; its options become links if it is a rating.
    pub question: &'a Question,
    /// The last day on which the link works, in the organisation's zone.
    pub open_until: NaiveDate,
    /// It is another mail about the same service.
    pub reminder: Option<Reminder>,
    /// What the organisation says in its own words.
    pub text: &'a MailText,
    /// The mail asks the first question itself, if that is a rating.
    pub asks: bool,
    /// Where the links lead.
    pub links: &'a Links,
    /// A telephone number for those who would rather talk.
    pub phone: Option<&'a str>,
}

/// Which mail to who has not answered it is; the reader is told whether more will come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// The only one.
    Only,
    /// Another will come.
    Further,
    /// The last of several.
    Last,
}

/// The addresses in an invitation, all absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The questionnaire.
    pub survey: String,
    /// For somebody who got another's mail.
    pub not_me: String,
    /// Stops further invitations; also the address of one-click unsubscribing.
    pub unsubscribe: String,
    /// What happens to the data.
    pub privacy: String,
}

/// One answer as a link.
struct Rating<'a> {
    label: &'a str,
    link: String,
}

/// The sentences of an invitation, the same in both parts.
struct InvitationParts<'a> {
    subject: String,
    preheader: String,
    sender: String,
    greeting: String,
    opening: Vec<String>,
    reminder: Option<String>,
    question: &'a str,
    /// Empty where the mail only links to the questionnaire.
    ratings: Vec<Rating<'a>>,
    next: String,
    closing: Vec<String>,
    valid: String,
    why: String,
    phone: Option<String>,
    links: &'a Links,
}

#[derive(Template)]
#[template(path = "mail/invitation/body.txt")]
struct InvitationText<'a> {
    t: Texts,
    mail: &'a InvitationParts<'a>,
}

#[derive(Template)]
#[template(path = "mail/invitation/body.html")]
struct InvitationHtml<'a> {
    t: Texts,
    mail: &'a InvitationParts<'a>,
}

impl Links {
    /// The addresses below `base` (`MANYI_PUBLIC_URL`) for the invitation's two tokens.
    pub fn new(base: &str, survey_token: &str, unsubscribe_token: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self {
            survey: format!("{base}/s/{survey_token}"),
            not_me: format!("{base}/u/{unsubscribe_token}/not-me"),
            unsubscribe: format!("{base}/u/{unsubscribe_token}"),
            privacy: format!("{base}/privacy"),
        }
    }

    /// The questionnaire with one answer chosen, which still has to be submitted there.
    fn answer(&self, code: &str, value: &str) -> String {
        format!("{}?q.{}={}", self.survey, escape(code), escape(value))
    }
}

impl Invitation<'_> {
    /// The sender's name to show: `维修服务部（示例公司）`.
    pub fn from_name(&self) -> String {
        let args = [("department", self.department), ("organisation", self.organisation)];
        self.texts().with("mail-from", &args)
    }

    /// Subject, text and HTML.
    pub fn render(&self) -> Result<Content, askama::Error> {
        let t = self.texts();
        let (date, organisation, department) = (
            ("date", day(self.served_on, self.locale)),
            ("organisation", self.organisation.to_owned()),
            ("department", self.department.to_owned()),
        );
        let blocks = self.text.blocks(self.locale);
        let value = |field| self.value(field);
        // Buttons are named as they are named where they stand.
        let next = if self.ratings().is_empty() {
            let (start, button) = (t.get("mail-invitation-start"), t.get("survey-submit"));
            t.with("mail-invitation-next-link", &[("start", start), ("button", button)])
        } else {
            t.with("mail-invitation-next", &[("button", t.get("survey-submit"))])
        };
        let mail = &InvitationParts {
            subject: self.subject(),
            preheader: one_line(&blocks.preheader.fill(value)),
            sender: t.with("mail-sender", &[organisation.clone(), department.clone()]),
            greeting: one_line(&blocks.greeting.fill(value)),
            opening: lines(&blocks.opening.fill(value)),
            reminder: self.reminder.map(|reminder| reminder.text(t)),
            question: self.question.text.text(self.locale),
            ratings: self.ratings(),
            next,
            closing: lines(&blocks.closing.fill(value)),
            valid: t.with("mail-invitation-valid", &[("date", day(self.open_until, self.locale))]),
            why: t.with("mail-invitation-why", &[date, organisation, department]),
            phone: self.phone.map(|phone| t.with("mail-invitation-phone", &[("phone", phone)])),
            links: self.links,
        };
        let (text, html) = (InvitationText { t, mail }.render()?, InvitationHtml { t, mail }.render()?);
        Ok(Content { subject: mail.subject.clone(), text, html })
    }

    const fn texts(&self) -> Texts {
        Texts::new(self.locale)
    }

    fn ratings(&self) -> Vec<Rating<'_>> {
        let asks = self.asks && self.question.kind == Kind::Rating;
        let options = self.question.options.iter().filter(|_| asks);
        let link = |value: &str| self.links.answer(&self.question.code, value);
        options.map(|option| Rating { label: option.text.text(self.locale), link: link(&option.value) }).collect()
    }

    fn service(&self) -> String {
        let named = self.service.map(one_line).filter(|service| !service.is_empty());
        named.unwrap_or_else(|| self.texts().get(service_key(self.touchpoint)))
    }

    /// What a field of the texts stands for in this mail.
    fn value(&self, field: Field) -> Option<String> {
        let known = |text: Option<&str>| text.map(one_line).filter(|text| !text.is_empty());
        match field {
            Field::Name => known(self.name),
            Field::Service => Some(self.service()),
            Field::Date => Some(day(self.served_on, self.locale)),
            Field::Department => Some(self.department.to_owned()),
            Field::Organisation => Some(self.organisation.to_owned()),
            Field::Reference => known(self.reference),
            Field::Deadline => Some(day(self.open_until, self.locale)),
            Field::Phone => known(self.phone),
        }
    }

    /// The subject with the service cut so that the whole stays short.
    fn subject(&self) -> String {
        let blocks = self.text.blocks(self.locale);
        let words = if self.reminder.is_some() { &blocks.reminder_subject } else { &blocks.subject };
        let subject = |short_service: &str| {
            let value = |field| match field {
                Field::Service => Some(short_service.to_owned()),
                // Spaces in a Chinese date cost room.
                Field::Date | Field::Deadline if self.locale == Locale::ZhCn => {
                    self.value(field).map(|date| date.replace(' ', ""))
                }
                field => self.value(field),
            };
            one_line(&words.fill(value))
        };
        let limit = subject_width(self.locale);
        let room = limit.saturating_sub(width(&subject("")));
        shorten(&subject(&shorten(&self.service(), room)), limit)
    }
}

impl Reminder {
    fn text(self, t: Texts) -> String {
        t.get(match self {
            Self::Only => "mail-reminder-only",
            Self::Further => "mail-reminder-further",
            Self::Last => "mail-reminder-last",
        })
    }
}

/// A number with all but its last four characters hidden, so that a forwarded mail tells little: `****0042`.
pub fn mask(number: &str) -> String {
    let number = one_line(number);
    let count = number.chars().count();
    let shown = if count > 7 { 4 } else { count / 2 };
    format!("****{}", number.chars().skip(count - shown).collect::<String>())
}

/// The name of what was done where the service record doesn't say.
fn service_key(touchpoint: Option<Touchpoint>) -> &'static str {
    match touchpoint {
        None => "mail-service-unnamed",
        Some(Touchpoint::Web) => "mail-service-web",
        Some(Touchpoint::App) => "mail-service-app",
        Some(Touchpoint::MiniProgram) => "mail-service-mini-program",
        Some(Touchpoint::Email) => "mail-service-email",
        Some(Touchpoint::Counter) => "mail-service-counter",
        Some(Touchpoint::Shop) => "mail-service-shop",
        Some(Touchpoint::CallCentre) => "mail-service-call-centre",
        Some(Touchpoint::OnSite) => "mail-service-on-site",
    }
}

/// `11 月 18 日`, `18 November`.
fn day(date: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::ZhCn => format!("{} 月 {} 日", date.month(), date.day()),
        Locale::En => date.format("%-d %B").to_string(),
    }
}

/// `text` within `room` half-widths, cut with an ellipsis if need be; between words, where half of it or more remains.
fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut used = 2;
    let fits = |c: &char| {
        used += if c.is_ascii() { 1 } else { 2 };
        used <= room
    };
    let short: String = text.chars().take_while(fits).collect();
    let in_word = text.chars().nth(short.chars().count()).is_some_and(|c| c.is_ascii_alphanumeric());
    let whole =
        short.rsplit_once(' ').map(|(whole, _)| whole).filter(|whole| in_word && whole.len() * 2 >= short.len());
    whole.unwrap_or(&short).trim_end().to_owned() + "…"
}

/// A text's lines without those that are empty at its end.
fn lines(text: &str) -> Vec<String> {
    text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Percent-encodes all but letters, digits and `-._~` (RFC 3986 §2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
