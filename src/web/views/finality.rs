//! May these figures be used in a review? Said beside the answer, not only in the footer.

use super::format;
use crate::domain::finality::Finality;
use crate::domain::period::Period;
use crate::i18n::Texts;

/// How final a page's figures are.
#[derive(Debug, Clone)]
pub struct Usable {
    /// Of the period shown.
    pub finality: Finality,
    /// The newest sealed period as long as the one shown, with this page for it; `None` if the one shown is sealed.
    pub sealed: Option<(Period, String)>,
}

impl Usable {
    /// The figures do not change any more.
    pub(super) fn is_final(&self) -> bool {
        self.finality == Finality::Sealed
    }

    /// Whether a review may rest on them, or from when.
    pub(super) fn text(&self, t: &Texts) -> String {
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
            Finality::Sealed => t.get("staff-usable-sealed"),
        }
    }

    /// `Newest sealed: August 2026`.
    pub(super) fn newest(t: &Texts, period: &Period) -> String {
        t.with("staff-usable-newest", &[("period", format::period(t, period))])
    }
}
