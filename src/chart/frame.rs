//! What the hand-drawn charts share: the opened element with its name and description, and words in it.

use std::fmt::Write as _;

use plotters::style::text_anchor::HPos;

use super::theme::escape;

/// A chart being written, in pixels of its view box.
pub(super) struct Canvas(String);

impl Canvas {
    /// Opens a picture with a name and a description; `id` is unique in its page and safe.
    pub fn new(id: &str, (width, height): (i32, i32), title: &str, description: &str) -> Self {
        let mut out = String::with_capacity(8 * 1024);
        let _ = write!(
            out,
            r#"<svg class="chart" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="11"><title id="{id}-t">"#
        );
        escape(&mut out, title);
        let _ = write!(out, r#"</title><desc id="{id}-d">"#);
        escape(&mut out, description);
        out.push_str("</desc>");
        Self(out)
    }

    /// Words with their baseline's start, middle or end at a place; `style` is further attributes.
    pub fn text(&mut self, (x, y): (i32, i32), anchor: HPos, style: &str, words: &str) {
        let anchor = match anchor {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        let _ = write!(self.0, r#"<text x="{x}" y="{y}" text-anchor="{anchor}"{style}>"#);
        escape(&mut self.0, words);
        self.0.push_str("</text>");
    }

    /// A shape (without its closing) that says `words` when pointed at.
    pub fn said(&mut self, shape: &str, tag: &str, words: &str) {
        let _ = write!(self.0, "<{tag} {shape}><title>");
        escape(&mut self.0, words);
        let _ = write!(self.0, "</title></{tag}>");
    }

    /// A line through points; `style` is further attributes.
    pub fn line(&mut self, points: &[(f64, f64)], style: &str) {
        let mut path = String::with_capacity(points.len() * 12);
        for (at, (x, y)) in points.iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
        }
        let _ = write!(self.0, r#"<path d="{path}" fill="none"{style}/>"#);
    }

    /// The finished element.
    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// Attributes of words that stand back.
pub(super) const MUTED: &str = r#" fill="var(--c-muted,#505a5f)""#;

/// Attributes of plain words.
pub(super) const PLAIN: &str = r#" fill="currentColor""#;

/// Attributes of words on lines.
pub(super) const ON_LINES: &str = r#" fill="currentColor" paint-order="stroke" stroke="var(--c-bg,#ffffff)" stroke-width="4" stroke-linejoin="round""#;
