//! The pages that staff and the public see: one struct per page, plain data in, HTML out.
//!
//! A handler fills a struct and renders it (`askama::Template::render`); nothing here reads a database, a clock or a
//! request, and nothing here computes a figure. Every page holds a [`Shell`], the frame around it. Rules of the house:
//!
//! * no JavaScript, no inline style: the pages stand under [`CSP`] ([`MAIL_CSP`] for a captured mail);
//! * a score is never shown without its n and its interval, and below [`MIN_SCORE_N`](figure::MIN_SCORE_N) not at all;
//! * departments and employees are listed by name, never by score (DESIGN decision 6);
//! * links carry `period` and `channel` in the query, so Back works and a view can be sent to someone.

pub mod appraisals;
pub mod asking;
pub mod auth;
pub mod captured_mail;
mod choose;
pub mod commitment_form;
pub mod commitments;
pub mod comparison;
pub mod complaints;
pub mod counters;
pub mod department;
pub mod done;
pub mod error;
pub mod exclusions;
pub mod figure;
pub mod finality;
pub mod follow_up;
pub mod format;
pub mod insight;
pub mod left_out;
pub mod mail_queue;
pub mod mail_text;
pub mod overview;
pub mod paper;
pub mod periods;
pub mod promise;
pub mod public;
pub mod qr;
pub mod questionnaires;
pub mod reading;
pub mod record;
pub mod sentence;
pub mod shell;
mod strip;
pub mod words;

pub use appraisals::{AppraisalPeriod, Appraisals, Download, FileFormat};
pub use auth::{PasswordProblem, SetPassword, SetUp, SetUpProblem, SignIn};
pub use captured_mail::{CapturedMail, CapturedMails, MailLine};
pub use department::{Chart, Comment, Comments, DepartmentPage, EmployeeRow, Headline, QuestionRow, WalkUp, WishRow};
pub use done::{Done, Told};
pub use error::{ErrorPage, Problem};
pub use figure::{Change, Figure, Interval, Judgement, Response, Score};
pub use overview::{DepartmentRow, Overview};
pub use public::{CommitmentRow, CommitmentsPage, PrivacyPage, ResultRow, Results, Scope, ShortNotice};
pub use reading::Reading;
pub use sentence::Sentence;
pub use shell::{Account, Area, Freshness, NavEntry, Shell};

/// The `Content-Security-Policy` of every page here but a captured mail.
pub const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                       frame-ancestors 'none'; base-uri 'none'";

/// The `Content-Security-Policy` of a page that shows a questionnaire as customers see it in a frame.
pub const FRAMING_CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; \
                               form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The `Content-Security-Policy` of a captured mail, whose HTML part has the inline styles that mail needs. The part is
/// shown in a sandboxed frame that may run nothing and only open links in new tabs.
pub const MAIL_CSP: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                            form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
