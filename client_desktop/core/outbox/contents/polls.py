"""Polls, as clients speak of them today.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/3381-polls.md
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from client_desktop.core.errors import NotAllowed
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.outbox.contents.relations import RELATES_TO, reference
from client_desktop.core.timeline.aggregate.polls import read_question

START: Final = "org.matrix.msc3381.poll.start"
RESPONSE: Final = "org.matrix.msc3381.poll.response"
END: Final = "org.matrix.msc3381.poll.end"
MAX_ANSWERS: Final = 20

_TEXT: Final = "org.matrix.msc1767.text"
_DISCLOSED: Final = "org.matrix.msc3381.poll.disclosed"
_UNDISCLOSED: Final = "org.matrix.msc3381.poll.undisclosed"


def poll_start(
    question: str, answers: Sequence[str], *, max_selections: int = 1, disclosed: bool = True
) -> JsonObject:
    """Return a poll; each answer gets an id of its own.

    Raises: NotAllowed without a question, or with too few or too many answers.
    """
    question, texts = question.strip(), [answer.strip() for answer in answers if answer.strip()]
    if not question or not 2 <= len(texts) <= MAX_ANSWERS:
        raise NotAllowed(f"a poll has a question and 2 to {MAX_ANSWERS} answers")
    fallback = "\n".join([question, *(f"{number}. {text}" for number, text in enumerate(texts, 1))])
    return {
        _TEXT: fallback,
        START: {
            "kind": _DISCLOSED if disclosed else _UNDISCLOSED,
            "max_selections": min(max(1, max_selections), len(texts)),
            "question": {_TEXT: question, "body": question, "msgtype": "m.text"},
            "answers": [{"id": secrets.token_hex(8), _TEXT: text} for text in texts],
        },
    }


def poll_response(poll_id: str, answer_ids: Sequence[str]) -> JsonObject:
    """Return a vote; one without answers takes back what was voted."""
    return {RELATES_TO: reference(poll_id), RESPONSE: {"answers": list(answer_ids)}}


def poll_question(content: ReadonlyJsonObject) -> str:
    """Return what a poll asks, by its stable or its unstable names; empty where it asks nothing."""
    question = read_question(content)
    return "" if question is None else question.text


def poll_end(poll_id: str, text: str) -> JsonObject:
    """Return the end of a poll; `text` is for clients that know none."""
    return {RELATES_TO: reference(poll_id), END: {}, _TEXT: text, "body": text}
