"""One event, with what is around it, as a row: one file for each kind.

`build_item` finds the builder. Builders are pure, take an `Event` and its `Surroundings`, and answer with the
fields of a `TimelineItem` that are theirs.
"""

from client_desktop.core.timeline.items.build import build_item

__all__ = ["build_item"]
