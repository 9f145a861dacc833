//! Whether mailbox providers can tell that mails come from where they say: signature, alignment, DNS records.

use std::path::Path;

use super::super::settings;
use super::{Check, DnsRecord};
use crate::config::Config;
use crate::i18n::Texts;
use crate::mail::dkim::dns::{self, Domains, Finding};
use crate::mail::dkim::{RecordFault, Signer};

/// Looks at the settings and, if given, at what is in DNS.
pub(super) fn check(config: &Config, dns_txt: Option<&Path>, t: Texts, checks: &mut Vec<Check>) {
    let from = config.mail_from.rsplit('@').next().unwrap_or_default().to_lowercase();
    let signer = match &config.dkim {
        None => {
            checks.push(Check::new("dkim", true, t.get("cli-doctor-dkim-none")));
            None
        }
        Some(dkim) => match Signer::from_pem(&dkim.domain, &dkim.selector, &dkim.key.0) {
            Ok(signer) => {
                let name = ("name", signer.record_name());
                checks.push(Check::new("dkim", true, t.with("cli-doctor-dkim", &[name])));
                Some(signer)
            }
            Err(error) => {
                checks.push(Check::new("dkim", false, settings::signing_key(error, t)));
                None
            }
        },
    };
    if config.bounce.is_none() && (config.bounce_dir.is_some() || config.bounce_secret.is_some()) {
        checks.push(Check::new("return-path", false, t.get("cli-doctor-no-return-path")));
    }
    let return_path = config.bounce.as_ref().map_or(from.as_str(), |bounce| bounce.domain.as_str());
    let domains = Domains { from: &from, return_path, dkim: signer.as_ref().map(Signer::domain) };
    checks.push(alignment(&domains, t));
    checks.push(Check {
        records: records(&domains, signer.as_ref()),
        ..Check::new("dns", true, t.get("cli-doctor-dns-publish"))
    });
    if let Some(path) = dns_txt {
        checks.extend(published(path, signer.as_ref(), &domains, t));
    }
}

fn alignment(domains: &Domains<'_>, t: Texts) -> Check {
    let astray = domains.astray();
    let dkim = domains.dkim.unwrap_or("-");
    let list = astray.join(", ");
    let args = [("from", domains.from), ("path", domains.return_path), ("dkim", dkim), ("list", list.as_str())];
    let key = if astray.is_empty() { "cli-doctor-aligned" } else { "cli-doctor-astray" };
    Check::new("alignment", astray.is_empty(), t.with(key, &args))
}

fn records(domains: &Domains<'_>, signer: Option<&Signer>) -> Vec<DnsRecord> {
    let text = |name: String, text: &str| DnsRecord { name, kind: "TXT", text: text.to_owned() };
    let key = signer.map(|signer| text(signer.record_name(), &signer.record().to_string()));
    // Where mails leave from only the mail server's owner knows; its own addresses are the usual case.
    let spf = text(domains.return_path.to_owned(), "v=spf1 mx ~all");
    let dmarc = text(format!("_dmarc.{}", domains.from), "v=DMARC1; p=none; adkim=r; aspf=r");
    key.into_iter().chain([spf, dmarc]).collect()
}

fn published(path: &Path, signer: Option<&Signer>, domains: &Domains<'_>, t: Texts) -> Vec<Check> {
    let file = ("file", path.display().to_string());
    let text = match std::fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return vec![Check::new("dns-txt", false, format!("--dns-txt {}: {error}", path.display()))],
    };
    let found = dns::findings(&text, signer, domains);
    if found.is_empty() {
        return vec![Check::new("dns-txt", false, t.with("cli-doctor-dns-nothing", &[file]))];
    }
    found.into_iter().map(|finding| judged(finding, t)).collect()
}

fn judged(finding: Finding, t: Texts) -> Check {
    let (name, ok, detail) = match finding {
        Finding::Dkim(Ok(())) => ("dns-dkim", true, t.get("cli-doctor-dns-dkim")),
        Finding::Dkim(Err(fault)) => ("dns-dkim", false, {
            match fault {
                RecordFault::NoRecord => t.get("cli-doctor-dns-dkim-none"),
                RecordFault::Revoked => t.get("cli-doctor-dns-dkim-revoked"),
                RecordFault::OtherKey => t.get("cli-doctor-dns-dkim-other"),
                RecordFault::Testing => t.get("cli-doctor-dns-dkim-testing"),
            }
        }),
        Finding::Spf => ("dns-spf", true, t.get("cli-doctor-dns-spf")),
        Finding::OpenSpf => ("dns-spf", false, t.get("cli-doctor-dns-spf-open")),
        Finding::Dmarc => ("dns-dmarc", true, t.get("cli-doctor-dns-dmarc")),
        Finding::StrictDmarc => ("dns-dmarc", false, t.get("cli-doctor-dns-dmarc-strict")),
        Finding::BadDmarc => ("dns-dmarc", false, t.get("cli-doctor-dns-dmarc-bad")),
    };
    Check::new(name, ok, detail)
}
