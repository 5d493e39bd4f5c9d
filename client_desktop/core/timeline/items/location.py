"""Places.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mlocation
"""

from __future__ import annotations

import re

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.text import build_text
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind

_GEO = re.compile(
    r"geo:-?\d{1,3}(\.\d{1,20})?,-?\d{1,3}(\.\d{1,20})?([,;][A-Za-z0-9=.,;_-]{0,100})?", re.ASCII
)


def build_location(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show a place; where its address is none, what the message says."""
    extensible = as_object(content.get("m.location") or content.get("org.matrix.msc3488.location"))
    uri = as_text(content.get("geo_uri")) or as_text(extensible.get("uri"))
    fields = build_text(event, content, around)
    if _GEO.fullmatch(uri):
        fields["kind"] = ItemKind.LOCATION
        fields["geo_uri"] = uri
        fields["body"] = as_text(extensible.get("description"), limit=500) or fields["body"]
        fields["html"] = ""
    return fields
