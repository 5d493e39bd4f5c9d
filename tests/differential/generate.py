"""Random graphs of events, the same for the same seed, each a list of steps that can be left out."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final, TypeAlias

from tests.differential import broken_events, memberships, room_state
from tests.differential.builder import GraphBuilder
from tests.differential.graph import Graph

Action: TypeAlias = Callable[[GraphBuilder, Random], None]

MAX_STEPS: Final = 45
WEIGHTS: Final[dict[Action, int]] = {
    memberships.join: 14,
    memberships.authorised_join: 5,
    memberships.invite: 7,
    memberships.leave: 5,
    memberships.kick: 6,
    memberships.ban: 6,
    memberships.knock: 4,
    memberships.odd_membership: 2,
    memberships.third_party_invite: 2,
    memberships.handed_on_invite: 3,
    room_state.second_create: 1,
    room_state.power_levels: 10,
    room_state.raise_member: 5,
    room_state.join_rules: 6,
    room_state.plain_state: 8,
    room_state.aliases: 1,
    room_state.message: 4,
    room_state.redaction: 3,
    broken_events.broken_format: 1,
    broken_events.deep_event: 1,
    broken_events.large_event: 1,
    broken_events.top_level_extras: 2,
    broken_events.tampered: 2,
    broken_events.wrong_auth_events: 4,
    broken_events.older_auth_events: 4,
}
BEGINNINGS: Final[tuple[Action, ...]] = (
    room_state.public_join_rule,
    room_state.raise_member,
    memberships.join,
    memberships.join,
    memberships.invite,
)
_ACTIONS: Final = tuple(WEIGHTS)
_CUMULATIVE: Final = tuple(sum(list(WEIGHTS.values())[: n + 1]) for n in range(len(WEIGHTS)))


def steps_of(version: str, seed: int) -> list[int]:
    """Return the steps of a seed's graph: each is the seed of one action, of an honest one where negative."""
    rng = Random(f"{version}:{seed}")
    steps = [rng.getrandbits(32) for _ in range(rng.randint(8, MAX_STEPS))]
    honest = rng.choice((0, 6, 12))
    return [steps[0], *(-step for step in steps[1:honest]), *steps[max(1, honest) :]]


def graph_of(version: str, steps: Sequence[int]) -> Graph:
    """Build the graph of some steps. The first one makes the room; any other may be left out."""
    builder = GraphBuilder.of(version)
    room_state.create(builder, Random(steps[0]))
    # Where making the room is refused, there is nothing to go on from.
    for step in steps[1:] if builder.accepted else ():
        rng = Random(step)
        action = rng.choice(BEGINNINGS) if step < 0 else rng.choices(_ACTIONS, cum_weights=_CUMULATIVE)[0]
        action(builder, rng)
    accepted = builder.accepted_indexes
    rng = Random(steps[-1])
    builder.graph.resolve = [rng.sample(accepted, min(len(accepted), rng.randint(2, 4))) for _ in range(4)]
    return builder.graph
