"""The `next_batch` of a search: after which result to go on, and in which group.

What is searched for is not in it: clients send it again.
"""

import base64
import binascii
from typing import Final, Literal, TypeAlias

import msgspec

from homeserver.errors import InvalidParam

MAX_TOKEN_CHARS: Final = 1_000
MAX_NUMBER: Final = 2**62

GroupKey: TypeAlias = Literal["room_id", "sender"]


class SearchToken(msgspec.Struct, frozen=True, array_like=True):
    """The place after a result. `weight` is its rank or its time, by which the results are ordered.

    `seen` counts the results up to it; `group` and `value` name the group that is gone on with.
    """

    ranked: bool
    weight: int
    event_nid: int
    seen: int
    group: GroupKey | None = None
    value: str = ""

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def parse_search_token(text: str, *, ranked: bool) -> SearchToken:
    """Read a token of a search in this order. Raises InvalidParam."""
    try:
        if len(text) > MAX_TOKEN_CHARS:
            raise ValueError("too long")
        token = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=SearchToken)
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:  # also what is not ASCII or not UTF-8
        raise InvalidParam("next_batch is not a token of this search") from error
    numbers = (token.weight, token.event_nid, token.seen)
    if token.ranked is not ranked or not all(abs(number) < MAX_NUMBER for number in numbers):
        raise InvalidParam("next_batch is not a token of this search")
    return token
