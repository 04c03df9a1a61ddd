"""Work side by side: in order, a few tasks ahead and no more, in other processes or in this one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from mortise.episode.side_by_side import N_AHEAD, in_order, n_processes


def square(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def fail(number: int) -> int:
    raise ValueError(str(number))


@pytest.mark.parametrize(("n_workers", "start"), [(1, "fork"), (2, "fork"), (2, "spawn")])
def test_results_come_in_the_order_of_the_tasks(n_workers: int, start: str) -> None:
    found = list(in_order(square, range(9), n_workers, start=start))
    assert [one for one, _ in found] == [number * number for number in range(9)]
    assert ({pid for _, pid in found} == {os.getpid()}) is (n_workers == 1)


def test_tasks_are_read_only_a_few_ahead_of_what_was_asked_for() -> None:
    read: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    found = in_order(square, tasks(), 2)
    for n_asked in range(1, 20):
        next(found)
        assert len(read) <= n_asked + 2 * N_AHEAD
    found.close()
    assert len(read) < 30


def test_what_goes_wrong_in_another_process_is_told_here() -> None:
    with pytest.raises(ValueError, match="0"):
        list(in_order(fail, range(4), 2))


def test_as_many_processes_as_cores_unless_told() -> None:
    assert n_processes() >= 1
    assert n_processes(3) == 3
