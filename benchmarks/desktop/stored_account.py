"""Make the account that is measured, as syncing makes it: through the engine, into its store."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.desktop.generated_sync import ME, Size, first_sync, later_syncs
from client_desktop.core.accounts.secret_keys import open_secret_store
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stored_sessions import keep_session
from client_desktop.core.changes import Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.engine import Engine
from client_desktop.core.json_types import JsonObject
from client_desktop.core.sync.apply import apply_batch
from client_desktop.core.sync.read_v3 import read_v3
from client_desktop.core.sync.stored_token import V3

NOBODY = "http://127.0.0.1:9"
"""Nothing listens there: the account is offline, and nothing but the client is measured."""


async def store_account(folder: Path, size: Size) -> None:
    """Sign in an account in a folder and let it take in what its server would have said."""
    secrets = await open_secret_store(folder, system_keyring=None)
    keep_session(secrets, Session(ME, "BENCH", NOBODY, "none"))
    engine = await Engine.open(folder, secrets, Changes(), clock=SystemClock(), start=False)
    try:
        await take_in(engine, first_sync(size), whole=True)
        for answer in later_syncs(size):
            await take_in(engine, answer)
    finally:
        await engine.close()


async def take_in(engine: Engine, answer: JsonObject, *, whole: bool = False) -> None:
    """Have the account take in an answer, the way the loop that follows a server does."""
    client = engine.accounts[ME]
    await apply_batch(client.store, client.parts, read_v3(answer, whole=whole), V3)


def make(folder: Path, size: Size) -> None:
    """`store_account`, from outside of any loop."""
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(store_account(folder, size))
