"""A bridge built on mautrix, and a person with an encrypting client of the same library, on one homeserver.

Run with the Python of an environment that has mautrix; prints what it has seen, and "bridge: ok".
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from mautrix.appservice import AppService
from mautrix.client import Client
from mautrix.client.state_store import MemoryStateStore
from mautrix.crypto import OlmMachine, PgCryptoStore
from mautrix.crypto import StateStore as CryptoStateStore
from mautrix.errors import SessionNotFound
from mautrix.types import (
    EncryptionAlgorithm,
    EventType,
    Membership,
    MessageType,
    PresenceState,
    RoomEncryptionStateEventContent,
    TextMessageEventContent,
    TrustState,
)
from mautrix.util.async_db import Database

SERVER = "parlour.test"
BOT, GHOST = f"@_irc_bot:{SERVER}", f"@_irc_bob:{SERVER}"
WAIT_S = 100
ENCRYPTED = RoomEncryptionStateEventContent(algorithm=EncryptionAlgorithm.MEGOLM_V1)


class OneEncryptedRoom(CryptoStateStore):  # type: ignore[misc]
    """Every room is encrypted, and everybody shares it."""

    def __init__(self) -> None:
        self.rooms: list[Any] = []

    async def is_encrypted(self, room_id: Any) -> bool:
        return room_id in self.rooms

    async def get_encryption_info(self, room_id: Any) -> Any:
        return ENCRYPTED if room_id in self.rooms else None

    async def find_shared_rooms(self, user_id: Any) -> Any:
        return self.rooms


class Seen:
    """What arrived: things to wait for."""

    def __init__(self) -> None:
        self._things: list[Any] = []
        self._more = asyncio.Condition()

    async def add(self, thing: Any) -> None:
        async with self._more:
            self._things.append(thing)
            self._more.notify_all()

    async def until(self, what: str, fits: Any) -> Any:
        async def look() -> Any:
            async with self._more:
                await self._more.wait_for(lambda: any(fits(thing) for thing in self._things))
            return next(thing for thing in self._things if fits(thing))

        try:
            found = await asyncio.wait_for(look(), WAIT_S)
        except TimeoutError:
            sys.exit(f"never seen: {what}; seen: {[str(thing)[:200] for thing in self._things]}")
        say(f"seen: {what}")
        return found


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def text(body: str) -> TextMessageEventContent:
    return TextMessageEventContent(msgtype=MessageType.TEXT, body=body)


async def main(base_url: str, port: int, as_token: str, hs_token: str) -> None:
    bridge_saw, alice_saw = Seen(), Seen()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        databases = [crypto_database(folder, who) for who in ("alice", "bot")]
        az = AppService(
            server=base_url, domain=SERVER, as_token=as_token, hs_token=hs_token, bot_localpart="_irc_bot",
            id="irc", ephemeral_events=True, encryption_events=True,
            state_store=None, log="bridge", bridge_name="irc",
        )  # fmt: skip
        az.state_store.path = str(folder / "state.json")
        az.matrix_event_handler(bridge_saw.add)
        await az.start("127.0.0.1", port)
        for database in databases:
            await database.start()
        try:
            alice = await log_in_alice(base_url, alice_saw)
            await talk_in_the_clear(az, alice, bridge_saw, alice_saw)
            await talk_encrypted(az, databases, base_url, as_token, alice, bridge_saw, alice_saw)
            alice.stop()
        finally:
            await az.stop()
            for database in databases:
                await database.stop()
    say("bridge: ok")


async def log_in_alice(base_url: str, saw: Seen) -> Client:
    alice = Client(base_url=base_url, mxid=f"@alice:{SERVER}", state_store=MemoryStateStore())
    await alice.login(identifier="alice", password="correct horse battery", device_name="Alice's")
    alice.add_event_handler(EventType.ALL, saw.add)
    return alice


async def talk_in_the_clear(az: AppService, alice: Client, bridge_saw: Seen, alice_saw: Seen) -> None:
    assert await az.ping_self("ping") >= 0
    bot, ghost = az.intent, az.intent.user(GHOST)
    await ghost.ensure_registered()
    await ghost.set_displayname("Bob (IRC)")
    room_id = await bot.create_room(name="#chan", invitees=[f"@alice:{SERVER}", GHOST])
    await ghost.ensure_joined(room_id)
    await alice.join_room(room_id)
    alice.start(None)
    await ghost.send_message(room_id, text("from IRC"), timestamp=1_500_000_000_000)
    message = await alice_saw.until("the ghost's message", lambda event: body_of(event) == "from IRC")
    assert (message.sender, message.timestamp) == (GHOST, 1_500_000_000_000)
    event_id = await alice.send_text(room_id, "from Matrix")
    await bridge_saw.until("a person's message", lambda event: body_of(event) == "from Matrix")
    await ghost.mark_read(room_id, event_id)
    await alice.set_typing(room_id, timeout=30_000)
    await bridge_saw.until("typing", lambda event: event.type == EventType.TYPING and event.content.user_ids)
    await bridge_saw.until("a receipt", lambda event: event.type == EventType.RECEIPT)
    await alice.set_presence(PresenceState.ONLINE)
    await bridge_saw.until("presence", lambda event: event.type == EventType.PRESENCE)
    await ghost.leave_room(room_id)


async def talk_encrypted(
    az: AppService,
    databases: list[Database],
    base_url: str,
    as_token: str,
    alice: Client,
    bridge_saw: Seen,
    alice_saw: Seen,
) -> None:
    alice_rooms, bot_rooms = OneEncryptedRoom(), OneEncryptedRoom()
    alice.crypto = OlmMachine(alice, await crypto_store(databases[0]), alice_rooms)
    await alice.crypto.load()
    await alice.crypto.share_keys()
    client = Client(base_url=base_url, mxid=BOT, state_store=MemoryStateStore())
    client.api.token = as_token
    await client.create_device_msc4190(device_id="BRIDGE", initial_display_name="the bridge")
    machine = OlmMachine(client, await crypto_store(databases[1]), bot_rooms)
    az.otk_handler, az.to_device_handler = machine.handle_as_otk_counts, machine.handle_as_to_device_event
    az.device_list_handler = machine.handle_as_device_lists
    await machine.load()
    await machine.share_keys()
    recovery_key = await machine.generate_recovery_key()
    assert recovery_key
    await machine._fetch_keys([BOT], include_untracked=True)
    assert await machine.resolve_trust(machine.own_identity) >= TrustState.CROSS_SIGNED_UNTRUSTED
    say("seen: the bridge's cross-signing keys")

    room_id = await az.intent.create_room(
        invitees=[alice.mxid],
        initial_state=[{"type": "m.room.encryption", "state_key": "", "content": ENCRYPTED.serialize()}],
    )
    alice_rooms.rooms.append(room_id)
    bot_rooms.rooms.append(room_id)
    await alice.join_room(room_id)
    await bridge_saw.until("Alice in the room", lambda event: is_join_of(event, alice.mxid, room_id))

    members = [BOT, alice.mxid]
    await machine.share_group_session(room_id, members)
    encrypted = await machine.encrypt_megolm_event(room_id, EventType.ROOM_MESSAGE, text("secret of the bot"))
    await az.intent.send_message_event(room_id, EventType.ROOM_ENCRYPTED, encrypted)
    await alice_saw.until("the bridge's secret", lambda event: body_of(event) == "secret of the bot")

    await alice.crypto.share_group_session(room_id, members)
    await alice.send_message_event(room_id, EventType.ROOM_MESSAGE, text("secret of Alice"))
    event = await bridge_saw.until(
        "Alice's encrypted event",
        lambda event: event.type == EventType.ROOM_ENCRYPTED and event.sender == alice.mxid,
    )
    try:
        decrypted = await machine.decrypt_megolm_event(event)
    except SessionNotFound:  # the keys come in a transaction of their own
        if not await machine.wait_for_session(room_id, event.content.session_id, timeout=WAIT_S):
            sys.exit("the keys of Alice's message never arrived")
        decrypted = await machine.decrypt_megolm_event(event)
    assert decrypted.content.body == "secret of Alice", decrypted
    say("seen: Alice's secret")


def crypto_database(folder: Path, name: str) -> Database:
    return Database.create(f"sqlite:///{folder}/{name}.db", upgrade_table=PgCryptoStore.upgrade_table)


async def crypto_store(database: Database) -> PgCryptoStore:
    store = PgCryptoStore("account", "key", database)
    await store.open()
    return store


def body_of(event: Any) -> Any:
    return getattr(getattr(event, "content", None), "body", None)


def is_join_of(event: Any, user_id: Any, room_id: Any) -> bool:
    return (
        event.type == EventType.ROOM_MEMBER
        and (event.state_key, event.room_id) == (user_id, room_id)
        and event.content.membership == Membership.JOIN
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]))
