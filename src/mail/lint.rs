//! What mail programs bear (EXPERIENCE §2, "Client limits"): checked on every mail rendered in a test.

/// Everything wrong with a mail's HTML part, in words.
pub(super) fn problems(html: &str) -> Vec<String> {
    const TAGS: [&str; 13] =
        ["html", "head", "meta", "title", "body", "table", "tr", "td", "a", "b", "br", "span", "div"];
    // The last two: colours that dark mode turns into others, and corners that Outlook leaves square.
    const STYLES: [&str; 7] = ["flex", "grid", "float", "position", "url(", "background", "radius"];
    let mut problems = Vec::new();
    let mut complain = |what: String| problems.push(what);
    if html.len() > 10_000 {
        complain(format!("{} bytes, more than 10,000", html.len()));
    }
    for part in ["<html lang=\"", "<meta charset=\"utf-8\">", "<meta name=\"color-scheme\" content=\"light dark\">"] {
        if !html.contains(part) {
            complain(format!("no {part}"));
        }
    }
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else {
            complain(format!("an open tag: {piece}"));
            continue;
        };
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if name == "!DOCTYPE" {
            continue;
        }
        if !TAGS.contains(&name) {
            complain(format!("tag {name}"));
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                complain(format!("</{name}> closes another tag"));
            }
        } else if !["meta", "br"].contains(&name) {
            open.push(name);
        }
        for word in [" class=", " id=", " src=", " on", " background="] {
            if tag.contains(word) {
                complain(format!("attribute{word} in {tag}"));
            }
        }
        let style = attribute(tag, "style").unwrap_or_default();
        for word in STYLES {
            if style.contains(word) {
                complain(format!("style {word} in {tag}"));
            }
        }
        let declared = |name: &str| {
            let pairs = style.split(';').filter_map(|pair| pair.split_once(':'));
            pairs.filter(|(property, _)| property.trim() == name).map(|(_, value)| value.trim()).next_back()
        };
        if declared("color").is_some_and(|color| color != "inherit") {
            complain(format!("a colour that dark mode may hide: {tag}"));
        }
        if tag.starts_with("table ") && attribute(tag, "role") != Some("presentation") {
            complain(format!("a table that would be read out as one: {tag}"));
        }
        // Outlook knows no padding of links: the cell has to be as large as the button.
        if declared("border").is_some()
            && name == "td"
            && (attribute(tag, "align"), attribute(tag, "height")) != (Some("center"), Some("48"))
        {
            complain(format!("a button that Outlook draws small: {tag}"));
        }
        if text.starts_with("http") && declared("word-break") != Some("break-all") {
            complain(format!("an address that is too wide for a telephone: {text}"));
        }
        if name == "a" && !tag.starts_with('/') {
            let link = attribute(tag, "href").unwrap_or_default();
            if !link.starts_with("https://") && !link.starts_with("http://") {
                complain(format!("link to {link}"));
            }
        }
    }
    if !open.is_empty() {
        complain(format!("not closed: {open:?}"));
    }
    problems
}

/// The value of an attribute, as written.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next())
}

#[test]
fn the_lint_finds_what_mail_programs_do_not_bear() {
    for html in [
        "<p>x</p>",
        "<div class=\"x\"></div>",
        "<div style=\"display:flex\"></div>",
        "<img src=\"https://x/y\">",
        "<a href=\"javascript:x\">y</a>",
        "<div><b></div></b>",
        "<table>",
        "<td background=\"x\"></td>",
        "<td style=\"background:#fff\"></td>",
        "<td style=\"color:#333\"></td>",
        "<td style=\"border-radius:4px\"></td>",
        "<td style=\"border:1px solid #808080\"></td>",
        "<table width=\"560\"></table>",
        "<a href=\"https://x.cn/y\">https://x.cn/y</a>",
    ] {
        let whole = |body: &str| {
            format!(
                "<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">{body}</html>"
            )
        };
        assert!(problems(&whole("<div>x</div>")).is_empty());
        assert!(!problems(&whole(html)).is_empty(), "{html}");
    }
    assert_eq!(problems("").len(), 3);
}
