"""What a period's figures must be, from the ratings alone: STATISTICS.md and CONTRACT.md §8, in integers, fractions and plain sums.

Nothing here is manyi's. What belongs to a single figure (points, Wilson, the exact test, Student's t) is in recount.py."""

import fractions
import functools
import itertools
import math

import recount
from recount import Z, half_up

FOUR = 1e-4 / 2 + 1e-9  # half of the last printed digit
TARGETS = {("satisfaction_rate", "online"): 90, ("satisfaction_rate", "offline"): 85, ("satisfaction_rate", "all"): 90,
           ("points", "all"): 85}


def target(metric, channel, level, period):
    """CONTRACT §8.1: over all channels departments only, the rate by month and quarter, points by month."""
    if channel == "all" and (level == "organisation" or len(period) == 4 or metric == "points" and "Q" in period):
        return None
    return TARGETS.get((metric, channel))


def months(period):
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return [f"{year}-{m:02}" for m in range(3 * int(part[1]) - 2, 3 * int(part[1]) + 1)]
    return [period] if part else [f"{year}-{m:02}" for m in range(1, 13)]


def newcombe(k1, n1, k2, n2):
    """The difference of two rates in points with its interval: Newcombe 1998, method 10."""
    (l1, u1), (l2, u2) = recount.wilson(k1, n1), recount.wilson(k2, n2)
    p1, p2 = 100 * k1 / n1, 100 * k2 / n2
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def timely(rating):
    """Urgent 5 minutes (D-1.2), online 30 (B3-2.3.1), else 15 (D-1.2); `None` without both times in order."""
    if rating.waited is None or rating.waited < 0:
        return None
    return rating.waited <= (5 if rating.urgent else 30 if rating.channel == "online" else 15)


def share(flags):
    """k of n as a figure without a promise."""
    known = [flag for flag in flags if flag is not None]
    k, n = sum(known), len(known)
    return (n, k, half_up(fractions.Fraction(100 * k, n)), recount.wilson(k, n)) if n else (0, None, None, None)


@functools.cache
def garwood(k):
    """The exact 95 % interval of k events (Garwood 1936): the means at which a tail of Poisson's masses is 2.5 %."""
    def at_most(k, mean):
        return math.fsum(math.exp(i * math.log(mean) - mean - math.lgamma(i + 1)) for i in range(k + 1))

    def root(falling, low, high):
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if falling(middle) > 0.025 else (low, middle)
        return low

    far = k + 10 * math.sqrt(k + 1) + 10
    return (k and far - root(lambda less: 1 - at_most(k - 1, far - less), 0, far - 1e-9)), root(lambda m: at_most(k, m), 1e-9, far)


def complaint_rate(ratings):
    """Complaints of the months per hundred services of the months."""
    k, n = sum(rating.complaints for rating in ratings), len(ratings)
    return (n, k, half_up(fractions.Fraction(100 * k, n)), [100 * end / n for end in garwood(k)]) if n else (0, None, None, None)


def figures(ratings, channel, level, period):
    """(n, satisfied, value, interval, target, verdict, evidence) of every metric of some ratings."""
    mine = [rating for rating in ratings if channel in ("all", rating.channel)]
    words = [rating.answers for rating in mine]
    found = {}
    for metric, count in (("satisfaction_rate", recount.satisfaction_rate), ("points", recount.points)):
        goal = target(metric, channel, level, period)
        score = count(words, goal if level != "employee" else None)
        found[metric] = (score.n, score.satisfied, score.value, score.ci, goal, score.verdict, score.evidence)
    found["resolution_rate"] = (*share([rating.resolved for rating in mine]), None, None, None)
    found["response_time"] = (*share([timely(rating) for rating in mine]), None, None, None)
    if level != "employee":
        found["complaint_rate"] = (*complaint_rate(mine), None, None, None)
    if channel == "all" and level != "employee":
        (k1, n1), (k2, n2) = (counts([r for r in mine if r.channel == one]) for one in ("online", "offline"))
        if n1 and n2:
            gap = half_up_signed(fractions.Fraction(100 * k1, n1) - fractions.Fraction(100 * k2, n2))
            found["channel_gap"] = (min(n1, n2), None, gap, newcombe(k1, n1, k2, n2), None, None, None)
    return found


def half_up_signed(value):
    """A negative figure is the mirror of the positive one."""
    return half_up(value) if value >= 0 else -half_up(-value)


def counts(ratings):
    return sum(recount.satisfied(rating.answers) for rating in ratings), len(ratings)


# Control charts: STATISTICS rows 13 and 14.

def limits(series):
    """The centre and (low, high) of each period of a rate, from (k, n); `None` with fewer than twelve periods."""
    filled = [(k, n) for k, n in series if n]
    if len(filled) < 12:
        return None
    centre = sum(k for k, _ in filled) / sum(n for _, n in filled)
    sigma = {n: math.sqrt(centre * (1 - centre) / n) for _, n in filled}
    steps = 0.0
    if 0 < centre < 1:
        z = [(k / n - centre) / sigma[n] for k, n in filled]
        steps = sum(abs(b - a) for a, b in zip(z, z[1:])) / (len(z) - 1) / 1.128
    factor = steps if steps > 1.2 else 1.0
    clip = lambda x: min(1.0, max(0.0, x))
    return centre, [(clip(centre - 3 * sigma[n] * factor), clip(centre + 3 * sigma[n] * factor)) if n else None for _, n in series], factor


def signals(series, drawn):
    """The strongest of the four rules that holds at each period; empty ones break nothing."""
    centre, bands, factor = drawn
    total = (sum(k for k, n in series if n), sum(n for _, n in series))
    at = [i for i, (_, n) in enumerate(series) if n]
    side = {i: (lambda a, b: (a > b) - (a < b))(series[i][0] * total[1], total[0] * series[i][1]) for i in at}
    rate = {i: fractions.Fraction(*series[i]) for i in at}
    marks = {i: set() for i in at}
    for i in at:
        if not bands[i][0] <= series[i][0] / series[i][1] <= bands[i][1]:
            marks[i].add("outside")
    for start in range(len(at)):
        run = at[start:start + 7]
        if len(run) == 7 and abs(sum(side[i] for i in run)) == 7:
            [marks[i].add("shift") for i in run]
        slopes = [(rate[b] > rate[a]) - (rate[b] < rate[a]) for a, b in zip(run, run[1:])]
        if len(run) == 7 and abs(sum(slopes)) == 6:
            [marks[i].add("trend") for i in run]
        three = at[start:start + 3]
        far = [i for i in three if abs(float(rate[i]) - centre) > 2 * factor * math.sqrt(centre * (1 - centre) / series[i][1])]
        if len(three) == 3 and abs(sum(side[i] for i in three)) == 3 and len(far) >= 2:
            [marks[i].add("two_of_three") for i in far]
    first = lambda found: next((rule for rule in ("outside", "shift", "trend", "two_of_three") if rule in found), None)
    return [first(marks.get(i, ())) for i in range(len(series))]


def averages(series, drawn):
    """The moving average of each period and its limits: STATISTICS row 15, λ = 0.2 and L = 3, as wide as the chart's."""
    centre, _, factor = drawn
    value, variance, found = centre, 0.0, []
    for k, n in series:
        if not n:
            found.append(None)
            continue
        value = 0.2 * k / n + 0.8 * value
        variance = 0.04 * centre * (1 - centre) / n + 0.64 * variance
        half = 3 * factor * math.sqrt(variance)
        found.append((value, max(0.0, centre - half), min(1.0, centre + half)))
    return found


def rise(series, factor):
    """z of the Cochran-Armitage test over the last twelve periods (STATISTICS row 16) and its two-sided p; `None` where there is none."""
    last = [(t, k, n) for t, (k, n) in enumerate(series[-12:]) if n]
    yes, answers = sum(k for _, k, _ in last), sum(n for _, _, n in last)
    if len(last) < 4 or yes in (0, answers):
        return None
    p = fractions.Fraction(yes, answers)
    moved = sum(t * (k - n * p) for t, k, n in last)
    spread = p * (1 - p) * (sum(n * t * t for t, _, n in last) - fractions.Fraction(sum(n * t for t, _, n in last) ** 2, answers))
    z = float(moved) / math.sqrt(spread) / factor
    return z, math.erfc(abs(z) / math.sqrt(2))


# Departments beside each other: STATISTICS rows 11, 17, 18 and 19.

@functools.cache
def cumulative(n, yes, all_):
    """P(X ≤ k) of n at the rate yes/all_ for every k, exactly: numerators over all_**n."""
    masses = (math.comb(n, i) * yes**i * (all_ - yes) ** (n - i) for i in range(n + 1))
    return list(itertools.accumulate(masses))


def at_most(k, n, yes, all_):
    return fractions.Fraction(cumulative(n, yes, all_)[k], all_**n)


def funnel_low(n, yes, all_, thousandths):
    """Spiegelhalter 2005: the interpolated count below which less than q lies, as a share of n."""
    below, scaled, q = cumulative(n, yes, all_), 1000, thousandths * all_**n
    r = next(r for r, upto in enumerate(below) if upto * scaled > q)
    before = below[r - 1] if r else 0
    return max(0.0, float((r - fractions.Fraction(below[r] * scaled - q, (below[r] - before) * scaled)) / n))


def funnel(n, yes, all_):
    """The 95 % and 99.8 % lines, the upper ones as those of the dissatisfied, turned round."""
    return [funnel_low(n, yes, all_, 25), 1 - funnel_low(n, all_ - yes, all_, 25),
            funnel_low(n, yes, all_, 1), 1 - funnel_low(n, all_ - yes, all_, 1)]


def place(k, n, yes, all_):
    low, high = at_most(k, n, yes, all_), 1 - (at_most(k - 1, n, yes, all_) if k else 0)
    if min(low, high) > fractions.Fraction("0.025"):
        return "within"
    side = "below" if low < high else "above"
    return f"{side}_99.8" if min(low, high) <= fractions.Fraction("0.001") else f"{side}_95"


def benjamini_hochberg(p):
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    adjusted, least = [None] * len(p), fractions.Fraction(1)
    for place_, i in enumerate(order):
        least = min(least, p[i] * len(p) / (len(p) - place_))
        adjusted[i] = least
    return adjusted


def dispersion(shown, yes, all_):
    """φ of FunnelPlotR: arcsine z-scores, winsorised at the tenth and ninetieth percentile (R's type 7)."""
    middle = math.asin(math.sqrt(yes / all_))
    z = sorted(2 * math.sqrt(n) * (math.asin(math.sqrt(k / n)) - middle) for k, n in shown)

    def quantile(q):
        at = q * (len(z) - 1)
        low = math.floor(at)
        return z[low] + (at - low) * (z[min(low + 1, len(z) - 1)] - z[low])

    low, high = quantile(0.1), quantile(0.9)
    return sum(min(max(x, low), high) ** 2 for x in z) / len(z)


def standardised(parts, mix):
    """(rate, share of the mix covered) in percent: each channel's rate at the weight it has over all departments."""
    there = {channel: counts_ for channel, counts_ in parts.items() if counts_ and counts_[1]}
    weight = sum(mix[channel] for channel in there)
    if not weight:
        return None
    rate = sum(fractions.Fraction(mix[channel], weight) * fractions.Fraction(*counts_) for channel, counts_ in there.items())
    return half_up(100 * rate), half_up(fractions.Fraction(100 * weight, sum(mix.values())))
