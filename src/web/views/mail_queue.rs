//! Mail on its way, for those who run it: whether it goes out, what waits, what failed and why.

use askama::Template;
use chrono::NaiveDateTime;

use super::{format, shell::Shell};
use crate::domain::bounce::Kind;
use crate::domain::invitation::State;
use crate::domain::mail_note::Note;
use crate::i18n::Texts;

/// `GET /mail`
#[derive(Debug, Clone, Template)]
#[template(path = "staff/mail_queue.html")]
pub struct MailQueuePage {
    /// The frame.
    pub shell: Shell,
    /// Whether anything is sent.
    pub sending: Sending,
    /// Counts of what waits and of the last day, in words.
    pub counts: Vec<(String, i64)>,
    /// When all that is due will have gone out at the pace of the last hour; `None` if nothing waits or nothing went.
    pub minutes_left: Option<i64>,
    /// When the mail that has waited longest was due, in the organisation's zone; `None` if none is overdue.
    pub oldest: Option<NaiveDateTime>,
    /// Mails that wait for another try, the latest first.
    pub retries: Vec<MailLine>,
    /// Mails that came to no good end, the latest first.
    pub failed: Vec<MailLine>,
    /// The token of its forms; `None` for those who may only look.
    pub csrf: Option<String>,
    /// The reader's address, which a test goes to.
    pub own_address: String,
    /// What became of a test mail.
    pub tested: Option<Tested>,
    /// The number that was looked for in vain.
    pub unknown: Option<String>,
}

/// Whether mail goes out.
#[derive(Debug, Clone)]
pub enum Sending {
    /// It does.
    On,
    /// No server is named.
    Nowhere,
    /// It is paused.
    Paused {
        /// Since when, in the organisation's zone.
        since: NaiveDateTime,
        /// By whom.
        by: String,
        /// What the servers said that refused us.
        reply: Option<String>,
    },
}

/// A test mail in one language.
#[derive(Debug, Clone)]
pub struct Tested {
    /// All of them were taken.
    pub is_good: bool,
    /// What was done and what the server said, line by line.
    pub dialogue: Vec<String>,
}

/// A mail.
#[derive(Debug, Clone)]
pub struct MailLine {
    /// Number of the service record.
    pub external_id: String,
    /// Where its way is shown.
    pub href: String,
    /// 0 for the invitation, then reminders.
    pub step: i32,
    /// Its state.
    pub state: String,
    /// When it is due, or came to its end.
    pub at: NaiveDateTime,
    /// How often it was tried.
    pub attempt: i32,
    /// What the server said last.
    pub reply: Option<String>,
    /// How often it may have arrived without our knowing.
    pub possible_duplicates: i32,
}

/// `GET /mail/way?number=…`
#[derive(Debug, Clone, Template)]
#[template(path = "staff/mail_way.html")]
pub struct MailWayPage {
    /// The frame.
    pub shell: Shell,
    /// Number of the service record.
    pub external_id: String,
    /// What has become of the invitation.
    pub state: State,
    /// When the record was stored, when the invitation was due, until when it can be answered.
    pub dates: [NaiveDateTime; 3],
    /// Its mails.
    pub mails: Vec<MailLine>,
    /// What came back of them: when, in the organisation's zone, what, and the status code it gave (RFC 3463).
    pub returned: Vec<(NaiveDateTime, Kind, Option<String>)>,
}

impl MailQueuePage {
    fn is_paused(&self) -> bool {
        matches!(self.sending, Sending::Paused { .. })
    }
}

impl MailLine {
    fn kind(&self, t: &Texts) -> String {
        match self.step {
            0 => t.get("queue-kind-invitation"),
            step => t.with("queue-kind-reminder", &[("step", step)]),
        }
    }

    fn state(&self, t: &Texts) -> String {
        state(t, &self.state)
    }

    /// Whether it may have arrived without our knowing, or more than once.
    fn doubt(&self, t: &Texts) -> Option<String> {
        let key = if self.state == "accepted" { "queue-maybe-twice" } else { "queue-maybe-there" };
        (self.possible_duplicates > 0).then(|| t.get(key))
    }

    /// What we noted ourselves, in words.
    fn note(&self, t: &Texts) -> Option<String> {
        let note = self.reply.as_deref().and_then(Note::read)?;
        Some(t.get(match note {
            Note::Unwanted => "queue-note-unwanted",
            Note::ComplaintOpen => "queue-note-complaint-open",
            Note::Expired => "queue-note-expired",
            Note::TooLongAgo => "queue-note-too-long-ago",
            Note::NoReminders => "queue-note-no-reminders",
            Note::RefusesReminders => "queue-note-refuses-reminders",
            Note::LateReminder => "queue-note-late-reminder",
            Note::NoAddress => "queue-note-no-address",
            Note::Unreadable => "queue-note-unreadable",
            Note::Unbuildable => "queue-note-unbuildable",
            Note::Domain => "queue-note-domain",
            Note::QuietHours => "queue-note-quiet-hours",
            Note::Paused => "queue-note-paused",
            Note::Stopped => "queue-note-stopped",
            Note::Slow => "queue-note-slow",
        }))
    }
}

/// The state of a mail in words.
pub fn state(t: &Texts, state: &str) -> String {
    t.get(match state {
        "queued" => "queue-state-queued",
        "claimed" => "queue-state-claimed",
        "retry" => "queue-state-retry",
        "accepted" => "queue-state-accepted",
        "suppressed" => "queue-state-suppressed",
        "expired" => "queue-state-expired",
        "unknown" => "queue-state-unknown",
        _ => "queue-state-failed",
    })
}

/// What came back of a mail, in words.
fn returned(t: &Texts, kind: &Kind) -> String {
    t.get(match kind {
        Kind::Hard => "queue-returned-hard",
        Kind::Soft => "queue-returned-soft",
        Kind::MailboxFull => "queue-returned-full",
        Kind::Policy => "queue-returned-policy",
        Kind::Complaint => "queue-returned-complaint",
        Kind::Delay => "queue-returned-delay",
        Kind::AutoReply => "queue-returned-auto-reply",
        Kind::Unsubscribe => "queue-returned-unsubscribe",
        Kind::Unknown => "queue-returned-unknown",
    })
}

/// What has become of an invitation, in words.
fn invitation(t: &Texts, state: &State) -> String {
    t.get(match state {
        State::Scheduled => "queue-invitation-scheduled",
        State::Queued => "queue-invitation-queued",
        State::Sent => "queue-invitation-sent",
        State::Answered => "queue-invitation-answered",
        State::Declined => "queue-invitation-declined",
        State::Expired => "queue-invitation-expired",
        State::Bounced => "queue-invitation-bounced",
        State::Throttled => "queue-invitation-throttled",
        State::Suppressed => "queue-invitation-suppressed",
        State::NotSampled => "queue-invitation-not-sampled",
        State::Ineligible => "queue-invitation-ineligible",
        State::NoAddress => "queue-invitation-no-address",
        State::TooOld => "queue-invitation-too-old",
        State::Failed => "queue-invitation-failed",
        State::ComplaintOpen => "queue-invitation-complaint-open",
    })
}
