"""TLS on a listener, with a certificate that may be renewed while we run."""

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

MISMATCH: Final = "KEY_VALUES_MISMATCH"


class CertificateUnusable(Exception):
    """What is on the disk is no certificate with its key; the message names the file and says why."""


class Certificate:
    """A certificate and its key on disk, and the context that new connections are accepted with.

    `expires` is when the certificate in use does. Raises: CertificateUnusable.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self.file = certificate
        self._files = (certificate, key)
        self.context = _new_context()
        self._stamp = self._stamp_now()
        self.expires = _load(self.context, *self._files)

    def reload_if_changed(self) -> bool:
        """Load the files again if they changed; connections that exist keep what they have.

        Raises: CertificateUnusable; the old one stays in use then.
        """
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return False
        _load(_new_context(), *self._files)  # what cannot be used would leave the other one half changed
        self.expires = _load(self.context, *self._files)
        self._stamp = stamp
        return True

    def _stamp_now(self) -> tuple[tuple[int, int], ...]:
        try:
            return tuple((stat.st_mtime_ns, stat.st_size) for stat in (file.stat() for file in self._files))
        except OSError as error:
            raise CertificateUnusable(f"{error.filename}: {error.strerror}") from error


def _new_context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> datetime:
    """Load a pair into a context; return when the certificate expires."""
    try:
        # Without a password of ours OpenSSL would ask whoever sits at the terminal.
        context.load_cert_chain(certificate, key, password="")
        expires = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise CertificateUnusable(f"{certificate} with {key}: {_reason(error)}") from error
    return expires.astimezone(UTC)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):
        if error.reason == MISMATCH:
            return "the key is not the certificate's"
        return "they are no certificate chain and key in PEM format without a password"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
