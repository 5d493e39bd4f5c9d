"""People who have rooms, pictures and something to say: what is in the window when its picture is taken."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, field

import aiohttp
from PIL import Image, ImageDraw

from client_desktop.core.json_types import JsonObject
from tests.desktop.driven.story import PASSWORD

PEOPLE = {
    "ines": "Ines Marquardt",
    "tom": "Tom Abel",
    "layla": "ليلى حداد",
    "yuki": "Yuki 🌸",
    "max": "Maximilian Freiherr von und zu Hohenlohe-Waldenburg-Schillingsfürst",
}


@dataclass
class Person:
    """One account, by the plain API."""

    http: aiohttp.ClientSession
    url: str
    name: str
    user_id: str = ""
    device_id: str = ""
    access_token: str = ""
    _headers: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    async def arrive(self) -> None:
        """Register, with a name to show."""
        body = {"username": self.name, "password": PASSWORD, "auth": {"type": "m.login.dummy"}}
        made = await self.do("POST", "v3/register", body)
        self.user_id, self.device_id = made["user_id"], made["device_id"]
        self.access_token = made["access_token"]
        self._headers = {"Authorization": f"Bearer {made['access_token']}"}
        shown = {"displayname": PEOPLE[self.name]}
        await self.do("PUT", f"v3/profile/{self.user_id}/displayname", shown)

    async def do(self, method: str, path: str, body: JsonObject) -> JsonObject:
        url = f"{self.url}/_matrix/client/{path.replace('#', '%23')}"
        async with self.http.request(method, url, json=body, headers=self._headers) as answer:
            found: JsonObject = await answer.json()
            assert answer.status == 200, found
            return found

    async def upload(self, picture: bytes) -> str:
        url = f"{self.url}/_matrix/media/v3/upload?filename=view.png"
        headers = {**self._headers, "Content-Type": "image/png"}
        async with self.http.post(url, data=picture, headers=headers) as answer:
            return str((await answer.json())["content_uri"])

    async def make_room(self, name: str, topic: str = "", **options: object) -> str:
        body = {"name": name, "topic": topic, "preset": "public_chat", "visibility": "public", **options}
        return str((await self.do("POST", "v3/createRoom", body))["room_id"])

    async def send(self, room_id: str, content: JsonObject, type_: str = "m.room.message") -> str:
        self._count += 1
        path = f"v3/rooms/{room_id}/send/{type_}/{self.name}{self._count}"
        return str((await self.do("PUT", path, content))["event_id"])

    async def say(self, room_id: str, body: str, **more: object) -> str:
        return await self.send(room_id, {"msgtype": "m.text", "body": body, **more})

    async def react(self, room_id: str, event_id: str, key: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        await self.send(room_id, {"m.relates_to": relation}, "m.reaction")


async def settle(http: aiohttp.ClientSession, url: str, guest: str) -> dict[str, Person]:
    """Have everybody arrive, talk, and invite `guest`, a user id; return the people by name."""
    people = {name: Person(http, url, name) for name in PEOPLE}
    for person in people.values():
        await person.arrive()
    ines, tom, layla, yuki, long_name = people.values()
    tour = await ines.make_room("Ski tour", "Saturday, if the snow holds", invite=[guest])
    for person in (tom, layla, yuki, long_name):
        await person.do("POST", f"v3/join/{tour}", {})
    await _talk(tour, ines, tom, layla, yuki, long_name)
    rooms: list[str] = []
    for name, topic, said in (
        ("Allotment 14", "Beans, bees and whose turn it is to water", "Who has the keys?"),
        ("Open-source accounting for small choirs and orchestras", "Release on Monday", "It balances again."),
        ("مقهى الحي", "كل يوم خميس", "أهلا بكم"),
    ):
        room_id = await tom.make_room(name, topic, invite=[guest])
        await tom.say(room_id, said)
        rooms.append(room_id)
    await _ask_round(rooms[0], tom, ines, long_name)
    await _make_space(tom, rooms, guest)
    direct = await yuki.make_room(
        "", preset="trusted_private_chat", visibility="private", is_direct=True, invite=[guest]
    )
    await yuki.say(direct, "See you at the station? 🚆")
    return people


async def _ask_round(room_id: str, asking: Person, *answering: Person) -> None:
    """Ask something that has answers already."""
    texts = {"beds": "The beds at the pond", "roses": "The roses", "shed": "Only the shed, please"}
    answers = [{"id": key, "org.matrix.msc1767.text": text} for key, text in texts.items()]
    poll = {
        "question": {"org.matrix.msc1767.text": "What do you water on Sunday?"},
        "kind": "org.matrix.msc3381.poll.disclosed", "max_selections": 1, "answers": answers,
    }  # fmt: skip
    body = {"org.matrix.msc3381.poll.start": poll, "org.matrix.msc1767.text": "What do you water on Sunday?"}
    asked = await asking.send(room_id, body, "org.matrix.msc3381.poll.start")
    for person, answer in zip((asking, *answering), ("beds", "beds", "roses"), strict=True):
        if person is not asking:
            await person.do("POST", f"v3/join/{room_id}", {})
        relation = {"rel_type": "m.reference", "event_id": asked}
        vote = {"m.relates_to": relation, "org.matrix.msc3381.poll.response": {"answers": [answer]}}
        await person.send(room_id, vote, "org.matrix.msc3381.poll.response")


async def _make_space(person: Person, room_ids: list[str], guest: str) -> None:
    options = {"creation_content": {"type": "m.space"}, "invite": [guest]}
    space = await person.make_room("Neighbourhood", "Everything within walking distance", **options)
    via = person.user_id.partition(":")[2]
    for room_id in room_ids:
        await person.do("PUT", f"v3/rooms/{space}/state/m.space.child/{room_id}", {"via": [via]})


async def _talk(room_id: str, ines: Person, tom: Person, layla: Person, yuki: Person, other: Person) -> None:
    await ines.say(room_id, "Morning! The forecast says 40 cm of fresh snow above 1,800 m.")
    question = await ines.say(room_id, "Shall we take the early train on Saturday?")
    for person in (tom, yuki):
        await person.react(room_id, question, "👍")
    await layla.react(room_id, question, "🎿")
    await tom.say(room_id, "Yes. The 6:12 is in time for the first cable car, and we are back before dark.")
    picture = await ines.upload(mountains(960, 600))
    info = {"w": 960, "h": 600, "mimetype": "image/png"}
    shown = await ines.send(
        room_id, {"msgtype": "m.image", "body": "ridge.png", "url": picture, "info": info}
    )
    await yuki.react(room_id, shown, "😍")
    reply = {"m.in_reply_to": {"event_id": shown}}
    await layla.say(room_id, "ما أجمل هذا المنظر! سأحضر الشاي معي.", **{"m.relates_to": reply})
    things = ("beacon, shovel, probe", "skins", "<code>gpx</code> of the route")
    listed = f"<p>Packing list:</p><ul>{''.join(f'<li>{thing}</li>' for thing in things)}</ul>"
    await tom.say(
        room_id, "Packing list:\n- beacon, shovel, probe\n- skins\n- `gpx` of the route",
        format="org.matrix.custom.html", formatted_body=listed,
    )  # fmt: skip
    threaded = await other.say(room_id, "Who brings the rope?")
    thread = {"rel_type": "m.thread", "event_id": threaded, "is_falling_back": True}
    for person, body in ((tom, "I have 30 m."), (ines, "That is enough for us."), (yuki, "👌")):
        await person.say(
            room_id, body, **{"m.relates_to": {**thread, "m.in_reply_to": {"event_id": threaded}}}
        )
    await yuki.say(room_id, "🎿🏔️☀️")


def mountains(width: int, height: int) -> bytes:
    """Draw a ridge in the evening."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        part = y / height
        draw.line(
            [(0, y), (width, y)], fill=(int(250 - 70 * part), int(205 - 60 * part), int(170 + 20 * part))
        )
    draw.ellipse(
        [width * 0.68, height * 0.16, width * 0.78, height * 0.16 + width * 0.1], fill=(255, 240, 214)
    )
    for layer, color in enumerate([(139, 151, 176), (92, 110, 140), (52, 70, 96), (24, 38, 56)]):
        line = [
            (x, int(height * (0.42 + 0.14 * layer) + _ridge(x / width, layer) * height)) for x in range(width)
        ]
        draw.polygon([(0, height), *line, (width, height)], fill=color)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def _ridge(at: float, layer: int) -> float:
    return sum(
        math.sin(at * 7 * 1.9**octave + layer * 2.3 + octave) * 0.09 / 1.8**octave for octave in range(5)
    )
