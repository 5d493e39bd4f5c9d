"""Polls: what is asked, whose vote counts, when the result shows."""

from __future__ import annotations

from typing import Any

import pytest

from client_desktop.core.values import ItemKind, Poll, TimelineItem
from tests.desktop.timeline.world import BOB, CAROL, ME, World

START = "org.matrix.msc3381.poll.start"
RESPONSE = "org.matrix.msc3381.poll.response"
END = "org.matrix.msc3381.poll.end"


def start(world: World, *, kind: str = "disclosed", most: Any = 1, sender: str = BOB) -> Any:
    poll = {
        "question": {"org.matrix.msc1767.text": "Tea?"},
        "kind": f"org.matrix.msc3381.poll.{kind}",
        "max_selections": most,
        "answers": [
            {"id": "y", "org.matrix.msc1767.text": "Yes"},
            {"id": "n", "org.matrix.msc1767.text": "No"},
        ],
    }
    return world.event({START: poll}, START, sender, event_id="$poll")


def vote(world: World, sender: str, *answers: str) -> Any:
    return world.related("m.reference", "$poll", RESPONSE, sender, **{RESPONSE: {"answers": list(answers)}})


def end(world: World, sender: str = BOB) -> Any:
    return world.related("m.reference", "$poll", END, sender, **{END: {}})


async def item_of(world: World) -> TimelineItem:
    return next(item for item in await world.items() if item.kind is ItemKind.POLL)


async def poll_of(world: World) -> Poll:
    poll = (await item_of(world)).poll
    assert poll is not None
    return poll


def votes(poll: Poll) -> dict[str, int | None]:
    return {answer.answer_id: answer.votes for answer in poll.answers}


async def test_votes_are_counted_and_mine_is_marked(world: World) -> None:
    world.sync(start(world), vote(world, BOB, "y"), vote(world, CAROL, "n"), vote(world, ME, "y"))
    poll = await poll_of(world)
    assert (poll.question, votes(poll), poll.total_votes) == ("Tea?", {"y": 2, "n": 1}, 3)
    assert [answer.mine for answer in poll.answers] == [True, False]
    assert not any(answer.winner for answer in poll.answers)
    assert [item.kind for item in await world.items()] == [ItemKind.DAY, ItemKind.POLL]


async def test_last_vote_wins(world: World) -> None:
    first, second = vote(world, CAROL, "y"), vote(world, CAROL, "n")
    world.sync(start(world), second, first)
    assert votes(await poll_of(world)) == {"y": 0, "n": 1}


async def test_vote_for_nothing_takes_the_vote_back(world: World) -> None:
    world.sync(start(world), vote(world, CAROL, "y"), vote(world, CAROL))
    poll = await poll_of(world)
    assert (votes(poll), poll.total_votes) == ({"y": 0, "n": 0}, 0)


async def test_vote_for_an_answer_that_does_not_exist_is_spoiled(world: World) -> None:
    world.sync(start(world, most=2), vote(world, CAROL, "y"), vote(world, CAROL, "y", "maybe"))
    assert votes(await poll_of(world)) == {"y": 0, "n": 0}


async def test_no_more_answers_count_than_allowed(world: World) -> None:
    world.sync(start(world, most=1), vote(world, CAROL, "y", "n"))
    assert votes(await poll_of(world)) == {"y": 1, "n": 0}


async def test_one_answer_chosen_twice_counts_once(world: World) -> None:
    world.sync(start(world, most=2), vote(world, CAROL, "y", "y"))
    assert votes(await poll_of(world)) == {"y": 1, "n": 0}


async def test_redacted_vote_does_not_count(world: World) -> None:
    cast = vote(world, CAROL, "y")
    world.sync(start(world), cast)
    world.sync(world.redaction(cast["event_id"]))
    assert votes(await poll_of(world)) == {"y": 0, "n": 0}


async def test_undisclosed_result_shows_at_the_end(world: World) -> None:
    world.sync(start(world, kind="undisclosed"), vote(world, ME, "y"))
    poll = await poll_of(world)
    assert votes(poll) == {"y": None, "n": None}
    assert poll.answers[0].mine
    world.sync(end(world))
    poll = await poll_of(world)
    assert (poll.ended, votes(poll), poll.answers[0].winner) == (True, {"y": 1, "n": 0}, True)


async def test_vote_after_the_end_does_not_count(world: World) -> None:
    world.sync(start(world), vote(world, ME, "y"), end(world), vote(world, CAROL, "n"))
    assert votes(await poll_of(world)) == {"y": 1, "n": 0}


async def test_only_who_asked_or_may_redact_ends_a_poll(world: World) -> None:
    world.sync(start(world), end(world, CAROL))
    assert not (await poll_of(world)).ended
    world.sync(end(world, ME))  # level 100
    assert (await poll_of(world)).ended


async def test_who_may_end_a_poll_is_told(world: World) -> None:
    world.sync(start(world, sender=CAROL))
    assert (await poll_of(world)).can_end
    world.state("m.room.power_levels", {"users": {}})
    assert not (await poll_of(world)).can_end


async def test_own_poll_can_be_edited_until_somebody_voted(world: World) -> None:
    world.sync(start(world, sender=ME))
    assert (await item_of(world)).can_edit
    world.sync(vote(world, CAROL, "y"))
    assert not (await item_of(world)).can_edit


async def test_stable_names_are_read_too(world: World) -> None:
    poll = {
        "m.poll": {
            "question": {"m.text": [{"mimetype": "text/html", "body": "<b>"}, {"body": "Tea?"}]},
            "kind": "m.disclosed",
            "answers": [{"m.id": "y", "m.text": [{"body": "Yes"}]}],
        }
    }
    cast = world.related("m.reference", "$poll", "m.poll.response", CAROL, **{"m.selections": ["y"]})
    world.sync(world.event(poll, "m.poll.start", event_id="$poll"), cast)
    found = await poll_of(world)
    assert (found.question, found.answers[0].text, votes(found)) == ("Tea?", "Yes", {"y": 1})


@pytest.mark.parametrize(
    "poll",
    [
        {},
        {"question": {}, "answers": []},
        {"question": {"org.matrix.msc1767.text": "?"}, "answers": [{"id": "a"}, 5, None]},
        {"question": 5, "answers": {}},
    ],
)
async def test_malformed_poll_is_unknown(world: World, poll: Any) -> None:
    world.sync(world.event({START: poll}, START), world.text("after"))
    assert [item.kind for item in await world.items()] == [ItemKind.DAY, ItemKind.UNKNOWN, ItemKind.TEXT]


async def test_absurd_numbers_of_selections_are_bounded(world: World) -> None:
    world.sync(start(world, most=10**9))
    assert (await poll_of(world)).max_selections == 2
    world.sync(start(world, most=-1))
    assert (await poll_of(world)).max_selections == 2
