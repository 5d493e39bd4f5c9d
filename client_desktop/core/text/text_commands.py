"""What the commands that become messages say."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from html import escape

from client_desktop.core.outbox.contents.messages import Written
from client_desktop.core.text.markdown import write
from client_desktop.core.text.slash_commands import Command

FACES = {
    "shrug": "¯\\_(ツ)_/¯",
    "tableflip": "(╯°□°）╯︵ ┻━┻",  # noqa: RUF001
    "unflip": "┬──┬ ノ( ゜-゜ノ)",  # noqa: RUF001
    "lenny": "( ͡° ͜ʖ ͡°)",
}


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A message: its kind, and what it says."""

    msgtype: str
    written: Written


def outgoing_text(command: Command) -> OutgoingText:
    """Return the message that a command of the group MESSAGE is."""
    words = command.get("words")
    match command.name:
        case "me":
            return OutgoingText("m.emote", write(words))
        case "notice":
            return OutgoingText("m.notice", write(words))
        case "plain":
            return OutgoingText("m.text", Written(words))
        case "spoiler":
            inner = write(words)
            html = f"<span data-mx-spoiler>{inner.html or escape(inner.body)}</span>"
            return OutgoingText("m.text", Written("[Spoiler]", html, inner.user_ids, inner.room))
        case "code":
            return OutgoingText("m.text", Written(words, f"<pre><code>{escape(words)}</code></pre>"))
        case "rainbow" | "rainbowme":
            msgtype = "m.emote" if command.name == "rainbowme" else "m.text"
            return OutgoingText(msgtype, Written(words, rainbow(words)))
    face = FACES[command.name]
    return OutgoingText("m.text", Written(f"{words} {face}" if words else face))


def rainbow(words: str) -> str:
    """Return HTML in which every character has the next colour of the rainbow."""
    count = max(1, len(words))
    return "".join(
        character
        if character.isspace()
        else f'<span data-mx-color="{_hue(at / count)}">{escape(character)}</span>'
        for at, character in enumerate(words[:500])
    ) + escape(words[500:])


def _hue(turn: float) -> str:
    channels = colorsys.hls_to_rgb(turn, 0.45, 0.75)
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
