"""What searching costs: `python -m benchmarks.search [MESSAGES]`, on an embedded PostgreSQL, durable.

A server in this process sends messages of a made-up language into ten rooms, at first without an index of
messages, then with one; then it is searched. Sending, indexing and searching share one core.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.requester import Requester
from homeserver.app import running_server
from homeserver.config import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.rooms.create import create_room
from homeserver.rooms.create_options import CreateOptions
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.send import send_event
from homeserver.rooms.viewer import Viewer
from homeserver.search.event_texts import KEYS
from homeserver.search.search_messages import MessageSearch, search_messages

ROOMS = 10
AT_ONCE = 64
WORDS = 20_000
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
REPEATS = 30


async def main(messages: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="parlour-bench-search-", dir="/var/tmp") as folder:
        language = _Language(random.Random(1))
        async with running_server(_settings(Path(folder), search=False)) as server:
            rooms = await _prepare(server.services)
            rate = await _send(server.services, rooms, language, messages // 5)
            print(f"sends/s without an index           {rate:8.0f}")  # noqa: T201
        async with running_server(_settings(Path(folder), search=True)) as server:
            await server.services.search.messages.until_done()
            rate = await _send(server.services, rooms, language, messages // 5)
            print(f"sends/s while it is kept up         {rate:8.0f}")  # noqa: T201
            await _send(server.services, rooms, language, messages - messages // 5 * 2)
            started = time.perf_counter()
            await server.services.search.messages.until_done()
            print(f"seconds until the rest was indexed  {time.perf_counter() - started:8.1f}")  # noqa: T201
            await _search(server.services, rooms, language)


class _Language:
    """Words as people use them: few of them often, many of them hardly ever."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.words = ["".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _ in range(WORDS)]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(WORDS)))

    def sentence(self) -> str:
        return " ".join(
            self._dice.choices(self.words, cum_weights=self._weights, k=self._dice.randint(3, 25))
        )


def _settings(folder: Path, *, search: bool) -> Settings:
    return Settings.model_validate(
        {
            "server_name": "bench.test",
            "data_dir": folder,
            "listeners": [{"port": 0, "serve": ["client"]}],
            "limits": {"enabled": False},
            "federation": {"enabled": False},
            "search": {"enabled": search},
            "log_level": "error",
        }
    )


ALICE = UserId("@alice:bench.test")


async def _prepare(services: Services) -> Sequence[RoomId]:
    await register_account(services.accounts, Registration(ALICE))
    nid = await services.rooms.names.intern_user(ALICE)
    requester = Requester(
        user_id=ALICE, user_nid=nid, device_id=None, device_nid=None, session_nid=None, is_guest=False,
        is_admin=False,
    )  # fmt: skip
    made = [await create_room(services.rooms, requester, CreateOptions()) for _ in range(ROOMS)]
    return [room.room_id for room in made]


async def _send(services: Services, rooms: Sequence[RoomId], language: _Language, count: int) -> float:
    left = iter(range(count))

    async def sender() -> None:
        for number in left:
            content: JsonObject = {"msgtype": "m.text", "body": language.sentence()}
            await send_event(services.rooms, rooms[number % ROOMS], ALICE, "m.room.message", content)

    started = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(AT_ONCE)))
    return count / (time.perf_counter() - started)


async def _search(services: Services, rooms: Sequence[RoomId], language: _Language) -> None:
    viewer = Viewer(ALICE, await services.rooms.names.intern_user(ALICE))
    everywhere, one_room = RoomEventFilter(), RoomEventFilter(rooms=frozenset(rooms[:1]))
    terms = {"a rare word": language.words[-REPEATS:], "a common word": language.words[20 : 20 + REPEATS]}
    terms["part of a word"] = [word[1:5] for word in language.words[900:] if len(word) > 6][:REPEATS]
    terms["two words"] = [f"{language.words[n]} {language.words[200 + n]}" for n in range(REPEATS)]
    for name, asked in terms.items():
        for where, wanted in (("everywhere", everywhere), ("in one room", one_room)):
            for ranked in (True, False):
                times: list[float] = []
                counts: list[int] = []
                for term in asked:
                    search = MessageSearch(term, frozenset(KEYS), wanted, ranked, None)
                    started = time.perf_counter()
                    counts.append((await search_messages(services.search, viewer, search)).count)
                    times.append((time.perf_counter() - started) * 1000)
                order = "rank" if ranked else "recent"
                print(  # noqa: T201
                    f"{name:15} {where:12} {order:7} p50 {median(times):7.1f} ms  p95 "
                    f"{quantiles(times, n=20)[-1]:7.1f} ms  found {median(counts):6.0f}"
                )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
