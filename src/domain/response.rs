//! A response: the answers to one invitation, whom they are about, and the periods they count in.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::period::{Grain, Period, State};
use super::questionnaire::{Answers, Kind, Questionnaire, Scored};
use super::service_record::{Channel, Touchpoint};

/// The text that stands in a comment by itself; others say which question they answer.
const COMMENT: &str = "comment";

/// Stands between two texts of a comment.
const BETWEEN: &str = "\n\n";

/// A blank line in one of several texts.
const BLANK: &str = " ";

/// Who entered the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The customer.
    #[serde(rename = "self")]
    Own,
    /// An interviewer, by phone.
    Phone,
    /// Staff, from a paper form.
    Paper,
}

/// How the customer came to be asked. Figures of different bases are never pooled (COMMITMENTS §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// By an invitation after the service.
    Invited,
    /// In the quarter's sampled follow-up (B3-2.3.3).
    Sample,
    /// By a code at the counter, uninvited.
    WalkUp,
    /// After a complaint was closed (E-3.3.2).
    Complaint,
    /// Ratings from elsewhere that are to stand apart.
    Imported,
}

/// A word that is no mode or base.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown word {0:?}")]
pub struct UnknownWord(pub String);

/// Whom a response is about, frozen with the service record. What would single out a customer of an anonymous answer
/// is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribution {
    /// Key of the department.
    pub department_id: i64,
    /// Key of the employee.
    pub employee_id: Option<i64>,
    /// Key of the client organisation.
    pub client_id: Option<i64>,
    /// Where the service was given.
    pub touchpoint: Option<Touchpoint>,
    /// Online or offline; `None` only where it had to be left out.
    pub channel: Option<Channel>,
}

/// The month, the quarter and the year that something counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Periods {
    /// The month.
    pub month: Period,
    /// The quarter.
    pub quarter: Period,
    /// The year.
    pub year: Period,
}

/// What is stored of an answered invitation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Whom it is about.
    pub attribution: Attribution,
    /// The periods of the service, for the response rate.
    pub served: Periods,
    /// The periods it counts in: the same, or later ones where those are published.
    pub counts_in: Periods,
    /// Who entered it.
    pub mode: Mode,
    /// How the customer came to be asked.
    pub base: Base,
    /// Key of the questionnaire's version.
    pub questionnaire_version_id: i64,
    /// Answers by question code, without texts.
    pub answers: Answers,
    /// What the customer wrote: all texts, since none may be read below the number for comments.
    pub comment: Option<String>,
    /// What the answers are worth.
    pub scored: Scored,
    /// Key of the privacy notice that the customer was told; `None` where none was shown, as on the phone.
    #[serde(default)]
    pub notice_id: Option<i64>,
    /// Key of the counter where it was given, of a walk-up answer.
    #[serde(default)]
    pub counter_id: Option<i64>,
}

impl Response {
    /// What a customer answers to an invitation: scored, its texts taken from the answers, and counting in the periods
    /// of the service.
    pub fn own(
        attribution: Attribution,
        served: Periods,
        questionnaire_version_id: i64,
        questionnaire: &Questionnaire,
        mut answers: Answers,
    ) -> Self {
        let scored = questionnaire.score(&answers);
        let comment = comment(questionnaire, &mut answers);
        Self {
            attribution,
            served,
            counts_in: served,
            mode: Mode::Own,
            base: Base::Invited,
            questionnaire_version_id,
            answers,
            comment,
            scored,
            notice_id: None,
            counter_id: None,
        }
    }

    /// Whether its customer was invited to answer: only then does it count among those who responded.
    pub fn is_invited(&self) -> bool {
        self.base == Base::Invited
    }
}

/// The texts that a comment is made of, by the codes of their questions.
pub fn texts(questionnaire: &Questionnaire, comment: &str) -> Vec<(String, String)> {
    let codes = text_codes(questionnaire);
    if let [code] = codes.as_slice() {
        return vec![((*code).to_owned(), marked(code, comment).unwrap_or(comment).to_owned())];
    }
    let mut texts: Vec<(String, String)> = Vec::new();
    for part in comment.split(BETWEEN) {
        let known = codes.iter().find_map(|code| Some((*code, marked(code, part)?)));
        let (code, text) = known.unwrap_or((COMMENT, part));
        let text: Vec<&str> = text.split('\n').map(|line| if line == BLANK { "" } else { line }).collect();
        texts.push((code.to_owned(), text.join("\n")));
    }
    texts
}

/// Takes the texts out of the answers. Where a questionnaire asks for several, the blank lines in them are told from those
/// between them, so that they can be taken apart again.
fn comment(questionnaire: &Questionnaire, answers: &mut Answers) -> Option<String> {
    let codes = text_codes(questionnaire);
    let is_alone = codes.len() == 1;
    let texts = codes.into_iter().filter_map(|code| {
        let text = answers.0.remove(code)?;
        let lines = text.split('\n').map(|line| if line.is_empty() && !is_alone { BLANK } else { line });
        let text = lines.collect::<Vec<_>>().join("\n");
        let is_bare = code == COMMENT && (is_alone || !text.starts_with('['));
        Some(if is_bare { text } else { format!("[{code}] {text}") })
    });
    Some(texts.collect::<Vec<_>>().join(BETWEEN)).filter(|comment| !comment.is_empty())
}

fn text_codes(questionnaire: &Questionnaire) -> Vec<&str> {
    let texts = questionnaire.questions.iter().filter(|question| question.kind == Kind::Text);
    texts.map(|question| question.code.as_str()).collect()
}

/// The text behind the mark of a question.
fn marked<'a>(code: &str, part: &'a str) -> Option<&'a str> {
    part.strip_prefix('[')?.strip_prefix(code)?.strip_prefix("] ")
}

impl Mode {
    /// The word other systems see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Phone => "phone",
            Self::Paper => "paper",
        }
    }
}

impl Base {
    /// The word other systems see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Sample => "sample",
            Self::WalkUp => "walk_up",
            Self::Complaint => "complaint",
            Self::Imported => "imported",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Own, Self::Phone, Self::Paper];
        all.into_iter().find(|mode| mode.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

impl std::str::FromStr for Base {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Invited, Self::Sample, Self::WalkUp, Self::Complaint, Self::Imported];
        all.into_iter().find(|base| base.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

impl Periods {
    /// The periods that an instant lies in.
    pub fn at(instant: DateTime<Utc>, zone: Tz) -> Self {
        let period = |grain| Period::at(instant, zone, grain);
        Self { month: period(Grain::Month), quarter: period(Grain::Quarter), year: period(Grain::Year) }
    }

    /// Whether the month is part of the quarter and the quarter of the year: not so of what counts late in some of them.
    pub fn are_of_one_day(&self) -> bool {
        self.quarter.contains(self.month.start()) && self.year.contains(self.quarter.start())
    }

    /// Where something of these periods counts: each that is published or sealed gives way to the next open one
    /// (CONTRACT §8.2).
    pub fn counting(self, state: impl Fn(Period) -> State) -> Self {
        Self {
            month: self.month.first_open(&state),
            quarter: self.quarter.first_open(&state),
            year: self.year.first_open(&state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn september() -> Periods {
        let instant = DateTime::parse_from_rfc3339("2026-09-30T23:59:00+08:00").unwrap().to_utc();
        Periods::at(instant, chrono_tz::Asia::Shanghai)
    }

    #[test]
    fn a_service_counts_in_the_periods_of_the_organisations_day() {
        let at = september();
        assert_eq!([at.month, at.quarter, at.year].map(|p| p.to_string()), ["2026-09", "2026-Q3", "2026"]);
    }

    #[test]
    fn all_texts_are_kept_apart_from_what_is_counted() {
        let questionnaire: Questionnaire =
            serde_json::from_str(include_str!("../../tests/data/all-kinds.json")).unwrap();
        let sent = [("overall", "1"), ("more", "no parts"), ("comment", "thanks")];
        let answers = questionnaire.read(sent).unwrap();
        let attribution =
            Attribution { department_id: 1, employee_id: None, client_id: None, touchpoint: None, channel: None };
        let response = Response::own(attribution, september(), 1, &questionnaire, answers);
        assert_eq!(response.comment.as_deref(), Some("[more] no parts\n\nthanks"));
        assert_eq!(response.answers.0.into_keys().collect::<Vec<_>>(), ["overall"]);
    }

    #[test]
    fn texts_are_taken_apart_as_they_were_put_together() {
        let several: Questionnaire = serde_json::from_str(include_str!("../../tests/data/all-kinds.json")).unwrap();
        let one: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
        for (questionnaire, sent) in [
            (&several, vec![("more", "a\n\n\n[comment] b"), ("comment", "[more] c\n\nd")]),
            (&several, vec![("more", "a")]),
            (&several, vec![("comment", "[more] c")]),
            (&several, vec![("comment", "c\n\nd")]),
            (&one, vec![("comment", "a\n\nb")]),
            (&one, vec![("comment", "[comment]")]),
        ] {
            let mut answers = Answers(sent.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect());
            let comment = comment(questionnaire, &mut answers).unwrap();
            let apart = texts(questionnaire, &comment);
            let apart: Vec<(&str, &str)> = apart.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            assert_eq!(apart, sent, "{comment}");
        }
        let before = texts(&several, "[more] as before\n\nthanks");
        assert_eq!(before, [("more", "as before"), ("comment", "thanks")].map(|(a, b)| (a.into(), b.into())));
    }

    #[test]
    fn a_late_answer_counts_in_the_next_open_month_and_still_in_its_quarter() {
        let published = ["2026-09", "2026-10"].map(|text| text.parse::<Period>().unwrap());
        let at =
            september().counting(|period| if published.contains(&period) { State::Published } else { State::Open });
        assert_eq!([at.month, at.quarter, at.year].map(|p| p.to_string()), ["2026-11", "2026-Q3", "2026"]);
    }
}
