"""What a batch has touched: gathered inside its transaction, told after it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class Touched:
    """Ids of what is to be looked at again."""

    summaries: set[str] = field(default_factory=set)
    """Rooms whose summary may differ."""
    gone: set[str] = field(default_factory=set)
    state: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Room id to types of state."""
    members: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Room id to user ids."""
    returned: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Room id to those of `members` who may have left and come back unseen."""
    account_data: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Room id (empty: the account's) to types."""
    typing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Room id to who is typing now."""
