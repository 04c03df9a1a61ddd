"""The command line: one module per command, of which only the one asked for is imported.

A command module has `add_parser(subparsers)`, cheap enough for `--help`, and `run(args) -> int`.
"""

from __future__ import annotations

import argparse
import errno
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from mortise.errors import InputError, MortiseError

INTERRUPTED = 130  # what shells expect of a command that was stopped by hand
# Over in a moment: what they throw away goes with the process, and looking for it would take a tenth of the time.
_SHORT = frozenset({"decide", "today", "explain"})
_NOT_OURS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})

# In the order in which `mortise --help` lists them; each is a module of this package.
COMMANDS: tuple[str, ...] = (
    "measure",
    "decide",
    "today",
    "explain",
    "replay",
    "whatif",
    "simulate",
    "check",
    "schema",
    "figures",
    "texts",
    "serve",
    "demo",
)


def _module(command: str) -> ModuleType:
    return import_module(f"mortise.cli.{command}")


def _parser(commands: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser with the given commands; help needs them all, a run needs one."""
    parser = argparse.ArgumentParser(
        prog="mortise",
        description="Measures, stages, decides and explains the rehabilitation of a stiff, painful ankle.",
    )
    subparsers = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", prog="mortise"
    )  # named: else argparse lays out a help text to find it
    for command in commands:
        _module(command).add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    argv
        Arguments after the program's name; those of the process when left out.

    Returns
    -------
    int
        0 when all went well, 2 for wrong usage, 10 to 13 for the four families of errors.
    """
    _prepare_streams()
    arguments = list(sys.argv[1:] if argv is None else argv)
    chosen = arguments[0] if arguments and arguments[0] in COMMANDS else None
    args = _parser((chosen,) if chosen else COMMANDS).parse_args(arguments)
    collects = gc.isenabled()
    if args.command in _SHORT:
        gc.disable()
    try:
        status = int(_module(args.command).run(args))
        sys.stdout.flush()
        return status
    except MortiseError as error:
        print(f"mortise: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # the reader (head, less) has gone; there is nobody left to tell
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if error.errno not in _NOT_OURS:
            raise
        print(
            f"mortise: the output cannot be written: {error.strerror}. Make room and try again.",
            file=sys.stderr,
        )
        return InputError.exit_status
    finally:
        if collects:
            gc.enable()


def _prepare_streams() -> None:
    """Let no stream that is closed, or that cannot show a sign, end a command in the middle of its answer."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
