//! The look of the customer's pages: one style sheet, written into each page, and the policy that allows it alone.

use std::borrow::Cow;
use std::sync::LazyLock;

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The style sheet. Colours are the tokens of EXPERIENCE §8; `.big` is 大字版: 24 px text, rows of 64 px.
pub const SURVEY_CSS: &str = include_str!("../../../templates/survey/survey.css");

/// What a kiosk has beside it: a cover that comes over a page which nobody touches any more, and takes away what is behind
/// it. Each question that is answered begins a time of its own, and while one of them runs the page is shown; no script is
/// needed to know that somebody is still there. (`--on` and `--off` hold while a time runs, and fall back after it.)
pub const KIOSK_CSS: &str = include_str!("../../../templates/survey/kiosk.css");

/// What a customer's page is drawn from.
pub trait CustomerPage: Template {
    /// Rules of the page's own beside the style sheet; empty without any.
    fn rules(&self) -> String {
        String::new()
    }
}

/// The Content-Security-Policy of a customer page: no script, nothing from elsewhere, only our style sheet and the rules
/// that stand in the page.
pub fn csp(rules: &str) -> Cow<'static, str> {
    static PLAIN: LazyLock<String> = LazyLock::new(|| policy("", "'self'", "'none'"));
    if rules.is_empty() { Cow::Borrowed(&PLAIN) } else { Cow::Owned(policy(rules, "'self'", "'none'")) }
}

/// The policy of a page that is only looked at: no form is sent, and our own pages may frame it.
pub fn preview_csp(rules: &str) -> String {
    policy(rules, "'none'", "'self'")
}

fn policy(rules: &str, forms: &str, framed_by: &str) -> String {
    let hash = |style: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)));
    let own = if rules.is_empty() { String::new() } else { format!(" {}", hash(rules)) };
    format!(
        "default-src 'none'; style-src {} {}{own}; img-src data:; form-action {forms}; frame-ancestors {framed_by}; \
         base-uri 'none'",
        hash(SURVEY_CSS),
        hash(KIOSK_CSS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of `#rrggbb` (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour variables of the first or second `:root` rule: light or dark.
    fn token(theme: usize, name: &str) -> &'static str {
        let rule = SURVEY_CSS.split(":root{").nth(theme + 1).unwrap().split('}').next().unwrap();
        rule.split(';').find_map(|pair| pair.trim().strip_prefix(&format!("--{name}:"))).unwrap()
    }

    #[test]
    fn text_has_contrast_on_every_ground_in_both_themes() {
        for theme in [0, 1] {
            for (text, ground) in [
                ("text", "page"),
                ("text", "soft"),
                ("muted", "page"),
                ("muted", "soft"),
                ("accent", "page"),
                ("accent", "soft"),
                ("error", "page"),
                ("page", "accent"),
            ] {
                let ratio = contrast(token(theme, text), token(theme, ground));
                assert!(ratio >= 4.5, "{text} on {ground}, theme {theme}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn borders_of_controls_have_contrast() {
        for theme in [0, 1] {
            for ground in ["page", "soft"] {
                assert!(contrast(token(theme, "border"), token(theme, ground)) >= 3.0, "{ground}, theme {theme}");
            }
        }
    }

    #[test]
    fn the_style_sheet_cannot_end_its_element_or_load_anything() {
        for forbidden in ["<", "url(", "@import", "@font-face"] {
            assert!(!SURVEY_CSS.contains(forbidden) && !KIOSK_CSS.contains(forbidden), "{forbidden}");
        }
    }

    #[test]
    fn the_policy_has_no_loophole() {
        assert!(csp("").starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(["", "p{margin:0}"].iter().all(|rules| !csp(rules).contains("unsafe")));
        assert_eq!(csp("p{margin:0}").matches("'sha256-").count(), 3);
    }
}
