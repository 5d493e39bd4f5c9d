"""Says once that the database cannot be reached, and once that it can be again, however many ask for it."""

import time

import structlog

log = structlog.get_logger(__name__)


class Outage:
    """The state of one pool. Whoever finds out tells; all others need not say it again."""

    def __init__(self) -> None:
        self._since: float | None = None

    @property
    def is_on(self) -> bool:
        return self._since is not None

    def began(self, reason: BaseException) -> None:
        """Note that no connection could be had, or that one was lost."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning("database.unavailable", reason=f"{type(reason).__name__}: {reason}".rstrip(": "))

    def ended(self) -> None:
        """Note that the database answers."""
        if self._since is not None:
            log.warning("database.available_again", after_s=round(time.monotonic() - self._since, 1))
            self._since = None
