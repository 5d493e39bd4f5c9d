"""Edits: which count, and what an event says after them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#event-replacements
"""

from __future__ import annotations

from collections.abc import Iterable

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.timeline.event import REPLACE, Event


def is_valid_edit(original: Event, edit: Event) -> bool:
    """Tell whether an event may replace another one's content.

    Somebody else's edit never counts, nor one in clear text of what was encrypted: a server could make both.
    """
    return (
        edit.rel_type == REPLACE
        and edit.rel_target == original.event_id
        and edit.sender == original.sender
        and edit.type == original.type
        and edit.state_key is None
        and original.state_key is None
        and original.rel_type != REPLACE
        and not edit.redacted
        and not original.redacted
        and not edit.failure
        and (edit.encrypted or edit.local or not original.encrypted)
        and isinstance(edit.content.get("m.new_content"), dict)
    )


def newest_edit(original: Event, edits: Iterable[Event]) -> Event | None:
    """Give the edit that counts: the newest, of several at once the one with the greatest id."""
    valid = [edit for edit in edits if is_valid_edit(original, edit)]
    return max(valid, key=lambda edit: (edit.local, edit.at_ms, edit.event_id), default=None)


def edited_content(original: Event, edit: Event | None) -> ReadonlyJsonObject:
    """Give what an event says now: the new content, with the relation that it always had."""
    if edit is None:
        return original.content
    new: JsonObject = dict(edit.content["m.new_content"])
    new.pop("m.relates_to", None)
    if "m.relates_to" in original.content:
        new["m.relates_to"] = original.content["m.relates_to"]
    return new
