"""Ratings from elsewhere: the file imports, and its rates equal those that a few lines of Python count from the same file.

The real file is tried when MANYI_REAL_CSV names it; a twin of its shape, with bad rows, always."""

import collections
import csv
import datetime as dt
import os
import tomllib

import pytest

import manyi as harness
import recount
import twin

MAP = harness.ROOT / "tests/data/ecommerce-csat.map.toml"
REAL = os.environ.get("MANYI_REAL_CSV")


def read(path):
    """(number, department, employee, channel, month, score) of each good row, by the columns that the map names."""
    completed = tomllib.loads(MAP.read_text())["columns"]["completed_at"]
    rows = []
    with open(path, encoding="utf-8-sig", newline="") as f:
        for row in csv.DictReader(f):
            try:
                done = dt.datetime.strptime(row[completed], "%d/%m/%Y %H:%M")
                channel = {"Inbound": "offline", "Outcall": "offline", "Email": "online"}[row["channel_name"]]
            except (ValueError, KeyError):
                continue
            if row["Unique id"] and row["Manager"] and row["CSAT Score"] in list("12345"):
                rows.append((row["Unique id"], row["Manager"], row["Agent_name"], channel, f"{done:%Y-%m}", row["CSAT Score"]))
    return rows


def groups(rows, level, channel, month):
    """The scores of each group of a level: of the organisation, of a department, of a department's employee."""
    found = collections.defaultdict(list)
    for _, department, employee, its_channel, its_month, score in rows:
        if its_month == month and channel in ("all", its_channel):
            key = {"organisation": None, "department": department, "employee": (department, employee)}[level]
            found[key].append({"overall": score})
    return found


def check(manyi, rows):
    for month in sorted({row[4] for row in rows}):
        hidden = small = 0
        for channel in ("all", "online", "offline"):
            for level in ("organisation", "department", "employee"):
                expected = groups(rows, level, channel, month)
                body = manyi.json("score", "--json", "--period", month, "--level", level, "--channel", channel)
                hidden += check_level(body["scores"], expected, level, (month, channel, level))
                small += sum(len(answers) < 5 for answers in expected.values())
        # A figure of five or more is hidden, with its channels, only so that a smaller one cannot be told from sums.
        assert hidden <= 3 * small, (month, hidden, small)


def check_level(scores, expected, level, where):
    found = {}
    for row in scores:
        if row["metric"] == "satisfaction_rate" and row["base"] == "invited":
            key = {"organisation": None, "department": row["department"], "employee": (row["department"], row["employee"])}[level]
            assert key not in found, (where, key)
            found[key] = row
    assert {key for key, row in found.items() if row["n"]} == set(expected), where
    hidden = 0
    for key, answers in expected.items():
        row, rate = found[key], recount.satisfaction_rate(answers)
        assert row["n"] == rate.n, (where, key)
        if row["suppressed"]:
            hidden += rate.n >= 5
            assert row["value"] is None and row["satisfied"] is None, (where, key)
            continue
        assert rate.n >= 5 and (row["satisfied"], row["value"]) == (rate.satisfied, rate.value), (where, key)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(rate.ci, abs=1e-4), (where, key)
    return hidden


def test_twin(manyi):
    file = manyi.home / "twin.csv"
    good = twin.write(file)
    rows = read(file)
    assert len(rows) == good
    refused = manyi.try_run("import", "ratings", file, "--map", MAP)
    assert refused.returncode == 1
    told = refused.stdout + refused.stderr
    for word in (str(good + 2), str(good + 6), "31/02/2023 10:00", "7", "Telepathy"):
        assert word in told, (word, told)
    assert not manyi.json("score", "--json", "--period", "2023-08")["scores"]
    manyi.try_run("import", "ratings", file, "--map", MAP, "--partial")
    check(manyi, rows)
    manyi.try_run("import", "ratings", file, "--map", MAP, "--partial")
    check(manyi, rows)
    manyi.run("doctor")


if REAL:
    def test_real_file(manyi):
        rows = read(REAL)
        assert len(rows) > 17_000
        told = manyi.run("import", "ratings", REAL, "--map", MAP, timeout=300)
        assert "635" in told, "the rows that were answered before they were reported are told"
        check(manyi, rows)
        manyi.run("doctor")
