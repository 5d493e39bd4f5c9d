"""Who is typing, in memory."""

from collections.abc import Iterator

import pytest

from federation.protocol.ids import UserId
from homeserver.ephemeral import typing as typing_module
from homeserver.ephemeral.typing import TypingInMemory
from homeserver.fanout.in_process import InProcessFanout
from homeserver.fanout.stamps import Stamps
from tests.support.fake_clock import FakeClock

ROOM, OTHER_ROOM = 1, 2
ALICE, BOB = UserId("@alice:test"), UserId("@bob:test")


@pytest.fixture
def fanout(clock: FakeClock) -> InProcessFanout:
    return InProcessFanout(clock)


@pytest.fixture
def stamps(fanout: InProcessFanout) -> Stamps:
    return fanout.stamps


@pytest.fixture
async def typing(clock: FakeClock, fanout: InProcessFanout) -> TypingInMemory:
    return TypingInMemory(clock, fanout)


@pytest.fixture
def changed_rooms(typing: TypingInMemory) -> Iterator[list[int]]:
    rooms: list[int] = []
    typing.on_change(rooms.append)
    yield rooms
    typing.stop()


async def test_those_who_type_are_listed_in_the_order_in_which_they_began(typing: TypingInMemory) -> None:
    typing.start_typing(ROOM, 2, BOB, 1_000)
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    assert typing.current(ROOM) == [BOB, ALICE]
    assert typing.current(OTHER_ROOM) == []
    typing.stop()


async def test_typing_ends_with_its_time(
    typing: TypingInMemory, clock: FakeClock, changed_rooms: list[int]
) -> None:
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    clock.advance(999)
    typing.expire()
    assert typing.current(ROOM) == [ALICE]
    clock.advance(1)
    typing.expire()
    assert typing.current(ROOM) == []
    assert changed_rooms == [ROOM, ROOM]


async def test_renewed_typing_lasts_longer_and_is_no_change(
    typing: TypingInMemory, clock: FakeClock, changed_rooms: list[int]
) -> None:
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    version = typing.version(ROOM)
    clock.advance(900)
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    clock.advance(900)
    typing.expire()
    assert typing.current(ROOM) == [ALICE]
    assert typing.version(ROOM) == version
    assert changed_rooms == [ROOM]


async def test_stopping_is_a_change_only_for_those_who_type(
    typing: TypingInMemory, changed_rooms: list[int]
) -> None:
    typing.stop_typing(ROOM, 1)
    assert changed_rooms == []
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    typing.stop_typing(ROOM, 1)
    assert changed_rooms == [ROOM, ROOM]
    assert typing.current(ROOM) == []


async def test_only_rooms_that_changed_after_a_stamp_are_named(
    typing: TypingInMemory, stamps: Stamps, changed_rooms: list[int]
) -> None:
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    seen = stamps.last
    assert typing.changed_since(seen, [ROOM, OTHER_ROOM]) == []
    typing.start_typing(OTHER_ROOM, 1, ALICE, 1_000)
    typing.stop_typing(OTHER_ROOM, 1)
    assert typing.changed_since(seen, [ROOM, OTHER_ROOM]) == [OTHER_ROOM]


async def test_to_a_stamp_from_before_the_start_every_room_may_have_changed(
    typing: TypingInMemory, stamps: Stamps
) -> None:
    assert typing.changed_since(stamps.floor - 1, [ROOM, OTHER_ROOM]) == [ROOM, OTHER_ROOM]


async def test_a_forgotten_room_counts_as_changed_rather_than_unchanged(
    typing: TypingInMemory, stamps: Stamps, monkeypatch: pytest.MonkeyPatch, changed_rooms: list[int]
) -> None:
    monkeypatch.setattr(typing_module, "MAX_REMEMBERED_ROOMS", 1)
    seen = stamps.last
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    typing.start_typing(OTHER_ROOM, 1, ALICE, 1_000)
    assert typing.changed_since(seen, [ROOM]) == [ROOM]


async def test_a_room_lists_a_bounded_number(
    typing: TypingInMemory, monkeypatch: pytest.MonkeyPatch, changed_rooms: list[int]
) -> None:
    monkeypatch.setattr(typing_module, "MAX_TYPING_PER_ROOM", 1)
    typing.start_typing(ROOM, 1, ALICE, 1_000)
    typing.start_typing(ROOM, 2, BOB, 1_000)
    assert typing.current(ROOM) == [ALICE]
    assert changed_rooms == [ROOM]
