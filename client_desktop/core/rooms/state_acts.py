"""Changing a room's state: its name, who may join, who may do what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from client_desktop.core.api import path
from client_desktop.core.errors import BadAnswer, MatrixError, NotAllowed
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.create import MEGOLM
from client_desktop.core.shapes import as_object, as_text, as_texts

UPGRADE_TIMEOUT_S = 180.0
MAX_PINNED = 100


class StateActs:
    """What sets state. It is seen when sync says so."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    async def set_state(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject, state_key: str = ""
    ) -> str:
        """Set a part of a room's state and return the event's id.

        Raises: ClientError.
        """
        target = path("/_matrix/client/v3/rooms/{}/state/{}/{}", room_id, event_type, state_key)
        return as_text((await self._ctx.api.put(target, content, retry=True)).get("event_id"))

    async def set_name(self, room_id: str, name: str) -> None:
        """Raises: ClientError."""
        await self.set_state(room_id, "m.room.name", {"name": name})

    async def set_topic(self, room_id: str, topic: str) -> None:
        """Raises: ClientError."""
        await self.set_state(room_id, "m.room.topic", {"topic": topic})

    async def set_avatar(self, room_id: str, url: str | None) -> None:
        """Set the picture, an mxc URI; None takes it away.

        Raises: ClientError.
        """
        await self.set_state(room_id, "m.room.avatar", {} if url is None else {"url": url})

    async def set_join_rule(self, room_id: str, rule: str, allowed_rooms: Sequence[str] = ()) -> None:
        """Set who may join; `allowed_rooms` for `restricted` and `knock_restricted`.

        Raises: ClientError.
        """
        content: JsonObject = {"join_rule": rule}
        if rule in ("restricted", "knock_restricted"):
            content["allow"] = [{"type": "m.room_membership", "room_id": room} for room in allowed_rooms]
        await self.set_state(room_id, "m.room.join_rules", content)

    async def set_history_visibility(self, room_id: str, visibility: str) -> None:
        """Raises: ClientError."""
        content = {"history_visibility": visibility}
        await self.set_state(room_id, "m.room.history_visibility", content)

    async def set_guest_access(self, room_id: str, allowed: bool) -> None:
        """Raises: ClientError."""
        content = {"guest_access": "can_join" if allowed else "forbidden"}
        await self.set_state(room_id, "m.room.guest_access", content)

    async def enable_encryption(self, room_id: str) -> None:
        """Encrypt from now on; there is no way back.

        Raises: ClientError.
        """
        await self.set_state(room_id, "m.room.encryption", {"algorithm": MEGOLM})

    async def set_power_level(self, room_id: str, user_id: str, level: int | None) -> None:
        """Give somebody a power level; None gives them the default.

        Raises: ClientError.
        """
        content = await self._newest(room_id, "m.room.power_levels")
        users = dict(as_object(content.get("users")))
        users.pop(user_id, None)
        if level is not None:
            users[user_id] = level
        await self.set_state(room_id, "m.room.power_levels", {**content, "users": users})

    async def set_power_levels(self, room_id: str, changes: ReadonlyJsonObject) -> None:
        """Change what acts and events need: `{"ban": 75, "events": {"m.room.name": 50}}`.

        What is not named stays; an event whose level is None has the default again.

        Raises: ClientError.
        """
        content = await self._newest(room_id, "m.room.power_levels")
        await self.set_state(room_id, "m.room.power_levels", _merge(content, changes))

    async def set_server_acl(
        self, room_id: str, allow: Sequence[str], deny: Sequence[str], allow_ip_literals: bool
    ) -> None:
        """Set which servers may take part.

        Raises: NotAllowed, where our own server would be shut out; ClientError.
        """
        if not allow:
            raise NotAllowed("a room from which every server is shut out")
        content = {"allow": list(allow), "deny": list(deny), "allow_ip_literals": allow_ip_literals}
        await self.set_state(room_id, "m.room.server_acl", content)

    async def set_pinned(self, room_id: str, event_id: str, pinned: bool) -> None:
        """Pin an event, before those that are pinned already, or unpin it.

        Raises: ClientError.
        """
        before = as_texts((await self._newest(room_id, "m.room.pinned_events")).get("pinned"))
        others = [other for other in before if other != event_id]
        event_ids = [event_id, *others][:MAX_PINNED] if pinned else others
        await self.set_state(room_id, "m.room.pinned_events", {"pinned": event_ids})

    async def set_aliases(self, room_id: str, canonical: str | None, others: Sequence[str]) -> None:
        """Set which addresses the room shows as its own.

        Raises: ClientError.
        """
        content: JsonObject = {"alt_aliases": list(others)}
        if canonical is not None:
            content["alias"] = canonical
        await self.set_state(room_id, "m.room.canonical_alias", content)

    async def set_own_name(self, room_id: str, name: str | None, avatar_url: str | None) -> None:
        """Have another name and picture in this room than elsewhere; None for the same as elsewhere.

        Raises: ClientError.
        """
        content: JsonObject = {"membership": "join"}
        if name is not None:
            content["displayname"] = name
        if avatar_url is not None:
            content["avatar_url"] = avatar_url
        await self.set_state(room_id, "m.room.member", content, self._ctx.user_id)

    async def upgrade(self, room_id: str, version: str, additional_creators: Sequence[str] = ()) -> str:
        """Replace the room by one of another version, and return the new room's id.

        Raises: ClientError.
        """
        body: JsonObject = {"new_version": version}
        if additional_creators:
            body["additional_creators"] = list(additional_creators)
        target = path("/_matrix/client/v3/rooms/{}/upgrade", room_id)
        answer = await self._ctx.api.post(target, body, timeout_s=UPGRADE_TIMEOUT_S)
        replacement = as_text(answer.get("replacement_room"))
        if not replacement.startswith("!"):
            raise BadAnswer("an upgrade without a room")
        return replacement

    async def _newest(self, room_id: str, event_type: str) -> JsonObject:
        """Ask the server what is to be changed: sync may not have brought yet what was set a moment ago."""
        target = path("/_matrix/client/v3/rooms/{}/state/{}/", room_id, event_type)
        try:
            return await self._ctx.api.get(target, retry=True)
        except MatrixError as error:
            if error.status == 404:
                return {}
            raise


def _merge(content: Mapping[str, object], changes: ReadonlyJsonObject) -> JsonObject:
    merged: JsonObject = dict(content)
    for name, value in changes.items():
        if isinstance(value, dict):
            merged[name] = _merge(as_object(merged.get(name)), value)
        elif value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
