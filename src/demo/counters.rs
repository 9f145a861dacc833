//! Counters of the demo, and what whoever came by has answered there in the last months.

use chrono::{DateTime, Utc};

use super::comments::{Comments, Mood};
use super::dice::Dice;
use super::{FillError, STAFF};
use crate::context::Context;
use crate::db::counter::{self, By, CounterError};
use crate::db::period::Progress;
use crate::db::{Connection, pending, questionnaire, tally};
use crate::domain::counter::{Code, NewCounter};
use crate::domain::locale::Locale;
use crate::domain::period::{Grain, Period};
use crate::domain::questionnaire::Answers;
use crate::domain::response::{Base, Periods, Response};
use crate::domain::service_record::Touchpoint;
use crate::domain::tally::Tallies;
use crate::domain::user::Role;

/// Months in which there were counters, the current one included.
const MONTHS: usize = 4;

const SEED: u64 = 20_261_122;

/// A counter, and what is said there.
struct Place {
    department: &'static str,
    touchpoint: Touchpoint,
    zh_cn: &'static str,
    en: &'static str,
    /// Answers in a month.
    monthly: f64,
    /// The share of them that is satisfied.
    satisfied: f64,
    /// It is in use.
    in_use: bool,
}

const PLACES: [Place; 5] = [
    place("WX", Touchpoint::Counter, "维修服务台", "Repair desk", 22.0, 0.8),
    place("YY", Touchpoint::Counter, "1 号窗口", "Window 1", 48.0, 0.9),
    place("YY", Touchpoint::Counter, "2 号窗口", "Window 2", 31.0, 0.72),
    place("MDE", Touchpoint::Shop, "收银台", "Checkout", 3.0, 0.9),
    Place { in_use: false, ..place("MDW", Touchpoint::Shop, "旧服务台", "Old service desk", 0.0, 0.0) },
];

const fn place(
    department: &'static str,
    touchpoint: Touchpoint,
    zh_cn: &'static str,
    en: &'static str,
    monthly: f64,
    satisfied: f64,
) -> Place {
    Place { department, touchpoint, zh_cn, en, monthly, satisfied, in_use: true }
}

/// Makes them, and what was answered there.
pub(super) fn make(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> Result<(), FillError> {
    let Some(email) = STAFF.iter().find(|staff| staff.role == Role::Quality).map(|staff| staff.email) else {
        return Ok(());
    };
    let by = By { email, departments: None, now };
    let (mut dice, mut comments) = (Dice::new(SEED), Comments::default());
    for (at, place) in PLACES.iter().enumerate() {
        let new = NewCounter {
            department: place.department.to_owned(),
            touchpoint: Some(place.touchpoint),
            name_zh: place.zh_cn.to_owned(),
            name_en: place.en.to_owned(),
        };
        let code = counter::add(conn, new, by).map_err(made)?;
        if !place.in_use {
            counter::end(conn, &code, by).map_err(made)?;
            continue;
        }
        let mut say = |mood| comments.next(at, mood, place.touchpoint, Locale::ZhCn);
        answers(conn, context, (place, &code), (&mut dice, &mut say), now)?;
    }
    Ok(())
}

/// What was answered at a counter.
fn answers(
    conn: &mut Connection,
    context: &Context,
    (place, code): (&Place, &Code),
    (dice, say): (&mut Dice, &mut dyn FnMut(Mood) -> Option<&'static str>),
    now: DateTime<Utc>,
) -> Result<(), FillError> {
    let zone = context.config.time_zone;
    let Some(found) = counter::by_code(conn, code.as_str())? else { return Ok(()) };
    let (version, progress) = (questionnaire::current(conn)?.offline, Progress::load(conn)?);
    let (asked, attribution) = (context.questionnaires.get(conn, version)?, found.attribution()?);
    let mut tallies = Tallies::default();
    for month in Period::at(now, zone, Grain::Month).last_n(MONTHS) {
        let (served, mut given) = (Periods::at(month.bounds(zone).0, zone), Vec::new());
        for _ in 0..dice.around(place.monthly) {
            let mood = if dice.chance(place.satisfied) { Mood::Pleased } else { Mood::Annoyed };
            let words: &[&str] = if mood == Mood::Pleased { &["5", "5", "4"] } else { &["3", "2", "1"] };
            let codes = ["overall", "attitude", "speed", "solved"];
            let rated = codes.iter().filter_map(|code| Some(((*code).to_owned(), (*dice.pick(words)?).to_owned())));
            let own = Response::own(attribution, served, version, &asked, Answers(rated.collect()));
            let comment = if dice.chance(0.3) { say(mood).map(str::to_owned) } else { None };
            given.push(Response { base: Base::WalkUp, counter_id: Some(found.id), comment, ..own });
        }
        let stores = (&context.secrets, &*context.questionnaires);
        pending::accept(conn, stores, &progress, given, &mut tallies)?;
    }
    Ok(tally::add(conn, &tallies)?)
}

fn made(error: CounterError) -> FillError {
    match error {
        CounterError::Database(error) => error.into(),
        other => FillError::Refused(other.to_string()),
    }
}
