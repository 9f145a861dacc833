//! A commitment that is announced, read from texts: the members of a body, or the fields of a form. Both are held to the
//! same rules here, and each tells what is wrong in its own words.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::commitment::{Commitment, Consequence, DEFAULT_TOLERANCE, EvidenceRule, Level, Metric};
use super::notice::Waiver;
use super::period::Grain;
use super::points::Hundredths;
use super::service_record::Channel;
use super::text;

/// What is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The commitment; its `id` is given when it is stored.
    pub commitment: Commitment,
    /// Why it may come without notice.
    pub waiver: Option<Waiver>,
    /// More about it: the law, the consent, the mistake.
    pub note: Option<String>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// One of [`FIELDS`].
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It must be there, and is not.
    Missing,
    /// It is none of a few words.
    NotOneOf(Vec<&'static str>),
    /// It is no code.
    NotACode,
    /// It is no number from 0 to 100 with at most two decimals.
    NotANumber,
    /// It is no day from the year 2000 on.
    NotADate,
    /// It is too long for a note, or has what nobody can see in it.
    NotANote,
    /// It does not go with the others: only a department's promise names one, a client's names its own, and the gap
    /// between the channels is of neither.
    DoesNotAgree,
}

/// The fields there are.
pub const FIELDS: [&str; 15] = [
    "metric",
    "level",
    "department",
    "client",
    "channel",
    "grain",
    "target",
    "tolerance",
    "consequence",
    "clause",
    "evidence_rule",
    "valid_from",
    "valid_to",
    "reason",
    "note",
];

/// Characters a note may have.
pub const MAX_NOTE: usize = text::MAX_REASON;

/// Whose figures can be bound. A person's are never judged.
pub const LEVELS: [Level; 3] = [Level::Organisation, Level::Department, Level::Client];

/// Reads an announcement; `given` has the text of a field, or `None` if it is left out.
///
/// # Errors
/// Every fault, in the order of [`FIELDS`] but those of fields that do not agree, which come last.
pub fn read<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<Announcement, Vec<Fault>> {
    let mut fields = Fields { given, faults: Vec::new() };
    let metric = fields.word("metric", Metric::ALL, Metric::as_str);
    let level = fields.word("level", LEVELS, Level::as_str);
    let department_code = fields.optional("department", Problem::NotACode, code);
    let client_code = fields.optional("client", Problem::NotACode, code);
    let channel = fields.optional("channel", Problem::NotOneOf(CHANNELS.to_vec()), channel).flatten();
    let grain = fields.word("grain", Grain::ALL, Grain::as_str);
    let target = fields.required("target", Problem::NotANumber, hundredths);
    let tolerance = fields.optional("tolerance", Problem::NotANumber, hundredths);
    let consequence = fields.optional_word("consequence", Consequence::ALL, Consequence::as_str);
    let clause = fields.required("clause", Problem::NotACode, code);
    let evidence_rule = fields.optional_word("evidence_rule", EvidenceRule::ALL, EvidenceRule::as_str);
    let valid_from = fields.required("valid_from", Problem::NotADate, date);
    let valid_to = fields.optional("valid_to", Problem::NotADate, date);
    let (waiver, note) = fields.reason();
    fields.agree("department", level != Some(Level::Department) && department_code.is_some());
    fields.agree("client", level.is_some() && (level == Some(Level::Client)) != client_code.is_some());
    fields.agree("channel", metric == Some(Metric::ChannelGap) && channel.is_some());
    let commitment = metric.zip(level).zip(grain.zip(target)).zip(clause.zip(valid_from)).map(
        |(((metric, level), (grain, target)), (clause, valid_from))| Commitment {
            id: 0,
            metric,
            level,
            department_code,
            client_code,
            channel,
            grain,
            target,
            tolerance: tolerance.unwrap_or(DEFAULT_TOLERANCE),
            consequence,
            clause,
            evidence_rule: evidence_rule.unwrap_or_default(),
            valid_from,
            valid_to,
        },
    );
    match commitment {
        Some(commitment) if fields.faults.is_empty() => Ok(Announcement { commitment, waiver, note }),
        _ => Err(fields.faults),
    }
}

/// That a commitment ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Its last day.
    pub last_day: NaiveDate,
    /// Why it may end without notice.
    pub waiver: Option<Waiver>,
    /// More about it.
    pub note: Option<String>,
}

/// Reads the end of a commitment from `valid_to`, `reason` and `note`.
///
/// # Errors
/// Every fault.
pub fn read_ending<'a>(given: impl Fn(&str) -> Option<&'a str>) -> Result<Ending, Vec<Fault>> {
    let mut fields = Fields { given, faults: Vec::new() };
    let last_day = fields.required("valid_to", Problem::NotADate, date);
    let (waiver, note) = fields.reason();
    match last_day {
        Some(last_day) if fields.faults.is_empty() => Ok(Ending { last_day, waiver, note }),
        _ => Err(fields.faults),
    }
}

/// A number of hundredths as it is typed: `90`, `92.5`, `0.07`.
pub fn number(value: Hundredths) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    let text = format!("{sign}{whole}.{rest:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const CHANNELS: [&str; 3] = [Channel::Online.as_str(), Channel::Offline.as_str(), "all"];

/// The fields that were given, and what is wrong with them.
struct Fields<F> {
    given: F,
    faults: Vec<Fault>,
}

impl<'a, F: Fn(&str) -> Option<&'a str>> Fields<F> {
    /// What a field says, if it is there.
    fn optional<T>(
        &mut self,
        field: &'static str,
        problem: Problem,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = parse(text::trim((self.given)(field)?));
        if value.is_none() {
            self.faults.push(Fault { field, problem });
        }
        value
    }

    /// What a field says that must be there.
    fn required<T>(
        &mut self,
        field: &'static str,
        problem: Problem,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        if (self.given)(field).is_none() {
            self.faults.push(Fault { field, problem: Problem::Missing });
        }
        self.optional(field, problem, parse)
    }

    fn word<T: Copy, const N: usize>(
        &mut self,
        field: &'static str,
        all: [T; N],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.required(field, Problem::NotOneOf(all.map(&word).to_vec()), one_of(all, &word))
    }

    fn optional_word<T: Copy, const N: usize>(
        &mut self,
        field: &'static str,
        all: [T; N],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        self.optional(field, Problem::NotOneOf(all.map(&word).to_vec()), one_of(all, &word))
    }

    /// Why it may come without notice, and more about it: whoever is owed the notice is told in words why it was short.
    fn reason(&mut self) -> (Option<Waiver>, Option<String>) {
        let waiver = self.optional_word("reason", Waiver::ALL, Waiver::as_str);
        let note =
            self.optional("note", Problem::NotANote, |note| text::line(note, MAX_NOTE).ok().map(Cow::into_owned));
        let note = note.filter(|note| !note.is_empty());
        let is_told = self.faults.iter().any(|fault| fault.field == "note");
        if waiver.is_some() && note.is_none() && !is_told {
            self.faults.push(Fault { field: "note", problem: Problem::Missing });
        }
        (waiver, note)
    }

    /// Notes that a field does not go with the others.
    fn agree(&mut self, field: &'static str, is_wrong: bool) {
        if is_wrong {
            self.faults.push(Fault { field, problem: Problem::DoesNotAgree });
        }
    }
}

fn one_of<T: Copy, const N: usize>(all: [T; N], word: impl Fn(T) -> &'static str) -> impl FnOnce(&str) -> Option<T> {
    move |text| all.into_iter().find(|one| word(*one) == text)
}

fn channel(text: &str) -> Option<Option<Channel>> {
    if text == "all" {
        return Some(None);
    }
    Channel::ALL.into_iter().find(|channel| channel.as_str() == text).map(Some)
}

fn code(text: &str) -> Option<String> {
    text::code(text, text::MAX_CODE).ok().filter(|code| !code.is_empty()).map(str::to_owned)
}

/// A day from 2000 on.
fn date(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|date| (2000..=9999).contains(&date.year()))
}

/// A number from 0 to 100 with at most two decimals, in hundredths, without passing through a float.
fn hundredths(text: &str) -> Option<Hundredths> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let decimals = decimals.trim_end_matches('0');
    if whole.is_empty() || !is_plain(whole) || !is_plain(decimals) || decimals.len() > 2 {
        return None;
    }
    let number: Hundredths = format!("{whole}{decimals:0<2}").parse().ok()?;
    (number <= 10_000).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_hundredths_exactly() {
        for (text, expected) in
            [("90", Some(9_000)), ("85.5", Some(8_550)), ("0.07", Some(7)), ("100.00", Some(10_000))]
        {
            assert_eq!(hundredths(text), expected, "{text}");
        }
        for text in ["", "-1", "100.01", "85.555", "1e2", ".5", "９０", "5 0", "99999999999"] {
            assert_eq!(hundredths(text), None, "{text}");
        }
    }

    #[test]
    fn hundredths_are_typed_back_as_they_were_read() {
        assert_eq!([9_000, 9_250, 9_255, 7, 0].map(number), ["90", "92.5", "92.55", "0.07", "0"]);
        assert!((0..=10_000).all(|value| hundredths(&number(value)) == Some(value)));
    }

    const RIGHT: [(&str, &str); 6] = [
        ("metric", "satisfaction_rate"),
        ("level", "organisation"),
        ("grain", "month"),
        ("target", "92.5"),
        ("clause", " B3-2.3.3 "),
        ("valid_from", "2026-11-01"),
    ];

    /// What is read of the right fields with some of them in another way.
    fn with(changed: &[(&str, &'static str)]) -> Result<Announcement, Vec<Fault>> {
        let changed = changed.iter().copied().chain(RIGHT).collect::<Vec<_>>();
        read(|name| changed.iter().find(|(field, _)| *field == name).map(|(_, text)| *text))
    }

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let Commitment { target, tolerance, channel, clause, evidence_rule, valid_to, .. } =
            with(&[]).unwrap().commitment;
        assert_eq!((target, tolerance, channel), (9_250, DEFAULT_TOLERANCE, None));
        assert_eq!((clause.as_str(), evidence_rule, valid_to), ("B3-2.3.3", EvidenceRule::VerdictStands, None));
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let wrong = with(&[("metric", "beauty"), ("target", "100.001"), ("valid_from", "1999-12-31")]).unwrap_err();
        assert_eq!(wrong.iter().map(|fault| fault.field).collect::<Vec<_>>(), ["metric", "target", "valid_from"]);
        let nothing = read(|_| None).unwrap_err();
        assert!(nothing.iter().all(|fault| fault.problem == Problem::Missing), "{nothing:?}");
    }

    #[test]
    fn a_reason_for_short_notice_is_explained() {
        let missing = vec![Fault { field: "note", problem: Problem::Missing }];
        assert_eq!(with(&[("reason", "law")]).unwrap_err(), missing);
        assert_eq!(with(&[("reason", "law"), ("note", " ")]).unwrap_err(), missing);
        assert!(with(&[("reason", "law"), ("note", "Regulation 12")]).is_ok());
        assert_eq!(with(&[("note", " ")]).unwrap().note, None);
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        let field = |changed: &[(&str, &'static str)]| with(changed).unwrap_err().first().unwrap().field;
        assert_eq!(field(&[("department", "repair")]), "department");
        assert_eq!(field(&[("client", "acme")]), "client");
        assert_eq!(field(&[("level", "client")]), "client");
        assert_eq!(field(&[("metric", "channel_gap"), ("channel", "online")]), "channel");
    }
}
