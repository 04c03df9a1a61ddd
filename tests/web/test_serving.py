"""The demo and the server as people start them: processes, a folder of their own, a real port."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

START = [sys.executable, "-c", "import sys; from mortise.cli import main; sys.exit(main())"]
PATIENCE_S = 180  # a machine shared by many is slow, not wrong


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MORTISE_", "DJANGO_"))}
    return (
        kept
        | {"MORTISE_DATA_DIR": str(folder), "DATABASE_URL": "postgresql://nobody@localhost:1/none"}
        | more
    )


def run(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, *words], env=environment(folder, **more), capture_output=True, text=True, timeout=PATIENCE_S
    )


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [*START, *words, "--port", str(port)],
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said.decode()


def opened(address: str) -> str:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(address, timeout=10) as answer:
                return str(answer.read().decode())
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_the_demo_fills_once_and_keeps_its_link(folder: Path) -> None:
    first, second = run(folder, "demo", "--fill-only"), run(folder, "demo", "--fill-only")
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "First start" in first.stdout
    assert "First start" not in second.stdout
    link = next(word for word in first.stdout.split() if "/enter/" in word)
    assert link in second.stdout
    assert (folder / "mortise.sqlite3").exists()


def test_the_demo_answers_and_stops(folder: Path) -> None:
    with serving(folder, "demo") as address:
        assert "Sign in" in opened(address)


def test_serving_sends_the_mail_that_is_due_and_leaves_no_process_behind(folder: Path) -> None:
    """The fictional clinic holds a red flag nobody has seen; without an SMTP server, mail goes to the console."""
    port, found = free_port(), folder / "said.txt"
    with found.open("wb") as out:
        process = subprocess.Popen(
            [*START, "serve", "--port", str(port), "--workers", "1"],
            env=environment(folder) | {"DATABASE_URL": "", "MORTISE_ADDRESS": "https://desk.example"},
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            until = time.monotonic() + PATIENCE_S
            while b"somebody needs a clinician" not in found.read_bytes() and time.monotonic() < until:
                time.sleep(0.2)
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=PATIENCE_S)
    said = found.read_text()
    assert process.returncode == 0, said
    assert "https://desk.example" in said
    assert len(children) >= 2, "a worker and the job"
    assert not [one for one in children if Path(f"/proc/{one}").exists()]


def test_a_taken_port_is_one_clear_error(folder: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(folder, "demo", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 12
    assert len(done.stderr.strip().splitlines()) == 1
    assert "--port" in done.stderr


def test_the_demo_is_refused_where_the_settings_are_for_real_use(folder: Path) -> None:
    done = run(folder, "demo", "--fill-only", MORTISE_HTTPS="1")
    assert done.returncode == 12
    assert "MORTISE_DEMO" in done.stderr


def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--port", str(free_port()), MORTISE_DEBUG="maybe")
    assert done.returncode == 12
    assert "MORTISE_DEBUG" in done.stderr
    assert "maybe" not in done.stderr


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 12, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("under", ["", "deeper"])
def test_a_data_folder_that_cannot_be_is_one_clear_error(tmp_path: Path, under: str) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run(tmp_path / "file" / under, "serve", "--port", str(free_port()), DATABASE_URL="")
    refused(done, "MORTISE_DATA_DIR", "cannot be written to")


def test_a_damaged_database_is_one_clear_error_and_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mortise.sqlite3"
    file.write_bytes(b"damaged " * 1000)
    refused(run(tmp_path, "serve", "--port", str(free_port()), DATABASE_URL=""), "damaged", "backup")
    assert file.read_bytes() == b"damaged " * 1000


def test_a_database_that_another_program_holds_is_one_clear_error(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "mortise.sqlite3", isolation_level=None)) as other:
        other.execute("CREATE TABLE held (one)")
        other.execute("BEGIN EXCLUSIVE")
        refused(run(tmp_path, "serve", "--port", str(free_port()), DATABASE_URL=""), "another program holds")


@pytest.mark.parametrize("n_blocks", [1, 20, 300])
def test_a_full_disk_is_one_clear_error(tmp_path: Path, n_blocks: int) -> None:
    """No file may grow beyond so many blocks: as on a disk that is full, without filling one."""
    limited = f'ulimit -f {n_blocks}; exec "$0" "$@"'
    done = subprocess.run(
        ["sh", "-c", limited, *START, "serve", "--port", str(free_port())],
        env=environment(tmp_path, DATABASE_URL=""), capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    refused(done, "disk")


def test_a_database_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--port", str(free_port()))
    assert done.returncode == 12
    assert "DATABASE_URL" in done.stderr
