//! Which encoding a text file is in: a byte order mark, else strict UTF-8, else GB18030 as Chinese Excel saves it.
//! Nothing is replaced: a file that cannot be decoded whole is refused, so no U+FFFD is ever stored.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::FileError;

/// The encoding a text file was found to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// UTF-16 with a byte order mark, little endian first.
    Utf16Le,
    /// UTF-16 with a byte order mark, big endian first.
    Utf16Be,
    /// GB18030, which GBK and GB2312 are parts of.
    Gb18030,
}

impl Encoding {
    /// The usual name, for the summary of an import.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Gb18030 => "GB18030",
        }
    }
}

/// Decodes a whole file, without its byte order mark.
///
/// # Errors
/// [`FileError::NotATable`] for binary content, [`FileError::MixedEncoding`] for UTF-8 with broken places,
/// [`FileError::UnknownEncoding`] for anything else.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), FileError> {
    for (mark, encoding, name) in
        [(&[0xff, 0xfe], UTF_16LE, Encoding::Utf16Le), (&[0xfe, 0xff], UTF_16BE, Encoding::Utf16Be)]
    {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text.map(|text| (text.into_owned(), name)).ok_or(FileError::UnknownEncoding);
        }
    }
    if bytes.contains(&0) {
        return Err(FileError::NotATable);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            return Ok((text, Encoding::Utf8));
        }
        Err(error) => error.into_bytes(),
    };
    if let Some(line) = broken_utf8(&bytes) {
        return Err(FileError::MixedEncoding { line });
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(&bytes) {
        Some(text) if !text.contains('\u{fffd}') => Ok((text.into_owned(), Encoding::Gb18030)),
        _ => Err(FileError::UnknownEncoding),
    }
}

/// The line of the first broken place, if the bytes are UTF-8 in the main: many whole characters of three bytes or
/// more for each broken one. Chinese in GB18030 breaks at nearly every character.
fn broken_utf8(bytes: &[u8]) -> Option<u64> {
    let (mut whole, mut broken, mut line, mut first) = (0_u64, 0_u64, 1_u64, None);
    for chunk in bytes.utf8_chunks() {
        let lines = chunk.valid().bytes().filter(|b| *b == b'\n').count();
        line = line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        let long = chunk.valid().chars().filter(|c| c.len_utf8() >= 3).count();
        whole = whole.saturating_add(u64::try_from(long).unwrap_or(u64::MAX));
        if !chunk.invalid().is_empty() {
            broken += 1;
            first.get_or_insert(line);
        }
    }
    first.filter(|_| whole > 4 * broken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "客户,部门\n王女士,维修服务部\n李先生,安装部\n";

    #[test]
    fn utf8_with_and_without_mark() {
        assert_eq!(decode(TEXT.into()).unwrap(), (TEXT.to_owned(), Encoding::Utf8));
        assert_eq!(decode(format!("\u{feff}{TEXT}").into()).unwrap(), (TEXT.to_owned(), Encoding::Utf8));
    }

    #[test]
    fn gb18030_as_chinese_excel_saves_it() {
        assert_eq!(decode(GB18030.encode(TEXT).0.into_owned()).unwrap(), (TEXT.to_owned(), Encoding::Gb18030));
    }

    #[test]
    fn utf16_needs_its_mark() {
        let units = |order: fn(u16) -> [u8; 2]| TEXT.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let marked = |mark: [u8; 2], body: Vec<u8>| [mark.to_vec(), body].concat();
        let (le, be) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
        assert_eq!(decode(marked([0xff, 0xfe], le.clone())).unwrap(), (TEXT.to_owned(), Encoding::Utf16Le));
        assert_eq!(decode(marked([0xfe, 0xff], be)).unwrap(), (TEXT.to_owned(), Encoding::Utf16Be));
        assert!(decode(le).is_err());
    }

    #[test]
    fn utf8_with_a_line_of_gbk_is_refused_by_line() {
        let bytes = [TEXT.repeat(9).into_bytes(), GB18030.encode("张").0.into_owned()].concat();
        assert!(matches!(decode(bytes), Err(FileError::MixedEncoding { line: 28 })));
    }

    #[test]
    fn nul_and_western_text_are_refused() {
        assert!(matches!(decode(vec![b'a', 0, b'b']), Err(FileError::NotATable)));
        assert!(matches!(decode(b"name\ncaf\xe9,1\n".to_vec()), Err(FileError::UnknownEncoding)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_leave_a_replacement(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((text, _)) = decode(bytes.clone()) {
                let lost = text.contains(char::REPLACEMENT_CHARACTER);
                prop_assert!(!lost || std::str::from_utf8(&bytes).is_ok());
            }
        }
    }
}
