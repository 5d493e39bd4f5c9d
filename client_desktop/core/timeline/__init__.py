"""Timelines: runs of events with gaps between them, and the rows that people see."""

from client_desktop.core.timeline.open import open_timelines
from client_desktop.core.timeline.timeline import Timeline
from client_desktop.core.timeline.timelines import Timelines

__all__ = ["Timeline", "Timelines", "open_timelines"]
