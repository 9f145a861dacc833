//! Mail addresses that we are willing to write to.

use std::fmt;
use std::str::FromStr;

/// A deliverable address: ASCII, one `@`, a domain with a dot, no literal, no quoted local part.
///
/// `Debug` and `Display` mask it, so that it can't reach a log by accident; [`Address::as_str`] is the whole.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(lettre::Address);

/// Why an address is refused. The message doesn't repeat the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not of the form `name@domain`.
    #[error("not of the form name@domain")]
    Form,
    /// A domain without a dot, or a literal like `[127.0.0.1]`.
    #[error("the part after @ is no domain name")]
    Domain,
    /// Characters beyond ASCII: the domain must be given in its `xn--` form.
    #[error("has characters that mail servers don't take (give the domain in its xn-- form)")]
    NotAscii,
}

impl Address {
    /// Parses a bare address; surrounding space is ignored.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if !text.is_ascii() {
            return Err(AddressError::NotAscii);
        }
        let address = lettre::Address::from_str(text).map_err(|_| AddressError::Form)?;
        if address.user().contains('"') {
            return Err(AddressError::Form);
        }
        let labels: Vec<&str> = address.domain().split('.').collect();
        let word = |label: &&str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let name = labels.len() > 1 && labels.iter().all(word);
        let number = labels.last().is_some_and(|label| label.bytes().all(|b| b.is_ascii_digit()));
        if !name || number {
            return Err(AddressError::Domain);
        }
        Ok(Self(address))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The domain in lower case: what limits and pauses are kept by.
    pub fn domain(&self) -> String {
        self.0.domain().to_ascii_lowercase()
    }

    pub(super) fn local(&self) -> &str {
        self.0.user()
    }

    pub(super) fn inner(&self) -> &lettre::Address {
        &self.0
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first: String = self.0.user().chars().take(1).collect();
        write!(f, "{first}***@{}", self.0.domain())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_address_is_kept_as_it_is() {
        let address = Address::parse(" Wang.Fang+a@Example.COM ").unwrap();
        assert_eq!(address.as_str(), "Wang.Fang+a@Example.COM");
        assert_eq!(address.domain(), "example.com");
    }

    #[test]
    fn what_cannot_be_delivered_is_refused() {
        for text in ["", "a", "a@b", "a@[127.0.0.1]", "a@127.0.0.1", "\"a b\"@b.cn", "a..b@c.cn", "a@b..cn", "a@b_c.cn"]
        {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_cannot_carry_a_second_line() {
        for text in ["a@b.cn\r\nRCPT TO:<x@y.cn>", "a@b.cn>\n", "a\0@b.cn", "<a@b.cn>", "a@b.cn,c@d.cn"] {
            let parsed = Address::parse(text);
            assert!(parsed.is_err(), "{text:?} gave {:?}", parsed.map(|a| a.as_str().to_owned()));
        }
    }

    #[test]
    fn chinese_addresses_are_refused_with_the_reason() {
        assert_eq!(Address::parse("用户@例子.公司"), Err(AddressError::NotAscii));
    }

    #[test]
    fn a_printed_address_is_masked() {
        assert_eq!(format!("{:?}", Address::parse("wang@example.com").unwrap()), "w***@example.com");
    }
}
