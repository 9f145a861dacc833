use std::collections::BTreeSet;

use super::*;
use crate::clock::Clock;
use crate::db::doctor;
use crate::db::invitation::counts_by_state;
use crate::db::scores::{Request, scores};
use crate::domain::commitment::{Level, Metric};
use crate::domain::invitation::State;
use crate::domain::locale::Locale;
use crate::domain::period::{Grain, Period};
use crate::domain::scorecard::Score;
use crate::domain::service_record::Channel;
use crate::domain::verdict::{Evidence, Verdict};

const NOW: &str = "2026-11-22T10:30:00+08:00";

/// A demo to be in a directory of its own, on a clock that stands at `now`; `database` in place of its SQLite file.
fn open(dir: &Path, now: &str, database: Option<&str>) -> Context {
    let mut flags = settings(dir, "127.0.0.1:8080");
    flags.extend(database.map(|url| ("MANYI_DATABASE_URL", url.to_owned())));
    flags.extend([("MANYI_ENV", "test".to_owned()), ("MANYI_CLOCK", now.to_owned())]);
    let mut context = Context::open(Config::from_layers(None, Vec::new(), &flags).unwrap()).unwrap();
    context.clock = Clock::manual(DateTime::parse_from_rfc3339(now).unwrap().to_utc());
    context
}

/// The scores of the departments: all months, quarters and years of the demo, in each channel and in all.
fn every_score(context: &Context) -> Vec<Score> {
    let months = Period::at(context.now(), context.config.time_zone, Grain::Month).last_n(MONTHS);
    let grains = [Grain::Month, Grain::Quarter, Grain::Year];
    let periods: BTreeSet<Period> =
        months.iter().flat_map(|month| grains.map(|grain| Period::containing(month.start(), grain))).collect();
    let channels = [None, Some(Channel::Online), Some(Channel::Offline)];
    let asked = periods.into_iter().flat_map(|period| channels.map(|channel| (period, channel)));
    let found = asked.flat_map(|(period, channel)| {
        let request = Request { period, department: None, channel, level: Level::Department };
        context.pool.read_now(|conn| scores(conn, &request, &context.thresholds)).unwrap().scores
    });
    found.collect()
}

/// The satisfaction rate of a department, this many months ago.
fn rate(context: &Context, code: &str, ago: usize) -> f64 {
    let period = Period::at(context.now(), context.config.time_zone, Grain::Month).last_n(ago + 1)[0];
    let request = Request { period, department: Some(code.into()), channel: None, level: Level::Department };
    let scores = context.pool.read_now(|conn| scores(conn, &request, &context.thresholds)).unwrap().scores;
    scores.iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap().value.unwrap()
}

fn assert_every_verdict(scores: &[Score]) {
    let found: BTreeSet<_> = scores.iter().filter_map(|score| score.verdict.zip(score.evidence)).collect();
    for verdict in [Verdict::Met, Verdict::MinorBreach, Verdict::MajorBreach] {
        for evidence in [Evidence::Clear, Evidence::NotDistinguishable, Evidence::TooFew] {
            assert!(found.contains(&(verdict, evidence)), "{verdict:?} {evidence:?}");
        }
    }
    assert!(scores.iter().any(|score| score.suppressed && score.n > 0), "a score is withheld");
}

#[test]
fn every_verdict_occurs_with_every_evidence_and_the_demo_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let context = open(dir.path(), NOW, None);
    let summary = fill(&context).unwrap();
    assert_eq!((summary.is_new, summary.departments, summary.sign_ins.len()), (true, 12, 4));
    assert!(summary.service_records > 20_000, "{}", summary.service_records);
    assert_every_verdict(&every_score(&context));
    assert!(rate(&context, "WX", 10) > 85.0 && rate(&context, "WX", 5) < 80.0 && rate(&context, "WX", 1) > 85.0);

    let complaints: Vec<_> =
        every_score(&context).into_iter().filter(|score| score.metric == Metric::ComplaintRate).collect();
    let rate = |score: &Score| score.value.filter(|_| score.n > 1_000);
    assert!(complaints.iter().filter_map(rate).all(|rate| (0.1..8.0).contains(&rate)) && complaints.len() > 300);

    let now = context.now();
    let states = context.pool.read_now(|conn| counts_by_state(conn, now)).unwrap();
    let count = |state| states.get(&state).copied().unwrap_or(0);
    assert_eq!(usize::try_from(count(State::Queued)).unwrap(), today::COUNT);
    let answered = count(State::Answered);
    let sent = answered + count(State::Expired) + count(State::Sent);
    assert!((25..36).contains(&(100 * answered / sent)), "{answered} of {sent} answered");

    let (recount, sums) = context
        .pool
        .read_now(|conn| {
            Ok::<_, db::Error>((doctor::recount(conn, context.config.time_zone)?, doctor::sums(conn, now)?))
        })
        .unwrap();
    assert!(recount.tallies > 1000 && recount.differences.is_empty(), "{:?}", recount.differences);
    assert_eq!((sums.without_mail, sums.unsent), (0, 0));

    // A later start keeps what is there and ends the links of the first.
    let again = fill(&context).unwrap();
    assert_eq!((again.is_new, again.service_records), (false, summary.service_records));
    assert_eq!(again.survey, summary.survey);
    assert_ne!(again.sign_ins, summary.sign_ins);
    let id: i64 = context.pool.read_now(|conn| setting::get(conn, setting::DEMO)).unwrap().unwrap().parse().unwrap();
    context.pool.write_now(|conn| invitation::decline(conn, id, context.now())).unwrap();
    let third = fill(&context).unwrap();
    assert!(third.survey.is_some() && third.survey != summary.survey);
    assert_eq!(third.service_records, summary.service_records + 1);
}

#[test]
fn the_first_of_march_has_every_verdict_too() {
    let dir = tempfile::tempdir().unwrap();
    let context = open(dir.path(), "2027-03-01T08:00:00+08:00", None);
    fill(&context).unwrap();
    assert_every_verdict(&every_score(&context));
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let context = open(dir.path(), NOW, None);
    let theirs = NewUser {
        email: "me@example.com".into(),
        name: "Me".into(),
        role: Role::Admin,
        department_id: None,
        client_id: None,
    };
    context.pool.write_now(|conn| user::add(conn, &theirs, context.now())).unwrap();
    assert!(matches!(fill(&context), Err(FillError::NotEmpty)));
}

#[test]
fn postgresql_holds_the_same() {
    use diesel::RunQueryDsl;
    let Ok(server) = std::env::var("MANYI_TEST_POSTGRES_URL") else { return };
    let name = format!("manyi_demo_{}", std::process::id());
    let run = |statement: String| {
        let pool = db::Pool::open(&server).unwrap();
        pool.run_now(|conn| Ok::<_, db::Error>(diesel::sql_query(statement).execute(conn)?)).unwrap();
    };
    run(format!("CREATE DATABASE {name}"));
    let dir = tempfile::tempdir().unwrap();
    let (address, _) = server.rsplit_once('/').unwrap();
    let context = open(dir.path(), NOW, Some(&format!("{address}/{name}")));
    let summary = fill(&context).unwrap();
    assert_every_verdict(&every_score(&context));
    assert!(summary.survey.is_some() && !fill(&context).unwrap().is_new);
    drop(context);
    run(format!("DROP DATABASE {name} WITH (FORCE)"));
}

#[test]
fn the_summary_shows_every_link_in_both_languages() {
    let sign_in = |role, path: &str| SignIn { email: "a@b.cn".into(), name: "A".into(), role, path: path.into() };
    let summary = Summary {
        is_new: true,
        departments: 12,
        employees: 63,
        service_records: 24_000,
        sign_ins: vec![sign_in(Role::Admin, "/link/x"), sign_in(Role::Hr, "/link/y")],
        survey: Some("/s/z".into()),
        counter: Some("/q/k".into()),
        mail: MAIL_PATH,
    };
    for locale in [Locale::ZhCn, Locale::En] {
        let text = summary.text(&Texts::new(locale), "http://127.0.0.1:8080");
        for path in ["/link/x", "/link/y", "/s/z", "/q/k", "/dev/mail"] {
            assert!(text.contains(&format!("http://127.0.0.1:8080{path}  ")), "{text}");
        }
        assert!(text.contains("12") && text.contains("24000"), "{text}");
    }
}
