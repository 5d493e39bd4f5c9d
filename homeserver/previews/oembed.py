"""oEmbed: what sites say of their pages when they are asked for it as JSON.

Of the sites in oembed_providers.json it is known that they answer more than their pages say; all others may
name such an address in the page.

Spec: https://oembed.com/
"""

from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from yarl import URL

from homeserver.json_types import JsonObject

MAX_BYTES: Final = 256 * 1024
MAX_CHARS: Final = 2_000


class Provider(msgspec.Struct, frozen=True):
    """A site; `urls` are patterns of host and path, with `*` for anything."""

    endpoint: str
    urls: tuple[str, ...]


class OEmbed(msgspec.Struct):
    """An answer, as far as it is used. What has the wrong shape is no answer."""

    title: str = ""
    author_name: str = ""
    provider_name: str = ""
    type: str = ""
    url: str = ""
    thumbnail_url: str = ""
    html: str = ""

    def properties(self) -> JsonObject:
        """Return what it says, by the names of Open Graph; `og:image` still as the site names it."""
        image = self.url if self.type == "photo" and self.url else self.thumbnail_url
        named = {
            "og:title": self.title or self.author_name,
            "og:site_name": self.provider_name,
            "og:image": image,
        }
        return {name: value[:MAX_CHARS] for name, value in named.items() if value}


def endpoint_of(url: URL) -> str | None:
    """Return where a known site is to be asked about one of its pages."""
    host_and_path = f"{url.host}{url.raw_path}"
    for provider in _providers():
        if any(fnmatchcase(host_and_path, pattern) for pattern in provider.urls):
            return str(URL(provider.endpoint).update_query(url=str(url), format="json"))
    return None


def parse_oembed(raw: bytes) -> OEmbed | None:
    """Read an answer; None where it is none."""
    try:
        return msgspec.json.decode(raw, type=OEmbed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


@cache
def _providers() -> tuple[Provider, ...]:
    raw = files("homeserver.previews").joinpath("oembed_providers.json").read_bytes()
    return msgspec.json.decode(raw, type=tuple[Provider, ...])
