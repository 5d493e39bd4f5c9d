import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from homeserver.http.tls import Certificate, CertificateUnusable

AUTHORITY = trustme.CA()


def write(folder: Path, name: str = "example.org") -> tuple[Path, Path]:
    issued = AUTHORITY.issue_cert(name)
    issued.private_key_and_cert_chain_pem.write_to_path(folder / "both.pem")
    return folder / "both.pem", folder / "both.pem"


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    assert not Certificate(*write(tmp_path)).reload_if_changed()


def test_renewed_certificate_is_taken_up_once(tmp_path: Path) -> None:
    certificate = Certificate(*write(tmp_path))
    write(tmp_path, "matrix.example.org")
    assert certificate.reload_if_changed()
    assert not certificate.reload_if_changed()


def test_broken_renewal_is_reported_each_time_until_it_is_mended(tmp_path: Path) -> None:
    files = write(tmp_path)
    certificate = Certificate(*files)
    files[0].write_text("no certificate")
    for _ in range(2):
        with pytest.raises(CertificateUnusable, match="no certificate chain and key in PEM"):
            certificate.reload_if_changed()
    write(tmp_path)
    assert certificate.reload_if_changed()


def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    assert Certificate(*write(tmp_path)).context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_what_is_no_pair_is_refused_with_the_name_of_the_file(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path)
    other = tmp_path / "other.key"
    AUTHORITY.issue_cert("example.org").private_key_pem.write_to_path(other)
    with pytest.raises(CertificateUnusable, match=r"other\.key: the key is not the certificate's"):
        Certificate(certificate, other)
    with pytest.raises(CertificateUnusable, match=r"absent\.pem: No such file"):
        Certificate(tmp_path / "absent.pem", other)


def test_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    certificate, _ = write(tmp_path)
    key = load_pem_private_key(certificate.read_bytes(), None)
    closed = tmp_path / "closed.key"
    formats = Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    closed.write_bytes(key.private_bytes(*formats))
    with pytest.raises(CertificateUnusable, match="without a password"):
        Certificate(certificate, closed)
