//! Anonymous answers are released in company, and say no more about whom they are about than at least
//! [`COMPANY`] used invitations share (A1-2.4, RELIABILITY §4).

use std::collections::BTreeMap;

use super::response::Response;

/// The smallest group that answers are released in, and the smallest that an attribution may single out.
pub const COMPANY: usize = 5;

/// Leaves out of the attributions what would single out fewer than [`COMPANY`]: the employee, then the client, then
/// the touchpoint. The answers stay in their order; the caller has shuffled them, and releases at least [`COMPANY`].
///
/// Everyone who sees the released answers also sees which invitations were used. So each group of answers with one
/// attribution, those with less of it included, has at least [`COMPANY`] members: a small rest takes the smallest
/// group in, rather than standing out by what it lacks.
pub fn generalise(batch: &mut [Response]) {
    let everyone: Vec<usize> = (0..batch.len()).collect();
    narrow(batch, everyone, &[employee, client, touchpoint]);
}

/// Leaves out of walk-up answers at which counter they were given: for those of a department and month that found no
/// company there. They keep their channel, which their base tells anyway; the rest is as with [`without_channel`].
pub fn without_counter(batch: &mut [Response]) {
    let channel = batch.first().and_then(|response| response.attribution.channel);
    without_channel(batch);
    for response in batch {
        response.attribution.channel = channel;
        response.counter_id = None;
    }
}

/// Leaves out of answers what would tell their channel: for those of a department and month that found no company in it.
/// The caller has seen to it that their questionnaires ask the same; all of them then name the same one.
pub fn without_channel(batch: &mut [Response]) {
    let version = batch.iter().map(|response| response.questionnaire_version_id).min();
    let notice = batch.first().and_then(|response| response.notice_id);
    let is_shared = batch.iter().all(|response| response.notice_id == notice);
    for response in batch {
        response.attribution.employee_id = None;
        response.attribution.touchpoint = None;
        response.attribution.channel = None;
        response.questionnaire_version_id = version.unwrap_or(response.questionnaire_version_id);
        response.notice_id = notice.filter(|_| is_shared);
    }
}

/// An attribute: what it is, and how to leave it out.
type Attribute = fn(&mut Response, Drop) -> Option<i64>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Drop {
    Yes,
    No,
}

fn employee(response: &mut Response, drop: Drop) -> Option<i64> {
    let value = response.attribution.employee_id;
    if drop == Drop::Yes {
        response.attribution.employee_id = None;
    }
    value
}

fn client(response: &mut Response, drop: Drop) -> Option<i64> {
    let value = response.attribution.client_id;
    if drop == Drop::Yes {
        response.attribution.client_id = None;
    }
    value
}

fn touchpoint(response: &mut Response, drop: Drop) -> Option<i64> {
    let value = response.attribution.touchpoint;
    if drop == Drop::Yes {
        response.attribution.touchpoint = None;
    }
    value
        .and_then(|value| super::service_record::Touchpoint::ALL.iter().position(|known| *known == value))
        .and_then(|position| i64::try_from(position).ok())
}

/// Splits `members` by the first attribute as far as company allows, and each part by the others.
fn narrow(batch: &mut [Response], members: Vec<usize>, attributes: &[Attribute]) {
    let Some((attribute, others)) = attributes.split_first() else { return };
    let mut by_value: BTreeMap<Option<i64>, Vec<usize>> = BTreeMap::new();
    for member in members {
        if let Some(response) = batch.get_mut(member) {
            by_value.entry(attribute(response, Drop::No)).or_default().push(member);
        }
    }
    let mut rest = by_value.remove(&None).unwrap_or_default();
    let (small, mut large): (Vec<_>, Vec<_>) = by_value.into_values().partition(|group| group.len() < COMPANY);
    rest.extend(small.into_iter().flatten());
    large.sort_by_key(|group| std::cmp::Reverse(group.len()));
    while (1..COMPANY).contains(&rest.len()) {
        match large.pop() {
            Some(smallest) => rest.extend(smallest),
            None => break,
        }
    }
    for member in &rest {
        if let Some(response) = batch.get_mut(*member) {
            attribute(response, Drop::Yes);
        }
    }
    narrow(batch, rest, others);
    large.into_iter().for_each(|group| narrow(batch, group, others));
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::questionnaire::{Answers, Questionnaire};
    use crate::domain::response::{Attribution, Periods};
    use crate::domain::service_record::{Channel, Touchpoint};

    fn response(employee_id: Option<i64>, touchpoint: Option<Touchpoint>) -> Response {
        let periods = Periods::at(DateTime::UNIX_EPOCH, chrono_tz::UTC);
        let channel = Some(Channel::Online);
        let attribution = Attribution { department_id: 1, employee_id, client_id: None, touchpoint, channel };
        let questionnaire: Questionnaire = serde_json::from_str(Questionnaire::ONLINE_JSON).unwrap();
        Response::own(attribution, periods, 1, &questionnaire, Answers::default())
    }

    fn released(employees: &[i64]) -> Vec<Option<i64>> {
        let mut batch: Vec<_> = employees.iter().map(|id| response(Some(*id), Some(Touchpoint::Web))).collect();
        generalise(&mut batch);
        batch.iter().map(|response| response.attribution.employee_id).collect()
    }

    #[test]
    fn five_of_one_employee_keep_it() {
        assert_eq!(released(&[7; 5]), [Some(7); 5]);
    }

    #[test]
    fn one_employee_among_five_is_left_out_with_the_others() {
        assert_eq!(released(&[7, 7, 7, 7, 8]), [None; 5]);
    }

    #[test]
    fn a_small_rest_does_not_stand_out_by_what_it_lacks() {
        assert_eq!(released(&[7, 7, 7, 7, 7, 8, 8]), [None; 7]);
    }

    #[test]
    fn a_large_rest_stands_beside_a_large_group() {
        let released = released(&[7, 7, 7, 7, 7, 1, 2, 3, 4, 5]);
        assert_eq!(released.iter().filter(|employee| **employee == Some(7)).count(), 5);
        assert_eq!(released.iter().filter(|employee| employee.is_none()).count(), 5);
    }

    #[test]
    fn without_their_channel_five_look_the_same() {
        let mut batch: Vec<_> = (0..5).map(|id| response(Some(id), Some(Touchpoint::Web))).collect();
        batch[3].attribution.channel = Some(Channel::Offline);
        (batch[3].questionnaire_version_id, batch[4].notice_id) = (2, Some(1));
        without_channel(&mut batch);
        generalise(&mut batch);
        assert!(batch.iter().all(|response| *response == batch[0]), "{batch:?}");
    }

    proptest! {
        #[test]
        fn every_attribution_is_shared_by_five(who in proptest::collection::vec((0..4i64, 0..3usize), 5..60)) {
            let mut batch: Vec<_> =
                who.iter().map(|(id, at)| response(Some(*id), Some(Touchpoint::ALL[*at]))).collect();
            generalise(&mut batch);
            let mut groups: BTreeMap<Attribution, usize> = BTreeMap::new();
            batch.iter().for_each(|response| *groups.entry(response.attribution).or_default() += 1);
            prop_assert!(groups.values().all(|size| *size >= COMPANY), "{groups:?}");
        }
    }
}
