"""The house rules that only our own check sees, each with a planted fault and its innocent neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import check_ast

PACKAGE = "src/mortise"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with one model of care."""
    write(tmp_path, f"{PACKAGE}/web/care/models/people.py", "class Patient:\n    pass\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    """Plant one file."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_tree_without_faults_passes(tree: Path) -> None:
    assert check_ast.check(tree) == []
    assert check_ast.main([str(tree)]) == 0


@pytest.mark.parametrize(
    "line",
    [
        "Patient.objects.filter(name='Ben')",
        "people.Patient.objects.all()",
        "Patient._default_manager.get(pk=1)",
        "get_object_or_404(Patient, pk=1)",
        "apps.get_model('care', 'Patient')",
        "apps.get_model('care.Patient')",
    ],
)
def test_patient_data_reached_past_care_is_found(tree: Path, line: str) -> None:
    write(tree, f"{PACKAGE}/web/clinic/views.py", f"\n{line}\n")

    assert [fault.split(": ")[0] for fault in check_ast.check(tree)] == [f"{PACKAGE}/web/clinic/views.py:2"]


def test_care_and_models_of_others_may_use_their_managers(tree: Path) -> None:
    write(tree, f"{PACKAGE}/web/care/services/people.py", "Patient.objects.all()\n")
    write(tree, f"{PACKAGE}/web/clinic/views.py", "Invitation.objects.all()\n")
    write(tree, f"{PACKAGE}/web/care/migrations/0002_fill.py", "apps.get_model('care', 'Patient')\n")

    assert check_ast.check(tree) == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now()",
        "datetime.datetime.now(tz=UTC)",
        "date.today()",
        "datetime.utcnow()",
        "timezone.now()",
        "field = timezone.now",
        "time.time()",
        "time.monotonic()",
        "from time import perf_counter",
    ],
)
@pytest.mark.parametrize("room", ["decide", "measure", "simulate"])
def test_clock_below_web_is_found(tree: Path, room: str, line: str) -> None:
    write(tree, f"{PACKAGE}/{room}/gates.py", f"{line}\n")

    faults = check_ast.check(tree)

    assert len(faults) == 1
    assert "looks at the clock" in faults[0]


def test_module_directly_in_the_package_has_no_clock_either(tree: Path) -> None:
    write(tree, f"{PACKAGE}/units.py", "date.today()\n")

    assert len(check_ast.check(tree)) == 1


def test_cli_and_web_may_look_at_the_clock(tree: Path) -> None:
    write(tree, f"{PACKAGE}/cli/decide.py", "date.today()\n")
    write(tree, f"{PACKAGE}/web/clinic/views.py", "timezone.now()\n")
    write(tree, f"{PACKAGE}/decide/gates.py", "reading.time_s + recording.time\n")

    assert check_ast.check(tree) == []


@pytest.mark.parametrize("call", ["open('x')", "uuid.uuid4()", "uuid4()", "print(1)", "eval('1')"])
def test_file_or_chance_in_a_room_that_decides_is_found(tree: Path, call: str) -> None:
    write(tree, f"{PACKAGE}/decide/gates.py", f"{call}\n")
    write(tree, f"{PACKAGE}/measure/readers.py", f"{call}\n")

    assert [fault.split(":")[0] for fault in check_ast.check(tree)] == [f"{PACKAGE}/decide/gates.py"]


@pytest.mark.parametrize("name", [f"{PACKAGE}/measure/gait.py", "scripts/big.py", "validation/gait.py"])
def test_module_above_four_hundred_lines_is_found(tree: Path, name: str) -> None:
    write(tree, name, "pass\n" * 400)
    assert check_ast.check(tree) == []

    write(tree, name, "pass\n" * 401)
    assert check_ast.check(tree) == [f"{name}:401: 401 lines; split it before 400"]


def test_migrations_and_tests_may_be_long(tree: Path) -> None:
    write(tree, f"{PACKAGE}/web/care/migrations/0001_initial.py", "pass\n" * 500)
    write(tree, "tests/unit/test_gait.py", "pass\n" * 500)

    assert check_ast.check(tree) == []


def test_module_that_cannot_be_read_is_a_fault_not_a_crash(tree: Path) -> None:
    write(tree, f"{PACKAGE}/decide/gates.py", "def (\n")

    assert "cannot be read" in check_ast.check(tree)[0]


@pytest.mark.parametrize(
    ("markup", "word"),
    [
        ('<p style="color: red">', "inline style"),
        ("<p\n  class='x'\n  style='color: red'>", "inline style"),
        ("<style>p { color: red }</style>", "style element"),
        ("<script>alert(1)</script>", "inline script"),
        ('<script type="module">import "x"</script>', "inline script"),
        ('<button onclick="go()">', "event handler"),
        ('<a href="javascript:go()">', "script in an address"),
    ],
)
def test_template_the_security_policy_would_refuse_is_found(tree: Path, markup: str, word: str) -> None:
    write(tree, f"{PACKAGE}/web/ui/templates/ui/base.html", f"\n{markup}\n")

    faults = check_ast.check(tree)

    assert len(faults) == 1
    assert faults[0].startswith(f"{PACKAGE}/web/ui/templates/ui/base.html:2: ")
    assert word in faults[0]


@pytest.mark.parametrize(
    "markup",
    [
        '<script type="module" src="{% static \'phone/js/player.js\' %}"></script>',
        '<script src="x.js"></script>',
        '<script type="application/json" id="plan">{}</script>',
        '<p data-style="calm" class="style">on = off</p>',
        "{# <p style='x'> #}",
        "{% comment %}<style>{% endcomment %}",
    ],
)
def test_innocent_template_passes(tree: Path, markup: str) -> None:
    write(tree, f"{PACKAGE}/web/ui/templates/ui/base.html", markup)

    assert check_ast.check(tree) == []


def test_main_prints_the_faults_and_fails(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree, f"{PACKAGE}/decide/gates.py", "date.today()\n")

    assert check_ast.main([str(tree)]) == 1
    assert "decide/gates.py:1: date.today looks at the clock" in capsys.readouterr().out
