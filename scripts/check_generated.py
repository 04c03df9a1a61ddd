"""Compare every committed file that is made from code or content with what its generator says today.

A generator is a command that prints one whole file, or for a folder one JSON object of file names and texts. To
register one, add a line to `GENERATED` or `GENERATED_FOLDERS` below: the file or folder, then the words of the command
(`mortise ...` and `python ...` are those of `.venv`). `make generated` writes all the files again; `make check` only
compares.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_DIFF_LINES = 40

GENERATED: dict[str, tuple[str, ...]] = {
    "docs/reference/evidence.md": ("python", "scripts/reference.py", "evidence"),
    "docs/reference/instruments.md": ("python", "-m", "scripts.reference_instruments"),
    **{
        f"docs/reference/protocols/{name}.md": ("python", "scripts/reference.py", "protocol", name)
        for name in (
            "restricted-dorsiflexion",
            "anterior-impingement",
            "posterior-impingement",
            "after-arthroscopy",
        )
    },
    "docs/reference/a-year.md": ("python", "-m", "scripts.lived_year"),
    "docs/reference/command-line.md": ("python", "-m", "mortise.cli.manual"),
    "docs/reference/decisions.md": ("python", "-m", "tests.spec.tables"),
    "docs/reference/measures/gait.svg": ("python", "-m", "scripts.gait_pictures", "gait"),
    "docs/reference/measures/run.svg": ("python", "-m", "scripts.gait_pictures", "run"),
    "docs/reference/measures/hop.svg": ("python", "-m", "scripts.measure_pictures", "hop"),
    "docs/reference/measures/jump.svg": ("python", "-m", "scripts.measure_pictures", "jump"),
    "docs/reference/measures/landing.svg": ("python", "-m", "scripts.measure_pictures", "landing"),
    "docs/reference/measures/step-down.svg": ("python", "-m", "scripts.measure_pictures", "step-down"),
    "docs/reference/measures/heel-rise.svg": ("python", "-m", "scripts.ankle_pictures", "heel-rise"),
    "docs/reference/measures/lunge.svg": ("python", "-m", "scripts.ankle_pictures", "lunge"),
    "docs/reference/measures/range.svg": ("python", "-m", "scripts.ankle_pictures", "range"),
    "docs/reference/measures/position.svg": ("python", "-m", "scripts.ankle_pictures", "position"),
    "docs/reference/measures/balance.svg": ("python", "-m", "scripts.ankle_pictures", "balance"),
    "docs/reference/roles.md": ("python", "-m", "scripts.roles_page"),
    "docs/reference/record.md": ("mortise", "schema", "record", "--page"),
    "src/mortise/web/locale/messages.pot": ("mortise", "texts", "template"),
}

# Whole folders: whatever else lies in them is taken out.
GENERATED_FOLDERS: dict[str, tuple[str, ...]] = {
    "docs/reference/exercises": ("python", "scripts/exercise_pages.py"),
}


def command_line(words: tuple[str, ...]) -> list[str]:
    """Put the environment's own Python in front of `python ...` and `mortise ...`."""
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    beside = Path(sys.executable).with_name(words[0])
    return [str(beside) if beside.exists() else words[0], *words[1:]]


def generate(words: tuple[str, ...], root: Path) -> str:
    """Run one generator and return what it printed; its own words go through when it fails."""
    done = subprocess.run(command_line(words), cwd=root, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return done.stdout


def difference(name: str, committed: str, generated: str) -> str:
    """Show the first lines that differ, or return an empty string."""
    lines = difflib.unified_diff(
        committed.splitlines(),
        generated.splitlines(),
        f"{name} (committed)",
        f"{name} (generated)",
        lineterm="",
    )
    return "\n".join(list(lines)[:MAX_DIFF_LINES])


def check(root: Path, generated: dict[str, tuple[str, ...]], *, write: bool) -> list[str]:
    """Return one text per file that differs; with `write`, mend it as well."""
    faults = []
    for name, words in generated.items():
        path = root / name
        committed = path.read_bytes().decode() if path.exists() else ""
        try:
            text = generate(words, root)
        except (OSError, subprocess.CalledProcessError) as error:
            faults.append(f"{name}: its generator failed ({' '.join(words)}): {error}")
            continue
        if text == committed and path.exists():
            continue
        faults.append(difference(name, committed, text) or f"{name}: differs in its line ends, or is missing")
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
    return faults


def check_folders(root: Path, generated: dict[str, tuple[str, ...]], *, write: bool) -> list[str]:
    """Return one text per file of a generated folder that differs, is missing or is too many; with `write`, mend it."""
    faults = []
    for folder, words in generated.items():
        try:
            wanted: dict[str, str] = json.loads(generate(words, root))
        except (OSError, subprocess.CalledProcessError, json.JSONDecodeError) as error:
            faults.append(f"{folder}: its generator failed ({' '.join(words)}): {error}")
            continue
        here = {str(path.relative_to(root / folder)) for path in (root / folder).rglob("*") if path.is_file()}
        for name in sorted(here - set(wanted)):
            faults.append(f"{folder}/{name}: no generator makes it")
            if write:
                (root / folder / name).unlink()
        for name, text in wanted.items():
            path = root / folder / name
            committed = path.read_bytes().decode() if path.exists() else ""
            if text == committed and path.exists():
                continue
            faults.append(difference(f"{folder}/{name}", committed, text) or f"{folder}/{name}: is missing")
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
    return faults


def main(arguments: list[str]) -> int:
    """Compare, or with `--write` write; return 1 when a comparison or a generator failed."""
    write = arguments == ["--write"]
    faults = check(ROOT, GENERATED, write=write) + check_folders(ROOT, GENERATED_FOLDERS, write=write)
    failed = [fault for fault in faults if not write or "its generator failed" in fault]
    for fault in failed:
        print(fault)
    if failed and not write:
        print("Run `make generated` and read what changed before you commit it.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
