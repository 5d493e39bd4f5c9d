"""Which state events authorize an event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#auth-events-selection
"""

from __future__ import annotations

from typing import Final, TypeAlias

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion

StateKey: TypeAlias = tuple[str, str]

CREATE: Final[StateKey] = ("m.room.create", "")
POWER_LEVELS: Final[StateKey] = ("m.room.power_levels", "")
JOIN_RULES: Final[StateKey] = ("m.room.join_rules", "")

_MEMBERSHIPS_UNDER_JOIN_RULES: Final = ("join", "invite", "knock")


def auth_types_for_event(
    version: RoomVersion, event_type: str, sender: str, state_key: str | None, content: JsonObject
) -> list[StateKey]:
    """List the state keys whose current events, where there are any, become the event's `auth_events`.

    In the order of the specification, each once. Room version 12 leaves the create event out: use
    `state_types_for_auth` to collect the state that the rules need.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#auth-events-selection
    """
    if event_type == "m.room.create":
        return []
    selected = [] if version.room_id_is_create_hash else [CREATE]
    selected += [POWER_LEVELS, ("m.room.member", sender)]
    if event_type == "m.room.member" and state_key is not None:
        selected += _types_for_member(version, state_key, content)
    return list(dict.fromkeys(selected))


def state_types_for_auth(version: RoomVersion, pdu: Pdu) -> list[StateKey]:
    """List the state keys that `check_state_dependent` reads: the create event, then the selection."""
    selected = auth_types_for_event(version, pdu.type, pdu.sender, pdu.state_key, pdu.content)
    return [CREATE, *selected] if version.room_id_is_create_hash else selected


def _types_for_member(version: RoomVersion, target: str, content: JsonObject) -> list[StateKey]:
    selected: list[StateKey] = [("m.room.member", target)]
    membership = content.get("membership")
    if membership in _MEMBERSHIPS_UNDER_JOIN_RULES:
        selected.append(JOIN_RULES)
    if membership == "invite":
        token = third_party_invite_token(content.get("third_party_invite"))
        if token is not None:
            selected.append(("m.room.third_party_invite", token))
    authorising_user = content.get("join_authorised_via_users_server")
    if membership == "join" and version.restricted_joins and isinstance(authorising_user, str):
        selected.append(("m.room.member", authorising_user))
    return selected


def third_party_invite_token(third_party_invite: JsonValue) -> str | None:
    """Return `signed.token` of a member event's `third_party_invite`, if it is there."""
    signed = third_party_invite.get("signed") if isinstance(third_party_invite, dict) else None
    token = signed.get("token") if isinstance(signed, dict) else None
    return token if isinstance(token, str) else None
