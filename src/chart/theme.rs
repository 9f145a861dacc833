//! From the drawing library's SVG to the page's.
//!
//! plotters writes literal colours, fixed sizes and no names. The chart is therefore drawn in sentinel colours
//! (1, 0, k), one for each part it plays, and this module replaces them: by custom properties of the page, or by the
//! light colours where no page is (PNG). The same pass adds the title, the description and one `<title>` per mark, and
//! leaves out attributes that say nothing.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// What a stroke, a fill or a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Text,
    Heading,
    Muted,
    Grid,
    Base,
    Band,
    Target,
    Floor,
    Line,
    Mark,
    Value,
    /// The latest value where it stands inside the plot, on a halo.
    ValueInside,
    /// Words inside the plot, on a halo.
    TextInside,
    Note,
    /// The mean of a control chart.
    Center,
    /// A control limit.
    Limit,
    /// A period of a control chart within chance.
    Common,
    /// A period that is better by more than chance.
    Better,
    /// A period that is worse by more than chance.
    Worse,
}

/// Where the SVG will be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// In a page: colours by custom properties, text in the page's colour.
    Page,
    /// In a renderer that knows no custom properties: the light colours themselves.
    Literal,
}

/// What the SVG is called and says of itself.
#[derive(Debug)]
pub(super) struct Naming<'a> {
    /// Unique in the page, safe as an id.
    pub id: String,
    pub title: &'a str,
    pub description: String,
    /// One per mark, in the order of drawing.
    pub points: Vec<String>,
}

const PARTS: [Part; 19] = [
    Part::Text,
    Part::Heading,
    Part::Muted,
    Part::Grid,
    Part::Base,
    Part::Band,
    Part::Target,
    Part::Floor,
    Part::Line,
    Part::Mark,
    Part::Value,
    Part::ValueInside,
    Part::TextInside,
    Part::Note,
    Part::Center,
    Part::Limit,
    Part::Common,
    Part::Better,
    Part::Worse,
];

/// What the page has behind the chart, around letters that stand on lines.
const HALO: (&str, &str, &str) =
    (r#" paint-order="stroke" stroke-width="4" stroke-linejoin="round" stroke=""#, "bg", "#ffffff");

/// Said once for the whole chart, and left out where it would be repeated.
const SIZE: &str = "11";
const ANCHOR: &str = "middle";

impl Part {
    /// Sentinels are (1, 0, 1…n): no colour that anyone would choose.
    pub fn color(self) -> RGBColor {
        let place = PARTS.iter().position(|part| *part == self).and_then(|place| u8::try_from(place).ok());
        RGBColor(1, 0, place.map_or(0, |place| place + 1))
    }

    fn of(color: &str) -> Option<Self> {
        let place = usize::from_str_radix(color.strip_prefix("#0100")?, 16).ok()?.checked_sub(1)?;
        PARTS.get(place).copied()
    }

    /// The custom property (none: the text colour) and the light colour.
    fn colors(self) -> (Option<&'static str>, &'static str) {
        match self {
            Self::Text | Self::Heading | Self::Target | Self::TextInside => (None, "#0b0c0c"),
            Self::Muted | Self::Base | Self::Note => (Some("muted"), "#505a5f"),
            Self::Grid => (Some("grid"), "#dde1e3"),
            Self::Band => (Some("band"), "#cfe3f1"),
            Self::Floor => (Some("error"), "#b10e1e"),
            Self::Line | Self::Mark | Self::Better | Self::Value | Self::ValueInside => (Some("line"), "#0072b2"),
            Self::Worse => (Some("concern"), "#d55e00"),
            Self::Center | Self::Limit => (Some("common"), "#595959"),
            Self::Common => (Some("bg"), "#ffffff"),
        }
    }

    /// Attributes that the drawing library cannot write. A mark's wide, unseen edge is where the pointer finds it.
    fn extra(self) -> &'static str {
        match self {
            Self::Heading | Self::Value | Self::ValueInside => r#" font-weight="600""#,
            Self::Target => r#" stroke-dasharray="7 4""#,
            Self::Floor => r#" stroke-dasharray="2 3""#,
            Self::Note => r#" stroke-dasharray="1 3""#,
            Self::Line => r#" stroke-linejoin="round""#,
            Self::Mark | Self::Better | Self::Worse => r#" stroke="transparent" stroke-width="14""#,
            Self::Limit => r#" stroke-dasharray="4 3""#,
            Self::Common => r#" stroke-width="2" stroke=""#,
            Self::Center | Self::Text | Self::Muted | Self::Grid | Self::Base | Self::Band | Self::TextInside => "",
        }
    }

    /// Whether it stands for a period, and so has the period's words.
    fn is_mark(self) -> bool {
        matches!(self, Self::Mark | Self::Common | Self::Better | Self::Worse)
    }

    fn on_halo(self) -> bool {
        matches!(self, Self::ValueInside | Self::TextInside)
    }
}

/// Rewrites the drawing library's SVG. `size` is its view box.
pub(super) fn finish(raw: &str, size: (u32, u32), naming: &Naming<'_>, paint: Paint) -> String {
    let mut out = String::with_capacity(raw.len() + naming.description.len() + 1024);
    let mut points = naming.points.iter();
    for line in raw.lines() {
        if line.starts_with("<svg") {
            open(&mut out, size, naming, paint);
        } else if line.starts_with("</") || !line.starts_with('<') {
            out.push_str(line);
        } else if element(&mut out, line, paint).is_some_and(Part::is_mark) {
            let Some(point) = points.next() else { continue };
            out.truncate(out.len().saturating_sub("/>".len()));
            out.push_str("><title>");
            escape(&mut out, point);
            out.push_str(if line.starts_with("<circle") { "</title></circle>" } else { "</title></polygon>" });
        }
    }
    out
}

/// Text as XML content or attribute.
pub(super) fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(printable(c)),
        }
    }
}

/// The character, or a space for what XML forbids and for line breaks.
pub(super) fn printable(c: char) -> char {
    if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') { ' ' } else { c }
}

fn open(out: &mut String, (width, height): (u32, u32), naming: &Naming<'_>, paint: Paint) {
    let id = &naming.id;
    let _ = write!(
        out,
        r#"<svg class="chart" role="img" aria-labelledby="{id}-t {id}-d" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="{SIZE}" text-anchor="{ANCHOR}"><title id="{id}-t">"#
    );
    escape(out, naming.title);
    let _ = write!(out, r#"</title><desc id="{id}-d">"#);
    escape(out, &naming.description);
    out.push_str("</desc>");
    if paint == Paint::Literal {
        let _ = write!(out, r#"<rect width="{width}" height="{height}" fill="{}"/>"#, HALO.2);
    }
}

/// Writes one element with its attributes replaced and gives back what it is part of.
fn element(out: &mut String, line: &str, paint: Paint) -> Option<Part> {
    let mut found = None;
    let mut pieces = line.split('"');
    while let Some(before) = pieces.next() {
        let Some(value) = pieces.next() else {
            if let Some(part) = found {
                decorate(out, part, paint);
            }
            out.push_str(before);
            break;
        };
        let name = before.trim_start_matches(|c: char| c != ' ').trim_matches([' ', '=']);
        let idle = match name {
            "opacity" | "font-family" => true,
            // The drawing gives baselines; plotters takes them for tops and writes how far below the baseline is.
            "dy" => true,
            "text-anchor" => value == ANCHOR,
            "font-size" => value.get(..2) == Some(SIZE),
            "stroke" => value == "none",
            "stroke-width" => value == "1" || line.starts_with("<circle"),
            _ => false,
        };
        if idle {
            // The element's own name stands before its first attribute.
            out.push_str(before.split(' ').next().unwrap_or_default());
            continue;
        }
        out.push_str(before);
        out.push('"');
        match Part::of(value) {
            Some(part) => {
                found = Some(part);
                let (property, light) = part.colors();
                color(out, property, light, paint);
            }
            None if name == "font-size" => out.push_str(value.get(..4).unwrap_or(value).trim_end_matches(".0")),
            None => out.push_str(value.trim_end()),
        }
        out.push('"');
    }
    found
}

fn decorate(out: &mut String, part: Part, paint: Paint) {
    out.push_str(part.extra());
    if part == Part::Common {
        // Hollow: the page's colour within, the mark's own around it.
        color(out, Some("common"), "#595959", paint);
        out.push('"');
    }
    if part.on_halo() {
        let (attributes, property, light) = HALO;
        out.push_str(attributes);
        color(out, Some(property), light, paint);
        out.push('"');
    }
}

fn color(out: &mut String, property: Option<&str>, light: &str, paint: Paint) {
    match (paint, property) {
        (Paint::Literal, _) => out.push_str(light),
        (Paint::Page, None) => out.push_str("currentColor"),
        (Paint::Page, Some(property)) => {
            let _ = write!(out, "var(--c-{property},{light})");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_comes_back_from_its_sentinel() {
        for part in PARTS {
            let RGBColor(r, g, b) = part.color();
            assert_eq!(Part::of(&format!("#{r:02X}{g:02X}{b:02X}")), Some(part));
        }
    }

    #[track_caller]
    fn check(line: &str, paint: Paint, expected: &str) {
        let mut out = String::new();
        element(&mut out, line, paint);
        assert_eq!(out, expected);
    }

    #[test]
    fn strokes_take_the_pages_colour() {
        let line = "<line opacity=\"1\" stroke=\"#010004\" stroke-width=\"1\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"2\"/>";
        check(line, Paint::Page, "<line stroke=\"var(--c-grid,#dde1e3)\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"2\"/>");
        check(line, Paint::Literal, "<line stroke=\"#dde1e3\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"2\"/>");
    }

    #[test]
    fn text_takes_the_pages_font() {
        let line =
            "<text x=\"1\" dy=\"0.76em\" font-family=\"sans-serif\" font-size=\"12.000000000000002\" fill=\"#010001\">";
        check(line, Paint::Page, "<text x=\"1\" font-size=\"12\" fill=\"currentColor\">");
    }

    #[test]
    fn escapes_and_drops_what_xml_forbids() {
        let mut out = String::new();
        escape(&mut out, "</title><script>\"&'\u{0}\n");
        assert_eq!(out, "&lt;/title&gt;&lt;script&gt;&quot;&amp;&#39;  ");
    }
}
