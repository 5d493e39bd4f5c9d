"""Presence, in memory."""

from collections.abc import AsyncIterator

import pytest

from federation.protocol.ids import UserId
from homeserver.ephemeral import presence as presence_module
from homeserver.ephemeral.presence import PresenceInMemory
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.fanout.in_process import InProcessFanout
from tests.support.fake_clock import FakeClock

ONLINE, UNAVAILABLE, OFFLINE = PresenceState.ONLINE, PresenceState.UNAVAILABLE, PresenceState.OFFLINE
ALICE, BOB = UserId("@alice:test"), UserId("@bob:test")
PHONE, LAPTOP = 10, 11


class People:
    """Presence with short words for what people do."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        fanout = InProcessFanout(clock)
        self.stamps = fanout.stamps
        self.presence = PresenceInMemory(clock, fanout)

    def sync(self, asked: PresenceState = ONLINE, device: int = PHONE) -> None:
        with self.presence.syncing(1, ALICE, device, asked):
            pass

    def wait(self, seconds: float) -> None:
        self.clock.advance(int(seconds * 1000))
        self.presence.look_again()

    def state(self, user: int = 1) -> str:
        content = self.presence.content(user)
        return "unknown" if content is None else str(content["presence"])

    def changed(self, since: int) -> bool:
        return self.presence.changed_since(since) == [1]


@pytest.fixture
async def people(clock: FakeClock) -> AsyncIterator[People]:
    people = People(clock)
    yield people
    people.presence.stop()


async def test_who_syncs_is_online_and_who_stops_goes_offline(people: People) -> None:
    people.sync()
    assert people.state() == ONLINE
    people.wait(29)
    assert people.state() == ONLINE
    people.wait(1)
    assert people.state() == OFFLINE


async def test_a_long_poll_keeps_somebody_there(people: People) -> None:
    with people.presence.syncing(1, ALICE, PHONE, ONLINE):
        people.wait(45)
        assert people.state() == ONLINE
    people.wait(30)
    assert people.state() == OFFLINE


async def test_a_sync_that_asks_for_offline_keeps_nobody_there(people: People) -> None:
    people.sync(OFFLINE)
    assert people.state() == "unknown"
    people.sync(ONLINE)
    with people.presence.syncing(1, ALICE, PHONE, OFFLINE):
        assert people.state() == ONLINE
        people.wait(30)
        assert people.state() == OFFLINE
    people.sync(ONLINE)
    assert people.state() == ONLINE


async def test_who_hides_by_hand_stays_hidden_while_their_device_is_there(people: People) -> None:
    people.sync()
    people.presence.put(1, ALICE, PHONE, OFFLINE, None)
    for _ in range(3):
        people.wait(20)
        people.sync()
        people.presence.active(1, PHONE)
        assert people.state() == OFFLINE
    people.sync(UNAVAILABLE)
    assert people.state() == UNAVAILABLE


async def test_the_most_present_device_counts(people: People) -> None:
    people.sync(UNAVAILABLE, PHONE)
    assert people.state() == UNAVAILABLE
    people.sync(ONLINE, LAPTOP)
    people.sync(UNAVAILABLE, PHONE)
    assert people.state() == ONLINE


async def test_idleness_shows_as_unavailable_until_something_is_done(people: People) -> None:
    with people.presence.syncing(1, ALICE, PHONE, ONLINE):
        people.wait(299)
        assert people.state() == ONLINE
        people.wait(1)
        assert people.state() == UNAVAILABLE
        people.sync()
        assert people.state() == UNAVAILABLE
        people.presence.active(1, PHONE)
        assert people.state() == ONLINE


async def test_a_state_set_by_hand_outlasts_syncs_and_ends_with_activity(people: People) -> None:
    people.sync()
    people.presence.put(1, ALICE, PHONE, UNAVAILABLE, "at lunch")
    people.sync()
    content = people.presence.content(1)
    assert content is not None
    assert (content["presence"], content["status_msg"]) == (UNAVAILABLE, "at lunch")
    people.presence.active(1, PHONE)
    assert people.state() == ONLINE


async def test_many_activities_are_told_once_a_minute_at_most(people: People) -> None:
    with people.presence.syncing(1, ALICE, PHONE, ONLINE):
        seen = people.stamps.last
        for _ in range(50):
            people.wait(1)
            people.presence.active(1, PHONE)
        assert not people.changed(seen)
        people.wait(60)
        content = people.presence.content(1)
        assert content is not None
        assert content["currently_active"] is False
        assert people.changed(seen)


async def test_the_last_activity_is_exact_whenever_presence_is_shown(people: People) -> None:
    people.sync()
    people.wait(5)
    people.presence.active(1, PHONE)
    people.wait(2)
    content = people.presence.content(1)
    assert content is not None
    assert content["last_active_ago"] == 2_000


async def test_activity_alone_makes_nobody_present(people: People) -> None:
    people.presence.active(1, PHONE)
    assert people.state() == "unknown"
    assert people.presence.not_offline() == []


async def test_changes_are_told_together(people: People) -> None:
    told: list[frozenset[int]] = []
    people.presence.on_change(told.append)
    people.sync()
    people.presence.put(2, BOB, LAPTOP, ONLINE, None)
    people.presence.put(2, BOB, LAPTOP, ONLINE, "hello")
    assert told == []
    people.presence.tell()
    assert told == [frozenset({1, 2})]


async def test_changed_users_come_latest_first(people: People) -> None:
    people.sync()
    first = people.stamps.last
    people.presence.put(2, BOB, LAPTOP, ONLINE, None)
    people.presence.put(1, ALICE, PHONE, ONLINE, "back")
    assert people.presence.changed_since(0) == [1, 2]
    assert people.presence.changed_since(first) == [1, 2]
    assert people.presence.changed_since(people.stamps.last) == []


async def test_those_who_left_make_room_for_newcomers(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence_module, "MAX_USERS", 2)
    people.sync()
    people.wait(30)
    people.presence.put(2, BOB, LAPTOP, ONLINE, None)
    people.presence.put(3, UserId("@carol:test"), LAPTOP, ONLINE, None)
    assert people.state(1) == "unknown"
    assert sorted(people.presence.not_offline()) == [2, 3]
