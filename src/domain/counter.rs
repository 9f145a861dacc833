//! A counter (服务点): a place of one department where customers are served in person, and may answer uninvited by the
//! code that hangs there (FEATURES D4, E4).

use super::locale::Locale;
use super::service_record::{Channel, Touchpoint};
use super::text;

/// The letters and digits of a code. Those that are mistaken for each other when read or typed are left out, and the
/// vowels, so that no word comes out.
pub const ALPHABET: &[u8; 21] = b"346789cdfhjkmnprtvwxy";

/// How many of them a code has: 21¹⁰ is a little more than 2⁴³.
pub const LENGTH: usize = 10;

/// What stands in the address of a counter's questionnaire. It hangs on the wall, so it is no secret; it is only too
/// long to be guessed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(String);

/// A text that is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a counter's code: ten letters and digits")]
pub struct NotACode;

/// A counter that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCounter {
    /// Code of the department.
    pub department: String,
    /// Where the service is given; offline.
    pub touchpoint: Option<Touchpoint>,
    /// As customers know it, in Chinese.
    pub name_zh: String,
    /// As customers know it, in English.
    pub name_en: String,
}

/// What is wrong with a counter that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCounter {
    /// No department has this code, or none that the reader may speak for.
    #[error("there is no such department")]
    Department,
    /// None, or one where nobody is served in person.
    #[error("a counter is offline")]
    Touchpoint,
    /// There is no Chinese name, or one that is too long or has characters that nobody can see.
    #[error("a counter needs a name in Chinese")]
    NameZh,
    /// The same of the English one.
    #[error("a counter needs a name in English")]
    NameEn,
    /// The department has one of this name.
    #[error("there is such a counter already")]
    Repeated,
}

impl Code {
    /// A code from random bytes. Those beyond a multiple of the alphabet's length are skipped, so that each letter is as
    /// likely as the others; `None` if too few are left.
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        let fair = bytes.iter().copied().filter(|byte| usize::from(*byte) < 256 - 256 % ALPHABET.len());
        let letter = |byte: u8| ALPHABET.get(usize::from(byte) % ALPHABET.len()).copied().map(char::from);
        let code: String = fair.filter_map(letter).take(LENGTH).collect();
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// As it stands in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In two groups, as it is printed: `k7mxw-3hrdt`.
    pub fn grouped(&self) -> String {
        let (first, last) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{last}")
    }
}

impl std::str::FromStr for Code {
    type Err = NotACode;

    /// Tolerates capitals, spaces and the dash between the groups.
    fn from_str(typed: &str) -> Result<Self, NotACode> {
        let letters = typed.chars().filter(|c| !matches!(c, '-' | ' '));
        let code: String = letters.take(LENGTH + 1).map(|c| c.to_ascii_lowercase()).collect();
        let is_code = code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte));
        if is_code { Ok(Self(code)) } else { Err(NotACode) }
    }
}

impl NewCounter {
    /// The places where a counter can be.
    pub fn touchpoints() -> impl Iterator<Item = Touchpoint> {
        Touchpoint::ALL.into_iter().filter(|touchpoint| touchpoint.channel() == Channel::Offline)
    }

    /// The counter with its texts as they are stored.
    ///
    /// # Errors
    /// Everything that is wrong with it, but for what only the database knows.
    pub fn checked(self) -> Result<Self, Vec<InvalidCounter>> {
        let mut problems = Vec::new();
        let mut named = |name: &str, problem| match text::line(text::trim(name), text::MAX_NAME) {
            Ok(line) if !line.is_empty() => line.into_owned(),
            _ => {
                problems.push(problem);
                String::new()
            }
        };
        let name_zh = named(&self.name_zh, InvalidCounter::NameZh);
        let name_en = named(&self.name_en, InvalidCounter::NameEn);
        let touchpoint = self.touchpoint.filter(|touchpoint| touchpoint.channel() == Channel::Offline);
        if touchpoint.is_none() {
            problems.insert(0, InvalidCounter::Touchpoint);
        }
        if problems.is_empty() { Ok(Self { name_zh, name_en, touchpoint, ..self }) } else { Err(problems) }
    }
}

/// One of two names, by language.
pub const fn name<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    match locale {
        Locale::ZhCn => zh,
        Locale::En => en,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn new() -> NewCounter {
        NewCounter {
            department: "WX".into(),
            touchpoint: Some(Touchpoint::Counter),
            name_zh: " 3 号窗口 ".into(),
            name_en: "Window 3".into(),
        }
    }

    #[test]
    fn a_code_has_forty_bits_and_nothing_that_looks_alike() {
        let bits = f64::from(u32::try_from(ALPHABET.len()).unwrap()).log2() * f64::from(u32::try_from(LENGTH).unwrap());
        assert!(bits >= 40.0, "{bits}");
        for alike in ["0o", "1li", "2z", "5s", "6b", "8b", "9g", "9q", "uv", "ao"] {
            assert!(alike.bytes().filter(|one| ALPHABET.contains(one)).count() <= 1, "{alike}");
        }
    }

    #[test]
    fn a_code_is_read_as_it_is_printed_and_typed() {
        let code = Code::from_random(&[7; 32]).unwrap();
        assert_eq!(code.grouped().parse(), Ok(code.clone()));
        assert_eq!(format!(" {} ", code.as_str().to_uppercase()).parse(), Ok(code));
        for wrong in ["", "k7mxw", "k7mxw-3hrd0", "k7mxw3hrdtt", "k7mxw3hrd满"] {
            assert_eq!(wrong.parse::<Code>(), Err(NotACode), "{wrong}");
        }
    }

    #[test]
    fn a_counter_is_offline_and_has_two_names() {
        assert_eq!(new().checked().unwrap().name_zh, "3 号窗口");
        let nothing =
            NewCounter { touchpoint: Some(Touchpoint::Web), name_zh: "".into(), name_en: "a\u{7}".into(), ..new() };
        let problems = [InvalidCounter::Touchpoint, InvalidCounter::NameZh, InvalidCounter::NameEn];
        assert_eq!(nothing.checked(), Err(problems.to_vec()));
    }

    proptest! {
        #[test]
        fn every_code_that_is_made_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Some(code) = Code::from_random(&bytes) {
                prop_assert_eq!(code.as_str().parse(), Ok(code.clone()));
            }
        }
    }
}
