"""Show every drawn exercise and technique at once, in light and dark."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mortise figures` and its arguments."""
    text = "show every drawn exercise and technique at once, in light and dark"
    parser = subparsers.add_parser("figures", help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("id", nargs="*", help="which exercises or techniques; all of them when none is named")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write here: .html with every pose, .svg as one picture"
    )


def look() -> str:
    """Return the stylesheet of the pages, from which figures take their colours."""
    return (files("mortise") / "web" / "ui" / "static" / "ui" / "look.css").read_text(encoding="utf-8")


def run(args: argparse.Namespace) -> int:
    """Print or write one sheet; return 0."""
    from mortise.errors import InputError
    from mortise.report.figure.sheet import contact_sheet, contact_svg

    makers = {".html": contact_sheet, ".svg": contact_svg}
    out: Path | None = args.out
    if out is not None and out.suffix not in makers:
        raise InputError(
            f"{out.suffix or 'no ending'} is not a kind of sheet.",
            where="--out",
            mend="End it with .html or .svg.",
        )
    sheet = makers[".html" if out is None else out.suffix](look(), args.id)
    if out is None:
        print(sheet, end="")
        return 0
    try:
        out.write_text(sheet, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}.", where=str(out)) from error
    print(f"{out}: {sheet.count('<h2>') or sheet.count('<text x=')} figures.")
    return 0
