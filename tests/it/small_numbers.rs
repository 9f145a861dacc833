//! What a reader could work out by taking one figure from another is withheld at every door.

use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::service_record::{Channel, Touchpoint};
use manyi::domain::user::Role;

use crate::harness::TestApp;

/// Named answers to online and counter services of a department.
fn rate(app: &TestApp, department: &str, online: usize, offline: usize, first: usize) {
    for number in 0..online + offline {
        let mut record = app.record(first + number, department);
        if number >= online {
            (record.touchpoint, record.channel) = (Some(Touchpoint::Counter), Channel::Offline);
        }
        let path = app.survey_path(&app.stored(&record));
        assert_eq!(app.answer(&path, &[("q.overall", "5"), ("identity", "named")]).status, 303);
    }
}

/// Whether the rate of a department over a channel is given.
fn is_given(app: &TestApp, department: Option<&str>, channel: Option<Channel>) -> bool {
    let level = if department.is_some() { Level::Department } else { Level::Organisation };
    let period = "2026-10".parse().unwrap();
    let request = Request { period, department: department.map(str::to_owned), channel, level };
    let scores = app.scores(&request).scores;
    scores.iter().find(|score| score.metric == Metric::SatisfactionRate).unwrap().value.is_some()
}

on_both!(the_larger_channel_does_not_tell_of_the_smaller, |app| {
    app.department("repair");
    rate(app, "repair", 6, 3, 0);
    let given = [None, Some(Channel::Online), Some(Channel::Offline)].map(|c| is_given(app, Some("repair"), c));
    assert_eq!(given, [true, false, false]);
    app.sign_in(Role::Hr, None);
    let csv = app.get("/appraisals/2026-10/scores.csv").body;
    let online = csv.lines().find(|line| line.contains(",online,invited,satisfaction_rate,")).unwrap();
    assert!(online.contains(",6,,,,,"), "{online}");
});

on_both!(the_organisation_does_not_tell_of_a_small_department, |app| {
    for code in ["install", "repair", "sales"] {
        app.department(code);
    }
    rate(app, "install", 7, 0, 0);
    rate(app, "repair", 9, 0, 100);
    rate(app, "sales", 3, 0, 200);
    let given = [None, Some("repair"), Some("install"), Some("sales")].map(|code| is_given(app, code, None));
    assert_eq!(given, [true, true, false, false]);
});
