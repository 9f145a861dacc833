//! Texts as people type and programs export them: trimmed, half-width where only figures count, and free of characters
//! that nobody can see. A control character in a name makes a mail library panic (RELIABILITY §1), so none gets in.

use std::borrow::Cow;

use super::field::Reason;

/// Characters a code may have (department, employee, client, customer number).
pub const MAX_CODE: usize = 100;
/// Characters an external id may have.
pub const MAX_EXTERNAL_ID: usize = 128;
/// Characters a name or a kind of service may have.
pub const MAX_NAME: usize = 100;
/// Characters a comment may have, as on the survey page.
pub const MAX_COMMENT: usize = 2000;
/// Characters a reason may have.
pub const MAX_REASON: usize = 500;

/// The text without space around it, counting the byte order mark and the zero-width space as space.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// A name on one line: a line break or tab inside becomes one space, any other unprintable character is refused.
///
/// # Errors
/// [`Reason::Unprintable`], [`Reason::TooLong`] beyond `max` characters.
pub fn line(text: &str, max: usize) -> Result<Cow<'_, str>, Reason> {
    let line = if text.chars().any(breaks_line) {
        Cow::Owned(text.split(breaks_line).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
    } else {
        Cow::Borrowed(text)
    };
    printable(&line, |_| false)?;
    within(&line, max)?;
    Ok(line)
}

/// A code or number that must come back exactly as it was: no unprintable character at all, and none of Excel's
/// `1.38E+10`, which has lost digits.
///
/// # Errors
/// [`Reason::Unprintable`], [`Reason::ExcelNumber`], [`Reason::TooLong`] beyond `max` characters.
pub fn code(text: &str, max: usize) -> Result<&str, Reason> {
    if let Some(c) = text.chars().find(|c| breaks_line(*c) || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')) {
        return Err(Reason::Unprintable { code_point: u32::from(c) });
    }
    printable(text, |_| false)?;
    if is_excel_number(text) {
        return Err(Reason::ExcelNumber);
    }
    within(text, max)?;
    Ok(text)
}

/// Free text of several lines: line ends become `\n`, tabs stay.
///
/// # Errors
/// [`Reason::Unprintable`], [`Reason::TooLong`] beyond `max` characters.
pub fn paragraphs(text: &str, max: usize) -> Result<String, Reason> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    printable(&text, |c| matches!(c, '\n' | '\t'))?;
    within(&text, max)?;
    Ok(text)
}

/// Full-width figures, letters and signs of a Chinese input method as plain ASCII (`２０２６／１` is `2026/1`).
pub fn halfwidth(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        _ => c,
    };
    Cow::Owned(text.chars().map(narrow).collect())
}

/// What a number that is looked for may be kept as: as it was typed, and in half width. An import keeps a code exactly as
/// it was, so that what is looked for may itself be full-width.
pub fn readings(typed: &str) -> Vec<String> {
    let plain = halfwidth(typed);
    let mut readings = vec![typed.to_owned()];
    if plain != typed {
        readings.push(plain.into_owned());
    }
    readings
}

/// Whether Excel has turned a long number into `1.38E+10`. The plus sign tells it from a code such as `12E3`.
pub fn is_excel_number(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let figures = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    figures(whole.trim_start_matches('-')) && figures(fraction) && exponent.strip_prefix('+').is_some_and(figures)
}

fn breaks_line(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, directions that turn the text round a name, and what stands for a lost character.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{fffd}'..='\u{ffff}' | '\u{fdd0}'..='\u{fdef}')
}

fn printable(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), Reason> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Ok(());
    }
    match text.chars().find(|c| is_unprintable(*c) && !allowed(*c)) {
        Some(c) => Err(Reason::Unprintable { code_point: u32::from(c) }),
        None => Ok(()),
    }
}

fn within(text: &str, max: usize) -> Result<(), Reason> {
    // A text of few bytes has few characters: the usual case counts nothing.
    if text.len() <= max || text.chars().count() <= max { Ok(()) } else { Err(Reason::TooLong { max }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_name_becomes_a_space() {
        assert_eq!(line("王\r\n女士", 100).unwrap(), "王 女士");
    }

    #[test]
    fn nul_is_refused_everywhere() {
        let nul = Reason::Unprintable { code_point: 0 };
        assert_eq!(line("a\0b", 9).unwrap_err(), nul);
        assert_eq!(code("a\0b", 9).unwrap_err(), nul);
        assert_eq!(paragraphs("a\0b", 9).unwrap_err(), nul);
    }

    #[test]
    fn a_right_to_left_override_is_refused() {
        assert!(line("abc\u{202e}def", 100).is_err());
    }

    #[test]
    fn a_family_emoji_and_a_rare_character_are_welcome() {
        for text in ["👨‍👩‍👧", "𠮷野家", "e\u{301}"] {
            assert_eq!(line(text, 100).unwrap(), text);
        }
    }

    #[test]
    fn a_thousand_combining_marks_are_too_long() {
        assert_eq!(line(&"e\u{301}".repeat(1000), 100), Err(Reason::TooLong { max: 100 }));
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(line(&"满".repeat(100), 100).is_ok());
        assert!(line(&"满".repeat(101), 100).is_err());
    }

    #[test]
    fn excel_numbers_are_known_by_their_plus() {
        for text in ["1.38E+10", "1E+05", "-4.2e+12"] {
            assert!(is_excel_number(text), "{text}");
        }
        for text in ["12E3", "E+5", "1.E+2x", "1.38E-10", "A1E+5", "", "1E+"] {
            assert!(!is_excel_number(text), "{text}");
        }
    }

    #[test]
    fn full_width_becomes_half_width() {
        assert_eq!(halfwidth("２０２６／１　ＡＢ"), "2026/1 AB");
    }

    #[test]
    fn what_is_looked_for_is_read_as_typed_and_in_half_width() {
        assert_eq!(readings("A-1"), ["A-1"]);
        assert_eq!(readings("Ａ－１"), ["Ａ－１", "A-1"]);
    }

    #[test]
    fn trimming_takes_the_invisible_too() {
        assert_eq!(trim("\u{feff}　 A-1\u{200b}\r\n"), "A-1");
    }

    #[test]
    fn comments_keep_their_lines() {
        assert_eq!(paragraphs("a\r\nb\rc\td", 100).unwrap(), "a\nb\nc\td");
    }
}
