//! The demo's past: services of fourteen months, whom was asked, and what they answered. Every day's records come in
//! through the same intake as any other; every answer counts as any other.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::comments::{Comments, Mood};
use super::complaints::Complaints;
use super::dice::Dice;
use super::organisation::{STAFF, Service, UNITS, Unit};
use super::{FillError, MONTHS, mail_texts};
use crate::context::Context;
use crate::db::intake::{Asking, Intake, Outcome, Stored};
use crate::db::period::Progress;
use crate::db::questionnaire::{self, Current};
use crate::db::response::Named;
use crate::db::{self, Connection, mail_text, outbox, pending, response, tally};
use crate::domain::invitation::{Rules, State};
use crate::domain::locale::Locale;
use crate::domain::period::{Grain, Period, local_date};
use crate::domain::questionnaire::{Answers, OVERALL, Questionnaire};
use crate::domain::response::Response;
use crate::domain::service_record::{Channel, Contact, ServiceRecord};
use crate::domain::tally::{ServiceDelta, Tallies};
use crate::domain::user::Role;

/// The same demo every time.
const SEED: u64 = 0x6d61_6e79_6900_0001;

/// Share of customers who leave no address.
const NO_ADDRESS: f64 = 0.08;

/// Share of answers without a name.
const ANONYMOUS: f64 = 0.65;

/// Share of customers who read English.
const ENGLISH: f64 = 0.07;

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) records: usize,
    pub(super) responses: usize,
}

/// A service, and what the customer will answer.
struct Case {
    record: ServiceRecord,
    answer: Option<Answer>,
}

struct Answer {
    answers: Answers,
    comment: Option<&'static str>,
    anonymous: bool,
    /// How long after the invitation.
    after: TimeDelta,
}

/// What of a month waits to be written together.
#[derive(Default)]
struct Month {
    answered: Vec<i64>,
    unanswered: Vec<i64>,
    named: Vec<Named>,
    anonymous: Vec<Response>,
}

struct History<'a> {
    context: &'a Context,
    zone: Tz,
    now: DateTime<Utc>,
    rules: Rules,
    dice: Dice,
    comments: Comments,
    complaints: Complaints,
    current: Current,
    online: Arc<Questionnaire>,
    offline: Arc<Questionnaire>,
    /// Numbers of the employees by the place of their department.
    employees: &'a [Vec<String>],
    made: Made,
}

/// Makes the past up to now. Its mails count as accepted by a server at the end of the day of the service.
pub(super) fn make(
    conn: &mut Connection,
    context: &Context,
    employees: &[Vec<String>],
    now: DateTime<Utc>,
) -> Result<Made, FillError> {
    let (zone, current) = (context.config.time_zone, questionnaire::current(conn)?);
    // The past was asked at the end of each day, every address once.
    let rules = Rules { delay_minutes: 0, quiet_hours: None, cooldown_days: 0, ..context.config.asking.clone() };
    let mut history = History {
        context,
        zone,
        now,
        rules,
        dice: Dice::new(SEED),
        comments: Comments::default(),
        complaints: Complaints::new(now),
        current,
        online: context.questionnaires.get(conn, current.online)?,
        offline: context.questionnaires.get(conn, current.offline)?,
        employees,
        made: Made::default(),
    };
    let this_month = Period::at(now, zone, Grain::Month);
    let progress = Progress::load(conn)?;
    for (at, month) in this_month.last_n(MONTHS).into_iter().enumerate() {
        history.month(conn, &progress, month, MONTHS - 1 - at)?;
    }
    history.complaints.hand_in(conn, context)?;
    pending::release_remainders(conn, &context.secrets, &progress, this_month)?;
    Ok(history.made)
}

impl History<'_> {
    fn month(
        &mut self,
        conn: &mut Connection,
        progress: &Progress,
        period: Period,
        ago: usize,
    ) -> Result<(), FillError> {
        let mut month = Month::default();
        let today = local_date(self.now, self.zone);
        for day in period.start().iter_days().take_while(|day| *day <= period.end().min(today)) {
            self.day(conn, &mut month, day, ago)?;
        }
        if ago == mail_texts::BEGAN
            && let Some(by) = STAFF.iter().find(|staff| staff.role == Role::Quality)
        {
            let at = Utc.from_utc_datetime(&period.start().and_time(NaiveTime::MIN));
            mail_texts::save(conn, by.email, at).map_err(|error| FillError::Texts(error.to_string()))?;
        }
        outbox::settle(conn, &month.answered, &month.unanswered, self.zone)?;
        if ago <= mail_texts::BEGAN {
            mail_text::settle(conn, &self.context.secrets, &[month.answered, month.unanswered].concat())?;
        }
        let mut tallies = Tallies::default();
        for named in &month.named {
            tallies.add_response(&named.response);
            let responded = ServiceDelta { responded: 1, ..ServiceDelta::default() };
            tallies.add_service(named.response.attribution, named.response.served, responded);
        }
        response::insert_named(conn, &month.named, &mut tallies)?;
        let stores = (&self.context.secrets, &*self.context.questionnaires);
        pending::accept(conn, stores, progress, month.anonymous, &mut tallies)?;
        tally::add(conn, &tallies)?;
        Ok(())
    }

    fn day(&mut self, conn: &mut Connection, month: &mut Month, day: NaiveDate, ago: usize) -> Result<(), FillError> {
        let Some((open, close)) = self.opening_hours(day) else { return Ok(()) };
        let mut cases = Vec::new();
        for (place, unit) in UNITS.iter().enumerate() {
            let mut number = 0;
            for service in unit.services {
                for _ in 0..self.dice.around(service.monthly * share_of_month(day)) {
                    number += 1;
                    let external_id = format!("{}-{}-{number:03}", unit.code, day.format("%y%m%d"));
                    cases.push(self.case((place, unit, service), external_id, (open, close), (day.month(), ago)));
                }
            }
        }
        let (secrets, locale) = (&self.context.secrets, self.context.config.locale);
        let mut intake = Intake::load(conn, secrets, &self.rules, self.zone, locale, close)?;
        let records: Vec<_> = cases.iter().map(|case| (&case.record, "")).collect();
        let outcomes = intake.store(conn, &records, Asking::Invite, |_| ())?;
        for (case, outcome) in cases.iter().zip(outcomes) {
            match outcome {
                Outcome::Created(stored) => {
                    self.answer(month, case, &stored, close);
                    self.complaints.about(&case.record);
                }
                _ => return Err(FillError::Refused(case.record.external_id.clone())),
            }
        }
        Ok(())
    }

    /// When work begins and ends; `None` on a day that has hardly begun.
    fn opening_hours(&self, day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let at = |hour, minute| {
            let local = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0)?);
            local.and_local_timezone(self.zone).earliest().map(|time| time.to_utc())
        };
        let (open, close) = (at(9, 0)?, at(18, 30)?.min(self.now));
        (open + TimeDelta::minutes(30) < close).then_some((open, close))
    }

    fn case(
        &mut self,
        (place, unit, service): (usize, &Unit, &Service),
        external_id: String,
        (open, close): (DateTime<Utc>, DateTime<Utc>),
        (month, ago): (u32, usize),
    ) -> Case {
        let dice = &mut self.dice;
        let channel = service.touchpoint.channel();
        let minutes = u32::try_from((close - open).num_minutes()).unwrap_or(0);
        let completed_at = open + TimeDelta::minutes(dice.below(minutes).into());
        let requested_at = completed_at - TimeDelta::minutes(i64::from(20 + dice.below(160)));
        let target = crate::domain::response_time::target(channel, false).num_minutes();
        let waited = if dice.chance(0.94) { target * i64::from(dice.below(90)) / 100 } else { target + 9 };
        let locale = if dice.chance(ENGLISH) { Locale::En } else { Locale::ZhCn };
        let is_satisfied = dice.chance(unit.satisfied(channel, month, ago));
        let number = self.made.records;
        self.made.records += 1;
        let record = ServiceRecord {
            external_id,
            department_code: unit.code.to_owned(),
            touchpoint: Some(service.touchpoint),
            channel,
            completed_at,
            employee_no: self.employees.get(place).and_then(|numbers| dice.pick(numbers)).cloned(),
            service_type: Some(match locale {
                Locale::ZhCn => service.zh_cn.to_owned(),
                Locale::En => service.en.to_owned(),
            }),
            contact: Contact {
                email: (!dice.chance(NO_ADDRESS)).then(|| format!("c{number}@example.com")),
                ..Contact::default()
            },
            locale: Some(locale),
            requested_at: Some(requested_at),
            first_response_at: Some(requested_at + TimeDelta::minutes(waited)),
            waiting_minutes: None,
            resolved: dice.chance(0.9).then(|| is_satisfied || dice.chance(0.55)),
            client_code: None,
            urgent: false,
            closed_automatically: false,
        };
        let answer = dice.chance(unit.answering).then(|| self.answers(place, &record, is_satisfied, locale));
        Case { record, answer }
    }

    fn answers(&mut self, place: usize, record: &ServiceRecord, is_satisfied: bool, locale: Locale) -> Answer {
        let dice = &mut self.dice;
        // Option values, of which 5 and 4 are satisfied.
        let overall = match (is_satisfied, dice.below(10)) {
            (true, 0..=5) => 5,
            (true, _) => 4,
            (false, 0..=4) => 3,
            (false, 5..=7) => 2,
            (false, _) => 1,
        };
        let mut answers = Answers::default();
        answers.0.insert(OVERALL.to_owned(), overall.to_string());
        // Staff are liked a little better than what they can do about time.
        for (code, better, worse) in [("attitude", 0.35, 0.1), ("speed", 0.1, 0.3), ("solved", 0.2, 0.15)] {
            let value = match dice.share() {
                share if share < 0.05 => continue,
                share if share < 0.08 => "na".to_owned(),
                _ => {
                    let moved = overall + i32::from(dice.chance(better)) - i32::from(dice.chance(worse));
                    moved.clamp(1, 5).to_string()
                }
            };
            answers.0.insert(code.to_owned(), value);
        }
        let (mood, talks) = match overall {
            4 | 5 => (Mood::Pleased, 0.03),
            3 => (Mood::Lukewarm, 0.08),
            _ => (Mood::Annoyed, 0.18),
        };
        let comment = match record.touchpoint {
            Some(touchpoint) if dice.chance(talks) => self.comments.next(place, mood, touchpoint, locale),
            _ => None,
        };
        let anonymous = dice.chance(ANONYMOUS);
        // Most answer the same evening, some days later.
        let minutes = (0..3).fold(6_000, |most, _| 5 + dice.below(most));
        Answer { answers, comment, anonymous, after: TimeDelta::minutes(minutes.into()) }
    }

    /// Notes what became of an invitation that went out.
    fn answer(&mut self, month: &mut Month, case: &Case, stored: &Stored, sent: DateTime<Utc>) {
        if stored.state != State::Scheduled {
            return;
        }
        let answer = case.answer.as_ref().filter(|answer| sent + answer.after <= self.now);
        let Some(answer) = answer else {
            month.unanswered.push(stored.invitation_id);
            return;
        };
        self.made.responses += 1;
        month.answered.push(stored.invitation_id);
        let questionnaire = match case.record.channel {
            Channel::Online => &self.online,
            Channel::Offline => &self.offline,
        };
        let version = self.current.for_channel(case.record.channel);
        let response = Response {
            comment: answer.comment.map(str::to_owned),
            ..Response::own(stored.attribution, stored.periods, version, questionnaire, answer.answers.clone())
        };
        if answer.anonymous {
            month.anonymous.push(response);
        } else {
            month.named.push(Named {
                invitation_id: Some(stored.invitation_id),
                service_record_id: stored.id,
                responded_at: sent + answer.after,
                entered_by: None,
                response,
            });
        }
    }
}

/// The part of a month's services that falls on a day: fewer on Saturday and Sunday.
fn share_of_month(day: NaiveDate) -> f64 {
    match day.weekday() {
        Weekday::Sat | Weekday::Sun => 0.023,
        _ => 0.037,
    }
}

impl From<db::Error> for FillError {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}
