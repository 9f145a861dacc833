//! Numbers as people read them.

use crate::domain::points::Exact;

/// `value` with exactly `decimals` decimals, half rounded up: the one way to write a figure on a page or into a CSV.
///
/// `90.25` with one decimal is `90.3`, and so is `90.05` → `90.1` although the nearest float lies a hair below: a
/// relative error of 10⁻¹² is taken for a half. At most 9 decimals; never `-0.0`.
pub fn format_value(value: f64, decimals: u8) -> String {
    let decimals = decimals.min(9);
    let scaled = value * 10_f64.powi(i32::from(decimals));
    let rounded = (scaled + 0.5 + scaled.abs() * 1e-12).floor();
    if !rounded.is_finite() || rounded.abs() >= 1e15 {
        return format!("{value:.*}", usize::from(decimals));
    }
    // A whole number prints fast and exactly; the point is set into its digits.
    let sign = if rounded < 0.0 { "-" } else { "" };
    let digits = format!("{:0>width$}", rounded.abs().to_string(), width = usize::from(decimals) + 1);
    match digits.split_at_checked(digits.len().saturating_sub(usize::from(decimals))) {
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, part)) => format!("{sign}{whole}.{part}"),
        None => digits,
    }
}

/// A target as it was promised: at most two decimals, no trailing zeros ("90", "92.5").
pub(super) fn format_target(value: f64) -> String {
    let text = format_value(value, 2);
    text.strip_suffix(".00").or_else(|| text.strip_suffix('0')).unwrap_or(&text).to_owned()
}

/// A figure as charts and tables show it: by the rule of all figures ([`Exact::shown`]), so that 89.96 against 90 is
/// 89.9 here as everywhere. `lines` are the target and what else the figure must not be rounded across.
pub(super) fn figure_text(value: f64, lines: &[Option<f64>]) -> String {
    let hundredths = |line: f64| Exact::from_4dp(line)?.to_hundredths();
    let edges: Vec<_> = lines.iter().copied().flatten().filter_map(hundredths).collect();
    Exact::from_4dp(value).map_or_else(|| format_value(value, 1), |exact| exact.shown(&edges))
}

/// The same number with a true minus sign, for running text and pictures.
pub(super) fn typographic(number: &str) -> String {
    number.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(value: f64, decimals: u8, expected: &str) {
        assert_eq!(format_value(value, decimals), expected);
    }

    #[test]
    fn half_goes_up() {
        check(91.25, 1, "91.3");
        check(2.5, 0, "3");
        check(-0.25, 1, "-0.2");
    }

    #[test]
    fn half_in_decimal_goes_up_though_the_float_is_below() {
        check(90.05, 1, "90.1");
        check(1.005, 2, "1.01");
    }

    #[test]
    fn below_half_stays() {
        check(89.9499, 1, "89.9");
        check(84.94, 1, "84.9");
    }

    #[test]
    fn zero_has_no_sign() {
        check(-0.04, 1, "0.0");
    }

    #[test]
    fn small_and_large_numbers_keep_their_digits() {
        check(0.04, 2, "0.04");
        check(1e300, 0, &format!("{:.0}", 1e300));
    }

    #[test]
    fn a_figure_is_never_rounded_across_its_target() {
        assert_eq!(figure_text(89.96, &[Some(90.0), Some(85.0)]), "89.9");
        assert_eq!(figure_text(84.9951, &[Some(90.0), Some(85.0)]), "84.9");
        assert_eq!(figure_text(89.96, &[None]), "90.0");
        assert_eq!(figure_text(-5.25, &[]), "-5.3");
    }

    #[test]
    fn targets_are_short() {
        assert_eq!(format_target(90.0), "90");
        assert_eq!(format_target(92.5), "92.5");
        assert_eq!(format_target(0.0), "0");
    }

    proptest! {
        #[test]
        fn hundredths_round_as_on_paper(hundredths in -10_000_i32..=10_000) {
            let tenths = (hundredths + 5).div_euclid(10);
            let sign = if tenths < 0 { "-" } else { "" };
            let expected = format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10);
            prop_assert_eq!(format_value(f64::from(hundredths) / 100.0, 1), expected);
        }
    }
}
