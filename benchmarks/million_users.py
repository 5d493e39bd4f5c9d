"""What a million users would take, computed from what one of each thing costs, for docs/scaling.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

ONE, SEVERAL = "1 by Redis", "2 by Redis"
OTHERS = 1
"""How many follow what one of several does."""
US_PER_S = 1e6


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor's time in microseconds and memory, of one of each."""

    send: float
    postgresql_send: float
    redis_send: float
    follow: float
    postgresql_follow: float
    delivery: float
    waiting_s: float
    kb_per_connection: float
    mb_per_worker: float


@dataclass(frozen=True, slots=True)
class People:
    """Who is there at the busiest hour, and how much they do."""

    accounts: int = 1_000_000
    connected: float = 0.2
    seconds_per_message: float = 300.0
    seconds_per_delivery: float = 10.0
    load_of_worker: float = 2 / 3
    """How much of a core a worker may be given to do."""

    @property
    def connections(self) -> float:
        return self.accounts * self.connected

    @property
    def sends_s(self) -> float:
        return self.connections / self.seconds_per_message

    @property
    def deliveries_s(self) -> float:
        return self.connections / self.seconds_per_delivery


def costs_of(figures: Mapping[str, Mapping[str, float]]) -> Costs:
    """Return the costs that a run of the benchmark with one and with two workers on Redis has found.

    What following costs is what a send costs more among two. On few cores that
    is too much: who waits for a core takes smaller batches.
    """
    one, several = figures[ONE], figures[SEVERAL]

    def of_others(key: str) -> float:
        return max(0.0, several[key] - one[key]) / OTHERS

    return Costs(
        send=one["server_us_per_send"],
        postgresql_send=one["postgresql_us_per_send"],
        redis_send=one["redis_us_per_send"],
        follow=of_others("server_us_per_send"),
        postgresql_follow=of_others("postgresql_us_per_send"),
        delivery=one["server_us_per_delivery"],
        waiting_s=one["idle_us_per_connection_s"],
        kb_per_connection=one["kb_per_connection"],
        mb_per_worker=one["mb_per_worker"],
    )


def render_reasoning(figures: Mapping[str, Mapping[str, float]]) -> str:
    """Return the tables of docs/scaling.md from a run's figures; nothing where there are none."""
    if not figures:
        return ""
    try:
        return render_million_users(costs_of(figures))
    except ValueError as error:
        return f"a million users: {error}\n"


def workers_needed(costs: Costs, people: People) -> int:
    """Return the least number of workers of which each has less to do than it may; each follows all others.

    Raises: ValueError where following alone is too much for a worker, however many there are.
    """
    alone = people.deliveries_s * costs.delivery + people.sends_s * costs.send
    alone += people.connections * costs.waiting_s
    each = people.load_of_worker * US_PER_S - people.sends_s * costs.follow
    if each <= 0:
        raise ValueError("following alone takes all that a worker may do")
    return max(1, ceil((alone - people.sends_s * costs.follow) / each))


def render_million_users(costs: Costs, people: People | None = None) -> str:
    """Return the two tables in Markdown: the costs by name, and what they come to."""
    people = people or People()
    workers = workers_needed(costs, people)
    sends, deliveries, connections = people.sends_s, people.deliveries_s, people.connections
    followed = sends * (workers - 1)
    rows = [
        ("deliveries", deliveries, "`delivery`", costs.delivery),
        ("sends", sends, "`send`", costs.send),
        (f"following, by {workers} workers", followed, "`follow`", costs.follow),
        ("waiting connections", connections, "`waiting`", costs.waiting_s),
        ("PostgreSQL: sends", sends, "`postgresql send`", costs.postgresql_send),
        ("PostgreSQL: what workers read to follow", followed, "`postgresql follow`", costs.postgresql_follow),
        ("Redis", sends, "`redis send`", costs.redis_send),
    ]
    lines = ["| name | cost of one |", "|---|---|"]
    lines += [f"| {name} | {cost:,.0f} µs |" for _, _, name, cost in rows]
    lines += [f"| `connection` | {costs.kb_per_connection:,.1f} kB |"]
    lines += [f"| `worker` | {costs.mb_per_worker:,.0f} MB |", ""]
    lines += ["| | per second | cost of one | in all |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {times:,.0f} | {name} | {times * cost / US_PER_S:,.2f} cores |"
        for what, times, name, cost in rows
    ]
    memory_gb = (workers * costs.mb_per_worker + connections * costs.kb_per_connection / 1024) / 1024
    lines += [
        f"| memory of {workers} workers | | `worker`, `connection` | {memory_gb:,.1f} GB |",
        "",
        f"{workers} workers with {connections / workers:,.0f} connections each.",
    ]
    return "\n".join(lines) + "\n"
