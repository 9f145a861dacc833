//! What may vary: a vector space over a prime field, whose vectors say by how much each cell changes with the others.

/// A prime: coefficients are small, so what is dependent modulo it is dependent.
const PRIME: u64 = 2_147_483_647;

/// Most cells: a bit for each. A year has 36, and three more for each month in which answers came late.
pub(super) const MOST: usize = 128;

/// A few cells, a bit for each.
pub(super) type Cells = u128;

/// Cells looked at together: with the usual minimum of five, all that few answers can be in.
const TOGETHER: u32 = 4;

/// Mixes several numbers into one: any that is no small power of itself.
const MIX: u64 = 1_103_515_245;

/// A few cells, their answers, and what they vary by.
#[derive(Clone, Copy, Default)]
struct Few {
    cells: Cells,
    n: u32,
    varies: u64,
}

/// Vectors that span a space; each has a one at its own place, where all later ones have a zero.
#[derive(Debug, Clone, Default)]
pub(super) struct Space(Vec<(usize, Vec<u64>)>);

impl Space {
    /// Each of these cells varies by itself.
    pub(super) fn of_cells(width: usize, cells: Cells) -> Self {
        Self(places(cells).map(|at| (at, unit(width, at))).collect())
    }

    /// What may vary of some cells where these sums do not.
    pub(super) fn beside(width: usize, cells: Cells, sums: &[Cells]) -> Self {
        let mut space = Self::default();
        let mut first = 0;
        for alike in alike(cells, sums) {
            // Those that are in the same sums vary against each other; beside that, the first stands for them all.
            let mut of_these = places(alike);
            let Some(one) = of_these.next() else { continue };
            first |= 1 << one;
            space.0.extend(of_these.map(|other| {
                let mut row = unit(width, other);
                row.get_mut(one).into_iter().for_each(|value| *value = PRIME - 1);
                (other, row)
            }));
        }
        // A sum of one cell is that cell.
        while let Some(one) = sums.iter().map(|sum| sum & first).find(|sum| sum.count_ones() == 1) {
            first &= !one;
        }
        let mut sums: Vec<Cells> = sums.iter().map(|sum| sum & first).filter(|sum| *sum != 0).collect();
        sums.sort_unstable();
        sums.dedup();
        space.0.extend(Self::of_cells(width, first).fixed(&sums).0);
        space
    }

    pub(super) fn dimensions(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.0.iter().for_each(|(_, row)| self.insert(row.clone()));
    }

    pub(super) fn with(mut self, other: &Self) -> Self {
        self.add(other);
        self
    }

    pub(super) fn is_part_of(&self, other: &Self) -> bool {
        self.0.iter().all(|(_, row)| other.without(row.clone()).iter().all(|value| *value == 0))
    }

    /// What it changes.
    pub(super) fn changes(&self) -> Changes<'_> {
        let mut mixed: Vec<u64> = self.0.first().map(|(_, row)| vec![0; row.len()]).unwrap_or_default();
        let mut factor = 1;
        for (_, row) in &self.0 {
            mixed.iter_mut().zip(row).for_each(|(total, value)| *total = reduced(*total + factor * value));
            factor = reduced(factor * MIX);
        }
        Changes { space: self, mixed }
    }

    /// A vector without what this space has of it.
    fn without(&self, mut row: Vec<u64>) -> Vec<u64> {
        for (place, known) in &self.0 {
            let factor = row.get(*place).copied().unwrap_or(0);
            subtract(&mut row, known, factor);
        }
        row
    }

    fn insert(&mut self, row: Vec<u64>) {
        let mut row = self.without(row);
        if let Some((place, value)) = row.iter().copied().enumerate().find(|(_, value)| *value != 0) {
            let inverse = power(value, PRIME - 2);
            row.iter_mut().for_each(|value| *value = reduced(*value * inverse));
            self.0.push((place, row));
        }
    }

    /// What is left of it where these sums do not vary.
    pub(super) fn fixed(mut self, sums: &[Cells]) -> Self {
        sums.iter().for_each(|cells| self.fix(|row| along(row, *cells)));
        self
    }

    /// What of it leaves these sums as they are.
    pub(super) fn within(mut self, fixes: &[Vec<u64>]) -> Self {
        for sum in fixes {
            self.fix(|row| row.iter().zip(sum).fold(0, |total, (a, b)| reduced(total + a * b)));
        }
        self
    }

    /// Takes out of the vectors what changes a sum: the last that does, also out of those before it, which so keep their
    /// places.
    fn fix(&mut self, sum: impl Fn(&[u64]) -> u64) {
        let changes: Vec<u64> = self.0.iter().map(|(_, row)| sum(row)).collect();
        let Some(last) = changes.iter().rposition(|change| *change != 0) else { return };
        let (_, pivot) = self.0.remove(last);
        let inverse = changes.get(last).map_or(0, |change| power(*change, PRIME - 2));
        for ((_, row), change) in self.0.iter_mut().zip(&changes).take(last) {
            subtract(row, &pivot, reduced(change * inverse));
        }
    }

    /// The sums that no vector of it changes, where it has none that changes other cells than these.
    pub(super) fn fixes(&self, width: usize, cells: Cells) -> Vec<Vec<u64>> {
        // Each row without the places of the others.
        let mut rows = self.0.clone();
        for at in (0..rows.len()).rev() {
            let Some((place, row)) = rows.get(at).cloned() else { continue };
            for (_, above) in rows.iter_mut().take(at) {
                let factor = above.get(place).copied().unwrap_or(0);
                subtract(above, &row, factor);
            }
        }
        let is_taken = |cell: usize| rows.iter().any(|(place, _)| *place == cell);
        let of_cell = |cell: usize| {
            let mut sum = unit(width, cell);
            for (place, row) in &rows {
                let value = row.get(cell).copied().unwrap_or(0);
                sum.get_mut(*place).into_iter().for_each(|at| *at = (PRIME - value) % PRIME);
            }
            sum
        };
        places(cells).filter(|cell| !is_taken(*cell)).map(of_cell).collect()
    }
}

/// Of which sums of cells a space leaves nothing unchanged.
pub(super) struct Changes<'a> {
    space: &'a Space,
    /// What each cell varies by, in one number: only sums that are none are looked at closely.
    mixed: Vec<u64>,
}

impl Changes<'_> {
    /// Whether a sum of cells varies.
    pub(super) fn of(&self, cells: Cells) -> bool {
        along(&self.mixed, cells) != 0 || self.space.0.iter().any(|(_, row)| along(row, cells) != 0)
    }

    /// Whether some cells, at most [`TOGETHER`], with fewer answers than this do not vary together.
    pub(super) fn leave_few(&self, sizes: &[u32], minimum: u32) -> bool {
        let small = sizes.iter().copied().enumerate().filter(|(_, n)| (1..minimum).contains(n));
        let varies = |at: usize| self.mixed.get(at).copied().unwrap_or(0);
        let mut small: Vec<Few> = small.map(|(at, n)| Few { cells: 1 << at, n, varies: varies(at) }).collect();
        small.sort_by_key(|cell| cell.n);
        self.find(&small, Few::default(), minimum)
    }

    fn find(&self, more: &[Few], chosen: Few, minimum: u32) -> bool {
        more.iter().enumerate().take_while(|(_, cell)| chosen.n + cell.n < minimum).any(|(at, cell)| {
            let n = chosen.n + cell.n;
            let with = Few { cells: chosen.cells | cell.cells, n, varies: (chosen.varies + cell.varies) % PRIME };
            let more = more.get(at + 1..).filter(|_| with.cells.count_ones() < TOGETHER).unwrap_or_default();
            with.varies == 0 && !self.of(with.cells) || self.find(more, with, minimum)
        })
    }
}

fn subtract(row: &mut [u64], other: &[u64], factor: u64) {
    if factor != 0 {
        let factor = PRIME - factor;
        row.iter_mut().zip(other).for_each(|(a, b)| *a = reduced(*a + factor * b));
    }
}

fn power(base: u64, exponent: u64) -> u64 {
    (0..64).rev().fold(1, |result, bit| {
        let squared = result * result % PRIME;
        if exponent >> bit & 1 == 1 { squared * base % PRIME } else { squared }
    })
}

/// A number modulo the prime, which is two to the power of 31 less one: what is above these bits counts once more. The
/// number is at most the square of the prime, and the prime.
const fn reduced(value: u64) -> u64 {
    let once = (value & PRIME) + (value >> 31);
    let twice = (once & PRIME) + (once >> 31);
    if twice < PRIME { twice } else { twice - PRIME }
}

/// Cells by which of the sums they are in.
fn alike(cells: Cells, sums: &[Cells]) -> Vec<Cells> {
    let mut parts = vec![cells];
    for sum in sums {
        let apart = |part: Cells| [part & sum, part & !sum];
        parts = parts.into_iter().flat_map(apart).filter(|part| *part != 0).collect();
    }
    parts
}

fn unit(width: usize, at: usize) -> Vec<u64> {
    (0..width).map(|cell| u64::from(cell == at)).collect()
}

pub(super) fn places(cells: Cells) -> impl Iterator<Item = usize> {
    let next = |left: &Cells| Some(left & (left - 1)).filter(|left| *left != 0);
    let all = std::iter::successors(Some(cells).filter(|cells| *cells != 0), next);
    all.filter_map(|left| usize::try_from(left.trailing_zeros()).ok())
}

fn along(row: &[u64], cells: Cells) -> u64 {
    places(cells).filter_map(|at| row.get(at)).sum::<u64>() % PRIME
}

pub(super) fn sum(sizes: &[u32], cells: Cells) -> u32 {
    places(cells).filter_map(|at| sizes.get(at)).fold(0, |total, n| total.saturating_add(*n))
}

pub(super) fn cells_where(sizes: &[u32], holds: impl Fn(u32) -> bool) -> Cells {
    sizes.iter().enumerate().filter(|(_, n)| holds(**n)).fold(0, |cells, (at, _)| cells | 1 << at)
}
