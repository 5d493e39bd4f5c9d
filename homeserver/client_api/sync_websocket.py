"""GET /unstable/parlour.websocket/sync: the WebSocket transport of the sync engine.

docs/websocket-sync.md is the protocol's specification.
"""

import asyncio
from contextlib import suppress
from enum import IntEnum
from typing import Final

import structlog
from aiohttp import WSMessage, WSMsgType, web

from federation.protocol.ids import InvalidIdentifier
from homeserver.accounts.requester import Requester
from homeserver.client_api.sync import load_filter
from homeserver.client_api.websocket_requests import UpwardRequest, answer
from homeserver.errors import BadJson, InvalidParam, MatrixError, Unavailable, UnknownToken
from homeserver.http.context import Services, services
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.rooms.filters import parse_filter
from homeserver.rooms.viewer import Viewer
from homeserver.sync.connection import AcknowledgementMissing, Connection
from homeserver.sync.delta import SyncRequest
from homeserver.sync.frames import (
    Ack,
    Auth,
    ClientFrame,
    Hello,
    error_frame,
    parse_frame,
    ready_frame,
    result_frame,
)
from homeserver.sync.tokens import parse_sync_token

log = structlog.get_logger(__name__)

HELLO_TIMEOUT_S: Final = 10.0
HEARTBEAT_S: Final = 30.0
CLOSE_WITHIN_S: Final = 2.0
"""How long the client is given to answer that the connection is closed."""
MAX_FRAME_BYTES: Final = 256 * 1024
MAX_REQUESTS_AT_ONCE: Final = 16

routes = Routes()


class CloseCode(IntEnum):
    """Why the server closes a connection."""

    SERVICE_RESTART = 1012
    BAD_HELLO = 4400
    UNKNOWN_TOKEN = 4401
    HELLO_MISSING = 4408
    TOO_SLOW = 4409
    INTERNAL = 4500


@routes.get("/_matrix/client/unstable/parlour.websocket/sync", limit=Action.ANONYMOUS, waits=True)
async def get_sync_websocket(request: web.Request) -> web.StreamResponse:
    """Upgrade, read the first frame, and keep the device up to date until either side ends it."""
    socket = web.WebSocketResponse(
        timeout=CLOSE_WITHIN_S, heartbeat=HEARTBEAT_S, max_msg_size=MAX_FRAME_BYTES, compress=False
    )
    if not socket.can_prepare(request):
        raise BadJson("This endpoint takes WebSocket connections only")
    await socket.prepare(request)
    session = Session(services(request), socket)
    try:
        await session.run()
    except ConnectionResetError:
        log.debug("websocket.client_went_away")
    return socket


class Session:
    """One connected client: its frames are read, its requests answered, and news pushed to it."""

    def __init__(self, here: Services, socket: web.WebSocketResponse) -> None:
        self._here = here
        self._socket = socket
        self._token = ""
        self._requester: Requester | None = None
        self._requests: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the client until it goes, its session ends, or the server stops."""
        connection = await self._greet()
        if connection is None:
            return
        assert self._requester is not None
        hello, requester = self._hello, self._requester
        presence = self._here.ephemeral.presence
        with presence.syncing(
            requester.user_nid, requester.user_id, requester.device_nid, hello.set_presence
        ):
            pushing = asyncio.create_task(connection.run(), name="websocket push")
            reading = asyncio.create_task(self._read(connection), name="websocket read")
            stopping = asyncio.create_task(self._here.sync.stopping.wait(), name="websocket stop")
            try:
                await asyncio.wait({pushing, reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                code, message = _why(pushing)
                await _end(pushing, reading, stopping, *self._requests)
        if not self._socket.closed:
            await self._socket.close(code=code, message=message)

    async def _greet(self) -> Connection | None:
        """Authenticate the first frame; close the connection if it is not a good one."""
        message = await self._first_message()
        if message is None:
            is_stopping = self._here.sync.stopping.is_set()
            code = CloseCode.SERVICE_RESTART if is_stopping else CloseCode.HELLO_MISSING
            await self._socket.close(code=code)
            return None
        if message.type is not WSMsgType.TEXT:
            await self._socket.close(code=CloseCode.BAD_HELLO)
            return None
        try:
            return await self._open(parse_frame(message.data))
        except MatrixError as error:
            await self._send(error_frame(error))
            code = CloseCode.UNKNOWN_TOKEN if isinstance(error, UnknownToken) else CloseCode.BAD_HELLO
            await self._socket.close(code=code)
            return None

    async def _first_message(self) -> WSMessage | None:
        """Return what the client says first; None where it says nothing in time, or the server stops."""
        receiving = asyncio.create_task(self._socket.receive(), name="websocket greeting")
        stopping = asyncio.create_task(self._here.sync.stopping.wait(), name="websocket stop")
        try:
            await asyncio.wait(
                {receiving, stopping}, timeout=HELLO_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED
            )
            return receiving.result() if receiving.done() else None
        finally:
            await _end(receiving, stopping)

    async def _open(self, hello: ClientFrame) -> Connection:
        if not isinstance(hello, Hello):
            raise BadJson("The first frame must be a hello")
        self._hello = hello
        self._token = hello.access_token
        self._requester = requester = (await self._here.accounts.tokens.authenticate(self._token)).requester
        wanted = hello.filter
        loaded = (
            parse_filter(wanted)
            if isinstance(wanted, dict)
            else await load_filter(self._here.client_data, requester.user_nid, wanted)
        )
        sync_request = SyncRequest(
            Viewer(requester.user_id, requester.user_nid, requester.device_nid),
            loaded,
            parse_sync_token(hello.since) if hello.since else None,
            hello.full_state,
            hello.use_state_after,
        )
        await self._send(ready_frame(requester.user_id, requester.device_id))
        return Connection(self._here.sync, sync_request, self._send, self._revalidate)

    async def _read(self, connection: Connection) -> None:
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                break
            try:
                await self._take(connection, parse_frame(message.data))
            except MatrixError as error:
                await self._send(error_frame(error))

    async def _take(self, connection: Connection, frame: ClientFrame) -> None:
        if isinstance(frame, Ack):
            connection.acknowledge(frame.next_batch)
        elif isinstance(frame, Auth):
            await self._renew(frame)
        elif isinstance(frame, Hello):
            raise BadJson("There is one hello, at the beginning")
        elif len(self._requests) >= MAX_REQUESTS_AT_ONCE:
            await self._send(error_frame(Unavailable("Too many requests at once"), frame.id))
        else:
            task = asyncio.create_task(self._answer(frame), name="websocket request")
            self._requests.add(task)
            task.add_done_callback(self._requests.discard)

    async def _answer(self, frame: UpwardRequest) -> None:
        assert self._requester is not None
        try:
            result = await answer(self._here, self._requester, frame)
        except MatrixError as error:
            await self._send(error_frame(error, frame.id))
        except InvalidIdentifier as error:
            await self._send(error_frame(InvalidParam(str(error)), frame.id))
        except Exception:
            log.exception("websocket.request_failed", kind=type(frame).__name__)
            await self._send(error_frame(MatrixError("M_UNKNOWN", 500, "Internal server error"), frame.id))
        else:
            await self._send(result_frame(frame.id, **result))

    async def _renew(self, frame: Auth) -> None:
        """Go on with a new token, if it is of the same device."""
        assert self._requester is not None
        try:
            renewed = (await self._here.accounts.tokens.authenticate(frame.access_token)).requester
            if renewed.device_nid != self._requester.device_nid:
                raise UnknownToken("This token is of another device")
        except MatrixError as error:
            await self._send(error_frame(error, frame.id))
            return
        self._token, self._requester = frame.access_token, renewed
        await self._send(result_frame(frame.id))

    async def _revalidate(self) -> None:
        tokens = self._here.accounts.tokens
        if tokens.remembered(self._token, self._here.clock.monotonic()) is None:
            await tokens.authenticate(self._token)

    async def _send(self, frame: bytes) -> None:
        """Send a frame; waits while the client does not read."""
        await self._socket.send_str(frame.decode())


def _why(pushing: asyncio.Task[None]) -> tuple[int, bytes]:
    """Return the code to close with, by how the pushing ended."""
    if not pushing.done():
        return CloseCode.SERVICE_RESTART, b"the server stops, or the client is gone"
    error = pushing.exception()
    if error is None:
        return CloseCode.SERVICE_RESTART, b"the server stops"
    if isinstance(error, AcknowledgementMissing):
        return CloseCode.TOO_SLOW, b"no acknowledgement in time"
    if isinstance(error, MatrixError):
        return CloseCode.UNKNOWN_TOKEN if error.status == 401 else CloseCode.INTERNAL, error.errcode.encode()
    if not isinstance(error, ConnectionResetError):
        log.error("websocket.push_failed", exc_info=error)
    return CloseCode.INTERNAL, b"M_UNKNOWN"


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, MatrixError, AcknowledgementMissing, ConnectionResetError):
            await task
