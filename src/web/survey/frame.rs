//! What every customer page has around its content: language, size, organisation, number to call.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::form::Display;
use super::style::{KIOSK_CSS, SURVEY_CSS};
use crate::db::invitation::Found;
use crate::i18n::{Locale, Texts};
use crate::web::Web;

/// What every customer page shows around its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The reader's language.
    pub t: Texts,
    /// The organisation's name; empty if it could not be read.
    pub organisation: String,
    /// The number to call instead, as people write it: `400-000-0000`.
    pub phone: Option<String>,
    /// Large text (大字版).
    pub big: bool,
    /// Shown on a device that stands at a counter for all to use.
    pub kiosk: bool,
}

impl Frame {
    /// In the reader's language: the link's, the invitation's, the browser's, the organisation's.
    pub(super) fn of(web: &Web, request: &HttpRequest, invitation: Option<&Found>) -> Self {
        let (config, display) = (&web.context.config, Display::from_query(request.query_string()));
        let browser = || {
            let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            Locale::from_accept_language(header)
        };
        let locale = display.locale.or(invitation.map(|found| found.locale)).or_else(browser).unwrap_or(config.locale);
        Self {
            t: Texts::new(locale),
            organisation: web.context.organisation(locale),
            phone: config.phone.clone(),
            big: display.big || display.kiosk,
            kiosk: display.kiosk,
        }
    }

    /// The query that keeps the display: `lang=en&big=1`.
    pub fn query(&self, locale: Locale, big: bool) -> String {
        // On a kiosk the text is large in any case.
        let look = match (self.kiosk, big) {
            (true, _) => "&kiosk=1",
            (false, true) => "&big=1",
            (false, false) => "",
        };
        format!("lang={locale}{look}")
    }

    /// The query of this very page, which every link and form of it carries on.
    pub(super) fn here(&self) -> String {
        self.query(self.t.locale(), self.big)
    }

    /// The query that switches to the other language.
    pub(super) fn other_language(&self) -> String {
        self.query(self.t.locale().other(), self.big)
    }

    /// The query that switches between standard and large text.
    pub(super) fn other_size(&self) -> String {
        self.query(self.t.locale(), !self.big)
    }

    /// The name of the other size.
    pub(super) fn size_word(&self) -> String {
        self.t.get(if self.big { "survey-standard-text" } else { "survey-large-text" })
    }

    /// The style sheet, whose hash the policy allows.
    pub(super) fn css(&self) -> &'static str {
        SURVEY_CSS
    }

    /// The style sheet of a kiosk, beside the other.
    pub(super) fn kiosk_css(&self) -> &'static str {
        KIOSK_CSS
    }

    /// Both languages, the reader's first.
    pub(super) fn languages(&self) -> [Texts; 2] {
        [self.t, Texts::new(self.t.locale().other())]
    }

    /// The number to dial, without spaces, dashes or an extension; `None` if there is none.
    pub(super) fn dial(&self) -> Option<String> {
        let spelled = |c: &char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '.');
        let run = self.phone.as_deref()?.chars().take_while(spelled);
        let number: String = run.filter(|c| c.is_ascii_digit() || *c == '+').collect();
        (number.len() >= 3).then_some(number)
    }
}
