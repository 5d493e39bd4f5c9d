"""Search for people whom a user may see.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3user_directorysearch
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from federation.protocol.ids import localpart_of
from homeserver.errors import Unavailable
from homeserver.json_types import JsonObject
from homeserver.rooms.viewer import Viewer
from homeserver.search.context import SearchContext
from homeserver.search.read_event import read_event
from homeserver.search.text import Needle, grams_of_needles, indexed_words, needles_of
from homeserver.storage.directory_users import PeopleQuery, VisibleUser, select_visible_users
from homeserver.storage.search_texts import SearchTooCostly

MAX_LIMIT: Final = 50
SPARE: Final = 50
"""How many more are looked at: those who are found by a name that the searcher may not see are left out."""

TIMEOUT_MS: Final = 3_000


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """Profiles in the order of relevance; `limited` says that there are more."""

    profiles: Sequence[JsonObject]
    limited: bool


async def search_people(ctx: SearchContext, viewer: Viewer, term: str, limit: int) -> FoundPeople:
    """Return the users that match and that the viewer may see: those they share a room with first.

    Raises: Unavailable where it takes too long.
    """
    term = term.replace("\x00", " ")  # which PostgreSQL refuses, and no name holds
    name, server = _split_user_id(term)
    needles = needles_of(name)
    limit = min(limit, MAX_LIMIT)
    if not needles or limit == 0:
        return FoundPeople((), limited=False)
    query = PeopleQuery(
        grams=grams_of_needles(needles),
        needles=[needle.folded for needle in needles],
        viewer_nid=viewer.user_nid,
        own_server=ctx.rooms.server_name,
        server=server,
        all_local=ctx.rooms.settings.search.all_local_users,
        exact=term.strip().lower(),
    )
    async with ctx.turns, ctx.rooms.db.transaction(readonly=True) as conn:
        try:
            users = await select_visible_users(conn, query, limit=limit + 1 + SPARE, timeout_ms=TIMEOUT_MS)
        except SearchTooCostly as error:
            raise Unavailable("The search takes too long: ask for more of the name") from error
    profiles = [profile for user in users if (profile := _shown_profile(user, needles)) is not None]
    return FoundPeople(profiles[:limit], limited=len(profiles) > limit)


def _split_user_id(term: str) -> tuple[str, str | None]:
    """Return what is looked for in names, and what the server must begin with where a user id is typed."""
    typed = term.strip()
    if not typed.startswith("@"):
        return typed, None
    localpart, colon, server = typed[1:].partition(":")
    return localpart, server.lower() if colon else None


def _shown_profile(user: VisibleUser, needles: Sequence[Needle]) -> JsonObject | None:
    """Return a profile as the searcher may see it; None where it is not by this that it was found."""
    if user.is_local:
        profiles = [(_loaded(user.name), _loaded(user.avatar))]
    else:
        contents = [read_event(member)["content"] for member in user.members]
        profiles = [(content.get("displayname"), content.get("avatar_url")) for content in contents]
    for name, avatar in profiles:
        shown = name if isinstance(name, str) else ""
        words = indexed_words(f"{localpart_of(user.user_id)} {shown}")
        if all(needle.folded in words for needle in needles):
            return _rendered(user, shown, avatar)
    return None


def _rendered(user: VisibleUser, name: str, avatar: object) -> JsonObject:
    profile: JsonObject = {"user_id": user.user_id}
    if name:
        profile["display_name"] = name
    if isinstance(avatar, str) and avatar:
        profile["avatar_url"] = avatar
    return profile


def _loaded(value: bytes | None) -> object:
    return None if value is None else orjson.loads(value)
