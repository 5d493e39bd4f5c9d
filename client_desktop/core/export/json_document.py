"""A room's history as one JSON document: for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import IO

from client_desktop.core.json_types import JsonObject
from client_desktop.core.timeline.event import Event
from client_desktop.core.values import TimelineItem


@dataclass(slots=True)
class JsonDocument:
    """`{"room_id", "name", "exported_at_ms", "events": […]}`, events as the server gave them, decrypted.

    A decrypted event has `decrypted: true`; where a file was saved, `file` (or `files`) names it.
    """

    room_id: str
    room_name: str
    now_ms: int
    name: str = "history.json"
    _first: bool = field(default=True)

    def begin(self, out: IO[str]) -> None:
        head = {"room_id": self.room_id, "name": self.room_name, "exported_at_ms": self.now_ms}
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "events": [')

    def write(
        self, out: IO[str], entries: list[tuple[Event, TimelineItem | None]], files: dict[str, str]
    ) -> None:
        for event, item in entries:
            out.write("\n" if self._first else ",\n")
            self._first = False
            out.write(json.dumps(_event(event, item, files), ensure_ascii=False))

    def end(self, out: IO[str]) -> None:
        out.write("\n]}\n")


def _event(event: Event, item: TimelineItem | None, files: dict[str, str]) -> JsonObject:
    unsigned = {key: value for key, value in event.unsigned.items() if key != "m.relations"}
    written: JsonObject = {**event.source, "unsigned": unsigned}
    if event.encrypted and not event.failure and not event.redacted:
        written |= {"type": event.type, "content": dict(event.content), "decrypted": True}
    media = [] if item is None else [*item.gallery] or ([item.media] if item.media else [])
    saved = [files[each.url] for each in media if each.url in files]
    if saved:
        written["files"] = saved
    return written
