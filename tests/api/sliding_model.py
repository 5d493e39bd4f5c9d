"""Two models of a client's rooms, one fed by /sync, one by sliding sync: they must come to the same.

What they have in common is compared: membership, the state that both were given, the tail of the timeline,
name, counts of members, whether the room is a direct chat, and room account data.
"""

from dataclasses import dataclass, field

import orjson

from homeserver.json_types import JsonObject

Entry = tuple[str, str]


@dataclass
class RoomModel:
    """What a client knows of a room. `timeline` are the events after the last gap."""

    membership: str = ""
    state: dict[Entry, str] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)
    joined: int = 0
    invited: int = 0
    name: str | None = None
    account_data: dict[str, str] = field(default_factory=dict)
    receipts: dict[tuple[str, str], str] = field(default_factory=dict)

    def extend(self, events: list[JsonObject], *, limited: bool) -> None:
        if limited:
            self.timeline = []
        known = set(self.timeline)
        self.timeline += [event["event_id"] for event in events if event["event_id"] not in known]

    def set_state(self, events: list[JsonObject]) -> None:
        for event in events:
            if "state_key" in event:
                self.state[event["type"], event["state_key"]] = event["event_id"]
                if event["type"] == "m.room.name":
                    self.name = event["content"].get("name")

    def read(self, content: JsonObject) -> None:
        for event_id, kinds in content.items():
            for kind, users in kinds.items():
                for user_id in users:
                    self.receipts[kind, user_id] = event_id


@dataclass
class V3Model:
    """Fed by /sync with `state_after`, so that state is that at the end, as in sliding sync."""

    rooms: dict[str, RoomModel] = field(default_factory=dict)
    direct: str = ""

    def apply(self, body: JsonObject) -> None:
        rooms = body["rooms"]
        for room_id, room in rooms.get("join", {}).items():
            self._apply_room(room_id, room, "join")
        for room_id, room in rooms.get("leave", {}).items():
            self._apply_room(room_id, room, "leave")
        for membership in ("invite", "knock"):
            for room_id in rooms.get(membership, {}):
                self.rooms[room_id] = RoomModel(membership)
        for event in body["account_data"]["events"]:
            if event["type"] == "m.direct":
                self.direct = dumps(event["content"])

    def _apply_room(self, room_id: str, room: JsonObject, membership: str) -> None:
        model = self.rooms.setdefault(room_id, RoomModel())
        if model.membership != "join":
            model = self.rooms[room_id] = RoomModel()
        model.membership = membership
        model.set_state(room["state_after"]["events"])
        model.extend(room["timeline"]["events"], limited=room["timeline"]["limited"])
        summary = room.get("summary", {})
        model.joined = summary.get("m.joined_member_count", model.joined)
        model.invited = summary.get("m.invited_member_count", model.invited)
        for event in room.get("account_data", {}).get("events", []):
            model.account_data[event["type"]] = dumps(event["content"])
        for event in room.get("ephemeral", {}).get("events", []):
            if event["type"] == "m.receipt":
                model.read(event["content"])


@dataclass
class SlidingModel:
    """Fed by sliding sync."""

    rooms: dict[str, RoomModel] = field(default_factory=dict)
    dms: set[str] = field(default_factory=set)
    direct: str = ""

    def apply(self, body: JsonObject) -> None:
        for room_id, room in body["rooms"].items():
            self._apply_room(room_id, room)
        data = body["extensions"].get("account_data", {"global": [], "rooms": {}})
        for event in data["global"]:
            if event["type"] == "m.direct":
                self.direct = dumps(event["content"])
        for room_id, events in data["rooms"].items():
            for event in events:
                self.rooms[room_id].account_data[event["type"]] = dumps(event["content"])
        for room_id, event in body["extensions"].get("receipts", {"rooms": {}})["rooms"].items():
            self.rooms[room_id].read(event["content"])

    def _apply_room(self, room_id: str, room: JsonObject) -> None:
        if room.get("initial"):
            known = self.rooms.get(room_id)
            self.rooms[room_id] = RoomModel(account_data=known.account_data if known else {})
        model = self.rooms[room_id]
        model.membership = room["membership"]
        if "is_dm" in room:
            (self.dms.add if room["is_dm"] else self.dms.discard)(room_id)
        elif room.get("initial"):
            self.dms.discard(room_id)
        if "invite_state" in room:
            return
        events = room.get("timeline", [])
        if room.get("unstable_expanded_timeline"):
            model.timeline = []
        model.extend(events, limited=room.get("limited", False))
        model.set_state(room.get("required_state", []))
        model.name = room.get("name", model.name)
        model.joined = room.get("joined_count", model.joined)
        model.invited = room.get("invited_count", model.invited)


def dumps(content: object) -> str:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
