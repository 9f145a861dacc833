//! Departments of different size against one rate: the funnel plot (Spiegelhalter 2005). Across, how many answered; up,
//! the rate; the lines are those of [`funnel_limits`], between which chance keeps 95 and 99.8 of a hundred departments.

use std::fmt::Write as _;

use plotters::style::text_anchor::HPos;

use super::draw::safe_id;
use super::font::Ruler;
use super::format::{figure_text, format_value};
use super::frame::{Canvas, MUTED, ON_LINES, PLAIN};
use super::labels::Labels;
use super::scale::{Scale, below_hundred};
use super::trend::{ChartError, Size};
use crate::domain::locale::Locale;
use crate::stats::funnel::{Place, dispersed_limits, funnel_limits};

/// Departments against one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Unique on its page; any text.
    pub id: String,
    /// What is shown, in the reader's language.
    pub title: String,
    /// The rate that the lines lie around, 0..=1.
    pub reference: f64,
    /// The same in words: "平均 91.2 %", "Commitment 90 %".
    pub reference_words: String,
    /// τ² by which departments differ beyond chance, if they do: the 99.8 % lines that allow for it are drawn too.
    pub spread: Option<f64>,
    /// Departments with a figure that may be shown.
    pub dots: Vec<Dot>,
    /// The reader's language.
    pub locale: Locale,
}

/// One department.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// Its name.
    pub name: String,
    /// Its answers, one at least.
    pub n: u32,
    /// Its rate, 0..=1.
    pub rate: f64,
    /// The rate as people read it, without unit.
    pub shown: String,
    /// Between which lines it lies.
    pub place: Place,
}

/// Points of each line.
const STEPS: u32 = 32;

const EDGE: i32 = 4;
const BASELINE: i32 = 4;

/// The funnel as an SVG element for a page: inline, without script, coloured by the page's custom properties.
///
/// # Errors
/// [`ChartError::NotANumber`] for a rate outside 0..=1, [`ChartError::Font`].
pub fn funnel_svg(funnel: &Funnel, size: Size) -> Result<String, ChartError> {
    let wrong = |rate: &f64| !(0.0..=1.0).contains(rate);
    if let Some(dot) = funnel.dots.iter().find(|dot| wrong(&dot.rate) || dot.n == 0) {
        return Err(ChartError::NotANumber { label: dot.name.clone() });
    }
    if wrong(&funnel.reference) {
        return Err(ChartError::NotANumber { label: funnel.reference_words.clone() });
    }
    Drawing::new(funnel, size)?.draw()
}

/// What a dot says of itself: "安装部：95.8 %，n=240，在 95 % 界限之内".
fn said(dot: &Dot, labels: &Labels) -> String {
    let value = labels.value_percent.fill(&[&dot.shown]);
    let parts = [value, labels.n.fill(&[&dot.n.to_string()]), place_words(dot.place, labels).to_owned()];
    labels.point.fill(&[&dot.name, &parts.join(&labels.list_separator)])
}

fn place_words(place: Place, labels: &Labels) -> &str {
    match place {
        Place::FarBelow => &labels.far_below,
        Place::Below => &labels.below,
        Place::Within => &labels.within,
        Place::Above => &labels.above,
        Place::FarAbove => &labels.far_above,
    }
}

struct Drawing<'f> {
    funnel: &'f Funnel,
    labels: &'static Labels,
    ruler: Ruler,
    size: Size,
    scale: Scale,
    heading: Vec<String>,
    caption: Vec<String>,
    width: i32,
    height: i32,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    most: f64,
}

impl<'f> Drawing<'f> {
    fn new(funnel: &'f Funnel, size: Size) -> Result<Self, ChartError> {
        let labels = Labels::of(funnel.locale);
        let ruler = Ruler::new()?;
        let (width, height) = match size {
            Size::Wide => (640, 360),
            Size::Narrow => (360, 360),
        };
        let heading = ruler.wrap(&funnel.title, 15, (width - 2 * EDGE) * 9 / 10, 2);
        let mut caption = vec![labels.funnel_lines.clone()];
        if funnel.spread.is_some() {
            caption.push(labels.funnel_spread.clone());
        }
        let lowest = funnel.dots.iter().map(|dot| dot.rate).fold(funnel.reference, f64::min) * 100.0 - 5.0;
        let scale = below_hundred(lowest);
        if scale.broken {
            let start = labels.value_percent.fill(&[&scale.text(scale.low)]);
            caption.push(labels.axis_break.fill(&[&start]));
        }
        let caption = ruler.wrap(&caption.join(&labels.separator), 11, width - 2 * EDGE, 4);
        let rows = |count: usize, px: i32| i32::try_from(count).unwrap_or(0) * px;
        let most = funnel.dots.iter().map(|dot| f64::from(dot.n)).fold(10.0, f64::max) * 1.06;
        Ok(Self {
            top: EDGE + rows(heading.len(), 19) + 12,
            bottom: height - EDGE - rows(caption.len(), 15) - 38,
            left: 44,
            right: width - 14,
            funnel,
            labels,
            ruler,
            size,
            scale,
            heading,
            caption,
            width,
            height,
            most,
        })
    }

    /// Across by the square root of n: small departments, where the lines curve, get room.
    fn x(&self, n: f64) -> f64 {
        f64::from(self.left) + (n / self.most).sqrt() * f64::from(self.right - self.left)
    }

    fn y(&self, rate: f64) -> f64 {
        let share = (self.scale.clip(rate * 100.0) - self.scale.low) / (self.scale.high - self.scale.low);
        f64::from(self.bottom) - share * f64::from(self.bottom - self.top)
    }

    fn draw(&self) -> Result<String, ChartError> {
        let id = safe_id(&self.funnel.id, self.size);
        let mut canvas = Canvas::new(&id, (self.width, self.height), &self.funnel.title, &self.description());
        for (line, row) in self.heading.iter().zip(1..) {
            let style = format!(r#"{PLAIN} font-size="15" font-weight="600""#);
            canvas.text((EDGE, EDGE + row * 19 - 4), HPos::Left, &style, line);
        }
        self.axes(&mut canvas);
        self.lines(&mut canvas);
        self.dots(&mut canvas);
        for (line, below) in self.caption.iter().rev().zip(0..) {
            canvas.text((EDGE, self.height - EDGE - 2 - below * 15), HPos::Left, MUTED, line);
        }
        Ok(canvas.finish())
    }

    fn axes(&self, canvas: &mut Canvas) {
        for tick in self.scale.ticks() {
            let y = self.y(tick / 100.0);
            let ends = [(f64::from(self.left), y), (f64::from(self.right), y)];
            canvas.line(&ends, r#" stroke="var(--c-grid,#dde1e3)""#);
            let label = self.labels.value_percent.fill(&[&self.scale.text(tick)]);
            canvas.text((self.left - 6, whole(y) + BASELINE), HPos::Right, MUTED, &label);
        }
        let mut free = self.left;
        for n in ticks(self.most) {
            let x = whole(self.x(f64::from(n)));
            let half = self.ruler.width(&n.to_string(), 11) / 2;
            if x - half >= free && x + half <= self.width {
                canvas.text((x, self.bottom + 16), HPos::Center, MUTED, &n.to_string());
                free = x + half + 8;
            }
        }
        canvas.text((self.right, self.bottom + 31), HPos::Right, MUTED, &self.labels.funnel_across);
    }

    fn lines(&self, canvas: &mut Canvas) {
        let reference = self.y(self.funnel.reference);
        let mut inner = [Vec::new(), Vec::new()];
        let mut outer = [Vec::new(), Vec::new()];
        let mut spread = [Vec::new(), Vec::new()];
        let mut last = 0;
        for step in 0..=STEPS {
            let share = f64::from(step) / f64::from(STEPS);
            let n = (share * share * self.most).round().max(1.0);
            let Some(count) = crate::stats::whole(n).filter(|count| *count != last) else { continue };
            last = count;
            let x = self.x(n);
            if let Some(limits) = funnel_limits(count, self.funnel.reference) {
                push(&mut inner, x, self.y(limits.low_95), self.y(limits.high_95));
                push(&mut outer, x, self.y(limits.low_998), self.y(limits.high_998));
            }
            let dispersed =
                self.funnel.spread.and_then(|spread| dispersed_limits(count, self.funnel.reference, spread));
            if let Some(limits) = dispersed {
                push(&mut spread, x, self.y(limits.low_998), self.y(limits.high_998));
            }
        }
        for line in inner.iter_mut().chain(&mut outer).chain(&mut spread) {
            self.enter(line);
        }
        let common = r#" stroke="var(--c-common,#595959)""#;
        for line in inner.iter().filter(|line| !line.is_empty()) {
            canvas.line(line, &format!(r#"{common} stroke-dasharray="5 3""#));
        }
        for line in outer.iter().filter(|line| !line.is_empty()) {
            canvas.line(line, &format!(r#"{common} stroke-width="1.5""#));
        }
        for line in spread.iter().filter(|line| !line.is_empty()) {
            canvas.line(line, &format!(r#"{common} stroke-dasharray="1 4""#));
        }
        let ends = [(f64::from(self.left), reference), (f64::from(self.right), reference)];
        canvas.line(&ends, r#" stroke="currentColor" stroke-width="2" stroke-dasharray="7 4""#);
        let style = format!(r#"{ON_LINES} font-size="12""#);
        canvas.text((self.left + 2, whole(reference) - 5), HPos::Left, &style, &self.funnel.reference_words);
    }

    /// Cuts what runs along the foot of the picture: there the line lies below it. The last such point stays, where the
    /// line comes in.
    fn enter(&self, line: &mut Vec<(f64, f64)>) {
        let foot = f64::from(self.bottom);
        let outside = line.iter().take_while(|(_, y)| *y >= foot).count();
        line.drain(..outside.saturating_sub(1));
        if line.len() < 2 {
            line.clear();
        }
    }

    /// Every department, those outside the lines on top and, where there is room, with their names.
    fn dots(&self, canvas: &mut Canvas) {
        let mut dots: Vec<&Dot> = self.funnel.dots.iter().collect();
        dots.sort_by_key(|dot| dot.place != Place::Within);
        let mut taken: Vec<(i32, i32, i32)> = Vec::new();
        let mut names = Vec::new();
        for dot in dots {
            let (x, y) = (self.x(f64::from(dot.n)), self.y(dot.rate));
            canvas.said(
                &shape(x, y, dot.place),
                if is_below(dot.place) { "path" } else { "circle" },
                &said(dot, self.labels),
            );
            if dot.place == Place::Within {
                continue;
            }
            let width = self.ruler.width(&dot.name, 11);
            let right = whole(x) + 9 + width <= self.right;
            let start = if right { whole(x) + 9 } else { whole(x) - 9 - width };
            let baseline = whole(y) + BASELINE;
            let clear =
                |(from, to, at): &(i32, i32, i32)| start > *to || start + width < *from || (baseline - at).abs() > 12;
            if start >= self.left && taken.iter().all(clear) {
                taken.push((start, start + width, baseline));
                names.push((start, baseline, dot.name.as_str()));
            }
        }
        for (x, y, name) in names {
            canvas.text((x, y), HPos::Left, ON_LINES, name);
        }
    }

    /// How many there are, and who lies outside.
    fn description(&self) -> String {
        let labels = self.labels;
        let count = |wanted: fn(Place) -> bool| {
            let names = self.funnel.dots.iter().filter(|dot| wanted(dot.place)).map(|dot| dot.name.as_str());
            names.collect::<Vec<_>>().join(&labels.list_separator)
        };
        let reference = figure_text(self.funnel.reference * 100.0, &[]);
        let total = self.funnel.dots.len().to_string();
        let mut text = labels.funnel_desc.fill(&[&total, &labels.value_percent.fill(&[&reference])]);
        let below = count(is_below);
        let above = count(|place| matches!(place, Place::Above | Place::FarAbove));
        for (pattern, names) in [(&labels.funnel_below, below), (&labels.funnel_above, above)] {
            if !names.is_empty() {
                text.push_str(&labels.sentence_separator);
                text.push_str(&pattern.fill(&[&names]));
            }
        }
        text
    }
}

fn push([low, high]: &mut [Vec<(f64, f64)>; 2], x: f64, below: f64, above: f64) {
    low.push((x, below));
    high.push((x, above));
}

const fn is_below(place: Place) -> bool {
    matches!(place, Place::Below | Place::FarBelow)
}

/// Never told apart by colour alone: hollow within, a filled circle above, a filled diamond below; larger beyond 99.8 %.
fn shape(x: f64, y: f64, place: Place) -> String {
    let pointed = r#"stroke="transparent" stroke-width="14""#;
    match place {
        Place::Within => {
            format!(
                r#"cx="{x:.1}" cy="{y:.1}" r="4" fill="var(--c-bg,#ffffff)" stroke="var(--c-common,#595959)" stroke-width="2""#
            )
        }
        Place::Above | Place::FarAbove => {
            let r = if place == Place::FarAbove { 6 } else { 4 };
            format!(r#"cx="{x:.1}" cy="{y:.1}" r="{r}" fill="var(--c-line,#0072b2)" {pointed}"#)
        }
        Place::Below | Place::FarBelow => {
            let r = if place == Place::FarBelow { 7 } else { 5 };
            let mut path = String::new();
            let _ = write!(path, "M{x:.1} {y:.1}m0 -{r}l{r} {r}l-{r} {r}l-{r} -{r}z");
            format!(r#"d="{path}" fill="var(--c-concern,#d55e00)" {pointed}"#)
        }
    }
}

/// Round numbers of answers up to `most`: 10, 30, 100, 300 … and what lies between where there is room.
fn ticks(most: f64) -> Vec<u32> {
    let powers = (1..9).map(|power| 10_u32.pow(power));
    let candidates = powers.flat_map(|power| [1, 2, 5].map(|m| m * power));
    candidates.filter(|n| f64::from(*n) <= most).collect()
}

/// A pixel.
pub(super) fn whole(x: f64) -> i32 {
    format_value(x, 0).parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use resvg::usvg::roxmltree::Document;

    use super::*;
    use crate::stats::Count;
    use crate::stats::funnel::place;

    fn funnel(locale: Locale) -> Funnel {
        let dots = [
            ("安装部", 228_u32, 240_u32),
            ("仓储", 1400, 1600),
            ("财务部", 9, 10),
            ("<客户>", 150, 252),
            ("商城", 655, 690),
        ];
        Funnel {
            id: "funnel".to_owned(),
            title: "各部门".to_owned(),
            reference: 0.9,
            reference_words: "承诺 90 %".to_owned(),
            spread: Some(0.002),
            dots: dots
                .map(|(name, k, n)| Dot {
                    name: name.to_owned(),
                    n,
                    rate: f64::from(k) / f64::from(n),
                    shown: format!("{:.1}", f64::from(k) * 100.0 / f64::from(n)),
                    place: place(Count::new(k.into(), n.into()).unwrap(), 0.9).unwrap(),
                })
                .into(),
            locale,
        }
    }

    #[test]
    fn it_is_a_named_picture_and_every_department_says_its_figure() {
        for locale in Locale::ALL {
            for size in [Size::Wide, Size::Narrow] {
                let svg = funnel_svg(&funnel(locale), size).unwrap();
                let document = Document::parse(&svg).unwrap();
                let titles: Vec<_> =
                    document.descendants().filter(|n| n.has_tag_name("title")).filter_map(|n| n.text()).collect();
                assert_eq!(titles.len(), 1 + 5);
                assert!(titles.iter().any(|title| title.starts_with("<客户>") && title.contains("59.5")), "{titles:?}");
            }
        }
    }

    #[test]
    fn those_outside_are_named_in_the_description() {
        let svg = funnel_svg(&funnel(Locale::ZhCn), Size::Wide).unwrap();
        let document = Document::parse(&svg).unwrap();
        let said = document.descendants().find(|n| n.has_tag_name("desc")).unwrap().text().unwrap().to_owned();
        assert!(said.contains("低于界限：仓储，<客户>") && said.contains("高于界限：安装部，商城"), "{said}");
        assert!(!said.contains("财务部"), "{said}");
    }

    #[test]
    fn nothing_stands_outside_the_picture() {
        for locale in Locale::ALL {
            for (size, width) in [(Size::Wide, 640.0), (Size::Narrow, 360.0)] {
                let svg = funnel_svg(&funnel(locale), size).unwrap();
                let document = Document::parse(&svg).unwrap();
                let ruler = Ruler::new().unwrap();
                for node in document.descendants().filter(|n| n.has_tag_name("text")) {
                    let px = node.attribute("font-size").unwrap_or("11").parse().unwrap();
                    let wide = f64::from(ruler.width(node.text().unwrap(), px));
                    let x: f64 = node.attribute("x").unwrap().parse().unwrap();
                    let start = match node.attribute("text-anchor") {
                        Some("start") => x,
                        Some("end") => x - wide,
                        _ => x - wide / 2.0,
                    };
                    assert!(start >= 0.0 && start + wide <= width, "{:?} from {start}, {wide} wide", node.text());
                }
            }
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        let mut wrong = funnel(Locale::En);
        wrong.dots[0].rate = f64::NAN;
        assert!(matches!(funnel_svg(&wrong, Size::Wide), Err(ChartError::NotANumber { .. })));
        let empty = Funnel { dots: Vec::new(), ..funnel(Locale::En) };
        assert!(funnel_svg(&empty, Size::Narrow).is_ok());
    }
}
