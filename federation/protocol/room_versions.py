"""Room versions as data: each is the one before it with some flags changed.

Code asks for a flag, never for a version number.

Spec: https://spec.matrix.org/v1.19/rooms/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, unique
from types import MappingProxyType
from typing import Final


@unique
class EventIdFormat(Enum):
    """How the events of a room get their IDs."""

    CHOSEN_BY_SERVER = "chosen_by_server"
    BASE64_HASH = "base64_hash"
    URL_SAFE_BASE64_HASH = "url_safe_base64_hash"


@unique
class StateResolution(Enum):
    """Which algorithm resolves the room's state."""

    V1 = "v1"
    V2 = "v2"
    V2_1 = "v2.1"


@dataclass(frozen=True, slots=True)
class RoomVersion:
    """What the rules of one room version are."""

    identifier: str
    state_resolution: StateResolution

    event_id_format: EventIdFormat
    # `prev_events` and `auth_events` are pairs of an event ID and its hashes instead of plain IDs.
    references_have_hashes: bool
    # The server in the event ID has to sign the event as well.
    signed_by_event_id_domain: bool
    # Events must be canonical JSON: no floats, integers within ±(2^53 - 1).
    strict_canonical_json: bool
    # A signature counts only if its key was valid when the event says it was sent.
    enforce_key_validity: bool
    # The room ID is the create event's ID with another sigil; the create event is in no `auth_events`.
    room_id_is_create_hash: bool

    # Redaction keeps ...
    redaction_keeps_aliases: bool
    redaction_keeps_join_rule_allow: bool
    redaction_keeps_join_authorisation: bool
    # ... the whole create content, `redacts`, the invite level, a third-party invite's `signed`;
    # and no longer the top-level `origin`, `membership` and `prev_state`.
    updated_redaction_rules: bool
    # `redacts` is in the content of a redaction instead of beside it.
    redacts_in_content: bool

    special_case_aliases_auth: bool
    redaction_auth_rule: bool
    limit_notifications_power_levels: bool
    # Power levels must be integers, not texts that look like one.
    integer_power_levels: bool
    knocking: bool
    restricted_joins: bool
    knock_restricted_joins: bool
    # The creator is the create event's sender; its content has no `creator`.
    implicit_room_creator: bool
    # Creators, additional ones included, stand above all power levels.
    privileged_creators: bool


_V1: Final = RoomVersion(
    identifier="1",
    state_resolution=StateResolution.V1,
    event_id_format=EventIdFormat.CHOSEN_BY_SERVER,
    references_have_hashes=True,
    signed_by_event_id_domain=True,
    strict_canonical_json=False,
    enforce_key_validity=False,
    room_id_is_create_hash=False,
    redaction_keeps_aliases=True,
    redaction_keeps_join_rule_allow=False,
    redaction_keeps_join_authorisation=False,
    updated_redaction_rules=False,
    redacts_in_content=False,
    special_case_aliases_auth=True,
    redaction_auth_rule=True,
    limit_notifications_power_levels=False,
    integer_power_levels=False,
    knocking=False,
    restricted_joins=False,
    knock_restricted_joins=False,
    implicit_room_creator=False,
    privileged_creators=False,
)
_V2: Final = replace(_V1, identifier="2", state_resolution=StateResolution.V2)
_V3: Final = replace(
    _V2,
    identifier="3",
    event_id_format=EventIdFormat.BASE64_HASH,
    references_have_hashes=False,
    signed_by_event_id_domain=False,
    redaction_auth_rule=False,
)
_V4: Final = replace(_V3, identifier="4", event_id_format=EventIdFormat.URL_SAFE_BASE64_HASH)
_V5: Final = replace(_V4, identifier="5", enforce_key_validity=True)
_V6: Final = replace(
    _V5,
    identifier="6",
    strict_canonical_json=True,
    redaction_keeps_aliases=False,
    special_case_aliases_auth=False,
    limit_notifications_power_levels=True,
)
_V7: Final = replace(_V6, identifier="7", knocking=True)
_V8: Final = replace(_V7, identifier="8", restricted_joins=True, redaction_keeps_join_rule_allow=True)
_V9: Final = replace(_V8, identifier="9", redaction_keeps_join_authorisation=True)
_V10: Final = replace(_V9, identifier="10", integer_power_levels=True, knock_restricted_joins=True)
_V11: Final = replace(
    _V10,
    identifier="11",
    updated_redaction_rules=True,
    redacts_in_content=True,
    implicit_room_creator=True,
)
_V12: Final = replace(
    _V11,
    identifier="12",
    state_resolution=StateResolution.V2_1,
    room_id_is_create_hash=True,
    privileged_creators=True,
)

ROOM_VERSIONS: Final[Mapping[str, RoomVersion]] = MappingProxyType(
    {
        version.identifier: version
        for version in (_V1, _V2, _V3, _V4, _V5, _V6, _V7, _V8, _V9, _V10, _V11, _V12)
    }
)
DEFAULT_ROOM_VERSION: Final = "12"
