//! Response rates RR1 to RR6 of AAPOR's Standard Definitions.
//!
//! For asking by mail: delivered and not answered is a non-contact, opted out a refusal, bounced an unknown of the
//! other kind; what was suppressed before sending is not in the base at all.

use super::real_signed;

/// How the cases of a sample ended, in AAPOR's letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dispositions {
    /// I: complete answers.
    pub complete: u64,
    /// P: partial answers.
    pub partial: u64,
    /// R: refused or broke off.
    pub refusal: u64,
    /// NC: not reached.
    pub non_contact: u64,
    /// O: eligible, not answered for another reason.
    pub other: u64,
    /// UH: not known whether there is anyone eligible.
    pub unknown_household: u64,
    /// UO: not known for another reason (mail bounced).
    pub unknown_other: u64,
}

/// The six rates, each in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResponseRates {
    /// I over all: the floor.
    pub rr1: f64,
    /// I + P over all.
    pub rr2: f64,
    /// As RR1, with the share e of the unknown counted as eligible.
    pub rr3: f64,
    /// As RR2, with the share e of the unknown counted as eligible.
    pub rr4: f64,
    /// As RR1, without the unknown: the ceiling; `None` when all are unknown.
    pub rr5: Option<f64>,
    /// As RR2, without the unknown; `None` when all are unknown.
    pub rr6: Option<f64>,
}

/// The six rates; `eligible_share` is AAPOR's e, held within 0..=1 (NaN counts as 1, which makes RR3 = RR1).
/// `None` when there is no case. RR3 and RR4 are 0 when nothing is left in their base.
#[must_use]
pub fn response_rates(d: &Dispositions, eligible_share: f64) -> Option<ResponseRates> {
    let sum = |parts: &[u64]| real_signed(parts.iter().map(|&x| i128::from(x)).sum());
    let e = if eligible_share.is_nan() { 1.0 } else { eligible_share.clamp(0.0, 1.0) };
    let (complete, answered) = (sum(&[d.complete]), sum(&[d.complete, d.partial]));
    let known = sum(&[d.complete, d.partial, d.refusal, d.non_contact, d.other]);
    let unknown = sum(&[d.unknown_household, d.unknown_other]);
    if known + unknown <= 0.0 {
        return None;
    }
    let of = |part: f64, base: f64| if base > 0.0 { part / base } else { 0.0 };
    Some(ResponseRates {
        rr1: complete / (known + unknown),
        rr2: answered / (known + unknown),
        rr3: of(complete, known + e * unknown),
        rr4: of(answered, known + e * unknown),
        rr5: (known > 0.0).then(|| complete / known),
        rr6: (known > 0.0).then(|| answered / known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: Dispositions = Dispositions {
        complete: 50,
        partial: 10,
        refusal: 20,
        non_contact: 15,
        other: 5,
        unknown_household: 60,
        unknown_other: 40,
    };

    #[test]
    fn the_six_rates_of_one_sample() {
        let r = response_rates(&CASE, 0.25).unwrap();
        assert_eq!((r.rr1, r.rr2, r.rr3, r.rr4), (0.25, 0.3, 0.4, 0.48));
        assert_eq!((r.rr5, r.rr6), (Some(0.5), Some(0.6)));
    }

    #[test]
    fn without_cases_there_is_no_rate() {
        assert_eq!(response_rates(&Dispositions::default(), 0.5), None);
    }

    #[test]
    fn all_unknown_leaves_no_ceiling() {
        let r = response_rates(&Dispositions { unknown_other: 3, ..Default::default() }, 0.0).unwrap();
        assert_eq!((r.rr1, r.rr3, r.rr5), (0.0, 0.0, None));
    }
}
