//! Every text there is in both languages, and every text is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The keys of a language, each with the arguments its text names. Help of the command line is left out: its English
/// stands beside what it is about, and `src/cli/help.rs` finds what is missing in Chinese.
fn keys(locale: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/locales").join(locale);
    let mut keys = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("help.ftl") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let mut current = String::new();
        for line in text.lines() {
            let starts = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if let Some((key, _)) = line.split_once('=').filter(|_| starts) {
                current = key.trim().to_owned();
                assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{locale}: {current} twice");
            }
            let arguments = line
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
            keys.entry(current.clone()).or_default().extend(arguments);
        }
    }
    keys.remove("");
    keys
}

/// All code and templates in one text.
fn everything() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = vec![root.join("src"), root.join("templates")];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_read = path.extension().is_some_and(|e| ["rs", "html", "txt"].iter().any(|known| e == *known));
            if path.is_dir() && !path.ends_with("locales") {
                folders.push(path);
            } else if is_read {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn both_languages_have_the_same_keys() {
    let (zh_cn, en) = (keys("zh-CN"), keys("en"));
    let only = |a: &BTreeMap<String, _>, b: &BTreeMap<String, _>| -> Vec<String> {
        a.keys().filter(|key| !b.contains_key(*key)).cloned().collect()
    };
    assert_eq!((only(&zh_cn, &en), only(&en, &zh_cn)), (Vec::new(), Vec::new()));
}

#[test]
fn every_key_is_used() {
    let all = everything();
    let unused: Vec<_> = keys("en").into_keys().filter(|key| !all.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "{unused:#?}");
}

#[test]
fn every_key_that_is_asked_for_is_there() {
    let (all, known) = (everything(), keys("en"));
    let calls =
        ["t.get(\"", "t.with(\"", "t.count(\"", "texts().get(\"", "texts().with(\"", ".get(\"staff-", ".get(\"survey-"];
    let mut missing = BTreeSet::new();
    for call in calls {
        for rest in all.split(call).skip(1) {
            let prefix = call.rsplit('"').next().unwrap_or_default();
            let key = format!("{prefix}{}", rest.split('"').next().unwrap_or_default());
            if key.contains('-') && !known.contains_key(&key) {
                missing.insert(key);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Customers give a 评价; what staff count of it is a 答卷, an answer to one question a 回答, and what it says in words
/// an 意见.
#[test]
fn a_response_and_a_comment_have_one_chinese_word_each() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/locales/zh-CN");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let wrong = ["评语", "份评价", "有效评价", "份回答", "评论"].into_iter().find(|word| line.contains(word));
            // To a customer it is theirs: 每份评价可以修改一次.
            let is_customers = path.ends_with("survey.ftl");
            assert!(wrong.is_none() || is_customers, "{wrong:?} in {}: {line}", path.display());
        }
    }
}
