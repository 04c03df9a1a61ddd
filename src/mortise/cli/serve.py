"""Serve the web application as in production: gunicorn, several workers, the database brought up to date first."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime
from pathlib import Path

from mortise.cli import lan, server
from mortise.errors import InputError
from mortise.report.qr import qr_text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise serve` and its arguments."""
    text = "serve the web application; settings come from the environment"
    parser = subparsers.add_parser(
        "serve", help=text, description="Serve the web application. Brings the database up to date first. "
        "Settings come from the environment: docs/reference/settings.md.",
    )  # fmt: skip
    server.add_address(parser)
    parser.add_argument(
        "--lan", action="store_true",
        help="serve phones on this network: TLS with a certificate of its own, and a QR code",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=2, metavar="N", help="processes (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    if args.workers < 1:
        raise InputError(f"{args.workers} workers answer nobody.", where="--workers", mend="Give 1 or more.")
    if args.lan:
        return _serve_lan(args)
    server.refuse_taken(args.host, args.port)
    server.prepare()

    with server.jobs() as start_jobs:

        def ready() -> None:
            start_jobs()
            _tell(args)

        return server.run(args.host, args.port, n_workers=args.workers, ready=ready)


def _tell(args: argparse.Namespace) -> None:
    """Say where it answers, what is not run, and what is not safe."""
    server.say(f"Mortise answers at {server.address_of(args.host, args.port)}  Stop with Ctrl-C.")
    server.say(*server.not_run())
    if args.host not in server.LOCAL_HOSTS and not os.environ.get("MORTISE_HTTPS"):
        server.say(
            "Others can reach this machine without encryption. Put a proxy with a certificate in front and set "
            "MORTISE_HTTPS=1, MORTISE_BEHIND_PROXY=1 and MORTISE_HOSTS."
        )


def first_time(authority: Path) -> list[str]:
    """Return what somebody does who holds a phone and has never heard of certificates."""
    return [
        "Scan the code with each phone; it must be on the same network.",
        "The first time the phone warns that it does not know this address; here that is expected. Go on to the page.",
        "There tap “Load the certificate” and follow what it says.",
        "If the page does not come at all, a firewall on this machine may keep phones out: let this port in.",
        f"The certificate that phones load is {authority}. Step by step: docs/how-to/lan.md.",
    ]


def _load_again(until: date | None) -> list[str]:
    """Return what is to be done when phones trust an authority that ends."""
    if until is None:
        return []
    return [
        f"The certificate that phones load was made again; the one before ends on {until:%d %B %Y}.",
        "Load the new one on each phone before that day, the same way.",
    ]


def _serve_lan(args: argparse.Namespace) -> int:
    """Serve with TLS on this machine's own address, so that phones give sensors, storage and a worker."""
    host = lan.own_address() if args.host == server.DEFAULT_HOST else args.host
    server.refuse_taken(host, args.port)
    os.environ["MORTISE_HTTPS"] = "1"
    os.environ.setdefault("MORTISE_HOSTS", ",".join(dict.fromkeys((host, "localhost", "127.0.0.1"))))
    server.prepare()
    certificate = lan.certificate_for(host, server.data_folder() / "tls", datetime.now(UTC))
    address = f"{server.address_of(host, args.port, is_safe=True)}phone/ready/"

    with server.jobs() as start_jobs:

        def ready() -> None:
            start_jobs()
            server.say(qr_text(address), f"Mortise answers at {address}  Stop with Ctrl-C.")
            server.say(
                *first_time(certificate.authority), *_load_again(certificate.load_until), *server.not_run()
            )

        return server.run(
            host,
            args.port,
            n_workers=args.workers,
            ready=ready,
            certificate=(certificate.chain, certificate.key),
        )
