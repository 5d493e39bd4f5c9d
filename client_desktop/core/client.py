"""One account: its services, joined."""

from __future__ import annotations

import secrets as random_source
from pathlib import Path

import aiohttp

from client_desktop.core.accounts.account_settings import AccountSettings
from client_desktop.core.accounts.secret_store import SecretStore
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes, DraftChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account_crypto import AccountCrypto
from client_desktop.core.events import ClearEvent
from client_desktop.core.export import Exports
from client_desktop.core.media.media import MediaFiles
from client_desktop.core.media.small_files import SmallFiles
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.people.people import People
from client_desktop.core.push.push_rules import PushRules
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.rooms.rooms import Rooms
from client_desktop.core.rooms.sync_part import RoomsPart
from client_desktop.core.search import Search
from client_desktop.core.store import Store
from client_desktop.core.sync.apply import Participants
from client_desktop.core.sync.choose import TransportChoice
from client_desktop.core.sync.loop import SyncLoop
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.text.markdown import write
from client_desktop.core.timeline import open_timelines
from client_desktop.core.timeline.ingest import Ingested
from client_desktop.core.values import AccountSummary, Membership, RoomSection, SyncTransport

PICKLE_KEY_BYTES = 32


class Client:
    """Everything an account can do, by its services. What the store holds is there at once."""

    def __init__(
        self,
        me: Session,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        *,
        tokens: SessionTokens,
        secrets: SecretStore,
        http: aiohttp.ClientSession,
        folder: Path,
        words: NameWords | None = None,
        only: SyncTransport | None = None,
    ) -> None:
        """`folder`: for files of this account; `only`: follow the server in this way alone.

        Raises: StoreDamaged.
        """
        self.api = api
        self.store = store
        self.changes = changes
        self.clock = clock
        self.tokens = tokens
        self.secrets = secrets
        self.http = http
        self.folder = folder
        self.account = AccountSettings(api, me, http)
        self._presence = PresenceChoice()
        self._rooms = RoomsContext(me.user_id, api, store, changes, clock, words or NameWords())
        self.rooms = Rooms(self._rooms)
        rooms_part = RoomsPart(self._rooms)
        rooms_part.load()
        self.people = People(me.user_id, api, store, changes, clock, self._presence)
        self.crypto = AccountCrypto.open_account(
            me.user_id,
            me.device_id,
            api,
            store,
            changes,
            clock,
            self.rooms,
            self.rooms.start_direct,
            _pickle_key(secrets, me),
        )
        self._rooms.accepted_invite = self.crypto.accepted_invite
        self._rooms.before_invite = self.crypto.share_history
        self.media = MediaFiles(me.user_id, api, store, changes, clock, folder / "media")
        self.crypto.files = SmallFiles(self.media)
        self.timelines = open_timelines(
            me.user_id, api, store, changes, clock, self.crypto, self.rooms.permissions
        )
        self.outbox = Outbox(
            me.user_id,
            api,
            store,
            changes,
            clock,
            folder / "outbox",
            encryption=self.crypto,
            events=self.timelines,
            uploaded=self.media,
            knows_room=self._has_joined,
            markdown=write,
        )
        self.drafts = self.outbox.drafts
        self._rooms.drafts = self.drafts
        self._stop_listening = changes.listen(DraftChanged, self._draft_changed)
        self.parts = Participants(rooms_part, self.people, self.crypto, outbox=self.outbox)
        self.parts.timelines = self.timelines
        self._rooms.also_forget.append(self.timelines.forget)
        self.outbox.events = self.timelines
        self.timelines.followers.append(self._note_decrypted)
        self.push_rules = PushRules(me.user_id, api, store, changes, clock, self.timelines, self.rooms)
        self._rooms.unread = self.push_rules
        self.search = Search(self.timelines)
        self.exports = Exports(self.timelines, self.media, self._room_name)
        self.parts.verifications = self.crypto
        choice = TransportChoice(me.user_id, api, self._presence, clock, only)
        self.sync = SyncLoop(me.user_id, store, changes, self.parts, choice)
        self._presence.changed = self.sync.wake

    @property
    def me(self) -> Session:
        """Who this is: with the tokens that are good now."""
        return self.tokens.session

    async def start(self) -> None:
        """Begin to follow the server; returns at once."""
        self.sync.start()
        self.crypto.start()
        await self.media.start()
        await self.outbox.start()

    def summary(self) -> AccountSummary:
        """Give the account as a switcher shows it."""
        profile = self.people.known_profile(self.me.user_id)
        rooms = self._rooms.summaries.values()
        invites = sum(room.section is RoomSection.INVITES for room in rooms)
        joined = [room for room in rooms if room.membership is Membership.JOIN and not room.muted]
        return AccountSummary(
            user_id=self.me.user_id,
            device_id=self.me.device_id,
            homeserver_url=self.me.homeserver_url,
            display_name=profile.display_name,
            avatar_url=profile.avatar_url,
            state=self.sync.state,
            unread=sum(room.unread for room in joined) + invites,
            mentions=sum(room.mentions for room in joined),
        )

    async def close(self) -> None:
        """Stop everything, wait for it, and close the store."""
        self._stop_listening()
        await self.sync.close()
        await self.outbox.close()
        await self.media.close()
        await self.exports.close()
        await self.push_rules.close()
        await self.timelines.close()
        await self.rooms.close()
        await self.crypto.stop()
        self.store.close()

    def _note_decrypted(self, room_id: str, result: Ingested) -> None:
        clear = [
            ClearEvent(event.source, {"type": event.type, "content": event.content})
            for event in result.decrypted
        ]
        self.rooms.note_decrypted(room_id, clear)

    def _room_name(self, room_id: str) -> str:
        summary = self.rooms.summary(room_id)
        return room_id if summary is None else summary.name

    def _has_joined(self, room_id: str) -> bool:
        """Tell whether sync has brought the room, as one that the account is in."""
        room = self.rooms.summary(room_id)
        return room is not None and room.membership is Membership.JOIN

    def _draft_changed(self, change: Change) -> None:
        if isinstance(change, DraftChanged) and change.account == self.me.user_id:
            self.rooms.refresh([change.room_id])


def pickle_name(me: Session) -> str:
    """Give under which name the key of a device's keys is among the secrets."""
    return f"pickle:{me.user_id}:{me.device_id}"


def _pickle_key(secrets: SecretStore, me: Session) -> bytes:
    """Give the key that a device's keys are encrypted with in the store, made with the device."""
    key = secrets.get(pickle_name(me))
    if key is None:
        key = random_source.token_bytes(PICKLE_KEY_BYTES)
        secrets.set(pickle_name(me), key)
    return key
