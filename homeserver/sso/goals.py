"""What somebody goes to a provider for."""

from typing import Final, TypeAlias

import msgspec


class LoginGoal(msgspec.Struct, frozen=True, tag="login"):
    """To log a client in: the browser is led to `redirect_url` with a login token.

    `is_ours`: the address is a page of this server, begun by such a page. The token is good for this browser
    alone then. `again`: the user is to show anew who they are.
    """

    redirect_url: str
    is_ours: bool = False
    again: bool = False


class StageGoal(msgspec.Struct, frozen=True, tag="stage"):
    """To pass a stage of user-interactive authentication, in the session of this id."""

    session_id: str


Goal: TypeAlias = LoginGoal | StageGoal

_decoder: Final[msgspec.json.Decoder[Goal]] = msgspec.json.Decoder(Goal)


def encode_goal(goal: Goal) -> bytes:
    """Return a goal as JSON."""
    return msgspec.json.encode(goal)


def decode_goal(stored: bytes) -> Goal:
    """Return what `encode_goal` was given."""
    return _decoder.decode(stored)
