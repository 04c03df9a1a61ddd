"""The one Chromium of a test process: a fresh one after a go that failed, killed when a go takes too long.

A browser that hangs answers nothing, and waiting for it has no end: without this one hang loses a whole run. What
waits for a killed browser fails at once, and the second go begins with another browser.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.support.leaving_out import chromium_path

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)  # fmt: skip
LONGEST_GO_S = 900.0 if os.environ.get("FULL_SIZE") == "1" else 240.0


class Chromium:
    """Start the browser when it is asked for, and again when the last one was put away."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._started: Browser | None = None
        self._name = ""
        self.is_doubted = False  # something failed with it

    def running(self) -> Browser:
        """Return the browser that runs, else start one."""
        if self.is_doubted:
            self.kill()
        if self._started is None or self.is_doubted or not self._started.is_connected():
            self.is_doubted = False
            self._name = f"--mortise-test={uuid.uuid4().hex}"
            self._started = self._playwright.chromium.launch(
                executable_path=chromium_path(), headless=True, args=[*FLAGS, self._name]
            )
        return self._started

    def kill(self) -> None:
        """End the browser without asking it; the next that is asked for is another."""
        for process in pids_with(self._name) if self._name else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    @contextlib.contextmanager
    def no_longer_than(self, seconds: float) -> Iterator[None]:
        """Kill the browser when what is done with it takes longer."""
        watch = threading.Timer(seconds, self.kill)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()


def pids_with(argument: str) -> list[int]:
    """List the processes that were started with an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if argument.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
