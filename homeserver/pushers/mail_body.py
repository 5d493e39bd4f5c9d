"""A message as a mail shows it: its text, or what little of its HTML is harmless."""

from typing import TYPE_CHECKING, Final

from homeserver.json_types import JsonObject

if TYPE_CHECKING:
    from markupsafe import Markup

MAX_TEXT_LENGTH: Final = 1_000
MAX_HTML_LENGTH: Final = 8_000
"""A longer one is shown as text, cut: half an element would be worse."""

TAGS: Final = frozenset({
    "a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
    "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr",
    "u", "ul",
})  # fmt: skip
SCHEMES: Final = frozenset({"http", "https", "mailto", "matrix"})

KINDS: Final = {
    "m.image": "sent an image",
    "m.video": "sent a video",
    "m.audio": "sent an audio message",
    "m.file": "sent a file",
    "m.location": "shared a location",
    "m.sticker": "sent a sticker",
}


def text_of(type_: str, content: JsonObject) -> str:
    """Return one plain text for any event."""
    if type_ == "m.room.encrypted":
        return "sent an encrypted message"
    if type_ == "m.room.member":
        return "invited you"
    if type_ == "m.call.invite":
        return "called you"
    body = content.get("body")
    text = body if isinstance(body, str) else ""
    kind = KINDS.get(type_, KINDS.get(str(content.get("msgtype")), ""))
    if kind:
        text = f"{kind}: {text}" if text else kind
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text) or f"sent {type_}"
    return text if len(text) <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH - 1] + "\u2026"


def html_of(type_: str, content: JsonObject) -> "Markup | None":
    """Return a message's HTML without anything that acts, loads or has a look; None where it has none.

    Pictures are left out: loading one would tell its server who reads the mail, and when.
    """
    written = content.get("formatted_body")
    is_html = type_ == "m.room.message" and content.get("format") == "org.matrix.custom.html"
    if not is_html or content.get("msgtype") not in ("m.text", "m.notice", "m.emote"):
        return None
    if not isinstance(written, str) or not 0 < len(written) <= MAX_HTML_LENGTH:
        return None
    import nh3
    from markupsafe import Markup

    cleaned = nh3.clean(
        written,
        tags=set(TAGS),
        clean_content_tags={"script", "style", "mx-reply"},
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(cleaned)
