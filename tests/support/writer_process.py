"""A worker for tests that kill workers: sends numbered messages, notes each once acknowledged.

Run as `python -m tests.support.writer_process URL WRITER COUNT NOTES ROOM...`. What the notes file names
already is not sent again; what was sent but not acknowledged is repeated with its transaction id, as a client
would.
"""

import asyncio
import os
import sys
from pathlib import Path

from federation.protocol.ids import RoomId
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from tests.support.rooms import ALICE, rooms_on

SENDING_AT_ONCE = 16


async def main(url: str, writer: int, count: int, notes: Path, done: set[str], room_ids: list[str]) -> None:
    db = await Database.connect(url, max_connections=3)
    descriptor = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    numbers = iter(n for n in range(count) if str(n) not in done)
    async with rooms_on(db) as ctx:

        async def send_some() -> None:
            for n in numbers:
                room_id = RoomId(room_ids[n % len(room_ids)])
                content = {"msgtype": "m.text", "body": f"{writer}/{n}"}
                await send_event(
                    ctx, room_id, ALICE, "m.room.message", content, device_nid=writer, txn_id=str(n)
                )
                os.write(descriptor, b"%d\n" % n)

        await asyncio.gather(*(send_some() for _ in range(SENDING_AT_ONCE)))
    await db.close()


if __name__ == "__main__":
    path = Path(sys.argv[4])
    noted = set(path.read_text().split()) if path.exists() else set()
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), path, noted, sys.argv[5:]))
