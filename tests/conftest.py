"""Fixtures for every test: a clean environment, a clock, a database."""

import os
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
import structlog

from homeserver.storage.db import Database
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock
from tests.support.folders import folder_in_memory
from tests.support.postgres import TestDatabases, session_databases

# The same examples in every run: what fails here fails there. A busy machine is no fault of a test.
hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("repeatable")

# Tracebacks without local variables, which take seconds to print where a whole server is among them.
plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])

pytest_plugins = ["tests.conformance.seen_report"]

for name in [name for name in os.environ if name.startswith("PARLOUR_")]:
    if name not in ("PARLOUR_SPEC_DATA", "PARLOUR_TEST_DATABASE_URL"):
        del os.environ[name]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority that the servers of the tests trust."""
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabases]:
    with (
        folder_in_memory(tmp_path_factory.mktemp("postgres")) as folder,
        session_databases(folder) as databases,
    ):
        yield databases


@pytest.fixture
async def database_url(databases: TestDatabases) -> AsyncIterator[str]:
    """The URL of a migrated, empty database of the test's own."""
    url = await databases.make()
    yield url
    await databases.drop(url)


@pytest.fixture
async def empty_database_url(databases: TestDatabases) -> AsyncIterator[str]:
    """The URL of a database without any table."""
    url = await databases.make(template="template1")
    yield url
    await databases.drop(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = await Database.connect(database_url)
    yield db
    await db.close()
