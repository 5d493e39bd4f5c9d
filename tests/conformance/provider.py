"""An identity provider beside the server that is asked, in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

from homeserver.json_types import JsonObject
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_oidc_provider


@contextmanager
def running_provider() -> Iterator[JsonObject]:
    """Serve a provider for the length of the block; the value is what the server's `oidc` must say."""
    opened: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event, str]] = Queue()

    async def serve() -> None:
        stop = asyncio.Event()
        async with running_oidc_provider(OidcProvider()) as provider:
            opened.put((asyncio.get_running_loop(), stop, provider.issuer))
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="identity-provider")
    thread.start()
    loop, stop, issuer = opened.get(timeout=100)
    try:
        yield {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
