"""Accounts: opened at the start, added, signed out; one that is broken leaves the others alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from client_desktop.core.accounts.secret_store import MemorySecretStore
from client_desktop.core.changes import AccountsChanged, Changes, RoomsChanged
from client_desktop.core.client import Client
from client_desktop.core.engine import STORE_FILE, Engine
from client_desktop.core.errors import NetworkUnavailable, StoreDamaged, StoreTooNew
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.values import SyncState
from tests.api.client import ApiClient
from tests.desktop.clients import Heard, OpenClient
from tests.desktop.homeserver import Homeserver
from tests.support.fake_clock import FakeClock

OpenEngine = Callable[[], Awaitable[Engine]]


@pytest.fixture
async def open_engine(
    homeserver: Homeserver, tmp_path: Path, changes: Changes, clock: FakeClock
) -> AsyncIterator[OpenEngine]:
    secrets = MemorySecretStore()
    opened: list[Engine] = []

    async def open_one() -> Engine:
        engine = await Engine.open(tmp_path / "data", secrets, changes, clock=clock)
        opened.append(engine)
        return engine

    yield open_one
    for engine in opened:
        await engine.close()


async def live(client: Client) -> Client:
    await client.sync.until(SyncState.LIVE)
    return client


async def test_accounts_are_there_after_a_restart(
    open_engine: OpenEngine, open_client: OpenClient, changes: Changes
) -> None:
    engine = await open_engine()
    with Heard(changes, AccountsChanged) as heard:
        alice = await live(await engine.add(await open_client.sign_in("alice")))
        await live(await engine.add(await open_client.sign_in("bob")))
    assert [change.account for change in heard.all] == ["@alice:example.org", "@bob:example.org"]
    with Heard(changes, RoomsChanged) as rooms:
        room_id = await alice.rooms.create(CreateRoom(name="Hut", encrypted=False))
        await rooms.until(lambda: alice.rooms.summary(room_id) is not None)
    keys = alice.crypto.account.ed25519
    await engine.close()
    engine = await open_engine()
    assert [summary.user_id for summary in engine.summaries()] == ["@alice:example.org", "@bob:example.org"]
    alice = await live(engine.accounts["@alice:example.org"])
    assert [room.name for room in alice.rooms.list()] == ["Hut"]
    assert alice.crypto.account.ed25519 == keys
    engine.wake()
    await live(alice)


async def test_signing_out_leaves_nothing(
    open_engine: OpenEngine, open_client: OpenClient, nobody: ApiClient, tmp_path: Path
) -> None:
    engine = await open_engine()
    me = await open_client.sign_in("alice")
    await live(await engine.add(me))
    await engine.sign_out(me.user_id)
    assert (await nobody.with_token(me.access_token).whoami()).status == 401
    assert engine.accounts == {}
    assert engine.secrets.names() == ()
    assert list((tmp_path / "data" / "accounts").iterdir()) == []


async def test_signing_out_without_a_network_keeps_the_account_until_it_is_removed(
    open_engine: OpenEngine, open_client: OpenClient, homeserver: Homeserver
) -> None:
    engine = await open_engine()
    me = await open_client.sign_in("alice")
    await live(await engine.add(me))
    await homeserver.stop()
    with pytest.raises(NetworkUnavailable):
        await engine.sign_out(me.user_id)
    assert list(engine.accounts) == [me.user_id]
    await engine.remove(me.user_id)
    assert engine.accounts == {}


async def test_the_same_device_goes_on_with_its_store_another_begins_anew(
    open_engine: OpenEngine, open_client: OpenClient
) -> None:
    engine = await open_engine()
    me = await open_client.sign_in("alice")
    first = await live(await engine.add(me))
    keys = first.crypto.account.ed25519
    again = await live(await engine.add(me))
    assert again.crypto.account.ed25519 == keys
    other = await live(await engine.add(await open_client.sign_in("alice")))
    assert other.crypto.account.ed25519 != keys
    assert not engine.folder(me).exists()


async def test_an_account_whose_store_is_damaged_leaves_the_others_alone(
    open_engine: OpenEngine, open_client: OpenClient
) -> None:
    engine = await open_engine()
    alice, bob = await open_client.sign_in("alice"), await open_client.sign_in("bob")
    await live(await engine.add(alice))
    newer = await live(await engine.add(bob))
    with newer.store.transaction() as db:
        db.execute("INSERT INTO schema_versions VALUES (9999, 'from the future')")
    await engine.close()
    for wal in engine.folder(alice).glob("*.db-*"):
        wal.unlink()
    (engine.folder(alice) / STORE_FILE).write_bytes(b"not a database" * 1000)
    engine = await open_engine()
    assert engine.accounts == {}
    assert isinstance(engine.broken[alice.user_id], StoreDamaged)
    assert isinstance(engine.broken[bob.user_id], StoreTooNew)
    with pytest.raises(StoreDamaged):
        await engine.add(alice)
    await engine.remove(alice.user_id)
    await live(await engine.add(alice))
    assert list(engine.broken) == [bob.user_id]


async def test_every_account_tries_again_after_sleep(
    open_engine: OpenEngine, open_client: OpenClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_desktop.core.sync.sleep_watch.INTERVAL_S", 0.01)
    engine = await open_engine()
    alice = await live(await engine.add(await open_client.sign_in("alice")))
    woken = asyncio.Event()
    monkeypatch.setattr(alice.sync, "wake", woken.set)
    clock.advance(3_600_000)
    await woken.wait()


async def test_a_store_that_turns_out_to_be_damaged_is_told(
    open_engine: OpenEngine, open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = await open_engine()
    alice = await live(await engine.add(await open_client.sign_in("alice")))

    async def find_damage(*args: object) -> None:
        raise StoreDamaged("database disk image is malformed")

    monkeypatch.setattr("client_desktop.core.sync.loop.apply_batch", find_damage)
    with Heard(changes, AccountsChanged) as heard:
        await alice.people.set_account_data("org.example", {})
        await heard.until(lambda: alice.me.user_id in engine.broken)
    assert alice.sync.state is SyncState.STOPPED
    await engine.remove(alice.me.user_id)
    assert engine.broken == {}


async def test_names_made_of_people_speak_the_language(
    open_engine: OpenEngine, open_client: OpenClient, changes: Changes
) -> None:
    engine = await open_engine()
    alice = await live(await engine.add(await open_client.sign_in("alice")))
    with Heard(changes, RoomsChanged) as heard:
        room_id = await alice.rooms.create(CreateRoom(encrypted=False))
        await heard.until(lambda: alice.rooms.summary(room_id) is not None)
        engine.set_words(NameWords(empty="Leerer Raum"))
    assert heard.all[-1].rooms[0].name == "Leerer Raum"
