"""The to-device extension: messages until their token comes back, which acknowledges them.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/3885
"""

import re
from typing import Final

import orjson

from homeserver.errors import InvalidParam
from homeserver.json_types import JsonObject
from homeserver.storage.positions import Stream
from homeserver.storage.to_device import delete_to_device_upto, select_to_device_after
from homeserver.sync.context import SyncContext
from homeserver.sync.sliding.request import ToDeviceRequest
from homeserver.sync.sliding.survey import Survey

WHOLE_POSITION: Final = 2**31 - 1
"""Stands for everything of a position, where a token's place would be in the middle of it."""

_TOKEN = re.compile(r"d1_([0-9a-z]{1,16})_([0-9]{1,18})_([0-9]{1,10})")


async def add_to_device(ctx: SyncContext, found: Survey, wanted: ToDeviceRequest) -> JsonObject:
    """Return the messages that the device has not acknowledged, oldest first, and drop those that it has."""
    since = _parse(ctx, wanted.since)
    place = since or (0, 0)
    device_nid, upto = found.request.viewer.device_nid, found.token.position
    if device_nid is None or not _may_have_news(ctx, found, device_nid, since):
        return _rendered(ctx, [], (max(upto, place[0]), WHOLE_POSITION))
    async with ctx.rooms.db.acquire() as conn:
        if since is not None:
            await delete_to_device_upto(conn, device_nid, since)
        messages = await select_to_device_after(conn, device_nid, place, upto, wanted.limit + 1)
    reached = (max(upto, place[0]), WHOLE_POSITION)
    if len(messages) > wanted.limit:
        messages = messages[: wanted.limit]
        reached = (messages[-1].position, messages[-1].ordinal)
    if messages:
        ctx.to_device_given[device_nid] = True
    return _rendered(ctx, [orjson.Fragment(message.json) for message in messages], reached)


def _may_have_news(ctx: SyncContext, found: Survey, device_nid: int, since: tuple[int, int] | None) -> bool:
    """Whether there may be messages to give, or given ones to drop; a token in the middle of some says so."""
    if since is None or since[1] != WHOLE_POSITION:
        return True
    moved = ctx.changes.of_user(found.request.viewer.user_nid, since[0]) & Stream.TO_DEVICE
    return bool(moved or ctx.to_device_given.pop(device_nid, None))


def _rendered(ctx: SyncContext, events: list[orjson.Fragment], reached: tuple[int, int]) -> JsonObject:
    return {"events": events, "next_batch": f"d1_{ctx.epoch}_{reached[0]}_{reached[1]}"}


def _parse(ctx: SyncContext, token: str | None) -> tuple[int, int] | None:
    """Return the place that a token stands for; one of another database acknowledges nothing."""
    if token is None:
        return None
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise InvalidParam("This is not a token of the to-device extension")
    if match[1] != ctx.epoch:
        return None
    return int(match[2]), min(int(match[3]), WHOLE_POSITION)
