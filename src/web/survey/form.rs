//! What a browser sends to a survey link: the posted form and the query of the address.
//!
//! A form is judged strictly (its bytes become answers), a query leniently (it only pre-selects: EXPERIENCE §0.1).

use crate::domain::locale::Locale;
use crate::domain::questionnaire::{Question, Questionnaire};

/// The largest form taken, in bytes: a text of 2,000 characters is at most 24 kB when percent-encoded, and few
/// questionnaires have more than one.
pub const MAX_BYTES: usize = 128 * 1024;

/// The most fields taken, known or not: a page may have 40 questions of 20 boxes each.
pub const MAX_FIELDS: usize = 1_000;

/// What the name of a question's field begins with: `q.overall`.
pub const ANSWER_PREFIX: &str = "q.";

/// A posted questionnaire, split into its fields; the answers are not judged yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyForm {
    /// The page's nonce as sent; empty if it was left out.
    pub nonce: String,
    /// Question code and value in the order sent, repeated ones included, so that `Questionnaire::read` sees them.
    pub answers: Vec<(String, String)>,
    /// How the customer signs; anonymous if left out, an error if it is neither or both.
    pub identity: Result<Identity, UnknownIdentity>,
    /// The customer said how to sign.
    pub is_signed: bool,
    /// Only the page's look is to change: the form comes back as it is, and nothing is stored.
    pub is_draft: bool,
    /// Which page of several was sent, from 1; `None` for a form that has all questions.
    pub page: Option<usize>,
    /// The page before is to be shown.
    pub is_back: bool,
    /// The wish to be contacted is taken back, and the same page shown again.
    pub drops_wish: bool,
    /// The field that people do not see; whoever fills it in is suspect (RELIABILITY §4).
    pub website: String,
}

/// How a customer signs an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Identity {
    /// Nobody can tell who answered (DESIGN decision 7).
    #[default]
    Anonymous,
    /// The answer is kept with the service record.
    Named,
}

/// The field `identity` holds something other than `anonymous` or `named`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("identity is neither anonymous nor named")]
pub struct UnknownIdentity;

/// Why a posted form cannot be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// More than [`MAX_BYTES`].
    #[error("the form has more than {MAX_BYTES} bytes")]
    TooLarge,
    /// More than [`MAX_FIELDS`].
    #[error("the form has more than {MAX_FIELDS} fields")]
    TooManyFields,
    /// A name or value is not UTF-8 once decoded, for example GBK.
    #[error("the form is not UTF-8")]
    NotUtf8,
}

/// How the reader asked to be shown the page: `?lang=en&big=1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Display {
    /// The language of the link, if it names one that we speak.
    pub locale: Option<Locale>,
    /// Large text (大字版).
    pub big: bool,
    /// On a device that stands at a counter for all to use.
    pub kiosk: bool,
}

/// The answers that a link pre-selects: `?q.overall=5`. Nothing is stored for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preselection {
    /// How to show the page.
    pub display: Display,
    /// Question code and option value, valid for the questionnaire, at most one for each question.
    pub answers: Vec<(String, String)>,
    /// Which page of several, from 1.
    pub page: Option<usize>,
}

impl SurveyForm {
    /// Reads an `application/x-www-form-urlencoded` body. Fields that are not ours are ignored.
    ///
    /// # Errors
    /// Bodies that are too large, have too many fields or are not UTF-8.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        let mut form = Self {
            nonce: String::new(),
            answers: Vec::new(),
            identity: Ok(Identity::default()),
            is_signed: false,
            is_draft: false,
            page: None,
            is_back: false,
            drops_wish: false,
            website: String::new(),
        };
        let mut signed = None;
        for (name, value) in fields(body)? {
            match name.as_str() {
                "nonce" if form.nonce.is_empty() => form.nonce = value,
                "website" if form.website.is_empty() => form.website = value,
                "draft" => form.is_draft = true,
                "page" => form.page = value.parse().ok(),
                "back" => form.is_back = true,
                "drop-wish" => form.drops_wish = true,
                "identity" => {
                    let read = Identity::from_value(&value);
                    form.identity =
                        if signed.is_some_and(|before| before != read) { Err(UnknownIdentity) } else { read };
                    signed = Some(form.identity);
                    form.is_signed |= !value.is_empty();
                }
                _ => {
                    if let Some(code) = name.strip_prefix(ANSWER_PREFIX) {
                        form.answers.push((code.to_owned(), value));
                    }
                }
            }
        }
        Ok(form)
    }

    /// The answers as `Questionnaire::read` takes them.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.answers.iter().map(|(code, value)| (code.as_str(), value.as_str()))
    }

    /// Whether the customer said to sign anonymously.
    pub fn is_anonymous(&self) -> bool {
        self.is_signed && self.identity == Ok(Identity::Anonymous)
    }

    /// Whether the field that people do not see was filled in.
    pub fn is_suspect(&self) -> bool {
        !self.website.is_empty()
    }
}

impl Identity {
    /// As sent in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Named => "named",
        }
    }

    fn from_value(value: &str) -> Result<Self, UnknownIdentity> {
        match value {
            "" | "anonymous" => Ok(Self::Anonymous),
            "named" => Ok(Self::Named),
            _ => Err(UnknownIdentity),
        }
    }
}

impl Display {
    /// Reads `lang` and `big` from a query string; what is not understood is ignored.
    pub fn from_query(query: &str) -> Self {
        let mut display = Self::default();
        for (name, value) in lenient(query) {
            match name.as_str() {
                "lang" => display.locale = value.parse().ok().or(display.locale),
                "big" => display.big = value == "1",
                "kiosk" => display.kiosk = value == "1",
                _ => {}
            }
        }
        display
    }
}

impl Preselection {
    /// Reads the query string of a link. Only values that the questionnaire offers are taken, the first for each question.
    pub fn from_query(query: &str, questionnaire: &Questionnaire) -> Self {
        let mut answers: Vec<(String, String)> = Vec::new();
        let mut page = None;
        for (name, value) in lenient(query) {
            if name == "page" {
                page = value.parse().ok();
            }
            let Some(code) = name.strip_prefix(ANSWER_PREFIX) else { continue };
            let offered = questionnaire.item(code).is_some_and(|item| offers(item.question, &value));
            if offered && !answers.iter().any(|(taken, _)| taken == code) {
                answers.push((code.to_owned(), value));
            }
        }
        Self { display: Display::from_query(query), answers, page }
    }
}

/// Splits an `application/x-www-form-urlencoded` body into names and values, in the order sent.
///
/// # Errors
/// As [`SurveyForm::parse`].
pub fn fields(body: &[u8]) -> Result<Vec<(String, String)>, FormError> {
    if body.len() > MAX_BYTES {
        return Err(FormError::TooLarge);
    }
    let mut fields = Vec::new();
    for (name, value) in pairs(body) {
        if fields.len() == MAX_FIELDS {
            return Err(FormError::TooManyFields);
        }
        fields.push((decode(name).ok_or(FormError::NotUtf8)?, decode(value).ok_or(FormError::NotUtf8)?));
    }
    Ok(fields)
}

/// Whether a link may choose this value: one of several, so never a consent.
pub fn offers(question: &Question, value: &str) -> bool {
    question.kind.takes_one() && question.offers(value)
}

/// The readable pairs of a query string, at most [`MAX_FIELDS`].
fn lenient(query: &str) -> impl Iterator<Item = (String, String)> {
    pairs(query.as_bytes()).take(MAX_FIELDS).filter_map(|(name, value)| Some((decode(name)?, decode(value)?)))
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

/// Undoes percent-encoding as the URL standard says: `+` is a space, a `%` without two hex digits stays as it is.
fn decode(encoded: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (*first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => {
                    bytes.push(high << 4 | low);
                    rest = after;
                }
                None => bytes.push(b'%'),
            },
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn online() -> Questionnaire {
        serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap()
    }

    fn answers(form: &SurveyForm) -> Vec<(&str, &str)> {
        form.fields().collect()
    }

    #[test]
    fn a_browsers_form_is_read() {
        let body = b"nonce=n1&q.overall=5&q.comment=%E8%B0%A2%E8%B0%A2+a%2Bb%0D%0Ac&identity=named&website=";
        let form = SurveyForm::parse(body).unwrap();
        assert_eq!(form.nonce, "n1");
        assert_eq!(answers(&form), [("overall", "5"), ("comment", "谢谢 a+b\r\nc")]);
        assert_eq!(form.identity, Ok(Identity::Named));
        assert!(!form.is_suspect());
    }

    #[test]
    fn an_empty_body_is_an_empty_anonymous_form() {
        let form = SurveyForm::parse(b"").unwrap();
        assert_eq!((form.nonce.as_str(), form.identity), ("", Ok(Identity::Anonymous)));
        assert!(form.answers.is_empty());
    }

    #[test]
    fn repeated_answers_are_kept_for_the_questionnaire_to_refuse() {
        let form = SurveyForm::parse(b"q.overall=5&q.overall=4").unwrap();
        assert_eq!(answers(&form), [("overall", "5"), ("overall", "4")]);
        assert!(online().read(form.fields()).is_err());
    }

    #[test]
    fn fields_that_are_not_ours_are_ignored_but_unknown_questions_are_not() {
        let form = SurveyForm::parse(b"utm_source=x&department_id=1&q.points=100").unwrap();
        assert_eq!(answers(&form), [("points", "100")]);
    }

    #[test]
    fn identity_is_anonymous_or_named_and_not_both() {
        let identity = |body: &[u8]| SurveyForm::parse(body).unwrap().identity;
        assert_eq!(identity(b"identity="), Ok(Identity::Anonymous));
        assert_eq!(identity(b"identity=admin"), Err(UnknownIdentity));
        assert_eq!(identity(b"identity=named&identity=anonymous"), Err(UnknownIdentity));
        assert_eq!(identity(b"identity=named&identity=named"), Ok(Identity::Named));
    }

    #[test]
    fn a_filled_hidden_field_is_suspect() {
        assert!(SurveyForm::parse(b"website=http%3A%2F%2Fx").unwrap().is_suspect());
    }

    #[test]
    fn the_buttons_for_language_and_size_send_a_draft() {
        assert!(SurveyForm::parse(b"q.comment=x&draft=1").unwrap().is_draft);
        assert!(!SurveyForm::parse(b"q.comment=draft").unwrap().is_draft);
    }

    #[test]
    fn gbk_is_refused() {
        assert_eq!(SurveyForm::parse(b"q.comment=%C2%FA%D2%E2"), Err(FormError::NotUtf8));
        assert_eq!(SurveyForm::parse(b"q.comment=\xc2\xfa\xd2\xe2"), Err(FormError::NotUtf8));
        assert_eq!(SurveyForm::parse(b"%ff=1"), Err(FormError::NotUtf8));
    }

    #[test]
    fn a_lone_percent_sign_stays() {
        let form = SurveyForm::parse(b"q.comment=100%&q.comment=%zz&q.comment=%4").unwrap();
        assert_eq!(answers(&form), [("comment", "100%"), ("comment", "%zz"), ("comment", "%4")]);
    }

    #[test]
    fn size_and_number_of_fields_are_bounded() {
        assert!(SurveyForm::parse(&b"a&".repeat(MAX_FIELDS)).is_ok());
        assert_eq!(SurveyForm::parse(&b"a&".repeat(MAX_FIELDS + 1)), Err(FormError::TooManyFields));
        assert!(SurveyForm::parse(&vec![b'a'; MAX_BYTES]).is_ok());
        assert_eq!(SurveyForm::parse(&vec![b'a'; MAX_BYTES + 1]), Err(FormError::TooLarge));
    }

    #[test]
    fn a_link_preselects_what_the_questionnaire_offers() {
        let seen = Preselection::from_query("q.overall=5&q.speed=na&lang=en&big=1", &online());
        assert_eq!(seen.answers, [("overall".into(), "5".into()), ("speed".into(), "na".into())]);
        assert_eq!(seen.display, Display { locale: Some(Locale::En), big: true, kiosk: false });
    }

    #[test]
    fn a_link_with_nonsense_preselects_nothing() {
        let query = "q.overall=na&q.overall=9&q.x=5&q.comment=hello&lang=fr&big=yes&%ff=1&&=&q.speed";
        assert_eq!(Preselection::from_query(query, &online()), Preselection::default());
    }

    #[test]
    fn the_first_valid_value_of_a_question_wins() {
        let seen = Preselection::from_query("q.overall=9&q.overall=4&q.overall=5", &online());
        assert_eq!(seen.answers, [("overall".into(), "4".into())]);
    }

    fn encode(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = SurveyForm::parse(&bytes);
            let _ = Preselection::from_query(&String::from_utf8_lossy(&bytes), &online());
        }

        #[test]
        fn form_like_bytes_do_not_either(text in "([q.=&%+a-f0-9]|overall|identity|nonce|\u{6ee1}){0,60}") {
            let _ = SurveyForm::parse(text.as_bytes());
            let seen = Preselection::from_query(&text, &online());
            prop_assert!(seen.answers.iter().all(|(code, value)| offers(online().question(code).unwrap(), value)));
        }

        #[test]
        fn any_text_survives_the_encoding(text in any::<String>()) {
            let form = SurveyForm::parse(format!("q.comment={}", encode(&text)).as_bytes()).unwrap();
            prop_assert_eq!(&form.answers, &[("comment".to_owned(), text)]);
        }
    }
}
