"""The frames of the sync WebSocket: what each says, and deltas cut into frames of bounded size.

docs/websocket-sync.md is the protocol's specification.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
import orjson
from msgspec import Meta, Struct

from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import BadJson, MatrixError, NotJson
from homeserver.json_types import JsonObject

MAX_FRAME_BYTES: Final = 256 * 1024
"""A delta's rooms go into frames of about this size; a single room is never cut."""

RequestId: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Hello(Struct, frozen=True, tag="hello"):
    """The first frame of a client: who it is, and what it wants."""

    access_token: str
    since: str | None = None
    filter: str | JsonObject | None = None
    full_state: bool = False
    use_state_after: bool = False
    set_presence: PresenceState = PresenceState.ONLINE


class Auth(Struct, frozen=True, tag="auth"):
    """A new access token of the same device, before the old one expires."""

    id: RequestId
    access_token: str


class Ack(Struct, frozen=True, tag="ack"):
    """The client has everything up to this token."""

    next_batch: str


class Send(Struct, frozen=True, tag="send"):
    """Send a message event."""

    id: RequestId
    room_id: str
    event_type: str
    txn_id: str
    content: dict[str, Any]


class Typing(Struct, frozen=True, tag="typing"):
    """Begin to type, go on, or stop; `timeout` in milliseconds."""

    id: RequestId
    room_id: str
    typing: bool
    timeout: Annotated[int, Meta(ge=0)] = 30_000


class Receipt(Struct, frozen=True, tag="receipt"):
    """Move a receipt forwards."""

    id: RequestId
    room_id: str
    receipt_type: Literal["m.read", "m.read.private", "m.fully_read"]
    event_id: str
    thread_id: str | None = None


ClientFrame: TypeAlias = Hello | Auth | Ack | Send | Typing | Receipt

_decoder = msgspec.json.Decoder(ClientFrame)


def parse_frame(text: str) -> ClientFrame:
    """Read a client's frame. Raises NotJson, BadJson."""
    try:
        frame: ClientFrame = _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise BadJson(str(error)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotJson(str(error)) from error
    return frame


def ready_frame(user_id: str, device_id: str | None) -> bytes:
    return orjson.dumps({"type": "ready", "user_id": user_id, "device_id": device_id})


def result_frame(request_id: int, **result: object) -> bytes:
    return orjson.dumps({"type": "result", "id": request_id, **result})


def error_frame(error: MatrixError, request_id: int | None = None) -> bytes:
    frame: JsonObject = {"type": "error", "errcode": error.errcode, "error": error.message, **error.extra}
    if request_id is not None:
        frame["id"] = request_id
    return orjson.dumps(frame)


def delta_frames(body: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the frames of a delta: rooms first, as their size asks; the last one has `next_batch`."""
    rooms: JsonObject = {}
    size = 0
    for section, by_room in body["rooms"].items():
        for room_id, room in by_room.items():
            rendered = orjson.dumps(room)
            rooms.setdefault(section, {})[room_id] = orjson.Fragment(rendered)
            size += len(rendered)
            if size > MAX_FRAME_BYTES:
                yield orjson.dumps({"type": "sync", "rooms": rooms})
                rooms, size = {}, 0
    rest = {key: value for key, value in body.items() if key != "rooms"}
    yield orjson.dumps({"type": "sync", "rooms": rooms, **rest})
