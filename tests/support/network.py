"""Close the network to the tests: none at all for unit, spec and property, this machine only for the rest.

Only Python's own sockets are guarded; the browser has its own lock (`support/browser.py`).
"""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Folders whose tests talk to a server on this machine.
LOOPBACK_FOLDERS = ("web", "browser", "golden", "docs", "js")
LOOPBACK_NAMES = frozenset({"localhost", "", None})


class NetworkClosedError(RuntimeError):
    """A test reached for the network. Give the code what it needs as an argument instead."""


class Guard:
    """Stand in front of Python's sockets and refuse what the running test may not reach."""

    def __init__(self) -> None:
        self.allows_loopback = True
        self._connect = socket.socket.connect
        self._connect_ex = socket.socket.connect_ex
        self._sendto = socket.socket.sendto
        self._getaddrinfo = socket.getaddrinfo

    def refuse_unless_allowed(self, host: object) -> None:
        """Raise unless the host is this machine and the test may talk to it."""
        if not (self.allows_loopback and is_loopback(host)):
            raise NetworkClosedError(f"no network here: {host!r}")

    def install(self) -> None:
        """Put the guard in place for the rest of the process."""
        guard = self

        def connect(self: socket.socket, address: Any) -> None:
            guard.refuse_unless_allowed(host_of(self, address))
            guard._connect(self, address)

        def connect_ex(self: socket.socket, address: Any) -> int:
            guard.refuse_unless_allowed(host_of(self, address))
            return guard._connect_ex(self, address)

        def sendto(self: socket.socket, data: Any, *rest: Any) -> int:
            guard.refuse_unless_allowed(host_of(self, rest[-1]))
            return guard._sendto(self, data, *rest)

        def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
            guard.refuse_unless_allowed(host)
            return guard._getaddrinfo(host, *rest, **named)

        for owner, replacement in (
            (socket.socket, connect),
            (socket.socket, connect_ex),
            (socket.socket, sendto),
            (socket, getaddrinfo),
        ):
            setattr(owner, replacement.__name__, replacement)


def host_of(sock: socket.socket, address: Any) -> object:
    """Return the host of an address; a socket in the file system counts as this machine."""
    unix = getattr(socket, "AF_UNIX", None)
    return "localhost" if sock.family == unix else address[0]


def is_loopback(host: object) -> bool:
    """Tell whether a host is this machine."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def may_use_loopback(path: Path) -> bool:
    """Tell whether the tests of a file may talk to this machine."""
    return any(path.is_relative_to(ROOT / "tests" / folder) for folder in LOOPBACK_FOLDERS)


GUARD = Guard()


def pytest_configure() -> None:
    """Close the network before the first test file is read."""
    GUARD.install()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Set what this test may reach, before any of its fixtures."""
    GUARD.allows_loopback = may_use_loopback(item.path)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Let session fixtures (a server on this machine) shut down."""
    GUARD.allows_loopback = True
