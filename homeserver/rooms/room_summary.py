"""What a room tells of itself to those who are not in it yet.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-summaries
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import RoomId
from homeserver.json_types import JsonObject, ReadonlyJsonObject
from homeserver.rooms.join_conditions import allowed_rooms, has_conditions
from homeserver.storage.memberships import MemberCounts
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

SUMMARY_ENTRIES: Final[Sequence[StateEntry]] = tuple(
    (type_, "")
    for type_ in (
        "m.room.avatar", "m.room.canonical_alias", "m.room.create", "m.room.encryption",
        "m.room.guest_access", "m.room.history_visibility", "m.room.join_rules", "m.room.name",
        "m.room.topic",
    )
)  # fmt: skip

OPEN_JOIN_RULES: Final = frozenset({"public", "knock", "knock_restricted"})


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """A room as the directory, the hierarchy and previews show it."""

    room: Room
    joined_members: int
    invited_members: int
    name: str | None
    topic: str | None
    canonical_alias: str | None
    avatar_url: str | None
    join_rule: str
    room_type: str | None
    encryption: str | None
    world_readable: bool
    guest_can_join: bool
    allowed_room_ids: tuple[RoomId, ...]

    @property
    def is_open(self) -> bool:
        """Whether anybody may join, knock or read."""
        return self.world_readable or self.join_rule in OPEN_JOIN_RULES

    def mentions(self, term: str) -> bool:
        """Tell whether a search term, in lower case, occurs in name, topic or alias."""
        texts = (self.name, self.topic, self.canonical_alias)
        return any(term in text.lower() for text in texts if text is not None)


def summarize(
    room: Room, contents: Mapping[StateEntry, ReadonlyJsonObject], counts: MemberCounts
) -> RoomSummary:
    """Summarize a room from the contents of its current state; what has the wrong type counts as absent."""
    join_rules = contents.get(("m.room.join_rules", ""), {})
    return RoomSummary(
        room=room,
        joined_members=counts.joined,
        invited_members=counts.invited,
        name=_text(contents, "m.room.name", "name"),
        topic=_topic(contents.get(("m.room.topic", ""), {})),
        canonical_alias=_text(contents, "m.room.canonical_alias", "alias"),
        avatar_url=_text(contents, "m.room.avatar", "url"),
        join_rule=_text(contents, "m.room.join_rules", "join_rule") or "invite",
        room_type=_text(contents, "m.room.create", "type"),
        encryption=_text(contents, "m.room.encryption", "algorithm"),
        world_readable=_text(contents, "m.room.history_visibility", "history_visibility") == "world_readable",
        guest_can_join=_text(contents, "m.room.guest_access", "guest_access") == "can_join",
        allowed_room_ids=tuple(allowed_rooms(join_rules)) if has_conditions(room.version, join_rules) else (),
    )


def render_published(summary: RoomSummary) -> JsonObject:
    """Render a room for the published directory."""
    rendered: JsonObject = {
        "room_id": summary.room.room_id,
        "num_joined_members": summary.joined_members,
        "world_readable": summary.world_readable,
        "guest_can_join": summary.guest_can_join,
        "join_rule": summary.join_rule,
    }
    for name in ("name", "topic", "canonical_alias", "avatar_url", "room_type"):
        value = getattr(summary, name)
        if value is not None:
            rendered[name] = value
    return rendered


def render_summary(summary: RoomSummary) -> JsonObject:
    """Render a room for previews and hierarchies."""
    rendered = render_published(summary)
    rendered["room_version"] = summary.room.version.identifier
    if summary.encryption is not None:
        rendered["encryption"] = summary.encryption
    if summary.allowed_room_ids:
        rendered["allowed_room_ids"] = list(summary.allowed_room_ids)
    return rendered


def _text(contents: Mapping[StateEntry, ReadonlyJsonObject], type_: str, key: str) -> str | None:
    value = contents.get((type_, ""), {}).get(key)
    return value if isinstance(value, str) and value else None


def _topic(content: ReadonlyJsonObject) -> str | None:
    """Return the plain-text topic: that of `m.topic` where there is one, else `topic`.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#mroomtopic
    """
    block = content.get("m.topic")
    texts = block.get("m.text") if isinstance(block, dict) else None
    for representation in texts if isinstance(texts, list) else ():
        if isinstance(representation, dict) and representation.get("mimetype", "text/plain") == "text/plain":
            body = representation.get("body")
            if isinstance(body, str):
                return body or None
    topic = content.get("topic")
    return topic if isinstance(topic, str) and topic else None
