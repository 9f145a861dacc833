//! What a trial of the first question in the mail has shown: of two halves drawn by lot, which brings more answers.

use crate::stats::{Interval, newcombe, real, wilson};

/// Nothing is told of a half in which fewer answered, or fewer did not: who answered is nobody's to know
/// (RELIABILITY §4).
const LEAST: u64 = 5;

/// One half of the customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arm {
    /// Invitations that were sent and whose time is over.
    pub invited: u64,
    /// Those of them that were answered.
    pub answered: u64,
    /// Invitations that can still be answered; they are not counted yet.
    pub open: u64,
}

/// Both halves. Only invitations whose time is over are counted: each had the same time, and the figures do not tell
/// who has answered just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trial {
    /// The mail asked the first question.
    pub in_mail: Arm,
    /// The mail had one link.
    pub link: Arm,
}

impl Arm {
    /// Whether its figures may be told.
    pub const fn is_told(&self) -> bool {
        self.answered >= LEAST && self.invited - self.answered >= LEAST
    }

    /// The response rate as a share; `None` if nobody was invited.
    pub fn rate(&self) -> Option<f64> {
        (self.invited > 0).then(|| real(self.answered) / real(self.invited))
    }

    /// Its 95 % interval by Wilson.
    pub fn interval(&self) -> Option<Interval> {
        wilson(self.answered, self.invited)
    }
}

impl Trial {
    /// The half whose mails asked the first question, or the other.
    pub const fn arm_mut(&mut self, in_mail: bool) -> &mut Arm {
        if in_mail { &mut self.in_mail } else { &mut self.link }
    }

    /// Whether the figures may be told.
    pub const fn is_told(&self) -> bool {
        self.in_mail.is_told() && self.link.is_told()
    }

    /// How much higher the response rate is where the mail asked: 95 % interval of the difference by Newcombe's method 10
    /// (Statistics in Medicine 17 (1998) 873–890), as shares.
    pub fn difference(&self) -> Option<Interval> {
        newcombe(self.in_mail.answered, self.in_mail.invited, self.link.answered, self.link.invited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(answered: u64, invited: u64) -> Arm {
        Arm { invited, answered, open: 0 }
    }

    #[test]
    fn the_difference_has_newcombes_interval() {
        // Newcombe (1998), table II, contrast (a): 56/70 and 48/80, method 10.
        let interval = Trial { in_mail: arm(56, 70), link: arm(48, 80) }.difference().unwrap();
        assert!((interval.low - 0.0524).abs() < 5e-5 && (interval.high - 0.3339).abs() < 5e-5, "{interval:?}");
    }

    #[test]
    fn a_handful_is_not_told() {
        assert!(!Trial { in_mail: arm(4, 50), link: arm(20, 50) }.is_told());
        assert!(!Trial { in_mail: arm(20, 50), link: arm(47, 50) }.is_told());
        assert!(Trial { in_mail: arm(5, 50), link: arm(45, 50) }.is_told());
    }
}
