"""Reading what the form of a web page sends."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from homeserver.errors import InvalidParam
from homeserver.http.params import read_bytes

CONTENT_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 100


async def read_form(request: web.Request) -> Mapping[str, str]:
    """Read a form that is sent as a browser does; of fields with the same name the last one counts.

    Raises: InvalidParam; TooLarge.
    """
    if request.content_type != CONTENT_TYPE:
        raise InvalidParam("This takes the form of its web page")
    raw = await read_bytes(request)
    try:
        fields = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidParam("This is not a form") from error
    return {name: value for name, value in fields if "\0" not in value}
