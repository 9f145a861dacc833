//! What a trend chart is made from.

use plotters::drawing::DrawingAreaErrorKind;

use super::draw;
use super::theme::Paint;
use crate::domain::locale::Locale;
use crate::domain::trend::Variation;

/// The fewest answers whose figure may be shown; below it the chart has a gap and says "n<5".
pub const MIN_N: u64 = 5;

/// One figure of one department over successive periods.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trend {
    /// Unique on its page, for instance `trend-<department code>-online`; any text, made safe for an id here.
    pub id: String,
    /// What is shown, in the reader's language: "维修服务部 · 线上满意率". May be empty.
    pub title: String,
    /// A second, fainter line: channel, state of the period, date of the data.
    pub subtitle: Option<String>,
    /// What the values are counted in.
    pub unit: Unit,
    /// In order of time. Where labels are periods of one grain, periods left out become gaps.
    pub points: Vec<TrendPoint>,
    /// The reader's language.
    pub locale: Locale,
    /// Start the axis at zero instead of where the figures begin (the page's "0–100" link).
    pub from_zero: bool,
}

/// One period of a [`Trend`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrendPoint {
    /// `2026-09`, `2026-Q3` or `2026`; any other text is shown as it stands.
    pub label: String,
    /// Valid answers (or records) behind the value.
    pub n: u64,
    /// In the trend's unit; none if there is no figure or it is suppressed.
    pub value: Option<f64>,
    /// The value as people read it, where the caller knows it more exactly than `value` tells; else one decimal that
    /// stays on the value's side of the target and of `minor_floor`.
    pub shown: Option<String>,
    /// Lower bound of the 95 % interval.
    pub low: Option<f64>,
    /// Upper bound of the 95 % interval.
    pub high: Option<f64>,
    /// The commitment in force in this period; drawn as a step line.
    pub target: Option<f64>,
    /// Beyond this a minor breach becomes a major one (target − 5); drawn as a fainter step line.
    pub minor_floor: Option<f64>,
    /// Something that began with this period and may explain a change ("问卷第 2 版"): a dotted line with these words.
    pub note: Option<String>,
    /// Between which a rate moves by chance, around its mean over all periods; none if there are too few periods.
    pub limits: Option<Limits>,
    /// The moving average up to the period between its own lines: for the table, it is not drawn.
    pub average: Option<Limits>,
    /// Why the period is more than chance: a rule of [`Point::signal`](crate::domain::trend::Point::signal).
    pub signal: Option<&'static str>,
    /// Better, worse, or chance; decides the mark where there are limits.
    pub variation: Option<Variation>,
}

/// The lines of a control chart in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The mean over all periods; of a moving average, the average itself.
    pub center: f64,
    /// Below it is more than chance.
    pub lower: f64,
    /// Above it is more than chance.
    pub upper: f64,
}

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unit {
    /// A rate in percent, 0–100.
    #[default]
    Percent,
    /// A score, 0–100 points.
    Points,
    /// A difference of two rates in percentage points, −100–100.
    Difference,
    /// A count per hundred service records, 0 or more.
    PerHundred,
}

/// The two drawings of a chart. A picture scaled from one to the other has letters too small or too large to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// 640 × 280, for a desktop page and for files.
    Wide,
    /// 360 × 260, for a phone.
    Narrow,
}

impl Size {
    /// Width and height in CSS pixels; a caption of several lines adds to the height.
    pub const fn pixels(self) -> (u32, u32) {
        match self {
            Self::Wide => (640, 280),
            Self::Narrow => (360, 260),
        }
    }
}

/// Why a chart could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// A value, bound or target is not a finite number, or the two bounds of an interval are in the wrong order.
    #[error("period {label}: a value, bound or target is not a number, or the interval is upside down")]
    NotANumber {
        /// The period's label.
        label: String,
    },
    /// The first and last periods are too far apart to be drawn.
    #[error(
        "a chart has room for {max} periods, this one would have {count}: choose a shorter span or a coarser grain"
    )]
    TooManyPeriods {
        /// Periods from first to last, gaps included.
        count: usize,
        /// The most that fit.
        max: usize,
    },
    /// The embedded font cannot be read: a fault of the build.
    #[error("the embedded font cannot be read")]
    Font,
    /// The drawing library refused.
    #[error("the chart could not be drawn")]
    Draw(#[from] DrawingAreaErrorKind<std::io::Error>),
    /// The SVG could not be turned into a PNG.
    #[error("the chart could not be turned into a PNG: {0}")]
    Png(String),
}

/// The chart as an SVG element for a page: inline, without script, coloured by the page's custom properties.
///
/// # Errors
/// [`ChartError::NotANumber`] and [`ChartError::TooManyPeriods`] for input that cannot be drawn.
pub fn trend_svg(trend: &Trend, size: Size) -> Result<String, ChartError> {
    draw::svg(trend, size, Paint::Page)
}
