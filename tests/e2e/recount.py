"""Scores counted again from the answers alone, with nothing of manyi's: integers, fractions, and formulas from the books."""

import dataclasses
import decimal
import fractions
import functools
import math
import statistics

POINTS = {"5": 100, "4": 85, "3": 60, "2": 30, "1": 0}
RATINGS = ("overall", "attitude", "speed", "solved")
TOLERANCE = 5
Z = statistics.NormalDist().inv_cdf(0.975)


def half_up(value, digits=4):
    """An exact fraction rounded half up, as a float."""
    scaled = math.floor(fractions.Fraction(value) * 10**digits + fractions.Fraction(1, 2))
    return float(decimal.Decimal(scaled).scaleb(-digits))


def points_of(answers):
    """A response's points in hundredths: the mean of its rated answers, if at least 60 % of the four were rated."""
    return _points_of(tuple(answers.get(q) for q in RATINGS))


@functools.cache
def _points_of(given):
    rated = [POINTS[word] for word in given if word in POINTS]
    if len(rated) * 100 < 60 * len(RATINGS):
        return None
    return math.floor(fractions.Fraction(sum(rated) * 100, len(rated)) + fractions.Fraction(1, 2))


def satisfied(answers):
    return POINTS[answers["overall"]] >= 85


def wilson(k, n):
    p, z2 = k / n, Z * Z
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return tuple(100 * x / (1 + z2 / n) for x in (p + z2 / (2 * n) - half, p + z2 / (2 * n) + half))


def at_least(k, n, percent):
    """P(X >= k) for X ~ Binomial(n, percent/100), exactly."""
    terms = (math.comb(n, i) * percent**i * (100 - percent) ** (n - i) for i in range(k, n + 1))
    return fractions.Fraction(sum(terms), 100**n)


def student_two_sided(t, df):
    """P(|T| <= t), by the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4."""
    theta = math.atan(abs(t) / math.sqrt(df))
    cos2, term, total = math.cos(theta) ** 2, 1.0, 0.0
    if df % 2:
        term = math.cos(theta)
        for j in range(3, df + 1, 2):
            total += term
            term *= cos2 * (j - 1) / j
        return 2 / math.pi * (theta + math.sin(theta) * total) if df > 1 else 2 * theta / math.pi
    for j in range(2, df + 1, 2):
        total += term
        term *= cos2 * (j - 1) / j
    return math.sin(theta) * total


@functools.cache
def student_quantile(confidence, df):
    """t with P(|T| <= t) = confidence."""
    low, high = 0.0, 1e5
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if student_two_sided(middle, df) < confidence else (low, middle)
    return low


@dataclasses.dataclass
class Score:
    n: int
    satisfied: int | None
    value: float | None
    ci: tuple | None
    verdict: str | None
    evidence: str | None


def judged(met, minor, n, p_met, p_breach):
    verdict = "met" if met else "minor_breach" if minor else "major_breach"
    if n < 30:
        return verdict, "too_few"
    return verdict, "clear" if (p_met if met else p_breach) <= 0.05 else "not_distinguishable"


def satisfaction_rate(responses, target=None):
    n, k = len(responses), sum(map(satisfied, responses))
    if n < 5:
        return Score(n, None, None, None, None, None)
    verdict = evidence = None
    if target is not None:
        p_met = at_least(k, n, target)
        p_breach = 1 - at_least(k + 1, n, target)
        verdict, evidence = judged(100 * k >= n * target, 100 * k >= n * (target - TOLERANCE), n, p_met, p_breach)
    return Score(n, k, half_up(fractions.Fraction(100 * k, n)), wilson(k, n), verdict, evidence)


def points(responses, target=None):
    hundredths = [p for p in map(points_of, responses) if p is not None]
    n, total = len(hundredths), sum(hundredths)
    if n < 5:
        return Score(n, None, None, None, None, None)
    mean = fractions.Fraction(total, n)
    variance = fractions.Fraction(n * sum(x * x for x in hundredths) - total * total, n * (n - 1))
    error = math.sqrt(variance / n)
    verdict = evidence = ci = None
    if variance:
        half = student_quantile(0.95, n - 1) * error
        ci = tuple(min(100.0, max(0.0, x / 100)) for x in (float(mean) - half, float(mean) + half))
    if target is not None:
        t = (float(mean) - 100 * target) / error if variance else math.copysign(math.inf, mean - 100 * target)
        tail = (1 - student_two_sided(t, n - 1)) / 2 if math.isfinite(t) else 0.0
        p_met, p_breach = (tail, 1 - tail) if t > 0 else (1 - tail, tail)
        met, minor = total >= n * target * 100, total >= n * (target - TOLERANCE) * 100
        verdict, evidence = judged(met, minor, n, p_met, p_breach)
    return Score(n, None, half_up(mean / 100), ci, verdict, evidence)
