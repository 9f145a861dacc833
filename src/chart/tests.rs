//! What a reader of a chart may rely on, looked up in the finished SVG.

use std::collections::HashSet;

use resvg::tiny_skia::Pixmap;
use resvg::usvg::roxmltree::{Document, Node};

use super::*;
use crate::domain::locale::Locale;
use crate::domain::trend::Variation;

const HOSTILE: &str = "</title><script>alert('&\"')</script>\n\u{0}\u{E000}";

/// Months from September 2025; none is a month left out.
fn months(values: &[Option<(u64, f64)>]) -> Trend {
    let points = values.iter().zip(8_u32..).filter_map(|(value, month)| {
        let (n, value) = (*value)?;
        Some(TrendPoint {
            label: format!("{}-{:02}", 2025 + month / 12, month % 12 + 1),
            n,
            value: Some(value),
            low: Some(value - 4.25),
            high: Some((value + 3.75).min(100.0)),
            target: Some(if month < 12 { 85.0 } else { 90.0 }),
            minor_floor: Some(if month < 12 { 80.0 } else { 85.0 }),
            ..TrendPoint::default()
        })
    });
    Trend { id: "t".to_owned(), title: "维修服务部".to_owned(), points: points.collect(), ..Trend::default() }
}

/// Fourteen months with a gap and a month of few answers.
fn fourteen() -> Trend {
    let mut values: Vec<_> = (0..14_u8).map(|i| Some((180 + u64::from(i), 88.0 + f64::from(i * 7 % 11)))).collect();
    values[5] = Some((4, 77.7));
    values[9] = None;
    months(&values)
}

fn wide(trend: &Trend) -> String {
    trend_svg(trend, Size::Wide).unwrap()
}

#[track_caller]
fn parsed(svg: &str) -> Document<'_> {
    Document::parse(svg).unwrap_or_else(|error| panic!("{error} in {svg}"))
}

fn all<'a, 'i>(document: &'a Document<'i>, tag: &'a str) -> impl Iterator<Item = Node<'a, 'i>> {
    document.descendants().filter(move |node| node.has_tag_name(tag))
}

fn texts(svg: &str) -> Vec<String> {
    all(&parsed(svg), "text").filter_map(|node| node.text().map(str::to_owned)).collect()
}

fn description(trend: &Trend) -> String {
    all(&parsed(&wide(trend)), "desc").next().unwrap().text().unwrap().to_owned()
}

/// The corners of the lines drawn with this stroke.
fn lines(svg: &str, stroke: &str, width: &str) -> Vec<Vec<(i32, i32)>> {
    let corner = |pair: &str| pair.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
    all(&parsed(svg), "polyline")
        .filter(|line| line.attribute("stroke").is_some_and(|s| s.contains(stroke)))
        .filter(|line| line.attribute("stroke-width").unwrap_or("1") == width)
        .map(|line| line.attribute("points").unwrap().split(' ').map(corner).collect())
        .collect()
}

#[test]
fn hostile_names_stay_text() {
    let mut trend = fourteen();
    (trend.id, trend.title, trend.subtitle) = (HOSTILE.to_owned(), HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    trend.points[3].note = Some(HOSTILE.to_owned());
    trend.points[13 - 1].label = HOSTILE.to_owned();
    for locale in Locale::ALL {
        trend.locale = locale;
        for size in [Size::Wide, Size::Narrow] {
            let svg = trend_svg(&trend, size).unwrap();
            let document = parsed(&svg);
            let known = ["svg", "title", "desc", "polygon", "polyline", "circle", "text"];
            assert!(document.descendants().filter(Node::is_element).all(|n| known.contains(&n.tag_name().name())));
            assert!(all(&document, "title").next().unwrap().text().unwrap().starts_with("</title><script>"));
        }
    }
}

#[test]
fn ids_differ_by_chart_and_size() {
    let mut ids = HashSet::new();
    for id in ["维修", "a b", "a_b", "a-b", ""] {
        let trend = Trend { id: id.to_owned(), ..fourteen() };
        for size in [Size::Wide, Size::Narrow] {
            let svg = trend_svg(&trend, size).unwrap();
            let document = parsed(&svg);
            let named: Vec<_> = document.root_element().attribute("aria-labelledby").unwrap().split(' ').collect();
            let own: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
            assert_eq!(named, own);
            ids.extend(own.into_iter().map(str::to_owned));
        }
    }
    assert_eq!(ids.len(), 5 * 2 * 2);
}

#[test]
fn it_is_an_image_with_a_title_a_description_and_no_fixed_size() {
    let svg = wide(&fourteen());
    let document = parsed(&svg);
    let root = document.root_element();
    assert_eq!((root.attribute("class"), root.attribute("role")), (Some("chart"), Some("img")));
    assert_eq!((root.attribute("viewBox"), root.attribute("width")), (Some("0 0 640 280"), None));
}

#[test]
fn no_sentinel_and_no_fixed_text_colour_is_left() {
    let svg = wide(&fourteen());
    assert!(!svg.contains("#0100") && !svg.contains("\"#"), "{svg}");
    assert!(svg.contains("currentColor") && svg.contains("var(--c-line,#0072b2)"));
}

#[test]
fn a_missing_month_and_few_answers_are_gaps() {
    let svg = wide(&fourteen());
    let lengths: Vec<_> = lines(&svg, "--c-line", "2").iter().map(Vec::len).collect();
    assert_eq!(lengths, [5, 3, 4]);
    assert_eq!(all(&parsed(&svg), "polygon").count(), 3);
}

#[test]
fn few_answers_are_said_and_their_figure_is_nowhere() {
    let trend = fourteen();
    let svg = wide(&trend);
    assert!(texts(&svg).contains(&"n<5".to_owned()));
    assert!(!svg.contains("77.7") && !svg.contains("73.5"), "{svg}");
    assert_eq!(trend_table(&trend).unwrap()[5].value, None);
}

#[test]
fn the_target_is_a_dashed_step() {
    let svg = wide(&fourteen());
    let target = lines(&svg, "currentColor", "2");
    let [step] = target.as_slice() else { panic!("{target:?}") };
    let [(_, old), (change, same), (there, new), (_, level)] = step.as_slice() else { panic!("{step:?}") };
    assert!(old == same && new == level && change == there && new < old, "{step:?}");
    assert!(svg.contains("stroke-dasharray=\"7 4\""));
}

#[test]
fn the_lines_carry_their_words() {
    let words = texts(&wide(&fourteen()));
    for expected in ["承诺 90\u{a0}%", "重大违约线 85\u{a0}%", "85\u{a0}%"] {
        assert!(words.iter().any(|text| text == expected), "{expected} in {words:?}");
    }
}

#[test]
fn every_n_stands_under_its_month() {
    for size in [Size::Wide, Size::Narrow] {
        let words = texts(&trend_svg(&fourteen(), size).unwrap());
        for row in trend_table(&fourteen()).unwrap() {
            assert!(words.contains(&row.n), "{} in {words:?}", row.n);
        }
    }
}

#[test]
fn january_carries_the_year() {
    let words = texts(&wide(&fourteen()));
    let place = |word: &str| words.iter().position(|text| text == word).unwrap();
    assert_eq!(place("1月") + 1, place("2026 年"));
    let english = texts(&wide(&Trend { locale: Locale::En, ..fourteen() }));
    assert!(english.contains(&"Jan".to_owned()) && english.contains(&"2026".to_owned()));
}

#[test]
fn the_broken_axis_is_named() {
    assert!(texts(&wide(&fourteen())).iter().any(|text| text.contains("纵轴从 80\u{a0}% 起")));
    let whole = Trend { from_zero: true, ..fourteen() };
    assert!(!texts(&wide(&whole)).iter().any(|text| text.contains("纵轴")));
}

#[test]
fn the_table_has_the_plotted_numbers() {
    for locale in Locale::ALL {
        let trend = Trend { locale, ..fourteen() };
        let svg = wide(&trend);
        let document = parsed(&svg);
        let tick = |label: &str| {
            let of = |node: &Node<'_, '_>| node.text() == Some(label) && node.attribute("text-anchor") == Some("end");
            let text = all(&document, "text").find(of).unwrap();
            f64::from(text.attribute("y").unwrap().parse::<u16>().unwrap())
        };
        let (low, high) = (tick("80\u{a0}%"), tick("100\u{a0}%"));
        // A tick's baseline is 36 % of 12 px below its line.
        let height = |value: f64| low - 4.0 - (value - 80.0) / 20.0 * (low - high);
        let marks: Vec<_> = all(&document, "circle").collect();
        let rows: Vec<_> = trend_table(&trend).unwrap().into_iter().filter(|row| row.value.is_some()).collect();
        assert_eq!(marks.len(), rows.len());
        for (mark, row) in marks.iter().zip(rows) {
            let said = mark.first_element_child().unwrap().text().unwrap();
            let value = row.value.unwrap();
            for part in [&row.period, &value, &row.n, &row.low.unwrap(), &row.high.unwrap(), &row.target.unwrap()] {
                assert!(said.contains(part.as_str()), "{part} in {said}");
            }
            let drawn = f64::from(mark.attribute("cy").unwrap().parse::<u16>().unwrap());
            let expected = height(value.parse().unwrap());
            assert!((drawn - expected).abs() <= 1.5, "{value}: {drawn}, expected {expected}");
        }
    }
}

#[test]
fn the_latest_value_is_written_at_the_end() {
    let trend = fourteen();
    let latest = trend_table(&trend).unwrap().pop().unwrap().value.unwrap();
    assert!(texts(&wide(&trend)).contains(&latest));
}

#[test]
fn it_describes_itself_in_chinese() {
    let trend = months(&[Some((188, 91.5)), Some((201, 92.54)), None, Some((203, 91.65))]);
    let expected = "2025 年 9 月至 2025 年 12 月，共 4 期，其中 3 期有数值。最低 91.5\u{a0}%，最高 92.5\u{a0}%。\
        最近一期：2025 年 12 月：91.7\u{a0}%，n=203，95\u{a0}% 区间 87.4–95.4，承诺 85\u{a0}%。高于承诺 85\u{a0}%。\
        比 2025 年 10 月低 0.8 个百分点。比 2025 年 9 月高 0.2 个百分点。";
    assert_eq!(description(&trend).replace("95 %", "95\u{a0}%"), expected);
}

#[test]
fn it_describes_itself_in_english() {
    let mut trend = months(&[Some((188, 91.5)), Some((201, 91.54))]);
    trend.locale = Locale::En;
    trend.points[1].target = Some(92.5);
    trend.points[1].note = Some("new rota".to_owned());
    let expected = "September 2025 to October 2025; 2 of 2 periods have a figure. Lowest 91.5 %, highest 91.5 %. \
        Latest, October 2025: 91.5 %, n=201, 95 % interval 87.3 to 95.3, target 92.5 %. \
        This is below the target of 92.5 %. No change from September 2025. From October 2025 the target is 92.5 %. \
        Since October 2025: new rota.";
    assert_eq!(description(&trend).replace('\u{a0}', " "), expected);
}

#[test]
fn a_value_that_only_rounds_to_the_target_is_below_it() {
    let mut trend = months(&[Some((188, 89.96))]);
    trend.points[0].target = Some(90.0);
    assert!(description(&trend).contains("低于承诺"));
}

#[test]
fn a_figure_reads_as_on_every_page() {
    let mut trend = months(&[Some((188, 89.96))]);
    (trend.points[0].target, trend.points[0].low) = (Some(90.0), Some(85.0));
    assert_eq!(trend_table(&trend).unwrap()[0].value.as_deref(), Some("89.9"));
    assert!(texts(&wide(&trend)).contains(&"89.9".to_owned()) && !wide(&trend).contains("90.0"));
    trend.points[0].shown = Some("89.96".to_owned());
    assert_eq!(trend_table(&trend).unwrap()[0].value.as_deref(), Some("89.96"));
}

#[test]
fn a_period_reads_as_on_every_page() {
    use crate::domain::period::Period;
    use crate::i18n::Texts;
    use crate::web::views::format;
    for locale in Locale::ALL {
        for label in ["2026-09", "2026-Q3", "2026"] {
            let point = TrendPoint { label: label.to_owned(), n: 9, ..TrendPoint::default() };
            let trend = Trend { locale, points: vec![point], ..Trend::default() };
            let period: Period = label.parse().unwrap();
            assert_eq!(trend_table(&trend).unwrap()[0].period, format::period(&Texts::new(locale), &period));
        }
    }
}

/// Twelve months around 90 with limits; the last is worse than chance, the one before better.
fn controlled() -> Trend {
    let mut trend = months(&(0..12_u8).map(|i| Some((200, 89.0 + f64::from(i % 3)))).collect::<Vec<_>>());
    for point in &mut trend.points {
        point.limits = Some(Limits { center: 90.0, lower: 83.6364, upper: 96.3636 });
        point.variation = Some(Variation::Steady);
    }
    trend.points[10].value = Some(92.0);
    (trend.points[10].signal, trend.points[10].variation) = (Some("shift"), Some(Variation::Improvement));
    trend.points[11].value = Some(80.0);
    (trend.points[11].low, trend.points[11].high) = (Some(74.0), Some(85.0));
    (trend.points[11].signal, trend.points[11].variation) = (Some("outside"), Some(Variation::Concern));
    trend
}

#[test]
fn a_control_chart_tells_signals_by_shape_and_word() {
    let trend = controlled();
    for size in [Size::Wide, Size::Narrow] {
        let svg = trend_svg(&trend, size).unwrap();
        let document = parsed(&svg);
        let concern = |node: &Node<'_, '_>| node.attribute("fill").is_some_and(|fill| fill.contains("--c-concern"));
        let diamonds: Vec<_> = all(&document, "polygon").filter(concern).collect();
        let [diamond] = diamonds.as_slice() else { panic!("{svg}") };
        assert!(diamond.first_element_child().unwrap().text().unwrap().ends_with("变差：低于下控制界限"), "{svg}");
        let hollow = |node: &Node<'_, '_>| node.attribute("fill").is_some_and(|fill| fill.contains("--c-bg"));
        assert_eq!(all(&document, "circle").filter(hollow).count(), 10);
        assert_eq!(all(&document, "circle").count(), 11);
    }
    let marks = texts(&wide(&trend)).join("");
    assert!(marks.contains("○ 正常波动，● 改善，◆ 变差"), "{marks}");
}

#[test]
fn the_table_of_a_control_chart_has_its_lines() {
    let rows = trend_table(&controlled()).unwrap();
    let last = rows.last().unwrap();
    assert_eq!(last.center.as_deref(), Some("90.0"));
    assert_eq!(last.limits, Some(("83.6".to_owned(), "96.4".to_owned())));
    assert_eq!(rows[0].signal.as_deref(), Some("正常波动"));
    assert_eq!(rows[10].signal.as_deref(), Some("改善：连续 7 期或更久高于均值"));
}

#[test]
fn nothing_of_a_control_chart_stands_outside_the_picture() {
    for (size, right) in [(Size::Wide, 640.0), (Size::Narrow, 360.0)] {
        for locale in Locale::ALL {
            inside(&Trend { locale, ..controlled() }, size, right);
        }
    }
}

#[test]
fn nothing_is_an_empty_frame_with_a_word() {
    let empty = Trend::default();
    for (locale, word) in [(Locale::ZhCn, "暂无数据"), (Locale::En, "No answers yet")] {
        let trend = Trend { locale, ..empty.clone() };
        assert!(texts(&wide(&trend)).contains(&word.to_owned()));
    }
    assert_eq!(description(&empty), "没有可显示的数值。");
    assert!(trend_table(&empty).unwrap().is_empty());
}

#[test]
fn only_few_answers_are_called_so() {
    let trend = months(&[Some((3, 100.0)), Some((4, 75.0))]);
    assert!(texts(&wide(&trend)).contains(&"样本不足（n<5），不显示数值".to_owned()));
}

#[test]
fn one_month_is_one_mark_with_its_value() {
    let svg = wide(&months(&[Some((188, 91.5))]));
    assert_eq!((all(&parsed(&svg), "circle").count(), lines(&svg, "--c-line", "2").len()), (1, 0));
    assert!(texts(&svg).contains(&"91.5".to_owned()));
}

#[test]
fn fourteen_months_are_under_ten_kilobytes() {
    let full: Vec<_> = (0..14_u8).map(|i| Some((1180 + u64::from(i), 88.0 + f64::from(i * 7 % 11)))).collect();
    for locale in Locale::ALL {
        for size in [Size::Wide, Size::Narrow] {
            let svg = trend_svg(&Trend { locale, ..months(&full) }, size).unwrap();
            assert!(svg.len() <= 10_000, "{locale} {size:?}: {}", svg.len());
        }
    }
}

#[test]
fn every_unit_grain_and_length_is_drawn() {
    for unit in [Unit::Percent, Unit::Points, Unit::Difference, Unit::PerHundred] {
        for labels in [vec!["2024", "2026"], vec!["2025-Q3", "2026-Q2"], vec!["2024-01", "2026-12"], vec!["甲", "乙"]]
        {
            let point = |label: &&str| TrendPoint {
                label: (*label).to_owned(),
                n: 5,
                value: Some(-3.25),
                target: Some(2.0),
                ..TrendPoint::default()
            };
            let trend = Trend { unit, points: labels.iter().map(point).collect(), ..Trend::default() };
            for size in [Size::Wide, Size::Narrow] {
                let svg = trend_svg(&trend, size).unwrap();
                assert!(parsed(&svg).descendants().count() > 20);
            }
        }
    }
}

#[test]
fn nothing_stands_outside_the_picture() {
    for (size, right) in [(Size::Wide, 640.0), (Size::Narrow, 360.0)] {
        for locale in Locale::ALL {
            inside(&Trend { locale, ..fourteen() }, size, right);
        }
    }
}

#[track_caller]
fn inside(trend: &Trend, size: Size, right: f64) {
    let svg = trend_svg(trend, size).unwrap();
    let ruler = font::Ruler::new().unwrap();
    for node in all(&parsed(&svg), "text") {
        let px = node.attribute("font-size").unwrap_or("11").parse().unwrap();
        let width = f64::from(ruler.width(node.text().unwrap(), px));
        let x: f64 = node.attribute("x").unwrap().parse().unwrap();
        let start = match node.attribute("text-anchor") {
            Some("start") => x,
            Some("end") => x - width,
            _ => x - width / 2.0,
        };
        assert!(start >= 0.0 && start + width <= right, "{:?} from {start}, {width} wide", node.text());
    }
}

#[test]
fn the_png_shows_chinese_without_a_system_font() {
    let picture = |title: &str| {
        let trend = Trend { title: title.to_owned(), ..months(&[Some((188, 91.5))]) };
        Pixmap::decode_png(&trend_png(&trend).unwrap()).unwrap()
    };
    let (one, other) = (picture("维修"), picture("安装"));
    assert_eq!((one.width(), one.height()), (1280, 560));
    let dark = one.pixels().iter().take(1280 * 44).filter(|pixel| pixel.red() < 100).count();
    assert!(dark > 200, "the title is missing: {dark} dark pixels");
    // Boxes in place of letters would be the same for both.
    assert_ne!(one.data(), other.data());
}
