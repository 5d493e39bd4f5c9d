"""Every SQL statement of the storage modules is understood by a migrated database."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import asyncpg

from homeserver import storage
from homeserver.storage.db import Connection, Database

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|LOCK|CALL)\b")


def queries() -> Iterator[tuple[str, str]]:
    for module in pkgutil.iter_modules(storage.__path__):
        members = vars(importlib.import_module(f"{storage.__name__}.{module.name}"))
        for name, value in members.items():
            if name.isupper() and isinstance(value, str) and STATEMENT.match(value):
                yield f"{module.name}.{name}", value


async def test_every_query_can_be_prepared(db: Database) -> None:
    async with db.acquire() as conn:
        problems = [
            f"{name}: {problem}" for name, query in queries() if (problem := await refusal(conn, query))
        ]
    assert problems == []


def test_queries_are_found() -> None:
    assert len(dict(queries())) > 10


async def refusal(conn: Connection, query: str) -> str | None:
    try:
        await conn.prepare(query)
    except asyncpg.PostgresError as error:
        return str(error)
    return None
