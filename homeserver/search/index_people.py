"""Keep up with who goes by which name, and which rooms are open, behind everybody's back.

Everything that changes it has a position, and positions become visible in their order: nothing is missed.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import orjson

from federation.protocol.ids import localpart_of
from homeserver.rooms.visibility_rules import visibility_of
from homeserver.search.follower import Progress
from homeserver.search.read_event import read_event
from homeserver.search.text import grams_of_words, indexed_words
from homeserver.storage import directory_users
from homeserver.storage.db import Database
from homeserver.storage.directory_users import NamedUser

SPAN: Final = 500
SPANS_PER_ROUND: Final = 50
USERS_PER_BATCH: Final = 200


class PeopleIndex:
    """Follows the changes of memberships, profiles and access to rooms."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def advance(self, position: int) -> Progress:
        """Take in what changed after a position, or the first of it."""
        for _ in range(SPANS_PER_ROUND):
            async with self._db.acquire() as conn:
                end = await directory_users.select_span_end(conn, position, SPAN)
                if end is None:
                    return Progress(position)
                user_nids = await directory_users.select_changed_users(conn, position, end)
                room_nids = await directory_users.select_changed_rooms(conn, position, end)
            await self._judge_rooms(room_nids)
            for start in range(0, len(user_nids), USERS_PER_BATCH):
                await self._name_users(user_nids[start : start + USERS_PER_BATCH])
            position = end
        return Progress(position, more=True)

    async def _judge_rooms(self, room_nids: Sequence[int]) -> None:
        if not room_nids:
            return
        async with self._db.transaction() as conn:
            access = await directory_users.select_access_events(conn, room_nids)
            opened = [room_nid for room_nid, events in access.items() if is_open(events)]
            await directory_users.update_rooms(conn, opened, sorted(set(room_nids) - set(opened)))

    async def _name_users(self, user_nids: Sequence[int]) -> None:
        async with self._db.transaction() as conn:
            named = {
                user.user_nid: words_of(user) for user in await directory_users.select_names(conn, user_nids)
            }
            await directory_users.upsert_users(
                conn, [(nid, words, grams_of_words(words)) for nid, words in sorted(named.items()) if words]
            )
            await directory_users.delete_users(conn, [nid for nid in user_nids if not named.get(nid)])


def is_open(events: Iterable[tuple[str, bytes]]) -> bool:
    """Tell whether anybody may join or read a room, by its (type, event) of join rules and visibility."""
    for type_, canonical in events:
        content = read_event(canonical)["content"]
        if type_ == "m.room.join_rules" and content.get("join_rule") == "public":
            return True
        if type_ == "m.room.history_visibility" and visibility_of(content) == "world_readable":
            return True
    return False


def words_of(user: NamedUser) -> str:
    """Return what a user is found by; nothing for a user of another server who is in no room."""
    if not user.is_local and not user.members:
        return ""
    said = [None if user.name is None else orjson.loads(user.name)]
    said += [read_event(member)["content"].get("displayname") for member in user.members]
    names = dict.fromkeys(name for name in said if isinstance(name, str))  # others' may be anything
    return indexed_words(" ".join([localpart_of(user.user_id), *names]))
