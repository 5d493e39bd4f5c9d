"""Write a room's history into a folder: fetched to its beginning, decrypted, with its files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import IO, Final, Protocol

from client_desktop.core.changes import ExportChanged
from client_desktop.core.errors import Cancelled, ClientError, NetworkUnavailable, NotAllowed
from client_desktop.core.export.html_page import HtmlPage
from client_desktop.core.export.json_document import JsonDocument
from client_desktop.core.export.saved_files import SavedFiles
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments
from client_desktop.core.timeline.compose import compose
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.echoes import Echoes
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.loading import load_back
from client_desktop.core.timeline.stored import to_event
from client_desktop.core.timeline.timelines import Timelines
from client_desktop.core.values import Media, TimelineItem

PAGE: Final = 200
CHUNK: Final = 200


class ExportFormat(StrEnum):
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    format: ExportFormat = ExportFormat.HTML
    with_files: bool = True
    after_ms: int | None = None
    before_ms: int | None = None
    from_server: bool = True
    """Fetch what the store lacks; otherwise only what is here is written."""
    language: str = "en"
    """Of the words between the messages."""


@dataclass(frozen=True, slots=True)
class ExportResult:
    path: Path
    """The page or document."""
    messages: int
    files: int
    missing_files: int
    complete: bool
    """False where the server could not be reached for older messages."""


class MediaFiles(Protocol):
    """Where files come from. (`client.media` is one.)"""

    async def fetch_file(self, media: Media) -> Path: ...


class Document(Protocol):
    """What messages are written to."""

    name: str

    def begin(self, out: IO[str]) -> None: ...

    def write(
        self, out: IO[str], entries: list[tuple[Event, TimelineItem | None]], files: dict[str, str]
    ) -> None: ...

    def end(self, out: IO[str]) -> None: ...


class Exports:
    """Exports of one account; several may run at once."""

    def __init__(self, timelines: Timelines, media: MediaFiles, name_of: Callable[[str], str]) -> None:
        """`name_of`: gives a room's name."""
        self._timelines = timelines
        self._media = media
        self._name_of = name_of
        self._numbers = count(1)
        self._running: dict[int, asyncio.Task[ExportResult]] = {}

    def start(self, room_id: str, folder: Path, options: ExportOptions | None = None) -> int:
        """Begin to export a room into a folder, made where there is none; return the number to ask by.

        How far it is, `ExportChanged` tells.
        """
        number = next(self._numbers)
        work = self._export(number, room_id, folder, options or ExportOptions())
        self._running[number] = asyncio.get_running_loop().create_task(work)
        self._running[number].add_done_callback(lambda task: self._finished(number, task))
        return number

    async def result(self, number: int) -> ExportResult:
        """Wait for an export. Once it has ended it is known until it was asked for.

        Raises: ClientError. Cancelled where somebody stopped it.
        """
        task = self._running[number]
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise Cancelled("the export was stopped") from None
            raise
        finally:
            if task.done():
                self._running.pop(number, None)

    def cancel(self, number: int) -> None:
        """Stop an export; what is written already stays."""
        task = self._running.get(number)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """Stop everything and wait for it."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()

    async def _export(self, number: int, room_id: str, folder: Path, options: ExportOptions) -> ExportResult:
        ctx = self._timelines.ctx
        tell = _Teller(ctx, number, room_id)
        complete = await _fetch_all(ctx, room_id, options, tell) if options.from_server else True
        document = self._document(room_id, options)
        files = SavedFiles(folder / "files", self._media.fetch_file) if options.with_files else None
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            out = await asyncio.to_thread(_open, folder / document.name)
            try:
                await asyncio.to_thread(document.begin, out)
                for entries in _chunks(ctx, room_id, options):
                    saved = await files.save_all(entries) if files else {}
                    await asyncio.to_thread(document.write, out, entries, saved)
                    tell.written(len(entries), 0 if files is None else files.saved)
                await asyncio.to_thread(document.end, out)
            finally:
                await asyncio.to_thread(out.close)
        except OSError as error:
            raise NotAllowed(f"the folder cannot be written: {error.strerror}") from error
        return ExportResult(
            folder / document.name,
            tell.messages,
            files.saved if files else 0,
            files.missing if files else 0,
            complete,
        )

    def _document(self, room_id: str, options: ExportOptions) -> Document:
        name = self._name_of(room_id)
        if options.format is ExportFormat.JSON:
            return JsonDocument(room_id, name, self._timelines.ctx.clock.now_ms())
        return HtmlPage(name, options.language, self._timelines.ctx.zone)

    def _finished(self, number: int, task: asyncio.Task[ExportResult]) -> None:
        ctx = self._timelines.ctx
        error = None if task.cancelled() else task.exception()
        word = Cancelled.word if task.cancelled() else ""
        if error is not None:
            word = error.word if isinstance(error, ClientError) else ClientError.word
        result = task.result() if not task.cancelled() and error is None else None
        ctx.changes.publish(
            ExportChanged(ctx.me, number, result.messages if result else 0, 0, finished=True, error_word=word)
        )


@dataclass(slots=True)
class _Teller:
    """Tells how far an export is."""

    ctx: TimelinesContext
    number: int
    room_id: str
    messages: int = 0

    def fetched(self, pages: int) -> None:
        self.ctx.changes.publish(ExportChanged(self.ctx.me, self.number, 0, 0, fetched_pages=pages))

    def written(self, messages: int, files: int) -> None:
        self.messages += messages
        self.ctx.changes.publish(ExportChanged(self.ctx.me, self.number, self.messages, files))


async def _fetch_all(ctx: TimelinesContext, room_id: str, options: ExportOptions, tell: _Teller) -> bool:
    """Fetch the room's history until its beginning, or until it is older than wanted; tell whether it is."""
    for pages in count(1):
        live = fragments.select_live(ctx.store.db, room_id)
        if live is None or live.back_token is None or _reaches(ctx, live.number, options.after_ms):
            return True
        try:
            async with ctx.lock(room_id):
                await load_back(ctx, live, PAGE)
        except NetworkUnavailable:
            return False
        tell.fetched(pages)
    return True


def _reaches(ctx: TimelinesContext, run: int, after_ms: int | None) -> bool:
    if after_ms is None:
        return False
    first = event_store.select_first_time(ctx.store.db, run)
    return first is not None and first < after_ms


def _chunks(
    ctx: TimelinesContext, room_id: str, options: ExportOptions
) -> Iterator[list[tuple[Event, TimelineItem | None]]]:
    """Give the room's events with their items, oldest first, a few hundred at a time."""
    nids = [
        nid
        for run in reversed(fragments.select_chain(ctx.store.db, room_id))
        for _, nid in fragments.select_placed(ctx.store.db, run.number)
    ]
    for start in range(0, len(nids), CHUNK):
        wanted = nids[start : start + CHUNK]
        rows = {row.nid: row for row in event_store.select_by_nids(ctx.store.db, wanted)}
        events = [to_event(rows[nid]) for nid in wanted if nid in rows and _wanted(rows[nid].at_ms, options)]
        if events:
            items = compose(ctx.facts(room_id), events, Echoes(), in_thread="", unread={}).items
            yield [(event, items.get(event.event_id)) for event in events]


def _wanted(at_ms: int, options: ExportOptions) -> bool:
    late_enough = options.after_ms is None or at_ms >= options.after_ms
    return late_enough and (options.before_ms is None or at_ms < options.before_ms)


def _open(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="\n")
