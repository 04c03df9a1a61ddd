"""A certificate for a clinic's own network: trusted by whoever trusts the authority, made again when it must be."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mortise.cli import lan
from mortise.errors import InputError

NOW = datetime.now(UTC)


def shakes_hands(certificate: lan.Certificate, name: str) -> bool:
    """Whether a client that trusts the authority takes the certificate for `name`, without any network."""
    here, there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    here.load_cert_chain(certificate.chain, certificate.key)
    there.load_verify_locations(certificate.authority)
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = here.wrap_bio(a, b, server_side=True), there.wrap_bio(b, a, server_hostname=name)
    for _ in range(6):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return client.cipher() is not None


def test_a_phone_that_trusts_the_authority_takes_the_address(tmp_path: Path) -> None:
    made = lan.certificate_for("192.168.7.4", tmp_path / "tls", NOW)
    assert shakes_hands(made, "192.168.7.4")
    assert not shakes_hands(made, "192.168.7.5")
    keys = [made.key, made.authority.with_name("authority-key.pem")]
    assert all(one.stat().st_mode & 0o077 == 0 for one in keys)


def test_it_is_kept_until_the_address_changes_or_it_runs_out(tmp_path: Path) -> None:
    folder = tmp_path / "tls"
    first = lan.certificate_for("192.168.7.4", folder, NOW).chain.read_bytes()
    authority = (folder / "authority.pem").read_bytes()
    assert lan.certificate_for("192.168.7.4", folder, NOW).chain.read_bytes() == first
    assert lan.certificate_for("192.168.7.4", folder, NOW + timedelta(days=380)).chain.read_bytes() != first
    moved = lan.certificate_for("clinic.local", folder, NOW)
    assert shakes_hands(moved, "clinic.local")
    assert (folder / "authority.pem").read_bytes() == authority  # phones that trust it go on doing so


def test_an_authority_that_ends_is_made_again_and_phones_that_trust_the_old_one_still_do(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "tls"
    first = lan.certificate_for("192.168.7.4", folder, NOW)
    old = first.authority.read_bytes()
    assert first.load_until is None
    near = NOW + timedelta(days=lan.AUTHORITY_DAYS - lan.CERTIFICATE_DAYS)
    second = lan.certificate_for("192.168.7.4", folder, near)
    assert second.authority.read_bytes() != old
    assert second.load_until is not None
    assert abs((second.load_until - NOW.date()).days - lan.AUTHORITY_DAYS) <= 1
    assert shakes_hands(second, "192.168.7.4")  # a phone that has loaded the new one
    (tmp_path / "old.pem").write_bytes(old)
    assert shakes_hands(
        second._replace(authority=tmp_path / "old.pem"), "192.168.7.4"
    )  # and one that has not
    assert lan.certificate_for("192.168.7.4", folder, near + timedelta(days=900)).load_until is None


def test_without_openssl_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(InputError, match="openssl is not here"):
        lan.certificate_for("192.168.7.4", tmp_path, NOW)
