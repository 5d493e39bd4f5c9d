"""The environment of the object store's client, which reads its own variables."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Final
from urllib.parse import urlsplit

PREFIXES: Final = ("AWS_", "AZURE_", "GOOGLE_")
S3_SCHEMES: Final = ("s3", "s3a")
ADDRESS: Final = re.compile(
    r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)
S3_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


def forget_empty_variables(environment: MutableMapping[str, str]) -> None:
    """Take the client's empty variables out: they count as not set, as ours do.

    The client would sign with an empty key, or fail with a word about its own code.
    """
    for name in [name for name, value in environment.items() if name.startswith(PREFIXES) and not value]:
        del environment[name]


def endpoint_problems(media_url: str, environment: Mapping[str, str]) -> list[str]:
    """Return a problem for each address of an S3 that is none: the client does not survive those."""
    if urlsplit(media_url).scheme not in S3_SCHEMES:
        return []
    return [
        f"{name}: should be the store's URL, as https://minio.example.org:9000"
        for name in S3_ENDPOINTS
        if name in environment and not _is_address(environment[name])
    ]


def _is_address(url: str) -> bool:
    try:
        return ADDRESS.fullmatch(url) is not None and urlsplit(url).port != 0
    except ValueError:  # a port beyond the last one
        return False
