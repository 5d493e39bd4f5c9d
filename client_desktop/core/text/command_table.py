"""The slash commands: their names and the shapes of what follows them.

Shapes: `words` takes the rest of the line, `user` a user id or mention, `room` an address, id or link,
`server` a server's name, `number` a whole number, `date` a day as 2024-05-31, `word` one word. A question
mark makes it optional. Help is the text `command.<name>`, what follows is shown as `command.args.<name>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CommandGroup(StrEnum):
    MESSAGE = "message"
    """Becomes a message; `outgoing_text` says which."""
    PEOPLE = "people"
    ROOM = "room"
    ACCOUNT = "account"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command as the table has it."""

    name: str
    group: CommandGroup
    shapes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    power: str = ""
    """Which right in the room it needs: kick, ban, invite, or the type of the state event it sends."""

    @property
    def help_word(self) -> str:
        """Which text explains it."""
        return f"command.{self.name}"

    @property
    def args_word(self) -> str:
        """Which text shows what follows it; empty where nothing does."""
        return f"command.args.{self.name}" if self.shapes else ""


MESSAGE, PEOPLE, ROOM = CommandGroup.MESSAGE, CommandGroup.PEOPLE, CommandGroup.ROOM
ACCOUNT, OTHER = CommandGroup.ACCOUNT, CommandGroup.OTHER

# fmt: off
COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec("me", MESSAGE, ("words",)),
    CommandSpec("plain", MESSAGE, ("words",)),
    CommandSpec("notice", MESSAGE, ("words",)),
    CommandSpec("spoiler", MESSAGE, ("words",)),
    CommandSpec("rainbow", MESSAGE, ("words",)),
    CommandSpec("rainbowme", MESSAGE, ("words",)),
    CommandSpec("code", MESSAGE, ("words",)),
    CommandSpec("shrug", MESSAGE, ("words?",)),
    CommandSpec("tableflip", MESSAGE, ("words?",)),
    CommandSpec("unflip", MESSAGE, ("words?",)),
    CommandSpec("lenny", MESSAGE, ("words?",)),
    CommandSpec("msg", PEOPLE, ("user", "words")),
    CommandSpec("dm", PEOPLE, ("user",), ("query",)),
    CommandSpec("whois", PEOPLE, ("user",)),
    CommandSpec("verify", PEOPLE, ("user",)),
    CommandSpec("ignore", PEOPLE, ("user",)),
    CommandSpec("unignore", PEOPLE, ("user",)),
    CommandSpec("invite", PEOPLE, ("user", "words?"), (), "invite"),
    CommandSpec("kick", PEOPLE, ("user", "words?"), ("remove",), "kick"),
    CommandSpec("ban", PEOPLE, ("user", "words?"), (), "ban"),
    CommandSpec("unban", PEOPLE, ("user",), (), "ban"),
    CommandSpec("op", PEOPLE, ("user", "number?"), (), "m.room.power_levels"),
    CommandSpec("deop", PEOPLE, ("user",), (), "m.room.power_levels"),
    CommandSpec("join", ROOM, ("room", "words?"), ("j",)),
    CommandSpec("knock", ROOM, ("room", "words?")),
    CommandSpec("leave", ROOM, ("room?",), ("part",)),
    CommandSpec("roomname", ROOM, ("words",), (), "m.room.name"),
    CommandSpec("topic", ROOM, ("words?",), (), "m.room.topic"),
    CommandSpec("upgraderoom", ROOM, ("word",), (), "m.room.tombstone"),
    CommandSpec("serveracl", ROOM, (), (), "m.room.server_acl"),
    CommandSpec("converttodm", ROOM),
    CommandSpec("converttoroom", ROOM),
    CommandSpec("jumptodate", ROOM, ("date",)),
    CommandSpec("discardsession", ROOM),
    CommandSpec("markread", ROOM),
    CommandSpec("nick", ACCOUNT, ("words",)),
    CommandSpec("roomnick", ACCOUNT, ("words",), ("myroomnick",)),
    CommandSpec("status", ACCOUNT, ("words?",)),
    CommandSpec("poll", OTHER, ("words?",)),
    CommandSpec("goto", OTHER, ("room",)),
    CommandSpec("explore", OTHER, ("server?",)),
    CommandSpec("devtools", OTHER),
    CommandSpec("help", OTHER),
)
# fmt: on
