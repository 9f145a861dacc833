//! Questionnaires and their published versions, which never change and are therefore kept in memory once read.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::questionnaire_choice::{self, Choice};
use super::schema::{questionnaire, questionnaire_version, version_tally};
use super::{Connection, Error, Result, utc};
use crate::domain::questionnaire::{OVERALL, Question, Questionnaire};
use crate::domain::questionnaire_draft::is_code;
use crate::domain::questionnaire_past::Past;
use crate::domain::service_record::Channel;
use crate::domain::trend::Edition;

/// Published versions by key.
#[derive(Debug, Default)]
pub struct Published(RwLock<HashMap<i64, Arc<Questionnaire>>>);

impl Published {
    /// A version, from memory or the database.
    pub fn get(&self, conn: &mut Connection, version_id: i64) -> Result<Arc<Questionnaire>> {
        // A poisoned lock means that another thread died while adding; what is there is whole.
        let known = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&version_id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let definition: String =
            questionnaire_version::table.find(version_id).select(questionnaire_version::definition).get_result(conn)?;
        let read = Arc::new(read(&definition)?);
        let mut all = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(all.entry(version_id).or_insert(read).clone())
    }
}

/// What is asked now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What a channel asks; of both, the offline questions follow that online does not ask.
    pub questionnaire: Questionnaire,
    /// The codes of what every customer is asked, of whichever channel, and counts in points; without `overall`.
    pub of_all: Vec<String>,
}

/// What a channel asks now, or what both ask.
pub fn asked(conn: &mut Connection, published: &Published, channel: Option<Channel>) -> Result<Asked> {
    let current = current(conn)?;
    let first = published.get(conn, current.for_channel(channel.unwrap_or(Channel::Online)))?;
    let second = published.get(conn, current.for_channel(channel.unwrap_or(Channel::Offline)))?;
    let is_new = |question: &&Question| {
        first.question(&question.code).is_none() && question.items().all(|item| first.item(item.code).is_none())
    };
    let others = second.questions.iter().filter(is_new);
    let questions = first.questions.iter().chain(others).cloned().collect();
    // A question that only some are asked would leave only those.
    let asks = |of: &Questionnaire, code: &str| of.item(code).is_some_and(|item| item.question.show_if.is_none());
    let of_all = first.scored().filter(|item| item.code != OVERALL);
    let of_all = of_all.filter(|item| asks(&first, item.code) && asks(&second, item.code));
    Ok(Asked {
        of_all: of_all.map(|item| item.code.to_owned()).collect(),
        questionnaire: Questionnaire { questions, ..(*first).clone() },
    })
}

/// The keys of the versions that new invitations ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// For online service.
    pub online: i64,
    /// For offline service.
    pub offline: i64,
}

impl Current {
    /// The version for a channel.
    pub const fn for_channel(self, channel: Channel) -> i64 {
        match channel {
            Channel::Online => self.online,
            Channel::Offline => self.offline,
        }
    }
}

/// The newest published versions of the questionnaires that the channels ask.
pub fn current(conn: &mut Connection) -> Result<Current> {
    let mut newest = |channel: Channel| -> Result<i64> {
        let code = questionnaire_choice::of_channel(conn, channel)?;
        newest_id(conn, &code)?.ok_or_else(|| diesel::result::Error::NotFound.into())
    };
    Ok(Current { online: newest(Channel::Online)?, offline: newest(Channel::Offline)? })
}

/// The newest published version of a questionnaire.
pub fn newest(conn: &mut Connection, published: &Published, code: &str) -> Result<Option<Arc<Questionnaire>>> {
    let id = newest_id(conn, code)?;
    id.map(|id| published.get(conn, id)).transpose()
}

fn newest_id(conn: &mut Connection, code: &str) -> Result<Option<i64>> {
    Ok(questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq(code))
        .filter(questionnaire_version::published_at.is_not_null())
        .order(questionnaire_version::version.desc())
        .select(questionnaire_version::id)
        .first(conn)
        .optional()?)
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its key.
    pub id: i64,
    /// Code of the questionnaire.
    pub code: String,
    /// 1 for the first.
    pub version: i32,
    /// What is asked.
    pub questionnaire: Questionnaire,
    /// Since when.
    pub published_at: DateTime<Utc>,
    /// A user's address; `None` where manyi brought it along.
    pub published_by: Option<String>,
    /// Why it is longer than a customer should be asked for.
    pub long_because: Option<String>,
}

/// The published versions of the questionnaires that can be edited, by code and then the newest first. Those made for
/// imported files are not among them.
pub fn versions(conn: &mut Connection) -> Result<Vec<Version>> {
    type Row = (i64, String, i32, String, Option<NaiveDateTime>, Option<String>, Option<String>);
    let rows: Vec<Row> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire_version::published_at.is_not_null())
        .order((questionnaire::code, questionnaire_version::version.desc()))
        .select((
            questionnaire_version::id,
            questionnaire::code,
            questionnaire_version::version,
            questionnaire_version::definition,
            questionnaire_version::published_at,
            questionnaire_version::published_by,
            questionnaire_version::long_because,
        ))
        .load(conn)?;
    let version = |(id, code, version, definition, at, published_by, long_because): Row| {
        let published_at = utc(at?);
        Some(read(&definition).map(|questionnaire| Version {
            id,
            code,
            version,
            questionnaire,
            published_at,
            published_by,
            long_because,
        }))
    };
    rows.into_iter().filter(|row| is_code(&row.1)).filter_map(version).collect()
}

/// What a published version of a questionnaire asks.
pub fn published(conn: &mut Connection, code: &str, version: i32) -> Result<Option<Questionnaire>> {
    let definition: Option<String> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq(code))
        .filter(questionnaire_version::version.eq(version))
        .filter(questionnaire_version::published_at.is_not_null())
        .select(questionnaire_version::definition)
        .get_result(conn)
        .optional()?;
    definition.map(|definition| read(&definition)).transpose()
}

/// The published versions of one questionnaire.
pub fn past(conn: &mut Connection, code: &str) -> Result<Past> {
    let rows: Vec<(i32, String)> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq(code))
        .filter(questionnaire_version::published_at.is_not_null())
        .order(questionnaire_version::version.desc())
        .select((questionnaire_version::version, questionnaire_version::definition))
        .load(conn)?;
    let versions = rows.into_iter().map(|(version, definition)| Ok((version, read(&definition)?)));
    Ok(Past(versions.collect::<Result<_>>()?))
}

/// How many responses to each of these versions are told of: named ones, and anonymous ones that are released.
pub fn responses(conn: &mut Connection, version_ids: &[i64]) -> Result<HashMap<i64, i64>> {
    let counts: Vec<(i64, i64)> = version_tally::table
        .filter(version_tally::questionnaire_version_id.eq_any(version_ids))
        .select((version_tally::questionnaire_version_id, version_tally::responses))
        .load(conn)?;
    Ok(counts.into_iter().collect())
}

/// What one channel, or either, began to ask after its first questions, the oldest first: new versions, and other
/// questionnaires that were chosen for it.
pub fn editions(conn: &mut Connection, channel: Option<Channel>) -> Result<Vec<Edition>> {
    let rows: Vec<(String, i32, Option<NaiveDateTime>)> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .order((questionnaire_version::published_at, questionnaire_version::version))
        .select((questionnaire::code, questionnaire_version::version, questionnaire_version::published_at))
        .load(conn)?;
    let published = rows
        .into_iter()
        .filter_map(|(questionnaire, version, at)| Some(Edition { questionnaire, version, published_at: utc(at?) }));
    let published: Vec<Edition> = published.collect();
    let choices = questionnaire_choice::all(conn)?;
    let channels = Channel::ALL.into_iter().filter(|one| channel.is_none_or(|wanted| wanted == *one));
    let mut editions: Vec<Edition> = channels.flat_map(|channel| asked_by(channel, &choices, &published)).collect();
    editions.sort_by(|a, b| (a.published_at, &a.questionnaire).cmp(&(b.published_at, &b.questionnaire)));
    editions.dedup();
    Ok(editions)
}

/// What a channel asked one after the other, without the first; `published` is the oldest first.
fn asked_by(channel: Channel, choices: &[Choice], published: &[Edition]) -> Vec<Edition> {
    let own: Vec<&Choice> = choices.iter().filter(|choice| choice.channel == channel).collect();
    let mut asked = Vec::new();
    for (at, choice) in own.iter().enumerate() {
        let until = own.get(at + 1).and_then(|next| next.since);
        let of_it = || published.iter().filter(|edition| edition.questionnaire == choice.code);
        let chosen = choice.since.and_then(|since| {
            let newest = of_it().take_while(|edition| edition.published_at <= since).last()?;
            Some(Edition { published_at: since, ..newest.clone() })
        });
        let later = of_it().filter(|edition| {
            choice.since.map_or(edition.version > 1, |since| edition.published_at > since)
                && until.is_none_or(|until| edition.published_at <= until)
        });
        asked.extend(chosen.into_iter().chain(later.cloned()));
    }
    asked
}

/// Publishes the two default questionnaires if there are none yet.
pub fn seed(conn: &mut Connection, now: DateTime<Utc>) -> Result<()> {
    for definition in [Questionnaire::ONLINE_JSON, Questionnaire::OFFLINE_JSON] {
        ensure(conn, &read(definition)?, now)?;
    }
    Ok(())
}

/// The key of the first version of a questionnaire, which is published now if its code is new.
pub fn ensure(conn: &mut Connection, new: &Questionnaire, now: DateTime<Utc>) -> Result<i64> {
    let found = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq(&new.code))
        .order(questionnaire_version::version)
        .select(questionnaire_version::id)
        .first(conn)
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    let definition = serde_json::to_string(new).map_err(|_| stored(&new.code))?;
    let questionnaire_id: i64 = diesel::insert_into(questionnaire::table)
        .values(questionnaire::code.eq(&new.code))
        .returning(questionnaire::id)
        .get_result(conn)?;
    let version = diesel::insert_into(questionnaire_version::table)
        .values((
            questionnaire_version::questionnaire_id.eq(questionnaire_id),
            questionnaire_version::version.eq(1),
            questionnaire_version::definition.eq(definition),
            questionnaire_version::published_at.eq(Some(now.naive_utc())),
        ))
        .returning(questionnaire_version::id);
    Ok(version.get_result(conn)?)
}

fn read(definition: &str) -> Result<Questionnaire> {
    serde_json::from_str(definition).map_err(|_| stored(definition))
}

fn stored(value: &str) -> Error {
    Error::Stored { table: "questionnaire_version", column: "definition", value: value.chars().take(40).collect() }
}
