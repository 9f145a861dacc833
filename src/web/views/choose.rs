//! Neighbours of the shown period among those to choose from.

use crate::domain::period::Period;

/// The period before the shown one, of the same length, if it can be chosen.
pub(super) fn previous(period: &Period, periods: &[Period]) -> Option<Period> {
    Some(period.prev()).filter(|wanted| periods.contains(wanted))
}

/// The period after the shown one, of the same length, if it can be chosen.
pub(super) fn next(period: &Period, periods: &[Period]) -> Option<Period> {
    Some(period.next()).filter(|wanted| periods.contains(wanted))
}

/// The link to a period of a page; `channel` may be empty.
pub(super) fn href(path: &str, period: &Period, channel: &str) -> String {
    if channel.is_empty() {
        format!("{path}?period={period}")
    } else {
        format!("{path}?period={period}&channel={channel}")
    }
}
