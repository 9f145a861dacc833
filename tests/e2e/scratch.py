"""Databases of a test's own, and what is counted in them from outside."""

import contextlib
import itertools
import os
import sqlite3
import subprocess
import urllib.parse

POSTGRES = os.environ.get("MANYI_TEST_POSTGRES_URL")
_serial = itertools.count()


def _psql(url, statement):
    return subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement], check=True,
                          capture_output=True, text=True).stdout


@contextlib.contextmanager
def database(kind, directory):
    """The address of an empty database, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:{directory / 'manyi.db'}"
        return
    assert POSTGRES, "MANYI_TEST_POSTGRES_URL is not set: run this through tests/run"
    name = f"e2e_{os.getpid()}_{next(_serial)}"
    _psql(POSTGRES, f"CREATE DATABASE {name}")
    yield urllib.parse.urlunsplit(urllib.parse.urlsplit(POSTGRES)._replace(path=f"/{name}"))
    _psql(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)")


def rows(url, query):
    """What a query finds: a list of tuples, on PostgreSQL of texts."""
    if url.startswith("sqlite:"):
        with contextlib.closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:')}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
    return [tuple(line.split("|")) for line in _psql(url, query).splitlines()]


def count(url, query):
    """The one number that a query finds."""
    return int(rows(url, query)[0][0])
