"""What a decision is made from: tracks of measures on one day, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from mortise.record.tracks import Track


class Inputs(Struct, frozen=True):
    """Every track as known at the end of `day` (an ordinal), under its key (`record.tracks.key_of`).

    `spent_until` is the day of the last step back, 0 without one: a reading taken up to that day has done its work and
    neither opens a gate nor steps back again.
    """

    day: int
    tracks: Mapping[str, Track]
    spent_until: int = 0

    def until(self, day: int, keys: Iterable[str]) -> Inputs:
        """Return the tracks under `keys` as they were at the end of an earlier `day`."""
        tracks = {key: self.tracks[key].until(day) for key in keys if key in self.tracks}
        return Inputs(day, tracks, self.spent_until)
