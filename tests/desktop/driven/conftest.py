"""A server, a wire to it that can be cut, and desktops on screens of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.desktop.driven import story
from tests.desktop.driven.desk import Desk, open_desk
from tests.desktop.driven.wire import Wire
from tests.support.authority import Authority
from tests.support.parlour_process import running_parlour
from tests.support.postgres import TestDatabases
from tests.support.synapse_environment import synapse_python
from tests.support.synapse_server import make_synapse_database, running_synapse
from tests.support.xvfb import running_xvfb

OpenDesk = Callable[[str], Awaitable[Desk]]


@dataclass(frozen=True)
class Place:
    """Where a story happens: a server of some kind, reached directly or over the wire."""

    url: str
    wire: Wire
    registers: bool
    make_account: Callable[[str], Awaitable[None]]

    async def enter(self, desk: Desk, name: str) -> None:
        """Come in as somebody new."""
        if self.registers:
            await story.register(desk, self.wire.url, name)
        else:
            await self.make_account(name)
            await story.sign_in(desk, self.wire.url, name)


@pytest.fixture
async def open_desktop(tmp_path: Path) -> AsyncIterator[OpenDesk]:
    """`desk = await open_desktop("first")`: the client with a folder and a screen of its own."""
    async with AsyncExitStack() as stack:

        async def open_it(name: str) -> Desk:
            display = stack.enter_context(running_xvfb())
            return await stack.enter_async_context(
                open_desk(display, tmp_path / name, tmp_path / f"{name}.log")
            )

        yield open_it


@pytest.fixture
async def on_parlour(tmp_path: Path, database_url: str) -> AsyncIterator[Place]:
    settings = {"database_url": database_url}
    async with running_parlour(tmp_path / "server", settings) as server, aiohttp.ClientSession() as http:

        async def make_account(name: str) -> None:
            body = {"username": name, "password": story.PASSWORD, "auth": {"type": "m.login.dummy"}}
            async with http.post(f"{server.base_url}/_matrix/client/v3/register", json=body) as answer:
                assert answer.status == 200

        wire = Wire(int(server.base_url.rpartition(":")[2]))
        await wire.mend()
        yield Place(server.base_url, wire, True, make_account)
        await wire.cut()


@pytest.fixture
async def on_synapse(databases: TestDatabases, authority: Authority, tmp_path: Path) -> AsyncIterator[Place]:
    python = synapse_python()
    database_url = await make_synapse_database(databases)
    folder = tmp_path / "synapse"
    folder.mkdir()
    running = running_synapse(python, database_url, authority, folder)
    server = await asyncio.to_thread(running.__enter__)
    try:
        async with aiohttp.ClientSession() as http:

            async def make_account(name: str) -> None:
                await server.user(http, name, story.PASSWORD)

            wire = Wire(int(server.base_url.rpartition(":")[2]))
            await wire.mend()
            yield Place(server.base_url, wire, False, make_account)
            await wire.cut()
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
