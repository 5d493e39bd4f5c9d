"""What a database remembers of the server it was made for."""

import asyncio

import pytest

from homeserver.storage.db import Database
from homeserver.storage.instance import InstanceMismatch, load_epoch, record_server_name, record_signing_key


async def test_another_server_name_is_refused(db: Database) -> None:
    async with db.acquire() as conn:
        await record_server_name(conn, "one.example")
        await record_server_name(conn, "one.example")
        with pytest.raises(InstanceMismatch, match=r"two\.example.*one\.example"):
            await record_server_name(conn, "two.example")


async def test_another_signing_key_is_refused(db: Database) -> None:
    async with db.acquire() as conn:
        await record_signing_key(conn, "ed25519:a abc")
        with pytest.raises(InstanceMismatch, match="signing key"):
            await record_signing_key(conn, "ed25519:a def")


async def test_workers_that_start_at_once_agree_on_the_epoch(db: Database) -> None:
    async def load() -> str:
        async with db.acquire() as conn:
            return await load_epoch(conn)

    assert len(set(await asyncio.gather(*(load() for _ in range(5))))) == 1
