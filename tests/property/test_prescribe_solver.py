"""The choice of the day is the best there is: SciPy's integer solver, asked the same question, finds no better one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from mortise.prescribe.solve import Goal, Option, Room, choose, fits, goal_of

PURPOSES = ("balance", "mobility", "strength")


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Option], dict[str, int], Room]:
    names = draw(st.lists(st.sampled_from("abcdefghij"), min_size=0, max_size=9, unique=True))
    options = [
        Option(
            name, draw(st.sampled_from(PURPOSES)), draw(st.integers(30, 600)), draw(st.integers(0, 40)),
            draw(st.integers(1, 14)), draw(st.integers(0, 7)),
            frozenset(draw(st.lists(st.sampled_from("abcdefghij"), max_size=2))) - {name},
            tuple(draw(st.lists(st.integers(0, 30), max_size=2))), draw(st.booleans()),
        )
        for name in names
    ]  # fmt: skip
    behind = {purpose: draw(st.integers(0, 10)) for purpose in PURPOSES}
    least = draw(st.integers(1, 3))
    room = Room(
        least,
        draw(st.integers(least, 4)),
        draw(st.none() | st.integers(0, 1500)),
        draw(st.none() | st.integers(0, 80)),
        tuple(draw(st.lists(st.none() | st.integers(0, 60), max_size=2))),
    )
    return options, behind, room


def _columns(options: list[Option], behind: dict[str, int], room: Room) -> list[np.ndarray]:
    """Return each goal as a row over [exercises chosen, purposes covered, number towards the least]."""
    n, m = len(options), len(PURPOSES)
    rows = [np.zeros(n + m + 1) for _ in range(5)]
    rows[0][-1] = 1
    rows[1][n : n + m] = [
        (len(behind) + 1) ** (behind[purpose] - 1) if behind[purpose] else 0 for purpose in PURPOSES
    ]
    rows[2][:n] = [option.overdue for option in options]
    rows[3][n : n + m] = 1
    rows[4][:n] = [-option.seconds for option in options]
    return rows


def _capacities(options: list[Option], room: Room) -> list[tuple[list[int], int]]:
    """Return what each option takes of each limit of the day, and the limit."""
    every = [([o.seconds for o in options], room.seconds), ([o.n_contacts for o in options], room.n_contacts)]
    every += [([(*o.uses, 0, 0)[k] for o in options], left) for k, left in enumerate(room.left)]
    return [(takes, at_most) for takes, at_most in every if at_most is not None]


def by_integer_solver(options: list[Option], behind: dict[str, int], room: Room) -> Goal:
    """Maximise one goal after the other, each held at its best while the next is sought."""
    n, m = len(options), len(PURPOSES)
    size = n + m + 1
    limits: list[tuple[np.ndarray, float, float]] = []

    def row(**at: float) -> np.ndarray:
        line = np.zeros(size)
        for key, value in at.items():
            line[int(key[1:])] = value
        return line

    everything = np.concatenate([np.ones(n), np.zeros(m + 1)])
    limits.append((everything, 0, room.n_most))
    limits.append(
        (np.concatenate([-np.ones(n), np.zeros(m), [1]]), -np.inf, 0)
    )  # towards the least <= chosen
    for takes, at_most in _capacities(options, room):
        limits.append((np.concatenate([takes, np.zeros(m + 1)]), -np.inf, at_most))
    for k, purpose in enumerate(PURPOSES):  # a purpose is covered only by an exercise that is chosen
        line = np.array([-1.0 if o.purpose == purpose else 0.0 for o in options] + [0.0] * (m + 1))
        line[n + k] = 1
        limits.append((line, -np.inf, 0))
    for i, one in enumerate(options):
        for j, other in enumerate(options[:i]):
            if other.id in one.not_with or one.id in other.not_with:
                limits.append((row(**{f"_{i}": 1, f"_{j}": 1}), -np.inf, 1))
    bounds = Bounds(np.zeros(size), np.concatenate([np.ones(n + m), [room.n_least]]))
    found = []
    for goal in _columns(options, behind, room):
        answer = milp(
            -goal, integrality=np.ones(size), bounds=bounds,
            constraints=[LinearConstraint(line, low, high) for line, low, high in limits],
            options={"mip_rel_gap": 0},  # its own default stops at a ten-thousandth: 16384 would do for 16385
        )  # fmt: skip
        assert answer.success
        best = round(float(goal @ np.round(answer.x)))
        found.append(best)
        limits.append((goal, best, np.inf))
    return Goal(*found)


@given(days())
def test_the_integer_solver_finds_no_better_day(day: tuple[list[Option], dict[str, int], Room]) -> None:
    options, behind, room = day
    chosen = choose(options, behind, room)
    assert goal_of(chosen, behind, room.n_least) == by_integer_solver(options, behind, room)


def test_the_integer_solver_does_not_stop_a_ten_thousandth_short() -> None:
    options = [
        Option("a", "mobility", 500, 0, 2, 0, frozenset("c")),
        Option("c", "strength", 300, 0, 2, 0, frozenset("b")),
        Option("e", "mobility", 60, 20, 3, 0),
        Option("j", "balance", 300, 20, 1, 0, frozenset("g")),
    ]
    behind = {"balance": 1, "mobility": 1, "strength": 8}
    room = Room(2, 4, 600, 40)
    best = goal_of(choose(options, behind, room), behind, room.n_least)
    assert best.behind == 16385
    assert by_integer_solver(options, behind, room) == best


@given(days())
def test_of_all_choices_the_best_and_of_those_the_first_is_taken(
    day: tuple[list[Option], dict[str, int], Room],
) -> None:
    """Try every choice there is: the search leaves nothing out that it should have looked at."""
    options, behind, room = day
    ordered = sorted(options, key=lambda one: one.id)
    every = [
        chosen
        for n in range(1, room.n_most + 1)
        for chosen in combinations(ordered, n)
        if all(fits(one, chosen[:k], room) for k, one in enumerate(chosen))
    ]
    best = max([goal_of((), behind, room.n_least), *(goal_of(one, behind, room.n_least) for one in every)])
    first = min(
        ([one.id for one in chosen] for chosen in every if goal_of(chosen, behind, room.n_least) == best), default=[]
    )  # fmt: skip
    assert [one.id for one in choose(options, behind, room)] == first


@given(days())
def test_the_choice_keeps_to_its_room(day: tuple[list[Option], dict[str, int], Room]) -> None:
    options, behind, room = day
    chosen = choose(options, behind, room)
    assert len(chosen) <= room.n_most
    assert [one.id for one in chosen] == sorted(one.id for one in chosen)
    assert all(fits(one, [other for other in chosen if other is not one], room) for one in chosen)


@given(days(), st.randoms(use_true_random=False))
def test_the_order_of_the_options_changes_nothing(
    day: tuple[list[Option], dict[str, int], Room], chance: object
) -> None:
    options, behind, room = day
    shuffled = list(options)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(shuffled, behind, room) == choose(options, behind, room)


def test_one_purpose_far_behind_outweighs_all_others_a_little_behind() -> None:
    options = [
        Option("a", "mobility", 60, 0, 1, 0),
        Option("b", "strength", 60, 0, 14, 7),
        Option("c", "balance", 60, 0, 14, 7),
    ]
    chosen = choose(options, {"mobility": 3, "strength": 2, "balance": 2}, Room(1, 1))
    assert [one.id for one in chosen] == ["a"]


def test_the_exercise_that_lacks_more_of_its_own_week_comes_first() -> None:
    daily, rarely = Option("a", "mobility", 60, 0, 2, 6), Option("b", "mobility", 60, 0, 5, 1)
    assert choose([daily, rarely], {"mobility": 1}, Room(1, 1)) == (daily,)
    assert choose([daily._replace(n_per_week=0), rarely], {"mobility": 1}, Room(1, 1)) == (rarely,)
