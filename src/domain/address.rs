//! Where a customer can be reached: the addresses worth writing to (RELIABILITY §1) and plausible telephone numbers.

use std::borrow::Cow;

use super::field::{Reason, mask_email};
use super::text;

/// Checks that an e-mail address can be delivered to: one `@`, a dot in the domain, no literal, no quoting.
/// A domain in Chinese letters is left as it is.
///
/// # Errors
/// [`Reason::BadEmail`], with what was probably meant (masked) where a slip is plain to see, such as `zhang@qq,com`.
pub fn email(address: &str) -> Result<&str, Reason> {
    if is_deliverable(address) {
        return Ok(address);
    }
    let repaired = repair(address);
    let suggestion = (is_deliverable(&repaired) && repaired != address).then(|| mask_email(&repaired));
    Err(Reason::BadEmail { suggestion })
}

/// Checks a telephone number: 5 to 20 figures, with the signs people put between them. Full-width signs become ASCII.
///
/// # Errors
/// [`Reason::ExcelNumber`], [`Reason::BadPhone`].
pub fn phone(number: &str) -> Result<Cow<'_, str>, Reason> {
    let number = text::halfwidth(number);
    if text::is_excel_number(&number) {
        return Err(Reason::ExcelNumber);
    }
    let figures = number.bytes().filter(u8::is_ascii_digit).count();
    let plausible = number.chars().all(|c| c.is_ascii_digit() || " -+().,/#转extEXT".contains(c));
    if (5..=20).contains(&figures) && plausible && number.chars().count() <= 32 {
        Ok(number)
    } else {
        Err(Reason::BadPhone)
    }
}

fn is_deliverable(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    address.len() <= 254 && is_local_part(local) && is_domain(domain)
}

fn is_local_part(local: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || is_letter_beyond_ascii(c);
    (1..=64).contains(&local.len())
        && local.chars().all(atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || is_letter_beyond_ascii(c))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else { return false };
    domain.len() <= 253
        && domain.split('.').all(label)
        && top.chars().count() >= 2
        && !top.bytes().any(|b| b.is_ascii_digit() && !top.starts_with("xn--"))
}

/// Letters of other scripts; full-width ASCII is an input method's slip, never a letter that was meant.
fn is_letter_beyond_ascii(c: char) -> bool {
    !c.is_ascii() && c.is_alphanumeric() && !('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// Undoes the usual slips: full-width signs, a comma for the dot, spaces, `mailto:`, brackets, a trailing full stop.
fn repair(address: &str) -> String {
    let narrow = text::halfwidth(address).replace([',', '。', '、', ';'], ".").replace([' ', '<', '>', '"'], "");
    let bare = narrow.strip_prefix("mailto:").unwrap_or(&narrow).trim_matches('.');
    bare.replace("..", ".").replace("@@", "@").replace(".@", "@").replace("@.", "@")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn suggestion(address: &str) -> Option<String> {
        match email(address) {
            Err(Reason::BadEmail { suggestion }) => suggestion,
            other => panic!("{address}: {other:?}"),
        }
    }

    #[test]
    fn deliverable_addresses() {
        for address in
            ["wang@example.com", "a.b+c@x-y.co.uk", "o'neill@example.org", "用户@例子.公司", "a@xn--fsqu00a.xn--55qx5d"]
        {
            assert_eq!(email(address), Ok(address));
        }
    }

    #[test]
    fn addresses_that_go_nowhere() {
        for address in [
            "a@b",
            "\"a b\"@b.c",
            "a@[127.0.0.1]",
            "a..b@x.cn",
            "@x.cn",
            "a@",
            "a",
            ".a@x.cn",
            "a@-x.cn",
            "a@x.1",
            "a@127.0.0.1",
            "<script>@x.cn/",
            "a@x..cn/",
            "a\r\nBcc: b@x.cn",
        ] {
            assert!(email(address).is_err(), "{address}");
        }
    }

    #[test]
    fn a_plain_slip_is_named_and_masked() {
        assert_eq!(suggestion("zhang@qq,com").as_deref(), Some("z***@qq.com"));
        assert_eq!(suggestion("zhang＠qq．com").as_deref(), Some("z***@qq.com"));
        assert_eq!(suggestion("zhang@qq。com").as_deref(), Some("z***@qq.com"));
        assert_eq!(suggestion("mailto:zhang@qq.com").as_deref(), Some("z***@qq.com"));
        assert_eq!(suggestion("zhang qq.com"), None);
        assert_eq!(suggestion("a@x.cn, b@x.cn"), None);
    }

    #[test]
    fn an_address_has_at_most_254_bytes() {
        assert!(email(&format!("a@{}cn", "x.".repeat(125))).is_ok());
        assert!(email(&format!("a@{}cn", "x.".repeat(126))).is_err());
    }

    #[test]
    fn telephone_numbers() {
        for number in ["13912345678", "+86 139-1234-5678", "(010) 8888 6666 转 123", "95588", "010-88886666 ext. 12"] {
            assert_eq!(phone(number).as_deref(), Ok(number));
        }
        assert_eq!(phone("１３９１２３４５６７８").as_deref(), Ok("13912345678"));
    }

    #[test]
    fn what_is_no_telephone_number() {
        assert_eq!(phone("1.38E+10"), Err(Reason::ExcelNumber));
        for number in ["139****5678", "none", "110", "1234567890123456789012", "无"] {
            assert_eq!(phone(number), Err(Reason::BadPhone), "{number}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", near in "[a-z@.,＠。 -]{0,40}") {
            for text in [text, near] {
                let _ = (email(&text), phone(&text));
            }
        }

        #[test]
        fn an_accepted_address_has_one_at_and_no_space(text in "[a-z0-9@. <>\"\\[\\]-]{1,40}") {
            if email(&text).is_ok() {
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert!(!text.contains([' ', '<', '[', '"']));
            }
        }
    }
}
