//! Figures over time as pictures: SVG for pages, PNG for files, and the same figures as a table.
//!
//! A caller fills a [`Trend`] and asks for what it needs; nothing here reads a database, a clock or a system font.
//!
//! | asked for | by |
//! |---|---|
//! | chart of a page, one per width, switched by CSS | [`trend_svg`] |
//! | PNG of `manyi chart` and of reports | [`trend_png`] |
//! | data table and CSV beside the chart | [`trend_table`], [`format_value`] |
//! | departments of different size against one rate | [`funnel_svg`] |
//! | named shares, for key drivers | [`bars_svg`] |
//! | small line in a table row | [`sparkline_svg`], [`sparkline_range`] |
//!
//! The SVG has the class `chart` and takes its colours from the page: text is `currentColor`, the rest are the
//! custom properties `--c-line`, `--c-band`, `--c-grid`, `--c-muted`, `--c-error`, `--c-concern`, `--c-common` and `--c-bg` (the colour behind the
//! chart), each with the light colour as fallback, so that a saved file reads well without a style sheet.
//!
//! Rules that hold for every chart:
//! - a figure of fewer than [`MIN_N`] answers is never drawn, titled, tabled or averaged;
//! - a missing period is a gap, never a zero and never bridged by the line;
//! - what a chart says in words (`<title>`, `<desc>`, one `<title>` per point) is made from the same strings as its table;
//! - an axis that does not start at zero says so in the caption;
//! - text from outside is escaped; ids come from [`Trend::id`], so that a page may hold many charts.

mod bars;
mod draw;
mod font;
mod format;
mod frame;
mod funnel;
mod labels;
mod layout;
mod pen;
mod period;
mod png;
mod scale;
mod series;
mod slots;
mod sparkline;
mod table;
#[cfg(test)]
mod tests;
mod theme;
mod trend;
mod words;

pub use bars::{Bar, Bars, bars_svg};
pub use format::format_value;
pub use funnel::{Dot, Funnel, funnel_svg};
pub use png::trend_png;
pub use sparkline::{sparkline_range, sparkline_svg};
pub use table::{TrendRow, trend_table};
pub use trend::{ChartError, Limits, MIN_N, Size, Trend, TrendPoint, Unit, trend_svg};
