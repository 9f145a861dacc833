//! Numbers that look random and are the same on every machine: SplitMix64 (Steele, Lea and Flood 2014).

/// A generator of such numbers.
pub(super) struct Dice(u64);

impl Dice {
    /// The generator that begins with this seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least 0 and less than 1.
    pub(super) fn share(&mut self) -> f64 {
        u32::try_from(self.next() >> 32).map_or(0.0, f64::from) / 4_294_967_296.0
    }

    /// Yes, with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// At least 0 and less than `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(n)) >> 32).unwrap_or(0)
    }

    /// A whole number whose mean is `mean`.
    pub(super) fn around(&mut self, mean: f64) -> usize {
        let mut whole = 0;
        let mut rest = mean;
        while rest >= 1.0 {
            whole += 1;
            rest -= 1.0;
        }
        whole + usize::from(self.chance(rest))
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let n = u32::try_from(from.len()).unwrap_or(0);
        usize::try_from(self.below(n)).ok().and_then(|at| from.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_numbers_are_those_of_the_reference() {
        let mut dice = Dice::new(1_234_567);
        assert_eq!([dice.next(), dice.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn numbers_stay_in_their_range() {
        let mut dice = Dice::new(7);
        assert!((0..1000).all(|_| dice.below(6) < 6 && (0.0..1.0).contains(&dice.share())));
        assert_eq!(dice.below(0), 0);
    }

    #[test]
    fn around_keeps_the_mean() {
        let mut dice = Dice::new(7);
        let sum: usize = (0..10_000).map(|_| dice.around(2.3)).sum();
        assert!((22_700..23_300).contains(&sum), "{sum}");
    }
}
