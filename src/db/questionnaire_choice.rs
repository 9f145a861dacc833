//! Which questionnaire each channel asks. A choice holds for new invitations until the next one, and is never forgotten:
//! a chart marks when other questions began to be asked.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

use super::schema::{questionnaire, questionnaire_choice, questionnaire_version};
use super::{Connection, Error, Result, audit, parse, utc};
use crate::domain::service_record::Channel;

/// What a channel asks from an instant on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The channel.
    pub channel: Channel,
    /// Code of the questionnaire.
    pub code: String,
    /// From when; `None` = from the beginning.
    pub since: Option<DateTime<Utc>>,
}

/// Why a choice is not made.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] Error),
    /// Somebody else has chosen in the meantime.
    #[error("another questionnaire was chosen in the meantime")]
    Changed,
    /// No such questionnaire is published.
    #[error("no such questionnaire is published")]
    Unknown,
}

/// All choices, oldest first; each channel's first is the questionnaire with the channel's name.
pub fn all(conn: &mut Connection) -> Result<Vec<Choice>> {
    let rows: Vec<(String, String, NaiveDateTime)> = questionnaire_choice::table
        .inner_join(questionnaire::table)
        .order(questionnaire_choice::id)
        .select((questionnaire_choice::channel, questionnaire::code, questionnaire_choice::since))
        .load(conn)?;
    let first = Channel::ALL.map(|channel| Choice { channel, code: channel.as_str().to_owned(), since: None });
    let read = |(channel, code, since): (String, String, NaiveDateTime)| {
        let channel = parse("questionnaire_choice", "channel", &channel)?;
        Ok(Choice { channel, code, since: Some(utc(since)) })
    };
    first.into_iter().map(Ok).chain(rows.into_iter().map(read)).collect()
}

/// The code of the questionnaire that a channel asks now.
pub fn of_channel(conn: &mut Connection, channel: Channel) -> Result<String> {
    let newest: Option<String> = questionnaire_choice::table
        .inner_join(questionnaire::table)
        .filter(questionnaire_choice::channel.eq(channel.as_str()))
        .order(questionnaire_choice::id.desc())
        .select(questionnaire::code)
        .first(conn)
        .optional()?;
    Ok(newest.unwrap_or_else(|| channel.as_str().to_owned()))
}

/// A published version, as it stands on what was printed or shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Key of the version.
    pub version_id: i64,
    /// Code of the questionnaire.
    pub code: String,
    /// 1 for the first.
    pub version: i32,
}

/// The versions that answers of a channel may have been given to since an instant: of every questionnaire that it has
/// asked since then. The one that it asks now stands first, the newest of a questionnaire before the others.
pub fn forms(conn: &mut Connection, channel: Channel, since: DateTime<Utc>) -> Result<Vec<Form>> {
    let own: Vec<Choice> = all(conn)?.into_iter().filter(|choice| choice.channel == channel).collect();
    let until = own.iter().skip(1).map(|next| next.since).chain([None]);
    let asked = own.iter().zip(until).filter(|(_, until)| until.is_none_or(|until| until >= since));
    let mut codes: Vec<String> = asked.map(|(choice, _)| choice.code.clone()).collect();
    codes.reverse();
    let rows: Vec<(i64, String, i32)> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq_any(&codes))
        .filter(questionnaire_version::published_at.is_not_null())
        .order(questionnaire_version::version.desc())
        .select((questionnaire_version::id, questionnaire::code, questionnaire_version::version))
        .load(conn)?;
    let mut forms: Vec<Form> =
        rows.into_iter().map(|(version_id, code, version)| Form { version_id, code, version }).collect();
    forms.sort_by_key(|form| codes.iter().position(|code| *code == form.code));
    Ok(forms)
}

/// Chooses what a channel asks in new invitations, in place of what was `seen` to be asked.
///
/// # Errors
/// [`ChoiceError`]
pub fn choose(
    conn: &mut Connection,
    channel: Channel,
    code: &str,
    seen: &str,
    by: &str,
    now: DateTime<Utc>,
) -> std::result::Result<(), ChoiceError> {
    let published: Option<i64> = questionnaire_version::table
        .inner_join(questionnaire::table)
        .filter(questionnaire::code.eq(code))
        .filter(questionnaire_version::published_at.is_not_null())
        .select(questionnaire::id)
        .first(conn)
        .optional()
        .map_err(Error::from)?;
    let id = published.ok_or(ChoiceError::Unknown)?;
    if of_channel(conn, channel)? != seen {
        return Err(ChoiceError::Changed);
    }
    if code == seen {
        return Ok(());
    }
    let row = (
        questionnaire_choice::channel.eq(channel.as_str()),
        questionnaire_choice::questionnaire_id.eq(id),
        questionnaire_choice::since.eq(now.naive_utc()),
        questionnaire_choice::chosen_by.eq(by),
    );
    diesel::insert_into(questionnaire_choice::table).values(row).execute(conn).map_err(Error::from)?;
    audit::append(conn, now, by, "questionnaire.choose", code, &json!({ "channel": channel, "before": seen }))?;
    Ok(())
}
