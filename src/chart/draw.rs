//! Draws a trend with plotters. Order: band, grid, promise line, data line, marks, words.

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon};
use plotters::prelude::{Cartesian2d, SVGBackend};
use plotters::style::text_anchor::HPos;
use plotters::style::{Color, ShapeStyle};

use super::font::Ruler;
use super::layout::{EDGE, Layout, Letters, MAX_LABEL, axis_label, spread};
use super::pen::Pen;
use super::scale::{Scale, scale};
use super::slots::{Figure, Slot, slots};
use super::theme::{Naming, Paint, Part, finish};
use super::trend::{ChartError, Limits, MIN_N, Size, Trend};
use super::words::Words;
use crate::domain::trend::Variation;

/// How far from its mark the latest value may stand to be read as its words.
const REACH: i32 = 60;

type Area<'b> = DrawingArea<SVGBackend<'b>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn = Result<(), ChartError>;

/// The whole chart as SVG.
pub(super) fn svg(trend: &Trend, size: Size, paint: Paint) -> Result<String, ChartError> {
    let slots = slots(trend)?;
    let words = Words::new(trend);
    let scale = scale(trend.unit, trend.from_zero, &slots);
    let ruler = Ruler::new()?;
    let layout = Layout::new(trend, size, &slots, &scale, &words, &ruler);
    let mut raw = String::with_capacity(16 * 1024);
    let area = SVGBackend::with_string(&mut raw, layout.pixels()).into_drawing_area();
    let drawing = Drawing {
        slots: &slots,
        scale: &scale,
        layout: &layout,
        words: &words,
        ruler: &ruler,
        area: &area,
        pen: Pen::new(),
    };
    drawing.draw()?;
    drop(drawing);
    area.present()?;
    drop(area);
    let points = slots.iter().filter_map(|slot| Some(words.point(slot, &slot.figure()?))).collect();
    let description = words.description(&slots);
    let naming = Naming { id: safe_id(&trend.id, size), title: &trend.title, description, points };
    Ok(finish(&raw, layout.pixels(), &naming, paint))
}

/// What the steps of drawing share.
struct Drawing<'d, 'b> {
    slots: &'d [Slot<'d>],
    scale: &'d Scale,
    layout: &'d Layout,
    words: &'d Words,
    ruler: &'d Ruler,
    area: &'d Area<'b>,
    pen: Pen,
}

impl<'b> Drawing<'_, 'b> {
    fn draw(&self) -> Drawn {
        let layout = self.layout;
        let count = f64::from(u32::try_from(self.slots.len()).unwrap_or(u32::MAX)).max(1.0);
        let mut chart: Chart<'_, 'b> = ChartBuilder::on(self.area)
            .margin_top(layout.top)
            .margin_right(layout.right)
            .margin_bottom(layout.bottom)
            .margin_left(layout.left)
            .build_cartesian_2d(-0.5..count - 0.5, self.scale.low..self.scale.high)?;
        self.band(&mut chart)?;
        self.grid(&mut chart)?;
        self.limits(&mut chart)?;
        self.steps(&mut chart, runs(self.slots, |slot| slot.minor_floor), Part::Floor, 1)?;
        self.steps(&mut chart, runs(self.slots, |slot| slot.target), Part::Target, 2)?;
        self.notes(&mut chart)?;
        self.line(&mut chart)?;
        self.nothing()?;
        self.earlier_targets(&chart)?;
        self.ends(&chart)?;
        self.head()?;
        self.foot(&chart)
    }

    fn band(&self, chart: &mut Chart<'_, 'b>) -> Drawn {
        for run in runs(self.slots, |slot| slot.interval()) {
            // A lone period gets a bar of ten pixels in place of an area without width.
            let half = if run.len() == 1 { (5.0 / f64::from(self.layout.slot.max(1))).min(0.4) } else { 0.0 };
            let at = |x: f64, y: f64| (x, self.scale.clip(y));
            let upper = run.iter().flat_map(|(x, (_, high))| [at(x - half, *high), at(x + half, *high)]);
            let lower = run.iter().rev().flat_map(|(x, (low, _))| [at(x + half, *low), at(x - half, *low)]);
            let mut outline: Vec<_> = upper.chain(lower).collect();
            outline.dedup();
            chart.draw_series([Polygon::new(outline, Part::Band.color().filled())])?;
        }
        Ok(())
    }

    /// One line per label, at most eleven; the mesh of plotters would draw five times as many.
    fn grid(&self, chart: &mut Chart<'_, 'b>) -> Drawn {
        let px = self.layout.letters.text;
        let base = if self.scale.low < 0.0 { 0.0 } else { self.scale.low };
        for (tick, label) in self.scale.ticks().into_iter().zip(&self.layout.ticks) {
            let part = if tick == base { Part::Base } else { Part::Grid };
            self.path(chart, horizontal(tick, self.slots.len()), part.color().stroke_width(1))?;
            let (_, y) = chart.backend_coord(&(0.0, tick));
            self.text(label, (self.layout.left - 7, y + px * 36 / 100), Part::Muted, px, HPos::Right)?;
        }
        Ok(())
    }

    /// A line that keeps its height over each period and jumps between them.
    fn steps(&self, chart: &mut Chart<'_, 'b>, runs: Vec<Vec<(f64, f64)>>, part: Part, stroke: u32) -> Drawn {
        for run in runs {
            let mut corners: Vec<(f64, f64)> = Vec::with_capacity(run.len() * 2);
            for (x, y) in run {
                let y = self.scale.clip(y);
                match corners.last_mut() {
                    Some((end, level)) if *level == y => *end = x + 0.5,
                    _ => corners.extend([(x - 0.5, y), (x + 0.5, y)]),
                }
            }
            self.path(chart, corners, part.color().stroke_width(stroke))?;
        }
        Ok(())
    }

    /// A dotted line where something began that may explain a change, its words above the plot as far as they fit.
    fn notes(&self, chart: &mut Chart<'_, 'b>) -> Drawn {
        let px = self.layout.letters.small;
        let mut free = EDGE;
        for (slot, x) in self.slots.iter().zip(positions()) {
            let Some(note) = slot.note() else { continue };
            let ends = vec![(x - 0.5, self.scale.low), (x - 0.5, self.scale.high)];
            self.path(chart, ends, Part::Note.color().stroke_width(1))?;
            let (line, top) = chart.backend_coord(&(x - 0.5, self.scale.high));
            let end = self.layout.width - EDGE;
            let start = line.min(end - self.ruler.width(note, px)).max(free);
            if end - start < 3 * px {
                continue;
            }
            for words in self.ruler.wrap(note, px, end - start, 1) {
                self.text(&words, (start, top - 6), Part::Muted, px, HPos::Left)?;
                free = start + self.ruler.width(&words, px) + px;
            }
        }
        Ok(())
    }

    fn line(&self, chart: &mut Chart<'_, 'b>) -> Drawn {
        for run in runs(self.slots, |slot| slot.value()).into_iter().filter(|run| run.len() > 1) {
            self.path(chart, run, Part::Line.color().stroke_width(2))?;
        }
        let radius = if self.layout.slot < 10 { 2 } else { 4 };
        for (slot, x) in self.slots.iter().zip(positions()) {
            let Some(value) = slot.value() else { continue };
            let part = mark(slot);
            let (x, y) = chart.backend_coord(&(x, value));
            if part == Part::Worse {
                let reach = radius + 2;
                let corners = vec![(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)];
                self.area.draw(&Polygon::new(corners, part.color().filled()))?;
            } else {
                self.area.draw(&Circle::new((x, y), radius, part.color().filled()))?;
            }
        }
        Ok(())
    }

    /// The mean and the lines between which a rate moves by chance.
    fn limits(&self, chart: &mut Chart<'_, 'b>) -> Drawn {
        let line = |of: fn(Limits) -> f64| runs(self.slots, |slot| slot.limits().map(of));
        self.steps(chart, line(|limits| limits.center), Part::Center, 1)?;
        self.steps(chart, line(|limits| limits.lower), Part::Limit, 1)?;
        self.steps(chart, line(|limits| limits.upper), Part::Limit, 1)
    }

    /// Words in place of a line, where there is none.
    fn nothing(&self) -> Drawn {
        if self.slots.iter().any(|slot| slot.value().is_some()) {
            return Ok(());
        }
        let Layout { left, right, top, bottom, width, height, .. } = *self.layout;
        let answers = self.slots.iter().any(|slot| slot.point.is_some_and(|point| point.n > 0));
        let labels = self.words.labels;
        let words = if answers { labels.too_few.fill(&[&MIN_N.to_string()]) } else { labels.empty.clone() };
        let px = self.layout.letters.text;
        // Between the second and the third line of the usual axis.
        let first = top + (height - top - bottom) * 3 / 8 + px * 36 / 100;
        for (line, row) in self.ruler.wrap(&words, px, width - left - right - 2 * px, 3).iter().zip(0..) {
            let at = ((left + width - right) / 2, first + row * Letters::leading(px));
            self.text(line, at, Part::TextInside, px, HPos::Center)?;
        }
        Ok(())
    }

    /// The height of a promise that has been replaced stands on its own part of the line.
    fn earlier_targets(&self, chart: &Chart<'_, 'b>) -> Drawn {
        let px = self.layout.letters.small;
        let mut segments: Vec<(f64, f64, f64)> = Vec::new();
        for (x, target) in runs(self.slots, |slot| slot.target).into_iter().flatten() {
            match segments.last_mut() {
                Some((_, end, height)) if *height == target && x - *end < 1.5 => *end = x,
                _ => segments.push((x, x, target)),
            }
        }
        if self.slots.last().and_then(|slot| slot.target).is_some() {
            segments.pop();
        }
        for (start, end, target) in segments {
            let words = self.words.line(target);
            let (left, y) = chart.backend_coord(&(start - 0.5, self.scale.clip(target)));
            let (right, _) = chart.backend_coord(&(end + 0.5, target));
            if self.ruler.width(&words, px) + 4 <= right - left {
                self.text(&words, (left + 2, y - 4), Part::TextInside, px, HPos::Left)?;
            }
        }
        Ok(())
    }

    /// The words at the right: the latest value, the promise, the line of the major breach; moved apart if they meet.
    fn ends(&self, chart: &Chart<'_, 'b>) -> Drawn {
        let layout = self.layout;
        let px = layout.letters.text;
        let last = self.slots.last();
        let height = |value: f64| chart.backend_coord(&(0.0, self.scale.clip(value))).1;
        let mut labels: Vec<(i32, Part, Vec<String>)> = Vec::new();
        if let Some((slot, x, Figure { value: figure, shown, .. })) = self.latest() {
            let words = super::format::typographic(&shown);
            let at_the_end = last.is_some_and(|last| std::ptr::eq(last, slot)) && layout.slot <= 2 * REACH;
            if at_the_end {
                labels.push((height(figure), Part::Value, vec![words]));
            } else {
                let (x, y) = chart.backend_coord(&(x, self.scale.clip(figure)));
                let above = if y - 10 - px < layout.top - 8 { y + 10 + px } else { y - 10 };
                self.text(&words, (x, above), Part::ValueInside, px, HPos::Center)?;
            }
        }
        if let Some(target) = last.and_then(|slot| slot.target) {
            labels.push((height(target), Part::Text, layout.target.clone()));
        }
        if let Some(floor) = last.and_then(|slot| slot.minor_floor) {
            labels.push((height(floor), Part::Muted, layout.floor.clone()));
        }
        labels.sort_by_key(|(center, ..)| *center);
        let leading = px + 2;
        let tall = |lines: &[String]| i32::try_from(lines.len()).unwrap_or(1) * leading;
        let mut places: Vec<_> = labels.iter().map(|(center, _, lines)| (*center, tall(lines))).collect();
        spread(&mut places, layout.top - leading, layout.height - layout.bottom + leading / 2);
        for ((_, part, lines), (center, tall)) in labels.iter().zip(places) {
            for (line, row) in lines.iter().zip(0..) {
                let baseline = center - tall / 2 + row * leading + leading / 2 + px * 36 / 100;
                self.text(line, (layout.width - layout.right + 6, baseline), *part, px, HPos::Left)?;
            }
        }
        Ok(())
    }

    fn latest(&self) -> Option<(&Slot<'_>, f64, Figure)> {
        let shown = self.slots.iter().zip(positions()).filter_map(|(slot, x)| Some((slot, x, slot.figure()?)));
        shown.last()
    }

    fn head(&self) -> Drawn {
        let layout = self.layout;
        let Letters { heading, text, .. } = layout.letters;
        let mut baseline = EDGE;
        for (lines, part, px) in [(&layout.heading, Part::Heading, heading), (&layout.subtitle, Part::Muted, text)] {
            for line in lines {
                baseline += Letters::leading(px);
                self.text(line, (EDGE, baseline - 4), part, px, HPos::Left)?;
            }
        }
        Ok(())
    }

    /// Months with the year under the first of each, the n, the caption.
    fn foot(&self, chart: &Chart<'_, 'b>) -> Drawn {
        let layout = self.layout;
        let Letters { text, small, .. } = layout.letters;
        let row = Letters::leading(text);
        let months = layout.height - layout.bottom + row;
        let years = months + if layout.years { row } else { 0 };
        let mut year_free = 0;
        for ((position, slot), x) in self.slots.iter().enumerate().zip(positions()) {
            let (x, _) = chart.backend_coord(&(x, self.scale.low));
            if layout.labelled(position) {
                for label in self.ruler.wrap(&axis_label(slot, self.words), text, MAX_LABEL, 1) {
                    self.text(&label, (x, months), Part::Text, text, HPos::Center)?;
                }
            }
            if let Some(period) = slot
                .period
                .filter(|period| layout.years && layout.labelled(position) && self.named(position, period.part()))
            {
                let year = self.words.year(period);
                let half = self.ruler.width(&year, text) / 2;
                if x - half >= year_free && (period.part() == 0 || self.room_until_january(position) > 3 * half) {
                    self.text(&year, (x, years), Part::Muted, text, HPos::Center)?;
                    year_free = x + half + 4;
                }
            }
            if position.is_multiple_of(layout.n_step) {
                let stagger = if layout.n_rows == 2 && (position / layout.n_step) % 2 == 1 { 1 } else { 0 };
                let baseline = years + Letters::leading(small) * (1 + stagger);
                self.text(&slot.n(), (x, baseline), Part::Muted, small, HPos::Center)?;
            }
        }
        if !self.slots.is_empty() {
            self.text("n", (EDGE, years + Letters::leading(small)), Part::Muted, small, HPos::Left)?;
        }
        for (line, below) in layout.caption.iter().rev().zip(0..) {
            let baseline = layout.height - EDGE - 2 - below * Letters::leading(small);
            self.text(line, (EDGE, baseline), Part::Muted, small, HPos::Left)?;
        }
        Ok(())
    }

    /// Whether the year stands under this label: January or the first quarter, and the first label of all.
    fn named(&self, position: usize, part: u32) -> bool {
        part == 0 || position == self.layout.label_start
    }

    /// Pixels from this position to the next first period of a year, or to the end of the plot.
    fn room_until_january(&self, position: usize) -> i32 {
        let rest = self.slots.iter().skip(position + 1);
        let steps = rest.take_while(|slot| slot.period.is_none_or(|period| period.part() != 0)).count() + 1;
        self.layout.slot * i32::try_from(steps).unwrap_or(0)
    }

    fn path(&self, chart: &mut Chart<'_, 'b>, points: Vec<(f64, f64)>, style: ShapeStyle) -> Drawn {
        chart.draw_series([PathElement::new(points, style)])?;
        Ok(())
    }

    /// `at` is the baseline's start, middle or end.
    fn text(&self, words: &str, at: (i32, i32), part: Part, px: i32, anchor: HPos) -> Drawn {
        self.pen.write(self.area, words, at, (part, px, anchor))
    }
}

/// The mark of a period: a plain one on a chart without limits; never told apart by colour alone.
fn mark(slot: &Slot<'_>) -> Part {
    let variation = slot.limits().and(slot.point).and_then(|point| point.variation);
    match variation {
        None => Part::Mark,
        Some(Variation::Steady) => Part::Common,
        Some(Variation::Improvement) => Part::Better,
        Some(Variation::Concern) => Part::Worse,
    }
}

/// The positions on the horizontal axis: 0, 1, 2 …
fn positions() -> impl Iterator<Item = f64> {
    (0_u32..).map(f64::from)
}

/// Neighbouring positions that have a value, with it: the gaps between runs are gaps in the drawing.
fn runs<T>(slots: &[Slot<'_>], value: impl Fn(&Slot<'_>) -> Option<T>) -> Vec<Vec<(f64, T)>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    for (slot, x) in slots.iter().zip(positions()) {
        match value(slot) {
            Some(value) => run.push((x, value)),
            None if run.is_empty() => {}
            None => runs.push(std::mem::take(&mut run)),
        }
    }
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

fn horizontal(height: f64, slots: usize) -> Vec<(f64, f64)> {
    let end = f64::from(u32::try_from(slots).unwrap_or(u32::MAX)).max(1.0) - 0.5;
    vec![(-0.5, height), (end, height)]
}

/// An id of letters, digits, `-` and `_`, different for different input and for each size.
pub(super) fn safe_id(id: &str, size: Size) -> String {
    let mut safe = String::from("chart-");
    for c in id.chars() {
        if c.is_ascii_alphanumeric() || c == '-' {
            safe.push(c);
        } else {
            safe.push_str(&format!("_{:x}_", u32::from(c)));
        }
    }
    safe.push_str(match size {
        Size::Wide => "-w",
        Size::Narrow => "-n",
    });
    safe
}
