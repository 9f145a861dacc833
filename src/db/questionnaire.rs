//! Questionnaires and their published versions, which never change and are therefore kept in memory once read.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::schema::{questionnaire, questionnaire_version};
use super::{Connection, Error, Result, utc};
use crate::domain::questionnaire::Questionnaire;
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

/// The newest published versions of the two default questionnaires.
pub fn current(conn: &mut Connection) -> Result<Current> {
    let mut newest = |code: &str| -> Result<i64> {
        Ok(questionnaire_version::table
            .inner_join(questionnaire::table)
            .filter(questionnaire::code.eq(code))
            .filter(questionnaire_version::published_at.is_not_null())
            .order(questionnaire_version::version.desc())
            .select(questionnaire_version::id)
            .first(conn)?)
    };
    Ok(Current { online: newest("online")?, offline: newest("offline")? })
}

/// The versions after the first of the questionnaire of a channel, or of both, the oldest first.
pub fn editions(conn: &mut Connection, channel: Option<Channel>) -> Result<Vec<Edition>> {
    let codes = match channel {
        Some(channel) => vec![channel.as_str()],
        None => vec![Channel::Online.as_str(), Channel::Offline.as_str()],
    };
    let rows: Vec<(String, i32, Option<NaiveDateTime>)> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq_any(codes))
        .filter(questionnaire_version::version.gt(1))
        .order((questionnaire_version::published_at, questionnaire::code))
        .select((questionnaire::code, questionnaire_version::version, questionnaire_version::published_at))
        .load(conn)?;
    let edition = |(questionnaire, version, at): (String, i32, Option<NaiveDateTime>)| {
        Some(Edition { questionnaire, version, published_at: utc(at?) })
    };
    Ok(rows.into_iter().filter_map(edition).collect())
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
