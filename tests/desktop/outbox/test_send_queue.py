"""What is written is sent in order, once, through outages, restarts and second thoughts."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import pytest

from client_desktop.core.changes import Changes, SendQueueChanged, SyncStateChanged
from client_desktop.core.errors import ClientError, NotAllowed
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.outbox.errors import NotInQueue
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.store.outbox import OutboxEntry
from client_desktop.core.values import SendState, SyncState
from tests.desktop.clients import Heard
from tests.desktop.homeserver import Homeserver
from tests.desktop.outbox.conftest import Desk
from tests.desktop.waiting import PATIENCE_S


async def until(changes: Changes, holds: Callable[[], bool]) -> None:
    with Heard(changes, SendQueueChanged) as heard:
        await heard.until(holds)


def all_sent(outbox: Outbox, room_id: str) -> Callable[[], bool]:
    return lambda: not outbox.items(room_id)


async def test_messages_arrive_in_the_order_of_writing(desk: Desk, room_id: str) -> None:
    texts = [f"number {number}" for number in range(12)]
    ids = [desk.outbox.send_text(room_id, text) for text in texts]
    assert [item.txn_id for item in desk.outbox.items(room_id)] == ids
    assert desk.outbox.pending(room_id)[0].content["body"] == "number 0"
    await until(desk.changes, all_sent(desk.outbox, room_id))
    assert await desk.bodies(room_id) == texts
    echoes = desk.outbox.pending(room_id)
    assert {echo.state for echo in echoes} == {SendState.SENT}
    said = await desk.said(room_id)
    assert [echo.event_id for echo in echoes] == [event["event_id"] for event in said]
    for event in said:
        desk.outbox.remote_echo(room_id, event["unsigned"]["transaction_id"], event["event_id"])
    assert desk.outbox.pending(room_id) == ()


async def test_a_queue_killed_in_the_middle_goes_on_without_gaps_or_doubles(
    desk: Desk, room_id: str, homeserver: Homeserver
) -> None:
    texts = [f"number {number}" for number in range(10)]
    for text in texts:
        desk.outbox.send_text(room_id, text)
    half = 4

    def half_is_sent() -> bool:
        return sum(echo.state is SendState.SENT for echo in desk.outbox.pending(room_id)) >= half

    await until(desk.changes, half_is_sent)
    outbox = await desk.open()  # the request under way is cut off: it may have arrived or not
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == texts


async def test_a_program_that_is_killed_loses_and_repeats_nothing(
    desk: Desk, room_id: str, homeserver: Homeserver
) -> None:
    await desk.close()
    me, count = desk.me, 12
    arguments = (homeserver.url, me.user_id, me.device_id, me.access_token, desk.folder, room_id, count)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.desktop.outbox.killed_sender", *map(str, arguments), stdout=PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        assert await process.stdout.readline() == b"enough\n"
    process.kill()
    await process.wait()
    outbox = desk.prepare()
    assert outbox.items(room_id), "it was killed in the middle"
    await outbox.start()
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == [f"number {number}" for number in range(count)]


async def test_what_is_written_without_a_network_goes_when_it_is_back(
    desk: Desk, room_id: str, homeserver: Homeserver
) -> None:
    await homeserver.stop()
    desk.outbox.send_text(room_id, "first")
    outbox = await desk.open()
    second = outbox.send_text(room_id, "second")
    await until(desk.changes, lambda: outbox.items(room_id)[0].state is SendState.SENDING)
    await until(desk.changes, lambda: outbox.items(room_id)[0].state is SendState.QUEUED)
    assert [item.state for item in outbox.items(room_id)] == [SendState.QUEUED, SendState.QUEUED]
    outbox.cancel(second)
    outbox.send_text(room_id, "third")
    await homeserver.start()
    desk.changes.publish(SyncStateChanged(desk.me.user_id, SyncState.LIVE))
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == ["first", "third"]


async def test_what_may_have_arrived_long_ago_waits_until_sync_has_shown_it(desk: Desk, room_id: str) -> None:
    """A server forgets transaction ids: after days the same id would be a second message."""
    await desk.outbox.close()
    txn_id = desk.outbox.send_text(room_id, "perhaps")
    later = desk.outbox.send_text(room_id, "afterwards")
    desk.outbox._queue.tried(txn_id)
    desk.clock.advance(3_600_000)
    outbox = await desk.open()
    await asyncio.sleep(0)
    assert [item.state for item in outbox.items(room_id)] == [SendState.QUEUED, SendState.QUEUED]
    outbox.remote_echo(room_id, txn_id, "$had-arrived")
    assert [item.txn_id for item in outbox.items(room_id)] == [later]
    desk.changes.publish(SyncStateChanged(desk.me.user_id, SyncState.LIVE))
    await until(desk.changes, all_sent(outbox, room_id))
    assert await desk.bodies(room_id) == ["afterwards"]


async def test_what_failed_lets_the_others_pass_and_can_be_tried_again(
    desk: Desk, room_id: str, nobody: object
) -> None:
    too_large = desk.outbox.send_text(room_id, "x" * 70_000)
    reply = desk.outbox.send_text(room_id, "a reply to it", reply_to=too_large)
    desk.outbox.send_text(room_id, "something else")
    await until(desk.changes, lambda: desk.outbox.items(room_id)[0].state is SendState.FAILED)
    await until(desk.changes, lambda: len(desk.outbox.items(room_id)) == 2)
    failed, waiting = desk.outbox.items(room_id)
    assert (failed.txn_id, failed.error_word, failed.can_retry) == (too_large, "too_large", True)
    assert (waiting.txn_id, waiting.state) == (reply, SendState.QUEUED)
    assert await desk.bodies(room_id) == ["something else"]

    assert desk.outbox.edit(room_id, too_large, "short now") == too_large
    desk.outbox.retry(too_large)
    await until(desk.changes, all_sent(desk.outbox, room_id))
    said = await desk.said(room_id)
    assert [event["content"]["body"] for event in said] == ["something else", "short now", "a reply to it"]
    answered = said[2]["content"]["m.relates_to"]["m.in_reply_to"]["event_id"]
    assert answered == said[1]["event_id"]
    with pytest.raises(NotInQueue):
        desk.outbox.retry("nobody knows")


async def test_throwing_away_takes_what_depends_on_it(desk: Desk, room_id: str) -> None:
    bad = desk.outbox.send_text(room_id, "x" * 70_000)
    desk.outbox.react(room_id, bad, "👍")
    desk.outbox.send_text(room_id, "in its thread", thread=bad)
    await until(desk.changes, lambda: desk.outbox.items(room_id)[0].state is SendState.FAILED)
    assert desk.outbox.redact(room_id, bad) == bad
    assert desk.outbox.pending(room_id) == ()
    assert await desk.bodies(room_id) == []
    with pytest.raises(NotInQueue):
        desk.outbox.cancel(bad)


@pytest.mark.parametrize("echo_first", [False, True])
async def test_what_is_thrown_away_on_the_wire_is_redacted(
    desk: Desk, room_id: str, monkeypatch: pytest.MonkeyPatch, echo_first: bool
) -> None:
    sender = desk.outbox._rooms_out._sender
    put, arrived, go = sender._put, asyncio.Event(), asyncio.Event()

    async def slow(entry: OutboxEntry, event_type: str, content: ReadonlyJsonObject) -> JsonObject:
        answer = await put(entry, event_type, content)
        arrived.set()
        await go.wait()
        return answer

    monkeypatch.setattr(sender, "_put", slow)
    txn_id = desk.outbox.send_text(room_id, "no, wait")
    await arrived.wait()
    desk.outbox.cancel(txn_id)
    assert desk.outbox.pending(room_id) == ()
    if echo_first:
        (event,) = await desk.said(room_id)
        desk.outbox.remote_echo(room_id, txn_id, event["event_id"])
        assert [echo.event_type for echo in desk.outbox.pending(room_id)] == ["m.room.redaction"]
    go.set()

    def redacted() -> bool:
        echoes = desk.outbox.pending(room_id)
        return [echo.state for echo in echoes] == [SendState.SENT]

    await until(desk.changes, redacted)
    message, redaction = await desk.said(room_id)
    assert (message["content"], redaction["type"]) == ({}, "m.room.redaction")


async def test_an_echo_that_overtakes_the_answer_ends_the_sending(
    desk: Desk, room_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = desk.outbox._rooms_out._sender
    put, arrived, go = sender._put, asyncio.Event(), asyncio.Event()

    async def slow(entry: OutboxEntry, event_type: str, content: ReadonlyJsonObject) -> JsonObject:
        answer = await put(entry, event_type, content)
        arrived.set()
        await go.wait()
        return answer

    monkeypatch.setattr(sender, "_put", slow)
    txn_id = desk.outbox.send_text(room_id, "fast")
    desk.outbox.react(room_id, txn_id, "🐇")
    await arrived.wait()
    (event,) = await desk.said(room_id)
    desk.outbox.remote_echo("!other:example.org", txn_id, event["event_id"])
    desk.outbox.remote_echo(room_id, txn_id, event["event_id"])
    assert [echo.event_type for echo in desk.outbox.pending(room_id)] == ["m.reaction"]
    go.set()
    await until(desk.changes, all_sent(desk.outbox, room_id))
    assert (await desk.said(room_id))[1]["content"]["m.relates_to"]["event_id"] == event["event_id"]
    with pytest.raises(NotInQueue):
        desk.outbox.cancel(txn_id)


async def test_a_reaction_edit_and_redaction_of_what_waits_follow_it(desk: Desk, room_id: str) -> None:
    await desk.outbox.close()
    outbox = desk.outbox
    first = outbox.send_text(room_id, "frist")
    outbox.edit(room_id, first, "first")
    outbox.react(room_id, first, "🎉")
    gone = outbox.send_text(room_id, "never mind")
    outbox.redact(room_id, gone, "a mistake")
    outbox = await desk.open()
    await until(desk.changes, all_sent(outbox, room_id))
    message, reaction = await desk.said(room_id)
    assert message["content"]["body"] == "first"
    assert reaction["content"]["m.relates_to"] == {
        "rel_type": "m.annotation",
        "event_id": message["event_id"],
        "key": "🎉",
    }
    outbox.edit(room_id, first, "first of all")
    again = outbox.react(room_id, message["event_id"], "🎉")
    await until(desk.changes, all_sent(outbox, room_id))
    assert again not in {echo.txn_id for echo in outbox.pending(room_id)}, "the server had it already"
    edit = (await desk.said(room_id))[-1]
    assert edit["content"]["m.new_content"]["body"] == "first of all"
    assert edit["content"]["m.relates_to"]["event_id"] == message["event_id"]
    with pytest.raises(NotAllowed):
        outbox.edit(room_id, "$nobody-knows", "text")


async def test_a_room_that_refuses_does_not_hold_up_another(desk: Desk, room_id: str) -> None:
    lost = "!nowhere:example.org"
    refused = desk.outbox.send_text(lost, "hello?")
    desk.outbox.send_text(room_id, "hello")
    await until(desk.changes, all_sent(desk.outbox, room_id))
    await until(desk.changes, lambda: desk.outbox.items(lost)[0].state is SendState.FAILED)
    assert desk.outbox.items(lost)[0].error_word in ("forbidden", "not_found")
    (await desk.plain.get("/account/whoami")).ok()
    desk.outbox.retry_all(lost)
    assert desk.outbox.items(lost)[0].txn_id == refused


class Sealing:
    """An encryption that shows what it was given, and fails when told to."""

    def __init__(self) -> None:
        self.trouble: Exception | None = None

    def is_encrypted(self, room_id: str) -> bool:
        return True

    async def encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, JsonObject]:
        if self.trouble is not None:
            raise self.trouble
        return "m.room.encrypted", {"algorithm": "of a test", "ciphertext": f"{event_type} sealed"}


async def test_what_cannot_be_encrypted_is_never_sent_in_clear(desk: Desk, room_id: str) -> None:
    sealing = Sealing()
    outbox = await desk.open(sealing)
    sealing.trouble = ClientError("no keys")
    outbox.send_text(room_id, "secret")
    await until(desk.changes, lambda: outbox.items(room_id)[0].state is SendState.FAILED)
    sealing.trouble = ValueError("a mistake of ours")
    outbox.retry_all(room_id)
    await until(desk.changes, lambda: outbox.items(room_id)[0].state is SendState.SENDING)
    await until(desk.changes, lambda: outbox.items(room_id)[0].state is SendState.FAILED)
    assert outbox.items(room_id)[0].error_word == "unknown"
    assert await desk.said(room_id) == []
    sealing.trouble = None
    outbox.retry_all(room_id)
    await until(desk.changes, all_sent(outbox, room_id))
    (event,) = await desk.said(room_id)
    assert event["type"] == "m.room.encrypted"
    assert event["content"]["ciphertext"] == "m.room.message sealed"
    assert outbox.pending(room_id)[0].content["body"] == "secret"
    assert outbox.pending(room_id)[0].encrypted
    outbox.react(room_id, event["event_id"], "👀")
    await until(desk.changes, all_sent(outbox, room_id))
    assert (await desk.said(room_id))[-1]["type"] == "m.reaction"


async def test_echoes_that_sync_never_showed_go_when_it_has_caught_up(desk: Desk, room_id: str) -> None:
    desk.outbox.send_text(room_id, "hello")
    await until(desk.changes, all_sent(desk.outbox, room_id))
    desk.changes.publish(SyncStateChanged(desk.me.user_id, SyncState.LIVE))
    assert len(desk.outbox.pending(room_id)) == 1, "its echo may be on its way"
    desk.clock.advance(120_000)
    desk.changes.publish(SyncStateChanged("@bob:example.org", SyncState.LIVE))
    assert len(desk.outbox.pending(room_id)) == 1
    desk.changes.publish(SyncStateChanged(desk.me.user_id, SyncState.LIVE))
    assert desk.outbox.pending(room_id) == ()


async def test_drafts_are_kept_per_room_and_thread(desk: Desk, room_id: str) -> None:
    drafts = desk.outbox.drafts
    drafts.set(room_id, None, "half a sen")
    drafts.set(room_id, "$root", "in the thread")
    drafts.set("!other:example.org", None, "   ")
    assert not drafts.has_draft("!other:example.org")
    drafts = (await desk.open()).drafts
    assert (drafts.get(room_id), drafts.get(room_id, "$root")) == ("half a sen", "in the thread")
    drafts.set(room_id, None, "")
    assert drafts.get(room_id) == ""
    assert drafts.has_draft(room_id)
    drafts.forget_room(room_id)
    assert not drafts.has_draft(room_id)


async def test_copies_of_files_that_nobody_needs_are_swept_away(desk: Desk, tmp_path: Path) -> None:
    left = tmp_path / "desk" / "outbox" / "p1.left-by-a-crash"
    left.mkdir(parents=True)
    (left / "file").write_bytes(b"old")
    await desk.open()
    assert not left.exists()
