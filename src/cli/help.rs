//! Help in Chinese. Its English stands beside what it is about: the doc comment of a command or an argument, and around
//! them clap's own words. The Chinese of both is in `templates/locales/zh-CN/help.ftl`, under the name of the command and
//! of the argument; a test here finds what is missing or left over.

use clap::{Arg, Command};

use crate::i18n::{Locale, Texts};

/// The same commands, with help in Chinese.
pub(super) fn in_chinese(mut commands: Command) -> Command {
    // With what clap adds by itself (`help`, --help), so that this is told as well.
    commands.build();
    command(commands, "", Texts::new(Locale::ZhCn))
}

/// The texts of a command and, below `path`, of all it has.
fn command(told: Command, path: &str, t: Texts) -> Command {
    let mut told = told.mut_args(|arg| argument(arg, path, t));
    told = told.mut_subcommands(|below| {
        let path = path_below(path, &below);
        command(below, &path, t)
    });
    if let Some(text) = t.find(&key_of_command(&told, path)) {
        // As in a doc comment: what stands in lists, then all of it.
        let first = text.split("\n\n").next().unwrap_or_default().to_owned();
        told = told.about(first).long_about(text);
    }
    if told.get_after_help().is_some() {
        told = told.after_help(t.find("help-word-after").unwrap_or_default());
    }
    let usage = usage(&mut told, t);
    let layout = layout(&told, t);
    told.override_usage(usage).help_template(layout)
}

fn argument(arg: Arg, path: &str, t: Texts) -> Arg {
    // Where there is more to read than -h shows, each of the two says so.
    if arg.get_id() == "help" && arg.get_long_help().is_some() {
        return arg.help(word(t, "help-word-more")).long_help(word(t, "help-word-less"));
    }
    let [own, any] = keys_of_argument(&arg, path);
    let Some(mut text) = t.find(&own).or_else(|| t.find(&any)) else { return arg };
    let takes_value = arg.get_action().takes_values();
    if let Some(default) = arg.get_default_values().first().filter(|_| takes_value) {
        text.push_str(&around(t, "help-word-default", &default.to_string_lossy()));
    }
    arg.help(text).hide_default_value(true)
}

/// `-user-add`; whatever follows `help` are the same commands again.
fn path_below(path: &str, command: &Command) -> String {
    if command.get_name() == "help" { path.to_owned() } else { format!("{path}-{}", command.get_name()) }
}

/// `help-user-add`, of the whole program `help-manyi`.
fn key_of_command(command: &Command, path: &str) -> String {
    match command.get_name() {
        "help" => "help-word-of-a-command".to_owned(),
        "manyi" => "help-manyi".to_owned(),
        _ => format!("help{path}"),
    }
}

/// `help-user-add-role`, and for what says the same everywhere `help-any-json`.
fn keys_of_argument(arg: &Arg, path: &str) -> [String; 2] {
    let name = arg.get_id().as_str().replace('_', "-");
    [format!("help{path}-{name}"), format!("help-any-{name}")]
}

/// `manyi user [选项] <命令>`
fn usage(command: &mut Command, t: Texts) -> String {
    let usage = command.render_usage().ansi().to_string();
    // After clap's own "Usage: ".
    let usage = usage.split_once(' ').map_or("", |(_, usage)| usage);
    let options = usage.replace("[OPTIONS]", &format!("[{}]", word(t, "help-word-options")));
    options.replace("COMMAND", &word(t, "help-word-command"))
}

/// As clap lays help out, with our words above its parts.
fn layout(command: &Command, t: Texts) -> String {
    let style = command.get_styles().get_header();
    let above = |key: &str| format!("{style}{}{style:#}", around(t, "help-word-heading", &word(t, key)));
    let has = |positional: bool| command.get_arguments().any(|arg| arg.is_positional() == positional);
    let parts = [
        ("help-word-command", "{subcommands}", command.has_subcommands()),
        ("help-word-arguments", "{positionals}", has(true)),
        ("help-word-options", "{options}", has(false)),
    ];
    let parts = parts.into_iter().filter(|(.., is_there)| *is_there);
    let parts: String = parts.map(|(key, part, _)| format!("\n\n{}\n{part}", above(key))).collect();
    format!("{{about-with-newline}}\n{}{{usage}}{parts}{{after-help}}", above("help-word-usage"))
}

fn word(t: Texts, key: &str) -> String {
    t.find(key).unwrap_or_default()
}

/// A text whose argument `$inner` is given.
fn around(t: Texts, key: &str, inner: &str) -> String {
    t.with(key, &[("inner", inner)])
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    /// Every command with its path, but for those that `help` repeats.
    fn walk<'a>(command: &'a Command, path: &str, found: &mut Vec<(String, &'a Command)>) {
        found.push((path.to_owned(), command));
        if command.get_name() != "help" {
            command.get_subcommands().for_each(|below| walk(below, &path_below(path, below), found));
        }
    }

    fn english() -> Command {
        let mut commands = Cli::command();
        commands.build();
        commands
    }

    /// The keys of the file.
    fn written() -> BTreeSet<&'static str> {
        let text = include_str!("../../templates/locales/zh-CN/help.ftl");
        text.lines().filter(|line| line.starts_with("help-")).filter_map(|line| line.split(" =").next()).collect()
    }

    #[test]
    fn every_command_and_argument_is_told_in_chinese_and_nothing_else_is() {
        let (written, english) = (written(), english());
        let (mut asked, mut shared) = (BTreeSet::new(), BTreeMap::new());
        let mut commands = Vec::new();
        walk(&english, "", &mut commands);
        for (path, command) in commands {
            asked.insert(key_of_command(command, &path));
            for arg in command.get_arguments() {
                let [own, any] = keys_of_argument(arg, &path);
                if written.contains(own.as_str()) {
                    assert!(asked.insert(own.clone()), "two are told by {own}");
                    continue;
                }
                let said = shared.entry(any.clone()).or_insert_with(|| arg.get_help().cloned());
                let is_same = *said == arg.get_help().cloned() || any == "help-any-help";
                assert!(is_same, "{own} says something else than {any}: give it a text of its own");
                asked.insert(any);
            }
        }
        let own_words = include_str!("help.rs").split('"').filter(|text| text.starts_with("help-word-"));
        asked.extend(own_words.filter(|key| *key != "help-word-").map(str::to_owned));
        let asked: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
        assert_eq!(asked, written, "left: asked for, right: in templates/locales/zh-CN/help.ftl");
    }

    #[test]
    fn what_has_more_to_read_in_english_has_so_in_chinese() {
        let (english, chinese) = (english(), in_chinese(Cli::command()));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        walk(&english, "", &mut theirs);
        walk(&chinese, "", &mut ours);
        for ((path, ours), (_, theirs)) in ours.into_iter().zip(theirs) {
            let long = ours.get_long_about().map(ToString::to_string).unwrap_or_default();
            assert_eq!(long.contains("\n\n"), theirs.get_long_about().is_some(), "manyi{path}");
        }
    }

    #[test]
    fn nothing_english_is_left_in_any_help() {
        let english = english();
        let mut commands = Vec::new();
        walk(&english, "", &mut commands);
        for (_, command) in commands {
            let called = command.get_bin_name().unwrap_or("manyi");
            // `help` has no --help, but may be asked about itself.
            let flags = if command.get_name() == "help" { ["help", "help"] } else { ["-h", "--help"] };
            for flag in flags {
                let text = help(&format!("{called} {flag}"));
                for left in
                    ["Usage", "ptions", "OPTIONS", "ommands", "COMMAND", "rguments", "Print ", "[default", "ossible"]
                {
                    assert!(!text.contains(left), "{left} in {text}");
                }
                let names = command.get_arguments().filter_map(Arg::get_long);
                names.for_each(|name| assert!(text.contains(&format!("--{name}")), "{name} in {text}"));
            }
        }
    }

    #[test]
    fn help_is_laid_out_as_in_english() {
        let text = "\
封存，结果不再变动；异议期内不能封存，除非用 --reason 说明理由，且须由公布结果以外的人封存

用法：manyi period seal [选项] <PERIOD>

参数：
  <PERIOD>  月、季度或年：2026-09、2026-Q3、2026

选项：
      --by <EMAIL>      操作人的邮箱
      --second <EMAIL>  确认重新打开的另一人的邮箱
      --reason <TEXT>   为何破例，或为何重新打开
      --json            输出 JSON
  -h, --help            显示帮助
";
        assert_eq!(help("manyi period seal --help"), text);
    }

    #[test]
    fn a_default_is_told_where_a_value_is_left_out() {
        assert!(help("manyi score --help").contains("all 合计（默认 all）"));
    }

    fn help(line: &str) -> String {
        let error = in_chinese(Cli::command()).try_get_matches_from(line.split_whitespace()).unwrap_err();
        assert!(!error.use_stderr(), "{line}: {error}");
        error.to_string()
    }
}
