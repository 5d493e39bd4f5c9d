"""What happened just before and after a found event, and how its people were called then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import EVERY_EVENT
from homeserver.rooms.history_tokens import BEGINNING, LIVE_END, Place, after, before
from homeserver.rooms.messages import load_members_of
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.walk_history import Walk, walk_history
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room

DEFAULT_LIMIT: Final = 5
MAX_LIMIT: Final = 20


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """How many events before and after each found one are shown, and whether their senders' profiles are."""

    before_limit: int = DEFAULT_LIMIT
    after_limit: int = DEFAULT_LIMIT
    include_profile: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`before` is newest first, `after` oldest first; `start` and `end` lead on from both sides."""

    before: Sequence[StoredEvent]
    after: Sequence[StoredEvent]
    start: Place
    end: Place
    profiles: dict[str, JsonObject]


async def load_surroundings(
    ctx: RoomsContext, viewer: Viewer, room: Room, event: StoredEvent, options: ContextOptions
) -> Surroundings:
    """Return what the viewer may see around an event that they may see. No other server is asked for more."""
    earlier = await walk_history(
        ctx,
        viewer,
        room,
        Walk(before(event), BEGINNING, True, min(options.before_limit, MAX_LIMIT), EVERY_EVENT),
    )
    later = await walk_history(
        ctx,
        viewer,
        room,
        Walk(after(event), LIVE_END, False, min(options.after_limit, MAX_LIMIT), EVERY_EVENT),
    )
    profiles: dict[str, JsonObject] = {}
    if options.include_profile:
        members = await load_members_of(ctx, room, [*earlier.events, event, *later.events])
        profiles = {pdu["state_key"]: _profile(pdu["content"]) for pdu in (m.load() for m in members)}
    return Surroundings(earlier.events, later.events, earlier.end, later.end, profiles)


def _profile(content: JsonObject) -> JsonObject:
    return {key: content[key] for key in ("displayname", "avatar_url") if isinstance(content.get(key), str)}
