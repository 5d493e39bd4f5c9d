"""Polls: their questions, and what was voted.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/3381-polls.md
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_list, as_object, as_objects, as_text, as_texts
from client_desktop.core.timeline.event import POLL_END, POLL_RESPONSE, REFERENCE, Event
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.values import Poll, PollAnswer

MAX_ANSWERS = 20
MAX_TEXT = 1000
UNSTABLE = "org.matrix.msc3381"
UNSTABLE_TEXT = "org.matrix.msc1767.text"


@dataclass(frozen=True, slots=True)
class Question:
    """What a poll asks."""

    text: str
    answers: tuple[tuple[str, str], ...]
    """Id and text, in order."""
    max_selections: int
    disclosed: bool


def read_question(content: ReadonlyJsonObject) -> Question | None:
    """Read the start of a poll, by its stable or its unstable names; None where it is malformed."""
    poll = as_object(content.get("m.poll") or content.get(f"{UNSTABLE}.poll.start"))
    text = _text(as_object(poll.get("question")))
    answers = tuple(_answers(poll))[:MAX_ANSWERS]
    if not text or not answers:
        return None
    disclosed = poll.get("kind") in ("m.disclosed", f"{UNSTABLE}.poll.disclosed")
    selections = min(max(1, as_int(poll.get("max_selections"), 1)), len(answers))
    return Question(text, answers, selections, disclosed)


def count_votes(start: Event, question: Question, references: Iterable[Event], room: RoomFacts) -> Poll:
    """Count: everybody's newest vote until the end, which only who may remove messages can set."""
    related = [each for each in references if _belongs(each, start, room)]
    end = _end(start, related, room)
    votes = _votes(question, related, end)
    shown = question.disclosed or end is not None
    counts = {answer_id: 0 for answer_id, _ in question.answers}
    for chosen in votes.values():
        for answer_id in chosen:
            counts[answer_id] += 1
    most = max(counts.values())
    mine = votes.get(room.me, ())
    return Poll(
        question=question.text,
        answers=tuple(
            PollAnswer(
                answer_id,
                text,
                counts[answer_id] if shown else None,
                answer_id in mine,
                end is not None and counts[answer_id] == most > 0,
            )
            for answer_id, text in question.answers
        ),
        max_selections=question.max_selections,
        disclosed=question.disclosed,
        ended=end is not None,
        total_votes=sum(1 for chosen in votes.values() if chosen),
        can_end=end is None
        and not start.local
        and (start.sender == room.me or room.permissions.may_redact())
        and room.permissions.may_send(_end_type(start)),
    )


def _belongs(event: Event, start: Event, room: RoomFacts) -> bool:
    return (
        event.rel_type == REFERENCE
        and event.rel_target == start.event_id
        and not event.redacted
        and event.sender not in room.ignored
    )


def _end(start: Event, related: list[Event], room: RoomFacts) -> Event | None:
    """Give the first end that counts: by who asked, or by somebody who may remove messages."""
    ends = [
        event
        for event in related
        if event.type in POLL_END
        and (
            event.sender == start.sender
            or room.permissions.level_of(event.sender) >= room.permissions.levels["redact"]
        )
    ]
    return min(ends, key=lambda event: (event.local, event.at_ms, event.event_id), default=None)


def _votes(question: Question, related: list[Event], end: Event | None) -> dict[str, tuple[str, ...]]:
    """Give everybody's newest vote; one for an answer that does not exist is spoiled and counts as none."""
    newest: dict[str, Event] = {}
    for event in related:
        if event.type not in POLL_RESPONSE or (end is not None and event.at_ms > end.at_ms):
            continue
        known = newest.get(event.sender)
        if known is None or _age(event) >= _age(known):
            newest[event.sender] = event
    return {sender: _chosen(question, event) for sender, event in newest.items()}


def _age(event: Event) -> tuple[bool, int, str]:
    return (event.local, event.at_ms, event.event_id)


def _chosen(question: Question, event: Event) -> tuple[str, ...]:
    unstable = as_object(event.content.get(f"{UNSTABLE}.poll.response"))
    selections = as_texts(event.content.get("m.selections") or unstable.get("answers"))
    chosen = tuple(dict.fromkeys(selections[: question.max_selections]))
    known = {answer_id for answer_id, _ in question.answers}
    return chosen if known.issuperset(chosen) else ()


def _end_type(start: Event) -> str:
    return "m.poll.end" if start.type == "m.poll.start" else f"{UNSTABLE}.poll.end"


def _answers(poll: JsonObject) -> Iterable[tuple[str, str]]:
    seen: set[str] = set()
    for answer in as_objects(poll.get("answers")):
        answer_id = as_text(answer.get("m.id")) or as_text(answer.get("id"))
        text = _text(answer)
        if answer_id and text and answer_id not in seen:
            seen.add(answer_id)
            yield answer_id, text


def _text(block: JsonObject) -> str:
    """Read extensible text: `m.text` in its list form, or the unstable plain string."""
    for part in as_list(block.get("m.text")):
        body = as_text(as_object(part).get("body"), limit=MAX_TEXT)
        if body and as_object(part).get("mimetype", "text/plain") == "text/plain":
            return body
    fallback = as_text(block.get("body"))
    return as_text(block.get("m.text"), limit=MAX_TEXT) or as_text(
        block.get(UNSTABLE_TEXT), fallback, limit=MAX_TEXT
    )
