"""Certificates of servers that nobody should believe."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from tempfile import NamedTemporaryFile
from typing import Final, TypeAlias

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Configure: TypeAlias = Callable[[SSLContext, trustme.CA, str], None]
"""Gives a context a certificate of a host that an authority is asked for."""


def bad_context(kind: str, authority: trustme.CA, host: str) -> SSLContext:
    """Return what a server with such a certificate accepts connections with."""
    context = SSLContext(PROTOCOL_TLS_SERVER)
    BAD_CERTIFICATES[kind](context, authority, host)
    return context


def _expired(context: SSLContext, authority: trustme.CA, host: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    begin = yesterday - timedelta(days=90)
    authority.issue_cert(host, not_before=begin, not_after=yesterday).configure_cert(context)


def _of_another_name(context: SSLContext, authority: trustme.CA, _: str) -> None:
    authority.issue_cert("somebody.example").configure_cert(context)


def _self_signed(context: SSLContext, _: trustme.CA, host: str) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90))
    builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem + builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


BAD_CERTIFICATES: Final[Mapping[str, Configure]] = {
    "expired": _expired,
    "of another name": _of_another_name,
    "self-signed": _self_signed,
}
