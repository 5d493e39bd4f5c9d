"""The typed refusals of the protocol core. Every one is a ValueError: the input was bad, not the program."""

from __future__ import annotations

from enum import StrEnum, unique


class ProtocolError(ValueError):
    """Base of all refusals of the protocol core."""


class InvalidIdentifier(ProtocolError):
    """A text is not the identifier it should be."""


class JsonDecodeError(ProtocolError):
    """Bytes are not one JSON value that can be kept exactly."""


class CanonicalJsonError(ProtocolError):
    """A value has no canonical JSON encoding."""


class SigningKeyError(ProtocolError):
    """A signing key, or the file line that should hold one, is unusable."""


class SignatureError(ProtocolError):
    """A signature is missing, malformed or wrong."""


class FormatError(ProtocolError):
    """An event does not have the format of its room version: drop it."""


class EventTooLarge(FormatError):
    """An event, or a field of it, has more bytes than the specification allows."""


class MissingEvent(ProtocolError):
    """A computation needs an event that it was not given. Says nothing about the event's validity."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"event {event_id} was not supplied")
        self.event_id = event_id


class ResolutionTooLarge(ProtocolError):
    """A state resolution would exceed its limits."""


@unique
class AuthRule(StrEnum):
    """Names of the authorization rules, so that callers and tests need not read prose."""

    CREATE_HAS_PREV_EVENTS = "create_has_prev_events"
    CREATE_ROOM_ID_DOMAIN = "create_room_id_domain"
    CREATE_HAS_ROOM_ID = "create_has_room_id"
    CREATE_UNKNOWN_ROOM_VERSION = "create_unknown_room_version"
    CREATE_WITHOUT_CREATOR = "create_without_creator"
    CREATE_ADDITIONAL_CREATORS = "create_additional_creators"
    ROOM_ID_IS_NOT_CREATE_EVENT = "room_id_is_not_create_event"
    AUTH_EVENTS_DUPLICATE = "auth_events_duplicate"
    AUTH_EVENTS_UNEXPECTED = "auth_events_unexpected"
    AUTH_EVENTS_REJECTED = "auth_events_rejected"
    AUTH_EVENTS_WITHOUT_CREATE = "auth_events_without_create"
    AUTH_EVENTS_OTHER_ROOM = "auth_events_other_room"
    STATE_WITHOUT_CREATE = "state_without_create"
    NOT_FEDERATED = "not_federated"
    ALIASES_STATE_KEY = "aliases_state_key"
    MEMBER_FORMAT = "member_format"
    MEMBER_AUTHORISING_USER = "member_authorising_user"
    MEMBER_UNKNOWN_MEMBERSHIP = "member_unknown_membership"
    JOIN_OF_OTHER_USER = "join_of_other_user"
    JOIN_BANNED = "join_banned"
    JOIN_RULE = "join_rule"
    JOIN_NOT_AUTHORISED = "join_not_authorised"
    THIRD_PARTY_INVITE_BANNED = "third_party_invite_banned"
    THIRD_PARTY_INVITE_FORMAT = "third_party_invite_format"
    THIRD_PARTY_INVITE_OTHER_USER = "third_party_invite_other_user"
    THIRD_PARTY_INVITE_UNKNOWN = "third_party_invite_unknown"
    THIRD_PARTY_INVITE_SENDER = "third_party_invite_sender"
    THIRD_PARTY_INVITE_SIGNATURE = "third_party_invite_signature"
    INVITE_SENDER_NOT_JOINED = "invite_sender_not_joined"
    INVITE_TARGET = "invite_target"
    INVITE_LEVEL = "invite_level"
    LEAVE_NOT_IN_ROOM = "leave_not_in_room"
    LEAVE_SENDER_NOT_JOINED = "leave_sender_not_joined"
    UNBAN_LEVEL = "unban_level"
    KICK_LEVEL = "kick_level"
    BAN_SENDER_NOT_JOINED = "ban_sender_not_joined"
    BAN_LEVEL = "ban_level"
    KNOCK_JOIN_RULE = "knock_join_rule"
    KNOCK_OF_OTHER_USER = "knock_of_other_user"
    KNOCK_MEMBERSHIP = "knock_membership"
    SENDER_NOT_JOINED = "sender_not_joined"
    THIRD_PARTY_INVITE_LEVEL = "third_party_invite_level"
    REQUIRED_POWER_LEVEL = "required_power_level"
    STATE_KEY_OF_OTHER_USER = "state_key_of_other_user"
    POWER_LEVELS_FORMAT = "power_levels_format"
    POWER_LEVELS_NAME_CREATOR = "power_levels_name_creator"
    POWER_LEVELS_ALTERATION = "power_levels_alteration"
    REDACTION = "redaction"


class AuthRuleError(ProtocolError):
    """An authorization rule refuses the event.

    `rule` names the rule, `reason` says it in words for logs and error messages.
    """

    def __init__(self, rule: AuthRule, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason
