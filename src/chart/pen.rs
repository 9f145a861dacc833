//! Writes words into the drawing.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, TextStyle};

use super::font::{GENERIC, PLOTTERS_SIZE};
use super::theme::{Part, printable};
use super::trend::ChartError;

/// One style per size of letters, recoloured for each text: plotters copies the tables of the font for every style
/// that it makes, which for the fifty texts of a chart took a quarter of the time.
pub(super) struct Pen {
    styles: RefCell<Vec<(i32, TextStyle<'static>)>>,
}

impl Pen {
    pub fn new() -> Self {
        Self { styles: RefCell::new(Vec::with_capacity(3)) }
    }

    /// Writes `words` with their baseline's start, middle or end at `at`.
    pub fn write(
        &self,
        area: &DrawingArea<SVGBackend<'_>, Shift>,
        words: &str,
        at: (i32, i32),
        (part, px, anchor): (Part, i32, HPos),
    ) -> Result<(), ChartError> {
        if words.is_empty() {
            return Ok(());
        }
        let mut styles = self.styles.borrow_mut();
        if !styles.iter().any(|(size, _)| *size == px) {
            let font = FontDesc::new(FontFamily::Name(GENERIC), f64::from(px) * PLOTTERS_SIZE, FontStyle::Normal);
            styles.push((px, TextStyle::from(font)));
        }
        if let Some((_, style)) = styles.iter_mut().find(|(size, _)| *size == px) {
            style.color = part.color().to_backend_color();
            style.pos = Pos::new(anchor, VPos::Top);
            // A line break would end the one-element-per-line form that the rewriting relies on.
            let words: String = words.chars().map(printable).collect();
            area.draw_text(&words, style, at)?;
        }
        Ok(())
    }
}
