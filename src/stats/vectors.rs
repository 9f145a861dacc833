//! Held-out values for the tests, computed by scipy and statsmodels (tests/vectors/stats.py).

use serde_json::Value;

use super::{Count, Interval};

/// The cases of one group.
pub(crate) fn cases(group: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../../tests/vectors/stats.json")).unwrap();
    let cases = all[group].as_array().unwrap().clone();
    assert!(!cases.is_empty());
    cases
}

pub(crate) fn int(v: &Value) -> u64 {
    v.as_u64().unwrap()
}

pub(crate) fn number(v: &Value) -> f64 {
    v.as_f64().unwrap()
}

pub(crate) fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn points(v: &Value) -> Vec<i64> {
    v.as_array().unwrap().iter().map(|x| x.as_i64().unwrap()).collect()
}

pub(crate) fn counts(v: &Value) -> Vec<Count> {
    v.as_array().unwrap().iter().map(|c| Count::new(int(&c[0]), int(&c[1])).unwrap()).collect()
}

pub(crate) fn events(v: &Value) -> Vec<Count> {
    v.as_array().unwrap().iter().map(|c| Count::events(int(&c[0]), int(&c[1]))).collect()
}

/// Equal to within `tolerance`, relative for values above 1.
#[track_caller]
pub(crate) fn close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs().max(1.0), "{got:e} is not {want:e}");
}

#[track_caller]
pub(crate) fn close_interval(got: Interval, want: &Value, tolerance: f64) {
    close(got.low, number(&want[0]), tolerance);
    close(got.high, number(&want[1]), tolerance);
}
