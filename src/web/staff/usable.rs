//! May these figures be used in a review? How final a period is, with what has happened to it.

use chrono::NaiveDate;

use super::super::frame::Page;
use super::super::views::finality::{Reopened, Usable};
use super::super::views::periods::Stage;
use crate::db::closing::{Background, Outlook};
use crate::domain::finality::Finality;
use crate::domain::period::{Period, State, local_date};

/// What a page of figures says; `newest` is the newest sealed period as long as this one, with its page.
pub(super) fn usable(
    page: &Page,
    outlook: &Outlook,
    background: &Background,
    newest: Option<(Period, String)>,
) -> Usable {
    let today = local_date(page.web.context.now(), page.web.context.config.time_zone);
    let early = background.seal.as_ref().and_then(|seal| seal.circumstances.early.clone());
    let finality = match outlook.finality(today) {
        // Sealed in time by the calendar of its day.
        Finality::SealedEarly { .. } if early.is_none() => Finality::Sealed,
        finality => finality,
    };
    Usable {
        finality,
        early,
        reopened: reopened(page, outlook, background),
        asked: background.asked.is_some(),
        sealed: newest.filter(|_| outlook.course.state != State::Sealed),
    }
}

/// How a period was reopened since its newest seal.
pub(super) fn reopened(page: &Page, outlook: &Outlook, background: &Background) -> Option<Reopened> {
    let zone = page.web.context.config.time_zone;
    let one = background.reopened.as_ref()?;
    let seal = background.seal.as_ref();
    let told = seal.and_then(|seal| seal.circumstances.published_at).map(|at| local_date(at, zone));
    Some(Reopened {
        told: told.or(outlook.told)?,
        sealed: seal.map(|seal| (local_date(seal.sealed_at, zone), seal.revision)),
        on: local_date(one.confirmed_at?, zone),
        by: (one.requested_by.clone(), one.confirmed_by.clone()?),
        reason: one.reason.clone(),
    })
}

/// How far a period has come, as lists say it; `asked` are the periods that somebody asks to reopen.
pub(super) fn stage(outlook: &Outlook, asked: &[Period], today: NaiveDate) -> Stage {
    let finality = outlook.finality(today);
    let early = match finality {
        Finality::SealedEarly { until } => Some(until),
        _ => None,
    };
    Stage {
        state: outlook.course.state,
        revision: u32::try_from(outlook.course.revision).unwrap_or(0),
        over: outlook.period.end() < today,
        reopened: matches!(finality, Finality::Reopened { .. }),
        early,
        asked: asked.contains(&outlook.period),
    }
}
