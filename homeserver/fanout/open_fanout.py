"""Chooses what carries the fan-out, and keeps it open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeserver.clock import Clock
from homeserver.config import ConfigProblems, Settings
from homeserver.fanout.in_process import InProcessFanout
from homeserver.fanout.ports import Fanout
from homeserver.fanout.shared import Line, SharedFanout
from homeserver.storage.db import Database


@asynccontextmanager
async def open_fanout(settings: Settings, clock: Clock, db: Database, epoch: str) -> AsyncIterator[Fanout]:
    """Reach the other workers through Redis, or PostgreSQL; there are none on an embedded database.

    Raises: ConfigProblems where `redis_url` cannot be understood. What cannot be reached is tried for ever.
    """
    line = _line(settings, epoch)
    if line is None:
        yield InProcessFanout(clock)
        return
    fanout = SharedFanout(clock, db, line)
    await fanout.start()
    try:
        yield fanout
    finally:
        await fanout.stop()


def _line(settings: Settings, epoch: str) -> Line | None:
    if settings.redis_url is not None:
        from homeserver.fanout.over_redis import (
            RedisLine,  # its library is large, and most have no use for it
        )

        try:
            return RedisLine(settings.redis_url.get_secret_value(), epoch)
        except ValueError as error:
            raise ConfigProblems([str(error)]) from None
    if settings.database_url is not None:
        from homeserver.fanout.over_postgres import PostgresLine

        return PostgresLine(settings.database_url.get_secret_value())
    return None
