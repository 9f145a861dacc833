//! What was just done, told on the page that follows a form. The address names it by a known word and nothing else, so that
//! no link can put words on a page.

use crate::domain::exclusion::Step;
use crate::i18n::Texts;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// A commitment was announced.
    Commitment,
    /// One ends.
    CommitmentEnd,
    /// A complaint was entered.
    Complaint,
    /// The same complaint was there already.
    ComplaintKnown,
    /// One was closed.
    ComplaintClosed,
    /// An interview by phone was keyed in.
    Interview,
    /// An attempt that brought none was noted.
    Attempt,
    /// A sample was drawn.
    Sample,
    /// It was proposed to leave an answer out.
    Proposed,
    /// An answer is left out.
    Excluded,
    /// The proposal was refused or withdrawn.
    Kept,
    /// An answer counts again.
    Restored,
    /// A period is being evaluated.
    Evaluated,
    /// A period is published.
    Published,
    /// A period is sealed.
    Sealed,
    /// Somebody asked to reopen a period.
    ReopeningAsked,
    /// A period was reopened.
    Reopened,
    /// Nobody asks to reopen it any more.
    ReopeningWithdrawn,
}

/// What was done, and to which row of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub done: Done,
    /// Key of the row.
    pub at: Option<i64>,
}

impl Done {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Commitment,
        Self::CommitmentEnd,
        Self::Complaint,
        Self::ComplaintKnown,
        Self::ComplaintClosed,
        Self::Interview,
        Self::Attempt,
        Self::Sample,
        Self::Proposed,
        Self::Excluded,
        Self::Kept,
        Self::Restored,
        Self::Evaluated,
        Self::Published,
        Self::Sealed,
        Self::ReopeningAsked,
        Self::Reopened,
        Self::ReopeningWithdrawn,
    ];

    /// The value of the query parameter `done`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commitment => "commitment",
            Self::CommitmentEnd => "commitment-end",
            Self::Complaint => "complaint",
            Self::ComplaintKnown => "complaint-known",
            Self::ComplaintClosed => "complaint-closed",
            Self::Interview => "interview",
            Self::Attempt => "attempt",
            Self::Sample => "sample",
            Self::Proposed => "proposed",
            Self::Excluded => "excluded",
            Self::Kept => "kept",
            Self::Restored => "restored",
            Self::Evaluated => "evaluated",
            Self::Published => "published",
            Self::Sealed => "sealed",
            Self::ReopeningAsked => "reopening-asked",
            Self::Reopened => "reopened",
            Self::ReopeningWithdrawn => "reopening-withdrawn",
        }
    }

    /// The page at `path`, which may have a query, with this told.
    pub fn on(self, path: &str) -> String {
        let join = if path.contains('?') { '&' } else { '?' };
        format!("{path}{join}done={}", self.as_str())
    }
}

impl From<Step> for Done {
    fn from(step: Step) -> Self {
        match step {
            Step::Approve => Self::Excluded,
            Step::Refuse => Self::Kept,
            Step::Restore => Self::Restored,
        }
    }
}

impl Told {
    /// What the address says was done; `None` if it says nothing that is known.
    pub fn read(done: &str, at: Option<&str>) -> Option<Self> {
        let done = Done::ALL.into_iter().find(|one| one.as_str() == done)?;
        Some(Self { done, at: at.and_then(|at| at.parse().ok()) })
    }

    /// In words.
    pub fn text(&self, t: &Texts) -> String {
        t.get(match self.done {
            Done::Commitment => "done-commitment",
            Done::CommitmentEnd => "done-commitment-end",
            Done::Complaint => "done-complaint",
            Done::ComplaintKnown => "done-complaint-known",
            Done::ComplaintClosed => "done-complaint-closed",
            Done::Interview => "done-interview",
            Done::Attempt => "done-attempt",
            Done::Sample => "done-sample",
            Done::Proposed => "done-proposed",
            Done::Excluded => "done-excluded",
            Done::Kept => "done-kept",
            Done::Restored => "done-restored",
            Done::Evaluated => "done-evaluated",
            Done::Published => "done-published",
            Done::Sealed => "done-sealed",
            Done::ReopeningAsked => "done-reopening-asked",
            Done::Reopened => "done-reopened",
            Done::ReopeningWithdrawn => "done-reopening-withdrawn",
        })
    }

    /// Where it stands on the page.
    pub fn href(&self) -> Option<String> {
        match self.done {
            Done::Commitment | Done::CommitmentEnd => self.at.map(|at| format!("#c{at}")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_and_no_other() {
        for done in Done::ALL {
            assert_eq!(Told::read(done.as_str(), None), Some(Told { done, at: None }));
        }
        assert_eq!(Told::read("<b>", Some("1")), None);
        assert_eq!(Told::read("sealed", Some("x")), Some(Told { done: Done::Sealed, at: None }));
    }

    #[test]
    fn it_joins_a_query_that_is_there() {
        assert_eq!(Done::Complaint.on("/complaints?number=T-1"), "/complaints?number=T-1&done=complaint");
        assert_eq!(Done::Sealed.on("/periods/2026"), "/periods/2026?done=sealed");
    }
}
