"""The PostgreSQL of a test session, and a fresh copy of the migrated database for each test."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from homeserver.embedded_postgres import running_postgres
from homeserver.storage.databases import create_database
from homeserver.storage.db import Database
from homeserver.storage.migrate import migrate

EXTERNAL_URL = "PARLOUR_TEST_DATABASE_URL"
TEMPLATE = "parlour_tests_template" + os.environ.get("PYTEST_XDIST_WORKER", "")


class TestDatabases:
    """Makes databases as copies of one that was migrated once."""

    __test__ = False

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url
        self._numbers = count(1)

    async def make_template(self) -> None:
        await self._drop(TEMPLATE)
        await create_database(self.admin_url, TEMPLATE)
        db = await Database.connect(self.url_of(TEMPLATE), max_connections=1)
        await migrate(db)
        await db.close()

    async def make(self, template: str = TEMPLATE) -> str:
        """Return the URL of a new database."""
        name = f"parlour_test_{os.getpid()}_{next(self._numbers)}"
        await create_database(self.admin_url, name, template=template, strategy="file_copy")
        return self.url_of(name)

    async def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._drop(urlsplit(url).path.removeprefix("/"))

    def url_of(self, name: str) -> str:
        return urlsplit(self.admin_url)._replace(path=f"/{name}").geturl()

    async def _drop(self, name: str) -> None:
        conn = await asyncpg.connect(self.admin_url)
        await conn.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await conn.close()


@contextmanager
def session_databases(folder: Path) -> Iterator[TestDatabases]:
    """Run the embedded PostgreSQL, or use the one that the environment names, for a test session."""
    with asyncio.Runner() as runner:
        if external := os.environ.get(EXTERNAL_URL):
            databases = TestDatabases(external)
            runner.run(databases.make_template())
            yield databases
            return
        server = running_postgres(folder, durable=False)
        databases = TestDatabases(runner.run(server.__aenter__()))
        try:
            runner.run(databases.make_template())
            yield databases
        finally:
            runner.run(server.__aexit__(None, None, None))
