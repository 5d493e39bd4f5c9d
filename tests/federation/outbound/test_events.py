"""Which server is sent which events, in which order and how often."""

import pytest

from federation.protocol.hashes import event_id_of
from federation.protocol.ids import ServerName, UserId
from federation.transport.server_names import ServerLists
from homeserver.json_types import JsonObject
from homeserver.rooms.send import send_event
from tests.federation.outbound.world import Gate, Sent, World, be_dead, refuse, take
from tests.support.rooms import ALICE, BOB, make_room

THERE, OTHER = ServerName("there"), ServerName("other")
RELAY = "UPDATE events SET relayed = true FROM users u WHERE u.user_nid = sender_nid AND u.user_id = $1"
CAROL, DAVE = UserId("@carol:there"), UserId("@dave:other")


async def test_events_of_local_users_go_to_the_other_servers_of_the_room(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await make_room(world.rooms, members=[DAVE])
    sent = await world.say(room, "hello")
    await world.settle()
    [transaction] = [t for t in world.peers.got if t.texts]
    assert transaction.destination == THERE
    assert transaction.body["origin"] == "test"
    [pdu] = transaction.body["pdus"]
    assert event_id_of(room.version, pdu) == sent[0]
    assert pdu["room_id"] == room.room_id
    assert world.peers.texts(OTHER) == []


async def test_rooms_of_local_users_alone_cause_no_transactions(world: World) -> None:
    room = await make_room(world.rooms, members=[BOB])
    await world.say(room, "hello")
    await world.settle()
    assert world.peers.tried == []
    assert world.outbound.sender.processed == world.rooms.tailer.applied


async def test_events_of_other_servers_are_not_sent_on(world: World) -> None:
    await make_room(world.rooms, members=[CAROL, DAVE])
    await world.settle()
    senders = {pdu["sender"] for sent in world.peers.got for pdu in sent.body["pdus"]}
    assert senders <= {ALICE}


async def test_relayed_events_go_to_all_but_the_server_that_made_them(world: World) -> None:
    await make_room(world.rooms, members=[CAROL, DAVE])
    async with world.db.acquire() as conn:
        await conn.execute(RELAY, DAVE)
        await conn.execute(
            "INSERT INTO outbound_checkpoints SELECT n, 0, 0 FROM generate_series(0, 63) n "
            "ON CONFLICT (share) DO UPDATE SET position = 0"
        )
    await world.crash()
    await world.settle()
    joins = {
        sent.destination: [p["state_key"] for p in sent.body["pdus"] if p.get("state_key") == DAVE]
        for sent in world.peers.got
    }
    assert joins[THERE] == [DAVE]
    assert joins.get(OTHER, []) == []


async def test_order_is_kept_and_batches_are_bounded(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    gate = Gate()
    world.peers.answers[THERE] = gate
    texts = [str(number) for number in range(130)]
    await world.say(room, *texts)
    await gate.entered.wait()
    assert len([sent for sent in world.peers.tried if sent.texts]) == 1, "one transaction at a time"
    await world.outbound.feed.until_idle()
    gate.opened.set()
    await world.settle()
    assert world.peers.texts(THERE) == texts
    assert max(len(sent.body["pdus"]) for sent in world.peers.got) == 50


async def test_kicked_server_hears_of_its_kick_and_of_nothing_after_it(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL, DAVE])
    await world.set_membership(room, CAROL, "leave")
    await world.say(room, "after")
    await world.settle()
    kicks = [p for s in world.peers.got if s.destination == THERE for p in s.body["pdus"]]
    assert [pdu["content"]["membership"] for pdu in kicks if pdu.get("state_key") == CAROL] == ["leave"]
    assert world.peers.texts(THERE) == []
    assert world.peers.texts(OTHER) == ["after"]


async def test_kicked_server_that_was_dead_hears_of_its_kick_later(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "before")
    await world.set_membership(room, CAROL, "ban")
    await world.say(room, "after")
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    assert world.peers.texts(THERE) == ["before"]
    pdus = [p for s in world.peers.got if s.destination == THERE for p in s.body["pdus"]]
    assert pdus[-1]["content"]["membership"] == "ban"


@pytest.mark.parametrize("end", ["leave", "ban"])
async def test_server_of_somebody_invited_hears_that_the_invitation_is_withdrawn(
    world: World, end: str
) -> None:
    room = await make_room(world.rooms)
    await world.set_membership(room, CAROL, "invite")
    await world.settle()
    assert world.peers.tried == [], "invitations have an endpoint of their own"
    await world.set_membership(room, CAROL, end)
    await world.settle()
    [sent] = world.peers.got
    assert sent.destination == THERE
    assert [pdu["content"]["membership"] for pdu in sent.body["pdus"]] == [end]


async def test_servers_that_the_access_control_list_denies_are_still_sent_events(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    acl = {"allow": ["*"], "deny": [THERE]}
    await send_event(world.rooms, room.room_id, ALICE, "m.room.server_acl", acl, state_key="")
    await world.say(room, "hello")
    await world.settle()
    assert world.peers.texts(THERE) == ["hello"]


@pytest.mark.parametrize("lists", [ServerLists(deny=[THERE]), ServerLists(allow=[OTHER])])
async def test_servers_that_the_configuration_keeps_away_are_sent_nothing(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL, DAVE])
    await world.say(room, "hello")
    await world.settle()
    assert {sent.destination for sent in world.peers.tried} == {OTHER}


async def test_redacted_events_are_sent_without_their_content(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "first")
    await world.settle()
    [secret] = await world.say(room, "secret")
    await world.settle()
    await send_event(
        world.rooms, room.room_id, ALICE, "m.room.redaction", {"redacts": secret}, redacts=secret
    )
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    pdus = [p for sent in world.peers.got for p in sent.body["pdus"]]
    assert not any("secret" in str(pdu) for pdu in pdus)
    assert any(pdu["type"] == "m.room.message" and pdu["content"] == {} for pdu in pdus)


async def test_what_a_server_never_takes_is_passed_over_alone(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    gate = Gate()
    world.peers.answers[THERE] = gate
    await world.say(room, "first")
    await gate.entered.wait()
    await world.say(room, *(f"{number}" for number in range(9)), "poison", "last")

    async def choose(sent: Sent) -> JsonObject:
        return await (refuse(400, "M_BAD_JSON") if "poison" in sent.texts else take)(sent)

    world.peers.answers[THERE] = choose
    gate.opened.set()
    await world.settle()
    assert world.peers.texts(THERE) == ["first", *(f"{number}" for number in range(9)), "last"]
    assert world.outbound.sender.counts["passed_over"] == 1
    assert not world.back_off.is_failing(THERE)
