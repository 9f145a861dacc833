//! The mail with a one-time link for staff.

use askama::Template;

use super::super::message::{Content, one_line};
use crate::i18n::{Locale, Texts};

/// A one-time link for staff: first set-up, sign-in, new password.
#[derive(Debug, Clone)]
pub struct SignIn<'a> {
    /// The reader's language.
    pub locale: Locale,
    /// The organisation's name in that language.
    pub organisation: &'a str,
    /// The reader's name.
    pub name: Option<&'a str>,
    /// The absolute address.
    pub link: &'a str,
    /// How long it works, in minutes.
    pub minutes: u32,
}

#[derive(Template)]
#[template(path = "mail/sign_in/subject.txt")]
struct SignInSubject<'a> {
    t: Texts,
    organisation: &'a str,
}

/// The sentences of a sign-in mail, the same in both parts.
struct SignInParts<'a> {
    organisation: &'a str,
    subject: String,
    greeting: String,
    lead: String,
    link: &'a str,
    valid: String,
}

#[derive(Template)]
#[template(path = "mail/sign_in/body.txt")]
struct SignInText<'a> {
    t: Texts,
    mail: &'a SignInParts<'a>,
}

#[derive(Template)]
#[template(path = "mail/sign_in/body.html")]
struct SignInHtml<'a> {
    t: Texts,
    mail: &'a SignInParts<'a>,
}

impl SignIn<'_> {
    /// Subject, text and HTML.
    pub fn render(&self) -> Result<Content, askama::Error> {
        let t = Texts::new(self.locale);
        let minutes = self.minutes;
        let mail = &SignInParts {
            organisation: self.organisation,
            subject: one_line(&SignInSubject { t, organisation: self.organisation }.render()?),
            greeting: greeting(t, self.name),
            lead: t.with("mail-sign-in-lead", &[("organisation", self.organisation)]),
            link: self.link,
            valid: if minutes >= 120 && minutes.is_multiple_of(60) {
                t.count("mail-sign-in-hours", minutes / 60)
            } else {
                t.count("mail-sign-in-minutes", minutes)
            },
        };
        let (text, html) = (SignInText { t, mail }.render()?, SignInHtml { t, mail }.render()?);
        Ok(Content { subject: mail.subject.clone(), text, html })
    }
}

fn greeting(t: Texts, name: Option<&str>) -> String {
    match name.map(one_line).filter(|name| !name.is_empty()) {
        Some(name) => t.with("mail-greeting", &[("name", name)]),
        None => t.get("mail-greeting-nameless"),
    }
}
