"""Messages to devices of other servers' users: into the outbox, in the transaction that sends them.

Spec: https://spec.matrix.org/v1.19/server-server-api/#send-to-device-messaging
"""

from collections.abc import Iterator, Mapping
from secrets import token_urlsafe
from typing import Final

from federation.protocol.canonical_json import CanonicalJsonError, encode_canonical_json
from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.e2ee.to_device_context import RemoteMessages
from homeserver.e2ee.to_device_store import MAX_MESSAGE_BYTES
from homeserver.errors import BadJson, TooLarge
from homeserver.json_types import JsonObject
from homeserver.storage.edu_outbox import insert_edu
from homeserver.storage.positions import Change, Stream

DIRECT_TO_DEVICE: Final = "m.direct_to_device"
MAX_EDU_BYTES: Final = 64 * 1024
"""Messages are put together up to here; a single one may be as large as a message may be."""


class OutboxDevices:
    """The port `RemoteDevices` over the outbox."""

    async def enqueue(self, change: Change, messages: RemoteMessages) -> None:
        for server, contents in _edus(messages):
            edu: JsonObject = {
                "sender": messages.sender,
                "type": messages.type,
                "message_id": token_urlsafe(16),
                "messages": contents,
            }
            await insert_edu(change.conn, [server], DIRECT_TO_DEVICE, edu)
        change.touch(Stream.TO_DEVICE)


def _edus(messages: RemoteMessages) -> Iterator[tuple[ServerName, Mapping[UserId, Mapping[str, JsonObject]]]]:
    """Yield the messages to each server, in portions. Raises BadJson, TooLarge."""
    portions: dict[ServerName, tuple[int, dict[UserId, dict[str, JsonObject]]]] = {}
    for user_id, devices in messages.messages.items():
        server = server_name_of(user_id)
        for device_id, content in devices.items():
            size = _size(content)
            before, portion = portions.get(server, (0, {}))
            if portion and before + size > MAX_EDU_BYTES:
                yield server, portion
                before, portion = 0, {}
            portion.setdefault(user_id, {})[device_id] = content
            portions[server] = (before + size, portion)
    for server, (_, portion) in portions.items():
        yield server, portion


def _size(content: JsonObject) -> int:
    try:
        size = len(encode_canonical_json(content))
    except CanonicalJsonError as error:
        raise BadJson(f"A message cannot be sent to another server: {error}") from error
    if size > MAX_MESSAGE_BYTES:
        raise TooLarge(f"A message has at most {MAX_MESSAGE_BYTES} bytes")
    return size
