"""An event with the names that people know its sender and room by."""

from collections.abc import Mapping
from typing import Final

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject, ReadonlyJsonObject
from homeserver.pushers.notification import PushedEvent
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_bodies import client_event
from homeserver.rooms.out_of_band import out_of_band_membership
from homeserver.rooms.room_state import current_events
from homeserver.storage.events import StoredEvent
from homeserver.storage.push_queue import Queued
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

NAME: Final[StateEntry] = ("m.room.name", "")
ALIAS: Final[StateEntry] = ("m.room.canonical_alias", "")


async def describe_event(
    ctx: RoomsContext, room: Room, event: StoredEvent, queued: Queued, user_id: UserId
) -> PushedEvent:
    """Return an event of a room that this server is in."""
    shown = client_event(room, event)
    member: StateEntry = ("m.room.member", shown["sender"])
    state = await current_events(ctx, room, [NAME, ALIAS, member])
    contents = {entry: pdu.content for entry, pdu in state.items()}
    return PushedEvent(
        event.event_id,
        room.room_id,
        event.type,
        shown["sender"],
        shown["content"],
        orjson.loads(queued.actions),
        _text(contents, member, "displayname"),
        _text(contents, NAME, "name"),
        _text(contents, ALIAS, "alias"),
        shown.get("state_key") == user_id,
    )


async def describe_invite(ctx: RoomsContext, room: Room, queued: Queued, user_nid: int) -> PushedEvent | None:
    """Return an invite to a room that this server is not in, with what came with it; None: it has ended."""
    membership = await out_of_band_membership(ctx, user_nid, room)
    if membership is None or membership.event.position != queued.position:
        return None
    pdu = membership.event.load()
    contents = _contents(orjson.loads(membership.shown))
    return PushedEvent(
        membership.event.event_id,
        room.room_id,
        "m.room.member",
        pdu["sender"],
        pdu["content"],
        orjson.loads(queued.actions),
        _text(contents, ("m.room.member", pdu["sender"]), "displayname"),
        _text(contents, NAME, "name"),
        _text(contents, ALIAS, "alias"),
        True,
    )


def _contents(stripped: object) -> dict[StateEntry, ReadonlyJsonObject]:
    """Return the contents of stripped state that another server wrote, whatever it wrote.

    Regression: CVE-2024-52815, an invite whose `invite_room_state` is not what it should be.
    """
    found: dict[StateEntry, ReadonlyJsonObject] = {}
    for event in stripped if isinstance(stripped, list) else ():
        if not isinstance(event, dict) or not isinstance(event.get("content"), dict):
            continue
        type_, state_key = event.get("type"), event.get("state_key")
        if isinstance(type_, str) and isinstance(state_key, str):
            content: JsonObject = event["content"]
            found[(type_, state_key)] = content
    return found


def _text(contents: Mapping[StateEntry, ReadonlyJsonObject], entry: StateEntry, name: str) -> str | None:
    value = contents.get(entry, {}).get(name)
    return value if isinstance(value, str) and value else None
