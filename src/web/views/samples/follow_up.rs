//! The follow-up by phone: draws, a sample and an interview.

use askama::Template as _;

use super::figures::rate;
use super::{Rendered, Samples, date, period};
use crate::domain::estimate::{Cell, estimate};
use crate::domain::questionnaire::{AnswerError, AnswerProblem, Questionnaire};
use crate::domain::sample::Disposition;
use crate::domain::service_record::Channel;
use crate::web::survey::fields::fields;
use crate::web::views::follow_up;
use crate::web::views::shell::Area;

pub(super) fn pages(samples: &Samples) -> Vec<(&'static str, Rendered)> {
    vec![
        ("samples", samples.drawn_samples().render()),
        ("samples-refused", samples.drawn_samples_refused().render()),
        ("sample", samples.drawn_sample().render()),
        ("interview", samples.interview(false).render()),
        ("interview-refused", samples.interview(true).render()),
    ]
}

impl Samples {
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
        follow_up::SamplesPage { shell: self.shell(Area::Samples), samples: vec![row], form: Some(form) }
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
            shell: self.shell(Area::Samples),
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
            shell: self.shell(Area::Samples),
            period: period("2026-Q3"),
            case: self.case(7, Some(Disposition::CallBack)),
            service_type: Some(self.say("上门维修", "Repair visit")),
            path: "/samples/2026-Q3/7".to_owned(),
            contact: refused.then(|| vec![(self.say("电话", "Phone"), self.say("13812345678", "13812345678"))]),
            attempts: vec![attempt],
            is_open: true,
            interviewer: self.say("沈怡", "Shen Yi"),
            version: 1,
            fields: fields(self.t, &questionnaire, &[("comment".to_owned(), self.say("好", "fine"))], &errors),
            problems: errors.iter().map(|_| ("q1".to_owned(), self.say("请选择", "choose"))).collect(),
        }
    }
}
