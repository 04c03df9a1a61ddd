"""The page about the command line, made from the parsers themselves (`docs/reference/command-line.md`)."""

from __future__ import annotations

import argparse

_HEAD = """\
# Command line

<!-- Made by `python -m mortise.cli.manual`; `make generated` writes it again. -->

`mortise COMMAND` does one thing and ends. On a terminal it prints tables; into a pipe or a file it prints the same
words as plain text; with `--json` it prints the document whose schema `mortise schema` shows. A day is always said
with `--on`, never taken from the clock, so the same command prints the same answer tomorrow.

## Exit status

| status | means | who acts |
|---|---|---|
| 0 | done | |
| 1 | looked and found something: `replay` a decision that differs | whoever asked |
| 2 | the command was written wrongly | whoever typed |
| 10 | clinical content is not valid | the author of the file named |
| 11 | a recording cannot be used | whoever recorded |
| 12 | what was entered or sent cannot be read | whoever typed or sent |
| 13 | somebody else changed it meanwhile | load again, repeat the change |

An error is one sentence on standard error: which file and field (or sample and channel), what is wrong, what to do.
Nothing half-written stays.
"""
_EXAMPLES = """\
## Examples

```sh
mortise decide record.json --on 2026-03-02                    # advice, load, gates, constraints
mortise decide record.json --on 2026-03-02 --json | jq .advice
mortise explain record.json --on 2026-03-02                   # every finding with value, error, age, evidence
mortise today record.json --on 2026-03-02 --minutes 10 --travelling
mortise replay record.json                                    # every stored decision, made again
mortise measure gait left.csv right.csv --rate 100 --json
mortise schema record > record.schema.json
```
"""


def page() -> str:
    """Return the whole page."""
    from mortise.cli import COMMANDS, _parser

    parser = _parser(COMMANDS)
    commands = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    parts = [_HEAD, *(_section(name, one) for name, one in commands.choices.items()), _EXAMPLES]
    return "\n".join(parts)


def _section(name: str, parser: argparse.ArgumentParser) -> str:
    lines = [f"## mortise {name}\n", f"{parser.description}\n", "| argument | meaning |", "|---|---|"]
    shown = [one for one in parser._actions if one.help is not argparse.SUPPRESS and one.dest != "help"]
    lines += [f"| {_spelling(one)} | {_meaning(one)} |" for one in shown]
    return "\n".join([*lines, ""])


def _spelling(one: argparse.Action) -> str:
    value = one.metavar or (f"{{{','.join(str(each) for each in one.choices)}}}" if one.choices else "")
    if not one.option_strings:
        return f"`{value or one.dest}`{_needed(one.nargs not in ('?', '*'))}"
    taken = f" {value or one.dest.upper()}" if one.nargs != 0 else ""
    return " or ".join(f"`{name}{taken}`" for name in one.option_strings) + _needed(one.required)


def _needed(is_needed: bool) -> str:
    return " (needed)" if is_needed else ""


def _meaning(one: argparse.Action) -> str:
    return ((one.help or "") % {"default": one.default, "prog": "mortise"}).replace("|", "\\|")


def main() -> None:
    """Print the page."""
    print(page(), end="")


if __name__ == "__main__":
    main()
