//! Ratings collected elsewhere: each is stored with its service record, as an invitation that was answered, and counts
//! in the same transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::intake::{Asking, BATCH, Intake, Outcome};
use super::period::Progress;
use super::questionnaire::{self, Published};
use super::response::{self, Named};
use super::{Connection, Result, tally};
use crate::domain::questionnaire::{Answers, Kind, NOT_APPLICABLE, Questionnaire};
use crate::domain::response::{Base, Mode, Response};
use crate::domain::service_record::{Channel, ServiceRecord};
use crate::domain::tally::Tallies;

/// A rating with the service it is about.
#[derive(Debug, Clone, Copy)]
pub struct Rating<'a> {
    /// The service.
    pub record: &'a ServiceRecord,
    /// When the customer answered.
    pub responded_at: DateTime<Utc>,
    /// Option value by question code.
    pub answers: &'a BTreeMap<String, String>,
    /// What the customer wrote.
    pub comment: Option<&'a str>,
}

/// The questionnaires in force, by which the columns and values of a file are judged.
#[derive(Debug, Clone)]
pub struct InForce {
    online: Arc<Questionnaire>,
    offline: Arc<Questionnaire>,
}

/// What ratings of one channel are stored as answers to.
struct Version {
    id: i64,
    questionnaire: Questionnaire,
}

impl InForce {
    /// Loads them.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        let (current, published) = (questionnaire::current(conn)?, Published::default());
        Ok(Self { online: published.get(conn, current.online)?, offline: published.get(conn, current.offline)? })
    }

    /// The codes of the questions that are rated.
    pub fn codes(&self) -> Vec<&str> {
        let mut codes: Vec<_> = self.all().filter(|q| q.kind == Kind::Rating).map(|q| q.code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whether a question offers an option.
    pub fn offers(&self, code: &str, value: &str) -> bool {
        let mut rated = self.all().filter(|question| question.code == code && question.kind == Kind::Rating);
        rated.any(|question| question.points(value).is_some() || (question.not_applicable && value == NOT_APPLICABLE))
    }

    fn all(&self) -> impl Iterator<Item = &crate::domain::questionnaire::Question> {
        self.online.questions.iter().chain(&self.offline.questions)
    }

    /// The version that has only the questions of the file (CONTRACT §8.3), published now if it is new.
    fn version(
        &self,
        conn: &mut Connection,
        channel: Channel,
        questions: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Version> {
        let whole = match channel {
            Channel::Online => &self.online,
            Channel::Offline => &self.offline,
        };
        let mut questionnaire = Questionnaire::clone(whole);
        questionnaire.questions.retain(|question| questions.contains(&question.code.as_str()));
        let codes: Vec<&str> = questionnaire.questions.iter().map(|question| question.code.as_str()).collect();
        questionnaire.code = format!("ratings-{channel}:{}", codes.join("+"));
        Ok(Version { id: questionnaire::ensure(conn, &questionnaire, now)?, questionnaire })
    }
}

/// Stores ratings; the outcomes stand in their order. `questions` are the codes that the file has columns for, `told`
/// is called with the number stored after each batch.
pub fn store(
    conn: &mut Connection,
    intake: &mut Intake<'_>,
    ratings: &[Rating<'_>],
    (questions, base): (&[&str], Base),
    now: DateTime<Utc>,
    mut told: impl FnMut(usize),
) -> Result<Vec<Outcome>> {
    let in_force = InForce::load(conn)?;
    let online = in_force.version(conn, Channel::Online, questions, now)?;
    let offline = in_force.version(conn, Channel::Offline, questions, now)?;
    let progress = Progress::load(conn)?;
    let mut tallies = Tallies::default();
    let mut outcomes = Vec::with_capacity(ratings.len());
    for batch in ratings.chunks(BATCH) {
        let content: Vec<String> = batch.iter().map(|rating| rating.canonical(base)).collect();
        let records: Vec<_> = batch.iter().zip(&content).map(|(rating, text)| (rating.record, text.as_str())).collect();
        let stored = intake.store(conn, &records, Asking::Answered)?;
        let mut named = Vec::with_capacity(batch.len());
        for (rating, outcome) in batch.iter().zip(&stored) {
            let Outcome::Created(stored) = outcome else { continue };
            let version = match rating.record.channel {
                Channel::Online => &online,
                Channel::Offline => &offline,
            };
            let answers = Answers(rating.answers.clone());
            let response = Response {
                attribution: stored.attribution,
                served: stored.periods,
                counts_in: stored.periods.counting(|period| progress.state(period)),
                mode: Mode::Own,
                base,
                questionnaire_version_id: version.id,
                scored: version.questionnaire.score(&answers),
                answers,
                comment: rating.comment.map(str::to_owned),
            };
            tallies.add_response(&response);
            named.push(Named {
                invitation_id: stored.invitation_id,
                service_record_id: stored.id,
                responded_at: rating.responded_at,
                response,
            });
        }
        response::insert_named(conn, &named)?;
        outcomes.extend(stored);
        told(outcomes.len());
    }
    tally::add(conn, &tallies)?;
    Ok(outcomes)
}

impl Rating<'_> {
    /// What is hashed with the record, so that the same number with another answer is a conflict.
    fn canonical(&self, base: Base) -> String {
        let mut text = format!("base={}\nresponded_at={}\n", base.as_str(), self.responded_at.timestamp_micros());
        for (code, value) in self.answers {
            text.push_str(&format!("answer.{code}={value}\n"));
        }
        // Last, and to the end: it may hold line breaks.
        if let Some(comment) = self.comment {
            text.push_str("comment=");
            text.push_str(comment);
        }
        text
    }
}
