//! A real program on a free port, over a database of its own, with a clock that moves when told and mail kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use chrono::{DateTime, TimeDelta, Utc};
use manyi::app::{Program, Role};
use manyi::clock::Clock;
use manyi::config::Config;
use manyi::context::Context;
use manyi::db::department::NewDepartment;
use manyi::db::employee::NewEmployee;
use manyi::db::intake::{Asking, Intake, Outcome, Stored};
use manyi::db::user::NewUser;
use manyi::db::{self, Pool};
use manyi::domain::service_record::{Channel, Contact, ServiceRecord, Touchpoint};
use manyi::domain::user::Role as UserRole;
use manyi::jobs::Step;
use manyi::jobs::deliver::Deliver;
use manyi::mail::{Mail, Mailer};
use scraper::{Html, Selector};

/// When tests begin: a Thursday morning in Shanghai.
pub const START: &str = "2026-10-08T10:00:00+08:00";

/// What bounces handed in over the API are signed with.
pub const BOUNCE_SECRET: &str = "agreed on with the relay";

/// Defines a test that runs on SQLite and on PostgreSQL.
macro_rules! on_both {
    ($name:ident, |$app:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "not every test uses every name")]
            use super::*;

            fn run($app: &mut $crate::harness::TestApp) $body

            #[test]
            fn on_sqlite() {
                run(&mut $crate::harness::TestApp::on_sqlite());
            }

            #[test]
            fn on_postgres() {
                if let Some(mut app) = $crate::harness::TestApp::on_postgres() {
                    run(&mut app);
                }
            }
        }
    };
}

/// The program under test.
pub struct TestApp {
    pub context: Context,
    pub base: String,
    agent: ureq::Agent,
    cookies: HashMap<String, String>,
    server: Option<(ServerHandle, JoinHandle<()>)>,
    _directory: tempfile::TempDir,
    database: Option<(String, String)>,
}

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    headers: HashMap<String, String>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The value of an attribute of the first element that matches.
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        self.first(selector, |element| element.value().attr(name).unwrap_or_default().to_owned())
    }

    /// What is read in the first element that matches.
    pub fn text(&self, selector: &str) -> String {
        self.first(selector, |element| element.text().collect::<String>().trim().to_owned())
    }

    fn first(&self, selector: &str, said: impl Fn(scraper::ElementRef<'_>) -> String) -> String {
        let html = Html::parse_document(&self.body);
        let selector = Selector::parse(selector).unwrap();
        let first = html.select(&selector).next();
        said(first.unwrap_or_else(|| panic!("nothing matches in {}", self.body)))
    }
}

impl TestApp {
    pub fn on_sqlite() -> Self {
        Self::on_sqlite_with(&[])
    }

    /// With these settings beside the usual ones.
    pub fn on_sqlite_with(settings: &[(&'static str, String)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/manyi.db", directory.path().display());
        Self::start(directory, url, None, settings, standing())
    }

    /// `None` where no server is named for tests; `tests/run` always names one.
    pub fn on_postgres() -> Option<Self> {
        Self::on_postgres_at(standing())
    }

    /// With another clock than one that stands at [`START`].
    pub fn on_postgres_at(clock: Clock) -> Option<Self> {
        let server = std::env::var("MANYI_TEST_POSTGRES_URL").ok()?;
        let name = format!("manyi_{}", hex::encode(manyi::crypto::random::<8>()));
        run_sql(&server, &format!("CREATE DATABASE {name}"));
        let (address, _) = server.rsplit_once('/').unwrap();
        let url = format!("{address}/{name}");
        Some(Self::start(tempfile::tempdir().unwrap(), url, Some((server, name)), &[], clock))
    }

    fn start(
        directory: tempfile::TempDir,
        url: String,
        database: Option<(String, String)>,
        settings: &[(&'static str, String)],
        clock: Clock,
    ) -> Self {
        let secret = directory.path().join("secret").display().to_string();
        let flags = [
            ("MANYI_DATABASE_URL", url),
            ("MANYI_SECRET_FILE", secret),
            ("MANYI_LISTEN", "127.0.0.1:0".to_owned()),
            ("MANYI_SMTP_URL", "memory:".to_owned()),
            ("MANYI_MAIL_FROM", "feedback@manyi.example".to_owned()),
            ("MANYI_ORGANISATION", "示例公司".to_owned()),
            ("MANYI_PHONE", "400-000-0000".to_owned()),
            ("MANYI_INVITE_DELAY_MINUTES", "0".to_owned()),
            ("MANYI_BOUNCE_DIR", directory.path().join("bounces").display().to_string()),
            ("MANYI_BOUNCE_SECRET", BOUNCE_SECRET.to_owned()),
            ("MANYI_ENV", "test".to_owned()),
        ];
        let flags = [&flags[..], settings].concat();
        let config = Config::from_layers(None, Vec::new(), &flags).unwrap();
        let mut program = Program::prepare(config, Role::Web).unwrap();
        program.context.clock = clock;
        let (context, base) = (program.context.clone(), program.context.base_url());
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || program.run(|handle| sender.send(handle).unwrap()).unwrap());
        let handle = receiver.recv().unwrap().unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self {
            context,
            base,
            agent,
            cookies: HashMap::new(),
            server: Some((handle, thread)),
            _directory: directory,
            database,
        }
    }

    pub fn pool(&self) -> &Pool {
        &self.context.pool
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.context.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.context.clock.advance(by);
    }

    pub fn get(&self, path: &str) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base)).header("Cookie", self.cookie_header());
        answer(request.call().unwrap())
    }

    /// The status that HEAD is answered with.
    pub fn head(&self, path: &str) -> u16 {
        self.agent.head(format!("{}{path}", self.base)).call().unwrap().status().as_u16()
    }

    /// The status of a form posted by another site or program, without a cookie.
    pub fn post_from(&self, origin: &str, path: &str, body: &[u8]) -> u16 {
        let request = self.agent.post(format!("{}{path}", self.base)).header("Origin", origin);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        request.send(body).unwrap().status().as_u16()
    }

    /// Posts a form as a browser on our own page would.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", encode(name), encode(value));
        let body: Vec<_> = fields.iter().map(pair).collect();
        self.post_raw(path, "application/x-www-form-urlencoded", body.join("&").as_bytes())
    }

    /// A form that a proxy says it was sent from another address.
    pub fn post_for(&self, address: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pair = |(name, value): &(&str, &str)| format!("{}={}", encode(name), encode(value));
        let body: Vec<_> = fields.iter().map(pair).collect();
        let request = self.agent.post(format!("{}{path}", self.base)).header("X-Forwarded-For", address);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        answer(request.header("Origin", &self.base).send(body.join("&").as_bytes()).unwrap())
    }

    pub fn post_raw(&self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("Content-Type", content_type)
            .header("Origin", &self.base)
            .header("Cookie", self.cookie_header());
        answer(request.send(body).unwrap())
    }

    pub fn cookie_header(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    pub fn department(&self, code: &str) -> i64 {
        let new = NewDepartment {
            code: code.into(),
            name_zh: format!("{code}部"),
            name_en: Some(format!("{code} department")),
            parent_id: None,
            head_email: None,
        };
        let now = self.now();
        self.pool().write_now(|conn| db::department::insert(conn, &new, now)).unwrap()
    }

    pub fn employee(&self, number: &str, department_id: i64) -> i64 {
        let new =
            NewEmployee { employee_no: number.into(), name: format!("员工{number}"), department_id, email: None };
        let now = self.now();
        self.pool().write_now(|conn| db::employee::insert(conn, &new, now)).unwrap()
    }

    /// Stores service records and returns what became of each.
    pub fn store(&self, records: &[ServiceRecord]) -> Vec<Outcome> {
        let Context { secrets, config, .. } = &self.context;
        let now = self.now();
        self.pool()
            .write_now(|conn| -> db::Result<_> {
                let mut intake = Intake::load(conn, secrets, &config.asking, config.time_zone, config.locale, now)?;
                let records: Vec<_> = records.iter().map(|record| (record, "")).collect();
                intake.store(conn, &records, Asking::Invite, |_| ())
            })
            .unwrap()
    }

    /// Stores one service record that is new.
    pub fn stored(&self, record: &ServiceRecord) -> Stored {
        match self.store(std::slice::from_ref(record)).remove(0) {
            Outcome::Created(stored) => stored,
            other => panic!("{other:?}"),
        }
    }

    /// A record of a web service that has just ended, with an address of its own.
    pub fn record(&self, number: usize, department: &str) -> ServiceRecord {
        ServiceRecord {
            external_id: format!("A-{number:05}"),
            department_code: department.into(),
            touchpoint: Some(Touchpoint::Web),
            channel: Channel::Online,
            completed_at: self.now() - TimeDelta::hours(1),
            employee_no: None,
            service_type: Some("账户咨询".into()),
            contact: Contact {
                customer_ref: None,
                name: Some("王女士".into()),
                email: Some(format!("customer{number}@example.com")),
                phone: None,
            },
            locale: None,
            requested_at: None,
            first_response_at: None,
            waiting_minutes: None,
            resolved: None,
            client_code: None,
            urgent: false,
            closed_automatically: false,
        }
    }

    /// Sends all mail that is due.
    pub fn deliver(&self) -> Vec<Mail> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let deliver = Deliver::new(self.context.clone());
            while deliver.step().await.unwrap() == Step::Ran {}
        });
        self.sent()
    }

    pub fn sent(&self) -> Vec<Mail> {
        self.context.mailer.as_ref().map(|mailer| Mailer::sent(mailer)).unwrap_or_default()
    }

    /// The path of an invitation's questionnaire.
    pub fn survey_path(&self, stored: &Stored) -> String {
        let found = self.pool().query_now(|conn| db::invitation::by_id(conn, stored.invitation_id)).unwrap().unwrap();
        format!("/s/{}", self.context.secrets.invitation_token(&found.salt.unwrap()).as_str())
    }

    /// Opens a questionnaire and answers it, as a browser would.
    pub fn answer(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path);
        let nonce = page.attribute("input[name=nonce]", "value");
        let mut all = vec![("nonce", nonce.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }

    /// A user, signed in by the one-time link.
    pub fn sign_in(&mut self, role: UserRole, department_id: Option<i64>) {
        self.cookies.clear();
        self.agent.cookie_jar_lock().clear();
        let email = format!("{}@manyi.example", role.as_str());
        let new = NewUser { email, name: "林一".into(), role, department_id, client_id: None };
        let now = self.now();
        let token = self
            .pool()
            .write_now(|conn| -> db::Result<_> {
                let id = db::user::add(conn, &new, now)?.unwrap();
                db::user::make_link(conn, Some(id), now)
            })
            .unwrap();
        let path = format!("/link/{}", token.as_str());
        let csrf = self.get(&path).attribute("input[name=csrf]", "value");
        let password = "correct horse battery staple";
        let entered = self.post(&path, &[("csrf", &csrf), ("password", password), ("password_again", password)]);
        assert_eq!(entered.status, 303, "{}", entered.body);
        let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
        let (name, value) = cookie.split_once('=').unwrap();
        self.cookies.insert(name.into(), value.into());
    }

    /// The scores of a period, as other systems get them.
    pub fn scores(&self, request: &db::scores::Request) -> db::scores::Scores {
        let thresholds = self.context.thresholds;
        self.pool().read_now(|conn| db::scores::scores(conn, request, &thresholds)).unwrap()
    }
}

/// Another database of the same kind, which is not there or empty yet.
pub struct Beside {
    pub url: String,
    database: Option<(String, String)>,
}

impl Beside {
    pub fn of(app: &TestApp) -> Self {
        let url = &app.context.config.database_url.0;
        let Some((server, name)) = &app.database else {
            return Self { url: format!("{url}.beside"), database: None };
        };
        let beside = format!("{name}_beside");
        run_sql(server, &format!("CREATE DATABASE {beside}"));
        let (address, _) = server.rsplit_once('/').unwrap();
        Self { url: format!("{address}/{beside}"), database: Some((server.clone(), beside)) }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.database {
            run_sql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            drop(handle.stop(false));
            let _ = thread.join();
        }
        if let Some((server, name)) = self.database.take() {
            run_sql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn standing() -> Clock {
    Clock::manual(DateTime::parse_from_rfc3339(START).unwrap().to_utc())
}

fn run_sql(url: &str, sql: &str) {
    use diesel::connection::{Connection, SimpleConnection};
    diesel::PgConnection::establish(url).unwrap().batch_execute(sql).unwrap();
}

fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let body = response.into_body().read_to_vec().unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    assert!(!body.contains("Unknown localization key"), "a text has no words, or lacks an argument: {body}");
    Answer { status, headers, body }
}

/// A text as part of a form.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

/// Runs a task on many threads at once.
pub fn at_once<T: Send + 'static>(count: usize, task: impl Fn(usize) -> T + Send + Sync + 'static) -> Vec<T> {
    let task = Arc::new(task);
    let start = Arc::new(std::sync::Barrier::new(count));
    let threads: Vec<_> = (0..count)
        .map(|at| {
            let (task, start) = (task.clone(), start.clone());
            std::thread::spawn(move || {
                start.wait();
                task(at)
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
