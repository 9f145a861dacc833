//! What stands behind a department's rate: its questions month by month, and those that go together with the overall
//! answer.

use super::format;
use crate::domain::period::{Grain, Period};
use crate::i18n::Texts;

/// Questions by period, numbers first and shade second.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// The columns, oldest first.
    pub periods: Vec<Period>,
    /// The questions.
    pub rows: Vec<HeatRow>,
}

/// A question over the periods.
#[derive(Debug, Clone)]
pub struct HeatRow {
    /// The question, in the reader's language.
    pub text: String,
    /// One per period.
    pub cells: Vec<HeatCell>,
}

/// The share of satisfied answers of one question and period.
#[derive(Debug, Clone)]
pub struct HeatCell {
    /// Valid answers.
    pub n: u32,
    /// Percent; `None` if withheld.
    pub value: Option<f64>,
    /// As people read it.
    pub shown: Option<String>,
}

/// The questions that go together with the overall answer.
#[derive(Debug, Clone)]
pub enum DriversView {
    /// Not enough complete answers.
    TooFew {
        /// Complete answers there are.
        n: usize,
        /// Those that are needed.
        needed: usize,
    },
    /// The answers don't allow it.
    Undetermined {
        /// Complete answers there are.
        n: usize,
    },
    /// What was found.
    Found(DriversFound),
}

/// What was found.
#[derive(Debug, Clone)]
pub struct DriversFound {
    /// Complete answers.
    pub n: usize,
    /// Percent of the overall answer's variation, as people read it.
    pub explained: String,
    /// SVG for wide screens and paper; its texts come escaped.
    pub wide: String,
    /// SVG for phones.
    pub narrow: String,
    /// The questions, the strongest first.
    pub rows: Vec<DriverRow>,
}

/// A question beside the overall answer.
#[derive(Debug, Clone)]
pub struct DriverRow {
    /// The question, in the reader's language.
    pub text: String,
    /// Share of what is explained, percent, as people read it.
    pub share: String,
    /// Share of satisfied answers in the period shown, as people read it; `None` if withheld.
    pub satisfied: Option<String>,
}

impl HeatMap {
    /// A column's head: months as short as in charts, without their year but in January; the caption tells the range.
    fn head(t: &Texts, period: &Period) -> String {
        if period.grain() != Grain::Month {
            return format::period(t, period);
        }
        let month = format::month_mark(t, period);
        if period.number() != 1 {
            return month;
        }
        t.with("insight-month-of-year", &[("month", month), ("year", period.year().to_string())])
    }

    /// The heads of the columns.
    pub(super) fn heads(&self, t: &Texts) -> Vec<String> {
        self.periods.iter().map(|period| Self::head(t, period)).collect()
    }

    /// "from … to …", for the caption.
    pub(super) fn span(&self, t: &Texts) -> (String, String) {
        let name = |period: Option<&Period>| period.map(|period| format::period(t, period)).unwrap_or_default();
        (name(self.periods.first()), name(self.periods.last()))
    }
}

impl HeatCell {
    /// The shade: the lower the rate, the darker; none where there is no figure.
    pub(super) fn class(&self) -> &'static str {
        match self.value {
            None => "h0",
            Some(value) if value >= 95.0 => "h1",
            Some(value) if value >= 90.0 => "h2",
            Some(value) if value >= 85.0 => "h3",
            Some(value) if value >= 80.0 => "h4",
            Some(value) if value >= 70.0 => "h5",
            Some(_) => "h6",
        }
    }

    /// The number, or why there is none.
    pub(super) fn text(&self) -> String {
        match (&self.shown, self.n) {
            (Some(shown), _) => shown.clone(),
            (None, 0) => "—".to_owned(),
            (None, n) if n < super::figure::MIN_SCORE_N => format!("n<{}", super::figure::MIN_SCORE_N),
            (None, _) => "—".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(n: u32, value: Option<f64>) -> HeatCell {
        HeatCell { n, value, shown: value.map(|value| format!("{value:.1}")) }
    }

    #[test]
    fn a_withheld_figure_has_no_shade() {
        assert_eq!((cell(3, None).class(), cell(3, None).text()), ("h0", "n<5".to_owned()));
        assert_eq!(cell(0, None).text(), "—");
    }

    #[test]
    fn the_lower_the_darker() {
        let classes = [100.0, 90.0, 89.99, 84.0, 70.0, 12.0].map(|value| cell(20, Some(value)).class());
        assert_eq!(classes, ["h1", "h2", "h3", "h4", "h5", "h6"]);
    }
}
