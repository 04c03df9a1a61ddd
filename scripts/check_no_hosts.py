"""Fail when a tracked file names a package registry: pins and locks must work behind anyone's mirror."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Put together from parts so that this file does not name what it looks for.
_NAMES = (
    ("registry", "npmjs", "org"), ("registry", "yarnpkg", "com"), ("npm", "pkg", "github", "com"), ("npmjs", "com"),
    ("files", "pythonhosted", "org"), ("pythonhosted", "org"), ("pypi", "org"), ("pypi", "python", "org"),
    ("download", "pytorch", "org"), ("conda", "anaconda", "org"), ("proxy", "golang", "org"),
    ("crates", "io"), ("rubygems", "org"), ("docker", "io"), ("ghcr", "io"), ("deb", "debian", "org"),
)  # fmt: skip
_HOSTS = "|".join(sorted((re.escape(".".join(parts)) for parts in _NAMES), key=len, reverse=True))
HOST = re.compile(rf"(?<![\w.-])(?:{_HOSTS})(?![\w-])", re.IGNORECASE)
# What a lock or a tool's settings would hold when it pointed at a registry, whatever its name.
POINTER = re.compile(
    r"--(?:extra-)?index-url|--find-links|^\s*(?:@[\w-]+:)?registry\s*=|^\s*(?:extra-)?index-url\s*=|"
    r"\[\[tool\.uv\.index\]\]|\"resolved\"\s*:\s*\"(?:https?|file):|^\s*(?:url|source)\s*=.*https?://",
    re.IGNORECASE | re.MULTILINE,
)
SETTINGS = (
    ".lock",
    ".npmrc",
    ".toml",
    ".cfg",
    ".ini",
    ".in",
    "package.json",
    "package-lock.json",
    "requirements.txt",
)


def faults_in(name: str, text: str) -> list[str]:
    """Say where a file names a registry, or, being a lock or settings file, points at one."""
    found = [(match.start(), f"names the registry {match[0]}") for match in HOST.finditer(text)]
    if name.endswith(SETTINGS) and "/content/" not in name:
        pointers = POINTER.finditer(text)
        found += [(match.start(), f"points at a registry: {match[0].strip()}") for match in pointers]
    return [f"{name}:{text.count(chr(10), 0, at) + 1}: {what}" for at, what in sorted(found)]


def tracked_files(root: Path) -> list[str]:
    """List the files git tracks, and those it would track, below `root`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name]


def check(root: Path) -> list[str]:
    """List every fault in the tree at `root`."""
    faults: list[str] = []
    for name in tracked_files(root):
        path = root / name
        if path.is_file():
            faults += faults_in(name, path.read_text(encoding="utf-8", errors="replace"))
    return faults


def main(arguments: list[str]) -> int:
    """Print the faults of the tree named, or of this one; return 1 when there are any."""
    faults = check(Path(arguments[0]) if arguments else ROOT)
    for fault in faults:
        print(fault)
    if faults:
        print("Take the host out: registries belong to the settings of the machine, not of the project.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
