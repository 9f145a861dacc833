//! Complaints: while one is open its customer is neither invited nor reminded, and all of them make the complaint rate.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use manyi::db;
use manyi::db::complaint::{Desk, Outcome};
use manyi::db::scores::Request;
use manyi::domain::commitment::{Level, Metric};
use manyi::domain::complaint::{Complaint, Details};
use manyi::domain::invitation::State;
use manyi::domain::period::Grain;
use manyi::domain::scorecard::Score;
use manyi::domain::service_record::{Channel, Contact, ServiceRecord};

use crate::harness::TestApp;
use crate::periods::close;

/// A complaint received now about a web service, by the customer of the service record with the same number.
pub fn complaint(app: &TestApp, number: usize, department: &str) -> Complaint {
    let contact = Contact { email: Some(format!("customer{number}@example.com")), ..Contact::default() };
    Complaint {
        reference: format!("T-{number}"),
        department_code: Some(department.into()),
        channel: Some(Channel::Online),
        received_at: app.now(),
        closed_at: None,
        external_id: None,
        kind: None,
        urgent: false,
        client_code: None,
        details: Details { contact, ..Details::default() },
    }
}

pub fn hand_in(app: &TestApp, complaints: &[Complaint]) -> Vec<Outcome> {
    let (secrets, zone, now) = (&app.context.secrets, app.context.config.time_zone, app.now());
    let store = |conn: &mut db::Connection| -> db::Result<_> {
        Desk::load(conn, secrets, zone, now)?.store(conn, &complaints.iter().collect::<Vec<_>>(), |_| ())
    };
    app.pool().write_now(store).unwrap()
}

pub(crate) fn complain(app: &TestApp, number: usize) -> Complaint {
    let complaint = complaint(app, number, "客服");
    assert_eq!(hand_in(app, std::slice::from_ref(&complaint)), [Outcome::Created]);
    complaint
}

fn closed(app: &TestApp, complaint: &Complaint) {
    let closed = Complaint { closed_at: Some(app.now()), ..complaint.clone() };
    assert_eq!(hand_in(app, &[closed]), [Outcome::Closed]);
}

fn state(app: &TestApp, external_id: &str) -> State {
    let (secrets, now) = (&app.context.secrets, app.now());
    let found = app.pool().query_now(|conn| db::service_record::find(conn, secrets, external_id, now)).unwrap();
    found.unwrap().invitation
}

fn mails(app: &TestApp) -> BTreeMap<String, i64> {
    app.pool().query_now(db::outbox::counts_by_state).unwrap().into_iter().collect()
}

on_both!(who_complains_is_not_invited_until_it_is_closed, |app| {
    app.department("客服");
    let complaint = complain(app, 1);
    assert_eq!(app.stored(&app.record(1, "客服")).state, State::ComplaintOpen);
    assert_eq!(app.stored(&app.record(2, "客服")).state, State::Scheduled);
    assert_eq!(app.deliver().len(), 1);
    app.advance(TimeDelta::hours(2));
    closed(app, &complaint);
    // What came meanwhile is not made up for; what comes from now on is asked about.
    let next = ServiceRecord { external_id: "A-next".into(), ..app.record(1, "客服") };
    assert_eq!(app.stored(&next).state, State::Scheduled);
    assert_eq!((app.deliver().len(), state(app, "A-00001")), (2, State::ComplaintOpen));
});

on_both!(an_invitation_that_waits_gives_way_to_a_complaint, |app| {
    app.department("客服");
    app.store(&[app.record(1, "客服"), app.record(2, "客服"), app.record(3, "客服")]);
    complain(app, 1);
    // About the service itself, by somebody whose address is not known.
    let about =
        Complaint { external_id: Some("A-00002".into()), details: Details::default(), ..complaint(app, 9, "客服") };
    assert_eq!(hand_in(app, &[about]), [Outcome::Created]);
    assert_eq!(app.deliver().len(), 1);
    assert_eq!(
        [1, 2, 3].map(|number| state(app, &format!("A-0000{number}"))),
        [State::ComplaintOpen, State::ComplaintOpen, State::Sent]
    );
    assert_eq!(mails(app)["suppressed"], 2);
    let (from, to) = ("2026-10-01T00:00:00Z".parse().unwrap(), "2026-11-01T00:00:00Z".parse().unwrap());
    let ledgers = app.pool().query_now(|conn| db::ledger::of_departments(conn, (from, to), app.now())).unwrap();
    let ledger = ledgers.values().next().unwrap();
    assert_eq!(ledger.reasons().collect::<Vec<_>>(), [(State::ComplaintOpen, 2)]);
    assert_eq!(ledger.services(), 3);
});

on_both!(who_complains_is_not_reminded_and_who_has_done_is, |app| {
    app.department("客服");
    app.store(&[app.record(1, "客服"), app.record(2, "客服"), app.record(3, "客服")]);
    assert_eq!(app.deliver().len(), 3);
    complain(app, 1);
    let second = complain(app, 2);
    app.advance(TimeDelta::days(1));
    closed(app, &second);
    app.advance(TimeDelta::days(4));
    assert_eq!(app.deliver().len(), 5);
    assert_eq!(mails(app)["suppressed"], 1);
    // The invitation itself went out: its link stays good.
    assert_eq!(state(app, "A-00001"), State::Sent);
});

/// The complaint rates of a month by department.
fn rates(app: &TestApp, period: &str, channel: Option<Channel>) -> Vec<Score> {
    let request = Request { period: period.parse().unwrap(), department: None, channel, level: Level::Department };
    app.scores(&request).scores.into_iter().filter(|score| score.metric == Metric::ComplaintRate).collect()
}

fn told(app: &TestApp, period: &str) -> Vec<(Option<u32>, u32, Option<f64>)> {
    rates(app, period, None).iter().map(|score| (score.satisfied, score.n, score.value)).collect()
}

pub fn recounts(app: &TestApp) {
    let zone = app.context.config.time_zone;
    let recount = app.pool().read_now(|conn| db::doctor::recount(conn, zone)).unwrap();
    assert_eq!(recount.differences, []);
    let seals = app.pool().read_now(db::seal::check).unwrap();
    assert_eq!(seals.broken, []);
}

on_both!(complaints_are_told_per_hundred_services, |app| {
    app.department("客服");
    let records: Vec<_> = (0..40).map(|number| app.record(number, "客服")).collect();
    app.store(&records);
    assert_eq!(told(app, "2026-10"), []);
    let counter = Complaint { channel: Some(Channel::Offline), ..complaint(app, 7, "客服") };
    assert_eq!(hand_in(app, &[complaint(app, 100, "客服"), complaint(app, 101, "客服"), counter]).len(), 3);
    assert_eq!(told(app, "2026-10"), [(Some(3), 40, Some(7.5))]);
    let online = &rates(app, "2026-10", Some(Channel::Online))[0];
    // Of three complaints where nobody was served nothing follows, so the channels are not told apart.
    assert!(online.suppressed && online.satisfied.is_none());
    let score = &rates(app, "2026-10", None)[0];
    // 3 events: 0.6187 and 8.7673 (scipy.stats.chi2), on 40 services.
    assert_eq!((score.ci_low, score.ci_high), (Some(1.5467), Some(21.9182)));
    let request = db::trend::TrendRequest {
        department: "客服".into(),
        metric: Metric::ComplaintRate,
        grain: Grain::Month,
        from: None,
        to: None,
        channel: None,
        zone: app.context.config.time_zone,
    };
    let thresholds = app.context.thresholds;
    let trend = app.pool().read_now(|conn| db::trend::trend(conn, &request, &thresholds)).unwrap();
    assert_eq!(trend.points.iter().map(|point| (point.n, point.value)).collect::<Vec<_>>(), [(40, Some(7.5))]);
    recounts(app);
});

on_both!(the_quarter_of_a_first_complaint_that_came_late_has_its_rate, |app| {
    app.department("客服");
    let received_at = app.now() - TimeDelta::days(9);
    let served = |number| ServiceRecord { completed_at: received_at, ..app.record(number, "客服") };
    app.store(&(0..20).map(served).collect::<Vec<_>>());
    close(app, "2026-09");
    let late = Complaint { received_at, ..complaint(app, 92, "客服") };
    assert_eq!(hand_in(app, &[late]), [Outcome::Created]);
    // In October nobody has been served yet; September was told without it, and nobody had handed one in by then.
    assert_eq!((told(app, "2026-09"), told(app, "2026-Q2")), (vec![], vec![]));
    assert_eq!(told(app, "2026-Q3"), [(Some(1), 20, Some(5.0))]);
    close(app, "2026-Q3");
    assert_eq!(told(app, "2026-Q3"), [(Some(1), 20, Some(5.0))]);
    recounts(app);
});

on_both!(a_sealed_month_keeps_its_complaints_and_a_late_one_counts_in_the_next, |app| {
    app.department("客服");
    let days_ago = |days| app.now() - TimeDelta::days(days);
    let served = |numbers: std::ops::Range<usize>, completed_at| {
        let record = |number| ServiceRecord { completed_at, ..app.record(number, "客服") };
        app.store(&numbers.map(record).collect::<Vec<_>>());
    };
    // Tests begin on 8 October.
    served(0..20, days_ago(10));
    served(20..30, days_ago(1));
    let early = Complaint { received_at: days_ago(9), ..complaint(app, 91, "客服") };
    let late = Complaint { received_at: days_ago(9), ..complaint(app, 92, "客服") };
    assert_eq!(hand_in(app, &[early]), [Outcome::Created]);
    close(app, "2026-09");
    let sealed = rates(app, "2026-09", None);
    assert_eq!(hand_in(app, &[late]), [Outcome::Created]);
    assert_eq!(rates(app, "2026-09", None), sealed);
    assert_eq!(told(app, "2026-09"), [(Some(1), 20, Some(5.0))]);
    assert_eq!(told(app, "2026-10"), [(Some(1), 10, Some(10.0))]);
    assert_eq!(told(app, "2026-Q3"), [(Some(2), 20, Some(10.0))]);
    assert_eq!(told(app, "2026-Q4"), [(Some(0), 10, Some(0.0))]);
    assert_eq!(told(app, "2026"), [(Some(2), 30, Some(6.6667))]);
    close(app, "2026-Q3");
    assert_eq!(told(app, "2026-Q3"), [(Some(2), 20, Some(10.0))]);
    recounts(app);
});
