"""Web pages from templates: each package keeps its own beside its code, and all share one frame and style.

A template is `pages/<name>.html` of its package and begins with `{% extends "base.html" %}`. Every value is
escaped; one that a template needs and is not given is an error. The style is in the page, so that a page
needs nothing else from anywhere, and the security policy names it, and the page's script, by its hash. Pages
work without scripts.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from jinja2 import Environment

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def html_page(
    package: str,
    name: str,
    *,
    title: str,
    status: int = 200,
    script: str = "",
    policy: Mapping[str, str] | None = None,
    **values: object,
) -> web.Response:
    """Fill in the template `name` of a package. Jinja2 is loaded with the first page.

    Args:
        script: a script of our own, which the page runs; never anything that somebody else wrote.
        policy: directives of the security policy in place of those that pages have, for what must come from
            elsewhere.

    Raises: jinja2.TemplateNotFound, jinja2.UndefinedError.
    """
    from markupsafe import Markup

    text = (
        _environment(package)
        .get_template(f"{name}.html")
        .render(title=title, style=Markup(_style()), script=Markup(script), **values)
    )
    headers = {**HEADERS, "Content-Security-Policy": _policy(script, policy or {})}
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=headers)


@cache
def _environment(package: str) -> "Environment":
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    loader = ChoiceLoader([PackageLoader(package, "pages"), PackageLoader("homeserver.http", "page_files")])
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _style() -> str:
    return files("homeserver.http").joinpath("page_files", "page.css").read_text()


def _policy(script: str, further: Mapping[str, str]) -> str:
    directives = {
        "default-src": "'none'",
        "style-src": f"'{_hash(_style())}'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    if script:
        directives["script-src"] = f"'{_hash(script)}'"
    return "; ".join(f"{name} {sources}" for name, sources in {**directives, **further}.items())


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
