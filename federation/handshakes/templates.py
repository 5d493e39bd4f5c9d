"""Templates of member events: those we answer, and those that others answer us.

A template of another server is never signed as it is. What we sign is built from scratch, of values that we
know ourselves and of references that have been checked (CVE-2026-24471).

Spec: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal, PeerAnsweredBadly
from federation.handshakes.access import check_origin, version_of_room
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import ProtocolError
from federation.protocol.event_format import MAX_AUTH_EVENTS, MAX_PREV_EVENTS, max_depth
from federation.protocol.ids import (
    EventId,
    RoomId,
    ServerName,
    UserId,
    parse_event_id,
    parse_room_id,
    parse_user_id,
)
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from federation.protocol.room_versions import ROOM_VERSIONS, EventIdFormat, RoomVersion
from federation.protocol.signing import decode_base64
from federation.transport.limits import Limits
from federation.transport.paths import fill

AUTHORISING_USER: Final = "join_authorised_via_users_server"
OLDEST_VERSION: Final = "1"
LIMITS: Final = Limits(timeout_s=20, max_bytes=256 * 1024, ignore_back_off=True)
"""Somebody waits for the answer, so a server that failed lately gets another try."""


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What a user of ours wants to become of their membership of a room elsewhere.

    `content` is all of the member event's content but for what only the room's servers know.
    """

    room_id: RoomId
    user_id: UserId
    content: JsonObject

    @property
    def membership(self) -> str:
        """The membership that the content names."""
        return str(self.content["membership"])


async def answer_template(
    ctx: FederationContext,
    origin: ServerName,
    room_id: RoomId,
    user_id: UserId,
    membership: str,
    versions: Collection[str] | None = None,
) -> JsonObject:
    """Answer make_join, make_leave or make_knock. `versions` are those the asking server knows, None: any.

    Raises: FederationRefusal 403, 404, 400 M_INCOMPATIBLE_ROOM_VERSION, and what restricted joins refuse
    with.
    """
    check_origin(origin, user_id)
    version = await version_of_room(ctx, room_id, origin)
    if versions is not None and version.identifier not in versions:
        raise FederationRefusal(
            400,
            "M_INCOMPATIBLE_ROOM_VERSION",
            "Your server does not know the room's version",
            {"room_version": version.identifier},
        )
    content: JsonObject = {"membership": membership}
    if membership == "join":
        authoriser = await ctx.handshakes.authorising_user(room_id, user_id)
        if authoriser is not None:
            content[AUTHORISING_USER] = authoriser
    event = await ctx.handshakes.member_template(room_id, user_id, content)
    return {"room_version": version.identifier, "event": {**event, "origin": ctx.server_name}}


async def ask_for_event(
    ctx: FederationContext, server: ServerName, change: MemberChange
) -> tuple[RoomVersion, Pdu]:
    """Ask a resident server for a template, and build and sign our member event by it.

    Raises: PeerFailed.
    """
    path = fill("/_matrix/federation/v1/make_" + change.membership + "/{}/{}", change.room_id, change.user_id)
    query = None if change.membership == "leave" else {"ver": list(ROOM_VERSIONS)}
    answer = await ctx.client.get(server, path, query, limits=LIMITS)
    try:
        version = _version_in(answer)
        return version, _build(ctx, version, change, _checked_template(change, answer))
    except ProtocolError as error:
        raise PeerAnsweredBadly(server, f"a template that cannot be used: {error}") from error


def _version_in(answer: JsonObject) -> RoomVersion:
    identifier = answer.get("room_version", OLDEST_VERSION)
    version = ROOM_VERSIONS.get(identifier) if isinstance(identifier, str) else None
    if version is None:
        raise ProtocolError("its room version is unknown")
    return version


def _checked_template(change: MemberChange, answer: JsonObject) -> JsonObject:
    """Return the template if it is the event that was asked for. Raises ProtocolError."""
    event = answer.get("event")
    if not isinstance(event, dict):
        raise ProtocolError("it has no event")
    expected = {"type": "m.room.member", "sender": change.user_id, "state_key": change.user_id}
    for key, value in (expected | {"room_id": change.room_id}).items():
        if event.get(key) != value:
            raise ProtocolError(f"its `{key}` is not what was asked for")
    content = event.get("content")
    if not isinstance(content, dict) or content.get("membership") != change.membership:
        raise ProtocolError("its membership is not what was asked for")
    return event


def _build(ctx: FederationContext, version: RoomVersion, change: MemberChange, template: JsonObject) -> Pdu:
    parse_room_id(change.room_id, with_domain=not version.room_id_is_create_hash)
    prev_events = _references(version, template.get("prev_events"), MAX_PREV_EVENTS)
    auth_events = _references(version, template.get("auth_events"), MAX_AUTH_EVENTS)
    if not prev_events:
        raise ProtocolError("it has no prev_events")
    depth = template.get("depth")
    if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= max_depth(version):
        raise ProtocolError("its depth is out of range")
    content = {**change.content, **_authorisation(version, change, template)}
    return build_pdu(
        version,
        EventDraft("m.room.member", change.user_id, content, change.user_id),
        room_id=change.room_id,
        prev_events=list(prev_events),
        auth_events=list(auth_events),
        depth=depth,
        origin_server_ts=ctx.now_ms(),
        server_name=ctx.server_name,
        key=ctx.signing_key,
        event_id=_chosen_event_id(ctx, version),
        reference_hashes=prev_events | auth_events if version.references_have_hashes else None,
    )


def _authorisation(version: RoomVersion, change: MemberChange, template: JsonObject) -> JsonObject:
    """Return what the template's content says of who lets a user into a restricted room."""
    content = template["content"]
    authoriser = content.get(AUTHORISING_USER) if isinstance(content, dict) else None
    if authoriser is None or change.membership != "join" or not version.restricted_joins:
        return {}
    return {AUTHORISING_USER: parse_user_id(authoriser if isinstance(authoriser, str) else "")}


def _references(version: RoomVersion, value: JsonValue, most: int) -> dict[EventId, bytes]:
    """Return the referenced events, with hashes where the room version has them. Raises ProtocolError."""
    if not isinstance(value, list) or len(value) > most:
        raise ProtocolError("its references are no list, or too many")
    found: dict[EventId, bytes] = {}
    for reference in value:
        event_id, digest = _reference(version, reference)
        found[parse_event_id(event_id)] = digest
    return found


def _reference(version: RoomVersion, reference: JsonValue) -> tuple[str, bytes]:
    if not version.references_have_hashes:
        if isinstance(reference, str):
            return reference, b""
    elif isinstance(reference, list) and len(reference) == 2 and isinstance(reference[1], dict):
        event_id, sha256 = reference[0], reference[1].get("sha256")
        if isinstance(event_id, str) and isinstance(sha256, str):
            try:
                return event_id, decode_base64(sha256)
            except ValueError as error:
                raise ProtocolError("a reference has a hash that is not Base64") from error
    raise ProtocolError("a reference is malformed")


def _chosen_event_id(ctx: FederationContext, version: RoomVersion) -> EventId | None:
    if version.event_id_format is not EventIdFormat.CHOSEN_BY_SERVER:
        return None
    return EventId(f"${secrets.token_urlsafe(18)}:{ctx.server_name}")
