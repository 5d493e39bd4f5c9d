"""People, for everybody else: profiles, presence, ignoring, finding; and account data that is no room's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from client_desktop.core.account_data import change_account_data, put_account_data
from client_desktop.core.api import Api, path
from client_desktop.core.changes import Changes, PresenceChanged, ProfilesChanged
from client_desktop.core.clock import Clock
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import (
    as_bool,
    as_int,
    as_object,
    as_objects,
    as_optional_text,
    as_text,
    as_texts,
)
from client_desktop.core.store import Store
from client_desktop.core.store.account_data import select_account_data
from client_desktop.core.store.profiles import select_profile, upsert_profile
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.text.bidi import safe_name
from client_desktop.core.values import Presence, Profile

IGNORED = "m.ignored_user_list"
FRESH_MS = 10 * 60 * 1000
MAX_PRESENCES = 20_000
MAX_FOUND = 50
MAX_PAGES = 20
STATES = frozenset({"online", "unavailable", "offline"})


@dataclass(frozen=True, slots=True)
class FoundPeople:
    people: tuple[Profile, ...]
    limited: bool
    """There are more: the search term may be longer."""


class People:
    """Profiles, presence, ignoring. One for each account."""

    def __init__(
        self, user_id: str, api: Api, store: Store, changes: Changes, clock: Clock, choice: PresenceChoice
    ) -> None:
        self._user_id = user_id
        self._api = api
        self._store = store
        self._changes = changes
        self._clock = clock
        self._choice = choice
        self._presence: dict[str, tuple[Presence, int]] = {}

    def known_profile(self, user_id: str) -> Profile:
        """Give the profile as it was fetched last, without asking; the id where it never was."""
        row = select_profile(self._store.db, user_id)
        return _profile(user_id, *(row[:2] if row is not None else (None, None)))

    async def profile(self, user_id: str, *, fresh: bool = False) -> Profile:
        """Give a profile, asked for unless it was within the last ten minutes.

        Raises: ClientError; MatrixError 404 for somebody whom the server does not know.
        """
        row = select_profile(self._store.db, user_id)
        if row is not None and not fresh and self._clock.now_ms() - row[2] < FRESH_MS:
            return _profile(user_id, row[0], row[1])
        answer = await self._api.get(path("/_matrix/client/v3/profile/{}", user_id), retry=True)
        return self._keep_profile(user_id, answer)

    async def set_display_name(self, name: str) -> None:
        """Raises: ClientError."""
        await self.set_profile_field("displayname", name)

    async def set_avatar(self, url: str | None) -> None:
        """Set one's picture, an mxc URI; None takes it away.

        Raises: ClientError.
        """
        await self.set_profile_field("avatar_url", url or "")

    async def set_profile_field(self, name: str, value: object) -> None:
        """Set a field of one's profile: `m.tz`, or what is agreed on elsewhere; None removes it.

        Raises: ClientError.
        """
        target = path("/_matrix/client/v3/profile/{}/{}", self._user_id, name)
        if value is None:
            await self._api.delete(target, retry=True)
        else:
            await self._api.put(target, {name: value}, retry=True)
        await self.profile(self._user_id, fresh=True)

    async def profile_fields(self, user_id: str) -> JsonObject:
        """Ask for everything in a profile, as the server tells it.

        Raises: ClientError.
        """
        return await self._api.get(path("/_matrix/client/v3/profile/{}", user_id), retry=True)

    def presence(self, user_id: str) -> Presence | None:
        """Give somebody's presence as sync told it last; None where it did not."""
        known = self._presence.get(user_id)
        if known is None:
            return None
        presence, heard_ms = known
        if presence.last_active_ago_ms is None:
            return presence
        passed_ms = max(0, self._clock.now_ms() - heard_ms)
        return Presence(
            presence.state,
            presence.status_message,
            presence.last_active_ago_ms + passed_ms,
            presence.currently_active,
        )

    async def set_presence(self, state: str, status_message: str | None = None) -> None:
        """Be seen as `online`, `unavailable` or `offline` from now on; None keeps the status message.

        Raises: ClientError.
        """
        body: JsonObject = {"presence": state}
        if status_message is not None:
            body["status_msg"] = status_message
        await self._api.put(path("/_matrix/client/v3/presence/{}/status", self._user_id), body, retry=True)
        self._choice.choose(state)

    def ignored(self) -> frozenset[str]:
        """Give whom the account ignores."""
        content = select_account_data(self._store.db, "", IGNORED) or {}
        return frozenset(as_object(content.get("ignored_users")))

    async def ignore(self, user_id: str) -> None:
        """Raises: ClientError."""
        await self._change(IGNORED, partial(_with_ignored, user_id, True))

    async def unignore(self, user_id: str) -> None:
        """Raises: ClientError."""
        await self._change(IGNORED, partial(_with_ignored, user_id, False))

    async def mutual_rooms(self, user_id: str) -> tuple[str, ...]:
        """Ask which rooms one shares with somebody.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#mutual-rooms
        Raises: ClientError.
        """
        rooms: list[str] = []
        since: str | None = None
        for _ in range(MAX_PAGES):
            answer = await self._mutual_page(user_id, since)
            rooms.extend(as_texts(answer.get("joined")))
            since = as_optional_text(answer.get("next_batch", answer.get("next_batch_token")))
            if since is None:
                break
        return tuple(dict.fromkeys(rooms))

    async def search(self, term: str, limit: int = 20) -> FoundPeople:
        """Search the server's user directory.

        Raises: ClientError.
        """
        body = {"search_term": term, "limit": limit}
        answer = await self._api.post("/_matrix/client/v3/user_directory/search", body)
        people = (
            _profile(
                as_text(entry.get("user_id")),
                as_optional_text(entry.get("display_name")),
                as_optional_text(entry.get("avatar_url")),
            )
            for entry in as_objects(answer.get("results"))[:MAX_FOUND]
        )
        found = tuple(person for person in people if person.user_id.startswith("@"))
        return FoundPeople(found, as_bool(answer.get("limited")))

    async def report(self, user_id: str, reason: str) -> None:
        """Tell the server's admins of somebody.

        Raises: ClientError.
        """
        await self._api.post(path("/_matrix/client/v3/users/{}/report", user_id), {"reason": reason})

    def account_data(self, type_: str) -> JsonObject | None:
        """Give account data that is no room's, or None."""
        return select_account_data(self._store.db, "", type_)

    async def set_account_data(self, type_: str, content: ReadonlyJsonObject) -> None:
        """Raises: ClientError."""
        await put_account_data(self._api, self._user_id, type_, content)

    def receive_presence(self, events: Sequence[ReadonlyJsonObject]) -> None:
        """Take what a sync says of presence, and tell."""
        now_ms = self._clock.now_ms()
        heard = {
            as_text(event.get("sender")): _presence(as_object(event.get("content")))
            for event in events
            if event.get("type") == "m.presence"
        }
        for user_id, presence in heard.items():
            if user_id in self._presence or len(self._presence) < MAX_PRESENCES:
                self._presence[user_id] = presence, now_ms
        if heard:
            self._changes.publish(PresenceChanged(self._user_id, frozenset(heard)))

    def _keep_profile(self, user_id: str, answer: JsonObject) -> Profile:
        name = as_optional_text(answer.get("displayname"), limit=256)
        avatar_url = as_optional_text(answer.get("avatar_url"), limit=1000)
        before = select_profile(self._store.db, user_id)
        with self._store.transaction() as db:
            upsert_profile(db, user_id, name, avatar_url, self._clock.now_ms())
        if before is None or before[:2] != (name, avatar_url):
            self._changes.publish(ProfilesChanged(self._user_id, frozenset({user_id})))
        return _profile(user_id, name, avatar_url)

    async def _mutual_page(self, user_id: str, since: str | None) -> JsonObject:
        query = {"user_id": user_id, "from": since}
        try:
            return await self._api.get("/_matrix/client/v1/mutual_rooms", query)
        except MatrixError as error:
            if error.errcode != "M_UNRECOGNIZED":
                raise
        older = "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms"
        return await self._api.get(older, {"user_id": user_id, "batch_token": since})

    async def _change(self, type_: str, change: partial[JsonObject]) -> None:
        await change_account_data(self._api, self._user_id, type_, change)


def _profile(user_id: str, name: str | None, avatar_url: str | None) -> Profile:
    return Profile(user_id, safe_name(name or "") or user_id, avatar_url)


def _presence(content: JsonObject) -> Presence:
    state = as_text(content.get("presence"))
    ago_ms = as_int(content.get("last_active_ago"), -1)
    return Presence(
        state=state if state in STATES else "offline",
        status_message=safe_name(as_text(content.get("status_msg"))),
        last_active_ago_ms=ago_ms if ago_ms >= 0 else None,
        currently_active=as_bool(content.get("currently_active")),
    )


def _with_ignored(user_id: str, ignored: bool, content: JsonObject) -> JsonObject:
    users = dict(as_object(content.get("ignored_users")))
    if ignored:
        users.setdefault(user_id, {})
    else:
        users.pop(user_id, None)
    return {**content, "ignored_users": users}
