"""What rooms do when accounts or other rooms change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountHooks
from homeserver.json_types import JsonValue
from homeserver.rooms.background_jobs import BackgroundJobs, background_jobs
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.depart import leave_all_rooms
from homeserver.rooms.guest_eviction import evict_guests
from homeserver.rooms.member_profiles import SHOWN_FIELDS
from homeserver.rooms.profile_updates import update_member_profiles
from homeserver.tailer import Batch


@asynccontextmanager
async def follow_accounts(ctx: RoomsContext, hooks: AccountHooks) -> AsyncIterator[BackgroundJobs]:
    """Carry profiles into rooms, take closed accounts out of them, and guests where they may not be.

    All of it happens in the background, for the length of the block.
    """
    async with background_jobs() as jobs:

        async def profile_changed(user_id: UserId, user_nid: int, field: str, value: JsonValue) -> None:
            if field in SHOWN_FIELDS:
                jobs.add(("profile", user_nid), partial(update_member_profiles, ctx, user_id, user_nid))

        async def deactivated(user_id: UserId, user_nid: int) -> None:
            jobs.add(("departure", user_nid), partial(leave_all_rooms, ctx, user_id, user_nid))

        def state_changed(batch: Batch) -> None:
            for event in batch.events:
                if event.type == "m.room.guest_access" and event.key_nid is not None:
                    jobs.add(("guests", event.room_nid), partial(evict_guests, ctx, event.room_nid))

        hooks.on_profile_changed.append(profile_changed)
        hooks.on_deactivated.append(deactivated)
        ctx.tailer.subscribe(state_changed)
        yield jobs
