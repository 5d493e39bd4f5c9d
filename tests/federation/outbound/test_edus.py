"""EDUs that go out: those that must arrive, and those that may be lost."""

from federation.protocol.ids import EventId, ServerName, UserId
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.storage.edu_outbox import insert_edu, select_servers_with_edus
from homeserver.storage.receipts import READ, READ_PRIVATE, NewReceipt
from homeserver.storage.rooms import Room
from tests.federation.outbound.world import World, be_dead
from tests.support.rooms import ALICE, BOB, make_room

THERE, OTHER = ServerName("there"), ServerName("other")
CAROL, DAVE = UserId("@carol:there"), UserId("@dave:other")


async def read(
    world: World,
    room: Room,
    user: UserId,
    event_id: EventId,
    place: int,
    *,
    thread: str = "",
    kind: str = READ,
) -> None:
    nid = await world.rooms.names.intern_user(user)
    await world.ephemeral.receipts.write([NewReceipt(room.nid, nid, kind, thread, event_id, place, 123)])


async def test_durable_edu_is_sent_until_it_arrives_and_then_forgotten(world: World) -> None:
    world.peers.answers[THERE] = be_dead
    await world.queue_edu([THERE], "m.direct_to_device", {"message_id": "1"})
    await world.settle()
    await world.restart()
    await world.queue_edu([THERE], "m.direct_to_device", {"message_id": "2"})
    await world.settle()
    assert world.peers.got == []
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    edus = world.peers.edus(THERE, "m.direct_to_device")
    assert [edu["message_id"] for edu in edus] == ["1", "2"]
    async with world.db.acquire() as conn:
        assert await select_servers_with_edus(conn) == []


async def test_durable_edus_are_sent_a_hundred_at_a_time_at_most(world: World) -> None:
    async with world.db.acquire() as conn:
        for number in range(250):
            await insert_edu(conn, [THERE], "m.direct_to_device", {"message_id": str(number)})
    world.outbound.feed.look_for_edus()
    await world.settle()
    edus = world.peers.edus(THERE, "m.direct_to_device")
    assert [edu["message_id"] for edu in edus] == [str(number) for number in range(250)]
    assert max(len(sent.body["edus"]) for sent in world.peers.got) <= 100


async def test_public_receipts_of_local_users_are_sent_with_their_thread(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    [one, two] = await world.say(room, "one", "two")
    await world.settle()
    await read(world, room, ALICE, one, 1)
    await read(world, room, ALICE, two, 2, thread="main")
    await read(world, room, CAROL, two, 2)
    await read(world, room, ALICE, two, 2, kind=READ_PRIVATE)
    await world.settle()
    receipts = [edu[room.room_id]["m.read"] for edu in world.peers.edus(THERE, "m.receipt")]
    assert {ALICE: {"event_ids": [one], "data": {"ts": 123}}} in receipts
    assert {ALICE: {"event_ids": [two], "data": {"ts": 123, "thread_id": "main"}}} in receipts
    assert not any(CAROL in users for users in receipts)
    assert len(receipts) == 2


async def test_receipts_are_made_up_for_after_an_outage(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    [one, two] = await world.say(room, "one", "two")
    await world.settle()
    await read(world, room, ALICE, one, 1)
    await read(world, room, ALICE, two, 2)
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    [receipt] = world.peers.edus(THERE, "m.receipt")
    assert receipt[room.room_id]["m.read"][ALICE]["event_ids"] == [two]


async def test_typing_is_told_when_it_begins_lasts_and_ends(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    alice = await world.rooms.names.intern_user(ALICE)
    carol = await world.rooms.names.intern_user(CAROL)
    world.ephemeral.typing.start_typing(room.nid, carol, CAROL, 60_000)
    world.ephemeral.typing.start_typing(room.nid, alice, ALICE, 60_000)
    await world.settle()
    await world.pass_time(10_000)
    await world.pass_time(20_000)
    world.ephemeral.typing.stop_typing(room.nid, alice)
    await world.settle()
    told = [(edu["user_id"], edu["typing"]) for edu in world.peers.edus(THERE, "m.typing")]
    assert told == [(ALICE, True), (ALICE, True), (ALICE, False)]


async def test_presence_goes_only_to_servers_that_share_a_room_and_in_batches(world: World) -> None:
    await make_room(world.rooms, members=[CAROL])
    other = await make_room(world.rooms, members=[DAVE])
    await world.set_membership(other, DAVE, "leave")
    await world.settle()
    alice = await world.rooms.names.intern_user(ALICE)
    for message in ("busy", "here"):
        world.ephemeral.presence.put(alice, ALICE, None, PresenceState.ONLINE, message)
        world.outbound._presence._note(frozenset([alice]))
        await world.settle()
    await world.pass_time(6_000)
    updates = [edu["push"] for edu in world.peers.edus(THERE, "m.presence")]
    assert [[(u["user_id"], u["presence"], u["status_msg"]) for u in push] for push in updates] == [
        [(ALICE, "online", "busy")],
        [(ALICE, "online", "here")],
    ]
    assert all("last_active_ago" in update for push in updates for update in push)
    assert world.peers.edus(OTHER, "m.presence") == []


async def test_who_meets_in_a_room_is_told_at_once_who_is_there(world: World) -> None:
    for user in (ALICE, BOB):
        nid = await world.rooms.names.intern_user(user)
        world.ephemeral.presence.put(nid, user, None, PresenceState.ONLINE, None)
        world.outbound._presence._note(frozenset([nid]))
        await world.settle()

    def told(server: ServerName) -> list[str]:
        edus = world.peers.edus(server, "m.presence")
        return [update["user_id"] for edu in edus for update in edu["push"]]

    room = await make_room(world.rooms, members=[DAVE])
    await world.settle()
    assert (told(OTHER), told(THERE)) == ([ALICE], [])
    await world.set_membership(room, CAROL, "join", sender=CAROL)
    await world.settle()
    assert (told(OTHER), told(THERE)) == ([ALICE], [ALICE])
    await world.set_membership(room, BOB, "join", sender=BOB)
    await world.say(room, "nobody new")
    await world.settle()
    assert (told(OTHER), told(THERE)) == ([ALICE, BOB], [ALICE, BOB])


async def test_typing_and_presence_are_dropped_for_a_dead_server(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    alice = await world.rooms.names.intern_user(ALICE)
    world.peers.answers[THERE] = be_dead
    world.ephemeral.typing.start_typing(room.nid, alice, ALICE, 60_000)
    await world.settle()
    tried = len(world.peers.tried)
    await world.pass_time(30_000)
    assert len(world.peers.tried) == tried, "a dead server is not tried again for it"
    del world.peers.answers[THERE]
    await world.say(room, "hello")
    await world.settle()
    assert world.peers.edus(THERE, "m.typing") == []
    assert world.peers.texts(THERE) == ["hello"]


async def test_edus_travel_with_events(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    await world.say(room, "two")
    await world.queue_edu([THERE], "m.direct_to_device", {"message_id": "1"})
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    both = [sent for sent in world.peers.got if sent.texts == ["two"]]
    assert [edu["message_id"] for edu in both[0].edus("m.direct_to_device")] == ["1"]
