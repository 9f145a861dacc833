//! Texts that people read, in Simplified Chinese and English.
//!
//! Every text is a key in `templates/locales/<locale>/*.ftl` ([Fluent](https://projectfluent.org));
//! a test finds missing, extra and unused keys. Templates and commands hold a [`Texts`] and ask it:
//!
//! ```
//! use manyi::i18n::{Locale, Texts};
//! let t = Texts::new(Locale::En);
//! assert_eq!(t.get("channel-online"), "Online");
//! ```

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use unic_langid::langid;

pub use crate::domain::locale::Locale;

mod dates;
mod periods;
pub mod privacy;

pub(crate) use dates::month;
pub use dates::{date, period};
pub use periods::refusal;

static_loader! {
    static LOCALES = {
        locales: "./templates/locales",
        fallback_language: "zh-CN",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ZH_CN: LanguageIdentifier = langid!("zh-CN");
static EN: LanguageIdentifier = langid!("en");

/// The texts of one locale. Cheap to copy; every view struct has one named `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts {
    locale: Locale,
}

impl Texts {
    /// The texts of `locale`.
    pub const fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The locale the texts are in.
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    /// `zh-CN` or `en`, for `<html lang>`.
    pub const fn lang(&self) -> &'static str {
        self.locale.as_str()
    }

    /// The text of a key without arguments.
    pub fn get(&self, key: &str) -> String {
        LOCALES.lookup(self.id(), key)
    }

    /// The text of a key without arguments; `None` if there is none.
    pub fn find(&self, key: &str) -> Option<String> {
        LOCALES.try_lookup(self.id(), key)
    }

    /// The text of a key with its arguments filled in: `t.with("survey-reference", &[("number", number)])`.
    ///
    /// Arguments are strings, so that a number reads as the caller formatted it; for a plural use [`Texts::count`].
    pub fn with<V: std::fmt::Display>(&self, key: &str, args: &[(&'static str, V)]) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
            args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.to_string()))).collect();
        LOCALES.lookup_with_args(self.id(), key, &args)
    }

    /// The text of a key whose argument `$n` is a count that a plural selector may look at.
    pub fn count(&self, key: &str, n: impl Into<i64>) -> String {
        let args = HashMap::from([(Cow::Borrowed("n"), FluentValue::from(n.into()))]);
        LOCALES.lookup_with_args(self.id(), key, &args)
    }

    fn id(&self) -> &'static LanguageIdentifier {
        match self.locale {
            Locale::ZhCn => &ZH_CN,
            Locale::En => &EN,
        }
    }
}
