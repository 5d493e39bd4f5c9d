"""Read and settle what users reported."""

from homeserver.admin.context import AdminContext
from homeserver.errors import NotFound
from homeserver.storage import reports
from homeserver.storage.reports import Report, ReportFilter


async def list_reports(
    ctx: AdminContext, wanted: ReportFilter, *, limit: int = 100, offset: int = 0, newest_first: bool = True
) -> tuple[list[Report], int]:
    """Return a page of reports, and how many there are in all."""
    async with ctx.rooms.db.acquire() as conn:
        return await reports.select_reports(
            conn, wanted, limit=limit, offset=offset, newest_first=newest_first
        )


async def get_report(ctx: AdminContext, report_id: int) -> Report:
    """Return a report. Raises NotFound."""
    async with ctx.rooms.db.acquire() as conn:
        report = await reports.select_report(conn, report_id)
    if report is None:
        raise NotFound("There is no such report")
    return report


async def delete_report(ctx: AdminContext, report_id: int) -> None:
    """Forget a report. Raises NotFound."""
    async with ctx.rooms.db.acquire() as conn:
        if not await reports.delete_report(conn, report_id):
            raise NotFound("There is no such report")
