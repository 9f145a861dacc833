//! The quarter's sampled follow-up (抽样回访; B3-2.3.3, D-3.1): which services are drawn, and what became of each.
//!
//! The draw can be redone by anyone with a hash function. The **frame** is every service record of the quarter; its
//! hash is the SHA-256 of one line `external id ⇥ department code ⇥ channel ⏎` for each, in the byte order of the ids.
//! Within a **stratum** (a department and a channel, `online` or `offline`) the records are ranked by the SHA-256 of
//! `seed ⏎ external id` (the seed in decimal, texts in UTF-8), and the first ⌈fraction · eligible⌉ are drawn. Strata
//! follow each other in the byte order of department code and channel. So the same seed and frame give the same list,
//! and a larger fraction of the same frame only adds to it.

use std::collections::BTreeMap;
use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::period::{Grain, Period};
use super::service_record::Channel;
use crate::stats::response_rate::{Dispositions, response_rates};

/// Millionths in one.
const MILLION: u32 = 1_000_000;

/// The share of each stratum to draw: above 0, at most 1, with up to six decimals. Exact, so that a tenth of 30 is 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction(u32);

/// A text that is no share to draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use a number above 0 and at most 1, with up to six decimals: 0.1")]
pub struct InvalidFraction;

/// A service that may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its number in the source system; unique.
    pub external_id: &'a str,
    /// Code of the department that served.
    pub department: &'a str,
    /// Online or offline.
    pub channel: Channel,
}

/// What was drawn from, and how many of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StratumSize {
    /// Code of the department.
    pub department: String,
    /// Online or offline.
    pub channel: Channel,
    /// Services in the frame, at least 1.
    pub eligible: u32,
    /// Of these, drawn; at least 1.
    pub drawn: u32,
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// SHA-256 of the frame.
    pub frame_hash: [u8; 32],
    /// By department code and channel.
    pub strata: Vec<StratumSize>,
    /// Places in the frame, stratum after stratum, each in the order of its ranks.
    pub drawn: Vec<usize>,
}

/// What came of trying to reach a customer who was drawn. AAPOR's letter decides where it stands in the response rate
/// (STATISTICS row 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Disposition {
    /// The questionnaire was answered (I). Final.
    Answered,
    /// Declined, or broke off (R).
    Refused,
    /// Nobody answered, or the customer was not there (NC).
    NotReached,
    /// To be called again at another time (NC until then).
    CallBack,
    /// Wrong number, no number, or an address that does not exist (UO).
    BadContact,
    /// Reached, but could not be asked: language, illness, denies the service (O).
    Unable,
}

/// A word that is no disposition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown disposition {0:?}")]
pub struct UnknownDisposition(pub String);

/// How the services drawn stand, each counted once by its last attempt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// By disposition.
    pub counts: BTreeMap<Disposition, u32>,
    /// Not tried yet.
    pub open: u32,
}

/// Draws from a frame; see the module for how. `None` from an empty frame.
pub fn draw(frame: &[Candidate<'_>], seed: i64, fraction: Fraction) -> Option<Draw> {
    let mut strata: BTreeMap<(&str, &str), (Channel, Vec<usize>)> = BTreeMap::new();
    for (at, one) in frame.iter().enumerate() {
        strata.entry((one.department, one.channel.as_str())).or_insert((one.channel, Vec::new())).1.push(at);
    }
    let mut draw = Draw { frame_hash: frame_hash(frame), strata: Vec::new(), drawn: Vec::new() };
    for ((department, _), (channel, places)) in strata {
        let mut ranked: Vec<_> = places
            .into_iter()
            .filter_map(|at| frame.get(at).map(|one| (rank(seed, one.external_id), one.external_id, at)))
            .collect();
        ranked.sort_unstable();
        let eligible = u32::try_from(ranked.len()).unwrap_or(u32::MAX);
        let drawn = fraction.of(eligible);
        let size = usize::try_from(drawn).unwrap_or(usize::MAX);
        draw.drawn.extend(ranked.into_iter().take(size).map(|(_, _, at)| at));
        draw.strata.push(StratumSize { department: department.to_owned(), channel, eligible, drawn });
    }
    (!draw.strata.is_empty()).then_some(draw)
}

/// Whether a follow-up is drawn of periods of this length: B3-2.3.3 speaks of quarters.
pub fn is_sampled(period: Period) -> bool {
    period.grain() == Grain::Quarter
}

fn rank(seed: i64, external_id: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{external_id}")).into()
}

fn frame_hash(frame: &[Candidate<'_>]) -> [u8; 32] {
    let mut sorted: Vec<_> = frame.iter().collect();
    sorted.sort_unstable_by_key(|one| one.external_id);
    let mut hash = Sha256::new();
    for one in sorted {
        hash.update(format!("{}\t{}\t{}\n", one.external_id, one.department, one.channel.as_str()));
    }
    hash.finalize().into()
}

impl Fraction {
    /// From millionths, as stored.
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        if millionths > 0 && millionths <= MILLION { Some(Self(millionths)) } else { None }
    }

    /// In millionths, for storing.
    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// How many of so many are drawn: rounded up, so at least 1 of any.
    pub fn of(self, eligible: u32) -> u32 {
        let exact = (u64::from(eligible) * u64::from(self.0)).div_ceil(u64::from(MILLION));
        u32::try_from(exact).unwrap_or(eligible)
    }
}

impl FromStr for Fraction {
    type Err = InvalidFraction;

    fn from_str(text: &str) -> Result<Self, InvalidFraction> {
        let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = decimals.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 4 || decimals.len() > 6 || !digits(whole) || !digits(decimals) {
            return Err(InvalidFraction);
        }
        let whole: u32 = whole.parse().map_err(|_| InvalidFraction)?;
        let decimals: u32 = format!("{decimals:0<6}").parse().map_err(|_| InvalidFraction)?;
        Self::from_millionths(whole * MILLION + decimals).ok_or(InvalidFraction)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == MILLION {
            return f.write_str("1");
        }
        f.write_str(format!("0.{:06}", self.0).trim_end_matches('0'))
    }
}

impl Serialize for Fraction {
    /// As a number: `0.1`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.0) / f64::from(MILLION))
    }
}

impl Disposition {
    /// All of them, in the order a list shows them.
    pub const ALL: [Self; 6] =
        [Self::Answered, Self::Refused, Self::NotReached, Self::CallBack, Self::BadContact, Self::Unable];

    /// `answered`, `refused`, `not_reached`, `call_back`, `bad_contact` or `unable`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::NotReached => "not_reached",
            Self::CallBack => "call_back",
            Self::BadContact => "bad_contact",
            Self::Unable => "unable",
        }
    }

    /// Whether it is noted without an interview.
    pub const fn is_noted(self) -> bool {
        !matches!(self, Self::Answered)
    }
}

impl FromStr for Disposition {
    type Err = UnknownDisposition;

    fn from_str(word: &str) -> Result<Self, UnknownDisposition> {
        Self::ALL.into_iter().find(|one| one.as_str() == word).ok_or_else(|| UnknownDisposition(word.to_owned()))
    }
}

impl Progress {
    /// Adds one service drawn, with its last disposition.
    pub fn add(&mut self, last: Option<Disposition>) {
        match last {
            Some(disposition) => *self.counts.entry(disposition).or_default() += 1,
            None => self.open += 1,
        }
    }

    /// How many stand so.
    pub fn count(&self, disposition: Disposition) -> u32 {
        self.counts.get(&disposition).copied().unwrap_or_default()
    }

    /// All services drawn.
    pub fn drawn(&self) -> u32 {
        self.counts.values().sum::<u32>() + self.open
    }

    /// AAPOR's RR1, the floor, in percent: answered of all drawn, those not tried yet among them. `None` if none was.
    pub fn response_rate(&self) -> Option<f64> {
        let count = |disposition| u64::from(self.count(disposition));
        let cases = Dispositions {
            complete: count(Disposition::Answered),
            refusal: count(Disposition::Refused),
            non_contact: count(Disposition::NotReached) + count(Disposition::CallBack) + u64::from(self.open),
            other: count(Disposition::Unable),
            unknown_other: count(Disposition::BadContact),
            ..Dispositions::default()
        };
        response_rates(&cases, 1.0).map(|rates| rates.rr1 * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fraction(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    fn candidate<'a>(external_id: &'a str, department: &'a str, channel: Channel) -> Candidate<'a> {
        Candidate { external_id, department, channel }
    }

    fn ids(frame: &[Candidate<'_>], seed: i64, share: &str) -> Vec<String> {
        let drawn = draw(frame, seed, fraction(share)).unwrap().drawn;
        drawn.into_iter().map(|at| frame[at].external_id.to_owned()).collect()
    }

    /// The list and the hash were made by a shell and sha256sum from the description of the module alone.
    #[test]
    fn a_known_frame_gives_the_list_that_sha256sum_gives() {
        let names: Vec<String> = (1..=10).map(|number| format!("A-{number:02}")).collect();
        let mut frame: Vec<_> = names.iter().map(|id| candidate(id, "repair", Channel::Online)).collect();
        frame.push(candidate("单-11", "客服", Channel::Offline));
        let found = draw(&frame, 42, fraction("0.3")).unwrap();
        assert_eq!(ids(&frame, 42, "0.3"), ["A-02", "A-05", "A-01", "单-11"]);
        assert_eq!(hex::encode(found.frame_hash), "2805e580bb427cfbdc7cd2e0ac404bab1575c99efb2d5548cea71b3626cbb8b7");
    }

    #[test]
    fn each_department_and_channel_is_rounded_up() {
        let names: Vec<String> = (0..31).map(|number| number.to_string()).collect();
        let place = |at: usize| match at {
            0..10 => ("a", Channel::Online),
            10..30 => ("a", Channel::Offline),
            _ => ("b", Channel::Online),
        };
        let frame: Vec<_> = names.iter().enumerate().map(|(at, id)| candidate(id, place(at).0, place(at).1)).collect();
        let strata = draw(&frame, 1, fraction("0.15")).unwrap().strata;
        let sizes: Vec<_> = strata.iter().map(|s| (s.department.as_str(), s.channel, s.eligible, s.drawn)).collect();
        assert_eq!(
            sizes,
            [("a", Channel::Offline, 20, 3), ("a", Channel::Online, 10, 2), ("b", Channel::Online, 1, 1)]
        );
    }

    #[test]
    fn a_share_is_exact() {
        assert_eq!(
            [("0.1", 30), ("0.07", 100), ("1", 7), ("0.000001", 5)].map(|(f, n)| fraction(f).of(n)),
            [3, 7, 7, 1]
        );
        assert_eq!(serde_json::to_string(&fraction("0.10")).unwrap(), "0.1");
        assert_eq!(["0.25", "1.0", "0.000001"].map(|text| fraction(text).to_string()), ["0.25", "1", "0.000001"]);
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in ["0", "0.0", "1.1", "-0.1", "", ".5", "1e-1", "0.0000001", "10%", "NaN", "99999999999"] {
            assert_eq!(text.parse::<Fraction>(), Err(InvalidFraction), "{text:?}");
        }
    }

    #[test]
    fn an_empty_frame_gives_no_draw() {
        assert_eq!(draw(&[], 1, fraction("0.5")), None);
    }

    #[test]
    fn words_are_read_back() {
        assert!(Disposition::ALL.iter().all(|one| one.as_str().parse() == Ok(*one)));
        assert!("called".parse::<Disposition>().is_err());
    }

    #[test]
    fn those_not_tried_yet_count_against_the_response_rate() {
        let mut progress = Progress::default();
        [Some(Disposition::Answered), Some(Disposition::Refused), Some(Disposition::BadContact), None]
            .into_iter()
            .for_each(|last| progress.add(last));
        assert_eq!((progress.drawn(), progress.response_rate()), (4, Some(25.0)));
        assert_eq!(Progress::default().response_rate(), None);
    }

    proptest! {
        #[test]
        fn the_order_of_the_frame_does_not_matter_and_more_contains_less(seed in 0_i64.., size in 1_usize..60, turn: usize) {
            let names: Vec<String> = (0..size).map(|number| format!("R{number}")).collect();
            let channel = |at: usize| if at.is_multiple_of(3) { Channel::Offline } else { Channel::Online };
            let frame: Vec<_> = names.iter().enumerate().map(|(at, id)| candidate(id, "d", channel(at))).collect();
            let mut turned = frame.clone();
            turned.rotate_left(turn % size);
            prop_assert_eq!(ids(&frame, seed, "0.4"), ids(&turned, seed, "0.4"));
            prop_assert_eq!(
                draw(&frame, seed, fraction("0.4")).unwrap().frame_hash,
                draw(&turned, seed, fraction("0.4")).unwrap().frame_hash
            );
            let more = ids(&frame, seed, "0.7");
            prop_assert!(ids(&frame, seed, "0.4").iter().all(|id| more.contains(id)));
        }
    }
}
