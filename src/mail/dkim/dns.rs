//! What else stands in DNS for the domain that mails come from: SPF (RFC 7208) and DMARC (RFC 7489).

use super::Signer;
use super::record::{RecordFault, joined};

/// What a TXT record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// A DKIM key, held against ours.
    Dkim(Result<(), RecordFault>),
    /// SPF that ends by refusing or doubting others.
    Spf,
    /// SPF that lets everybody send (`+all`), or ends without a word on others.
    OpenSpf,
    /// DMARC.
    Dmarc,
    /// DMARC with a domain that has to be the same, and is not.
    StrictDmarc,
    /// DMARC without a policy.
    BadDmarc,
}

/// The domains of a mail that DMARC compares.
#[derive(Debug, Clone, Copy)]
pub struct Domains<'a> {
    /// Of the address that the reader sees.
    pub from: &'a str,
    /// Of the return path: SPF's.
    pub return_path: &'a str,
    /// Of the signature, if there is one: DKIM's.
    pub dkim: Option<&'a str>,
}

impl Domains<'_> {
    /// Those that do not stand for the sender the reader sees: neither the same, nor one below the other. (Two domains
    /// side by side may align as well; to know that needs a list of all registries.)
    pub fn astray(&self) -> Vec<&str> {
        let others = [Some(self.return_path), self.dkim].into_iter().flatten();
        others.filter(|other| !aligned(self.from, other)).collect()
    }
}

/// Whether DMARC's relaxed mode takes one domain for the other.
pub fn aligned(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let below = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.'));
    a == b || below(&a, &b) || below(&b, &a)
}

/// Reads what a zone file or `dig` says; records of other kinds are passed over.
pub fn findings(text: &str, signer: Option<&Signer>, domains: &Domains<'_>) -> Vec<Finding> {
    records(text).iter().filter_map(|record| finding(record, signer, domains)).collect()
}

fn finding(record: &str, signer: Option<&Signer>, domains: &Domains<'_>) -> Option<Finding> {
    let lower = record.to_ascii_lowercase();
    let same = |other: &str| other.eq_ignore_ascii_case(domains.from);
    if lower.contains("v=spf1") {
        let refuses = ["-all", "~all", "?all", "redirect="].iter().any(|end| lower.contains(end));
        return Some(if refuses && !lower.contains("+all") { Finding::Spf } else { Finding::OpenSpf });
    }
    if lower.contains("v=dmarc1") {
        let tag = |name: &str, value: &str| {
            lower.split(';').filter_map(|tag| tag.split_once('=')).any(|(n, v)| n.trim() == name && v.trim() == value)
        };
        let spf_fails = tag("aspf", "s") && !same(domains.return_path);
        let dkim_fails = tag("adkim", "s") && domains.dkim.is_some_and(|dkim| !same(dkim));
        return Some(if !["none", "quarantine", "reject"].iter().any(|policy| tag("p", policy)) {
            Finding::BadDmarc
        } else if spf_fails || dkim_fails {
            Finding::StrictDmarc
        } else {
            Finding::Dmarc
        });
    }
    let is_key = lower.contains("v=dkim1") || lower.split(';').any(|tag| tag.trim().starts_with("p="));
    signer.filter(|_| is_key).map(|signer| Finding::Dkim(signer.record().check(record)))
}

/// One text for each record: lines, but what stands in parentheses is one.
fn records(text: &str) -> Vec<String> {
    let mut records = vec![String::new()];
    let mut open = false;
    for line in text.lines() {
        if let Some(record) = records.last_mut() {
            record.push_str(line);
            record.push('\n');
        }
        open = (open || line.contains('(')) && !line.contains(')');
        if !open {
            records.push(String::new());
        }
    }
    records.iter().map(|record| joined(record)).filter(|record| !record.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::ED25519;
    use super::*;

    const DOMAINS: Domains<'_> =
        Domains { from: "example.com", return_path: "bounce.example.com", dkim: Some("example.com") };

    #[test]
    fn domains_align_if_one_is_below_the_other() {
        assert!(aligned("example.com", "Bounce.Example.com") && aligned("a.b.cn", "b.cn") && aligned("a.cn", "a.cn"));
        assert!(!aligned("example.com", "badexample.com") && !aligned("example.com", "example.cn"));
        assert_eq!(DOMAINS.astray(), Vec::<&str>::new());
        let astray = Domains { return_path: "mailer.net", dkim: Some("signer.org"), ..DOMAINS };
        assert_eq!(astray.astray(), ["mailer.net", "signer.org"]);
    }

    #[test]
    fn a_zone_file_with_everything_is_read() {
        let signer = Signer::from_pem("example.com", "m1", ED25519).unwrap();
        let key = signer.record().to_string();
        let zone = format!(
            "m1._domainkey IN TXT ( \"{}\"\n  \"{}\" )\n@ IN MX 10 mail\n@ IN TXT \"v=spf1 mx -all\"\n\
             _dmarc IN TXT \"v=DMARC1; p=none; aspf=r\"\n",
            &key[..40],
            &key[40..]
        );
        let found = findings(&zone, Some(&signer), &DOMAINS);
        assert_eq!(found, [Finding::Dkim(Ok(())), Finding::Spf, Finding::Dmarc]);
    }

    #[test]
    fn weak_records_are_told() {
        let one = |text| findings(text, None, &DOMAINS);
        assert_eq!(one("v=spf1 mx +all"), [Finding::OpenSpf]);
        assert_eq!(one("\"v=spf1 mx\""), [Finding::OpenSpf]);
        assert_eq!(one("v=DMARC1; p=reject; aspf=s"), [Finding::StrictDmarc]);
        assert_eq!(one("v=DMARC1; p=reject; adkim=s"), [Finding::Dmarc]);
        assert_eq!(one("v=DMARC1; rua=mailto:a@b.cn"), [Finding::BadDmarc]);
        assert_eq!(one("google-site-verification=x"), []);
    }
}
