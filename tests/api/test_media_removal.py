"""Files that are taken away: one by one, a user's, those of a room, those that nobody asks for."""

import pytest

from homeserver.accounts.find import find_account
from homeserver.errors import NotFound
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.media.janitor import write_access_times
from homeserver.media.remove import (
    delete_media,
    delete_media_of_events,
    delete_media_of_user,
    delete_unused_media,
    quarantine_media_of_room,
    quarantine_media_of_user,
)
from homeserver.storage.events import select_events
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send
from tests.api.test_media import DOWNLOAD, upload
from tests.support.fake_clock import FakeClock
from tests.support.pictures import png


async def status(user: ApiClient, address: str) -> int:
    return (await user.get(f"{DOWNLOAD}/{address}")).status


async def test_a_users_files_are_quarantined_released_and_deleted(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    first, second = await upload(alice, b"one"), await upload(alice, b"two")
    same_bytes, other = await upload(bob, b"one"), await upload(bob, b"three")
    nid = (await find_account(services.accounts, "alice")).user_nid
    assert await quarantine_media_of_user(services.media, nid) == 2
    assert [await status(bob, a) for a in (first, second, same_bytes, other)] == [404, 404, 404, 200]
    assert await status(bob, await upload(bob, b"two")) == 404, "the bytes are refused, whoever brings them"
    assert await quarantine_media_of_user(services.media, nid, quarantined=False) == 2
    assert [await status(bob, a) for a in (first, same_bytes)] == [200, 200]
    assert await delete_media_of_user(services.media, nid) == 2
    assert [await status(bob, a) for a in (first, second, same_bytes)] == [404, 404, 200]
    origin, media_id = other.split("/")
    await delete_media(services.media, origin, media_id)
    assert await status(bob, other) == 404
    with pytest.raises(NotFound):
        await delete_media(services.media, origin, media_id)


async def test_synapse_19639_no_parameter_leads_around_a_quarantine(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    """Whoever knew a parameter meant for administrators was once given what was quarantined."""
    address = await upload(alice, png(400, 300), "image/png")
    nid = (await find_account(services.accounts, "alice")).user_nid
    assert await quarantine_media_of_user(services.media, nid) == 1
    thumbnail = f"/_matrix/client/v1/media/thumbnail/{address}"
    for user in (alice, bob):
        for name in ("admin_unsafely_bypass_quarantine", "allow_quarantined", "allow_remote"):
            params = {name: "true"}
            assert (await user.get(f"{DOWNLOAD}/{address}", **params)).status == 404
            assert (await user.get(f"{DOWNLOAD}/{address}/x.png", **params)).status == 404
            assert (await user.get(thumbnail, width=32, height=32, **params)).status == 404


async def test_files_of_a_room_go_only_with_who_uploaded_them(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    own, foreign = await upload(alice, b"own"), await upload(bob, b"foreign")
    contents: list[JsonObject] = [
        {"body": "x", "msgtype": "m.image", "url": f"mxc://{address}"} for address in (own, foreign)
    ]
    ids = [(await send(alice, room_id, content)).ok()["event_id"] for content in contents]
    async with services.db.acquire() as conn:
        events = await select_events(conn, ids)
    assert await delete_media_of_events(services.media, [e.event_nid for e in events.values()]) == 1
    assert [await status(bob, address) for address in (own, foreign)] == [404, 200]
    room_nid = next(iter(events.values())).room_nid
    assert await quarantine_media_of_room(services.media, room_nid) == 1
    assert await status(bob, foreign) == 404


async def test_files_that_nobody_asks_for_expire_but_avatars_and_quarantined_ones(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    left, used, avatar = [await upload(alice, data) for data in (b"left", b"used", b"avatar")]
    path = f"/profile/{alice.user_id}/avatar_url"
    (await alice.put(path, {"avatar_url": f"mxc://{avatar}"})).ok()
    clock.advance(10_000_000)
    assert await status(alice, used) == 200
    await write_access_times(services.media)
    before_ms = clock.now_ms() - 1_000_000
    assert await delete_unused_media(services.media, local=False, before_ms=before_ms) == 0
    assert await delete_unused_media(services.media, local=True, before_ms=before_ms) == 1
    assert [await status(alice, address) for address in (left, used, avatar)] == [404, 200, 200]
    nid = (await find_account(services.accounts, "alice")).user_nid
    await quarantine_media_of_user(services.media, nid)
    clock.advance(10_000_000)
    await write_access_times(services.media)
    assert await delete_unused_media(services.media, local=True, before_ms=clock.now_ms()) == 0
