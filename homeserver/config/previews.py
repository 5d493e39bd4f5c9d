"""Previews of web pages that people link to."""

from datetime import timedelta

from pydantic import Field

from homeserver.config.values import Duration, Network, Section, Size


class Previews(Section):
    """Previews of linked web pages, fetched by the server on the clients' behalf."""

    enabled: bool = False
    """Whether clients may ask for previews."""
    max_page: Size = Field(default=10 * 1024**2, ge=1, le=1024**3)
    """Larger pages are not read to their end."""
    max_image: Size = Field(default=10 * 1024**2, ge=1, le=1024**3)
    """Larger pictures are left out of previews."""
    cached_for: Duration = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    """How long a preview is kept."""
    images_kept_for: Duration = Field(default=timedelta(days=3), ge=timedelta(seconds=1))
    """How long the pictures of previews are kept, which clients may still show when the preview is not."""
    allow_addresses: tuple[Network, ...] = ()
    """Addresses inside private networks that may be fetched from nevertheless."""
    deny_addresses: tuple[Network, ...] = ()
    """Further addresses that are never fetched from; private networks are always refused."""
    deny_hosts: tuple[str, ...] = ()
    """Hosts that are never fetched from, and all hosts below them."""
