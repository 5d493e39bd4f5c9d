"""What the program extractor.py answers."""

import msgspec


class Extract(msgspec.Struct, frozen=True):
    """What a page says of itself. `properties` are Open Graph's and Twitter's by their lower-case names.

    `image` and `oembed` are references that links of the page name; what is not there is empty.
    """

    properties: dict[str, str]
    title: str
    heading: str
    description: str
    text: str
    image: str
    oembed: str
