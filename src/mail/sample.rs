//! An invented invitation, to be looked at in a preview or sent to oneself.

use chrono::NaiveDate;

use super::render::{Invitation, Links, Reminder};
use crate::domain::locale::Locale;
use crate::domain::mail_text::MailText;
use crate::domain::questionnaire::Question;
use crate::i18n::Texts;

/// What an invented invitation is made of.
#[derive(Debug, Clone)]
pub struct Sample<'a> {
    /// The customer's language.
    pub locale: Locale,
    /// The organisation's name in that language.
    pub organisation: &'a str,
    /// What links begin with.
    pub base_url: &'a str,
    /// The first question of the questionnaire asked now.
    pub question: &'a Question,
    /// The day of the service.
    pub served_on: NaiveDate,
    /// The last day to answer.
    pub open_until: NaiveDate,
    /// The telephone number printed on mails.
    pub phone: Option<&'a str>,
    /// It is a reminder.
    pub reminder: Option<Reminder>,
    /// What the organisation says in its own words.
    pub text: &'a MailText,
    /// The mail asks the first question itself.
    pub asks: bool,
}

impl Sample<'_> {
    /// Hands the invitation to `show`. Its links lead to a questionnaire that is not there.
    pub fn with<T>(&self, show: impl FnOnce(&Invitation<'_>) -> T) -> T {
        let t = Texts::new(self.locale);
        let links = Links::new(self.base_url, "sample", "sample");
        let (department, name, service) =
            (t.get("mail-sample-department"), t.get("mail-sample-name"), t.get("mail-sample-service"));
        show(&Invitation {
            locale: self.locale,
            organisation: self.organisation,
            department: &department,
            name: Some(&name),
            service: Some(&service),
            touchpoint: None,
            served_on: self.served_on,
            reference: Some("****0042"),
            question: self.question,
            open_until: self.open_until,
            reminder: self.reminder,
            text: self.text,
            asks: self.asks,
            links: &links,
            phone: self.phone,
        })
    }
}
