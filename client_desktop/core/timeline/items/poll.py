"""Polls."""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.timeline.aggregate.polls import count_votes, read_question
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.unknown import build_unknown
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind


def build_poll(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show a poll with its votes."""
    question = read_question(content)
    if question is None:
        return build_unknown(event, content, around)
    poll = count_votes(event, question, around.references, around.room)
    voted = any(answer.votes or answer.mine for answer in poll.answers)
    return Fields(kind=ItemKind.POLL, body=question.text, poll=poll, can_edit=not (poll.ended or voted))
