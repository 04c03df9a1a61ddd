"""Run every check that is not a test, one after the other, and say at the end which failed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_DOMAIN = ("web", "cli", "content")


class Check(NamedTuple):
    """One check: what it is called, the command that does it, and why it cannot run here, if it cannot."""

    name: str
    command: list[str]
    missing: str = ""


def domain_files(source: Path) -> list[str]:
    """List the modules of the rooms below cli and web, whose public names carry full docstrings."""
    modules = sorted(path for path in source.rglob("*.py") if not path.name.startswith("__"))
    return [str(path) for path in modules if path.relative_to(source).parts[0] not in NOT_DOMAIN]


def template_folders(source: Path) -> list[str]:
    """List the folders that hold page templates."""
    return [str(path) for path in sorted(source.rglob("templates")) if any(path.rglob("*.html"))]


def checks(root: Path = ROOT) -> list[Check]:
    """List the checks in the order of how soon they tell something."""
    python, source = sys.executable, root / "src" / "mortise"
    tools = Path(python).parent
    found = [
        Check("format", [python, "-m", "ruff", "format", "--check", "."]),
        Check("lint", [python, "-m", "ruff", "check", "."]),
        Check("registry hosts", [python, "scripts/check_no_hosts.py"]),
        Check("house rules", [python, "scripts/check_ast.py"]),
        Check("import floors", [str(tools / "lint-imports"), "--no-logo"]),
        Check("docstrings", [python, "-m", "numpydoc", "lint", *domain_files(source)]),
        Check("types", [python, "-m", "mypy"]),
    ]
    folders = template_folders(source / "web")
    django = [python, "-m", "mortise.web"]
    found += [
        Check("deployment", [*django, "check", "--deploy", "--fail-level", "WARNING"]),
        Check("migrations", [*django, "makemigrations", "--check", "--dry-run"]),
    ]
    if folders:
        found.append(Check("templates", [python, "-m", "djlint", "--lint", "--quiet", *folders]))
    compiler = root / "tests" / "browser" / "node_modules" / ".bin" / "tsc"
    found += [
        Check(
            "JavaScript types",
            [str(compiler), "--project", "tests/browser"],
            "" if compiler.exists() else "no TypeScript: run `npm ci` in tests/browser",
        ),
        Check("clinical content", [str(tools / "mortise"), "check"]),
        Check("generated pages", [python, "scripts/check_generated.py"]),
    ]
    return found


def production(data_dir: str) -> dict[str, str]:
    """Return the environment of a server in real use, with an empty data folder."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("MORTISE_")}
    return {**known, "MORTISE_HTTPS": "1", "MORTISE_DATA_DIR": data_dir}


def run(check: Check, root: Path = ROOT) -> bool:
    """Run one check, print its output only when it fails, and tell whether it passed."""
    start_s = time.perf_counter()
    with tempfile.TemporaryDirectory() as data_dir:
        done = subprocess.run(
            check.command,
            env=production(data_dir),
            cwd=root,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    passed = done.returncode == 0
    print(
        f"{'ok    ' if passed else 'FAILED'}  {check.name}  ({time.perf_counter() - start_s:.1f} s)",
        flush=True,
    )
    if not passed:
        print(done.stdout.rstrip() or f"  exit status {done.returncode}", flush=True)
    return passed


def main(names: list[str]) -> int:
    """Run the checks named, or all of them; leave out what cannot run here, unless nothing may be left out."""
    chosen = [check for check in checks() if not names or check.name in names]
    if not chosen:
        print(f"No such check. There are: {', '.join(check.name for check in checks())}.")
        return 2
    strict = os.environ.get("MORTISE_NOTHING_LEFT_OUT", "") not in {"", "0"}
    left_out = [check for check in chosen if check.missing]
    n_failed = [run(check) for check in chosen if not check.missing].count(False)
    for check in left_out:
        print(f"{'FAILED' if strict else 'left out'}  {check.name}: {check.missing}")
    n_passed = len(chosen) - len(left_out) - n_failed
    n_failed += len(left_out) if strict else 0
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
