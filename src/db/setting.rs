//! Facts about this installation, by name.

use diesel::prelude::*;

use super::schema::setting;
use super::{Connection, Result};

/// Present while mail is paused.
pub const MAIL_PAUSED: &str = "mail_paused";

/// Present while no answers are taken.
pub const SURVEY_PAUSED: &str = "survey_paused";

/// The organisation's name as the set-up page was told.
pub const ORGANISATION: &str = "organisation";

/// Present in a demo's database.
pub const DEMO: &str = "demo";

/// The value of a fact.
pub fn get(conn: &mut Connection, name: &str) -> Result<Option<String>> {
    Ok(setting::table.find(name).select(setting::value).get_result(conn).optional()?)
}

/// States a fact, in place of what was said before.
pub fn set(conn: &mut Connection, name: &str, value: &str) -> Result<()> {
    let row = (setting::name.eq(name), setting::value.eq(value));
    on_each!(conn, |c| {
        diesel::insert_into(setting::table)
            .values(row)
            .on_conflict(setting::name)
            .do_update()
            .set(setting::value.eq(value))
            .execute(c)
    })?;
    Ok(())
}

/// Takes a fact back.
pub fn remove(conn: &mut Connection, name: &str) -> Result<()> {
    diesel::delete(setting::table.find(name)).execute(conn)?;
    Ok(())
}
