"""The authorization rules of all room versions, numbered as in room version 12.

The rules on memberships and on power levels are in modules of their own.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from federation.protocol.auth_events import CREATE, StateKey, auth_types_for_event
from federation.protocol.auth_rules_member import check_member
from federation.protocol.auth_rules_power_levels import check_power_levels
from federation.protocol.auth_state import AuthState, refuse
from federation.protocol.errors import AuthRule, AuthRuleError, InvalidIdentifier, MissingEvent
from federation.protocol.ids import EventId, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu, create_event_id_of
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion

__all__ = [
    "AuthRule",
    "AuthRuleError",
    "check_auth_events",
    "check_state_dependent",
    "may_apply_redaction",
]


def check_auth_events(
    version: RoomVersion, pdu: Pdu, auth_events: Mapping[EventId, Pdu], rejected: Collection[EventId]
) -> None:
    """Check the rules that need no state: those on create events and on the choice of `auth_events`.

    `auth_events` holds the events that the PDU names, `rejected` the IDs of those of them that were rejected.
    In room version 12 both may tell of the create event too.

    Raises: AuthRuleError; MissingEvent, which is no verdict on the PDU.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    # 1. If type is m.room.create: …
    if pdu.type == "m.room.create":
        _check_create(version, pdu)
        return
    # 2. If the event's room_id is not an event ID for an accepted m.room.create event, reject.
    if version.room_id_is_create_hash:
        _check_create_event_is_accepted(pdu, auth_events, rejected)
    # 3. Considering the event's auth_events: …
    entries = [_entry(event_id, auth_events) for event_id in pdu.auth_events]
    _check_selection(version, pdu, entries)
    # 3.3. If there are entries which were themselves rejected, reject.
    for entry in entries:
        if entry.event_id in rejected:
            refuse(AuthRule.AUTH_EVENTS_REJECTED, f"auth event {entry.event_id} was rejected")
    # 3.4. Before room version 12: if there is no m.room.create event among the entries, reject.
    if not version.room_id_is_create_hash and not any(e.type == "m.room.create" for e in entries):
        refuse(AuthRule.AUTH_EVENTS_WITHOUT_CREATE, "no create event among the auth events")
    # 3.5. If any entry has a room_id which does not match that of the event, reject.
    for entry in entries:
        if entry.room_id != pdu.room_id:
            refuse(AuthRule.AUTH_EVENTS_OTHER_ROOM, f"auth event {entry.event_id} is of another room")


def check_state_dependent(version: RoomVersion, pdu: Pdu, state: Mapping[StateKey, Pdu]) -> None:
    """Check a PDU against a state: that of its auth events, before it, or current.

    `state` needs the entries that `state_types_for_auth` lists; others are not looked at.
    The signatures that rule 5.2 asks for are those of `required_signers`, checked with all others.

    Raises: AuthRuleError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    # 1. If type is m.room.create: …
    if pdu.type == "m.room.create":
        _check_create(version, pdu)
        return
    create = state.get(CREATE)
    if create is None:
        refuse(AuthRule.STATE_WITHOUT_CREATE, "no create event in the state")
    # 2. If the event's room_id is not an event ID for an accepted m.room.create event, reject.
    if version.room_id_is_create_hash and create.room_id != pdu.room_id:
        refuse(AuthRule.ROOM_ID_IS_NOT_CREATE_EVENT, "the room ID is not that of the create event")
    # 4. If the create event has m.federate set to false, and the sender domains differ, reject.
    federated = create.content.get("m.federate") is not False
    if not federated and server_name_of(pdu.sender) != server_name_of(create.sender):
        refuse(AuthRule.NOT_FEDERATED, "the room is not federated")
    # Before room version 6: if type is m.room.aliases: …
    if version.special_case_aliases_auth and pdu.type == "m.room.aliases":
        _check_aliases(pdu)
        return
    room = AuthState(version, create, state)
    # 5. If type is m.room.member: …
    if pdu.type == "m.room.member":
        check_member(room, pdu)
        return
    # 6. If the sender's current membership state is not join, reject.
    if room.membership(pdu.sender) != "join":
        refuse(AuthRule.SENDER_NOT_JOINED, "the sender is not in the room")
    _check_of_joined_sender(room, pdu)


def may_apply_redaction(
    version: RoomVersion, redaction: Pdu, target: Pdu, state: Mapping[StateKey, Pdu]
) -> bool:
    """Tell whether an accepted redaction takes effect on its target.

    In room versions 1 and 2 the authorization rules have settled it already.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#handling-redactions
    """
    if redaction.redacts != target.event_id or redaction.room_id != target.room_id:
        return False
    if version.redaction_auth_rule:
        return True
    create = state.get(CREATE)
    if create is None:
        return False
    levels = AuthState(version, create, state).power_levels()
    return levels.user(redaction.sender) >= levels.redact or (
        server_name_of(redaction.sender) == server_name_of(target.sender)
    )


def _check_create(version: RoomVersion, pdu: Pdu) -> None:
    # 1.1. If it has any prev_events, reject.
    if pdu.prev_events:
        refuse(AuthRule.CREATE_HAS_PREV_EVENTS, "a create event has no previous events")
    if version.room_id_is_create_hash:
        # 1.2. If the event has a room_id, reject.
        if "room_id" in pdu.json:
            refuse(AuthRule.CREATE_HAS_ROOM_ID, "a create event carries no room ID")
    # 1.2. Before room version 12: if the domain of the room_id is not that of the sender, reject.
    elif pdu.room_id.partition(":")[2] != server_name_of(pdu.sender):
        refuse(AuthRule.CREATE_ROOM_ID_DOMAIN, "the room ID is of another server than the sender")
    # 1.3. If content.room_version is present and is not a recognised version, reject.
    room_version = pdu.content.get("room_version", version.identifier)
    if not isinstance(room_version, str) or room_version not in ROOM_VERSIONS:
        refuse(AuthRule.CREATE_UNKNOWN_ROOM_VERSION, "unknown room version")
    # Before room version 11: if content has no creator property, reject.
    if not version.implicit_room_creator and "creator" not in pdu.content:
        refuse(AuthRule.CREATE_WITHOUT_CREATOR, "a create event without a creator")
    # 1.4. If additional_creators is present and is not an array of user IDs, reject.
    if version.privileged_creators and "additional_creators" in pdu.content:
        _check_additional_creators(pdu)


def _check_additional_creators(pdu: Pdu) -> None:
    additional_creators = pdu.content["additional_creators"]
    if not isinstance(additional_creators, list):
        refuse(AuthRule.CREATE_ADDITIONAL_CREATORS, "additional_creators is not a list")
    for user_id in additional_creators:
        try:
            parse_user_id(user_id if isinstance(user_id, str) else "")
        except InvalidIdentifier as error:
            refuse(AuthRule.CREATE_ADDITIONAL_CREATORS, f"additional_creators: {error}")


def _check_create_event_is_accepted(
    pdu: Pdu, auth_events: Mapping[EventId, Pdu], rejected: Collection[EventId]
) -> None:
    # A create event that is not at hand is asked for by the rules that depend on state.
    create_id = create_event_id_of(pdu.room_id)
    create = auth_events.get(create_id)
    if create_id in rejected or (create is not None and create.type != "m.room.create"):
        refuse(AuthRule.ROOM_ID_IS_NOT_CREATE_EVENT, "the room ID is not that of an accepted create event")


def _entry(event_id: EventId, auth_events: Mapping[EventId, Pdu]) -> Pdu:
    entry = auth_events.get(event_id)
    if entry is None:
        raise MissingEvent(event_id)
    return entry


def _check_selection(version: RoomVersion, pdu: Pdu, entries: list[Pdu]) -> None:
    expected = auth_types_for_event(version, pdu.type, pdu.sender, pdu.state_key, pdu.content)
    seen: set[tuple[str, str | None]] = set()
    for entry in entries:
        # 3.1. If there are duplicate entries for a given type and state_key pair, reject.
        if (entry.type, entry.state_key) in seen:
            refuse(AuthRule.AUTH_EVENTS_DUPLICATE, f"two auth events of type {entry.type}")
        seen.add((entry.type, entry.state_key))
        # 3.2. If there are entries that the auth events selection does not specify, reject.
        if entry.state_key is None or entry.state_entry not in expected:
            refuse(AuthRule.AUTH_EVENTS_UNEXPECTED, f"auth event of type {entry.type} was not asked for")


def _check_aliases(pdu: Pdu) -> None:
    # If event has no state_key, reject. If sender's domain doesn't match state_key, reject.
    if pdu.state_key != server_name_of(pdu.sender):
        refuse(AuthRule.ALIASES_STATE_KEY, "the aliases are of another server than the sender")


def _check_of_joined_sender(room: AuthState, pdu: Pdu) -> None:
    levels = room.power_levels()
    sender_level = levels.user(pdu.sender)
    # 7. If type is m.room.third_party_invite: allow if and only if the sender has the invite level.
    if pdu.type == "m.room.third_party_invite":
        if sender_level < levels.invite:
            refuse(AuthRule.THIRD_PARTY_INVITE_LEVEL, "the sender may not invite")
        return
    # 8. If the event type's required power level is greater than the sender's power level, reject.
    required_level = levels.for_event(pdu.type, pdu.is_state)
    if required_level > sender_level:
        refuse(AuthRule.REQUIRED_POWER_LEVEL, f"{pdu.type} needs level {required_level}")
    # 9. If the state_key starts with an @ and does not match the sender, reject.
    if pdu.state_key is not None and pdu.state_key.startswith("@") and pdu.state_key != pdu.sender:
        refuse(AuthRule.STATE_KEY_OF_OTHER_USER, "the state key is another user's")
    # 10. If type is m.room.power_levels: …
    if pdu.type == "m.room.power_levels":
        check_power_levels(room, pdu)
    # Room versions 1 and 2: if type is m.room.redaction: …
    if room.version.redaction_auth_rule and pdu.type == "m.room.redaction":
        _check_redaction(pdu, sender_level, levels.redact)
    # 11. Otherwise, allow.


def _check_redaction(pdu: Pdu, sender_level: int, redact_level: int) -> None:
    # If the sender has the redact level, or both event IDs are of one domain, allow.
    domain = pdu.event_id.partition(":")[2]
    redacted_domain = (pdu.redacts or "").partition(":")[2]
    if sender_level < redact_level and (not domain or domain != redacted_domain):
        refuse(AuthRule.REDACTION, "the sender may not redact events of other servers")
