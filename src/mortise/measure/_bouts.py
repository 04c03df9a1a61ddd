"""Bouts of walking over both feet together."""

from __future__ import annotations

import msgspec

from mortise.measure.results import Bout, Stride


def join_bouts(per_foot: list[list[Stride]]) -> tuple[tuple[Bout, ...], list[list[Stride]]]:
    """Number bouts over both feet together: spells of either foot that overlap are one bout."""
    spells = sorted(
        (
            min(s.foot_strike_s for s in strides if s.bout == number),
            max(s.next_foot_strike_s for s in strides if s.bout == number),
        )
        for strides in per_foot
        for number in {s.bout for s in strides}
    )
    joined: list[list[float]] = []
    for start, end in spells:
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    renumbered = [
        [
            msgspec.structs.replace(
                s, bout=next(n for n, (a, b) in enumerate(joined, 1) if a <= s.foot_strike_s <= b)
            )
            for s in strides
        ]
        for strides in per_foot
    ]
    bouts = tuple(
        Bout(
            number=number,
            start_s=start,
            end_s=end,
            n_strides=sum(s.bout == number for strides in renumbered for s in strides),
            distance_m=round(
                max(sum(s.stride_length_m for s in strides if s.bout == number) for strides in renumbered), 2
            ),
        )
        for number, (start, end) in enumerate(joined, 1)
    )
    return bouts, renumbered
