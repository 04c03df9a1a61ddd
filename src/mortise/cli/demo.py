"""Start Mortise with a fictional clinic, in a data folder and an embedded database of its own."""

from __future__ import annotations

import argparse
import os
from datetime import date
from importlib import import_module
from typing import Any

from mortise.cli import server

# Its own folder: fictional people with known passwords never meet the database of a real clinic.
DATA_DIR = "var/demo"
# By name: the command line knows nothing inside the web.
FILL, REST = "mortise.web.demo.fill", "mortise.web.demo.rest"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise demo` and its arguments."""
    text = "start Mortise with a fictional clinic; prints the address and how to sign in"
    parser = subparsers.add_parser(
        "demo", help=text,
        description=f"Start Mortise with a fictional clinic in {DATA_DIR} (MORTISE_DATA_DIR chooses another folder). "
        "Nobody in it exists. Prints the address and how to sign in.",
    )  # fmt: skip
    server.add_address(parser)
    parser.add_argument(
        "--everybody", action="store_true", help="let all forty patients join before serving, not beside it"
    )
    parser.add_argument(
        "--fill-only", action="store_true", help="prepare everything, print, and do not serve"
    )


def run(args: argparse.Namespace) -> int:
    """Prepare, fill once, serve until stopped."""
    if not args.fill_only:
        server.refuse_taken(args.host, args.port)
    os.environ["MORTISE_DEMO"] = "1"
    os.environ.setdefault("MORTISE_DATA_DIR", DATA_DIR)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):  # whatever it points to is not for fictional people
        os.environ.pop(name, None)
    if not os.path.exists(os.path.join(os.environ["MORTISE_DATA_DIR"], "mortise.sqlite3")):
        server.say("First start: filling the fictional clinic. This takes a moment.")
    server.prepare()
    access = import_module(FILL).fill_clinic(date.today())  # noqa: DTZ011 - the day on this machine's calendar
    said = sign_in(access, server.address_of(args.host, args.port))
    if args.everybody:
        import_module(REST).join_all()
    if args.fill_only:
        server.say(*said, *server.not_run())
        return 0
    n_joining = import_module(REST).ask_the_rest()
    if n_joining:
        said += [f"{n_joining} more fictional patients join within a few minutes: reload the list.", ""]
    with server.jobs("--no-timetable") as start_jobs:

        def ready() -> None:
            start_jobs()
            server.say(*said, *server.not_run(), "Stop with Ctrl-C.")

        return server.run(args.host, args.port, n_workers=1, ready=ready)


def sign_in(access: Any, address: str) -> list[str]:
    """Return the lines that say where to go and as whom."""
    folder = os.environ["MORTISE_DATA_DIR"]
    others = [f"  {role:33} {email}" for role, email in access.colleagues]
    return [
        "",
        "Mortise with a fictional clinic. Nobody in it exists; no clinician has checked its content.",
        "",
        f"  Address          {address}",
        f"  Physiotherapist  sign in as {access.clinician_email} with the password: {access.password}",
        f"  Patient          {address.rstrip('/')}{access.patient_path}",
        f"                   opens the phone's pages as {access.patient_name}",
        f"  Guest            {address.rstrip('/')}{access.guest_path}",
        f"                   reads {access.patient_name}'s summary and nothing else",
        "",
        "Others sign in with the same password and see what is theirs:",
        *others,
        "",
        f"The story ends on {access.filled_on}, the day it was filled in. Its data lie in {folder};",
        "remove that folder and start again for a fresh one.",
        "",
    ]
