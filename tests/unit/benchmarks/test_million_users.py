"""What a million users would take follows from the costs of one of each thing."""

import pytest

from benchmarks.million_users import (
    ONE,
    SEVERAL,
    Costs,
    People,
    costs_of,
    render_million_users,
    render_reasoning,
    workers_needed,
)

COSTS = Costs(
    send=300, postgresql_send=150, redis_send=6, follow=120, postgresql_follow=15, delivery=500,
    waiting_s=5, kb_per_connection=7, mb_per_worker=95,
)  # fmt: skip


def busy_cores(costs: Costs, people: People, workers: int) -> float:
    """Return what each worker has to do, counted afresh."""
    of_all = people.deliveries_s * costs.delivery + people.sends_s * costs.send
    of_all += people.connections * costs.waiting_s + people.sends_s * costs.follow * (workers - 1)
    return of_all / workers / 1e6


def test_workers_are_as_many_as_it_takes_and_no_more() -> None:
    people = People()
    workers = workers_needed(COSTS, people)
    assert busy_cores(COSTS, people, workers) <= people.load_of_worker
    assert busy_cores(COSTS, people, workers - 1) > people.load_of_worker


def test_following_too_much_is_said_not_computed() -> None:
    people = People(accounts=100_000_000)
    with pytest.raises(ValueError, match="following"):
        workers_needed(COSTS, people)


def test_costs_of_following_are_those_that_a_send_has_among_others() -> None:
    one = {
        "server_us_per_send": 300.0, "postgresql_us_per_send": 150.0, "redis_us_per_send": 6.0,
        "server_us_per_delivery": 500.0, "idle_us_per_connection_s": 5.0, "kb_per_connection": 7.0,
        "mb_per_worker": 95.0,
    }  # fmt: skip
    several = {**one, "server_us_per_send": 420.0, "postgresql_us_per_send": 165.0}
    assert costs_of({ONE: one, SEVERAL: several}) == COSTS
    assert render_reasoning({ONE: one, SEVERAL: several}) == render_million_users(COSTS)
    assert render_reasoning({}) == ""


def test_tables_name_every_cost_and_use_it() -> None:
    text = render_million_users(COSTS)
    assert "| `delivery` | 500 µs |" in text
    assert "| deliveries | 20,000 | `delivery` | 10.00 cores |" in text
