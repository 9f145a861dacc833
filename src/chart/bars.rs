//! A few named shares as bars, for key drivers.

use std::fmt::Write as _;

use plotters::style::text_anchor::HPos;

use super::draw::safe_id;
use super::font::Ruler;
use super::frame::{Canvas, PLAIN};
use super::labels::Labels;
use super::trend::{ChartError, Size};
use crate::domain::locale::Locale;

/// Named shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Unique on its page; any text.
    pub id: String,
    /// What is shown, in the reader's language.
    pub title: String,
    /// In the order in which they are drawn.
    pub bars: Vec<Bar>,
    /// The reader's language.
    pub locale: Locale,
}

/// One share.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Of what.
    pub name: String,
    /// 0..=1.
    pub share: f64,
    /// In percent, as people read it, without unit.
    pub shown: String,
}

const EDGE: i32 = 4;
const ROW: i32 = 40;

/// The bars as an SVG element for a page: inline, without script, coloured by the page's custom properties.
///
/// # Errors
/// [`ChartError::NotANumber`] for a share outside 0..=1, [`ChartError::Font`].
pub fn bars_svg(bars: &Bars, size: Size) -> Result<String, ChartError> {
    if let Some(wrong) = bars.bars.iter().find(|bar| !(0.0..=1.0).contains(&bar.share)) {
        return Err(ChartError::NotANumber { label: wrong.name.clone() });
    }
    let (labels, ruler) = (Labels::of(bars.locale), Ruler::new()?);
    let width = match size {
        Size::Wide => 640,
        Size::Narrow => 360,
    };
    let heading = ruler.wrap(&bars.title, 15, (width - 2 * EDGE) * 9 / 10, 3);
    let top = EDGE + 19 * i32::try_from(heading.len()).unwrap_or(0) + 8;
    let height = top + ROW * i32::try_from(bars.bars.len()).unwrap_or(0) + EDGE;
    let percent = |bar: &Bar| labels.value_percent.fill(&[&bar.shown]);
    let said: Vec<String> = bars.bars.iter().map(|bar| labels.point.fill(&[&bar.name, &percent(bar)])).collect();
    let description = said.join(&labels.separator);
    let mut canvas = Canvas::new(&safe_id(&bars.id, size), (width, height), &bars.title, &description);
    for (line, row) in heading.iter().zip(1..) {
        let style = format!(r#"{PLAIN} font-size="15" font-weight="600""#);
        canvas.text((EDGE, EDGE + row * 19 - 4), HPos::Left, &style, line);
    }
    let room = f64::from(width - 2 * EDGE - 64);
    for ((bar, said), row) in bars.bars.iter().zip(&said).zip(0..) {
        let y = top + row * ROW;
        for name in ruler.wrap(&bar.name, 12, width - 2 * EDGE, 1) {
            canvas.text((EDGE, y + 14), HPos::Left, &format!(r#"{PLAIN} font-size="12""#), &name);
        }
        let long = (bar.share * room).max(1.0);
        let mut shape = String::new();
        let _ = write!(
            shape,
            r#"x="{EDGE}" y="{}" width="{long:.1}" height="12" rx="2" fill="var(--c-line,#0072b2)""#,
            y + 20
        );
        canvas.said(&shape, "rect", said);
        let end = EDGE + super::funnel::whole(long) + 6;
        canvas.text((end, y + 30), HPos::Left, &format!(r#"{PLAIN} font-size="12" font-weight="600""#), &percent(bar));
    }
    Ok(canvas.finish())
}

#[cfg(test)]
mod tests {
    use resvg::usvg::roxmltree::Document;

    use super::*;

    fn bars(shares: &[f64]) -> Bars {
        let bar = |(share, at): (&f64, usize)| Bar {
            name: format!("<题 {at}>"),
            share: *share,
            shown: format!("{:.1}", share * 100.0),
        };
        Bars {
            id: "drivers".to_owned(),
            title: "关键驱动因素".to_owned(),
            bars: shares.iter().zip(0..).map(bar).collect(),
            locale: Locale::ZhCn,
        }
    }

    #[test]
    fn each_bar_says_its_share_and_so_does_the_description() {
        for size in [Size::Wide, Size::Narrow] {
            let svg = bars_svg(&bars(&[0.6, 0.3, 0.0, 1.0]), size).unwrap();
            let document = Document::parse(&svg).unwrap();
            let said =
                document.descendants().find(|node| node.has_tag_name("desc")).unwrap().text().unwrap().to_owned();
            assert!(said.replace('\u{a0}', " ").contains("<题 0>：60.0 %；<题 1>：30.0 %"), "{said}");
            assert_eq!(document.descendants().filter(|node| node.has_tag_name("rect")).count(), 4);
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        assert!(matches!(bars_svg(&bars(&[1.5]), Size::Wide), Err(ChartError::NotANumber { .. })));
    }
}
