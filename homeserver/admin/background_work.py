"""Everything that goes on in the background, with how far it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from federation.protocol.ids import RoomId
from homeserver.admin.context import AdminContext
from homeserver.admin.default_rooms import JOIN_DEFAULT_ROOMS
from homeserver.admin.figures import Progress
from homeserver.storage.admin_sizes import count_deleting_files
from homeserver.storage.jobs import Job, JobStatus, select_jobs
from homeserver.storage.partial_joins import select_partial_rooms

MAX_JOBS: Final = 200
MAX_NAMED: Final = 50
UNDER_WAY: Final = (JobStatus.SCHEDULED, JobStatus.ACTIVE)
DONE: Final = ("done", "deleted_events", "deleted", "redacted", "next")
"""Where the kinds of job note how much they have done."""


@dataclass(frozen=True, slots=True)
class BackgroundWork:
    """One piece of work. `done` is what its kind counts, `total` how much there is, `left` how much is left.

    None where nobody knows.

    `job_id` and times (milliseconds since the epoch) are None for what the server does by itself.
    """

    kind: str
    subject: str
    status: str
    done: int
    total: int | None
    left: int | None = None
    error: str | None = None
    job_id: str | None = None
    created_ms: int | None = None
    finished_ms: int | None = None
    name: str | None = None
    """What the room is called that it is about."""


async def list_background_work(ctx: AdminContext) -> list[BackgroundWork]:
    """Return what is under way, then what ended lately, the newest first."""
    async with ctx.rooms.db.acquire() as conn:
        jobs = await select_jobs(conn, limit=MAX_JOBS)
        partial = await select_partial_rooms(conn)
        deleting = await count_deleting_files(conn)
    rooms = await ctx.rooms.names.rooms({room.room_nid for room in partial})
    own = _newest(entry for worker in ctx.figures.workers.values() for entry in worker.work)
    work = [_join(own, known.room_id) for room in partial if (known := rooms.get(room.room_nid)) is not None]
    if deleting:
        work.append(BackgroundWork("media_cleanup", ctx.rooms.server_name, "active", 0, None, deleting))
    work += [
        BackgroundWork(e.kind, e.subject, "active", e.done, e.total or None, e.left or None)
        for e in own.values()
        if e.kind != "partial_join"
    ]
    shown = [job for job in jobs if job.kind != JOIN_DEFAULT_ROOMS or job.status in (*UNDER_WAY, "failed")]
    under_way = [_of_job(job) for job in shown if job.status in UNDER_WAY]
    every = [*under_way, *work, *(_of_job(job) for job in shown if job.status not in UNDER_WAY)]
    names = {job.subject: name for job in jobs if isinstance(name := job.arguments.get("name"), str)}
    names |= await _names(ctx, {entry.subject for entry in every[:MAX_NAMED] if entry.subject[:1] == "!"})
    return [replace(entry, name=names.get(entry.subject)) for entry in every]


async def _names(ctx: AdminContext, room_ids: Iterable[str]) -> dict[str, str]:
    rooms = [await ctx.rooms.names.room(RoomId(room_id)) for room_id in room_ids]
    found = await ctx.rooms.summaries.of_rooms([room.nid for room in rooms if room is not None])
    return {
        summary.room.room_id: name
        for summary in found.values()
        if (name := summary.name or summary.canonical_alias)
    }


def _newest(entries: Iterable[Progress]) -> dict[tuple[str, str], Progress]:
    """Return, of what several workers say of the same work, that which is furthest."""
    found: dict[tuple[str, str], Progress] = {}
    for entry in entries:
        known = found.get((entry.kind, entry.subject))
        if known is None or entry.done > known.done:
            found[entry.kind, entry.subject] = entry
    return found


def _join(own: Mapping[tuple[str, str], Progress], room_id: RoomId) -> BackgroundWork:
    entry = own.get(("partial_join", room_id))
    done, total = (entry.done, entry.total or None) if entry is not None else (0, None)
    return BackgroundWork("partial_join", room_id, "active", done, total)


def _of_job(job: Job) -> BackgroundWork:
    progress = job.progress
    done = next((progress[name] for name in DONE if isinstance(progress.get(name), int)), 0)
    total = progress.get("total")
    return BackgroundWork(
        job.kind, job.subject, job.status.value, done, total if isinstance(total, int) and total else None,
        None, job.error, job.job_id, job.created_ms, job.finished_ms,
    )  # fmt: skip
