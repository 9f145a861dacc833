"""A fresh instance for each test, on SQLite and on PostgreSQL."""

import contextlib
import itertools
import os
import subprocess
import urllib.parse

import pytest

import manyi as harness

POSTGRES = os.environ.get("MANYI_TEST_POSTGRES_URL")
_serial = itertools.count()


def _psql(statement):
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", POSTGRES, "-c", statement], check=True,
                   capture_output=True, text=True)


@contextlib.contextmanager
def _database(kind, directory):
    """The address of an empty database, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:{directory / 'manyi.db'}"
        return
    assert POSTGRES, "MANYI_TEST_POSTGRES_URL is not set: run this through tests/run"
    name = f"e2e_{os.getpid()}_{next(_serial)}"
    _psql(f"CREATE DATABASE {name}")
    yield urllib.parse.urlunsplit(urllib.parse.urlsplit(POSTGRES)._replace(path=f"/{name}"))
    _psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    with _database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def both_databases(tmp_path):
    """For a test that asks both the same: addresses by kind."""
    with _database("sqlite", tmp_path) as sqlite, _database("postgres", tmp_path) as postgres:
        yield {"sqlite": sqlite, "postgres": postgres}


@pytest.fixture
def manyi(database_url, tmp_path):
    """The instance; whatever a test did to it, it never panicked."""
    instance = harness.Manyi(tmp_path / "home", database_url)
    yield instance
    if instance.log.exists():
        assert "panicked" not in instance.log.read_text()
