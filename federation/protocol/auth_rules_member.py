"""The authorization rules on memberships: rule 5 of room version 12.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
"""

from __future__ import annotations

from typing import Final

from federation.protocol.auth_rules_third_party import check_third_party_invite
from federation.protocol.auth_state import AuthState, refuse
from federation.protocol.errors import AuthRule, InvalidIdentifier
from federation.protocol.ids import parse_user_id
from federation.protocol.pdu import Pdu

_AUTHORISING_USER: Final = "join_authorised_via_users_server"


def check_member(room: AuthState, pdu: Pdu) -> None:
    """Check a member event against the state of its room.

    Raises: AuthRuleError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#authorisation-rules
    """
    # 5.1. If there is no state_key property, or no membership property in content, reject.
    if pdu.state_key is None or "membership" not in pdu.content:
        refuse(AuthRule.MEMBER_FORMAT, "a member event needs a state key and a membership")
    _check_user_id(pdu.state_key, AuthRule.MEMBER_FORMAT)
    # 5.2. If content has a join_authorised_via_users_server key: …
    if room.version.restricted_joins and _AUTHORISING_USER in pdu.content:
        # The signature itself is one of `required_signers`.
        _check_user_id(pdu.content[_AUTHORISING_USER], AuthRule.MEMBER_AUTHORISING_USER)
    _check_membership(room, pdu, pdu.state_key)


def _check_user_id(value: object, rule: AuthRule) -> None:
    try:
        parse_user_id(value if isinstance(value, str) else "")
    except InvalidIdentifier as error:
        refuse(rule, str(error))


def _check_membership(room: AuthState, pdu: Pdu, target: str) -> None:
    membership = pdu.content["membership"]
    if membership == "join":
        _check_join(room, pdu, target)
    elif membership == "invite":
        _check_invite(room, pdu, target)
    elif membership == "leave":
        _check_leave(room, pdu, target)
    elif membership == "ban":
        _check_ban(room, pdu, target)
    elif membership == "knock" and room.version.knocking:
        _check_knock(room, pdu, target)
    else:
        # 5.8. Otherwise, the membership is unknown. Reject.
        refuse(AuthRule.MEMBER_UNKNOWN_MEMBERSHIP, "unknown membership")


def _check_join(room: AuthState, pdu: Pdu, target: str) -> None:
    # 5.3.1. If the only previous event is the create event and the state_key is the creator, allow.
    if pdu.prev_events == (room.create.event_id,) and target == room.creator:
        return
    # 5.3.2. If the sender does not match state_key, reject.
    if pdu.sender != target:
        refuse(AuthRule.JOIN_OF_OTHER_USER, "nobody can join for somebody else")
    # 5.3.3. If the sender is banned, reject.
    membership = room.membership(target)
    if membership == "ban":
        refuse(AuthRule.JOIN_BANNED, "the user is banned")
    _check_join_rule(room, pdu, is_in_or_invited=membership in ("invite", "join"))


def _check_join_rule(room: AuthState, pdu: Pdu, is_in_or_invited: bool) -> None:
    version, join_rule = room.version, room.join_rule
    # 5.3.4. If the join_rule is invite or knock then allow if membership state is invite or join.
    if join_rule == "invite" or (join_rule == "knock" and version.knocking):
        if is_in_or_invited:
            return
    # 5.3.5. If the join_rule is restricted or knock_restricted: …
    elif (join_rule == "restricted" and version.restricted_joins) or (
        join_rule == "knock_restricted" and version.knock_restricted_joins
    ):
        # 5.3.5.1. If membership state is join or invite, allow.
        if not is_in_or_invited:
            _check_authorising_user(room, pdu)
        return
    # 5.3.6. If the join_rule is public, allow.
    elif join_rule == "public":
        return
    # 5.3.7. Otherwise, reject.
    refuse(AuthRule.JOIN_RULE, "the join rule does not let the user in")


def _check_authorising_user(room: AuthState, pdu: Pdu) -> None:
    # 5.3.5.2. If the authorising user may not invite or is not in the room, reject.
    authorising_user = pdu.content.get(_AUTHORISING_USER)
    if not isinstance(authorising_user, str) or room.membership(authorising_user) != "join":
        refuse(AuthRule.JOIN_NOT_AUTHORISED, "no joined user authorises the restricted join")
    levels = room.power_levels()
    if levels.user(authorising_user) < levels.invite:
        refuse(AuthRule.JOIN_NOT_AUTHORISED, "the authorising user may not invite")


def _check_invite(room: AuthState, pdu: Pdu, target: str) -> None:
    # 5.4.1. If content has a third_party_invite property: …
    if "third_party_invite" in pdu.content:
        check_third_party_invite(room, pdu, target)
        return
    # 5.4.2. If the sender's current membership state is not join, reject.
    if room.membership(pdu.sender) != "join":
        refuse(AuthRule.INVITE_SENDER_NOT_JOINED, "the sender is not in the room")
    # 5.4.3. If target user's current membership state is join or ban, reject.
    if room.membership(target) in ("join", "ban"):
        refuse(AuthRule.INVITE_TARGET, "the user is in the room already, or banned")
    # 5.4.4. If the sender's power level is greater than or equal to the invite level, allow.
    levels = room.power_levels()
    if levels.user(pdu.sender) < levels.invite:
        refuse(AuthRule.INVITE_LEVEL, "the sender may not invite")


def _check_leave(room: AuthState, pdu: Pdu, target: str) -> None:
    # 5.5.1. If the sender matches state_key, allow if and only if they are invited, joined or knocking.
    if pdu.sender == target:
        membership = room.membership(target)
        if membership not in ("invite", "join") and not (membership == "knock" and room.version.knocking):
            refuse(AuthRule.LEAVE_NOT_IN_ROOM, "the user is not in the room")
        return
    # 5.5.2. If the sender's current membership state is not join, reject.
    if room.membership(pdu.sender) != "join":
        refuse(AuthRule.LEAVE_SENDER_NOT_JOINED, "the sender is not in the room")
    levels = room.power_levels()
    sender_level = levels.user(pdu.sender)
    # 5.5.3. If the target is banned, and the sender's power level is less than the ban level, reject.
    if room.membership(target) == "ban" and sender_level < levels.ban:
        refuse(AuthRule.UNBAN_LEVEL, "the sender may not lift bans")
    # 5.5.4. If the sender has the kick level and the target has less power than the sender, allow.
    if sender_level < levels.kick or levels.user(target) >= sender_level:
        refuse(AuthRule.KICK_LEVEL, "the sender may not kick this user")


def _check_ban(room: AuthState, pdu: Pdu, target: str) -> None:
    # 5.6.1. If the sender's current membership state is not join, reject.
    if room.membership(pdu.sender) != "join":
        refuse(AuthRule.BAN_SENDER_NOT_JOINED, "the sender is not in the room")
    # 5.6.2. If the sender has the ban level and the target has less power than the sender, allow.
    levels = room.power_levels()
    sender_level = levels.user(pdu.sender)
    if sender_level < levels.ban or levels.user(target) >= sender_level:
        refuse(AuthRule.BAN_LEVEL, "the sender may not ban this user")


def _check_knock(room: AuthState, pdu: Pdu, target: str) -> None:
    # 5.7.1. If the join_rule is anything other than knock or knock_restricted, reject.
    join_rule = room.join_rule
    if join_rule != "knock" and not (join_rule == "knock_restricted" and room.version.knock_restricted_joins):
        refuse(AuthRule.KNOCK_JOIN_RULE, "the join rule does not allow knocking")
    # 5.7.2. If sender does not match state_key, reject.
    if pdu.sender != target:
        refuse(AuthRule.KNOCK_OF_OTHER_USER, "nobody can knock for somebody else")
    # 5.7.3. If the sender's current membership is not ban, invite, or join, allow.
    if room.membership(target) in ("ban", "invite", "join"):
        refuse(AuthRule.KNOCK_MEMBERSHIP, "the user is banned, invited or in the room")
