"""A room's history as one page: for people, in any browser, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from html import escape
from typing import IO, Final
from urllib.parse import quote

from client_desktop.core.text.colors import person_color
from client_desktop.core.timeline.decorate import MAX_MS, day_start_ms
from client_desktop.core.timeline.event import Event, is_row
from client_desktop.core.values import ItemKind, Media, Poll, TimelineItem
from client_shared.catalogue import text as word

# Nothing is fetched from anywhere, and nothing runs, whatever the messages hold.
POLICY: Final = (
    "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)
STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.45 Inter, system-ui, sans-serif; }
body { max-width: 860px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 22px; }
h2 { font-size: 13px; font-weight: 600; text-align: center; color: GrayText; margin: 24px 0 8px; }
article { padding: 3px 0; overflow-wrap: anywhere; }
article.thread { margin-left: 32px; }
.sender { font-weight: 600; }
time, .note, .state { color: GrayText; font-size: 13px; }
.state { padding: 3px 0; }
blockquote { margin: 2px 0; padding-left: 10px; border-left: 3px solid GrayText; color: GrayText; }
pre { overflow: auto; padding: 8px; border: 1px solid GrayText; border-radius: 6px; }
img, video { max-width: 100%; max-height: 480px; border-radius: 6px; }
.reactions span { border: 1px solid GrayText; border-radius: 10px; padding: 0 7px; margin-right: 4px; font-size: 13px; }
[data-mx-spoiler] { background: CanvasText; color: CanvasText; }
[data-mx-spoiler]:hover { background: none; }
"""  # noqa: E501
_PICTURE: Final = re.compile(r"<img\b[^>]*>")
_ALT: Final = re.compile(r'\balt="([^"]*)"')
BESIDE: Final = frozenset({ItemKind.MEMBERSHIP, ItemKind.STATE, ItemKind.CALL, ItemKind.VERIFICATION})
PICTURES: Final = frozenset({ItemKind.IMAGE, ItemKind.STICKER})
SOUNDS: Final = frozenset({ItemKind.AUDIO, ItemKind.VOICE})


@dataclass(slots=True)
class HtmlPage:
    """Writes messages as HTML. All that people wrote is escaped, or was made safe by `core.text`."""

    room_name: str
    language: str
    zone: tzinfo | None
    name: str = "index.html"
    _day: int | None = field(default=None)

    def begin(self, out: IO[str]) -> None:
        title = escape(self._word("title", self.room_name))
        out.write(
            f'<!doctype html>\n<html lang="{escape(self.language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            f'<meta name="viewport" content="width=device-width">\n'
            f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f'<h1 dir="auto">{escape(self.room_name)}</h1>\n'
        )

    def write(
        self, out: IO[str], entries: list[tuple[Event, TimelineItem | None]], files: dict[str, str]
    ) -> None:
        for event, item in entries:
            if item is None or item.kind is ItemKind.UNKNOWN or _is_part(event):
                continue
            day = day_start_ms(item.at_ms, self.zone)
            if day != self._day:
                self._day = day
                out.write(f"<h2>{self._time(item.at_ms, '%Y-%m-%d')}</h2>\n")
            out.write("".join(self._article(item, files)))

    def end(self, out: IO[str]) -> None:
        out.write("</body>\n</html>\n")

    def _article(self, item: TimelineItem, files: dict[str, str]) -> Iterator[str]:
        if item.kind in BESIDE:
            sentence = word(self.language, f"event.{item.state_word}", *item.state_args)
            yield f'<div class="state" dir="auto">{escape(sentence)}</div>\n'
            return
        thread = ' class="thread"' if item.thread_root else ""
        color = person_color(item.sender, dark=False)
        yield f'<article id="{escape(item.event_id or item.key)}"{thread}>\n'
        yield f'<span class="sender" dir="auto" title="{escape(item.sender)}" style="color:{color}">'
        yield f"{escape(item.sender_name)}</span> <time>{self._time(item.at_ms, '%H:%M:%S')}</time>\n"
        if item.edited:
            yield f'<span class="note">{escape(self._word("edited"))}</span>\n'
        if item.reply is not None and item.reply.sender:
            quoted = self._word("reply_to", item.reply.sender_name, item.reply.text)
            yield f'<blockquote dir="auto">{escape(quoted)}</blockquote>\n'
        yield from self._content(item, files)
        if item.reactions:
            shown = "".join(f"<span>{escape(each.key)} {each.count}</span>" for each in item.reactions)
            yield f'<div class="reactions">{shown}</div>\n'
        yield "</article>\n"

    def _content(self, item: TimelineItem, files: dict[str, str]) -> Iterator[str]:
        if item.kind is ItemKind.REDACTED:
            yield self._note("redacted")
        elif item.kind is ItemKind.UNDECRYPTABLE:
            yield self._note("undecryptable")
        elif item.poll is not None:
            yield self._poll(item.poll)
        elif item.media is not None:
            for media in item.gallery or (item.media,):
                yield self._file(item, media, files)
                yield _body(media.caption, media.caption_html)
        else:
            if item.geo_uri is not None:
                yield f'<span class="note">{escape(self._word("location"))}: {escape(item.geo_uri)}</span>\n'
            prefix = f"* {escape(item.sender_name)} " if item.kind is ItemKind.EMOTE else ""
            yield _body(item.body, item.html, prefix)

    def _file(self, item: TimelineItem, media: Media, files: dict[str, str]) -> str:
        if media.url not in files:
            return f'<div class="note">{escape(self._word("file_missing", media.name))}</div>\n'
        address, name = escape(_address(files[media.url])), escape(media.name)
        if item.kind in PICTURES:
            return f'<a href="{address}"><img src="{address}" alt="{name}" loading="lazy"></a>\n'
        if item.kind is ItemKind.VIDEO:
            return f'<video src="{address}" controls preload="none"></video>\n'
        if item.kind in SOUNDS:
            return f'<audio src="{address}" controls preload="none"></audio>\n'
        return f'<a href="{address}" download dir="auto">{name}</a>\n'

    def _poll(self, poll: Poll) -> str:
        rows = "".join(
            f'<li dir="auto">{escape(answer.text)}'
            + ("" if answer.votes is None else f" ({escape(self._votes(answer.votes))})")
            + "</li>"
            for answer in poll.answers
        )
        return f'<div dir="auto">{escape(poll.question)}</div><ul>{rows}</ul>\n'

    def _votes(self, votes: int) -> str:
        return word(self.language, "export.votes", n=votes)

    def _note(self, name: str) -> str:
        return f'<div class="note">{escape(self._word(name))}</div>\n'

    def _word(self, name: str, *args: str) -> str:
        return word(self.language, f"export.{name}", *args)

    def _time(self, at_ms: int, form: str) -> str:
        return datetime.fromtimestamp(min(at_ms, MAX_MS) / 1000, tz=self.zone).strftime(form)


def _is_part(event: Event) -> bool:
    """Whether an event shows in another one: an edit, a reaction, a vote."""
    return not is_row(event.type, event.rel_type, event.state_key)


def _body(body: str, html: str, prefix: str = "") -> str:
    if html:
        return f'<div dir="auto">{prefix}{_PICTURE.sub(_alternative, html)}</div>\n'
    return f'<div dir="auto">{prefix}{escape(body).replace(chr(10), "<br>")}</div>\n' if body else ""


def _alternative(picture: re.Match[str]) -> str:
    """Give what stands for a picture within a text: custom emoji are on a server the page may not ask."""
    found = _ALT.search(picture.group())
    return found[1] if found else ""


def _address(path: str) -> str:
    """Write a relative path as an address."""
    return quote(path)
