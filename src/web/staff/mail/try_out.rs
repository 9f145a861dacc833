//! An invented invitation: shown as it will be read, or sent to who asks for it.

use chrono::Days;

use super::super::super::frame::{Page, Refusal};
use super::super::super::views::Problem;
use super::super::super::views::mail_queue::Tested;
use crate::domain::locale::Locale;
use crate::domain::mail_text::MailText;
use crate::domain::period::local_date;
use crate::domain::questionnaire::Question;
use crate::mail::render::{Invitation, Reminder};
use crate::mail::sample::Sample;
use crate::mail::{Address, Dialogue, Header, Mail, Outcome, build};

/// Days that an invented invitation can be answered.
const OPEN_DAYS: Days = Days::new(14);

/// How long a server may take for one test: both end before the request's own limit.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// What an invented invitation is written from.
pub(super) struct Written<'a> {
    pub text: &'a MailText,
    /// The first question of the questionnaire.
    pub question: &'a Question,
}

/// Hands an invented mail to `show`.
pub(super) fn with<T>(
    page: &Page,
    written: &Written<'_>,
    locale: Locale,
    (asks, reminder): (bool, Option<Reminder>),
    show: impl FnOnce(&Invitation<'_>) -> T,
) -> T {
    let context = &page.web.context;
    let today = local_date(context.now(), context.config.time_zone);
    let sample = Sample {
        locale,
        organisation: &context.organisation(locale),
        base_url: &context.base_url(),
        question: written.question,
        served_on: today,
        open_until: today.checked_add_days(OPEN_DAYS).unwrap_or(today),
        phone: context.config.phone.as_deref(),
        reminder,
        text: written.text,
        asks,
    };
    sample.with(show)
}

/// Sends an invented invitation in both languages; `None` where no mail server is named.
pub(super) async fn send(page: &Page, written: &Written<'_>, to: &str) -> Result<Option<Tested>, Refusal> {
    let Some(mailer) = &page.web.context.mailer else { return Ok(None) };
    let to: Address = to.parse().map_err(|_| Problem::BadRequest)?;
    let mut tested = Tested { is_good: true, dialogue: Vec::new() };
    for locale in Locale::ALL {
        let mail = mail(page, written, locale, &to).ok_or(Problem::BadRequest)?;
        let said = Dialogue::kept();
        let outcome = tokio::time::timeout(PATIENCE, mailer.send_aloud(&mail, &said)).await;
        tested.is_good &= matches!(outcome, Ok(Outcome::Accepted { .. }));
        let came = outcome.map_or_else(|_| page.t.get("queue-test-silent"), |outcome| outcome.note());
        tested.dialogue.push(format!("{locale}  {}", mail.subject));
        tested.dialogue.extend(said.lines().into_iter().map(|line| format!("  {line}")));
        tested.dialogue.push(format!("  = {came}"));
    }
    Ok(Some(tested))
}

fn mail(page: &Page, written: &Written<'_>, locale: Locale, to: &Address) -> Option<Mail> {
    let context = &page.web.context;
    let from: Address = context.config.mail_from.parse().ok()?;
    let message_id = format!("{}@{}", hex::encode(crate::crypto::random::<10>()), from.domain());
    let asks = written.text.first_question.asks(true);
    with(page, written, locale, (asks, None), |invitation| {
        let header = Header {
            from_name: &invitation.from_name(),
            from: &from,
            reply_to: None,
            return_path: &from,
            to_name: None,
            to,
            message_id: &message_id,
            in_reply_to: None,
            date: context.now(),
            unsubscribe: None,
            unsubscribe_mail: None,
            dkim: context.dkim.as_deref(),
        };
        build(&header, &invitation.render().ok()?).ok()
    })
}
