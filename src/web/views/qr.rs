//! A QR code as SVG (ISO/IEC 18004): error correction M, so that a scratch or a drop of coffee does no harm, and a quiet
//! zone of four modules around it. Black on white in any theme, as readers expect it.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white on each side.
const QUIET: usize = 4;

/// A code that can be drawn.
pub struct Qr(QrCode);

/// The text is longer than a code can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

impl Qr {
    /// The code of a text.
    ///
    /// # Errors
    /// [`TooLong`] beyond some 2,300 bytes.
    pub fn new(text: &str) -> Result<Self, TooLong> {
        QrCode::with_error_correction_level(text, EcLevel::M).map(Self).map_err(|_| TooLong)
    }

    /// Modules on a side, the quiet zone included.
    fn side(&self) -> usize {
        self.0.width() + 2 * QUIET
    }

    /// The code as an element, with its name for those who do not see it: plain text, escaped here.
    pub fn svg(&self, name: &str) -> String {
        let (side, mut path) = (self.side(), String::new());
        for (y, row) in self.0.to_colors().chunks(self.0.width()).enumerate() {
            let mut x = 0;
            // One stroke for each run of dark modules.
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&Color::Dark) {
                    // Writing to a text does not fail.
                    let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
                }
                x += run.len();
            }
        }
        let name = askama::filters::escape(name, askama::filters::Html).map(|name| name.to_string());
        format!(
            "<svg class=\"qr\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><title>{}</title><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
             <path d=\"{path}\" fill=\"#000\"/></svg>",
            name.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_in_four_modules_of_white() {
        let qr = Qr::new("https://example.com/q/k7mxw3hrdt").unwrap();
        let svg = qr.svg("a <b>");
        assert!(svg.contains(&format!("viewBox=\"0 0 {0} {0}\"", qr.0.width() + 8)), "{svg}");
        assert!(svg.contains("d=\"M4 4h7v1h-7z"), "{svg}");
        assert!(svg.contains("<title>a &#60;b&#62;</title>"), "{svg}");
    }

    #[test]
    fn a_text_may_be_too_long() {
        assert!(Qr::new(&"a".repeat(3_000)).is_err());
    }
}
