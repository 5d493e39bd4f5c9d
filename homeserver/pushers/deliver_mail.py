"""Write to a user about what they have not read for a while: one mail for all rooms."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from homeserver.mail.send_mail import WrittenMail, queue_mails, write_mail
from homeserver.pushers.context import PushersContext
from homeserver.pushers.deliver_push import PusherRejected
from homeserver.pushers.mail_body import html_of, text_of
from homeserver.pushers.mail_schedule import due_ts, next_pauses
from homeserver.pushers.notification import PushedEvent
from homeserver.pushers.pusher import Pusher
from homeserver.pushers.unsubscribe import unsubscribe_url
from homeserver.pushers.waiting import Waiting, describe, still_waiting
from homeserver.rooms.viewer import Viewer
from homeserver.storage import push_queue, pushers
from homeserver.sync.count_unread import count_unread

MAX_WAITING: Final = 200
MAX_ROOMS: Final = 10
MAX_MESSAGES_PER_ROOM: Final = 5
MAX_NAME_LENGTH: Final = 100


async def deliver_mail(ctx: PushersContext, pusher: Pusher) -> int | None:
    """Send the mail if it is time for it; return when it will be, None where nothing waits.

    Raises: PusherRejected where the address is the account's no more.
    """
    await ctx.rooms.tailer.wait_for(pusher.last_due)
    async with ctx.db.acquire() as conn:
        if not await pushers.owns_address(conn, pusher.user_nid, pusher.settings.pushkey):
            raise PusherRejected
        await push_queue.delete_all_but_newest(conn, pusher.nid, MAX_WAITING)
        queued = await push_queue.select_queued(conn, pusher.nid, MAX_WAITING)
        last = await push_queue.select_mails(conn, pusher.nid)
    unread = await count_unread(ctx.sync, Viewer(pusher.user_id, pusher.user_nid))
    waiting = await still_waiting(ctx, pusher, queued, unread)
    told = [(item, event) for item in waiting if (event := await describe(ctx, pusher, item)) is not None]
    due = due_ts([(item.queued.room_nid, item.queued.queued_ts) for item, _ in told], last)
    now_ms = ctx.clock.now_ms()
    if due is not None and due > now_ms and ctx.mail.is_on:
        return due
    mails = [await _write(ctx, pusher, told)] if told and ctx.mail.is_on else []
    async with ctx.db.transaction() as conn:
        await push_queue.delete_queued(conn, pusher.nid, [item.position for item in queued])
        if mails:
            await queue_mails(ctx.mail, conn, mails)
            rooms = {item.queued.room_nid for item, _ in told}
            await push_queue.upsert_mails(conn, pusher.nid, now_ms, next_pauses(rooms, last, now_ms))
    ctx.mail.due.ask()
    return None


async def _write(
    ctx: PushersContext, pusher: Pusher, told: Sequence[tuple[Waiting, PushedEvent]]
) -> WrittenMail:
    url = await unsubscribe_url(ctx, pusher)
    values = _values(pusher, told) | {"unsubscribe_url": url}
    return write_mail(ctx.mail, pusher.settings.pushkey, "unread_messages", values, unsubscribe_url=url)


def _values(pusher: Pusher, told: Sequence[tuple[Waiting, PushedEvent]]) -> dict[str, object]:
    """Return what the letter says: the newest messages, by room, and how many there are."""
    by_room: dict[str, list[tuple[Waiting, PushedEvent]]] = {}
    for item in told:
        by_room.setdefault(item[1].room_id, []).append(item)
    newest_first = sorted(by_room.values(), key=lambda items: -items[-1][0].queued.position)
    return {
        "user_id": pusher.user_id,
        "count": len(told),
        "rooms": [_room(items) for items in newest_first[:MAX_ROOMS]],
        "more_rooms": max(0, len(newest_first) - MAX_ROOMS),
    }


def _room(items: Sequence[tuple[Waiting, PushedEvent]]) -> dict[str, object]:
    newest = items[-1][1]
    return {
        "name": _on_one_line(
            newest.room_name or newest.room_alias or newest.sender_display_name or newest.sender
        ),
        "url": f"https://matrix.to/#/{quote(newest.room_id, safe='')}",
        "count": len(items),
        "messages": [_message(item, event) for item, event in items[-MAX_MESSAGES_PER_ROOM:]],
        "more": max(0, len(items) - MAX_MESSAGES_PER_ROOM),
    }


def _message(item: Waiting, event: PushedEvent) -> dict[str, object]:
    sent_ms = item.queued.queued_ts if item.event is None else item.event.origin_server_ts
    return {
        "sender": _on_one_line(event.sender_display_name or event.sender),
        "time": _time(sent_ms),
        "text": text_of(event.type, event.content),
        "html": html_of(event.type, event.content),
    }


def _on_one_line(name: str) -> str:
    return " ".join(name.split())[:MAX_NAME_LENGTH]


def _time(sent_ms: int) -> str:
    try:
        return datetime.fromtimestamp(sent_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):  # a time that its sender made up
        return ""
