"""The events that a new room begins with, in their order. Pure.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from federation.protocol.ids import RoomAlias, UserId
from federation.protocol.pdu import EventDraft
from federation.protocol.room_versions import RoomVersion
from homeserver.json_types import JsonObject
from homeserver.rooms.create_options import CreateOptions, Preset

PRESETS: Final[Mapping[Preset, Mapping[str, JsonObject]]] = {
    "private_chat": {
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.history_visibility": {"history_visibility": "shared"},
        "m.room.guest_access": {"guest_access": "can_join"},
    },
    "trusted_private_chat": {
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.history_visibility": {"history_visibility": "shared"},
        "m.room.guest_access": {"guest_access": "can_join"},
    },
    "public_chat": {
        "m.room.join_rules": {"join_rule": "public"},
        "m.room.history_visibility": {"history_visibility": "shared"},
        "m.room.guest_access": {"guest_access": "forbidden"},
    },
}
CREATOR_LEVEL: Final = 100
TOMBSTONE_LEVEL_OF_CREATORS: Final = 150
"""Above what anybody but a creator has, where creators stand above all levels."""


def room_events(
    version: RoomVersion,
    creator: UserId,
    options: CreateOptions,
    invited: Sequence[UserId],
    alias: RoomAlias | None,
    profiles: Mapping[UserId, JsonObject],
) -> list[EventDraft]:
    """Return the drafts of a new room, its create event first, its invites last."""
    create = create_content(version, creator, options, invited)
    drafts = [
        EventDraft("m.room.create", creator, create, ""),
        EventDraft("m.room.member", creator, {**profiles.get(creator, {}), "membership": "join"}, creator),
        EventDraft("m.room.power_levels", creator, power_levels(version, creator, options, invited), ""),
    ]
    if alias is not None:
        drafts.append(EventDraft("m.room.canonical_alias", creator, {"alias": alias}, ""))
    drafts += _chosen_state(creator, options)
    return drafts + _invites(creator, options, invited, profiles)


def create_content(
    version: RoomVersion, creator: UserId, options: CreateOptions, invited: Sequence[UserId]
) -> JsonObject:
    """Return the content of the create event."""
    content: JsonObject = {**(options.creation_content or {}), "room_version": version.identifier}
    content.pop("creator", None)
    if not version.implicit_room_creator:
        content["creator"] = creator
    if version.privileged_creators and options.effective_preset == "trusted_private_chat" and invited:
        given = content.get("additional_creators")
        named = [*(given if isinstance(given, list) else ()), *invited]
        content["additional_creators"] = list(dict.fromkeys(named))
    return content


def power_levels(
    version: RoomVersion, creator: UserId, options: CreateOptions, invited: Iterable[UserId]
) -> JsonObject:
    """Return the content of the first power levels event.

    Where creators stand above all levels they must not be named in it.
    """
    content = default_power_levels(version)
    if not version.privileged_creators:
        equals = invited if options.effective_preset == "trusted_private_chat" else ()
        content["users"] = dict.fromkeys([creator, *equals], CREATOR_LEVEL)
    if options.effective_preset == "public_chat":
        content["invite"] = 50
    return content | (options.power_level_content_override or {})


def default_power_levels(version: RoomVersion) -> JsonObject:
    """Return power levels that name no user."""
    tombstone = TOMBSTONE_LEVEL_OF_CREATORS if version.privileged_creators else CREATOR_LEVEL
    return {
        "users": {},
        "users_default": 0,
        "events": {
            "m.room.avatar": 50,
            "m.room.canonical_alias": 50,
            "m.room.encryption": 100,
            "m.room.history_visibility": 100,
            "m.room.name": 50,
            "m.room.power_levels": 100,
            "m.room.server_acl": 100,
            "m.room.tombstone": tombstone,
        },
        "events_default": 0,
        "state_default": 50,
        "ban": 50,
        "kick": 50,
        "redact": 50,
        "invite": 0,
    }


def topic_content(topic: str) -> JsonObject:
    """Return the content of a topic event with one plain-text representation."""
    return {"topic": topic, "m.topic": {"m.text": [{"body": topic}]}}


def _chosen_state(creator: UserId, options: CreateOptions) -> list[EventDraft]:

    implied: dict[str, JsonObject] = {}
    if options.name is not None:
        implied["m.room.name"] = {"name": options.name}
    if options.topic is not None:
        implied["m.room.topic"] = topic_content(options.topic)
    initial = [
        EventDraft(state.type, creator, state.content, state.state_key)
        for state in options.initial_state or ()
        if state.state_key or state.type not in implied
    ]
    given = {draft.type for draft in initial if draft.state_key == ""}
    preset = PRESETS[options.effective_preset]
    return [
        *(EventDraft(type_, creator, dict(preset[type_]), "") for type_ in preset if type_ not in given),
        *initial,
        *(EventDraft(type_, creator, content, "") for type_, content in implied.items()),
    ]


def _invites(
    creator: UserId, options: CreateOptions, invited: Sequence[UserId], profiles: Mapping[UserId, JsonObject]
) -> list[EventDraft]:
    content: JsonObject = {"membership": "invite"}
    if options.is_direct:
        content["is_direct"] = True
    return [EventDraft("m.room.member", creator, {**profiles.get(u, {}), **content}, u) for u in invited]
