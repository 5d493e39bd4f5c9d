"""One row of a timeline, as its view needs it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import (
    ItemKind,
    Media,
    Poll,
    Reaction,
    SendState,
    ShieldColor,
    ThreadSummary,
    TimelineItem,
)
from client_desktop.viewmodels.message_text import text_blocks
from client_desktop.viewmodels.problems import error_sentence
from client_desktop.viewmodels.qml_values import to_qml
from client_desktop.viewmodels.time_text import (
    ago_text,
    clock_text,
    day_text,
    duration_text,
    full_text,
    size_text,
)
from client_desktop.viewmodels.words import word

GROUP_WITHIN_MS = 5 * 60_000
"""Messages of one person that follow each other this closely share avatar and name."""

SEPARATORS = frozenset({ItemKind.DAY, ItemKind.NEW, ItemKind.GAP, ItemKind.BEGINNING})
EVENTS = frozenset({ItemKind.MEMBERSHIP, ItemKind.STATE, ItemKind.CALL, ItemKind.VERIFICATION})
JOINS = frozenset({"joined", "left", "left_reason"})
PROFILES = frozenset({"renamed", "name_chosen", "name_removed", "picture_changed", "picture_removed"})
ONLY_WORDS = frozenset({ItemKind.TEXT, ItemKind.NOTICE, ItemKind.EMOTE})
MESSAGES = frozenset(ItemKind) - SEPARATORS - EVENTS - {ItemKind.UNKNOWN}


def shape_of(item: TimelineItem, developer: bool) -> str:
    """Which delegate shows it: message, event, hidden, or the separator's own name."""
    if item.kind in MESSAGES:
        return "message"
    if item.kind in EVENTS:
        return "event"
    if item.kind in SEPARATORS:
        return item.kind.value
    return "event" if developer else "hidden"


def message_shape(row: dict[str, Any]) -> str:
    """Which of the delegates of messages suits a row: whoever shows the next one needs to make least."""
    return "message" + ("Head" if row["head"] else "") + ("Blocks" if len(row["blocks"]) > 1 else "")


def begins_group(item: TimelineItem, before: TimelineItem | None) -> bool:
    """Whether a message shows avatar and name: another one speaks, or a while has passed."""
    if before is None or before.kind not in MESSAGES or before.sender != item.sender:
        return True
    if item.kind is ItemKind.EMOTE or before.kind is ItemKind.EMOTE:
        return True
    return not 0 <= item.at_ms - before.at_ms < GROUP_WITHIN_MS


def row_of(
    item: TimelineItem, before: TimelineItem | None, now_ms: int, around: Surroundings
) -> dict[str, Any]:
    """Everything that the delegate reads, as one map."""
    row: dict[str, Any] = {
        "key": item.key,
        "kind": item.kind.value,
        "eventId": item.event_id or "",
        "text": item.body,
    }
    if item.kind in MESSAGES:
        return row | _message(item, before, now_ms, around)
    if item.kind is ItemKind.DAY:
        row["text"] = day_text(item.at_ms)
    else:
        row |= {"text": event_text(item), "time": clock_text(item.at_ms), "sender": item.sender}
        row |= {"senderName": item.sender_name, "verificationId": item.verification_id or ""}
        row["aside"] = aside_of(item)
    return row


def aside_of(item: TimelineItem) -> str:
    """Which of the things that people may not want to see it is: join, profile, or none of them."""
    if item.kind is not ItemKind.MEMBERSHIP:
        return ""
    return "join" if item.state_word in JOINS else "profile" if item.state_word in PROFILES else ""


def event_text(item: TimelineItem) -> str:
    """What a state event says, in words."""
    if item.state_word:
        return word(f"event.{item.state_word}", *item.state_args)
    return item.body


def _message(
    item: TimelineItem, before: TimelineItem | None, now_ms: int, around: Surroundings
) -> dict[str, Any]:
    shield = item.shield if item.shield and item.shield.color is not ShieldColor.NONE else None
    return {
        "head": begins_group(item, before),
        "sender": item.sender,
        "senderName": item.sender_name or item.sender,
        "senderAvatar": item.sender_avatar or "",
        "senderUnknown": item.sender_unknown_member,
        "time": clock_text(item.at_ms),
        "fullTime": full_text(item.at_ms),
        "blocks": text_blocks(item, around),
        "onlyEmoji": item.only_emoji,
        "own": item.own,
        "mention": item.mentions_me,
        "edited": item.edited,
        "editedTime": full_text(item.edited_at_ms) if item.edited_at_ms else "",
        "reply": _reply(item),
        "reactions": [_reaction(reaction) for reaction in item.reactions],
        "thread": _thread(item.thread, now_ms) if item.thread else None,
        "media": media_map(item.media) if item.media else None,
        "gallery": [media_map(media) for media in item.gallery],
        "poll": _poll(item.poll) if item.poll else None,
        "geoUri": item.geo_uri or "",
        "links": list(item.links),
        "receipts": to_qml(item.receipts[:8]),
        "receiptsMore": max(0, len(item.receipts) - 8),
        "pinned": item.pinned,
        "shield": shield.color.value if shield else "",
        "shieldText": word(f"shield.{shield.word}") if shield and shield.word else "",
        "undecryptable": _undecryptable(item),
        "redacted": item.kind is ItemKind.REDACTED,
        "redactedText": _redacted(item) if item.kind is ItemKind.REDACTED else "",
        "sending": item.send_state in (SendState.QUEUED, SendState.SENDING),
        "sendFailed": item.send_state is SendState.FAILED,
        "errorText": error_sentence(item.error_word) if item.error_word else "",
        "canEdit": item.can_edit,
        "canRedact": item.can_redact,
        "canReact": item.can_react,
        "canReply": item.can_reply,
        "canPin": item.can_pin,
        "spoken": _spoken(item),
        "more": _has_more(item),
    }


def _has_more(item: TimelineItem) -> bool:
    """Whether there is anything to show beside words, a head and what is answered."""
    return (
        item.kind not in ONLY_WORDS
        or bool(item.media or item.poll or item.gallery or item.links or item.reactions or item.thread)
        or item.send_state is SendState.FAILED
    )


def _reply(item: TimelineItem) -> dict[str, Any] | None:
    reply = item.reply
    if reply is None:
        return None
    shown: dict[str, Any] = to_qml(replace(reply, text=reply.text or word("main.reply.unknown")))
    return shown


def _reaction(reaction: Reaction) -> dict[str, Any]:
    shown: dict[str, Any] = to_qml(reaction)
    names = ", ".join(reaction.names)
    more = reaction.count - len(reaction.names)
    shown["who"] = word("main.names.more", names, n=more) if more > 0 else names
    return shown


def _thread(thread: ThreadSummary, now_ms: int) -> dict[str, Any]:
    shown: dict[str, Any] = to_qml(thread)
    shown["ago"] = word("main.thread.last_reply", ago_text(thread.last_at_ms, now_ms))
    shown["replies"] = word("main.thread.replies", n=thread.count)
    return shown


def media_map(media: Media) -> dict[str, Any]:
    """A file as its view shows it, with sizes and durations in words."""
    shown: dict[str, Any] = to_qml(
        replace(media, encrypted_file=None, encrypted_thumbnail=None, waveform=media.waveform[:120])
    )
    shown |= {
        "sizeText": size_text(media.size),
        "durationText": duration_text(media.duration_ms),
        "encrypted": media.encrypted_file is not None,
        "animated": media.mime_type in ("image/gif", "image/webp", "image/apng"),
        "width": max(0, min(media.width or 0, 20_000)),
        "height": max(0, min(media.height or 0, 20_000)),
        "durationMs": media.duration_ms or 0,
        "blurhash": media.blurhash or "",
    }
    return shown


def _poll(poll: Poll) -> dict[str, Any]:
    shown: dict[str, Any] = to_qml(poll)
    for answer in shown["answers"]:
        votes = answer["votes"]
        answer["share"] = votes / poll.total_votes if votes and poll.total_votes else 0.0
        answer["votesText"] = "" if votes is None else word("main.poll.votes", n=votes)
    shown["mine"] = [answer.answer_id for answer in poll.answers if answer.mine]
    shown["status"] = _poll_status(poll)
    return shown


def _poll_status(poll: Poll) -> str:
    if poll.ended:
        return word("main.poll.ended", n=poll.total_votes)
    if not poll.disclosed:
        return word("main.poll.hidden")
    return word("main.poll.open", n=poll.total_votes)


def _undecryptable(item: TimelineItem) -> str:
    if item.kind is not ItemKind.UNDECRYPTABLE:
        return ""
    return word(f"undecryptable.{item.undecryptable_word or 'unknown'}")


def _redacted(item: TimelineItem) -> str:
    if item.redaction_reason:
        return word("main.redacted.reason", item.redaction_reason)
    return word("main.redacted")


def _spoken(item: TimelineItem) -> str:
    """What a screen reader says for the whole row."""
    said = item.body or (item.media.name if item.media else "") or (item.poll.question if item.poll else "")
    return f"{item.sender_name or item.sender}, {clock_text(item.at_ms)}: {said}"
