"""The schemas for editors take every file as it is, and refuse what the checks refuse."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

jsonschema = pytest.importorskip("jsonschema")

from mortise.catalog import CONTENT_ROOT  # noqa: E402
from mortise.cli import main  # noqa: E402
from mortise.cli.schema_files import FILES, schema_of_file  # noqa: E402

WHERE = {
    "protocol-file": "protocols/*/protocol.toml", "exercise-file": "exercises/*.toml",
    "measure-file": "measures/*.toml", "evidence-file": "evidence/*.toml", "questionnaire-file": "instruments/*.toml",
}  # fmt: skip
PATHS = [(name, path) for name, pattern in WHERE.items() for path in sorted(CONTENT_ROOT.glob(pattern))]


def read(path: Path) -> Any:
    """Return a file as an editor sees it: dates are text."""
    whole = tomllib.loads(path.read_text(encoding="utf-8"))
    return json.loads(
        json.dumps(whole, default=lambda one: one.isoformat() if isinstance(one, date) else str(one))
    )


@pytest.mark.parametrize(("name", "path"), PATHS, ids=lambda one: one if isinstance(one, str) else one.stem)
def test_every_file_fits_its_schema(name: str, path: Path) -> None:
    schema = schema_of_file(name)
    found = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:120]}"
        for error in jsonschema.Draft202012Validator(schema).iter_errors(read(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("min_days = 7", "min_dayz = 7"), ("any = [", "ani = ["), ("operator = '>='", "operator = 'over'"),
     ("load = 'ease'", "load = 'easy'")],
)  # fmt: skip
def test_a_slip_is_underlined(old: str, new: str) -> None:
    path = CONTENT_ROOT / "protocols" / "restricted-dorsiflexion" / "protocol.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    whole = tomllib.loads(text.replace(old, new, 1))
    document = json.loads(json.dumps(whole, default=str))
    assert not jsonschema.Draft202012Validator(schema_of_file("protocol-file")).is_valid(document)


@pytest.mark.parametrize("name", FILES)
def test_every_schema_is_printed_and_is_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    printed = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(printed)
    assert printed["title"].startswith("Mortise content: ")
