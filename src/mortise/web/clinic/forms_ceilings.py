"""A clinic's own ceilings of the four counters in the plan form: less than the protocol allows, never more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from mortise.prescribe.counters import COUNTER_WORDS
from mortise.protocol import Ceiling, Constraint, Stage

CEILING = "plan.ceiling."


def ceiling_fields(stage: Stage, kept: Sequence[Constraint]) -> dict[str, forms.IntegerField]:
    """Return a field for each counter of the stage, by name, filled with what stands."""
    standing = {
        one.counter: one.per_week for limit in kept if _is_ours(limit) for one in limit.ceilings or ()
    }
    return {
        f"most-{one.counter.value}": forms.IntegerField(
            label=f"At most {COUNTER_WORDS[one.counter][0]}, in seven days",
            required=False, min_value=0, max_value=int(one.per_week), initial=standing.get(one.counter),
            help_text=f"The protocol allows {one.per_week}. Only less can be set; empty leaves the protocol’s.",
        )
        for one in stage.ceilings
    }  # fmt: skip


def ceilings_wanted(
    stage: Stage, kept: Sequence[Constraint], cleaned: Mapping[str, Any], author: str, reason: str
) -> list[Constraint]:
    """Return the constraints of what was typed, and those of counters that this stage does not show."""
    shown = {one.counter for one in stage.ceilings}
    found = [
        one for one in kept if _is_ours(one) and not any(each.counter in shown for each in one.ceilings or ())
    ]
    before = {one.id: one for one in kept}
    for counter in (one.counter for one in stage.ceilings):
        amount = cleaned.get(f"most-{counter.value}")
        if amount is None:
            continue
        name = f"{CEILING}{counter.value}.{amount}"
        words, patient = COUNTER_WORDS[counter]
        found.append(before.get(name) or Constraint(
            id=name, author=author, reason=f"At most {amount} {words} in seven days. {reason}".rstrip(),
            reason_patient=f"There is a limit to {patient} in a week.",
            ceilings=(Ceiling(counter=counter, per_week=Decimal(amount)),),
        ))  # fmt: skip
    return found


def _is_ours(one: Constraint) -> bool:
    return one.id.startswith(CEILING)
