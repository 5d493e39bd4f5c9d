"""Everything that an account sends into rooms.

What is called here is written down before the call returns, shown at once (`pending`, `SendQueueChanged`),
and sent by itself: in the order of its room, once, through restarts and outages. Methods return the
transaction id, which is the local echo's key; it may be given wherever an event id is expected, before there
is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.errors import ClientError, NotAllowed
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.media.describe import FileDescription, FileHints, describe_file
from client_desktop.core.media.errors import MediaTooLarge
from client_desktop.core.media.uploads import upload_limit
from client_desktop.core.outbox.contents import forward, messages, polls, relations
from client_desktop.core.outbox.contents.files import FILE, THUMBNAIL, file_message, voice_message
from client_desktop.core.outbox.contents.messages import Written
from client_desktop.core.outbox.outgoing import Outgoing
from client_desktop.core.outbox.ports import (
    Encryption,
    KnownEvents,
    KnowsRoom,
    Markdown,
    NothingKnown,
    Uploaded,
    every_room,
    plain_text,
)
from client_desktop.core.outbox.related import relate
from client_desktop.core.outbox.sender import REACTION, REDACTION
from client_desktop.core.store import Store
from client_desktop.core.store.outbox import OutboxFile

MESSAGE: Final = "m.room.message"
STICKER: Final = "m.sticker"
LIMIT_TIMEOUT_S: Final = 5.0


class Outbox(Outgoing):
    """Made by `client`; `start` begins to send, `close` stops and waits."""

    def __init__(
        self,
        user_id: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        folder: Path,
        *,
        encryption: Encryption | None = None,
        uploaded: Uploaded | None = None,
        knows_room: KnowsRoom = every_room,
        markdown: Markdown = plain_text,
        events: KnownEvents | None = None,
    ) -> None:
        super().__init__(
            user_id,
            api,
            store,
            changes,
            clock,
            folder,
            encryption=encryption,
            uploaded=uploaded,
            knows_room=knows_room,
        )
        self._api = api
        self._markdown = markdown
        self.events: KnownEvents = events or NothingKnown()
        self._limit_bytes: int | None = None

    def send(
        self,
        room_id: str,
        event_type: str,
        content: ReadonlyJsonObject,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Send any event. A relation in the content stays where neither a reply nor a thread is named."""
        if reply_to is not None or thread is not None:
            related = relate(self.events, room_id, self._user_id, reply_to, thread)
            content = relations.with_relation(content, related.relation)
        return self._add(room_id, event_type, content)

    def send_text(
        self,
        room_id: str,
        markdown: str,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
        msgtype: str = "m.text",
        mentions: Iterable[str] = (),
    ) -> str:
        """Send what somebody wrote, as Markdown; `mentions` are notified beside those in the text.

        `msgtype` m.emote is "/me", m.notice is for machines.
        """
        written = self._markdown(markdown)
        return self.send_written(
            room_id, written, reply_to=reply_to, thread=thread, msgtype=msgtype, mentions=mentions
        )

    def send_written(
        self,
        room_id: str,
        written: Written,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
        msgtype: str = "m.text",
        mentions: Iterable[str] = (),
    ) -> str:
        """Send a text that is understood already: plain, or with HTML of a command's."""
        related = relate(self.events, room_id, self._user_id, reply_to, thread)
        content = messages.text_message(written, msgtype, (*related.user_ids, *mentions))
        return self._add(room_id, MESSAGE, relations.with_relation(content, related.relation))

    def edit(
        self, room_id: str, event_id: str, markdown: str, *, earlier: ReadonlyJsonObject | None = None
    ) -> str:
        """Replace an own message's text, or a file's caption; one that waits is changed before it goes.

        `earlier` is its content, where the store does not know it.

        Raises: NotAllowed where it is not known what is edited.
        """
        written = self._markdown(markdown)
        waiting = self._queue.get(event_id)
        if waiting is not None and waiting.event_id is None and not self._rooms_out.is_sending(event_id):
            relation = waiting.content.get(relations.RELATES_TO)
            edited = messages.edited_text(waiting.content, written)
            self._queue.rewrite(event_id, relations.with_relation(edited, relation))
            self._publish(room_id)
            return event_id
        known = self.events.event(room_id, event_id)
        content = earlier if earlier is not None else known.content if known is not None else None
        if content is None and waiting is not None:
            content = waiting.content
        if content is None:
            raise NotAllowed("the message is not known")
        new = messages.edited_text(content, written)
        event_type = known.type if known is not None else MESSAGE
        return self._add(room_id, event_type, relations.replacement(new, event_id, content))

    def forward(self, event_type: str, content: ReadonlyJsonObject, room_id: str) -> str:
        """Send a message on to another room; it notifies nobody there.

        Raises: NotAllowed.
        """
        return self._add(room_id, event_type, forward.forwarded(event_type, content))

    # Files

    async def send_file(
        self,
        room_id: str,
        path: Path | str,
        *,
        caption: str = "",
        reply_to: str | None = None,
        thread: str | None = None,
        spoiler: bool = False,
        hints: FileHints | None = None,
    ) -> str:
        """Send a file, with a caption in Markdown. It is copied: the original may go.

        Raises: FileGone, MediaTooLarge.
        """
        described = await self._described(Path(path), hints)
        written = self._markdown(caption) if caption.strip() else None
        content = file_message(described, written, spoiler=spoiler)
        return await self._add_file(room_id, Path(path), described, content, reply_to, thread)

    async def send_voice(
        self,
        room_id: str,
        path: Path | str,
        duration_ms: int,
        waveform: Sequence[int],
        *,
        reply_to: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Send a recording as a voice message; `waveform` is 0 to 1024 each (`core.media.waveform`).

        Raises: FileGone, MediaTooLarge.
        """
        described = await self._described(Path(path), FileHints(duration_ms=duration_ms))
        content = voice_message(described, duration_ms, waveform)
        return await self._add_file(room_id, Path(path), described, content, reply_to, thread)

    def send_sticker(
        self,
        room_id: str,
        body: str,
        url: str,
        info: ReadonlyJsonObject,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
    ) -> str:
        """Send a picture of an image pack."""
        return self.send(
            room_id, STICKER, messages.sticker(body, url, info), reply_to=reply_to, thread=thread
        )

    def send_location(
        self, room_id: str, body: str, geo_uri: str, description: str = "", *, thread: str | None = None
    ) -> str:
        """Send a place (`geo:52.5,13.4`); `body` is for clients without maps."""
        content = messages.location(body, geo_uri, description, self._clock.now_ms())
        return self.send(room_id, MESSAGE, content, thread=thread)

    # What relates to others

    def react(self, room_id: str, event_id: str, key: str) -> str:
        """React with an emoji, or with the mxc URI of a picture."""
        return self._add(room_id, REACTION, relations.reaction(event_id, key))

    def redact(self, room_id: str, event_id: str, reason: str | None = None) -> str:
        """Remove an event; one that has not been sent is thrown away."""
        waiting = self._queue.get(event_id)
        if waiting is not None and waiting.event_id is None:
            self.cancel(event_id)
            return event_id
        content = {"reason": reason} if reason else {}
        target = event_id if waiting is None else waiting.event_id
        return self._add(room_id, REDACTION, content, redacts=target)

    def start_poll(
        self,
        room_id: str,
        question: str,
        answers: Sequence[str],
        *,
        max_selections: int = 1,
        disclosed: bool = True,
        thread: str | None = None,
    ) -> str:
        """Ask something; `disclosed`: votes are shown before the end.

        Raises: NotAllowed without a question or with fewer than two answers.
        """
        content = polls.poll_start(question, answers, max_selections=max_selections, disclosed=disclosed)
        return self.send(room_id, polls.START, content, thread=thread)

    def vote(self, room_id: str, poll_id: str, answer_ids: Sequence[str]) -> str:
        """Vote; the last vote counts, one without answers takes it back."""
        return self._add(room_id, polls.RESPONSE, polls.poll_response(poll_id, answer_ids))

    def end_poll(self, room_id: str, poll_id: str, text: str = "") -> str:
        """End a poll; `text` is for clients that know no polls, the question where none is given."""
        if not text:
            poll = self.events.event(room_id, poll_id)
            text = "" if poll is None else polls.poll_question(poll.content)
        return self._add(room_id, polls.END, polls.poll_end(poll_id, text))

    async def _described(self, path: Path, hints: FileHints | None) -> FileDescription:
        described = await asyncio.to_thread(describe_file, path, hints)
        limit = await self._limit()
        if limit is not None and described.size > limit:
            raise MediaTooLarge(f"{described.size} bytes are more than the server's {limit}")
        return described

    async def _limit(self) -> int | None:
        """Return the server's limit, asked once; None while it cannot be asked: it will say so itself."""
        if self._limit_bytes is None:
            try:
                async with asyncio.timeout(LIMIT_TIMEOUT_S):
                    self._limit_bytes = await upload_limit(self._api)
            except (TimeoutError, ClientError):
                return None
        return self._limit_bytes

    async def _add_file(
        self,
        room_id: str,
        path: Path,
        described: FileDescription,
        content: JsonObject,
        reply_to: str | None,
        thread: str | None,
    ) -> str:
        related = relate(self.events, room_id, self._user_id, reply_to, thread)
        txn_id = self._queue.new_txn_id()
        files = await asyncio.to_thread(self._copies, txn_id, path, described)
        content = relations.with_relation(content, related.relation)
        return self._add(room_id, MESSAGE, content, files=files, txn_id=txn_id)

    def _copies(self, txn_id: str, path: Path, described: FileDescription) -> tuple[OutboxFile, ...]:
        copy = self._files.copy(txn_id, FILE, path)
        file = OutboxFile(FILE, str(copy), described.name, described.mime_type, described.size)
        small = described.thumbnail
        if small is None:
            return (file,)
        still = self._files.write(txn_id, THUMBNAIL, small.data)
        return (file, OutboxFile(THUMBNAIL, str(still), THUMBNAIL, small.mime_type, small.size))
