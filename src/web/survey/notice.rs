//! Every other page behind a customer's link: one template, one enum, one line of EXPERIENCE §1 "States of the link" each.
//!
//! No page says whether somebody else answered, and a wrong token gets the same bytes whatever is wrong with it.

use askama::Template;
use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::frame::Frame;
use super::style::CustomerPage;
use super::view::{day, day_and_year};
use crate::domain::mail_preference::MailPreference;
use crate::domain::period::Period;
use crate::i18n::{Locale, Texts};

/// The value of the field `action` that takes back "stop these invitations".
pub const RESUME: &str = "resume";

/// The field that says which mails are wanted.
pub const WANTED: &str = "wanted";

/// What a link leads to when it is not the questionnaire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// An anonymous answer was stored.
    ThanksAnonymous {
        /// The month it counts in, and by when the month's results are told.
        results: (Period, NaiveDate),
    },
    /// A named answer was stored.
    ThanksNamed(Receipt),
    /// An answer at a counter was stored.
    ThanksWalkUp {
        /// The questionnaire's address.
        form: String,
    },
    /// The page at a counter was sent before.
    SentBefore {
        /// The questionnaire's address.
        form: String,
    },
    /// The counter takes no answers any more.
    CounterEnded,
    /// No counter has this code.
    UnknownCode,
    /// The link was used before.
    Answered {
        /// The day of a named answer; an anonymous one has none.
        on: Option<NaiveDate>,
        /// How it may be corrected.
        correction: Option<Correction>,
    },
    /// The one correction was made.
    Corrected {
        /// What is owed for a low answer.
        reply: Option<Reply>,
    },
    /// The last day to answer has passed.
    Expired {
        /// That day.
        on: NaiveDate,
    },
    /// Not collecting for the moment.
    Paused,
    /// Not collecting any more.
    Withdrawn,
    /// No such token, or a damaged one.
    Unknown,
    /// "Not your service?", to be confirmed.
    NotMeAsk {
        /// The questionnaire's address.
        back: String,
    },
    /// Confirmed.
    NotMeDone,
    /// "Stop these invitations?", to be confirmed.
    StopAsk {
        /// The address of the page that offers less than all or nothing.
        preferences: String,
    },
    /// Stopped; can be undone.
    StopDone {
        /// Likewise.
        preferences: String,
    },
    /// Which mails are wanted.
    Preferences {
        /// What holds now.
        wanted: MailPreference,
        /// It was said just now.
        saved: bool,
    },
    /// Undone.
    Resumed,
    /// Too many unknown tokens from one address.
    TooMany {
        /// Seconds to wait.
        wait: u32,
    },
    /// The database does not answer.
    Busy,
}

/// What came in by name, and what happens next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The service record's number, masked.
    pub reference: String,
    /// How many ratings came in. What they say is not shown: the link may be passed on.
    pub ratings: usize,
    /// Whether a comment came in.
    pub has_comment: bool,
    /// What is owed for a low answer.
    pub reply: Option<Reply>,
    /// The month it counts in, and by when the month's results are told.
    pub results: (Period, NaiveDate),
    /// How it may be corrected.
    pub correction: Option<Correction>,
}

/// What a low answer is owed (C-3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The last moment, in the organisation's zone.
    pub by: NaiveDateTime,
    /// The customer asked to be contacted.
    pub contact: bool,
}

/// The one correction of a named response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its last day.
    pub until: NaiveDate,
    /// The address of the correction form.
    pub path: String,
}

/// A page that says one thing and offers at most one action.
#[derive(Debug, Clone, Template)]
#[template(path = "survey/notice.html", whitespace = "minimize")]
pub struct Notice<'a> {
    /// What is around it.
    pub frame: &'a Frame,
    /// What it says.
    pub state: &'a State,
}

/// What the reader can do on a notice.
enum Action {
    None,
    Link { href: String, label: String },
    Confirm { label: String, back: Option<(String, String)> },
    Undo { label: String, other: (String, String) },
    Choose { wanted: MailPreference },
}

impl State {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Expired { .. } | Self::Withdrawn | Self::CounterEnded => 410,
            Self::Unknown | Self::UnknownCode => 404,
            Self::TooMany { .. } => 429,
            Self::Paused | Self::Busy => 503,
            _ => 200,
        }
    }

    /// Seconds for the header `Retry-After`.
    pub const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::TooMany { wait } => Some(*wait),
            Self::Paused => Some(24 * 60 * 60),
            Self::Busy => Some(30),
            _ => None,
        }
    }

    /// Whether what the reader came for is done.
    const fn is_done(&self) -> bool {
        matches!(
            self,
            Self::ThanksAnonymous { .. }
                | Self::ThanksNamed(_)
                | Self::ThanksWalkUp { .. }
                | Self::NotMeDone
                | Self::StopDone { .. }
                | Self::Preferences { saved: true, .. }
                | Self::Resumed
        )
    }

    /// Whether opening the page's address again shows it again, so that the language and size links make sense.
    const fn can_be_reopened(&self) -> bool {
        !matches!(self, Self::NotMeDone | Self::StopDone { .. } | Self::Resumed)
    }
}

impl CustomerPage for Notice<'_> {}

impl Notice<'_> {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.state.status()
    }

    fn title(&self) -> String {
        let t = self.frame.t;
        match self.state {
            State::ThanksAnonymous { .. } | State::ThanksNamed(_) | State::ThanksWalkUp { .. } => {
                t.get("survey-thanks")
            }
            State::SentBefore { .. } => t.get("survey-sent-before"),
            State::CounterEnded => t.get("survey-counter-ended"),
            State::UnknownCode => t.get("survey-unknown-code"),
            State::Answered { .. } => t.get("survey-answered"),
            State::Corrected { .. } => t.get("survey-corrected"),
            State::Expired { .. } => t.get("survey-expired"),
            State::Paused => t.get("survey-paused"),
            State::Withdrawn => t.get("survey-withdrawn"),
            State::Unknown => t.get("survey-unknown"),
            State::NotMeAsk { .. } => t.get("survey-not-me-ask"),
            State::NotMeDone => t.get("survey-not-me-done"),
            State::StopAsk { .. } => t.get("survey-stop-ask"),
            State::StopDone { .. } => t.get("survey-stop-done"),
            State::Preferences { saved: true, .. } => t.get("survey-wanted-saved"),
            State::Preferences { .. } => t.get("survey-wanted"),
            State::Resumed => t.get("survey-resumed"),
            State::TooMany { .. } => t.get("survey-too-many"),
            State::Busy => t.get("survey-busy"),
        }
    }

    fn paragraphs(&self) -> Vec<String> {
        let t = self.frame.t;
        match self.state {
            State::ThanksAnonymous { results } => vec![
                t.get("survey-thanks-anonymous"),
                t.get("survey-reply-anonymous"),
                told(t, *results),
                t.get("survey-close"),
            ],
            State::ThanksWalkUp { .. } => {
                let close = if self.frame.kiosk { t.get("survey-kiosk-next") } else { t.get("survey-close") };
                vec![t.get("survey-thanks-walk-up"), t.get("survey-walk-up-counts"), close]
            }
            State::SentBefore { .. } => vec![t.get("survey-sent-before-text")],
            State::CounterEnded => vec![t.get("survey-counter-ended-text")],
            State::UnknownCode => vec![t.get("survey-unknown-code-text")],
            State::ThanksNamed(receipt) => {
                let mut lines = vec![t.get("survey-thanks-named"), receipt.received(t)];
                lines.extend(receipt.reply.map(|reply| reply.promise(t)));
                lines.push(told(t, receipt.results));
                lines.push(self.correct_until(receipt.correction.as_ref()).unwrap_or_else(|| t.get("survey-close")));
                lines
            }
            State::Answered { on, correction } => {
                let answered = match on {
                    Some(on) => t.with("survey-answered-on", &[("date", day(t.locale(), *on))]),
                    None => t.get("survey-answered-before"),
                };
                [Some(answered), self.correct_until(correction.as_ref())].into_iter().flatten().collect()
            }
            State::Corrected { reply } => {
                let promise = reply.map(|reply| reply.promise(t));
                [Some(t.get("survey-corrected-text")), promise].into_iter().flatten().collect()
            }
            State::Expired { on } => {
                let closed = t.with("survey-expired-text", &[("date", day_and_year(t.locale(), *on))]);
                let next = self.frame.phone.is_some().then(|| t.get("survey-expired-next"));
                [Some(closed), next].into_iter().flatten().collect()
            }
            State::Paused => vec![t.get("survey-paused-text")],
            State::Withdrawn => vec![t.get("survey-withdrawn-text")],
            State::Unknown => vec![t.get("survey-unknown-text")],
            State::NotMeAsk { .. } => vec![t.get("survey-not-me-ask-text")],
            State::NotMeDone => vec![t.get("survey-not-me-done-text")],
            State::StopAsk { .. } => vec![t.get("survey-stop-ask-text")],
            State::StopDone { .. } => vec![t.get("survey-stop-done-text")],
            State::Preferences { .. } => vec![t.get("survey-wanted-text")],
            State::Resumed => vec![t.get("survey-resumed-text")],
            State::TooMany { wait } => vec![t.count("survey-too-many-text", wait.div_ceil(60).max(1))],
            State::Busy => vec![t.get("survey-busy-text")],
        }
    }

    fn correct_until(&self, correction: Option<&Correction>) -> Option<String> {
        let t = self.frame.t;
        correction.map(|correction| t.with("survey-correct-until", &[("date", day(t.locale(), correction.until))]))
    }

    fn action(&self) -> Action {
        let t = self.frame.t;
        match self.state {
            State::ThanksNamed(Receipt { correction: Some(correction), .. })
            | State::Answered { correction: Some(correction), .. } => {
                Action::Link { href: self.address(&correction.path), label: t.get("survey-correct") }
            }
            State::ThanksWalkUp { form } if self.frame.kiosk => {
                Action::Link { href: form.clone(), label: t.get("survey-kiosk-start") }
            }
            State::SentBefore { form } => {
                Action::Link { href: self.address(form), label: t.get("survey-sent-before-new") }
            }
            State::NotMeAsk { back } => Action::Confirm {
                label: t.get("survey-not-me-button"),
                back: Some((self.address(back), t.get("survey-back"))),
            },
            State::StopAsk { preferences } => Action::Confirm {
                label: t.get("survey-stop-button"),
                back: Some((self.address(preferences), t.get("survey-wanted-less"))),
            },
            State::StopDone { preferences } => Action::Undo {
                label: t.get("survey-stop-undo"),
                other: (self.address(preferences), t.get("survey-wanted-less")),
            },
            State::Preferences { wanted, .. } => Action::Choose { wanted: *wanted },
            _ => Action::None,
        }
    }

    fn choice(&self, choice: MailPreference) -> String {
        self.frame.t.get(match choice {
            MailPreference::All => "survey-wanted-all",
            MailPreference::Invitations => "survey-wanted-invitations",
            MailPreference::Nothing => "survey-wanted-nothing",
        })
    }

    fn address(&self, path: &str) -> String {
        format!("{path}?{}", self.frame.here())
    }
}

impl Receipt {
    fn received(&self, t: Texts) -> String {
        let facts = [("number", self.reference.clone()), ("ratings", self.ratings.to_string())];
        t.with(if self.has_comment { "survey-received-comment" } else { "survey-received" }, &facts)
    }
}

impl Reply {
    fn promise(self, t: Texts) -> String {
        let time = self.by.format("%H:%M");
        let day = day(t.locale(), self.by.date());
        let when = match t.locale() {
            Locale::ZhCn => format!("{day} {time}"),
            Locale::En => format!("{time} on {day}"),
        };
        t.with(if self.contact { "survey-reply-contact" } else { "survey-reply" }, &[("time", when)])
    }
}

/// By when the results of a month are told (D-3.1(3), by the work calendar).
fn told(t: Texts, (month, by): (Period, NaiveDate)) -> String {
    let name = match t.locale() {
        Locale::ZhCn => format!("{}月", month.start().month()),
        Locale::En => month.start().format("%B").to_string(),
    };
    t.with("survey-results", &[("month", name), ("date", day(t.locale(), by))])
}
