//! Ratings collected elsewhere: each is stored with its service record, as an invitation that was answered, and counts
//! in the same transaction.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::intake::{Asking, Intake, Outcome};
use super::period::Progress;
use super::questionnaire::{self, Published};
use super::response::{self, Named};
use super::{Connection, Result, tally};
use crate::domain::questionnaire::{Answers, Item, Kind, Question, Questionnaire};
use crate::domain::response::{Base, Response};
use crate::domain::service_record::{Channel, ServiceRecord};
use crate::domain::tally::Tallies;

/// Answers stored before the next telling.
const PART: usize = 2_000;

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
        let mut codes: Vec<_> = self.all().map(|item| item.code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Whether a question offers an option.
    pub fn offers(&self, code: &str, value: &str) -> bool {
        self.all().any(|item| item.code == code && item.question.offers(value))
    }

    /// The questions and rows that are rated.
    fn all(&self) -> impl Iterator<Item = Item<'_>> {
        let all = self.online.items().chain(self.offline.items());
        all.filter(|item| matches!(item.question.kind, Kind::Rating | Kind::Matrix))
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
        for question in &mut questionnaire.questions {
            question.rows.retain(|row| questions.contains(&row.code.as_str()));
            // What was asked elsewhere was asked: nothing hides it.
            (question.show_if, question.new_page) = (None, false);
        }
        let is_asked = |question: &Question| question.items().any(|item| questions.contains(&item.code));
        questionnaire.questions.retain(is_asked);
        let codes: Vec<&str> = questionnaire.items().map(|item| item.code).collect();
        questionnaire.code = format!("ratings-{channel}:{}", codes.join("+"));
        Ok(Version { id: questionnaire::ensure(conn, &questionnaire, now)?, questionnaire })
    }
}

/// Stores ratings; the outcomes stand in their order. `questions` are the codes that the file has columns for, `told`
/// hears again and again how many more are stored, of each rating twice: its record, and its answers.
pub fn store(
    conn: &mut Connection,
    intake: &mut Intake<'_>,
    ratings: &[Rating<'_>],
    (questions, base): (&[&str], Base),
    now: DateTime<Utc>,
    mut told: impl FnMut(usize),
) -> Result<Vec<Outcome>> {
    let progress = Progress::hold(conn)?;
    let in_force = InForce::load(conn)?;
    let online = in_force.version(conn, Channel::Online, questions, now)?;
    let offline = in_force.version(conn, Channel::Offline, questions, now)?;
    let content: Vec<String> = ratings.iter().map(|rating| rating.canonical(base)).collect();
    let records: Vec<_> = ratings.iter().zip(&content).map(|(rating, text)| (rating.record, text.as_str())).collect();
    let mut tallies = Tallies::default();
    let outcomes = intake.store_counting(conn, &records, Asking::Answered, &mut tallies, &mut told)?;
    let mut named = Vec::with_capacity(ratings.len());
    for (rating, outcome) in ratings.iter().zip(&outcomes) {
        let Outcome::Created(stored) = outcome else { continue };
        let version = match rating.record.channel {
            Channel::Online => &online,
            Channel::Offline => &offline,
        };
        let answers = Answers(rating.answers.clone());
        let response = Response {
            counts_in: stored.periods.counting(|period| progress.state(period)),
            base,
            comment: rating.comment.map(str::to_owned),
            ..Response::own(stored.attribution, stored.periods, version.id, &version.questionnaire, answers)
        };
        tallies.add_response(&response);
        named.push(Named {
            invitation_id: Some(stored.invitation_id),
            service_record_id: stored.id,
            responded_at: rating.responded_at,
            entered_by: None,
            response,
        });
    }
    told(ratings.len() - named.len());
    for part in named.chunks(PART) {
        response::insert_named(conn, part, &mut tallies)?;
        told(part.len());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Secrets;
    use crate::db::doctor::{self, Recount};
    use crate::db::master_data::{Making, Mention, make_missing};
    use crate::db::{Pool, outbox};
    use crate::domain::invitation::Rules;
    use crate::domain::locale::Locale;
    use crate::domain::service_record::Contact;

    const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

    struct Store {
        pool: Pool,
        _folder: tempfile::TempDir,
        secrets: Secrets,
        rules: Rules,
    }

    impl Store {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let pool = Pool::open(&format!("sqlite:{}/m.db", folder.path().display())).unwrap();
            pool.run_now(|conn| conn.migrate().map(drop)).unwrap();
            pool.write_now(|conn| questionnaire::seed(conn, now())).unwrap();
            Self { pool, _folder: folder, secrets: Secrets::random(), rules: Rules::usual() }
        }

        /// Stores one rating of department D by employee 7.
        fn put(&self, id: &str, answers: &[(&str, &str)], base: Base) -> Outcome {
            let record = record(id);
            let answers = answers.iter().map(|(code, value)| ((*code).into(), (*value).into())).collect();
            let rating = Rating { record: &record, responded_at: now(), answers: &answers, comment: Some("好") };
            let questions: Vec<&str> = answers.keys().map(String::as_str).collect();
            let put = |conn: &mut Connection| -> Result<Vec<Outcome>> {
                let mention = Mention { department_code: "D", department_name: "D", employee: Some(("7", "王")) };
                make_missing(conn, [mention].into_iter(), Making { departments: true, staff: true }, now())?;
                let mut intake = Intake::load(conn, &self.secrets, &self.rules, ZONE, Locale::ZhCn, now())?;
                let mut told = 0;
                let outcomes = store(conn, &mut intake, &[rating], (&questions, base), now(), |n| told += n)?;
                assert_eq!(told, 2, "a record and its answers");
                Ok(outcomes)
            };
            self.pool.write_now(put).unwrap().remove(0)
        }

        fn recount(&self) -> Recount {
            self.pool.read_now(|conn| doctor::recount(conn, ZONE)).unwrap()
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-09-28T01:00:00Z".parse().unwrap()
    }

    fn record(id: &str) -> ServiceRecord {
        ServiceRecord {
            external_id: id.into(),
            department_code: "D".into(),
            touchpoint: None,
            channel: Channel::Offline,
            completed_at: now(),
            employee_no: Some("7".into()),
            service_type: None,
            contact: Contact { email: Some("a@b.cn".into()), ..Contact::default() },
            locale: None,
            requested_at: None,
            first_response_at: None,
            waiting_minutes: None,
            resolved: None,
            client_code: None,
            urgent: false,
            closed_automatically: false,
        }
    }

    #[test]
    fn the_same_again_is_unchanged_and_another_answer_a_conflict() {
        let store = Store::new();
        assert!(matches!(store.put("1", &[("overall", "5")], Base::Invited), Outcome::Created(_)));
        assert!(matches!(store.put("1", &[("overall", "5")], Base::Invited), Outcome::Unchanged));
        assert_eq!(store.put("1", &[("overall", "4")], Base::Invited), Outcome::Conflict);
        assert_eq!(store.put("1", &[("overall", "5")], Base::Imported), Outcome::Conflict);
    }

    #[test]
    fn a_rating_writes_to_nobody_and_the_doctor_agrees_with_its_tallies() {
        let store = Store::new();
        store.put("1", &[("overall", "5"), ("speed", "na")], Base::Invited);
        store.put("2", &[("overall", "2"), ("speed", "3")], Base::Invited);
        let found = store.recount();
        assert_eq!((found.responses, found.records, found.differences), (2, 2, vec![]));
        assert!(store.pool.read_now(outbox::counts_by_state).unwrap().is_empty());
        assert!(store.pool.read_now(|conn| doctor::sums(conn, now())).unwrap().are_right());
    }

    #[test]
    fn only_the_files_questions_weigh() {
        let store = Store::new();
        store.put("1", &[("overall", "4")], Base::Invited);
        let points = |conn: &mut Connection| -> Result<Option<i32>> {
            use crate::db::schema::response;
            use diesel::prelude::*;
            Ok(response::table.select(response::points).first(conn)?)
        };
        assert_eq!(store.pool.read_now(points).unwrap(), Some(8500));
    }

    #[test]
    fn the_doctor_finds_a_changed_tally_and_a_lost_response() {
        use diesel::prelude::*;
        let store = Store::new();
        store.put("1", &[("overall", "5")], Base::Invited);
        let damage = |conn: &mut super::Connection| -> Result<()> {
            use crate::db::schema::tally;
            diesel::update(tally::table.filter(tally::employee_id.eq(0))).set(tally::satisfied.eq(0)).execute(conn)?;
            Ok(())
        };
        store.pool.write_now(damage).unwrap();
        let told: Vec<_> = store.recount().differences.into_iter().map(|d| (d.stored, d.recounted)).collect();
        assert_eq!(told, [(0, 1), (0, 1)], "of the response as a whole and of its question");
        let lose = |conn: &mut super::Connection| -> Result<()> {
            diesel::delete(crate::db::schema::response::table).execute(conn)?;
            Ok(())
        };
        store.pool.write_now(lose).unwrap();
        let differences = store.recount().differences;
        assert!(differences.iter().any(|d| d.what.starts_with("version_tally") && (d.stored, d.recounted) == (1, 0)));
        assert!(differences.len() > 3, "{differences:?}");
    }

    #[test]
    fn a_question_offers_its_options() {
        let in_force = Store::new().pool.read_now(InForce::load).unwrap();
        assert_eq!(in_force.codes(), ["attitude", "overall", "solved", "speed"]);
        assert!(in_force.offers("speed", "na") && in_force.offers("overall", "1"));
        assert!(!in_force.offers("overall", "na") && !in_force.offers("overall", "6") && !in_force.offers("x", "5"));
    }
}
