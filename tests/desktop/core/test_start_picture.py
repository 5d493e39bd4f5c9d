"""What the first frame of the next start shows: written by the engine, read without it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from client_desktop.core import start_picture, values
from client_desktop.core.accounts.secret_store import MemorySecretStore
from client_desktop.core.changes import Changes, RoomsChanged
from client_desktop.core.engine import Engine
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.start_picture import FILE, read_start_picture, without_moments
from client_desktop.core.values import SyncState
from tests.desktop.clients import Heard, OpenClient
from tests.desktop.waiting import until
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def open_engine(tmp_path: Path, changes: Changes, clock: FakeClock) -> Callable[[], Awaitable[Engine]]:
    secrets = MemorySecretStore()

    async def open_one() -> Engine:
        return await Engine.open(tmp_path, secrets, changes, clock=clock)

    return open_one


async def test_the_next_start_sees_the_rooms_of_the_account_opened_first(
    open_engine: Callable[[], Awaitable[Engine]], open_client: OpenClient, changes: Changes, tmp_path: Path
) -> None:
    engine = await open_engine()
    alice = await engine.add(await open_client.sign_in("alice"))
    await alice.sync.until(SyncState.LIVE)
    await engine.add(await open_client.sign_in("bob"))
    with Heard(changes, RoomsChanged) as rooms:
        room_id = await alice.rooms.create(CreateRoom(name="Hut", encrypted=False))
        await rooms.until(lambda: alice.rooms.summary(room_id) is not None)
    shown = without_moments(alice.rooms.list())
    await engine.close()
    picture = read_start_picture(tmp_path)
    assert picture is not None
    assert (picture.user_id, picture.rooms) == ("@alice:example.org", shown)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


async def test_a_change_is_written_a_while_later(
    open_engine: Callable[[], Awaitable[Engine]],
    open_client: OpenClient,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start_picture, "WRITE_AFTER_S", 0.0)
    engine = await open_engine()
    await engine.add(await open_client.sign_in("alice"))
    await until(lambda: read_start_picture(tmp_path))
    await engine.close()


async def test_signing_out_deletes_what_was_seen(
    open_engine: Callable[[], Awaitable[Engine]], open_client: OpenClient, tmp_path: Path
) -> None:
    engine = await open_engine()
    await engine.add(await open_client.sign_in("alice"))
    await engine.close()
    assert read_start_picture(tmp_path) is not None
    engine = await open_engine()
    await engine.sign_out("@alice:example.org")
    assert not (tmp_path / FILE).exists()
    await engine.close()


@pytest.mark.parametrize("stored", [b"", b"{}", b'{"user_id": 7}', b"\xff" * 100, b"[" * 100_000])
def test_what_cannot_be_read_is_as_nothing(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / FILE).write_bytes(stored)
    assert read_start_picture(tmp_path) is None


def test_a_picture_of_another_version_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        '{"user_id": "@a:b", "display_name": "A", "avatar_url": null, "rooms": [], "shape": 0}'
    )
    assert read_start_picture(tmp_path) is None


def test_a_picture_that_cannot_be_written_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    picture = start_picture.StartPicture("@a:b", "A", None, ())
    start_picture.StartPictureKeeper(tmp_path, Changes(), lambda: picture).close()
    assert read_start_picture(tmp_path) is None


def test_nobody_types_in_a_picture() -> None:
    room = values.RoomSummary(
        room_id="!hut:example.org", name="Hut", avatar_url=None, topic="", canonical_alias=None,
        kind=values.RoomKind.ROOM, membership=values.Membership.JOIN, section=values.RoomSection.ROOMS,
        direct_user=None, encrypted=True, room_version="12", joined_members=2, invited_members=0, unread=0,
        mentions=0, marked_unread=False, muted=False, muted_until_ms=None, order=None, last_text="",
        last_sender=None, last_sender_name="", last_at_ms=0, typing=("Bob",), draft=False, parents=(),
        successor=None, invite=None, fully_read_event=None,
    )  # fmt: skip
    assert without_moments([room]) == (replace(room, typing=()),)


def test_every_value_is_found_where_it_is_said_to_be() -> None:
    assert {name for names in values.PLACES.values() for name in names} == set(values.__all__)
    assert all(hasattr(values, name) for name in values.__all__)
    assert not hasattr(values, "NoSuchValue")
