//! Why a period does not move, in words: the same on pages and in the terminal.

use super::{Locale, Texts, date, period as named};
use crate::domain::period::{Period, State};
use crate::domain::period_step::{Refused, Step};

/// What keeps `period` from the step, and what to do.
pub fn refusal(t: &Texts, period: Period, refused: &Refused) -> String {
    let comma = if t.locale() == Locale::ZhCn { "、" } else { ", " };
    let list = |periods: &[Period]| periods.iter().map(|period| named(t, period)).collect::<Vec<_>>().join(comma);
    let this = named(t, &period);
    let with = |key: &str| t.with(key, &[("period", &this)]);
    match refused {
        Refused::OutOfOrder { step, state } => with(match (step, state) {
            (Step::Reopen, _) => "period-refused-nothing-to-reopen",
            (Step::Publish, State::Open) => "period-refused-not-evaluated",
            (Step::Seal, State::Open | State::Evaluating) => "period-refused-not-published",
            (_, State::Sealed) => "period-refused-sealed",
            _ => "period-refused-published",
        }),
        Refused::NotOver { period, end } => {
            t.with("period-refused-not-over", &[("period", named(t, period)), ("end", date(t, end))])
        }
        Refused::ShorterFirst(shorter) => {
            t.with("period-refused-shorter-first", &[("period", this), ("shorter", list(shorter))])
        }
        Refused::LongerFirst(longer) => {
            t.with("period-refused-longer-first", &[("period", this), ("longer", list(longer))])
        }
        Refused::MayObject(until) => {
            t.with("period-refused-may-object", &[("period", this), ("until", date(t, until))])
        }
        Refused::SameHand(until) => t.with("period-refused-same-hand", &[("period", this), ("until", date(t, until))]),
        Refused::NoReason => with("period-refused-no-reason"),
        Refused::OnePerson => with("period-refused-one-person"),
    }
}
