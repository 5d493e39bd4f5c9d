"""What is said in a room: messages, edits, reactions, redactions, receipts, typing, presence, history."""

from urllib.parse import quote

import orjson
import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import room_path, send, set_state
from tests.interop.conftest import Pair
from tests.interop.device import Device
from tests.interop.test_memberships import join_via, public_room

HISTORY = 130


@pytest.fixture
async def shared_room(pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject) -> str:
    """A public room of the host that the guest has joined."""
    room_id = await public_room(host, room_options)
    (await join_via(guest, room_id, pair.host_name)).ok()
    await (await Device.of(host)).until_member(room_id, guest.user_id, "join")
    return room_id


@pytest.mark.often
async def test_messages_edits_reactions_and_redactions_arrive(
    host: ApiClient, guest: ApiClient, shared_room: str
) -> None:
    for sender, reader in ((host, guest), (guest, host)):
        device = await Device.of(reader)
        event_id = (await send(sender, shared_room)).ok()["event_id"]
        assert (await device.until_event(shared_room, event_id))["sender"] == sender.user_id

        edit = _edit(event_id, "better")
        edit_id = (await send(sender, shared_room, edit)).ok()["event_id"]
        await device.until_event(shared_room, edit_id)
        event = (await reader.get(room_path(shared_room, f"/event/{quote(event_id)}"))).ok()
        assert event["unsigned"]["m.relations"]["m.replace"]["event_id"] == edit_id

        relates_to: JsonObject = {"rel_type": "m.annotation", "event_id": event_id, "key": "+"}
        reaction = await send(reader, shared_room, {"m.relates_to": relates_to}, "m.reaction")
        await (await Device.of(sender)).until_event(shared_room, reaction.ok()["event_id"])

        path = room_path(shared_room, f"/redact/{quote(event_id)}/txn{quote(event_id[1:8])}")
        redaction_id = (await sender.put(path, {"reason": "no"})).ok()["event_id"]
        await device.until_event(shared_room, redaction_id)
        event = (await reader.get(room_path(shared_room, f"/event/{quote(event_id)}"))).ok()
        assert event["content"] == {}


async def test_state_set_on_either_side_is_the_same_on_both(
    host: ApiClient, guest: ApiClient, shared_room: str
) -> None:
    device, host_device = await Device.of(guest), await Device.of(host)
    levels = {**host_device.room(shared_room).content("m.room.power_levels")}
    levels["users"] = {**levels.get("users", {}), guest.user_id: 60}
    (await set_state(host, shared_room, "m.room.power_levels", levels)).ok()
    await device.until(
        lambda d: guest.user_id in d.room(shared_room).content("m.room.power_levels").get("users", {})
    )
    (await set_state(guest, shared_room, "m.room.topic", {"topic": "by the guest"})).ok()
    await host_device.until(
        lambda d: d.room(shared_room).content("m.room.topic") == {"topic": "by the guest"}
    )
    (await set_state(host, shared_room, "m.room.name", {"name": "by the host"})).ok()
    await device.until(lambda d: d.room(shared_room).content("m.room.name") == {"name": "by the host"})
    assert await state_ids(host, shared_room) == await state_ids(guest, shared_room)


@pytest.mark.any_version
@pytest.mark.often
async def test_receipts_typing_and_presence_arrive(
    host: ApiClient, guest: ApiClient, shared_room: str
) -> None:
    for sender, reader in ((host, guest), (guest, host)):
        device = await Device.of(reader)
        event_id = (await send(reader, shared_room)).ok()["event_id"]
        await (await Device.of(sender)).until_event(shared_room, event_id)
        (await sender.post(room_path(shared_room, f"/receipt/m.read/{quote(event_id)}"))).ok()
        read = f"m.read {sender.user_id}"
        await device.until(
            lambda d, read=read, event_id=event_id: (  # type: ignore[misc]
                d.room(shared_room).receipts.get(read, {}).get("event_id") == event_id
            )
        )
        typing = {"typing": True, "timeout": 30_000}
        path = room_path(shared_room, f"/typing/{quote(sender.user_id)}")
        (await sender.put(path, typing)).ok()
        await device.until(lambda d, user=sender.user_id: user in _typing(d, shared_room))  # type: ignore[misc]
        (await sender.put(path, {"typing": False})).ok()
        await device.until(lambda d, user=sender.user_id: user not in _typing(d, shared_room))  # type: ignore[misc]
        status = {"presence": "online", "status_msg": f"hello of {sender.user_id}"}
        (await sender.put(f"/presence/{quote(sender.user_id)}/status", status)).ok()
        await device.until(
            lambda d, user=sender.user_id, text=status["status_msg"]: (  # type: ignore[misc]
                d.presence.get(user, {}).get("status_msg") == text
            )
        )


async def test_history_before_the_join_is_fetched(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await public_room(host, room_options)
    sent = [(await send(host, room_id)).ok()["event_id"] for _ in range(HISTORY)]
    (await join_via(guest, room_id, pair.host_name)).ok()
    await (await Device.of(guest)).until_member(room_id, host.user_id, "join")
    found: list[str] = []
    page: dict[str, str | int] = {"dir": "b", "limit": 50}
    while True:
        answer = (await guest.get(room_path(room_id, "/messages"), **page)).ok()
        found += [event["event_id"] for event in answer["chunk"]]
        if "end" not in answer:
            break
        page["from"] = answer["end"]
    assert [event_id for event_id in reversed(found) if event_id in sent] == sent


async def test_history_of_a_room_for_joined_members_only_stays_closed(
    pair: Pair, host: ApiClient, guest: ApiClient, room_options: JsonObject
) -> None:
    room_id = await public_room(host, room_options)
    (await set_state(host, room_id, "m.room.history_visibility", {"history_visibility": "joined"})).ok()
    secret_id = (await send(host, room_id)).ok()["event_id"]
    (await join_via(guest, room_id, pair.host_name)).ok()
    await (await Device.of(guest)).until_member(room_id, host.user_id, "join")
    answer = (await guest.get(room_path(room_id, "/messages"), dir="b", limit=100)).ok()
    assert secret_id not in [event["event_id"] for event in answer["chunk"]]


async def state_ids(user: ApiClient, room_id: str) -> dict[tuple[str, str], str]:
    """Return the ids of the current state, as a member sees it."""
    events = (await user.get(room_path(room_id, "/state"))).body
    listed: list[JsonObject] = orjson.loads(events)
    return {(event["type"], event["state_key"]): event["event_id"] for event in listed}


def _edit(event_id: str, body: str) -> JsonObject:
    content: JsonObject = {"msgtype": "m.text", "body": body}
    relates_to: JsonObject = {"rel_type": "m.replace", "event_id": event_id}
    return {**content, "body": f"* {body}", "m.new_content": content, "m.relates_to": relates_to}


def _typing(device: Device, room_id: str) -> list[str]:
    users: list[str] = device.room(room_id).ephemeral.get("m.typing", {}).get("user_ids", [])
    return users
