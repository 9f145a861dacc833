"""A fresh instance for each test, on SQLite and on PostgreSQL."""

import pytest

import manyi as harness
import scratch


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path):
    with scratch.database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def both_databases(tmp_path):
    """For a test that asks both the same: addresses by kind."""
    with scratch.database("sqlite", tmp_path) as sqlite, scratch.database("postgres", tmp_path) as postgres:
        yield {"sqlite": sqlite, "postgres": postgres}


@pytest.fixture
def manyi(database_url, tmp_path):
    """The instance; whatever a test did to it, it never panicked."""
    instance = harness.Manyi(tmp_path / "home", database_url)
    yield instance
    if instance.log.exists():
        assert "panicked" not in instance.log.read_text()
