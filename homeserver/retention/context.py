"""What deletions work with."""

from dataclasses import dataclass, field

from homeserver.fanout.shares import WorkCall
from homeserver.media.context import MediaContext
from homeserver.retention.jobs import JobKinds
from homeserver.rooms.context import RoomsContext


@dataclass(frozen=True, slots=True)
class RetentionContext:
    """The dependencies of every verb of this package.

    `settle_s` is how long a room that was emptied is left alone before it is deleted: so that clients and
    other servers hear of it. `asked` is set where there may be a job to do.
    """

    rooms: RoomsContext
    media: MediaContext
    asked: WorkCall
    kinds: JobKinds = field(default_factory=JobKinds)
    settle_s: float = 5.0
