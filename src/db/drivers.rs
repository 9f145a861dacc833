//! Single answers of one department for its key drivers: the only figure of a page that is not made from tallies, and
//! therefore read up to a bound.

use diesel::prelude::*;

use super::questionnaire::Published;
use super::schema::{anonymous_response, response};
use super::{Connection, Error, Result, released};
use crate::domain::period::Period;
use crate::domain::questionnaire::{Answers, Scored};
use crate::domain::response::Base;
use crate::domain::service_record::Channel;
use crate::stats::drivers::Complete;

/// The most answers read, so that a page costs the same however many there are.
pub const MOST: usize = 2_000;

/// Whose answers.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Keys of the department and all that are part of it.
    pub departments: &'a [i64],
    /// The months they count in.
    pub months: &'a [Period],
    /// `None` = all channels together.
    pub channel: Option<Channel>,
    /// Codes of the questions beside `overall`; an answer without all of them is left out.
    pub items: &'a [String],
}

/// Complete answers to invitations, at most [`MOST`]: of each month and department as many of the newest named ones and
/// of the released anonymous ones. What is excluded is left out.
pub fn answers(conn: &mut Connection, wanted: &Wanted<'_>, published: &Published) -> Result<Vec<Complete>> {
    let cells = (wanted.departments.len() * wanted.months.len() * 2).max(1);
    let quota = i64::try_from((MOST / cells).max(1)).unwrap_or(1);
    let mut found = Vec::new();
    for month in wanted.months.iter().rev() {
        for department in wanted.departments {
            for (version, text) in newest(conn, *department, *month, wanted.channel, quota)? {
                let scored = published.get(conn, version)?.score(&read(&text)?);
                found.extend(complete(&scored, wanted.items));
            }
            if found.len() >= MOST {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// Version and answers of the newest named responses and of as many anonymous ones, whose order tells nothing.
fn newest(
    conn: &mut Connection,
    department: i64,
    month: Period,
    channel: Option<Channel>,
    quota: i64,
) -> Result<Vec<(i64, String)>> {
    let mut named = response::table
        .filter(response::department_id.eq(department))
        .filter(response::month.eq(month.to_string()))
        .filter(response::base.eq(Base::Invited.as_str()))
        .filter(response::excluded.eq(false))
        .order(response::id.desc())
        .limit(quota)
        .select((response::questionnaire_version_id, response::answers))
        .into_boxed();
    let keys = released::keys(department, month);
    let mut anonymous = anonymous_response::table
        .filter(anonymous_response::id.between(keys.start(), keys.end()))
        .filter(anonymous_response::base.eq(Base::Invited.as_str()))
        .filter(anonymous_response::excluded.eq(false))
        .order(anonymous_response::id)
        .limit(quota)
        .select((anonymous_response::questionnaire_version_id, anonymous_response::answers))
        .into_boxed();
    if let Some(channel) = channel {
        named = named.filter(response::channel.eq(channel.as_str()));
        anonymous = anonymous.filter(anonymous_response::channel.eq(channel.as_str()));
    }
    let mut found: Vec<(i64, String)> = named.load(conn)?;
    found.extend(anonymous.load::<(i64, String)>(conn)?);
    Ok(found)
}

fn read(text: &str) -> Result<Answers> {
    let stored = |_| Error::Stored { table: "response", column: "answers", value: text.chars().take(40).collect() };
    serde_json::from_str(text).map_err(stored)
}

fn complete(scored: &Scored, items: &[String]) -> Option<Complete> {
    let points =
        |code: &String| scored.items.iter().find(|(item, _)| item == code).map(|(_, points)| hundredths(*points));
    Some(Complete {
        items: items.iter().map(points).collect::<Option<Vec<i64>>>()?,
        overall: hundredths(scored.overall?),
    })
}

fn hundredths(points: u8) -> i64 {
    i64::from(points) * 100
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(items: &[(&str, u8)]) -> Scored {
        let overall = items.iter().find(|(code, _)| *code == "overall").map(|(_, points)| *points);
        Scored {
            overall,
            points: None,
            items: items.iter().map(|(code, points)| ((*code).to_owned(), *points)).collect(),
        }
    }

    #[test]
    fn only_a_complete_answer_counts() {
        let items = ["attitude".to_owned(), "speed".to_owned()];
        let whole = complete(&scored(&[("overall", 85), ("speed", 60), ("attitude", 100)]), &items);
        assert_eq!(whole, Some(Complete { items: vec![10_000, 6_000], overall: 8_500 }));
        assert_eq!(complete(&scored(&[("overall", 85), ("speed", 60)]), &items), None);
        assert_eq!(complete(&scored(&[("speed", 60), ("attitude", 100)]), &items), None);
    }
}
