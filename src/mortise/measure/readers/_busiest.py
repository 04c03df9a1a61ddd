"""Of rows that come without end, keep the stretch with most movement."""

from __future__ import annotations

from collections import deque

import numpy as np

from mortise.measure.recording import Floats


class Busiest:
    """The stretch of at most `n_most` rows with most movement, of as many rows as are added.

    Twice as many rows are held at most: those of the last stretch and those of the best so far.
    """

    def __init__(self, n_most: int, moving: list[int]) -> None:
        self._n_most = n_most
        self._moving = moving
        self._last: deque[tuple[Floats, float]] = deque()
        self._n_last = 0
        self._movement = 0.0
        self._best: tuple[float, int, list[Floats]] | None = None
        self.n_seen = 0

    def add(self, rows: Floats) -> None:
        """Add rows in the order of time."""
        movement = self._movement_of(rows)
        self._last.append((rows, movement))
        self._n_last += len(rows)
        self._movement += movement
        self.n_seen += len(rows)
        has_dropped = False
        while self._n_last > self._n_most and len(self._last) > 1:
            gone, less = self._last.popleft()
            if not has_dropped and self._best is None:
                # the first full stretch, before its start is let go
                kept = [gone, *(each for each, _ in self._last)][:-1]
                self._best = (self._movement - movement, 0, kept)
            has_dropped = True
            self._n_last -= len(gone)
            self._movement -= less
        if self._best is not None and self._movement > self._best[0]:
            self._best = (self._movement, self.n_seen - self._n_last, [each for each, _ in self._last])

    @property
    def first_row(self) -> int:
        """Number of the first row that is kept."""
        return self._best[1] if self._best is not None else 0

    def rows(self) -> Floats:
        """Return the rows that are kept."""
        if self._best is None:
            return np.concatenate([each for each, _ in self._last])
        return np.concatenate(self._best[2])[: self._n_most]

    def _movement_of(self, rows: Floats) -> float:
        """Return how much the moving columns change from row to row, summed."""
        with np.errstate(invalid="ignore", over="ignore"):
            steps = np.abs(np.diff(rows[:, self._moving], axis=0))
            return float(np.sum(np.where(steps < 1e6, steps, 0.0)))
