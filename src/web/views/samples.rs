//! Pages full of plausible data, for tests: twelve departments, every verdict with every strength of evidence.

use askama::Template;
use chrono::{NaiveDate, NaiveDateTime};

use super::figure::Response;
use super::sample_figures::{change, measure, person, points, points_of, rate, score, unjudged};
use super::{appraisals, auth, captured_mail, department, error, follow_up, overview, periods, public, record, shell};
use crate::chart::{self, Size, Trend, TrendPoint, Unit};
use crate::domain::commitment::{self, Commitment, Level, Metric};
use crate::domain::estimate::{Cell, estimate};
use crate::domain::explanation::explain;
use crate::domain::period::{Period, State};
use crate::domain::questionnaire::{AnswerError, AnswerProblem, Questionnaire};
use crate::domain::response::Base;
use crate::domain::sample::Disposition;
use crate::domain::scorecard::Reach;
use crate::domain::service_record::Channel;
use crate::domain::user::Role;
use crate::domain::verdict::Thresholds;
use crate::i18n::{Locale, Texts};
use crate::web::survey::fields::fields;

/// What a hostile source would put into every text it controls.
pub(crate) const HOSTILE: &str = "</title></svg><script>alert(1)</script>\"'onload=x&{{7*7}}";

/// Makes pages in one language, from friendly or hostile texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Samples {
    pub(crate) t: Texts,
    pub(crate) hostile: bool,
}

/// Name (zh, en), satisfied of answers online and offline, mean points of how many, invited.
type DepartmentSample = (&'static str, &'static str, (u32, u32), (u32, u32), (u32, u32), u32);

const DEPARTMENTS: [DepartmentSample; 12] = [
    ("安装部", "Installation", (228, 240), (54, 60), (88, 300), 905),
    ("仓储物流部", "Warehousing and Logistics", (1400, 1600), (260, 320), (84, 1920), 5880),
    ("财务部", "Finance", (3, 3), (0, 0), (90, 3), 25),
    ("大客户服务中心", "Key Account Service Centre", (27, 28), (26, 29), (92, 57), 120),
    ("会员运营部", "Membership", (25, 29), (21, 25), (83, 54), 210),
    ("客户服务部", "Customer Service", (212, 252), (77, 110), (79, 362), 1240),
    ("配件供应部", "Parts Supply", (24, 30), (24, 30), (81, 60), 190),
    ("维修服务部", "Repair Service", (186, 203), (36, 41), (87, 244), 787),
    ("线上商城", "Online Shop", (655, 690), (0, 0), (91, 690), 2070),
    ("信息技术部", "Information Technology", (17, 22), (13, 17), (78, 39), 95),
    ("营业厅（城东）", "Service Hall East", (31, 35), (118, 131), (89, 166), 640),
    ("质量监督与投诉处理中心", "Quality Supervision and Complaints Centre", (44, 50), (43, 50), (85, 100), 333),
];

const TREND: [(u32, u32); 14] = [
    (168, 188),
    (183, 201),
    (158, 176),
    (170, 190),
    (3, 4),
    (171, 185),
    (0, 0),
    (166, 192),
    (181, 198),
    (175, 189),
    (160, 184),
    (178, 195),
    (182, 200),
    (186, 203),
];

impl Samples {
    pub(crate) fn new(locale: Locale) -> Self {
        Self { t: Texts::new(locale), hostile: false }
    }

    /// Every page in every state, by name.
    pub(crate) fn pages(&self) -> Vec<(String, String)> {
        let mut pages = vec![
            ("sign-in".to_owned(), self.sign_in(false).render()),
            ("sign-in-failed".to_owned(), self.sign_in(true).render()),
            ("set-password".to_owned(), self.set_password(None).render()),
            ("set-password-refused".to_owned(), self.set_password(Some(auth::PasswordProblem::TooShort)).render()),
            ("set-up".to_owned(), self.set_up(Vec::new()).render()),
            ("set-up-refused".to_owned(), self.set_up(all_problems()).render()),
            ("overview".to_owned(), self.overview().render()),
            ("overview-empty".to_owned(), self.overview_empty().render()),
            ("department".to_owned(), self.department().render()),
            ("department-small".to_owned(), self.department_small().render()),
            ("samples".to_owned(), self.drawn_samples().render()),
            ("samples-refused".to_owned(), self.drawn_samples_refused().render()),
            ("sample".to_owned(), self.drawn_sample().render()),
            ("interview".to_owned(), self.interview(false).render()),
            ("interview-refused".to_owned(), self.interview(true).render()),
            ("appraisals".to_owned(), self.appraisals().render()),
            ("periods".to_owned(), self.periods_page(2).render()),
            ("periods-empty".to_owned(), self.periods_page(0).render()),
            ("period".to_owned(), self.period_page(false).render()),
            ("period-refused".to_owned(), self.period_page(true).render()),
            ("record".to_owned(), self.record(true).render()),
            ("record-none".to_owned(), self.record(false).render()),
            ("appraisals-empty".to_owned(), self.appraisals_empty().render()),
            ("mails".to_owned(), self.mails().render()),
            ("mails-empty".to_owned(), self.mails_empty().render()),
            ("mail".to_owned(), self.mail().render()),
            ("mail-bare".to_owned(), self.mail_bare().render()),
            ("commitments".to_owned(), self.commitments().render()),
            ("commitments-empty".to_owned(), self.commitments_empty().render()),
            ("privacy".to_owned(), self.privacy().render()),
        ];
        pages.extend(super::comparison_samples::pages(self));
        for problem in error::Problem::ALL {
            pages.push((format!("problem-{}", problem.status()), self.error(problem).render()));
        }
        pages.into_iter().map(|(name, html)| (name, html.unwrap())).collect()
    }

    pub(super) fn say(&self, zh: &str, en: &str) -> String {
        let text = if self.t.locale() == Locale::ZhCn { zh } else { en };
        if self.hostile { format!("{text}{HOSTILE}") } else { text.to_owned() }
    }

    pub(crate) fn shell(&self, current: shell::Area) -> shell::Shell {
        use shell::Area::{Appraisals, Commitments, Department, Mail, Overview, Periods};
        let entry = |area, href: &str| shell::NavEntry { area, href: href.to_owned(), current: area == current };
        shell::Shell {
            account: Some(shell::Account {
                name: self.say("赵敏", "Zhao Min"),
                role: Role::Head,
                csrf: "c5rf".to_owned(),
            }),
            nav: vec![
                entry(Overview, "/overview"),
                entry(Department, "/departments/MR"),
                entry(Periods, "/periods"),
                entry(Appraisals, "/appraisals"),
                entry(Commitments, "/commitments"),
                entry(Mail, "/dev/mail"),
            ],
            freshness: Some(shell::Freshness {
                as_of: moment("2026-11-16T21:00:00"),
                period: Some((period("2026-10"), State::Published, 0)),
            }),
            ..self.outside()
        }
    }

    pub(crate) fn outside(&self) -> shell::Shell {
        shell::Shell {
            t: self.t,
            organisation: self.say("示例家电服务公司", "Example Appliance Service"),
            stylesheet: "/static/app.css".to_owned(),
            demo: true,
            language_href: "?lang=en".to_owned(),
            account: None,
            nav: Vec::new(),
            freshness: None,
        }
    }

    fn sign_in(&self, failed: bool) -> auth::SignIn {
        auth::SignIn {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            next: "/overview".to_owned(),
            email: if failed { self.say("zhao@example.com", "zhao@example.com") } else { String::new() },
            failed,
        }
    }

    fn set_password(&self, problem: Option<auth::PasswordProblem>) -> auth::SetPassword {
        auth::SetPassword {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            action: "/welcome/abc".to_owned(),
            name: self.say("赵敏", "Zhao Min"),
            email: "zhao@example.com".to_owned(),
            problem,
        }
    }

    fn set_up(&self, problems: Vec<auth::SetUpProblem>) -> auth::SetUp {
        auth::SetUp {
            shell: self.outside(),
            csrf: "c5rf".to_owned(),
            action: "/set-up/abc".to_owned(),
            organisation: if problems.is_empty() { String::new() } else { self.say("示例公司", "Example") },
            name: String::new(),
            email: "zhao@".to_owned(),
            problems,
        }
    }

    pub(crate) fn overview(&self) -> overview::Overview {
        let departments = DEPARTMENTS.iter().map(|(zh, en, online, offline, (mean, scored), invited)| {
            let values = |(k, n): (u32, u32), shift: u32| -> Vec<Option<f64>> {
                let rate = f64::from(k) * 100.0 / f64::from(n.max(1));
                let wave = |i: u32| f64::from((i * 7 + shift) % 5) * 1.6 - 3.0;
                (0..12).map(|i| (n >= 5).then(|| (rate + wave(i)).min(100.0))).collect()
            };
            let spark = |(k, n), shift, target| {
                (n >= 5).then(|| chart::sparkline_svg(&values((k, n), shift), &(70.0..=100.0), Some(target)))
            };
            overview::DepartmentRow {
                name: self.say(zh, en),
                href: "/departments/MR?period=2026-10".to_owned(),
                online: rate(Some(Channel::Online), *online),
                online_trend: spark(*online, 1, 90.0),
                offline: rate(Some(Channel::Offline), *offline),
                offline_trend: spark(*offline, 3, 85.0),
                points: points(*mean, *scored),
                response: Reach { invited: *invited, responded: online.1 + offline.1 }.into(),
            }
        });
        overview::Overview {
            shell: self.shell(shell::Area::Overview),
            path: "/overview".to_owned(),
            period: period("2026-10"),
            periods: periods(),
            responses: 3923,
            response: Reach { invited: 12_495, responded: 3923 }.into(),
            is_sampled: true,
            departments: departments.collect(),
        }
    }

    fn drawn_samples(&self) -> follow_up::SamplesPage {
        let row = follow_up::SampleRow {
            period: period("2026-Q3"),
            href: "/samples/2026-Q3".to_owned(),
            drawn: 172,
            answered: 104,
            frame: 5_120,
            drawn_at: date("2026-10-08").and_hms_opt(9, 0, 0).unwrap(),
            drawn_by: self.say("quality@example.com", "quality@example.com"),
        };
        let form = follow_up::DrawForm {
            action: "/samples".to_owned(),
            period: "2026-Q3".to_owned(),
            periods: vec![period("2026-Q4"), period("2026-Q3")],
            fraction: "0.1".to_owned(),
            seed: "482913".to_owned(),
            reason: None,
            problems: Vec::new(),
        };
        follow_up::SamplesPage { shell: self.shell(shell::Area::Samples), samples: vec![row], form: Some(form) }
    }

    fn drawn_samples_refused(&self) -> follow_up::SamplesPage {
        use follow_up::DrawProblem::{AlreadyDrawn, Fraction, LosesAnswers, NoRecords, Period, Reason, Seed, Told};
        let mut page = self.drawn_samples();
        if let Some(form) = &mut page.form {
            form.fraction = self.say("十分之一", "a tenth");
            form.reason = Some(self.say("补录", "late records"));
            form.problems = vec![Fraction, Seed, Reason, Period, NoRecords, AlreadyDrawn, Told, LosesAnswers(3)];
        }
        page
    }

    fn case(&self, position: i32, last: Option<Disposition>) -> follow_up::CaseRow {
        follow_up::CaseRow {
            position,
            href: Some(format!("/samples/2026-Q3/{position}")),
            number: self.say("单-20260901-0042", "T-20260901-0042"),
            department: self.say("维修服务部", "Repair Service"),
            channel: Channel::Offline,
            completed_on: date("2026-09-01"),
            contact: self.say("王** · 138****5678", "W** · 138****5678"),
            last,
        }
    }

    fn drawn_sample(&self) -> follow_up::SamplePage {
        let row = |department: Option<String>, channel, cells: &[Cell]| {
            let found = estimate(cells);
            follow_up::EstimateRow {
                href: department.as_ref().map(|_| "/departments/MR?period=2026-Q3".to_owned()),
                department,
                channel,
                figure: rate(channel, (found.total.satisfied, found.total.n)),
                estimate: found,
                wanted: Some(278),
            }
        };
        let cell = |eligible, n, satisfied| Cell { eligible, drawn: n + 20, n, satisfied };
        let repair = Some(self.say("维修服务部", "Repair Service"));
        let small = row(Some(self.say("财务部", "Finance")), Some(Channel::Online), &[cell(20, 3, 3)]);
        let draw = follow_up::DrawRow {
            number: 1,
            seed: 42,
            fraction: "0.1".to_owned(),
            frame: 5_120,
            hash: "2805e580bb427cfbdc7cd2e0ac404bab1575c99efb2d5548cea71b3626cbb8b7".to_owned(),
            at: date("2026-10-08").and_hms_opt(9, 0, 0).unwrap(),
            by: "quality@example.com".to_owned(),
            reason: Some(self.say("补录了记录", "records came late")),
        };
        let form = self.drawn_samples().form.map(|form| follow_up::DrawForm {
            periods: Vec::new(),
            reason: Some(String::new()),
            ..form
        });
        follow_up::SamplePage {
            shell: self.shell(shell::Area::Samples),
            period: period("2026-Q3"),
            draws: vec![draw],
            is_early: true,
            progress: vec![(None, 12), (Some(Disposition::Answered), 104), (Some(Disposition::Refused), 9)],
            response_rate: Some(60.4651),
            estimates: vec![
                row(None, None, &[cell(400, 60, 51), cell(200, 30, 28)]),
                row(repair, Some(Channel::Online), &[cell(400, 60, 51)]),
                small,
            ],
            cases: Disposition::ALL.into_iter().zip(1..).map(|(one, at)| self.case(at, Some(one))).collect(),
            matching: 172,
            shows_all: true,
            path: "/samples/2026-Q3".to_owned(),
            page: (2, 4),
            redraw: form,
        }
    }

    fn interview(&self, refused: bool) -> follow_up::InterviewPage {
        let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::OFFLINE_JSON).unwrap();
        let missing = AnswerError { code: "overall".to_owned(), reason: AnswerProblem::Missing };
        let errors = if refused { vec![&missing] } else { Vec::new() };
        let attempt = follow_up::AttemptRow {
            at: date("2026-10-09").and_hms_opt(10, 30, 0).unwrap(),
            by: self.say("沈怡", "Shen Yi"),
            disposition: Disposition::CallBack,
        };
        follow_up::InterviewPage {
            shell: self.shell(shell::Area::Samples),
            period: period("2026-Q3"),
            case: self.case(7, Some(Disposition::CallBack)),
            service_type: Some(self.say("上门维修", "Repair visit")),
            path: "/samples/2026-Q3/7".to_owned(),
            contact: refused.then(|| vec![(self.say("电话", "Phone"), self.say("13812345678", "13812345678"))]),
            attempts: vec![attempt],
            is_open: true,
            interviewer: self.say("沈怡", "Shen Yi"),
            fields: fields(self.t, &questionnaire, &[("comment".to_owned(), self.say("好", "fine"))], &errors),
            problems: errors.iter().map(|_| ("q1".to_owned(), self.say("请选择", "choose"))).collect(),
        }
    }

    fn overview_empty(&self) -> overview::Overview {
        let response = Response { invited: 0, responded: 0, rate: None };
        overview::Overview { departments: Vec::new(), responses: 0, response, ..self.overview() }
    }

    pub(crate) fn department(&self) -> department::DepartmentPage {
        let channel = Some(Channel::Online);
        let headline = |metric, channel, figure| department::Headline {
            metric,
            channel,
            base: Base::Invited,
            judged: Base::Invited,
            figure,
        };
        let question = |zh, en, k, n, change| department::QuestionRow {
            text: self.say(zh, en),
            trend: Some(chart::sparkline_svg(&sample_rates(), &(75.0..=100.0), None)),
            figure: unjudged(k, n),
            change,
        };
        department::DepartmentPage {
            shell: self.shell(shell::Area::Department),
            path: "/departments/MR".to_owned(),
            name: self.say("维修服务部", "Repair Service"),
            overview_href: Some("/overview?period=2026-10".to_owned()),
            period: period("2026-10"),
            periods: periods(),
            channel,
            base: Base::Invited,
            sentence: self.sentence((186, 203), channel),
            headlines: vec![
                headline(Metric::SatisfactionRate, channel, rate(channel, (186, 203))),
                headline(Metric::SatisfactionRate, Some(Channel::Offline), rate(Some(Channel::Offline), (20, 29))),
                headline(Metric::SatisfactionRate, None, rate(None, (206, 244))),
                headline(Metric::Points, None, points(87, 244)),
                headline(Metric::ResolutionRate, channel, unjudged(190, 199)),
            ],
            response: Reach { invited: 655, responded: 203 }.into(),
            charts: vec![self.chart(Metric::SatisfactionRate, channel)],
            questions: vec![
                question("服务态度", "Attitude", 193, 203, Some(change(0.4, (-3.1, 3.9)))),
                question("响应和处理速度", "Speed", 165, 201, Some(change(-5.1, (-9.0, -1.2)))),
                question("问题是否解决", "Solved", 180, 199, Some(change(6.2, (1.1, 11.0)))),
                question("上门守时", "Punctuality", 4, 4, None),
            ],
            heat_map: Some(self.heat_map()),
            drivers: self.drivers(),
            comments: department::Comments::Shown(self.comments()),
            employees: [
                ("陈建国", "Chen Jianguo", 61, 66),
                ("李娜", "Li Na", 58, 64),
                ("欧阳文静", "Ouyang Wenjing", 64, 70),
                ("王芳", "Wang Fang", 3, 3),
            ]
            .into_iter()
            .map(|(zh, en, k, n)| department::EmployeeRow {
                name: self.say(zh, en),
                rate: person(k, n),
                points: points_of(Level::Employee, 86, n),
            })
            .collect(),
            csv_href: "/departments/MR.csv?period=2026-10".to_owned(),
        }
    }

    fn department_small(&self) -> department::DepartmentPage {
        department::DepartmentPage {
            overview_href: None,
            base: Base::Invited,
            sentence: self.sentence((3, 3), None),
            headlines: vec![department::Headline {
                metric: Metric::SatisfactionRate,
                channel: None,
                base: Base::Sample,
                judged: Base::Invited,
                figure: rate(None, (3, 3)),
            }],
            channel: None,
            response: Response { invited: 0, responded: 0, rate: None },
            charts: Vec::new(),
            questions: Vec::new(),
            heat_map: None,
            drivers: super::insight::DriversView::TooFew { n: 3, needed: 50 },
            comments: department::Comments::TooFew,
            employees: Vec::new(),
            ..self.department()
        }
    }

    pub(crate) fn sentence(&self, counts: (u32, u32), channel: Option<Channel>) -> super::Sentence {
        let score = score(Level::Department, Metric::SatisfactionRate, channel, &measure(counts));
        let change = (counts.1 >= 5).then(|| change(-0.4, (-5.6, 4.9)));
        let parts = explain(&score, &Thresholds::default());
        super::Sentence { period: period("2026-10"), channel, parts, change }
    }

    fn chart(&self, metric: Metric, channel: Option<Channel>) -> department::Chart {
        let points = period("2026-10").last_n(TREND.len()).into_iter().zip(TREND).map(|(period, counts)| {
            let figure = score(Level::Department, metric, channel, &measure(counts));
            TrendPoint {
                label: period.to_string(),
                n: figure.n.into(),
                value: figure.value,
                low: figure.ci_low,
                high: figure.ci_high,
                target: Some(90.0),
                minor_floor: Some(85.0),
                ..TrendPoint::default()
            }
        });
        let trend = Trend {
            id: "trend-MR-online".to_owned(),
            title: self.say("维修服务部 · 线上满意率", "Repair Service · satisfaction rate, online"),
            subtitle: None,
            unit: Unit::Percent,
            points: points.collect(),
            locale: self.t.locale(),
            from_zero: false,
        };
        department::Chart {
            metric,
            channel,
            wide: chart::trend_svg(&trend, Size::Wide).unwrap(),
            narrow: chart::trend_svg(&Trend { id: "narrow".to_owned(), ..trend.clone() }, Size::Narrow).unwrap(),
            rows: chart::trend_table(&trend).unwrap(),
            reading: sample_reading(channel),
            csv_href: Some("/departments/MR/trend.csv".to_owned()),
        }
    }

    fn comments(&self) -> Vec<department::Comment> {
        let comment = |(zh, en): (&str, &str), (word_zh, word_en): (&str, &str), satisfied| department::Comment {
            text: self.say(zh, en),
            word: self.say(word_zh, word_en),
            satisfied,
            service_type: Some(self.say("上门维修", "On-site repair")),
            month: period("2026-10"),
        };
        vec![
            comment(
                (
                    "等了三天才有人上门，中间没有人打电话说明情况。\n师傅的手艺很好。",
                    "Three days until anyone came, and nobody called in between.\nThe technician knew his job.",
                ),
                ("不满意", "Dissatisfied"),
                false,
            ),
            comment(
                ("谢谢，一次就修好了。", "Thank you, fixed at the first visit."),
                ("非常满意", "Very satisfied"),
                true,
            ),
            comment(("预约时间可以再准一点。", "The appointment could be more precise."), ("满意", "Satisfied"), true),
        ]
    }

    fn appraisals(&self) -> appraisals::Appraisals {
        let row = |text, state, revision, sealed: Option<(&str, String)>| appraisals::AppraisalPeriod {
            period: period(text),
            state,
            revision,
            sealed: sealed.map(|(at, by)| (moment(at), by)),
            hash: (state == State::Sealed).then(|| "9f2c6a0be1d3470f".repeat(4)),
            href: format!("/periods/{text}"),
            files: appraisals::FileFormat::ALL.map(|format| (format, format!("/appraisals/{text}"))).to_vec(),
        };
        let download = |at, revision, format, rows| appraisals::Download {
            at: moment(at),
            by: self.say("赵敏", "Zhao Min"),
            period: period("2026-09"),
            revision,
            format,
            rows,
            sha256: "9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f".to_owned(),
        };
        appraisals::Appraisals {
            shell: self.shell(shell::Area::Appraisals),
            periods: vec![
                row("2026-11", State::Open, 0, None),
                row("2026-10", State::Published, 0, None),
                row("2026-Q3", State::Evaluating, 0, None),
                row("2026-09", State::Sealed, 1, Some(("2026-10-30T17:20:00", self.say("李工", "Li Gong")))),
                row("2026-08", State::Sealed, 2, Some(("2026-10-12T09:05:00", self.say("王工", "Wang Gong")))),
            ],
            downloads: vec![
                download("2026-11-16T09:12:00", 1, appraisals::FileFormat::Xlsx, 34),
                download("2026-11-15T18:40:00", 0, appraisals::FileFormat::Csv, 1204),
                download("2026-11-02T08:00:00", 1, appraisals::FileFormat::Json, 34),
            ],
        }
    }

    fn record(&self, found: bool) -> record::RecordPage {
        let row = |n, withheld: Option<crate::domain::appraisal::Withheld>| record::RecordRow {
            department: self.say("维修服务部", "Repair Service"),
            channel: None,
            n,
            rate: withheld.is_none().then_some((18, 90.0, Some((69.9, 97.2)))),
            points: withheld.is_none().then_some((20, 88.25)),
            withheld,
        };
        let sealed = record::SealedPeriod {
            period: period("2026-Q3"),
            revision: 1,
            at: moment("2026-11-02T10:00:00"),
            hash: "9f2c6a0be1d3470f".repeat(4),
            rows: vec![row(20, None), row(7, Some(crate::domain::appraisal::Withheld::TooFewForPerson))],
        };
        record::RecordPage {
            shell: self.shell(shell::Area::Record),
            employee: found.then(|| (self.say("李工", "Li Gong"), "00123".to_owned())),
            minimum: 20,
            periods: if found { vec![sealed] } else { Vec::new() },
        }
    }

    fn duties(&self) -> Vec<periods::DutyLine> {
        use crate::domain::duty::{DutyKind, Standing};
        let duty = |kind, clause, due: &str, done: Option<&str>, standing| periods::DutyLine {
            kind,
            clause,
            due: due.parse().unwrap(),
            aim: due.parse().unwrap(),
            done: done.map(|day| day.parse().unwrap()),
            standing,
            provisional: standing == Standing::Late,
        };
        vec![
            duty(DutyKind::Evaluation, "D-3.1(3)", "2026-10-20", Some("2026-10-16"), Standing::OnTime),
            duty(DutyKind::Notice, "D-3.1(3)", "2026-10-14", Some("2026-10-16"), Standing::Late),
            duty(DutyKind::Objection, "D-4.1", "2026-10-30", None, Standing::Open),
        ]
    }

    fn periods_page(&self, rows: usize) -> periods::PeriodsPage {
        let row = |text: &str, state, duties: usize| periods::PeriodRow {
            period: period(text),
            href: format!("/periods/{text}"),
            state,
            revision: 1,
            duties: self.duties().into_iter().take(duties).collect(),
        };
        let all = [row("2026-10", State::Open, 2), row("2026-09", State::Published, 3)];
        periods::PeriodsPage {
            shell: self.shell(shell::Area::Periods),
            year: 2026,
            years: vec![2026, 2025],
            rows: all.into_iter().take(rows).collect(),
        }
    }

    fn period_page(&self, refused: bool) -> periods::PeriodPage {
        let why = self.say("异议期到 2026-10-30 当日结束", "Objections may come until 2026-10-30");
        let person = |zh, en| self.say(zh, en);
        periods::PeriodPage {
            shell: self.shell(shell::Area::Periods),
            path: "/periods/2026-09".to_owned(),
            period: period("2026-09"),
            state: State::Published,
            revision: 1,
            duties: self.duties(),
            collide: true,
            actions: periods::Action::ALL.to_vec(),
            csrf: "c5rf".to_owned(),
            whole: refused,
            refused: refused.then(|| (periods::Action::Seal, why, self.say("无异议", "No objection"))),
            asked: Some(periods::Asked {
                by: person("赵敏", "Zhao Min"),
                at: moment("2026-11-16T09:12:00"),
                reason: person("导入有误", "A wrong import"),
                own: refused,
            }),
            seals: vec![periods::SealRow {
                revision: 1,
                at: moment("2026-11-02T10:00:00"),
                by: person("李工", "Li Gong"),
                hash: "9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f9f2c6a0be1d3470f".to_owned(),
                early: Some(person("各部门均已确认", "All departments agreed")),
                reopened: vec![(person("赵", "Zhao"), person("钱", "Qian"), person("导入有误", "A wrong import"))],
                href: "/periods/2026-09/seals/1.json".to_owned(),
            }],
        }
    }

    fn appraisals_empty(&self) -> appraisals::Appraisals {
        appraisals::Appraisals { periods: Vec::new(), downloads: Vec::new(), ..self.appraisals() }
    }

    fn mails(&self) -> captured_mail::CapturedMails {
        let mail = |at, to: &str, zh, en| captured_mail::MailLine {
            href: "/dev/mail/7".to_owned(),
            at: moment(at),
            from: self.say(
                "维修服务部（示例公司） <feedback@example.com>",
                "Repair Service (Example) <feedback@example.com>",
            ),
            to: to.to_owned(),
            subject: self.say(zh, en),
        };
        captured_mail::CapturedMails {
            shell: self.shell(shell::Area::Mail),
            total: 1128,
            mails: vec![
                mail(
                    "2026-11-18T10:00:00",
                    "wang@example.com",
                    "11月18日上门维修，您满意吗？",
                    "Your repair on 18 November: were you satisfied?",
                ),
                mail(
                    "2026-11-18T09:58:00",
                    "a.very.long.address.of.a.customer@mail.example-company.com",
                    "11月17日安装，您满意吗？",
                    "Your installation on 17 November: were you satisfied?",
                ),
            ],
        }
    }

    fn mails_empty(&self) -> captured_mail::CapturedMails {
        captured_mail::CapturedMails { mails: Vec::new(), total: 0, ..self.mails() }
    }

    pub(crate) fn mail(&self) -> captured_mail::CapturedMail {
        let word = self.say("非常满意", "Very satisfied");
        captured_mail::CapturedMail {
            shell: self.shell(shell::Area::Mail),
            subject: self.say("11月18日上门维修，您满意吗？", "Your repair on 18 November: were you satisfied?"),
            headers: vec![
                (
                    "From".to_owned(),
                    self.say("维修服务部 <feedback@example.com>", "Repair Service <feedback@example.com>"),
                ),
                ("List-Unsubscribe".to_owned(), "<https://example.com/u/abcdefghijklmnopqrstuv>".to_owned()),
            ],
            html: Some(
                "<html><body style=\"font:16px sans-serif\"><p>您好！</p><table><tr>\
                 <td style=\"border:1px solid #666;padding:12px\">\
                 <a href=\"http://127.0.0.1:8080/s/abc?q.overall=5\">非常满意</a></td></tr></table></body></html>"
                    .to_owned(),
            ),
            text: Some(format!("{word}: http://127.0.0.1:8080/s/abc?q.overall=5\n{word}：https://example.com/x。\n")),
            raw: format!("Subject: =?utf-8?B?MTE=?=\r\nX-Long: {}\r\n\r\nbody", "x".repeat(300)),
            list_href: "/dev/mail".to_owned(),
        }
    }

    fn mail_bare(&self) -> captured_mail::CapturedMail {
        captured_mail::CapturedMail { html: None, text: None, ..self.mail() }
    }

    fn commitments(&self) -> public::CommitmentsPage {
        let mut all = commitment::defaults(date("2026-01-01"));
        all.iter_mut().filter(|c| c.metric == Metric::Points).for_each(|c| c.valid_to = Some(date("2028-12-31")));
        all.extend(all.first().map(|first| Commitment {
            level: Level::Department,
            department_code: Some("MR".to_owned()),
            target: 9_250,
            ..first.clone()
        }));
        let result = |department, counts| public::ResultRow {
            period: period("2026-Q3"),
            department,
            metric: Metric::SatisfactionRate,
            channel: Some(Channel::Online),
            figure: rate(Some(Channel::Online), counts),
        };
        public::CommitmentsPage {
            shell: self.shell(shell::Area::Commitments),
            in_force: public::CommitmentRow::public(&all, |_| self.say("维修服务部", "Repair Service")),
            results: vec![
                result(None, (2800, 3100)),
                result(Some(self.say("维修服务部", "Repair Service")), (500, 600)),
            ],
        }
    }

    fn commitments_empty(&self) -> public::CommitmentsPage {
        public::CommitmentsPage { shell: self.outside(), in_force: Vec::new(), results: Vec::new() }
    }

    pub(crate) fn privacy(&self) -> public::PrivacyPage {
        public::PrivacyPage {
            shell: self.outside(),
            email: Some(self.say("privacy@example.com", "privacy@example.com")),
            phone: Some("400-000-0000".to_owned()),
            retention_months: 36,
            link_days: 14,
            updated: date("2026-11-01"),
        }
    }

    fn error(&self, problem: error::Problem) -> error::ErrorPage {
        let internal = problem == error::Problem::Internal;
        error::ErrorPage {
            shell: if internal { self.outside() } else { self.shell(shell::Area::Overview) },
            problem,
            detail: (problem == error::Problem::Conflict)
                .then(|| self.say("2026 年 10 月已经封存。", "October 2026 is already sealed.")),
            reference: internal.then(|| "7Q4K-2M9X".to_owned()),
            back_href: "/overview".to_owned(),
        }
    }
}

pub(crate) fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn periods() -> Vec<Period> {
    let months = period("2026-11").last_n(14).into_iter().rev();
    months.chain(["2026-Q4", "2026-Q3", "2026"].map(period)).collect()
}

pub(super) fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn moment(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// Worse since March, with a target that only chance reaches.
fn sample_reading(channel: Option<Channel>) -> super::Reading {
    use crate::domain::trend::{Assurance, Reading, Side, Variation};
    let said = Reading {
        latest: period("2026-10"),
        variation: Variation::Concern,
        signal: Some("shift"),
        side: Side::Below,
        since: period("2026-03"),
        assurance: Some(Assurance::ByChance),
        trial: channel.is_none(),
    };
    super::Reading::Read { said, metric: Metric::SatisfactionRate, target: Some(90.0) }
}

fn all_problems() -> Vec<auth::SetUpProblem> {
    use auth::{PasswordProblem, SetUpProblem};
    vec![
        SetUpProblem::Organisation,
        SetUpProblem::Name,
        SetUpProblem::Email,
        SetUpProblem::Password(PasswordProblem::Different),
    ]
}

fn sample_rates() -> Vec<Option<f64>> {
    TREND.iter().map(|&(k, n)| (n >= 5).then(|| f64::from(k) * 100.0 / f64::from(n))).collect()
}
