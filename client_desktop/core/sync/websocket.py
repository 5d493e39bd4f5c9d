"""Following over our own server's WebSocket: docs/websocket-sync.md says how."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import aiohttp
import orjson

from client_desktop.core.api import Api
from client_desktop.core.api.answers import decode_object, network_errors, refusal
from client_desktop.core.errors import BadAnswer, NetworkUnavailable, TokenRejected
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_optional_text, as_text
from client_desktop.core.sync.batch import SyncBatch
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.read_v3 import read_v3
from client_desktop.core.sync.stored_token import V3
from client_desktop.core.sync.sync_filter import SYNC_FILTER
from client_desktop.core.sync.transport import TokenForgotten
from client_desktop.core.values import SyncTransport

log = logging.getLogger(__name__)

PATH = "/_matrix/client/unstable/parlour.websocket/sync"
WHOAMI = "/_matrix/client/v3/account/whoami"
CONNECT_TIMEOUT_S = 20.0
HEARTBEAT_S = 30.0
"""How often we ask whether the other end is still there; sleep and lost networks are noticed by it."""
CLOSE_TIMEOUT_S = 2.0
MAX_FRAME_BYTES = 50 * 1024 * 1024
MAX_DELTA_BYTES = 200 * 1024 * 1024
"""Of all frames of one delta: a server that never ends one would fill the memory."""
TOKEN_INVALID = 4401
HELLO_REFUSED = 4400


class WebSocketSync:
    """One connection at a time, opened by the first `next` after a start or a failure."""

    kind = SyncTransport.WEBSOCKET
    token_kind = V3

    def __init__(self, api: Api, presence: PresenceChoice) -> None:
        self._api = api
        self._presence = presence
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._begins_anew = False

    async def next(self, token: str | None) -> SyncBatch:
        with network_errors():
            try:
                body = await self._delta(token)
            except TokenRejected:
                await self.close()
                await self._api.get(WHOAMI)  # renews the token, or says in which way we are signed out
                body = await self._delta(token)
        whole, self._begins_anew = self._begins_anew, False
        return read_v3(body, whole=whole)

    async def applied(self, token: str) -> None:
        if self._socket is not None and not self._socket.closed:
            with network_errors():
                await _send(self._socket, {"type": "ack", "next_batch": token})

    async def close(self) -> None:
        socket, self._socket = self._socket, None
        self._api.live.closed()
        if socket is not None:
            await socket.close()

    async def _delta(self, token: str | None) -> JsonObject:
        if self._socket is None:
            self._socket = await self._hello(token)
            self._api.live.opened(partial(_send_text, self._socket))
            self._begins_anew = token is None
        try:
            return await self._read_delta(self._socket)
        except Exception:
            self._api.live.closed()  # whoever waits for an answer asks by HTTP
            raise

    async def _hello(self, token: str | None) -> aiohttp.ClientWebSocketResponse:
        socket = await self._open()
        hello: JsonObject = {
            "type": "hello",
            "access_token": "" if self._api.tokens is None else self._api.tokens.access_token,
            "filter": SYNC_FILTER,
            "use_state_after": True,
            "set_presence": self._presence.state,
        }
        if token is not None:
            hello["since"] = token
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await _send(socket, hello)
                frame, _ = await _receive(socket)
                if frame.get("type") != "ready":
                    raise BadAnswer("a WebSocket that does not begin with ready")
        except BaseException:
            await socket.close()
            raise
        return socket

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            return await self._api.session.ws_connect(
                self._api.url(PATH),
                heartbeat=HEARTBEAT_S,
                max_msg_size=MAX_FRAME_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
            )

    async def _read_delta(self, socket: aiohttp.ClientWebSocketResponse) -> JsonObject:
        """Read one delta, put together from the frames that it was spread over."""
        rooms: dict[str, JsonObject] = {}
        size = 0
        while True:
            frame, frame_size = await _receive(socket)
            size += frame_size
            if size > MAX_DELTA_BYTES:
                raise BadAnswer("a delta without an end")
            if "id" in frame:
                self._api.live.answered(frame)
                continue
            if frame.get("type") != "sync":
                log.debug("sync: a frame that is no delta")
                continue
            for section, of_section in as_object(frame.get("rooms")).items():
                rooms.setdefault(section, {}).update(as_object(of_section))
            if "next_batch" in frame:
                return {**frame, "rooms": rooms}


async def _send_text(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    """Raises: NetworkUnavailable."""
    with network_errors():
        await socket.send_str(text)


async def _send(socket: aiohttp.ClientWebSocketResponse, frame: JsonObject) -> None:
    await socket.send_str(orjson.dumps(frame).decode())


async def _receive(socket: aiohttp.ClientWebSocketResponse) -> tuple[JsonObject, int]:
    """Read a frame and its size; its refusals are errors.

    Raises: TokenRejected, TokenForgotten, MatrixError, BadAnswer, NetworkUnavailable.
    """
    message = await socket.receive()
    if message.type is not aiohttp.WSMsgType.TEXT:
        raise _end(socket)
    frame = decode_object(message.data)
    if frame.get("type") == "error" and "id" not in frame:
        raise _error(frame)
    return frame, len(message.data)


def _end(socket: aiohttp.ClientWebSocketResponse) -> Exception:
    """Say what the end of the connection means."""
    if socket.close_code == TOKEN_INVALID:
        return TokenRejected(soft=True)
    if socket.close_code == HELLO_REFUSED:
        return BadAnswer("the hello was refused")
    return NetworkUnavailable(f"the WebSocket ended with {socket.close_code}")


def _error(frame: JsonObject) -> Exception:
    errcode = as_text(frame.get("errcode"), "M_UNKNOWN")
    if errcode in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        return refusal(401, frame)
    if errcode in ("M_INVALID_PARAM", "M_UNKNOWN_POS"):
        return TokenForgotten(as_optional_text(frame.get("error")) or errcode)
    return refusal(429 if errcode == "M_LIMIT_EXCEEDED" else 400, frame)
