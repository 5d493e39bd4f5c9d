"""Which certificates of other hosts are believed."""

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates count beside those that the system trusts, and whether they are looked at."""

    ca_file: Path | None = None
    verify: bool = True

    def context(self) -> ssl.SSLContext:
        """Return what a connection is opened with."""
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(self.ca_file)
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
