"""The same history, read over /sync and over sliding sync, comes to the same view of the rooms.

Actions and requests are drawn from a seed. Answers get lost, windows and limits change, and some requests of
a connection go to a worker that has forgotten everything.
"""

import random
from dataclasses import dataclass, field

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.sync.sliding.memory import SlidingMemory
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.api.sliding_calls import Slider, asking, window
from tests.api.sliding_model import RoomModel, SlidingModel, V3Model

ROUNDS = 14
ACTIONS_PER_ROUND = 6
LIMIT = 20
FILTER = f'{{"room":{{"timeline":{{"limit":{LIMIT}}}}}}}'


@dataclass
class World:
    """Three people and their rooms; things happen at random."""

    random: random.Random
    watcher: ApiClient
    others: list[ApiClient]
    rooms: list[str] = field(default_factory=list)
    sent: int = 0

    async def something_happens(self) -> None:
        actions = [
            self.create,
            self.talk,
            self.talk,
            self.talk,
            self.rename,
            self.move,
            self.tag,
            self.read,
            self.direct,
        ]
        await self.random.choice(actions)()

    async def create(self) -> None:
        founder = self.random.choice([self.watcher, *self.others])
        visibility = self.random.choice(["shared", "joined", "invited"])
        state: JsonObject = {
            "type": "m.room.history_visibility",
            "state_key": "",
            "content": {"history_visibility": visibility},
        }
        invite = [self.watcher.user_id] if founder is not self.watcher and self.random.random() < 0.7 else []
        options: JsonObject = {"preset": "public_chat", "invite": invite, "initial_state": [state]}
        if self.random.random() < 0.5:
            options["name"] = f"Room {len(self.rooms)}"
        self.rooms.append(await create(founder, **options))

    async def talk(self) -> None:
        if self.rooms:
            self.sent += 1
            await send(self.anybody(), self.room(), {"msgtype": "m.text", "body": f"m{self.sent}"})

    async def rename(self) -> None:
        if self.rooms:
            content: JsonObject = self.random.choice([{"name": f"Name {self.sent}"}, {}])
            type_ = self.random.choice(["m.room.name", "m.room.topic", "org.example.state"])
            await set_state(self.anybody(), self.room(), type_, content)

    async def move(self) -> None:
        """Join, leave, invite, kick or ban somebody, if they may."""
        if not self.rooms:
            return
        room_id, person, other = self.room(), self.anybody(), self.anybody()
        verb = self.random.choice(["join", "join", "leave", "invite", "kick", "ban", "unban"])
        if verb == "join":
            await join(person, room_id)
        elif verb == "leave":
            await act(person, room_id, verb)
        else:
            await act(person, room_id, verb, other)

    async def tag(self) -> None:
        if self.rooms:
            path = f"/user/{self.watcher.user_id}/rooms/{self.room()}/tags/u.{self.random.randrange(3)}"
            await self.watcher.put(path, {"order": self.random.random()})

    async def read(self) -> None:
        if self.rooms:
            room_id, person = self.room(), self.anybody()
            newest = await person.get(f"/rooms/{room_id}/messages", dir="b", limit=1)
            if newest.status == 200 and newest.json["chunk"]:
                await person.post(f"/rooms/{room_id}/receipt/m.read/{newest.json['chunk'][0]['event_id']}")

    async def direct(self) -> None:
        if self.rooms:
            rooms = self.random.sample(self.rooms, min(2, len(self.rooms)))
            content = {self.others[0].user_id: rooms}
            await self.watcher.put(f"/user/{self.watcher.user_id}/account_data/m.direct", content)

    def room(self) -> str:
        return self.random.choice(self.rooms)

    def anybody(self) -> ApiClient:
        return self.random.choice([self.watcher, *self.others])


@pytest.mark.parametrize("seed", range(4))
async def test_sliding_sync_agrees_with_sync(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, services: Services, seed: int
) -> None:
    chance = random.Random(seed)
    world = World(chance, alice, [bob, carol])
    v3, sliding, token = V3Model(), SlidingModel(), ""
    slider = Slider(alice, asking("account_data", "receipts"))
    for _ in range(ROUNDS):
        for _ in range(chance.randrange(ACTIONS_PER_ROUND)):
            await world.something_happens()
        if chance.random() < 0.2:
            object.__setattr__(services.sync, "sliding", SlidingMemory())
        if chance.random() < 0.2:
            services.sync.changes.start(services.rooms.tailer.applied)
        wanted = {"all": window(chance.choice([0, 1, 99]), chance.choice([0, 1, LIMIT]))}
        if chance.random() < 0.3:
            (await slider.ask(lists=wanted)).ok()
        sliding.apply(await slider.sync(lists=wanted))
        if chance.random() < 0.7:
            token = await follow(alice, token, v3)
    sliding.apply(await slider.sync(lists={"all": window(99, LIMIT)}))
    await follow(alice, token, v3)
    check_same(v3, sliding)
    again = await slider.sync(lists={"all": window(99, LIMIT)})
    assert again["rooms"] == {}
    fresh = SlidingModel()
    fresh.apply(await Slider(alice, slider.body, conn_id="fresh").sync(lists={"all": window(99, LIMIT)}))
    check_same_state(fresh, sliding)


async def follow(client: ApiClient, token: str, model: V3Model) -> str:
    params = {"filter": FILTER, "use_state_after": "true"} | ({"since": token} if token else {})
    body = (await client.get("/sync", **params)).ok()
    model.apply(body)
    return str(body["next_batch"])


def check_same(v3: V3Model, sliding: SlidingModel) -> None:
    assert v3.direct == sliding.direct
    shown = {room_id for room_id, room in v3.rooms.items() if room.membership in ("join", "invite")}
    told = {room_id for room_id, room in sliding.rooms.items() if room.membership in ("join", "invite")}
    assert shown == told
    for room_id in shown:
        theirs, ours = v3.rooms[room_id], sliding.rooms[room_id]
        assert theirs.membership == ours.membership
        if theirs.membership == "join":
            check_room(room_id, theirs, ours)
            assert (room_id in v3.direct) == (room_id in sliding.dms)


def check_room(room_id: str, theirs: RoomModel, ours: RoomModel) -> None:
    assert theirs.state == ours.state, room_id
    assert (theirs.joined, theirs.invited, theirs.name) == (ours.joined, ours.invited, ours.name)
    assert theirs.account_data == ours.account_data
    common = min(len(theirs.timeline), len(ours.timeline))
    assert common >= min(LIMIT, len(theirs.timeline))
    assert theirs.timeline[-common:] == ours.timeline[-common:], room_id
    seen = set(ours.timeline)
    for receipt, event_id in theirs.receipts.items():
        if event_id in seen or receipt in ours.receipts:
            assert ours.receipts.get(receipt) == event_id


def check_same_state(fresh: SlidingModel, followed: SlidingModel) -> None:
    """A connection that begins now comes to what one that was there all the while has."""
    for room_id, room in fresh.rooms.items():
        known = followed.rooms[room_id]
        assert room.membership == known.membership
        if room.membership == "join":
            assert (room.state, room.name, room.joined) == (known.state, known.name, known.joined)
        if room.membership in ("leave", "ban"):
            assert room.timeline[-1:] == known.timeline[-1:]
