"""The tests that can be measured, each with its function; a test's module is loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from mortise.measure.materials import Materials
from mortise.measure.results import MeasureResult
from mortise.terms import RECORDED_TESTS

Measurer = Callable[[Materials], MeasureResult]


class Tests(Mapping[str, Measurer]):
    """Test name to the function that measures it, for every name of `RECORDED_TESTS`.

    The name leads to the function: `heel-rise` is `heel_rise_of` in `mortise.measure._heel_rise`.
    """

    def __getitem__(self, name: str) -> Measurer:
        """Return the function that measures `name`."""
        if name not in RECORDED_TESTS:
            raise KeyError(name)
        plain = name.replace("-", "_")
        return cast(Measurer, getattr(import_module(f"mortise.measure._{plain}"), f"{plain}_of"))

    def __iter__(self) -> Iterator[str]:
        """Return the names in the order in which they are listed."""
        return iter(RECORDED_TESTS)

    def __len__(self) -> int:
        """Return how many tests there are."""
        return len(RECORDED_TESTS)


TESTS = Tests()
