"""How far other servers are behind with what this one has to tell them, for /metrics."""

from collections.abc import Iterator
from typing import Final

from federation.outbound.sender import Sender
from homeserver.clock import Clock
from homeserver.http.gauges import Sample

OUTCOMES: Final = ("delivered", "failed", "refused", "passed_over")


def outbound_samples(sender: Sender, clock: Clock) -> Iterator[Sample]:
    """Yield how many servers of this worker's shares wait for something, and what became of transactions."""
    waiting: dict[str, list[int]] = {"well": [], "failing": []}
    for queue in sender.queues.values():
        if queue.has_work and queue.waiting_since_ms is not None:
            waiting["failing" if sender.is_failing(queue) else "well"].append(queue.waiting_since_ms)
    now_ms = clock.now_ms()
    for state, since in waiting.items():
        oldest_s = max(0.0, (now_ms - min(since)) / 1000) if since else 0.0
        labels = {"state": state}
        help_text = "Servers for which something waits."
        yield Sample("federation_outbound_destinations", help_text, len(since), labels=labels)
        help_text = "Since when the longest of them waits."
        yield Sample("federation_outbound_lag_seconds", help_text, oldest_s, labels=labels)
    help_text = "Transactions to other servers, by outcome; passed over: what a server never takes."
    for outcome in OUTCOMES:
        count = sender.counts[outcome]
        labels = {"outcome": outcome}
        yield Sample("federation_outbound_transactions", help_text, count, "counter", labels)
    yield Sample("federation_outbound_pdus", "PDUs delivered.", sender.counts["pdus"], "counter")
    yield Sample("federation_outbound_edus", "EDUs delivered.", sender.counts["edus"], "counter")
