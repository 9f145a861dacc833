//! The privacy notice (PIPL art. 17): shown under `/privacy`, and kept word for word with the answers that were given
//! under it.

use super::Texts;

/// What the notice depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who handles the data.
    pub organisation: String,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to call.
    pub phone: Option<String>,
    /// How long contact data and named answers are kept after the service, in months.
    pub retention_months: u32,
    /// How long a link to a questionnaire works, in days.
    pub link_days: i64,
}

/// A part of the notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its place in the page's address.
    pub id: &'static str,
    /// What it is about.
    pub heading: String,
    /// What it says.
    pub paragraphs: Vec<String>,
}

/// The five elements of article 17, in its order: who, why and how, which data, how long, which rights.
pub fn sections(t: &Texts, facts: &Facts) -> Vec<Section> {
    let who = t.with("public-privacy-who-text", &[("organisation", &facts.organisation)]);
    let terms = [("months", facts.retention_months.to_string()), ("days", facts.link_days.to_string())];
    let section = |id, heading: &str, paragraphs| Section { id, heading: t.get(heading), paragraphs };
    vec![
        section("who", "public-privacy-who", vec![who]),
        section("why", "public-privacy-why", vec![t.get("public-privacy-why-text")]),
        section(
            "what",
            "public-privacy-what",
            vec![t.get("public-privacy-what-text"), t.get("public-privacy-what-anonymous")],
        ),
        section("how-long", "public-privacy-how-long", vec![t.with("public-privacy-how-long-text", &terms)]),
        section(
            "rights",
            "public-privacy-rights",
            vec![t.get("public-privacy-rights-text"), t.get("public-privacy-voluntary")],
        ),
    ]
}

/// The whole notice as one text, with how to reach the organisation.
pub fn text(t: &Texts, facts: &Facts) -> String {
    let mut lines = vec![t.get("public-privacy-title"), t.get("public-privacy-lead")];
    for section in sections(t, facts) {
        lines.push(section.heading);
        lines.extend(section.paragraphs);
        if section.id == "who" {
            lines.extend(facts.email.iter().map(|email| format!("{} {email}", t.get("public-privacy-email"))));
            lines.extend(facts.phone.iter().map(|phone| format!("{} {phone}", t.get("public-privacy-phone"))));
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn the_five_elements_of_article_17_are_there_with_the_configured_terms() {
        let facts = Facts {
            organisation: "示例公司".into(),
            email: Some("feedback@manyi.example".into()),
            phone: Some("400-000-0000".into()),
            retention_months: 31,
            link_days: 17,
        };
        for locale in Locale::ALL {
            let t = Texts::new(locale);
            let ids: Vec<_> = sections(&t, &facts).iter().map(|section| section.id).collect();
            assert_eq!(ids, ["who", "why", "what", "how-long", "rights"]);
            let text = text(&t, &facts);
            for fact in ["示例公司", "feedback@manyi.example", "400-000-0000", "31", "17"] {
                assert!(text.contains(fact), "{fact} in {text}");
            }
        }
    }
}
