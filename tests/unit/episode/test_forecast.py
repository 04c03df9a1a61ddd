"""When the next gate could open, from the lines that are not yet in place."""

from __future__ import annotations

from datetime import timedelta

from mortise.episode import Story, story
from mortise.protocol import Group
from mortise.record import Fact
from mortise.terms import Limb
from tests import builders as b

CONTENT = b.SmallContent()


def told(*facts: Fact, n: int, content: b.SmallContent = CONTENT) -> Story:
    return story(b.record(*facts), content, b.day(n))


def rising(*, until: int = 35, first: float = 1.0, by: float = 0.4) -> list[Fact]:
    """Return calm days, a good timed up and go, and a lunge that rises week by week."""
    weeks = range(0, until + 1, 7)
    return [
        *(b.check_in(f"c{n}", n) for n in range(until + 1)),
        *(b.reading(f"l{n}", n, value=str(round(first + by * k, 1))) for k, n in enumerate(weeks)),
        b.tug("t", until),
    ]


def test_the_gate_waits_for_the_line_that_is_not_yet_there() -> None:
    found = told(*rising(), n=35).gate_forecast
    assert found is not None
    assert [line.criterion for line in found.lines] == ["exit.lunge"]
    assert found.slowest == "exit.lunge"
    assert found.on_early is not None
    assert found.on_early > b.day(35)
    assert found.on_late is None or found.on_late > found.on_early


def test_nearer_the_bound_is_sooner() -> None:
    far = told(*rising(first=1.0), n=35).gate_forecast
    near = told(*rising(first=2.5), n=35).gate_forecast
    assert far is not None
    assert near is not None
    assert far.on_early is not None
    assert near.on_early is not None
    assert near.on_early < far.on_early


def test_a_gate_that_is_open_is_open_today() -> None:
    ready = told(*b.ready_to_advance(), n=12).gate_forecast
    assert ready is not None
    assert ready.lines == ()
    assert ready.on_early == ready.on_late == b.day(12)


def test_the_minimum_stay_counts() -> None:
    early = told(*b.ready_to_advance(until=3), n=3).gate_forecast
    assert early is not None
    assert early.on_early is not None
    assert early.on_early >= b.DAY0 + timedelta(days=7)


def test_what_is_not_known_could_be_found_today_or_never() -> None:
    facts = [fact for fact in rising(first=6.0) if fact.id != "t"]
    found = told(*facts, n=35).gate_forecast
    assert found is not None
    line = next(line for line in found.lines if line.criterion == "exit.tug")
    assert line.on_early == b.day(35)
    assert line.on_late is None
    assert line.why == "not known yet"
    assert found.on_late is None


def test_a_line_of_alternatives_opens_with_the_first() -> None:
    slow = b.criterion(
        "exit.lunge", "lunge_cm", ">=", 5, limb=Limb.INVOLVED, reduce="filtered", max_age_days=28, unit="cm"
    )
    easy = b.criterion("exit.pain", "pain_worst_24h_nrs", "<=", 3)
    either = b.protocol(
        stages=(
            b.stage(1, (Group(id="either", n_needed=1, of=(slow, easy)),)),
            b.stage(2, ()),
            b.stage(3, ()),
        )
    )
    found = told(*rising(), n=35, content=b.SmallContent(either)).gate_forecast
    assert found is not None
    assert found.on_early == found.on_late == b.day(35)


def test_falling_is_not_foreseen() -> None:
    found = told(*rising(first=4.5, by=-0.4), n=35).gate_forecast
    assert found is not None
    assert found.on_late is None


def test_while_locked_nothing_is_foreseen() -> None:
    red = b.check_in("red", 35, {"red_calf": b.D(1)})
    assert told(*rising(), red, n=35).gate_forecast is None


def test_a_stage_without_an_exit_has_no_gate() -> None:
    facts = [b.entry("in", 2, "S3"), *rising()]
    assert told(*facts, n=35).gate_forecast is None
