"""What is said goes over the connection that is open anyway, and by HTTP where it cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from client_desktop.core.api import live
from client_desktop.core.api.live import LiveRequests
from client_desktop.core.changes import Changes, RoomsChanged, SendQueueChanged
from client_desktop.core.client import Client
from client_desktop.core.errors import MatrixError, NetworkUnavailable
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.values import SyncTransport
from tests.desktop.clients import Heard, OpenClient


class Requests:
    """Which requests a client makes by HTTP, by the end of their paths."""

    def __init__(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        for method in ("put", "post"):
            monkeypatch.setattr(client.api, method, self._watch(getattr(client.api, method)))

    def _watch(self, send: Callable[..., Any]) -> Callable[..., Any]:
        async def watched(path: str, *args: Any, **more: Any) -> Any:
            self.made.append(path)
            return await send(path, *args, **more)

        return watched

    def of(self, word: str) -> int:
        return sum(f"/{word}/" in path for path in self.made)


async def a_room(client: Client, changes: Changes, *, encrypted: bool = False) -> str:
    room_id = await client.rooms.create(CreateRoom(name="Hut", encrypted=encrypted))
    with Heard(changes, RoomsChanged) as heard:
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
    return room_id


async def say(client: Client, changes: Changes, room_id: str, text: str) -> None:
    """Say something, and wait until the server has it."""
    client.outbox.send_text(room_id, text)
    with Heard(changes, SendQueueChanged) as heard:
        await heard.until(lambda: not client.outbox.pending(room_id))


async def bodies(client: Client, room_id: str) -> list[str]:
    page = await client.api.get(f"/_matrix/client/v3/rooms/{room_id}/messages", {"dir": "f", "limit": "50"})
    return [each["content"]["body"] for each in page["chunk"] if each["type"] == "m.room.message"]


async def test_messages_typing_and_receipts_go_over_the_websocket(
    open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await open_client("alice", only=SyncTransport.WEBSOCKET)
    room_id = await a_room(alice, changes)
    requests = Requests(alice, monkeypatch)
    await say(alice, changes, room_id, "one")
    await alice.rooms.typing(room_id, True)
    await alice.rooms.typing(room_id, False)
    page = await alice.api.get(f"/_matrix/client/v3/rooms/{room_id}/messages", {"dir": "b", "limit": "1"})
    await alice.rooms.mark_read(room_id, page["chunk"][0]["event_id"], fully_read=False)
    assert [requests.of(word) for word in ("send", "typing", "receipt")] == [0, 0, 0]
    assert await bodies(alice, room_id) == ["one"]


async def test_without_a_websocket_they_go_by_http(
    open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await open_client("alice", only=SyncTransport.LONG_POLL)
    room_id = await a_room(alice, changes)
    requests = Requests(alice, monkeypatch)
    await say(alice, changes, room_id, "one")
    await alice.rooms.typing(room_id, True)
    assert (requests.of("send"), requests.of("typing")) == (1, 1)


async def test_an_answer_that_never_comes_repeats_nothing(
    open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await open_client("alice", only=SyncTransport.WEBSOCKET)
    room_id = await a_room(alice, changes)
    monkeypatch.setattr(live, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(alice.api.live, "answered", lambda frame: None)
    await say(alice, changes, room_id, "once")
    await alice.rooms.typing(room_id, True)
    assert await bodies(alice, room_id) == ["once"]


async def test_what_is_refused_is_asked_by_http_which_says_why(
    open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await open_client("alice", only=SyncTransport.WEBSOCKET)
    requests = Requests(alice, monkeypatch)
    with pytest.raises(MatrixError) as refused:
        await alice.rooms.typing("!elsewhere:example.org", True)
    assert refused.value.status in (403, 404)
    assert requests.of("typing") == 1


class Wire:
    """The other end of the connection."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    async def send(self, text: str) -> None:
        self.frames.append(orjson.loads(text))
        self.news.set()


async def test_answers_find_their_requests_in_any_order() -> None:
    requests, wire = LiveRequests(), Wire()
    assert await requests.ask("typing", {}) is None
    requests.opened(wire.send)
    asked = [asyncio.create_task(requests.ask("send", {"txn_id": str(number)})) for number in range(3)]
    while len(wire.frames) < 3:
        await wire.news.wait()
        wire.news.clear()
    first, second, third = (frame["id"] for frame in wire.frames)
    requests.answered({"type": "result", "id": third, "event_id": "$3"})
    requests.answered({"type": "error", "id": second, "errcode": "M_FORBIDDEN"})
    requests.answered({"type": "result", "id": "nonsense"})
    requests.closed()
    answers = [await each for each in asked]
    assert [answer and answer["event_id"] for answer in answers] == [None, None, "$3"]
    assert first < second < third
    requests.answered({"type": "result", "id": first})


async def test_too_many_too_long_and_a_dead_wire_are_left_to_http(monkeypatch: pytest.MonkeyPatch) -> None:
    requests, wire = LiveRequests(), Wire()
    requests.opened(wire.send)
    assert await requests.ask("send", {"content": "x" * live.MAX_FRAME_BYTES}) is None
    assert wire.frames == []
    monkeypatch.setattr(live, "MOST_AT_ONCE", 0)
    assert await requests.ask("typing", {}) is None
    monkeypatch.setattr(live, "MOST_AT_ONCE", 1)

    async def dead(text: str) -> None:
        raise NetworkUnavailable("gone")

    requests.opened(dead)
    assert await requests.ask("typing", {}) is None
