"""A certificate for a clinic's own network, signed by an authority of its own that lies in the data folder."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import subprocess
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from mortise.errors import InputError

AUTHORITY_DAYS = 5 * 365
CERTIFICATE_DAYS = 397  # phones refuse longer ones
RENEW_BEFORE = timedelta(days=30)
RENEW_AUTHORITY_BEFORE = timedelta(
    days=CERTIFICATE_DAYS + 90
)  # it outlives what it signs; three months to load it
_NOWHERE = (
    "192.0.2.1",
    9,
)  # an address for documentation: nothing is sent, the system only says which way it would go


class Certificate(NamedTuple):
    """Where the files lie: what is served, its key, and the authority a phone must trust.

    `load_until` is the last day on which a phone that loaded the authority before this one still trusts the address.
    """

    chain: Path
    key: Path
    authority: Path
    load_until: date | None = None


def own_address() -> str:
    """Return the address of this machine on its network; raise `InputError` when it has none."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(_NOWHERE)
            found = str(probe.getsockname()[0])
        except OSError:
            found = ""
    if not found or ipaddress.ip_address(found).is_loopback:
        raise InputError(
            "this machine has no address on a network.",
            where="--lan",
            mend="Connect it, or name one with --host.",
        )
    return found


def certificate_for(host: str, folder: Path, now: datetime) -> Certificate:
    """Return a certificate for `host`, made when there is none that fits and lasts.

    The authority is made once: a phone that trusts it goes on trusting it when the address changes. Before it ends it
    is made again with the same key, so that a phone trusts what is served until the one it has loaded ends.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key, before = (
        folder / name for name in ("authority.pem", "authority-key.pem", "authority-before.pem")
    )
    if not authority_key.exists():
        _openssl(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-out", authority_key
        )
    if not authority.exists():
        _make_authority(authority, authority_key)
    elif _ends_at(authority) - now < RENEW_AUTHORITY_BEFORE:
        shutil.copyfile(authority, before)
        _make_authority(authority, authority_key)
    found = Certificate(folder / "server.pem", folder / "server-key.pem", authority)
    if not _fits(found, host, now):
        _sign(found, authority_key, host, folder)
    if before.exists() and _ends_at(before) > now:
        return found._replace(load_until=_ends_at(before).date())
    return found


def _make_authority(authority: Path, key: Path) -> None:
    made = authority.with_suffix(".new")
    _openssl(
        "req", "-x509", "-new", "-key", key, "-sha256", "-days", str(AUTHORITY_DAYS),
        "-subj", "/CN=Mortise on this network", "-out", made,
        "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    made.replace(authority)


def _sign(found: Certificate, authority_key: Path, host: str, folder: Path) -> None:
    request, extras = folder / "request.pem", folder / "extras.cnf"
    extras.write_text(
        f"subjectAltName={_names(host)}\nbasicConstraints=critical,CA:FALSE\n"
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n",
        encoding="ascii",
    )
    _openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256",
        "-subj", "/CN=Mortise", "-keyout", found.key, "-out", request,
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-sha256", "-in", request, "-CA", found.authority, "-CAkey", authority_key,
        "-CAcreateserial", "-days", str(CERTIFICATE_DAYS), "-extfile", extras, "-out", found.chain,
    )  # fmt: skip
    (folder / "names.txt").write_text(_names(host), encoding="ascii")
    for spare in (request, extras):
        spare.unlink()


def _names(host: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(host)},DNS:localhost"
    except ValueError:
        return f"DNS:{host},DNS:localhost"


def _fits(found: Certificate, host: str, now: datetime) -> bool:
    names = found.chain.parent / "names.txt"
    if not (found.chain.exists() and found.key.exists() and names.exists()):
        return False
    if names.read_text(encoding="ascii") != _names(host):
        return False
    return _ends_at(found.chain) - now > RENEW_BEFORE


def _ends_at(certificate: Path) -> datetime:
    said = _openssl("x509", "-noout", "-enddate", "-in", certificate).strip().removeprefix("notAfter=")
    return datetime.strptime(said, "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)


def _openssl(*arguments: str | Path) -> str:
    program = shutil.which("openssl")
    if program is None:
        raise InputError(
            "the program openssl is not here, and a certificate is made with it.", where="--lan",
            mend="Install openssl, or put a proxy with a certificate in front (docs/how-to/lan.md).",
        )  # fmt: skip
    before = os.umask(0o077)
    try:
        done = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
        )
    finally:
        os.umask(before)
    if done.returncode:
        raise InputError(
            "openssl could not make the certificate.", where="--lan", mend="Look at the data folder."
        )
    return done.stdout
