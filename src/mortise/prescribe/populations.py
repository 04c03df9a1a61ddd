"""Hard caps by population, in code and above any protocol: age, falls, and conditions that the assessment found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from mortise.prescribe.kept import Kept
from mortise.prescribe.states import DoneSession
from mortise.protocol import Constraint, Exercise, Light, Stage, Tag
from mortise.record import Sign
from mortise.terms import Advice, Load

ADULT_FROM_AGE = 18  # MISSION.md: not for under 18
CAREFUL_FROM_AGE = 65
# Hard caps in code, above any protocol: clinic defaults. STG-07 names 140 contacts as the ceiling of healthy athletes,
# GATE-11 60 as the most of a first session.
MINUTES_AT_MOST = Decimal(60)
CONTACTS_AT_MOST = 140
CAREFUL_MINUTES_AT_MOST = Decimal(40)
CAREFUL_CONTACTS_AT_MOST = 60
N_SUPPORTED_FIRST = 2  # green sessions of the supported neighbour before an unsupported exercise
POPULATION = "population"
AFTER_SURGERY_DAYS = 42  # impact from week six at the earliest: EVIDENCE.md 4f


class _Cap(NamedTuple):
    """What a condition takes away. `is_careful`: support comes first, and sessions are short."""

    why: str
    why_patient: str
    tags: tuple[Tag, ...] = ()
    is_careful: bool = False
    n_days: int | None = None  # from the answer on; None: as long as the answer stands


_NO_WARNING = _Cap(
    "Reduced feeling in the foot: pain gives no warning, so no impact and support first",
    "Your foot does not warn you, so nothing that lands hard, and something to hold on to first.",
    (Tag.IMPACT, Tag.RUNNING), is_careful=True,
)  # fmt: skip
_AFTER_SURGERY = _Cap(
    "Less than six weeks since surgery: no impact, nothing quick, no end of range under load",
    "It is too soon after your operation for jumps and for the ends of the movement.",
    (Tag.IMPACT, Tag.RUNNING, Tag.QUICK, Tag.END_RANGE_DORSIFLEXION, Tag.END_RANGE_PLANTARFLEXION),
    n_days=AFTER_SURGERY_DAYS,
)  # fmt: skip
# Question of the assessment and its answer -> cap. All are clinic defaults.
_CAPS: dict[tuple[str, str], _Cap] = {
    ("neuropathy", "reduced_feeling"): _NO_WARNING,
    ("neuropathy", "diabetes"): _Cap(
        "Diabetes: sessions stay short and the feet are looked at",
        "Look at your feet after each session; sessions stay short.", is_careful=True,
    ),
    ("pregnancy", "yes"): _Cap(
        "Pregnancy: no impact, and support first", "No jumps for now, and something to hold on to first.",
        (Tag.IMPACT, Tag.RUNNING), is_careful=True,
    ),
    ("nerve", "old_weakness"): _Cap(
        "Known weakness of the leg: support first", "First the version with something to hold on to.",
        is_careful=True,
    ),
    ("involved_reason", "neurological"): _Cap(
        "A nerve or brain condition: support first", "First the version with something to hold on to.",
        is_careful=True,
    ),
    ("inflammatory_flare", "known_calm"): _Cap(
        "Inflammatory joint disease, calm: careful sessions only", "Shorter sessions are kinder to your joints.",
        is_careful=True,
    ),
    ("falls", "two"): _Cap("Two or more falls in the last year", "First something to hold on to.", is_careful=True),
    ("falls", "injury"): _Cap("A fall with injury in the last year", "First something to hold on to.", is_careful=True),
    ("surgery_since", "weeks_6"): _AFTER_SURGERY,
}  # fmt: skip


def of_conditions(
    signs: Mapping[str, Sign],
    stage: Stage,
    exercises: Mapping[str, Exercise] | None,
    done: Sequence[DoneSession],
    as_of: date,
) -> Iterator[Constraint]:
    """Yield the caps by condition: nerves, diabetes, pregnancy, surgery, inflammation, falls.

    Parameters
    ----------
    signs : mapping of str to Sign
        The newest answer to each question of the assessment.
    stage : Stage
        Whose exercises are looked at.
    exercises : mapping of str to Exercise or None
        The library.
    done : sequence of DoneSession
        Sessions done, to see whether the supported neighbour has been mastered.
    as_of : date
        The day.

    Yields
    ------
    Constraint
        Author `population`, named by question. A newer answer lifts it, and nothing else does.
    """
    for name in sorted(signs):
        sign = signs[name]
        cap = _CAPS.get((name, sign.level))
        until = None if cap is None or cap.n_days is None else sign.on + timedelta(days=cap.n_days)
        if cap is None or (until is not None and until < as_of):
            continue
        if cap.tags:
            yield Constraint(
                id=f"population.{name}", author=POPULATION, without_tags=tuple(tag.value for tag in cap.tags),
                reason=f"{cap.why} (clinic default).", reason_patient=cap.why_patient, until_on=until,
            )  # fmt: skip
        if cap.is_careful:
            yield from _careful(cap.why, stage, exercises, done, as_of, name=f"{name}.")


_FOR_EVERYBODY = Constraint(
    id="population.ceiling", author=POPULATION, minutes_at_most=MINUTES_AT_MOST, n_contacts_at_most=CONTACTS_AT_MOST,
    reason=f"Cap for everybody: {MINUTES_AT_MOST} min, {CONTACTS_AT_MOST} contacts a session (clinic default).",
    reason_patient="No session is longer than an hour.", evidence=("STG-07",),
)  # fmt: skip


def of_population(
    stage: Stage,
    age: int | None,
    has_fallen: bool,
    exercises: Mapping[str, Exercise] | None,
    done: Sequence[DoneSession],
    as_of: date,
) -> Iterator[Constraint]:
    """Yield the caps by age and falls.

    Parameters
    ----------
    stage : Stage
        Whose exercises are looked at.
    age : int or None
        In whole years; not known counts as careful.
    has_fallen : bool
        Whether a fall or a near-fall is on the record.
    exercises : mapping of str to Exercise or None
        The library.
    done : sequence of DoneSession
        Sessions done.
    as_of : date
        The day.

    Yields
    ------
    Constraint
        Author `population`.
    """
    yield _FOR_EVERYBODY
    if age is not None and age < ADULT_FROM_AGE:
        yield Constraint(
            id="population.adults_only", author=POPULATION, minutes_at_most=Decimal(0),
            advice_at_most=Advice.ASK_CLINICIAN, load_at_most=Load.REST,
            reason=f"Under {ADULT_FROM_AGE}: outside the scope of this programme.",
            reason_patient="This programme is for adults. Please ask your physiotherapist.",
        )  # fmt: skip
    if has_fallen or age is None or age >= CAREFUL_FROM_AGE:
        yield from _careful(_why_careful(age, has_fallen), stage, exercises, done, as_of)


def _why_careful(age: int | None, has_fallen: bool) -> str:
    if has_fallen:
        return "A fall or near-fall is on the record"
    return "Age not known" if age is None else f"Age {CAREFUL_FROM_AGE} or more"


def _careful(
    why: str,
    stage: Stage,
    exercises: Mapping[str, Exercise] | None,
    done: Sequence[DoneSession],
    as_of: date,
    *,
    name: str = "",
) -> Iterator[Constraint]:
    yield Constraint(
        id=f"population.{name}careful_ceiling", author=POPULATION, minutes_at_most=CAREFUL_MINUTES_AT_MOST,
        n_contacts_at_most=CAREFUL_CONTACTS_AT_MOST,
        reason=f"{why}: at most {CAREFUL_MINUTES_AT_MOST} min, {CAREFUL_CONTACTS_AT_MOST} contacts (clinic default).",
        reason_patient="Shorter sessions are safer for you at present.", evidence=("GATE-11",),
    )  # fmt: skip
    tags = (Tag.UNSUPPORTED.value,) if exercises is None else ()
    withheld = _unsupported_too_soon(stage, exercises or {}, done, as_of)
    if withheld or tags:
        yield Constraint(
            id=f"population.{name}supported_first", author=POPULATION, without_tags=tags, without_exercises=withheld,
            reason=f"{why}: unsupported work only after {N_SUPPORTED_FIRST} green sessions of its supported neighbour.",
            reason_patient="First the version with something to hold on to.",
        )  # fmt: skip


def _unsupported_too_soon(
    stage: Stage, exercises: Mapping[str, Exercise], done: Sequence[DoneSession], as_of: date
) -> tuple[str, ...]:
    unsupported = _unsupported.get((stage, exercises), lambda: _unsupported_in(stage, exercises))
    if not unsupported:
        return ()
    mastered = _mastered(done, as_of)
    return tuple(name for name, neighbour in unsupported if neighbour not in mastered)


_unsupported: Kept[tuple[tuple[str, str | None], ...]] = Kept(64)


def _unsupported_in(stage: Stage, exercises: Mapping[str, Exercise]) -> tuple[tuple[str, str | None], ...]:
    """Return the unsupported exercises of a stage, each with its supported neighbour."""
    names = {slot.exercise for slot in stage.slots}
    for slot in stage.slots:  # whatever may stand in for them is held to the same
        one = exercises.get(slot.exercise)
        while one is not None and one.instead and one.instead not in names:
            names.add(one.instead)
            one = exercises.get(one.instead)
    return tuple(
        (name, _supported_neighbour(exercises[name], exercises)) for name in sorted(names)
        if name in exercises and Tag.UNSUPPORTED in exercises[name].tags
    )  # fmt: skip


def _mastered(done: Sequence[DoneSession], as_of: date) -> set[str]:
    days: dict[str, set[date]] = {}
    for session in done:
        if session.light is Light.GREEN and session.on < as_of and session.logged_on <= as_of:
            for item in session.items:
                if item.outcome == "done":
                    days.setdefault(item.exercise, set()).add(session.on)
    return {name for name, on in days.items() if len(on) >= N_SUPPORTED_FIRST}


def _supported_neighbour(exercise: Exercise, exercises: Mapping[str, Exercise]) -> str | None:
    seen: set[str] = set()
    one: Exercise | None = exercise
    while one is not None and one.id not in seen:
        if Tag.UNSUPPORTED not in one.tags:
            return one.id
        seen.add(one.id)
        one = exercises.get(one.easier)
    return None
