"""What files need of their neighbours."""

from __future__ import annotations

from typing import Protocol

from client_desktop.core.json_types import ReadonlyJsonObject


class Decryption(Protocol):
    """Encryption of files: CPU alone, called in a thread."""

    def decrypt_attachment(self, data: bytes, encrypted_file: ReadonlyJsonObject) -> bytes:
        """Check the digest, and give the clear text.

        Raises: ClientError where the file was altered, or its description is wrong.
        """
        ...
