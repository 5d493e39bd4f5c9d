"""Completion in the composer: people after @, rooms after #, emoji after :, commands after /."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.rooms.image_packs import ImagePack
from client_desktop.core.text.command_table import CommandSpec
from client_desktop.core.text.emoji import find_emoji
from client_desktop.core.text.slash_commands import matching_commands
from client_desktop.core.values import Membership, MemberSummary, RoomSummary
from client_desktop.viewmodels.words import language, word

MOST = 8
TRIGGER = re.compile(r"(?:^|(?<=[\s(\[{>]))([@#:/])([^\s@#:]{0,64})$")


@dataclass(frozen=True, slots=True)
class Query:
    """What is being completed: `kind` is the sign, `words` what follows it, `start` where the sign stands."""

    kind: str
    words: str
    start: int


@dataclass(frozen=True, slots=True)
class Completion:
    """One offer. `insert` replaces what was typed from the sign on."""

    key: str
    kind: str
    title: str
    detail: str
    insert: str
    avatar_url: str = ""
    color_id: str = ""
    emoji: str = ""


def query_at(text: str, cursor: int) -> Query | None:
    """What stands before the cursor, if it asks for completion; a command only at the very beginning."""
    found = TRIGGER.search(text[:cursor])
    if found is None:
        return None
    kind, words = found.group(1), found.group(2)
    if kind == "/" and found.start(1) != 0:
        return None
    if kind == ":" and len(words) < 2:
        return None
    return Query(kind, words, found.start(1))


def complete_people(words: str, members: Iterable[MemberSummary], own: str) -> list[Completion]:
    """People of the room whose name or id fits; those whose name begins so come first."""
    fitting = [
        (rank, member.name.casefold(), member)
        for member in members
        if member.membership is Membership.JOIN
        and member.user_id != own
        and (rank := rank_of(words, member.name, member.user_id[1:])) is not None
    ]
    fitting.sort(key=lambda found: found[:2])
    return [
        Completion(
            member.user_id, "@", member.name, member.user_id, f"@{member.name}", member.avatar_url or "",
            member.user_id,
        )
        for _, _, member in fitting[:MOST]
    ]  # fmt: skip


def complete_rooms(words: str, rooms: Iterable[RoomSummary]) -> list[Completion]:
    """Rooms that have an address, by name or address."""
    fitting = [
        (rank, -room.last_at_ms, room)
        for room in rooms
        if room.canonical_alias and (rank := rank_of(words, room.name, room.canonical_alias[1:])) is not None
    ]
    fitting.sort(key=lambda found: found[:2])
    return [
        Completion(
            room.room_id, "#", room.name, room.canonical_alias or "", room.canonical_alias or "",
            room.avatar_url or "", room.room_id,
        )
        for _, _, room in fitting[:MOST]
    ]  # fmt: skip


def complete_emoji(words: str) -> list[Completion]:
    """Emoji by shortcode or by words in the interface's language."""
    return [
        Completion(emoji.text, ":", emoji.name, f":{emoji.shortcodes[0]}:" if emoji.shortcodes else "",
                   emoji.text, emoji=emoji.text)
        for emoji in find_emoji(words, language(), MOST)
    ]  # fmt: skip


def complete_pictures(words: str, packs: Iterable[ImagePack]) -> list[Completion]:
    """Pictures of image packs that are meant as emoji."""
    return [
        Completion(f":{image.shortcode}:", ":", image.shortcode, pack.name, f":{image.shortcode}:", image.url)
        for pack in packs
        for image in pack.images
        if "emoticon" in image.uses and rank_of(words, image.shortcode) is not None
    ][:MOST]


def complete_commands(words: str) -> list[Completion]:
    """Slash commands whose name begins so."""
    return [
        Completion(f"/{spec.name}", "/", _usage(spec), word(spec.help_word), f"/{spec.name}")
        for spec in matching_commands(words)
    ]


def _usage(spec: CommandSpec) -> str:
    return f"/{spec.name} {word(spec.args_word)}" if spec.args_word else f"/{spec.name}"


def rank_of(words: str, *names: str) -> int | None:
    """How well words fit: 0 a name begins so, 1 a word in it does, 2 it holds it; None: not at all."""
    wanted = words.casefold()
    best: int | None = None
    for name in names:
        folded = name.casefold()
        rank = None
        if folded.startswith(wanted):
            rank = 0
        elif any(part.startswith(wanted) for part in re.split(r"[\s\-_.:]+", folded)):
            rank = 1
        elif wanted in folded:
            rank = 2
        if rank is not None and (best is None or rank < best):
            best = rank
    return best
