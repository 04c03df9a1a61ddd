"""What warms up stands first, whatever else is chosen."""

from mortise.cli.tables import Lines
from mortise.cli.today import blocks
from mortise.prescribe import todays_session
from mortise.protocol import Circumstances
from mortise.record import Session
from mortise.terms import Load
from tests.unit.prescribe.made import exercise, library, on, slot, stage

LIBRARY = library(
    exercise("hop", purposes=("jumping",)),
    exercise("walk", purposes=("gait",)),
    exercise("zz-warm-up", purposes=("warm-up",)),
)
STAGE = stage(slot("hop", "jumping"), slot("walk", "gait"), slot("zz-warm-up", "warm-up"))


def session(*, is_locked: bool = False) -> Session:
    return todays_session(
        session_id="s", as_of=on(0), stage=STAGE, exercises=LIBRARY, states={}, done=(), load=Load.KEEP,
        constraints=(), circumstances=Circumstances(), is_locked=is_locked,
    )  # fmt: skip


def test_the_warm_up_comes_first_and_the_rest_keeps_its_order() -> None:
    assert [one.exercise for one in session().exercises] == ["zz-warm-up", "hop", "walk"]


def test_a_frozen_day_says_its_reason_once() -> None:
    shown = blocks(session(is_locked=True), "G2", for_patient=True)
    lines = [line for one in shown if isinstance(one, Lines) for line in one.lines]
    assert lines.count("Your programme is paused.") == 1
    assert any("Hop; " in line for line in lines)
