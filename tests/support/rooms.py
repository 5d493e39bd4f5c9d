"""A rooms context on a test's database, and rooms made without the HTTP API."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from federation.protocol.ids import RoomId, ServerName, UserId
from federation.protocol.pdu import EventDraft, room_id_of_create
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import generate_signing_key
from homeserver.clock import SystemClock
from homeserver.config import Settings
from homeserver.fanout.in_process import InProcessFanout
from homeserver.json_types import JsonObject
from homeserver.rooms.build_event import Author, build_event, needed_entries
from homeserver.rooms.context import RoomsContext, open_rooms
from homeserver.rooms.heads import RoomHead
from homeserver.rooms.send import build_request
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions
from homeserver.storage.rooms import Room, next_room_nid
from homeserver.tailer import Tailer

SERVER = ServerName("test")
ALICE = UserId("@alice:test")
BOB = UserId("@bob:test")
KEY = generate_signing_key("k", bytes(32))


@asynccontextmanager
async def rooms_on(db: Database) -> AsyncIterator[RoomsContext]:
    """Run a tailer and a commit queue on a database, as one worker would."""
    tailer = Tailer(db, InProcessFanout(SystemClock()))
    await tailer.start()
    positions = Positions(db, tailer.offer)
    settings = Settings(server_name=SERVER, data_dir=Path("/nonexistent"))
    async with open_rooms(settings, SystemClock(), db, positions, tailer, Author(SERVER, KEY)) as ctx:
        yield ctx
    await tailer.stop()


async def make_room(
    ctx: RoomsContext, creator: UserId = ALICE, version: str = "12", members: Sequence[UserId] = ()
) -> Room:
    """Make a public room in one commit, with the creator and these members joined."""
    rules = ROOM_VERSIONS[version]
    async with ctx.db.acquire() as conn:
        nid = await next_room_nid(conn)
    content: JsonObject = {"room_version": version}
    if not rules.implicit_room_creator:
        content["creator"] = creator
    levels: JsonObject = {} if rules.privileged_creators else {"users": {creator: 100}}
    drafts = [
        EventDraft("m.room.create", creator, content, ""),
        EventDraft("m.room.member", creator, {"membership": "join"}, creator),
        EventDraft("m.room.power_levels", creator, levels, ""),
        EventDraft("m.room.join_rules", creator, {"join_rule": "public"}, ""),
        *(EventDraft("m.room.member", user, {"membership": "join"}, user) for user in members),
    ]
    room = Room(nid, RoomId(f"!room{nid}:{SERVER}"), rules)
    head = RoomHead(room, None, (), 0, 0, 0)
    built: list[NewEvent] = []
    for draft in drafts:
        request = await build_request(ctx, head.room, draft)
        entries = needed_entries(rules, draft)
        for entry in entries:
            head.state.setdefault(entry, None)
        event = build_event(head, ctx.author, request, entries)
        head.advance(event)
        built.append(event)
        if rules.room_id_is_create_hash and draft.type == "m.room.create":
            head.room = Room(nid, room_id_of_create(event.pdu.event_id), rules)
    await ctx.commits.submit_new_room(head, built)
    return head.room
