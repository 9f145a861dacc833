//! What a mail server said, and what follows from it (RELIABILITY §3).

use std::fmt;
use std::time::Duration;

use super::address::Address;

/// How sending one mail ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took responsibility for the mail.
    Accepted {
        /// Usually holds the server's queue id.
        reply: Reply,
    },
    /// Refused for now: try again.
    Transient {
        /// What the server said.
        reply: Reply,
        /// How long the server asked us to wait; see [`asked_pause`].
        pause: Option<Duration>,
        /// The refusal concerns us or everybody there: hold all mail to the recipient's domain back.
        domain_wide: bool,
    },
    /// Refused for good.
    Permanent {
        /// What the server said.
        reply: Reply,
        /// Whose fault it is.
        kind: Rejection,
    },
    /// Nothing of the mail has left us: no connection, no TLS, no sign-in. No attempt is to be charged.
    NotStarted {
        /// What went wrong.
        cause: String,
        /// It concerns every mail: no server was reached, or none that lets us in.
        relay_wide: bool,
    },
    /// Nobody knows.
    Unknown {
        /// What went wrong.
        cause: String,
        /// The whole mail may have arrived, so a second attempt may double it. False if the server's reply to the
        /// envelope could not be read: then the mail has certainly not arrived.
        possible_duplicate: bool,
    },
}

/// Whose fault a permanent refusal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// There is no such mailbox: suppress the address.
    Hard,
    /// The mailbox is full: no suppression before it happens repeatedly.
    MailboxFull,
    /// The server doesn't want mail from us: our fault, never the address's.
    Policy,
    /// Anything else; the address is not to blame as far as we know.
    Other,
}

/// A server's reply, shortened and without addresses: fit for a log and for the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// 200–599.
    pub code: u16,
    /// RFC 3463, if the text begins with one of the reply's own class.
    pub enhanced: Option<Enhanced>,
    /// At most [`MAX_TEXT`] characters.
    pub text: String,
}

/// An enhanced status code: `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enhanced {
    /// 2, 4 or 5.
    pub class: u16,
    /// 0–999: 1 address, 2 mailbox, 4 network, 7 security and policy.
    pub subject: u16,
    /// 0–999.
    pub detail: u16,
}

/// The longest reply text kept, in characters.
pub const MAX_TEXT: usize = 200;

/// When a mail is given up, counted from its first attempt (RFC 5321 §4.5.4.1: four to five days).
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(4 * 24 * 3600);

/// The pause before the one retry of an unknown outcome.
pub const UNKNOWN_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Attempts after which unreadable replies are a failure.
pub const MAX_UNREADABLE: u32 = 3;

/// The pause after [`Outcome::NotStarted`]: the relay is out of reach, the mail is not to blame.
pub const NOT_STARTED_PAUSE: Duration = Duration::from_secs(60);

/// Refusals with 5xx that pass by themselves. True: all mail to the domain has to wait.
///
/// - QQ and Tencent exmail answer 550 to "Ip", "Connection", "Sender", "Domain" and "Content frequency limited" and
///   lift it after minutes or hours (smtp.codes/qq; Postal issue 1010: a retry minutes later was taken);
///   "Mailbox unavailable or access denied" is their limit per recipient.
/// - NetEase (163, 126, yeah): MI:STC and RP:TRC are the sender's limits of the day, HL:ITC the address's, HL:IHU a
///   suspension of the address (NetEase, 企业退信的常见问题; also seen as `554 5.5.0 MI:STC`, `554 5.7.3 HL:ITC`).
/// - Alibaba DirectMail as relay: "552 Daily sending quota exceeded".
const PASSING: [(&str, bool); 8] = [
    ("frequency limited", true),
    ("mailbox unavailable or access denied", false),
    ("mi:stc", true),
    ("rp:trc", true),
    ("hl:itc", true),
    ("hl:ihu", true),
    ("sending quota", true),
    ("too frequently sending", true),
];

/// "No such mailbox" of servers that give no enhanced code: QQ "Mailbox not found", NetEase "Invalid User", Coremail
/// "User not found", qmail "no mailbox here by that name", Exim "Unrouteable address", Exchange "RecipNotFound",
/// DirectMail's list of the forms it meets.
const NO_SUCH_MAILBOX: &[&str] = &[
    "mailbox not found",
    "user not found",
    "invalid user",
    "no such user",
    "user unknown",
    "unknown user",
    "user not exist",
    "user doesn't exist",
    "user does not exist",
    "no mailbox here by that name",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "recipient not found",
    "recipientnotfound",
    "recipnotfound",
    "recipient unknown",
    "unknown recipient",
    "mailbox does not exist",
    "account does not exist",
    "account that you tried to reach does not exist",
    "address does not exist",
    "recipient does not exist",
    "unrouteable address",
    "用户不存在",
    "收件人不存在",
    "邮箱不存在",
    "地址不存在",
    "帐号不存在",
    "账号不存在",
    "无此用户",
    "查无此人",
    "找不到收件人",
];

/// A full mailbox in words.
const FULL: &[&str] = &[
    "mailbox full",
    "mailbox is full",
    "mailfolder is full",
    "inbox is full",
    "over quota",
    "over the quota",
    "quota exceeded",
    "exceeded its quota",
    "exceeded his quota",
    "exceeded storage",
    "exceeded the storage",
    "out of storage",
    "mailbox size limit",
    "邮箱已满",
    "信箱已满",
    "空间已满",
    "容量已满",
    "空间不足",
    "容量不足",
    "超出配额",
    "超过配额",
];

/// A refusal of us or of what we send: words of QQ, NetEase, Gmail, Outlook, Exim, Postfix and Coremail.
const POLICY: &[&str] = &[
    "spam",
    "policy",
    "blacklist",
    "block list",
    "blocklist",
    "blocked",
    "reputation",
    "dmarc",
    "spf",
    "dkim",
    "content denied",
    "content rejected",
    "dt:s",
    "mi:dma",
    "mi:spb",
    "hl:ipb",
    "sender verify",
    "sender address",
    "sender domain",
    "domain of sender",
    "relay access denied",
    "relaying denied",
    "relay not permitted",
    "greylist",
    "垃圾邮件",
    "反垃圾",
    "拒收",
    "黑名单",
    "策略",
    "发件人",
];

impl Outcome {
    /// Judges the reply that ended an attempt, whether to the envelope or after the message.
    pub fn of(reply: Reply) -> Self {
        match reply.code {
            200..=299 => Self::Accepted { reply },
            400..=499 => {
                let domain_wide = reply.code == 421 || reply.is(7, &[0]);
                Self::Transient { pause: reply.asks_for(), domain_wide, reply }
            }
            // The relay wants us signed in or encrypted: our set-up is wrong, and every mail would share the fate.
            530 | 534 | 535 | 538 => {
                Self::NotStarted { cause: format!("the server wants a sign-in: {reply}"), relay_wide: true }
            }
            500..=599 => match reply.passing() {
                Some(domain_wide) => Self::Transient { pause: reply.asks_for(), domain_wide, reply },
                None => Self::Permanent { kind: reply.rejection(), reply },
            },
            _ => Self::Unknown { cause: format!("unexpected reply: {reply}"), possible_duplicate: false },
        }
    }

    /// One line for the outbox and the log: no address, at most about [`MAX_TEXT`] characters.
    pub fn note(&self) -> String {
        match self {
            Self::Accepted { reply } | Self::Transient { reply, .. } | Self::Permanent { reply, .. } => {
                reply.to_string()
            }
            Self::NotStarted { cause, .. } | Self::Unknown { cause, .. } => cause.clone(),
        }
    }
}

impl Reply {
    /// Takes over a reply's text without line breaks and addresses; `recipient`'s name is taken out even without `@`.
    pub fn new(code: u16, text: &str, recipient: Option<&Address>) -> Self {
        let text = clean(text, recipient);
        let enhanced = Enhanced::at_start(&text).filter(|enhanced| enhanced.class == code / 100);
        Self { code, enhanced, text }
    }

    /// The mailbox is full, for now or for good (4.2.2, 5.2.2, 552).
    pub fn is_mailbox_full(&self) -> bool {
        match self.enhanced {
            Some(enhanced) => enhanced.subject == 2 && enhanced.detail == 2,
            None => self.says(FULL),
        }
    }

    fn is(&self, subject: u16, details: &[u16]) -> bool {
        self.enhanced.is_some_and(|enhanced| enhanced.subject == subject && details.contains(&enhanced.detail))
    }

    fn says(&self, words: &[&str]) -> bool {
        let text = self.text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    }

    fn passing(&self) -> Option<bool> {
        let text = self.text.to_lowercase();
        PASSING.iter().find(|(words, _)| text.contains(words)).map(|(_, domain_wide)| *domain_wide)
    }

    fn rejection(&self) -> Rejection {
        if self.is(1, &[1, 2, 3, 10]) {
            Rejection::Hard
        } else if self.is_mailbox_full() {
            Rejection::MailboxFull
        } else if self.enhanced.is_some_and(|enhanced| enhanced.subject == 7) {
            Rejection::Policy
        } else if self.enhanced.is_some_and(|enhanced| enhanced.subject != 0) {
            Rejection::Other
        } else if self.says(POLICY) {
            Rejection::Policy
        } else if self.code == 550 && self.says(NO_SUCH_MAILBOX) {
            Rejection::Hard
        } else {
            Rejection::Other
        }
    }

    /// "try again in 300 seconds", "wait 5 minutes", "请在 300 秒后重试".
    fn asks_for(&self) -> Option<Duration> {
        let text = self.text.to_lowercase();
        if !["again", "retry", "wait", "later", "seconds", "重试", "稍后"].iter().any(|word| text.contains(word)) {
            return None;
        }
        let mut rest = text.as_str();
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (_, tail) = rest.split_at(start);
            let end = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
            let (digits, after) = tail.split_at(end);
            let word = after.trim_start();
            let unit = [("s", 1), ("秒", 1), ("min", 60), ("分", 60), ("hour", 3600), ("小时", 3600)]
                .into_iter()
                .find(|(unit, _)| unit_begins(word, unit));
            if let (Some((_, seconds)), Ok(number)) = (unit, digits.parse::<u64>()) {
                let asked = Duration::from_secs(number.saturating_mul(seconds));
                return (!asked.is_zero()).then(|| asked.min(Duration::from_secs(24 * 3600)));
            }
            rest = after;
        }
        None
    }
}

/// Whether `word` begins with a unit: `s`, `sec`, `seconds`, but not `smtp`.
fn unit_begins(word: &str, unit: &str) -> bool {
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    let (letters, _) = word.split_at(end);
    match unit {
        "s" => ["s", "sec", "secs", "second", "seconds"].contains(&letters),
        "min" => ["min", "mins", "minute", "minutes"].contains(&letters),
        "hour" => ["hour", "hours"].contains(&letters),
        _ => word.starts_with(unit),
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

impl Enhanced {
    /// Reads `^[245]\.\d{1,3}\.\d{1,3}` (RFC 3463 §2).
    pub fn at_start(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (code, _) = text.split_at(end);
        let mut parts = code.trim_end_matches('.').split('.');
        let mut number = |longest: usize| {
            let part = parts.next().filter(|part| !part.is_empty() && part.len() <= longest)?;
            part.parse::<u16>().ok()
        };
        let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
        ([2, 4, 5].contains(&class) && parts.next().is_none()).then_some(Self { class, subject, detail })
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// The pause after the `attempt`th refusal (from 1): 5, 15, 30 min, 1, 2, then 4 h, each ± 20 % by `jitter` in 0..1.
pub fn next_pause(attempt: u32, jitter: f64) -> Duration {
    let minutes: u32 = match attempt {
        0 | 1 => 5,
        2 => 15,
        3 => 30,
        4 => 60,
        5 => 120,
        _ => 240,
    };
    spread(Duration::from_secs(u64::from(minutes) * 60), 0.8, 0.4, jitter)
}

/// The pause for a server that named one: never shorter, up to 10 % longer by `jitter` in 0..1.
pub fn asked_pause(asked: Duration, jitter: f64) -> Duration {
    spread(asked, 1.0, 0.1, jitter)
}

fn spread(pause: Duration, least: f64, width: f64, jitter: f64) -> Duration {
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    pause.mul_f64(least + width * jitter)
}

/// One line, addresses replaced, at most [`MAX_TEXT`] characters.
pub(super) fn clean(text: &str, recipient: Option<&Address>) -> String {
    let name = recipient.map(|address| address.local().to_lowercase()).filter(|name| name.len() > 2);
    let mut words = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
        if word.contains(['@', '＠']) || name.as_ref() == Some(&bare) {
            words.push("<…>");
        } else {
            words.push(word);
        }
    }
    let line = words.join(" ");
    if line.chars().count() > MAX_TEXT { line.chars().take(MAX_TEXT - 1).chain(['…']).collect() } else { line }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outcome(code: u16, text: &str) -> Outcome {
        Outcome::of(Reply::new(code, text, None))
    }

    fn kind(code: u16, text: &str) -> Rejection {
        match outcome(code, text) {
            Outcome::Permanent { kind, .. } => kind,
            other => panic!("{code} {text}: {other:?}"),
        }
    }

    fn domain_wide(code: u16, text: &str) -> bool {
        match outcome(code, text) {
            Outcome::Transient { domain_wide, .. } => domain_wide,
            other => panic!("{code} {text}: {other:?}"),
        }
    }

    fn pause(text: &str) -> Option<u64> {
        Reply::new(450, text, None).asks_for().map(|pause| pause.as_secs())
    }

    #[test]
    fn a_dead_mailbox_is_hard() {
        for text in ["5.1.1 User unknown", "5.1.2 bad host", "5.1.3 bad syntax", "5.1.10 no such recipient"] {
            assert_eq!(kind(550, text), Rejection::Hard, "{text}");
        }
    }

    #[test]
    fn a_dead_mailbox_without_an_enhanced_code_is_known_by_its_words() {
        assert_eq!(kind(550, "Mailbox not found. http://service.mail.qq.com/x?id=20022"), Rejection::Hard);
        assert_eq!(kind(550, "Invalid User"), Rejection::Hard);
        assert_eq!(kind(554, "Invalid User"), Rejection::Other);
    }

    #[test]
    fn what_chinese_servers_write_means_what_it_says() {
        assert_eq!(kind(550, "收件人邮件地址不存在"), Rejection::Hard);
        assert_eq!(kind(550, "对方认为您的邮件是垃圾邮件，已拒收"), Rejection::Policy);
        assert_eq!(kind(552, "收件人的邮箱已满"), Rejection::MailboxFull);
        assert_eq!(kind(550, "Sender address does not exist"), Rejection::Policy);
    }

    #[test]
    fn a_full_mailbox_suppresses_nobody() {
        assert_eq!(kind(552, "5.2.2 mailbox full"), Rejection::MailboxFull);
        assert_eq!(kind(552, "Requested mail action aborted: exceeded storage allocation"), Rejection::MailboxFull);
        assert_eq!(kind(552, "Requested mail action aborted: exceeded mailsize limit"), Rejection::Other);
        assert!(Reply::new(452, "4.2.2 over quota", None).is_mailbox_full());
    }

    #[test]
    fn policy_is_our_fault() {
        for (code, text) in [
            (550, "5.7.1 rejected"),
            (550, "5.7.26 unauthenticated mail from you, DMARC"),
            (554, "DT:SPM 163 smtp8"),
            (550, "MI:SPF mx1"),
            (550, "Mail content denied."),
            (554, "Service unavailable; client host blocked using zen"),
        ] {
            assert_eq!(kind(code, text), Rejection::Policy, "{text}");
        }
    }

    #[test]
    fn limits_of_chinese_providers_are_temporary_though_they_say_550() {
        assert!(domain_wide(550, "Connection frequency limited. http://service.mail.qq.com/cgi-bin/help?id=20022"));
        assert!(domain_wide(550, "Ip frequency limited"));
        assert!(domain_wide(554, "5.5.0 MI:STC 163 smtp2"));
        assert!(domain_wide(550, "RP:TRC"));
        assert!(domain_wide(552, "Daily sending quota exceeded"));
        assert!(!domain_wide(550, "Mailbox unavailable or access denied"));
    }

    #[test]
    fn greylisting_concerns_one_mail_and_a_closing_server_all() {
        assert!(!domain_wide(450, "4.7.1 greylisted"));
        assert!(domain_wide(450, "4.7.0 rate"));
        assert!(domain_wide(421, "try later"));
        assert!(!domain_wide(451, "4.3.0 local error"));
    }

    #[test]
    fn a_demand_to_sign_in_is_no_verdict_on_the_mail() {
        assert!(matches!(outcome(530, "5.7.0 Must issue a STARTTLS command first"), Outcome::NotStarted { .. }));
        assert!(matches!(outcome(535, "Login fail. login frequency limited"), Outcome::NotStarted { .. }));
    }

    #[test]
    fn what_is_not_understood_blames_nobody() {
        assert_eq!(kind(554, "Transaction failed"), Rejection::Other);
        assert_eq!(kind(550, "5.4.1 Recipient address rejected: Access denied"), Rejection::Other);
    }

    #[test]
    fn a_pause_the_server_names_is_read() {
        assert_eq!(pause("4.2.0 Greylisted, please try again in 300 seconds"), Some(300));
        assert_eq!(pause("try again in 5 minutes (host 10.0.0.1)"), Some(300));
        assert_eq!(pause("host mx1 says: wait 60s"), Some(60));
        assert_eq!(pause("请在 300 秒后重试"), Some(300));
        assert_eq!(pause("retry later, smtp 25 smtp"), None);
        assert_eq!(pause("please try again in 99999999999999999999 seconds"), None);
        assert_eq!(pause("try again in 900 hours"), Some(24 * 3600));
    }

    #[test]
    fn enhanced_codes_are_read_only_in_full_and_of_the_same_class() {
        assert_eq!(Enhanced::at_start("5.1.10 x"), Some(Enhanced { class: 5, subject: 1, detail: 10 }));
        for text in ["5.1", "5.1.1.1", "3.1.1", "5.1.1000", "15.1.1", "x5.1.1", "5..1", ""] {
            assert_eq!(Enhanced::at_start(text), None, "{text}");
        }
        assert_eq!(Reply::new(450, "5.1.1 odd", None).enhanced, None);
    }

    #[test]
    fn replies_lose_addresses_and_names_of_the_recipient() {
        let to = Address::parse("wang.fang@qq.com").unwrap();
        let reply = Reply::new(550, "5.1.1 <wang.fang@qq.com>:\r\n no mailbox 'Wang.Fang' here", Some(&to));
        assert_eq!(reply.text, "5.1.1 <…> no mailbox <…> here");
    }

    #[test]
    fn the_schedule_is_the_documented_one() {
        let minutes: Vec<u64> = (1..8).map(|attempt| next_pause(attempt, 0.5).as_secs() / 60).collect();
        assert_eq!(minutes, [5, 15, 30, 60, 120, 240, 240]);
        assert_eq!(next_pause(1, 0.0).as_secs(), 240);
        assert_eq!(next_pause(1, 1.0).as_secs(), 360);
        assert_eq!(asked_pause(Duration::from_secs(300), 1.0).as_secs(), 330);
        assert_eq!(next_pause(9, f64::NAN).as_secs() / 60, 240);
    }

    proptest! {
        #[test]
        fn any_reply_is_judged_and_kept_on_one_short_line(code in 200u16..600, text in "\\PC{0,300}|.{0,300}") {
            let note = outcome(code, &text).note();
            prop_assert!(note.chars().count() <= MAX_TEXT + 40);
            prop_assert!(!note.contains(['\r', '\n', '@']));
        }
    }
}
