"""Extensions of sliding sync: what is not of a room's timeline and state.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from homeserver.e2ee.device_list_delta import render_device_lists
from homeserver.e2ee.key_counts import render_counts
from homeserver.ephemeral.receipt_contents import build_receipt_contents
from homeserver.json_types import JsonObject
from homeserver.rooms.viewer import Viewer
from homeserver.storage.account_data import AccountData, select_account_data_of_rooms
from homeserver.storage.positions import Stream
from homeserver.storage.receipts import UNTHREADED, StoredReceipt, select_newest_receipts, select_receipts
from homeserver.sync.context import SyncContext
from homeserver.sync.device_lists import have_counts_moved, load_device_lists
from homeserver.sync.personal import global_account_data, render_account_data
from homeserver.sync.receipts import MAX_RECEIPTS_OF_ROOM
from homeserver.sync.sliding.choose import Choice
from homeserver.sync.sliding.connection import Flag
from homeserver.sync.sliding.load_results import Results
from homeserver.sync.sliding.request import Dialect
from homeserver.sync.sliding.results import RoomResult
from homeserver.sync.sliding.survey import Survey
from homeserver.sync.sliding.thread_subscriptions import load_thread_subscriptions
from homeserver.sync.sliding.to_device import add_to_device


@dataclass(slots=True)
class ExtensionResults:
    """The extensions' part of an answer; `has_news`: it is worth ending a wait."""

    body: JsonObject = field(default_factory=dict)
    has_news: bool = False

    def add(self, name: str, content: JsonObject, *, is_news: bool) -> None:
        self.body[name] = content
        self.has_news = self.has_news or is_news


async def load_extensions(
    ctx: SyncContext, found: Survey, choice: Choice, results: Results
) -> ExtensionResults:
    """Load what is new for each extension that is enabled."""
    wanted, answer = found.request.extensions, ExtensionResults()
    if wanted.to_device is not None:
        messages = await add_to_device(ctx, found, wanted.to_device)
        answer.add("to_device", messages, is_news=bool(messages["events"]))
    if wanted.e2ee:
        await _add_e2ee(ctx, found, answer)
    if wanted.account_data is not None:
        await _add_account_data(ctx, found, choice, answer)
    if wanted.receipts is not None:
        await _add_receipts(ctx, found, choice, results, answer)
    if wanted.typing is not None:
        await _add_typing(ctx, found, choice, results, answer)
    if wanted.thread_subscriptions is not None:
        subscriptions = await load_thread_subscriptions(ctx, found, wanted.thread_subscriptions)
        if subscriptions:
            is_stable = found.request.dialect is Dialect.STABLE
            name = "thread_subscriptions" if is_stable else "io.element.msc4308.thread_subscriptions"
            answer.add(name, subscriptions, is_news=True)
    return answer


async def _add_e2ee(ctx: SyncContext, found: Survey, answer: ExtensionResults) -> None:
    """Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/3884"""
    viewer = found.request.viewer
    delta = await load_device_lists(ctx, found.plain, found.memberships, found.token.position)
    counts = await ctx.key_counts.of_device(viewer.user_nid, viewer.device_nid)
    body: JsonObject = {
        "device_one_time_keys_count": render_counts(counts),
        "device_unused_fallback_key_types": counts.unused_fallback_keys,
    }
    if delta:
        lists = await render_device_lists(ctx.rooms.names, delta)
        body["device_lists"] = {"changed": lists.get("changed", []), "left": lists.get("left", [])}
    answer.add("e2ee", body, is_news=bool(delta) or have_counts_moved(ctx, found.plain))


async def _add_account_data(
    ctx: SyncContext, found: Survey, choice: Choice, answer: ExtensionResults
) -> None:
    """Add the account's own data that has changed, and that of rooms: all of it where a room is new."""
    lacking = _lacking(found, choice, choice.account_data, Flag.ACCOUNT_DATA)
    data: dict[int, Sequence[AccountData]] = {
        nid: found.account_data[nid] for nid in choice.account_data & found.account_data.keys()
    }
    if lacking:
        async with ctx.rooms.db.acquire() as conn:
            data |= await select_account_data_of_rooms(
                conn, found.request.viewer.user_nid, sorted(lacking), found.token.position
            )
    rooms = await ctx.rooms.names.rooms(data)
    body: JsonObject = {}
    of_account = global_account_data(found.plain, found.account_data)
    if of_account:
        body["global"] = of_account
    if data:
        body["rooms"] = {
            rooms[nid].room_id: [render_account_data(piece) for piece in pieces]
            for nid, pieces in data.items()
        }
    if body:
        answer.add("account_data", {"global": [], "rooms": {}} | body, is_news=True)


async def _add_receipts(
    ctx: SyncContext, found: Survey, choice: Choice, results: Results, answer: ExtensionResults
) -> None:
    """Add the receipts that were moved; of what is shown for the first time, also older ones.

    Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/3960
    """
    receipts = await _load_receipts(ctx, found, choice, results)
    ignored = set((await ctx.rooms.names.user_ids(found.rooms.ignored)).values())
    rooms = await ctx.rooms.names.rooms(receipts)
    body: JsonObject = {}
    for nid, of_room in receipts.items():
        kept = [receipt for receipt in of_room if receipt.user_id not in ignored]
        # There is place for one content: others hold a user's receipts of the same event in more threads.
        contents = build_receipt_contents(sorted(kept, key=lambda receipt: receipt.thread != UNTHREADED))
        if contents:
            body[rooms[nid].room_id] = {"type": "m.receipt", "content": contents[0]}
    if body:
        answer.add("receipts", {"rooms": body}, is_news=True)


async def _load_receipts(
    ctx: SyncContext, found: Survey, choice: Choice, results: Results
) -> Mapping[int, Sequence[StoredReceipt]]:
    viewer, upto = found.request.viewer, found.token.position
    older = {r.nid: r for r in results.shown if (r.initial or r.expanded) and r.nid in choice.receipts}
    lacking = {nid for nid in _lacking(found, choice, choice.receipts, Flag.RECEIPTS) if found.is_joined(nid)}
    behind, live = _moved_receipts(ctx, found, choice, lacking)
    receipts: dict[int, list[StoredReceipt]] = {}
    if not (lacking or older or behind or live):
        return receipts
    async with ctx.rooms.db.acquire() as conn:
        if lacking or older:
            newest = await select_newest_receipts(
                conn, sorted(lacking | older.keys()), upto, viewer.user_nid, MAX_RECEIPTS_OF_ROOM
            )
            receipts = {nid: _of_shown(viewer, of_room, older.get(nid)) for nid, of_room in newest.items()}
        for nids in (behind, live):
            if nids:
                since = min(found.base_of(nid) for nid in nids)
                moved = await select_receipts(conn, sorted(nids), since, upto, viewer.user_nid)
                receipts |= {nid: [*of_room, *receipts.get(nid, ())] for nid, of_room in moved.items()}
    return receipts


def _moved_receipts(
    ctx: SyncContext, found: Survey, choice: Choice, lacking: Set[int]
) -> tuple[set[int], set[int]]:
    """Return the rooms whose receipts may have moved: since they were left behind, and since the token."""
    sent_rooms, since = found.connection.rooms, found.since
    if since is None:
        return set(), set()
    read_by_user = ctx.changes.of_user(found.request.viewer.user_nid, since.position) & Stream.RECEIPTS
    candidates: Iterable[int] = choice.receipts
    if not read_by_user:
        candidates = {*choice.todo, *(nid for nid, kinds in found.moved.items() if kinds & Stream.RECEIPTS)}
    given = {
        nid for nid in candidates if nid in choice.receipts and nid not in lacking and found.is_joined(nid)
    }
    behind = {nid for nid in given if sent_rooms[nid].since is not None}
    return behind, {
        nid for nid in given - behind if read_by_user or found.moved.get(nid, 0) & Stream.RECEIPTS
    }


def _of_shown(
    viewer: Viewer, receipts: Sequence[StoredReceipt], result: RoomResult | None
) -> list[StoredReceipt]:
    """Return the viewer's own receipts, and those of the events that a result shows."""
    if result is None:
        return list(receipts)
    shown = {event.event_id for event in result.timeline.events}
    return [r for r in receipts if r.user_id == viewer.user_id or r.event_id in shown]


async def _add_typing(
    ctx: SyncContext, found: Survey, choice: Choice, results: Results, answer: ExtensionResults
) -> None:
    """Add who types now, where that has changed; in rooms that are new, only where somebody does."""
    typing, stamp = ctx.ephemeral.typing, found.since.stamp if found.since is not None else 0
    new = {result.nid for result in results.shown if result.initial} & choice.typing
    typists: dict[int, list[object]] = {}
    for nid in choice.typing if stamp != found.token.stamp else new:
        users: list[object] = list(typing.current(nid))
        floor = stamp if users else max(stamp, ctx.ephemeral.stamps.floor)
        shown = bool(users) if nid in new or found.since is None else typing.version(nid) > floor
        if shown and found.is_joined(nid):
            typists[nid] = users
    if typists:
        rooms = await ctx.rooms.names.rooms(typists)
        body = {
            rooms[nid].room_id: {"type": "m.typing", "content": {"user_ids": users}}
            for nid, users in typists.items()
        }
        answer.add("typing", {"rooms": body}, is_news=True)


def _lacking(found: Survey, choice: Choice, rooms: Set[int], flag: int) -> set[int]:
    """Return the rooms of which the client was never given what an extension shows, or not for a while."""
    lacking = set()
    for nid in choice.todo:
        if nid in rooms:
            sent = found.connection.rooms.get(nid)
            is_behind = sent is not None and sent.since is not None
            if sent is None or not sent.flags & flag or (is_behind and flag == Flag.ACCOUNT_DATA):
                lacking.add(nid)
    return lacking
