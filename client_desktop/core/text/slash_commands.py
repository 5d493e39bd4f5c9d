"""Slash commands: understood, or told what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from client_desktop.core.text.command_table import COMMANDS, CommandSpec
from client_desktop.core.text.links import LinkKind, MatrixLink, parse_matrix_link

_BY_NAME = {name: spec for spec in COMMANDS for name in (spec.name, *spec.aliases)}
_MENTION = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_USER_ID = re.compile(r"@[^\s:\x00-\x1f]{1,200}:[\w.\-\[\]:]{1,200}")
_SERVER = re.compile(r"[A-Za-z0-9.\-]{1,230}(?::\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is well-formed. Optional values that were not given are missing from `args`."""

    spec: CommandSpec
    args: Mapping[str, str] = field(default_factory=dict)
    """By the shape's name: user, words, number, room, date, word, server."""
    via: tuple[str, ...] = ()
    """Servers that the room's link names."""

    @property
    def name(self) -> str:
        return self.spec.name

    def get(self, shape: str) -> str:
        """Return a value, empty where it was not given."""
        return self.args.get(shape, "")


@dataclass(frozen=True, slots=True)
class CommandMistake:
    """A command that cannot be run; the text `command.mistake.<word>` says why."""

    word: str
    """unknown, missing, or what should have stood there: user, room, server, number, date, word."""
    name: str
    spec: CommandSpec | None = None


def parse_command(text: str) -> Command | CommandMistake | None:
    """Understand what begins with a slash; None where it is no command.

    `//` begins a message with one slash, and so does a path: a command's name has letters only.
    """
    match = re.match(r"/([A-Za-z]+)(?:\s+|$)", text)
    if match is None:
        return None
    name = match[1].lower()
    spec = _BY_NAME.get(name)
    if spec is None:
        return CommandMistake("unknown", name)
    return _read_args(spec, text[match.end() :].strip())


def literal(text: str) -> str:
    """Return text that is no command as it is to be sent: `//` at its beginning is one slash."""
    return text[1:] if text.startswith("//") else text


def matching_commands(beginning: str) -> tuple[CommandSpec, ...]:
    """Return the commands whose name or other name begins so, in the table's order."""
    wanted = beginning.lower()
    return tuple(
        spec for spec in COMMANDS if any(name.startswith(wanted) for name in (spec.name, *spec.aliases))
    )


def _read_args(spec: CommandSpec, rest: str) -> Command | CommandMistake:
    args: dict[str, str] = {}
    via: tuple[str, ...] = ()
    for shape in spec.shapes:
        kind, optional = shape.rstrip("?"), shape.endswith("?")
        if not rest:
            if optional:
                continue
            return CommandMistake("missing", spec.name, spec)
        if kind == "words":
            args["words"], rest = rest, ""
            continue
        value, tail = _next(rest)
        read = _read(kind, value)
        if read is None:
            return CommandMistake(kind, spec.name, spec)
        args[kind] = read.identifier if isinstance(read, MatrixLink) else read
        via = read.via if isinstance(read, MatrixLink) else via
        rest = tail
    if rest:
        return CommandMistake("too_much", spec.name, spec)
    return Command(spec, MappingProxyType(args), via)


def _next(rest: str) -> tuple[str, str]:
    """Return the next value and what follows; a mention is one value whatever its name holds."""
    match = _MENTION.match(rest) or re.match(r"\S+", rest)
    value = match.group() if match else rest
    return value, rest[len(value) :].strip()


def _read(kind: str, value: str) -> str | MatrixLink | None:
    match kind:
        case "user":
            return _read_user(value)
        case "room":
            return _read_room(value)
        case "server":
            return value if _SERVER.fullmatch(value) else None
        case "number":
            return value if re.fullmatch(r"-?\d{1,9}", value) else None
        case "date":
            return _read_date(value)
    return value


def _read_user(value: str) -> str | None:
    link = _link(value)
    if link is not None:
        return link.identifier if link.kind is LinkKind.USER else None
    return value if _USER_ID.fullmatch(value) else None


def _read_room(value: str) -> MatrixLink | None:
    link = _link(value)
    if link is None and value[:1] in "#!":
        link = parse_matrix_link(f"https://matrix.to/#/{value}")
    return link if link is not None and link.kind is not LinkKind.USER else None


def _read_date(value: str) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        return None


def _link(value: str) -> MatrixLink | None:
    mention = _MENTION.fullmatch(value)
    return parse_matrix_link(mention["target"] if mention else value)
