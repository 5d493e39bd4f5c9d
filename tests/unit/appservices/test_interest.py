"""What is remembered of who is interested never says too little."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from homeserver.appservices.interest import Interest
from homeserver.appservices.known import KnownAppservices
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from tests.support.fake_clock import FakeClock

ROOM, USER = 7, 8


def nothing() -> None:
    pass


class Asked:
    """Stands for the connection: answers all queries alike, and calls `meanwhile` in the middle of each."""

    def __init__(self, row: dict[str, int]) -> None:
        self.row = row
        self.rows: list[dict[str, int]] = []
        self.meanwhile: Callable[[], None] = nothing

    async def fetch(self, query: str, *args: Any) -> list[dict[str, int]]:
        answered = list(self.rows)
        self.meanwhile()
        return answered

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Asked"]:
        yield self


@pytest.mark.parametrize("about", ["rooms", "users"])
async def test_change_during_a_look_up_is_seen_by_the_next_one(about: str) -> None:
    asked = Asked({"room_nid": ROOM, "user_nid": USER, "appservice_nid": 1})
    clock = FakeClock()
    interest = Interest(KnownAppservices(), {}, cast("Database", asked), cast("Names", None), clock)
    look_up = interest.of_rooms if about == "rooms" else interest.of_users
    subject = ROOM if about == "rooms" else USER

    def change() -> None:
        asked.rows = [asked.row]
        interest.forget_rooms([ROOM])
        interest.forget_user(USER)

    asked.meanwhile = change
    assert await look_up([subject]) == {}
    asked.meanwhile = nothing
    assert await look_up([subject]) == {1: {subject}}
    asked.rows = []
    assert await look_up([subject]) == {1: {subject}}, "it is remembered"
