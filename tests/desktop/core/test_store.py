"""The file of an account."""

import sqlite3
import sys
from pathlib import Path

import aiohttp
import msgspec
import pytest

from client_desktop.core.accounts.session import Session
from client_desktop.core.changes import Changes
from client_desktop.core.errors import StoreDamaged, StoreTooNew
from client_desktop.core.rooms.record import RoomRecord
from client_desktop.core.store import Store
from client_desktop.core.store.rooms import update_summary, upsert_record
from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary
from tests.desktop.clients import make_client


def test_a_transaction_is_written_wholly_or_not_at_all(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "new" / "a.db")
    with store.transaction() as db:
        db.execute("INSERT INTO facts VALUES ('a', 'b')")
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:  # noqa: PT012
        db.execute("INSERT INTO facts VALUES ('c', 'd')")
        db.execute("INSERT INTO facts VALUES ('a', 'again')")
    with pytest.raises(RuntimeError), store.transaction(), store.transaction():
        pass
    store.close()
    again = Store.open(tmp_path / "new" / "a.db")
    assert again.db.execute("SELECT * FROM facts").fetchall() == [("a", "b")]
    reader = again.open_reader()
    assert reader.execute("SELECT name FROM facts").fetchall() == [("a",)]
    with pytest.raises(sqlite3.OperationalError):
        reader.execute("DELETE FROM facts")
    reader.close()
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes")
def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "folder" / "a.db")
    with store.transaction() as db:
        db.execute("INSERT INTO facts VALUES ('a', 'b')")
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "folder").iterdir()} == {0o600}
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700
    store.close()


def test_a_damaged_file_is_told_apart_from_a_newer_one(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
    with pytest.raises(StoreDamaged):
        Store.open(path)
    newer = Store.open(tmp_path / "b.db")
    with newer.transaction() as db:
        db.execute("INSERT INTO schema_versions VALUES (9999, 'x')")
    newer.close()
    with pytest.raises(StoreTooNew):
        Store.open(tmp_path / "b.db")


def test_damage_that_is_met_later_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = Store.open(path)
    with store.transaction() as db:
        db.executemany("INSERT INTO facts VALUES (?, ?)", ((str(n), "x" * 500) for n in range(500)))
    store.close()
    data = bytearray(path.read_bytes())
    data[len(data) // 2 :] = b"\xaa" * (len(data) - len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(StoreDamaged):  # noqa: PT012 where it is met is SQLite's choice
        store = Store.open(path)
        try:
            with store.transaction() as db:
                db.execute("SELECT sum(length(value)) FROM facts").fetchone()
                db.execute("DELETE FROM facts")
        finally:
            store.close()


def test_a_schema_file_is_applied_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = {1: ("0001_a", "CREATE TABLE a (x)"), 2: ("0002_b", "CREATE TABLE b (x); nonsense")}
    monkeypatch.setattr("client_desktop.core.store.database._schema_files", lambda: scripts)
    with pytest.raises(sqlite3.OperationalError):
        Store.open(tmp_path / "a.db")
    scripts[2] = ("0002_b", "CREATE TABLE b (x)")
    store = Store.open(tmp_path / "a.db")
    assert store.db.execute("SELECT name FROM schema_versions").fetchall() == [("0001_a",), ("0002_b",)]
    store.close()


def test_a_store_in_memory_has_no_second_connection() -> None:
    store = Store.open_in_memory()
    with pytest.raises(RuntimeError):
        store.open_reader()
    store.close()


async def test_five_hundred_rooms_are_there_at_once(
    tmp_path: Path, http: aiohttp.ClientSession, changes: Changes
) -> None:
    store = Store.open(tmp_path / "account.db")
    with store.transaction() as db:
        for number in range(500):
            room_id = f"!{number}:example.org"
            upsert_record(db, room_id, msgspec.json.encode(RoomRecord()))
            update_summary(db, room_id, msgspec.json.encode(_summary(room_id)))
    store.close()
    store = Store.open(tmp_path / "account.db")
    me = Session("@alice:example.org", "D", "http://127.0.0.1:1", "t")
    asked: list[str] = []
    store.db.set_trace_callback(asked.append)
    client = make_client(me, http, changes, tmp_path, store)
    assert len(client.rooms.list()) == 500
    store.db.set_trace_callback(None)
    assert len(asked) < 50, "it is not asked room by room"
    await client.close()


def _summary(room_id: str) -> RoomSummary:
    return RoomSummary(
        room_id=room_id,
        name="A room with a name of usual length",
        avatar_url="mxc://example.org/abcdefgh",
        topic="What it is about " * 5,
        canonical_alias="#room:example.org",
        kind=RoomKind.ROOM,
        membership=Membership.JOIN,
        section=RoomSection.ROOMS,
        direct_user=None,
        encrypted=True,
        room_version="12",
        joined_members=20,
        invited_members=1,
        unread=3,
        mentions=1,
        marked_unread=False,
        muted=False,
        muted_until_ms=None,
        order=None,
        last_text="The newest thing that somebody has said in this room",
        last_sender="@bob:example.org",
        last_sender_name="Bob",
        last_at_ms=1_700_000_000_000,
        typing=(),
        draft=False,
        parents=("!space:example.org",),
        successor=None,
        invite=None,
        fully_read_event="$event",
    )
