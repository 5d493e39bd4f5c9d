"""A server with an account of many rooms, one of them long, and somebody to talk to."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.postgres import free_port
from benchmarks.processes import RESULTS, Launch, ServerProcess

AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    rooms: int = 200
    long_timeline: int = 10_000
    messages_per_room: int = 30


@dataclass(frozen=True, slots=True)
class Filled:
    """Where it is, and what a browser has to know: written as JSON for its script."""

    url: str
    told: dict[str, Any]


@asynccontextmanager
async def filled_server(folder: Path, size: Size) -> AsyncIterator[Filled]:
    """Run the server as an operator would, with the embedded PostgreSQL, for the length of the block."""
    port = free_port()
    environment = {
        **os.environ,
        "PARLOUR_DATA_DIR": str(folder / "data"),
        "PARLOUR_LISTENERS": f'[{{"port": {port}}}]',
        "PARLOUR_REGISTRATION__MODE": "open",
        "PARLOUR_LIMITS__ENABLED": "false",
        "PARLOUR_LOG_LEVEL": "warning",
    }
    command = [str(Path(sys.executable).with_name("parlour")), "run"]
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    server = ServerProcess(Launch(command, cores, environment, folder, RESULTS / "web.log", port))
    await server.start()
    try:
        url = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession(url) as session:
            told = await _fill(session, size)
        yield Filled(url, told)
    finally:
        await server.stop()


async def _fill(session: aiohttp.ClientSession, size: Size) -> dict[str, Any]:
    reader, writer = await _register(session, "reader"), await _register(session, "writer")
    limit = asyncio.Semaphore(AT_ONCE)

    async def make(number: int) -> str:
        async with limit:
            return await _make_room(session, reader, writer, f"Room {number:03}")

    rooms = await asyncio.gather(*(make(number) for number in range(size.rooms)))

    async def write(room_id: str, number: int, text: str) -> None:
        async with limit:
            path = f"rooms/{room_id}/send/m.room.message/{number}"
            await _ask(session, "PUT", path, writer["access_token"], {"msgtype": "m.text", "body": text})

    for number in range(size.messages_per_room):
        text = "This is what was said {} in {}, and it goes on for a line or so in most rooms."
        await asyncio.gather(*(write(room, number, text.format(number, at)) for at, room in enumerate(rooms)))
    long_room = rooms[0]
    texts = (
        "A short one {}",
        "A message {} of the usual length, such as people write on most days",
        "{} " + "long " * 60,
    )
    await asyncio.gather(
        *(write(long_room, 1_000 + at, texts[at % 3].format(at)) for at in range(size.long_timeline))
    )
    return {"reader": reader, "writer": writer, "rooms": rooms, "last": size.messages_per_room - 1}


async def _make_room(session: aiohttp.ClientSession, reader: Any, writer: Any, name: str) -> str:
    wanted = {"name": name, "preset": "public_chat"}
    room_id: str = (await _ask(session, "POST", "createRoom", reader["access_token"], wanted))["room_id"]
    await _ask(session, "POST", f"join/{room_id}", writer["access_token"], {})
    return room_id


async def _register(session: aiohttp.ClientSession, name: str) -> Any:
    body = {"username": name, "password": "correct horse battery", "auth": {"type": "m.login.dummy"}}
    return await _ask(session, "POST", "register", None, body)


async def _ask(
    session: aiohttp.ClientSession, method: str, path: str, token: str | None, body: object
) -> Any:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with session.request(method, f"/_matrix/client/v3/{path}", json=body, headers=headers) as answer:
        answer.raise_for_status()
        return await answer.json()
