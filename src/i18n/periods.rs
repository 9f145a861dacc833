//! Why a period does not move, in words: the same on pages and in the terminal.

use super::Texts;
use crate::domain::period::{Period, State};
use crate::domain::period_step::{Refused, Step};

/// What keeps `period` from the step, and what to do.
pub fn refusal(t: &Texts, period: Period, refused: &Refused) -> String {
    let list = |periods: &[Period]| periods.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let with = |key: &str| t.with(key, &[("period", period)]);
    match refused {
        Refused::OutOfOrder { step, state } => with(match (step, state) {
            (Step::Reopen, _) => "period-refused-nothing-to-reopen",
            (Step::Publish, State::Open) => "period-refused-not-evaluated",
            (Step::Seal, State::Open | State::Evaluating) => "period-refused-not-published",
            (_, State::Sealed) => "period-refused-sealed",
            _ => "period-refused-published",
        }),
        Refused::NotOver { period, end } => {
            t.with("period-refused-not-over", &[("period", period.to_string()), ("end", end.to_string())])
        }
        Refused::ShorterFirst(shorter) => {
            t.with("period-refused-shorter-first", &[("period", period.to_string()), ("shorter", list(shorter))])
        }
        Refused::LongerFirst(longer) => {
            t.with("period-refused-longer-first", &[("period", period.to_string()), ("longer", list(longer))])
        }
        Refused::MayObject(until) => {
            t.with("period-refused-may-object", &[("period", period.to_string()), ("until", until.to_string())])
        }
        Refused::NoReason => with("period-refused-no-reason"),
        Refused::OnePerson => with("period-refused-one-person"),
    }
}
