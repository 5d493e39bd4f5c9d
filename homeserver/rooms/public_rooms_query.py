"""What a listing of published rooms is asked for."""

from dataclasses import dataclass
from typing import Final

DEFAULT_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class PublicRoomsQuery:
    """What to list: at most `limit` rooms from the token `since` on, that fit term and types (None: none).

    `network`: of an application service's directory instead, as `application service|network`.
    `all_networks`: of those directories, too.
    """

    limit: int = DEFAULT_LIMIT
    since: str | None = None
    term: str | None = None
    room_types: frozenset[str | None] | None = None
    network: str | None = None
    all_networks: bool = False
