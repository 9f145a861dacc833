//! The load script: how many answers a second the real route stores, beside the same route without storing and beside
//! the database's own rate of one-row commits; imports; pages at ten thousand and at a million responses; idle memory.
//! All in one run.
//!
//! `cargo bench --bench load` measures SQLite and, where `MANYI_TEST_POSTGRES_URL` names a server, PostgreSQL;
//! `-- sqlite` or `-- postgres` only one of them, `-- writing` or `-- reading` only that, and `-- --quick` is a short run.
//! The client shares the machine with the server, so the ratios tell more than the figures.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::as_conversions)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Measured, Pace, Requests};
use manyi::crypto::Token;
use manyi::db::user::{self, NewUser};
use manyi::db::{self, scores};
use manyi::domain::commitment::Level;
use manyi::domain::period::{Grain, Period};
use manyi::domain::user::Role;
use target::{ROUND, Server, Target};

#[path = "load/client.rs"]
mod client;
#[path = "load/target.rs"]
mod target;

const CONNECTIONS: usize = 64;

/// Both routes and the commits are measured by turns, so that what else the machine does falls on all.
const TURNS: usize = 6;

/// How often each page is read in a turn.
const EACH_TURN: usize = 20;

/// How much is measured.
struct Size {
    records: usize,
    commits: usize,
    answers: usize,
    pages: usize,
    paced: usize,
    rounds: usize,
}

const FULL: Size =
    Size { records: 100_000, commits: 10_000, answers: 60_000, pages: 60_000, paced: 4_000, rounds: 100 };

const QUICK: Size = Size { records: 10_000, commits: 1_000, answers: 6_000, pages: 3_000, paced: 600, rounds: 10 };

/// What a database is asked to reach.
struct Goal {
    /// Of the route without storing.
    share: f64,
    /// Times the rate of one-row commits.
    commits: f64,
}

fn main() {
    // Only `cargo bench` says so; tests merely want to know that it starts.
    let said = |word: &str| std::env::args().any(|argument| argument == word);
    if !said("--bench") || said("--test") {
        return;
    }
    let size = if said("--quick") { QUICK } else { FULL };
    if cfg!(debug_assertions) {
        println!("not optimised: the figures say nothing");
    }
    for postgres in [false, true] {
        if said(if postgres { "sqlite" } else { "postgres" }) {
            continue;
        }
        let (name, goal) = match postgres {
            false => ("SQLite", Goal { share: 0.5, commits: 4.0 }),
            true => ("PostgreSQL", Goal { share: 0.35, commits: 2.0 }),
        };
        let Some(target) = Target::start(postgres) else {
            println!("\n{name}: MANYI_TEST_POSTGRES_URL is not set");
            continue;
        };
        match target.durability() {
            Ok(told) => println!("\n{name} ({told})"),
            Err(told) => println!("\n{name} ({told}): NO COMMIT IS DURABLE, the figures say nothing"),
        }
        if !said("reading") {
            writing(&target, &size, &goal);
        }
        drop(target);
        if !said("writing") {
            reading([(); 2].map(|()| Target::start(postgres).unwrap()), &size);
        }
    }
    idle_memory();
}

/// Prints a figure beside its target.
fn line(what: &str, figure: &str, target: &str) {
    let target = if target.is_empty() { String::new() } else { format!("  (target {target})") };
    println!("  {what:<46} {figure}{target}");
}

fn writing(target: &Target, size: &Size, goal: &Goal) {
    let needed = 2 * size.answers + 2 * size.paced;
    let per_second = |time: Duration| format!("{:>8.0}/s", size.records as f64 / time.as_secs_f64());
    line("import of a file of service records", &per_second(target.import_file(size.records)), "≥ 30000/s");
    line("  once they are read", &per_second(target.import(size.records)), "");
    target.import(needed.saturating_sub(2 * size.records));

    let dry = target.without_storing();
    let mut expected = target.stored();
    for identity in ["named", "anonymous"] {
        let (mut stored, mut unstored) = (Measured::default(), Measured::default());
        let mut committing = Duration::ZERO;
        let tokens: Vec<_> = (0..TURNS).map(|_| target.send(size.answers / TURNS)).collect();
        expected += tokens.iter().map(Vec::len).sum::<usize>() as i64;
        // Each link is opened without storing a turn before its answer is stored, and who comes first changes.
        for turn in 0..=TURNS {
            let mut unstore = || {
                let requests = tokens.get(turn).map(|tokens| answers(&dry, tokens, identity));
                requests.into_iter().for_each(|it| unstored.add(it.send(CONNECTIONS, Pace::AsFastAsAnswered)));
            };
            let mut store = || {
                let tokens = turn.checked_sub(1).and_then(|before| tokens.get(before));
                let requests = tokens.map(|tokens| answers(&target.server, tokens, identity));
                requests.into_iter().for_each(|it| stored.add(it.send(CONNECTIONS, Pace::AsFastAsAnswered)));
            };
            if turn % 2 == 0 {
                unstore();
                store();
            } else {
                store();
                unstore();
            }
            committing += target.one_row_commits(size.commits / TURNS);
        }
        let commits = (size.commits / TURNS * (TURNS + 1)) as f64 / committing.as_secs_f64();
        assert_eq!(target.stored(), expected, "what was acknowledged is stored");
        told(&format!("answers, {identity}"), &mut stored, "p99 ≤ 10 ms");
        told(&format!("answers, {identity}, route without storing"), &mut unstored, "");
        line("  one-row commits of the database", &format!("{commits:>8.0}/s"), "");
        let (share, times) = (stored.per_second() / unstored.per_second(), stored.per_second() / commits);
        line("  of the route without storing", &format!("{:>8.0} %", share * 100.0), &percent(goal.share));
        line("  times one-row commits", &format!("{times:>8.1}"), &format!("≥ {}", goal.commits));
    }
    let paced = answers(&target.server, &target.send(size.paced), "named");
    told("answers, named, 200 a second", &mut paced.send(CONNECTIONS, Pace::PerSecond(200)), "p99 ≤ 10 ms");

    let tokens = target.send(size.paced);
    let page = |token: &Token| get(&target.server, &format!("/s/{}", token.as_str()), "");
    let requests =
        |texts: Vec<Vec<u8>>| Requests { address: target.server.address.clone(), texts: Arc::new(texts), status: 200 };
    let pages = requests(tokens.iter().cycle().take(size.pages).map(page).collect());
    told("survey page", &mut pages.send(CONNECTIONS, Pace::AsFastAsAnswered), "p99 ≤ 10 ms");
    let pages = requests(tokens.iter().map(page).collect());
    told("survey page, 200 a second", &mut pages.send(CONNECTIONS, Pace::PerSecond(200)), "p99 ≤ 10 ms");
}

fn percent(share: f64) -> String {
    format!("≥ {:.0} %", share * 100.0)
}

fn told(what: &str, measured: &mut Measured, target: &str) {
    let (p50, p99) = (measured.percentile(50.0), measured.percentile(99.0));
    line(what, &format!("{:>8.0}/s  p50 {p50:>5.2} ms  p99 {p99:>6.2} ms", measured.per_second()), target);
    line("  each took", &measured.taken(), "");
}

/// A filled-in questionnaire for each token.
fn answers(server: &Server, tokens: &[Token], identity: &str) -> Requests {
    let (secrets, now) = (&server.context.secrets, server.context.now());
    let text = |(at, token): (usize, &Token)| {
        let mut form = format!("nonce={}&identity={identity}", secrets.page_nonce(&token.hash(), now));
        for (code, value) in target::answers(at) {
            form.push_str(&format!("&q.{code}={value}"));
        }
        // One in four says something: 等了二十分钟
        let said = if at % 4 == 0 { "%E7%AD%89%E4%BA%86%E4%BA%8C%E5%8D%81%E5%88%86%E9%92%9F" } else { "" };
        form.push_str(&format!("&q.comment={said}&website="));
        let head = format!(
            "POST /s/{} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            token.as_str(),
            server.address,
            form.len()
        );
        [head.into_bytes(), form.into_bytes()].concat()
    };
    Requests {
        address: server.address.clone(),
        texts: Arc::new(tokens.iter().enumerate().map(text).collect()),
        status: 303,
    }
}

fn get(server: &Server, path: &str, cookie: &str) -> Vec<u8> {
    let host = &server.address;
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nCookie: {cookie}\r\n\r\n").into_bytes()
}

/// What is read, at one response for each employee and month, and at a hundred: by turns, as answers are.
fn reading([few, many]: [Target; 2], size: &Size) {
    few.fill(1);
    let begun = Instant::now();
    many.fill(size.rounds);
    line("filling", &format!("{:>8.1} s", begun.elapsed().as_secs_f64()), "≤ 60 s");
    let month = Period::at(few.context().now(), few.context().config.time_zone, Grain::Month).prev();
    let year = Period::containing(month.start(), Grain::Year);
    let readers = [few, many].map(|target| (session(&target), target));
    let compare = |what: String, read: &dyn Fn(&Target, &str) -> Vec<Duration>| {
        let mut times = [Vec::new(), Vec::new()];
        for turn in 0..TURNS {
            for at in [turn % 2, (turn + 1) % 2] {
                let (cookie, target) = &readers[at];
                times[at].extend(read(target, cookie));
            }
        }
        let [few, many] = times.map(median);
        let ratio = format!("{few:>8.2} ms at {ROUND}, {many:.2} ms at {}: × {:.2}", ROUND * size.rounds, many / few);
        line(&what, &ratio, "≤ 1.2");
    };
    for (level, period) in [(Level::Department, month), (Level::Department, year), (Level::Employee, month)] {
        let request = scores::Request { period, department: None, channel: None, level };
        compare(format!("scores, {level}, {period}"), &|target, _| {
            let context = target.context();
            let ask = || {
                let begun = Instant::now();
                let answer = context.pool.read_now(|conn| scores::scores(conn, &request, &context.thresholds)).unwrap();
                assert!(answer.scores.iter().any(|score| score.n > 0));
                begun.elapsed()
            };
            (0..EACH_TURN).map(|_| ask()).collect()
        });
    }
    let department = target::code(3);
    for path in [
        format!("/departments/{department}"),
        format!("/departments/{department}?period={year}"),
        "/overview".to_owned(),
    ] {
        compare(format!("page {path}"), &|target, cookie| {
            let texts = Arc::new(vec![get(&target.server, &path, cookie); EACH_TURN]);
            let requests = Requests { address: target.server.address.clone(), texts, status: 200 };
            requests.send(1, Pace::AsFastAsAnswered).latencies()
        });
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// The cookie of somebody who may see and read everything.
fn session(target: &Target) -> String {
    let now = target.context().now();
    let begin = |conn: &mut db::Connection| -> db::Result<Token> {
        let email = format!("{}@example.com", hex::encode(manyi::crypto::random::<4>()));
        let new = NewUser { email, name: "林一".into(), role: Role::Quality, department_id: None, client_id: None };
        let id = user::add(conn, &new, now)?.unwrap();
        user::begin_session(conn, id, now)
    };
    format!("manyi_session={}", target.context().pool.write_now(begin).unwrap().as_str())
}

/// The memory of a program that has just begun to listen, over an empty directory.
fn idle_memory() {
    println!();
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_manyi"))
        .arg("serve")
        .env("MANYI_DATABASE_URL", format!("sqlite:{}/manyi.db", directory.path().display()))
        .env("MANYI_SECRET_FILE", directory.path().join("secret"))
        .env("MANYI_LISTEN", "127.0.0.1:0")
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let resident =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    child.kill().unwrap();
    child.wait().unwrap();
    match resident {
        Some(kilobytes) => {
            let kilobytes: f64 = kilobytes;
            line("idle memory", &format!("{:>8.1} MB", kilobytes / 1024.0), "≤ 40 MB");
        }
        None => line("idle memory", "not known: this system has no /proc, or the program did not start", ""),
    }
}
