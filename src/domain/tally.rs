//! Tallies: running sums of what counts, merged here before they are written. A page's cost does not grow with the
//! number of responses because it reads these.

use std::collections::BTreeMap;

use super::response::{Attribution, Periods, Response};

/// Which sums a response adds to. `None` = all of them together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Key of the department.
    pub department_id: i64,
    /// One employee of it.
    pub employee_id: Option<i64>,
    /// One client organisation served by it.
    pub client_id: Option<i64>,
    /// A question's code; empty = the response as a whole (overall satisfaction, points).
    pub question: String,
    /// `online`, `offline`; empty where an anonymous answer was released without it.
    pub channel: &'static str,
    /// How the customers came to be asked.
    pub base: &'static str,
    /// Who entered the answers.
    pub mode: &'static str,
    /// The periods they count in.
    pub periods: Periods,
}

/// What is added to a tally.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delta {
    /// Valid answers.
    pub n: i64,
    /// Of those, answers of 85 points or more.
    pub satisfied: i64,
    /// Answers (or responses) that have points.
    pub scored: i64,
    /// Sum of their points, in hundredths.
    pub points_sum: i64,
    /// Sum of the squares of those, in hundredths squared.
    pub points_sq_sum: i64,
}

/// Which counts a service record adds to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceKey {
    /// Key of the department.
    pub department_id: i64,
    /// One employee of it.
    pub employee_id: Option<i64>,
    /// One client organisation served by it.
    pub client_id: Option<i64>,
    /// `online`, `offline`, or empty.
    pub channel: &'static str,
    /// The periods of the service.
    pub periods: Periods,
}

/// What is added to the counts of service records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServiceDelta {
    /// Records.
    pub records: i64,
    /// Invitations that went out.
    pub invited: i64,
    /// Responses to them.
    pub responded: i64,
    /// Records that say the matter was solved.
    pub resolved: i64,
    /// Records that say whether it was.
    pub resolution_known: i64,
    /// First responses within their target.
    pub timely: i64,
    /// Records with both times.
    pub timed: i64,
    /// Complaints received.
    pub complaints: i64,
}

/// Sums to be written together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Of answers.
    pub answers: BTreeMap<Key, Delta>,
    /// Of service records.
    pub services: BTreeMap<ServiceKey, ServiceDelta>,
    /// Responses stored, whether they count or not, by the version of their questionnaire.
    pub versions: BTreeMap<i64, i64>,
}

impl Tallies {
    /// Adds a response that counts: to its department with every question, and as a whole to its employee and client.
    pub fn add_response(&mut self, response: &Response) {
        let scored = &response.scored;
        let mut whole = Delta::default();
        if let (Some(_), Some(satisfied)) = (scored.overall, scored.satisfied()) {
            whole.n = 1;
            whole.satisfied = i64::from(satisfied);
        }
        if let Some(points) = scored.points.map(i64::from) {
            (whole.scored, whole.points_sum, whole.points_sq_sum) = (1, points, points * points);
        }
        for key in response.keys() {
            self.answer(key, whole);
        }
        for (question, points) in &scored.items {
            let hundredths = i64::from(*points) * 100;
            let satisfied = i64::from(*points >= super::questionnaire::SATISFIED_POINTS);
            let delta =
                Delta { n: 1, satisfied, scored: 1, points_sum: hundredths, points_sq_sum: hundredths * hundredths };
            self.answer(Key { question: question.clone(), ..response.key() }, delta);
        }
    }

    /// Adds to the counts of services of a department, and of the employee and the client if there is one.
    pub fn add_service(&mut self, attribution: Attribution, periods: Periods, delta: ServiceDelta) {
        for (employee_id, client_id) in marginals(attribution) {
            let channel = attribution.channel.map_or("", |channel| channel.as_str());
            let department_id = attribution.department_id;
            let key = ServiceKey { department_id, employee_id, client_id, channel, periods };
            self.services.entry(key).or_default().add(delta);
        }
    }

    /// What takes these sums away again.
    pub fn negated(mut self) -> Self {
        let Self { answers, services, versions } = &mut self;
        for delta in answers.values_mut() {
            let Delta { n, satisfied, scored, points_sum, points_sq_sum } = *delta;
            *delta = Delta {
                n: -n,
                satisfied: -satisfied,
                scored: -scored,
                points_sum: -points_sum,
                points_sq_sum: -points_sq_sum,
            };
        }
        for delta in services.values_mut() {
            let ServiceDelta { records, invited, responded, resolved, resolution_known, timely, timed, complaints } =
                *delta;
            *delta = ServiceDelta {
                records: -records,
                invited: -invited,
                responded: -responded,
                resolved: -resolved,
                resolution_known: -resolution_known,
                timely: -timely,
                timed: -timed,
                complaints: -complaints,
            };
        }
        versions.values_mut().for_each(|responses| *responses = -*responses);
        self
    }

    fn answer(&mut self, key: Key, delta: Delta) {
        self.answers.entry(key).or_default().add(delta);
    }
}

impl Response {
    fn key(&self) -> Key {
        Key {
            department_id: self.attribution.department_id,
            employee_id: None,
            client_id: None,
            question: String::new(),
            channel: self.attribution.channel.map_or("", |channel| channel.as_str()),
            base: self.base.as_str(),
            mode: self.mode.as_str(),
            periods: self.counts_in,
        }
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        marginals(self.attribution).map(|(employee_id, client_id)| Key { employee_id, client_id, ..self.key() })
    }
}

/// The department, and beside it its employee and its client.
fn marginals(attribution: Attribution) -> impl Iterator<Item = (Option<i64>, Option<i64>)> {
    let employee = attribution.employee_id.map(|id| (Some(id), None));
    let client = attribution.client_id.map(|id| (None, Some(id)));
    std::iter::once((None, None)).chain(employee).chain(client)
}

impl Delta {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.n += other.n;
        self.satisfied += other.satisfied;
        self.scored += other.scored;
        self.points_sum += other.points_sum;
        self.points_sq_sum += other.points_sq_sum;
    }
}

impl ServiceDelta {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.records += other.records;
        self.invited += other.invited;
        self.responded += other.responded;
        self.resolved += other.resolved;
        self.resolution_known += other.resolution_known;
        self.timely += other.timely;
        self.timed += other.timed;
        self.complaints += other.complaints;
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::questionnaire::{Answers, Questionnaire};
    use crate::domain::service_record::Channel;

    fn response(fields: &[(&str, &str)]) -> Response {
        let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
        let answers = Answers(fields.iter().map(|(code, value)| ((*code).into(), (*value).into())).collect());
        let periods = Periods::at(DateTime::UNIX_EPOCH, chrono_tz::UTC);
        let attribution = Attribution {
            department_id: 1,
            employee_id: Some(2),
            client_id: None,
            touchpoint: None,
            channel: Some(Channel::Online),
        };
        Response::own(attribution, periods, 1, &questionnaire, answers)
    }

    #[test]
    fn what_is_taken_away_again_leaves_nothing() {
        let mut tallies = Tallies { versions: BTreeMap::from([(1, 3)]), ..Tallies::default() };
        tallies.add_response(&response(&[("overall", "5")]));
        let taken = tallies.clone().negated();
        assert_eq!(taken.versions[&1], -3);
        assert!(tallies.answers.iter().all(|(key, delta)| delta.n + taken.answers[key].n == 0));
    }

    #[test]
    fn two_responses_merge_into_the_same_sums() {
        let mut tallies = Tallies::default();
        tallies.add_response(&response(&[("overall", "5"), ("speed", "3"), ("solved", "5")]));
        tallies.add_response(&response(&[("overall", "3")]));
        let whole: Vec<_> = tallies.answers.iter().filter(|(key, _)| key.question.is_empty()).collect();
        assert_eq!(whole.len(), 2, "department and employee");
        for (_, delta) in whole {
            let points_sum = 8667;
            let points_sq_sum = points_sum * points_sum;
            assert_eq!(*delta, Delta { n: 2, satisfied: 1, scored: 1, points_sum, points_sq_sum });
        }
    }

    #[test]
    fn a_question_is_summed_for_the_department_only() {
        let mut tallies = Tallies::default();
        tallies.add_response(&response(&[("overall", "5"), ("speed", "4")]));
        let speed: Vec<_> = tallies.answers.iter().filter(|(key, _)| key.question == "speed").collect();
        assert_eq!(speed.len(), 1);
        assert_eq!(*speed[0].1, Delta { n: 1, satisfied: 1, scored: 1, points_sum: 8500, points_sq_sum: 72_250_000 });
    }
}
