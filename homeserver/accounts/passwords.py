"""Argon2id, in a few threads of its own: one hash takes tens of milliseconds and up to 64 MB."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from nacl.exceptions import InvalidkeyError
from nacl.pwhash import argon2id

from homeserver.config.auth import PasswordHashCost
from homeserver.errors import InvalidParam, Unavailable, WeakPassword

T = TypeVar("T")

MAX_PASSWORD_BYTES: Final = 512
THREADS: Final = 2
MAX_WAITING: Final = 200

COSTS: Final = {
    PasswordHashCost.INTERACTIVE: (argon2id.OPSLIMIT_INTERACTIVE, argon2id.MEMLIMIT_INTERACTIVE),
    PasswordHashCost.MINIMUM: (argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN),
}


class Passwords:
    """Hashes and checks passwords off the event loop; at most `MAX_WAITING` at a time."""

    def __init__(self, cost: PasswordHashCost) -> None:
        self._opslimit, self._memlimit = COSTS[cost]
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._waiting = 0
        self._nobodys_hash: str | None = None

    async def hash(self, password: str) -> str:
        """Return the hash to store.

        Raises: WeakPassword, InvalidParam; Unavailable when too many wait already.
        """
        secret = _encode(password)
        if not secret:
            raise WeakPassword("The password is empty")
        return await self._run(lambda: self._hash(secret))

    async def matches(self, password: str, stored: str | None) -> bool:
        """Tell whether a password is the right one.

        `stored` is None for an account that does not exist or has no password: the answer is no, after as
        much time as it takes to be sure of it otherwise.

        Raises: InvalidParam, Unavailable.
        """
        secret = _encode(password)
        if stored is None:
            await self._run(lambda: _verify(self._hash_of_nobody(), secret))
            return False
        return await self._run(lambda: _verify(stored.encode(), secret))

    def close(self) -> None:
        """Wait for what is being hashed."""
        self._threads.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise Unavailable("Too many people log in at the moment")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def _hash(self, secret: bytes) -> str:
        return argon2id.str(secret, self._opslimit, self._memlimit).decode()

    def _hash_of_nobody(self) -> bytes:
        if self._nobodys_hash is None:
            self._nobodys_hash = self._hash(b"nobody")
        return self._nobodys_hash.encode()


def _encode(password: str) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    if len(secret) > MAX_PASSWORD_BYTES:
        raise InvalidParam(f"The password has more than {MAX_PASSWORD_BYTES} bytes")
    return secret


def _verify(stored: bytes, secret: bytes) -> bool:
    try:
        return argon2id.verify(stored, secret)
    except InvalidkeyError:
        return False
