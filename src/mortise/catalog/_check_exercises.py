"""What every exercise must hold by itself and beside its neighbours, whatever protocol offers it."""

from __future__ import annotations

from mortise.catalog._decode import Faults
from mortise.catalog._places import Book
from mortise.protocol import PURPOSES, Demand, Exercise, Tag
from mortise.protocol.exercises import IMPACT_AT_MOST, IMPACT_FROM

TEMPO_NAME_AT_MOST = 12
MINUTES_AT_MOST = 40  # of one exercise; a walk or a run is the longest


def exercises_are_sound(book: Book, faults: Faults) -> int:
    """Check purposes, demands, contacts, techniques, chains and minutes of the whole library."""
    for exercise in book.exercises.values():
        _purposes(exercise, faults)
        _demands(exercise, faults)
        _contacts(exercise, faults)
        _technique(exercise, book, faults)
        _way_down(exercise, book, faults)
        _way_out(exercise, book, faults)
        _minutes(exercise, faults)
        _tempo(exercise, faults)
    return 8 * len(book.exercises)


def _purposes(exercise: Exercise, faults: Faults) -> None:
    for purpose in exercise.purposes:
        if purpose not in PURPOSES:
            faults.add(f"exercise {exercise.id}, purposes", f"there is no purpose {purpose!r}.",
                       f"They are {', '.join(PURPOSES)}.")  # fmt: skip


def _demands(exercise: Exercise, faults: Faults) -> None:
    pairs = (
        ("dorsiflexion", exercise.dorsiflexion, Tag.END_RANGE_DORSIFLEXION),
        ("plantarflexion", exercise.plantarflexion, Tag.END_RANGE_PLANTARFLEXION),
    )
    for name, demand, tag in pairs:
        if (demand is Demand.END) != (tag in exercise.tags):
            faults.add(f"exercise {exercise.id}, {name}", f"{demand.value!r} and the tag {tag.value} do not agree.",
                       "End range carries the tag, and nothing else does.")  # fmt: skip


def _contacts(exercise: Exercise, faults: Faults) -> None:
    where = f"exercise {exercise.id}, impact"
    has_impact = Tag.IMPACT in exercise.tags
    if not 0 <= exercise.impact <= IMPACT_AT_MOST or (exercise.impact >= IMPACT_FROM) != has_impact:
        faults.add(where, f"{exercise.impact} and the tag impact do not agree.",
                   f"From {IMPACT_FROM} to {IMPACT_AT_MOST} with the tag, below without.")  # fmt: skip
    counted = all(step.n_contacts for step in exercise.dose_steps)
    if Tag.RUNNING in exercise.tags:
        if not has_impact or any(step.n_contacts for step in exercise.dose_steps):
            faults.add(
                where, "running is impact counted in minutes.", "Add the tag impact, leave out contacts."
            )
    elif has_impact != counted or (not has_impact and any(step.n_contacts for step in exercise.dose_steps)):
        faults.add(
            where, "contacts and the tag impact do not agree.", "Count them on every rung, or on none."
        )
    if has_impact and exercise.easier == "floor":
        faults.add(f"exercise {exercise.id}, easier", "a jump or a run has no easier neighbour.",
                   "The lowest rung of every ladder is without impact.")  # fmt: skip


def _technique(exercise: Exercise, book: Book, faults: Faults) -> None:
    where = f"exercise {exercise.id}"
    is_manual = Tag.MANUAL in exercise.tags
    if is_manual != (exercise.technique is not None):
        faults.add(
            f"{where}, technique", "the tag manual and the technique do not agree.", "Give both or neither."
        )
    if exercise.technique is not None:
        if not exercise.technique.when_irritable and not exercise.technique.when_stiff:
            faults.add(f"{where}, technique", "has no grade and dose.", "Say when it is used, and how much.")
        for part in ("joint", "direction", "hands", "cautions", "test"):
            if not getattr(exercise.technique, part):
                faults.add(f"{where}, technique.{part}", "is empty.", "A clinician needs it.")
    named = (exercise.easier, exercise.harder, exercise.instead or "", *exercise.not_with)
    for name in named:
        other = book.exercises.get(name)
        if other is not None and (Tag.MANUAL in other.tags) != is_manual:
            faults.add(where, f"names {name}, and only one of the two is done by a clinician.",
                       "A clinician’s technique is no neighbour of a home exercise.")  # fmt: skip


def _way_down(exercise: Exercise, book: Book, faults: Faults) -> None:
    """Check that easier neighbours end at a floor: no circle."""
    seen: set[str] = set()
    one: Exercise | None = exercise
    while one is not None and one.id not in seen:
        seen.add(one.id)
        one = book.exercises.get(one.easier)
    if one is not None:
        faults.add(
            f"exercise {exercise.id}, easier", "goes round in a circle.", "One of them ends at the floor."
        )


def _way_out(exercise: Exercise, book: Book, faults: Faults) -> None:
    """Check that without equipment something can be done, and that what stands in is not of another world."""
    where = f"exercise {exercise.id}, instead"
    if exercise.needs and exercise.instead is None:
        faults.add(
            where, f"needs {', '.join(exercise.needs)}, and nothing stands in.", "Name what is done without."
        )
    seen: set[str] = set()
    one: Exercise | None = exercise
    while one is not None and one.needs and one.id not in seen:
        seen.add(one.id)
        one = book.exercises.get(one.instead or "")
    if one is not None and one.needs:
        faults.add(where, "goes round in a circle.", "The last of them needs nothing.")
    if one is not None and one.impact >= IMPACT_FROM and one.impact > exercise.impact:  # a walk does not jump
        faults.add(
            where, f"{one.id} jumps more than what it stands for.", "Name one with as much impact or less."
        )


def _tempo(exercise: Exercise, faults: Faults) -> None:
    """Check that the parts of a repetition are called something short, and not two the same."""
    where = f"exercise {exercise.id}, tempo_names"
    if not all(0 < len(name) <= TEMPO_NAME_AT_MOST for name in exercise.tempo_names):
        faults.add(where, "is empty or too long.", f"One or two words, at most {TEMPO_NAME_AT_MOST} letters.")
    if len(set(exercise.tempo_names)) < len(exercise.tempo_names):
        faults.add(where, "names two parts the same.", "A patient hears them one after the other.")
    if exercise.down_first and not any(dose.down_s for dose in exercise.dose_steps):
        faults.add(
            f"exercise {exercise.id}, down_first", "begins with a way down of no length.", "Give down_s."
        )


def _minutes(exercise: Exercise, faults: Faults) -> None:
    n_sides = 2 if exercise.both_sides else 1
    for index, step in enumerate(exercise.dose_steps):
        seconds = step.seconds(n_sides)
        if not 0 < seconds <= MINUTES_AT_MOST * 60:
            faults.add(f"exercise {exercise.id}, dose_steps[{index}]", f"takes {seconds} s.",
                       f"A dose takes some time, and at most {MINUTES_AT_MOST} min.")  # fmt: skip
