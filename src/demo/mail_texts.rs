//! The demo's mails in words of its own, and a trial of the first question in them.

use chrono::{DateTime, Utc};

use crate::db::Connection;
use crate::db::mail_text::{self, SaveError};
use crate::domain::locale::Locale;
use crate::domain::mail_text::{Block, FirstQuestion, MailText};
use crate::domain::service_record::Channel;

/// Months ago that the trial began.
pub(super) const BEGAN: usize = 3;

/// Gives the offline questionnaire's mails a closing line, and has every second of them ask the first question.
pub(super) fn save(conn: &mut Connection, by: &str, at: DateTime<Utc>) -> Result<(), SaveError> {
    let mut text = MailText { first_question: FirstQuestion::Trial, ..MailText::usual().clone() };
    let closing = [
        (Locale::ZhCn, "您的意见会直接送到{部门}负责人手中。"),
        (Locale::En, "What you tell us goes straight to the head of {department}."),
    ];
    for (locale, typed) in closing {
        if let Ok(words) = Block::Closing.read(typed, locale) {
            text.blocks_mut(locale).set(Block::Closing, words);
        }
    }
    mail_text::save(conn, Channel::Offline.as_str(), 0, &text, by, at).map(drop)
}
