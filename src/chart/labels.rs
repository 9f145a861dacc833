//! The words of charts in one language, fetched once and filled in without another look-up.

use std::sync::OnceLock;

use crate::domain::locale::Locale;
use crate::i18n::Texts;

/// A text with holes, in the order in which its arguments were named.
#[derive(Debug, Clone)]
pub(super) struct Pattern(String);

impl Pattern {
    fn new(t: Texts, key: &str, names: &[&'static str]) -> Self {
        let holes: Vec<(&'static str, char)> = names.iter().copied().zip(FIRST_HOLE..=LAST_HOLE).collect();
        Self(t.with(key, &holes))
    }

    /// The text with `values` in its holes. Values are never looked into, so a hole's character in one does no harm.
    pub fn fill(&self, values: &[&str]) -> String {
        let mut text = String::with_capacity(self.0.len() + values.iter().map(|value| value.len()).sum::<usize>());
        for c in self.0.chars() {
            match (FIRST_HOLE..=LAST_HOLE).position(|hole| hole == c).and_then(|hole| values.get(hole)) {
                Some(value) => text.push_str(value),
                None => text.push(c),
            }
        }
        text
    }
}

/// Private-use characters, which no translator writes.
const FIRST_HOLE: char = '\u{E000}';
const LAST_HOLE: char = '\u{E003}';

/// Every text a chart may need.
#[derive(Debug)]
pub(super) struct Labels {
    pub months: Vec<String>,
    pub quarters: Vec<String>,
    /// As pages write them within a period.
    pub full_months: Vec<String>,
    pub period_month: Pattern,
    pub period_quarter: Pattern,
    pub period_year: Pattern,
    pub value_percent: Pattern,
    pub value_points: Pattern,
    pub value_difference: Pattern,
    pub value_per_hundred: Pattern,
    pub target: Pattern,
    pub floor: Pattern,
    pub band: String,
    pub axis_break: Pattern,
    pub separator: String,
    pub list_separator: String,
    pub sentence_separator: String,
    pub empty: String,
    pub too_few: Pattern,
    pub point: Pattern,
    pub point_target: Pattern,
    pub n: Pattern,
    pub interval: Pattern,
    pub desc_span: Pattern,
    pub desc_one: Pattern,
    pub desc_none: String,
    pub desc_range: Pattern,
    pub desc_last: Pattern,
    pub desc_above: Pattern,
    pub desc_equal: Pattern,
    pub desc_below: Pattern,
    pub desc_target: Pattern,
    pub desc_up: Pattern,
    pub desc_down: Pattern,
    pub desc_same: Pattern,
    pub desc_note: Pattern,
    pub desc_limits: Pattern,
    pub edition_online: Pattern,
    pub edition_offline: Pattern,
    pub edition: Pattern,
    pub limits: String,
    pub funnel_across: String,
    pub funnel_lines: String,
    pub funnel_spread: String,
    pub funnel_desc: Pattern,
    pub funnel_below: Pattern,
    pub funnel_above: Pattern,
    pub far_below: String,
    pub below: String,
    pub within: String,
    pub above: String,
    pub far_above: String,
    pub marks: Pattern,
    pub signal: Pattern,
    pub improvement: String,
    pub concern: String,
    pub steady: String,
    pub outside_above: String,
    pub outside_below: String,
    pub shift_above: String,
    pub shift_below: String,
    pub trend: String,
    pub two_of_three_above: String,
    pub two_of_three_below: String,
}

impl Labels {
    /// The texts of `locale`.
    pub fn of(locale: Locale) -> &'static Self {
        static ZH_CN: OnceLock<Labels> = OnceLock::new();
        static EN: OnceLock<Labels> = OnceLock::new();
        match locale {
            Locale::ZhCn => ZH_CN.get_or_init(|| Self::fetch(Texts::new(locale))),
            Locale::En => EN.get_or_init(|| Self::fetch(Texts::new(locale))),
        }
    }

    fn fetch(t: Texts) -> Self {
        let pattern = |key: &str, names: &[&'static str]| Pattern::new(t, key, names);
        let words = |key: &str| t.get(key).split_whitespace().map(str::to_owned).collect();
        Self {
            months: words("chart-months"),
            quarters: words("chart-quarters"),
            full_months: full_months(t).to_vec(),
            period_month: pattern("staff-period-month", &["year", "month"]),
            period_quarter: pattern("staff-period-quarter", &["year", "number"]),
            period_year: pattern("staff-period-year", &["year"]),
            value_percent: pattern("chart-value-percent", &["value"]),
            value_points: pattern("chart-value-points", &["value"]),
            value_difference: pattern("chart-value-difference", &["value"]),
            value_per_hundred: pattern("chart-value-per-hundred", &["value"]),
            target: pattern("chart-target", &["value"]),
            floor: pattern("chart-floor", &["value"]),
            band: t.get("chart-band"),
            axis_break: pattern("chart-axis-break", &["value"]),
            separator: t.get("chart-separator"),
            list_separator: t.get("chart-list-separator"),
            sentence_separator: t.get("chart-sentence-separator"),
            empty: t.get("chart-empty"),
            too_few: pattern("chart-too-few", &["n"]),
            point: pattern("chart-point", &["period", "value"]),
            point_target: pattern("chart-point-target", &["value"]),
            n: pattern("chart-n", &["n"]),
            interval: pattern("chart-interval", &["low", "high"]),
            desc_span: pattern("chart-desc-span", &["first", "last", "count", "shown"]),
            desc_one: pattern("chart-desc-one", &["period"]),
            desc_none: t.get("chart-desc-none"),
            desc_range: pattern("chart-desc-range", &["low", "high"]),
            desc_last: pattern("chart-desc-last", &["point"]),
            desc_above: pattern("chart-desc-above", &["target"]),
            desc_equal: pattern("chart-desc-equal", &["target"]),
            desc_below: pattern("chart-desc-below", &["target"]),
            desc_target: pattern("chart-desc-target", &["period", "target"]),
            desc_up: pattern("chart-desc-up", &["period", "value"]),
            desc_down: pattern("chart-desc-down", &["period", "value"]),
            desc_same: pattern("chart-desc-same", &["period"]),
            desc_note: pattern("chart-desc-note", &["period", "note"]),
            desc_limits: pattern("chart-desc-limits", &["center", "lower", "upper"]),
            edition_online: pattern("chart-edition-online", &["version"]),
            edition_offline: pattern("chart-edition-offline", &["version"]),
            edition: pattern("chart-edition", &["questionnaire", "version"]),
            limits: t.get("chart-limits"),
            funnel_across: t.get("chart-funnel-across"),
            funnel_lines: t.get("chart-funnel-lines"),
            funnel_spread: t.get("chart-funnel-spread"),
            funnel_desc: pattern("chart-funnel-desc", &["count", "reference"]),
            funnel_below: pattern("chart-funnel-below", &["names"]),
            funnel_above: pattern("chart-funnel-above", &["names"]),
            far_below: t.get("comparison-place-far-below"),
            below: t.get("comparison-place-below"),
            within: t.get("comparison-place-within"),
            above: t.get("comparison-place-above"),
            far_above: t.get("comparison-place-far-above"),
            marks: pattern("chart-marks", &["steady", "improvement", "concern"]),
            signal: pattern("chart-signal", &["variation", "rule"]),
            improvement: t.get("trend-improvement"),
            concern: t.get("trend-concern"),
            steady: t.get("trend-steady"),
            outside_above: t.get("trend-outside-above"),
            outside_below: t.get("trend-outside-below"),
            shift_above: t.get("trend-shift-above"),
            shift_below: t.get("trend-shift-below"),
            trend: t.get("trend-run"),
            two_of_three_above: t.get("trend-two-of-three-above"),
            two_of_three_below: t.get("trend-two-of-three-below"),
        }
    }
}

fn full_months(t: Texts) -> [String; 12] {
    [
        t.get("staff-month-1"),
        t.get("staff-month-2"),
        t.get("staff-month-3"),
        t.get("staff-month-4"),
        t.get("staff-month-5"),
        t.get("staff-month-6"),
        t.get("staff-month-7"),
        t.get("staff-month-8"),
        t.get("staff-month-9"),
        t.get("staff-month-10"),
        t.get("staff-month-11"),
        t.get("staff-month-12"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_twelve_months_and_four_quarters() {
        for locale in Locale::ALL {
            assert_eq!((Labels::of(locale).months.len(), Labels::of(locale).quarters.len()), (12, 4));
        }
    }

    #[test]
    fn a_value_is_never_looked_into() {
        let pattern = Pattern(format!("<{FIRST_HOLE}|{}>", '\u{E001}'));
        assert_eq!(pattern.fill(&["\u{E001}", "b"]), "<\u{E001}|b>");
    }

    #[test]
    fn no_key_is_missing() {
        for locale in Locale::ALL {
            assert!(!format!("{:?}", Labels::of(locale)).contains("Unknown localization"));
        }
    }
}
