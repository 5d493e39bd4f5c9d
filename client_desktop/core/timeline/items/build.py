"""An event as an item: what all kinds have in common."""

from __future__ import annotations

import logging

from client_desktop.core.boundary import describe as describe_error
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_list, as_object, as_text, as_texts
from client_desktop.core.timeline.aggregate.edits import edited_content, newest_edit
from client_desktop.core.timeline.aggregate.reactions import count_reactions
from client_desktop.core.timeline.event import Event, reply_target
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.kinds import describe
from client_desktop.core.timeline.items.permissions import Allowed, allowed
from client_desktop.core.timeline.items.preview import reply_preview
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind, Shield, ShieldColor, TimelineItem

log = logging.getLogger(__name__)

CLEAR_TEXT = Shield(ShieldColor.RED, "not_encrypted")


def build_item(event: Event, around: Surroundings) -> TimelineItem | None:
    """Show an event; None where it is nothing to be shown.

    Whatever is wrong with one event, the others stay: it becomes an UNKNOWN item.
    """
    if event.sender in around.room.ignored and event.state_key is None and event.sender != around.room.me:
        return None
    try:
        return _build(event, around)
    except Exception as error:  # noqa: BLE001 - what a sender can write must not end a room's timeline
        log.warning("timeline: an event of type %s cannot be shown: %s", event.type, describe_error(error))
        return TimelineItem(_key(event, around), ItemKind.UNKNOWN, event.at_ms, event.event_id)


def _build(event: Event, around: Surroundings) -> TimelineItem | None:
    edit = newest_edit(event, around.edits)
    content = edited_content(event, edit)
    fields = describe(event, content, around)
    if fields is None:
        return None
    room, kind = around.room, fields["kind"]
    sender = room.person(event.sender)
    own = event.sender == room.me
    may = allowed(event, kind, around)
    answered = None if kind is ItemKind.REDACTED else reply_target(event)
    return TimelineItem(
        key=_key(event, around),
        kind=kind,
        at_ms=event.at_ms,
        event_id=None if event.local else event.event_id,
        sender=event.sender,
        sender_name=sender.name,
        sender_avatar=sender.avatar_url,
        sender_unknown_member=not sender.known,
        body=fields.get("body", ""),
        html=fields.get("html", ""),
        only_emoji=fields.get("only_emoji", False),
        own=own,
        mentions_me=not own and kind is not ItemKind.REDACTED and _mentions(event, content, around),
        edited=edit is not None,
        edited_at_ms=edit.at_ms if edit else None,
        reply=reply_preview(answered, around) if answered else None,
        reactions=() if kind is ItemKind.REDACTED else count_reactions(event, around.reactions, room),
        thread=around.thread,
        thread_root=event.thread_root or None,
        media=fields.get("media"),
        gallery=fields.get("gallery", ()),
        poll=fields.get("poll"),
        geo_uri=fields.get("geo_uri"),
        links=fields.get("links", ()),
        receipts=around.receipts,
        pinned=event.event_id in room.pinned,
        encrypted=event.encrypted,
        shield=_shield(event, kind, around),
        undecryptable_word=fields.get("undecryptable_word", ""),
        redacted_by=fields.get("redacted_by"),
        redaction_reason=fields.get("redaction_reason", ""),
        state_word=fields.get("state_word", ""),
        state_args=fields.get("state_args", ()),
        verification_id=fields.get("verification_id"),
        send_state=around.send_state,
        error_word=around.error_word,
        can_edit=_can_edit(may, fields),
        can_redact=may.redact,
        can_react=may.react,
        can_reply=may.reply,
        can_pin=may.pin,
        extra=fields.get("extra", {}),
    )


def _key(event: Event, around: Surroundings) -> str:
    """Name the row: an own message keeps the name it had while it was being sent."""
    own_txn_id = event.txn_id if event.sender == around.room.me else None
    return own_txn_id or event.event_id


def _can_edit(may: Allowed, fields: Fields) -> bool:
    return may.edit and fields.get("can_edit", True)


def _mentions(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> bool:
    """Tell whether it mentions the account: as the push rules found, or by name after an edit."""
    if event.notify == 2:
        return True
    mentions = as_object(content.get("m.mentions"))
    return around.room.me in as_texts(mentions.get("user_ids"))


def _shield(event: Event, kind: ItemKind, around: Surroundings) -> Shield | None:
    """Give the mark that says how far the encryption of an event is to be trusted."""
    color, word = (*as_list(event.session.get("shield")), "", "")[:2]
    if color:
        return Shield(ShieldColor(as_text(color)), as_text(word))
    since_ms = around.room.encrypted_since_ms
    if event.encrypted or since_ms is None or event.at_ms < since_ms:
        return None
    if event.state_key is not None or event.local:
        return None
    return None if kind in (ItemKind.REDACTED, ItemKind.UNKNOWN) else CLEAR_TEXT
