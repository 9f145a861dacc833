//! A backup is made while the program runs, and says the same when it is brought back.

use std::fs;
use std::path::{Path, PathBuf};

use manyi::crypto::Secrets;
use manyi::db::backup::{self, BackupError, Manifest};
use manyi::db::scores::{Request, Scores};
use manyi::db::seal::Checked;
use manyi::db::{self, Pool, audit, setting};
use manyi::domain::commitment::Level;

use crate::harness::{Beside, TestApp};
use crate::periods::{OCTOBER, close, october};

/// A backup of all there is, in a directory that goes with it.
fn backed_up(app: &TestApp) -> (tempfile::TempDir, PathBuf, Manifest) {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("backup");
    let url = &app.context.config.database_url.0;
    let manifest = backup::make(url, &place, &app.context.secrets, app.now()).unwrap();
    (directory, place, manifest)
}

fn restored(app: &TestApp, place: &Path, beside: &Beside) -> Result<(Manifest, Checked), BackupError> {
    backup::restore(&beside.url, place, &app.context.secrets, "cli", app.now())
}

fn scores(app: &TestApp, pool: &Pool) -> Scores {
    let request =
        Request { period: OCTOBER.parse().unwrap(), department: None, channel: None, level: Level::Department };
    pool.read_now(|conn| db::scores::scores(conn, &request, &app.context.thresholds)).unwrap()
}

on_both!(a_sealed_period_survives_in_a_restored_backup, |app| {
    october(app);
    close(app, OCTOBER);
    let (_directory, place, manifest) = backed_up(app);
    let beside = Beside::of(app);
    let (_, checked) = restored(app, &place, &beside).unwrap();
    assert_eq!((checked.seals, checked.broken.len(), manifest.rows["response"]), (1, 0, 10));
    let pool = Pool::open(&beside.url).unwrap();
    assert_eq!(scores(app, &pool), scores(app, app.pool()));
    pool.read_now(|conn| -> db::Result<()> {
        assert_eq!(audit::first_break(conn)?, None);
        assert!(setting::get(conn, setting::MAIL_PAUSED)?.is_some());
        Ok(())
    })
    .unwrap();
});

on_both!(answers_given_while_it_is_made_are_whole_or_not_in_it, |app| {
    let paths: Vec<String> = {
        app.department("甲");
        let records = (0..40).map(|number| app.record(number, "甲"));
        records.map(|record| app.survey_path(&app.stored(&record))).collect()
    };
    let (_directory, place, _) = std::thread::scope(|scope| {
        let app = &*app;
        let paths = &paths;
        scope.spawn(move || {
            for path in paths {
                assert_eq!(app.answer(path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
            }
        });
        backed_up(app)
    });
    let beside = Beside::of(app);
    restored(app, &place, &beside).unwrap();
    let pool = Pool::open(&beside.url).unwrap();
    let zone = app.context.config.time_zone;
    let recount = pool.read_now(|conn| db::doctor::recount(conn, zone)).unwrap();
    assert!(recount.differences.is_empty(), "{:?}", recount.differences);
});

on_both!(a_backup_is_not_restored_over_anything, |app| {
    let (_directory, place, _) = backed_up(app);
    let here = Beside::of(app);
    restored(app, &place, &here).unwrap();
    let again = restored(app, &place, &here);
    assert!(matches!(again, Err(BackupError::Occupied(_) | BackupError::NotEmpty)), "{again:?}");
    let over = backup::make(&here.url, &place, &app.context.secrets, app.now());
    assert!(matches!(over, Err(BackupError::Occupied(_))), "{over:?}");
});

on_both!(a_damaged_or_foreign_backup_is_refused, |app| {
    let (_directory, place, manifest) = backed_up(app);
    let beside = Beside::of(app);
    let foreign = backup::restore(&beside.url, &place, &Secrets::random(), "cli", app.now());
    assert!(matches!(foreign, Err(BackupError::OtherSecret)), "{foreign:?}");
    assert!(backup::check(&place).is_ok());
    let file = place.join(&manifest.file);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    for refused in [backup::check(&place).map(drop), restored(app, &place, &beside).map(drop)] {
        assert!(matches!(refused, Err(BackupError::Damaged(_))), "{refused:?}");
    }
    assert!(matches!(backup::check(place.parent().unwrap()), Err(BackupError::NoBackup(_))));
});

on_both!(a_backup_holds_no_contact_in_the_clear, |app| {
    app.department("甲");
    app.stored(&app.record(7, "甲"));
    let (_directory, place, manifest) = backed_up(app);
    let bytes = fs::read(place.join(&manifest.file)).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("customer7@example.com") && !holds("王女士"));
});

on_both!(only_its_owner_looks_into_a_backup, |app| {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("open");
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    backup::make(&app.context.config.database_url.0, &place, &app.context.secrets, app.now()).unwrap();
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o700);
});
