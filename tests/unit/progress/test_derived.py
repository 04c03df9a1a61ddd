"""Derived measures of every kind, sessions in a row, adherence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mortise.errors import ContentError
from mortise.progress.derived import Course, derive
from mortise.progress.readings import Seen, track
from mortise.progress.sessions import Bout, adherence, light_run
from mortise.protocol import Light
from mortise.record.tracks import Track, key_of
from mortise.terms import Cause, Derivation, Limb
from tests import builders as b

TODAY = 40


def bout(day: int, light: Light | None, **changes: Any) -> Bout:
    given: dict[str, Any] = {"id": f"s{day}", "counts": True, "is_pending": False, "readings": (f"s{day}",)}
    return Bout(**(given | {"day": day, "light": light} | changes))


def answers(measure: str, values: dict[int, int | None]) -> dict[str, Track]:
    seen = [
        Seen(
            f"c{day}",
            day,
            None if value is None else Decimal(value),
            "",
            Limb.NONE,
            "self_report",
            is_answer=True,
        )
        for day, value in values.items()
    ]
    return {key_of(measure, Limb.NONE): track(b.measures()[measure], Limb.NONE, seen)}


def lunges(left: dict[int, str], right: dict[int, str], instrument: str = "tape") -> dict[str, Track]:
    found = {}
    for limb, values in ((Limb.INVOLVED, left), (Limb.UNINVOLVED, right)):
        used = instrument if limb is Limb.UNINVOLVED else "tape"
        seen = [Seen(f"{limb}{day}", day, Decimal(v), "cm", limb, used) for day, v in values.items()]
        if seen:
            found[key_of("lunge_cm", limb)] = track(b.measures()["lunge_cm"], limb, seen)
    return found


def course(tracks: dict[str, Track] | None = None, bouts: tuple[Bout, ...] = (), **changes: Any) -> Course:
    given: dict[str, Any] = {
        "tracks": tracks or {}, "measures": b.measures(), "bouts": bouts, "days": range(TODAY, TODAY + 1),
        "plan_from": 1, "stage_from": 10, "evidence_from": 10, "told_day": 38, "n_per_week": 4,
    }  # fmt: skip
    return Course(**(given | changes))


def value(kind: str, of: str = "", *, on: Course, **how: Any) -> Decimal | Cause | None:
    measure = b.derived("x", Derivation(kind=kind, of=of, **how), low=b.D(-999), resolution=b.D("0.1"))
    made = derive(measure, on)
    return made.cause if made.cause is not None else made.newest.value if made.newest else None


PAIN = answers("pain_worst_24h_nrs", {34: 2, 36: 6, 38: 4, 40: 7})


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("sum", {"window_days": 7}, Decimal(19)),
        ("sum", {"window_days": 5}, Decimal(17)),
        ("max", {"window_days": 3}, Decimal(7)),
        ("count_at_least", {"window_days": 7, "at_least": Decimal(6)}, Decimal(2)),
        ("change_from_usual", {"window_days": 28}, Decimal(3)),
        ("change_from_usual", {"window_days": 4}, Cause.TOO_FEW),
    ],
)
def test_what_is_counted_over_a_window(kind: str, how: dict[str, Any], expected: Decimal | Cause) -> None:
    assert value(kind, "pain_worst_24h_nrs", on=course(PAIN), **how) == expected


@pytest.mark.parametrize("kind", ["sum", "max", "count_at_least", "change_from_usual", "flare"])
def test_nothing_asked_is_missing_never_zero(kind: str) -> None:
    assert value(kind, "pain_worst_24h_nrs", on=course(), window_days=7) is Cause.MISSING


BOUTS = (
    bout(20, Light.GREEN), bout(24, Light.RED), bout(30, Light.RED), bout(32, Light.GREEN), bout(34, Light.GREEN),
    bout(36, Light.GREEN_AMBER), bout(38, Light.GREEN), bout(40, None, is_pending=True),
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "how", "expected"),
    [
        ("last_light", {}, Decimal(3)),
        ("running_light", {"light": "green"}, Decimal(1)),
        ("running_light", {"light": "green_amber"}, Decimal(4)),
        ("running_light_or_worse", {"light": "amber"}, Decimal(0)),
        ("days_with_light", {"light": "red", "window_days": 14}, Decimal(1)),
        ("days_with_light", {"light": "red", "window_days": 28}, Decimal(2)),
        ("days_with_light", {"light": "green_amber", "window_days": 14}, Decimal(2)),
        ("days_in_stage", {}, Decimal(30)),
        ("days_silent", {}, Decimal(2)),
        ("days_since_session", {}, Decimal(0)),
        ("adherence", {"window_days": 14}, Decimal(75)),
    ],
)
def test_what_is_read_from_sessions(kind: str, how: dict[str, Any], expected: Decimal) -> None:
    assert value(kind, on=course(bouts=BOUTS), **how) == expected


def test_red_days_before_a_step_back_have_been_answered() -> None:
    stepped = course(bouts=BOUTS, evidence_from=31)
    assert value("days_with_light", light="red", window_days=28, on=stepped) == Decimal(0)
    across = value("days_with_light", light="red", window_days=28, across_stages=True, on=stepped)
    assert across == Decimal(2)  # what a clinician is asked about forgets nothing


def test_sides_are_compared_within_two_weeks_and_one_instrument() -> None:
    near = course(lunges({30: "5.0", 40: "7.0"}, {33: "10.0"}))
    assert value("side_difference", "lunge_cm", on=near) == Decimal("3.0")
    assert value("limb_symmetry", "lunge_cm", on=near) == Decimal("70.0")
    assert (
        value("side_difference", "lunge_cm", on=course(lunges({40: "7.0"}, {20: "10.0"})))
        is Cause.INSTRUMENT_CHANGED
    )
    other = course(lunges({40: "7.0"}, {40: "10.0"}, instrument="tape_home"))
    assert value("side_difference", "lunge_cm", on=other) is Cause.INSTRUMENT_CHANGED
    assert value("side_difference", "lunge_cm", on=course(lunges({40: "7.0"}, {}))) is Cause.WRONG_SIDE
    assert value("side_difference", "lunge_cm", on=course()) is Cause.MISSING


def test_errors_of_a_comparison_add_as_squares() -> None:
    made = derive(b.measures()["lunge_side_difference_cm"], course(lunges({40: "7.0"}, {40: "10.0"})))
    assert made.newest is not None
    assert made.newest.error == Decimal("0.9899")  # 0.7 × √2


def test_a_trouble_of_one_side_is_a_trouble_of_the_comparison() -> None:
    tracks = lunges({30: "7.0", 40: "7.0"}, {30: "10.0"})
    seen = [
        Seen(f"u{day}", day, Decimal(cm), "cm", Limb.UNINVOLVED, "tape") for day, cm in ((30, 10), (40, 80))
    ]
    tracks[key_of("lunge_cm", Limb.UNINVOLVED)] = track(b.measures()["lunge_cm"], Limb.UNINVOLVED, seen)
    assert value("side_difference", "lunge_cm", on=course(tracks)) is Cause.IMPLAUSIBLE


def test_an_unknown_kind_light_or_source_is_the_authors_error() -> None:
    for how in (
        {"kind": "guess"},
        {"kind": "sum", "of": "nothing"},
        {"kind": "running_light", "light": "blue"},
    ):
        with pytest.raises(ContentError):
            value(on=course(bouts=BOUTS), **how)
    with pytest.raises(ContentError):
        derive(b.measure("x"), course())


def test_late_or_overdone_sessions_count_for_nothing_and_break_nothing() -> None:
    bouts = (bout(1, Light.GREEN), bout(2, Light.GREEN, counts=False), bout(3, Light.GREEN))
    assert light_run(bouts, Light.GREEN, or_worse=False) == (2, ("s3", "s1"))


def test_a_session_of_unknown_light_ends_a_calm_run() -> None:
    bouts = (bout(1, Light.GREEN), bout(2, None), bout(3, Light.GREEN))
    assert light_run(bouts, Light.GREEN, or_worse=False)[0] == 1
    assert (
        light_run((bout(1, Light.RED), bout(2, None), bout(3, Light.RED)), Light.RED, or_worse=True)[0] == 2
    )


def test_adherence_is_unknown_in_the_first_week_and_never_above_all() -> None:
    done = [bout(day, Light.GREEN) for day in range(1, 30)]
    assert adherence(done, day=5, from_day=1, window_days=28, n_per_week=4) is None
    assert adherence(done, day=20, from_day=1, window_days=14, n_per_week=4) == Decimal(100)
    assert adherence([], day=20, from_day=1, window_days=14, n_per_week=4) == Decimal(0)
    assert adherence([], day=20, from_day=1, window_days=14, n_per_week=0) is None
