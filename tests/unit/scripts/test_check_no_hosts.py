"""The check for registry hosts, with planted faults."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import check_no_hosts

# Put together here, so that this file passes the check it tests.
PYTHON_HOST = ".".join(("files", "pythonhosted", "org"))
NPM_HOST = ".".join(("registry", "npmjs", "org"))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return an empty git repository."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements/run.lock", f"asgiref==3.13.0\n# from https://{PYTHON_HOST}/packages/asgiref.whl\n"),
        ("docs/how-to/install.md", f"Fetch it from {NPM_HOST} first.\n"),
        ("package-lock.json", '{"resolved": "https://mirror.example/axe-core.tgz"}\n'),
        (".npmrc", "registry=https://mirror.example/npm\n"),
        ("requirements/dev.lock", "--index-url https://mirror.example/simple\n"),
        ("pyproject.toml", '[[tool.uv.index]]\nname = "ours"\n'),
    ],
)
def test_host_planted_in_a_tracked_file_is_found(tree: Path, name: str, text: str) -> None:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    subprocess.run(["git", "add", "."], cwd=tree, check=True)

    faults = check_no_hosts.check(tree)

    assert len(faults) == 1
    assert faults[0].startswith(f"{name}:")


def test_host_in_an_ignored_file_is_nobody_elses_business(tree: Path) -> None:
    (tree / ".gitignore").write_text("mine.txt\n")
    (tree / "mine.txt").write_text(NPM_HOST)

    assert check_no_hosts.check(tree) == []


def test_line_and_host_are_named() -> None:
    assert check_no_hosts.faults_in("notes.md", f"one\ntwo {NPM_HOST}\n") == [
        f"notes.md:2: names the registry {NPM_HOST}"
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package-lock.json", '{"resolved": "", "integrity": "sha512-abc"}'),
        ("requirements/run.lock", "asgiref==3.13.0 --hash=sha256:034c  # via django\n"),
        ("docs/how-to/serve.md", "Open http://localhost:8000/ on this machine.\n"),
        ("src/mortise/content/evidence/range.toml", 'url = "https://doi.org/10.1000/1"\n'),
        ("README.md", "The --index-url of your machine is your own affair.\n"),
    ],
)
def test_innocent_text_passes(name: str, text: str) -> None:
    assert check_no_hosts.faults_in(name, text) == []


def test_main_fails_on_a_planted_fault_and_passes_without(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_no_hosts.main([str(tree)]) == 0
    (tree / "run.lock").write_text(PYTHON_HOST)

    assert check_no_hosts.main([str(tree)]) == 1
    assert "Take the host out" in capsys.readouterr().out
