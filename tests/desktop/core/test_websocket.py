"""Our WebSocket, frame by frame, from a server that plays each part of docs/websocket-sync.md."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.errors import BadAnswer, ClientError, MatrixError, NetworkUnavailable, TokenRejected
from client_desktop.core.json_types import JsonObject
from client_desktop.core.sync import websocket
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.transport import TokenForgotten
from client_desktop.core.sync.websocket import WebSocketSync
from tests.desktop.stage import Stage, on_stage

Play = Callable[[web.WebSocketResponse, JsonObject], Awaitable[None]]
READY = {"type": "ready", "user_id": "@a:b", "device_id": "D"}


def room(name: str) -> JsonObject:
    return {"join": {f"!{name}": {"account_data": {"events": [{"type": name, "content": {}}]}}}}


class SocketStage(Stage):
    """Hands each connection, after its hello, to the next play."""

    def __init__(self) -> None:
        super().__init__()
        self.answer = self._answer
        self.plays: list[Play] = []
        self.hellos: list[JsonObject] = []
        self.heard: list[JsonObject] = []
        self.valid = "old"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("parlour.websocket/sync"):
            if request.headers["Authorization"] == f"Bearer {self.valid}":
                return web.json_response({})
            body = {"errcode": "M_UNKNOWN_TOKEN", "error": "", "soft_logout": True}
            return web.json_response(body, status=401)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.hellos.append(await socket.receive_json())
        await self.plays.pop(0)(socket, self.hellos[-1])
        return socket


@pytest.fixture
async def stage() -> AsyncIterator[SocketStage]:
    stage = SocketStage()
    async with on_stage(stage):
        yield stage


class Renewable:
    def __init__(self, *successors: str) -> None:
        self.access_token = "old"
        self._successors = list(successors)

    async def refresh(self) -> bool:
        if self._successors:
            self.access_token = self._successors.pop(0)
            return True
        return False


@pytest.fixture
def tokens() -> Renewable:
    return Renewable("new")


@pytest.fixture
async def transport(
    stage: SocketStage, http: aiohttp.ClientSession, tokens: Renewable
) -> AsyncIterator[WebSocketSync]:
    transport = WebSocketSync(Api(stage.url, http, tokens), PresenceChoice("unavailable"))
    yield transport
    await transport.close()


def says(*frames: JsonObject | str | bytes, code: int | None = None) -> Play:
    """Say these frames, hear one, and close with a code."""

    async def play(socket: web.WebSocketResponse, hello: JsonObject) -> None:
        for frame in frames:
            if isinstance(frame, bytes):
                await socket.send_bytes(frame)
            else:
                await (socket.send_str(frame) if isinstance(frame, str) else socket.send_json(frame))
        if code is not None:
            await socket.close(code=code)
        else:
            await socket.receive()

    return play


async def test_frames_of_one_delta_are_put_together_and_acknowledged(
    stage: SocketStage, transport: WebSocketSync
) -> None:
    heard: list[Any] = []

    async def play(socket: web.WebSocketResponse, hello: JsonObject) -> None:
        for frame in (
            READY,
            {"type": "sync", "rooms": room("one")},
            {"type": "result", "id": 3},
            {"type": "error", "id": 4, "errcode": "M_FORBIDDEN"},
            {"type": "sync", "rooms": room("two"), "next_batch": "t1", "account_data": {"events": []}},
        ):
            await socket.send_json(frame)
        heard.append(await socket.receive_json())
        await socket.send_json({"type": "sync", "next_batch": "t2"})
        await socket.receive()

    stage.plays = [play]
    first = await transport.next(None)
    assert (first.next_token, first.whole, set(first.rooms)) == ("t1", True, {"!one", "!two"})
    await transport.applied("t1")
    second = await transport.next("t1")
    assert (second.next_token, second.whole, second.rooms) == ("t2", False, {})
    assert heard == [{"type": "ack", "next_batch": "t1"}]
    (hello,) = stage.hellos
    assert "since" not in hello
    assert (hello["access_token"], hello["set_presence"], hello["use_state_after"]) == (
        "old",
        "unavailable",
        True,
    )


async def test_a_connection_goes_on_where_the_last_one_ended(
    stage: SocketStage, transport: WebSocketSync
) -> None:
    stage.plays = [
        says(READY, {"type": "sync", "next_batch": "t1"}, code=1012),
        says(READY, {"type": "sync", "next_batch": "t2"}),
    ]
    await transport.next("t0")
    with pytest.raises(NetworkUnavailable):
        await transport.next("t1")
    await transport.close()
    await transport.applied("t1")
    batch = await transport.next("t1")
    assert not batch.whole
    assert [hello["since"] for hello in stage.hellos] == ["t0", "t1"]


REFUSED = {"type": "error", "errcode": "M_UNKNOWN_TOKEN", "error": "", "soft_logout": True}


@pytest.mark.parametrize("refusal", [says(REFUSED, code=4401), says(code=4401), says(READY, code=4401)])
async def test_a_token_that_ran_out_is_renewed(
    stage: SocketStage, transport: WebSocketSync, refusal: Play
) -> None:
    stage.valid = "new"
    stage.plays = [refusal, says(READY, {"type": "sync", "next_batch": "t1"})]
    assert (await transport.next("t0")).next_token == "t1"
    assert [hello["access_token"] for hello in stage.hellos] == ["old", "new"]


@pytest.mark.parametrize("tokens", [Renewable()])
async def test_a_token_that_cannot_be_renewed_ends_the_session_as_the_server_says(
    stage: SocketStage, transport: WebSocketSync
) -> None:
    stage.valid = "other"
    stage.plays = [says(code=4401)]
    with pytest.raises(TokenRejected) as raised:
        await transport.next("t0")
    assert raised.value.soft


@pytest.mark.parametrize(
    ("play", "error"),
    [
        (says({"type": "sync", "next_batch": "t"}), BadAnswer),
        (says("no JSON"), BadAnswer),
        (says("[]"), BadAnswer),
        (says(b"bytes"), NetworkUnavailable),
        (says(code=4400), BadAnswer),
        (says(code=1009), NetworkUnavailable),
        (says({"type": "error", "errcode": "M_INVALID_PARAM", "error": "since"}), TokenForgotten),
        (says({"type": "error", "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 5}), MatrixError),
        (says({"type": "error", "errcode": 7}), MatrixError),
        (says(READY, {"type": "sync", "next_batch": 7}), BadAnswer),
        (
            says(READY, *({"type": "sync", "rooms": {"join": {}, "x": "y" * 600}} for _ in range(3))),
            BadAnswer,
        ),
    ],
)
async def test_what_is_no_sync_is_an_error(
    stage: SocketStage,
    transport: WebSocketSync,
    monkeypatch: pytest.MonkeyPatch,
    play: Play,
    error: type[ClientError],
) -> None:
    monkeypatch.setattr(websocket, "MAX_DELTA_BYTES", 1000)
    stage.plays = [play]
    with pytest.raises(error):
        await transport.next("t0")


async def test_a_hello_without_an_answer_is_given_up(
    stage: SocketStage, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CONNECT_TIMEOUT_S", 0.2)
    monkeypatch.setattr(websocket, "CLOSE_TIMEOUT_S", 0.1)
    stage.plays = [says()]
    transport = WebSocketSync(Api(stage.url, http, FixedToken("old")), PresenceChoice())
    with pytest.raises(NetworkUnavailable):
        await transport.next(None)
