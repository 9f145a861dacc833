//! The rules of the house, so that it can't erode unseen (ARCHITECTURE.md, "Who may import whom").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each module may import of ours.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &["stats"]),
    ("stats", &[]),
    ("i18n", &["domain"]),
    ("clock", &[]),
    ("config", &["domain"]),
    ("crypto", &[]),
    ("chart", &["domain", "stats", "i18n"]),
    ("intake", &["domain", "stats", "i18n"]),
    ("db", &["domain", "stats", "clock", "crypto"]),
    ("mail", &["domain", "i18n", "config"]),
    ("context", &["config", "clock", "crypto", "db", "mail", "domain", "i18n"]),
    ("jobs", &["context", "config", "clock", "crypto", "db", "mail", "domain", "stats", "i18n"]),
    (
        "web",
        &["context", "config", "clock", "crypto", "db", "mail", "domain", "stats", "i18n", "chart", "intake", "export"],
    ),
    (
        "cli",
        &["context", "config", "clock", "crypto", "db", "mail", "domain", "stats", "i18n", "chart", "intake", "export"],
    ),
    ("demo", &["context", "config", "clock", "crypto", "db", "domain", "i18n"]),
    ("export", &["domain", "stats", "i18n"]),
];

/// The lines of code of every source file, tests left out, by path below `src`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().display().to_string();
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
                files.push((name, lines.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    files.retain(|(name, _)| !name.ends_with("tests.rs") && !name.contains("/samples/"));
    files
}

fn module(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or_default()
}

/// The modules of ours that a text imports or names.
fn imports(code: &str) -> Vec<&str> {
    code.split("crate::")
        .skip(1)
        .flat_map(|rest| {
            match rest.strip_prefix('{') {
                // `use crate::{db, jobs};`
                Some(list) => {
                    list.split('}').next().unwrap_or_default().split(',').map(|one| first_word(one.trim())).collect()
                }
                None => vec![first_word(rest)],
            }
        })
        .collect()
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[test]
fn modules_import_only_what_they_may() {
    let rules: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let mut wrong = Vec::new();
    for (name, code) in sources() {
        let Some(allowed) = rules.get(module(&name)) else { continue };
        for import in imports(&code) {
            let is_ours = rules.contains_key(import);
            if is_ours && import != module(&name) && !allowed.contains(&import) {
                wrong.push(format!("{name} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_database_layer_speaks_sql_or_knows_which_database_it_is() {
    let telling = ["diesel::", "sql_query", "on_each!", "Connection::Sqlite", "Connection::Postgres"];
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|(name, code)| module(name) != "db" && telling.iter().any(|word| code.contains(word)))
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_clock_reads_the_time() {
    let telling = ["Utc::now()", "Local::now()", "SystemTime::now()"];
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|(name, code)| module(name) != "clock" && telling.iter().any(|word| code.contains(word)))
        .map(|(name, _)| name)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_longer_than_it_should_be() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(name, code)| (code.lines().count(), name))
        .filter(|(lines, name)| *lines > 550 && name != "db/schema.rs")
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}
