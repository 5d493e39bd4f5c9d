"""Two desktops in an encrypted room: texts, files, replies, edits and reactions arrive as they were meant."""

import asyncio
from pathlib import Path

from client_desktop.core.changes import Changes, SendQueueChanged, TimelineChanged
from client_desktop.core.client import Client
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.values import ItemKind, TimelineItem
from tests.desktop.clients import Heard, OpenClient
from tests.desktop.media.test_fetching import photo


async def shown(
    changes: Changes, client: Client, room_id: str, kind: ItemKind, count: int
) -> list[TimelineItem]:
    """Wait until a client shows so many items of a kind that are not on their way any more."""
    timeline = await client.timelines.open(room_id)

    def found() -> list[TimelineItem]:
        return [item for item in timeline.items if item.kind is kind and item.event_id is not None]

    with Heard(changes, TimelineChanged) as heard:
        await heard.until(lambda: len(found()) >= count)
    items = found()
    timeline.close()
    return items


async def test_what_one_sends_the_other_reads_in_an_encrypted_room(
    open_client: OpenClient, changes: Changes, tmp_path: Path
) -> None:
    alice, bob = await open_client("alice"), await open_client("bob")
    room_id = await alice.rooms.create(CreateRoom(encrypted=True, invite=(bob.me.user_id,)))
    await bob.rooms.join(room_id)

    path = tmp_path / "photo.jpg"
    path.write_bytes(photo())
    first = alice.outbox.send_text(room_id, "hello **you**")
    await alice.outbox.send_file(room_id, path, caption="a caption")
    alice.outbox.send_text(room_id, "a reply", reply_to=first)
    with Heard(changes, SendQueueChanged) as heard:
        await heard.until(lambda: not alice.outbox.pending(room_id))

    texts = await shown(changes, bob, room_id, ItemKind.TEXT, 2)
    assert [text.body for text in texts] == ["hello **you**", "a reply"]
    assert "<strong>you</strong>" in texts[0].html
    assert texts[1].reply is not None
    assert texts[1].reply.event_id == texts[0].event_id
    assert all(text.encrypted for text in texts)
    (image,) = await shown(changes, bob, room_id, ItemKind.IMAGE, 1)
    assert image.media is not None
    assert image.media.caption == "a caption"
    assert (await bob.media.fetch(image.media)).read_bytes() == path.read_bytes()
    assert (await bob.media.fetch(image.media, (640, 480))).exists()
    own = await shown(changes, alice, room_id, ItemKind.IMAGE, 1)
    assert own[0].media is not None
    assert (await alice.media.fetch(own[0].media)).read_bytes() == path.read_bytes()

    assert texts[0].event_id is not None
    alice.outbox.edit(room_id, texts[0].event_id, "hello both")
    bob.outbox.react(room_id, texts[0].event_id, "👋")
    timeline = await bob.timelines.open(room_id)

    def edited() -> bool:
        return any(
            item.body == "hello both" and item.edited and [one.key for one in item.reactions] == ["👋"]
            for item in timeline.items
        )

    with Heard(changes, TimelineChanged) as changed:
        await changed.until(edited)
    timeline.close()
    await asyncio.sleep(0)
