"""Asserts that an authorization rule refuses an event, by the name of the rule."""

from __future__ import annotations

import pytest

from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.errors import AuthRule, AuthRuleError
from federation.protocol.pdu import Pdu
from tests.protocol.room_factory import RoomFactory


def assert_refused(room: RoomFactory, pdu: Pdu, rule: AuthRule) -> None:
    """The state of the room refuses the event by this rule."""
    with pytest.raises(AuthRuleError) as refusal:
        check_state_dependent(room.version, pdu, room.state_events)
    assert refusal.value.rule is rule, refusal.value


def assert_allowed(room: RoomFactory, pdu: Pdu) -> None:
    """The state of the room allows the event."""
    check_state_dependent(room.version, pdu, room.state_events)


def assert_auth_events_refused(room: RoomFactory, pdu: Pdu, rule: AuthRule) -> None:
    """The event is refused for the auth events that it names."""
    with pytest.raises(AuthRuleError) as refusal:
        check_auth_events(room.version, pdu, room.events, room.rejected)
    assert refusal.value.rule is rule, refusal.value
