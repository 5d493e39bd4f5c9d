"""The room state as the authorization rules look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from federation.protocol.auth_events import JOIN_RULES, POWER_LEVELS, StateKey
from federation.protocol.canonical_json import JsonValue
from federation.protocol.errors import AuthRule, AuthRuleError
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import PowerLevels, power_levels_of
from federation.protocol.room_versions import RoomVersion


@dataclass(frozen=True, slots=True)
class AuthState:
    """A state with its create event, and the questions that the rules ask of it."""

    version: RoomVersion
    create: Pdu
    state: Mapping[StateKey, Pdu]

    @property
    def creator(self) -> JsonValue:
        """The user who may join first."""
        if self.version.implicit_room_creator:
            return self.create.sender
        return self.create.content.get("creator")

    @property
    def join_rule(self) -> JsonValue:
        """The join rule; `invite` when there is none."""
        event = self.state.get(JOIN_RULES)
        return "invite" if event is None else event.content.get("join_rule", "invite")

    @property
    def has_power_levels(self) -> bool:
        """Tell whether there is a power levels event."""
        return POWER_LEVELS in self.state

    def power_levels(self) -> PowerLevels:
        """Return the power levels."""
        return power_levels_of(self.version, self.state)

    def membership(self, user_id: str) -> JsonValue:
        """Return a user's membership; `leave` when there is none."""
        event = self.state.get(("m.room.member", user_id))
        return "leave" if event is None else event.content.get("membership")

    def third_party_invite(self, token: str) -> Pdu | None:
        """Return the third-party invite with this token."""
        return self.state.get(("m.room.third_party_invite", token))


def refuse(rule: AuthRule, reason: str) -> NoReturn:
    """Refuse the event under check.

    Raises: AuthRuleError.
    """
    raise AuthRuleError(rule, reason)
