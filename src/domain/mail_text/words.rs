//! One text of a mail as it is typed: words, fields in braces, and parts in brackets that stand only where their fields
//! have a value.
//!
//! `[Dear {name},|Hello,]` is `Dear Ms Wang,` where the name is known and `Hello,` where it is not.

use std::fmt::Write;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::locale::Locale;

/// What differs from mail to mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// How the customer is addressed; not always known.
    Name,
    /// What was done.
    Service,
    /// When it was done.
    Date,
    /// The department that did it.
    Department,
    /// The organisation.
    Organisation,
    /// The number of the service record, masked.
    Reference,
    /// The last day to answer.
    Deadline,
    /// The telephone number printed on mails; not every organisation has one.
    Phone,
}

impl Field {
    /// All of them, in the order a page lists them.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Service,
        Self::Date,
        Self::Department,
        Self::Organisation,
        Self::Reference,
        Self::Deadline,
        Self::Phone,
    ];

    /// What stands between the braces, in the language of the text.
    pub const fn word(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Name, Locale::ZhCn) => "称呼",
            (Self::Name, Locale::En) => "name",
            (Self::Service, Locale::ZhCn) => "服务",
            (Self::Service, Locale::En) => "service",
            (Self::Date, Locale::ZhCn) => "服务日期",
            (Self::Date, Locale::En) => "date",
            (Self::Department, Locale::ZhCn) => "部门",
            (Self::Department, Locale::En) => "department",
            (Self::Organisation, Locale::ZhCn) => "单位",
            (Self::Organisation, Locale::En) => "organisation",
            (Self::Reference, Locale::ZhCn) => "工单号",
            (Self::Reference, Locale::En) => "reference",
            (Self::Deadline, Locale::ZhCn) => "截止日期",
            (Self::Deadline, Locale::En) => "deadline",
            (Self::Phone, Locale::ZhCn) => "电话",
            (Self::Phone, Locale::En) => "phone",
        }
    }

    /// Whether a mail may have no value for it, so that it has to stand in brackets.
    pub const fn may_be_missing(self) -> bool {
        matches!(self, Self::Name | Self::Reference | Self::Phone)
    }

    /// A width it is usual for its value to have, in half-widths.
    const fn usual_width(self) -> usize {
        match self {
            Self::Name | Self::Service | Self::Reference => 8,
            Self::Date | Self::Deadline | Self::Department | Self::Organisation | Self::Phone => 12,
        }
    }

    fn read(word: &str) -> Option<Self> {
        let word = word.trim();
        let is = |field: &Self| Locale::ALL.iter().any(|locale| field.word(*locale).eq_ignore_ascii_case(word));
        Self::ALL.into_iter().find(is)
    }
}

/// A text that can be filled in: read from what was typed, so its fields are known to exist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Piece(Piece),
    /// The first if each of its fields has a value, else the second.
    Choice(Vec<Piece>, Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Field(Field),
}

/// Why what was typed is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is no field of this name.
    #[error("there is no field {0:?}")]
    Unknown(String),
    /// A brace or bracket is opened and not closed, or closed and not opened.
    #[error("{0} has no counterpart")]
    Unpaired(char),
    /// Brackets within brackets.
    #[error("brackets stand within brackets")]
    Nested,
    /// The field may have no value and is not in brackets.
    #[error("the field {0:?} may have no value and has to stand in brackets")]
    MayBeMissing(Field),
}

impl Words {
    /// Reads what was typed. Full-width braces, brackets and bars count as their half-width forms.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn read(typed: &str) -> Result<Self, Unreadable> {
        let mut parts = Vec::new();
        let mut rest = Reader { rest: typed };
        while let Some(c) = rest.peek() {
            match c {
                '[' => {
                    rest.skip();
                    let given = rest.pieces(true)?;
                    let otherwise = if rest.peek() == Some('|') {
                        rest.skip();
                        rest.pieces(true)?
                    } else {
                        Vec::new()
                    };
                    if rest.peek() != Some(']') {
                        return Err(if rest.peek() == Some('[') {
                            Unreadable::Nested
                        } else {
                            Unreadable::Unpaired('[')
                        });
                    }
                    rest.skip();
                    needs_value(&otherwise)?;
                    parts.push(Part::Choice(given, otherwise));
                }
                ']' => return Err(Unreadable::Unpaired(']')),
                _ => {
                    let pieces = rest.pieces(false)?;
                    needs_value(&pieces)?;
                    parts.extend(pieces.into_iter().map(Part::Piece));
                }
            }
        }
        Ok(Self(parts))
    }

    /// The text with each field's value; in brackets a field may have none.
    pub fn fill(&self, value: impl Fn(Field) -> Option<String>) -> String {
        let mut text = String::new();
        let write = |text: &mut String, pieces: &[Piece]| {
            for piece in pieces {
                match piece {
                    Piece::Plain(plain) => text.push_str(plain),
                    Piece::Field(field) => text.push_str(&value(*field).unwrap_or_default()),
                }
            }
        };
        let has_value = |piece: &Piece| match piece {
            Piece::Plain(_) => true,
            Piece::Field(field) => value(*field).is_some_and(|value| !value.is_empty()),
        };
        for part in &self.0 {
            match part {
                Part::Piece(piece) => write(&mut text, std::slice::from_ref(piece)),
                Part::Choice(given, _) if given.iter().all(has_value) => write(&mut text, given),
                Part::Choice(_, otherwise) => write(&mut text, otherwise),
            }
        }
        text
    }

    /// The text as it is typed, with the fields' names in this language.
    pub fn typed(&self, locale: Locale) -> String {
        let mut text = String::new();
        let write = |text: &mut String, pieces: &[Piece]| {
            for piece in pieces {
                let _ = match piece {
                    Piece::Plain(plain) => text.write_str(plain),
                    Piece::Field(field) => write!(text, "{{{}}}", field.word(locale)),
                };
            }
        };
        for part in &self.0 {
            match part {
                Part::Piece(piece) => write(&mut text, std::slice::from_ref(piece)),
                Part::Choice(given, otherwise) => {
                    text.push('[');
                    write(&mut text, given);
                    if !otherwise.is_empty() {
                        text.push('|');
                        write(&mut text, otherwise);
                    }
                    text.push(']');
                }
            }
        }
        text
    }

    /// Nothing is written in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How wide it usually comes out, in half-widths: 1 for ASCII, 2 for anything else.
    pub fn usual_width(&self) -> usize {
        let piece = |piece: &Piece| match piece {
            Piece::Plain(plain) => width(plain),
            Piece::Field(field) => field.usual_width(),
        };
        let part = |part: &Part| match part {
            Part::Piece(one) => piece(one),
            Part::Choice(given, otherwise) => {
                given.iter().map(piece).sum::<usize>().max(otherwise.iter().map(piece).sum())
            }
        };
        self.0.iter().map(part).sum()
    }
}

/// Width in half-widths: 1 for ASCII, 2 for anything else.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn needs_value(pieces: &[Piece]) -> Result<(), Unreadable> {
    let missing = pieces.iter().find_map(|piece| match piece {
        Piece::Field(field) if field.may_be_missing() => Some(*field),
        _ => None,
    });
    missing.map_or(Ok(()), |field| Err(Unreadable::MayBeMissing(field)))
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next().map(half_width)
    }

    fn skip(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    /// Words and fields up to a bracket; in brackets up to a bar too.
    fn pieces(&mut self, in_brackets: bool) -> Result<Vec<Piece>, Unreadable> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        while let Some(c) = self.rest.chars().next() {
            match half_width(c) {
                '[' | ']' => break,
                '|' if in_brackets => break,
                '}' => return Err(Unreadable::Unpaired('}')),
                '{' => {
                    if !plain.is_empty() {
                        pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    }
                    self.skip();
                    pieces.push(Piece::Field(self.field()?));
                }
                _ => {
                    plain.push(c);
                    self.skip();
                }
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain));
        }
        Ok(pieces)
    }

    /// The field whose opening brace was read.
    fn field(&mut self) -> Result<Field, Unreadable> {
        let end = self.rest.char_indices().find(|(_, c)| matches!(half_width(*c), '{' | '}' | '\n'));
        let Some((at, _)) = end.filter(|(_, c)| half_width(*c) == '}') else { return Err(Unreadable::Unpaired('{')) };
        let word = self.rest.get(..at).unwrap_or_default();
        let field = Field::read(word).ok_or_else(|| Unreadable::Unknown(word.trim().to_owned()))?;
        self.rest = self.rest.get(at..).unwrap_or_default();
        self.skip();
        Ok(field)
    }
}

const fn half_width(c: char) -> char {
    match c {
        '｛' => '{',
        '｝' => '}',
        '［' => '[',
        '］' => ']',
        '｜' => '|',
        c => c,
    }
}

impl Serialize for Words {
    /// As typed, with the fields' English names.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed(Locale::En))
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::read(&typed).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(typed: &str, name: Option<&str>) -> String {
        let value = |field| match field {
            Field::Name => name.map(str::to_owned),
            Field::Service => Some("上门维修".to_owned()),
            field => Some(field.word(Locale::En).to_owned()),
        };
        Words::read(typed).unwrap().fill(value)
    }

    #[test]
    fn fields_stand_in_braces_in_either_language_and_width() {
        assert_eq!(filled("请评价{服务}", None), "请评价上门维修");
        assert_eq!(filled("请评价｛ 服务 ｝。", None), "请评价上门维修。");
        assert_eq!(filled("How was {Service}?", None), "How was 上门维修?");
    }

    #[test]
    fn what_is_in_brackets_stands_only_with_its_values() {
        assert_eq!(filled("[{称呼}，]您好", Some("王女士")), "王女士，您好");
        assert_eq!(filled("[{称呼}，]您好", None), "您好");
        assert_eq!(filled("[{称呼}，]您好", Some("")), "您好");
        assert_eq!(filled("[Dear {name},|Hello,]", None), "Hello,");
        assert_eq!(filled("[Dear {name},|Hello,]", Some("Ms Wang")), "Dear Ms Wang,");
    }

    #[test]
    fn a_bar_outside_brackets_is_a_bar() {
        assert_eq!(filled("a|b", None), "a|b");
    }

    #[test]
    fn what_cannot_be_filled_in_is_refused() {
        let error = |typed: &str| Words::read(typed).unwrap_err();
        assert_eq!(error("{姓名}"), Unreadable::Unknown("姓名".into()));
        assert_eq!(error("{}"), Unreadable::Unknown(String::new()));
        assert_eq!(error("{服务"), Unreadable::Unpaired('{'));
        assert_eq!(error("服务}"), Unreadable::Unpaired('}'));
        assert_eq!(error("[a"), Unreadable::Unpaired('['));
        assert_eq!(error("a]"), Unreadable::Unpaired(']'));
        assert_eq!(error("[a|b|c]"), Unreadable::Unpaired('['));
        assert_eq!(error("[a [b]]"), Unreadable::Nested);
        assert_eq!(error("{称呼}，您好"), Unreadable::MayBeMissing(Field::Name));
        assert_eq!(error("[x|{phone}]"), Unreadable::MayBeMissing(Field::Phone));
    }

    proptest! {
        #[test]
        fn anything_typed_is_read_or_refused_and_what_is_read_reads_back(typed in "[\\[\\]{}|｛｝a服务称呼 \n]{0,30}|\\PC{0,40}") {
            if let Ok(words) = Words::read(&typed) {
                for locale in Locale::ALL {
                    prop_assert_eq!(Words::read(&words.typed(locale)).unwrap(), words.clone());
                }
            }
        }
    }
}
