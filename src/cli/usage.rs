//! Arguments that can't be read, and help, told in the reader's language.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{CommandFactory, Parser};

use super::{Cli, Failure, help, texts};
use crate::domain::commitment::UnknownWord;
use crate::domain::period::{InvalidGrain, InvalidPeriod};
use crate::i18n::{Locale, Texts};

/// Reads the arguments. Help and version are printed and end the program, and so is help where nothing is asked for.
///
/// # Errors
/// What is wrong with them; exit code 2.
pub fn parse() -> Result<Cli, Failure> {
    Cli::try_parse().map_err(|error| {
        let shows_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        if shows_help || !error.use_stderr() {
            shown(error, std::env::args_os(), texts()).exit();
        }
        explain(&error, texts())
    })
}

/// What `error` prints for these arguments, in the reader's language. Chinese help is only made once it is asked for.
fn shown(error: Error, arguments: impl Iterator<Item = OsString>, t: Texts) -> Error {
    if t.locale() == Locale::En {
        return error;
    }
    help::in_chinese(Cli::command()).try_get_matches_from(arguments).err().unwrap_or(error)
}

fn explain(error: &Error, t: Texts) -> Failure {
    let part = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = part(ContextKind::InvalidArg);
    let what = match error.kind() {
        ErrorKind::InvalidValue if part(ContextKind::InvalidValue).is_empty() => {
            t.with("cli-usage-no-value", &[("argument", &argument)])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = part(ContextKind::InvalidValue);
            let told = t.with("cli-usage-value", &[("argument", &argument), ("value", &value)]);
            match allowed(error, &part(ContextKind::ValidValue), t) {
                Some(allowed) => told + &t.with("cli-usage-allowed", &[("allowed", allowed)]),
                None => told,
            }
        }
        ErrorKind::UnknownArgument => {
            let told = t.with("cli-usage-unknown-argument", &[("argument", &argument)]);
            told + &nearest(error.get(ContextKind::SuggestedArg), t)
        }
        ErrorKind::InvalidSubcommand => {
            let told = t.with("cli-usage-unknown-command", &[("command", part(ContextKind::InvalidSubcommand))]);
            told + &nearest(error.get(ContextKind::SuggestedSubcommand), t)
        }
        ErrorKind::MissingRequiredArgument => t.with("cli-usage-missing", &[("argument", &argument)]),
        ErrorKind::ArgumentConflict => {
            let other = part(ContextKind::PriorArg);
            if other.is_empty() || other == argument {
                t.with("cli-usage-twice", &[("argument", &argument)])
            } else {
                t.with("cli-usage-conflict", &[("argument", &argument), ("other", &other)])
            }
        }
        ErrorKind::MissingSubcommand => t.get("cli-usage-no-command"),
        _ => t.get("cli-usage-unreadable"),
    };
    Failure::wrong_use(t.with("cli-usage-help", &[("what", what)]))
}

/// The name that is most likely meant: the last of those suggested.
fn nearest(suggested: Option<&ContextValue>, t: Texts) -> String {
    let name = match suggested {
        Some(ContextValue::String(name)) => Some(name),
        Some(ContextValue::Strings(names)) => names.last(),
        _ => None,
    };
    name.map(|name| t.with("cli-usage-nearest", &[("nearest", name)])).unwrap_or_default()
}

/// What a value may be.
fn allowed(error: &Error, listed: &str, t: Texts) -> Option<String> {
    if !listed.is_empty() {
        return Some(listed.to_owned());
    }
    let source = error.source()?;
    if source.is::<InvalidPeriod>() {
        return Some(t.get("cli-usage-period"));
    }
    if source.is::<InvalidGrain>() {
        return Some("month, quarter, year".to_owned());
    }
    match source.downcast_ref::<UnknownWord>() {
        Some(word) => Some(word.allowed.join(", ")),
        // As values are told that only the command line takes: "use a, b or c".
        None => Some(source.to_string().split_once("use ")?.1.replace(" or ", ", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(arguments: &str, locale: Locale) -> String {
        let error = Cli::try_parse_from(arguments.split(' ')).unwrap_err();
        let failure = explain(&error, Texts::new(locale));
        assert_eq!(failure.exit_code, 2);
        failure.message
    }

    #[test]
    fn wrong_use_is_told_in_chinese() {
        for (arguments, what) in [
            ("manyi scroe", "没有“scroe”这个命令。是不是“score”？"),
            ("manyi score", "缺少参数 --period <P>。"),
            ("manyi score --perod 2026", "没有“--perod”这个参数。是不是“--period”？"),
            ("manyi score --period", "--period <P> 后面缺少值。"),
            (
                "manyi score --period 2026-13",
                "--period <P> 的值“2026-13”不能用。可以写：2026-09（月）、2026-Q3（季度）或 2026（年）。",
            ),
            ("manyi score --period 2026 --period 2025", "--period <P> 只能写一次。"),
            (
                "manyi score --period 2026 --channel shop",
                "--channel <CHANNEL> 的值“shop”不能用。可以写：online, offline, all。",
            ),
            ("manyi serve --role boss", "--role <ROLE> 的值“boss”不能用。可以写：all, web, worker。"),
        ] {
            let rest = "用 `manyi --help` 或 `manyi 命令 --help` 查看用法。";
            assert_eq!(told(arguments, Locale::ZhCn), format!("{what}{rest}"));
        }
    }

    #[test]
    fn help_is_in_the_readers_language() {
        for (arguments, locale, begins) in [
            ("manyi user", Locale::ZhCn, "添加用户"),
            ("manyi user", Locale::En, "Add users"),
            ("manyi help user", Locale::ZhCn, "添加用户"),
            ("manyi --version", Locale::ZhCn, "manyi "),
        ] {
            let arguments = || arguments.split(' ').map(OsString::from);
            let told = shown(Cli::try_parse_from(arguments()).unwrap_err(), arguments(), Texts::new(locale));
            assert!(told.to_string().starts_with(begins), "{told}");
        }
    }

    #[test]
    fn wrong_use_is_told_in_english() {
        assert_eq!(
            told("manyi score --perod 2026", Locale::En),
            "There is no argument “--perod”. Did you mean “--period”? `manyi --help` and `manyi COMMAND --help` show how it \
             is used."
        );
    }
}
