//! The demo's sampled follow-up: drawn of the quarter before the last one that is over, and for the greater part called.

use chrono::{DateTime, TimeDelta, Utc};

use super::dice::Dice;
use super::organisation::STAFF;
use super::{FillError, user};
use crate::context::Context;
use crate::db::Connection;
use crate::db::follow_up::{self, Interview, Interviewer, NoteError, Shown};
use crate::db::sample::{self, DrawError, Request};
use crate::domain::period::{Grain, Period};
use crate::domain::questionnaire::Answers;
use crate::domain::sample::{Disposition, Fraction};
use crate::domain::user::Role;

/// Millionths of each department and channel that are drawn: a tenth.
const FRACTION: u32 = 100_000;

const SEED: i64 = 20_260_901;

/// Of the customers called, those who answered, by hundredths; the others in the order of their frequency.
const ANSWERED: u32 = 62;
const OTHERS: [(u32, Disposition); 4] = [
    (20, Disposition::NotReached),
    (9, Disposition::Refused),
    (5, Disposition::CallBack),
    (4, Disposition::BadContact),
];

/// One in so many is left to be called.
const UNCALLED: i32 = 9;

/// Draws the sample, and calls most of the customers on the list. Nothing happens where the quarter is empty.
pub(super) fn make(conn: &mut Connection, context: &Context, now: DateTime<Utc>) -> Result<(), FillError> {
    let zone = context.config.time_zone;
    let period = Period::at(now, zone, Grain::Quarter).prev().prev();
    let (_, end) = period.bounds(zone);
    let Some(fraction) = Fraction::from_millionths(FRACTION) else { return Ok(()) };
    let Some(caller) = STAFF.iter().find(|staff| staff.role == Role::Quality) else { return Ok(()) };
    let Some(caller) = user::by_email(conn, caller.email)? else { return Ok(()) };
    let by = Interviewer { id: caller.id, email: caller.email };
    let request = Request { period, fraction, seed: SEED, redraw: None };
    match sample::draw(conn, &request, &by.email, end + TimeDelta::hours(9), zone) {
        Ok(_) => {}
        Err(DrawError::Database(error)) => return Err(error.into()),
        Err(_) => return Ok(()),
    }
    let Some(sample) = sample::current(conn, period)? else { return Ok(()) };
    let list = follow_up::list(conn, &context.secrets, &sample, Shown::All, (0, usize::MAX))?;
    let mut dice = Dice::new(7);
    for (case, minutes) in list.cases.iter().filter(|case| case.position % UNCALLED != 0).zip(0..) {
        let at = end + TimeDelta::hours(10) + TimeDelta::minutes(minutes * 7);
        let noted = match outcome(dice.below(100)) {
            Disposition::Answered => {
                let version_id = follow_up::asks(conn, case)?;
                let questionnaire = context.questionnaires.get(conn, version_id)?;
                let (sample, by, questionnaire) = (&sample, &by, &*questionnaire);
                let interview = Interview { sample, case, version_id, questionnaire, answers: answers(&mut dice), by };
                follow_up::interview(conn, interview, at, zone)
            }
            other => follow_up::note(conn, &sample, case, other, &by, at),
        };
        match noted {
            Ok(()) => {}
            Err(NoteError::Database(error)) => return Err(error.into()),
            Err(_) => return Err(FillError::Refused(case.external_id.clone())),
        }
    }
    Ok(())
}

fn outcome(roll: u32) -> Disposition {
    let mut edge = ANSWERED;
    if roll < edge {
        return Disposition::Answered;
    }
    for (share, disposition) in OTHERS {
        edge += share;
        if roll < edge {
            return disposition;
        }
    }
    Disposition::NotReached
}

/// Mostly satisfied, as people are on the phone.
fn answers(dice: &mut Dice) -> Answers {
    let mut word = || match dice.below(100) {
        0..52 => "5",
        52..90 => "4",
        90..96 => "3",
        _ => "2",
    };
    let codes = ["overall", "attitude", "speed", "solved"];
    Answers(codes.map(|code| (code.to_owned(), word().to_owned())).into())
}
