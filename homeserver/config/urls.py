"""URLs of what the server stands on; one of a kind that it does not speak is refused before it starts."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, SecretStr

DATABASE_SCHEMES: Final = ("postgresql", "postgres")
REDIS_SCHEMES: Final = ("redis", "rediss", "unix", "redis+sentinel", "redis+cluster")
FILE_SCHEME: Final = "file"
MEDIA_SCHEMES: Final = (
    FILE_SCHEME, "s3", "s3a", "gs", "az", "adl", "azure", "abfs", "abfss", "memory",
)  # fmt: skip


def path_of_media_url(url: str) -> Path | None:
    """Return the folder that a `file:///…` URL names, None for a store elsewhere.

    Raises: ValueError for a URL of another kind, or of no absolute path; its text never shows the URL.
    """
    parts = urlsplit(url)
    _check_scheme(parts.scheme, MEDIA_SCHEMES)
    if parts.scheme != FILE_SCHEME:
        return None
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise ValueError("should hold an absolute path: file:///var/lib/…")
    return Path(unquote(parts.path))


def _check_scheme(scheme: str, schemes: tuple[str, ...]) -> None:
    if scheme not in schemes:
        raise ValueError(f"should begin with one of {', '.join(f'{each}:' for each in schemes)}")


def _of(schemes: tuple[str, ...]) -> Callable[[SecretStr], SecretStr]:
    def check(url: SecretStr) -> SecretStr:
        _check_scheme(urlsplit(url.get_secret_value()).scheme, schemes)
        return url

    return check


def _check_media_url(url: SecretStr) -> SecretStr:
    path_of_media_url(url.get_secret_value())
    return url


DatabaseUrl = Annotated[SecretStr, AfterValidator(_of(DATABASE_SCHEMES))]
RedisUrl = Annotated[SecretStr, AfterValidator(_of(REDIS_SCHEMES))]
MediaUrl = Annotated[SecretStr, AfterValidator(_check_media_url)]
