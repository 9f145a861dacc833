//! What mail programs bear (EXPERIENCE §2, "Client limits"): checked on every mail rendered in a test.

/// Everything wrong with a mail's HTML part, in words.
pub(super) fn problems(html: &str) -> Vec<String> {
    const TAGS: [&str; 13] =
        ["html", "head", "meta", "title", "body", "table", "tr", "td", "a", "b", "br", "span", "div"];
    const STYLES: [&str; 5] = ["flex", "grid", "float", "position", "url("];
    let mut problems = Vec::new();
    let mut complain = |what: String| problems.push(what);
    if html.len() > 10_000 {
        complain(format!("{} bytes, more than 10,000", html.len()));
    }
    let mut open = Vec::new();
    for piece in html.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else {
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
    ] {
        assert!(!problems(html).is_empty(), "{html}");
    }
}
