"""Uploaded files."""

from datetime import timedelta

from pydantic import Field

from homeserver.config.values import Duration, Section, Size


class Media(Section):
    """Uploaded files."""

    max_upload: Size = Field(default=50 * 1024**2, ge=1, le=1024**4)
    """The largest file one may upload, in bytes or as "50M"."""
    max_image_pixels: int = Field(default=32_000_000, ge=1, le=1_000_000_000)
    """Larger images get no thumbnail: a small file can hold a picture that fills the memory."""
    pending_uploads: int = Field(default=10, ge=1, le=1000)
    """How many media ids a user may have reserved without uploading their content."""
    pending_upload_lifetime: Duration = Field(default=timedelta(days=1), ge=timedelta(seconds=1))
    """How long a reserved media id waits for its content."""
    user_daily_quota: Size = Field(default=10 * 1024**3, ge=1)
    """How much one user may upload in 24 hours."""
    user_quota: Size | None = Field(default=None, ge=1)
    """How much one user may ever upload. Default: no such limit."""
    allow_unauthenticated: bool = False
    """True serves files without an access token too, on the endpoints that the specification has frozen. Only
    old clients and bridges need it: whoever knows an address can read the file."""
