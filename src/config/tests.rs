//! Settings: layers, values, mistakes.

use super::*;

fn load(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment = environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Config::from_layers(None, environment, &[])
}

fn error(environment: &[(&str, &str)]) -> ConfigError {
    load(environment).unwrap_err()
}

#[test]
fn the_defaults_are_those_of_the_manual() {
    let config = load(&[]).unwrap();
    assert_eq!(config.time_zone, chrono_tz::Asia::Shanghai);
    assert_eq!(config.asking.domain_rate.get("qq.com"), Some(&20));
    assert_eq!(config.asking.cooldown_days, 14);
}

#[test]
fn an_unknown_variable_names_the_nearest() {
    let (name, source_name) = ("MANYI_SMPT_URL".to_owned(), "environment".to_owned());
    let unknown = ConfigError::Unknown { name, source_name, nearest: Some("MANYI_SMTP_URL") };
    assert_eq!(error(&[("MANYI_SMPT_URL", "x")]), unknown);
}

#[test]
fn an_unknown_key_in_the_file_names_the_nearest() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "listn = \"127.0.0.1:1\"").unwrap();
    let (name, source_name) = ("listn".to_owned(), file.path().display().to_string());
    let unknown = ConfigError::Unknown { name, source_name, nearest: Some("MANYI_LISTEN") };
    assert_eq!(Config::from_layers(Some(file.path()), vec![], &[]).unwrap_err(), unknown);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "cooldown_days = 1\nphone = \"1\"").unwrap();
    let environment = vec![("MANYI_COOLDOWN_DAYS".into(), "2".into()), ("MANYI_LOCALE".into(), "en".into())];
    let config = Config::from_layers(Some(file.path()), environment, &[("MANYI_LOCALE", "zh-CN".into())]).unwrap();
    assert_eq!((config.asking.cooldown_days, config.phone.as_deref(), config.locale), (2, Some("1"), Locale::ZhCn));
}

#[test]
fn a_secret_comes_from_a_file_and_is_never_printed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://me:hush@db/x\n").unwrap();
    let config = load(&[("MANYI_DATABASE_URL_FILE", file.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.database_url.0, "postgres://me:hush@db/x");
    assert!(!format!("{config:?}").contains("hush"));
}

#[test]
fn a_key_alone_signs_for_the_domain_that_mails_come_from() {
    let key = ("MANYI_DKIM_KEY", "-----BEGIN PRIVATE KEY-----");
    let dkim = load(&[key, ("MANYI_MAIL_FROM", "a@Example.com")]).unwrap().dkim.unwrap();
    assert_eq!((dkim.domain.as_str(), dkim.selector.as_str()), ("example.com", "manyi"));
    assert!(load(&[]).unwrap().dkim.is_none());
    assert_eq!(expected(&[("MANYI_DKIM_DOMAIN", "example.com")]), ("MANYI_DKIM_KEY", Expected::SigningKey));
}

#[test]
fn bounces_come_back_to_a_domain_or_to_a_mailbox() {
    let with = |value| load(&[("MANYI_BOUNCE_DOMAIN", value)]).unwrap().bounce.unwrap().with("1-ab");
    assert_eq!(with("bounce.example.com"), "b+1-ab@bounce.example.com");
    assert_eq!(with("Bounces@example.com"), "bounces+1-ab@example.com");
}

#[test]
fn the_file_may_name_a_secrets_file_too() {
    let dir = tempfile::tempdir().unwrap();
    let (key, settings) = (dir.path().join("key"), dir.path().join("manyi.toml"));
    std::fs::write(&key, "pem\n").unwrap();
    std::fs::write(&settings, format!("dkim_key_file = {:?}", key.display().to_string())).unwrap();
    let config = Config::from_layers(Some(&settings), vec![], &[]).unwrap();
    assert_eq!(config.dkim.unwrap().key.0, "pem");
}

#[test]
fn the_clock_is_for_tests_only() {
    let clock = ("MANYI_CLOCK", "2026-10-08T09:00:00+08:00");
    assert_eq!(error(&[clock]), ConfigError::ClockOutsideTest);
    assert!(load(&[clock, ("MANYI_ENV", "test")]).unwrap().clock.is_some());
}

#[test]
fn a_wrong_value_names_the_setting_and_what_it_should_be() {
    for (name, value, should_be) in [
        ("MANYI_TIME_ZONE", "Shanghai", Expected::TimeZone),
        ("MANYI_QUIET_HOURS", "late", Expected::QuietHours),
        ("MANYI_COOLDOWN_DAYS", "-1", Expected::Days),
        ("MANYI_LISTEN", "8080", Expected::Listen),
        ("MANYI_DATABASE_URL", "mysql://x", Expected::DatabaseUrl),
        ("MANYI_LOCALE", "fr", Expected::Locale),
        ("MANYI_MAIL_FROM", "nobody", Expected::Email),
        ("MANYI_DKIM_DOMAIN", "example", Expected::Domain),
        ("MANYI_DKIM_SELECTOR", "a b", Expected::Selector),
        ("MANYI_BOUNCE_DOMAIN", "bounces", Expected::BounceDomain),
        ("MANYI_BOUNCE_DOMAIN", "a+b@example.com", Expected::BounceDomain),
        ("MANYI_BOUNCE_SECRET", "short", Expected::LongSecret),
    ] {
        assert_eq!(expected(&[(name, value)]), (name, should_be));
    }
}

/// The setting that is wrong, and what it should be.
#[track_caller]
fn expected(environment: &[(&str, &str)]) -> (&'static str, Expected) {
    match error(environment) {
        ConfigError::Invalid { name, expected, .. } => (name, expected),
        other => panic!("{other}"),
    }
}

#[test]
fn quiet_hours_can_be_off() {
    assert_eq!(load(&[("MANYI_QUIET_HOURS", "off")]).unwrap().asking.quiet_hours, None);
}
