"""Applying a batch: wholly or not at all, and nobody's failure is another's."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.changes import Changes, RoomsChanged
from client_desktop.core.client import Client
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.store.facts import select_fact
from client_desktop.core.sync.apply import apply_batch
from client_desktop.core.sync.batch import RoomUpdate, SyncBatch
from client_desktop.core.sync.ports import NoCrypto, NoOutbox, NoTimelines
from client_desktop.core.sync.stored_token import TOKEN
from client_desktop.core.values import Membership
from tests.desktop.clients import Heard, make_client
from tests.desktop.stage import ME, ScriptedHomeserver

GOOD, BAD = "!good:stage.org", "!bad:stage.org"


def message(body: str, txn_id: str = "") -> dict[str, object]:
    return {
        "event_id": f"${body}",
        "type": "m.room.message",
        "sender": ME,
        "origin_server_ts": 1,
        "content": {"body": body},
        "unsigned": {"transaction_id": txn_id} if txn_id else {},
    }


def batch(token: str = "t1") -> SyncBatch:
    receipt = {"type": "m.receipt", "content": {"$x": {}}}
    rooms = {
        room_id: RoomUpdate(
            room_id, Membership.JOIN, timeline=(message(f"in {room_id}", "txn"),), ephemeral=(receipt,)
        )
        for room_id in (BAD, GOOD)
    }
    return SyncBatch(token, rooms=rooms)


@pytest.fixture
async def client(http: aiohttp.ClientSession, changes: Changes, tmp_path: Path) -> AsyncIterator[Client]:
    client = make_client(ScriptedHomeserver().session(), http, changes, tmp_path)
    yield client
    await client.close()


class FailingTimelines(NoTimelines):
    """Fails in one room, in every way that timelines can."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.told: list[str] = []

    def write_sync(
        self,
        db: sqlite3.Connection,
        room_id: str,
        events: Sequence[ClearEvent],
        limited: bool,
        prev_batch: str | None,
        token: str,
    ) -> None:
        db.execute("INSERT INTO facts VALUES (?, '')", (room_id,))
        if room_id == BAD:
            raise self.error

    def publish(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        self.told.append(room_id)
        if room_id == BAD:
            raise self.error


class FailingCrypto(NoCrypto):
    async def receive_sync(self, *args: object) -> None:
        raise KeyError("secret")

    async def decrypt_events(
        self, room_id: str, events: Sequence[ReadonlyJsonObject]
    ) -> Sequence[ClearEvent]:
        raise KeyError("secret")


class FailingOutbox(NoOutbox):
    def remote_echo(self, room_id: str, txn_id: str, event_id: str) -> None:
        raise KeyError(txn_id)


async def test_one_rooms_failure_is_undone_and_is_not_anothers(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    timelines = client.parts.timelines = FailingTimelines(ValueError("private words"))
    client.parts.outbox = FailingOutbox()
    client.parts.crypto = FailingCrypto()
    await apply_batch(client.store, client.parts, batch(), "v3")
    assert select_fact(client.store.db, TOKEN) == "t1"
    assert select_fact(client.store.db, GOOD) == ""
    assert select_fact(client.store.db, BAD) is None
    assert timelines.told == [BAD, GOOD]
    assert {room.room_id for room in client.rooms.list()} == {GOOD, BAD}
    assert client.rooms.list()[0].last_text.startswith("in !")
    assert "ValueError at" in caplog.text
    assert "private words" not in caplog.text
    assert "secret" not in caplog.text


async def test_a_damaged_store_keeps_nothing_of_a_batch(client: Client) -> None:
    client.parts.timelines = FailingTimelines(StoreDamaged("disk image is malformed"))
    with pytest.raises(StoreDamaged):
        await apply_batch(client.store, client.parts, batch(), "v3")
    assert select_fact(client.store.db, TOKEN) is None
    assert client.rooms.list() == ()


async def test_what_is_typed_or_read_in_an_unknown_room_makes_no_room(client: Client) -> None:
    typing = {"type": "m.typing", "content": {"user_ids": ["@x:y"]}}
    rooms = {GOOD: RoomUpdate(GOOD, None, ephemeral=(typing,))}
    await apply_batch(client.store, client.parts, SyncBatch("t", rooms=rooms), "sliding")
    assert client.rooms.list() == ()


async def test_rooms_that_are_not_the_accounts_any_more_go(client: Client) -> None:
    await apply_batch(client.store, client.parts, batch(), "v3")
    await apply_batch(client.store, client.parts, SyncBatch("t2", all_rooms=frozenset({GOOD})), "v3")
    assert [room.room_id for room in client.rooms.list()] == [GOOD]
    assert client.rooms.state(BAD, "m.room.create") is None


async def test_the_newest_line_is_known_once_its_key_has_come(client: Client) -> None:
    sealed = {**message("x"), "type": "m.room.encrypted", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    client.parts.crypto = NoCrypto()
    update = RoomUpdate(GOOD, Membership.JOIN, timeline=(sealed,))
    await apply_batch(client.store, client.parts, SyncBatch("t", rooms={GOOD: update}), "v3")
    assert client.rooms.list()[0].last_text == ""
    clear = ClearEvent(sealed, {"type": "m.room.message", "content": {"body": "secret plan"}})
    client.rooms.note_decrypted(GOOD, [ClearEvent(message("other")), clear])
    client.rooms.note_decrypted("!unknown:stage.org", [clear])
    assert client.rooms.list()[0].last_text == "secret plan"


async def test_a_batch_of_everything_is_applied_group_by_group(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_desktop.core.sync.apply.ROOMS_AT_ONCE", 1)
    everything = replace(batch(), whole=True, all_rooms=frozenset({GOOD, BAD}))
    tokens: list[str | None] = []
    with Heard(client.changes, RoomsChanged) as heard:
        client.changes.listen(RoomsChanged, lambda _: tokens.append(select_fact(client.store.db, TOKEN)))
        await apply_batch(client.store, client.parts, everything, "v3")
    assert [[room.room_id for room in change.rooms] for change in heard.all] == [[BAD], [GOOD]]
    assert tokens == [None, "t1"]


async def test_the_newest_line_follows_edits_and_redactions(client: Client) -> None:
    async def take(*events: dict[str, object]) -> str:
        update = RoomUpdate(GOOD, Membership.JOIN, timeline=events)
        await apply_batch(client.store, client.parts, SyncBatch("t", rooms={GOOD: update}), "v3")
        return client.rooms.list()[0].last_text

    def edit(sender: str, event_id: str = "$first") -> dict[str, object]:
        relation = {"rel_type": "m.replace", "event_id": event_id}
        content = {"body": "* x", "m.new_content": {"body": f"by {sender}"}, "m.relates_to": relation}
        return {**message("edit"), "event_id": f"$e{sender}", "sender": sender, "content": content}

    def redaction(event_id: str) -> dict[str, object]:
        return {**message("r"), "type": "m.room.redaction", "content": {"redacts": event_id}}

    assert await take(message("first")) == "first"
    assert await take(edit("@eve:stage.org")) == "first"
    assert await take(edit(ME)) == f"by {ME}"
    assert await take(edit(ME, "$older")) == f"by {ME}"
    assert await take(redaction("$older")) == f"by {ME}"
    assert await take(redaction("$first")) == ""
    poll = {"m.poll": {"question": {"m.text": [{"body": "When?\nSoon"}]}}}
    assert await take({**message("p"), "type": "m.poll.start", "content": poll}) == "When? Soon"
    older = {"org.matrix.msc3381.poll.start": {"question": {"org.matrix.msc1767.text": "Where?"}}}
    assert await take({**message("o"), "type": "org.matrix.msc3381.poll.start", "content": older}) == "Where?"
    hidden = {"body": "the butler", "formatted_body": "<span data-mx-spoiler>it</span> was"}
    assert await take({**message("s"), "content": hidden}) == "▒▒ was"
    reply = {"body": "> <@bob:stage.org> before\n\nafter"}
    assert await take({**message("q"), "content": reply}) == "after"
    asked = {"msgtype": "m.key.verification.request", "body": "@eve:stage.org wants to verify"}
    assert await take({**message("v"), "content": asked}) == "after"
