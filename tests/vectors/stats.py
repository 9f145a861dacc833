"""Computes stats.json, the values src/stats is held against, with other people's software.

    pip install scipy statsmodels mpmath && python stats.py > stats.json

scipy and statsmodels are named per group; what neither has (funnel lines, shrinkage, LMG, Johnson, Feldt,
standardisation) is computed here a second time, by another way than the Rust code takes.
"""
import itertools
import json
import math

import mpmath as mp
import numpy as np
import scipy.optimize as so
import scipy.stats as ss
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

mp.mp.dps = 40
rng = np.random.default_rng(20260328)
Z = ss.norm.ppf(0.975)


def num(x):
    return float(x)


def proportions():
    pairs = [(0, 1), (1, 1), (0, 5), (5, 5), (9, 10), (13, 15), (18, 20), (19, 19), (45, 50), (90, 100), (180, 200),
             (186, 203), (1, 1000), (849, 1000), (999, 1000), (8999, 10000), (89999, 100000), (0, 100000),
             (100000, 100000), (1, 100000), (50000, 100000)]
    pairs += [(int(rng.integers(0, n + 1)), int(n)) for n in rng.integers(1, 5000, 40)]
    out = []
    for k, n in pairs:
        w, c = proportion_confint(k, n, method="wilson"), proportion_confint(k, n, method="beta")
        out.append({"k": k, "n": n, "wilson": [num(max(w[0], 0)), num(min(w[1], 1))], "exact": [num(c[0]), num(c[1])]})
    return out


def tails():
    """The masses one by one in 40 digits, summed from the left and from the right."""
    out = []
    for n in [1, 2, 5, 18, 19, 28, 29, 30, 50, 100, 999, 1000, 10000, 100000]:
        for theta in [0.5, 0.8, 0.85, 0.9, 0.95, 0.999]:
            t = mp.mpf(theta)
            mass, odds = [(1 - t) ** n], t / (1 - t)
            for i in range(n):
                mass.append(mass[-1] * (n - i) / (i + 1) * odds)
            below, above = list(itertools.accumulate(mass)), list(itertools.accumulate(reversed(mass)))
            mean, sd = n * theta, math.sqrt(n * theta * (1 - theta))
            ks = {0, n, n - 1} | {int(mean + s * sd) for s in (-5, -2, -1, 0, 1, 2)}
            for k in sorted(k for k in ks if 0 <= k <= n):
                out.append({"k": k, "n": n, "theta": theta, "ge": num(above[n - k]), "le": num(below[k])})
    return out


def decisions():
    """The least k that proves a promise and the greatest that breaks it, for every n: scipy.stats.binom."""
    out = []
    for theta in (0.85, 0.9):
        for n in list(range(1, 301)) + [1000, 9999, 100000]:
            k = np.arange(n + 1)
            kept = k[ss.binom.sf(k - 1, n, theta) <= 0.05]
            broken = k[ss.binom.cdf(k, n, theta) <= 0.05]
            out.append([theta, n, int(kept[0]) if len(kept) else -1, int(broken[-1]) if len(broken) else -1])
    return out


def means():
    out = []
    for size in [2, 3, 10, 30, 31, 200, 1000, 1002, 5000, 20000]:
        x = rng.choice([0, 3000, 6000, 8500, 10000], p=[0.03, 0.05, 0.12, 0.4, 0.4], size=size)
        x[0], x[-1] = 10000, 6000
        x = x.astype(int)
        target = int(rng.choice([8000, 8333, 8500, 9000]))
        p = x / 100
        low, high = ss.t.interval(0.95, size - 1, loc=p.mean(), scale=ss.sem(p))
        out.append({"n": size, "sum": int(x.sum()), "squares": int((x ** 2).sum()), "target": target,
                    "interval": [num(low), num(high)],
                    "ge": num(ss.ttest_1samp(p, target / 100, alternative="greater").pvalue),
                    "le": num(ss.ttest_1samp(p, target / 100, alternative="less").pvalue)})
    return out


def differences():
    out = []
    for _ in range(60):
        n1, n2 = (int(v) for v in rng.integers(1, 400, 2))
        k1, k2 = int(rng.binomial(n1, rng.uniform(0.6, 1))), int(rng.binomial(n2, rng.uniform(0.6, 1)))
        low, high = confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff")
        table = np.array([[k1, n1 - k1], [k2, n2 - k2]])
        expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
        fisher = bool(expected.min() < 5)
        if fisher:
            p = ss.fisher_exact(table)[1]
        else:
            p = proportions_ztest([k1, k2], [n1, n2])[1]
        out.append({"k1": k1, "n1": n1, "k2": k2, "n2": n2, "interval": [num(low), num(high)], "fisher": fisher,
                    "p": num(p)})
    return out


def frames():
    out = []
    for k, n, frame in [(18, 20, 100), (45, 50, 60), (9, 10, 11), (0, 30, 400), (30, 30, 400), (270, 300, 1000),
                        (1, 1, 9)]:
        p, n_eff = k / n, n * (frame - 1) / (frame - n)
        w = proportion_confint(p * n_eff, n_eff, method="wilson")
        out.append({"k": k, "n": n, "frame": frame, "interval": [num(max(w[0], 0)), num(min(w[1], 1))],
                    "error": None if n == 1 else num(math.sqrt((1 - n / frame) * p * (1 - p) / (n - 1)))})
    return out


def hypergeometric():
    out = []
    for _ in range(80):
        frame = int(rng.integers(2, 3000))
        n, yes = int(rng.integers(1, frame + 1)), int(rng.integers(0, frame + 1))
        h = ss.hypergeom(frame, yes, n)
        k = int(np.clip(round(h.mean() + rng.normal() * 2 * (h.std() + 0.5)), 0, n))
        out.append({"k": k, "n": n, "yes": yes, "frame": frame, "ge": num(h.sf(k - 1)), "le": num(h.cdf(k))})
    return out


def sizes():
    out = []
    for e in (0.02, 0.03, 0.05, 0.1):
        for p in (0.5, 0.85, 0.9):
            n0 = Z * Z * p * (1 - p) / e ** 2
            for frame in (None, 1, 7, 50, 100, 300, 1000, 12345):
                out.append([frame, p, e, math.ceil(n0 if frame is None else n0 / (1 + (n0 - 1) / frame))])
    return out


def strata():
    out = []
    for size in (2, 3, 5):
        n_h = rng.integers(5, 60, size)
        big = n_h + rng.integers(0, 500, size)
        k_h = rng.binomial(n_h, 0.8)
        weights = np.repeat(big / n_h, n_h)
        y = np.concatenate([[1] * k + [0] * (n - k) for k, n in zip(k_h, n_h)])
        p = k_h / n_h
        # the variance of the mean of 0/1 values in each stratum, with numpy's sample variance
        var = sum((b / big.sum()) ** 2 * (1 - n / b) * np.var([1] * k + [0] * (n - k), ddof=1) / n
                  for k, n, b in zip(k_h, n_h, big))
        deff = len(weights) * (weights ** 2).sum() / weights.sum() ** 2
        out.append({"strata": [[int(k), int(n), int(b)] for k, n, b in zip(k_h, n_h, big)],
                    "rate": num(np.average(y, weights=weights)), "error": num(math.sqrt(var)), "deff": num(deff)})
        assert abs(np.average(y, weights=weights) - (big * p).sum() / big.sum()) < 1e-12
    return out


def adjusted():
    out = []
    for size in (1, 2, 15, 40):
        p = rng.uniform(0, 1, size) ** 3
        out.append({"p": p.tolist(), "bh": multipletests(p, method="fdr_bh")[1].tolist(),
                    "by": multipletests(p, method="fdr_by")[1].tolist()})
    return out


def trends():
    out = []
    for slope in (0, 0.01, -0.02, 0.001):
        size = int(rng.integers(4, 16))
        n = rng.integers(0, 80, size)
        n[0] = n[-1] = n[1] = n[2] = 30
        k = rng.binomial(n, np.clip(0.8 + slope * np.arange(size), 0, 1))
        # the score statistic equals N times the squared correlation of score and outcome
        t = np.repeat(np.arange(size), n)
        y = np.concatenate([[1] * a + [0] * (b - a) for a, b in zip(k, n)])
        z = np.corrcoef(t, y)[0, 1] * math.sqrt(len(y))
        out.append({"counts": [[int(a), int(b)] for a, b in zip(k, n)], "z": num(z), "p": num(2 * ss.norm.sf(abs(z)))})
    return out


def charts():
    out = []
    for size in (5, 14, 24):
        n = rng.integers(20, 900, size)
        k = rng.binomial(n, np.clip(rng.normal(0.87, 0.03, size), 0, 1))
        n[2] = k[2] = 0
        kept = n > 0
        p, m = k[kept] / n[kept], n[kept]
        c = k.sum() / n.sum()
        s = np.sqrt(c * (1 - c) / m)
        z = (p - c) / s
        sigma_z = np.abs(np.diff(z)).mean() / 1.128
        lam, value, var, ewma = 0.2, c, 0.0, []
        for p_i, s_i in zip(p, s):
            value, var = lam * p_i + (1 - lam) * value, lam ** 2 * s_i ** 2 + (1 - lam) ** 2 * var
            ewma.append([num(value), num(max(c - 2.962 * math.sqrt(var), 0)), num(min(c + 2.962 * math.sqrt(var), 1))])
        wide = 3 * s * max(1, sigma_z)
        out.append({"counts": [[int(a), int(b)] for a, b in zip(k, n)], "centre": num(c), "sigma_z": num(sigma_z),
                    "p": [[num(a), num(b)] for a, b in zip(np.clip(c - 3 * s, 0, 1), np.clip(c + 3 * s, 0, 1))],
                    "laney": [[num(a), num(b)] for a, b in zip(np.clip(c - wide, 0, 1), np.clip(c + wide, 0, 1))],
                    "ewma": ewma})
    return out


def funnels():
    def lower(n, theta, q):
        r = int(ss.binom.ppf(q, n, theta))
        while r > 0 and ss.binom.cdf(r - 1, n, theta) > q:
            r -= 1
        while ss.binom.cdf(r, n, theta) <= q:
            r += 1
        above, at = ss.binom.cdf(r, n, theta), ss.binom.cdf(r - 1, n, theta) if r else 0
        return max((r - (above - q) / (above - at)) / n, 0)

    out = []
    for n in (1, 2, 5, 10, 19, 30, 100, 500, 3000, 100000):
        for theta in (0.5, 0.85, 0.9, 0.95):
            out.append({"n": n, "theta": theta,
                        "lines": [num(lower(n, theta, 0.001)), num(lower(n, theta, 0.025)),
                                  num(1 - lower(n, 1 - theta, 0.025)), num(1 - lower(n, 1 - theta, 0.001))]})
    return out


def dispersions():
    out = []
    for size, sd in ((10, 0.0), (12, 0.05), (40, 0.08)):
        n = rng.integers(10, 400, size)
        k = rng.binomial(n, np.clip(rng.normal(0.85, sd, size), 0, 1))
        theta = k.sum() / n.sum()
        z = 2 * np.sqrt(n) * (np.arcsin(np.sqrt(k / n)) - math.asin(math.sqrt(theta)))
        w = np.clip(z, *np.quantile(z, [0.1, 0.9]))
        phi = (w ** 2).mean()
        wt = 4.0 * n
        tau = (size * phi - (size - 1)) / (wt.sum() - (wt ** 2).sum() / wt.sum())
        tau = max(tau, 0) if size * phi > size - 1 else 0
        middle = math.asin(math.sqrt(theta))
        lines = [[num(math.sin(min(max(middle + s * math.sqrt(0.25 / m + tau), 0), math.pi / 2)) ** 2)
                  for s in (-ss.norm.ppf(0.999), -Z, Z, ss.norm.ppf(0.999))] for m in (5, 50, 500)]
        out.append({"counts": [[int(a), int(b)] for a, b in zip(k, n)], "theta": num(theta), "phi": num(phi),
                    "tau2": num(tau), "lines": lines})
    return out


def standardised():
    # the six departments of Bickel, Hammel & O'Connell 1975 (UCBAdmissions): admitted and applied, by sex
    men = [(512, 825), (353, 560), (120, 325), (138, 417), (53, 191), (22, 373)]
    women = [(89, 108), (17, 25), (202, 593), (131, 375), (94, 393), (24, 341)]
    weights = [a[1] + b[1] for a, b in zip(men, women)]
    out = []
    for group in (men, women):
        p = np.array([k / n for k, n in group])
        n = np.array([n for _, n in group])
        share = np.array(weights) / sum(weights)
        out.append({"cells": [[k, m, w] for (k, m), w in zip(group, weights)],
                    "crude": sum(k for k, _ in group) / num(n.sum()),
                    "rate": num((share * p).sum()), "error": num(math.sqrt((share ** 2 * p * (1 - p) / n).sum()))})
    return out


def shrunk():
    out = []
    for size, a, b in ((5, 8, 2), (12, 40, 6), (60, 17, 3)):
        n = rng.integers(3, 150, size)
        k = rng.binomial(n, rng.beta(a, b, size))

        def loss(x):
            return -ss.betabinom.logpmf(k, n, math.exp(x[0]), math.exp(x[1])).sum()

        start = so.minimize(loss, [math.log(a), math.log(b)], method="Nelder-Mead",
                            options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 5000}).x

        # polished in 40 digits on the two equations of the likelihood
        def slope(la, lb):
            al, be = mp.e ** la, mp.e ** lb
            d = [mp.digamma(al + be) - mp.digamma(al + be + int(m)) for m in n]
            return (sum(mp.digamma(al + int(x)) - mp.digamma(al) + s for x, s in zip(k, d)),
                    sum(mp.digamma(be + int(m - x)) - mp.digamma(be) + s for x, m, s in zip(k, n, d)))

        root = mp.findroot(slope, (mp.mpf(start[0]), mp.mpf(start[1])))
        alpha, beta = num(mp.e ** root[0]), num(mp.e ** root[1])
        low, high = (ss.beta.ppf(q, k + alpha, n - k + beta) for q in (0.025, 0.975))
        post = [[num((x + alpha) / (m + alpha + beta)), num(a), num(b)] for x, m, a, b in zip(k, n, low, high)]
        out.append({"counts": [[int(x), int(m)] for x, m in zip(k, n)], "alpha": alpha, "beta": beta, "shrunk": post})
    return out


def answers(size, items, loading):
    factor = rng.normal(size=(size, 1))
    raw = loading * factor + rng.normal(size=(size, items))
    cut = np.digitize(raw, [-1.8, -1.1, -0.3, 0.7])
    return np.array([0, 3000, 6000, 8500, 10000])[cut]


def drivers():
    out = []
    for items in (2, 3, 5, 8):
        x = answers(max(60, 10 * items + 7), items, 0.8)
        noise = rng.normal(0, 1500, len(x))
        y = np.clip(np.round((x @ rng.uniform(0.1, 1, items) / items + noise) / 100) * 100, 0, 10000).astype(int)

        def r2(columns):
            if not columns:
                return 0.0
            design = np.column_stack([np.ones(len(y))] + [x[:, c] / 100 for c in columns])
            rest = y / 100 - design @ np.linalg.lstsq(design, y / 100, rcond=None)[0]
            return 1 - rest.var() / (y / 100).var()

        # LMG straight from its definition: the mean over all orders of entry
        gains, orders = np.zeros(items), 0
        cache = {s: r2(list(s)) for r in range(items + 1) for s in itertools.combinations(range(items), r)}
        for order in itertools.permutations(range(items)):
            orders += 1
            for place, item in enumerate(order):
                before = tuple(sorted(order[:place]))
                gains[item] += cache[tuple(sorted(order[:place + 1]))] - cache[before]
        # Johnson by the singular values of the standardised items
        xs, ys = (x - x.mean(0)) / x.std(0), (y - y.mean()) / y.std()
        u, d, vt = np.linalg.svd(xs / math.sqrt(len(y)), full_matrices=False)
        zz = u @ vt
        loadings = zz.T @ xs / math.sqrt(len(y))
        betas = zz.T @ ys / math.sqrt(len(y))
        out.append({"items": x.tolist(), "overall": y.tolist(), "r2": cache[tuple(range(items))],
                    "lmg": (gains / orders).tolist(), "johnson": ((loadings.T ** 2) @ (betas ** 2)).tolist()})
    return out


def alphas():
    out = []
    for size, items, loading in ((30, 2, 1.0), (80, 5, 0.9), (200, 4, 0.1)):
        x = answers(size, items, loading)
        c = np.cov(x.T)
        alpha = items / (items - 1) * (1 - np.trace(c) / c.sum())
        d1, d2 = size - 1, (size - 1) * (items - 1)
        out.append({"items": x.tolist(), "alpha": num(alpha),
                    "interval": [num(1 - (1 - alpha) * ss.f.ppf(q, d1, d2)) for q in (0.975, 0.025)]})
    return out


def loyalties():
    out = []
    for p, q, d in ((50, 30, 20), (0, 5, 5), (400, 10, 1), (10, 20, 30)):
        x = np.array([100] * p + [0] * q + [-100] * d)
        se = x.std() / math.sqrt(len(x))
        low, high = ss.norm.interval(0.95, x.mean(), se)
        out.append({"counts": [p, q, d], "score": num(x.mean()), "error": num(se),
                    "interval": [max(num(low), -100), min(num(high), 100)] if len(x) >= 30 else None})
    return out


def efforts():
    out = []
    for counts in ([1, 0, 2, 5, 10, 20, 12], [0, 0, 0, 0, 1, 3, 9], [3, 3, 3, 3, 3, 3, 3]):
        x = np.repeat(np.arange(1, 8), counts)
        low, high = ss.t.interval(0.95, len(x) - 1, loc=x.mean(), scale=ss.sem(x))
        w = proportion_confint((x >= 5).sum(), len(x), method="wilson")
        out.append({"counts": counts, "mean": num(x.mean()), "interval": [max(num(low), 1), min(num(high), 7)],
                    "agree": num((x >= 5).mean()), "agree_interval": [num(w[0]), num(min(w[1], 1))]})
    return out


def event_intervals():
    """Garwood's limits by the chi-square quantiles: scipy.stats.chi2."""
    return [{"k": k, "interval": [num(ss.chi2.ppf(0.025, 2 * k) / 2) if k else 0.0, num(ss.chi2.ppf(0.975, 2 * k + 2) / 2)]}
            for k in [0, 1, 2, 3, 4, 5, 7, 10, 13, 20, 37, 50, 99, 100, 250, 999, 1000, 10000, 100000]]


def event_tails():
    """Regularised incomplete gamma functions in 40 digits: mpmath."""
    out = []
    for mean in [0.01, 0.5, 1, 3, 7.5, 20, 50, 100, 1000, 12345.6]:
        ks = {0, 1, 2} | {max(int(mean + s * math.sqrt(mean)), 0) for s in (-6, -3, -2, -1, 0, 1, 2, 3, 6)}
        for k in sorted(ks):
            m = mp.mpf(mean)
            ge = mp.gammainc(k, 0, m, regularized=True) if k else mp.mpf(1)
            out.append({"k": k, "mean": mean, "ge": num(ge), "le": num(mp.gammainc(k + 1, m, mp.inf, regularized=True))})
    return out


def event_charts():
    """u chart, Laney's u' and the trend of Poisson counts, straight from their formulas in numpy."""
    out = []
    for periods, rate in ((12, 0.02), (14, 0.4), (20, 1.6)):
        n = rng.integers(40, 400, periods)
        k = rng.poisson(rate * n)
        centre, u = k.sum() / n.sum(), k / n
        sigma = np.sqrt(centre / n)
        sigma_z = np.abs(np.diff((u - centre) / sigma)).mean() / 1.128
        t = np.arange(periods)
        z = ((t - (n * t).sum() / n.sum()) * (k - n * centre)).sum() \
            / math.sqrt(centre * (n * (t - (n * t).sum() / n.sum()) ** 2).sum())
        factor = max(1, sigma_z)
        out.append({"counts": [[int(a), int(b)] for a, b in zip(k, n)], "centre": num(centre), "sigma_z": num(sigma_z),
                    "u": [[num(max(centre - 3 * s, 0)), num(centre + 3 * s)] for s in sigma],
                    "laney": [[num(max(centre - 3 * factor * s, 0)), num(centre + 3 * factor * s)] for s in sigma],
                    "z": num(z)})
    return out


groups = [proportions, tails, decisions, means, differences, frames, hypergeometric, sizes, strata, adjusted, trends,
          charts, funnels, dispersions, standardised, shrunk, drivers, alphas, loyalties, efforts,
          event_intervals, event_tails, event_charts]
print("{" + ",\n".join(f'"{g.__name__}": [\n' + ",\n".join(json.dumps(c) for c in g()) + "\n]" for g in groups) + "}")
