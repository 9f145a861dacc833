//! Error pages: what happened, what to do, and a way back. No cause from inside the machine is ever shown.

use askama::Template;

use super::shell::Shell;

/// Any page that could not be given.
#[derive(Debug, Clone, Template)]
#[template(path = "error/page.html")]
pub struct ErrorPage {
    /// The frame; with or without an account.
    pub shell: Shell,
    /// What happened.
    pub problem: Problem,
    /// More about it for the reader, in the reader's language: "October 2026 is already sealed."
    pub detail: Option<String>,
    /// The number under which the log knows it (for 500).
    pub reference: Option<String>,
    /// The way back: a path of our own (percent-encoded).
    pub back_href: String,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// 400: the address or the form can't be read.
    BadRequest,
    /// 403: not for this reader, or the form's token is not ours.
    Forbidden,
    /// 404: no such page.
    NotFound,
    /// 409: it has changed in the meantime.
    Conflict,
    /// 410: a one-time link that was used or has run out.
    LinkSpent,
    /// 413: more was sent than is taken.
    TooLarge,
    /// 422: it was read but can't be done.
    Unprocessable,
    /// 429: too often; try again after so many seconds, if known.
    TooMany(Option<u32>),
    /// 500: our fault.
    Internal,
    /// 503: not now; try again after so many seconds, if known.
    Unavailable(Option<u32>),
}

impl Problem {
    /// One of each.
    pub const ALL: [Self; 10] = [
        Self::BadRequest,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::LinkSpent,
        Self::TooLarge,
        Self::Unprocessable,
        Self::TooMany(Some(60)),
        Self::Internal,
        Self::Unavailable(Some(120)),
    ];

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::LinkSpent => 410,
            Self::TooLarge => 413,
            Self::Unprocessable => 422,
            Self::TooMany(_) => 429,
            Self::Internal => 500,
            Self::Unavailable(_) => 503,
        }
    }

    /// Keys of title, what happened and what to do.
    const fn keys(self) -> [&'static str; 3] {
        match self {
            Self::BadRequest => ["error-400-title", "error-400-what", "error-400-do"],
            Self::Forbidden => ["error-403-title", "error-403-what", "error-403-do"],
            Self::NotFound => ["error-404-title", "error-404-what", "error-404-do"],
            Self::Conflict => ["error-409-title", "error-409-what", "error-409-do"],
            Self::LinkSpent => ["error-410-title", "error-410-what", "error-410-do"],
            Self::TooLarge => ["error-413-title", "error-413-what", "error-413-do"],
            Self::Unprocessable => ["error-422-title", "error-422-what", "error-422-do"],
            Self::TooMany(_) => ["error-429-title", "error-429-what", "error-429-do"],
            Self::Internal => ["error-500-title", "error-500-what", "error-500-do"],
            Self::Unavailable(_) => ["error-503-title", "error-503-what", "error-503-do"],
        }
    }

    const fn wait_seconds(self) -> Option<u32> {
        match self {
            Self::TooMany(wait) | Self::Unavailable(wait) => wait,
            _ => None,
        }
    }
}

impl ErrorPage {
    fn title(&self) -> String {
        let [title, _, _] = self.problem.keys();
        self.shell.t.get(title)
    }

    fn what(&self) -> String {
        let [_, what, _] = self.problem.keys();
        self.shell.t.get(what)
    }

    fn to_do(&self) -> String {
        let [_, _, to_do] = self.problem.keys();
        self.shell.t.get(to_do)
    }

    /// How long to wait, in words; rounded up to minutes from a minute and a half on.
    fn wait(&self) -> Option<String> {
        let seconds = self.problem.wait_seconds()?;
        Some(if seconds < 90 {
            self.shell.t.count("error-wait-seconds", seconds)
        } else {
            self.shell.t.count("error-wait-minutes", seconds.div_ceil(60))
        })
    }
}
