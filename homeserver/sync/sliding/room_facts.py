"""What an answer tells of rooms beside events: names, whom to name them after, counts, and their place.

Only what has changed is told, and of rooms that the user is not in any more nothing that has changed since.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from homeserver.json_types import JsonObject
from homeserver.rooms.room_summary import RoomSummary
from homeserver.storage.memberships import select_heroes
from homeserver.storage.sliding_rooms import select_bump_stamps
from homeserver.storage.state import select_current_members
from homeserver.sync.context import SyncContext
from homeserver.sync.sliding.load_state import StateOfRoom
from homeserver.sync.sliding.required_state import MEMBER
from homeserver.sync.sliding.results import RoomResult
from homeserver.sync.sliding.survey import Survey

BUMPING: Final = (
    "m.room.create", "m.room.message", "m.room.encrypted", "m.sticker", "m.call.invite", "m.poll.start",
    "org.matrix.msc3381.poll.start", "m.beacon_info", "org.matrix.msc3672.beacon_info",
)  # fmt: skip
"""The types of events that count as activity to those who look at a list of rooms."""

NAME: Final = "m.room.name"
AVATAR: Final = "m.room.avatar"


async def add_facts(
    ctx: SyncContext, found: Survey, results: Collection[RoomResult], read: Mapping[int, StateOfRoom]
) -> None:
    """Add what has changed. `read` has the names and avatars of rooms left, as of then."""
    joined = [r for r in results if r.is_joined and r.state.changed_types != frozenset()]
    summaries = await ctx.rooms.summaries.of_rooms([result.nid for result in joined])
    for result in joined:
        result.facts = _facts(result, summaries[result.nid])
    unnamed = [r for r in joined if summaries[r.nid].name is None and _tells(r, MEMBER, NAME)]
    await _add_heroes(ctx, found, unnamed)
    for result in results:
        if not (result.is_joined or result.is_stripped):
            result.facts |= _facts_of_left(result, read.get(result.nid, {}))
    await _add_bump_stamps(ctx, found, results)


def _tells(result: RoomResult, *types: str) -> bool:
    changed = result.state.changed_types
    return changed is None or not changed.isdisjoint(types)


def _facts(result: RoomResult, summary: RoomSummary) -> JsonObject:
    facts: JsonObject = {}
    if _tells(result, NAME) and (summary.name is not None or not result.initial):
        facts["name"] = summary.name
    if _tells(result, AVATAR) and (summary.avatar_url is not None or not result.initial):
        facts["avatar"] = summary.avatar_url
    if _tells(result, MEMBER):
        facts["joined_count"] = summary.joined_members
        facts["invited_count"] = summary.invited_members
    return facts


def _facts_of_left(result: RoomResult, state: StateOfRoom) -> JsonObject:
    facts: JsonObject = {}
    for key, type_, member in (("name", NAME, "name"), ("avatar", AVATAR, "url")):
        event = state.get((type_, ""))
        value = event.load()["content"].get(member) if event is not None else None
        text = value if isinstance(value, str) and value else None
        if _tells(result, type_) and (text is not None or not result.initial):
            facts[key] = text
    return facts


async def _add_heroes(ctx: SyncContext, found: Survey, results: Sequence[RoomResult]) -> None:
    """Add the members to name rooms after; where nobody else is left, those who were there."""
    nids, viewer_nid = [result.nid for result in results], found.request.viewer.user_nid
    if not nids:
        return
    async with ctx.rooms.db.acquire() as conn:
        heroes = await select_heroes(conn, nids, ["join", "invite"], viewer_nid)
        lonely = [nid for nid in nids if nid not in heroes]
        heroes |= await select_heroes(conn, lonely, ["leave", "ban"], viewer_nid) if lonely else {}
        members = await select_current_members(
            conn, [(nid, hero.user_nid) for nid, found_here in heroes.items() for hero in found_here]
        )
    for result in results:
        profiles = {e.load()["state_key"]: e.load()["content"] for e in members.get(result.nid, ())}
        result.facts["heroes"] = [
            _hero(hero.user_id, profiles.get(hero.user_id, {})) for hero in heroes.get(result.nid, ())
        ]


def _hero(user_id: str, profile: JsonObject) -> JsonObject:
    hero: JsonObject = {"user_id": user_id}
    for key in ("displayname", "avatar_url"):
        if isinstance(profile.get(key), str):
            hero[key] = profile[key]
    return hero


async def _add_bump_stamps(ctx: SyncContext, found: Survey, results: Collection[RoomResult]) -> None:
    unknown: list[RoomResult] = []
    for result in results:
        if not result.is_joined:
            if result.initial or result.moved:
                result.facts["bump_stamp"] = result.membership.position
            continue
        newest = [e.position for e in result.timeline.events if e.type in BUMPING and e.position is not None]
        if newest and not result.expanded:
            result.facts["bump_stamp"] = newest[-1]
        elif result.initial or (result.timeline.limited and not result.expanded):
            unknown.append(result)
    if not unknown:
        return
    async with ctx.rooms.db.acquire() as conn:
        stamps = await select_bump_stamps(
            conn, [r.nid for r in unknown], found.token.position, BUMPING, sorted(found.rooms.ignored)
        )
    for result in unknown:
        result.facts["bump_stamp"] = stamps.get(result.nid, result.membership.position)
