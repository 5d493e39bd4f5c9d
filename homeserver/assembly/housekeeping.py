"""What has to be done now and then, whoever uses the server: by one worker each, but for its own memory."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from homeserver.fanout.shares import Shares
from homeserver.http.context import Services
from homeserver.rooms.end_forks import end_forks_everywhere
from homeserver.storage import positions
from homeserver.sync.sliding.open_connection import expire_connections
from homeserver.tailer import LOG_KEPT_MS
from homeserver.workers.periodic import periodic

TRIM_LOG_EVERY_S: Final = 60.0
END_FORKS_EVERY_S: Final = 60.0
FORGET_IDLE_EVERY_S: Final = 30.0
EXPIRE_CONNECTIONS_EVERY_S: Final = 3600.0


async def keep_house(stack: AsyncExitStack, services: Services) -> None:
    """Begin to do so, until the stack closes."""

    async def trim_log() -> None:
        async with services.db.acquire() as conn:
            await positions.delete_log_before(conn, LOG_KEPT_MS)

    async def forget_idle() -> None:
        services.sync.hub.forget_idle(asyncio.get_running_loop().time())

    await stack.enter_async_context(periodic("forget idle syncs", FORGET_IDLE_EVERY_S, forget_idle))
    for name, every_s, work in (
        ("end forks", END_FORKS_EVERY_S, partial(end_forks_everywhere, services.rooms)),
        ("trim the position log", TRIM_LOG_EVERY_S, trim_log),
        ("expire connections", EXPIRE_CONNECTIONS_EVERY_S, partial(expire_connections, services.sync)),
    ):
        await stack.enter_async_context(
            periodic(name, every_s, partial(_if_ours, services.rooms.shares, name, work))
        )


async def _if_ours(shares: Shares, name: str, work: Callable[[], Awaitable[object]]) -> None:
    if shares.holds_name(name):
        await work()
