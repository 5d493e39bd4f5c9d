import ssl
from pathlib import Path

import pytest
import trustme

from homeserver.http.tls import Certificate

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
        with pytest.raises(ssl.SSLError):
            certificate.reload_if_changed()
    write(tmp_path)
    assert certificate.reload_if_changed()


def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    assert Certificate(*write(tmp_path)).context.minimum_version == ssl.TLSVersion.TLSv1_2
