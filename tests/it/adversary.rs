//! Somebody with the whole database, its write-ahead log, the program's log and two backups, but not the secret file,
//! tries to find out who gave which anonymous answer (A1-2.4), and must do no better than chance.
//!
//! Each round is a department with five customers who answer one after the other. The adversary is told the order in
//! which the invitations were used, which the write-ahead log shows, and knows every column of the invitations and of
//! the released rows, and where each row lies on the disk. Whatever it makes of them comes down to this: in the order
//! of some clue the i-th invitation is the j-th row. So every pair of orders gets a table of how often that was true,
//! over all rounds; a cell above what chance explains is a way back.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use chrono::TimeDelta;
use diesel::prelude::*;
use manyi::db;
use manyi::db::schema::{anonymous_response, invitation, pending_response};
use manyi::domain::service_record::{Channel, ServiceRecord, Touchpoint};
use manyi::jobs::tidy;
use rand::seq::SliceRandom;

use crate::harness::TestApp;

/// Customers of a round: the fewest that are released together.
const FIVE: usize = 5;

/// A value that rows are put in order by.
type Clue = Vec<u8>;

/// What the adversary knows of a used invitation, by clue.
type Used = BTreeMap<&'static str, Clue>;

/// What it knows of a released row, by clue, and (which the test alone knows) whose it is.
type Released = (BTreeMap<&'static str, Clue>, usize);

/// How often the i-th of one order was the j-th of another.
type Table = [[u32; FIVE]; FIVE];

fn rounds() -> usize {
    std::env::var("MANYI_TEST_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(60)
}

/// The probability that chance alone fills a cell at least `k` times in `n` rounds.
fn by_chance(n: u32, k: u32) -> f64 {
    let p = 1.0 / FIVE as f64;
    let mut term = (1.0 - p).powi(i32::try_from(n).unwrap());
    let mut below = 0.0;
    for at in 0..k {
        below += term;
        term *= f64::from(n - at) / f64::from(at + 1) * p / (1.0 - p);
    }
    (1.0 - below).max(0.0)
}

/// The places of five in the order of a clue; `None` where some share it, so that it orders nothing.
fn places(clues: &[Clue]) -> Option<Vec<usize>> {
    let mut sorted = clues.to_vec();
    sorted.sort();
    sorted.dedup();
    (sorted.len() == clues.len()).then(|| clues.iter().map(|clue| sorted.binary_search(clue).unwrap()).collect())
}

/// The tables of all pairs of clues.
fn tables(rounds: &[(Vec<Used>, Vec<Released>)]) -> BTreeMap<(&'static str, &'static str), (u32, Table)> {
    let mut tables: BTreeMap<_, (u32, Table)> = BTreeMap::new();
    for (used, released) in rounds {
        for name in used[0].keys() {
            let Some(left) = places(&used.iter().map(|one| one[name].clone()).collect::<Vec<_>>()) else { continue };
            for other in released[0].0.keys() {
                let clues: Vec<_> = released.iter().map(|(clues, _)| clues[other].clone()).collect();
                let Some(right) = places(&clues) else { continue };
                let (n, table) = tables.entry((*name, *other)).or_default();
                *n += 1;
                for (at, (_, whose)) in released.iter().enumerate() {
                    table[left[*whose]][right[at]] += 1;
                }
            }
        }
    }
    tables
}

/// The cells that chance does not explain.
fn ways_back(rounds: &[(Vec<Used>, Vec<Released>)]) -> Vec<String> {
    let tables = tables(rounds);
    let cells = tables.len() * FIVE * FIVE;
    let mut found = Vec::new();
    for ((name, other), (n, table)) in &tables {
        for (i, row) in table.iter().enumerate() {
            for (j, hits) in row.iter().enumerate() {
                // One false alarm in a million runs.
                if by_chance(*n, *hits) * (cells as f64) < 1e-6 {
                    found.push(format!("{hits} of {n} times number {i} by {name} was number {j} by {other}"));
                }
            }
        }
    }
    found
}

#[test]
fn the_adversary_finds_a_way_where_there_is_one() {
    // Rows kept in the order of arrival two times out of three.
    let round = |at: u8| {
        let used = (0..5).map(|place| Used::from([("arrival", vec![place])]));
        let order = |place: u8| if at.is_multiple_of(3) { (place * 2 + at / 3) % 5 } else { place };
        let released = (0..5).map(|place| (BTreeMap::from([("row", vec![order(place)])]), usize::from(place)));
        (used.collect(), released.collect())
    };
    assert!(!ways_back(&(0..60).map(round).collect::<Vec<_>>()).is_empty());
    assert!((by_chance(60, 12) - 0.55).abs() < 0.05 && by_chance(60, 40) < 1e-12);
}

on_both!(nobody_finds_the_way_from_an_answer_to_its_customer, |app| {
    let log = captured_log();
    let departments: Vec<String> = (0..rounds()).map(|round| format!("D{round}")).collect();
    let mut rounds = Vec::new();
    let mut paths = Vec::new();
    let mut sealed_lengths = Vec::new();
    for (round, code) in departments.iter().enumerate() {
        let department_id = app.department(code);
        let employee = format!("E{round}");
        app.employee(&employee, department_id);
        let shuffled = || {
            let mut numbers: Vec<usize> = (0..FIVE).collect();
            numbers.shuffle(&mut rand::rng());
            numbers
        };
        // Neither when nor how much a customer writes follows from who it is.
        let (order, lengths) = (shuffled(), shuffled());
        let records: Vec<ServiceRecord> = (0..FIVE)
            .map(|customer| ServiceRecord {
                completed_at: app.now() - TimeDelta::minutes(i64::try_from(60 + customer * 7).unwrap()),
                // Two of five: what would single them out must go.
                employee_no: (customer < 2).then(|| employee.clone()),
                touchpoint: Some(if customer < 3 { Touchpoint::Web } else { Touchpoint::App }),
                ..app.record(round * FIVE + customer, code)
            })
            .collect();
        let stored: Vec<_> = records.iter().map(|record| app.stored(record)).collect();
        let mut used: Vec<Used> = stored.iter().map(|stored| columns(app, stored.invitation_id)).collect();
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        for (turn, customer) in order.iter().enumerate() {
            let path = app.survey_path(&stored[*customer]);
            let comment = format!("R{round}C{customer} {}", "长😀".repeat(lengths[*customer] * 160));
            let fields = [("q.overall", "2"), ("q.overall.why", "slow"), ("q.comment", &comment)];
            let said = if lengths[*customer] == 0 { 1 } else { 3 };
            assert_eq!(app.answer(&path, &fields[..said]).status, 303);
            paths.push(path);
            used[*customer].insert("arrival", vec![u8::try_from(turn).unwrap()]);
            // The row that is new in the log with this invitation; the last one never waits.
            let now = sealed(app, department_id);
            sealed_lengths.extend(now.iter().map(|(_, length)| *length));
            let new = now.into_iter().map(|(id, _)| id).find(|id| !waiting.contains(id)).unwrap_or_default();
            used[*customer].insert("waiting row", new.clone());
            waiting.push(new);
        }
        let silent = lengths.iter().position(|length| *length == 0).unwrap();
        rounds.push((department_id, used, silent));
    }
    assert!(sealed_lengths.iter().all(|length| *length == sealed_lengths[0]), "a length would tell");
    let on_disk = Disk::read(app);
    let rounds: Vec<_> = rounds
        .into_iter()
        .map(|(department_id, used, silent)| {
            let rows = released(app, department_id, silent, &on_disk);
            assert_eq!(rows.len(), FIVE);
            (used, rows)
        })
        .collect();
    let found = ways_back(&rounds);
    assert!(found.is_empty(), "{found:#?}");
    let log = String::from_utf8_lossy(&log.lock().unwrap()).into_owned();
    assert!(paths.iter().all(|path| !log.contains(path.trim_start_matches("/s/"))), "a token is in the log");
    assert!(!log.contains("R0C"), "an answer is in the log");
});

on_both!(what_a_released_answer_shows_five_used_invitations_share, |app| {
    let department_id = app.department("客服");
    let staff = app.employee("E1", department_id);
    for number in 0..5 {
        let online = number < 4;
        let record = ServiceRecord {
            employee_no: (number == 1).then(|| "E1".to_owned()),
            touchpoint: Some(if online { Touchpoint::Web } else { Touchpoint::Counter }),
            channel: if online { Channel::Online } else { Channel::Offline },
            ..app.record(number, "客服")
        };
        let path = app.survey_path(&app.stored(&record));
        assert_eq!(app.answer(&path, &[("q.overall", "1"), ("q.overall.why", "effort")]).status, 303);
    }
    app.advance(TimeDelta::days(40));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tidy::step(&app.context)).unwrap();
    type Shown = (Option<i64>, Option<String>, Option<String>, i64, Option<i64>, String, String);
    let rows: Vec<Shown> = app
        .pool()
        .query_now(|conn| -> db::Result<_> {
            let shown = (
                anonymous_response::employee_id,
                anonymous_response::touchpoint,
                anonymous_response::channel,
                anonymous_response::questionnaire_version_id,
                anonymous_response::notice_id,
                anonymous_response::month,
                anonymous_response::answers,
            );
            Ok(anonymous_response::table.select(shown).load(conn)?)
        })
        .unwrap();
    assert_eq!(rows.len(), FIVE);
    assert!(rows.iter().all(|row| *row == rows[0] && row.0 != Some(staff)), "one of them is told apart: {rows:?}");
});

/// What the database says of an invitation.
fn columns(app: &TestApp, id: i64) -> Used {
    type Row = (i64, i64, chrono::NaiveDateTime, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
    let row = |conn: &mut db::Connection| -> db::Result<Row> {
        let columns = (
            invitation::id,
            invitation::service_record_id,
            invitation::expires_at,
            invitation::salt,
            invitation::token_hash,
            invitation::email_hash,
        );
        Ok(invitation::table.find(id).select(columns).get_result(conn)?)
    };
    let (id, record, expires, salt, hash, address) = app.pool().query_now(row).unwrap();
    let number = |n: i64| n.to_be_bytes().to_vec();
    Used::from([
        ("invitation", number(id)),
        ("record", number(record)),
        ("end", expires.to_string().into_bytes()),
        ("salt", salt.unwrap_or_default()),
        ("token's hash", hash.unwrap_or_default()),
        ("address's hash", address.unwrap_or_default()),
    ])
}

/// The answers of a department that wait: id and length.
fn sealed(app: &TestApp, department_id: i64) -> Vec<(Vec<u8>, usize)> {
    let rows = |conn: &mut db::Connection| -> db::Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let waiting = pending_response::table.filter(pending_response::department_id.eq(department_id));
        Ok(waiting.select((pending_response::id, pending_response::sealed)).load(conn)?)
    };
    app.pool().query_now(rows).unwrap().into_iter().map(|(id, sealed)| (id, sealed.len())).collect()
}

/// The released rows of a department with every clue to them; `silent` is who wrote no comment.
fn released(app: &TestApp, department_id: i64, silent: usize, disk: &Disk) -> Vec<Released> {
    let rows = |conn: &mut db::Connection| -> db::Result<Vec<(Vec<u8>, Option<String>)>> {
        let rows = anonymous_response::table.filter(anonymous_response::department_id.eq(department_id));
        Ok(rows.select((anonymous_response::id, anonymous_response::comment)).load(conn)?)
    };
    let rows = app.pool().query_now(rows).unwrap();
    let row = |(at, (id, comment)): (usize, (Vec<u8>, Option<String>))| {
        let whose = comment.map_or(silent, |text| text.split(['C', ' ']).nth(1).unwrap().parse().unwrap());
        let mut clues = BTreeMap::from([("as read", at.to_be_bytes().to_vec())]);
        for (name, places) in &disk.0 {
            clues.insert(*name, places.get(&id).map(|place| place.to_be_bytes().to_vec()).unwrap_or_default());
        }
        clues.insert("id", id);
        (clues, whose)
    };
    rows.into_iter().enumerate().map(row).collect()
}

/// Where the ids of released rows lie, by the file that they lie in.
struct Disk(BTreeMap<&'static str, HashMap<Vec<u8>, u64>>);

impl Disk {
    fn read(app: &TestApp) -> Self {
        let url = &app.context.config.database_url.0;
        let Some(path) = url.strip_prefix("sqlite:") else { return Self(BTreeMap::from([("heap", heap(app))])) };
        let ids = |conn: &mut db::Connection| -> db::Result<Vec<Vec<u8>>> {
            Ok(anonymous_response::table.select(anonymous_response::id).load(conn)?)
        };
        let ids = app.pool().query_now(ids).unwrap();
        let places = |path: &str| find(&std::fs::read(path).unwrap_or_default(), &ids);
        Self(BTreeMap::from([("log", places(&format!("{path}-wal"))), ("file", places(path))]))
    }
}

/// Where each id is first found, by what chance decided of it: all begin with their department and month.
fn find(bytes: &[u8], ids: &[Vec<u8>]) -> HashMap<Vec<u8>, u64> {
    const BEGIN: usize = 8;
    let by_chance: HashMap<&[u8], &Vec<u8>> = ids.iter().map(|id| (&id[BEGIN..], id)).collect();
    let mut places = HashMap::new();
    for (at, window) in bytes.windows(ids.first().map_or(1, Vec::len)).enumerate() {
        let Some(id) = by_chance.get(&window[BEGIN.min(window.len())..]) else { continue };
        if window == id.as_slice() {
            places.entry((*id).clone()).or_insert(u64::try_from(at).unwrap());
        }
    }
    places
}

/// PostgreSQL: block and place of each row, in the order that they were written.
fn heap(app: &TestApp) -> HashMap<Vec<u8>, u64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        id: Vec<u8>,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        place: i64,
    }
    let place = "SELECT id, ((ctid::text::point)[0] * 10000 + (ctid::text::point)[1])::bigint AS place \
                 FROM anonymous_response";
    let rows = |conn: &mut db::Connection| -> db::Result<Vec<Row>> { Ok(diesel::sql_query(place).load(conn)?) };
    app.pool().query_now(rows).unwrap().into_iter().map(|row| (row.id, u64::try_from(row.place).unwrap())).collect()
}

/// All that the program writes into its log, at its most talkative.
fn captured_log() -> Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    #[derive(Clone)]
    struct Writer(Arc<Mutex<Vec<u8>>>);
    impl Write for Writer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = LOG.get_or_init(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer(log.clone());
        let filter = tracing_subscriber::EnvFilter::new("debug");
        let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
        let _ = tracing::subscriber::set_global_default(subscriber);
        log
    });
    log.clone()
}
