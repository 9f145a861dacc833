//! The chart as a PNG, for files and reports.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::draw;
use super::font;
use super::theme::Paint;
use super::trend::{ChartError, Size, Trend};

/// Pixels of the picture per CSS pixel: sharp on a phone and in print.
const SCALE: u16 = 2;

/// The wide chart as a PNG of 1280 × 560 pixels on white, taller by its caption's further lines. Only the embedded font is used, so that Chinese shows on a
/// machine without any font; about 30 ms.
///
/// # Errors
/// As [`trend_svg`](super::trend_svg), and [`ChartError::Png`] if the picture cannot be made.
pub fn trend_png(trend: &Trend) -> Result<Vec<u8>, ChartError> {
    let svg = draw::svg(trend, Size::Wide, Paint::Literal)?;
    let options = Options { font_family: font::FAMILY.to_owned(), fontdb: fonts(), ..Options::default() };
    let tree = Tree::from_str(&svg, &options).map_err(|error| ChartError::Png(error.to_string()))?;
    let size = tree.size().to_int_size();
    let scale = u32::from(SCALE);
    let mut pixmap = Pixmap::new(size.width() * scale, size.height() * scale)
        .ok_or_else(|| ChartError::Png("no room for the picture".to_owned()))?;
    let transform = Transform::from_scale(f32::from(SCALE), f32::from(SCALE));
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| ChartError::Png(error.to_string()))
}

/// The embedded font and no other, read once.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut database = fontdb::Database::new();
        database.load_font_source(fontdb::Source::Binary(Arc::new(font::BYTES)));
        database.set_sans_serif_family(font::FAMILY);
        Arc::new(database)
    });
    Arc::clone(fonts)
}
