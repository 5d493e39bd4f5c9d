"""What is being written in one room or thread: text, reply or edit, files, and sending it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot
from PySide6.QtQml import QJSValue

from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.rooms.image_packs import ImagePack
from client_desktop.core.text.command_table import CommandGroup
from client_desktop.core.text.emoji import replace_shortcodes
from client_desktop.core.text.slash_commands import Command, literal, parse_command
from client_desktop.core.text.text_commands import outgoing_text
from client_desktop.core.text.to_markdown import to_markdown
from client_desktop.core.values import MemberSummary, RoomSummary, TimelineItem
from client_desktop.viewmodels.attachments import Attachment, AttachmentsModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.completer import Completer
from client_desktop.viewmodels.completion import (
    MOST,
    Completion,
    Query,
    complete_commands,
    complete_emoji,
    complete_people,
    complete_pictures,
    complete_rooms,
)
from client_desktop.viewmodels.mentions import Mentions
from client_desktop.viewmodels.sound import waveform_of
from client_desktop.viewmodels.timeline import TimelineModel
from client_desktop.viewmodels.typing_notice import TypingNotice
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client

SAVE_AFTER_MS = 600
MAX_TEXT = 100_000


class ComposerModel(ViewModel):
    """`typed` says what the view's field holds; `textSet(text, cursor)` asks the field to hold another."""

    textSet = Signal(str, int)  # noqa: N815
    changed = Signal()
    commanded = Signal(object)
    """A `Command` or `CommandMistake` that was typed; what is a message already has been sent."""

    def __init__(
        self,
        bridge: Bridge,
        client: Client,
        timeline: TimelineModel,
        rooms: Callable[[], Iterable[RoomSummary]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._client = client
        self._timeline = timeline
        self._room_id = timeline.room_id
        self._thread = timeline.thread_root or None
        self._rooms = rooms
        self.members: tuple[MemberSummary, ...] = ()
        self.packs: tuple[ImagePack, ...] = ()
        self.tells_typing = True
        self._text = ""
        self._kept_text = ""
        self._mentions = Mentions()
        self._reply: TimelineItem | None = None
        self._edit: TimelineItem | None = None
        self._files = AttachmentsModel(self)
        self._files.changed.connect(self.changed)
        self._completer = Completer(self._find, self)
        self._typing = TypingNotice(self._tell_typing, self)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(SAVE_AFTER_MS)
        self._saving.timeout.connect(self._save_later)

    text = Property(str, lambda self: self._text, notify=textSet)
    files = Property(QObject, lambda self: self._files, constant=True)
    completer = Property(QObject, lambda self: self._completer, constant=True)
    replyTo = Property("QVariant", lambda self: _bar(self._reply), notify=changed)  # type: ignore[arg-type]  # noqa: N815
    editing = Property("QVariant", lambda self: _bar(self._edit), notify=changed)  # type: ignore[arg-type]
    empty = Property(bool, lambda self: self._is_empty(), notify=changed)

    async def open(self) -> None:
        """Put back what was left unfinished here."""
        draft = await self.bridge.call(self._client.drafts.get, self._room_id, self._thread)
        if draft and not self._text:
            self._set_text(draft)

    async def close(self) -> None:
        """Keep the draft, say that nobody types any more."""
        self._saving.stop()
        self._typing.stop()
        await super().close()
        if self._edit is None:
            await self._save(self._text)
        self._files.close()

    # What is written

    @Slot(str, int)
    def typed(self, text: str, cursor: int) -> None:
        """The field holds this now."""
        was_empty = self._is_empty()
        if text != self._text:
            self._text = text[:MAX_TEXT]
            self._saving.start()
            self._typing.tell(bool(text.strip()) and not text.startswith("/") and self._edit is None)
        self._completer.look(self._text, cursor)
        if was_empty != self._is_empty():
            self.changed.emit()

    @Slot(str, int, int)
    def wrap(self, sign: str, start: int, end: int) -> None:
        """Put a sign of Markdown around what is selected, or take it away where it stands already."""
        chosen, length = self._text[start:end], len(sign)
        if chosen.startswith(sign) and chosen.endswith(sign) and len(chosen) >= 2 * length:
            new = chosen[length:-length]
        else:
            new = f"{sign}{chosen}{sign}"
        cursor = start + len(new) - (0 if chosen else length)
        self._set_text(self._text[:start] + new + self._text[end:], cursor)

    @Slot(int, int)
    def quoteLines(self, start: int, end: int) -> None:  # noqa: N802
        """Make the selected lines a quotation; of one that is selected make plain lines again."""
        self._mark_lines("> ", start, end)

    @Slot(int, int)
    def listLines(self, start: int, end: int) -> None:  # noqa: N802
        """Make the selected lines a list, or plain lines again."""
        self._mark_lines("- ", start, end)

    def _mark_lines(self, mark: str, start: int, end: int) -> None:
        begin = self._text.rfind("\n", 0, start) + 1
        lines = self._text[begin:end].split("\n")
        marked = all(line.startswith(mark) for line in lines)
        new = "\n".join(line.removeprefix(mark) if marked else mark + line for line in lines)
        self._set_text(self._text[:begin] + new + self._text[end:], begin + len(new))

    @Slot(int, int)
    def link(self, start: int, end: int) -> None:
        """Make the selection a link; the cursor stands where the address goes."""
        chosen = self._text[start:end]
        cursor = start + len(chosen) + 3 if chosen else start + 1
        self._set_text(f"{self._text[:start]}[{chosen}](){self._text[end:]}", cursor)

    @Slot(str, int)
    def insert(self, text: str, cursor: int) -> None:
        """Put text (an emoji, a link) where the cursor stands."""
        self._set_text(self._text[:cursor] + text + self._text[cursor:], cursor + len(text))

    @Slot(str, str)
    def mention(self, user_id: str, name: str) -> None:
        """Name a person at the end of what is written."""
        self._mentions.add(name, user_id)
        gap = " " if self._text and not self._text.endswith((" ", "\n")) else ""
        self._set_text(f"{self._text}{gap}@{name} ")

    def _set_text(self, text: str, cursor: int | None = None) -> None:
        self._text = text
        self._completer.dismiss()
        self.textSet.emit(text, len(text) if cursor is None else cursor)
        self.changed.emit()
        self._saving.start()

    def _is_empty(self) -> bool:
        return not self._text.strip() and not self._files.files

    # Replying and editing

    @Slot(str)
    def reply(self, key: str) -> None:
        """Answer a message."""
        item = self._timeline.model.item(key)
        if item is not None and item.event_id is not None:
            self._leave_edit()
            self._reply = item
            self.changed.emit()

    @Slot(str)
    def edit(self, key: str) -> None:
        """Change a message; what was being written waits."""
        item = self._timeline.model.item(key)
        if item is None or item.event_id is None or not item.can_edit:
            return
        if self._edit is None:
            self._kept_text = self._text
        self._reply, self._edit = None, item
        self._set_text(_written(item, self._mentions))

    @Slot(result=bool)
    def editLast(self) -> bool:  # noqa: N802
        """Edit the newest own message, where nothing is being written; tell whether there was one."""
        item = None if self._text or self._edit else self._timeline.last_own()
        if item is None:
            return False
        self.edit(item.key)
        return True

    @Slot(int)
    def replyStep(self, step: int) -> None:  # noqa: N802
        """Choose the message above (-1) or below (1) to reply to."""
        here = self._reply.event_id if self._reply else None
        self._reply = self._timeline.message_before(here or "", step)
        self.changed.emit()
        if self._reply is not None:
            self._timeline.reveal.emit(self._reply.key, True)

    @Slot(result=bool)
    def cancel(self) -> bool:
        """Close what is open: offers, then the edit, then the reply; tell whether there was anything."""
        if self._completer.query is not None:
            self._completer.dismiss()
        elif self._edit is not None:
            self._leave_edit()
        elif self._reply is not None:
            self._reply = None
            self.changed.emit()
        else:
            return False
        return True

    def _leave_edit(self) -> None:
        if self._edit is not None:
            self._edit = None
            self._set_text(self._kept_text)
            self._kept_text = ""

    # Completion

    @Slot(int, result=bool)
    def accept(self, place: int) -> bool:
        """Put in the offer at `place` (-1: the chosen one); tell whether there was one."""
        query, offer = self._completer.query, self._completer.offer(place)
        if query is None or offer is None:
            return False
        if offer.kind == "@" and offer.color_id:
            self._mentions.add(offer.title, offer.color_id)
        elif offer.kind == ":" and offer.avatar_url:
            self._mentions.add_picture(offer.title, offer.avatar_url)
        tail = self._text[query.start + 1 + len(query.words) :]
        gap = "" if tail.startswith((" ", "\n")) else " "
        new = self._text[: query.start] + offer.insert + gap + tail
        self._set_text(new, query.start + len(offer.insert) + 1)
        return True

    def _find(self, query: Query) -> Iterable[Completion]:
        match query.kind:
            case "@":
                return complete_people(query.words, self.members, self._client.me.user_id)
            case "#":
                return complete_rooms(query.words, self._rooms())
            case ":":
                return (*complete_pictures(query.words, self.packs), *complete_emoji(query.words))[:MOST]
        return complete_commands(query.words)

    # Sending

    @Slot()
    def send(self) -> None:
        """Send text and files; the field is empty at once, the rest is the send queue's."""
        text, files = self._text.strip(), self._files.files
        if self._edit is not None:
            edited, changed = self._edit, text != _written(self._edit, self._mentions)
            self._leave_edit()
            if text and changed:
                self.start(self._send_edit(edited, replace_shortcodes(self._mentions.as_markdown(text))))
            return
        if not text and not files:
            return
        self.start(self._send(text, files, self._take_reply()))
        self._files.clear()
        self._set_text("")
        self._typing.tell(False)

    @Slot("QVariant")
    def sendSticker(self, sticker: QJSValue | dict[str, Any]) -> None:  # noqa: N802
        """Send a picture of an image pack: {body, url, info}."""
        values = sticker.toVariant() if isinstance(sticker, QJSValue) else sticker
        self.start(self._send_sticker(str(values["body"]), str(values["url"]), dict(values["info"])))

    @Slot(str, list, bool, int)
    def startPoll(self, question: str, answers: list[str], disclosed: bool, most: int) -> None:  # noqa: N802
        """Ask something; `disclosed`: votes are shown before the end; `most` answers may be chosen."""
        said = tuple(str(answer).strip() for answer in answers if str(answer).strip())
        self.start(self._start_poll(question.strip(), said, disclosed, most))

    def send_voice(self, path: Path, duration_ms: int) -> None:
        """Send a recording."""
        self.start(self._send_voice(path, duration_ms, self._take_reply()))

    def _take_reply(self) -> str | None:
        reply, self._reply = self._reply, None
        self.changed.emit()
        return reply.event_id if reply else None

    async def _send(self, text: str, files: tuple[Attachment, ...], reply_to: str | None) -> None:
        outbox, thread = self._client.outbox, self._thread
        for file in files:
            await self.bridge.call(
                outbox.send_file,
                self._room_id,
                Path(file.path),
                caption=file.caption or (text if file is files[0] else ""),
                reply_to=reply_to,
                thread=thread,
            )
            reply_to = None
        if text and not files:
            await self._send_text(text, reply_to)

    async def _send_text(self, text: str, reply_to: str | None) -> None:
        markdown = replace_shortcodes(self._mentions.as_markdown(text))
        self._mentions.clear()
        command = parse_command(markdown)
        outbox, thread = self._client.outbox, self._thread
        if command is None:
            await self.bridge.call(
                outbox.send_text, self._room_id, literal(markdown), reply_to=reply_to, thread=thread
            )
        elif isinstance(command, Command) and command.spec.group is CommandGroup.MESSAGE:
            message = outgoing_text(command)
            await self.bridge.call(
                outbox.send_written,
                self._room_id,
                message.written,
                reply_to=reply_to,
                thread=thread,
                msgtype=message.msgtype,
            )
        else:
            self.commanded.emit(command)

    async def _send_edit(self, item: TimelineItem, markdown: str) -> None:
        await self.bridge.call(self._client.outbox.edit, self._room_id, item.event_id or item.key, markdown)

    async def _send_sticker(self, body: str, url: str, info: dict[str, Any]) -> None:
        await self.bridge.call(
            self._client.outbox.send_sticker, self._room_id, body, url, info, thread=self._thread
        )

    async def _start_poll(self, question: str, answers: tuple[str, ...], disclosed: bool, most: int) -> None:
        await self.bridge.call(
            self._client.outbox.start_poll,
            self._room_id,
            question,
            answers,
            max_selections=max(1, min(most, len(answers))),
            disclosed=disclosed,
            thread=self._thread,
        )

    async def _send_voice(self, path: Path, duration_ms: int, reply_to: str | None) -> None:
        waveform = await waveform_of(path)
        await self.bridge.call(
            self._client.outbox.send_voice,
            self._room_id,
            path,
            duration_ms,
            waveform,
            reply_to=reply_to,
            thread=self._thread,
        )

    # Telling and keeping

    @Slot()
    def _save_later(self) -> None:
        if self._edit is None:
            self.start(self._save(self._text))

    async def _save(self, text: str) -> None:
        await self.bridge.call(self._client.drafts.set, self._room_id, self._thread, text)

    def _tell_typing(self, typing: bool) -> None:
        if self.tells_typing and self._thread is None:
            self.start(self._send_typing(typing))

    async def _send_typing(self, typing: bool) -> None:
        try:
            await self.bridge.call(self._client.rooms.typing, self._room_id, typing)
        except NetworkUnavailable:
            return  # nobody misses it


def _bar(item: TimelineItem | None) -> dict[str, str] | None:
    """What the bar above the field says about a message."""
    if item is None:
        return None
    text = item.body or (item.media.name if item.media else "")
    return {"key": item.key, "senderName": item.sender_name, "sender": item.sender, "text": text[:200]}


def _written(item: TimelineItem, mentions: Mentions) -> str:
    """What the sender wrote, as it can be edited: formatting as Markdown, people by their names."""
    body, html = (item.media.caption, item.media.caption_html) if item.media else (item.body, item.html)
    return mentions.from_markdown(to_markdown(html)) if html else body
