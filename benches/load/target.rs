//! A program over a database of its own, with an organisation of twelve departments, and ways to fill it.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use manyi::app::{Program, Role};
use manyi::config::Config;
use manyi::context::Context;
use manyi::crypto::Token;
use manyi::db::department::NewDepartment;
use manyi::db::employee::NewEmployee;
use manyi::db::intake::{Asking, Intake, Outcome};
use manyi::db::outbox::{self, Finish};
use manyi::db::response::Named;
use manyi::db::schema::{anonymous_response, pending_response, response};
use manyi::db::{self, questionnaire, tally};
use manyi::domain::period::{Grain, Period};
use manyi::domain::questionnaire::{Answers, Questionnaire};
use manyi::domain::response::{Attribution, Periods, Response};
use manyi::domain::service_record::{Channel, Contact, ServiceRecord, Touchpoint};
use manyi::domain::tally::{ServiceDelta, Tallies};

/// Departments.
pub const DEPARTMENTS: usize = 12;

/// Employees of each.
pub const EMPLOYEES: usize = 60;

/// Months that are filled.
pub const MONTHS: usize = 14;

/// One response for each employee and month: the smallest filling that has every row a page reads.
pub const ROUND: usize = DEPARTMENTS * EMPLOYEES * MONTHS;

const STAFF: usize = DEPARTMENTS * EMPLOYEES;

/// Keys of filled records begin here, out of the way of those that the database gives.
const FILLED: usize = 1_000_000_000;

/// A running program.
pub struct Server {
    /// What its handlers are given.
    pub context: Context,
    /// Address and port.
    pub address: String,
    stop: Option<(ServerHandle, JoinHandle<()>)>,
}

/// A program and its database, which is gone afterwards.
pub struct Target {
    /// The program.
    pub server: Server,
    url: String,
    directory: tempfile::TempDir,
    database: Option<(String, String)>,
    imported: Cell<usize>,
    committed: Cell<usize>,
    filled: Cell<usize>,
}

impl Target {
    /// On SQLite, or on PostgreSQL where a server for tests is named.
    pub fn start(postgres: bool) -> Option<Self> {
        // Beside what was built: a folder for temporary files may lie in memory, where nothing is ever durable.
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let (url, database) = if postgres {
            let server = std::env::var("MANYI_TEST_POSTGRES_URL").ok()?;
            let name = format!("manyi_{}", hex::encode(manyi::crypto::random::<8>()));
            run_sql(&server, &format!("CREATE DATABASE {name}"));
            (format!("{}/{name}", server.rsplit_once('/').unwrap().0), Some((server, name)))
        } else {
            (format!("sqlite:{}/manyi.db", directory.path().display()), None)
        };
        let server = Server::start(&url, &directory, true);
        let target = Self {
            server,
            url,
            directory,
            database,
            imported: Cell::new(0),
            committed: Cell::new(0),
            filled: Cell::new(0),
        };
        target.organise();
        Some(target)
    }

    /// A second program over the same database that stores no answers.
    pub fn without_storing(&self) -> Server {
        Server::start(&self.url, &self.directory, false)
    }

    /// Settings, storage, keys.
    pub fn context(&self) -> &Context {
        &self.server.context
    }

    fn organise(&self) {
        let now = self.context().now();
        let organise = |conn: &mut db::Connection| -> db::Result<()> {
            for at in 0..DEPARTMENTS {
                let department = NewDepartment {
                    code: code(at),
                    name_zh: format!("第{at}服务部"),
                    name_en: Some(format!("Service {at}")),
                    parent_id: None,
                    head_email: None,
                };
                let department_id = db::department::insert(conn, &department, now)?;
                assert_eq!(department_id as usize, at + 1);
                for n in at * EMPLOYEES..(at + 1) * EMPLOYEES {
                    let employee =
                        NewEmployee { employee_no: number(n), name: format!("员工{n}"), department_id, email: None };
                    assert_eq!(db::employee::insert(conn, &employee, now)? as usize, n + 1);
                }
            }
            Ok(())
        };
        self.context().pool.write_now(organise).unwrap();
    }

    /// What the database says of how it makes a commit durable, and where its file lies; `Err` if it does not.
    pub fn durability(&self) -> Result<String, String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            told: String,
        }
        let (query, is_durable) = if self.database.is_some() {
            let settings = ["fsync", "synchronous_commit", "full_page_writes"];
            let told = settings.map(|name| format!("'{name} ' || current_setting('{name}')")).join(" || ', ' || ");
            (format!("SELECT {told} AS told"), "fsync on, synchronous_commit on, full_page_writes on")
        } else {
            let query = "SELECT 'journal ' || journal_mode || ', synchronous ' || synchronous AS told \
                         FROM pragma_journal_mode, pragma_synchronous";
            (query.to_owned(), "journal wal, synchronous 2")
        };
        let tell = |conn: &mut db::Connection| -> db::Result<Row> { Ok(diesel::sql_query(query).get_result(conn)?) };
        let told = self.context().pool.run_now(tell).unwrap().told;
        let is_in_memory = self.database.is_none() && file_system(self.directory.path()) == "tmpfs";
        if told == is_durable && !is_in_memory { Ok(told) } else { Err(told) }
    }

    /// Stores so many service records with `manyi import`, from a file. Returns how long it took, from start to end.
    pub fn import_file(&self, count: usize) -> Duration {
        let now = self.context().now();
        let first = self.imported.replace(self.imported.get() + count);
        let file = self.directory.path().join("records.csv");
        let mut text =
            "external_id,department_code,touchpoint,channel,completed_at,employee_no,service_type,customer_ref,\
                        customer_name,email,phone,requested_at,first_response_at,waiting_minutes,resolved\n"
                .to_owned();
        for record in (first..first + count).map(|n| record(n, now)) {
            let contact = &record.contact;
            let time = |time: Option<DateTime<Utc>>| time.unwrap().to_rfc3339();
            let of_contact = [&contact.customer_ref, &contact.name, &contact.email, &contact.phone];
            let fields = [
                record.external_id.clone(),
                record.department_code.clone(),
                record.touchpoint.unwrap().as_str().to_owned(),
                record.channel.as_str().to_owned(),
                time(Some(record.completed_at)),
                record.employee_no.clone().unwrap(),
                record.service_type.clone().unwrap(),
            ];
            let fields = fields.into_iter().chain(of_contact.map(|field| field.clone().unwrap()));
            let times = [time(record.requested_at), time(record.first_response_at)];
            let fields: Vec<String> = fields.chain(times).chain(["5".to_owned(), "true".to_owned()]).collect();
            text.push_str(&fields.join(","));
            text.push('\n');
        }
        std::fs::write(&file, text).unwrap();
        let begun = Instant::now();
        let done = Command::new(env!("CARGO_BIN_EXE_manyi"))
            .args(["import", "service-records"])
            .arg(&file)
            .envs(settings(&self.url, &self.directory))
            .current_dir(self.directory.path())
            .output()
            .unwrap();
        let took = begun.elapsed();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        took
    }

    /// Stores so many service records as an import does when it has read them: in one transaction. Returns how long it took.
    pub fn import(&self, count: usize) -> Duration {
        let Context { secrets, config, pool, .. } = self.context();
        let now = self.context().now();
        let first = self.imported.replace(self.imported.get() + count);
        let records: Vec<_> = (first..first + count).map(|n| record(n, now)).collect();
        let begun = Instant::now();
        let store = |conn: &mut db::Connection| -> db::Result<()> {
            let mut intake = Intake::load(conn, secrets, &config.asking, config.time_zone, config.locale, now)?;
            let records: Vec<_> = records.iter().map(|record| (record, "")).collect();
            let outcomes = intake.store(conn, &records, Asking::Invite, |_| ())?;
            assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Created(_))));
            Ok(())
        };
        pool.import_now(store).unwrap();
        begun.elapsed()
    }

    /// Marks so many invitations as sent, as the worker does; returns the tokens of their links.
    pub fn send(&self, count: usize) -> Vec<Token> {
        let Context { secrets, config, pool, .. } = self.context();
        let mut tokens = Vec::new();
        while tokens.len() < count {
            let limit = (count - tokens.len()).min(500) as i32;
            let now = self.context().now();
            let send = |conn: &mut db::Connection| -> db::Result<Vec<Token>> {
                let claimed = outbox::claim(conn, secrets, now, limit)?;
                let accepted =
                    |mail: &outbox::Claimed| (mail.id, mail.lease_token.clone(), Finish::Accepted, "250".into());
                let results: Vec<_> = claimed.iter().map(accepted).collect();
                outbox::finish(conn, &results, &config.asking, config.time_zone, now)?;
                Ok(claimed.iter().map(|mail| secrets.invitation_token(&mail.salt)).collect())
            };
            let sent = pool.write_now(send).unwrap();
            assert!(!sent.is_empty(), "import more records first");
            tokens.extend(sent);
        }
        tokens
    }

    /// Named, anonymous and waiting answers.
    pub fn stored(&self) -> i64 {
        let count = |conn: &mut db::Connection| -> db::Result<i64> {
            let named: i64 = response::table.count().get_result(conn)?;
            let anonymous: i64 = anonymous_response::table.count().get_result(conn)?;
            Ok(named + anonymous + pending_response::table.count().get_result::<i64>(conn)?)
        };
        self.context().pool.query_now(count).unwrap()
    }

    /// How long the database itself takes to make so many transactions of one row each durable: on SQLite one after the
    /// other, since it has one writer; on PostgreSQL over 16 connections.
    pub fn one_row_commits(&self, count: usize) -> Duration {
        // A row that says the same again is not written.
        let first = self.committed.replace(self.committed.get() + count);
        let begun = Instant::now();
        if self.database.is_none() {
            for n in first..first + count {
                self.context().pool.write_now(|conn| db::setting::set(conn, &format!("bench-{n}"), "1")).unwrap();
            }
            return begun.elapsed();
        }
        let connect = |_| PgConnection::establish(&self.url).unwrap();
        let connections: Vec<_> = (0..16).map(connect).collect();
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for (at, connection) in connections.into_iter().enumerate() {
                scope.spawn(move || {
                    let mut connection = db::Connection::Postgres(connection);
                    for n in (first + at..first + count).step_by(16) {
                        db::setting::set(&mut connection, &format!("bench-{n}"), "1").unwrap();
                    }
                });
            }
        });
        begun.elapsed()
    }

    /// Adds so many responses by name for each employee in each of the last months, in few large transactions.
    pub fn fill(&self, rounds: usize) {
        let zone = self.context().config.time_zone;
        let last = Period::at(self.context().now(), zone, Grain::Month).prev();
        for month in last.last_n(MONTHS) {
            let first = FILLED + self.filled.replace(self.filled.get() + STAFF * rounds);
            let at = month.start().and_hms_opt(4, 0, 0).unwrap().and_utc() + TimeDelta::days(10);
            self.context().pool.write_now(|conn| self.fill_month(conn, first, STAFF * rounds, at)).unwrap();
        }
        let analyse = if self.database.is_some() { "VACUUM ANALYZE" } else { "PRAGMA wal_checkpoint(TRUNCATE)" };
        self.context().pool.run_now(|conn| conn.batch_execute(analyse).map_err(db::Error::from)).unwrap();
    }

    fn fill_month(&self, conn: &mut db::Connection, first: usize, count: usize, at: DateTime<Utc>) -> db::Result<()> {
        let versions = questionnaire::current(conn)?;
        let bytes = if self.database.is_some() { "BYTEA" } else { "BLOB" };
        let time = at.format("%Y-%m-%d %H:%M:%S");
        conn.batch_execute(&format!(
            "WITH RECURSIVE counter (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM counter WHERE i + 1 < {count})
             INSERT INTO service_record (id, external_id, content_hash, department_id, employee_id, touchpoint, channel,
               completed_at, urgent, created_at)
             SELECT {first} + i, 'F-' || ({first} + i), CAST('' AS {bytes}), 1 + (i % {STAFF}) / {EMPLOYEES},
               1 + i % {STAFF}, CASE i % 2 WHEN 0 THEN 'web' ELSE 'counter' END,
               CASE i % 2 WHEN 0 THEN 'online' ELSE 'offline' END, '{time}', FALSE, '{time}' FROM counter;
             INSERT INTO invitation (id, service_record_id, purpose, state, questionnaire_version_id, locale, due_at,
               expires_at, sent_at)
             SELECT id, id, 'service', 'answered', CASE channel WHEN 'online' THEN {} ELSE {} END, 'zh-CN', '{time}',
               '{time}', '{time}' FROM service_record WHERE id >= {first} AND id < {first} + {count};",
            versions.online, versions.offline
        ))?;
        let asked: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
        let periods = Periods::at(at, self.context().config.time_zone);
        let mut tallies = Tallies::default();
        let mut named = Vec::with_capacity(count);
        for i in 0..count {
            let channel = if i % 2 == 0 { Channel::Online } else { Channel::Offline };
            let attribution = Attribution {
                department_id: (1 + i % STAFF / EMPLOYEES) as i64,
                employee_id: Some((1 + i % STAFF) as i64),
                client_id: None,
                touchpoint: Some(if i % 2 == 0 { Touchpoint::Web } else { Touchpoint::Counter }),
                channel: Some(channel),
            };
            let answers = Answers(answers(first + i).map(|(code, value)| (code.into(), value.into())).into());
            let response = Response {
                // At every second service, so that the smallest filling shows as many comments as a page has room for.
                comment: (i / 2 % 2 == 0).then(|| "等了二十分钟，其他都很好。".into()),
                ..Response::own(attribution, periods, versions.for_channel(channel), &asked, answers)
            };
            tallies.add_response(&response);
            let served = ServiceDelta { records: 1, invited: 1, responded: 1, ..ServiceDelta::default() };
            tallies.add_service(attribution, periods, served);
            let id = (first + i) as i64;
            named.push(Named {
                invitation_id: Some(id),
                service_record_id: id,
                responded_at: at,
                entered_by: None,
                response,
            });
        }
        db::response::insert_named(conn, &named, &mut tallies)?;
        tally::add(conn, &tallies)
    }
}

impl Server {
    fn start(url: &str, directory: &tempfile::TempDir, stores: bool) -> Self {
        let flags = settings(url, directory);
        let program = Program::prepare(Config::from_layers(None, Vec::new(), &flags).unwrap(), Role::Web).unwrap();
        let program = if stores { program } else { program.without_storing() };
        let (context, address) = (program.context.clone(), program.context.config.listen.clone());
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || program.run(|handle| sender.send(handle).unwrap()).unwrap());
        let handle = receiver.recv().unwrap().unwrap();
        Self { context, address, stop: Some((handle, thread)) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.stop.take() {
            drop(handle.stop(false));
            let _ = thread.join();
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some((server, name)) = self.database.take() {
            run_sql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// The code of a department.
pub fn code(department: usize) -> String {
    format!("D{department:02}")
}

/// Four ratings, most of them good, that follow from `n`.
pub fn answers(n: usize) -> [(&'static str, &'static str); 4] {
    let mut mixed = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ["overall", "attitude", "speed", "solved"].map(|code| {
        mixed = mixed.rotate_left(17).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = match (mixed >> 40) % 100 {
            0..50 => "5",
            50..85 => "4",
            85..94 => "3",
            94..98 => "2",
            _ => "1",
        };
        (code, value)
    })
}

fn number(employee: usize) -> String {
    format!("E{employee:04}")
}

fn record(n: usize, now: DateTime<Utc>) -> ServiceRecord {
    let employee = n.wrapping_mul(7919) % STAFF;
    let touchpoint = if n.is_multiple_of(2) { Touchpoint::Web } else { Touchpoint::Counter };
    ServiceRecord {
        external_id: format!("SR-{n:08}"),
        department_code: code(employee / EMPLOYEES),
        touchpoint: Some(touchpoint),
        channel: if n.is_multiple_of(2) { Channel::Online } else { Channel::Offline },
        completed_at: now - TimeDelta::minutes(5),
        employee_no: Some(number(employee)),
        service_type: Some("上门维修".into()),
        contact: Contact {
            customer_ref: Some(format!("C{n:08}")),
            name: Some("王女士".into()),
            email: Some(format!("customer{n}@example.com")),
            phone: Some(format!("139{n:08}")),
        },
        locale: None,
        requested_at: Some(now - TimeDelta::minutes(65)),
        first_response_at: Some(now - TimeDelta::minutes(60)),
        waiting_minutes: Some(5),
        resolved: Some(true),
        client_code: None,
        urgent: false,
        closed_automatically: false,
    }
}

fn settings(url: &str, directory: &tempfile::TempDir) -> [(&'static str, String); 5] {
    [
        ("MANYI_DATABASE_URL", url.to_owned()),
        ("MANYI_SECRET_FILE", directory.path().join("secret").display().to_string()),
        ("MANYI_LISTEN", "127.0.0.1:0".to_owned()),
        ("MANYI_INVITE_DELAY_MINUTES", "0".to_owned()),
        ("MANYI_QUIET_HOURS", "off".to_owned()),
    ]
}

/// The kind of file system that a folder lies in; empty where the system does not tell.
fn file_system(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let holding = mounts.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    holding.map(|(_, kind)| kind.to_owned()).unwrap_or_default()
}

fn run_sql(url: &str, sql: &str) {
    PgConnection::establish(url).unwrap().batch_execute(sql).unwrap();
}
