//! Anonymous answers that wait for company: sealed to a fixed length, released shuffled, five or more together.
//!
//! What the database shows before a release is how many wait per department, channel and month; after it, answers
//! without a way back to an invitation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use rand::seq::SliceRandom;

use super::period::Progress;
use super::questionnaire::Published;
use super::schema::pending_response;
use super::{Connection, Result, padded, response, tally};
use crate::crypto::{Place, Secrets, random};
use crate::domain::anonymity::{COMPANY, generalise, without_channel, without_counter};
use crate::domain::period::Period;
use crate::domain::response::{Base, Response};
use crate::domain::tally::{ServiceDelta, Tallies};

const SEALED: &str = "pending_response.sealed";

/// Those who wait together: what their released answers may show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    department_id: i64,
    channel: String,
    cohort: String,
}

/// An answer that waits, by its id.
type Waiting = (Vec<u8>, Response);

new_row! {
    struct NewPending<'a> in pending_response {
        id: &'a [u8],
        department_id: i64,
        channel: &'a str,
        cohort: &'a str,
        sealed: &'a [u8],
    }
}

/// Takes answers in: together with those that wait they are released where five or more have met, or else wait too.
///
/// In the transaction that marks their invitations as used. The sums they add are added to `tallies`.
pub fn accept(
    conn: &mut Connection,
    (secrets, questionnaires): (&Secrets, &Published),
    progress: &Progress,
    answers: Vec<Response>,
    tallies: &mut Tallies,
) -> Result<()> {
    let mut groups: BTreeMap<Group, Vec<Response>> = BTreeMap::new();
    for answer in answers {
        groups.entry(Group::of(&answer)).or_default().push(answer);
    }
    let mut waiting = waiting(conn, &groups)?;
    waiting.retain(|group, ids| groups.get(group).is_some_and(|answers| answers.len() + ids.len() >= COMPANY));
    let mut taken = take(conn, secrets, waiting)?;
    let mut rows = Vec::new();
    let mut released = Vec::new();
    for (group, mut answers) in groups {
        answers.extend(taken.remove(&group).unwrap_or_default());
        // Another instance may have taken those who waited in the meantime.
        if answers.len() >= COMPANY {
            released.push(answers);
        } else {
            for answer in answers {
                let room = questionnaires.get(conn, answer.questionnaire_version_id)?.room();
                rows.push((group.clone(), seal(secrets, answer, room)?));
            }
        }
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(group, (id, sealed))| NewPending {
            id,
            department_id: group.department_id,
            channel: &group.channel,
            cohort: &group.cohort,
            sealed,
        })
        .collect();
    insert_rows!(conn, pending_response::table, &rows)?;
    release(conn, progress, released, tallies)
}

/// Releases the remainders of months before `current`, without their channel where that brings five together whose
/// questionnaires ask the same. Returns how many answers were released.
pub fn release_remainders(
    conn: &mut Connection,
    secrets: &Secrets,
    progress: &Progress,
    current: Period,
) -> Result<usize> {
    let rows: Vec<(Vec<u8>, i64, String, Vec<u8>)> = pending_response::table
        .filter(pending_response::cohort.lt(current.to_string()))
        .select((
            pending_response::id,
            pending_response::department_id,
            pending_response::cohort,
            pending_response::sealed,
        ))
        .load(conn)?;
    let questionnaires = Published::default();
    // A channel's version would tell the channel, and answers to other questions the version.
    let mut by_month: BTreeMap<(i64, String, String, Base), Vec<Waiting>> = BTreeMap::new();
    for (id, department_id, cohort, sealed) in rows {
        let month = cohort.split(':').next().unwrap_or_default().to_owned();
        let answer = open(secrets, &id, &sealed)?;
        let asked = questionnaires.get(conn, answer.questionnaire_version_id)?.form();
        by_month.entry((department_id, month, asked, answer.base)).or_default().push((id, answer));
    }
    let mut tallies = Tallies::default();
    let mut released = Vec::new();
    for answers in by_month.into_values().filter(|answers| answers.len() >= COMPANY) {
        let (ids, mut answers): (Vec<_>, Vec<_>) = answers.into_iter().unzip();
        let deleted =
            diesel::delete(pending_response::table.filter(pending_response::id.eq_any(&ids))).execute(conn)?;
        if deleted != ids.len() {
            // Another instance is at it: the whole transaction gives way.
            return Err(diesel::result::Error::RollbackTransaction.into());
        }
        let is_walk_up = answers.iter().all(|answer| answer.base == Base::WalkUp);
        if is_walk_up {
            without_counter(&mut answers)
        } else {
            without_channel(&mut answers)
        }
        released.push(answers);
    }
    let count = released.iter().map(Vec::len).sum();
    release(conn, progress, released, &mut tallies)?;
    tally::add(conn, &tallies)?;
    Ok(count)
}

/// How many answers wait.
pub fn count(conn: &mut Connection) -> Result<i64> {
    Ok(pending_response::table.count().get_result(conn)?)
}

fn release(
    conn: &mut Connection,
    progress: &Progress,
    batches: Vec<Vec<Response>>,
    tallies: &mut Tallies,
) -> Result<()> {
    let mut rows = Vec::new();
    for mut batch in batches {
        batch.shuffle(&mut rand::rng());
        generalise(&mut batch);
        for mut answer in batch {
            answer.counts_in = answer.served.counting(|period| progress.state(period));
            tallies.add_response(&answer);
            if answer.is_invited() {
                let responded = ServiceDelta { responded: 1, ..ServiceDelta::default() };
                tallies.add_service(answer.attribution, answer.served, responded);
            }
            rows.push(answer);
        }
    }
    response::insert_anonymous(conn, &rows, tallies)
}

/// Who waits in each of these groups, by their ids.
fn waiting(conn: &mut Connection, groups: &BTreeMap<Group, Vec<Response>>) -> Result<BTreeMap<Group, Vec<Vec<u8>>>> {
    let all = pending_response::table.select((
        pending_response::department_id,
        pending_response::channel,
        pending_response::cohort,
        pending_response::id,
    ));
    let mut rows: Vec<(i64, String, String, Vec<u8>)> = Vec::new();
    match conn {
        // Each by a statement that is kept: one for all of them is prepared anew.
        Connection::Sqlite(c) => {
            for Group { department_id, channel, cohort } in groups.keys() {
                let of_group = all
                    .filter(pending_response::department_id.eq(department_id))
                    .filter(pending_response::channel.eq(channel))
                    .filter(pending_response::cohort.eq(cohort));
                rows.extend(of_group.load(c)?);
            }
        }
        Connection::Postgres(c) => {
            let departments: BTreeSet<i64> = groups.keys().map(|group| group.department_id).collect();
            let cohorts: BTreeSet<&str> = groups.keys().map(|group| group.cohort.as_str()).collect();
            let of_groups = all
                .filter(pending_response::department_id.eq_any(departments))
                .filter(pending_response::cohort.eq_any(cohorts));
            rows = of_groups.load(c)?;
        }
    }
    let mut waiting: BTreeMap<Group, Vec<Vec<u8>>> = BTreeMap::new();
    for (department_id, channel, cohort, id) in rows {
        waiting.entry(Group { department_id, channel, cohort }).or_default().push(id);
    }
    Ok(waiting)
}

/// Takes these out of their groups, those who are still there.
fn take(
    conn: &mut Connection,
    secrets: &Secrets,
    waiting: BTreeMap<Group, Vec<Vec<u8>>>,
) -> Result<BTreeMap<Group, Vec<Response>>> {
    let mut taken: BTreeMap<Group, Vec<Response>> = BTreeMap::new();
    let groups: HashMap<&[u8], &Group> =
        waiting.iter().flat_map(|(group, ids)| ids.iter().map(move |id| (id.as_slice(), group))).collect();
    if groups.is_empty() {
        return Ok(taken);
    }
    let mut rows: Vec<(Vec<u8>, Vec<u8>)> = Vec::with_capacity(groups.len());
    let returned = (pending_response::id, pending_response::sealed);
    match conn {
        Connection::Sqlite(c) => {
            for id in groups.keys() {
                rows.extend(diesel::delete(pending_response::table.find(*id)).returning(returned).get_results(c)?);
            }
        }
        Connection::Postgres(c) => {
            let these = pending_response::id.eq_any(groups.keys());
            rows = diesel::delete(pending_response::table.filter(these)).returning(returned).get_results(c)?;
        }
    }
    for (id, sealed) in &rows {
        let Some(group) = groups.get(id.as_slice()) else { continue };
        taken.entry((*group).clone()).or_default().push(open(secrets, id, sealed)?);
    }
    Ok(taken)
}

/// Every answer to a questionnaire has one length.
fn seal(secrets: &Secrets, answer: Response, room: usize) -> Result<(Vec<u8>, Vec<u8>)> {
    let id = random::<16>().to_vec();
    let sealed = padded::seal(secrets, place(&hex::encode(&id)), answer, room)?;
    Ok((id, sealed))
}

fn open(secrets: &Secrets, id: &[u8], sealed: &[u8]) -> Result<Response> {
    padded::open(secrets, place(&hex::encode(id)), sealed)
}

fn place(row: &str) -> Place<'_> {
    Place { column: SEALED, row }
}

impl Group {
    fn of(answer: &Response) -> Self {
        Self {
            department_id: answer.attribution.department_id,
            channel: answer.attribution.channel.map_or("", |channel| channel.as_str()).to_owned(),
            cohort: cohort(answer),
        }
    }
}

/// What else those who wait together share. Walk-up answers wait apart: beside them an invited customer's answer would
/// stand out, and who was invited is known.
fn cohort(answer: &Response) -> String {
    let (month, notice) = (answer.served.month, answer.notice_id.unwrap_or_default());
    let invited = format!("{month}:{}:{notice}", answer.questionnaire_version_id);
    if answer.is_invited() {
        return invited;
    }
    format!("{invited}:{}:{}", answer.base.as_str(), answer.counter_id.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::questionnaire::{
        Answers, CONTACT, Kind, MAX_TEXT, Partial, Question, Questionnaire, WHY, YES, text_length,
    };
    use crate::domain::response::{Attribution, Periods};
    use crate::domain::service_record::{Channel, Touchpoint};

    /// All that a questionnaire takes, with the same text everywhere.
    fn answers(questionnaire: &Questionnaire, text: &str) -> Answers {
        let answer = |question: &Question| match question.kind {
            Kind::Text => text.to_owned(),
            Kind::Multi => question.values().join(" "),
            _ => question.values().into_iter().max_by_key(|value| value.len()).unwrap_or_default().to_owned(),
        };
        let own = questionnaire.items().map(|item| (item.code.to_owned(), answer(item.question)));
        let further = questionnaire.questions.iter().filter_map(|Question { code, why, .. }| {
            let reasons: Vec<&str> = why.as_ref()?.reasons.iter().map(|reason| reason.code.as_str()).collect();
            Some([(format!("{code}{WHY}"), reasons.join(" ")), (format!("{code}{CONTACT}"), YES.to_owned())])
        });
        Answers(own.chain(further.flatten()).filter(|(_, value)| !value.is_empty()).collect())
    }

    fn response(questionnaire: &Questionnaire, answers: Answers) -> Response {
        let periods = Periods::at(DateTime::UNIX_EPOCH, chrono_tz::UTC);
        let attribution = Attribution {
            department_id: i64::MAX,
            employee_id: Some(i64::MAX),
            client_id: Some(i64::MAX),
            touchpoint: Some(Touchpoint::MiniProgram),
            channel: Some(Channel::Offline),
        };
        Response {
            notice_id: Some(i64::MAX),
            counter_id: Some(i64::MAX),
            ..Response::own(attribution, periods, i64::MAX, questionnaire, answers)
        }
    }

    #[test]
    fn the_longest_answer_is_sealed_to_the_length_of_the_shortest() {
        let secrets = Secrets::random();
        let (online, all_kinds) = (Questionnaire::ONLINE_JSON, include_str!("../../tests/data/all-kinds.json"));
        for questionnaire in [online, all_kinds].map(|json| serde_json::from_str::<Questionnaire>(json).unwrap()) {
            let room = questionnaire.room();
            let length = |answers| seal(&secrets, response(&questionnaire, answers), room).unwrap().1.len();
            let partial = |answers| {
                let partial = Partial { answers, ..Partial::default() };
                padded::seal(&secrets, place("1"), partial, room).unwrap().len()
            };
            let shortest = length(Answers::default());
            let blank = format!("a{}b", "\n".repeat(MAX_TEXT - 2));
            for longest in ["满".repeat(MAX_TEXT), "😀".repeat(MAX_TEXT / 2), "\"\\".repeat(MAX_TEXT / 2), blank] {
                assert_eq!(text_length(&longest), MAX_TEXT);
                let answers = answers(&questionnaire, &longest);
                assert_eq!([length(answers.clone()), partial(answers)], [shortest; 2]);
            }
        }
    }
}
