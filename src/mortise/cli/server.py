"""Start the web application: settings, database, static files, then gunicorn with the application loaded once."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from mortise.errors import InputError

SETTINGS = "mortise.web.settings"
DOOR = "mortise.web.wsgi:application"
DEFAULT_HOST = "127.0.0.1"
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
N_THREADS = 4
TIMEOUT_S = 60
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0  # before jobs that ended are begun again
STEADY_S = 60.0  # after so long they count as having been well
HIGHEST_PORT = 65535
SQLITE_SAYS = {
    "SQLITE_FULL": ("the disk is full.", "Make room; nothing that was acknowledged is lost."),
    "SQLITE_IOERR": ("the disk cannot be written to.", "Make room, or look at the disk."),
    "SQLITE_BUSY": ("another program holds the database.", "Stop it, and start again."),
    "SQLITE_READONLY": ("the database cannot be written to.", "Give this user the right to write there."),
    "SQLITE_CANTOPEN": ("the database cannot be opened.", "Give this user the right to write there."),
    "SQLITE_NOTADB": ("the database file is damaged or is no database.", "Restore a backup; keep this file."),
    "SQLITE_CORRUPT": ("the database file is damaged.", "Restore a backup; keep this file."),
}


def add_address(parser: argparse.ArgumentParser) -> None:
    """Add host and port."""
    parser.add_argument(
        "--host", default=DEFAULT_HOST, metavar="H", help="where to listen (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port (default: %(default)s)")


def address_of(host: str, port: int, *, is_safe: bool = False) -> str:
    """Return the address people open."""
    shown = "localhost" if host in {"0.0.0.0", "::", *LOCAL_HOSTS} else host
    return f"{'https' if is_safe else 'http'}://{shown}:{port}/"


def data_folder() -> Path:
    """Return the folder of the prepared application's data."""
    from django.conf import settings

    return Path(settings.DATA_DIR)


def refuse_taken(host: str, port: int) -> None:
    """Raise `InputError` when nothing can listen there."""
    if not 0 < port <= HIGHEST_PORT:
        raise InputError(f"{port} is not a port.", where="--port", mend=f"Give one from 1 to {HIGHEST_PORT}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"nothing can listen on {host} port {port}: {error.strerror}.", where="--port",
                mend="Stop what runs there or choose another with --port.",
            ) from None  # fmt: skip


def prepare() -> None:
    """Load the settings, bring the database up to date and collect the static files.

    Raises `InputError` when a setting cannot be read; the message names the variable, never its value.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
    except ImproperlyConfigured as error:
        raise InputError(str(error), where="settings", mend="See docs/reference/settings.md.") from None
    except DatabaseError as error:
        raise _unusable(error) from None
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        raise InputError(
            f"the data folder cannot be written to: {error.strerror}.", where="MORTISE_DATA_DIR",
            mend="Make room, or correct the setting.",
        ) from None  # fmt: skip


def _unusable(error: Exception) -> InputError:
    """Return why the database cannot be used, by the name of SQLite's error; its text could hold anything."""
    first: BaseException = error
    while (before := first.__cause__ or first.__context__) is not None:
        first = before
    name = str(getattr(first, "sqlite_errorname", ""))
    for start, (what, mend) in SQLITE_SAYS.items():
        if name.startswith(start):
            return InputError(what, where="MORTISE_DATA_DIR or DATABASE_URL", mend=mend)
    return InputError(
        f"the database cannot be reached: {type(error).__name__}.", where="DATABASE_URL",
        mend="Start it, or correct the setting.",
    )  # fmt: skip


def run(
    host: str, port: int, *, n_workers: int, ready: Callable[[], None],
    certificate: tuple[Path, Path] | None = None,
) -> int:  # fmt: skip
    """Serve until stopped; `ready` is called once, when requests are answered. A certificate comes with its key."""
    from django.db import connections
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
    from gunicorn.util import import_app  # type: ignore[import-untyped]

    application = import_app(DOOR)
    connections.close_all()  # a connection must not cross a fork

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            options = {
                "bind": bind, "workers": n_workers, "threads": N_THREADS, "worker_class": "gthread",
                "timeout": TIMEOUT_S, "preload_app": True, "loglevel": "warning", "accesslog": None,
                "control_socket_disable": True, "when_ready": lambda _: ready(),
            }  # fmt: skip
            if certificate is not None:
                options |= {"certfile": str(certificate[0]), "keyfile": str(certificate[1])}
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> object:
            return application

    Server().run()
    return 0


@contextmanager
def jobs(*words: str) -> Iterator[Callable[[], None]]:
    """Yield what starts the process of the jobs beside the server and starts it again when it ends; it ends with both.

    A process of its own, so that no request waits for a mail server or a recording; it watches that its parent lives.
    """
    keeper = _Keeper([sys.executable, "-m", "mortise.web", "run_jobs", "--with-parent", *words])
    try:
        yield keeper.start
    finally:
        keeper.stop()


class _Keeper:
    """Keeps one process going: begun again when it ends, after a wait that grows while it keeps ending at once."""

    def __init__(self, command: list[str], env: Mapping[str, str] | None = None) -> None:
        self._command, self._env = command, env
        self._owner = os.getpid()
        self._is_ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Start the process, and what watches it."""
        self._process = subprocess.Popen(self._command, env=self._env)
        self._thread.start()

    def stop(self) -> None:
        """End the process, after the job in its hands; what takes too long is ended hard and is done again later.

        A worker of the server is a fork and leaves by the same door: it must not end what is not its own.
        """
        self._is_ending.set()
        if self._process is None or os.getpid() != self._owner:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(timeout=TIMEOUT_S)

    def _keep(self) -> None:
        wait_s = FIRST_WAIT_S
        while self._process is not None:
            began_s = time.monotonic()
            self._process.wait()
            if self._is_ending.is_set():
                return
            wait_s = (
                FIRST_WAIT_S if time.monotonic() - began_s > STEADY_S else min(2 * wait_s, LONGEST_WAIT_S)
            )
            print(f"The jobs ended by themselves; they start again in {wait_s:.0f} s.", file=sys.stderr)
            if self._is_ending.wait(wait_s):
                return
            self._process = subprocess.Popen(self._command, env=self._env)


def not_run() -> list[str]:
    """Return one line for each protocol that is not run because it is not proved as it stands."""
    from mortise import catalog
    from mortise.catalog.certificates import uncertified
    from mortise.episode import ENGINE

    content = catalog.load()
    found = [(name, uncertified(content, name, ENGINE)) for name in content.protocol_ids]
    return [
        f"NOT RUN here, {name}: {fault.message} {fault.mend}" for name, fault in found if fault is not None
    ]


def say(*lines: str) -> None:
    """Print lines at once, also when nobody reads a terminal."""
    for line in lines:
        print(line)
    sys.stdout.flush()
