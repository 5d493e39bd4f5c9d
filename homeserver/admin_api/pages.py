"""What lists for administrators have in common: where a page begins, how long it is, which way it goes."""

from dataclasses import dataclass

from aiohttp import web

from homeserver.errors import InvalidParam
from homeserver.http.params import query_int, query_str
from homeserver.json_types import JsonObject

MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is asked for."""

    offset: int
    limit: int
    backwards: bool

    def next_of(self, shown: int, total: int) -> int | None:
        """Return where the next page begins, None where this is the last."""
        upto = self.offset + shown
        return upto if shown and upto < total else None


def page_query(request: web.Request, default_limit: int = 100, default_dir: str = "f") -> PageQuery:
    """Return `from`, `limit` and `dir`. Raises InvalidParam."""
    direction = query_str(request, "dir", default_dir)
    if direction not in ("f", "b"):
        raise InvalidParam("dir must be f or b")
    return PageQuery(
        query_int(request, "from", 0),
        query_int(request, "limit", default_limit, maximum=MAX_LIMIT),
        direction == "b",
    )


def query_flag(request: web.Request, name: str) -> bool | None:
    """Return a parameter that may be true, false or absent. Raises InvalidParam."""
    value = request.query.get(name)
    if value is None:
        return None
    if value not in ("true", "false"):
        raise InvalidParam(f"{name} must be true or false")
    return value == "true"


def with_next(
    body: JsonObject, page: PageQuery, shown: int, total: int, key: str = "next_token"
) -> JsonObject:
    """Add how many there are, and where the next page begins."""
    body["total"] = total
    following = page.next_of(shown, total)
    if following is not None:
        body["next_token"] = str(following)
    return body
