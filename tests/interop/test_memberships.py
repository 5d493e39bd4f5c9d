"""Memberships across servers: joins, invites, knocks, restricted joins, kicks and bans."""

import asyncio
from urllib.parse import quote

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, room_path, send, set_state
from tests.interop.conftest import Pair
from tests.interop.device import Device

RETRY_S = 0.25
RETRIES = 40


async def join_via(user: ApiClient, room: str, via: str) -> Reply:
    """Join a room by its id through a server, or by its alias."""
    return await user.post(f"/join/{quote(room, safe='')}", {}, via=via, server_name=via)


async def public_room(host: ApiClient, options: JsonObject, **more: object) -> str:
    return await create(host, preset="public_chat", **options, **more)  # type: ignore[arg-type]


@pytest.mark.often
async def test_guest_joins_by_alias_and_leaves(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    alias = f"lounge{host.user_id[1:].partition(':')[0]}"
    room_id = await public_room(host, room_options, room_alias_name=alias, name="Lounge", topic="All sorts")
    reply = await join_via(guest, f"#{alias}:{pair.host_name}", pair.host_name)
    assert reply.ok()["room_id"] == room_id
    device, host_device = await Device.of(guest), await Device.of(host)
    await host_device.until_member(room_id, guest.user_id, "join")
    await device.until(lambda d: d.room(room_id).content("m.room.topic").get("topic") == "All sorts")
    await device.until_member(room_id, host.user_id, "join")
    (await act(guest, room_id, "leave")).ok()
    await host_device.until_member(room_id, guest.user_id, "leave")


@pytest.mark.often
async def test_guest_is_invited_and_joins(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await create(host, preset="private_chat", name="Cabinet", **room_options)
    (await act(host, room_id, "invite", guest)).ok()
    device = await Device.of(guest)
    await device.until(lambda d: d.room(room_id).section == "invite")
    assert device.room(room_id).content("m.room.name") == {"name": "Cabinet"}
    (await guest.post(room_path(room_id, "/join"))).ok()
    host_device = await Device.of(host)
    await host_device.until_member(room_id, guest.user_id, "join")
    event_id = (await send(guest, room_id)).ok()["event_id"]
    await host_device.until_event(room_id, event_id)


async def test_guest_refuses_an_invite(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await create(host, preset="private_chat", **room_options)
    (await act(host, room_id, "invite", guest)).ok()
    device, host_device = await Device.of(guest), await Device.of(host)
    await device.until(lambda d: d.room(room_id).section == "invite")
    (await act(guest, room_id, "leave")).ok()
    await host_device.until_member(room_id, guest.user_id, "leave")


async def test_invite_is_taken_back(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await create(host, preset="private_chat", **room_options)
    (await act(host, room_id, "invite", guest)).ok()
    device = await Device.of(guest)
    await device.until(lambda d: d.room(room_id).section == "invite")
    (await act(host, room_id, "kick", guest)).ok()
    await device.until(lambda d: d.room(room_id).section == "leave")


@pytest.mark.often
async def test_guest_knocks_and_is_let_in(pair: Pair, host: ApiClient, guest: ApiClient) -> None:
    if pair.version == "6":
        pytest.skip("room version 6 has no knocking")
    room_id = await create(host, preset="private_chat", room_version=pair.version, name="Door")
    (await set_state(host, room_id, "m.room.join_rules", {"join_rule": "knock"})).ok()
    path = f"/knock/{quote(room_id, safe='')}"
    (await guest.post(path, {"reason": "hello?"}, via=pair.host_name, server_name=pair.host_name)).ok()
    device, host_device = await Device.of(guest), await Device.of(host)
    await device.until(lambda d: d.room(room_id).section == "knock")
    assert device.room(room_id).content("m.room.name") == {"name": "Door"}
    await host_device.until_member(room_id, guest.user_id, "knock")
    (await act(host, room_id, "invite", guest)).ok()
    await device.until(lambda d: d.room(room_id).section == "invite")
    (await guest.post(room_path(room_id, "/join"))).ok()
    await host_device.until_member(room_id, guest.user_id, "join")


@pytest.mark.often
async def test_member_of_another_room_joins_a_restricted_room(
    pair: Pair, host: ApiClient, guest: ApiClient
) -> None:
    if pair.version == "6":
        pytest.skip("room version 6 has no restricted joins")
    club = await public_room(host, {"room_version": pair.version})
    room_id = await create(host, preset="private_chat", room_version=pair.version)
    allow: JsonObject = {"type": "m.room_membership", "room_id": club}
    (await set_state(host, room_id, "m.room.join_rules", {"join_rule": "restricted", "allow": [allow]})).ok()
    assert (await join_via(guest, room_id, pair.host_name)).status == 403
    (await join_via(guest, club, pair.host_name)).ok()
    (await join_via(guest, room_id, pair.host_name)).ok()
    host_device = await Device.of(host)
    await host_device.until_member(room_id, guest.user_id, "join")
    joined = host_device.room(room_id).content("m.room.member", guest.user_id)
    assert joined["join_authorised_via_users_server"] == host.user_id


async def test_kicked_guest_may_come_back_and_a_banned_one_may_not(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await public_room(host, room_options)
    (await join_via(guest, room_id, pair.host_name)).ok()
    device = await Device.of(guest)
    (await act(host, room_id, "kick", guest)).ok()
    await device.until(lambda d: d.room(room_id).section == "leave")
    (await join_via(guest, room_id, pair.host_name)).ok()
    await device.until(lambda d: d.room(room_id).section == "join")
    (await act(host, room_id, "ban", guest)).ok()
    await device.until_member(room_id, guest.user_id, "ban")
    assert (await join_via(guest, room_id, pair.host_name)).status == 403
    (await act(host, room_id, "unban", guest)).ok()
    assert await _joins_in_the_end(guest, room_id, pair.host_name)


async def test_guest_with_power_kicks_and_bans(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    other = await pair.host()
    room_id = await public_room(host, room_options)
    for user in (guest, other):
        (await join_via(user, room_id, pair.host_name)).ok()
    device, host_device = await Device.of(guest), await Device.of(host)
    levels = {**host_device.room(room_id).content("m.room.power_levels")}
    levels["users"] = {**levels.get("users", {}), guest.user_id: 75}
    (await set_state(host, room_id, "m.room.power_levels", levels)).ok()
    await device.until(
        lambda d: guest.user_id in d.room(room_id).content("m.room.power_levels").get("users", {})
    )
    (await act(guest, room_id, "kick", other)).ok()
    await host_device.until_member(room_id, other.user_id, "leave")
    (await act(guest, room_id, "ban", other)).ok()
    await host_device.until_member(room_id, other.user_id, "ban")


async def _joins_in_the_end(user: ApiClient, room_id: str, via: str) -> bool:
    """Join again and again: the other server may not have heard of an unban yet."""
    for _ in range(RETRIES):
        if (await join_via(user, room_id, via)).status == 200:
            return True
        await asyncio.sleep(RETRY_S)
    return False
