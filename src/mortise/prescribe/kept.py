"""Answers kept for as long as the very same things are asked about: what never changes need not be worked out twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """The newest answers, by the identity of what they were made from.

    It changes no result: whoever asks gives only frozen things and tuples, and is answered only for the same ones.
    """

    def __init__(self, n_most: int) -> None:
        """Start empty.

        Parameters
        ----------
        n_most : int
            How many answers are kept; then all are forgotten.
        """
        self._n_most = n_most
        self._answers: dict[tuple[int, ...], tuple[tuple[object, ...], _T]] = {}

    def get(self, of: tuple[object, ...], make: Callable[[], _T]) -> _T:
        """Return the answer for the same things, or make it.

        Parameters
        ----------
        of : tuple
            What the answer depends on. It is held for as long as the answer is, so that no identity is used twice.
        make : callable
            Makes the answer.

        Returns
        -------
        object
            The answer.
        """
        key = tuple(map(id, of))
        kept = self._answers.get(key)
        if kept is not None:
            return kept[1]
        if len(self._answers) >= self._n_most:
            self._answers.clear()
        answer = make()
        self._answers[key] = (of, answer)
        return answer
