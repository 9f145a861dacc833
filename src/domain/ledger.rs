//! The ledger of asking: how many services ended in which state of their invitation. The states sum to the services
//! (FEATURES A6), and coverage tells how much of what could be asked was asked, so that throttling can't hide bad
//! service (A5).

use std::collections::BTreeMap;

use super::invitation::State;

/// Where it stands after the mail went out.
const ASKED: [State; 6] =
    [State::Answered, State::Sent, State::Expired, State::Declined, State::Bounced, State::Failed];

/// Why no mail went out, and none will; answered: the answer was handed in with the record.
const NOT_ASKED: [State; 12] = [
    State::Answered,
    State::Expired,
    State::Declined,
    State::Bounced,
    State::Ineligible,
    State::Throttled,
    State::Suppressed,
    State::ComplaintOpen,
    State::NotSampled,
    State::NoAddress,
    State::TooOld,
    State::Failed,
];

/// Services by the state of their invitation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(State, bool), u32>);

impl Ledger {
    /// Counts more services; `sent` says whether their mail went out.
    pub fn add(&mut self, state: State, sent: bool, services: u32) {
        *self.0.entry((state, sent)).or_default() += services;
    }

    /// Counts all of another.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|((state, sent), services)| self.add(*state, *sent, *services));
    }

    fn count(&self, state: State, sent: bool) -> u32 {
        self.0.get(&(state, sent)).copied().unwrap_or(0)
    }

    /// All services.
    pub fn services(&self) -> u32 {
        self.0.values().sum()
    }

    /// Those that were asked about: the mail went out, whatever came of it.
    pub fn asked(&self) -> u32 {
        self.outcomes().map(|(_, services)| services).sum()
    }

    /// Those that wait for their mail.
    pub fn waiting(&self) -> u32 {
        let unsent = [State::Scheduled, State::Queued, State::Sent].map(|state| self.count(state, false));
        unsent.into_iter().sum::<u32>() + self.count(State::Scheduled, true) + self.count(State::Queued, true)
    }

    /// Those that could be asked about: not left out by the rules, and not handed in with their answer.
    pub fn eligible(&self) -> u32 {
        self.services() - self.count(State::Ineligible, false) - self.count(State::Answered, false)
    }

    /// The states of services that were asked about, with how many there are.
    pub fn outcomes(&self) -> impl Iterator<Item = (State, u32)> {
        self.some(&ASKED, true)
    }

    /// Why services were not asked about, with how many there are.
    pub fn reasons(&self) -> impl Iterator<Item = (State, u32)> {
        self.some(&NOT_ASKED, false)
    }

    fn some(&self, states: &'static [State], sent: bool) -> impl Iterator<Item = (State, u32)> {
        states.iter().map(move |state| (*state, self.count(*state, sent))).filter(|(_, services)| *services > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_asked_waiting_or_not_asked() {
        let mut ledger = Ledger::default();
        let states = State::ALL.into_iter().map(|state| (state, ASKED.contains(&state)));
        states.clone().for_each(|(state, sent)| ledger.add(state, sent, 1));
        assert_eq!((ledger.services(), ledger.asked(), ledger.waiting(), ledger.eligible()), (15, 6, 2, 14));
        states.filter(|(_, sent)| *sent).for_each(|(state, _)| ledger.add(state, false, 1));
        let not_asked: u32 = ledger.reasons().map(|(_, services)| services).sum();
        assert_eq!(ledger.asked() + ledger.waiting() + not_asked, ledger.services());
        assert_eq!((ledger.asked(), ledger.eligible()), (6, 19));
    }
}
