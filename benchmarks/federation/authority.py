"""A certificate authority for servers on loopback, which the measured servers are told to trust."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import trustme


@dataclass(frozen=True, slots=True)
class Authority:
    """The files of an authority, and of one certificate for loopback."""

    ca_file: Path
    ca_key_file: Path
    certificate_file: Path
    key_file: Path

    @classmethod
    def make(cls, folder: Path) -> Self:
        """Make an authority whose files lie in a folder."""
        ca = trustme.CA()
        issued = ca.issue_cert("localhost", "127.0.0.1")
        made = cls(folder / "ca.pem", folder / "ca.key", folder / "server.pem", folder / "server.key")
        ca.cert_pem.write_to_path(str(made.ca_file))
        ca.private_key_pem.write_to_path(str(made.ca_key_file))
        issued.private_key_pem.write_to_path(str(made.key_file))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(made.certificate_file), append=True)
        return made
