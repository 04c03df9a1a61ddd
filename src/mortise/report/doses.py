"""A dose as people read it: one wording for list, page and command line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from mortise.protocol import DoseStep, Exercise
from mortise.report.words import counted, figures, number, plural, tr

_LONG_S = 120  # from here on whole minutes read better


def seconds_words(seconds: Decimal) -> str:
    """Write a length: "30 s", "5 min".

    Parameters
    ----------
    seconds : Decimal
        At least zero.

    Returns
    -------
    str
        Whole minutes from two minutes on when nothing is left over, else seconds.
    """
    if seconds >= _LONG_S and seconds % 60 == 0:
        return tr("{n} min").format(n=number(seconds / 60, 1))
    return tr("{n} s").format(n=_plain(seconds))


def short_dose(dose: DoseStep) -> str:
    """Write a dose as a list shows it: "3 × 8", "3 × 20 s", "10 min", "4 × (walk 2 min, run 3 min)".

    Parameters
    ----------
    dose : DoseStep
        One rung of a ladder.

    Returns
    -------
    str
        A single repetition that is held is written by its hold.
    """
    if dose.walk_s:
        rounds = tr("walk {walk}, run {run}").format(
            walk=seconds_words(dose.walk_s), run=seconds_words(dose.run_s)
        )
        return rounds if dose.n_sets == 1 else figures(f"{dose.n_sets} × ({counted(rounds)})")
    if dose.duration_s:
        length = seconds_words(dose.duration_s)
    elif dose.n_reps == 1 and dose.hold_s:
        length = seconds_words(dose.hold_s)
    else:
        return figures(f"{dose.n_sets} × {dose.n_reps}")
    return length if dose.n_sets == 1 else figures(f"{dose.n_sets} × {counted(length)}")


def tempo_words(dose: DoseStep, exercise: Exercise | None = None) -> str:
    """Write a tempo: "up 2 s, hold 1 s, down 3 s"; nothing where there is none or the hold is the dose.

    Parameters
    ----------
    dose : DoseStep
        One rung of a ladder.
    exercise : Exercise or None
        Whose names and order are used: "forward 2 s, hold 1 s, back 2 s"; None takes up, hold, down.

    Returns
    -------
    str
        Parts of no length are left out.
    """
    if dose.duration_s or dose.n_reps == 1:
        return ""
    parts: Iterable[tuple[str, Decimal]] = (
        (tr("up"), dose.up_s), (tr("hold"), dose.hold_s), (tr("down"), dose.down_s),
    )  # fmt: skip
    if exercise is not None:
        parts = ((name.lower(), value) for _, name, value in exercise.phases(dose))
    return tr(", ").join(
        tr("{part} {n} s").format(part=name, n=_plain(value)) for name, value in parts if value
    )


def full_dose(dose: DoseStep, *, with_rest: bool = False, exercise: Exercise | None = None) -> str:
    """Write a dose with its tempo, step height, load and contacts: "2 × 10, up 2 s, hold 1 s, down 2 s, light band".

    Parameters
    ----------
    dose : DoseStep
        One rung of a ladder.
    with_rest : bool
        Whether the rest between sets is written too.
    exercise : Exercise or None
        Whose names for the parts of a repetition are used.

    Returns
    -------
    str
        Parts joined by commas.
    """
    parts = [short_dose(dose), tempo_words(dose, exercise)]
    if with_rest and dose.rest_s:
        parts.append(f"rest {seconds_words(dose.rest_s)}")
    if dose.height_cm is not None:
        parts.append(f"{_plain(dose.height_cm)} cm")
    parts.append(dose.load)
    if dose.n_contacts:
        parts.append(_contacts(dose))
    return ", ".join(part for part in parts if part)


def _contacts(dose: DoseStep) -> str:
    words = plural(dose.n_contacts, "contact")
    is_even = dose.n_sets > 1 and dose.n_contacts % dose.n_sets == 0
    return f"{words} ({dose.n_contacts_a_set} a set)" if is_even else words


def _plain(value: Decimal) -> str:
    return number(value, 1 if value == value.to_integral_value() else Decimal("0.1"))
