"""List, extract and compile what patients read: the interface's messages and the texts of the content."""

from __future__ import annotations

import argparse
import os
import tempfile

from mortise.cli.server import SETTINGS

ACTIONS = ("list", "template", "update", "add", "compile")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise texts` and its arguments."""
    text = "list what is not translated, or is out of date; begin and compile a language"
    parser = subparsers.add_parser(
        "texts", help=text, description="List, for each language, what is missing and what is stale because its "
        "English has changed since; both are shown in English. With an action: begin a language, bring catalogues up "
        "to date, compile them. For development: needs the tools of `make dev`.",
    )  # fmt: skip
    parser.add_argument(
        "action", nargs="?", choices=ACTIONS, default="list",
        help="list (default); template: print every English message; update: bring every catalogue up to date; "
        "add LANGUAGE: begin one; compile: write what the server reads",
    )  # fmt: skip
    parser.add_argument("language", nargs="?", default="", metavar="LANGUAGE", help="as in de or pt-br")


def run(args: argparse.Namespace) -> int:
    """Do one action."""
    with tempfile.TemporaryDirectory() as data_dir:
        os.environ["MORTISE_DATA_DIR"] = data_dir  # nothing of a server's data is needed or touched
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("texts", args.action, args.language)
    return 0
