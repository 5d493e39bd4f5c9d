import asyncio
import threading
from collections.abc import Iterator

import pytest

from homeserver.accounts import passwords
from homeserver.accounts.passwords import COSTS, Passwords
from homeserver.config.auth import PasswordHashCost
from homeserver.errors import InvalidParam, Unavailable, WeakPassword


@pytest.fixture
def hasher() -> Iterator[Passwords]:
    hasher = Passwords(PasswordHashCost.MINIMUM)
    yield hasher
    hasher.close()


async def test_right_password_matches_and_wrong_ones_do_not(hasher: Passwords) -> None:
    stored = await hasher.hash("pässword\0")
    assert await hasher.matches("pässword\0", stored)
    assert not await hasher.matches("pässword", stored)
    assert not await hasher.matches("", stored)


async def test_hashes_are_argon2id_and_salted(hasher: Passwords) -> None:
    first, second = await hasher.hash("same"), await hasher.hash("same")
    assert first.startswith("$argon2id$")
    assert first != second


async def test_nobodys_password_is_checked_and_never_matches(
    hasher: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bytes] = []
    verify = passwords._verify

    def watched(stored: bytes, secret: bytes) -> bool:
        checked.append(stored)
        return verify(stored, secret)

    monkeypatch.setattr(passwords, "_verify", watched)
    assert not await hasher.matches("nobody", None)
    assert not await hasher.matches("anything", None)
    assert len(checked) == 2


async def test_long_and_empty_passwords_are_refused(hasher: Passwords) -> None:
    with pytest.raises(InvalidParam):
        await hasher.hash("x" * 513)
    with pytest.raises(InvalidParam):
        await hasher.matches("x" * 100_000, None)
    with pytest.raises(WeakPassword):
        await hasher.hash("")


async def test_hashing_leaves_the_event_loop(hasher: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def watched(stored: bytes, secret: bytes) -> bool:
        threads.append(threading.current_thread())
        return True

    monkeypatch.setattr(passwords, "_verify", watched)
    await hasher.matches("x", "$argon2id$")
    assert threads[0] is not threading.main_thread()


async def test_queue_is_bounded(hasher: Passwords, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MAX_WAITING", 3)
    release = threading.Event()
    monkeypatch.setattr(passwords, "_verify", lambda *args: release.wait(10))
    waiting = [asyncio.create_task(hasher.matches("x", "$argon2id$")) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hasher.matches("x", "$argon2id$")
    release.set()
    assert await asyncio.gather(*waiting) == [True, True, True]


def test_production_cost_is_the_interactive_one() -> None:
    opslimit, memlimit = COSTS[PasswordHashCost.INTERACTIVE]
    assert (opslimit, memlimit) == (2, 64 * 1024 * 1024)
