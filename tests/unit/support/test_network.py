"""The network is closed to unit tests, and open to this machine only where a server runs."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import network

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = "192.0.2.1"  # set aside for documentation; nobody is there


def over_tcp(host: str, port: int) -> object:
    return socket.create_connection((host, port), timeout=1)


def over_tcp_quietly(host: str, port: int) -> object:
    with socket.socket() as sock:
        return sock.connect_ex((host, port))


def over_udp(host: str, port: int) -> object:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        return sock.sendto(b"x", (host, port))


def by_name(host: str, port: int) -> object:
    return socket.getaddrinfo(host, port)


def over_http(host: str, port: int) -> object:
    return urllib.request.urlopen(f"http://{host}:{port}/", timeout=1)


WAYS = [over_tcp, over_tcp_quietly, over_udp, by_name, over_http]


@pytest.fixture
def listener() -> Iterator[tuple[str, int]]:
    """Return the address of somebody who listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("host", [ELSEWHERE, "127.0.0.1", "localhost"])
def test_unit_test_reaches_nobody(way: Callable[[str, int], object], host: str) -> None:
    with pytest.raises(network.NetworkClosedError):
        way(host, 9)


@pytest.mark.parametrize("way", WAYS)
def test_test_with_a_server_reaches_this_machine_only(
    way: Callable[[str, int], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network.GUARD, "allows_loopback", True)

    with pytest.raises(network.NetworkClosedError):
        way(ELSEWHERE, 9)


def test_this_machine_answers_where_it_may(
    listener: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network.GUARD, "allows_loopback", True)

    with socket.create_connection(listener, timeout=5) as connection:
        assert connection.getpeername() == listener


@pytest.mark.parametrize(
    ("folder", "may"),
    [
        ("unit", False),
        ("spec", False),
        ("property", False),
        ("web", True),
        ("browser", True),
        ("golden", True),
    ],
)
def test_folder_decides(folder: str, may: bool) -> None:
    assert network.may_use_loopback(ROOT / "tests" / folder / "test_x.py") is may


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", b"localhost", None, ""])
def test_this_machine_is_known_by_all_its_names(host: object) -> None:
    assert network.is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example", ELSEWHERE, "0.0.0.0", "10.0.0.1", "mortise"])
def test_nobody_else_is_taken_for_this_machine(host: str) -> None:
    assert not network.is_loopback(host)
