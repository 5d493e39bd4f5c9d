"""TLS on a listener, with a certificate that may be renewed while we run."""

import ssl
from pathlib import Path


class Certificate:
    """A certificate and its key on disk, and the context that new connections are accepted with."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.file = certificate
        self._files = (certificate, key)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._stamp = self._stamp_now()
        self.context.load_cert_chain(certificate, key)

    def reload_if_changed(self) -> bool:
        """Load the files again if they changed; connections that exist keep what they have.

        Raises: OSError, ssl.SSLError when what is there now is no matching pair; the old one stays in use
        then.
        """
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return False
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*self._files)
        self.context.load_cert_chain(*self._files)
        self._stamp = stamp
        return True

    def _stamp_now(self) -> tuple[tuple[int, int], ...]:
        return tuple((stat.st_mtime_ns, stat.st_size) for stat in (file.stat() for file in self._files))
