"""The files of messages, put beside the exported page under harmless names."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from client_desktop.core.boundary import describe
from client_desktop.core.errors import ClientError
from client_desktop.core.text.bidi import safe_file_name
from client_desktop.core.timeline.event import Event
from client_desktop.core.values import ItemKind, Media, TimelineItem

log = logging.getLogger(__name__)


class SavedFiles:
    """Fetches files, decrypted, and copies each into the folder once."""

    def __init__(self, folder: Path, fetch: Callable[[Media], Awaitable[Path]]) -> None:
        self.saved = 0
        self.missing = 0
        self._folder = folder
        self._fetch = fetch
        self._names: dict[str, str] = {}

    async def save_all(self, entries: list[tuple[Event, TimelineItem | None]]) -> dict[str, str]:
        """Save the files of messages; give where each address is now, relative to the page."""
        found: dict[str, str] = {}
        for _, item in entries:
            for media in _files(item):
                name = await self._save(media)
                if name is not None:
                    found[media.url] = f"{self._folder.name}/{name}"
        return found

    async def _save(self, media: Media) -> str | None:
        if media.url in self._names:
            return self._names[media.url]
        try:
            source = await self._fetch(media)
        except ClientError as error:
            log.info("export: a file is missing: %s", describe(error))
            self.missing += 1
            return None
        # Numbered: two senders may choose one name.
        name = f"{self.saved + 1:05d}-{safe_file_name(media.name)}"
        await asyncio.to_thread(_copy, source, self._folder / name)
        self.saved += 1
        self._names[media.url] = name
        return name


def _files(item: TimelineItem | None) -> tuple[Media, ...]:
    if item is None or item.kind is ItemKind.REDACTED:
        return ()
    return item.gallery or ((item.media,) if item.media else ())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
