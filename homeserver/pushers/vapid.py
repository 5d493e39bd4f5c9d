"""The key by which push services know this server, and the header that is signed with it.

Spec: https://www.rfc-editor.org/rfc/rfc8292
"""

import os
from base64 import urlsafe_b64encode
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yarl import URL

from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.config import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

TOKEN_LIFETIME_S: Final = 12 * 3600
"""The RFC allows a day."""
MAX_TOKENS: Final = 200


def vapid_key_path(settings: Settings) -> Path:
    """Return where the key is, or is going to be."""
    return settings.push.vapid_key_file or settings.data_dir / "vapid.pem"


class VapidKeyUnusable(Exception):
    """The key file cannot be read or made; the message says why."""


class Vapid:
    """The key, read or made when it is first needed, and the tokens for push services that are still good."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._path = vapid_key_path(settings)
        self._subject = settings.push.vapid_subject or _subject_of(settings)
        self._clock = clock
        self._tokens: LruCache[str, tuple[int, str]] = LruCache(MAX_TOKENS)

    @cached_property
    def public_key(self) -> str:
        """The public half as clients subscribe with it: an uncompressed point in URL-safe base64.

        Raises: VapidKeyUnusable.
        """
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return encode_base64_url(point)

    def authorization(self, url: str) -> str:
        """Return the header for a request to a push service. Raises VapidKeyUnusable."""
        import jwt

        origin = str(URL(url).origin())
        now_s = self._clock.now_ms() // 1000
        known = self._tokens.get(origin)
        if known is None or known[0] < now_s + TOKEN_LIFETIME_S // 2:
            expires = now_s + TOKEN_LIFETIME_S
            claims = {"aud": origin, "exp": expires, "sub": self._subject}
            known = expires, jwt.encode(claims, self._key, algorithm="ES256")
            self._tokens.put(origin, known)
        return f"vapid t={known[1]}, k={self.public_key}"

    @cached_property
    def _key(self) -> "EllipticCurvePrivateKey":
        try:
            if not self._path.exists():
                _write(self._path)
            return _parse(self._path.read_bytes())
        except (OSError, ValueError) as error:
            raise VapidKeyUnusable(f"push.vapid_key_file {self._path}: {error}") from error


def encode_base64_url(raw: bytes) -> str:
    """Return URL-safe base64 without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _subject_of(settings: Settings) -> str:
    """Return where push services may complain: an https URL or a mailto."""
    base_url = settings.base_url
    return base_url if base_url.startswith("https://") else f"https://{settings.server_name}"


def _parse(pem: bytes) -> "EllipticCurvePrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("this is not a private key of the curve P-256")
    return key


def _write(path: Path) -> None:
    """Make a key; its file appears whole or not at all, readable by its owner only."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # fails, rather than replaces, where another worker was first
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
