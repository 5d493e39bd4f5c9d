"""Encryption of whole clients, however they follow the server."""

import pytest

from client_desktop.core.changes import Changes, DevicesChanged, MembersChanged, TimelineChanged
from client_desktop.core.client import Client
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.store.megolm import select_outbound
from client_desktop.core.values import ItemKind, SyncTransport
from tests.desktop.clients import Heard, OpenClient


@pytest.fixture(params=list(SyncTransport))
def only(request: pytest.FixtureRequest) -> SyncTransport:
    kind = request.param
    assert isinstance(kind, SyncTransport)
    return kind


async def reads(changes: Changes, client: Client, room_id: str, body: str) -> None:
    """Wait until a client shows a text that has arrived."""
    timeline = await client.timelines.open(room_id)

    def shown() -> bool:
        texts = [item for item in timeline.items if item.kind is ItemKind.TEXT and item.event_id]
        return any(text.body == body for text in texts)

    with Heard(changes, TimelineChanged) as heard:
        await heard.until(shown)
    timeline.close()


def session_of(client: Client, room_id: str) -> str | None:
    session = select_outbound(client.store.db, room_id)
    return None if session is None or session.discarded else session.session_id


async def test_new_devices_read_and_who_left_does_not(
    only: SyncTransport, open_client: OpenClient, changes: Changes
) -> None:
    alice, bob = await open_client("alice", only=only), await open_client("bob", only=only)
    room_id = await alice.rooms.create(CreateRoom(encrypted=True, invite=(bob.me.user_id,)))
    await bob.rooms.join(room_id)
    alice.outbox.send_text(room_id, "hello")
    await reads(changes, bob, room_id, "hello")
    first = session_of(alice, room_id)

    with Heard(changes, DevicesChanged) as heard:
        second = await open_client("bob", only=only)
        await heard.until(lambda: len(alice.crypto.devices.of_user(bob.me.user_id)) == 2)
    alice.outbox.send_text(room_id, "hello both of you")
    await reads(changes, second, room_id, "hello both of you")
    assert session_of(alice, room_id) == first

    with Heard(changes, MembersChanged) as left:
        await bob.rooms.leave(room_id)
        await left.until(lambda: session_of(alice, room_id) is None)
    alice.outbox.send_text(room_id, "are you gone?")
    await reads(changes, alice, room_id, "are you gone?")
    assert session_of(alice, room_id) not in (None, first)
