//! How far the judging of each period has come. A period without a row is open.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::period;
use super::{Connection, Result};
use crate::domain::period::{Period, State};

/// State and revision of every period that has moved on from open.
#[derive(Debug, Clone, Default)]
pub struct Progress(HashMap<Period, (State, i32)>);

impl Progress {
    /// Loads them: a few rows a year.
    pub fn load(conn: &mut Connection) -> Result<Self> {
        let rows: Vec<(String, String, i32)> =
            period::table.select((period::id, period::state, period::revision)).load(conn)?;
        let read = |(id, state, revision): (String, String, i32)| {
            Ok((super::parse("period", "id", &id)?, (super::parse("period", "state", &state)?, revision)))
        };
        rows.into_iter().map(read).collect::<Result<_>>().map(Self)
    }

    /// The state of a period.
    pub fn state(&self, period: Period) -> State {
        self.0.get(&period).map_or(State::Open, |(state, _)| *state)
    }

    /// The periods whose results have been told, newest first.
    pub fn told(&self) -> Vec<Period> {
        let mut told: Vec<_> = self.0.keys().copied().filter(|period| !self.state(*period).takes_responses()).collect();
        told.sort_by_key(|period| std::cmp::Reverse((period.end(), *period)));
        told
    }

    /// 0 until the first seal.
    pub fn revision(&self, period: Period) -> i32 {
        self.0.get(&period).map_or(0, |(_, revision)| *revision)
    }
}
