//! Where things stand: margins from the texts that must fit into them.

use super::font::Ruler;
use super::scale::Scale;
use super::slots::Slot;
use super::trend::{Size, Trend};
use super::words::Words;

/// Sizes of letters in pixels per em.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters {
    pub heading: i32,
    pub text: i32,
    pub small: i32,
}

/// The frame of one chart, in pixels of its view box.
#[derive(Debug)]
pub(super) struct Layout {
    pub width: i32,
    pub height: i32,
    pub letters: Letters,
    pub heading: Vec<String>,
    pub subtitle: Vec<String>,
    pub caption: Vec<String>,
    pub ticks: Vec<String>,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
    pub left: i32,
    /// How wide one period is.
    pub slot: i32,
    /// Every how many periods a label fits, and which one is the first.
    pub label_step: usize,
    pub label_start: usize,
    pub years: bool,
    /// Rows over which the n are spread, 1 or 2, and every how many periods one fits.
    pub n_rows: usize,
    pub n_step: usize,
    /// The words at the ends of the two lines, broken as they fit.
    pub target: Vec<String>,
    pub floor: Vec<String>,
}

/// Blank edge of the picture.
pub(super) const EDGE: i32 = 4;

impl Letters {
    /// From one row to the next.
    pub fn leading(px: i32) -> i32 {
        px + 4
    }
}

impl Layout {
    pub fn new(trend: &Trend, size: Size, slots: &[Slot<'_>], scale: &Scale, words: &Words, ruler: &Ruler) -> Self {
        let (width, height) = size.pixels();
        let (width, height) = (i32::try_from(width).unwrap_or(i32::MAX), i32::try_from(height).unwrap_or(i32::MAX));
        let (letters, side) = match size {
            Size::Wide => (Letters { heading: 15, text: 12, small: 11 }, 116),
            Size::Narrow => (Letters { heading: 14, text: 11, small: 11 }, 72),
        };
        let lines = match size {
            Size::Wide => 1,
            Size::Narrow => 2,
        };
        let room = width - 2 * EDGE;
        // Bold letters are about a tenth wider than those that are measured.
        let heading = ruler.wrap(&trend.title, letters.heading, room * 9 / 10, 2);
        let subtitle = ruler.wrap(trend.subtitle.as_deref().unwrap_or_default(), letters.text, room, lines);
        // A caption of several lines makes the picture taller, not the plot flatter.
        let caption = ruler.wrap(&caption(slots, scale, words), letters.small, room, 4);
        let height = height
            + Letters::leading(letters.small) * i32::try_from(caption.len()).unwrap_or(0).saturating_sub(1).max(0);

        let ticks: Vec<String> = scale.ticks().into_iter().map(|tick| words.tick(&scale.text(tick))).collect();
        let left = widest(&ticks, letters.text, ruler) + 12;
        let last = slots.last();
        let side_lines = |line: Option<f64>, full: &dyn Fn(f64) -> String| match line {
            None => Vec::new(),
            Some(line) => ruler.wrap(&full(line), letters.text, side - 8, 3),
        };
        let target =
            side_lines(last.and_then(|slot| slot.target), &|line| words.labels.target.fill(&[&words.line(line)]));
        let floor =
            side_lines(last.and_then(|slot| slot.minor_floor), &|line| words.labels.floor.fill(&[&words.line(line)]));
        let value_room = ruler.width("100.0", letters.text) + 4;
        let beside = [target.as_slice(), floor.as_slice()].concat();
        let right = widest(&beside, letters.text, ruler).max(value_room) + 6 + EDGE;

        let count = i32::try_from(slots.len()).unwrap_or(i32::MAX).max(1);
        let slot = (width - left - right) / count;
        let (label_step, label_start) = label_places(slots, words, letters.text, slot, ruler);
        let years = slots.iter().any(|slot| slot.period.is_some_and(|period| period.per_year() > 1));
        let n_width = slots.iter().map(|slot| ruler.width(&slot.n(), letters.small)).max().unwrap_or(0) + 4;
        let n_rows = if n_width <= slot { 1 } else { 2 };
        let n_step = steps(n_width, slot * 2).max(1);

        let notes = slots.iter().any(|slot| slot.note().is_some());
        let rows = |count: usize, px: i32| i32::try_from(count).unwrap_or(0) * Letters::leading(px);
        let top = EDGE
            + rows(heading.len(), letters.heading)
            + rows(subtitle.len(), letters.text)
            + rows(usize::from(notes), letters.small)
            + 10;
        let bottom = EDGE
            + 4
            + rows(1 + usize::from(years), letters.text)
            + rows(n_rows, letters.small)
            + rows(caption.len(), letters.small)
            + if caption.is_empty() { 0 } else { 2 };
        Self {
            width,
            height,
            letters,
            heading,
            subtitle,
            caption,
            ticks,
            top,
            right,
            bottom,
            left,
            slot,
            label_step,
            label_start,
            years,
            n_rows,
            n_step,
            target,
            floor,
        }
    }

    /// Width and height of the picture.
    pub fn pixels(&self) -> (u32, u32) {
        let pixels = |length: i32| u32::try_from(length).unwrap_or(0);
        (pixels(self.width), pixels(self.height))
    }

    /// Whether the label of this position is written.
    pub fn labelled(&self, position: usize) -> bool {
        position >= self.label_start && (position - self.label_start).is_multiple_of(self.label_step)
    }
}

/// Keeps labels that share a line's end apart: moves the given centres so that each has its height, in order, and all
/// stay between `top` and `bottom`. Input and output are sorted by centre.
pub(super) fn spread(labels: &mut [(i32, i32)], top: i32, bottom: i32) {
    for _ in 0..labels.len() * 8 {
        let mut still = true;
        for at in 1..labels.len() {
            let Some([(above, above_height), (below, below_height)]) = labels.get_mut(at - 1..=at) else { continue };
            let overlap = *above + (*above_height + *below_height) / 2 - *below;
            if overlap > 0 {
                *above -= (overlap + 1) / 2;
                *below += (overlap + 1) / 2;
                still = false;
            }
        }
        for (center, height) in labels.iter_mut() {
            let inside = (*center).clamp(top + *height / 2, (bottom - *height / 2).max(top + *height / 2));
            still &= inside == *center;
            *center = inside;
        }
        if still {
            return;
        }
    }
}

fn caption(slots: &[Slot<'_>], scale: &Scale, words: &Words) -> String {
    let labels = words.labels;
    let mut parts = Vec::new();
    if slots.iter().any(|slot| slot.interval().is_some()) {
        parts.push(labels.band.clone());
    }
    if slots.iter().any(|slot| slot.limits().is_some()) {
        parts.push(labels.limits.clone());
        parts.push(labels.marks.fill(&[&labels.steady, &labels.improvement, &labels.concern]));
    }
    if scale.broken {
        parts.push(words.labels.axis_break.fill(&[&words.tick(&scale.text(scale.low))]));
    }
    parts.join(&words.labels.separator)
}

/// How many periods one label needs, and the position of the first: so chosen that Januaries and first quarters, under
/// which the year stands, are among the labelled.
fn label_places(slots: &[Slot<'_>], words: &Words, px: i32, slot_width: i32, ruler: &Ruler) -> (usize, usize) {
    let widest =
        slots.iter().map(|slot| ruler.width(&axis_label(slot, words), px)).max().unwrap_or(0).min(MAX_LABEL) + 5;
    let needed = steps(widest, slot_width);
    let per_year =
        slots.first().and_then(|slot| slot.period).and_then(|period| usize::try_from(period.per_year()).ok());
    // Steps that divide the year keep the same months from year to year.
    let step = match per_year {
        Some(per_year) if per_year > 1 => {
            (needed..=per_year).find(|step| per_year.is_multiple_of(*step)).unwrap_or(needed.next_multiple_of(per_year))
        }
        _ => needed,
    };
    let first_of_year = slots.iter().position(|slot| slot.period.is_some_and(|period| period.part() == 0));
    (step, first_of_year.unwrap_or(0) % step)
}

/// The widest that a label which is no period may be; longer ones are cut.
pub(super) const MAX_LABEL: i32 = 72;

/// What stands under a position: month, quarter or year, or the label as it is.
pub(super) fn axis_label(slot: &Slot<'_>, words: &Words) -> String {
    match slot.period {
        Some(period) if period.per_year() > 1 => words.part(period).to_owned(),
        Some(_) | None => words.period(slot),
    }
}

fn widest(texts: &[String], px: i32, ruler: &Ruler) -> i32 {
    texts.iter().map(|text| ruler.width(text, px)).max().unwrap_or(0)
}

/// How many slots of `slot` pixels make `width` pixels, one at least.
fn steps(width: i32, slot: i32) -> usize {
    usize::try_from((width + slot.max(1) - 1) / slot.max(1)).unwrap_or(1).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_far_apart_stay() {
        let mut labels = [(20, 14), (60, 14)];
        spread(&mut labels, 0, 100);
        assert_eq!(labels, [(20, 14), (60, 14)]);
    }

    #[test]
    fn labels_on_one_spot_part_evenly() {
        let mut labels = [(50, 14), (50, 14)];
        spread(&mut labels, 0, 100);
        assert_eq!(labels, [(43, 14), (57, 14)]);
    }

    proptest! {
        #[test]
        fn labels_never_overlap(mut centers in proptest::collection::vec(0..150_i32, 3), two in 14..30_i32) {
            centers.sort_unstable();
            let mut labels: Vec<_> = centers.into_iter().zip([14, two, two]).collect();
            spread(&mut labels, 0, 150);
            for pair in labels.windows(2) {
                prop_assert!(pair[1].0 - pair[0].0 + 2 >= (pair[0].1 + pair[1].1) / 2, "{:?}", labels);
            }
        }
    }
}
