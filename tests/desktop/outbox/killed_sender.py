"""A program that sends messages until it is killed.

Arguments: URL, user, device, token, folder, room, how many.
"""

import asyncio
import sys
from pathlib import Path

import aiohttp

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.changes import Changes, SendQueueChanged
from client_desktop.core.clock import SystemClock
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.store import Store
from client_desktop.core.values import SendState

ENOUGH = 4


async def main() -> None:
    url, user_id, _, token, folder, room_id, count = sys.argv[1:]
    changes = Changes()
    async with aiohttp.ClientSession() as http:
        store = Store.open(Path(folder) / "account.db")
        api = Api(url, http, FixedToken(token))
        outbox = Outbox(user_id, api, store, changes, SystemClock(), Path(folder) / "outbox")
        for number in range(int(count)):
            outbox.send_text(room_id, f"number {number}")

        def look(_: object) -> None:
            sent = sum(entry.state is SendState.SENT for entry in outbox.pending(room_id))
            if sent == ENOUGH:
                print("enough", flush=True)  # noqa: T201 -- to whoever kills us

        changes.listen(SendQueueChanged, look)
        await outbox.start()
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
