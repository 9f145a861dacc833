"""A fresh instance for each test, on SQLite and on PostgreSQL."""

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


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path / 'manyi.db'}"
        return
    assert POSTGRES, "MANYI_TEST_POSTGRES_URL is not set: run this through tests/run"
    name = f"e2e_{os.getpid()}_{next(_serial)}"
    _psql(f"CREATE DATABASE {name}")
    yield urllib.parse.urlunsplit(urllib.parse.urlsplit(POSTGRES)._replace(path=f"/{name}"))
    _psql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def manyi(database_url, tmp_path):
    """The instance; whatever a test did to it, it never panicked."""
    instance = harness.Manyi(tmp_path / "home", database_url)
    yield instance
    if instance.log.exists():
        assert "panicked" not in instance.log.read_text()
