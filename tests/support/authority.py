"""A certificate authority of the tests' own, which servers on loopback are told to trust."""

from dataclasses import dataclass
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext
from typing import Self

import trustme

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Authority:
    """An authority, one certificate for every name of loopback, and the files that hold them."""

    ca_file: Path
    certificate_file: Path
    key_file: Path
    ca: trustme.CA

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Make an authority whose files lie in a folder."""
        ca = trustme.CA()
        issued = ca.issue_cert(*LOOPBACK_NAMES)
        authority = cls(folder / "ca.pem", folder / "server.pem", folder / "server.key", ca)
        ca.cert_pem.write_to_path(str(authority.ca_file))
        issued.private_key_pem.write_to_path(str(authority.key_file))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(authority.certificate_file), append=True)
        return authority

    def server_context(self, *names: str) -> SSLContext:
        """Return what a server on loopback, or one of these names, accepts connections with."""
        context = SSLContext(PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(names or LOOPBACK_NAMES)).configure_cert(context)
        return context

    def client_context(self) -> SSLContext:
        """Return what a client that trusts nobody else connects with."""
        context = SSLContext(PROTOCOL_TLS_CLIENT)
        self.ca.configure_trust(context)
        return context
