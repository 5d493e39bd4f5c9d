"""What a file is to be called, and whether it may be shown in place."""

from urllib.parse import quote

from homeserver.media.content_types import is_inline


def content_disposition(content_type: str, name: str | None) -> str:
    """Return the header's value: inline only for harmless types, the name in a form no browser can misread.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#serving-inline-content
    """
    kind = "inline" if is_inline(content_type) else "attachment"
    if name is None:
        return kind
    if name.isascii() and name.isprintable():
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'{kind}; filename="{escaped}"'
    return f"{kind}; filename*=utf-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
