"""Do at once what retention does every half hour, because an administrator asks for it: as a job."""

from __future__ import annotations

from typing import Final

from homeserver.retention.context import RetentionContext
from homeserver.retention.erase_redacted import erase_redacted_events
from homeserver.retention.expire_media import expire_media
from homeserver.retention.expire_messages import ask_for_expiry
from homeserver.retention.jobs import Step, ask_for_job
from homeserver.storage.jobs import Job

RUN_RETENTION: Final = "run_retention"
STAGES: Final = ("messages", "redacted", "media")


async def run_retention(ctx: RetentionContext) -> str | None:
    """Ask for it; return the job's id, None while it is under way already."""
    job_id = await ask_for_job(ctx.rooms, RUN_RETENTION, ctx.rooms.server_name, {}, once=True)
    ctx.asked.set()
    return job_id


async def run_retention_step(ctx: RetentionContext, job: Job) -> Step:
    """Do one of the three: ask for jobs in rooms with old messages, erase what was redacted, delete files."""
    progress = {"done": 0, "total": len(STAGES), **job.progress}
    stage = STAGES[progress["done"]]
    if stage == "messages":
        progress["rooms"] = await ask_for_expiry(ctx)
    elif stage == "redacted":
        progress["erased_events"] = await erase_redacted_events(ctx)
    else:
        local, remote = await expire_media(ctx)
        progress |= {"local_files": local, "remote_files": remote}
    progress["done"] += 1
    return Step(progress, is_last=progress["done"] == len(STAGES))
