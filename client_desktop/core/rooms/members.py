"""Who is in a room; asked of the server when somebody wants to know."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from client_desktop.core.api import path
from client_desktop.core.changes import Change, MembersChanged
from client_desktop.core.events import is_state_event
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.names import unambiguous_name, with_user_id
from client_desktop.core.rooms.permissions import Permissions, read_permissions
from client_desktop.core.rooms.record import is_joined, keep_record, load_record
from client_desktop.core.rooms.returned import returned_unseen
from client_desktop.core.rooms.summarize import clean_lines
from client_desktop.core.shapes import as_object, as_objects, as_text
from client_desktop.core.store.members import (
    Member,
    delete_members,
    select_member,
    select_member_event,
    select_member_events,
    select_members,
    select_present,
    upsert_members,
)
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.text.bidi import safe_name
from client_desktop.core.values import Membership, MemberSummary

MEMBER = "m.room.member"
MEMBERS_TIMEOUT_S = 180.0
MAX_MEMBERS = 250_000


class Members:
    """Members and their rights. Reading what is known is immediate; all of a room may take a request."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx
        self._loading: dict[str, asyncio.Task[None]] = {}

    def permissions(self, room_id: str) -> Permissions:
        """Give what the account may do in a room."""
        db = self._ctx.store.db
        create = select_state_event(db, room_id, "m.room.create", "") or {}
        levels = select_state_event(db, room_id, "m.room.power_levels", "")
        content = None if levels is None else as_object(levels.get("content"))
        return read_permissions(self._ctx.user_id, is_joined(db, room_id), create, content)

    def member(self, room_id: str, user_id: str) -> MemberSummary | None:
        """Give what is known of somebody in a room now, without asking; None where nothing is."""
        member = select_member(self._ctx.store.db, room_id, user_id)
        if member is None:
            return None
        name = unambiguous_name(self._ctx.store.db, room_id, member)
        return self._summary(room_id, member, name, self.permissions(room_id))

    async def members(self, room_id: str) -> tuple[MemberSummary, ...]:
        """Give everybody joined, invited, knocking or banned: by power, then by name.

        Raises: ClientError, where not all are known and the server cannot be asked.
        """
        await self.load_members(room_id)
        present = [
            member
            for member in select_members(self._ctx.store.db, room_id)
            if member.membership != Membership.LEAVE and member.membership in list(Membership)
        ]
        names = _names(present)
        permissions = self.permissions(room_id)
        summaries = (self._summary(room_id, member, names[member.user_id], permissions) for member in present)
        return tuple(sorted(summaries, key=_place))

    async def keyholders(self, room_id: str) -> dict[str, str]:
        """Give user id to membership (`join` or `invite`) of everybody who is to be able to read.

        Raises: ClientError, where not all are known and the server cannot be asked.
        """
        await self.load_members(room_id)
        return select_present(self._ctx.store.db, room_id)

    async def load_members(self, room_id: str) -> None:
        """Have all members of a room in the store; a request, once for all who wait, where they are not.

        Raises: ClientError.
        """
        record = load_record(self._ctx.store.db, room_id)
        if record is None or record.members_complete or record.membership is not Membership.JOIN:
            return
        task = self._loading.get(room_id)
        if task is None:
            task = asyncio.create_task(self._load(room_id), name="members of a room")
            self._loading[room_id] = task
            task.add_done_callback(lambda _: self._loading.pop(room_id, None))
        await asyncio.shield(task)

    async def close(self) -> None:
        """End requests under way, and wait for their end."""
        tasks = list(self._loading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _load(self, room_id: str) -> None:
        newer: set[str] = set()
        stop = self._ctx.changes.listen(MembersChanged, partial(self._note_newer, room_id, newer))
        try:
            body = await self._ctx.api.get(
                path("/_matrix/client/v3/rooms/{}/members", room_id),
                {"not_membership": "leave"},
                timeout_s=MEMBERS_TIMEOUT_S,
                retry=True,
            )
        finally:
            stop()
        events = [event for event in as_objects(body.get("chunk"))[:MAX_MEMBERS] if _is_membership(event)]
        record = load_record(self._ctx.store.db, room_id)
        if record is None or record.membership is not Membership.JOIN:
            return
        with self._ctx.store.transaction() as db:
            kept = [event for user in newer if (event := select_member_event(db, room_id, user))]
            before = select_member_events(db, room_id)
            delete_members(db, room_id)
            upsert_members(db, room_id, (*events, *kept))
            keep_record(db, room_id, replace(record, members_complete=True))
        user_ids = frozenset(event["state_key"] for event in events) - newer
        returned = returned_unseen(before, events) - newer
        self._ctx.changes.publish(MembersChanged(self._ctx.user_id, room_id, user_ids, returned))

    def _note_newer(self, room_id: str, newer: set[str], change: Change) -> None:
        """Remember whose membership sync brings while the answer is on its way: that is the newer one."""
        if isinstance(change, MembersChanged) and (change.account, change.room_id) == (
            self._ctx.user_id,
            room_id,
        ):
            newer |= change.user_ids

    def _summary(self, room_id: str, member: Member, name: str, permissions: Permissions) -> MemberSummary:
        return MemberSummary(
            user_id=member.user_id,
            name=name,
            avatar_url=member.avatar_url,
            membership=_membership(member.membership),
            power_level=permissions.level_of(member.user_id),
            ignored=member.user_id in self._ctx.index.ignored,
            reason=self._reason(room_id, member),
        )

    def _reason(self, room_id: str, member: Member) -> str:
        """Give why somebody was banned, or knocks; nothing else has a reason worth reading a row for."""
        if member.membership not in ("ban", "knock"):
            return ""
        event = select_member_event(self._ctx.store.db, room_id, member.user_id) or {}
        return clean_lines(as_text(as_object(event.get("content")).get("reason"), limit=500))


def _is_membership(event: JsonObject) -> bool:
    return event.get("type") == MEMBER and is_state_event(event)


def _membership(text: str) -> Membership:
    try:
        return Membership(text)
    except ValueError:
        return Membership.LEAVE


def _names(members: list[Member]) -> Mapping[str, str]:
    """Name everybody of a list, told apart among those who are joined or invited."""
    clean = {member.user_id: safe_name(member.display_name or "") for member in members}
    owners: dict[str, int] = {}
    for member in members:
        if member.membership in ("join", "invite"):
            owners[clean[member.user_id]] = owners.get(clean[member.user_id], 0) + 1
    return {user_id: _told_apart(user_id, name, owners.get(name, 0)) for user_id, name in clean.items()}


def _told_apart(user_id: str, name: str, owners: int) -> str:
    if not name:
        return user_id
    return with_user_id(name, user_id) if owners > 1 or name.startswith("@") else name


def _place(member: MemberSummary) -> tuple[float, str, str]:
    return -member.power_level, member.name.casefold(), member.user_id
