//! The ledger of asking: how many services ended in which state of their invitation. The states sum to the services
//! (FEATURES A6), and coverage tells how much of what could be asked was asked, so that throttling can't hide bad
//! service (A5).

use std::collections::BTreeMap;

use super::invitation::State;

/// The mail went out.
const ASKED: [State; 5] = [State::Answered, State::Sent, State::Expired, State::Declined, State::Bounced];

/// No mail went out, and none will.
const NOT_ASKED: [State; 7] = [
    State::Ineligible,
    State::Throttled,
    State::Suppressed,
    State::NotSampled,
    State::NoAddress,
    State::TooOld,
    State::Failed,
];

/// Services by the state of their invitation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<State, u32>);

impl Ledger {
    /// Counts more services.
    pub fn add(&mut self, state: State, services: u32) {
        *self.0.entry(state).or_default() += services;
    }

    /// Counts all of another.
    pub fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(state, services)| self.add(*state, *services));
    }

    /// Services in a state.
    pub fn count(&self, state: State) -> u32 {
        self.0.get(&state).copied().unwrap_or(0)
    }

    /// All services.
    pub fn services(&self) -> u32 {
        self.0.values().sum()
    }

    /// Those that were asked about: the mail went out, whatever came of it.
    pub fn asked(&self) -> u32 {
        ASKED.into_iter().map(|state| self.count(state)).sum()
    }

    /// Those that wait for their mail.
    pub fn waiting(&self) -> u32 {
        self.count(State::Scheduled) + self.count(State::Queued)
    }

    /// Those that the rules do not leave out.
    pub fn eligible(&self) -> u32 {
        self.services() - self.count(State::Ineligible)
    }

    /// The states of services that were asked about, with how many there are.
    pub fn outcomes(&self) -> impl Iterator<Item = (State, u32)> {
        self.some(&ASKED)
    }

    /// Why services were not asked about, with how many there are.
    pub fn reasons(&self) -> impl Iterator<Item = (State, u32)> {
        self.some(&NOT_ASKED)
    }

    fn some(&self, states: &'static [State]) -> impl Iterator<Item = (State, u32)> {
        states.iter().map(|state| (*state, self.count(*state))).filter(|(_, services)| *services > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_asked_waiting_or_not_asked() {
        let mut ledger = Ledger::default();
        State::ALL.into_iter().for_each(|state| ledger.add(state, 1));
        assert_eq!((ledger.services(), ledger.asked(), ledger.waiting()), (14, 5, 2));
        assert_eq!((ledger.outcomes().count(), ledger.reasons().count(), ledger.eligible()), (5, 7, 13));
    }
}
