"""Starting the web application: what is refused before anything starts, and what the demo never touches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from mortise.cli import demo, main, server

ACCESS = SimpleNamespace(
    clinician_email="ada@clinic.example", password="fictional", patient_path="/enter/t/", patient_name="Ben",
    filled_on=date(2026, 3, 1), guest_path="/enter/g/", colleagues=(("Physician", "mara@clinic.example"),),
)  # fmt: skip


class Started:
    """Stands in for the server: notes what it was asked."""

    def __init__(self) -> None:
        self.environment: dict[str, str] = {}
        self.served: dict[str, Any] = {}
        self.filled_on: date | None = None
        self.n_jobs = 0
        self.n_asked = 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    note, environment = (
        Started(),
        {"DATABASE_URL": "postgresql://real/clinic", "DATABASE_URL_FILE": "x", "HOME": "/"},
    )

    def fill(today: date) -> SimpleNamespace:
        note.filled_on = today
        return ACCESS

    def ask_the_rest() -> int:
        note.n_asked += 1
        return 32

    rooms = {
        demo.FILL: SimpleNamespace(fill_clinic=fill),
        demo.REST: SimpleNamespace(ask_the_rest=ask_the_rest),
    }

    def serve(host: str, port: int, **asked: Any) -> int:
        note.served = {"host": host, "port": port, **asked}
        asked["ready"]()
        return 0

    monkeypatch.setattr(demo.os, "environ", environment)
    monkeypatch.setattr(server, "refuse_taken", lambda host, port: None)
    monkeypatch.setattr(server, "prepare", lambda: note.environment.update(environment))

    @contextmanager
    def jobs(*_: str) -> Iterator[Callable[[], None]]:
        yield lambda: setattr(note, "n_jobs", note.n_jobs + 1)

    monkeypatch.setattr(server, "jobs", jobs)
    monkeypatch.setattr(server, "run", serve)
    monkeypatch.setattr(demo, "import_module", lambda name: rooms[name])
    return note


def test_the_demo_never_follows_the_database_of_a_real_clinic(started: Started) -> None:
    assert main(["demo"]) == 0
    assert started.environment.keys() & {"DATABASE_URL", "DATABASE_URL_FILE"} == set()
    assert started.environment["MORTISE_DEMO"] == "1"
    assert started.environment["MORTISE_DATA_DIR"] == demo.DATA_DIR
    assert started.filled_on is not None


def test_the_demo_says_where_to_go_and_as_whom(started: Started, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--port", "8765"]) == 0
    said = capsys.readouterr().out
    for word in (
        "http://localhost:8765/",
        "ada@clinic.example",
        "fictional",
        "http://localhost:8765/enter/t/",
        "http://localhost:8765/enter/g/",
        "mara@clinic.example",
        "Ben",
    ):
        assert word in said
    assert "32 more fictional patients join" in said
    assert (started.n_asked, started.n_jobs) == (1, 1)
    assert "no clinician has checked" in said


def test_fill_only_does_not_serve(started: Started, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--fill-only"]) == 0
    assert started.served == {}
    assert (started.n_asked, started.n_jobs) == (0, 0)
    assert "ada@clinic.example" in capsys.readouterr().out


def test_serving_to_others_without_https_says_so(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--host", "0.0.0.0", "--workers", "3"]) == 0
    assert started.served["n_workers"] == 3
    assert started.n_jobs == 1
    assert "without encryption" in capsys.readouterr().out
    assert main(["serve"]) == 0
    assert "without encryption" not in capsys.readouterr().out


def test_no_workers_are_refused(started: Started, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--workers", "0"]) == 12
    assert "--workers" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["0", "-1", "70000"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", f"--port={port}"]) == 12
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://localhost:80/"),
        ("0.0.0.0", "http://localhost:80/"),
        ("10.0.0.7", "http://10.0.0.7:80/"),
    ],
)
def test_the_address_is_one_that_can_be_opened(host: str, address: str) -> None:
    assert server.address_of(host, 80) == address
