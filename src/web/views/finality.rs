//! May these figures be used in a review? Said beside the answer, not only in the footer.

use chrono::NaiveDate;

use super::format;
use crate::domain::finality::Finality;
use crate::domain::period::Period;
use crate::i18n::{Locale, Texts};

/// How final a page's figures are.
#[derive(Debug, Clone)]
pub struct Usable {
    /// Of the period shown.
    pub finality: Finality,
    /// Why it was sealed before the term to object was over.
    pub early: Option<String>,
    /// How it was reopened since its newest seal.
    pub reopened: Option<Reopened>,
    /// Somebody has asked to reopen it, and another person is to confirm.
    pub asked: bool,
    /// The newest sealed period as long as the one shown, with this page for it; `None` if the one shown is sealed.
    pub sealed: Option<(Period, String)>,
}

/// A period that was told, or sealed, and is looked at again.
#[derive(Debug, Clone)]
pub struct Reopened {
    /// The day its result was told.
    pub told: NaiveDate,
    /// The day it was sealed, and as which revision, which does not hold any more.
    pub sealed: Option<(NaiveDate, i32)>,
    /// The day it was reopened.
    pub on: NaiveDate,
    /// Who asked, and who confirmed.
    pub by: (String, String),
    /// Why.
    pub reason: String,
}

impl Reopened {
    /// What happened, in one sentence or two.
    pub(super) fn text(&self, t: &Texts) -> String {
        let date = |date| format::date(t, date);
        let mut args = vec![
            ("told", date(&self.told)),
            ("on", date(&self.on)),
            ("by", self.by.0.clone()),
            ("second", self.by.1.clone()),
            ("reason", self.reason.clone()),
        ];
        let Some((sealed, revision)) = &self.sealed else { return t.with("staff-usable-reopened", &args) };
        args.extend([("sealed", date(sealed)), ("revision", revision.to_string())]);
        t.with("staff-usable-reopened-sealed", &args)
    }
}

impl Usable {
    /// The figures are sealed, nobody may object to them any more, and nobody asks to open them again.
    pub(super) fn is_final(&self) -> bool {
        self.finality == Finality::Sealed && !self.asked
    }

    /// Whether a review may rest on them, or from when.
    pub(super) fn text(&self, t: &Texts) -> String {
        let mut texts = vec![self.standing(t)];
        if let (Finality::Reopened { .. }, Some(reopened)) = (&self.finality, &self.reopened) {
            texts.insert(0, reopened.text(t));
        }
        texts.extend(self.asked.then(|| t.get("staff-usable-asked")));
        texts.join(if t.locale() == Locale::ZhCn { "" } else { " " })
    }

    fn standing(&self, t: &Texts) -> String {
        let date = |key, date| (key, format::date(t, date));
        match &self.finality {
            Finality::Running { until } => t.with("staff-usable-running", &[date("until", until)]),
            Finality::Unpublished { overdue: true, tell_by, .. } => {
                t.with("staff-usable-overdue", &[date("by", tell_by)])
            }
            Finality::Unpublished { evaluating: true, tell_by, .. } => {
                t.with("staff-usable-evaluating", &[date("by", tell_by)])
            }
            Finality::Unpublished { tell_by, .. } => t.with("staff-usable-over", &[date("by", tell_by)]),
            Finality::Contestable { until, seal_from } => {
                t.with("staff-usable-contestable", &[date("until", until), date("from", seal_from)])
            }
            Finality::Sealable => t.get("staff-usable-sealable"),
            Finality::Reopened { .. } => t.get("staff-usable-again"),
            Finality::SealedEarly { until } => {
                let reason = ("reason", self.early.clone().unwrap_or_default());
                t.with("staff-usable-early", &[date("until", until), reason])
            }
            Finality::Sealed => t.get("staff-usable-sealed"),
        }
    }

    /// `Newest sealed: August 2026`.
    pub(super) fn newest(t: &Texts, period: &Period) -> String {
        t.with("staff-usable-newest", &[("period", format::period(t, period))])
    }
}
