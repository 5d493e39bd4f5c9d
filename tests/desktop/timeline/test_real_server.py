"""Timelines of clients that follow a real homeserver."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from PIL import Image

from client_desktop.core.changes import NotificationRaised, NotificationWithdrawn
from client_desktop.core.client import Client
from client_desktop.core.timeline import Timeline
from client_desktop.core.values import ItemKind, SendState
from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.desktop.clients import OpenClient
from tests.desktop.timeline.waiting import seen, texts
from tests.desktop.waiting import until
from tests.support.fake_clock import FakeClock


async def send(user: ApiClient, room_id: str, body: str, **more: object) -> str:
    content = {"msgtype": "m.text", "body": body, **more}
    answer = await user.put(
        f"/_matrix/client/v3/rooms/{room_id}/send/m.room.message/{quote(body)}", json=content
    )
    event_id = answer.ok()["event_id"]
    assert isinstance(event_id, str)
    return event_id


async def opened(client: Client, room_id: str) -> Timeline:
    await until(lambda: client.rooms.summary(room_id) is not None)
    return await client.timelines.open(room_id)


async def test_history_is_loaded_page_by_page_to_the_beginning(
    open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    for number in range(70):
        await send(bob, room_id, f"m{number}")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    await until(lambda: "m69" in texts(timeline))
    while await timeline.back(20):
        pass
    assert texts(timeline) == [f"m{number}" for number in range(70)]
    assert timeline.items[0].kind is ItemKind.BEGINNING
    assert timeline.items[2].state_word == "created"


async def test_messages_sent_here_become_theirs_in_place(open_client: OpenClient, nobody: ApiClient) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    alice.outbox.send_text(room_id, "hello")
    echo = timeline.items[-1]
    assert echo.body == "hello"
    assert echo.event_id is None
    assert echo.send_state in (SendState.QUEUED, SendState.SENDING)
    await until(lambda: timeline.items[-1].event_id is not None)
    assert timeline.items[-1].key == echo.key
    assert timeline.items[-1].send_state is SendState.SENT


async def test_jump_to_an_old_event_and_forward_to_the_present(
    open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    ids = [await send(bob, room_id, f"m{number}") for number in range(120)]
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    await opened(alice, room_id)
    timeline = await alice.timelines.open(room_id, around_event=ids[10])
    assert "m10" in texts(timeline)
    assert not timeline.at_end
    while await timeline.forward(30):
        pass
    assert timeline.at_end
    while await timeline.back(30):
        pass
    assert texts(timeline) == [f"m{number}" for number in range(120)]
    await send(bob, room_id, "live")
    await until(lambda: texts(timeline)[-1] == "live")
    source = await alice.timelines.event_source(room_id, ids[10])
    assert source.event["event_id"] == ids[10]
    assert await alice.timelines.jump_to_date(room_id, 0) is not None


async def test_thread_is_read_whole_and_followed(
    open_client: OpenClient, nobody: ApiClient, clock: FakeClock
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    root = await send(bob, room_id, "root")
    for number in range(60):
        clock.advance(1000)
        relation = {"rel_type": "m.thread", "event_id": root}
        await send(bob, room_id, f"t{number}", **{"m.relates_to": relation})
        await send(bob, room_id, f"m{number}")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    main = await opened(alice, room_id)
    thread = await alice.timelines.open(room_id, thread_root=root)
    await until(lambda: "t59" in texts(thread))
    while await thread.back(50):
        pass
    assert texts(thread) == ["root", *(f"t{number}" for number in range(60))]
    clock.advance(1000)
    await send(bob, room_id, "t60", **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    await until(lambda: texts(thread)[-1] == "t60")
    assert "t60" not in texts(main)
    (item,) = await alice.timelines.threads(room_id)
    assert item.thread is not None
    assert (item.thread.count, item.thread.last_text) == (61, "t60")


async def test_new_message_is_told_and_taken_back_when_it_was_read(
    open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    await opened(alice, room_id)
    raised = seen(alice, NotificationRaised)
    withdrawn = seen(alice, NotificationWithdrawn)
    event_id = await send(bob, room_id, "psst")
    await until(lambda: len(raised) > 0)
    assert raised[0].notification.body == "psst"
    await alice.rooms.mark_read(room_id, event_id)
    await until(lambda: len(withdrawn) > 0)


async def test_gap_after_being_offline_is_filled(open_client: OpenClient, nobody: ApiClient) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    await opened(alice, room_id)
    await send(bob, room_id, "before")
    await until(lambda: alice.timelines.newest_event(room_id) is not None)
    session = alice.me
    await open_client.close(alice)
    for number in range(150):
        await send(bob, room_id, f"m{number}")
    alice = await open_client.resume(session)
    timeline = await opened(alice, room_id)
    await until(lambda: "m149" in texts(timeline))
    for _ in range(20):
        gaps = [item for item in timeline.items if item.kind is ItemKind.GAP]
        if not gaps:
            break
        assert gaps[0].event_id is not None
        await timeline.fill(gaps[0].event_id)
    shown = texts(timeline)
    assert shown == ["before", *(f"m{number}" for number in range(150))]


async def test_receipts_of_others_stand_at_what_they_read(open_client: OpenClient, nobody: ApiClient) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    alice.outbox.send_text(room_id, "read me")
    await until(lambda: timeline.items[-1].event_id is not None and timeline.items[-1].body == "read me")
    event_id = timeline.items[-1].event_id
    (await bob.post(f"/_matrix/client/v3/rooms/{room_id}/receipt/m.read/{event_id}", json={})).ok()
    await until(lambda: len(timeline.items[-1].receipts) == 1)
    assert timeline.items[-1].receipts[0].user_id == bob.user_id


async def test_edits_are_read_version_by_version(
    open_client: OpenClient, nobody: ApiClient, clock: FakeClock
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    event_id = await send(bob, room_id, "one")
    for body in ("two", "three"):
        clock.advance(1000)
        new = {"msgtype": "m.text", "body": body}
        relation = {"rel_type": "m.replace", "event_id": event_id}
        await send(bob, room_id, f"* {body}", **{"m.new_content": new, "m.relates_to": relation})
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    await until(lambda: texts(timeline) == ["three"])
    versions = await alice.timelines.edit_history(room_id, event_id)
    assert [version.body for version in versions] == ["one", "two", "three"]


async def test_pins_are_shown_wherever_they_are(open_client: OpenClient, nobody: ApiClient) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    event_id = await send(bob, room_id, "pin me")
    pins = {"pinned": [event_id, "$gone"]}
    (await bob.put(f"/_matrix/client/v3/rooms/{room_id}/state/m.room.pinned_events/", json=pins)).ok()
    for number in range(40):
        await send(bob, room_id, f"m{number}")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    await opened(alice, room_id)
    assert [item.body for item in await alice.timelines.pinned(room_id)] == ["pin me"]


async def test_encrypted_room_is_read_counted_and_marked_read(open_client: OpenClient) -> None:
    alice, bob = await open_client("alice"), await open_client("bob")
    room_id = (
        await alice.api.post(
            "/_matrix/client/v3/createRoom",
            {
                "preset": "private_chat",
                "invite": [bob.me.user_id],
                "initial_state": [
                    {
                        "type": "m.room.encryption",
                        "state_key": "",
                        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
                    }
                ],
            },
        )
    )["room_id"]
    await until(lambda: bob.rooms.summary(room_id) is not None)
    await bob.rooms.join(room_id)
    await until(lambda: _members(alice, room_id) == 2)
    raised = seen(bob, NotificationRaised)
    timeline = await opened(bob, room_id)
    alice.outbox.send_text(room_id, "secret")
    await until(lambda: "secret" in texts(timeline))
    await until(lambda: _unread(bob, room_id) == 1)
    assert [change.notification.body for change in raised] == ["secret"]
    assert timeline.items[-1].encrypted
    event_id = timeline.items[-1].event_id
    assert event_id is not None
    await bob.rooms.mark_read(room_id, event_id)
    await until(lambda: _unread(bob, room_id) == 0)


def _unread(client: Client, room_id: str) -> int:
    summary = client.rooms.summary(room_id)
    return -1 if summary is None else summary.unread


def _members(client: Client, room_id: str) -> int:
    summary = client.rooms.summary(room_id)
    return 0 if summary is None else summary.joined_members


async def test_start_without_a_network_shows_what_is_known(
    open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    await send(bob, room_id, "hello")
    await until(lambda: "hello" in texts(timeline))
    session = alice.me
    await open_client.close(alice)
    alice = await open_client.resume(session, start=False)
    timeline = await alice.timelines.open(room_id)
    assert "hello" in texts(timeline)


async def test_picture_shows_while_it_goes_up_and_after(open_client: OpenClient, tmp_path: Path) -> None:
    alice = await open_client("alice")
    room_id = (await alice.api.post("/_matrix/client/v3/createRoom", {}))["room_id"]
    timeline = await opened(alice, room_id)
    picture = tmp_path / "red.png"
    Image.new("RGB", (30, 20), "red").save(picture)
    await alice.outbox.send_file(room_id, picture)
    echo = timeline.items[-1]
    assert (echo.kind, echo.event_id) == (ItemKind.IMAGE, None)
    assert echo.media is not None
    assert echo.media.url.startswith("file:")
    await until(lambda: timeline.items[-1].event_id is not None)
    sent = timeline.items[-1]
    assert sent.key == echo.key
    assert sent.media is not None
    assert (sent.media.url[:6], sent.media.width, sent.media.height) == ("mxc://", 30, 20)


async def test_what_is_said_in_the_room_follows_an_edit_a_reaction_and_a_removal(
    open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    timeline = await opened(alice, room_id)
    alice.outbox.send_text(room_id, "helo")
    await until(lambda: timeline.items[-1].event_id is not None and timeline.items[-1].own)
    event_id = timeline.items[-1].event_id
    assert event_id is not None
    alice.outbox.react(room_id, event_id, "👍")
    await until(lambda: [each.my_event_id for each in timeline.items[-1].reactions] not in ([], [None]))
    alice.outbox.edit(room_id, event_id, "hello")
    await until(lambda: timeline.items[-1].body == "hello" and timeline.items[-1].edited)
    alice.outbox.redact(room_id, event_id)
    await until(lambda: timeline.items[-1].kind is ItemKind.REDACTED)
