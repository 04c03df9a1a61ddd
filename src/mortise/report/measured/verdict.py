"""Whether to believe a result: said by the room that measures, handed on to those who draw it."""

from __future__ import annotations

from mortise.measure.verdict import Trust, Verdict, counts_of, verdict_of

__all__ = ["Trust", "Verdict", "counts_of", "verdict_of"]
