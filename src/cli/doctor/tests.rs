use diesel::RunQueryDsl;

use super::*;
use crate::context::Context;
use crate::i18n::Locale;

/// What the doctor says of clocks that differ from the machine's by so many milliseconds, asking PostgreSQL on the same
/// machine; `None` where no server is named.
fn clocks<const N: usize>(apart: [i64; N], locale: Locale) -> Option<[(bool, String); N]> {
    let server = std::env::var("MANYI_TEST_POSTGRES_URL").ok()?;
    let name = format!("manyi_{}", hex::encode(crate::crypto::random::<8>()));
    let run = |statement: String| {
        let pool = Pool::open(&server).unwrap();
        pool.run_now(|conn| Ok::<_, db::Error>(diesel::sql_query(statement).execute(conn)?)).unwrap();
    };
    run(format!("CREATE DATABASE {name}"));
    let directory = tempfile::tempdir().unwrap();
    let (address, _) = server.rsplit_once('/').unwrap();
    let secret = directory.path().join("secret").display().to_string();
    let flags = [("MANYI_DATABASE_URL", format!("{address}/{name}")), ("MANYI_SECRET_FILE", secret)];
    let config = Config::from_layers(None, Vec::new(), &flags).unwrap();
    drop(Context::open(config.clone()).unwrap());
    let told = apart.map(|milliseconds| {
        let (clock, mut checks) = (Clock::System(TimeDelta::milliseconds(milliseconds)), Vec::new());
        look_at_database(&config, &clock, Texts::new(locale), &mut checks).unwrap();
        let check = checks.into_iter().find(|check| check.name == "clock").unwrap();
        (check.ok, check.detail)
    });
    run(format!("DROP DATABASE {name} WITH (FORCE)"));
    Some(told)
}

#[test]
fn a_clock_that_is_not_the_databases_is_told_in_english() {
    let Some([ahead, late, near]) = clocks([40_500, -40_500, 20_000], Locale::En) else { return };
    assert_eq!(
        ahead,
        (
            false,
            "The machine’s clock is 40 s ahead of the database server’s: set it right. \
        Until then no mail is sent from here, as another instance’s mails would be sent twice."
                .to_owned()
        )
    );
    assert_eq!(
        late,
        (
            false,
            "The machine’s clock is 40 s behind the database server’s: set it right. \
        Until then no mail is sent from here, as another instance would send the same mails again."
                .to_owned()
        )
    );
    assert!(near.0 && near.1.ends_with(" UTC."), "{near:?}");
}

#[test]
fn a_clock_that_is_not_the_databases_is_told_in_chinese() {
    let Some([ahead, late]) = clocks([40_500, -40_500], Locale::ZhCn) else { return };
    assert_eq!(
        ahead,
        (false, "本机时钟比数据库服务器快 40 秒，请校准。校准前本机不发邮件，以免与其他实例重复发送。".to_owned())
    );
    assert_eq!(
        late,
        (false, "本机时钟比数据库服务器慢 40 秒，请校准。校准前本机不发邮件，以免其他实例重复发送。".to_owned())
    );
}
