"""Random but plausible records of Ben's, three weeks long."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from mortise.record import Fact, PatientRecord
from tests import builders as b

LAST = 21
CONTENT = b.SmallContent()


def _day(draw: st.DrawFn, n: int) -> list[Fact]:
    facts: list[Fact] = []
    pain = draw(st.integers(0, 7))
    if draw(st.booleans()):
        can_say = draw(st.integers(0, 9)) > 0
        answers: dict[str, Decimal | None] = {
            "pain_now_nrs": b.D(pain) if can_say else None,
            "pain_worst_24h_nrs": b.D(min(10, pain + draw(st.integers(0, 2)))),
            "swelling_self": b.D(draw(st.sampled_from((0, 0, 0, 1, 2)))),
        }
        facts.append(b.check_in(f"c{n}", n, answers))
    if draw(st.integers(0, 2)) == 0:
        facts.append(
            b.session(
                f"s{n}", n, draw(st.integers(0, 7)), logged_on=b.day(n + draw(st.sampled_from((0, 0, 3))))
            )
        )
        facts.append(b.morning(f"m{n}", n + 1, draw(st.integers(0, 6))))
    if draw(st.integers(0, 5)) == 0:
        value = Decimal(draw(st.integers(30, 110))) / 10
        facts.append(b.reading(f"l{n}", n, value=str(value)))
        facts.append(b.reading(f"u{n}", n, value="9", side=b.Side.RIGHT))
    if draw(st.integers(0, 9)) == 0:
        facts.append(b.tug(f"t{n}", n, draw(st.integers(7, 16))))
    return facts


@st.composite
def facts(draw: st.DrawFn, *, is_calm: bool = False) -> list[Fact]:
    """Draw three weeks of facts, in S1 or S2; half of them start from a patient who is ready to advance."""
    found: list[Fact] = []
    if is_calm or draw(st.booleans()):
        found += [b.moved(fact, LAST - 12) for fact in b.ready_to_advance()]
    names = {fact.id for fact in found}
    for n in range(LAST + 1):
        found += [fact for fact in _day(draw, n) if fact.id not in names]
    if draw(st.booleans()):
        found.append(b.entry("e", draw(st.integers(0, 14))))
    return found


@st.composite
def records(draw: st.DrawFn) -> PatientRecord:
    """Draw a record."""
    return b.record(*draw(facts()))


@dataclass
class Worse:
    """The same record twice: as it is, and with one answer of a late day worse."""

    record: PatientRecord
    worse: PatientRecord


@st.composite
def worse(draw: st.DrawFn) -> Worse:
    """Draw a record and make one symptom of the last two days worse."""
    found = draw(facts())
    name = draw(st.sampled_from(("pain_now_nrs", "pain_worst_24h_nrs", "swelling_self", "red_fall")))
    top = {"swelling_self": 3, "red_fall": 1}.get(name, 10)
    n = draw(st.integers(LAST - 1, LAST))
    base = draw(st.integers(0, top))
    more = draw(st.integers(base, top))
    kept = [fact for fact in found if fact.id != f"c{n}"]
    mild = b.check_in(f"c{n}", n, {name: b.D(base)})
    hard = b.check_in(f"c{n}", n, {name: b.D(more)})
    return Worse(b.record(*kept, mild), b.record(*kept, hard))
