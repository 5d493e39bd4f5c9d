"""What waits for better times goes on when they come, and what will never go says so."""

from dataclasses import replace
from pathlib import Path

import pytest

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.changes import RoomsChanged, SendQueueChanged
from client_desktop.core.media.describe import FileHints
from client_desktop.core.media.errors import FileGone
from client_desktop.core.outbox.contents import polls
from client_desktop.core.outbox.contents.messages import Written
from client_desktop.core.outbox.file_store import FileStore
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.outbox.ports import KnownEvent, NoEncryption, NothingKept, NothingKnown
from client_desktop.core.store import Store
from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary, SendState
from tests.desktop.clients import Heard
from tests.desktop.outbox.conftest import Desk
from tests.desktop.outbox.test_send_queue import all_sent, until

MESSAGES_A_SECOND = {"message": {"per_second": 1, "burst": 2}}


@pytest.mark.parametrize("overrides", [{"limits": {"enabled": True, **MESSAGES_A_SECOND}}])
async def test_a_server_that_wants_patience_gets_it(desk: Desk, room_id: str) -> None:
    ids = [desk.outbox.send_text(room_id, f"number {number}") for number in range(3)]

    def waits() -> bool:
        entry = desk.outbox._queue.get(ids[2])
        tried = entry is not None and entry.tried_since_ms is not None
        return tried and desk.outbox.items(room_id)[0].state is SendState.QUEUED

    await until(desk.changes, waits)
    assert [item.txn_id for item in desk.outbox.items(room_id)] == ids[2:]
    desk.clock.advance(5000)
    desk.outbox.wake()
    await until(desk.changes, all_sent(desk.outbox, room_id))
    assert await desk.bodies(room_id) == [f"number {number}" for number in range(3)]


async def test_what_is_written_after_a_sign_out_goes_after_the_next_sign_in(desk: Desk, room_id: str) -> None:
    other = await desk.plain.log_in("alice", device_id=desk.me.device_id)  # ends the token we have
    desk.outbox.send_text(room_id, "still here")
    await until(desk.changes, lambda: desk.outbox.items(room_id)[0].state is SendState.SENDING)
    await until(desk.changes, lambda: desk.outbox.items(room_id)[0].state is SendState.QUEUED)
    assert other.access_token is not None
    desk.me = replace(desk.me, access_token=other.access_token)
    desk.plain = other
    outbox = await desk.open()
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == ["still here"]


def summary(room_id: str) -> RoomSummary:
    return RoomSummary(
        room_id=room_id,
        name="Room",
        avatar_url=None,
        topic="",
        canonical_alias=None,
        kind=RoomKind.ROOM,
        membership=Membership.JOIN,
        section=RoomSection.ROOMS,
        direct_user=None,
        encrypted=False,
        room_version="12",
        joined_members=1,
        invited_members=0,
        unread=0,
        mentions=0,
        marked_unread=False,
        muted=False,
        muted_until_ms=None,
        order=None,
        last_text="",
        last_sender=None,
        last_sender_name="",
        last_at_ms=0,
        typing=(),
        draft=False,
        parents=(),
        successor=None,
        invite=None,
        fully_read_event=None,
    )


async def test_a_room_that_sync_has_not_brought_yet_is_waited_for(
    desk: Desk, room_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    known: set[str] = set()
    store = Store.open_in_memory()
    api = Api(desk.me.homeserver_url, desk.http, FixedToken(desk.me.access_token))
    outbox = Outbox(
        desk.me.user_id,
        api,
        store,
        desk.changes,
        desk.clock,
        tmp_path / "other",
        knows_room=lambda room: room in known,
    )
    await outbox.start()
    outbox.send_text(room_id, "too early")
    await until(desk.changes, lambda: outbox._rooms_out.is_waiting_for(room_id))
    desk.changes.publish(RoomsChanged("@bob:example.org", (summary(room_id),)))
    desk.changes.publish(RoomsChanged(desk.me.user_id, (summary("!other:example.org"),)))
    assert await desk.said(room_id) == []
    known.add(room_id)
    desk.changes.publish(RoomsChanged(desk.me.user_id, (summary(room_id),)))
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == ["too early"]

    monkeypatch.setattr("client_desktop.core.outbox.rooms_out.ROOM_WAIT_S", 0.01)
    outbox.send_text("!never:example.org", "hello?")
    with Heard(desk.changes, SendQueueChanged) as heard:
        await heard.until(lambda: outbox.items("!never:example.org")[0].state is SendState.FAILED)
    assert outbox.items("!never:example.org")[0].error_word == "room_not_here"
    await outbox.close()
    store.close()


class Known:
    """One message of Bob's in a thread, and one picture of ours."""

    def __init__(self, message_id: str, root_id: str) -> None:
        self._message_id = message_id
        self._root_id = root_id

    def event(self, room_id: str, event_id: str) -> KnownEvent | None:
        if event_id != self._message_id:
            return None
        return KnownEvent("m.room.message", "@bob:example.org", {"msgtype": "m.text", "body": "old"}, "")

    def latest_in_thread(self, room_id: str, root_id: str) -> str | None:
        return None


class KnownPoll(NothingKnown):
    """Knows a poll."""

    def event(self, room_id: str, event_id: str) -> KnownEvent | None:
        return KnownEvent(polls.START, "@bob:example.org", polls.poll_start("Tea?", ["yes", "no"]), "")


async def test_a_poll_that_ends_without_a_text_says_what_it_asked(desk: Desk, room_id: str) -> None:
    outbox = desk.prepare(events=KnownPoll())
    outbox.end_poll(room_id, "$poll")
    (echo,) = outbox.pending(room_id)
    assert echo.content["body"] == "Tea?"


async def test_everything_that_can_be_said_arrives(desk: Desk, room_id: str) -> None:
    root = (await desk.plain.put(f"/rooms/{room_id}/send/m.room.message/1", {"body": "x"})).ok()["event_id"]
    outbox = await desk.open(events=Known(root, root))
    outbox.send_sticker(room_id, "wave", "mxc://example.org/wave", {"w": 1}, thread=root)
    outbox.send_location(room_id, "Home", "geo:1,2", "where I live")
    outbox.start_poll(room_id, "Tea?", ["yes", "no"])
    outbox.send_written(room_id, Written("waves", "<b>waves</b>"), msgtype="m.emote")
    outbox.send(room_id, "org.example.odd", {"m.relates_to": {"rel_type": "org.example"}, "x": 1})
    outbox.edit(room_id, root, "new")
    outbox.edit(room_id, "$unknown", "caption", earlier={"msgtype": "m.image", "body": "a.png"})
    outbox.forward("m.room.message", {"msgtype": "m.text", "body": "forwarded"}, room_id)
    outbox.send_text(room_id, "reply", reply_to=root, mentions=["@carol:example.org"])
    await until(desk.changes, all_sent(outbox, room_id))
    said = await desk.said(room_id)
    by_type = [event["type"] for event in said]
    assert by_type[1:4] == ["m.sticker", "m.room.message", "org.matrix.msc3381.poll.start"]
    sticker, place, poll, emote, odd, edit, caption, forwarded, reply = [
        event["content"] for event in said[1:]
    ]
    assert sticker["m.relates_to"]["event_id"] == root
    assert place["geo_uri"] == "geo:1,2"
    assert emote["msgtype"] == "m.emote"
    assert emote["formatted_body"] == "<b>waves</b>"
    assert odd["m.relates_to"] == {"rel_type": "org.example"}
    assert edit["m.new_content"]["body"] == "new"
    assert caption["m.new_content"]["filename"] == "a.png"
    assert (forwarded["body"], "m.relates_to" in forwarded) == ("forwarded", False)
    assert reply["m.mentions"] == {"user_ids": ["@bob:example.org", "@carol:example.org"]}

    poll_id = next(event["event_id"] for event in said if event["content"] == poll)
    answer = poll["org.matrix.msc3381.poll.start"]["answers"][0]["id"]
    outbox.vote(room_id, poll_id, [answer])
    outbox.end_poll(room_id, poll_id, "over")
    own = outbox.redact(room_id, root, "enough")
    await until(desk.changes, all_sent(outbox, room_id))
    assert [echo.content.get("redacts") for echo in outbox.pending(room_id) if echo.txn_id == own] == [root]
    vote, end, redaction = (await desk.said(room_id))[-3:]
    assert vote["content"]["org.matrix.msc3381.poll.response"] == {"answers": [answer]}
    assert end["type"] == "org.matrix.msc3381.poll.end"
    assert redaction["content"]["reason"] == "enough"
    assert outbox.redact(room_id, own) != own, "what was sent is redacted by its event"


def test_a_disk_without_room_takes_no_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = FileStore(tmp_path / "outbox")
    source = tmp_path / "file"
    source.write_bytes(b"x")
    monkeypatch.setattr("client_desktop.core.outbox.file_store.FREE_BYTES", 1 << 60)
    with pytest.raises(FileGone, match="full"):
        files.copy("p1", "file", source)
    with pytest.raises(FileGone):
        files.copy("p1", "file", tmp_path / "nothing")


async def test_without_neighbors_everything_is_in_clear_and_nothing_known(tmp_path: Path) -> None:
    assert await NoEncryption().encrypt("!r", "m.x", {"a": 1}) == ("m.x", {"a": 1})
    assert NothingKnown().event("!r", "$1") is None
    assert NothingKnown().latest_in_thread("!r", "$1") is None
    await NothingKept().keep("mxc://a/b", tmp_path)
    assert FileHints().still is None
