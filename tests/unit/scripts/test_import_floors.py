"""The import contracts of pyproject.toml, run over a small copy of the house with planted faults."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

FLOORS = (
    ("cli",),
    ("web", "proof"),
    ("simulate", "fhir", "report"),
    ("episode",),
    ("decide", "prescribe", "progress", "measure", "catalog"),
    ("record",),
    ("protocol",),
    ("terms",),
    ("units",),
    ("errors",),
)
WEB_FLOORS = (("demo",), ("clinic", "phone", "fhirapi"), ("care",), ("accounts",), ("audit", "ui"))
NOT_BUILT_YET = ("proof", "fhir", "web/fhirapi")


def plant(root: Path, module: str, text: str = "") -> None:
    """Write one module, `mortise.room.name`, and the packages above it."""
    path = root / Path(*module.split(".")).with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.parents[: len(path.relative_to(root).parents) - 1]:
        (package / "__init__.py").touch()
    path.write_text(text)


def inside(room: str) -> str:
    """Name a module that every house has inside a room."""
    return "urls" if room == "web" else "room"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a house with every room and nothing in them."""
    for floor in FLOORS:
        for room in floor:
            plant(tmp_path, f"mortise.{room}.{inside(room)}")
    for floor in WEB_FLOORS:
        for room in floor:
            plant(tmp_path, f"mortise.web.{room}.room")
    return tmp_path


def lint(root: Path, *contracts: str) -> tuple[int, str]:
    """Run the real contracts over a house; return the exit status and what was printed, on one line."""
    done = subprocess.run(
        [LINT_IMPORTS, "--config", ROOT / "pyproject.toml", "--no-cache", "--no-logo"]
        + [word for contract in contracts for word in ("--contract", contract)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_house_without_faults_keeps_every_contract(house: Path) -> None:
    status, printed = lint(house)

    assert status == 0, printed
    assert "0 broken" in printed


def test_house_without_the_rooms_not_built_yet_keeps_every_contract(house: Path) -> None:
    for room in NOT_BUILT_YET:
        for path in (house / "mortise" / room).glob("*.py"):
            path.unlink()
        (house / "mortise" / room).rmdir()

    status, printed = lint(house)

    assert status == 0, printed


def test_every_import_up_or_across_a_floor_is_found(house: Path) -> None:
    up = [(lower[0], upper[0]) for upper, lower in itertools.pairwise(FLOORS)]
    across = [(floor[i], floor[i + 1]) for floor in FLOORS for i in range(len(floor) - 1)]
    across += [(right, left) for left, right in across]
    for importer, imported in up + across:
        plant(house, f"mortise.{importer}.to_{imported}", f"import mortise.{imported}.{inside(imported)}\n")

    status, printed = lint(house, "floors")

    assert status == 1
    for importer, imported in up + across:
        assert f"mortise.{importer}.to_{imported} -> mortise.{imported}.{inside(imported)}" in printed


def test_every_import_up_or_across_a_floor_of_web_is_found(house: Path) -> None:
    up = [(lower[0], upper[0]) for upper, lower in itertools.pairwise(WEB_FLOORS)]
    across = [
        ("clinic", "phone"),
        ("phone", "clinic"),
        ("phone", "fhirapi"),
        ("ui", "audit"),
        ("audit", "ui"),
    ]
    for importer, imported in up + across:
        plant(house, f"mortise.web.{importer}.to_{imported}", f"import mortise.web.{imported}.room\n")

    status, printed = lint(house, "web-floors")

    assert status == 1
    for importer, imported in up + across:
        assert f"mortise.web.{importer}.to_{imported} -> mortise.web.{imported}.room" in printed


@pytest.mark.parametrize(
    ("room", "contract"), [("mortise.weather.room", "floors"), ("mortise.web.weather.room", "web-floors")]
)
def test_room_that_is_on_no_floor_breaks_the_contract(house: Path, room: str, contract: str) -> None:
    plant(house, room)

    status, printed = lint(house, contract)

    assert status == 1
    assert "weather" in printed


def test_cli_that_looks_inside_web_is_found(house: Path) -> None:
    plant(house, "mortise.cli.serve", "import mortise.web\n")
    assert lint(house, "cli-outside-web")[0] == 0

    plant(house, "mortise.cli.nosy", "from mortise.web.care import room\n")
    status, printed = lint(house, "cli-outside-web")

    assert status == 1
    assert "mortise.cli.nosy -> mortise.web.care.room" in printed


def test_django_below_web_is_found_in_any_room(house: Path) -> None:
    plant(house, "mortise.web.care.models", "from django.db import models\n")
    plant(house, "mortise.cli.serve", "from django.core import management\nimport mortise.web.care.models\n")
    assert lint(house, "django-only-in-web")[0] == 0

    rooms = [room for floor in FLOORS for room in floor if room not in {"web", "cli"}]
    for room in [*rooms, "weather"]:
        plant(house, f"mortise.{room}.orm", "from django.db import models\n")
    status, printed = lint(house, "django-only-in-web")

    assert status == 1
    for room in [*rooms, "weather"]:
        assert f"mortise.{room}.orm -> django" in printed


@pytest.mark.parametrize(
    "statement",
    [
        "import numpy as np",
        "from pathlib import Path",
        "import random",
        "import time",
        "import socket",
        "import os",
    ],
)
def test_arrays_files_clock_chance_and_network_are_found_in_rooms_that_decide(
    house: Path, statement: str
) -> None:
    rooms = ("terms", "protocol", "record", "decide", "prescribe")
    for room in rooms:
        plant(house, f"mortise.{room}.impure", f"{statement}\n")
    plant(house, "mortise.measure.gait", f"{statement}\n")

    status, printed = lint(house, "pure-rooms")

    assert status == 1
    module = statement.split()[1]
    for room in rooms:
        assert f"mortise.{room}.impure -> {module}" in printed
    assert "mortise.measure" not in printed


def test_impurity_reached_through_a_lower_room_is_found(house: Path) -> None:
    plant(house, "mortise.units.tables", "import random\n")
    plant(house, "mortise.decide.gates", "import mortise.units.tables\n")

    status, printed = lint(house, "pure-rooms")

    assert status == 1
    assert "mortise.units.tables -> random" in printed
