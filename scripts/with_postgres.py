"""Run a command against a PostgreSQL that exists only meanwhile: `with_postgres.py COMMAND...`.

The command finds the database in DATABASE_URL. The server listens on this machine only, keeps everything in a
temporary folder, never syncs to disk, and runs as another user when called by root, which PostgreSQL refuses.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER = "mortise"
PROGRAMS = ("initdb", "pg_ctl", "createdb")
DEBIAN = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1"


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest version first, or None."""
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = [Path(found).parent for found in [shutil.which("pg_ctl")] if found]
    for folder in [*on_path, *versions]:
        if all((folder / program).exists() for program in PROGRAMS):
            return folder
    return None


def unprivileged() -> dict[str, Any]:
    """Return what subprocess needs to run as somebody else when we are root, else nothing."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam(next(name for name in UNPRIVILEGED if name in names))
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def throw_away_postgres(programs: Path) -> Iterator[str]:
    """Start a server with an empty database, give its address, stop it and remove everything."""
    who = unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="mortise-postgres-"))
    if who:
        os.chown(folder, who["user"], who["group"])
    data, port = folder / "data", free_port()

    def call(program: str, *words: str) -> None:
        with open(os.devnull, "w") as nowhere:
            subprocess.run([programs / program, *words], cwd=folder, stdout=nowhere, check=True, **who)

    start = ("-D", str(data), "-w", "-l", str(folder / "log"))
    try:
        call("initdb", "-D", str(data), "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync")
        call("pg_ctl", *start, "-o", f"-p {port} -k {folder} {QUICK}", "start")
        try:
            call("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", USER, USER)
            yield f"postgresql://{USER}@127.0.0.1:{port}/{USER}"
        finally:
            call("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    """Run the command with DATABASE_URL set; return its exit status."""
    if not command:
        print("usage: with_postgres.py COMMAND...", file=sys.stderr)
        return 2
    programs = find_programs()
    if programs is None:
        print(
            "PostgreSQL's server programs were not found (Debian: apt-get install postgresql).",
            file=sys.stderr,
        )
        return 1
    with throw_away_postgres(programs) as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
