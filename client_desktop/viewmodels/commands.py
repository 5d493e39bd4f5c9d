"""Slash commands that do something instead of being a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.text.slash_commands import Command, CommandMistake
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.room import RoomModel
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client

Act = Callable[["Client", str, Command], Awaitable[object]]

MODERATOR = 50


class CommandsModel(AccountModel):
    """Runs what the composers of the room pass on. `told` carries a sentence, `dialog` asks for a dialog."""

    told = Signal(str, str)
    dialog = Signal(str, "QVariant")  # type: ignore[arg-type]

    def __init__(self, bridge: Bridge, room: RoomModel, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room = room
        room.commanded.connect(self.run)

    @Slot(object)
    def run(self, command: Command | CommandMistake) -> None:
        """Do it, or say what is wrong with it."""
        if isinstance(command, CommandMistake):
            self.told.emit(mistake_text(command), "problem")
        elif command.name in DIALOGS:
            name, argument, shape = DIALOGS[command.name]
            arguments = {"roomId": self._room.room_id}
            if shape:
                arguments[argument] = command.get(shape)
            self.dialog.emit(name, arguments)
        elif command.name == "jumptodate":
            self._jump_to_date(command.get("date"))
        else:
            self.start(self._act(command))

    async def _act(self, command: Command) -> None:
        client, room_id = self.client, self._room.room_id
        act = ACTS[command.name]
        opened = await self.bridge.call(act, client, room_id, command)
        if isinstance(opened, str) and opened.startswith("!"):
            self._room.open(opened)
        elif command.name in SILENT:
            return
        else:
            self.told.emit(word("main.command.done"), "info")

    def _jump_to_date(self, day: str) -> None:
        current = self._room.current
        if current is not None:
            start = datetime.combine(date.fromisoformat(day), time()).astimezone()
            current.timeline_model.jumpToDate(start.timestamp() * 1000)


def mistake_text(mistake: CommandMistake) -> str:
    """Say what is wrong with a command."""
    usage = word(mistake.spec.args_word) if mistake.spec is not None and mistake.spec.args_word else ""
    return word(f"command.mistake.{mistake.word}", mistake.name, usage)


async def _message(client: Client, room_id: str, command: Command) -> object:
    target = await client.rooms.start_direct(command.get("user"))
    client.outbox.send_text(target, command.get("words"))
    return target


async def _leave(client: Client, room_id: str, command: Command) -> object:
    target = command.get("room") or room_id
    if target.startswith("#"):
        target = (await client.rooms.resolve_alias(target)).room_id
    await client.rooms.leave(target)
    return None


async def _to_direct(client: Client, room_id: str, command: Command) -> object:
    members = await client.rooms.members(room_id)
    other = next((each.user_id for each in members if each.user_id != client.me.user_id), None)
    if other is not None:
        await client.rooms.set_direct(room_id, other)
    return None


async def _discard_session(client: Client, room_id: str, command: Command) -> object:
    client.crypto.group_sessions.discard(room_id)
    return None


async def _mark_read(client: Client, room_id: str, command: Command) -> object:
    newest = client.timelines.newest_event(room_id)
    if newest is not None:
        await client.rooms.mark_read(room_id, newest)
    return None


async def _room_nick(client: Client, room_id: str, command: Command) -> object:
    known = client.rooms.member(room_id, client.me.user_id)
    picture = known.avatar_url if known else None
    await client.rooms.set_own_name(room_id, command.get("words") or None, picture)
    return None


# fmt: off
ACTS: dict[str, Act] = {
    "msg": _message,
    "dm": lambda client, room, said: client.rooms.start_direct(said.get("user")),
    "ignore": lambda client, room, said: client.people.ignore(said.get("user")),
    "unignore": lambda client, room, said: client.people.unignore(said.get("user")),
    "invite": lambda client, room, said: client.rooms.invite(room, said.get("user"), said.get("words")),
    "kick": lambda client, room, said: client.rooms.kick(room, said.get("user"), said.get("words")),
    "ban": lambda client, room, said: client.rooms.ban(room, said.get("user"), said.get("words")),
    "unban": lambda client, room, said: client.rooms.unban(room, said.get("user")),
    "op": lambda client, room, said: client.rooms.set_power_level(
        room, said.get("user"), int(said.get("number") or MODERATOR)),
    "deop": lambda client, room, said: client.rooms.set_power_level(room, said.get("user"), None),
    "join": lambda client, room, said: client.rooms.join(said.get("room"), said.via, said.get("words")),
    "goto": lambda client, room, said: client.rooms.join(said.get("room"), said.via),
    "knock": lambda client, room, said: client.rooms.knock(said.get("room"), said.via, said.get("words")),
    "leave": _leave,
    "roomname": lambda client, room, said: client.rooms.set_name(room, said.get("words")),
    "topic": lambda client, room, said: client.rooms.set_topic(room, said.get("words")),
    "upgraderoom": lambda client, room, said: client.rooms.upgrade(room, said.get("word")),
    "converttodm": _to_direct,
    "converttoroom": lambda client, room, said: client.rooms.set_direct(room, None),
    "discardsession": _discard_session,
    "markread": _mark_read,
    "nick": lambda client, room, said: client.people.set_display_name(said.get("words")),
    "roomnick": _room_nick,
    "status": lambda client, room, said: client.people.set_presence("online", said.get("words")),
}
# fmt: on
SILENT = frozenset({"leave", "markread"})

DIALOGS: dict[str, tuple[str, str, str]] = {
    "whois": ("person", "userId", "user"),
    "verify": ("person", "userId", "user"),
    "explore": ("explore", "server", "server"),
    "serveracl": ("roomSettings", "", ""),
    "help": ("shortcuts", "", ""),
    "devtools": ("devtools", "", ""),
    "poll": ("poll", "question", "words"),
}
"""Command to dialog, the name of its argument, and the shape that fills it."""
