"""EDUs that wait for one server and are not stored: of each subject only the newest.

Receipts that are lost here are found again by their positions; typing and presence may be lost.

Spec: https://spec.matrix.org/v1.19/server-server-api/#receipts
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from federation.outbound.limits import MAX_PRESENCE, MAX_RECEIPTS, MAX_TYPING
from federation.ports.outbox import DueReceipt
from federation.protocol.canonical_json import JsonObject, encode_canonical_json
from federation.protocol.ids import RoomId, UserId

K = TypeVar("K")
V = TypeVar("V")


class EphemeralEdus:
    """Receipts by room, user and thread; typing by room and user; presence by user."""

    __slots__ = ("_presence", "_receipts", "_typing")

    def __init__(self) -> None:
        self._receipts: dict[tuple[RoomId, UserId, str], DueReceipt] = {}
        self._typing: dict[tuple[RoomId, UserId], bool] = {}
        self._presence: dict[UserId, JsonObject] = {}

    def __bool__(self) -> bool:
        return bool(self._receipts or self._typing or self._presence)

    @property
    def oldest_receipt(self) -> int | None:
        """The lowest position of a receipt that waits."""
        return min((receipt.position for receipt in self._receipts.values()), default=None)

    @property
    def receipts_overflow(self) -> bool:
        """Whether more receipts wait than should."""
        return len(self._receipts) > MAX_RECEIPTS

    def add_receipt(self, receipt: DueReceipt) -> None:
        self._receipts[receipt.room_id, receipt.user_id, receipt.thread] = receipt

    def add_typing(self, room_id: RoomId, user_id: UserId, typing: bool) -> None:
        _put(self._typing, (room_id, user_id), typing, MAX_TYPING)

    def add_presence(self, update: JsonObject) -> None:
        """`update` is one member of `push` in the content of an m.presence EDU."""
        _put(self._presence, UserId(str(update["user_id"])), update, MAX_PRESENCE)

    def clear_receipts(self) -> None:
        self._receipts.clear()

    def clear_droppable(self) -> None:
        """Drop what may be lost: typing and presence."""
        self._typing.clear()
        self._presence.clear()

    def take(self, limit: int) -> list[bytes]:
        """Remove and return at most `limit` EDUs."""
        edus = []
        for layer in _layers(self._receipts.values())[:limit]:
            edus.append(_receipt_edu(layer))
            for receipt in layer:
                del self._receipts[receipt.room_id, receipt.user_id, receipt.thread]
        if self._presence and len(edus) < limit:
            edus.append(_edu("m.presence", {"push": [*self._presence.values()]}))
            self._presence.clear()
        while self._typing and len(edus) < limit:
            (room_id, user_id), typing = next(iter(self._typing.items()))
            del self._typing[room_id, user_id]
            edus.append(_edu("m.typing", {"room_id": room_id, "user_id": user_id, "typing": typing}))
        return edus


def render_receipts(receipts: Sequence[DueReceipt], limit: int) -> list[bytes]:
    """Return receipts as at most `limit` EDUs."""
    return [_receipt_edu(layer) for layer in _layers(receipts)[:limit]]


def _layers(receipts: Iterable[DueReceipt]) -> list[list[DueReceipt]]:
    """Split receipts into what one EDU can hold: it has one place per room and user, whatever the thread."""
    layers: list[list[DueReceipt]] = []
    depths: dict[tuple[RoomId, UserId], int] = {}
    for receipt in receipts:
        place = receipt.room_id, receipt.user_id
        depth = depths.get(place, 0)
        depths[place] = depth + 1
        if depth == len(layers):
            layers.append([])
        layers[depth].append(receipt)
    return layers


def _receipt_edu(receipts: Iterable[DueReceipt]) -> bytes:
    content: JsonObject = {}
    rooms: dict[RoomId, JsonObject] = {}
    for receipt in receipts:
        data: JsonObject = {"ts": receipt.ts}
        if receipt.thread:
            data["thread_id"] = receipt.thread
        if receipt.room_id not in rooms:
            rooms[receipt.room_id] = {}
            content[receipt.room_id] = {"m.read": rooms[receipt.room_id]}
        rooms[receipt.room_id][receipt.user_id] = {"event_ids": [receipt.event_id], "data": data}
    return _edu("m.receipt", content)


def _edu(edu_type: str, content: JsonObject) -> bytes:
    return encode_canonical_json({"edu_type": edu_type, "content": content})


def _put(mapping: dict[K, V], key: K, value: V, limit: int) -> None:
    mapping.pop(key, None)
    mapping[key] = value
    if len(mapping) > limit:
        del mapping[next(iter(mapping))]
