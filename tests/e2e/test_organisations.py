"""A thousand departments of random organisations: what manyi says of them on both databases is what the oracle counts."""

import collections
import concurrent.futures
import contextlib
import csv
import fractions
import io
import json
import random

import openpyxl
import pytest

import browser
import manyi as harness
import oracle
import organisation
import recount
import staff

MONTH = organisation.LAST
CHANNELS = ("all", "online", "offline")
FIELDS = ("n", "satisfied", "value", "ci", "target", "verdict", "evidence")


def on_both(work, instances):
    """The same on both databases at once; what each gives."""
    with concurrent.futures.ThreadPoolExecutor(len(instances)) as pool:
        return list(pool.map(work, instances))


def same(answers, what):
    """What both databases answer, which is one answer."""
    first, second = answers
    assert first == second, what
    return first


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_figure_is_the_oracles(both_databases, tmp_path, seed):
    made = organisation.make(seed, 250)
    instances = [harness.Manyi(tmp_path / name, url) for name, url in both_databases.items()]
    for instance in instances:
        organisation.write(made, instance.home, random.Random(seed))
    on_both(fill, instances)
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(instance.serve()) for instance in instances]
        readers = [Reader(instance, server) for instance, server in zip(instances, servers)]
        for check in (check_scores, check_comparison, check_export):
            check(made, readers)
        if seed in (1, 2):  # one whose departments step down, one whose months differ by more than chance
            check_trends(made, readers)
        if seed == 1:
            check_formats(readers[0])
    if seed == 1:
        on_both(lambda instance: instance.run("doctor"), instances)


def fill(instance):
    for kind in ("departments", "staff", "ratings", "complaints"):
        instance.run("import", kind, f"{kind}.csv")


class Reader:
    """Who may read everything: a token, and HR's session."""

    def __init__(self, instance, server):
        self.instance, self.url = instance, server.url
        self.api = browser.Api(server.url, instance.token("oracle", "scores:read", "people:read"))
        self.visitor, _ = staff.sign_in(instance, "hr@manyi.example", "hr")

    def json(self, path, **query):
        return self.api.json(path, **query)

    def csv(self, path):
        file = self.visitor.get(self.url + path)
        assert file.status == 200, (path, file.status, file.words[:300])
        return list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))


def groups(made, level, periods, channel):
    """The ratings behind every figure of a level, by department and employee."""
    by_department = collections.defaultdict(list)
    for rating in made.ratings:
        if rating.month in periods:
            by_department[rating.department].append(rating)
    if level == "organisation":
        return {(None, None): [rating for ratings in by_department.values() for rating in ratings]}
    if level == "department":
        return {(code, None): [r for below in made.under(code) for r in by_department[below]] for code in made.parents}
    found = collections.defaultdict(list)
    for code, ratings in by_department.items():
        for rating in ratings:
            if rating.employee:
                found[code, rating.employee].append(rating)
    return found


def check_scores(made, readers):
    asked = [(MONTH, level, channel) for level in ("organisation", "department") for channel in CHANNELS]
    asked += [(MONTH, "employee", "all"), (organisation.QUARTER, "department", "all"),
              (organisation.QUARTER, "organisation", "online"), (organisation.YEAR, "department", "online")]
    for period, level, channel in asked:
        query = {"period": period, "level": level, "channel": channel}
        scores = same(on_both(lambda reader: reader.json("/api/v1/scores", **query)["scores"], readers), query)
        behind = groups(made, level, oracle.months(period), channel)
        expected = {(*whose, metric): figure for whose, ratings in behind.items()
                    for metric, figure in oracle.figures(ratings, channel, level, period).items()}
        check_rows(scores, expected, (period, level, channel))


def check_rows(scores, expected, where):
    found = {(row["department"], row["employee"], row["metric"]): row for row in scores if row["base"] == "invited"}
    assert len(found) == len(scores), where
    assert {whose for whose, figure in expected.items() if figure[0]} <= set(found), where
    hidden = small = 0
    for whose, row in found.items():
        figure = dict(zip(FIELDS, expected[whose]))
        assert row["n"] == figure["n"] and row["target"] == figure["target"], (where, whose)
        assert (row["invited"], row["responded"], row["response_rate"]) == (0, 0, None), "imported ratings were not invited"
        if row["suppressed"]:
            hidden += row["n"] >= 5
            small += 0 < row["n"] < 5
            told = [row[name] for name in ("satisfied", "value", "ci_low", "ci_high", "verdict")]
            assert told == [None] * 5, (where, whose)
            continue
        assert row["n"] >= 5, (where, whose)
        told = {name: row[name] for name in ("value", "verdict", "evidence", "satisfied")}
        assert told == {name: figure[name] for name in told}, (where, whose)
        assert close((row["ci_low"], row["ci_high"]), figure["ci"]), (where, whose, figure["ci"])
    # A figure of five or more is hidden only so that a smaller one cannot be told from sums, and most are shown.
    assert hidden <= 3 * max(small, 2), (where, hidden, small)


def close(printed, exact):
    """To the last printed digit."""
    if exact is None:
        return all(number is None for number in printed)
    return len(printed) == len(exact) and all(p is not None and abs(p - e) <= oracle.FOUR for p, e in zip(printed, exact))


def check_trends(made, readers):
    asked = [(code, metric, channel) for code in made.long()[:2]
             for metric, channel in (("satisfaction_rate", "all"), ("satisfaction_rate", "online"), ("resolution_rate", "all"),
                                     ("points", "all"), ("channel_gap", "all"))]
    for code, metric, channel in asked:
        query = {"department": code, "metric": metric, "grain": "month", "channel": channel,
                 "from": organisation.MONTHS[0], "to": organisation.MONTHS[-1]}
        points = same(on_both(lambda reader: reader.json("/api/v1/trend", **query)["points"], readers), query)
        assert [point["period"] for point in points] == organisation.MONTHS
        behind = [groups(made, "department", [month], channel)[code, None] for month in organisation.MONTHS]
        check_series(points, behind, metric, channel, query)
    for code in made.long()[:2]:
        check_department(made, readers, code)


def check_department(made, readers, code):
    """The file behind a department's chart, and the sentence under it: moving average and trend test."""
    rows = same(on_both(lambda reader: reader.csv(f"/departments/{code}/trend.csv?period={MONTH}"), readers), code)
    assert [row["period"] for row in rows] == organisation.MONTHS
    behind = [groups(made, "department", [month], "all")[code, None] for month in organisation.MONTHS]
    series = [oracle.counts(ratings) if row["value"] else (0, 0) for ratings, row in zip(behind, rows)]
    assert [(row["value"], int(row["n"])) for row in rows if row["value"]] == \
        [(f"{recount.half_up(fractions.Fraction(100 * k, n)):.4f}", n) for k, n in series if n]
    if (drawn := oracle.limits(series)) is None:
        return
    for row, average in zip(rows, oracle.averages(series, drawn)):
        told = [float(row[name]) if row[name] else None for name in ("average", "average_lower", "average_upper")]
        assert close(told, average and [100 * x for x in average]), (code, row, average)
    z, p = oracle.rise(series, drawn[2])
    heading = "no overall rise or fall" if p > 0.05 else "risen by more than chance" if z > 0 else "fallen by more than chance"
    drawn_from = sum(n > 0 for _, n in series[-12:])
    n = f"over the {drawn_from} periods with a figure: n={sum(n for _, n in series[-12:]):,}, p{'<0.001' if p < 0.001 else f'={p:.3f}'}"
    words = readers[0].visitor.get(f"{readers[0].url}/departments/{code}?period={MONTH}&lang=en").words
    assert heading in words and n in words, (code, heading, n, words)


def check_series(points, behind, metric, channel, where):
    expected = [oracle.figures(ratings, channel, "department", point["period"]).get(metric, (0,) * 7)
                for ratings, point in zip(behind, points)]
    for point, figure in zip(points, expected):
        figure = dict(zip(FIELDS, figure))
        assert point["n"] == figure["n"], (where, point)
        if point["value"] is not None:
            assert point["value"] == figure["value"] and point["target"] == figure["target"], (where, point, figure)
            assert close((point["ci_low"], point["ci_high"]), figure["ci"]), (where, point, figure)
    shown = [(figure[1], figure[0]) if point["value"] is not None else (0, 0) for point, figure in zip(points, expected)]
    drawn = oracle.limits(shown) if metric.endswith("_rate") else None
    if drawn is None:
        assert all(point["center"] is point["lower"] is point["upper"] is point["signal"] is None for point in points), where
        return
    centre, bands, _ = drawn
    for point, band in zip(points, bands):
        lines = None if band is None else [100 * x for x in (centre, *band)]
        assert close((point["center"], point["lower"], point["upper"]), lines), (where, point, lines)
    assert [point["signal"] for point in points] == oracle.signals(shown, drawn), where


def check_comparison(made, readers):
    for query, channel in (("", "all"), ("&channel=online", "online"), ("&against=promise", "all")):
        rows = same(on_both(lambda reader: reader.csv(f"/comparison.csv?period={MONTH}{query}"), readers), query)
        listed = {row["department_code"] for row in rows}
        own = {code: {one: oracle.counts([r for r in made.ratings if (r.department, r.month) == (code, MONTH)
                                          and one in ("all", r.channel)]) for one in CHANNELS} for code in made.parents}
        assert listed >= {code for code, counts in own.items() if counts["all"][1]}, "who is rated is listed"
        shown = {row["department_code"]: own[row["department_code"]][channel] for row in rows if row["value"]}
        assert len(shown) > 50 and all(n >= 5 for _, n in shown.values())
        yes, answers = (9, 10) if "promise" in query else (sum(k for k, _ in shown.values()), sum(n for _, n in shown.values()))
        compared = iter(probabilities(list(shown.values()), yes, answers))
        for row in rows:
            where, (k, n) = (query, row["department_code"]), own[row["department_code"]][channel]
            assert int(row["valid_n"]) == n, where
            assert row["department_code"] in shown or not (row["satisfied_n"] or row["p"] or row["place"]), where
            if row["department_code"] in shown:
                check_compared(row, (k, n), (yes, answers), next(compared), where)
            check_channels(row, own[row["department_code"]], own, where)
        phi = {row["phi"] for row in rows}
        assert phi == {""} if "promise" in query else \
            abs(float(phi.pop()) - oracle.dispersion(list(shown.values()), yes, answers)) <= oracle.FOUR, query


def probabilities(shown, yes, answers):
    """(p of so few, p of so many, both corrected) of each department."""
    low = [oracle.at_most(k, n, yes, answers) for k, n in shown]
    high = [1 - (oracle.at_most(k - 1, n, yes, answers) if k else 0) for k, n in shown]
    return zip(low, high, oracle.benjamini_hochberg(low), oracle.benjamini_hochberg(high))


def check_compared(row, count, reference, tests, where):
    (k, n), (low, high, low_adjusted, high_adjusted) = count, tests
    assert int(row["satisfied_n"]) == k and float(row["value"]) == recount.half_up(fractions.Fraction(100 * k, n)), where
    assert abs(float(row["reference"]) - 100 * reference[0] / reference[1]) <= oracle.FOUR, where
    lines = [float(row[name]) for name in ("limit_95_low", "limit_95_high", "limit_998_low", "limit_998_high")]
    assert close(lines, [100 * line for line in oracle.funnel(n, *reference)]), where
    assert row["place"] == oracle.place(k, n, *reference), where
    standing = "too_few" if n < 30 else "below" if low_adjusted <= 0.05 else "above" if high_adjusted <= 0.05 else "not_distinguishable"
    assert row["standing"] == standing, where
    p = (low, low_adjusted) if low <= high else (high, high_adjusted)
    assert (row["p"], row["p_adjusted"]) == ("", "") if n < 30 else \
        all(abs(float(row[name]) - one) <= 5e-7 + 1e-9 for name, one in zip(("p", "p_adjusted"), p)), where


def check_channels(row, own, everyone, where):
    parts = {}
    for channel in ("online", "offline"):
        k, n = own[channel]
        parts[channel] = (k, n) if row[channel] else None
        assert not row[channel] or n >= 5 and float(row[channel]) == recount.half_up(fractions.Fraction(100 * k, n)), where
    if row["gap"]:
        (k1, n1), (k2, n2) = parts["online"], parts["offline"]
        gap = oracle.half_up_signed(fractions.Fraction(100 * k1, n1) - fractions.Fraction(100 * k2, n2))
        assert float(row["gap"]) == gap and close([float(row["gap_low"]), float(row["gap_high"])], oracle.newcombe(k1, n1, k2, n2)), where
    mix = {channel: sum(counts[channel][1] for counts in everyone.values()) for channel in ("online", "offline")}
    expected = oracle.standardised(parts, mix)
    told = (row["standardised"], row["weight_covered"])
    assert told == ("", "") if expected is None else [float(one) for one in told] == list(expected), (where, expected)


def export(reader, form):
    reader.instance.run("export", "appraisals", "--period", MONTH, "--format", form, "--out", f"out.{form}", "--provisional")
    return (reader.instance.home / f"out.{form}").read_bytes()


def export_rows(reader):
    """The rows of HR's file; when they were computed differs from file to file."""
    text = export(reader, "csv").decode("utf-8-sig")
    return [{name: cell for name, cell in row.items() if name != "computed_at"} for row in csv.DictReader(io.StringIO(text, newline=""))]


def check_export(made, readers):
    rows = same(on_both(export_rows, readers), "export")
    behind = {(level, channel): groups(made, level, [MONTH], channel) for level in ("organisation", "department", "employee")
              for channel in CHANNELS}
    for row in rows:
        check_record(row, behind[row["level"], row["channel"]][row["department_code"] or None, row["employee_no"] or None])
    levels = collections.Counter((row["level"], row["suppressed"]) for row in rows)
    assert all(levels[level, "0"] for level in ("organisation", "department")), levels


def check_formats(reader):
    """Cell by cell the same in all three formats."""
    rows = export_rows(reader)
    as_json = json.loads(export(reader, "json"))["rows"]
    sheet = openpyxl.load_workbook(io.BytesIO(export(reader, "xlsx"))).worksheets[0]
    names, *cells = ([cell.value for cell in line] for line in sheet.iter_rows())
    for row, of_json, of_sheet in zip(rows, as_json, cells, strict=True):
        for form in (of_json, dict(zip(names, of_sheet))):
            assert {name: text(form[name]) for name in row} == {name: text(cell) for name, cell in row.items()}


def text(cell):
    """A cell of any file as one text: CSV has 0 and 1 for false and true, and four decimals."""
    if isinstance(cell, bool):
        cell = int(cell)
    try:
        return repr(float(cell))
    except (TypeError, ValueError):
        return cell or ""


def check_record(row, ratings):
    level, channel, where = row["level"], row["channel"], (row["department_code"], row["employee_no"], row["channel"])
    figure = oracle.figures(ratings, channel, level, MONTH)
    for metric, n, names in (("satisfaction_rate", "valid_n", ("satisfaction_pct", "ci_low", "ci_high", "target_pct", "verdict", "evidence")),
                             ("points", "points_n", ("points", "points_ci_low", "points_ci_high", "target_points", "points_verdict", None))):
        expected = dict(zip(FIELDS, figure[metric]))
        assert int(row[n]) == expected["n"], where
        value, low, high, goal, verdict, evidence = (row[name] if name else None for name in names)
        if value == "":
            assert (low, high, verdict) == ("",) * 3 and (row["suppressed_reason"] or not expected["n"]), where
            assert metric == "points" or row["satisfied_n"] == "", where
            continue
        assert expected["n"] >= (20 if level == "employee" else 5), where
        numbers = [float(one) if one else None for one in (value, low, high, goal)]
        assert numbers[0] == expected["value"] and numbers[3] == expected["target"] and close(numbers[1:3], expected["ci"]), where
        assert verdict == (expected["verdict"] or "") and evidence in (None, expected["evidence"] or ""), where
