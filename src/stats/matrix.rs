//! Small symmetric matrices, just enough for the drivers.

/// A square matrix.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    pub(crate) fn build(size: usize, cell: impl Fn(usize, usize) -> f64) -> Matrix {
        let cells = (0..size * size).map(|place| cell(place / size, place % size)).collect();
        Matrix { size, cells }
    }

    /// The cell in row i and column j; NaN outside.
    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.cells.get(i * self.size + j).copied().unwrap_or(f64::NAN)
    }

    fn set(&mut self, i: usize, j: usize, value: f64) {
        if let Some(cell) = self.cells.get_mut(i * self.size + j) {
            *cell = value;
        }
    }

    /// The matrix times a column.
    pub(crate) fn times(&self, column: &[f64]) -> Vec<f64> {
        (0..self.size).map(|i| column.iter().enumerate().map(|(j, x)| self.at(i, j) * x).sum()).collect()
    }

    /// L⁻¹ b for the Cholesky factor L of this matrix; `None` unless it is safely positive definite.
    pub(crate) fn half_solve(&self, b: &[f64]) -> Option<Vec<f64>> {
        let mut factor = Matrix::build(self.size, |_, _| 0.0);
        let mut solved: Vec<f64> = Vec::with_capacity(self.size);
        for (i, right) in b.iter().enumerate().take(self.size) {
            for j in 0..=i {
                let known: f64 = (0..j).map(|k| factor.at(i, k) * factor.at(j, k)).sum();
                let left = self.at(i, j) - known;
                if i == j {
                    if left.is_nan() || left <= 1e-10 {
                        return None;
                    }
                    factor.set(i, i, left.sqrt());
                } else {
                    factor.set(i, j, left / factor.at(j, j));
                }
            }
            let known: f64 = solved.iter().enumerate().map(|(k, x)| factor.at(i, k) * x).sum();
            solved.push((right - known) / factor.at(i, i));
        }
        Some(solved)
    }

    /// Eigenvalues and eigenvectors (as columns) of a symmetric matrix, by Jacobi's rotations: 60 sweeps at most.
    pub(crate) fn eigen(&self) -> (Vec<f64>, Matrix) {
        let mut a = self.clone();
        let mut vectors = Matrix::build(self.size, |i, j| if i == j { 1.0 } else { 0.0 });
        for _ in 0..60 {
            let mut moved = false;
            for p in 0..self.size {
                for q in p + 1..self.size {
                    let off = a.at(p, q);
                    if off.abs() <= 1e-17 * (a.at(p, p) * a.at(q, q)).abs().sqrt() || off == 0.0 || off.is_nan() {
                        continue;
                    }
                    moved = true;
                    let angle = (a.at(q, q) - a.at(p, p)) / (2.0 * off);
                    let t = angle.signum() / (angle.abs() + angle.hypot(1.0));
                    let c = 1.0 / t.hypot(1.0);
                    a.rotate(p, q, c, t * c);
                    vectors.rotate_columns(p, q, c, t * c);
                }
            }
            if !moved {
                break;
            }
        }
        ((0..self.size).map(|i| a.at(i, i)).collect(), vectors)
    }

    fn rotate(&mut self, p: usize, q: usize, c: f64, s: f64) {
        self.rotate_columns(p, q, c, s);
        for k in 0..self.size {
            let (x, y) = (self.at(p, k), self.at(q, k));
            self.set(p, k, c * x - s * y);
            self.set(q, k, s * x + c * y);
        }
        // exact zero, so that rounding does not bring the pair up again
        self.set(p, q, 0.0);
        self.set(q, p, 0.0);
    }

    fn rotate_columns(&mut self, p: usize, q: usize, c: f64, s: f64) {
        for k in 0..self.size {
            let (x, y) = (self.at(k, p), self.at(k, q));
            self.set(k, p, c * x - s * y);
            self.set(k, q, s * x + c * y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Matrix {
        Matrix::build(3, |i, j| if i == j { 1.0 } else { [0.5, 0.2, 0.1][i + j - 1] })
    }

    #[test]
    fn eigenvectors_put_the_matrix_together_again() {
        let (values, vectors) = sample().eigen();
        for i in 0..3 {
            for j in 0..3 {
                let back: f64 = (0..3).map(|k| vectors.at(i, k) * values[k] * vectors.at(j, k)).sum();
                assert!((back - sample().at(i, j)).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn half_a_solution_squares_to_the_quadratic_form() {
        // b' A^-1 b for A = [[1, .5], [.5, 1]], b = (1, 0) is 4/3
        let a = Matrix::build(2, |i, j| if i == j { 1.0 } else { 0.5 });
        let sum: f64 = a.half_solve(&[1.0, 0.0]).unwrap().iter().map(|x| x * x).sum();
        assert!((sum - 4.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_singular_matrix_is_refused() {
        assert!(Matrix::build(2, |_, _| 1.0).half_solve(&[1.0, 1.0]).is_none());
    }
}
