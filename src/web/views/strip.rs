//! The strip beside a headline figure: its value and interval on a short axis, with the promise marked. It shows at a
//! glance why a verdict may stand on thin evidence. Hidden from screen readers: the text beside it says the same.

use std::fmt::Write as _;

use super::figure::{Figure, Score};
use super::format;

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 40.0;
/// Room at both ends for half a label.
const MARGIN: f64 = 14.0;
/// Where the axis begins unless something lies below.
const USUAL_START: f64 = 60.0;
const END: f64 = 100.0;
/// Nearer than this two labels would touch.
const LABEL_GAP: f64 = 24.0;

/// The strip of a figure in percent or points; `None` if there is nothing to show.
pub(super) fn strip(figure: &Figure) -> Option<String> {
    let score = figure.score.as_ref()?;
    let target = figure.judgement.as_ref().map(|judgement| judgement.target);
    let start = if lowest(score, target) < USUAL_START { 0.0 } else { USUAL_START };
    let x = |value: f64| MARGIN + (value.clamp(start, END) - start) / (END - start) * (WIDTH - 2.0 * MARGIN);
    let mut svg = format!(
        "<svg class=\"strip\" aria-hidden=\"true\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\">\
         <path class=\"axis\" d=\"M{MARGIN} 12H{}\"/>",
        WIDTH - MARGIN
    );
    if let Some(interval) = &score.interval {
        let _ = write!(svg, "<path class=\"range\" d=\"M{:.1} 12H{:.1}\"/>", x(interval.low), x(interval.high));
    }
    if let Some(target) = target {
        let _ = write!(svg, "<path class=\"promise\" d=\"M{0:.1} 2V22\"/>", x(target));
        label(&mut svg, x(target), target);
    }
    for end in [start, END] {
        if target.is_none_or(|target| (x(target) - x(end)).abs() >= LABEL_GAP) {
            label(&mut svg, x(end), end);
        }
    }
    let _ = write!(svg, "<circle cx=\"{:.1}\" cy=\"12\" r=\"5\"/></svg>", x(score.value));
    Some(svg)
}

fn lowest(score: &Score, target: Option<f64>) -> f64 {
    let low = score.interval.as_ref().map_or(score.value, |interval| interval.low);
    low.min(target.unwrap_or(low))
}

fn label(svg: &mut String, x: f64, value: f64) {
    let _ = write!(svg, "<text x=\"{x:.1}\" y=\"36\">{}</text>", format::target(value));
}

#[cfg(test)]
mod tests {
    use super::super::figure::{Interval, Judgement};
    use super::*;

    fn of(value: f64, (low, high): (f64, f64), target: f64) -> String {
        let interval = Interval { low, high, shown: Default::default() };
        let judgement = Judgement { target, verdict: None, evidence: None, clause: String::new() };
        let score = Score { value, shown: String::new(), interval: Some(interval) };
        strip(&Figure { n: 50, score: Some(score), judgement: Some(judgement) }).unwrap()
    }

    #[test]
    fn the_axis_begins_at_sixty_unless_something_lies_below() {
        assert!(of(91.6, (87.0, 94.7), 90.0).contains(">60<"));
        assert!(of(70.0, (55.0, 82.0), 90.0).contains(">0<"));
    }

    #[test]
    fn a_label_gives_way_to_the_promise() {
        assert!(!of(99.0, (97.0, 100.0), 97.0).contains(">100<"));
    }

    #[test]
    fn a_suppressed_figure_has_none() {
        assert!(strip(&Figure { n: 3, score: None, judgement: None }).is_none());
    }
}
