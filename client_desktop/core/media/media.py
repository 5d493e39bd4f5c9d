"""Files of rooms and pictures of people: fetched once, checked, decrypted, kept, made smaller.

What is returned is a file of ours that nobody may change. A picture (`fetch` with a size, `fetch_picture`,
`fetch_avatar`) was looked at before: it is in a format that the interface shows, and within bounds.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import orjson

from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.attachments import decrypt_file
from client_desktop.core.errors import Cancelled, ClientError, MatrixError
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.media.cache import DEFAULT_BYTES, MediaCache
from client_desktop.core.media.download import download, download_thumbnail
from client_desktop.core.media.errors import FileGone
from client_desktop.core.media.file_names import safe_file_name
from client_desktop.core.media.mxc import Mxc, parse_mxc
from client_desktop.core.media.pictures import SHOWABLE, look_at_picture, picture_type, shrink
from client_desktop.core.media.policy import MediaPolicy
from client_desktop.core.media.sniff import HEAD_BYTES, mime_type_of
from client_desktop.core.media.transfers import TransferTeller
from client_desktop.core.media.uploads import Progress, upload_file
from client_desktop.core.shapes import as_text
from client_desktop.core.store import Store
from client_desktop.core.values import Media

Size = tuple[int, int]

AT_ONCE: Final = 6
PRESETS: Final[tuple[Size, ...]] = ((32, 32), (96, 96), (320, 240), (640, 480), (800, 600), (1600, 1200))
"""Sizes of thumbnails; up to 800 x 600 those that servers have ready."""
LARGEST_SIDE: Final = 4096
KEPT_PART: Final = 8
"""What went up is kept where it takes no more than this part of the cache."""
NO_THUMBNAIL: Final = frozenset({400, 404, 413, 415, 422, 500, 501, 502})


class MediaFiles:
    """The files of one account."""

    def __init__(
        self,
        user_id: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        folder: Path,
        *,
        policy: MediaPolicy | None = None,
        cache_bytes: int = DEFAULT_BYTES,
    ) -> None:
        """`folder` is this account's alone."""
        self._user_id = user_id
        self.api = api
        self._changes = changes
        self._clock = clock
        self.policy = policy or MediaPolicy()
        self.cache = MediaCache(store, clock, folder, cache_bytes)
        self._running: dict[str, asyncio.Task[Path]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._opened: tempfile.TemporaryDirectory[str] | None = None

    async def start(self) -> None:
        """Clean up what an earlier run left."""
        await asyncio.to_thread(self.cache.sweep, self.cache.strays())

    async def close(self) -> None:
        """Stop what is being fetched, and wait."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._opened is not None:
            await asyncio.to_thread(self._opened.cleanup)

    # Fetching

    async def fetch(self, media: Media, thumbnail: Size | None = None) -> Path:
        """Return a message's file, or with a size a picture of it that covers about that size.

        Raises: MediaRefused for a picture that is none, or too large to be decoded; MediaTooLarge,
        AttachmentDamaged, ClientError.
        """
        if thumbnail is not None:
            return await self._small(media, thumbnail)
        path = await self.fetch_file(media)
        says_picture = media.mime_type.startswith("image/") or not media.mime_type
        if says_picture or await asyncio.to_thread(picture_type, path) is not None:
            await asyncio.to_thread(look_at_picture, path)
        return path

    async def fetch_picture(self, media: Media) -> Path:
        """Return a message's picture in full, animation included, converted where we do not show its format.

        Raises: as `fetch`.
        """
        source = await self.fetch_file(media)
        facts = await asyncio.to_thread(look_at_picture, source)
        if facts.mime_type in SHOWABLE:
            return source

        async def convert(target: Path) -> None:
            await asyncio.to_thread(_shrink_to, source, target, (LARGEST_SIDE, LARGEST_SIDE))

        return await self._once(f"shown {_key(media.url, media.encrypted_file)}", convert)

    async def fetch_file(self, media: Media) -> Path:
        """Return a message's file as it was sent, to be saved or played; nothing is known of what is in it.

        Raises: MediaTooLarge, AttachmentDamaged, ClientError.
        """
        return await self._whole(media.url, media.encrypted_file, self.policy.max_bytes)

    async def fetch_avatar(self, url: str, side: int) -> Path:
        """Return the picture of a person or room, cut to a square of about `side` pixels.

        Raises: MediaRefused, ClientError.
        """
        return await self._thumbnail(url, _preset((side, side)), crop=True)

    async def fetch_url(self, url: str, size: Size) -> Path:
        """Return a picture by its mxc URI alone: of a pack, a preview, a reaction, in a text.

        Raises: MediaRefused, ClientError.
        """
        return await self._thumbnail(url, _preset(size), crop=False)

    async def save(self, media: Media, target: Path) -> None:
        """Put a message's file where the user wants it.

        Raises: FileGone where that cannot be written, and as `fetch_file`.
        """
        source = await self.fetch_file(media)
        try:
            await asyncio.to_thread(shutil.copyfile, source, target)
        except OSError as error:
            raise FileGone(f"{target.name}: {error.strerror}") from error

    async def open_copy(self, media: Media) -> Path:
        """Return a copy with the sender's name, made harmless, for another program; gone after `close`.

        Ask `file_names.starts_a_program` first.

        Raises: as `save`.
        """
        if self._opened is None:
            self._opened = tempfile.TemporaryDirectory(prefix="parlour-")
        folder = Path(tempfile.mkdtemp(dir=self._opened.name))
        target = folder / safe_file_name(media.name, media.mime_type)
        await self.save(media, target)
        return target

    def may_fetch_unasked(self, media: Media, *, public_room: bool = False) -> bool:
        """Whether the user's settings let a picture show itself."""
        return self.policy.may_fetch_unasked(media, public_room=public_room)

    def cancel(self, url: str) -> None:
        """Stop fetching a file."""
        for key, task in self._running.items():
            if url in key:
                task.cancel()

    # Sending

    async def upload(self, path: Path, name: str | None = None, progress: Progress | None = None) -> str:
        """Upload a file that is no message (a picture of a person, room or pack), and return its mxc URI.

        Raises: FileGone, MediaTooLarge, ClientError.
        """
        mime_type = await asyncio.to_thread(_type_of, path)
        url = await upload_file(self.api, path, mime_type, name, progress or _tell_nobody)
        await self.keep(url, path)
        return url

    async def upload_avatar(self, path: Path, side: int = 512) -> str:
        """Upload a picture of a person or room, made smaller, without what cameras add.

        Raises: MediaRefused, ClientError.
        """
        small = await asyncio.to_thread(shrink, path, side, side)
        partial = self.cache.partial()
        try:
            await asyncio.to_thread(partial.write_bytes, small.data)
            return await upload_file(self.api, partial, small.mime_type, None, _tell_nobody)
        finally:
            partial.unlink(missing_ok=True)

    async def keep(self, url: str, path: Path) -> None:
        """Keep what went up, as if it had come down: a clear copy, unless it would fill the cache."""
        if not await asyncio.to_thread(_is_smaller, path, self.cache.max_bytes // KEPT_PART):
            return
        partial = self.cache.partial()
        try:
            await asyncio.to_thread(shutil.copyfile, path, partial)
            name, size = await asyncio.to_thread(self.cache.adopt, partial)
            self.cache.note(_sent_key(url), name, size)
        except OSError:
            partial.unlink(missing_ok=True)

    # Steps

    async def _small(self, media: Media, size: Size) -> Path:
        preset = _preset(size)
        if media.encrypted_thumbnail is not None:
            url, file = as_text(media.encrypted_thumbnail.get("url")), media.encrypted_thumbnail
            return await self._shrunk(url, file, preset, self.policy.max_thumbnail_bytes)
        if media.encrypted_file is not None:
            return await self._shrunk(media.url, media.encrypted_file, preset, self.policy.max_unasked_bytes)
        is_picture = media.mime_type.startswith("image/") or not media.mime_type
        url = media.thumbnail_url if media.thumbnail_url and not is_picture else media.url
        return await self._thumbnail(url, preset, crop=False)

    async def _thumbnail(self, url: str, preset: Size, *, crop: bool) -> Path:
        """Return the server's thumbnail, or one of our own where the whole file is here or has to be."""
        mxc = parse_mxc(url)
        if preset == PRESETS[-1] or self.cache.find(_sent_key(url)) is not None:
            return await self._shrunk(url, None, preset, self.policy.max_unasked_bytes)
        key = f"thumbnail {preset} {'crop' if crop else 'scale'} {url}"

        async def fetch(target: Path) -> None:
            limit = self.policy.max_thumbnail_bytes
            async with self._turns:
                await download_thumbnail(self.api, mxc, preset, target, limit, crop=crop)
            await asyncio.to_thread(_check_thumbnail, target, preset)

        try:
            return await self._once(key, fetch)
        except MatrixError as error:
            if error.status not in NO_THUMBNAIL:
                raise
            return await self._shrunk(url, None, preset, self.policy.max_unasked_bytes)

    async def _shrunk(
        self, url: str, encrypted_file: ReadonlyJsonObject | None, preset: Size, max_bytes: int
    ) -> Path:
        """Return a smaller picture of our own making."""

        async def make(target: Path) -> None:
            source = await self._whole(url, encrypted_file, max_bytes)
            await asyncio.to_thread(_shrink_to, source, target, preset)

        return await self._once(f"own {preset} {_key(url, encrypted_file)}", make)

    async def _whole(self, url: str, encrypted_file: ReadonlyJsonObject | None, max_bytes: int) -> Path:
        """Return a file, decrypted where it was encrypted and is what its sender encrypted."""
        mxc = parse_mxc(url)
        kept = self.cache.find(_sent_key(url))
        if kept is not None:
            return kept

        async def fetch(target: Path) -> None:
            await self._download(mxc, target, max_bytes)
            if encrypted_file is not None:
                await asyncio.to_thread(self._decrypt_in_place, target, encrypted_file)

        return await self._once(_key(url, encrypted_file), fetch)

    async def _download(self, mxc: Mxc, target: Path, max_bytes: int) -> None:
        teller = TransferTeller(self._changes, self._clock, self._user_id, mxc.url, upload=False)
        error_word = Cancelled.word
        try:
            async with self._turns:
                await download(self.api, mxc, target, max_bytes, teller.progress)
            error_word = ""
        except ClientError as error:
            error_word = error.word
            raise
        finally:
            teller.finish(error_word)

    def _decrypt_in_place(self, target: Path, encrypted_file: ReadonlyJsonObject) -> None:
        clear = self.cache.partial()
        try:
            decrypt_file(target, clear, encrypted_file)
            clear.replace(target)
        finally:
            clear.unlink(missing_ok=True)

    async def _once(self, key: str, make: Callable[[Path], Awaitable[None]]) -> Path:
        """Have a file made that nobody is making already. Who waits may go away without stopping it."""
        found = self.cache.find(key)
        if found is not None:
            return found
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._make(key, make), name="media")
            self._running[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if task.cancelled() and waiting is not None and not waiting.cancelling():
                raise Cancelled("the fetching was stopped") from None
            raise

    def _ended(self, key: str, task: asyncio.Task[Path]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # whoever waited for it has gone perhaps: nobody has to look at it

    async def _make(self, key: str, make: Callable[[Path], Awaitable[None]]) -> Path:
        """Have a file made beside the cache, and take it over when it is whole."""
        partial = self.cache.partial()
        try:
            await make(partial)
            name, size = await asyncio.to_thread(self.cache.adopt, partial)
        except OSError as error:
            raise FileGone(f"the cache: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
        return self.cache.note(key, name, size)


def _preset(size: Size) -> Size:
    """Return the smallest of our sizes that covers what is asked for."""
    covering = (preset for preset in PRESETS if preset[0] >= size[0] and preset[1] >= size[1])
    return next(covering, PRESETS[-1])


def _key(url: str, encrypted_file: ReadonlyJsonObject | None) -> str:
    """Return what a file is known by. With another key the same bytes are another file."""
    if encrypted_file is None:
        return f"file {url}"
    digest = hashlib.sha256(orjson.dumps(encrypted_file, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"clear {digest} {url}"


def _sent_key(url: str) -> str:
    """Return what a file of our own is known by; in clear, encrypted or not."""
    return f"sent {url}"


def _check_thumbnail(path: Path, preset: Size) -> None:
    """Look at what a server calls a thumbnail, and make it one."""
    facts = look_at_picture(path)
    too_large = facts.width > 4 * preset[0] or facts.height > 4 * preset[1]
    if too_large or facts.mime_type not in SHOWABLE:
        _shrink_to(path, path, preset)


def _shrink_to(source: Path, target: Path, size: Size) -> None:
    target.write_bytes(shrink(source, *size).data)


def _type_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return mime_type_of(file.read(HEAD_BYTES), path.name)
    except OSError as error:
        raise FileGone(f"{path.name}: {error.strerror}") from error


def _is_smaller(path: Path, max_bytes: int) -> bool:
    try:
        return path.stat().st_size <= max_bytes
    except OSError:
        return False


def _tell_nobody(done: int, total: int) -> None:
    """Tell nobody."""
