//! The embedded font: measures text for the layout, and draws it where no system font may be relied on.

use std::sync::OnceLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use super::trend::ChartError;

/// Noto Sans CJK SC, GB 2312 and Latin-1 (SIL OFL 1.1; see `static/fonts/README.md`).
pub(super) static BYTES: &[u8] = include_bytes!("../../static/fonts/manyi-sans-sc.otf");

/// The family's name inside the file.
pub(super) const FAMILY: &str = "Noto Sans CJK SC";

/// What the SVG calls it: the reader's own sans-serif, which is also what the renderer maps to the embedded font.
pub(super) const GENERIC: &str = "sans-serif";

/// plotters divides a size by this before it writes it.
pub(super) const PLOTTERS_SIZE: f64 = 1.24;

/// ab_glyph scales by ascent − descent, which is 1.448 em in this font; one em is measured as 1000.
const MEASURE_SIZE: f64 = 1448.0;

/// Makes the font known to plotters, once for the process.
pub(super) fn register() -> Result<(), ChartError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let ok = *REGISTERED.get_or_init(|| register_font(GENERIC, FontStyle::Normal, BYTES).is_ok());
    if ok { Ok(()) } else { Err(ChartError::Font) }
}

/// Measures and breaks text.
pub(super) struct Ruler(FontDesc<'static>);

impl Ruler {
    pub fn new() -> Result<Self, ChartError> {
        register()?;
        Ok(Self(FontDesc::new(FontFamily::Name(GENERIC), MEASURE_SIZE, FontStyle::Normal)))
    }

    /// Width in pixels at `px` per em, rounded up, with room for a reader's own font: Chinese is one em wide in all of
    /// them, Latin letters differ by up to a sixth.
    pub fn width(&self, text: &str, px: i32) -> i32 {
        (self.thousandths(text) * px + 999) / 1000
    }

    fn thousandths(&self, text: &str) -> i32 {
        let measured = self.0.layout_box(text).map_or(0, |((left, _), (right, _))| right - left);
        let wide = i32::try_from(text.chars().filter(|c| is_wide(*c)).count()).unwrap_or(0) * 1000;
        measured + (measured - wide).max(0) * 15 / 100
    }

    /// At most `lines` lines of at most `room` pixels, broken at spaces and between Chinese characters; what does not
    /// fit ends in "…".
    pub fn wrap(&self, text: &str, px: i32, room: i32, lines: usize) -> Vec<String> {
        let mut done: Vec<String> = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() && done.len() < lines {
            if self.width(rest, px) <= room {
                done.push(rest.to_owned());
                return done;
            }
            let fits = self.fitting(rest, px, room);
            let last = done.len() + 1 == lines;
            let cut = if last { self.fitting(rest, px, room - self.width("…", px)) } else { break_at(rest, fits) };
            let (line, remainder) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            let line = line.trim_end();
            done.push(if last { format!("{line}…") } else { line.to_owned() });
            rest = remainder.trim_start();
        }
        done
    }

    /// Bytes of the longest start of `text` that fits, one character at least.
    fn fitting(&self, text: &str, px: i32, room: i32) -> usize {
        let mut width = 0;
        let mut buffer = [0; 4];
        for (at, c) in text.char_indices() {
            width += self.thousandths(c.encode_utf8(&mut buffer)) * px;
            if width > room * 1000 && at > 0 {
                return at;
            }
        }
        text.len()
    }
}

/// The last place before `limit` where a line may end: after a space or beside a wide character, else `limit` itself.
fn break_at(text: &str, limit: usize) -> usize {
    let Some(start) = text.get(..limit) else { return limit };
    if text.get(limit..).and_then(|rest| rest.chars().next()).is_some_and(|c| c == ' ' || is_wide(c)) {
        return limit;
    }
    let place = start.char_indices().rev().find(|(_, c)| *c == ' ' || is_wide(*c));
    place.map_or(limit, |(at, c)| at + c.len_utf8())
}

fn is_wide(c: char) -> bool {
    c >= '\u{2E80}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_is_one_em_wide() {
        assert_eq!(Ruler::new().unwrap().width("满意率", 12), 36);
    }

    #[test]
    fn digits_share_a_width() {
        let ruler = Ruler::new().unwrap();
        assert_eq!(ruler.width("1111", 12), ruler.width("8888", 12));
    }

    #[test]
    fn long_text_breaks_at_spaces_and_ends_in_an_ellipsis() {
        let lines = Ruler::new().unwrap().wrap("After-sales repair service of the northern branch", 12, 120, 2);
        assert_eq!(lines.len(), 2);
        assert!(!lines[0].ends_with(' ') && lines[1].ends_with('…'), "{lines:?}");
        assert!("After-sales repair service".starts_with(&lines[0]));
    }

    #[test]
    fn short_text_is_left_alone() {
        assert_eq!(Ruler::new().unwrap().wrap("维修服务部", 12, 120, 2), ["维修服务部"]);
    }

    #[test]
    fn nothing_is_no_line() {
        assert!(Ruler::new().unwrap().wrap("  ", 12, 120, 2).is_empty());
    }
}
