"""Today's session, solved exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from mortise.prescribe.states import DoneSession, DoseState
from mortise.protocol import Circumstances, Constraint, Exercise, Stage
from mortise.record import Session
from mortise.terms import Load


def todays_session(
    *,
    session_id: str,
    as_of: date,
    stage: Stage,
    exercises: Mapping[str, Exercise],
    states: Mapping[str, DoseState],
    done: Sequence[DoneSession],
    load: Load,
    constraints: Sequence[Constraint],
    circumstances: Circumstances,
    dose_pct: Decimal | None = None,
    is_locked: bool = False,
) -> Session:
    """Solve today's session: at most `stage.n_exercises`, within time, equipment and every constraint."""
    raise NotImplementedError
